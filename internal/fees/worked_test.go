package fees_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

var update = flag.Bool("update", false, "write what is computed into the worked examples; read the difference before you keep it")

// The worked examples stand in testdata/*.txtar; testdata/README.md says how to read and add one.
func TestWorkedExamples(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) < 30 {
		t.Fatalf("%d examples, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := computed(t, archive)
			for i, f := range archive.Files {
				if f.Name != "want" {
					continue
				}
				if *update {
					archive.Files[i].Data = []byte(got)
					if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
						t.Fatal(err)
					}
				} else if diff := cmp.Diff(string(f.Data), got); diff != "" {
					t.Errorf("-want +got\n%s", diff)
				}
				return
			}
			t.Fatal("the example has no file want")
		})
	}
}

// computed drafts each month of the example in turn; a month marked "locked" is settled for those after it.
func computed(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	var versions []contract.Terms
	for _, name := range []string{"contract.yaml", "contract-2.yaml", "contract-3.yaml"} {
		if files[name] == "" {
			continue
		}
		terms, err := contract.Parse([]byte(files[name]))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		versions = append(versions, terms)
	}
	agreement, err := contract.NewAgreement(versions...)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	var settled []fees.SettledStatement
	for _, row := range strings.Fields(strings.ReplaceAll(files["period"], " locked", ",locked")) {
		month, mark, _ := strings.Cut(row, ",")
		m, err := cal.ParseMonth(month)
		if err != nil {
			t.Fatal(err)
		}
		facts, problems, err := pack.ReadFacts(folder(files, month), agreement)
		if err != nil {
			t.Fatal(err)
		}
		facts.Period = m.Period()
		facts.Settled = append(facts.Settled, settled...)
		s, issues := fees.Draft(agreement, facts, cal.MustDate("2027-06-30"))
		write(&out, month+strings.Replace(","+mark, ",locked", ", locked", 1), s, issues, problems)
		wantSound(t, agreement, s)
		if mark == "locked" {
			settled = append(settled, fees.Settle("statement of "+month, s, nil))
		}
	}
	return out.String()
}

// folder is the example's facts as they were for a month: files of its own, such as 2026-03/deals.csv, take the place of the common ones.
func folder(files map[string]string, month string) fs.FS {
	out := fstest.MapFS{}
	for name, body := range files {
		if !strings.Contains(name, "/") {
			out[name] = &fstest.MapFile{Data: []byte(body)}
		}
	}
	for name, body := range files {
		if own, ok := strings.CutPrefix(name, month+"/"); ok {
			out[own] = &fstest.MapFile{Data: []byte(body)}
		}
	}
	return out
}

func write(out *strings.Builder, head string, s fees.Statement, issues []fees.Issue, problems []pack.Problem) {
	fmt.Fprintf(out, "%s\n", strings.TrimSuffix(head, ","))
	for _, l := range s.Lines {
		what := []string{string(l.Kind), l.Clause, l.Deal}
		fmt.Fprintf(out, "  line %d: %s: %s x %s = %s\n", l.No, strings.TrimSpace(strings.Join(what, " ")), l.Quantity, l.Rate, l.Amount)
	}
	fmt.Fprintf(out, "  total: %s\n", s.Total)
	for _, c := range s.Considered {
		fmt.Fprintf(out, "  not charged: %s %s: %s\n", c.Clause, c.Deal, c.Code)
	}
	for _, i := range issues {
		fmt.Fprintf(out, "  %s: %s\n", i.Severity, strings.TrimSpace(i.Subject+" "+i.Code))
	}
	for _, p := range problems {
		fmt.Fprintf(out, "  problem: %s line %d: %s\n", p.File, p.Line, p.Code)
	}
}

// TestWhichTouchesMakeAPath: the four answers of docs/contract.md for a customer who buys twice, and what silence says.
func TestWhichTouchesMakeAPath(t *testing.T) {
	const both = "      at_the_deal: left-out\n      earlier_deals: reset\n"
	for said, want := range map[string][2]string{
		"      at_the_deal: counts\n      earlier_deals: reused\n":   {"180.00", "180.00"},
		"      at_the_deal: counts\n      earlier_deals: reset\n":    {"180.00", "180.00"},
		"      at_the_deal: left-out\n      earlier_deals: reused\n": {"270.00", "162.00"},
		both: {"270.00", "135.00"},
		"":   {"180.00", "180.00"},
	} {
		archive, err := txtar.ParseFile("testdata/at-the-deal-left-out.txtar")
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range archive.Files {
			if f.Name == "contract.yaml" {
				archive.Files[i].Data = []byte(strings.Replace(string(f.Data), both, said, 1))
			}
		}
		march, june, _ := strings.Cut(computed(t, archive), "2026-06\n")
		if !strings.Contains(march, "total: "+want[0]) || !strings.Contains(june, "total: "+want[1]) {
			t.Errorf("%q: want %v, got\n%s%s", said, want, march, june)
		}
	}
}
