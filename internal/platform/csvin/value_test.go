package csvin

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

var berlin, newYork = mustZone("Europe/Berlin"), mustZone("America/New_York")

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

func codeOf(err error) string {
	var v *ValueError
	if errors.As(err, &v) {
		return "!" + v.Code
	}
	if err != nil {
		return "!!" + err.Error()
	}
	return ""
}

func TestNumberFollowsTheStatedMarkOnly(t *testing.T) {
	cases := []struct{ cell, point, comma, none string }{
		{"3100", "3100", "3100", "3100"},
		{"3,100", "3100", "3.100", "!decimal-not-stated"},
		{"3.100", "3.100", "3100", "!decimal-not-stated"},
		{"3,100.00", "3100.00", "!amount-marks-swapped", "!decimal-not-stated"},
		{"3.100,00", "!amount-marks-swapped", "3100.00", "!decimal-not-stated"},
		{"1 234,50", "!amount-grouping", "1234.50", "!decimal-not-stated"},
		{"1\u00a0234\u00a0567", "1234567", "1234567", "1234567"},
		{"1'234.50", "1234.50", "!amount-grouping", "!decimal-not-stated"},
		{"$1,200", "1200 $", "1.200 $", "!decimal-not-stated"},
		{"1.234.567", "!amount-two-decimal-marks", "1234567", "!decimal-not-stated"},
		{"1.2.3", "!amount-two-decimal-marks", "!amount-grouping", "!decimal-not-stated"},
		{"12,34,567.00", "1234567.00", "!amount-two-decimal-marks", "!decimal-not-stated"},
		{"(500.00)", "-500.00", "!amount-grouping", "!decimal-not-stated"},
		{"(500)", "-500", "-500", "-500"},
		{"($500)", "-500 $", "-500 $", "-500 $"},
		{"-$500", "-500 $", "-500 $", "-500 $"},
		{"$-500", "-500 $", "-500 $", "-500 $"},
		{"500-", "-500", "-500", "-500"},
		{"−7", "-7", "-7", "-7"},
		{"+7", "7", "7", "7"},
		{"-0.00", "0.00", "!amount-grouping", "!decimal-not-stated"},
		{"007", "7", "7", "7"},
		{".5", "0.5", "!amount-format", "!amount-format"},
		{"EUR 5", "5 EUR", "5 EUR", "5 EUR"},
		{"5 €", "5 €", "5 €", "5 €"},
		{"CA$5", "5 CA$", "5 CA$", "5 CA$"},
		{"12.5%", "!amount-format", "!amount-format", "!decimal-not-stated"},
		{"1E+05", "!amount-scientific", "!amount-scientific", "!amount-scientific"},
		{"#REF!", "!amount-format", "!amount-format", "!amount-format"},
		{"12,34", "!amount-grouping", "12.34", "!decimal-not-stated"},
		{"1,23,45", "!amount-grouping", "!amount-two-decimal-marks", "!decimal-not-stated"},
		{"5.", "5", "!amount-grouping", "!decimal-not-stated"},
		{"144.", "144", "!amount-grouping", "!decimal-not-stated"},
		{"-1,200.", "-1200", "!amount-marks-swapped", "!decimal-not-stated"},
		{".", "!amount-format", "!amount-format", "!amount-format"},
		{"--5", "!amount-format", "!amount-format", "!amount-format"},
		{"(-5)", "!amount-format", "!amount-format", "!amount-format"},
		{"(5", "!amount-format", "!amount-format", "!amount-format"},
		{"abc", "!amount-format", "!amount-format", "!amount-format"},
		{"$", "!amount-format", "!amount-format", "!amount-format"},
		{"", "!amount-empty", "!amount-empty", "!amount-empty"},
	}
	for _, c := range cases {
		for i, want := range []string{c.point, c.comma, c.none} {
			n, err := Convention{Decimal: []byte{'.', ',', 0}[i]}.Number(c.cell)
			got := codeOf(err)
			if err == nil {
				got = strings.TrimSpace(n.Text + " " + n.Mark)
			}
			if got != want {
				t.Errorf("%q with mark %q: got %s, want %s", c.cell, []string{".", ",", "none"}[i], got, want)
			}
		}
	}
}

