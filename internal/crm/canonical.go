package crm

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func newRecord(k Kind, values ...string) Record {
	r := Record{Kind: k, Values: values}
	r.ID = recordID(k, r.Get)
	return r
}

func instantText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func flagText(on bool) string {
	if on {
		return "true"
	}
	return ""
}

func amountText(a money.Amount, known bool) (amount, currency string) {
	if !known {
		return "", ""
	}
	return a.String(), string(a.Currency)
}

// Record is the canonical form.
func (c Company) Record() Record {
	return newRecord(KindCompany, c.ID, c.Name, c.Domain, instantText(c.CreatedAt), flagText(c.Deleted))
}

// Record is the canonical form.
func (c Contact) Record() Record {
	merged := slices.DeleteFunc(slices.Clone(c.MergedIDs), func(id string) bool { return id == c.ID })
	slices.Sort(merged)
	return newRecord(KindContact, c.ID, c.CompanyID, c.Email, c.Name, instantText(c.CreatedAt), strings.Join(slices.Compact(merged), ";"), flagText(c.Deleted))
}

// Record is the canonical form.
func (d Deal) Record() Record {
	amount, currency := amountText(d.Amount, d.AmountKnown)
	if !d.AmountKnown {
		amount = d.AmountText
	}
	home, homeCurrency := amountText(d.HomeAmount, d.HomeKnown)
	won, closed := "", ""
	if d.OutcomeKnown {
		won, closed = strconv.FormatBool(d.Won), strconv.FormatBool(d.Closed)
	}
	return newRecord(KindDeal, d.ID, d.Name, d.CompanyID, amount, currency, home, homeCurrency, instantText(d.CreatedAt), d.ClosedOn.String(), d.Stage,
		won, closed, string(d.CustomerType), d.CustomerTypeText, d.Source, d.Owner, flagText(d.Deleted))
}

// Record is the canonical form.
func (dc DealContact) Record() Record {
	return newRecord(KindDealContact, dc.DealID, dc.ContactID, dc.Role, flagText(dc.Deleted))
}

// Record is the canonical form.
func (t Touch) Record() Record {
	seq := ""
	if t.Seq != 0 {
		seq = strconv.FormatInt(t.Seq, 10)
	}
	source, medium, term, click := t.Visit.texts()
	return newRecord(KindTouch, t.ID, t.ContactID, instantText(t.At), t.Channel, t.Campaign, t.Content, t.Provider, string(t.Milestone), seq,
		source, medium, term, click, flagText(t.Deleted))
}

// Record is the canonical form.
func (p Payment) Record() Record {
	amount, currency := amountText(p.Amount, true)
	return newRecord(KindPayment, p.ID, p.DealID, p.PaidOn.String(), amount, currency, string(p.Kind), flagText(p.Deleted))
}

// Record is the canonical form.
func (c CarveOut) Record() Record {
	return newRecord(KindCarveOut, c.List, c.DealID, c.CompanyID, c.Company, c.Reason)
}

// canon reads canonical texts and keeps the first error. Canonical texts were written by this package, so an error is a defect or damage.
type canon struct {
	r       Record
	columns []string
	next    int // the column that is asked for next, if they are asked for in their order
	err     error
}

func (c *canon) text(column string) string {
	if c.columns == nil {
		c.columns = Columns(c.r.Kind)
	}
	for range c.columns {
		at := c.next % len(c.columns)
		c.next = at + 1
		if c.columns[at] == column && at < len(c.r.Values) {
			return c.r.Values[at]
		}
	}
	return ""
}

func (c *canon) fail(column string, err error) {
	if c.err == nil && err != nil {
		c.err = fmt.Errorf("read %s of %s %q: %w", column, c.r.Kind, c.r.ID, err)
	}
}

func (c *canon) instant(column string) time.Time {
	s := c.text(column)
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	c.fail(column, err)
	return t.UTC()
}

func (c *canon) date(column string) cal.Date {
	s := c.text(column)
	if s == "" {
		return cal.Date{}
	}
	d, err := cal.ParseDate(s)
	c.fail(column, err)
	return d
}

