package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// CheckInput is a newcomer: a prospect, or an existing client of whom something new is told. Dates are days; To is the first day after.
type CheckInput struct {
	Newcomer engagement.Account
	Asks     *contract.NonCompetition // what a prospect asks for; nil: nothing
}

const longestList, longestConflictText = 40, 200

// CheckConflict holds a newcomer against what was promised to existing clients, and what it asks for against them, and keeps the result with what it looked
// at. Who may: see ConflictCheck, for all clients. Faults: Forbidden, NotFound, Invalid at the fields.
func (s *Service) CheckConflict(ctx context.Context, actor access.Actor, in CheckInput) (engagement.Made, error) {
	if err := access.Require(actor, access.ConflictCheck, access.Scope{}); err != nil {
		return engagement.Made{}, err
	}
	if err := checkNewcomer(&in); err != nil {
		return engagement.Made{}, err
	}
	var out engagement.Made
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		now := s.now()
		w, err := s.lookAround(ctx, tx, now)
		if err != nil {
			return err
		}
		topic, kind := "prospect:"+strings.ToLower(in.Newcomer.Name), engagement.OfProspect
		if client := in.Newcomer.Client; client != "" {
			known, ok := w.account(client)
			if !ok {
				return fault.New(fault.NotFound, "client", "There is no such client.")
			}
			in.Newcomer.Name, topic, kind = known.Name, "client:"+client, engagement.OfClient
		}
		var asks []engagement.Restraint
		if in.Asks != nil {
			asks = append(asks, engagement.Restraint{Client: in.Newcomer.Client, ClientName: in.Newcomer.Name, Terms: *in.Asks, Binds: in.Asks.Binds(in.Newcomer.Served, cal.WorkCalendar{})})
		}
		out, err = s.keep(ctx, tx, actor, kind, topic, in.Newcomer, asks, &w, now)
		return err
	})
	if err != nil {
		return engagement.Made{}, fmt.Errorf("check for conflicts: %w", err)
	}
	return out, nil
}

func checkNewcomer(in *CheckInput) error {
	var problems fault.List
	a := &in.Newcomer
	if a.Client == "" {
		name, err := party.CheckName("name", a.Name)
		a.Name = name
		problems = append(problems, fault.All(err)...)
	}
	if len(a.Categories) == 0 {
		problems.Add(fault.New(fault.Invalid, "categories-missing", "Give at least one category, such as warehouse-robots, in the word that your contracts use.").At("categories"))
	}
	for field, list := range map[string][]string{"also": a.Also, "brands": a.Brands, "categories": a.Categories, "markets": a.Markets} {
		if len(list) > longestList {
			problems.Add(fault.New(fault.Invalid, "list-long", "Give at most %d.", longestList).At(field))
		}
		for _, x := range list {
			if len(x) > longestConflictText {
				problems.Add(fault.New(fault.Invalid, "text-long", "Shorten each to %d characters.", longestConflictText).At(field))
				break
			}
		}
	}
	if unitOf(string(a.Shared)) == "" {
		problems.Add(fault.New(fault.Invalid, "unit-missing", "Say how near the work would be to that for other clients.").At("unit"))
	}
	if a.Served.To.IsZero() {
		a.Served.To = contract.Forever
	}
	switch {
	case a.Served.From.IsZero():
		problems.Add(fault.New(fault.Invalid, "from-missing", "Give the first day, or the one that is expected.").At("from"))
	case a.Served.IsEmpty():
		problems.Add(fault.New(fault.Invalid, "until-before", "It would end before it begins.").At("until"))
	}
	if n := in.Asks; n != nil && n.About() == "" && len(n.Named) == 0 {
		problems.Add(fault.New(fault.Invalid, "asks-nobody", "Say whom they ask you not to serve: a category, or names.").At("asks_category"))
	}
	return problems.Err()
}

