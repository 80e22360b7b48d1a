package archive

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"reflect"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

func packedManifest(t testing.TB, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	w := &writer{packed: z, parts: tar.NewWriter(z), at: time.Unix(0, 0)}
	if err := w.part(manifestName, int64(len(text))); err != nil {
		t.Fatal(err)
	}
	if _, err := w.parts.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const someManifest = `{"format":1,"program":"1.0","created":"2026-03-31T02:00:00Z","engine":"sqlite","workspace":{"slug":"main","name":"Main"},
"steps":{"shared":[1],"workspace":[1,2]},"tables":[{"name":"account","rows":1,"bytes":2,"sha256":"6e25733edfa66a0000000000000000000000000000000000000000000000abcd"}],
"blobs":[{"sha256":"6e25733edfa66a0000000000000000000000000000000000000000000000abcd","bytes":3}]}`

func FuzzManifest(f *testing.F) {
	for _, text := range []string{someManifest, `{"tables":[null]}`, `{"blobs":[{}]}`, "[]", ""} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		in, err := open(bytes.NewReader(packedManifest(t, text)))
		if err != nil {
			t.Fatal(err)
		}
		sum, err := in.manifest()
		if err == nil {
			err = sum.Manifest.check(1 << 30)
		}
		if err != nil && len(fault.All(err)) == 0 {
			t.Fatalf("no fault: %v", err)
		}
		if err == nil && (db.CheckSlug(sum.Manifest.Workspace.Slug) != nil || sum.Manifest.Rows() < 0) {
			t.Fatalf("taken: %+v", sum.Manifest)
		}
	})
}

// FuzzFile reads any bytes as a backup: a manifest, and the lines of a table of the size that they say.
func FuzzFile(f *testing.F) {
	f.Add(packedManifest(f, []byte(someManifest)))
	f.Add([]byte{0x1f, 0x8b})
	f.Fuzz(func(t *testing.T, packed []byte) {
		in, err := open(bytes.NewReader(packed))
		if err != nil {
			return
		}
		sum, err := in.manifest()
		if err != nil {
			return
		}
		for _, content := range sum.Manifest.Tables {
			lines, err := in.table(content)
			if err != nil {
				return
			}
			for _, ok := lines.next(); ok; _, ok = lines.next() {
			}
			if lines.check() != nil {
				return
			}
		}
		_ = in.end()
	})
}

// FuzzRow reads any line as a row: what is taken is written and read the same again.
func FuzzRow(f *testing.F) {
	table := db.Table{Name: "t", Columns: []db.Column{{Name: "s", Type: db.Text}, {Name: "i", Type: db.Integer}, {Name: "n", Type: db.Number},
		{Name: "b", Type: db.Boolean}, {Name: "at", Type: db.Instant}}}
	for _, line := range []string{
		`{"s":"text","i":1,"n":1.5,"b":true,"at":"2026-03-31T02:00:00.000000Z"}`, `{"s":{"base64":"/w=="},"i":null,"n":1e300,"b":false,"at":null}`,
		`{"s":{},"i":1e3,"n":"NaN","b":1,"at":0}`, `[]`, `{"s":"\u0000","i":-0,"n":-0,"b":T,"at":"0000-00-00T00:00:00.000000Z"}`,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		for _, engine := range []string{db.SQLite, db.Postgres} {
			values, err := parseRow(line, table, engine)
			if err != nil {
				continue
			}
			written, err := appendRow(nil, table, values)
			if err != nil {
				t.Fatalf("%s is read as %v and cannot be written: %v", line, values, err)
			}
			again, err := parseRow(bytes.TrimSuffix(written, []byte("\n")), table, engine)
			if err != nil || !reflect.DeepEqual(values, again) {
				t.Fatalf("%s is read as %v, written %s, read as %v, %v", line, values, written, again, err)
			}
		}
	})
}