func TestDates(t *testing.T) {
	cases := []struct {
		cell  string
		order DateOrder
		want  string
	}{
		{"2024-01-22", "", "2024-01-22"},
		{"2024/1/2", "", "2024-01-02"},
		{"20240131", "", "2024-01-31"},
		{"2018-12-19 00:00:00", "", "2018-12-19"},
		{"2024-01-31T23:30:00Z", "", "2024-02-01"}, // in Berlin
		{"11/05/2024", DMY, "2024-05-11"},
		{"11/05/2024", MDY, "2024-11-05"},
		{"11/05/2024", "", "!date-order-not-stated"},
		{"11/05/2024", YMD, "!date-order-not-stated"},
		{"22.01.2024", DMY, "2024-01-22"},
		{"22/01/2024", MDY, "!date-order"},
		{"01/22/2024", DMY, "!date-order"},
		{"30/02/2024", DMY, "!date-impossible"},
		{"2023-02-29", "", "!date-impossible"},
		{"2024-13-01", "", "!date-impossible"},
		{"0000-00-00", "", "!date-impossible"},
		{"01/02/24", DMY, "!date-year-short"},
		{"31-Jan-2024", "", "2024-01-31"},
		{"Sept 3, 2024", "", "2024-09-03"},
		{"3 August 2024", "", "2024-08-03"},
		{"31 Feb 2024", "", "!date-impossible"},
		{"45231", "", "!date-serial"},
		{"2024-01/22", "", "!date-format"},
		{"yesterday", "", "!date-format"},
		{"", "", "!date-empty"},
	}
	for _, c := range cases {
		d, err := Convention{DateOrder: c.order, Zone: berlin}.Date(c.cell)
		got := codeOf(err)
		if err == nil {
			got = d.String()
		}
		if got != c.want {
			t.Errorf("%q as %q: got %s (%v), want %s", c.cell, c.order, got, err, c.want)
		}
	}
	if _, err := (Convention{}).Date("2024-01-31T23:30:00Z"); codeOf(err) != "!zone-missing" {
		t.Errorf("the date of an instant without a stated zone: %v", err)
	}
}

func TestInstants(t *testing.T) {
	cases := []struct {
		cell string
		c    Convention
		want string
	}{
		{"2024-01-22T16:14:25.000+0000", Convention{}, "2024-01-22T16:14:25Z"},
		{"2024-01-22T16:14:25Z", Convention{}, "2024-01-22T16:14:25Z"},
		{"2024-01-22T16:14:25-05:00", Convention{}, "2024-01-22T21:14:25Z"},
		{"2023-07-06 05:18:21.205000 UTC", Convention{}, "2023-07-06T05:18:21.205Z"},
		{"2019-12-04 12:48:22", Convention{Zone: time.UTC}, "2019-12-04T12:48:22Z"},
		{"2020-12-30 3:15:52", Convention{Zone: berlin}, "2020-12-30T02:15:52Z"},
		{"2023-11-01 10:20", Convention{Zone: newYork}, "2023-11-01T14:20:00Z"},
		{"11/05/2024 14:03", Convention{Zone: time.UTC, DateOrder: MDY}, "2024-11-05T14:03:00Z"},
		{"11/05/2024 14:03", Convention{Zone: time.UTC, DateOrder: DMY}, "2024-05-11T14:03:00Z"},
		{"11/05/2024 14:03", Convention{Zone: time.UTC}, "!date-order-not-stated"},
		{"Nov 5, 2024, 2:03 PM", Convention{Zone: time.UTC}, "2024-11-05T14:03:00Z"},
		{"Nov 5, 2024 12:00\u202fAM", Convention{Zone: time.UTC}, "2024-11-05T00:00:00Z"},
		{"1704068157", Convention{}, "2024-01-01T00:15:57Z"},
		{"1704068157123", Convention{}, "2024-01-01T00:15:57.123Z"},
		{"2024-05-01", Convention{Zone: berlin}, "2024-04-30T22:00:00Z"},
		{"2024-03-31 02:30", Convention{Zone: berlin}, "!time-skipped"},
		{"2024-10-27 02:30", Convention{Zone: berlin}, "2024-10-27T00:30:00Z"},
		{"2019-12-04 12:48:22", Convention{}, "!zone-missing"},
		{"2019-12-04 25:48:22", Convention{Zone: time.UTC}, "!time-format"},
		{"2019-12-04 12:48:61", Convention{Zone: time.UTC}, "!time-format"},
		{"2019-12-04 13:00 PM", Convention{Zone: time.UTC}, "!time-format"},
		{"2019-12-04 13:00 CST", Convention{Zone: time.UTC}, "!zone-abbreviation"},
		{"2019-02-30 12:00", Convention{Zone: time.UTC}, "!date-impossible"},
	}
	for _, c := range cases {
		at, err := c.c.Instant(c.cell)
		got := codeOf(err)
		if err == nil {
			got = at.Format(time.RFC3339Nano)
		}
		if got != c.want {
			t.Errorf("%q: got %s (%v), want %s", c.cell, got, err, c.want)
		}
	}
}

