package engagement

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

var dollars = money.Currency("USD")

// agreed is a version with a retainer whose overage of 200.00 per hour needs approval as said, and a scope.
func scopeTerms(approval string, otherwise contract.Covered) contract.Terms {
	return contract.Terms{Version: 3, Currency: dollars, Rounding: money.HalfUp,
		Clauses: []contract.Clause{
			contract.Retainer{ID: "team", Hours: &contract.Hours{Overage: contract.Overage{Set: approval != "", Rate: money.New(20_000, dollars), Approval: approval}}},
		},
		Scope: &contract.Scope{SOW: "SOW 2026", Otherwise: otherwise, Work: []contract.ScopeWork{
			{Name: "campaigns", Category: "paid-media", Covers: "running campaigns", Is: contract.DrawsRetainer, Of: "team", EachAtMost: 960},
			{Name: "reports", Category: "analytics", Covers: "the monthly report", Is: contract.InScope},
			{Name: "tracking", Category: "analytics", Covers: "tags", Is: contract.DrawsRetainer, Of: "team"},
			{Name: "tv", Category: "tv", Covers: "spots", Is: contract.ByChangeOrder},
			{Name: "pr", Category: "pr", Covers: "the press", Is: contract.NotOffered},
		}},
	}
}

func TestEveryRequestResolvesByTheTermsOfItsDay(t *testing.T) {
	day := cal.MustDate("2026-03-10")
	left := func(at, approved int64) map[string]Position {
		return map[string]Position{"team": {AtHand: at, Approved: approved}}
	}
	unsaid := map[string]Position{"team": {AtHand: 120, ApprovalUnknown: true}}
	for name, c := range map[string]struct {
		approval  string
		otherwise contract.Covered
		ask       Ask
		positions map[string]Position
		want      Answer
		costs     int64
		says      string
	}{
		"within the fees, of any size":      {"before-work", contract.ByChangeOrder, Ask{Work: "reports"}, nil, AnswerInScope, 0, "by the fees"},
		"hours are left":                    {"before-work", contract.ByChangeOrder, Ask{Category: "paid-media", Minutes: 300, Estimate: true}, left(300, 0), AnswerDraws, 0, "5 hours of team are left"},
		"hours are not known":               {"before-work", contract.ByChangeOrder, Ask{Category: "paid-media", Minutes: 300, Estimate: true}, nil, AnswerOpen, 0, "not known"},
		"nobody estimated it":               {"before-work", contract.ByChangeOrder, Ask{Category: "paid-media"}, left(300, 0), AnswerOpen, 0, "How long"},
		"overage of 5 h that was approved":  {"before-work", contract.ByChangeOrder, Ask{Category: "paid-media", Minutes: 420, Estimate: true}, left(120, 300), AnswerPreApproved, 100_000, "5 hours x 200.00 per hour = USD 1,000.00"},
		"overage that was not approved":     {"before-work", contract.ByChangeOrder, Ask{Category: "paid-media", Minutes: 421, Estimate: true}, left(120, 300), AnswerChangeOrder, 0, "must be approved"},
		"nobody knows what was approved":    {"before-work", contract.ByChangeOrder, Ask{Category: "paid-media", Minutes: 420, Estimate: true}, unsaid, AnswerOpen, 0, "is not known here"},
		"no approval is needed":             {"none-needed", contract.ByChangeOrder, Ask{Category: "paid-media", Minutes: 420, Estimate: true}, unsaid, AnswerPreApproved, 100_000, "need no approval"},
		"none is asked, for hours are left": {"before-work", contract.ByChangeOrder, Ask{Category: "paid-media", Minutes: 120, Estimate: true}, unsaid, AnswerDraws, 0, "2 hours"},
		"overage that needs no approval":    {"none-needed", contract.ByChangeOrder, Ask{Category: "paid-media", Minutes: 61, Estimate: true}, left(-30, 0), AnswerPreApproved, 20_333, "1 hour 1 minute"},
		"overage that is not allowed":       {"", contract.ByChangeOrder, Ask{Category: "paid-media", Minutes: 61, Estimate: true}, left(60, 600), AnswerChangeOrder, 0, "allows no hours"},
		"larger than one request may be":    {"none-needed", contract.ByChangeOrder, Ask{Category: "paid-media", Minutes: 961, Estimate: true}, left(6_000, 0), AnswerChangeOrder, 0, "may take 16 hours"},
		"two kinds of one category":         {"none-needed", contract.ByChangeOrder, Ask{Category: "analytics", Minutes: 10, Estimate: true}, left(60, 0), AnswerOpen, 0, "Choose one: reports"},
		"by change order":                   {"none-needed", contract.ByChangeOrder, Ask{Category: "tv"}, nil, AnswerChangeOrder, 0, "by change order"},
		"not offered":                       {"none-needed", contract.ByChangeOrder, Ask{Work: "pr"}, nil, AnswerDeclined, 0, "not offered"},
		"not named, otherwise by order":     {"none-needed", contract.ByChangeOrder, Ask{Category: "radio"}, nil, AnswerChangeOrder, 0, "names no work of radio"},
		"not named, otherwise declined":     {"none-needed", contract.NotOffered, Ask{Category: "radio"}, nil, AnswerDeclined, 0, "is declined"},
		"a kind that is not there":          {"none-needed", contract.NotOffered, Ask{Work: "radio"}, nil, AnswerOpen, 0, "Choose one that it names"},
	} {
		t.Run(name, func(t *testing.T) {
			c.ask.Day = day
			got := Resolve(scopeTerms(c.approval, c.otherwise), c.ask, c.positions)
			if got.Answer != c.want || charged(got) != c.costs || got.Version != 3 {
				t.Errorf("got %q at %d, want %q at %d: %+v", got.Answer, charged(got), c.want, c.costs, got)
			}
			if told := strings.Join(got.Reasons, " ") + got.Missing; !strings.Contains(told, c.says) {
				t.Errorf("%q does not say %q", told, c.says)
			}
		})
	}
	if got := Resolve(contract.Terms{Version: 1}, Ask{Category: "tv"}, nil); got.Answer != AnswerOpen || got.Missing == "" {
		t.Errorf("without a scope: %+v", got)
	}
}

