package crm

import (
	"bytes"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// readSums reads a report of Google Analytics as whoever knows only what is stated.
func readSums(t *testing.T, file []byte, sheet string, constants ...string) (readings, problems []string, d *Decoder) {
	t.Helper()
	r, err := csvin.Open(bytes.NewReader(file), csvin.Options{Sheet: sheet})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(Detect(r.Header()), func(c Candidate) bool { return c.Mapping.Profile == GA4 && c.Kind == KindMetricReading })
	if i < 0 {
		t.Fatalf("%q fits %+v", r.Header(), Detect(r.Header()))
	}
	m, err := Stated{Decimal: "point", Constants: constants}.Over(Detect(r.Header())[i].Mapping)
	if err != nil {
		t.Fatal(err)
	}
	above := r.Layout().Preamble
	d, faults := m.Bind(r.Header(), nil)
	if faults = append(faults, m.AskDays(above)...); len(faults) > 0 {
		for _, f := range faults {
			problems = append(problems, f.Field+" "+f.Code)
		}
		return nil, problems, nil
	}
	d.Above(above)
	tell := func(p Problem) { problems = append(problems, fmt.Sprintf("%s %d", p.Code, p.Line)) }
	for r.Next() {
		records, wrong := d.Decode(r.Row())
		if len(records) > 0 {
			t.Fatalf("a row is a record: %+v", records)
		}
		for _, p := range wrong {
			tell(p)
		}
	}
	placed, wrong := d.End()
	for _, p := range wrong {
		tell(p)
	}
	for _, p := range placed {
		m, err := p.Record.MetricReading()
		if err != nil {
			t.Fatal(err)
		}
		readings = append(readings, fmt.Sprintf("%s %s..%s %s @%d", m.Metric, m.From, m.Through, m.Value, p.Line))
	}
	return readings, problems, d
}

func example(t *testing.T, name string) []byte {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("../../docs/examples/ga4", name))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestGA4ReportsAsPeopleDownloadThem(t *testing.T) {
	for _, c := range []struct {
		file, sheet string
		constants   []string
		want        string
	}{
		{"traffic-acquisition.csv", "Table 2", []string{"readings=sessions: Sessions; organic leads: Key events, channel=Organic Search; revenue: Total revenue; paid: Sessions, channel=Paid*"},
			"[sessions 2026-06-01..2026-06-30 4120 @20 organic leads 2026-06-01..2026-06-30 41 @20 revenue 2026-06-01..2026-06-30 18250.50 @20 paid 2026-06-01..2026-06-30 1102 @21] []"},
		{"free-form-de.csv", "", []string{"readings=leads: Schlüsselereignisse", "span=report"}, "[leads 2026-06-01..2026-06-03 9 @9] []"},
		{"free-form-de.csv", "", []string{"readings=visits: Sitzungen; organic: Sitzungen, channel=organic search", "span=day"},
			"[visits 2026-06-01..2026-06-01 101 @9 visits 2026-06-02..2026-06-02 112 @11 visits 2026-06-03..2026-06-03 109 @13 organic 2026-06-01..2026-06-01 61 @9 organic 2026-06-02..2026-06-02 74 @11 organic 2026-06-03..2026-06-03 70 @13] []"},
	} {
		readings, problems, d := readSums(t, example(t, c.file), c.sheet, c.constants...)
		if got := fmt.Sprint(readings, " ", problems); got != c.want || d.Aside() != 1 {
			t.Errorf("%s: %s, want %s", c.file, got, c.want)
		}
	}
}

func TestHeadersInFourLanguages(t *testing.T) {
	for _, header := range []string{
		"Session primary channel group (Default Channel Group),Sessions,Key events", "Session default channel group,Sessions,Conversions",
		"Sitzung – Primäre Channelgruppe (Standard-Channelgruppe),Sitzungen,Schlüsselereignisse",
		"Groupe de canaux principal de la session (Groupe de canaux par défaut),Sessions,Événements clés",
		"Grupo de canales principal de la sesión (Grupo de canales predeterminado),Sesiones,Eventos clave", "sessionDefaultChannelGroup,sessions,keyEvents",
	} {
		columns := strings.Split(header, ",")
		file := "# Startdatum: 20260601\n# Enddatum: 20260630\n" + header + "\nDirect,5,1\nEmail,3,2\n"
		readings, problems, _ := readSums(t, []byte(file), "", "readings=s: "+columns[1]+"; k: "+columns[2]+", channel=Email")
		if got := fmt.Sprint(readings, problems); got != "[s 2026-06-01..2026-06-30 8 @4 k 2026-06-01..2026-06-30 2 @5] []" {
			t.Errorf("%s: %s", header, got)
		}
	}
}

func june(table string) []byte {
	return []byte("# All Users\n# Start date: 20260601\n# End date: 20260630\n" + table)
}

func TestWhatMayBeAddedUp(t *testing.T) {
	for _, c := range []struct{ name, table, readings, span, want string }{
		{"sessions of channels", "Session default channel group,Sessions\na,5\nb,6\n", "s: Sessions", "", "[s 2026-06-01..2026-06-30 11 @5] []"},
		{"sessions of two days", "Date,Session default channel group,Sessions\n20260601,a,5\n20260602,a,6\n", "s: Sessions", "report", "[] [rows-not-additive 6]"},
		{"key events of two days", "Date,Session default channel group,Key events\n20260601,a,5\n20260602,a,6\n", "s: Key events", "report", "[s 2026-06-01..2026-06-30 11 @5] []"},
		{"key events of one sort", "Date,Session default channel group,Key events (sign_up)\n20260601,a,5\n20260602,a,6\n", "s: Key events (sign_up)", "month", "[s 2026-06-01..2026-06-30 11 @5] []"},
		{"sessions of pages", "Session default channel group,Landing page,Sessions\na,/x,5\na,/y,6\n", "s: Sessions", "", "[] [rows-not-additive 6]"},
		{"sessions of one page", "Session default channel group,Landing page,Sessions\na,/x,5\na,/y,6\n", "s: Sessions, Landing page=/y", "", "[s 2026-06-01..2026-06-30 6 @6] []"},
		{"sessions beside a rate", "Session default channel group,Sessions,Engagement rate\na,5,0.5\nb,6,0.25\n", "s: Sessions", "", "[s 2026-06-01..2026-06-30 11 @5] []"},
		{"users", "Session default channel group,Sessions,Active users\na,5,4\nb,6,5\n", "u: Active users", "", "[] [rows-not-additive 6]"},
		{"users of one channel", "Session default channel group,Sessions,Active users\na,5,4\nb,6,5\n", "u: Active users, channel=b", "", "[u 2026-06-01..2026-06-30 5 @6] []"},
		{"segments overlap", "Segment,Session default channel group,Key events\nAll Users,a,5\nMobile,a,2\n", "k: Key events", "", "[] [rows-not-additive 6]"},
		{"one segment", "Segment,Session default channel group,Key events\nAll Users,a,5\nMobile,a,2\n", "k: Key events, group=mobile", "", "[k 2026-06-01..2026-06-30 2 @6] []"},
		{"no such channel is no zero", "Session default channel group,Key events\na,5\n", "k: Key events, channel=b", "", "[] [reading-without-rows 0]"},
		{"a blank is no zero", "Session default channel group,Key events\na,5\nb,\n", "k: Key events", "", "[] [value-missing 6 reading-not-whole 6]"},
		{"a damaged row", "Session default channel group,Key events\na,5\nb,1,2\n", "k: Key events", "", "[] [column-count 6 reading-not-whole 6]"},
		{"another table behind it", "Session default channel group,Key events\na,5\n\nCountry,Key events\nDE,1\n", "k: Key events", "", "[k 2026-06-01..2026-06-30 5 @5] [another-table 7 another-table 8]"},
		{"a day outside", "Date,Session default channel group,Key events\n20260701,a,5\n", "k: Key events", "day", "[] [day-outside 5 reading-without-rows 0]"},
		{"total agrees", "Session default channel group,Sessions\na,5\nb,6\nTotals,11\n", "s: Sessions", "", "[s 2026-06-01..2026-06-30 11 @5] []"},
		{"total differs", "Session default channel group,Sessions\n,12,Grand total\na,5\nb,6\n", "s: Sessions", "", "[s 2026-06-01..2026-06-30 11 @6] [total-differs 5]"},
		{"a total of days cannot be checked", "Date,Session default channel group,Sessions\n,,10,Grand total\n20260601,a,5\n20260602,a,6\n", "s: Sessions", "day", "[s 2026-06-01..2026-06-01 5 @6 s 2026-06-02..2026-06-02 6 @7] []"},
		{"one channel twice", "Session default channel group,Key events\na,41\na,41\n", "k: Key events", "", "[] [row-twice 6]"},
		{"one channel of a day twice", "Date,Session default channel group,Key events\n20260601,a,2\n20260601,b,9\n20260601,a,3\n", "k: Key events; other: Key events, channel=b", "day", "[other 2026-06-01..2026-06-01 9 @6] [row-twice 7]"},
		{"one channel twice with other rates", "Session default channel group,Sessions,Total users,Engagement rate\na,5,4,0.5\na,6,5,0.25\n", "s: Sessions", "", "[] [row-twice 6]"},
		{"one channel in two hours", "Session default channel group,Hour,Key events\na,01,5\na,02,6\n", "k: Key events", "", "[k 2026-06-01..2026-06-30 11 @5] []"},
		{"events of two names", "Session default channel group,Key events,Event name\na,5,x\na,6,y\n", "k: Key events", "", "[k 2026-06-01..2026-06-30 11 @5] []"},
		{"sessions below zero", "Session default channel group,Sessions\na,5\nb,-6\n", "s: Sessions", "", "[] [count-negative 6 reading-not-whole 6]"},
		{"users below zero", "Session default channel group,Sessions,Active users\na,5,-4\n", "u: Active users", "", "[] [count-negative 5 reading-without-rows 0]"},
		{"revenue below zero", "Session default channel group,Total revenue\na,5.50\nb,-6.00\n", "r: Total revenue", "", "[r 2026-06-01..2026-06-30 -0.50 @5] []"},
		{"a channel called Total", "Date,Session default channel group,Key events\n20260601,Total,5\n", "k: Key events", "day", "[k 2026-06-01..2026-06-01 5 @5] []"},
	} {
		constants := []string{"readings=" + c.readings}
		if c.span != "" {
			constants = append(constants, "span="+c.span)
		}
		readings, problems, _ := readSums(t, june(c.table), "", constants...)
		if got := fmt.Sprint(readings, " ", problems); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestMonthsThatAreNotWholeGiveNoReading(t *testing.T) {
	table := "# 20260615-20260731\n\nDate,Session default channel group,Key events\n20260620,a,1\n20260701,a,2\n20260731,a,4\n"
	readings, problems, _ := readSums(t, []byte(table), "", "readings=k: Key events", "span=month")
	if got := fmt.Sprint(readings, problems); got != "[] [month-not-whole 4 reading-not-whole 4]" {
		t.Errorf("half of June: %s", got)
	}
	whole := strings.ReplaceAll(table, "# 20260615", "# 20260601")
	if readings, problems, _ = readSums(t, []byte(whole), "", "readings=k: Key events", "span=month"); fmt.Sprint(readings, problems) != "[k 2026-06-01..2026-06-30 1 @4 k 2026-07-01..2026-07-31 6 @5] []" {
		t.Errorf("two months: %v %v", readings, problems)
	}
}

func TestWhatAReportOfSumsLeavesOpenIsAsked(t *testing.T) {
	plain := "Session default channel group,Sessions\na,5\n"
	daily := "Date,Session default channel group,Sessions\n20260601,a,5\n"
	for _, c := range []struct {
		file      string
		constants []string
		want      string
	}{
		{plain, nil, "[constants.readings readings-not-stated constants.from days-not-stated]"},
		{plain, []string{"readings=s: Sessions", "from=2026-06-01", "through=2026-06-30"}, "[]"},
		{plain, []string{"readings=s: Sessions", "from=2026-06-01"}, "[constants.through date constants.through date]"},
		{plain, []string{"readings=s: Sessions", "from=2026-06-30", "through=2026-06-01"}, "[constants.through period-reversed constants.through period-reversed]"},
		{plain, []string{"readings=s Sessions", "from=2026-06-01", "through=2026-06-30"}, "[constants.readings reading]"},
		{plain, []string{"readings=s: Visits; t: Sessions, page=x", "from=2026-06-01", "through=2026-06-30"}, "[constants.readings column-unknown constants.readings column-unknown]"},
		{plain, []string{"readings=s: Sessions; S: Sessions", "from=2026-06-01", "through=2026-06-30"}, "[constants.readings reading-twice]"},
		{plain, []string{"readings=s: Sessions", "span=day", "from=2026-06-01", "through=2026-06-30"}, "[constants.span span]"},
		{daily, []string{"readings=s: Sessions"}, "[constants.span span-not-stated constants.from days-not-stated]"},
		{daily, []string{"readings=s: Sessions", "span=day"}, "[]"},
		{daily, []string{"readings=s: Sessions", "span=month"}, "[constants.from days-not-stated]"},
		{string(june(plain)), []string{"readings=s: Sessions"}, "[]"},
		{string(june(plain)), []string{"readings=s: Sessions", "from=2026-05-01", "through=2026-05-31"}, "[constants.from period-contradicts]"},
		{"# Start date: 20250601\n# End date: 20250630\n" + string(june(plain)), []string{"readings=s: Sessions"}, "[constants.from period-unclear]"},
	} {
		_, problems, _ := readSums(t, []byte(c.file), "", c.constants...)
		if got := fmt.Sprint(problems); got != c.want && (c.want != "[]" || len(problems) > 0) {
			t.Errorf("%s with %v: %s, want %s", c.file, c.constants, got, c.want)
		}
	}
}

// The sum of the channels is the sum of all rows, in whatever order they stand.
func TestReadingsDoNotDependOnTheOrderOfRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "rows")
		rows, sum := make([]string, n), new(big.Rat)
		for i := range rows {
			v := rapid.StringMatching(`[0-9]{1,6}(\.[0-9]{1,4})?`).Draw(t, "value")
			r, _ := new(big.Rat).SetString(v)
			sum.Add(sum, r)
			rows[i] = fmt.Sprintf("c%d,%s", i, v)
		}
		var first string
		for range 2 {
			d, faults := Mapping{Profile: GA4, Object: "readings", Columns: map[string]string{"channel": "c"}, Convention: csvin.Convention{Decimal: '.'},
				Constants: map[string]string{"readings": "a: Total revenue", "from": "2026-06-01", "through": "2026-06-30"}}.Bind([]string{"c", "Total revenue"}, nil)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			d.Above(nil)
			for i, row := range rows {
				d.Decode(csvin.Row{Line: i + 2, Cells: strings.Split(row, ",")})
			}
			placed, problems := d.End()
			if len(placed) != 1 || len(problems) > 0 {
				t.Fatalf("%v %v", placed, problems)
			}
			m, _ := placed[0].Record.MetricReading()
			if v, ok := new(big.Rat).SetString(m.Value); !ok || v.Cmp(sum) != 0 || first != "" && first != placed[0].Record.Hash().String() {
				t.Fatalf("%s is not %s", m.Value, sum.RatString())
			}
			first = placed[0].Record.Hash().String()
			slices.Reverse(rows)
		}
	})
}

