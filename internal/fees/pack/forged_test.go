package pack_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

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
