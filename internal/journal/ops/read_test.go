package ops_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver of the attacker below
	_ "modernc.org/sqlite"             // likewise

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// given: two clients, internal notes, one entry of the workspace
func fill(t *testing.T, d *db.DB, ctx context.Context) {
	t.Helper()
	internal := locked("c1", "note")
	internal.Internal, internal.Action = true, "note.write"
	workspace := locked("", "settings")
	workspace.Action, workspace.Subject.Kind = "workspace.change", "workspace"
	byFinance := ops.By(finance, locked("c1", "stm_2"))
	byFinance.ActorID, byFinance.ActorName, byFinance.Action = finance.Account, finance.Name, "statement.dispute"
	byFinance.At = noon.Add(24 * time.Hour)
	appendAll(t, d, ctx, locked("c1", "stm_1"), locked("c2", "stm_9"), internal, workspace, byFinance)
}

func seqs(entries []journal.Entry) []int64 {
	out := []int64{}
	for _, e := range entries {
		out = append(out, e.Seq)
	}
	return out
}

func TestListShowsWhatThePersonMaySee(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		fill(t, d, ctx)
		s := &ops.Service{DB: d}
		stranger := access.Actor{Account: "acc_x", Name: "X"}
		otherClient := access.Actor{Account: "acc_o", Memberships: []access.Membership{{Role: access.ClientExecutive, Org: "c3", OrgKind: access.Client}}}
		for _, c := range []struct {
			name   string
			actor  access.Actor
			filter ops.Filter
			want   []int64
			fails  fault.Kind
		}{
			{"owner sees all", owner, ops.Filter{}, []int64{5, 4, 3, 2, 1}, 0},
			{"lead of c1 sees c1 with internal", lead, ops.Filter{}, []int64{5, 3, 1}, 0},
			{"lead of c1 does not know c2", lead, ops.Filter{Client: "c2"}, nil, fault.NotFound},
			{"client sees its own, nothing internal", finance, ops.Filter{}, []int64{5, 1}, 0},
			{"client asks for its own", finance, ops.Filter{Client: "c1"}, []int64{5, 1}, 0},
			{"client does not know c2", finance, ops.Filter{Client: "c2"}, nil, fault.NotFound},
			{"client cannot name an internal entry", finance, ops.Filter{SubjectID: "note"}, []int64{}, 0},
			{"another client sees nothing", otherClient, ops.Filter{}, []int64{}, 0},
			{"a stranger is refused", stranger, ops.Filter{}, nil, fault.Forbidden},
			{"by person", owner, ops.Filter{ActorID: "acc_fin"}, []int64{5}, 0},
			{"by action", owner, ops.Filter{Action: "statement.lock"}, []int64{2, 1}, 0},
			{"by subject", owner, ops.Filter{SubjectKind: "statement", SubjectID: "stm_9"}, []int64{2}, 0},
			{"from", owner, ops.Filter{From: noon.Add(time.Hour)}, []int64{5}, 0},
			{"to", owner, ops.Filter{To: noon.Add(time.Hour)}, []int64{4, 3, 2, 1}, 0},
			{"hostile text is only text", owner, ops.Filter{ActorID: "x' OR '1'='1"}, []int64{}, 0},
		} {
			t.Run(c.name, func(t *testing.T) {
				got, err := s.List(ctx, c.actor, c.filter, ops.Page{})
				if c.fails != 0 {
					if !fault.Is(err, c.fails) {
						t.Fatalf("got %v, want %v", err, c.fails)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.want, seqs(got.Entries)); diff != "" {
					t.Error(diff)
				}
				if got.Total != int64(len(c.want)) {
					t.Errorf("total %d, want %d", got.Total, len(c.want))
				}
			})
		}
	})
}

func TestListPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		fill(t, d, ctx)
		got, err := (&ops.Service{DB: d}).List(ctx, owner, ops.Filter{}, ops.Page{Number: 2, Size: 2})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int64{3, 2}, seqs(got.Entries)); diff != "" || got.Total != 5 {
			t.Errorf("total %d, %s", got.Total, diff)
		}
	})
}

