package csvin

import (
	"fmt"
	"strings"
)

// Finding is what the sample says about one choice of a convention.
type Finding string

const (
	Proven    Finding = "proven"    // some values can only be read this way, and none contradicts
	Ambiguous Finding = "ambiguous" // every value can be read both ways: a person must choose
	Conflict  Finding = "conflict"  // the sample holds values of both styles: the file mixes conventions
	Absent    Finding = "absent"    // no value in the sample depends on the choice
)

// Choice is a proposal with its reason in words. Value is empty unless the finding is Proven.
type Choice struct {
	Finding    Finding
	Value      string
	Confidence float64 // share of the values that prove it, among those that depend on the choice
	Values     int     // values of the sample that depend on the choice
	Evidence   string  // "12 of 40 values can only be day, month, year, such as \"22/01/2024\"."
}

// Proposal is what Sniff found. It never holds a guess: an ambiguous choice has no value.
type Proposal struct {
	Decimal      Choice // "." or ","
	DateOrder    Choice // "ymd", "dmy" or "mdy"
	YearFirst    int    // dates that read the same in every order: the year in front, or the month by its name
	NeedsZone    bool   // some times carry no zone
	HeaderDoubts string // why the first row may be data and not names; "" when it looks like a header
}

// Questions lists what a person must choose before the file can be read, in words.
func (p Proposal) Questions() []string {
	var q []string
	if p.Decimal.Finding == Ambiguous || p.Decimal.Finding == Conflict {
		q = append(q, "Which decimal mark does this file use, point or comma? "+p.Decimal.Evidence)
	}
	if p.DateOrder.Finding == Ambiguous || p.DateOrder.Finding == Conflict {
		q = append(q, "Are dates day/month/year or month/day/year? "+p.DateOrder.Evidence)
	}
	if p.NeedsZone {
		q = append(q, "In which time zone are the times of this file? They carry none.")
	}
	return q
}

// tally counts what single values prove.
type tally struct {
	a, b, both   int
	showA, showB string
	showBoth     string
}

func (t *tally) add(isA, isB bool, cell string) {
	switch {
	case isA && isB:
		t.both++
		t.showBoth = cell
	case isA:
		t.a++
		t.showA = cell
	case isB:
		t.b++
		t.showB = cell
	}
}

// reading is one of the two ways to take a value: as it is stated, and in words that follow "can only".
type reading struct{ value, words string }

func (t tally) choice(a, b reading, noun string) Choice {
	total := t.a + t.b + t.both
	proven := func(r reading, n int, example string) Choice {
		return Choice{Proven, r.value, float64(n) / float64(total), total, fmt.Sprintf("%d of %d values can only %s, such as %s.", n, total, r.words, shown(example))}
	}
	switch {
	case total == 0:
		return Choice{Finding: Absent, Evidence: "No " + noun + " in the sample depends on it."}
	case t.a > 0 && t.b > 0:
		return Choice{Finding: Conflict, Values: total, Evidence: fmt.Sprintf("The sample mixes both: %s can only %s, and %s can only %s.", shown(t.showA), a.words, shown(t.showB), b.words)}
	case t.a > 0:
		return proven(a, t.a, t.showA)
	case t.b > 0:
		return proven(b, t.b, t.showB)
	case total == 1:
		return Choice{Finding: Ambiguous, Values: total, Evidence: fmt.Sprintf("The one value, %s, can be read both ways.", shown(t.showBoth))}
	}
	return Choice{Finding: Ambiguous, Values: total, Evidence: fmt.Sprintf("All %d values can be read both ways, such as %s.", total, shown(t.showBoth))}
}

// Sniff proposes a convention from sample rows. Whether 05/11/2024 is in May or November, and whether 3,100 is three thousand or
// three, is proposed only when other values of the sample prove it. Give it only the columns of amounts and dates where they are known.
func Sniff(header []string, rows [][]string) Proposal {
	var decimal, order tally
	yearFirst, needsZone := 0, false
	point, comma := Convention{Decimal: '.'}, Convention{Decimal: ','}
	dmy, mdy := Convention{DateOrder: DMY}, Convention{DateOrder: MDY}
	for _, row := range rows {
		for _, cell := range row {
			if cell == "" || len(cell) > 48 || !strings.ContainsAny(cell, "0123456789") {
				continue
			}
			d, errD := dmy.parseMoment(cell)
			m, errM := mdy.parseMoment(cell)
			if errD == nil || errM == nil {
				if errD == nil && d.timed && !d.zoned || errM == nil && m.timed && !m.zoned {
					needsZone = true
				}
				if _, err := (Convention{}).parseMoment(cell); err == nil {
					yearFirst++
				} else {
					order.add(errD == nil, errM == nil, cell)
				}
				continue
			}
			if !strings.ContainsAny(cell, ".,") {
				continue
			}
			p, errP := point.Number(cell)
			c, errC := comma.Number(cell)
			if errP == nil && errC == nil && p.Text == c.Text {
				continue
			}
			decimal.add(errP == nil, errC == nil, cell)
		}
	}
	out := Proposal{
		Decimal:      decimal.choice(reading{".", "have a decimal point"}, reading{",", "have a decimal comma"}, "amount"),
		DateOrder:    order.choice(reading{string(DMY), "be day, month, year"}, reading{string(MDY), "be month, day, year"}, "date"),
		YearFirst:    yearFirst,
		NeedsZone:    needsZone,
		HeaderDoubts: headerDoubts(header),
	}
	if out.DateOrder.Finding == Absent && yearFirst > 0 {
		out.DateOrder = Choice{Finding: Proven, Value: string(YMD), Confidence: 1, Evidence: fmt.Sprintf("All %d dates have the year in front or name the month.", yearFirst)}
	}
	return out
}

func headerDoubts(header []string) string {
	c := Convention{Decimal: '.', DateOrder: DMY}
	for _, h := range header {
		_, errNumber := c.Number(h)
		_, errDate := c.Date(h)
		if errNumber == nil || errDate == nil {
			return fmt.Sprintf("The first row holds %s, which looks like data. The first row must name the columns.", shown(h))
		}
	}
	return ""
}
