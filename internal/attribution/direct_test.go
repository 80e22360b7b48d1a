package attribution

import (
	"slices"
	"testing"
)

func TestChannelsThatAreCalledDirect(t *testing.T) {
	got := CalledDirect([]string{"Direct", "email", "(direct)", "DIRECT_TRAFFIC", "Direct", "direct mail", "Direct Traffic", "(direct) / (none)", "", "Indirect"})
	if want := []string{"(direct)", "(direct) / (none)", "DIRECT_TRAFFIC", "Direct", "Direct Traffic"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
