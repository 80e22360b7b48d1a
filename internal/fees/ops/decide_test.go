package ops_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

const acme = "org_acme"

func newApprovals(t testing.TB, d *db.DB, ctx context.Context) *desk {
	t.Helper()
	return &desk{feestest.New(t, d, ctx, feestest.MilestoneText).WithRows()}
}

// handedOver is website-launch, handed over on a day at noon.
func (k *desk) handedOver(on, part, key string) crmops.Decision {
	k.T.Helper()
	k.MoveTo(on)
	return must(k.HandOver(k.Ctx, lead, ops.HandOverInput{Client: acme, Milestone: "website-launch", On: cal.MustDate(on), Part: part, Key: key}))(k.T)
}

func about(d crmops.Decision, a crm.Act) ops.DecideInput {
	return ops.DecideInput{Client: acme, Kind: d.Kind, Row: d.Row, Act: a, Seen: d.No}
}

func (k *desk) decide(who access.Actor, in ops.DecideInput) crmops.Decision {
	k.T.Helper()
	return must(k.Decide(k.Ctx, who, in))(k.T)
}

func (k *desk) approvals(who access.Actor) ops.Approvals {
	k.T.Helper()
	return must(k.Approvals(k.Ctx, who, acme))(k.T)
}

func milestoneLines(st ops.Statement) (out []string) {
	for _, l := range st.Document.Statement.Lines {
		if l.Kind == fees.KindMilestone {
			out = append(out, l.Text+" "+l.Amount.String())
		}
	}
	return out
}

// The worked example: 8,000.00 handed over on 3 March and accepted on 10 March by the client's finance stands on March's statement.
func TestAMilestoneThatAPersonAcceptsStandsOnTheMonthsStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newApprovals(t, d, ctx)
		handed := k.handedOver("2026-03-03", "", "key-launch-1")
		if handed.No != 1 || handed.Side != access.Agency || handed.ActorRole != access.AccountLead {
			t.Errorf("got %+v", handed)
		}
		list := k.approvals(finance).Waiting
		if len(list) != 1 {
			t.Fatalf("got %+v", list)
		}
		w := list[0]
		if w.On != contract.ClientSide || w.Worth.String() != "8000.00" || w.LastDay() != cal.MustDate("2026-03-17") || w.Silent != "Silence accepts it on 18 Mar 2026." ||
			w.Name != "website-launch" || len(w.Acceptors) != 1 || w.Acceptors[0].Name != "Finn Finance" || w.Seen != 1 {
			t.Errorf("got %+v", w)
		}
		k.wantMail("finn@acme.example", "Handed over: website-launch", "USD 8,000.00", "17 Mar 2026", "/clients/org_acme/approvals")

		k.MoveTo("2026-03-10")
		accepted := k.decide(finance, about(handed, crm.ActAccept))
		if accepted.No != 2 || accepted.Act != crm.ActAccept {
			t.Errorf("got %+v", accepted)
		}
		if left := k.approvals(finance); len(left.Waiting) != 0 || len(left.Decided) != 2 || left.Decided[0].ActorName != "Finn Finance" {
			t.Errorf("got %+v", left)
		}
		k.MoveTo("2026-04-02")
		march := k.Locked("2026-03")
		if got := milestoneLines(march); !slices.Equal(got, []string{"website-launch, accepted 10 Mar 2026 8000.00"}) {
			t.Errorf("got %q", got)
		}
		if march.Import != 2 {
			t.Errorf("as of import %d", march.Import)
		}
		zip := zipOf(t, k, march.ID)
		report, err := pack.Verify(ctx, bytes.NewReader(zip), int64(len(zip)), march.Hash)
		if err != nil || !report.OK() {
			t.Errorf("%v, %+v", err, report)
		}
		k.wantRecord("Finn Finance", "accepted the delivery of website-launch, as import 2")
	})
}

