package crm

import (
	"slices"

	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// conventional are the fields whose reading depends on a convention.
var conventional = []string{"amount", "home_amount", "created_at", "closed_on", "at", "at_fallback", "paid_on", "worked_on", "from", "through", "value",
	"delivered_at", "rejected_at", "accepted_at", "disputed_at", "ruled_at", "delivered_on", "accepted_on", "returned_on", "spent_on", "net", "gross", "missed_on"}

// Propose looks at sample rows of a file, in the mapped columns of amounts and dates only, and says what they prove of the convention
// and what the person must choose.
func (m Mapping) Propose(headers []string, rows [][]string) csvin.Proposal {
	var at []int
	for _, field := range conventional {
		if i := slices.Index(headers, m.Columns[field]); i >= 0 {
			at = append(at, i)
		}
	}
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
	return csvin.Sniff(headers, sample)
}
