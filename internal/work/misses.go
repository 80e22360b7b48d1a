package work

import (
	"encoding/csv"
	"io"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Miss is a promise of the agency that was missed, as the evidence for service credits names it.
type Miss struct {
	ID      string    // of the clock: "R-12/first-response"
	Due     time.Time // until when it would have been kept, in the zone of the contract
	Promise string
}

// On is the day on which its time was over.
func (m Miss) On() cal.Date { return cal.DateOf(m.Due, m.Due.Location()) }

// Misses are those of the agency among the clocks of a request, in the order in which the clocks began. What a client or a specialist missed gives the client no
// credit.
func (x *Clocks) Misses(request string) (out []Miss) {
	for i := range x.Clocks {
		if c := &x.Clocks[i]; c.State == Missed && c.By == contract.ByAgency {
			out = append(out, Miss{c.Name(request), c.Late.In(x.levels.Hours.Zone), c.Promise})
		}
	}
	return out
}

// WriteMisses writes misses as a file of evidence has them: sla_misses.csv.
func WriteMisses(out io.Writer, misses []Miss) error {
	rows := [][]string{{"miss_id", "missed_on", "target", "note", "excused"}}
	for _, m := range misses {
		rows = append(rows, []string{m.ID, m.On().String(), m.Promise, "was due " + m.Due.Format("2 Jan 2006 15:04 MST"), "false"})
	}
	return csv.NewWriter(out).WriteAll(rows)
}
