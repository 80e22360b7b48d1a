package ops

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/journal"
)

// recorded is a statement in the journal. By it what is kept of the statement is verified, so a field only ever gets a neighbour.
type recorded struct {
	State    fees.State `json:"state"`
	Contract string     `json:"contract,omitempty"` // id
	Revision int        `json:"revision"`
	Total    string     `json:"total"`
	Currency string     `json:"currency"`
	Hash     string     `json:"hash"`
	Import   int64      `json:"import"`
	Steps    string     `json:"steps,omitempty"`   // SHA-256 of all that happened to it; empty: nothing yet
	Payable  string     `json:"payable,omitempty"` // of a submitted or locked one
	Held     string     `json:"held,omitempty"`    // likewise
	Settled  string     `json:"settled,omitempty"` // of a locked one: SHA-256 of what it charged
}

func (st Statement) recorded(state fees.State) string {
	r := recorded{
		State: state, Contract: st.Contract, Revision: st.Revision, Total: st.Total.String(), Currency: string(st.Total.Currency), Hash: st.Hash,
		Import: st.Import, Steps: digestOfSteps(st.ID, st.Events),
	}
	if state == fees.Submitted || state == fees.Locked {
		r.Payable, r.Held = st.Split.Payable.String(), st.Split.Held.String()
	}
	if state == fees.Locked {
		r.Settled = digest(st.settled())
	}
	return journal.Snapshot(r)
}

// settled is what a locked statement charged, for the row of the final statement.
func (st Statement) settled() string {
	return journal.Snapshot(fees.Settle(st.ID, st.Document.Statement, st.Life.Lines))
}

// digestOfSteps is over every field of all that happened to a statement. Entries of the record hold it: its encoding never changes.
func digestOfSteps(statement string, events []fees.Event) string {
	if len(events) == 0 {
		return ""
	}
	steps := []any{"ofrecord steps 1", statement}
	for _, e := range events {
		steps = append(steps, []any{e.Seq, e.Kind, e.Line, e.At.UTC().Format("2006-01-02T15:04:05.000000Z"), e.ByID, e.By, e.Client, e.Text, e.Minor})
	}
	return digest(journal.Snapshot(steps))
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
