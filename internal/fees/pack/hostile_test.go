package pack_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func TestWhatIsNoPackIsRefused(t *testing.T) {
	p := worked(t, "proration-none", "2026-03")
	sound := files(t, p)
	with := func(f ...pack.File) []byte { return zipped(t, append(slices.Clone(sound), f...)) }
	for name, c := range map[string]struct {
		body []byte
		code string
	}{
		"empty":             {nil, "no-zip"},
		"text":              {[]byte("hello"), "no-zip"},
		"empty zip":         {zipped(t, nil), "no-manifest"},
		"cut off":           {with()[:200], "no-zip"},
		"parent":            {with(pack.File{Name: "../evil", Body: []byte("x")}), "name"},
		"inner parent":      {with(pack.File{Name: "facts/../../evil", Body: []byte("x")}), "name"},
		"absolute":          {with(pack.File{Name: "/etc/passwd", Body: []byte("x")}), "name"},
		"drive":             {with(pack.File{Name: `C:\evil`, Body: []byte("x")}), "name"},
		"folder":            {with(pack.File{Name: "evil/"}), "name"},
		"something behind":  {append(with(), "and more"...), "no-zip"},
		"twice":             {with(sound[0]), "name-twice"},
		"twice in capitals": {with(pack.File{Name: strings.ToUpper(sound[0].Name)}), "name-twice"},
		"another form":      {zipped(t, edited(t, sound, "manifest.json", `"version": 1`, `"version": 2`)), "version"},
		"another program":   {zipped(t, edited(t, sound, "manifest.json", "ofrecord pack", "another pack")), "format"},
		"no manifest":       {zipped(t, []pack.File{sound[0]}), "no-manifest"},
		"many files":        {manyFiles(t), "many-files"},
		"bomb":              {bomb(t), "large"},
		"lying size":        {lyingSize(t), "damaged"},
		"a long manifest":   {zipped(t, edited(t, sound, "manifest.json", "ofrecord pack", strings.Repeat("x", 5<<20))), "large"},
		"a crowded list":    {zipped(t, edited(t, sound, "statement.json", `"lines": [`, `"lines": [`+strings.Repeat("{},", 300_000))), "crowded"},
		"many rows":         {with(pack.File{Name: "facts/deals.csv", Body: []byte("deal_id,name\n" + strings.Repeat("a\n", 500_001))}), "many-rows"},
	} {
		_, err := pack.Verify(t.Context(), bytes.NewReader(c.body), int64(len(c.body)), "")
		if fault.Code(err) != c.code {
			t.Errorf("%s: got %v (%s), want %s", name, err, fault.Code(err), c.code)
		}
	}
	if r := verify(t, with(pack.File{Name: "facts/"}, pack.File{Name: "terms/"}), p.Hash); !r.OK() {
		t.Errorf("packed again with its folders: %v", r.Findings)
	}
	forged := zipped(t, edited(t, sound, "manifest.json", `"page": 2`, `"page": 99`))
	wantFinding(t, verify(t, forged, p.Hash), "page", "statement.html and README.txt say that they are of form 99, which this program does not know, so they were not compared with the statement. Trust statement.json and events.json.")
	wantFinding(t, verify(t, with(pack.File{Name: "facts/extra.csv", Body: []byte("x")}), p.Hash), "file-foreign", "facts/extra.csv does not belong in a pack.")
}

func manyFiles(t *testing.T) []byte {
	var list []pack.File
	for i := range 10_001 {
		list = append(list, pack.File{Name: fmt.Sprint("f", i)})
	}
	return zipped(t, list)
}

// bomb is small and says that it is 300 MB.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "facts/touches.csv", Method: zip.Deflate, CompressedSize64: 3, UncompressedSize64: 300 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte{1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// lyingSize is a file of a thousand bytes that says it has ten.
func lyingSize(t *testing.T) []byte {
	t.Helper()
	body := zipped(t, []pack.File{{Name: "README.txt", Body: bytes.Repeat([]byte("a"), 1000)}})
	header := bytes.LastIndex(body, []byte("PK\x01\x02"))
	copy(body[header+24:], []byte{10, 0, 0, 0})
	return body
}