// Returned with a reason, handed over again, and accepted after the lock of March: on April's statement, once.
func TestWhatIsReturnedIsHandedOverAgainAndAcceptedAfterTheLock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newApprovals(t, d, ctx)
		first := k.handedOver("2026-03-03", "", "key-launch-1")
		k.MoveTo("2026-03-10")
		_, err := k.Decide(ctx, finance, about(first, crm.ActReturn))
		wantFault(t, err, fault.Invalid, "words-missing")
		in := about(first, crm.ActReturn)
		in.Words = "The contact form is missing."
		k.decide(finance, in)
		k.wantMail("lea@northlight.example", "Returned: website-launch", "The contact form is missing.")
		if list := k.approvals(lead).Waiting; len(list) != 1 || list[0].On != contract.AgencySide || !slices.Equal(list[0].Acts, []crm.Act{crm.ActHandOver}) {
			t.Errorf("got %+v", list)
		}
		second := k.handedOver("2026-03-30", "", "key-launch-2")
		if list := k.approvals(finance).Waiting; len(list) != 1 || list[0].ID != second.Row {
			t.Errorf("the return waits for nothing more: %+v", list)
		}
		k.MoveTo("2026-04-02")
		if got := milestoneLines(k.Locked("2026-03")); got != nil {
			t.Errorf("March: %q", got)
		}
		k.MoveTo("2026-04-07")
		k.decide(finance, about(second, crm.ActAccept))
		k.MoveTo("2026-05-04")
		if got := milestoneLines(k.Locked("2026-04")); !slices.Equal(got, []string{"website-launch, accepted 7 Apr 2026 8000.00"}) {
			t.Errorf("April: %q", got)
		}
		k.MoveTo("2026-06-02")
		if got := milestoneLines(k.Drafted("2026-05").Statement); got != nil {
			t.Errorf("May: %q", got)
		}
	})
}

// Silence accepts on the day after the window; a person decides nothing then, and the statement and the list agree on the day.
func TestAfterTheWindowNobodyDecides(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newApprovals(t, d, ctx)
		handed := k.handedOver("2026-03-03", "", "key-launch-1")
		k.MoveTo("2026-03-17")
		if list := k.approvals(finance).Waiting; len(list) != 1 {
			t.Errorf("on the last day: %+v", list)
		}
		k.MoveTo("2026-03-18")
		if list := k.approvals(finance).Waiting; len(list) != 0 {
			t.Errorf("after it: %+v", list)
		}
		_, err := k.Decide(ctx, finance, about(handed, crm.ActAccept))
		wantFault(t, err, fault.Conflict, "not-waiting")
		k.MoveTo("2026-04-02")
		if got := milestoneLines(k.Drafted("2026-03").Statement); !slices.Equal(got, []string{"website-launch, deemed accepted 18 Mar 2026 8000.00"}) {
			t.Errorf("got %q", got)
		}
	})
}

