package crm

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

func (r *reading) company() []Record {
	c := Company{ID: r.mustID("company_id"), Name: r.text("name"), Domain: cleanDomain(r.text("domain")), CreatedAt: r.instant("created_at"), Deleted: r.deleted()}
	return []Record{c.Record()}
}

// cleanDomain keeps the host of a web address, without "www.".
func cleanDomain(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	if i := strings.IndexAny(s, "/?#:"); i >= 0 {
		s = s[:i]
	}
	return strings.TrimSuffix(strings.TrimPrefix(s, "www."), ".")
}

func (r *reading) contact() []Record {
	c := Contact{ID: r.mustID("contact_id"), Email: strings.ToLower(strings.TrimSpace(r.text("email"))), Name: r.text("name"), CreatedAt: r.instant("created_at"), Deleted: r.deleted()}
	if c.Name == "" {
		c.Name = strings.TrimSpace(r.text("first_name") + " " + r.text("last_name"))
	}
	c.CompanyID = r.oneID("company_id")
	if into := r.id("converted_contact_id"); into != "" {
		put(&r.d.ref.LeadContacts, c.ID, into)
		return nil // the contact stands in the table of contacts
	}
	c.MergedIDs = append(r.ids("merged_ids"), r.d.ref.mergedInto(c.ID)...)
	if into := r.id("merged_into"); into != "" && into != c.ID {
		return []Record{c.Record(), Merge{MergedID: c.ID, Into: into}.Record()}
	}
	return []Record{c.Record()}
}

// oneID reads an id from a cell that may list several: the first is taken, and the row says so.
func (r *reading) oneID(field string) string {
	if r.d.m.Profile != HubSpot {
		return r.id(field)
	}
	ids := r.ids(field)
	if len(ids) == 0 {
		return ""
	}
	if len(ids) > 1 {
		r.problem(field, "several-ids", "The cell lists %d companies; the first, %s, is taken. Export the primary company to settle it.", len(ids), ids[0])
	}
	return ids[0]
}

func (r *reading) deal() []Record {
	d := Deal{ID: r.mustID("deal_id"), Name: r.text("name"), CompanyID: r.oneID("company_id"), CreatedAt: r.instant("created_at"), ClosedOn: r.date("closed_on"),
		Stage: r.text("stage"), Source: r.text("source"), Owner: r.text("owner"), Deleted: r.deleted()}
	if d.CompanyID == "" {
		d.CompanyID = r.d.ref.DealCompany[d.ID]
	}
	d.Amount, d.AmountText, d.AmountKnown = r.amount("amount", "currency", r.d.m.DefaultCurrency)
	d.HomeAmount, _, d.HomeKnown = r.amount("home_amount", "home_currency", r.d.m.HomeCurrency)
	d.CustomerType, d.CustomerTypeText = r.customerType()
	r.outcome(&d)
	if into := r.d.ref.DealInto[d.ID]; into != "" {
		d.Deleted = true
		r.problem("deal_id", "deal-merged", "The deal was merged into %s and does not count beside it.", into)
	}
	records := []Record{d.Record()}
	for _, contact := range r.ids("contact_ids") {
		records = append(records, DealContact{DealID: d.ID, ContactID: contact, Deleted: d.Deleted}.Record())
	}
	return records
}

// outcome settles won, lost or open: from the export's own columns, else from what the mapping or the table of stages says of the stage.
func (r *reading) outcome(d *Deal) {
	won, wonKnown := r.flag("is_won")
	closed, closedKnown := r.flag("is_closed")
	if wonKnown && won && !closedKnown {
		closed, closedKnown = true, true
	}
	if wonKnown && closedKnown {
		if won && !closed {
			r.problem("is_won", "outcome-contradicts", "The deal is marked won but not closed. Correct it in the CRM; until then its outcome is unknown.")
			return
		}
		d.Won, d.Closed, d.OutcomeKnown = won, closed, true
		return
	}
	s, known := r.stage(d.Stage)
	if known {
		d.Won, d.Closed, d.OutcomeKnown = s.Won, s.Closed, true
		return
	}
	if d.Stage != "" {
		r.problem("stage", "stage-unknown", "Nothing says whether the stage %q means won, lost or open. State it in the mapping, or upload the table of deal stages first.", d.Stage)
	}
}

