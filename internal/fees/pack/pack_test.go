package pack_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

var noon = time.Date(2026, 4, 2, 16, 0, 0, 0, time.UTC)

// worked is the pack of a worked example's month, submitted, disputed in one line, and locked.
func worked(t testing.TB, name, month string) pack.Pack {
	t.Helper()
	agreement, folder := example(t, name)
	facts, problems, err := pack.ReadFacts(folder, agreement)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	m, err := cal.ParseMonth(month)
	if err != nil {
		t.Fatal(err)
	}
	facts.Period = m.Period()
	frozen, err := pack.Freeze(agreement, facts, cal.MustDate("2026-04-01"))
	if err != nil {
		t.Fatal(err)
	}
	p := pack.Pack{ID: "stm_1", Revision: 1, Frozen: frozen, Terms: pack.ReviewTerms(agreement, facts.Period)}
	happen := func(kind fees.EventKind, line int, client bool, text string) {
		p.Events = append(p.Events, fees.Event{Seq: len(p.Events) + 1, Kind: kind, Line: line, At: noon.Add(time.Duration(len(p.Events)) * time.Hour), By: "Ada", Client: client, Text: text})
	}
	happen(fees.Submit, 0, false, "")
	for _, l := range frozen.Document.Statement.Lines {
		switch {
		case l.With != 0:
		case l.No == 1:
			happen(fees.Dispute, 1, true, "<script>alert(1)</script>")
		default:
			happen(fees.Accept, l.No, true, "")
		}
	}
	happen(fees.Lock, 0, true, "")
	return p
}