// What nobody may do: the agency with its own delivery, another role, another client, an old version, two at once. Each leaves nothing.
func TestNobodyDecidesWhatIsNotTheirs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newApprovals(t, d, ctx)
		handed := k.handedOver("2026-03-03", "", "key-launch-1")
		k.MoveTo("2026-03-04")
		accept := about(handed, crm.ActAccept)
		for _, who := range []access.Actor{owner, lead, sales, feestest.Product} {
			_, err := k.Decide(ctx, who, accept)
			wantFault(t, err, fault.Forbidden, "not-allowed")
		}
		_, err := k.Decide(ctx, boss, accept)
		wantFault(t, err, fault.Forbidden, "not-the-acceptor", "client finance", "Finn Finance")
		_, err = k.Decide(ctx, stranger, accept)
		wantFault(t, err, fault.NotFound, "not-found")
		theirs := accept
		theirs.Client = "org_bolt"
		_, err = k.Decide(ctx, stranger, theirs)
		wantFault(t, err, fault.NotFound, "not-found")
		_, err = k.Decide(ctx, finance, theirs)
		wantFault(t, err, fault.NotFound, "not-found")
		_, err = k.Decide(ctx, access.Actor{}, accept)
		wantFault(t, err, fault.Unauthenticated, "sign-in-needed")
		both := lead
		both.Memberships = append(slices.Clone(lead.Memberships), finance.Memberships...)
		_, err = k.Decide(ctx, both, accept)
		wantFault(t, err, fault.Forbidden, "own-delivery")
		_, err = k.HandOver(ctx, finance, ops.HandOverInput{Client: acme, Milestone: "crm-cleanup", On: cal.MustDate("2026-03-04"), Key: "key-cleanup"})
		wantFault(t, err, fault.Forbidden, "not-allowed")
		for _, wrong := range []crm.Act{crm.ActDispute, crm.ActApprove, crm.ActHandOver, "bribe"} {
			_, err = k.Decide(ctx, finance, about(handed, wrong))
			wantFault(t, err, fault.Invalid, "act-unknown")
		}
		unknown := accept
		unknown.Row = "DLV-404"
		_, err = k.Decide(ctx, finance, unknown)
		wantFault(t, err, fault.NotFound, "not-found")
		stale := accept
		stale.Seen = 0
		_, err = k.Decide(ctx, finance, stale)
		wantFault(t, err, fault.Conflict, "decision-moved", "Lea Lead handed it over")
		if n := k.newest(); n != 1 {
			t.Errorf("%d imports: a refusal leaves nothing", n)
		}
		k.wantFiles(1)
	})
}

// Sending the same twice decides once; two different people at once decide once, and the other is told.
func TestADecisionIsMadeOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newApprovals(t, d, ctx)
		handed := k.handedOver("2026-03-03", "", "key-launch-1")
		if again := k.handedOver("2026-03-03", "", "key-launch-1"); again.No != handed.No || again.Row != handed.Row {
			t.Errorf("got %+v", again)
		}
		_, err := k.HandOver(ctx, lead, ops.HandOverInput{Client: acme, Milestone: "crm-cleanup", On: cal.MustDate("2026-03-03"), Key: "key-launch-1"})
		wantFault(t, err, fault.Conflict, "key-used")
		for _, part := range []string{"100 %", " 100% "} {
			if again := k.handedOver("2026-03-03", part, "key-launch-1"); again.No != handed.No {
				t.Errorf("%q: got %+v", part, again)
			}
		}
		for _, other := range []ops.HandOverInput{{Part: "50 %"}, {Part: "half"}, {Note: "Without the form."}} {
			other.Client, other.Milestone, other.On, other.Key = acme, "website-launch", cal.MustDate("2026-03-03"), "key-launch-1"
			_, err = k.HandOver(ctx, lead, other)
			wantFault(t, err, fault.Conflict, "key-used")
		}
		_, err = k.HandOver(ctx, lead, ops.HandOverInput{Client: acme, Milestone: "website-launch", On: cal.MustDate("2026-03-03"), Key: "key-launch-2"})
		wantFault(t, err, fault.Invalid, "milestone-over", "100 %")

		var group sync.WaitGroup
		var mu sync.Mutex
		numbers := map[int64]bool{}
		for range 6 {
			group.Add(1)
			go func() {
				defer group.Done()
				out, err := k.Decide(ctx, finance, about(handed, crm.ActAccept))
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Errorf("%v", err)
				}
				numbers[out.No] = true
			}()
		}
		group.Wait()
		if len(numbers) != 1 || !numbers[2] || k.newest() != 2 {
			t.Errorf("got %v of %d imports", numbers, k.newest())
		}
		in := about(handed, crm.ActReturn)
		in.Words = "changed my mind"
		_, err = k.Decide(ctx, finance, in)
		wantFault(t, err, fault.Conflict, "decision-moved", "Finn Finance accepted it")
	})
}