func (r *reading) stage(name string) (Stage, bool) {
	m := r.d.m
	switch {
	case name == "":
		return Stage{}, false
	case slices.Contains(m.WonStages, name):
		return Stage{Won: true, Closed: true}, true
	case slices.Contains(m.LostStages, name):
		return Stage{Closed: true}, true
	case slices.Contains(m.OpenStages, name):
		return Stage{}, true
	}
	s, ok := r.d.ref.Stages[name]
	return s, ok
}

func (r *reading) customerType() (CustomerType, string) {
	raw := r.text("customer_type")
	if r.d.m.Profile == Generic {
		if t := r.text("customer_type_text"); t != "" {
			return CustomerType(plainCustomerType(raw)), t
		}
	}
	if raw == "" {
		return "", ""
	}
	if t, ok := r.d.m.CustomerTypes[raw]; ok {
		return t, raw
	}
	t, ok := UsualCustomerType(raw)
	if !ok {
		r.problem("customer_type", "customer-type-unknown", "Nothing says whether %q means a new customer, an existing one or a renewal. State it in the mapping.", raw)
	}
	if string(t) == raw {
		return t, ""
	}
	return t, raw
}

// UsualCustomerType is what an export's word for a customer type means without anybody's statement.
func UsualCustomerType(raw string) (t CustomerType, ok bool) {
	t, ok = usualCustomerTypes[headerKey(raw)]
	return t, ok
}

func plainCustomerType(s string) string {
	switch CustomerType(s) {
	case CustomerNew, CustomerExisting, CustomerRenewal:
		return s
	}
	return ""
}

var usualCustomerTypes = map[string]CustomerType{
	"new": CustomerNew, "newbusiness": CustomerNew, "newcustomer": CustomerNew, "newlogo": CustomerNew,
	"existing": CustomerExisting, "existingbusiness": CustomerExisting, "existingcustomer": CustomerExisting,
	"existingcustomerupgrade": CustomerExisting, "existingcustomerreplacement": CustomerExisting, "existingcustomerdowngrade": CustomerExisting,
	"upsell": CustomerExisting, "expansion": CustomerExisting, "renewal": CustomerRenewal,
}

func (r *reading) dealContact() []Record {
	dc := DealContact{DealID: r.mustID("deal_id"), ContactID: r.mustID("contact_id"), Role: r.text("role"), Deleted: r.deleted()}
	if into := r.d.ref.DealInto[dc.DealID]; into != "" {
		dc.DealID = into
	}
	return []Record{dc.Record()}
}

func (r *reading) touch() []Record {
	t := Touch{ID: r.id("touch_id"), ContactID: r.id("contact_id"), Channel: r.text("channel"), Campaign: r.text("campaign"), Content: r.text("content"),
		Provider: r.text("provider"), Milestone: r.milestone(), Deleted: r.deleted()}
	if t.ID == "" && !r.d.visits {
		t.ID = r.mustID("touch_id")
	}
	t.At = r.touchTime()
	t.Visit = visitOf(r.text("source"), r.text("medium"), r.text("term"), r.text("click_id"))
	r.memberOfCampaign(&t)
	if t.ContactID == "" {
		r.contactMissing()
	}
	if s := r.raw("seq"); s != "" {
		n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
		if err != nil {
			r.problem("seq", "seq", "%q is not a whole number.", s)
		}
		t.Seq = n
	}
	if r.d.visits {
		r.visit(&t)
	}
	return []Record{t.Record()}
}

