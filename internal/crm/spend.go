package crm

import (
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Spend is what the agency bought for the client from a vendor: media, production, technology. Net is what the vendor charges the
// agency; gross is the price before the agency's commission, where the vendor states one. Taxes are in neither.
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
}

// Record is the canonical form.
func (s Spend) Record() Record {
	net, currency := amountText(s.Net, s.NetKnown)
	gross, code := amountText(s.Gross, s.GrossKnown)
	if currency == "" {
		currency = code
	}
	return newRecord(KindSpend, s.ID, s.SpentOn.String(), s.Vendor, s.Campaign, s.Category, net, gross, currency, flagText(s.Deleted))
}

// Spend reads the typed record back.
func (r Record) Spend() (Spend, error) {
	c := canon{r: r}
	c.want(KindSpend)
	s := Spend{ID: c.text("spend_id"), SpentOn: c.date("spent_on"), Vendor: c.text("vendor"), Campaign: c.text("campaign"), Category: c.text("category"), Deleted: c.flag("deleted")}
	s.Net, s.NetKnown = c.amount("net", "currency")
	s.Gross, s.GrossKnown = c.amount("gross", "currency")
	return s, c.err
}

func (r *reading) spend() []Record {
	s := Spend{ID: r.mustID("spend_id"), SpentOn: r.mustDate("spent_on", "The spend has no day that can be read, so it belongs to no period."),
		Vendor: r.text("vendor"), Campaign: r.text("campaign"), Category: r.text("category"), Deleted: r.deleted()}
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
