package fees

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func gradeClarity(m Measured) Graded {
	c, spread := m.Clarity, m.Spread
	g := Graded{Name: "Clarity of attribution"}
	if !c.Enough() || !m.SpreadOK {
		g.Grade, g.Value = Insufficient, dealsWord(c.Deals)+" won"
		g.Why = []string{"It is measured on the deals won in two sales cycles, and the length of the cycle is not known."}
		if !c.Period.IsEmpty() {
			g.Why = []string{fmt.Sprintf("%s with an amount %s won from %s to %s, in two sales cycles; 10 are needed.", capital(dealsWord(c.Deals)), oneOr(c.Deals, "was", "were"), c.Period.From.Words(), c.Period.Last().Words())}
		}
		g.Better = []string{"More won deals of which the day of creation is known."}
		return g
	}
	clear, upTo := partOf(c.Clear.Minor, c.Of.Minor), partOf(c.Clear.Minor+c.Unknown.Minor, c.Of.Minor)
	g.Value = inPercent(clear) + " of won revenue"
	g.Why = []string{
		fmt.Sprintf("%s of %s won from %s to %s is clear, %s: good from %s, fair from %s.", c.Clear.FormatWith(), c.Of.FormatWith(), c.Period.From.Words(), c.Period.Last().Words(), inPercent(clear), inPercent(goodClarity), inPercent(fairClarity)),
		fmt.Sprintf("First, last, linear and w-shaped touch differ by %s points in what they credit to marketing; beyond %s the choice of the model decides the fee.", points(crm.Points(spread)), points(crm.Points(widestSpread))),
	}
	g.Why = append(g.Why, spreadWords(m)...)
	g.Why = append(g.Why, textWords(m)...)
	g.Why = append(g.Why, twoCyclesWords(m.Cycle, c.Period), countedWords(c))
	if upTo > clear {
		g.Why = append(g.Why, fmt.Sprintf("%s more lacks nothing but a history that tells whether the source was changed: with it, up to %s.", c.Unknown.FormatWith(), inPercent(upTo)))
	}
	if g.Grade = clarityGrade(clear, spread); g.Grade != Good {
		g.Better = unclearBy(c)
		if spread > widestSpread {
			g.Better = append(g.Better, fmt.Sprintf("The models differ by %s points: record the touches between the first and the last, or agree on a model before there is a fee on it.", points(crm.Points(spread))))
		}
	}
	return g
}

func clarityGrade(clear crm.Points, spread int64) Grade {
	return graded(clear >= goodClarity && spread <= widestSpread, clear >= fairClarity)
}

// textWords say by which text the deals are measured, and what they come to by those in force when they were won.
func textWords(m Measured) []string {
	if m.Versions < 2 {
		return []string{"The contract has one text: all deals are measured by it, those won before it began too."}
	}
	out := []string{fmt.Sprintf("All deals are measured by the latest text, version %d, and so is the grade: by it the next deals would be paid, and whether a share can be paid on it is the question.", m.Version)}
	deals, clear, earned := m.Agreed.Together()
	spread, ok := earned.Spread()
	if !ok {
		return out
	}
	part := partOf(clear.Minor, earned.Of.Minor)
	var each []string
	for _, v := range m.Agreed.Versions {
		each = append(each, fmt.Sprintf("%s of %s of %s under version %d", v.Clarity.Clear.Format(), v.Clarity.Of.Format(), dealsWord(v.Clarity.Deals), v.Version))
	}
	return append(out, fmt.Sprintf("By the text in force on the day each was won, %s of %s of %s is clear, %s: %s. The four models differ by %s points by these, and clarity would be graded %s.",
		clear.FormatWith(), earned.Of.FormatWith(), dealsWord(deals), inPercent(part), strings.Join(each, ", "), points(crm.Points(spread)), clarityGrade(part, spread)))
}

// TouchWords name a model of the spread: "first touch", "linear".
func TouchWords(k attribution.Kind) string {
	if k == attribution.FirstTouch || k == attribution.LastTouch {
		return string(k) + " touch"
	}
	return string(k)
}

