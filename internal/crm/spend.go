package crm

import (
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Spend is what was bought for the client from a vendor: media, production, technology. The agency bought it, unless another provider is named. Net is what the vendor charges;
// gross is the price before the agency's commission, where the vendor states one. Taxes are in neither.
type Spend struct {
	ID         string
	SpentOn    cal.Date // the last day of the flight or of the vendor's invoice
	Vendor     string
	Campaign   string
	Category   string // as the contract names it: media, ad-tech, production
	Net        money.Amount
	NetKnown   bool
	Gross      money.Amount
	GrossKnown bool
	Deleted    bool

	Provider string // who bought it or did the work; empty: not said, which a clause about spend takes for the agency
	Service  string // the category that an appointment names, where it is not Category
	Brand    string
	Market   string
}

// ByAgency says whether the agency bought it: nobody else is named.
func (s Spend) ByAgency(agency string) bool {
	return s.Provider == "" || plainProvider(s.Provider) == plainProvider(agency)
}

func plainProvider(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(name), " "))
}

// Record is the canonical form.
func (s Spend) Record() Record {
	net, currency := amountText(s.Net, s.NetKnown)
	gross, code := amountText(s.Gross, s.GrossKnown)
	if currency == "" {
		currency = code
	}
	return newRecord(KindSpend, s.ID, s.SpentOn.String(), s.Vendor, s.Campaign, s.Category, net, gross, currency, s.Provider, s.Service, s.Brand, s.Market, flagText(s.Deleted))
}

// Spend reads the typed record back.
func (r Record) Spend() (Spend, error) {
	c := canon{r: r}
	c.want(KindSpend)
	s := Spend{ID: c.text("spend_id"), SpentOn: c.date("spent_on"), Vendor: c.text("vendor"), Campaign: c.text("campaign"), Category: c.text("category"),
		Provider: c.text("provider"), Service: c.text("service"), Brand: c.text("brand"), Market: c.text("market"), Deleted: c.flag("deleted")}
	s.Net, s.NetKnown = c.amount("net", "currency")
	s.Gross, s.GrossKnown = c.amount("gross", "currency")
	return s, c.err
}

func (r *reading) spend() []Record {
	s := Spend{ID: r.mustID("spend_id"), SpentOn: r.mustDate("spent_on", "The spend has no day that can be read, so it belongs to no period."),
		Vendor: r.text("vendor"), Campaign: r.text("campaign"), Category: r.text("category"),
		Provider: r.text("provider"), Service: r.text("service"), Brand: r.text("brand"), Market: r.text("market"), Deleted: r.deleted()}
	s.Net, _, s.NetKnown = r.amount("net", "currency", r.d.m.DefaultCurrency)
	s.Gross, _, s.GrossKnown = r.amount("gross", "currency", r.d.m.DefaultCurrency)
	switch {
	case r.lost:
	case !s.NetKnown && !s.GrossKnown:
		r.lose("net", "spend-amount-unknown", "The spend has neither a net nor a gross amount with a currency that can be read.")
	case s.NetKnown && s.GrossKnown && s.Net.Currency != s.Gross.Currency:
		r.lose("gross", "currency-contradicts", "Net is in %s and gross in %s. Write both in one currency.", s.Net.Currency, s.Gross.Currency)
	case s.Category == "":
		r.lose("category", "category-missing", "The row does not say what was bought. Write the category that the contract names, such as media.")
	}
	return []Record{s.Record()}
}
