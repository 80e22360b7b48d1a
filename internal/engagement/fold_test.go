package engagement

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

func TestWordsOfCategoriesAndMarketsFold(t *testing.T) {
	for _, same := range [][2]string{{"frozen-food", "Frozen Foods"}, {"frozen_food", "frozenfood"}, {"bakeries", "bakery"}, {"fitness", "Fitness"}} {
		if Fold(same[0]) != Fold(same[1]) {
			t.Errorf("%s is not %s", same[0], same[1])
		}
	}
	for _, same := range [][2]string{{"US", "USA"}, {"US", "United States"}, {"us", "U.S."}, {"GB", "UK"}, {"GB", "United Kingdom"}, {"DE", "Germany"}, {"DE", "DEU"}, {"north region", "North-Region"}} {
		if FoldMarket(same[0]) != FoldMarket(same[1]) {
			t.Errorf("%s is not %s: %q and %q", same[0], same[1], FoldMarket(same[0]), FoldMarket(same[1]))
		}
	}
	if FoldMarket("US") == FoldMarket("CA") || Fold("frozen-food") == Fold("pet-food") {
		t.Error("two things are one")
	}
}

// Given a promise for frozen-food in US, however a newcomer's line of business is spelled the check finds it, and what only resembles it is a question, never clear.
func TestASpellingDoesNotClearACheck(t *testing.T) {
	served := cal.Period{From: termDay("2026-01-01"), To: contract.Forever}
	promise := Restraint{Client: "org_a", ClientName: "Acme", Contract: "growth", Binds: served,
		Terms: contract.NonCompetition{Category: "frozen-food", Markets: []string{"US"}, Unit: contract.Team, ClearedBy: contract.RemedyWaiver}}
	for _, c := range []struct {
		category, market string
		outcome          Outcome
		question         string
	}{
		{"frozen-food", "US", WaiverRequired, ""},
		{"frozen food", "US", WaiverRequired, ""},
		{"Frozen_Foods", "USA", WaiverRequired, ""},
		{"frozen-food", "United States", WaiverRequired, ""},
		{"frozen-food", "CA", Clear, ""},
		{"frozen-fod", "US", Clear, "the same as frozen-food"},
		{"food retail", "US", Clear, "the same as frozen-food"},
		{"frozen-food", "North America", Clear, "overlap with the market US"},
		{"banking", "US", Clear, ""},
	} {
		a := Account{Name: "Boltworks", Categories: []string{c.category}, Markets: []string{c.market}, Served: served, Shared: contract.Team}
		got := Check(a, []Restraint{promise}, nil, nil, Lifting{}, termDay("2026-06-01"))
		asked := ""
		for _, q := range got.Questions {
			asked += q.Text
		}
		if got.Outcome != c.outcome || !strings.Contains(asked, c.question) || (c.question == "") != (asked == "") {
			t.Errorf("%s in %s: %s, %q; want %s, %q", c.category, c.market, got.Outcome, asked, c.outcome, c.question)
		}
	}
}
