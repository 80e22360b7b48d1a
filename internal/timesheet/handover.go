package timesheet

import (
	"bytes"
	"encoding/csv"
	"strconv"
)

// Handed is an approved entry as it is handed over to the evidence.
type Handed struct {
	Evidence string // the id of the row: that of the first entry, which corrections keep
	Entry
}

// Gone reports whether the row is handed over as no longer there: a correction took the time away, or it is not charged any more.
func (h Handed) Gone() bool { return h.Minutes == 0 || h.Class != Billable }

// HandOverColumns are the columns of the plain file of time entries, in order.
var HandOverColumns = []string{"entry_id", "worked_on", "person", "role", "minutes", "clause", "note", "deleted"}

// HandOverFile is the plain file of time entries, as evidence is imported. Of the texts only those for the client are in it. A row that is gone keeps the least
// time an entry can have, for it does not count.
func HandOverFile(rows []Handed) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	write := func(cells ...string) { _ = w.Write(cells) } // a buffer takes all
	write(HandOverColumns...)
	for _, r := range rows {
		deleted := ""
		if r.Gone() {
			deleted = "true"
		}
		write(r.Evidence, r.Day.String(), r.Person, r.Role, strconv.Itoa(max(1, r.Minutes)), r.Clause, r.Note, deleted)
	}
	w.Flush()
	return out.Bytes()
}
