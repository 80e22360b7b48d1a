package ops

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// DealQuery is what is asked of a list of deals, as an address states it. What is left out does not narrow.
type DealQuery struct {
	Text          string
	Outcome       string
	Stage         string
	Owner         string
	ClosedFrom    string // first day of the close date
	ClosedThrough string // its last day
	ClosedTo      string // the day after it, instead
	AmountFrom    string // in the currency of each deal, such as 10000 or 2500.50
	Changed       string
}

// Outcomes are those that can be asked for.
var Outcomes = []Outcome{Won, Lost, Open, Unknown}

// plainAmount has digits, with commas between thousands or without, as amounts are shown.
var plainAmount = regexp.MustCompile(`^([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]{1,4})?$`)

// Filter reads the query. Faults: Invalid, all at once, each at its name: "outcome", "closed_from", "closed_through", "closed_to", "amount_from", "changed".
func (q DealQuery) Filter() (DealFilter, error) {
	f := DealFilter{Text: q.Text, Outcome: Outcome(q.Outcome), Stage: q.Stage, Owner: q.Owner}
	var faults fault.List
	wrong := func(field, words string, args ...any) {
		faults.Add(fault.New(fault.Invalid, strings.ReplaceAll(field, "_", "-"), words, args...).At(field))
	}
	if f.Outcome != "" && !slices.Contains(Outcomes, f.Outcome) {
		wrong("outcome", "%q is no outcome. Write one of: %s.", q.Outcome, joined(Outcomes))
	}
	day := func(field, text string) (d cal.Date) {
		if text == "" {
			return d
		}
		d, err := cal.ParseDate(text)
		for _, f := range fault.All(err) {
			faults.Add(f.At(field))
		}
		return d
	}
	f.Closed = cal.Period{From: day("closed_from", q.ClosedFrom), To: day("closed_to", q.ClosedTo)}
	last := "closed_to"
	if through := day("closed_through", q.ClosedThrough); !through.IsZero() {
		if q.ClosedTo != "" {
			wrong("closed_through", "Write the last day of the close date or the day after it, not both.")
		}
		f.Closed.To, last = through.AddDays(1), "closed_through"
	}
	if !f.Closed.From.IsZero() && !f.Closed.To.IsZero() && !f.Closed.From.Before(f.Closed.To) {
		wrong(last, "The close dates end before they begin. Write a later day, or an earlier first one.")
	}
	if q.AmountFrom != "" && !plainAmount.MatchString(q.AmountFrom) {
		wrong("amount_from", "%q is no amount. Write digits with a point for decimals, such as 10,000 or 2500.50.", q.AmountFrom)
	} else if q.AmountFrom != "" {
		f.AmountFrom, _ = new(big.Rat).SetString(strings.ReplaceAll(q.AmountFrom, ",", ""))
	}
	if q.Changed != "" {
		n, err := strconv.ParseInt(q.Changed, 10, 64)
		if f.Changed = n; err != nil || n < 1 {
			wrong("changed", "%q is no number of an import.", q.Changed)
		}
	}
	return f, faults.Err()
}

// DealFilter narrows a list of deals. A zero field does not narrow.
type DealFilter struct {
	Text       string // in name, id, company or owner, whatever the case
	Outcome    Outcome
	Stage      string     // whatever the case
	Owner      string     // whatever the case
	Closed     cal.Period // of the close date; one end may be open
	AmountFrom *big.Rat   // at least so much, in the currency of each deal; an unknown amount does not fit
	Changed    int64      // only deals that this import changed or brought
}

func (f DealFilter) fits(d DealRow) bool {
	switch {
	case f.Outcome != "" && OutcomeOf(d.Deal) != f.Outcome,
		f.Stage != "" && !strings.EqualFold(f.Stage, d.Stage),
		f.Owner != "" && !strings.EqualFold(f.Owner, d.Owner),
		f.Changed != 0 && d.No != f.Changed,
		!f.Closed.From.IsZero() && (d.ClosedOn.IsZero() || d.ClosedOn.Before(f.Closed.From)),
		!f.Closed.To.IsZero() && (d.ClosedOn.IsZero() || !d.ClosedOn.Before(f.Closed.To)),
		f.AmountFrom != nil && !reaches(d, f.AmountFrom):
		return false
	}
	if f.Text == "" {
		return true
	}
	want := strings.ToLower(f.Text)
	return slices.ContainsFunc([]string{d.Name, d.ID, d.Company, d.Owner}, func(s string) bool { return strings.Contains(strings.ToLower(s), want) })
}

func reaches(d DealRow, least *big.Rat) bool {
	if !d.AmountKnown {
		return false
	}
	amount, ok := new(big.Rat).SetString(d.Amount.String())
	return ok && amount.Cmp(least) >= 0
}

// why says of a list that nothing fits which of the conditions no deal meets; "" where there are no deals at all.
func (f DealFilter) why(all []DealRow, asOf int64) string {
	if len(all) == 0 {
		return ""
	}
	deals := "1 deal"
	if len(all) > 1 {
		deals = fmt.Sprintf("%d deals", len(all))
	}
	words := fmt.Sprintf("Of %s as of import %d", deals, asOf)
	var alone []string
	for _, c := range []struct {
		words string
		only  DealFilter
	}{
		{fmt.Sprintf("has the outcome %q", f.Outcome), DealFilter{Outcome: f.Outcome}}, {fmt.Sprintf("is in the stage %q", f.Stage), DealFilter{Stage: f.Stage}},
		{fmt.Sprintf("is of the owner %q", f.Owner), DealFilter{Owner: f.Owner}}, {"has a close date in these days", DealFilter{Closed: f.Closed}},
		{"has an amount that large", DealFilter{AmountFrom: f.AmountFrom}}, {"was changed last by this import", DealFilter{Changed: f.Changed}},
		{fmt.Sprintf("holds %q", f.Text), DealFilter{Text: f.Text}},
	} {
		if !slices.ContainsFunc(all, c.only.fits) {
			alone = append(alone, "none "+c.words)
		}
	}
	if len(alone) == 0 {
		return words + " each condition is met by some, and none meets them all."
	}
	return words + " " + strings.Join(alone, ", ") + "."
}
