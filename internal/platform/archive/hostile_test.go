package archive_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/archive"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func damagedStore(t *testing.T) (*blob.Store, string) {
	t.Helper()
	dir := t.TempDir()
	files, err := blob.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"whole", "to be damaged"} {
		ref, _, err := files.Put(t.Context(), strings.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if content == "whole" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, ref.SHA256[:2], ref.SHA256[2:]), []byte("now damaged!!"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return files, dir
}

// sample is a small backup.
func sample(t *testing.T) []byte {
	t.Helper()
	source, ctx := dbtest.SQLite(t)
	fill(t, source, ctx)
	packed, _ := backup(t, source, ctx, store(t, strings.Repeat("export\n", 50)))
	return packed
}

// refuses restores into a target that must then still be empty.
func refuses(t *testing.T, d *db.DB, ctx context.Context, files *blob.Store, r io.Reader) error {
	t.Helper()
	_, err := archive.Restore(ctx, r, d, files, options)
	if err == nil {
		return nil
	}
	if n := rowsIn(t, d, ctx); n != 0 {
		t.Fatalf("%d rows stay after %v", n, err)
	}
	if left := contents(t, files); len(left) != 0 {
		t.Fatalf("files %q stay after %v", left, err)
	}
	if !strings.Contains(err.Error(), "nothing was restored") {
		t.Fatalf("the message does not say what became of the target: %v", err)
	}
	return err
}

func TestDamageAnywhereIsFoundOrHarmless(t *testing.T) {
	packed := sample(t)
	d, ctx := dbtest.SQLite(t)
	files := store(t)
	if _, err := archive.Restore(ctx, bytes.NewReader(packed), d, files, options); err != nil {
		t.Fatal(err)
	}
	_, whole := backup(t, d, ctx, files)
	d, ctx = dbtest.SQLite(t)
	files = store(t)
	for at := 0; at < len(packed); at++ {
		if at > 24 && at < len(packed)-24 && at%199 != 0 {
			continue
		}
		broken := bytes.Clone(packed)
		broken[at] ^= 0x40
		if refuses(t, d, ctx, files, bytes.NewReader(broken)) != nil {
			continue
		}
		// Not every bit means something: the date in the head of a gzip file, a code that is never used.
		if _, got := backup(t, d, ctx, files); !slices.Equal(got.Manifest.Tables, whole.Manifest.Tables) || !slices.Equal(got.Manifest.Blobs, whole.Manifest.Blobs) {
			t.Fatalf("damage at byte %d of %d is not found", at, len(packed))
		}
		d, ctx = dbtest.SQLite(t)
		files = store(t)
	}
}

func TestEveryTruncationIsFound(t *testing.T) {
	packed := sample(t)
	d, ctx := dbtest.SQLite(t)
	files := store(t)
	for size := 0; size < len(packed); size++ {
		if size > 24 && size < len(packed)-24 && size%401 != 0 {
			continue
		}
		if err := refuses(t, d, ctx, files, bytes.NewReader(packed[:size])); !fault.Is(err, fault.Invalid) {
			t.Fatalf("cut after %d of %d bytes: %v", size, len(packed), err)
		}
	}
}

func TestTruncationIsFoundOnPostgreSQLToo(t *testing.T) {
	packed := sample(t)
	d, ctx := dbtest.Postgres(t)
	files := store(t)
	for _, size := range []int{len(packed) / 2, len(packed) - 9, len(packed) - 1} {
		if err := refuses(t, d, ctx, files, bytes.NewReader(packed[:size])); !fault.Is(err, fault.Invalid) {
			t.Fatalf("cut after %d of %d bytes: %v", size, len(packed), err)
		}
	}
	if _, err := archive.Restore(ctx, bytes.NewReader(packed), d, files, options); err != nil {
		t.Fatalf("and the whole one goes in afterwards: %v", err)
	}
}

type part struct {
	header tar.Header
	body   []byte
}

func unpack(t *testing.T, packed []byte) (parts []part) {
	t.Helper()
	raw, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	for in := tar.NewReader(raw); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return parts
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part{*h, body})
	}
}

