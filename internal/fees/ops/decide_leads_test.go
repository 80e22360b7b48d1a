package ops_test

import (
	"context"
	"slices"
	"testing"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// A lead: disputed for a reason that counts, answered, and decided by each side only against itself.
func TestADisputeOfALeadIsDecidedByEachSideAgainstItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newApprovals(t, d, ctx)
		k.MoveTo("2026-03-04")
		k.File("leads.csv", "lead_id,delivered_at\nL-1,2026-03-03T10:00:00Z\nL-2,2026-03-03T11:00:00Z\nL-3,2026-03-03T12:00:00Z\n")
		of := func(id string, a crm.Act, seen int64) ops.DecideInput {
			return ops.DecideInput{Client: acme, Kind: crm.KindLead, Row: id, Act: a, Seen: seen}
		}
		k.decide(sales, of("L-1", crm.ActAccept, 1))
		dispute := of("L-2", crm.ActDispute, 1)
		dispute.Reason = "bad mood"
		_, err := k.Decide(ctx, sales, dispute)
		wantFault(t, err, fault.Invalid, "reason-unknown", "wrong region, no budget")
		dispute.Reason = "Wrong region"
		second := k.decide(sales, dispute)
		dispute.Row = "L-3"
		third := k.decide(sales, dispute)
		k.wantMail("lea@northlight.example", "Disputed: L-2", "Wrong region")

		_, err = k.Decide(ctx, sales, of("L-2", crm.ActUphold, second.No))
		wantFault(t, err, fault.Forbidden, "not-allowed")
		_, err = k.Decide(ctx, lead, of("L-2", crm.ActWithdraw, second.No))
		wantFault(t, err, fault.Forbidden, "not-allowed")
		answer := of("L-3", crm.ActAnswer, third.No)
		answer.Words = "The region is on the list of January."
		k.decide(lead, answer)
		k.decide(lead, answer)
		if n := k.newest(); n != 4 {
			t.Errorf("%d imports: an answer is none", n)
		}
		for _, w := range k.approvals(sales).Waiting {
			if want := map[string]contract.Side{"L-2": contract.AgencySide, "L-3": contract.ClientSide}[w.ID]; w.On != want {
				t.Errorf("%s waits on the %s", w.ID, w.On)
			}
		}
		k.decide(lead, of("L-2", crm.ActUphold, second.No))
		k.wantMail("sal@acme.example", "Gave in to the dispute of L-2", "gave in to the dispute of the result L-2.", "It is not billed; where it was, the next statement credits it.")
		k.decide(sales, of("L-3", crm.ActWithdraw, third.No))
		k.MoveTo("2026-04-02")
		for _, l := range k.Drafted("2026-03").Statement.Document.Statement.Lines {
			if l.Kind == fees.KindResult && (l.Amount.String() != "170.00" || !slices.Equal(l.Events, []string{"L-1", "L-3"})) {
				t.Errorf("got %s for %q", l.Amount, l.Events)
			}
		}
	})
}

// Results are accepted together as one import, all of them or none.
func TestResultsAreAcceptedTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newApprovals(t, d, ctx)
		k.MoveTo("2026-03-04")
		k.File("leads.csv", "lead_id,delivered_at\nL-2,2026-03-03T10:00:00Z\nL-1,2026-03-03T11:00:00Z\nL-3,2026-03-03T12:00:00Z\n")
		in := ops.AcceptInput{Client: acme, Rows: []ops.RowSeen{{"L-2", 1}, {"L-1", 1}}}
		_, err := k.AcceptResults(ctx, lead, in)
		wantFault(t, err, fault.Forbidden, "not-allowed")
		_, err = k.AcceptResults(ctx, stranger, in)
		wantFault(t, err, fault.NotFound, "not-found")
		_, err = k.AcceptResults(ctx, sales, ops.AcceptInput{Client: acme})
		wantFault(t, err, fault.Invalid, "rows")
		_, err = k.AcceptResults(ctx, sales, ops.AcceptInput{Client: acme, Rows: []ops.RowSeen{{"L-1", 1}, {"L-1", 1}}})
		wantFault(t, err, fault.Invalid, "row-twice")
		made := must(k.AcceptResults(ctx, sales, in))(t)
		again := must(k.AcceptResults(ctx, sales, in))(t)
		if len(made) != 2 || made[0].No != 2 || len(again) != 2 || again[0].No != 2 || k.newest() != 2 {
			t.Errorf("got %+v, then %+v", made, again)
		}
		k.wantRecord("Sal Sales", "accepted 2 results, as import 2")
		_, err = k.AcceptResults(ctx, sales, ops.AcceptInput{Client: acme, Rows: []ops.RowSeen{{"L-3", 1}, {"L-1", 1}}})
		wantFault(t, err, fault.Conflict, "decision-moved", "Something happened to L-1", "Sal Sales accepted it")
		if list := k.approvals(sales).Waiting; len(list) != 1 || list[0].ID != "L-3" {
			t.Errorf("all or none: %+v", list)
		}
		i := must(k.Rows.ShowNo(ctx, owner, acme, 2))(t)
		if i.Tally.Rows != 2 || i.Tally.Changed != 2 {
			t.Errorf("got %+v", i.Tally)
		}
	})
}

// A result that a locked month billed is disputed and given in to: the next statement credits it, once.
func TestGivingInAfterTheLockIsCredited(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newApprovals(t, d, ctx)
		k.MoveTo("2026-03-30")
		k.File("leads.csv", "lead_id,delivered_at\nL-1,2026-03-20T10:00:00Z\nL-2,2026-03-20T11:00:00Z\n")
		k.MoveTo("2026-04-02")
		march := k.Locked("2026-03")
		wantAmount(t, "March", march.Total, "14170.00") // 14,000.00 + 2 x 85.00
		list := k.approvals(sales)
		if len(list.Waiting) != 0 || len(list.Disputable) != 2 {
			t.Fatalf("got %+v", list)
		}
		dispute := ops.DecideInput{Client: acme, Kind: crm.KindLead, Row: "L-2", Act: crm.ActDispute, Seen: 1, Reason: "no budget"}
		made := k.decide(sales, dispute)
		k.decide(owner, ops.DecideInput{Client: acme, Kind: crm.KindLead, Row: "L-2", Act: crm.ActUphold, Seen: made.No})
		k.MoveTo("2026-05-04")
		april := k.Locked("2026-04")
		wantAmount(t, "April", april.Total, "13915.00")
		k.MoveTo("2026-06-02")
		wantAmount(t, "May", k.Drafted("2026-05").Statement.Total, "14000.00")
		if st := must(k.Statement(ctx, finance, march.ID))(t); st.Hash != march.Hash {
			t.Error("the locked statement stays as it is")
		}
	})
}

// Ids come from files, and a file may have a line break in one: whose result it is can dispute it all the same, or silence would bill it.
func TestAResultWhoseIDHasALineBreakCanBeDisputed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newApprovals(t, d, ctx)
		k.MoveTo("2026-03-04")
		k.File("leads.csv", "lead_id,delivered_at\n\"L-1\nBcc: x@y.example\",2026-03-03T10:00:00Z\n")
		made := k.decide(sales, ops.DecideInput{Client: acme, Kind: crm.KindLead, Row: "L-1\nBcc: x@y.example", Act: crm.ActDispute, Seen: 1, Reason: "no budget"})
		k.wantMail("lea@northlight.example", "Disputed: L-1 Bcc: x@y.example", "no budget")
		answer := about(made, crm.ActAnswer)
		answer.Words = "It is on the list."
		k.decide(lead, answer)
	})
}
