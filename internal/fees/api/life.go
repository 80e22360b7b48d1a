package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Statement is a statement and where it stands.
type Statement struct {
	ID       string `json:"id"`
	Contract string `json:"contract_id"`
	Revision int    `json:"revision"`
	Hash     string `json:"hash" doc:"Binds the terms, the facts and the result; a receipt names it"`
	Document
	Life Life `json:"life"`
}

// Life is where a statement stands now.
type Life struct {
	State       string     `json:"state" enum:"draft,submitted,withdrawn,locked"`
	Superseded  bool       `json:"superseded,omitempty" doc:"A newer revision took its place"`
	Overtaken   bool       `json:"overtaken,omitempty" doc:"Something that was locked or agreed since changes it: draft again"`
	SubmittedAt *time.Time `json:"submitted_at,omitempty"`
	SubmittedBy string     `json:"submitted_by,omitempty"`
	WindowEnds  string     `json:"window_ends,omitempty" format:"date" doc:"The last day on which a line can be disputed"`
	WindowOpen  bool       `json:"window_open"`
	LockedAt    *time.Time `json:"locked_at,omitempty"`
	LockedBy    string     `json:"locked_by,omitempty"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty"`
	WithdrawnBy string     `json:"withdrawn_by,omitempty"`
	Newest      int64      `json:"newest_import,omitempty" doc:"Until the lock: number of the client's newest import. Where it is greater than the one that the evidence is as of, compareStatement tells what a draft on it would come to; after a lock the next statement carries the difference as a correction. Send it as newest when locking"`
	Events      int        `json:"events" doc:"How many steps it took; send it as seen when locking"`
	Split       Split      `json:"split"`
	Lines       []LineLife `json:"lines" nullable:"false"`
}

// Split divides the total, in its currency.
type Split struct {
	Currency string `json:"currency"`
	Payable  string `json:"payable" doc:"What is owed now" example:"15500.00"`
	Held     string `json:"held" doc:"What disputes hold back"`
	Conceded string `json:"conceded" doc:"What the agency gave up"`
}

func splitOf(s fees.Split) Split {
	return Split{string(s.Payable.Currency), s.Payable.String(), s.Held.String(), s.Conceded.String()}
}

// LineLife is where a line stands and what was said about it.
type LineLife struct {
	No       int        `json:"no"`
	State    string     `json:"state" enum:"open,accepted,deemed accepted,disputed,conceded,released,waived"`
	Since    *time.Time `json:"since,omitempty"`
	By       string     `json:"by,omitempty"`
	Held     string     `json:"held,omitempty" doc:"After the lock: what the dispute still holds back"`
	Released string     `json:"released,omitempty" doc:"After the lock: what the client accepted of it"`
	Waived   string     `json:"waived,omitempty" doc:"After the lock: what the agency gave up of it"`
	Events   []Event    `json:"events" nullable:"false"`
}

// Event is one step of a person about a line.
type Event struct {
	Seq    int       `json:"seq"`
	Kind   string    `json:"kind" enum:"accept,dispute,answer,concede,release,waive"`
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Side   string    `json:"side" enum:"agency,client"`
	Text   string    `json:"text,omitempty"`
	Amount string    `json:"amount,omitempty" doc:"Of a release or waiver"`
}

func statementOf(st ops.Statement) (Statement, error) {
	document, err := documentOf(st.Document)
	return Statement{ID: st.ID, Contract: st.Contract, Revision: st.Revision, Hash: st.Hash, Document: document, Life: lifeOf(st)}, err
}

func lifeOf(st ops.Statement) Life {
	l := st.Life
	out := Life{
		State: string(l.State), Superseded: st.Superseded, Overtaken: l.Overtaken, SubmittedAt: instant(l.SubmittedAt), SubmittedBy: l.SubmittedBy,
		WindowEnds: dayOf(l.WindowEnds), WindowOpen: l.WindowOpen, LockedAt: instant(l.LockedAt), LockedBy: l.LockedBy,
		WithdrawnAt: instant(l.WithdrawnAt), WithdrawnBy: l.WithdrawnBy, Newest: st.Newest, Events: len(st.Events), Split: splitOf(st.Split), Lines: []LineLife{},
	}
	for i, one := range l.Lines {
		out.Lines = append(out.Lines, lineLifeOf(i+1, one, st.Total.Currency, l.State == fees.Locked))
	}
	return out
}

func lineLifeOf(no int, l fees.LineLife, c money.Currency, locked bool) LineLife {
	out := LineLife{No: no, State: string(l.State), Since: instant(l.Since), By: l.By, Events: []Event{}}
	if locked {
		out.Held, out.Released, out.Waived = money.New(l.Held, c).String(), money.New(l.Released, c).String(), money.New(l.Waived, c).String()
	}
	for _, e := range l.Events {
		event := Event{Seq: e.Seq, Kind: string(e.Kind), At: e.At.UTC(), By: e.By, Side: "agency", Text: e.Text}
		if e.Client {
			event.Side = "client"
		}
		if e.Minor != 0 {
			event.Amount = money.New(e.Minor, c).String()
		}
		out.Events = append(out.Events, event)
	}
	return out
}

// tagOf names the statement and where it stands: the hash alone stays the same through its review.
func tagOf(s Statement) (string, error) {
	life, err := json.Marshal(s.Life)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(life)
	return s.Hash + "-" + hex.EncodeToString(sum[:8]), nil
}
