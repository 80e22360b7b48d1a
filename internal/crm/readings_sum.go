package crm

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"unicode"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
)

// summing is what a decoder remembers of a report whose rows are added up.
type summing struct {
	measures []Measure
	at       []int   // column of each
	where    [][]int // columns of its conditions
	counted  []int   // all measured columns
	keys     []int   // columns that tell rows apart beside the day
	groups   []int   // those whose groups overlap
	span     Span
	days     cal.Period // of the report; empty: not known
	sums     map[sumKey]*sum
	columns  map[int]*columnSum
	spoilt   *Problem                  // a row that could not be read: no sum is whole
	divides  []int                     // columns that tell rows apart, whatever stands in them
	lettered []int                     // those behind the first number that do where letters stand in them
	lines    map[[sha256.Size]byte]int // of the rows, by what tells them apart
}

type sumKey struct {
	measure int
	from    cal.Date
}

// rows are what was added up so far, and its first row.
type rows struct {
	value  *big.Rat
	digits int // behind the point, at most
	n      int64
	line   int
	day    cal.Date
	first  []string
}

// sum is what a reading has come to so far.
type sum struct {
	rows
	period cal.Period
	wrong  *Problem // why it is none
}

// columnSum is a whole column, to hold it against the total rows.
type columnSum struct {
	rows
	whole  bool // false: its rows must not be added up, so no total can be checked
	totals []adTotal
}

func newSumming(d *Decoder) *summing {
	s := &summing{measures: d.m.measures(), span: cmp.Or(Span(d.m.Constants["span"]), SpanReport), sums: map[sumKey]*sum{}, columns: map[int]*columnSum{}, lines: map[[sha256.Size]byte]int{}}
	for _, x := range s.measures {
		i, _ := d.m.columnOf(x.Column, d.headers)
		s.at = append(s.at, i)
		var of []int
		for _, w := range x.Where {
			c, _ := d.m.columnOf(w.Of, d.headers)
			of = append(of, c)
		}
		s.where = append(s.where, of)
		if !slices.Contains(s.counted, i) {
			s.counted = append(s.counted, i)
			s.columns[i] = &columnSum{whole: addsOf(d.headers[i]) != never}
		}
	}
	if i, ok := d.at["group"]; ok {
		s.groups = append(s.groups, i)
	}
	mapped := slices.Collect(maps.Values(d.at))
	for i := range d.headers {
		if !slices.Contains(mapped, i) && !slices.Contains(s.counted, i) {
			s.keys = append(s.keys, i)
		}
	}
	s.dividers(d.headers, mapped)
	return s
}

// dividers finds what tells rows apart. Reports put it before the numbers, so behind the first of them a column of digits is one more of these.
func (s *summing) dividers(headers []string, mapped []int) {
	numbers := false
	for i, h := range headers {
		number := slices.Contains(s.counted, i) || addsOf(h) != never || countsOf(h)
		numbers = numbers || number
		switch {
		case slices.Contains(mapped, i), !numbers:
			s.divides = append(s.divides, i)
		case !number:
			s.lettered = append(s.lettered, i)
		}
	}
}

// twin gives the line of an earlier row that names the same of everything that divides the report; 0: none does.
func (s *summing) twin(cells []string, line int) int {
	h := sha256.New()
	for _, i := range s.divides {
		fmt.Fprintf(h, "%q,", strings.TrimSpace(cells[i]))
	}
	for _, i := range s.lettered {
		if strings.ContainsFunc(cells[i], unicode.IsLetter) {
			fmt.Fprintf(h, "%d%q,", i, strings.TrimSpace(cells[i]))
		}
	}
	key := [sha256.Size]byte(h.Sum(nil))
	if before, known := s.lines[key]; known {
		return before
	}
	s.lines[key] = line
	return 0
}

// Above tells the decoder what stands above the table: a report may say there of which days it is.
func (d *Decoder) Above(lines []string) {
	if d.sums != nil {
		d.sums.days, _ = d.m.days(lines)
	}
}

// Placed is a record that stands on no line of its own, with that of the first row that it came of.
type Placed struct {
	Record Record
	Line   int
}

// summed takes a row of a report that is added up: into the readings that it belongs to, or as a total row. The records come at the end.
func (r *reading) summed() []Record {
	s := r.d.sums
	if r.footer() {
		r.d.aside++
		return nil
	}
	if label, ok := r.sumTotal(); ok {
		r.d.aside++
		r.keepTotals(label)
		return nil
	}
	day, period := r.sumDays()
	values := r.measuredValues()
	if r.lost {
		s.spoil(r.problems[len(r.problems)-1])
		return nil
	}
	for _, column := range s.counted {
		of := s.columns[column]
		if of.whole {
			of.whole = of.n == 0 || s.mayAdd(column, r.d.headers, of.rows, r.row.Cells, day) == ""
			of.add(values[column], r.row.Line, day, r.row.Cells)
		}
	}
	twin := s.twin(r.row.Cells, r.row.Line)
	for i := range s.measures {
		if s.fits(i, r.row.Cells) {
			r.addTo(i, day, period, values[s.at[i]], twin)
		}
	}
	return nil
}

