package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Parse reads one version of a contract. Every problem of the text is reported in its order, each with line, column, key and the words to
// write (fault.List, kind Invalid); the Terms are meaningful only when there is none.
func Parse(source []byte) (Terms, error) { return parse(source, &reader{}) }

// ParseAccepted reads a text that was accepted, under this form or an earlier one. What a text has to say only since later may be missing: it
// means what its absence meant when the text was accepted; what only a new text may not say is no problem. Of a revenue share without clawback, refunds were taken back however late. Faults as Parse.
func ParseAccepted(source []byte) (Terms, error) { return parse(source, &reader{accepted: true}) }

func parse(source []byte, r *reader) (Terms, error) {
	doc, faults := r.document(source)
	if len(faults) > 0 {
		return Terms{}, spokenPlaces(doc, faults).Err()
	}
	sum := sha256.Sum256(source)
	b := &builder{approved: map[string]bool{}}
	t := b.terms(doc)
	t.Source, t.SHA256 = string(source), hex.EncodeToString(sum[:])
	if !r.accepted {
		b.checkNew(doc, t)
	}
	byPlace(b.faults)
	if err := spokenPlaces(doc, b.faults).Err(); err != nil {
		return Terms{}, err
	}
	return t, nil
}

// builder makes typed terms from a document whose shape is right, and finds what contradicts itself.
type builder struct {
	faults   fault.List
	currency money.Currency
	zone     *time.Location
	approved map[string]bool // metrics of approved hours

	milestoneOf map[string]string // clause by milestone, for names that are given twice
}

func (b *builder) problem(v *value, code, format string, args ...any) {
	b.faults.Add(fault.New(fault.Invalid, code, format, args...).At(v.path).AtLine(v.line, v.column))
}

func (v *value) get(key string) *value { return v.fields[key] }

// str is the text of a field, "" when it is not written.
func (v *value) str(key string) string {
	if f := v.fields[key]; f != nil {
		return f.text
	}
	return ""
}

func (v *value) texts(key string) []string {
	f := v.fields[key]
	if f == nil {
		return nil
	}
	out := make([]string, len(f.items))
	for i, item := range f.items {
		out[i] = item.text
	}
	return out
}

// The readers below cannot fail: the shape was checked before.

func (v *value) date(key string) cal.Date {
	d, _ := cal.ParseDate(v.str(key))
	return d
}

func (v *value) span(key string) cal.Span {
	s, _ := cal.ParseSpan(v.str(key))
	return s
}

func (v *value) number(key string) int {
	n, _ := wholeNumber(v.str(key))
	return n
}

func wholeNumber(s string) (int, error) {
	if strings.HasPrefix(s, "+") {
		return 0, fmt.Errorf("a plus sign")
	}
	return strconv.Atoi(s)
}

func (b *builder) terms(doc *value) Terms {
	b.currency, _ = money.ParseCurrency(doc.str("currency"))
	b.zone, _ = cal.Zone(doc.str("time_zone"))
	parties, calendar, statements := doc.get("parties"), doc.get("calendar"), doc.get("statements")
	objection := statements.get("objection")
	t := Terms{
		Key:       doc.str("contract"),
		Version:   doc.number("version"),
		Effective: doc.date("effective"),
		Client:    parties.str("client"),
		Agency:    parties.str("agency"),
		Currency:  b.currency,
		ZoneName:  doc.str("time_zone"),
		Zone:      b.zone,
		Rounding:  money.Rounding(doc.str("rounding")),
		Calendar:  workCalendar(calendar),
		Term:      b.term(doc.get("term")),
		Statements: StatementTerms{
			Cadence:     statements.str("cadence"),
			IssueWithin: statements.span("issue_within"),
			Objection:   Objection{Within: objection.span("within"), Silence: objection.str("silence")},
		},
	}
	if err := t.Calendar.Check(); err != nil {
		b.problem(calendar, "calendar", "%s", err)
	}
	if t.Effective.Before(t.Term.Start) {
		b.problem(doc.get("effective"), "effective", "this version takes effect before the term starts on %s; write that day or a later one", t.Term.Start)
	}
	if end, ends := t.End(); ends {
		b.checkEnd(doc, t, end)
	}
	t.Payment = b.payment(doc.get("payment"))
	b.checkPayment(doc.get("payment"), t.Payment)
	t.Service = b.serviceLevels(doc.get("service_levels"), b.zone, t.Calendar)
	t.Approvals = b.approvals(doc.get("approvals"), t.Service)
	t.Ownership = b.ownership(doc.get("ownership"))
	t.Appointments = b.appointments(doc.get("appointments"))
	t.Scope = b.scope(doc.get("scope"))
	t.Resources = b.resources(doc.get("resources"), t)
	t.NonCompetition = b.nonCompetition(doc.get("non_competition"))
	t.Clauses = b.clauses(doc.get("clauses"), t)
	b.checkScope(doc.get("scope"), t.Scope, t.Clauses)
	return t
}

func (b *builder) checkEnd(doc *value, t Terms, end cal.Date) {
	switch {
	case end.After(lastDay):
		b.problem(doc.get("term"), "term-length", "the term, with all its renewals, ends after %s; write fewer or shorter ones", lastDay.Words())
	case t.Effective.After(end):
		b.effectiveAfter(doc, end)
	}
}

func (b *builder) effectiveAfter(doc *value, end cal.Date) {
	b.problem(doc.get("effective"), "effective", "this version takes effect after the last day of the contract, %s; write that day or an earlier one, or a longer term", end.AddDays(-1))
}