func FuzzReadings(f *testing.F) {
	f.Add("# Start date: 20260601\n# End date: 20260630", "Organic Search,5\n,5,Grand total\n", "s: Sessions")
	f.Add("# 20260601-20260630", "a,1e9\nb,--\n\nCountry,Users\n", "s: Sessions, channel=a*; t: Sessions")
	f.Fuzz(func(t *testing.T, above, rows, readings string) {
		r, err := csvin.Open(strings.NewReader(above+"\nSession default channel group,Sessions\n"+rows), csvin.Options{Delimiter: ','})
		if err != nil {
			return
		}
		m := Mapping{Profile: GA4, Object: "readings", Convention: csvin.Convention{Decimal: '.'}, Constants: map[string]string{"readings": readings},
			Columns: map[string]string{"channel": "Session default channel group"}}
		d, faults := m.Bind(r.Header(), nil)
		if len(append(faults, m.AskDays(r.Layout().Preamble)...)) > 0 {
			return
		}
		d.Above(r.Layout().Preamble)
		for r.Next() {
			if records, _ := d.Decode(r.Row()); len(records) > 0 {
				t.Fatal("a row is a record")
			}
		}
		placed, problems := d.End()
		list, _ := ParseMeasures(readings)
		if len(placed)+len(problems) < len(list) {
			t.Fatalf("of %d metrics %d readings, %d problems", len(list), len(placed), len(problems))
		}
		for _, p := range placed {
			m, err := p.Record.MetricReading()
			if _, ok := new(big.Rat).SetString(m.Value); err != nil || !ok || m.From.IsZero() || m.Through.Before(m.From) || p.Line == 0 {
				t.Fatalf("%+v %v", m, err)
			}
		}
	})
}
