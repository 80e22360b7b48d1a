package crm

import (
	"regexp"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Measure is a metric that a person finds in a report: the contract's name of it, the column that holds it, and which rows count.
type Measure struct {
	Metric string
	Column string
	Where  []Where // all must fit; none: every row
}

// Where is what a cell must say: a pattern in which * stands for any text.
type Where struct {
	Of      string // a field of the table ("channel"), or the name of a column
	Pattern string
}

const mostMeasures = 50

// ParseMeasures reads what is stated, such as "sessions: Sessions; organic leads: Key events, channel=Organic Search". Fault: Invalid.
func ParseMeasures(text string) (out []Measure, err error) {
	var faults fault.List
	wrong := func(code, format string, args ...any) {
		faults.Add(fault.New(fault.Invalid, code, format, args...).At("constants.readings"))
	}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		if strings.TrimSpace(part) == "" {
			continue
		}
		m, ok := parseMeasure(part)
		switch {
		case !ok:
			wrong("reading", "The reading %q cannot be read. Write the contract's name of the metric, a colon, the column, and what its rows must say: leads: Key events, channel=Organic Search.", strings.TrimSpace(part))
		case slices.ContainsFunc(out, func(o Measure) bool { return strings.EqualFold(o.Metric, m.Metric) }):
			wrong("reading-twice", "The metric %s is read twice. Keep one of the two.", m.Metric)
		default:
			out = append(out, m)
		}
	}
	if len(out) > mostMeasures {
		wrong("readings", "One file gives at most %d metrics.", mostMeasures)
	}
	return out, faults.Err()
}

func parseMeasure(text string) (m Measure, ok bool) {
	name, rest, found := strings.Cut(text, ":")
	pieces := strings.Split(rest, ",")
	m.Metric, m.Column = strings.TrimSpace(name), strings.TrimSpace(pieces[0])
	if !found || m.Metric == "" || m.Column == "" {
		return m, false
	}
	for _, p := range pieces[1:] {
		of, pattern, found := strings.Cut(p, "=")
		w := Where{strings.TrimSpace(of), strings.TrimSpace(pattern)}
		if !found || w.Of == "" || w.Pattern == "" {
			return m, false
		}
		m.Where = append(m.Where, w)
	}
	return m, true
}

// Span says over which days the rows of a report that has a column of days are added up.
type Span string

// The spans.
const (
	SpanDay    Span = "day"    // each day by itself
	SpanMonth  Span = "month"  // the whole months of the report
	SpanReport Span = "report" // all days of the report
)

// measures are those that the mapping states; what is wrong with them Validate tells.
func (m Mapping) measures() []Measure {
	if o, _ := ObjectOf(m.Profile, m.Object); !o.sums {
		return nil
	}
	out, _ := ParseMeasures(m.Constants["readings"])
	return out
}

// measured are the columns of those.
func (m Mapping) measured() (out []string) {
	for _, x := range m.measures() {
		if !slices.Contains(out, x.Column) {
			out = append(out, x.Column)
		}
	}
	return out
}

// validateReadings asks which metrics the file holds, and over which days they are added up.
func (m Mapping) validateReadings(headers []string, faults *fault.List) {
	wrong := func(place, code, format string, args ...any) {
		faults.Add(fault.New(fault.Invalid, code, format, args...).At("constants." + place))
	}
	list, err := ParseMeasures(m.Constants["readings"])
	for _, f := range fault.All(err) {
		faults.Add(f)
	}
	if err == nil && len(list) == 0 {
		wrong("readings", "readings-not-stated", "No report says which metric of the contract a column is. State the metric, a colon, the column, and what its rows must say: leads: Key events, channel=Organic Search. The columns are: %s.", quotedList(headers))
	}
	for _, x := range list {
		if !slices.Contains(headers, x.Column) {
			wrong("readings", "column-unknown", "The file has no column %q for %s. Its columns are: %s.", x.Column, x.Metric, quotedList(headers))
		}
		for _, w := range x.Where {
			if _, ok := m.columnOf(w.Of, headers); !ok {
				wrong("readings", "column-unknown", "The file has no column %q by which rows of %s are chosen. Its columns are: %s.", w.Of, x.Metric, quotedList(headers))
			}
		}
	}
	switch span := Span(m.Constants["span"]); {
	case span != "" && span != SpanDay && span != SpanMonth && span != SpanReport:
		wrong("span", "span", "%q is no span. Write day, month or report.", string(span))
	case m.Columns["day"] != "" && span == "":
		wrong("span", "span-not-stated", "The report is divided by day. State which days one reading is of: span = day, month (its whole months) or report (all its days).")
	case m.Columns["day"] == "" && span != "" && span != SpanReport:
		wrong("span", "span", "The report is not divided by day, so it gives readings of all its days only. Leave the span blank, or export it with the date.")
	}
	m.statedDays(faults)
}

