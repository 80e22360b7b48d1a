package pack_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/fees/pack"
)

// Packs of spend, credits and limits over several clauses hold the rows that they were computed from, and verify.
func TestPacksOfSpendCreditsAndLimitsVerify(t *testing.T) {
	for name, want := range map[string]struct{ month, file, text string }{
		"commission-of-gross-from-net":                {"2026-03", "facts/spend.csv", "850,000.00 USD net x 15/85 "},
		"rebate-shown-as-returned":                    {"2026-03", "facts/spend.csv", "1,000.00 USD gross x -5 % "},
		"service-credit-highest-rung":                 {"2026-03", "facts/sla_misses.csv", "11,500.00 USD of fees x -10 %"},
		"fees-credits-minimum-not-to-exceed":          {"2026-03", "facts/sla_misses.csv", "Not to exceed 11,000.00 per month"},
		"not-to-exceed-on-months-that-are-not-locked": {"2026-03", "facts/settled.json", "150,000.00 (limited to date)"},
		"minimum-of-a-part-of-the-quarter":            {"2026-03", "facts/settled.json", "Minimum of 30,000.00 per quarter"},
	} {
		t.Run(name, func(t *testing.T) {
			p := worked(t, name, want.month)
			var written, text bytes.Buffer
			if err := pack.Write(&written, p); err != nil {
				t.Fatal(err)
			}
			if r := verify(t, written.Bytes(), p.Hash); !r.OK() || r.State != "locked" {
				t.Errorf("%+v", r)
			}
			found := false
			for _, f := range p.Inputs {
				found = found || f.Name == want.file && len(f.Body) > 0
			}
			if err := pack.WriteText(&text, p.Document); err != nil || !found || !strings.Contains(text.String(), want.text) {
				t.Errorf("%v, %s: %v\n%s", err, want.file, found, text.String())
			}
		})
	}
}

// Whoever writes another amount into the frozen spend is found out.
func TestChangedSpendIsFoundOut(t *testing.T) {
	list := files(t, worked(t, "commission-of-gross-from-net", "2026-03"))
	for i, f := range list {
		if f.Name == "facts/spend.csv" {
			list[i].Body = bytes.ReplaceAll(f.Body, []byte("850000.00"), []byte("950000.00"))
		}
	}
	r := verify(t, zipped(t, list), "")
	if r.OK() || len(r.Findings) < 3 {
		t.Errorf("%+v", r.Findings)
	}
}