// Of 600 minutes that the client approved 300 are left: 300 above those at hand are approved, one more is not, and the words say how many.
func TestApprovedOverageIsToldByWhatIsLeft(t *testing.T) {
	terms := scopeTerms("before-work", contract.ByChangeOrder)
	for minutes, want := range map[int64]string{420: "overage, approved before", 421: "needs approval of 1 minute", 780: "needs approval of 6 hours"} {
		at := map[string]Position{"team": {AtHand: 120, Approved: 300, Given: 600, From: cal.MustDate("2026-03-01")}}
		got := Resolve(terms, Ask{Day: cal.MustDate("2026-03-10"), Category: "paid-media", Minutes: minutes, Estimate: true}, at)
		if got.Words() != want || !strings.Contains(strings.Join(got.Reasons, " "), "10 hours are approved, and 5 hours of them are left.") || (got.Answer == AnswerPreApproved) == got.From.IsZero() {
			t.Errorf("%d minutes: %s, %+v", minutes, got.Words(), got)
		}
	}
	over := map[string]Position{"team": {AtHand: 0, Approved: -60, Given: 600}} // more is worked than was approved
	if got := Resolve(terms, Ask{Category: "paid-media", Minutes: 60, Estimate: true}, over); got.Approve != 120 || !strings.Contains(strings.Join(got.Reasons, " "), "0 hours of them are left") {
		t.Errorf("%+v", got)
	}
	if got := Draws(terms, Ask{Category: "paid-media", Minutes: 60, Estimate: true}); got != "team" {
		t.Errorf("draws %q", got)
	}
	for _, ask := range []Ask{{Category: "paid-media"}, {Work: "reports", Minutes: 60, Estimate: true}, {Category: "radio", Minutes: 60, Estimate: true}} {
		if got := Draws(terms, ask); got != "" {
			t.Errorf("%+v draws %q", ask, got)
		}
	}
}

func charged(in Intake) int64 {
	if in.Costs == nil {
		return 0
	}
	return in.Costs.Minor
}

// More hours, or more approved ones, never make an answer worse; what is resolved has a reason, and what is not says what is missing.
func TestMoreHoursNeverMakeAnAnswerWorse(t *testing.T) {
	rank := map[Answer]int{AnswerChangeOrder: 0, AnswerPreApproved: 1, AnswerDraws: 2}
	rapid.Check(t, func(t *rapid.T) {
		terms := scopeTerms(rapid.SampledFrom([]string{"", "before-work", "none-needed"}).Draw(t, "approval"), contract.ByChangeOrder)
		ask := Ask{Day: cal.MustDate("2026-03-10"), Category: "paid-media", Minutes: rapid.Int64Range(1, 1_000).Draw(t, "minutes"), Estimate: true}
		at := Position{AtHand: rapid.Int64Range(-500, 1_000).Draw(t, "left"), Approved: rapid.Int64Range(0, 600).Draw(t, "approved")}
		more := Position{AtHand: at.AtHand + rapid.Int64Range(0, 500).Draw(t, "more"), Approved: at.Approved + rapid.Int64Range(0, 500).Draw(t, "more approved")}
		a, b := Resolve(terms, ask, map[string]Position{"team": at}), Resolve(terms, ask, map[string]Position{"team": more})
		if rank[b.Answer] < rank[a.Answer] {
			t.Fatalf("%+v gives %s, %+v gives %s", at, a.Answer, more, b.Answer)
		}
		for _, in := range []Intake{a, b} {
			if (in.Answer == AnswerOpen) != (in.Missing != "") || in.Answer != AnswerOpen && len(in.Reasons) == 0 {
				t.Fatalf("%+v", in)
			}
			if in.Costs != nil && in.Answer != AnswerPreApproved {
				t.Fatalf("costs without approval: %+v", in)
			}
		}
	})
}
