package contract

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

const withScope = `scope:
  sow: SOW 2026
  work:
    - {work: campaigns, category: paid-media, covers: "running campaigns", is: draws-retainer, of: team, each_at_most: 16 hours}
    - work: landing-pages # built by the studio
      category: web
      covers: pages of a campaign
      is: in-scope
      each_at_most: none
  otherwise: change-order
`

func closedWithScope(t *testing.T) Terms {
	t.Helper()
	source, err := os.ReadFile("testdata/closed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	terms, err := Parse(append(source, withScope...))
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

func ordered(t *testing.T, before Terms, a Amending) Terms {
	t.Helper()
	text, err := Amend(before.Source, before.Version+1, a)
	if err != nil {
		t.Fatal(err)
	}
	after, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if err := CheckNext(before.Key, []Terms{before}, after, cal.Date{}); err != nil {
		t.Fatal(err)
	}
	return after
}

func TestAnAmendmentChangesWhatItSaysAndNothingElse(t *testing.T) {
	before := closedWithScope(t)
	usd := before.Currency
	june := cal.MustDate("2026-06-01")
	for name, c := range map[string]struct {
		order Amending
		want  []string
	}{
		"nothing but its day": {Amending{Effective: june}, nil},
		"a fee and its hours": {Amending{Effective: june, Fees: []NewFee{{"team", money.New(1_250_000, usd)}}, Hours: []NewHours{{"team", 6_030}}},
			[]string{"10,000.00 per month -> 12,500.00 per month", "80 -> 100.5"}},
		"prices in a clause that there is": {Amending{Effective: june, Prices: []OncePrice{{Clause: "launch", Name: "microsite", Amount: money.New(800_000, usd), Due: june}, {Clause: "launch", Name: "film", Amount: money.New(1_999, usd)}}}, nil},
		"a price in a new clause": {Amending{Effective: june, Prices: []OncePrice{{Clause: "change-orders", Name: "microsite", Amount: money.New(800_000, usd),
			Terms: &OnceTerms{Within: cal.Span{N: 5, Unit: cal.WorkingDays}, Silence: "open", Partial: "whole-only"}}}}, nil},
		"work that is new, and work that becomes something else": {Amending{Effective: june, Work: []ScopeWork{
			{Name: "landing-pages", Category: "web", Covers: `pages: "all" of them, #1`, Is: DrawsRetainer, Of: "team", EachAtMost: 90},
			{Name: "tv", Category: "tv", Covers: "spots", Is: NotOffered}}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			after := ordered(t, before, c.order)
			if after.Effective != june || after.Version != 2 {
				t.Errorf("version %d, effective %s", after.Version, after.Effective)
			}
			var got []string
			for _, change := range Compare(before, after) {
				switch {
				case change.Path == "effective":
				case c.want != nil:
					got = append(got, change.Before+" -> "+change.After)
				case !strings.HasPrefix(change.Path, "clauses.launch") && !strings.HasPrefix(change.Path, "clauses.change-orders") && !strings.HasPrefix(change.Path, "scope.work"):
					t.Errorf("changed besides: %+v", change)
				}
			}
			if diff := cmp.Diff(c.want, got); c.want != nil && diff != "" {
				t.Error(diff)
			}
			for _, p := range c.order.Prices {
				if m, ok := milestoneNamed(after, p.Name); !ok || m.Amount != p.Amount || m.Due != p.Due {
					t.Errorf("the price of %s is %+v", p.Name, m)
				}
			}
			for _, w := range c.order.Work {
				if got, _ := after.Scope.Find(w.Name); got != w {
					t.Errorf("got %+v, want %+v", got, w)
				}
			}
		})
	}
}

func milestoneNamed(t Terms, name string) (Milestone, bool) {
	for _, c := range t.Clauses {
		if m, ok := c.(Milestones); ok {
			if stone, found := m.Find(name); found {
				return stone, true
			}
		}
	}
	return Milestone{}, false
}

func TestAnAmendmentSaysWhatItHasNoPlaceFor(t *testing.T) {
	before := closedWithScope(t)
	bare := strings.Replace(before.Source, withScope, "", 1)
	june := cal.MustDate("2026-06-01")
	for name, c := range map[string]struct {
		source string
		order  Amending
		field  string
	}{
		"a retainer that is not there":   {before.Source, Amending{Effective: june, Fees: []NewFee{{"nobody", money.New(1, before.Currency)}}}, "fees"},
		"hours of no retainer":           {before.Source, Amending{Effective: june, Hours: []NewHours{{"launch", 60}}}, "hours"},
		"hours that no decimal tells":    {before.Source, Amending{Effective: june, Hours: []NewHours{{"team", 61}}}, "hours"},
		"a price without a clause":       {before.Source, Amending{Effective: june, Prices: []OncePrice{{Clause: "x", Name: "y", Amount: money.New(1, before.Currency)}}}, "prices"},
		"work where no scope was agreed": {bare, Amending{Effective: june, Work: []ScopeWork{{Name: "tv", Category: "tv", Covers: "spots", Is: NotOffered}}}, "work"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Amend(c.source, 2, c.order)
			if all := fault.All(err); len(all) != 1 || all[0].Field != c.field {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestScopeIsReadStrictly(t *testing.T) {
	closed := closedWithScope(t)
	for name, c := range map[string]struct{ old, new, code string }{
		"hours of nobody":           {"of: team, each", "of: nobody, each", "work-retainer"},
		"hours of a clause without": {"of: team, each", "of: launch, each", "work-retainer"},
		"no retainer is named":      {"of: team, each", "each", "work-retainer"},
		"no size":                   {", each_at_most: 16 hours}", "}", "work-size"},
		"a size of nothing":         {"16 hours}", "0 hours}", "work-of-nothing"},
		"a name twice":              {"work: landing-pages", "work: campaigns", "work-twice"},
		"size of what is declined":  {"is: in-scope", "is: declined", "work-size"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(closed.Source, c.old, c.new, 1)
			if text == closed.Source {
				t.Fatal("nothing was broken")
			}
			_, err := Parse([]byte(text))
			if all := fault.All(err); len(all) != 1 || all[0].Code != c.code {
				t.Errorf("got %v", err)
			}
		})
	}
}
