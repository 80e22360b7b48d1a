package contract

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// examples are every contract that must be read: those of the docs, the template, the one of the tests.
func examples(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{
		"template": Template("growth", `Acme: "Robotics" #1`, "Northlight LLC", cal.MustDate("2026-02-01")),
		"good":     read(t, "testdata/good.yaml"),
	}
	files, err := filepath.Glob("../../docs/examples/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("%v %v", files, err)
	}
	for _, file := range files {
		out[filepath.Base(file)] = read(t, file)
	}
	return out
}

func parsed(t testing.TB, text string) Terms {
	t.Helper()
	terms, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

func TestExamplesAreRead(t *testing.T) {
	for name, text := range examples(t) {
		terms := parsed(t, text)
		if terms.Source != text || len(terms.SHA256) != 64 || len(terms.Clauses) != 2 {
			t.Errorf("%s: %+v", name, terms.Clauses)
		}
	}
}

func TestTheTemplateKeepsNames(t *testing.T) {
	terms := parsed(t, examples(t)["template"])
	if terms.Client != `Acme: "Robotics" #1` || terms.Agency != "Northlight LLC" || terms.Key != "growth" || terms.Effective != cal.MustDate("2026-02-01") {
		t.Errorf("%q %q %q %s", terms.Client, terms.Agency, terms.Key, terms.Effective)
	}
	if next := parsed(t, Amendment(terms.Source, 2)); next.Version != 2 {
		t.Errorf("the amendment is version %d", next.Version)
	}
}

func TestTermsOfTheExample(t *testing.T) {
	terms := parsed(t, examples(t)["northlight-acme-v2.yaml"])
	share, _ := terms.Clause("closed-won")
	r := share.(RevenueShare)
	got := map[string]string{
		"rate": r.Rate.String(), "model": r.Attribution.Model, "lookback": r.Attribution.Lookback.String(), "edge": r.Attribution.Edge,
		"per deal": r.PerDealCap.Amount.Format(), "period": r.PeriodCap.Amount.Format() + " " + string(r.PeriodCap.Per), "carve-out": r.Eligible.CarveOut,
		"tail": r.Tail.String(), "credits": r.Attribution.Credits.By + " " + strings.Join(r.Attribution.Credits.Values, "+"),
	}
	want := map[string]string{
		"rate": "3 %", "model": "w-shaped", "lookback": "180 days", "edge": "re-path", "per deal": "12,000.00", "period": "75,000.00 contract-year",
		"carve-out": "acme-pipeline-2025-12", "tail": "60 days", "credits": "all-channels-except direct+sales-outbound",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if end, ok := terms.End(); !ok || end != cal.MustDate("2027-06-01") {
		t.Errorf("ends %s", end)
	}
	if r.PerDealFloor.Set || r.PeriodFloor.Set || !r.PeriodCap.Set {
		t.Error("none is no limit")
	}
}

func TestLineEndsAndByteOrderMarkDoNotMatter(t *testing.T) {
	text := read(t, "testdata/good.yaml")
	want := parsed(t, text)
	for _, other := range []string{strings.ReplaceAll(text, "\n", "\r\n"), "\ufeff" + text, "---\n" + text, text + "\n...\n"} {
		got, err := Parse([]byte(other))
		if err != nil {
			t.Errorf("%.10q: %v", other, err)
			continue
		}
		got.Source, got.SHA256 = want.Source, want.SHA256
		if diff := cmp.Diff(Words(want), Words(got)); diff != "" {
			t.Error(diff)
		}
		if !reflect.DeepEqual(want.Clauses, got.Clauses) {
			t.Errorf("%.10q: %+v", other, got.Clauses)
		}
	}
}

// Every key that is not optional is missed when its line is taken out, so that no choice can be forgotten.
func TestEveryLineOfAContractCounts(t *testing.T) {
	lines := strings.SplitAfter(read(t, "testdata/good.yaml"), "\n")
	allowed := map[string]bool{"carve_out": true}
	for i, line := range lines {
		key, _, isKey := strings.Cut(strings.TrimLeft(line, " -"), ":")
		if !isKey || strings.Contains(line, "{category") || strings.HasSuffix(strings.TrimSpace(line), ":") {
			continue
		}
		text := strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), "")
		if _, err := Parse([]byte(text)); err == nil && !allowed[key] {
			t.Errorf("without %q it is still read", strings.TrimSpace(line))
		}
	}
}

// hostile are texts that a careless reader takes long over.
var hostile = map[string]string{
	"keys":     strings.Repeat("k: v\n", maxLines),
	"open":     strings.Repeat("[", maxNesting) + "\n" + strings.Repeat("- x\n", 1000),
	"hyphens":  strings.Repeat("- - - - - - - -\n", maxLines-1),
	"braces":   strings.Repeat("a: {b: {c: {d: {e: {f: {\n", 2),
	"commas":   "a: [" + strings.Repeat("x, ", 600) + "\n" + strings.Repeat(strings.Repeat("x, ", 8)+"\n", 1900),
	"columns":  strings.Repeat(strings.Repeat(" ", 99)+"a:\n", 600),
	"stairs":   stairs(99),
	"anchors":  strings.Repeat(strings.Repeat("&a ", 10)+"\n", 1999),
	"question": strings.Repeat("? ? ? ? ? ?\n", 1999),
	"quotes":   "a: \"" + strings.Repeat("x\n", 1900),
	"block":    "a: |\n" + strings.Repeat("  x\n", 1900),
	"folds":    "a: >\n" + strings.Repeat("  x\n\n", 900),
}

func TestHostileTextsAreRefused(t *testing.T) {
	for name, text := range hostile {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

func BenchmarkHostileTexts(b *testing.B) {
	for name, text := range hostile {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				_, _ = Parse([]byte(text))
			}
		})
	}
}

func stairs(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestTooMuchIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"size": strings.Repeat("# 45678\n", MaxSource/8+1), "lines": strings.Repeat("#\n", maxLines+1),
	} {
		if _, err := Parse([]byte(text)); !fault.Is(err, fault.TooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := Parse([]byte(strings.Repeat("x1: y\n", 1)))
	if !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	var many strings.Builder
	for i := range 500 {
		many.WriteString("k" + strings.Repeat("x", i%50) + string(rune('a'+i/50)) + ": v\n")
	}
	if _, err := Parse([]byte(many.String())); len(fault.All(err)) != maxFaults+1 {
		t.Errorf("%d faults", len(fault.All(err)))
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range examples(f) {
		f.Add(text)
	}
	for _, text := range []string{"a: &x [*x]", "? [a]: b", "{a: 1,000}", "- - - a", "<<: *a", "a: !!binary x", "a: |\n b", "%YAML 1.2\n---\na: b", "\"a\": 'b'", "a: >-\n\n  x", "{[a]: b}", "a:\n\t- b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		began := time.Now()
		terms, err := Parse([]byte(text))
		if took := time.Since(began); took > 5*time.Second {
			t.Fatalf("took %v", took)
		}
		if err != nil {
			for _, problem := range fault.All(err) {
				if problem.Message == "" || problem.Code == "" {
					t.Fatalf("%+v", problem)
				}
			}
			return
		}
		for _, f := range Lint(terms) {
			if f.Line == 0 || f.Text == "" || f.Write == "" {
				t.Fatalf("%+v", f)
			}
		}
		if len(Words(terms)) < 3 || len(Compare(terms, terms)) != 0 {
			t.Fatal("what is read can be told, and does not differ from itself")
		}
	})
}