// addTo adds the row to a reading, where its rows may be added. One that names the same as an earlier one may be the same once more.
func (r *reading) addTo(measure int, day cal.Date, period cal.Period, v decimal, twin int) {
	s := r.d.sums
	key := sumKey{measure, period.From}
	of := s.sums[key]
	if of == nil {
		of = &sum{period: period}
		s.sums[key] = of
	}
	if of.n > 0 && of.wrong == nil {
		p := &Problem{Line: r.row.Line, Column: s.at[measure] + 1, Header: r.d.headers[s.at[measure]], Field: "readings", Lost: true}
		if twin > 0 {
			p.Code, p.Message = "row-twice", fmt.Sprintf("The row names the same as the one on line %d, and a report has one row of each. It may be there twice, or a column is missing that tells the two apart: export the report again.", twin)
			of.wrong = p
		} else if p.Message = s.mayAdd(s.at[measure], r.d.headers, of.rows, r.row.Cells, day); p.Message != "" {
			p.Code, of.wrong = "rows-not-additive", p
		}
	}
	of.add(v, r.row.Line, day, r.row.Cells)
}

// decimal is an exact number with its places behind the point.
type decimal struct {
	value  *big.Rat
	digits int
}

func (x *rows) add(v decimal, line int, day cal.Date, cells []string) {
	if x.n == 0 {
		x.value, x.line, x.day, x.first = new(big.Rat), line, day, slices.Clone(cells)
	}
	x.value.Add(x.value, v.value)
	x.digits, x.n = max(x.digits, v.digits), x.n+1
}

// mayAdd says why a further row must not be added to the rows before, "" where it may.
func (s *summing) mayAdd(column int, headers []string, to rows, cells []string, day cal.Date) string {
	class := addsOf(headers[column])
	for _, g := range s.groups {
		if to.first[g] != cells[g] {
			return fmt.Sprintf("%q and %q are groups that may overlap, so their rows cannot be added. Choose one: %s=%s.", to.first[g], cells[g], headers[g], cells[g])
		}
	}
	if class == never {
		return fmt.Sprintf("Several rows count for this reading, and %q cannot be added up. Choose one row, or export the report without what divides it.", headers[column])
	}
	if class == events || class == takings {
		return ""
	}
	if to.day != day {
		return fmt.Sprintf("%q of several days cannot be added: a session that runs over midnight counts on both. Export the report without the date, or state span = day.", headers[column])
	}
	for _, k := range s.keys {
		if to.first[k] != cells[k] && !numeric(cells[k]) {
			return fmt.Sprintf("Rows that differ by %q may hold the same session, so %q cannot be added. Choose one of them, or export the report without that column.", headers[k], headers[column])
		}
	}
	return ""
}

func numeric(cell string) bool {
	cell = strings.TrimSpace(cell)
	return strings.ContainsAny(cell, "0123456789") && strings.Trim(cell, "0123456789.,-+%'\u00a0 ") == ""
}

func (s *summing) fits(measure int, cells []string) bool {
	for n, w := range s.measures[measure].Where {
		if !channel.Fits(w.Pattern, strings.TrimSpace(cells[s.where[measure][n]])) {
			return false
		}
	}
	return true
}

// sumDays is the day of the row and the days of its reading.
func (r *reading) sumDays() (day cal.Date, p cal.Period) {
	s := r.d.sums
	if _, divided := r.d.at["day"]; divided {
		if day = r.mustDate("day", "The row has no day that can be read, so it belongs to no reading."); day.IsZero() {
			return day, p
		}
		if !s.days.IsEmpty() && !s.days.Contains(day) {
			r.lose("day", "day-outside", "The row is of %s, and the report of %s.", day, s.days.Words())
			return day, p
		}
	}
	switch s.span {
	case SpanDay:
		return day, cal.Period{From: day, To: day.AddDays(1)}
	case SpanMonth:
		p = cal.MonthOf(day).Period()
	default:
		p = s.days
	}
	switch {
	case s.days.IsEmpty():
		r.lose("", "days-not-stated", "Nothing says of which days the report is.")
	case s.days.Overlap(p) != p:
		r.lose("day", "month-not-whole", "The report is of %s, so %s is not whole in it.", s.days.Words(), cal.MonthOf(day).Words())
	}
	return day, p
}

