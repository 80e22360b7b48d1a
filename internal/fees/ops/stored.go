package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Altered is a stored statement that is not what was drafted, or of which something else is kept than happened to it.
type Altered struct {
	Statement string // id
	Reason    string
}

// Error says which and why.
func (a Altered) Error() string { return fmt.Sprintf("statement %s %s", a.Statement, a.Reason) }

// VerifyStored recomputes the hash of every statement of the workspace from the texts that are kept of it, and compares it with the one
// kept. It compares what is kept of the statement's life, the step of each person, its final row and what it carries, with what the record
// tells. It gives how many hold and those that do not.
func VerifyStored(ctx context.Context, tx bun.Tx) (held int, altered []Altered, err error) {
	told, err := journalops.About(ctx, tx, "statement")
	if err != nil {
		return 0, nil, fmt.Errorf("read what the record tells of statements: %w", err)
	}
	lives, err := readLives(ctx, tx)
	if err != nil {
		return 0, nil, fmt.Errorf("read what happened to statements: %w", err)
	}
	seen := map[string]bool{}
	err = db.EachRow(ctx, tx.NewSelect().Model((*statementRow)(nil)).OrderExpr("id"), func(row statementRow, unreadable error) error {
		seen[row.ID] = true
		reason := "was altered: it cannot be read"
		if unreadable == nil {
			reason = stored{row: row, life: lives[row.ID], told: understood(told[row.ID])}.alteration()
		}
		if reason != "" {
			altered = append(altered, Altered{row.ID, reason})
			return nil
		}
		held++
		return nil
	})
	if err != nil {
		return held, altered, err
	}
	for _, id := range slices.Sorted(maps.Keys(told)) {
		if !seen[id] {
			altered = append(altered, Altered{id, "is told of in the record but is not kept"})
		}
		seen[id] = true
	}
	for _, id := range slices.Sorted(maps.Keys(lives)) {
		if !seen[id] {
			altered = append(altered, Altered{id, "is not kept, but something of its life is"})
		}
	}
	return held, altered, nil
}

// life is what is kept of what happened to a statement.
type life struct {
	events     []fees.Event
	final      *finalRow
	carries    []string // the releases
	unreadable string   // which part of it cannot be read; empty: none
}

