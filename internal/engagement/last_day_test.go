package engagement

import (
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
)

// Given a contract that would lapse on 31 Dec 2026 and a notice that ends it on 4 Oct 2026, every date counts from the notice, and none from the old end.
func TestANoticeThatBindsMovesTheLastDayEverywhere(t *testing.T) {
	a := termAgreed(t, term("12 months", "kind: mutual-written, each: 12 months", "period: 90 days, fee: full"))
	n := Notice{ID: "ntc_1", Side: contract.ClientSide, At: time.Date(2026, 7, 6, 12, 0, 0, 0, time.UTC), Given: Given{On: termDay("2026-07-06"), Way: contract.ByEmail, Received: termDay("2026-07-06")},
		Effect: Effect{Received: termDay("2026-07-06"), End: termDay("2026-10-05")}}
	day := termDay("2026-08-01")
	if s := StandingUnder(a, []Notice{n}, day); s.Last() != termDay("2026-12-31") || s.Notice != nil {
		t.Errorf("what one side states is an end: %s", s.Words())
	}
	n.Deeds = []Deed{{Kind: Acknowledged, Side: contract.AgencySide}}
	s := StandingUnder(a, []Notice{n}, day)
	if s.Last() != termDay("2026-10-04") || !strings.Contains(s.Words(), "It ends by notice of the client, received on 6 Jul 2026: its last day is 4 Oct 2026.") {
		t.Errorf("%s: %s", s.Last(), s.Words())
	}
	if end, _ := s.Settled().End(); end != n.Effect.End {
		t.Errorf("it is settled as of %s", end)
	}
	if _, _, why := s.MayRenew(); !strings.Contains(why, "A notice of the client ends the contract on 4 Oct 2026") {
		t.Errorf("renewal: %q", why)
	}
	for _, d := range DatesOf("ct_1", a, []Notice{n}, day) {
		if d.Kind == Lapses || d.Kind == Ends && d.On != termDay("2026-10-04") || d.Kind == TailEnds && d.On != termDay("2026-12-03") {
			t.Errorf("%s on %s", d.Kind, d.On)
		}
	}
	if s := StandingUnder(a, []Notice{n}, n.Effect.End); !s.Ended {
		t.Error("it runs after its last day")
	}
}

func TestWhichNoticeBindsWithoutAnotherWord(t *testing.T) {
	entered := time.Date(2026, 10, 6, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		given Given
		binds bool
	}{
		"the contract says when it is received": {Given{On: termDay("2026-10-06"), Way: contract.InProduct}, true},
		"a day of receipt that one side states": {Given{On: termDay("2026-10-06"), Way: contract.ByEmail, Received: termDay("2026-10-06")}, false},
		"a day before the entry":                {Given{On: termDay("2026-01-01"), Way: contract.ByEmail}, false},
	} {
		n := Notice{Side: contract.ClientSide, At: entered, Given: c.given}
		if n.Binds(time.UTC) != c.binds {
			t.Errorf("%s: binds %v", name, !c.binds)
		}
		n.Deeds = []Deed{{Kind: Acknowledged, Side: contract.AgencySide}}
		if !n.Binds(time.UTC) {
			t.Errorf("%s: acknowledged, it does not bind", name)
		}
	}
	odd := Effect{End: termDay("2026-04-03")}.Warnings(termDay("2026-10-06"), termDay("2026-09-01"))
	if len(odd) != 2 || !strings.Contains(odd[0], "2 Apr 2026") || !strings.Contains(odd[1], "31 Aug 2026") {
		t.Errorf("%q", odd)
	}
}