func TestBool(t *testing.T) {
	for cell, want := range map[string]bool{"true": true, "TRUE": true, "1": true, "Yes": true, "false": false, "FALSE": false, "0": false, " no ": false} {
		if got, err := Bool(cell); err != nil || got != want {
			t.Errorf("%q: %v, %v", cell, got, err)
		}
	}
	for cell, code := range map[string]string{"": "!bool-empty", "won": "!bool-format", "2": "!bool-format"} {
		if _, err := Bool(cell); codeOf(err) != code {
			t.Errorf("%q: %v", cell, err)
		}
	}
}

func TestNeutralise(t *testing.T) {
	for cell, want := range map[string]string{
		"=SUM(A1)": "'=SUM(A1)", "+1-2": "'+1-2", "-cmd": "'-cmd", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", " =1": "' =1", "＝1": "'＝1",
		"-500.00": "-500.00", "+49": "+49", "-1,2": "'-1,2", "Acme": "Acme", "": "", "'tis": "'tis", "'=x": "''=x", "-": "'-",
	} {
		if got := Neutralise(cell); got != want {
			t.Errorf("%q became %q, want %q", cell, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.RuneFrom([]rune("='+-@\t a1.,＝"))).Draw(t, "cell")
		if out := Neutralise(cell); Restore(out) != cell || looksLikeFormula(out) {
			t.Fatalf("%q became %q and then %q", cell, out, Restore(out))
		}
	})
}

func TestConventionAsJSON(t *testing.T) {
	for _, c := range []Convention{{}, {Decimal: ',', DateOrder: DMY, Zone: berlin}, {Decimal: '.', DateOrder: MDY, Zone: time.UTC}} {
		b, err := json.Marshal(c)
		var back Convention
		if err == nil {
			err = json.Unmarshal(b, &back)
		}
		if err != nil || back.Decimal != c.Decimal || back.DateOrder != c.DateOrder || (c.Zone == nil) != (back.Zone == nil) || c.Zone != nil && back.Zone.String() != c.Zone.String() {
			t.Errorf("%s became %+v, %v", b, back, err)
		}
	}
	if _, err := ParseConvention("x", "y", "Mars/Base"); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("three wrong choices: %v", err)
	}
}

