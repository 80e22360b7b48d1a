package work

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Miss is a promise of the agency that was missed, as the evidence for service credits names it.
type Miss struct {
	ID      string    // of the clock: "R-12/first-response"
	Due     time.Time // until when it would have been kept, in the zone of the contract
	Promise string
	Excused string // why it does not count; empty: it does
}

// On is the day on which its time was over.
func (m Miss) On() cal.Date { return cal.DateOf(m.Due, m.Due.Location()) }

// Misses are those of the agency among the clocks of a request, in the order in which the clocks began. What a client or a specialist missed gives the client no
// credit.
func (x *Clocks) Misses(request string) (out []Miss) {
	for i := range x.Clocks {
		if c := &x.Clocks[i]; c.State == Missed && c.By == contract.ByAgency {
			out = append(out, Miss{c.Name(request), c.Late.In(x.levels.Hours.Zone), c.Promise, x.ExcusedByContract(c)})
		}
	}
	return out
}

// ExcusedByContract says why a miss of the agency does not count by the contract alone; empty where it does count, or is none.
func (x *Clocks) ExcusedByContract(c *Clock) string {
	if c.State != Missed || c.By != contract.ByAgency || !slices.Contains(x.levels.Excuses, contract.ClientLate) {
		return ""
	}
	for i := range x.Clocks {
		if p := &x.Clocks[i]; p.By == contract.ByClient && !p.Late.IsZero() && p.Late.Before(c.Late) {
			return fmt.Sprintf("by the contract: the client missed its own %s, which was due %s", strings.ReplaceAll(p.Promise, "-", " "), p.Late.In(x.levels.Hours.Zone).Format("2 Jan 2006 15:04"))
		}
	}
	return ""
}

// Settled are the clocks of a request with what the contract excuses.
func (x *Clocks) Settled() []Settled {
	out := make([]Settled, len(x.Clocks))
	for i := range x.Clocks {
		out[i] = Settled{x.Clocks[i], x.ExcusedByContract(&x.Clocks[i]) != ""}
	}
	return out
}

// excusedBecause stands in the note of a miss before the reason why it does not count.
const excusedBecause = "; excused "

// ExcusedHere says of a miss in the evidence whether it was excused by the client or the contract in this program, by its note; else somebody said so in a file.
func ExcusedHere(note string) bool { return strings.Contains(note, excusedBecause) }

// WriteMisses writes misses as a file of evidence has them: sla_misses.csv.
func WriteMisses(out io.Writer, misses []Miss) error {
	rows := [][]string{{"miss_id", "missed_on", "target", "note", "excused"}}
	for _, m := range misses {
		note := "was due " + m.Due.Format("2 Jan 2006 15:04 MST")
		if m.Excused != "" {
			note += excusedBecause + m.Excused
		}
		rows = append(rows, []string{m.ID, m.On().String(), m.Promise, note, strconv.FormatBool(m.Excused != "")})
	}
	return csv.NewWriter(out).WriteAll(rows)
}
