package crm

import (
	"errors"
	"slices"

	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// The fields whose reading depends on a convention: amounts on the decimal mark, days and instants on the order of numbers, and instants
// without a zone, as days with one, on the zone.
var (
	amountFields  = []string{"amount", "home_amount", "net", "gross", "value", "credit", "debit", "refunded"}
	dayFields     = []string{"day", "closed_on", "paid_on", "worked_on", "from", "through", "delivered_on", "accepted_on", "returned_on", "spent_on", "missed_on", "refunded_on"}
	instantFields = []string{"created_at", "at", "at_fallback", "delivered_at", "rejected_at", "accepted_at", "disputed_at", "ruled_at"}
)

// HoldsAmount reports whether the field is an amount or a number with decimals.
func HoldsAmount(field string) bool { return slices.Contains(amountFields, field) }

// HoldsTime reports whether the field is a day or a point in time.
func HoldsTime(field string) bool {
	return slices.Contains(dayFields, field) || slices.Contains(instantFields, field)
}

// Propose looks at sample rows of a file, in the mapped columns of amounts and dates only, and says what they prove of the convention
// and what the person must choose.
func (m Mapping) Propose(headers []string, rows [][]string) csvin.Proposal {
	var at []int
	for field, header := range m.Columns {
		if i := slices.Index(headers, header); i >= 0 && (HoldsAmount(field) || HoldsTime(field)) && !slices.Contains(at, i) {
			at = append(at, i)
		}
	}
	for _, header := range m.measured() {
		if i := slices.Index(headers, header); i >= 0 && !slices.Contains(at, i) {
			at = append(at, i)
		}
	}
	slices.Sort(at)
	sample := make([][]string, 0, len(rows))
	for _, row := range rows {
		cells := make([]string, 0, len(at))
		for _, i := range at {
			if i < len(row) {
				cells = append(cells, row[i])
			}
		}
		sample = append(sample, cells)
	}
	p := csvin.Sniff(headers, sample)
	p.NeedsZone = m.needsZone(headers, rows)
	return p
}

// needsZone reports whether a mapped value cannot be read before a zone is stated, whatever the order of its numbers.
func (m Mapping) needsZone(headers []string, rows [][]string) bool {
	for field, header := range m.Columns {
		i := slices.Index(headers, header)
		if i < 0 || !HoldsTime(field) {
			continue
		}
		for _, row := range rows {
			if i < len(row) && zoneMissing(row[i], slices.Contains(instantFields, field)) {
				return true
			}
		}
	}
	return false
}

func zoneMissing(cell string, instant bool) bool {
	for _, order := range []csvin.DateOrder{csvin.DMY, csvin.MDY} {
		c := csvin.Convention{DateOrder: order}
		_, err := c.Date(cell)
		if instant {
			_, err = c.Instant(cell)
		}
		var v *csvin.ValueError
		if errors.As(err, &v) && v.Code == "zone-missing" {
			return true
		}
	}
	return false
}

// AsWritten is the mapping with its convention fitted to sample rows, for a mapping whose convention nobody has stated: it is only that of
// the plain files. What the rows prove otherwise takes its place; what they leave open is left open.
func (m Mapping) AsWritten(headers []string, rows [][]string) Mapping {
	p := m.Propose(headers, rows)
	switch p.Decimal.Finding {
	case csvin.Proven:
		m.Convention.Decimal = p.Decimal.Value[0]
	case csvin.Ambiguous:
		m.Convention.Decimal = 0
	}
	if p.DateOrder.Values > p.YearFirst { // most dates cannot be read with the year in front
		m.Convention.DateOrder = ""
		if p.DateOrder.Finding == csvin.Proven {
			m.Convention.DateOrder = csvin.DateOrder(p.DateOrder.Value)
		}
	}
	return m
}