// A file that comes later: it does not undo a decision by saying nothing, and where it says otherwise that is seen.
func TestAFileDoesNotSilentlyUndoADecision(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newApprovals(t, d, ctx)
		k.MoveTo("2026-03-04")
		k.File("deliveries.csv", "delivery_id,milestone,delivered_on,accepted_on,note\nDLV-1,website-launch,2026-03-03,,first\n")
		k.decide(finance, ops.DecideInput{Client: acme, Kind: crm.KindDelivery, Row: "DLV-1", Act: crm.ActAccept, Seen: 1})

		blank := k.File("deliveries.csv", "delivery_id,milestone,delivered_on,accepted_on,note\nDLV-1,website-launch,2026-03-03,,tidied\nDLV-2,crm-cleanup,2026-03-04,,\n")
		if blank.Tally.Kept != 1 || blank.Tally.Against != 0 || blank.Tally.Changed != 1 || blank.Tally.New != 1 {
			t.Errorf("got %+v", blank.Tally)
		}
		k.wantDelivery("DLV-1", "2026-03-04", "tidied")
		same := k.File("deliveries.csv", "delivery_id,milestone,delivered_on,accepted_on,note\nDLV-1,website-launch,2026-03-03,,tidied\n")
		if same.Tally.Kept != 1 || same.Tally.Unchanged != 1 {
			t.Errorf("got %+v", same.Tally)
		}
		const other = "delivery_id,milestone,delivered_on,accepted_on,note\nDLV-1,website-launch,2026-03-03,2026-03-20,tidied\n"
		trial := must(k.Rows.Import(ctx, owner, crmops.ImportInput{Client: acme, Filename: "deliveries.csv", Reader: strings.NewReader(other), DryRun: true}))(t)
		if trial.Tally.Against != 1 || len(trial.Tally.Contradicted) != 1 || trial.Tally.Contradicted[0].Fields[0] != (crmops.FieldDelta{Field: "accepted_on", Before: "2026-03-04", After: "2026-03-20"}) {
			t.Errorf("the dry run says %+v", trial.Tally)
		}
		k.File("deliveries.csv", other)
		k.wantDelivery("DLV-1", "2026-03-20", "tidied")
		got := k.approvals(finance).Decided
		if len(got) != 1 || got[0].Overruled == nil || got[0].Overruled.Import.No != 5 || got[0].Overruled.Import.ActorName != owner.Name {
			t.Fatalf("got %+v", got)
		}
		if says := ops.SaysNow(*got[0].Overruled, time.UTC); says != "accepted 20 Mar 2026" {
			t.Errorf("it says now %q", says)
		}
		k.wantMail("finn@acme.example", "An import contradicts your decision", owner.Name+" imported the file deliveries.csv", "as import 5", "- website-launch: you accepted it", "The file says now: accepted 20 Mar 2026.", "/clients/org_acme/approvals")

		k.File("deliveries.csv", strings.Replace(other, "2026-03-20", "2026-03-21", 1))
		k.wantMail("finn@acme.example", "An import contradicts your decision") // once: the decision fell already
	})
}