// statedDays are the days of the report as a person states them; empty where nobody does.
func (m Mapping) statedDays(faults *fault.List) (p cal.Period) {
	var days [2]cal.Date
	for i, field := range []string{"from", "through"} {
		text := m.Constants[field]
		if text == "" {
			continue
		}
		d, err := cal.ParseDate(text)
		if err != nil {
			faults.Add(fault.New(fault.Invalid, "date", "%q is no day. Write it as 2026-03-31.", text).At("constants." + field))
			return p
		}
		days[i] = d
	}
	switch {
	case days == [2]cal.Date{}:
	case days[0].IsZero(), days[1].IsZero():
		faults.Add(fault.New(fault.Invalid, "date", "State both the first and the last day of the report.").At("constants." + map[bool]string{true: "from", false: "through"}[days[0].IsZero()]))
	case days[1].Before(days[0]):
		faults.Add(fault.New(fault.Invalid, "period-reversed", "The report ends on %s, before it begins on %s.", days[1], days[0]).At("constants.through"))
	default:
		p = cal.Period{From: days[0], To: days[1].AddDays(1)}
	}
	return p
}

// columnOf finds a column by the field that it holds, else by its name.
func (m Mapping) columnOf(name string, headers []string) (int, bool) {
	if h := m.Columns[name]; h != "" {
		name = h
	}
	i := slices.Index(headers, name)
	return i, i >= 0
}

var (
	dayAtEnd = regexp.MustCompile(`^#.*:\s*(\d{4})-?(\d{2})-?(\d{2})$`)
	daysLine = regexp.MustCompile(`^#\s*(\d{4})-?(\d{2})-?(\d{2})\s*[-–]\s*(\d{4})-?(\d{2})-?(\d{2})$`)
)

// reportDays are the days that the comments above a report say it is of: "# Start date: 20260301" and "# End date: 20260331" one below the other, in
// whatever language, or "# 20260301-20260331". Of a report that compares days there are several.
func reportDays(above []string) (out []cal.Period) {
	add := func(from, through cal.Date) {
		if p := (cal.Period{From: from, To: through.AddDays(1)}); !from.IsZero() && !through.Before(from) && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	var before cal.Date
	for _, line := range above {
		line = strings.TrimSpace(line)
		if p := daysLine.FindStringSubmatch(line); p != nil {
			from, through := dayOf(p[1:4]), dayOf(p[4:7])
			if !through.IsZero() {
				add(from, through)
			}
			before = cal.Date{}
			continue
		}
		p := dayAtEnd.FindStringSubmatch(line)
		if p == nil {
			before = cal.Date{}
			continue
		}
		d := dayOf(p[1:4])
		if !before.IsZero() && !d.IsZero() {
			add(before, d)
			d = cal.Date{}
		}
		before = d
	}
	return out
}

func dayOf(parts []string) cal.Date {
	d, err := cal.ParseDate(strings.Join(parts, "-"))
	if err != nil || d.Year() < 1900 || d.Year() > 2199 {
		return cal.Date{}
	}
	return d
}

// days are those of the whole report, as its comments and the person say; empty where neither does. Faults: the two differ, the comments say several.
func (m Mapping) days(above []string) (p cal.Period, faults fault.List) {
	stated, said := m.statedDays(&faults), reportDays(above)
	switch {
	case len(faults) > 0:
	case len(said) > 1:
		faults.Add(fault.New(fault.Invalid, "period-unclear", "The report compares %s with %s, and no row says which it is of. Export it without the comparison.", said[0].Words(), said[1].Words()).At("constants.from"))
	case len(said) == 0:
		return stated, nil
	case !stated.IsEmpty() && stated != said[0]:
		faults.Add(fault.New(fault.Invalid, "period-contradicts", "The report says that it is of %s, and stated is %s. Take the stated days away.", said[0].Words(), stated.Words()).At("constants.from"))
	default:
		return said[0], nil
	}
	return cal.Period{}, faults
}

// AskDays asks for the days of a report that sums them up, where neither a column nor its comments say them.
func (m Mapping) AskDays(above []string) fault.List {
	o, _ := ObjectOf(m.Profile, m.Object)
	if !o.sums {
		return nil
	}
	p, faults := m.days(above)
	if len(faults) == 0 && p.IsEmpty() && (m.Columns["day"] == "" || Span(m.Constants["span"]) != SpanDay) {
		faults.Add(fault.New(fault.Invalid, "days-not-stated", "Nothing in the file says of which days the report is. State its first and its last day: from = 2026-03-01, through = 2026-03-31.").At("constants.from"))
	}
	return faults
}

// withoutNote takes off the name of a column what stands in parentheses behind it.
func withoutNote(header string) string {
	if i := strings.LastIndex(header, " ("); i > 0 && strings.HasSuffix(header, ")") {
		return header[:i]
	}
	return header
}
