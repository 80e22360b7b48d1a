package ops_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// An erasure that is killed once it is committed is finished by the program's next start, and until then it is told that it was not.
func TestAnErasureThatWasCutOffIsFinished(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("contacts.csv", personal)
		r.take("touches.csv", touches+"t9,p2,2026-01-08T08:00:00Z,e-mail,to ann.howe@gmail.com\n")
		if _, err := r.SaySame(ctx, owner, ops.SameInput{Client: acme, IDs: []string{"p2"}, Into: "p1"}); err != nil {
			t.Fatal(err)
		}
		before := mustSegments(t, r)
		if err := r.EraseCutOffForTest(ctx, owner, ops.EraseInput{Client: acme, Contact: "p1", Reason: "request"}); err != nil {
			t.Fatal(err)
		}
		database := databaseFile(t, d, ctx)
		if list := mustSegments(t, r); list[0].State != ops.SegmentStale || len(r.traces(mustFiles(t, r), database)) == 0 {
			t.Errorf("%+v: nothing was left to do", list)
		}
		open, err := r.Untidied(ctx)
		if err != nil || len(open) != 1 || open[0].Client != acme || open[0].ActorName != "operator" {
			t.Errorf("%+v, %v", open, err)
		}
		if clients, err := r.TidyInterrupted(ctx); err != nil || clients != nil { // whoever erases may still be at it
			t.Errorf("%v, %v", clients, err)
		}
		r.clock.wait(ops.TidyAfterForTest)
		if clients, err := r.TidyInterrupted(ctx); err != nil || !reflect.DeepEqual(clients, []string{acme}) {
			t.Errorf("%v, %v", clients, err)
		}
		if found := r.traces(mustFiles(t, r), database); found != nil {
			t.Errorf("found %v", found)
		}
		if list := mustSegments(t, r); list[0].State != ops.SegmentSound || list[0].SHA256 == before[0].SHA256 {
			t.Errorf("%+v", list)
		}
		if clients, err := r.TidyInterrupted(ctx); err != nil || clients != nil {
			t.Errorf("again %v, %v", clients, err)
		}
		// and so does whoever rebuilds the files of touches
		if err := r.EraseCutOffForTest(ctx, owner, ops.EraseInput{Client: acme, Contact: "p3", Reason: "request"}); err != nil {
			t.Fatal(err)
		}
		if list, err := r.RebuildSegments(ctx, owner, acme, false); err != nil || !list[0].Rebuilt || mustSegments(t, r)[0].State != ops.SegmentSound {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// An import of a workbook that meets an erased person may stop anywhere, also once all its rows are written: it is resumed from the workbook, which goes when the import is there.
func TestAWorkbookThatMeetsAnErasedPersonIsResumed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("contacts.csv", personal)
		if _, err := r.SaySame(ctx, owner, ops.SameInput{Client: acme, IDs: []string{"p2"}, Into: "p1"}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Erase(ctx, owner, ops.EraseInput{Client: acme, Contact: "p1", Reason: "request"}); err != nil {
			t.Fatal(err)
		}
		r.ChunkRows = 2
		rows := [][]any{{"contact_id", "email", "name"}, {"q1", "bo@x.example", "Bo"}, {"q2", "ann.howe@boreal.example", "Ann Howe"}, {"q3", "cy@x.example", "Cy"}, {"q4", "di@x.example", "Di"}, {"q5", "ed@x.example", "Ed"}}
		for _, stop := range []int{1, 2, 3} {
			rows[1][2] = fmt.Sprintf("Bo %d", stop) // another file
			u := r.uploaded("contacts.xlsx", workbook(t, map[string][][]any{"Contacts": rows}))
			p, err := r.Preview(ctx, owner, acme, u.ID)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.SetMapping(ctx, owner, acme, u.ID, p.Candidates[0].Mapping, ""); err != nil {
				t.Fatal(err)
			}
			if err := r.ApplyCutOffForTest(ctx, owner, acme, u.ID, stop); err == nil {
				t.Fatal("it was not cut off")
			}
			if now, err := r.Show(ctx, owner, acme, u.ID); err != nil || now.SHA256 != u.SHA256 {
				t.Fatalf("after %d steps it rests on %s, %v", stop, now.SHA256, err)
			}
			r.clock.wait(ops.QuietForTest)
			if _, err := r.ResumeInterrupted(ctx); err != nil {
				t.Fatalf("after %d steps: %v", stop, err)
			}
			now, err := r.Show(ctx, owner, acme, u.ID)
			if err != nil || now.State != ops.Applied || now.Tally.Rows != 5 || now.Tally.Erased == 0 || now.SHA256 == u.SHA256 {
				t.Errorf("after %d steps: %+v, %v", stop, now, err)
			}
			if found := r.traces(mustFiles(t, r), databaseFile(t, d, ctx)); found != nil {
				t.Errorf("after %d steps: found %v", stop, found)
			}
		}
		if e := r.evidence(r.latest()); len(e.Contacts) != 8 {
			t.Errorf("got %d contacts", len(e.Contacts))
		}
	})
}

// Mails in the outbox lose the person too, however JSON writes the text, and PostgreSQL keeps no former version of them.
func TestAnErasureReachesTheOutbox(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("contacts.csv", personal)
		workspace, _ := db.Workspace(ctx)
		at := r.clock.now()
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			for id, of := range map[string]string{"m1": workspace, "m2": "another"} {
				_, err := tx.ExecContext(ctx, "INSERT INTO outbox (id, workspace, kind, body, state, attempts, run_at, created_at, last_error) VALUES (?, ?, 'mail', ?, 'waiting', 0, ?, ?, '')",
					id, of, `{"to":"lea@northlight.example","text":"Look at\nAnn Howe \u003cAnn.Howe@boreal.example\u003e \u0026 others"}`, at, at)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		place := func() (node string) {
			t.Helper()
			if d.Engine() != db.Postgres {
				return ""
			}
			err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
				return tx.QueryRowContext(ctx, "SELECT CAST(pg_relation_filenode('outbox') AS TEXT)").Scan(&node)
			})
			if err != nil {
				t.Fatal(err)
			}
			return node
		}
		was := place()
		done, err := r.Erase(ctx, owner, ops.EraseInput{Client: acme, Contact: "p1", Reason: "request"})
		if err != nil || done.Notes == 0 {
			t.Fatalf("%+v, %v", done, err)
		}
		bodies := map[string]string{}
		err = d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			for _, id := range []string{"m1", "m2"} {
				var body string
				if err := tx.QueryRowContext(ctx, "SELECT body FROM outbox WHERE id = ?", id).Scan(&body); err != nil {
					return err
				}
				bodies[id] = body
			}
			return nil
		})
		var m struct{ To, Text string }
		if err == nil {
			err = json.Unmarshal([]byte(bodies["m1"]), &m)
		}
		before, after := "Look at\n(erased) <"+done.Pseudonym+"-", "@erased.invalid> & others"
		if err != nil || !strings.HasPrefix(m.Text, before) || !strings.HasSuffix(m.Text, after) || len(m.Text) != len(before)+12+len(after) || m.To != "lea@northlight.example" {
			t.Errorf("%q, %v", m.Text, err)
		}
		if !strings.Contains(bodies["m2"], "Ann.Howe@boreal.example") {
			t.Error("a mail of another workspace was changed")
		}
		if d.Engine() == db.Postgres && place() == was {
			t.Error("former versions of mails are still on the disk")
		}
	})
}