func example(t testing.TB, name string) (contract.Agreement, fstest.MapFS) {
	t.Helper()
	archive, err := txtar.ParseFile("../testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	folder := fstest.MapFS{}
	var versions []contract.Terms
	for _, f := range archive.Files {
		if !strings.HasPrefix(f.Name, "contract") {
			folder[f.Name] = &fstest.MapFile{Data: f.Data}
			continue
		}
		terms, err := contract.Parse(f.Data)
		if err != nil {
			t.Fatal(err)
		}
		versions = append(versions, terms)
	}
	a, err := contract.NewAgreement(versions...)
	if err != nil {
		t.Fatal(err)
	}
	return a, folder
}

func files(t testing.TB, p pack.Pack) []pack.File {
	t.Helper()
	list, err := p.Files()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// zipped packs files as anybody could, in their order.
func zipped(t testing.TB, list []pack.File) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range list {
		w, err := z.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(f.Body); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func verify(t testing.TB, body []byte, hash string) pack.Report {
	t.Helper()
	r, err := pack.Verify(t.Context(), bytes.NewReader(body), int64(len(body)), hash)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPacksOfAllSortsVerify(t *testing.T) {
	for name, month := range map[string]string{"hours-overage": "2026-03", "hours-overage-approved": "2026-03", "hourly-exact-quarter": "2026-03",
		"worked-month": "2026-03", "proration-30-360": "2026-02", "lookback-re-path": "2026-08", "collected-in-parts": "2026-10",
		"settled-dispute": "2026-03", "carve-outs": "2026-03", "tail": "2026-04", "amendment-of-the-rate": "2026-03", "merged-contact": "2026-03",
		"scorecard-gate-held-and-released": "2026-04", "scorecard-broken-carry": "2026-06", "scorecard-target-changed-time-weighted": "2026-03", "scorecard-malus": "2026-06",
		"lead-duplicates": "2026-03", "lead-window-over-weekend-and-dst": "2026-03", "milestone-bonus": "2026-03", "milestone-by-part": "2026-03"} {
		p := worked(t, name, month)
		var written bytes.Buffer
		if err := pack.Write(&written, p); err != nil {
			t.Fatal(err)
		}
		if r := verify(t, written.Bytes(), p.Hash); !r.OK() || r.State != "locked" {
			t.Errorf("%s: %+v", name, r)
		}
		if r := verify(t, zipped(t, files(t, p)), p.Hash); !r.OK() {
			t.Errorf("%s, packed anew and compressed: %+v", name, r)
		}
		if r := verify(t, written.Bytes(), ""); !r.OK() || len(r.Notes) < 2 {
			t.Errorf("%s, without a receipt: %+v", name, r)
		}
	}
}

// Hours that a locked month carried on stand in the facts of the next: the pack computes the same without the evidence of the month before.
func TestHoursCarriedOnOverALockedMonthVerify(t *testing.T) {
	agreement, folder := example(t, "hours-rollover-oldest-first")
	facts, _, err := pack.ReadFacts(folder, agreement)
	if err != nil {
		t.Fatal(err)
	}
	for m := (cal.Month{Year: 2026, Month: 1}); m.Month <= 3; m = m.Next() {
		facts.Period = m.Period()
		frozen, err := pack.Freeze(agreement, facts, cal.MustDate("2026-04-01"))
		if err != nil {
			t.Fatal(err)
		}
		p := pack.Pack{ID: "stm_1", Revision: 1, Frozen: frozen, Terms: pack.ReviewTerms(agreement, facts.Period)}
		if r := verify(t, zipped(t, files(t, p)), p.Hash); !r.OK() {
			t.Errorf("%s: %+v", m, r)
		}
		facts.Settled = append(facts.Settled, fees.Settle(m.String(), frozen.Document.Statement, nil))
		facts.Evidence.TimeEntries = slices.DeleteFunc(facts.Evidence.TimeEntries, func(e crm.TimeEntry) bool { return e.WorkedOn.Before(m.Next().First()) })
		if m.Month == 3 && frozen.Document.Statement.Total.String() != "5000.00" {
			t.Errorf("4,000.00 and 5 x 200.00, got %s", frozen.Document.Statement.Total)
		}
	}
}

func TestAnyChangeOfAnyFileIsFound(t *testing.T) {
	p := worked(t, "worked-month", "2026-03")
	sound := files(t, p)
	for i, f := range sound {
		for _, at := range places(len(f.Body)) {
			for _, change := range []func([]byte) []byte{
				func(b []byte) []byte { b[at] ^= 1; return b },
				func(b []byte) []byte { b[at] ^= 0x20; return b },
				func(b []byte) []byte { return append(b[:at], b[at+1:]...) },
				func(b []byte) []byte { return slices.Insert(b, at, ' ') },
			} {
				list := slices.Clone(sound)
				list[i].Body = change(bytes.Clone(f.Body))
				if bytes.Equal(list[i].Body, f.Body) {
					continue
				}
				body := zipped(t, list)
				r, err := pack.Verify(t.Context(), bytes.NewReader(body), int64(len(body)), p.Hash)
				if err == nil && r.OK() {
					t.Fatalf("%s changed at %d goes unnoticed: %q", f.Name, at, list[i].Body[max(0, at-20):min(len(list[i].Body), at+20)])
				}
			}
		}
		list := slices.Delete(slices.Clone(sound), i, i+1)
		body := zipped(t, list)
		if r, err := pack.Verify(t.Context(), bytes.NewReader(body), int64(len(body)), p.Hash); err == nil && r.OK() {
			t.Errorf("%s is missing and that goes unnoticed", f.Name)
		}
	}
}

// places are some offsets of a file, its ends among them.
func places(n int) []int {
	out := []int{0, 1, n / 2, n - 2, n - 1}
	for i := 7; i < n; i += 1 + n/11 {
		out = append(out, i)
	}
	slices.Sort(out)
	return slices.Compact(slices.DeleteFunc(out, func(i int) bool { return i < 0 || i >= n }))
}

// resealed writes the manifest anew after a change, as a forger would.
func resealed(t *testing.T, p pack.Pack, list []pack.File) []byte {
	t.Helper()
	var m map[string]any
	for i, f := range list {
		if f.Name != "manifest.json" {
			continue
		}
		if err := json.Unmarshal(f.Body, &m); err != nil {
			t.Fatal(err)
		}
		list = slices.Delete(list, i, i+1)
		break
	}
	forged := pack.Pack{ID: p.ID, Revision: p.Revision, Terms: p.Terms, Events: p.Events}
	for _, f := range list {
		switch {
		case strings.HasPrefix(f.Name, "terms/"), strings.HasPrefix(f.Name, "facts/"):
			forged.Inputs = append(forged.Inputs, f)
		case f.Name == "statement.json":
			if err := json.Unmarshal(f.Body, &forged.Document); err != nil {
				t.Fatal(err)
			}
		}
	}
	forged.Hash = pack.Hash(list)
	return zipped(t, files(t, forged))
}

func edited(t *testing.T, list []pack.File, name, old, new string) []pack.File {
	t.Helper()
	out := slices.Clone(list)
	for i, f := range out {
		if f.Name == name {
			if !bytes.Contains(f.Body, []byte(old)) {
				t.Fatalf("%s has no %q", name, old)
			}
			out[i].Body = bytes.ReplaceAll(f.Body, []byte(old), []byte(new))
		}
	}
	return out
}

func wantFinding(t *testing.T, r pack.Report, code, words string) {
	t.Helper()
	for _, f := range r.Findings {
		if f.Code == code && strings.Contains(f.Words, words) {
			return
		}
	}
	t.Errorf("no finding %s with %q among %+v", code, words, r.Findings)
}

func TestAForgedStatementIsToldLineByLine(t *testing.T) {
	p := worked(t, "worked-month", "2026-03")
	sound := files(t, p)

	body := resealed(t, p, edited(t, sound, "statement.json", `"amount": "1800.00"`, `"amount": "1900.00"`))
	r := verify(t, body, p.Hash)
	wantFinding(t, r, "receipt", "This is not the statement of the receipt")
	wantFinding(t, r, "line", "Line 1 (Deal D1, won 5 Mar 2026): its amount says 1,900.00; computed from the terms and the facts it is 1,800.00.")
	wantFinding(t, r, "arithmetic", "Line 1 (Deal D1, won 5 Mar 2026): 60000.00 x 0.03 is not 1,900.00.")
	wantFinding(t, r, "arithmetic", "do not add up")

	body = resealed(t, p, edited(t, sound, "facts/deals.csv", "60000.00", "66000.00"))
	r = verify(t, body, "")
	wantFinding(t, r, "line", "Line 1 (Deal D1, won 5 Mar 2026): its quantity says 60000.00; computed from the terms and the facts it is 66000.00.")
	wantFinding(t, r, "total", "The total says USD 4,800.00; computed it is USD 4,980.00.")

	body = resealed(t, p, edited(t, sound, "facts/carve_outs.csv", "D2", "D9"))
	wantFinding(t, verify(t, body, ""), "line", "A line is missing: Deal D4")

	body = resealed(t, p, edited(t, sound, "terms/v1.yaml", "rate: 3 %", "rate: 4 %"))
	wantFinding(t, verify(t, body, ""), "line", "its rate says 0.03; computed from the terms and the facts it is 0.04")
}

// A change that is consistent in itself, a whole other statement, is told from the receipt alone.
func TestAConsistentForgeryHasAnotherHash(t *testing.T) {
	sound := worked(t, "worked-month", "2026-03")
	agreement, folder := example(t, "worked-month")
	folder["deals.csv"].Data = bytes.ReplaceAll(folder["deals.csv"].Data, []byte("60000.00"), []byte("66000.00"))
	facts, _, err := pack.ReadFacts(folder, agreement)
	if err != nil {
		t.Fatal(err)
	}
	facts.Period = sound.Document.Statement.Period
	forged := sound
	if forged.Frozen, err = pack.Freeze(agreement, facts, cal.MustDate("2026-04-01")); err != nil {
		t.Fatal(err)
	}
	body := zipped(t, files(t, forged))
	if r := verify(t, body, ""); !r.OK() {
		t.Errorf("it is consistent: %+v", r.Findings)
	}
	r := verify(t, body, sound.Hash)
	if len(r.Findings) != 1 || r.Findings[0].Code != "receipt" {
		t.Errorf("got %+v", r.Findings)
	}
}

func TestReviewsThatCannotHaveHappened(t *testing.T) {
	p := worked(t, "worked-month", "2026-03")
	p.Events = slices.Delete(slices.Clone(p.Events), 1, 2) // locked with line 1 still open
	for i := range p.Events {
		p.Events[i].Seq = i + 1
	}
	wantFinding(t, verify(t, zipped(t, files(t, p)), p.Hash), "events", "cannot have happened so: Lines 1 are still open")
}

func TestPreviewReadsAFolder(t *testing.T) {
	archive, err := txtar.ParseFile("../testdata/worked-month.txtar")
	if err != nil {
		t.Fatal(err)
	}
	_, folder := example(t, "worked-month")
	var text []byte
	for _, f := range archive.Files {
		if f.Name == "contract.yaml" {
			text = f.Data
		}
	}
	march, _ := cal.ParseMonth("2026-03")
	folder["deals.csv"].Data = slices.Concat(folder["deals.csv"].Data, []byte("D9,Broken,,12x,USD,2026-01-05,2026-03-05,won,true,true\n"))
	d, err := pack.Preview([][]byte{text}, folder, march, cal.MustDate("2026-04-01"))
	if err != nil {
		t.Fatal(err)
	}
	if d.Statement.Total.String() != "4800.00" || len(d.Issues) == 0 || d.Issues[0].Subject != "deals.csv line 6" {
		t.Errorf("got %s, %+v", d.Statement.Total, d.Issues)
	}
	_, err = pack.Preview([][]byte{[]byte("contract: x")}, folder, march, cal.MustDate("2026-04-01"))
	if !fault.Is(err, fault.Invalid) || len(fault.All(err)) < 5 {
		t.Errorf("all problems of a contract are told, got %v", err)
	}
}

func previewOf(t *testing.T, folder fs.FS) (fees.Document, error) {
	t.Helper()
	agreement, _ := example(t, "worked-month")
	march, _ := cal.ParseMonth("2026-03")
	return pack.Preview([][]byte{[]byte(agreement.First().Source)}, folder, march, cal.MustDate("2026-04-01"))
}

func TestPreviewWarnsOfTablesThatItDoesNotRead(t *testing.T) {
	_, folder := example(t, "worked-month")
	folder["payment.csv"] = &fstest.MapFile{Data: []byte("payment_id\n")}
	folder["Companies.csv"] = &fstest.MapFile{Data: []byte("company_id\n")}
	folder["deals.csv.gz"] = &fstest.MapFile{Data: []byte("no gzip")}
	folder["notes.txt"] = &fstest.MapFile{Data: []byte("notes")}
	d, err := previewOf(t, folder)
	if err != nil {
		t.Fatal(err)
	}
	var subjects []string
	for _, i := range d.Issues {
		if i.Code == "file-unread" && i.Severity == fees.Warning {
			subjects = append(subjects, i.Subject)
		}
	}
	if !slices.Equal(subjects, []string{"Companies.csv", "deals.csv.gz", "payment.csv"}) {
		t.Errorf("got %q", subjects)
	}
}

func TestPreviewReadsPackedTables(t *testing.T) {
	_, folder := example(t, "worked-month")
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(folder["deals.csv"].Data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	delete(folder, "deals.csv")
	folder["deals.csv.gz"] = &fstest.MapFile{Data: b.Bytes()}
	if d, err := previewOf(t, folder); err != nil || d.Statement.Total.String() != "4800.00" {
		t.Errorf("got %s, %v", d.Statement.Total, err)
	}
}

func TestFaultsOfFilesNameThemAllAtOnce(t *testing.T) {
	_, folder := example(t, "worked-month")
	folder["deals.csv"] = &fstest.MapFile{Mode: fs.ModeDir | 0o755}
	folder["contacts.csv"] = &fstest.MapFile{}
	folder["touches.csv"] = &fstest.MapFile{Data: []byte("at,channel\n2026-01-01,webinar\n")}
	folder["payments.csv"] = &fstest.MapFile{Data: []byte("PK\x03\x04")}
	folder["settled.json"] = &fstest.MapFile{Data: []byte("{")}
	_, err := previewOf(t, folder)
	got := map[string]string{}
	for _, f := range fault.All(err) {
		got[f.Field] += f.Code + " "
	}
	want := map[string]string{"deals.csv": "facts-file ", "contacts.csv": "file-empty ", "touches.csv": "column-missing column-missing ", "payments.csv": "file-is-zip ", "settled.json": "facts-json "}
	if !maps.Equal(got, want) {
		t.Errorf("got %v: %v", got, err)
	}
	if !strings.Contains(err.Error(), "deals.csv: It cannot be read: ") {
		t.Errorf("got %v", err)
	}
}

func TestStatementAsText(t *testing.T) {
	var b bytes.Buffer
	p := worked(t, "per-deal-floor-and-cap", "2026-03")
	p.Document.Issues = append(p.Document.Issues, fees.Issue{Severity: fees.Problem, Code: "x", Subject: "deal D\x1b[31m", Text: strings.Repeat("long words ", 20)})
	if err := pack.WriteText(&b, p.Document); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/statement.txt"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(want, b.Bytes()) {
		t.Errorf("%v\n%s", err, b.String())
	}
	if strings.Contains(b.String(), "\x1b") {
		t.Error("a name steers the terminal")
	}
}

// A pack of other rules says so where the program computes otherwise, and holds where it does not; one from before the number was kept is of the first.
func TestAPackOfOtherRulesSaysSo(t *testing.T) {
	p := worked(t, "worked-month", "2026-03")
	sound := files(t, p)
	other := edited(t, sound, "facts/rules.json", strconv.Itoa(fees.Rules), "1")
	if r := verify(t, resealed(t, p, other), ""); !r.OK() {
		t.Errorf("it computes the same: %+v", r.Findings)
	}
	wantFinding(t, verify(t, resealed(t, p, edited(t, other, "terms/v1.yaml", "rate: 3 %", "rate: 4 %")), ""), "rules", fmt.Sprintf("drafted by rules 1, and this program has rules %d", fees.Rules))
	unsaid := slices.DeleteFunc(slices.Clone(sound), func(f pack.File) bool { return f.Name == "facts/rules.json" })
	if r := verify(t, resealed(t, p, unsaid), ""); !r.OK() {
		t.Errorf("a pack from before: %+v", r.Findings)
	}
	wantFinding(t, verify(t, resealed(t, p, edited(t, sound, "facts/rules.json", strconv.Itoa(fees.Rules), "x")), ""), "inputs", "facts/rules.json cannot be read")
}