func (c *canon) amount(column, currencyColumn string) (money.Amount, bool) {
	s, code := c.text(column), c.text(currencyColumn)
	if s == "" || code == "" {
		return money.Amount{}, false
	}
	a, err := money.Parse(s, money.Currency(code))
	c.fail(column, err)
	return a, err == nil
}

func (c *canon) number(column string) int64 {
	n, err := strconv.ParseInt(c.text(column), 10, 64)
	c.fail(column, err)
	return n
}

func (c *canon) flag(column string) bool { return c.text(column) == "true" }

func (c *canon) want(k Kind) {
	if c.r.Kind != k {
		c.err = fmt.Errorf("record %q is a %s, not a %s", c.r.ID, c.r.Kind, k)
	}
}

// Company reads the typed record back.
func (r Record) Company() (Company, error) {
	c := canon{r: r}
	c.want(KindCompany)
	return Company{c.text("company_id"), c.text("name"), c.text("domain"), c.instant("created_at"), c.flag("deleted")}, c.err
}

// Contact reads the typed record back.
func (r Record) Contact() (Contact, error) {
	c := canon{r: r}
	c.want(KindContact)
	out := Contact{ID: c.text("contact_id"), CompanyID: c.text("company_id"), Email: c.text("email"), Name: c.text("name"), CreatedAt: c.instant("created_at"), Deleted: c.flag("deleted")}
	if m := c.text("merged_ids"); m != "" {
		out.MergedIDs = strings.Split(m, ";")
	}
	return out, c.err
}

// Deal reads the typed record back.
func (r Record) Deal() (Deal, error) {
	c := canon{r: r}
	c.want(KindDeal)
	d := Deal{ID: c.text("deal_id"), Name: c.text("name"), CompanyID: c.text("company_id"), CreatedAt: c.instant("created_at"), ClosedOn: c.date("closed_on"),
		Stage: c.text("stage"), CustomerType: CustomerType(c.text("customer_type")), CustomerTypeText: c.text("customer_type_text"),
		Source: c.text("source"), Owner: c.text("owner"), Deleted: c.flag("deleted")}
	d.Amount, d.AmountKnown = c.amount("amount", "currency")
	if !d.AmountKnown {
		d.AmountText = c.text("amount")
	}
	d.HomeAmount, d.HomeKnown = c.amount("home_amount", "home_currency")
	d.OutcomeKnown = c.text("is_won") != "" && c.text("is_closed") != ""
	d.Won, d.Closed = c.flag("is_won"), c.flag("is_closed")
	return d, c.err
}

// DealContact reads the typed record back.
func (r Record) DealContact() (DealContact, error) {
	c := canon{r: r}
	c.want(KindDealContact)
	return DealContact{c.text("deal_id"), c.text("contact_id"), c.text("role"), c.flag("deleted")}, c.err
}

// Touch reads the typed record back.
func (r Record) Touch() (Touch, error) {
	c := canon{r: r}
	c.want(KindTouch)
	t := Touch{ID: c.text("touch_id"), ContactID: c.text("contact_id"), At: c.instant("at"), Channel: c.text("channel"), Campaign: c.text("campaign"),
		Content: c.text("content"), Provider: c.text("provider"), Milestone: Milestone(c.text("milestone")), Deleted: c.flag("deleted"),
		Visit: visitOf(c.text("source"), c.text("medium"), c.text("term"), c.text("click_id"))}
	if s := c.text("seq"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		c.fail("seq", err)
		t.Seq = n
	}
	return t, c.err
}

// Payment reads the typed record back.
func (r Record) Payment() (Payment, error) {
	c := canon{r: r}
	c.want(KindPayment)
	p := Payment{ID: c.text("payment_id"), DealID: c.text("deal_id"), PaidOn: c.date("paid_on"), Kind: PaymentKind(c.text("kind")), Deleted: c.flag("deleted")}
	p.Amount, _ = c.amount("amount", "currency")
	return p, c.err
}

// CarveOut reads the typed record back.
func (r Record) CarveOut() (CarveOut, error) {
	c := canon{r: r}
	c.want(KindCarveOut)
	return CarveOut{c.text("list"), c.text("deal_id"), c.text("company_id"), c.text("company"), c.text("reason")}, c.err
}
