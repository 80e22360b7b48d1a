package ops

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/work"
)

// Act is what every change of a request carries.
type Act struct {
	Client  string
	Request string
	Seen    int64  // number of the last event that the person was shown; 0: whatever has happened
	Key     string // of this form; sent again with the same key, it is done once
	Note    string // words to everybody who sees the request
}

// change is one act on its way.
type change struct {
	*Service
	tx    bun.Tx
	actor access.Actor
	r     *Request
	now   time.Time
	key   string
	note  string
}

// admit reads a request of the client for an action. Faults: NotFound, Forbidden.
func (s *Service) admit(ctx context.Context, tx bun.Tx, actor access.Actor, action access.Action, client, id string) (*Request, error) {
	r, err := readRequest(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if r.Client != client {
		return nil, notFound()
	}
	return r, access.Require(actor, action, r.Scope())
}

// act takes a person's step: admitted, on the request as it was seen, once.
func (s *Service) act(ctx context.Context, actor access.Actor, action access.Action, in Act, do func(ctx context.Context, c *change) error) (*Request, error) {
	if err := access.RequireAny(actor, action, in.Client); err != nil {
		return nil, err
	}
	key, err := s.key(actor, in.Key)
	if err != nil {
		return nil, err
	}
	note := strings.TrimSpace(in.Note)
	if len([]rune(note)) > longestNote {
		return nil, fault.New(fault.Invalid, "note-long", "Write at most %d characters here; say the rest in a message.", longestNote).At("note")
	}
	var out *Request
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		r, err := s.admit(ctx, tx, actor, action, in.Client, in.Request)
		if err != nil {
			return err
		}
		out = r
		for _, table := range []any{(*eventRow)(nil), (*messageRow)(nil), (*excuseRow)(nil)} {
			if _, done, err := postedAs(ctx, tx, table, "request_id", key); err != nil || done {
				return err
			}
		}
		if in.Seen != 0 && in.Seen != r.Seq() {
			return moved(r)
		}
		return do(ctx, &change{s, tx, actor, r, s.now(), key, note})
	})
	if err != nil {
		return nil, fmt.Errorf("change a request: %w", err)
	}
	return out, nil
}

// moved refuses an act on a request that is not as it was seen.
func moved(r *Request) error {
	last := r.Events[len(r.Events)-1]
	if last.ofVersion() {
		last.Note = "" // not everybody who acts sees the deliverable
	}
	return fault.New(fault.Conflict, "request-moved", "Meanwhile %s changed this request: %s. What you wrote is kept here; look at it as it stands now, and send it again if it still holds.", last.ByName, last.Words())
}

// event adds an event in the name of who acts.
func (c *change) event(ctx context.Context, e work.Event, note string) error {
	e.At = c.now
	key := c.key
	c.key = "" // of the first event only: the others follow from it
	return c.appendEvent(ctx, c.tx, c.r, Record{Event: e, Note: note, By: c.actor.Account, ByName: c.actor.Name, Key: key})
}

// record writes into the record of changes.
func (c *change) record(ctx context.Context, action, words string, before map[string]any) error {
	_, err := journalops.Append(ctx, c.tx, journalops.By(c.actor, journal.Entry{At: c.now, Action: action, Client: c.r.Client, Subject: c.r.subject(), Words: words + " " + c.r.Name() + " " + c.r.Title,
		Before: journal.Snapshot(before), After: journal.Snapshot(c.r.recorded())}))
	return err
}

// internally records what the client does not see.
func (c *change) internally(ctx context.Context, action, words string) error {
	_, err := journalops.Append(ctx, c.tx, journalops.By(c.actor, journal.Entry{At: c.now, Action: action, Client: c.r.Client, Subject: c.r.subject(),
		Words: words + " " + c.r.Name() + " " + c.r.Title, Internal: true}))
	return err
}

// step adds one event and records it.
func (c *change) step(ctx context.Context, e work.Event, action, words string) error {
	before := c.r.recorded()
	if err := c.event(ctx, e, c.note); err != nil {
		return err
	}
	return c.record(ctx, action, words, before)
}

// needNote refuses an act without words where somebody has to know why.
func (c *change) needNote(words string) error {
	if c.note == "" {
		return fault.New(fault.Invalid, "note-missing", "%s", words).At("note")
	}
	return nil
}

// Words tell what happened, after the name of who did it: "set the priority to high".
func (e Record) Words() string {
	if e.ofVersion() {
		return e.Note
	}
	switch e.Kind {
	case work.Opened:
		return "opened it with priority " + string(e.Priority)
	case work.Triaged:
		if e.Provider == "" {
			return "took it for the agency"
		}
		return "gave it to a specialist"
	case work.Assigned:
		if e.Assignee == "" {
			return "took it from the person who had it"
		}
		return "gave it to a person"
	case work.Scoped:
		if e.Scope == nil {
			return "asked the contract"
		}
		if e.Scope.Decided() {
			return "decided how it stands to the scope: " + e.Scope.Words()
		}
		return "asked the contract: " + e.Scope.Words()
	case work.Responded:
		return "answered for the first time"
	case work.Drafted:
		return "handed in the first draft"
	case work.Prioritised:
		return "set the priority to " + string(e.Priority)
	case work.Waits:
		if e.back {
			return "handed it back to the agency"
		}
		return map[work.Waiting]string{work.OnClient: "waits on the client", work.OnSpecialist: "waits on a specialist", work.OnNobody: "goes on with it"}[e.On]
	case work.Delivered:
		return "delivered a version"
	case work.Feedback:
		return "gave feedback on the version"
	case work.TakenBack:
		return "took the version back"
	}
	return string(e.Kind) + " it" // resolved, reopened, withdrawn, declined
}

// Said is what was written to it, where that is not what happened itself.
func (e Record) Said() string {
	if e.ofVersion() {
		return ""
	}
	return e.Note
}

// ofVersion: the note names what was done to which version.
func (e Record) ofVersion() bool {
	return e.Note != "" && e.Of != "" && (e.Kind == work.Delivered || e.Kind == work.Feedback || e.Kind == work.TakenBack)
}