func pack(t *testing.T, parts []part) []byte {
	t.Helper()
	var out bytes.Buffer
	raw := gzip.NewWriter(&out)
	w := tar.NewWriter(raw)
	for _, p := range parts {
		p.header.Size = int64(len(p.body))
		if err := w.WriteHeader(&p.header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(p.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), raw.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestHostileBackupsAreRefused(t *testing.T) {
	packed := sample(t)
	manifest := func(change func(m *archive.Manifest)) func([]part) []part {
		return func(parts []part) []part {
			var m archive.Manifest
			if err := json.Unmarshal(parts[0].body, &m); err != nil {
				t.Fatal(err)
			}
			change(&m)
			text, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			parts[0].body = text
			return parts
		}
	}
	text := func(old, new string) func([]part) []part {
		return func(parts []part) []part {
			if !bytes.Contains(parts[0].body, []byte(old)) {
				t.Fatalf("the manifest has no %s", old)
			}
			parts[0].body = bytes.Replace(parts[0].body, []byte(old), []byte(new), 1)
			return parts
		}
	}
	extra := func(name string, kind byte) func([]part) []part {
		return func(parts []part) []part {
			return append(parts, part{header: tar.Header{Name: name, Typeflag: kind, Mode: 0o600, Linkname: map[bool]string{true: "/etc/passwd"}[kind == tar.TypeSymlink]}})
		}
	}
	tests := []struct {
		name   string
		change func([]part) []part
		code   string
	}{
		{"another form", manifest(func(m *archive.Manifest) { m.Format = 2 }), "archive-format"},
		{"other migration steps", manifest(func(m *archive.Manifest) { m.Steps.Workspace = m.Steps.Workspace[1:] }), "archive-steps"},
		{"a table too few", manifest(func(m *archive.Manifest) { m.Tables = m.Tables[1:] }), "archive-damaged"},
		{"a table that is not ours", manifest(func(m *archive.Manifest) { m.Tables[0].Name = "session" }), "archive-damaged"},
		{"a table twice", manifest(func(m *archive.Manifest) { m.Tables = append(m.Tables, m.Tables[0]) }), "archive-damaged"},
		{"a wrong count", manifest(func(m *archive.Manifest) { m.Tables[0].Rows++ }), "archive-damaged"},
		{"a wrong digest", manifest(func(m *archive.Manifest) { m.Tables[2].SHA256 = strings.Repeat("0", 64) }), "archive-damaged"},
		{"a size of terabytes", manifest(func(m *archive.Manifest) { m.Blobs[0].Bytes = 1 << 62 }), "archive-size"},
		{"sizes that overflow", manifest(func(m *archive.Manifest) {
			big := archive.BlobContent{SHA256: strings.Repeat("0", 64), Bytes: 1<<63 - 1}
			m.Blobs = append(m.Blobs, big, big)
		}), "archive-size"},
		{"a negative size", manifest(func(m *archive.Manifest) { m.Blobs[0].Bytes = -1 }), "archive-damaged"},
		{"a path as digest", manifest(func(m *archive.Manifest) { m.Blobs[0].SHA256 = "../../../../etc/passwd" }), "archive-damaged"},
		{"an entry of nothing", text(`"tables": [`, `"tables": [{},`), "archive-damaged"},
		{"an entry that is null", text(`"tables": [`, `"tables": [null,`), "archive-damaged"},
		{"a name that is no name", manifest(func(m *archive.Manifest) { m.Workspace.Slug = `a"; DROP SCHEMA x` }), "archive-damaged"},
		{"a long manifest", manifest(func(m *archive.Manifest) { m.Program = strings.Repeat("x", 33<<20) }), "archive-size"},
		{"a changed file", func(parts []part) []part {
			parts[len(parts)-1].body[0] ^= 1
			return parts
		}, "archive-damaged"},
		{"a part that climbs out", extra("../../outside", tar.TypeReg), "archive-damaged"},
		{"an absolute part", extra("/tmp/outside", tar.TypeReg), "archive-damaged"},
		{"a link", extra("blobs/link", tar.TypeSymlink), "archive-damaged"},
		{"parts in another order", func(parts []part) []part {
			parts[1], parts[2] = parts[2], parts[1]
			return parts
		}, "archive-damaged"},
		{"no manifest", func(parts []part) []part { return parts[1:] }, "archive-form"},
		{"a manifest that is a link", func(parts []part) []part {
			parts[0] = part{header: tar.Header{Name: "manifest.json", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}}
			return parts
		}, "archive-form"},
	}
	d, ctx := dbtest.SQLite(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := refuses(t, d, ctx, store(t), bytes.NewReader(pack(t, test.change(unpack(t, packed)))))
			if fault.Code(err) != test.code {
				t.Errorf("%v, code %q; want %q", err, fault.Code(err), test.code)
			}
		})
	}
	t.Run("something after the end", func(t *testing.T) {
		err := refuses(t, d, ctx, store(t), bytes.NewReader(append(bytes.Clone(packed), packed...)))
		if fault.Code(err) != "archive-damaged" {
			t.Error(err)
		}
	})
	t.Run("no backup at all", func(t *testing.T) {
		err := refuses(t, d, ctx, store(t), strings.NewReader("Dear client, this is a letter."))
		if fault.Code(err) != "archive-form" {
			t.Error(err)
		}
	})
	t.Run("unharmed", func(t *testing.T) {
		if err := refuses(t, d, ctx, store(t), bytes.NewReader(pack(t, unpack(t, packed)))); err != nil {
			t.Error(err)
		}
	})
}

func TestLongTextsAreNotRepeatedInMessages(t *testing.T) {
	packed := sample(t)
	d, ctx := dbtest.SQLite(t)
	for name, change := range map[string]func(*archive.Manifest){
		"another form": func(m *archive.Manifest) { m.Format = 2 },
		"other steps":  func(m *archive.Manifest) { m.Steps.Workspace = nil },
	} {
		parts := unpack(t, packed)
		var m archive.Manifest
		if err := json.Unmarshal(parts[0].body, &m); err != nil {
			t.Fatal(err)
		}
		change(&m)
		m.Program = strings.Repeat("long ", 100_000)
		body, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		parts[0].body = body
		if err := refuses(t, d, ctx, store(t), bytes.NewReader(pack(t, parts))); err == nil || len(err.Error()) > 500 {
			t.Errorf("%s: a message of %d bytes", name, len(fmt.Sprint(err)))
		}
	}
}

// A manifest of entries without content, which would take twenty times its length, is refused at the first.
func TestAManifestTakesLittleMoreMemoryThanItHasText(t *testing.T) {
	parts := unpack(t, sample(t))
	parts[0].body = bytes.Replace(parts[0].body, []byte(`"tables": [`), []byte(`"tables": [`+strings.Repeat("{},", 8<<20)), 1)
	packed := pack(t, parts)
	d, ctx := dbtest.SQLite(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := refuses(t, d, ctx, store(t), bytes.NewReader(packed))
	runtime.ReadMemStats(&after)
	if took := (after.TotalAlloc - before.TotalAlloc) >> 20; fault.Code(err) != "archive-damaged" || took > 100 {
		t.Errorf("%v after %d MB", err, took)
	}
}

func TestTheSummaryNamesTheWorkspaceThatWasFilled(t *testing.T) {
	parts := unpack(t, sample(t))
	var m archive.Manifest
	if err := json.Unmarshal(parts[0].body, &m); err != nil {
		t.Fatal(err)
	}
	m.Workspace.Slug = "elsewhere"
	body, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	parts[0].body = body
	d, ctx := dbtest.SQLite(t)
	sum, err := archive.Restore(ctx, bytes.NewReader(pack(t, parts)), d, store(t), options)
	if err != nil || sum.Workspace != dbtest.Workspace {
		t.Errorf("got %q, %v", sum.Workspace, err)
	}
}

// A row may not bring its own columns, nor leave one to its default.
func TestRowsAreTheTablesOwn(t *testing.T) {
	packed := sample(t)
	d, ctx := dbtest.SQLite(t)
	for _, row := range []string{
		`{"account_id":"acc_ana"}`, `{"account_id":"acc_ana","workspace":"test","x":1}`, `{"account_id":1,"workspace":"test"}`,
		`{"account_id":{"x":""},"workspace":"test"}`, `[]`, `{`, ``,
	} {
		parts := unpack(t, packed)
		for i := range parts {
			if parts[i].header.Name == "tables/workspace_account.jsonl" {
				parts[i].body = []byte(row + "\n")
				parts = withTable(t, parts, "workspace_account", parts[i].body)
			}
		}
		if err := refuses(t, d, ctx, store(t), bytes.NewReader(pack(t, parts))); fault.Code(err) != "archive-damaged" {
			t.Errorf("%s: %v", row, err)
		}
	}
}

// withTable makes the manifest vouch for a changed table.
func withTable(t *testing.T, parts []part, name string, body []byte) []part {
	t.Helper()
	var m archive.Manifest
	if err := json.Unmarshal(parts[0].body, &m); err != nil {
		t.Fatal(err)
	}
	for i := range m.Tables {
		if m.Tables[i].Name == name {
			m.Tables[i].Bytes, m.Tables[i].SHA256 = int64(len(body)), fmt.Sprintf("%x", sha(body))
		}
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	parts[0].body = text
	return parts
}