func (r *reading) contactMissing() {
	words := "The touch belongs to no contact, so no deal can have it. Export the contact column."
	switch _, byAddress := r.d.at["email"]; {
	case byAddress && r.text("email") == "":
		words = "The touch belongs to no contact, so no deal can have it: the form was sent without an e-mail address."
	case byAddress:
		words = "The touch belongs to no contact, so no deal can have it: no contact has its e-mail address."
	}
	r.lose("contact_id", "contact-missing", "%s", words)
}

// touchTime is the stated date, else the one of the fallback column.
func (r *reading) touchTime() time.Time {
	before := len(r.problems)
	at := r.instant("at")
	if at.IsZero() && r.raw("at") == "" {
		at = r.instant("at_fallback")
	}
	if at.IsZero() && len(r.problems) == before {
		r.problem("at", "touch-undated", "The touch has no date and earns no credit. Choose the column that dates it.")
	}
	return at
}

// memberOfCampaign fills in what a campaign member leaves to the tables of campaigns and leads.
func (r *reading) memberOfCampaign(t *Touch) {
	if _, mapped := r.d.at["campaign_id"]; !mapped {
		return
	}
	if id := r.id("campaign_id"); id != "" {
		c, known := r.d.ref.Campaigns[id]
		if !known {
			r.problem("campaign_id", "campaign-unknown", "The campaign %s is in no table of campaigns, so the touch has no channel. Upload the campaigns first.", id)
			c.Name = id
		}
		if t.Campaign == "" {
			t.Campaign = c.Name
		}
		if t.Channel == "" {
			t.Channel = c.Channel
		}
	}
	if t.ContactID != "" {
		return
	}
	lead := r.id("lead_id")
	if into, converted := r.d.ref.LeadContacts[lead]; converted {
		t.ContactID = into
		return
	}
	t.ContactID = lead
}

func (r *reading) milestone() Milestone {
	switch s := r.text("milestone"); Milestone(s) {
	case "", LeadCreated, DealCreated:
		return Milestone(s)
	default:
		r.problem("milestone", "milestone", "%q is not a milestone. Write lead-created or deal-created, or leave it blank.", s)
		return ""
	}
}

func (r *reading) payment() []Record {
	p := Payment{ID: r.mustID("payment_id"), DealID: r.mustID("deal_id"), PaidOn: r.date("paid_on"), Deleted: r.deleted()}
	if p.PaidOn == (cal.Date{}) {
		r.lose("paid_on", "payment-undated", "The payment has no date that can be read, so it belongs to no period.")
	}
	a, _, known := r.amount("amount", "currency", r.d.m.DefaultCurrency)
	if !known {
		r.lose("amount", "payment-amount-unknown", "The payment has no amount with a currency that can be read.")
		return nil
	}
	p.Amount, p.Kind = a, PaymentKind(strings.ToLower(strings.TrimSpace(r.raw("kind"))))
	switch {
	case p.Kind == "" && a.Minor < 0:
		p.Kind = Refund
	case p.Kind == "":
		p.Kind = Paid
	case p.Kind == Refund && a.Minor > 0:
		p.Amount = a.Neg()
	case p.Kind == Paid && a.Minor < 0:
		r.lose("kind", "payment-sign", "The row is called a payment, but its amount is negative. Call it a refund, or remove the minus.")
	case p.Kind != Paid && p.Kind != Refund:
		r.lose("kind", "payment-kind", "%q is neither payment nor refund. Write one of them, or leave it blank.", r.raw("kind"))
	}
	return []Record{p.Record()}
}

func (r *reading) carveOut() []Record {
	c := CarveOut{List: r.text("list"), DealID: r.id("deal_id"), CompanyID: r.id("company_id"), Company: r.text("company"), Reason: r.text("reason")}
	if c.List == "" {
		r.lose("list", "list-missing", "The row does not name its list. Write the name that the contract gives it.")
	}
	if c.DealID == "" && c.CompanyID == "" && c.Company == "" {
		r.lose("deal_id", "carve-out-empty", "The row names neither a deal nor a company.")
	}
	return []Record{c.Record()}
}
