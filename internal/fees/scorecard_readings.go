package fees

import (
	"math/big"
	"strings"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// readingState is what the evidence knows of a metric for some days.
type readingState string

// The states of a reading.
const (
	readingGood    readingState = "good"
	readingMissing readingState = "missing"
	readingBroken  readingState = "broken"
	readingUnclear readingState = "unclear" // rows that contradict each other
)

// reading is what the evidence says of a metric for exactly some days.
type reading struct {
	state   readingState
	value   *big.Rat // of a good one
	rows    []crm.MetricReading
	patched bool // a good one, though the source was broken on some of its days
}

// readings are the rows that are known by the end of the statement's period. What is read of later days belongs to later statements.
func (d *drafter) readings(metric string) []crm.MetricReading {
	return kept(d.index.metricReadings, func(r crm.MetricReading) bool {
		return strings.EqualFold(strings.TrimSpace(r.Metric), metric) && r.Through.Before(d.facts.Period.To)
	})
}

// reading of a metric for a period: the row of exactly its days. Without one, a row that says that the source was broken on some of the days
// makes it broken.
func (d *drafter) reading(metric string, days cal.Period) reading {
	out := reading{state: readingMissing}
	broken := false
	for _, r := range d.readings(metric) {
		of := cal.Period{From: r.From, To: r.Through.AddDays(1)}
		switch {
		case of == days:
			out.add(r)
		case r.Broken && !of.Overlap(days).IsEmpty():
			broken = true
			if len(out.rows) == 0 {
				out.rows = []crm.MetricReading{r}
			}
		}
	}
	switch {
	case out.state == readingMissing && broken:
		out.state = readingBroken
	case out.state == readingMissing:
		out.rows = nil
	default:
		out.patched = broken && out.state == readingGood
		out.rows = kept(out.rows, func(r crm.MetricReading) bool { return r.From == days.From && r.Through == days.Last() })
	}
	return out
}

// add takes a row of exactly the days. Two that differ say nothing.
func (r *reading) add(row crm.MetricReading) {
	r.rows = append(r.rows, row)
	state, value := readingBroken, (*big.Rat)(nil)
	if !row.Broken {
		state = readingGood
		var err error
		if value, err = exact(row.Value); err != nil {
			state = readingUnclear
		}
	}
	same := r.state == state && (value == nil || r.value != nil && r.value.Cmp(value) == 0)
	if r.state != readingMissing && !same {
		r.state, r.value = readingUnclear, nil
		return
	}
	r.state, r.value = state, value
}

// evident names the rows that a line was computed from.
func (r reading) evident() []Evident {
	var out []Evident
	for _, row := range r.rows {
		said := row.Value
		if row.Broken {
			said = "the source could not measure"
		}
		if row.Note != "" {
			said += " (" + row.Note + ")"
		}
		days := cal.Period{From: row.From, To: row.Through.AddDays(1)}
		out = append(out, Evident{Kind: string(crm.KindMetricReading), ID: row.Record().ID, Words: row.Metric + ", " + days.Words() + ": " + said})
	}
	return out
}
