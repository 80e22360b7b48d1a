package fees

import (
	"slices"
	"testing"
)

// A limit counts what is charged before it, so the order of the rules decides money: fees, credits, minimums, what is not to be exceeded.
func TestFeesComeBeforeCreditsAndLimits(t *testing.T) {
	var kinds []string
	for _, r := range rules() {
		kinds = append(kinds, r.kind)
	}
	if last := kinds[max(0, len(kinds)-3):]; !slices.Equal(last, []string{"service_credits", "minimum", "not_to_exceed"}) {
		t.Errorf("the rules end with %v", last)
	}
}
