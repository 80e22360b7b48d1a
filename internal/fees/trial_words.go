package fees

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// FewEarning is how many companies there must be before a range says much.
const FewEarning = 20

// Notes tell of one side what its numbers do not: the facts that it needs, what does not vary, how few companies it rests on, where it breaks even
// with the first.
func Notes(t Tried, s SidePrice) []string {
	var out []string
	for _, n := range s.Needs {
		out = append(out, fmt.Sprintf("%s needs %s, so nobody can say what it would have come to.", n.Clause, n.What))
	}
	if len(s.Needs) > 0 {
		known := fmt.Sprintf("Known of it: %s.", s.Total.Format())
		if most, ok := s.Most(); ok {
			known = fmt.Sprintf("Known of it: %s; by the whole of its own terms at most %s, whatever the months.", s.Total.Format(), most.Format())
		}
		return append(out, known)
	}
	if fixed := s.unmoved(); len(fixed) > 0 {
		out = append(out, "Does not vary with the deals: "+strings.Join(fixed, ", ")+".")
	}
	if s.Varies && s.Earning < FewEarning {
		out = append(out, fmt.Sprintf("It rests on %s, too few for a range that says much.", countedCompanies(s.Earning)))
	}
	if even, ok := BreakEven(t.Sides[0], s); ok {
		credited := s.Credited
		if credited.Minor == 0 { // a side without a share
			credited = t.Sides[0].Credited
		}
		for _, side := range []SidePrice{t.Sides[0], s} {
			if words := side.shareWords(); words != "" {
				out = append(out, words)
			}
		}
		out = append(out, fmt.Sprintf("Comes to the same as the contract as it stands at %s of credited revenue, caps and floors of the share left aside; %s were credited.", even.Format(), credited.Format()))
	}
	return out
}

// HeldWords name the questions that hold money out of a side.
func HeldWords(s SidePrice) []string {
	var out []string
	for _, i := range s.Asked {
		out = append(out, fmt.Sprintf("Held out, %s: %s", i.Subject, i.Text))
	}
	return out
}

// shareWords are what a share of revenue came to as arithmetic: the rate on what was credited, and what its floors and caps made of it.
func (s SidePrice) shareWords() string {
	if s.Rate == nil || s.Credited.Minor == 0 {
		return ""
	}
	paid := money.New(0, s.Total.Currency)
	var parts []string
	for _, k := range s.Share {
		paid = paid.Add(k.Total)
		switch name := shareKinds[k.Kind]; {
		case k.Kind == KindDeal:
			parts = slices.Insert(parts, 0, fmt.Sprintf("%s of %s credited, deal by deal, is %s", s.Rate, s.Credited.Format(), k.Total.Format()))
		case k.Total.Minor != 0 && name != "":
			parts = append(parts, name+" "+signedWords(k.Total))
		case k.Total.Minor != 0:
			parts = append(parts, strings.ReplaceAll(string(k.Kind), "-", " ")+" "+signedWords(k.Total))
		}
	}
	return fmt.Sprintf("The share of %q: %s; paid %s.", s.Name, strings.Join(parts, ", "), paid.Format())
}

var shareKinds = map[LineKind]string{KindDealFloor: "floors of single deals", KindDealCap: "caps of single deals", KindPeriodFloor: "the floor of a period", KindPeriodCap: "the cap of a period", KindCorrection: "corrections of earlier months"}

func countedCompanies(n int) string {
	if n == 1 {
		return "one company that earns"
	}
	return fmt.Sprintf("%d companies that earn", n)
}

// unmoved are the clauses of which nothing is charged for a deal, nor computed from what is.
func (s SidePrice) unmoved() []string {
	var out []string
	for _, c := range s.Clauses {
		joint := c.Kind == "revenue_share"
		for _, r := range rules() {
			joint = joint || r.joint && r.kind == c.Kind
		}
		if !joint {
			out = append(out, fmt.Sprintf("%s (%s)", c.Clause, strings.ToLower(contract.KindName(c.Kind))))
		}
	}
	return out
}

// RangeWords say what the ranges are.
func RangeWords(c Comparison) string {
	if c.Resamples == 0 || c.Drawn == 0 {
		return "No range was drawn."
	}
	return fmt.Sprintf("Expected is the mean of %d resamples of this history (seed %d). In a tenth of them the fee was at or below the amount under 10 %%, in a tenth above that under 90 %%. A resample draws as many companies with a deal as there are (%d), "+
		"by chance, some twice and some not at all, each with all its deals, touches and payments on their days; companies and not deals, because the deals of one company hang together. "+
		"It tells how much of the fee hangs on which companies happened to buy, not what the market will do.", c.Resamples, c.Seed, c.Drawn)
}