// keep makes a check and writes it down. It is also for checks that nobody asked for, within the transaction of their cause.
func (s *Service) keep(ctx context.Context, tx bun.Tx, actor access.Actor, kind engagement.CheckKind, topic string, newcomer engagement.Account, asks []engagement.Restraint, w *world, now time.Time) (engagement.Made, error) {
	f := w.check(newcomer, asks)
	m := engagement.Made{ID: s.id("chk"), Topic: topic, Kind: kind, Newcomer: newcomer, Outcome: f.Outcome, Lines: f.Lines(), Questions: f.Asked(), Looked: w.looked, On: w.on, At: now, ByName: actor.Name}
	row := checkRow{ID: m.ID, Topic: topic, Kind: string(kind), Name: newcomer.Name, Outcome: string(m.Outcome), Questions: len(m.Questions), JudgedOn: w.on.String(),
		MadeAt: now, MadeBy: actor.Account, MadeByName: actor.Name}
	for into, v := range map[*string]any{&row.Newcomer: newcomer, &row.Asks: asks, &row.Found: checkFound{m.Lines, m.Questions}, &row.Looked: w.looked} {
		text, err := asJSON(v)
		if err != nil {
			return m, err
		}
		*into = text
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return m, err
	}
	_, err := journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{
		At: now, Action: string(access.ConflictCheck), Internal: true, Subject: journal.Subject{Kind: "conflict-check", ID: m.ID, Name: newcomer.Name},
		Words: fmt.Sprintf("checked %s for conflicts: %s", newcomer.Name, checkWords(m)),
		After: journal.Snapshot(map[string]any{"outcome": m.Outcome, "overlaps": len(m.Lines), "questions": len(m.Questions)}),
	}))
	return m, err
}

func checkWords(m engagement.Made) string {
	switch n := len(m.Questions); n {
	case 0:
		return m.Outcome.Words()
	case 1:
		return m.Outcome.Words() + ", with one question"
	default:
		return fmt.Sprintf("%s, with %d questions", m.Outcome.Words(), n)
	}
}

// again makes those checks anew that something has changed since: a waiver or a wall lifts them, or lifts them no longer.
func (s *Service) again(ctx context.Context, tx bun.Tx, actor access.Actor, now time.Time) error {
	return s.outdated(ctx, tx, now, func(m engagement.Made, asks []engagement.Restraint, w *world) error {
		_, err := s.keep(ctx, tx, actor, m.Kind, m.Topic, m.Newcomer, asks, w, now)
		return err
	})
}

// Reconsider makes those checks anew whose answer has become another one with the days: a waiver that lifted a promise has expired. Where none has, nothing is written. It acts for
// the program.
func (s *Service) Reconsider(ctx context.Context) error {
	now, n := s.now(), 0
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		n = 0
		return s.outdated(ctx, tx, now, func(engagement.Made, []engagement.Restraint, *world) error { n++; return nil })
	})
	if err == nil && n > 0 {
		workspace, _ := db.Workspace(ctx)
		err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			return s.again(ctx, tx, access.Machine(workspace, "the program"), now)
		})
	}
	if err != nil {
		return fmt.Errorf("reconsider conflicts: %w", err)
	}
	return nil
}

// outdated visits the newest check of each topic whose outcome would be another one now. Those that a person has settled, and those of staffing, which was decided, stay.
func (s *Service) outdated(ctx context.Context, tx bun.Tx, now time.Time, visit func(m engagement.Made, asks []engagement.Restraint, w *world) error) error {
	all, rows, err := readChecks(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q })
	if err != nil || len(all) == 0 {
		return err
	}
	w, err := s.lookAround(ctx, tx, now)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, m := range all {
		if seen[m.Topic] {
			continue
		}
		seen[m.Topic] = true
		if len(m.Lines) == 0 || !m.SettledAt.IsZero() || m.Kind == engagement.OfStaffing {
			continue
		}
		var asks []engagement.Restraint
		if err := json.Unmarshal([]byte(rows[i].Asks), &asks); err != nil {
			return fmt.Errorf("read the check %s: %w", m.ID, err)
		}
		if f := w.check(m.Newcomer, asks); f.Outcome == m.Outcome {
			continue
		}
		if err := visit(m, asks, &w); err != nil {
			return err
		}
	}
	return nil
}

