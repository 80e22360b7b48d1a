package archive_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/archive"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

var options = archive.Options{Program: "v0.0.0-test", Now: func() time.Time { return noon }}

var noon = time.Date(2026, 3, 31, 12, 0, 0, 123456000, time.UTC)

// accountRow stands for what a use case writes by bun, moments above all.
type accountRow struct {
	bun.BaseModel `bun:"table:account"`
	ID            string    `bun:"id,pk"`
	Email         string    `bun:"email"`
	Name          string    `bun:"name"`
	PasswordHash  string    `bun:"password_hash"`
	SessionEpoch  int64     `bun:"session_epoch"`
	CreatedAt     time.Time `bun:"created_at"`
	DisabledAt    time.Time `bun:"disabled_at,nullzero"`
}

type entryRow struct {
	bun.BaseModel `bun:"table:journal_entry"`
	Seq           int64     `bun:"seq,pk"`
	At            time.Time `bun:"at"`
	ActorID       string    `bun:"actor_id"`
	ActorName     string    `bun:"actor_name"`
	Action        string    `bun:"action"`
	ClientID      string    `bun:"client_id"`
	SubjectKind   string    `bun:"subject_kind"`
	SubjectID     string    `bun:"subject_id"`
	SubjectName   string    `bun:"subject_name"`
	Words         string    `bun:"words"`
	Before        string    `bun:"before_json"`
	After         string    `bun:"after_json"`
	Internal      bool      `bun:"internal"`
	PrevHash      string    `bun:"prev_hash"`
	Hash          string    `bun:"hash"`
}

func entry(seq int64, words string) *entryRow {
	return &entryRow{Seq: seq, At: noon.Add(time.Duration(seq) * time.Second), ActorID: "acc_ana", ActorName: "Ana", Action: "statement.lock",
		Words: words, After: `{"amount":"14000.00"}`, Internal: seq%2 == 0, PrevHash: fmt.Sprint(seq - 1), Hash: fmt.Sprint(seq)}
}

// texts are what a text column must bring back unharmed.
var texts = []string{"", "it's \"quoted\" \\ and ?", "naïve — 東京 👩‍💻", "two\nlines\tand\r\u2028", "<b>&amp;</b>", `{"base64":"x"}`, "null", "\u0001\uFEFF\uFFFD"}