// lastDay of the calendar.
var lastDay = cal.MustDate("2199-12-31")

func (b *builder) term(v *value) Term {
	renewal, notice := v.get("renewal"), v.get("notice")
	t := Term{
		Start:   v.date("start"),
		Renewal: Renewal{Kind: RenewalKind(renewal.str("kind")), AtMost: renewal.number("at_most"), Each: renewal.span("each")},
		Notice:  Notice{Period: notice.span("period"), Fee: notice.str("fee"), Received: notice.date("received")},
		Ended:   v.date("ended"),
		Exit:    exitOf(v.get("exit")),
	}
	if v.str("length") != "open-ended" {
		t.Length = v.span("length")
		if t.Length.N == 0 {
			b.problem(v.get("length"), "term-length", "a term of nothing; write a length such as 12 months, or open-ended")
		}
	}
	if t.Renewal.Kind == RenewalAuto && t.Renewal.Each.IsZero() {
		b.problem(renewal, "renewal-each", "an automatic renewal needs its length; write each: 12 months")
	}
	if t.Renewal.Each.N == 0 && !t.Renewal.Each.IsZero() {
		b.problem(renewal.get("each"), "renewal-each", "a renewal of nothing; write a length such as 12 months")
	}
	if !t.Ended.IsZero() && t.Ended.Before(t.Start) {
		b.problem(v.get("ended"), "ended", "the contract cannot end before it starts on %s", t.Start)
	}
	b.notice(v, &t)
	b.receipt(v, &t)
	return t
}

func (b *builder) clauses(v *value, t Terms) []Clause {
	var out []Clause
	seen := map[string]bool{}
	for _, item := range v.items {
		c := kindOf(item).build(b, item, t)
		if seen[c.ClauseID()] {
			b.problem(item, "clause-twice", "two clauses are named %q; give each its own name", c.ClauseID())
		}
		seen[c.ClauseID()] = true
		out = append(out, c)
	}
	b.checkTogether(v, out)
	if len(out) == 0 {
		b.problem(v, "no-clause", "the contract pays for nothing; write at least one clause, such as - retainer: growth-team")
	}
	return out
}

func noneIsEmpty(s string) string {
	if s == "none" {
		return ""
	}
	return s
}

func (b *builder) checkLimits(v *value, floor, limit Limit) {
	if floor.Set && limit.Set && floor.Per == limit.Per && floor.Amount.Cmp(limit.Amount) > 0 {
		b.problem(v, "floor-above-cap", "the floor of %s is above the cap of %s", floor.Amount.Format(), limit.Amount.Format())
	}
}

func (b *builder) amountPer(v *value) (money.Amount, Every) {
	amount, every, _ := strings.Cut(v.text, " per ")
	return b.amount(v, amount), Every(strings.TrimSpace(every))
}

func (b *builder) amount(v *value, text string) money.Amount {
	a, err := money.Parse(text, b.currency)
	if err != nil {
		b.problem(v, "amount", "%s", fault.All(err)[0].Message)
	}
	return a
}

func (b *builder) limit(v *value) Limit {
	if v.text == "none" {
		return Limit{}
	}
	if strings.Contains(v.text, " per ") {
		amount, every := b.amountPer(v)
		return Limit{Set: true, Amount: amount, Per: every}
	}
	return Limit{Set: true, Amount: b.amount(v, v.text)}
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// weekend is the days outside "mon-fri".
func weekend(week string) ([]time.Weekday, error) {
	first, last, _ := strings.Cut(week, "-")
	from, to := indexOf(weekdays, first), indexOf(weekdays, last)
	if from < 0 || to < 0 {
		return nil, fmt.Errorf("write the first and last working day, such as mon-fri")
	}
	worked := map[int]bool{to: true}
	for d := from; d != to; d = (d + 1) % 7 {
		worked[d] = true
	}
	var off []time.Weekday
	for d := range 7 {
		if !worked[d] {
			off = append(off, time.Weekday(d))
		}
	}
	if len(off) == 0 {
		off = []time.Weekday{-1} // a seven-day week: no weekday is off
	}
	return off, nil
}

func indexOf(list []string, s string) int {
	for i, v := range list {
		if v == s {
			return i
		}
	}
	return -1
}

// daysOffOf is the days of "2026-12-25" or "2026-12-24..2027-01-01", both ends included.
func daysOffOf(s string) ([]cal.Date, error) {
	first, last, ranged := strings.Cut(s, "..")
	from, err := cal.ParseDate(first)
	if err != nil {
		return nil, fmt.Errorf("write a date such as 2026-12-25, or first..last")
	}
	to := from
	if ranged {
		if to, err = cal.ParseDate(last); err != nil || to.Before(from) || to.DaysSince(from) > 366 {
			return nil, fmt.Errorf("write first..last in order, at most a year apart, such as 2026-12-24..2027-01-01")
		}
	}
	var out []cal.Date
	for d := from; !d.After(to); d = d.AddDays(1) {
		out = append(out, d)
	}
	return out, nil
}

func workCalendar(v *value) cal.WorkCalendar {
	off, _ := weekend(v.str("work_week"))
	w := cal.WorkCalendar{Weekend: off}
	for _, s := range v.texts("holidays") {
		days, _ := daysOffOf(s)
		w.Closed = append(w.Closed, days...)
	}
	return w
}
