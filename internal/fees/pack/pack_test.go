package pack_test

import (
	"archive/zip"
	"bytes"
	"fmt"
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

// Packs of the first form of the page verify as they did, also where both forms print a bonus otherwise.
func TestPacksOfTheFirstFormOfThePageVerify(t *testing.T) {
	for name, month := range map[string]string{"worked-month": "2026-03", "scorecard-lower-is-better": "2026-06"} {
		p := worked(t, name, month)
		older, err := p.FilesOfForm(1)
		if err != nil {
			t.Fatal(err)
		}
		if r := verify(t, zipped(t, older), p.Hash); !r.OK() {
			t.Errorf("%s, of the first form: %v", name, r.Findings)
		}
	}
	bonus := worked(t, "scorecard-lower-is-better", "2026-06")
	now := files(t, bonus)
	if page := now[slices.IndexFunc(now, func(f pack.File) bool { return f.Name == "statement.html" })].Body; !bytes.Contains(page, []byte("83.33 % (5/6) of the pool")) {
		t.Errorf("the page prints no bonus as a percentage:\n%s", page)
	}
	wantFinding(t, verify(t, zipped(t, edited(t, now, "manifest.json", `"page": 2`, `"page": 1`)), bonus.Hash), "page", "statement.html does not print what")
}