func TestChoicesRevealNothingOutOfReach(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		fill(t, d, ctx)
		got, err := (&ops.Service{DB: d}).Choices(ctx, finance, "")
		if err != nil {
			t.Fatal(err)
		}
		want := ops.Choices{
			People:   []ops.Person{{"acc_fin", "Finn Finance"}, {"acc_owner", "Olga Owner"}},
			Actions:  []string{"statement.dispute", "statement.lock"},
			Subjects: []string{"statement"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestExportVerifiesForAClientWithoutShowingMore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		fill(t, d, ctx)
		var entries []journal.Entry
		if err := (&ops.Service{DB: d}).Export(ctx, finance, func(e journal.Entry) error {
			entries = append(entries, e)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if b := journal.Verify(entries); b != nil {
			t.Error(b)
		}
		for _, e := range entries {
			if seen := e.Seq == 1 || e.Seq == 5; seen == e.Stub {
				t.Errorf("entry %d: stub %v", e.Seq, e.Stub)
			}
		}
	})
}

func TestVerifyFindsWhatWasDoneBehindTheDatabase(t *testing.T) {
	for name, attack := range map[string]struct {
		sql    string
		engine string // empty: either
		seq    int64
		words  string
	}{
		"altered":         {sql: "UPDATE journal_entry SET words = 'did nothing' WHERE seq = 2", seq: 2},
		"taken":           {sql: "DELETE FROM journal_entry WHERE seq = 3", seq: 3},
		"cut off":         {sql: "DELETE FROM journal_entry WHERE seq > 3", seq: 5},
		"replaced":        {sql: "UPDATE journal_entry SET hash = 'f' WHERE seq = 5", seq: 5},
		"no time":         {engine: db.SQLite, sql: "UPDATE journal_entry SET at = 'rubbish' WHERE seq = 2", seq: 2, words: "entry 2: cannot be read"},
		"neither yes, no": {engine: db.SQLite, sql: "UPDATE journal_entry SET internal = 'maybe' WHERE seq = 2", seq: 2, words: "entry 2: cannot be read"},
		"no number":       {engine: db.SQLite, sql: "UPDATE journal_entry SET seq = 'last' WHERE seq = 5", seq: 5, words: "entry 5: cannot be read"},
		"taken, then bad": {engine: db.SQLite, sql: "UPDATE journal_entry SET seq = 7, at = 'rubbish' WHERE seq = 5", seq: 5, words: "the next one kept is 7"},
		"the end of time": {engine: db.Postgres, sql: "UPDATE journal_entry SET at = 'infinity' WHERE seq = 2", seq: 2, words: "entry 2: cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, engine := range []string{db.SQLite, db.Postgres} {
				if attack.engine != "" && attack.engine != engine {
					continue
				}
				t.Run(engine, func(t *testing.T) { tamper(t, engine, attack.sql, attack.seq, attack.words) })
			}
		})
	}
}

func tamper(t *testing.T, engine, attack string, want int64, words string) {
	t.Helper()
	address, driver := "", "sqlite"
	steps := []string{"DROP TRIGGER journal_entry_no_update", "DROP TRIGGER journal_entry_no_delete", attack}
	if engine == db.SQLite {
		address = dbtest.SQLiteURL(t)
	} else {
		// The owner of the table gives itself the rights back, as a superuser could.
		address, driver = dbtest.PostgresURL(t), "pgx"
		steps = []string{"SET search_path TO ws_" + dbtest.Workspace, "GRANT UPDATE, DELETE ON journal_entry TO CURRENT_USER", attack}
	}
	d, err := db.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ctx := db.WithWorkspace(t.Context(), dbtest.Workspace)
	s := &ops.Service{DB: d}
	fill(t, d, ctx)
	before, err := s.Verify(ctx, finance)
	if err != nil || before.Break != nil {
		t.Fatalf("before: %+v, %v", before, err)
	}
	execute(t, driver, address, steps...)
	after, err := s.Verify(ctx, finance, before.Head)
	if err != nil {
		t.Fatal(err)
	}
	if after.Break == nil || after.Break.Seq != want || !strings.Contains(after.Break.Error(), words) {
		t.Errorf("got %v, want a break at %d: %s", after.Break, want, words)
	}
}

func execute(t *testing.T, driver, address string, statements ...string) {
	t.Helper()
	raw, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	raw.SetMaxOpenConns(1)
	for _, s := range statements {
		if _, err := raw.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}