// fill puts a small workspace with every type and every sort of shared row into the database.
func fill(t testing.TB, d *db.DB, ctx context.Context) {
	t.Helper()
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		accounts := []accountRow{
			{ID: "acc_ana", Email: "ana@example.com", Name: "Ana", PasswordHash: "$argon2id$x", SessionEpoch: 3, CreatedAt: noon},
			{ID: "acc_bo", Email: "bo@example.com", Name: "Bo", CreatedAt: noon.Truncate(time.Second), DisabledAt: noon.Add(time.Microsecond)},
			{ID: "acc_cleo", Email: "cleo@example.com", Name: "Cleo", CreatedAt: noon.Truncate(time.Millisecond)},
			{ID: "acc_stranger", Email: "stranger@example.com", Name: "Of another workspace", CreatedAt: noon},
		}
		if _, err := tx.NewInsert().Model(&accounts).Exec(ctx); err != nil {
			return err
		}
		for _, statement := range []string{
			"INSERT INTO workspace_account (account_id, workspace) VALUES ('acc_ana', 'test')",
			"INSERT INTO api_token (hash, account_id, workspace, label, created_at) VALUES ('h1', 'acc_cleo', 'test', 'reports', '2026-01-01 00:00:00+00:00')",
			"INSERT INTO session (token, body, expires_at) VALUES ('s1', 'b', '2026-01-01 00:00:00+00:00')",
			"INSERT INTO org (id, kind, name, created_at) VALUES ('org_a', 'agency', 'Agency', '2026-01-01 00:00:00+00:00')",
			"INSERT INTO org (id, kind, name, created_at) VALUES ('org_c', 'client', 'Client', '2026-01-01 00:00:00.5+00:00')",
			"INSERT INTO invoice_number (issuer_id, series, year, ordinal, previous) VALUES ('org_a', 'INV', 2026, 1, NULL)",
			"INSERT INTO invoice_number (issuer_id, series, year, ordinal, previous) VALUES ('org_a', 'INV', 2026, 2, 1)",
			"INSERT INTO membership (id, account_id, org_id, role, client_id, from_at, until_at) VALUES ('mem_1', 'acc_bo', 'org_a', 'partner', '', '2026-01-01 00:00:00+00:00', '2026-02-01 00:00:00+00:00')",
		} {
			if _, err := tx.Tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		for i, text := range texts {
			if _, err := tx.NewInsert().Model(entry(int64(i+1), text)).Exec(ctx); err != nil {
				return err
			}
		}
		rows := func(yield func([]any) bool) {
			for i := range 1203 {
				if !yield([]any{"org_c", "deal", fmt.Sprintf("d%d", i), int64(1), "h", "", int64(9007199254740993 + i), texts[i%len(texts)]}) {
					return
				}
			}
		}
		_, err := db.InsertRows(ctx, tx, "crm_row", []string{"client_id", "kind", "ext_id", "import_no", "hash", "link", "line", "body"}, rows)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func store(t testing.TB, contents ...string) *blob.Store {
	t.Helper()
	files, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range contents {
		if _, _, err := files.Put(t.Context(), strings.NewReader(content)); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func contents(t testing.TB, files *blob.Store) (list []string) {
	t.Helper()
	for ref, err := range files.All() {
		if err != nil {
			t.Fatal(err)
		}
		in, err := files.Get(ref.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		in.Close()
		list = append(list, string(text))
	}
	slices.Sort(list)
	return list
}

func backup(t testing.TB, d *db.DB, ctx context.Context, files *blob.Store) ([]byte, archive.Summary) {
	t.Helper()
	var out bytes.Buffer
	sum, err := archive.Backup(ctx, d, files, &out, options)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), sum
}

// written is everything in a SQLite file as the file itself has it, types and spellings included.
func written(t testing.TB, d *db.DB, ctx context.Context) (lines []string) {
	t.Helper()
	err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		tables, err := db.Tables(ctx, tx)
		if err != nil {
			return err
		}
		for _, table := range tables {
			if slices.Contains([]string{"session", "workspace"}, table.Name) {
				continue
			}
			var cells []string
			for _, name := range table.ColumnNames() {
				cells = append(cells, "typeof("+name+") || quote("+name+")")
			}
			var rows []string
			if err := tx.NewRaw("SELECT "+strings.Join(cells, " || ' | ' || ")+" FROM "+table.Name+" WHERE "+table.Key[0]+" <> 'acc_stranger'").Scan(ctx, &rows); err != nil {
				return err
			}
			slices.Sort(rows)
			for _, row := range rows {
				lines = append(lines, table.Name+": "+row)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func rowsIn(t testing.TB, d *db.DB, ctx context.Context) (n int) {
	t.Helper()
	err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		tables, err := db.Tables(ctx, tx)
		if err != nil {
			return err
		}
		n = 0
		for _, table := range tables {
			if table.Name == "workspace" {
				continue
			}
			var some int
			if err := tx.NewRaw("SELECT count(*) FROM "+table.Name).Scan(ctx, &some); err != nil {
				return err
			}
			n += some
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWorkspaceMovesBetweenEnginesAndBackUnchanged(t *testing.T) {
	source, ctx := dbtest.SQLite(t)
	fill(t, source, ctx)
	files := store(t, "export one", "", "export two")
	first, sum := backup(t, source, ctx, files)
	if sum.Manifest.Rows() != 3+1+1+2+2+1+int64(len(texts))+1203 || len(sum.Manifest.Blobs) != 3 || sum.Manifest.Program != "v0.0.0-test" {
		t.Errorf("summary %+v", sum)
	}

	middle, middleCtx := dbtest.Postgres(t)
	middleFiles := store(t)
	if _, err := archive.Restore(middleCtx, bytes.NewReader(first), middle, middleFiles, options); err != nil {
		t.Fatal(err)
	}
	second, sumOfSecond := backup(t, middle, middleCtx, middleFiles)
	if !slices.Equal(sum.Manifest.Tables, sumOfSecond.Manifest.Tables) || !slices.Equal(sum.Manifest.Blobs, sumOfSecond.Manifest.Blobs) {
		t.Errorf("PostgreSQL holds\n%+v\nwant\n%+v", sumOfSecond.Manifest, sum.Manifest)
	}

	last, lastCtx := dbtest.SQLite(t)
	lastFiles := store(t)
	restored, err := archive.Restore(lastCtx, bytes.NewReader(second), last, lastFiles, options)
	if err != nil {
		t.Fatal(err)
	}
	if restored.Fingerprint != sumOfSecond.Fingerprint {
		t.Error("the fingerprint differs from that of the backup")
	}
	if got, want := written(t, last, lastCtx), written(t, source, ctx); !slices.Equal(got, want) {
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Fatalf("stored as\n%s\nwant\n%s", got[i], want[i])
			}
		}
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	if got := contents(t, lastFiles); !slices.Equal(got, []string{"", "export one", "export two"}) {
		t.Errorf("files %q", got)
	}
}

func TestRestoredWorkspaceGoesOn(t *testing.T) {
	source, ctx := dbtest.SQLite(t)
	fill(t, source, ctx)
	packed, _ := backup(t, source, ctx, store(t))
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		if _, err := archive.Restore(ctx, bytes.NewReader(packed), d, store(t), options); err != nil {
			t.Fatal(err)
		}
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			n, err := tx.NewSelect().Model((*entryRow)(nil)).Where("at = ?", noon.Add(3*time.Second)).Where("internal = ?", false).Count(ctx)
			if n != 1 {
				t.Errorf("%d entries are found by their moment", n)
			}
			if err != nil {
				return err
			}
			_, err = tx.NewInsert().Model(entry(100, "goes on")).Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewRaw("DELETE FROM journal_entry WHERE seq = 1").Exec(ctx)
			return err
		})
		if fault.Code(err) != "immutable" {
			t.Errorf("what was restored is protected: %v", err)
		}
	})
}

func TestRestoreWantsAnEmptyWorkspace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		fill(t, d, ctx)
		packed, _ := backup(t, d, ctx, store(t))
		before := rowsIn(t, d, ctx)
		_, err := archive.Restore(ctx, bytes.NewReader(packed), d, store(t), options)
		if fault.Code(err) != "not-empty" || !strings.Contains(err.Error(), "journal_entry") {
			t.Fatalf("got %v", err)
		}
		if after := rowsIn(t, d, ctx); after != before {
			t.Errorf("%d rows became %d", before, after)
		}
	})
}

func TestWorkspaceTakesAnotherName(t *testing.T) {
	source, one := dbtest.Postgres(t)
	fill(t, source, one)
	packed, _ := backup(t, source, one, store(t))
	two := db.WithWorkspace(t.Context(), "moved")
	files := store(t, "of somebody else")
	if _, err := archive.Restore(two, bytes.NewReader(packed), source, files, options); fault.Code(err) != "api_token_pk" {
		t.Fatalf("a token opens one workspace: %v", err)
	}

	target, ctx := dbtest.Postgres(t)
	err := target.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		here := accountRow{ID: "acc_ana", Email: "ana@new.example.com", Name: "Ana here", CreatedAt: noon}
		_, err := tx.NewInsert().Model(&here).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := archive.Restore(two, bytes.NewReader(packed), target, files, options); err != nil {
		t.Fatal(err)
	}
	list, err := target.Workspaces(t.Context())
	if err != nil || len(list) != 2 || list[0].Slug != "moved" || list[0].Name != "Test workspace" {
		t.Fatalf("workspaces %+v, %v", list, err)
	}
	err = target.Read(two, func(ctx context.Context, tx bun.Tx) error {
		var name, workspace string
		if err := tx.NewRaw("SELECT name FROM account WHERE id = 'acc_ana'").Scan(ctx, &name); err != nil {
			return err
		}
		err := tx.NewRaw("SELECT workspace FROM api_token").Scan(ctx, &workspace)
		if name != "Ana here" || workspace != "moved" {
			t.Errorf("account %q, token of %q", name, workspace)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, other := backup(t, target, ctx, store(t))
	if other.Manifest.Rows() != 0 {
		t.Errorf("the workspace beside it holds %+v", other.Manifest.Tables)
	}
}

func TestOtherAccountOfTheSameAddressIsRefused(t *testing.T) {
	source, ctx := dbtest.SQLite(t)
	fill(t, source, ctx)
	packed, _ := backup(t, source, ctx, store(t))
	d, ctx := dbtest.Postgres(t)
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&accountRow{ID: "acc_other", Email: "bo@example.com", CreatedAt: noon}).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = archive.Restore(ctx, bytes.NewReader(packed), d, store(t), options)
	if fault.Code(err) != "account-differs" || !strings.Contains(err.Error(), "nothing was restored") || strings.Contains(err.Error(), "@") {
		t.Fatalf("got %v", err)
	}
	before, err := d.Workspaces(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, err = archive.Restore(db.WithWorkspace(ctx, "fresh"), bytes.NewReader(packed), d, store(t), options)
	if fault.Code(err) != "account-differs" {
		t.Fatalf("got %v", err)
	}
	after, err := d.Workspaces(ctx)
	if err != nil || len(after) != len(before) {
		t.Errorf("the workspace that was made for it is left: %+v, %v", after, err)
	}
	if err := d.CreateWorkspace(ctx, "fresh", "Fresh"); err != nil {
		t.Errorf("its tables are left: %v", err)
	}
}

func TestNewFileTakesTheWorkspaceOfTheBackup(t *testing.T) {
	source, ctx := dbtest.Postgres(t)
	fill(t, source, ctx)
	packed, _ := backup(t, source, ctx, store(t))
	d, err := db.Open(t.Context(), t.TempDir()+"/new.db")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := archive.Backup(t.Context(), d, store(t), io.Discard, options); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a file without a workspace: %v", err)
	}
	if _, err := archive.Restore(t.Context(), bytes.NewReader(packed), d, store(t), options); err != nil {
		t.Fatal(err)
	}
	list, err := d.Workspaces(t.Context())
	if err != nil || len(list) != 1 || list[0].Slug != dbtest.Workspace || list[0].Name != "Test workspace" {
		t.Errorf("workspaces %+v, %v", list, err)
	}
}

func TestTextThatIsNoTextIsKeptWhereItCanBe(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := db.InsertRows(ctx, tx, "org", []string{"id", "kind", "name", "created_at"}, slices.Values([][]any{{"org_x", "client", "a\xff\x00b", noon}}))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	packed, _ := backup(t, d, ctx, store(t))
	same, sameCtx := dbtest.SQLite(t)
	if _, err := archive.Restore(sameCtx, bytes.NewReader(packed), same, store(t), options); err != nil {
		t.Fatal(err)
	}
	if got, want := written(t, same, sameCtx), written(t, d, ctx); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	other, otherCtx := dbtest.Postgres(t)
	if _, err := archive.Restore(otherCtx, bytes.NewReader(packed), other, store(t), options); fault.Code(err) != "archive-text" {
		t.Errorf("got %v", err)
	}
}

func TestBackupLeavesOutDamagedFilesAndSaysSo(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	files, dir := damagedStore(t)
	packed, sum := backup(t, d, ctx, files)
	if len(sum.Damaged) != 1 || len(sum.Manifest.Blobs) != 1 {
		t.Fatalf("store %s: %+v", dir, sum)
	}
	target, targetCtx := dbtest.SQLite(t)
	targetFiles := store(t)
	if _, err := archive.Restore(targetCtx, bytes.NewReader(packed), target, targetFiles, options); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, targetFiles); !slices.Equal(got, []string{"whole"}) {
		t.Errorf("files %q", got)
	}
}
