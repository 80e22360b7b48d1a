package contract

import (
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

var paymentSpec = spec{key: "payment", optional: true, doc: "When an invoice is due, and what follows when it is paid late or early. Left out: the client's billing profile says when, and nothing is charged or taken off.", fields: []spec{
	{key: "due", doc: "How long after the day from which it is counted an invoice is due.", scalar: dueSpan},
	{key: "counted_from", doc: "issue: the day of issue; end-of-month: the last day of the month of issue. The window of the discount is counted from the same day.", scalar: choice("issue", "end-of-month")},
	{key: "late_charge", doc: "What is charged on what is paid after it is due, or none.", instead: wordNone(), fields: []spec{
		{key: "rate", doc: "Of what is overdue, per month or per year.", scalar: rateScalar},
		{key: "on", doc: "with-tax: what is overdue as it is to be paid; without-tax: its part without tax.", scalar: choice("with-tax", "without-tax")},
		{key: "grace", doc: "How long after it is due nothing is charged on what is paid by then, or none.", instead: wordNone(), fields: []spec{
			{key: "within", doc: "Counted from the due day.", scalar: dueSpan},
			{key: "then_from", doc: "When it is over: due: the time since the due day counts too; its-end: only what is after it.", scalar: choice("due", "its-end")},
		}},
		{key: "counted", doc: "How time counts. months-begun: every month begun; full-months: full months only; days/30: a month has 30 days, a year 360; days/365: by days of a year of 365.", scalar: choice("months-begun", "full-months", "days/30", "days/365")},
		{key: "compounding", doc: "none: nothing is charged on late charges; monthly, yearly: the charge of each whole month or year is added to what bears the next, until it is paid.", scalar: choice("none", "monthly", "yearly")},
		{key: "at_most", doc: "Of one invoice: an amount, a part of what the rate is on, or none.", scalar: mostScalar},
		{key: "credited", doc: "What a credit note takes back: from-the-start: it was never owed; from-its-day: it was overdue until the note was issued.", scalar: choice("from-the-start", "from-its-day")},
		{key: "tax", doc: "none: the charge is outside the scope of tax; as-fees: it is taxed as the fees are.", scalar: choice("none", "as-fees")},
	}},
	{key: "discount", doc: "What is taken off an invoice that is paid early, or none.", instead: wordNone(), fields: []spec{
		{key: "rate", doc: "Of what is paid early.", scalar: finePercent("2 %")},
		{key: "within", doc: "Until when it is paid, counted from the same day as the due day.", scalar: dueSpan},
		{key: "on", doc: "with-tax: of the amount to be paid; without-tax: of its part without tax.", scalar: choice("with-tax", "without-tax")},
		{key: "partial", doc: "A part that is paid early: pro-rata: takes off its share; only-in-full: nothing, until the whole is paid early.", scalar: choice("pro-rata", "only-in-full")},
	}},
}}

// The longest windows of payment, so that an invoice is due within a year.
const (
	longestDueDays        = 330
	longestDueWorkingDays = 220
)

var dueSpan = textOf("length in days, working days", "30 days", `^[0-9]+ (working |business )?days?$`, func(s string) error {
	if err := checkSpan(s, []cal.Unit{cal.Days, cal.WorkingDays}); err != nil {
		return err
	}
	if span, _ := cal.ParseSpan(s); span.Unit == cal.Days && span.N > longestDueDays || span.Unit == cal.WorkingDays && span.N > longestDueWorkingDays {
		return fmt.Errorf("write at most %d days or %d working days", longestDueDays, longestDueWorkingDays)
	}
	return nil
})

var rateScalar = textOf("percentage per period", "1.5 % per month", `^[0-9]+(\.[0-9]{1,3})? ?% per (month|year)$`, func(s string) error {
	rate, per, _ := strings.Cut(s, " per ")
	if per != string(EveryMonth) && per != string(EveryYear) {
		return fmt.Errorf("write a rate and its period, such as 1.5 %% per month or 12 %% per year")
	}
	return checkFinePercent(rate)
})

var mostScalar = textOf("amount, percentage, or none", "500.00, 10 %, or none", `^(none|`+amountPattern+`|[0-9]+(\.[0-9]{1,3})? ?%)$`, func(s string) error {
	switch {
	case s == "none":
		return nil
	case strings.HasSuffix(s, "%"):
		return checkFinePercent(s)
	}
	return checkAmount(s)
})

// Payment says when an invoice is due, and what follows when it is paid late or early.
type Payment struct {
	Due         cal.Span
	CountedFrom string         // issue | end-of-month
	Late        *LateCharge    // nil: none
	Discount    *EarlyDiscount // nil: none
}

// LateCharge is what is charged on what is paid after it is due.
type LateCharge struct {
	Rate        money.Ratio   `json:"rate"`
	Per         Every         `json:"per"` // month | year
	On          string        `json:"on"`  // with-tax | without-tax
	Grace       cal.Span      `json:"grace,omitzero"`
	ThenFrom    string        `json:"then_from,omitempty"` // due | its-end; empty without grace
	Counted     string        `json:"counted"`             // months-begun | full-months | days/30 | days/365
	AtMostPart  *money.Ratio  `json:"at_most_part,omitempty"`
	AtMost      *money.Amount `json:"at_most,omitempty"` // of both nil: no limit
	Credited    string        `json:"credited"`          // from-the-start | from-its-day
	Tax         string        `json:"tax"`               // none | as-fees
	Compounding string        `json:"compounding"`       // none | monthly | yearly
}

// EarlyDiscount is what is taken off when an invoice is paid early.
type EarlyDiscount struct {
	Rate    money.Ratio `json:"rate"`
	Within  cal.Span    `json:"within"`
	On      string      `json:"on"`      // with-tax | without-tax
	Partial string      `json:"partial"` // pro-rata | only-in-full
}

// countedFrom is the day from which the windows of an invoice are counted.
func (p Payment) countedFrom(issued cal.Date) cal.Date {
	if p.CountedFrom == "end-of-month" {
		return cal.MonthOf(issued).Period().Last()
	}
	return issued
}

// DueOn is the day on which an invoice of a day is due.
func (p Payment) DueOn(issued cal.Date, work cal.WorkCalendar) cal.Date {
	return p.Due.After(p.countedFrom(issued), work)
}

// DiscountUntil is the last day on which an invoice of a day is paid early; zero when no discount is agreed.
func (p Payment) DiscountUntil(issued cal.Date, work cal.WorkCalendar) cal.Date {
	if p.Discount == nil {
		return cal.Date{}
	}
	return p.Discount.Within.After(p.countedFrom(issued), work)
}

// DueWords is when an invoice is due: "30 days after the day of issue".
func (p Payment) DueWords() string { return p.Due.String() + " after " + p.from() }

func (p Payment) from() string {
	return map[string]string{"issue": "the day of issue", "end-of-month": "the end of the month of issue"}[p.CountedFrom]
}

func (b *builder) payment(v *value) *Payment {
	if v == nil {
		return nil
	}
	return &Payment{Due: v.span("due"), CountedFrom: v.str("counted_from"), Late: b.lateCharge(v.get("late_charge")), Discount: discount(v.get("discount"))}
}

func (b *builder) lateCharge(v *value) *LateCharge {
	if v.fields == nil {
		return nil
	}
	rate, per, _ := strings.Cut(v.str("rate"), " per ")
	c := &LateCharge{Per: Every(per), On: v.str("on"), Counted: v.str("counted"), Compounding: v.str("compounding"), Credited: v.str("credited"), Tax: v.str("tax")}
	c.Rate, _ = money.ParsePercent(rate)
	if c.Rate.Sign() == 0 {
		b.problem(v.get("rate"), "late-rate", "a charge of nothing; write a rate such as 1.5 %% per month, or late_charge: none")
	}
	if grace := v.get("grace"); grace.fields != nil {
		c.Grace, c.ThenFrom = grace.span("within"), grace.str("then_from")
		if c.Grace.N == 0 {
			b.problem(grace.get("within"), "grace", "a grace of nothing; write a length such as 5 days, or grace: none")
		}
	}
	switch most := v.str("at_most"); {
	case most == "none":
	case strings.HasSuffix(most, "%"):
		part, _ := money.ParsePercent(most)
		c.AtMostPart = &part
	default:
		a := b.amount(v.get("at_most"), most)
		c.AtMost = &a
	}
	return c
}

func discount(v *value) *EarlyDiscount {
	if v.fields == nil {
		return nil
	}
	d := &EarlyDiscount{Within: v.span("within"), On: v.str("on"), Partial: v.str("partial")}
	d.Rate, _ = money.ParsePercent(v.str("rate"))
	return d
}

func (b *builder) checkPayment(v *value, p *Payment) {
	if p == nil || p.Discount == nil {
		return
	}
	at := v.get("discount")
	if r := p.Discount.Rate; r.Sign() == 0 || r.Num() == r.Den() {
		b.problem(at.get("rate"), "discount-rate", "a discount of nothing or of all; write a rate such as 2 %%, or discount: none")
	}
	if d := p.Discount.Within; d.Unit == p.Due.Unit && d.N > p.Due.N {
		b.problem(at.get("within"), "discount-after-due", "the discount is for payment within %s, but an invoice is due after %s already; write a shorter window", d, p.Due)
	}
}

// Words are the charge in plain sentences.
func (c LateCharge) Words() []string {
	on := map[string]string{"with-tax": "with tax", "without-tax": "without tax"}[c.On]
	counted := map[string]string{
		"months-begun": "Every month begun counts as a whole one", "full-months": "Only full months count", "days/30": "Time counts by days; a month has 30, a year 360",
		"days/365": "Time counts by days of a year of 365; a rate per month is twelve times as much per year",
	}[c.Counted]
	grace := "There is no grace: it counts from the day after the due day"
	if !c.Grace.IsZero() {
		then := map[string]string{"due": "what is paid later is charged for the time since the due day", "its-end": "what is paid later is charged for the time after those only"}[c.ThenFrom]
		grace = fmt.Sprintf("What is paid within %s after the due day bears no charge; %s", c.Grace, then)
	}
	most := "There is no limit of it"
	switch {
	case c.AtMost != nil:
		most = "Of one invoice it is at most " + c.AtMost.Format()
	case c.AtMostPart != nil:
		most = fmt.Sprintf("Of one invoice it is at most %s of the amount %s", c.AtMostPart, on)
	}
	credited := map[string]string{"from-the-start": "What a credit note takes back bears none", "from-its-day": "What a credit note takes back bears it until the day of the note"}[c.Credited]
	step := map[string]string{"monthly": "month", "yearly": "year"}[c.Compounding]
	compounding := "Nothing is charged on late charges"
	if step != "" {
		compounding = fmt.Sprintf("The charge of each whole %s is added to what bears the charge of the next, until that charge, or what it is on, is paid", step)
	}
	tax := map[string]string{"none": "No tax is charged on it", "as-fees": "It is taxed as the fees are"}[c.Tax]
	return []string{
		fmt.Sprintf("What is overdue, %s, bears a late charge of %s per %s.", on, c.Rate, c.Per), grace + ".", counted + ".", "A part that is paid reduces it from that day.", compounding + ".",
		most + ".", credited + ".", tax + ".",
	}
}

// Words are the discount in plain sentences; its window is counted from the same day as the due day.
func (d EarlyDiscount) Words(from string) []string {
	on := map[string]string{"with-tax": "the amount with tax", "without-tax": "the amount without tax"}[d.On]
	partial := map[string]string{"pro-rata": "A part that is paid by then takes off its share.", "only-in-full": "It is taken off only when the whole is paid by then."}[d.Partial]
	return []string{fmt.Sprintf("An invoice that is paid within %s after %s costs %s of %s less.", d.Within, from, d.Rate, on), partial}
}

// Words are the terms of payment in plain sentences.
func (p Payment) Words() []string {
	out := []string{"An invoice is due " + p.DueWords() + "."}
	if p.Late == nil {
		out = append(out, "No late charge is agreed.")
	} else {
		out = append(out, p.Late.Words()...)
	}
	if p.Discount == nil {
		return append(out, "No discount for early payment is agreed.")
	}
	return append(out, p.Discount.Words(p.from())...)
}
