package ops

import (
	"fmt"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/work"
)

// Record is one thing that happened to a request, with who did it. Note is seen by everybody who sees the request, the client too.
type Record struct {
	work.Event
	Seq    int64
	Note   string
	By     string
	ByName string
	Key    string // of the act, so that sending it twice is one act; empty: none

	back bool // it came back from the specialist that does it
}

// Request is what was asked, and everything that happened to it since.
type Request struct {
	ID       string
	Client   string
	Number   int64
	Title    string
	Category string
	Brand    string // empty: not said
	Market   string // empty: not said
	Form     work.Form
	Brief    work.Answers
	Contract string // whose promises it is under; empty: none was in force
	Version  string // of the contract, in force on the day on which it was opened

	OpenedAt     time.Time
	OpenedBy     string
	OpenedByName string

	State  work.Request
	Events []Record
}

// Name is the request as people call it: "R-12".
func (r *Request) Name() string { return name(r.Number) }

func name(number int64) string { return fmt.Sprintf("R-%d", number) }

// Seq is the number of its last event.
func (r *Request) Seq() int64 { return int64(len(r.Events)) }

// Scope is what access decides by: the client, and the organisation that does it.
func (r *Request) Scope() access.Scope {
	return access.Scope{Client: r.Client, Provider: r.State.Provider}
}

func (r *Request) take(e Record) error {
	state, err := r.State.After(e.Event)
	if err != nil {
		return err
	}
	e.back = e.Kind == work.Waits && e.On == work.OnNobody && r.State.Waiting == work.OnSpecialist && r.State.Provider != ""
	r.State, r.Events = state, append(r.Events, e)
	if e.Scope != nil { // triage may say that it is other work than the brief that it came with
		r.Category, r.Brand = e.Scope.Ask.Category, e.Scope.Brand
	}
	return nil
}

func (r *Request) events() []work.Event {
	out := make([]work.Event, len(r.Events))
	for i, e := range r.Events {
		out[i] = e.Event
	}
	return out
}

func (r *Request) subject() journal.Subject {
	return journal.Subject{Kind: "request", ID: r.ID, Name: r.Name() + " " + r.Title}
}
