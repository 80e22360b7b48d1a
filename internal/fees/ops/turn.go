package ops

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
)

// turn is one step of a person in the life of a statement: what it makes happen, in which words it is recorded, and who is told.
type turn struct {
	action access.Action
	events func(st Statement) ([]fees.Event, error)
	words  func(before, after Statement) string                            // for the record, after the person's name
	also   func(ctx context.Context, tx bun.Tx, st Statement) error        // in the same transaction; nil: nothing
	letter func(before, after Statement, by string) (subject, text string) // to the other side; nil, or no subject: none
}

// take makes the turn: it decides access, checks each event against the life of the statement, and writes events, record and mails in one
// transaction.
func (s *Service) take(ctx context.Context, actor access.Actor, id string, t turn) (Statement, error) {
	side, to, err := s.sides(ctx, actor, id, t)
	if err != nil {
		return Statement{}, err
	}
	var out Statement
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := s.admit(ctx, tx, actor, t.action, id); err != nil {
			return err
		}
		before, err := s.read(ctx, tx, id)
		if err != nil {
			return err
		}
		now := s.now()
		events, err := t.events(before)
		if err != nil {
			return err
		}
		out = before
		for _, e := range events {
			e.Seq, e.At, e.By, e.ByID, e.Client = out.Life.Next, now, actor.Name, actor.Account, side == access.Client
			if err := out.happen(e, now); err != nil {
				return err
			}
			row := eventRowOf(id, e)
			if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
				return err
			}
		}
		if t.also != nil {
			if err := t.also(ctx, tx, out); err != nil {
				return err
			}
		}
		entry := out.entry(t.action, now, t.words(before, out))
		entry.Before = before.recorded(before.State)
		if _, err := journalops.Append(ctx, tx, journalops.By(actor, entry)); err != nil {
			return err
		}
		if t.letter == nil {
			return nil
		}
		subject, text := t.letter(before, out, actor.Name)
		if subject == "" {
			return nil
		}
		return s.tell(ctx, tx, now, to, out, subject, text)
	})
	if err != nil {
		return Statement{}, fmt.Errorf("%s %s: %w", t.action, id, err)
	}
	return out, nil
}

// happen lets an event happen to the statement, when it may. Faults: as Life.Check.
func (st *Statement) happen(e fees.Event, now time.Time) error {
	if err := st.Life.Check(st.Document.Statement, e); err != nil {
		return err
	}
	st.Events = append(st.Events[:len(st.Events):len(st.Events)], e)
	st.fold(now)
	return nil
}

func (st Statement) entry(action access.Action, at time.Time, words string) journal.Entry {
	return journal.Entry{
		At: at, Action: string(action), Client: st.Client, Subject: journal.Subject{Kind: "statement", ID: st.ID, Name: st.Name()},
		Words: words, After: st.recorded(st.State), Internal: !st.everSubmitted() || st.Underpins(),
	}
}

// everSubmitted: what the client never saw stays internal to the agency, in the record too.
func (st Statement) everSubmitted() bool {
	return slices.ContainsFunc(st.Events, func(e fees.Event) bool { return e.Kind == fees.Submit })
}

// sideOf is the side for which the actor may do the action, the agency's before the client's. Faults: as access.Require.
func sideOf(actor access.Actor, action access.Action, scope access.Scope) (access.OrgKind, error) {
	if err := access.Require(actor, action, scope); err != nil {
		return "", err
	}
	own := actor
	own.Memberships = slices.DeleteFunc(slices.Clone(actor.Memberships), func(m access.Membership) bool { return m.OrgKind != access.Agency })
	if access.Decide(own, action, scope).Allowed {
		return access.Agency, nil
	}
	return access.Client, nil
}

// one is the single event of a turn.
func one(e fees.Event) func(Statement) ([]fees.Event, error) {
	return func(Statement) ([]fees.Event, error) { return []fees.Event{e}, nil }
}