// spreadWords say how far the models are apart as arithmetic.
func spreadWords(m Measured) []string {
	if len(m.Earned) == 0 {
		return nil
	}
	byAmount := func(a, b attribution.EarnedBy) int { return cmp.Compare(a.Amount.Minor, b.Amount.Minor) }
	most, least := slices.MaxFunc(m.Earned, byAmount), slices.MinFunc(m.Earned, byAmount)
	out := []string{fmt.Sprintf("That is (%s by %s - %s by %s) / %s = %s points.", most.Amount.Format(), TouchWords(most.Model), least.Amount.Format(), TouchWords(least.Model), m.Clarity.Of.Format(), points(crm.Points(m.Spread)))}
	if most.Amount == least.Amount {
		out = []string{fmt.Sprintf("All four earn %s of %s.", most.Amount.Format(), m.Clarity.Of.Format())}
	}
	if !m.YearOK {
		return out
	}
	year := fmt.Sprintf("Of the deals won in 12 months, from %s to %s, by the same terms, the four differ by %s points", m.Cycle.Period().From.Words(), m.Cycle.On.Words(), points(crm.Points(m.Year)))
	switch {
	case m.Year > widestSpread && m.Spread <= widestSpread:
		year += fmt.Sprintf(", which is beyond %s: the grade rests on the two cycles alone, so look at both before there is a fee on it", points(crm.Points(widestSpread)))
	case m.Year <= widestSpread && m.Spread > widestSpread:
		year += fmt.Sprintf(", which is not beyond %s: the grade rests on the two cycles alone", points(crm.Points(widestSpread)))
	}
	return append(out, year+".")
}

// twoCyclesWords say why clarity is measured on these days.
func twoCyclesWords(c crm.Cycle, in cal.Period) string {
	days := in.Days()
	why := fmt.Sprintf("2 x %s days, the median cycle, are %s", c.Median(), countedOf(days, "day"))
	switch {
	case 2*int(c.Median()) < 4*leastWindow:
		why = fmt.Sprintf("2 x %s days, the median cycle, are fewer than the %d that it takes at least", c.Median(), leastWindow)
	case 2*int(c.Median()) != 4*days:
		why += ", rounded up"
	}
	return fmt.Sprintf("It is measured on the two sales cycles from %s to %s, the day of the import: %s.", in.From.Words(), in.Last().Words(), why)
}

// countedWords say how many of the deals won in the days are counted, and why the others are not.
func countedWords(c attribution.Clarity) string {
	if len(c.LeftOut) == 0 {
		return fmt.Sprintf("%s won in these days, all counted: each has an amount in %s.", capital(dealsWord(c.Deals)), c.Of.Currency)
	}
	return fmt.Sprintf("Counted are %d of %s won in these days; not counted are %s.", c.Deals, dealsWord(c.Deals+int64(len(c.LeftOut))), reasons(c.LeftOut))
}

// reasons are how many failed for which reason, in the order of the reasons.
func reasons(left []crm.Failing) string {
	deals := map[string]int64{}
	for _, f := range left {
		deals[f.Why]++
	}
	var out []string
	for _, why := range slices.Sorted(maps.Keys(deals)) {
		out = append(out, fmt.Sprintf("%d (%s)", deals[why], why))
	}
	return strings.Join(out, ", ")
}

// unclearBy sums what is not clear by what it lacks, the most first. A deal that lacks two things is in both.
func unclearBy(c attribution.Clarity) []string {
	type lack struct {
		why   string
		minor int64
		deals int64
	}
	var all []lack
	for _, u := range c.Failing {
		for _, why := range u.Why {
			i := slices.IndexFunc(all, func(l lack) bool { return l.why == why })
			if i < 0 {
				i = len(all)
				all = append(all, lack{why: why})
			}
			all[i].minor += u.Deal.Amount.Minor
			all[i].deals++
		}
	}
	slices.SortFunc(all, func(a, b lack) int { return cmp.Or(cmp.Compare(b.minor, a.minor), cmp.Compare(a.why, b.why)) })
	var out []string
	for _, l := range all {
		out = append(out, fmt.Sprintf("%s: %s, %s.", capital(l.why), money.New(l.minor, c.Of.Currency).FormatWith(), dealsWord(l.deals)))
	}
	return out
}