func TestAHostileStatementIsComputedOrRefusedButNeverBreaksTheProgram(t *testing.T) {
	p := worked(t, "worked-month", "2026-03")
	sound := files(t, p)
	for _, e := range [][3]string{
		{"facts/settled.json", "[]", `[{"id":"x","period":{"from":"2026-01-01","to":"2026-02-01"},"lines":[{"clause":"share","kind":"deal","minor":9223372036854775807},{"clause":"share","kind":"deal","minor":9223372036854775807}]}]`},
		{"facts/released.json", "[]", `[{"id":"a","statement":"x","amount":{"amount":"1.00","currency":"EUR"}}]`},
		{"facts/released.json", "[]", `{"a":1}`},
		{"facts/settled.json", "[]", `[{"unknown":1}]`},
		{"facts/deals.csv", "60000.00", "99999999999999999999.00"},
		{"facts/deals.csv", "2026-03-05", "9999-99-99"},
		{"terms/v1.yaml", "contract: example", "contract: ["},
		{"statement.json", `"2026-03-01"`, `"0001-03-01"`},
		{"events.json", "[", "{"},
	} {
		body := zipped(t, edited(t, sound, e[0], e[1], e[2]))
		r, err := pack.Verify(t.Context(), bytes.NewReader(body), int64(len(body)), p.Hash)
		if err == nil && r.OK() {
			t.Errorf("%s with %q goes unnoticed", e[0], e[2])
		}
	}
}

func TestAHostilePackIsToldInFewWords(t *testing.T) {
	p := worked(t, "worked-month", "2026-03")
	sound := files(t, p)
	forged := zipped(t, edited(t, sound, "manifest.json", "ofrecord pack", strings.Repeat("x", 1<<20)))
	_, err := pack.Verify(t.Context(), bytes.NewReader(forged), int64(len(forged)), "")
	if err == nil || len(err.Error()) > 300 {
		t.Errorf("a message of %d bytes", len(fmt.Sprint(err)))
	}
	r := verify(t, zipped(t, edited(t, sound, "statement.json", "Deal D1", strings.Repeat("long ", 100_000))), p.Hash)
	for _, f := range r.Findings {
		if len(f.Words) > 1100 {
			t.Errorf("a finding of %d bytes: %.100s", len(f.Words), f.Words)
		}
	}
}

func TestManyFindingsAreCounted(t *testing.T) {
	p := worked(t, "worked-month", "2026-03")
	list := files(t, p)
	for i := range 3000 {
		list = append(list, pack.File{Name: fmt.Sprint("foreign", i)})
	}
	list = edited(t, list, "facts/deals.csv", "\n", "\n"+strings.Repeat("a\n", 1000))
	r := verify(t, zipped(t, list), p.Hash)
	of := map[string]int{}
	for _, f := range r.Findings {
		of[f.Code]++
	}
	if of["file-foreign"] != 1001 || of["inputs"] != 1001 {
		t.Errorf("got %v", of)
	}
	wantFinding(t, r, "file-foreign", "2000 more")
	wantFinding(t, r, "inputs", "more.")
}

// Each answer is followed from where the one before it left the statement, not from the beginning.
func TestALongReviewIsFollowedInReasonableTime(t *testing.T) {
	p := worked(t, "worked-month", "2026-03")
	p.Events = p.Events[:2] // submitted and disputed
	for i := range 19_000 {
		p.Events = append(p.Events, fees.Event{Seq: i + 3, Kind: fees.Answer, Line: 1, At: noon.Add(2 * time.Hour), By: "Ada", Text: "no"})
	}
	body := zipped(t, files(t, p))
	begin := time.Now()
	if r := verify(t, body, p.Hash); !r.OK() {
		t.Errorf("got %+v", r.Findings)
	}
	if took := time.Since(begin); took > time.Minute {
		t.Errorf("it took %s", took)
	}
}