// What a decision writes reads back as it is, whatever a person typed: its own file, imported again, changes nothing.
func TestTheFileOfADecisionSaysWhatTheDecisionSays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newApprovals(t, d, ctx)
		k.MoveTo("2026-03-03")
		k.File("leads.csv", "lead_id,delivered_at\n\"L|%7C, \"\"2\"\"\",2026-03-03T11:00:00Z\n")
		over := ops.HandOverInput{Client: acme, Milestone: " Website-Launch", On: cal.MustDate("2026-03-03"), Part: "33.3%", Key: "key-launch-1",
			Note: " =HYPERLINK(\"x\")\r\n'quoted', \"twice\"; and\n\nmore \u00e4\u20ac "}
		handed := must(k.HandOver(ctx, lead, over))(t)
		accepted := k.decide(finance, about(handed, crm.ActAccept))
		disputed := k.decide(sales, ops.DecideInput{Client: acme, Kind: crm.KindLead, Row: `L|%7C, "2"`, Act: crm.ActDispute, Seen: 1, Reason: "no budget"})
		for _, no := range []int64{accepted.No, disputed.No} {
			i := must(k.Rows.ShowNo(ctx, owner, acme, no))(t)
			f := must(k.Rows.File(ctx, owner, acme, i.ID))(t)
			text := must(io.ReadAll(f))(t)
			f.Close()
			if again := k.File("again.csv", string(text)); !again.Unchanging() || again.Tally.Rejected != 0 || again.Tally.Unchanged != 1 {
				t.Errorf("%s\nsays %+v", text, again.Tally)
			}
		}
		k.read(func(ctx context.Context, tx bun.Tx) error {
			e, err := crmops.EvidenceAt(ctx, tx, acme, k.newest())
			if x := e.Deliveries[0]; x.Part != "33.3 %" || x.Milestone != "website-launch" || x.Note != "=HYPERLINK(\"x\")\n'quoted', \"twice\"; and\n\nmore \u00e4\u20ac" {
				t.Errorf("got %+v", x)
			}
			return err
		})
	})
}

func (k *desk) newest() (n int64) {
	k.T.Helper()
	k.read(func(ctx context.Context, tx bun.Tx) (err error) {
		n, err = crmops.LatestImport(ctx, tx, acme)
		return err
	})
	return n
}

func (k *desk) read(f func(ctx context.Context, tx bun.Tx) error) {
	k.T.Helper()
	if err := k.DB.Read(k.Ctx, f); err != nil {
		k.T.Fatal(err)
	}
}

func (k *desk) wantDelivery(id, accepted, note string) {
	k.T.Helper()
	k.read(func(ctx context.Context, tx bun.Tx) error {
		e, err := crmops.EvidenceAt(ctx, tx, acme, k.newest())
		for _, x := range e.Deliveries {
			if x.ID == id && (x.AcceptedOn.String() != accepted || x.Note != note) {
				k.T.Errorf("got %+v", x)
			}
		}
		return err
	})
}

// wantFiles: so many files are kept.
func (k *desk) wantFiles(want int) {
	k.T.Helper()
	n, files := 0, k.Rows.Files
	if k.DB.Engine() != db.SQLite {
		files = must(files.In(dbtest.Workspace))(k.T)
	}
	for _, err := range files.All() {
		if err != nil {
			k.T.Fatal(err)
		}
		n++
	}
	if n != want {
		k.T.Errorf("%d files are kept, want %d", n, want)
	}
}

func (k *desk) wantRecord(who, words string) {
	k.T.Helper()
	k.read(func(ctx context.Context, tx bun.Tx) error {
		n, err := tx.NewSelect().TableExpr("journal_entry").Where("actor_name = ? AND words = ?", who, words).Count(ctx)
		if err == nil && n != 1 {
			k.T.Errorf("the record has %d entries %q of %s", n, words, who)
		}
		return err
	})
}

func (k *desk) wantMail(to, subject string, words ...string) {
	k.T.Helper()
	k.read(func(ctx context.Context, tx bun.Tx) error {
		var all, bodies []string
		err := tx.NewRaw("SELECT body FROM outbox").Scan(ctx, &all)
		for _, body := range all {
			var m mail.Message
			if err := json.Unmarshal([]byte(body), &m); err != nil {
				return err
			}
			if m.To == to && m.Subject == subject {
				bodies = append(bodies, m.Text)
			}
		}
		if err == nil && len(bodies) != 1 {
			k.T.Errorf("%d mails %q to %s", len(bodies), subject, to)
			return nil
		}
		for _, w := range words {
			if !strings.Contains(strings.Join(bodies, ""), w) {
				k.T.Errorf("%q does not say %q", bodies, w)
			}
		}
		return err
	})
}