// measuredValues are the numbers of the measured columns. One that is missing or cannot be read costs the row.
func (r *reading) measuredValues() map[int]decimal {
	out := make(map[int]decimal, len(r.d.sums.counted))
	for _, column := range r.d.sums.counted {
		v, problem := r.decimalAt(column)
		if problem == nil && v.value.Sign() < 0 && countsOf(r.d.headers[column]) {
			problem = &Problem{Line: r.row.Line, Column: column + 1, Header: r.d.headers[column], Field: "readings", Code: "count-negative", Lost: true,
				Message: fmt.Sprintf("%q is below zero, and this column counts what happened.", r.row.Cells[column])}
		}
		if problem != nil {
			r.problems, r.lost = append(r.problems, *problem), true
			continue
		}
		out[column] = v
	}
	return out
}

func (r *reading) decimalAt(column int) (decimal, *Problem) {
	cell := r.row.Cells[column]
	p := &Problem{Line: r.row.Line, Column: column + 1, Header: r.d.headers[column], Field: "readings", Lost: true}
	if nothing(cell) {
		p.Code, p.Message = "value-missing", "The cell is blank, and what is missing is not zero."
		return decimal{}, p
	}
	c := r.d.m.Convention
	if r.row.Exact(column) {
		c.Decimal = '.'
	}
	n, err := c.Number(cell)
	v, ok := new(big.Rat).SetString(n.Text)
	if err != nil || !ok {
		p.Code, p.Message = "unreadable", fmt.Sprintf("%q is no number that can be read.", cell)
		return decimal{}, p
	}
	_, behind, _ := strings.Cut(n.Text, ".")
	return decimal{v, len(behind)}, nil
}

// sumTotal recognises a total row: its first word says so, or it names nothing of what divides the report.
func (r *reading) sumTotal() (label string, ok bool) {
	for i, c := range r.row.Cells {
		if nothing(c) || slices.Contains(r.d.sums.counted, i) {
			continue
		}
		if totalLabel(c) {
			return strings.TrimSpace(c), true
		}
		break
	}
	divided := false
	for _, field := range []string{"day", "channel", "source_medium", "source", "medium", "campaign", "group"} {
		i, has := r.d.at[field]
		if has && strings.TrimSpace(r.row.Cells[i]) != "" {
			return "", false
		}
		divided = divided || has
	}
	return "without a name", divided
}

func (r *reading) keepTotals(label string) {
	for _, column := range r.d.sums.counted {
		if v, wrong := r.decimalAt(column); wrong == nil {
			of := r.d.sums.columns[column]
			of.totals = append(of.totals, adTotal{label: label, said: v.value, text: r.row.Cells[column],
				at: Problem{Line: r.row.Line, Column: column + 1, Header: r.d.headers[column], Field: "readings"}})
		}
	}
}

// spoil notes a row that could not be read. It may belong to any reading, so none is whole.
func (s *summing) spoil(p Problem) {
	if s.spoilt == nil {
		s.spoilt = &p
	}
}

// end gives the readings, in the order in which they are stated and of their days, and what is wrong with those that are none.
func (s *summing) end() (out []Placed, problems []Problem) {
	for _, column := range s.counted {
		of := s.columns[column]
		for _, t := range of.totals {
			if of.whole && of.n > 0 && of.value.Cmp(t.said) != 0 {
				p, _ := t.problem("total-differs", "The total row %q says %s, and the %d rows add up to %s. Rows are missing or counted twice, or the report is estimated: look at its filter and at how many rows it shows.",
					t.label, t.text, of.n, of.value.FloatString(of.digits))
				problems = append(problems, p)
			}
		}
	}
	found := make([]bool, len(s.measures))
	keys := slices.SortedFunc(maps.Keys(s.sums), func(a, b sumKey) int { return cmp.Or(cmp.Compare(a.measure, b.measure), a.from.Cmp(b.from)) })
	for _, key := range keys {
		of, m := s.sums[key], s.measures[key.measure]
		found[key.measure] = true
		switch {
		case of.wrong != nil:
			problems = append(problems, *of.wrong)
		case s.spoilt != nil:
			problems = append(problems, Problem{Line: s.spoilt.Line, Code: "reading-not-whole", Lost: true,
				Message: fmt.Sprintf("There is no reading of %s, %s: the row on line %d cannot be read and may belong to it.", m.Metric, of.period.Words(), s.spoilt.Line)})
		default:
			out = append(out, Placed{MetricReading{Metric: m.Metric, From: of.period.From, Through: of.period.Last(), Value: of.value.FloatString(of.digits), Note: m.words()}.Record(), of.line})
		}
	}
	for i, m := range s.measures {
		if !found[i] {
			problems = append(problems, Problem{Code: "reading-without-rows", Message: fmt.Sprintf("No row counts for %s (%s). That is no zero: a report leaves out what did not happen, and what it was not asked.", m.Metric, m.words())})
		}
	}
	return out, problems
}

// words say where a reading comes from: "Key events where channel is Organic Search".
func (m Measure) words() string {
	text := m.Column
	for i, w := range m.Where {
		text += map[bool]string{true: " where ", false: " and "}[i == 0] + w.Of + " is " + w.Pattern
	}
	return text
}