func TestSniffNeverDecidesSilently(t *testing.T) {
	column := func(cells ...string) [][]string {
		var rows [][]string
		for _, c := range cells {
			rows = append(rows, []string{c})
		}
		return rows
	}
	cases := []struct {
		name           string
		rows           [][]string
		decimal, order Finding
		values         string
	}{
		{"nothing to choose", column("Acme", "12", ""), Absent, Absent, ""},
		{"ISO dates", column("2024-01-22", "2024-02-01"), Absent, Proven, "ymd"},
		{"both ways", column("3,100", "01/02/2024"), Ambiguous, Ambiguous, ""},
		{"a day above 12", column("01/02/2024", "22/01/2024"), Absent, Proven, "dmy"},
		{"a month behind", column("01/22/2024"), Absent, Proven, "mdy"},
		{"mixed dates", column("22/01/2024", "01/22/2024"), Absent, Conflict, ""},
		{"point proven", column("3,100", "3,100.50"), Proven, Absent, "."},
		{"comma proven", column("3,100", "12,5"), Proven, Absent, ","},
		{"mixed marks", column("1.5", "1,5"), Conflict, Absent, ""},
	}
	for _, c := range cases {
		p := Sniff([]string{"x"}, c.rows)
		if p.Decimal.Finding != c.decimal || p.DateOrder.Finding != c.order || p.Decimal.Value+p.DateOrder.Value != c.values {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
	for cells, want := range map[[2]string]string{
		{"1,250.00", "6.000,00"}:     `The sample mixes both: "1,250.00" can only have a decimal point, and "6.000,00" can only have a decimal comma.`,
		{"3,100", "12,5"}:            `1 of 2 values can only have a decimal comma, such as "12,5".`,
		{"22/01/2024", "01/22/2024"}: `The sample mixes both: "22/01/2024" can only be day, month, year, and "01/22/2024" can only be month, day, year.`,
		{"01/02/2024", "22/01/2024"}: `1 of 2 values can only be day, month, year, such as "22/01/2024".`,
		{"Acme", "3,100"}:            `The one value, "3,100", can be read both ways.`,
	} {
		p := Sniff([]string{"x"}, column(cells[0], cells[1]))
		if p.Decimal.Evidence != want && p.DateOrder.Evidence != want {
			t.Errorf("%v: %q, %q", cells, p.Decimal.Evidence, p.DateOrder.Evidence)
		}
	}
	if p := Sniff([]string{"x"}, column("2024-01-22 10:00")); !p.NeedsZone || len(p.Questions()) != 1 {
		t.Errorf("a time without zone: %+v", p)
	}
	if p := Sniff([]string{"Acme", "3100.00"}, nil); p.HeaderDoubts == "" {
		t.Error("a row of data passed as header")
	}
}

func FuzzValues(f *testing.F) {
	for _, s := range []string{"3.100,00", "(5)", "$-1", "2024-01-22T16:14:25.000+0000", "Nov 5, 2024 2:03 PM", "1704068157", "−1 234", "CHF 1'000.05"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		for _, mark := range []byte{0, '.', ','} {
			c := Convention{Decimal: mark, DateOrder: DMY, Zone: berlin}
			if n, err := c.Number(cell); err == nil {
				again, err := Convention{Decimal: '.'}.Number(n.Text)
				if err != nil || again.Text != n.Text {
					t.Fatalf("%q gave %q, which reads as %q, %v", cell, n.Text, again.Text, err)
				}
			}
			if d, err := c.Date(cell); err == nil {
				if again, err := c.Date(d.String()); err != nil || again != d {
					t.Fatalf("%q gave %s, which reads as %s, %v", cell, d, again, err)
				}
			}
			if at, err := c.Instant(cell); err == nil {
				if again, err := c.Instant(at.Format(time.RFC3339Nano)); err != nil || !again.Equal(at) {
					t.Fatalf("%q gave %s, which reads as %s, %v", cell, at, again, err)
				}
			}
		}
		Bool(cell)
		if Restore(Neutralise(cell)) != cell {
			t.Fatalf("%q does not survive", cell)
		}
		Sniff([]string{cell}, [][]string{{cell}})
	})
}

func FuzzSniff(f *testing.F) {
	f.Add("date,amount", "22/01/2024,1.234,50\n05/11/2024,3,100")
	f.Add("a", "2024-01-22 10:00\n1,5\n1.5")
	f.Fuzz(func(t *testing.T, head, table string) {
		var rows [][]string
		for _, row := range strings.Split(table, "\n") {
			rows = append(rows, strings.Split(row, ";"))
		}
		p := Sniff(strings.Split(head, ";"), rows)
		for _, c := range []Choice{p.Decimal, p.DateOrder} {
			if (c.Finding == Proven) != (c.Value != "") || c.Evidence == "" || c.Confidence < 0 || c.Confidence > 1 {
				t.Fatalf("%+v", c)
			}
		}
		slices.Reverse(rows)
		again := Sniff(strings.Split(head, ";"), rows)
		if again.Decimal.Value != p.Decimal.Value || again.DateOrder.Value != p.DateOrder.Value || again.NeedsZone != p.NeedsZone {
			t.Fatalf("the order of rows matters: %+v, %+v", p, again)
		}
		p.Questions()
	})
}
