package ops_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// reasonsOf are the reasons of the correction of a deal, without the sentence that stands on all of them.
func reasonsOf(t *testing.T, st ops.Statement, deal, amount string) []string {
	t.Helper()
	for _, l := range corrections(st) {
		if l.Deal != deal {
			continue
		}
		if l.Amount.String() != amount {
			t.Errorf("the correction of %s is %s, want %s", deal, l.Amount, amount)
		}
		return l.Basis.Notes[:len(l.Basis.Notes)-1]
	}
	t.Errorf("%s is not corrected", deal)
	return nil
}

func wantReasons(t *testing.T, st ops.Statement, deal, amount string, want ...string) {
	t.Helper()
	if got := reasonsOf(t, st, deal, amount); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s of %s: got\n%s\nwant\n%s", deal, st.Name(), strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

const touchesHead = "touch_id,contact_id,at,channel\n"

// The touches of a locked month are imported with a channel that earns nothing, and later as they were: each correction says what changed since what was corrected last.
func TestACorrectionSaysWhichTouchesChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := deskWithSaleTwice(t, d, ctx)
		february := k.Locked("2026-02")
		wantAmount(t, "February", february.Total, "20000.00")
		k.File("touches.csv", touchesHead+"t1,p1,2026-01-06T10:00:00Z,sales call\nt2,p2,2026-01-07T10:00:00Z,webinar\n")
		diff := must(k.Difference(ctx, finance, february.ID))(t)
		if len(diff.Facts) != 1 || diff.Facts[0].ID != "t1" || diff.Facts[0].Import != 5 {
			t.Errorf("%+v", diff.Facts)
		}
		k.MoveTo("2026-04-02")
		march := k.Locked("2026-03")
		wantAmount(t, "March", march.Total, "11000.00")
		wantReasons(t, march, "A", "-3000.00", "Since then, import 5: the touch t1's channel was webinar and is sales call.")
		verified(t, k, march)
		k.File("touches.csv", touchesHead+"t1,p1,2026-01-06T10:00:00Z,webinar\nt2,p2,2026-01-07T10:00:00Z,webinar\n")
		k.MoveTo("2026-05-02")
		april := k.Locked("2026-04")
		wantReasons(t, april, "A", "3000.00", "Since then, import 6: the touch t1's channel was sales call and is webinar.")
		verified(t, k, april)
	})
}

// Deals become one while touches of the one that remains change, and it is taken back when the correction is locked.
func TestACorrectionSaysAllThatChangedBesideAMerge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := deskWithSaleTwice(t, d, ctx)
		k.Locked("2026-02")
		k.same(t, false)
		k.File("touches.csv", touchesHead+"t1,p1,2026-01-06T10:00:00Z,sales call\nt2,p2,2026-01-07T10:00:00Z,webinar\n")
		k.MoveTo("2026-04-02")
		march := k.Locked("2026-03")
		stated := "Since then, import 5: it was stated that deals B and A are one sale, of which A remains (" + feestest.Owner.Name + ": typed in twice)."
		wantReasons(t, march, "B", "-3000.00", stated)
		wantReasons(t, march, "A", "-2700.00", stated, "Since then: the association of contact p2 came in.", "Since then, import 6: the touch t1's channel was webinar and is sales call.")
		verified(t, k, march)
		k.same(t, true)
		k.MoveTo("2026-05-02")
		april := k.Locked("2026-04")
		back := "Since then, import 7: it was taken back that deal B is one sale with another; it counts by itself again."
		wantReasons(t, april, "B", "3000.00", back)
		wantReasons(t, april, "A", "-300.00", back, "Since then: the association of contact p2 is no longer there.")
		verified(t, k, april)
	})
}

// What is too much for a line is counted, and what bears on another deal is not there.
func TestACorrectionTellsOfSomeChangesAndCountsTheRest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := deskWithSaleTwice(t, d, ctx)
		touches := func(channel string) string {
			text := touchesHead + "t2,p2,2026-01-07T10:00:00Z,webinar\n"
			for i := range 14 {
				text += fmt.Sprintf("u%02d,p1,2026-01-06T11:%02d:00Z,%s\n", i, i, channel)
			}
			return text
		}
		k.File("touches.csv", touches("webinar"))
		k.Locked("2026-02")
		k.File("touches.csv", touches("sales call")+"u99,p2,2026-02-20T10:00:00Z,webinar\n") // after the deal was won
		k.MoveTo("2026-04-02")
		march := k.Drafted("2026-03").Statement
		var amount string
		for _, l := range corrections(march) {
			if l.Deal != "A" || l.Kind != fees.KindCorrection {
				t.Errorf("%+v", l)
			}
			amount = l.Amount.String()
		}
		got := reasonsOf(t, march, "A", amount)
		if len(got) != 11 || got[0] != "Since then, import 6: the touch u00's channel was webinar and is sales call." ||
			got[10] != "Since then, 4 more values that this line rests on have changed. What differs from the locked statement lists them." {
			t.Errorf("got %s", strings.Join(got, "\n"))
		}
		if again := k.Drafted("2026-03"); !again.Same {
			t.Error("a draft that says the same adds no revision")
		}
	})
}