func readLives(ctx context.Context, tx bun.Tx) (map[string]life, error) {
	all := map[string]life{}
	add := func(id, part string, unreadable error, to func(*life)) {
		l := all[id]
		to(&l)
		if unreadable != nil {
			l.unreadable = part
		}
		all[id] = l
	}
	err := db.EachRow(ctx, tx.NewSelect().Model((*eventRow)(nil)).OrderExpr("statement_id, seq"), func(r eventRow, unreadable error) error {
		add(r.StatementID, "a step of its life", unreadable, func(l *life) { l.events = append(l.events, r.event()) })
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = db.EachRow(ctx, tx.NewSelect().Model((*finalRow)(nil)).OrderExpr("statement_id"), func(r finalRow, unreadable error) error {
		add(r.StatementID, "what was locked of it", unreadable, func(l *life) { l.final = &r })
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = db.EachRow(ctx, tx.NewSelect().Model((*carryRow)(nil)).OrderExpr("release_id"), func(r carryRow, unreadable error) error {
		add(r.StatementID, "what it carries", unreadable, func(l *life) { l.carries = append(l.carries, r.ReleaseID) })
		return nil
	})
	return all, err
}

// told is an entry of the record about a statement.
type told struct {
	journal.Entry
	then recorded
}

// understood leaves out entries that say nothing of where the statement stood.
func understood(entries []journal.Entry) []told {
	var out []told
	for _, e := range entries {
		t := told{Entry: e}
		if json.Unmarshal([]byte(e.After), &t.then) == nil && t.then.Hash != "" {
			out = append(out, t)
		}
	}
	return out
}

// stored is what is kept of one statement, and what the record tells of it.
type stored struct {
	row      statementRow
	document fees.Document
	life     life
	told     []told
}

// alteration tells in words how what is kept differs from what was drafted and happened; empty when it does not.
func (s stored) alteration() string {
	for _, look := range []func(*stored) string{(*stored).alteredText, (*stored).alteredRow, (*stored).alteredSteps, (*stored).alteredFinal, (*stored).alteredCarries} {
		if reason := look(&s); reason != "" {
			return reason
		}
	}
	return ""
}

// alteredText reads the document, which the looks after it rest on.
func (s *stored) alteredText() string {
	inputs, err := s.row.files()
	if err != nil {
		return "was altered: its terms or facts cannot be read"
	}
	if hash := pack.HashOf([]byte(s.row.Document), inputs); hash != s.row.Hash {
		return fmt.Sprintf("was altered: what is kept of it gives the hash %s, not %s", hash, s.row.Hash)
	}
	if err := json.Unmarshal([]byte(s.row.Document), &s.document); err != nil {
		return "was altered: its document cannot be read"
	}
	r, d := s.row, s.document.Statement
	if r.period() != d.Period || r.AsOf != d.AsOf.String() || r.ImportNo != d.Evidence || r.Currency != string(d.Currency) || r.TotalMinor != d.Total.Minor {
		return "was altered: its row does not say what its document says"
	}
	return ""
}

func (s *stored) alteredRow() string {
	if len(s.told) == 0 {
		return "was put in beside the record: no entry tells of it"
	}
	for _, e := range s.told {
		switch r := s.row; {
		case e.then.Hash != r.Hash || e.then.Revision != r.Revision:
			return fmt.Sprintf("was altered: entry %d of the record tells of revision %d with the hash %s", e.Seq, e.then.Revision, e.then.Hash)
		case e.Client != r.ClientID:
			return fmt.Sprintf("was altered: it is kept under another client than entry %d of the record tells", e.Seq)
		case e.then.Contract != "" && e.then.Contract != r.ContractID:
			return fmt.Sprintf("was altered: it is kept under another contract than entry %d of the record tells", e.Seq)
		case e.drafts() && !e.by(r.DraftedBy, r.DraftedByName, r.DraftedAt.UnixMicro()):
			return fmt.Sprintf("was altered: who drafted it, or when, is not what entry %d of the record tells", e.Seq)
		}
	}
	return ""
}

func (t told) drafts() bool { return t.Action == string(access.StatementDraft) }

func (t told) by(id, name string, micro int64) bool {
	return t.ActorID == id && t.ActorName == name && t.At.UnixMicro() == micro
}

// alteredSteps compares each step of a person that is kept with the entry that tells of it, both ways, and then all of them together.
func (s *stored) alteredSteps() string {
	if s.life.unreadable != "" {
		return fmt.Sprintf("was altered: %s cannot be read", s.life.unreadable)
	}
	tells := func(t told, e fees.Event) bool { return !t.drafts() && t.by(e.ByID, e.By, e.At.UnixMicro()) }
	for _, t := range s.told {
		if !t.drafts() && !slices.ContainsFunc(s.life.events, func(e fees.Event) bool { return tells(t, e) }) {
			return fmt.Sprintf("was altered: what entry %d of the record tells is no longer kept so: %s %s", t.Seq, t.ActorName, t.Words)
		}
	}
	for _, e := range s.life.events {
		if !slices.ContainsFunc(s.told, func(t told) bool { return tells(t, e) }) {
			return fmt.Sprintf("was altered: the step %q by %s on %s is kept, but no entry of the record tells of it", e.Kind, e.By, e.At.Format("2 Jan 2006 15:04 UTC"))
		}
	}
	last := s.told[len(s.told)-1]
	if state := stateOf(s.life.events); state != last.then.State {
		return fmt.Sprintf("was altered: the steps that are kept leave it %s; entry %d of the record tells that it is %s", state, last.Seq, last.then.State)
	}
	if last.then.Steps != "" && last.then.Steps != digestOfSteps(s.row.ID, s.life.events) {
		return fmt.Sprintf("was altered: the steps that are kept of its life are not those that the record tells of up to entry %d", last.Seq)
	}
	return ""
}

// locking is the entry that tells that the statement was locked.
func (s *stored) locking() (told, bool) {
	i := slices.IndexFunc(s.told, func(t told) bool { return t.Action == string(access.StatementLock) })
	if i < 0 {
		return told{}, false
	}
	return s.told[i], true
}

func (s *stored) alteredFinal() string {
	lock, locked := s.locking()
	f := s.life.final
	switch {
	case !locked && f == nil:
		return ""
	case !locked:
		return "was altered: it is kept as locked, but no entry of the record tells of that"
	case f == nil:
		return fmt.Sprintf("was altered: what entry %d of the record tells is no longer kept so: %s %s", lock.Seq, lock.ActorName, lock.Words)
	case f.Hash != s.row.Hash || f.ContractID != s.row.ContractID || f.PeriodFrom != s.row.PeriodFrom || f.PeriodTo != s.row.PeriodTo || !f.LockedAt.Equal(lock.At):
		return "was altered: it is not the one that was locked"
	}
	payable, held := money.New(f.PayableMinor, s.document.Statement.Currency), money.New(f.HeldMinor, s.document.Statement.Currency)
	then := lock.then
	if then.Settled == "" { // an entry of the time when only the words told of amounts
		if strings.Contains(lock.Words, fmt.Sprintf(": %s payable, %s held, ", payable.FormatWith(), held.FormatWith())) {
			return ""
		}
		return fmt.Sprintf("was altered: %s is kept as payable and %s as held where entry %d of the record tells: %s", payable.FormatWith(), held.FormatWith(), lock.Seq, lock.Words)
	}
	for _, a := range []struct{ what, kept, told string }{{"payable", payable.String(), then.Payable}, {"held", held.String(), then.Held}} {
		if a.kept != a.told {
			return fmt.Sprintf("was altered: %s is kept as %s where entry %d of the record tells %s", a.kept, a.what, lock.Seq, a.told)
		}
	}
	if digest(f.Settled) != then.Settled {
		return fmt.Sprintf("was altered: what is kept of what it charged is not what was locked with entry %d of the record", lock.Seq)
	}
	return ""
}

// alteredCarries: a locked statement carries the settled disputes on its lines, once.
func (s *stored) alteredCarries() string {
	var want []string
	if s.life.final != nil {
		for _, l := range s.document.Statement.Lines {
			if l.Kind == fees.KindReleased {
				want = append(want, l.Events...)
			}
		}
	}
	if slices.Sort(want); !slices.Equal(want, slices.Sorted(slices.Values(s.life.carries))) {
		return "was altered: the settled disputes that are kept as carried by it are not those on its lines"
	}
	return ""
}
