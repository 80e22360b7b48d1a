package crm

import (
	"os"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/channel"
)

// The sample files are read by their columns alone, with what each leaves open stated.
func TestSampleFilesOfTheWebAreRead(t *testing.T) {
	for _, c := range []struct {
		file, object string
		stated       Stated
		rows, told   int
		first        string
	}{
		{"visits.csv", "visits", Stated{Constants: []string{"channel_grouping=" + channel.GA4}}, 3, 0, "p1 2026-05-04T09:12:00Z"},
		{"calls.csv", "calls", Stated{}, 2, 0, "C-1001 2026-06-03T08:15:00Z"},
		{"forms.csv", "forms", Stated{}, 2, 0, "F-501 2026-06-04T10:02:00Z"},
		{"bank-statement.csv", "bank", Stated{Currency: "USD", Constants: []string{"deal_pattern=D-*"}}, 2, 1, "D-0101 2026-06-10 40000.00 USD payment"},
	} {
		file, err := os.ReadFile("../../docs/examples/web/" + c.file)
		if err != nil {
			t.Fatal(err)
		}
		if c.object == "bank" {
			c.stated.Decimal = "point"
		}
		got := readTable(t, c.object, string(file), c.stated)
		told := 0
		for _, line := range got {
			if strings.HasPrefix(line, "!") {
				told++
			}
		}
		if len(got)-told != c.rows || told != c.told || !strings.Contains(got[0], c.first) {
			t.Errorf("%s: %q", c.file, got)
		}
	}
}

// Every column name by which such a table is recognised stands in the guide, as it is written in a file.
func TestColumnNamesOfTheWebAreDocumented(t *testing.T) {
	guide, err := os.ReadFile("../../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(guide), "| table | field | recognised column names |")
	if !found {
		t.Fatal("the table of names is gone")
	}
	for _, o := range webObjects {
		_, rows, _ := strings.Cut(table, "| `"+o.Name+"` ")
		for _, f := range o.Fields {
			for _, name := range f.Headers {
				if !strings.Contains(rows, "`"+name+"`") {
					t.Errorf("%s, %s: %q", o.Name, f.Name, name)
				}
			}
		}
	}
}

// A table of some reference that holds no money is no bank statement.
func TestAReferenceAloneIsNoBankStatement(t *testing.T) {
	for _, c := range Detect([]string{"Date", "Reference", "Description"}) {
		if c.Mapping.Profile == Web {
			t.Errorf("%+v", c)
		}
	}
}