// Arrived checks an organisation that was just added: a client by what was told of it before, a specialist by its name. It is wired to the use case that adds
// it, within its transaction. While nothing is promised to anybody there is nothing to check.
func (s *Service) Arrived(ctx context.Context, tx bun.Tx, actor access.Actor, org party.Org) error {
	now := s.now()
	if org.Kind != access.Client && org.Kind != access.Specialist {
		return nil
	}
	w, err := s.lookAround(ctx, tx, now)
	if err != nil || len(w.promises) == 0 {
		return err
	}
	if org.Kind == access.Client {
		a, _ := w.account(org.ID)
		_, err = s.keep(ctx, tx, actor, engagement.OfClient, "client:"+org.ID, a, nil, &w, now)
		return err
	}
	a := engagement.Account{Name: org.Name, Served: cal.Period{From: w.on, To: contract.Forever}}
	_, err = s.keep(ctx, tx, actor, engagement.OfSpecialist, "specialist:"+org.ID, a, nil, &w, now)
	return err
}

// Bound checks a client whose contract has just become binding: its new brands and markets against what others were promised, and what it was promised against the
// others. It is wired to the acceptance, within its transaction.
func (s *Service) Bound(ctx context.Context, tx bun.Tx, actor access.Actor, c contractops.Contract) error {
	now := s.now()
	w, err := s.lookAround(ctx, tx, now)
	if err != nil || len(w.promises) == 0 {
		return err
	}
	a, ok := w.account(c.Client)
	if !ok {
		return nil
	}
	_, err = s.keep(ctx, tx, access.Machine(actor.Workspace, "the program"), engagement.OfClient, "client:"+c.Client, a, nil, &w, now)
	return err
}

// Conflicts is the register: the newest check of each prospect, client, specialist and person, those that are open first. Who may: see ConflictSee, for all
// clients. Faults: Forbidden.
func (s *Service) Conflicts(ctx context.Context, actor access.Actor) ([]engagement.Made, error) {
	if err := access.Require(actor, access.ConflictSee, access.Scope{}); err != nil {
		return nil, err
	}
	var all []engagement.Made
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		all, err = latestChecks(ctx, tx)
		return err
	})
	var open, done []engagement.Made
	for _, m := range all {
		if m.Open() {
			open = append(open, m)
		} else {
			done = append(done, m)
		}
	}
	return append(open, done...), err
}

// Conflict is one check, with those of the same topic, newest first. Who may and faults: as Conflicts; NotFound.
func (s *Service) Conflict(ctx context.Context, actor access.Actor, id string) (engagement.Made, []engagement.Made, error) {
	if err := access.Require(actor, access.ConflictSee, access.Scope{}); err != nil {
		return engagement.Made{}, nil, err
	}
	var one, same []engagement.Made
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if one, _, err = readChecks(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("id = ?", id) }); err != nil {
			return err
		}
		if len(one) == 0 {
			return notHere()
		}
		same, _, err = readChecks(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("topic = ?", one[0].Topic) })
		return err
	})
	if err != nil {
		return engagement.Made{}, nil, err
	}
	return one[0], same, nil
}

// Settle records what a person decided about an open check: that the questions are answered, or that the newcomer was turned down. Nothing is lifted by it: a
// later check of the same topic is open again. Who may: see ConflictCheck. Faults: Forbidden, NotFound, Invalid at "reason", Conflict when it is settled already or
// not open.
func (s *Service) Settle(ctx context.Context, actor access.Actor, id, reason string) error {
	if err := access.Require(actor, access.ConflictCheck, access.Scope{}); err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > longestWhy {
		return fault.New(fault.Invalid, "reason", "Say what was decided, and why (at most %d characters).", longestWhy).At("reason")
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		now := s.now()
		list, _, err := readChecks(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("id = ?", id) })
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return notHere()
		}
		m := list[0]
		if !m.Open() {
			return fault.New(fault.Conflict, "not-open", "Nothing is open about this check.")
		}
		row := settledRow{CheckID: id, Reason: reason, SettledAt: now, SettledBy: actor.Account, SettledByName: actor.Name}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		_, err = journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{
			At: now, Action: "conflict.settle", Internal: true, Subject: journal.Subject{Kind: "conflict-check", ID: id, Name: m.Newcomer.Name},
			Words: fmt.Sprintf("settled the check of %s: %s", m.Newcomer.Name, reason), After: journal.Snapshot(map[string]string{"reason": reason}),
		}))
		return err
	})
	if err != nil {
		return fmt.Errorf("settle a check: %w", err)
	}
	return nil
}

const longestWhy = 500
