package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Exit is how far the transition of a contract has come.
type Exit struct {
	Agreed
	Items        []engagement.TransitionItem
	Deliverables []engagement.Deliverable
	Unlisted     bool // nobody tells here which deliverables there are
}

// Last is the last day of the contract as it is known: by its end, or by a notice that binds; zero while there is none.
func (a Agreed) Last() cal.Date { return a.Standing.Last() }

// Ending says whether the end is brought about: by a notice that binds or a version that says so, or because it has come. Before that the contract only runs towards its end.
func (a Agreed) Ending() bool {
	return a.Standing.Notice != nil || a.Standing.Ended || !a.Standing.Terms.Term.Ended.IsZero()
}

// Exit is the transition of a contract. Who may: see ContractSee. Faults: NotFound, Forbidden, Conflict "no-version".
func (s *Service) Exit(ctx context.Context, actor access.Actor, client, contractID string) (Exit, error) {
	out := Exit{Unlisted: s.DeliverablesOf == nil}
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if out.Agreed, err = s.term(ctx, tx, actor, access.ContractSee, client, contractID); err != nil {
			return err
		}
		events, err := readTransition(ctx, tx, contractID)
		out.Items = engagement.FoldItems(events)
		return err
	})
	if err == nil && !out.Unlisted {
		out.Deliverables, err = s.DeliverablesOf(ctx, actor, client)
	}
	if err != nil {
		return Exit{}, fmt.Errorf("read the transition of %s: %w", contractID, err)
	}
	return out, nil
}

// BeginTransition lays the checklist of a transition, due on the last day of the contract. Where there is one it changes nothing. Before a notice binds it needs a
// reason, which the other side reads, and somebody who may give notice. Who may: see TransitionWork. Faults: NotFound, Forbidden; Invalid at "reason"; Conflict while the
// contract has no end.
func (s *Service) BeginTransition(ctx context.Context, actor access.Actor, client, contractID, reason string) error {
	reason = strings.TrimSpace(reason)
	return s.transition(ctx, actor, client, contractID, func(a Agreed, by contract.Side, items []engagement.TransitionItem) ([]engagement.ItemEvent, string, error) {
		if len(items) > 0 {
			return nil, "", nil
		}
		last := a.Last()
		if last.IsZero() {
			return nil, "", fault.New(fault.Conflict, "no-end", "The contract has no end yet. The transition begins when notice is given or the end is agreed.")
		}
		words := "began the transition of " + a.Name + ", due on " + last.Words()
		if err := checkLength("reason", reason); err != nil {
			return nil, "", err
		}
		if !a.Ending() {
			if err := access.Require(actor, access.NoticeGive, access.Of(client)); err != nil {
				return nil, "", err
			}
			if reason == "" {
				return nil, "", fault.New(fault.Invalid, "exit-reason", "No notice was given. Say why the handover begins already; the other side reads it.").At("reason")
			}
		}
		if reason != "" {
			words += ": " + reason
		}
		return engagement.TemplateItems(last), words, nil
	})
}

// ItemInput is an item to add to the checklist.
type ItemInput struct {
	Area  engagement.Area
	Text  string
	Owner contract.Side
	DueOn cal.Date
}

// AddItem adds an item to the checklist. Who may: see TransitionWork. Faults: NotFound, Forbidden; Invalid at fields; Conflict for one that is there.
func (s *Service) AddItem(ctx context.Context, actor access.Actor, client, contractID string, in ItemInput) error {
	return s.transition(ctx, actor, client, contractID, func(a Agreed, by contract.Side, items []engagement.TransitionItem) ([]engagement.ItemEvent, string, error) {
		in.Text = strings.TrimSpace(in.Text)
		var faults fault.List
		add := func(field, code, words string) { faults.Add(fault.New(fault.Invalid, code, "%s", words).At(field)) }
		if in.Text == "" || len(in.Text) > 400 {
			add("text", "item-text", "Write what is to be handed over or closed, in at most 400 characters.")
		}
		if !slices.Contains(engagement.Areas(), in.Area) {
			add("area", "item-area", "Choose accounts, assets, data or access.")
		}
		if in.Owner != contract.AgencySide && in.Owner != contract.ClientSide {
			add("owner", "item-owner", "Choose who has to do it.")
		}
		if in.DueOn.IsZero() {
			add("due_on", "item-due", "Write the day by which it is done.")
		}
		if err := faults.Err(); err != nil {
			return nil, "", err
		}
		if slices.ContainsFunc(items, func(i engagement.TransitionItem) bool { return i.Text == in.Text && i.Area == in.Area }) {
			return nil, "", fault.New(fault.Conflict, "item-there", "This stands on the checklist already.").At("text")
		}
		e := engagement.ItemEvent{Item: s.id("itm"), Kind: engagement.ItemAdded, Area: in.Area, Text: in.Text, Owner: in.Owner, DueOn: in.DueOn}
		return []engagement.ItemEvent{e}, fmt.Sprintf("added to the transition of %s: %s", a.Name, in.Text), nil
	})
}

// MoveItem says that an item is done, that the other side's is confirmed, or that one is open again. Twice is once. Who may: see TransitionWork.
// Faults: NotFound, Forbidden; Invalid at "note"; Conflict where it is not this side's turn.
func (s *Service) MoveItem(ctx context.Context, actor access.Actor, client, contractID, item string, kind engagement.ItemEventKind, note string) error {
	return s.transition(ctx, actor, client, contractID, func(a Agreed, by contract.Side, items []engagement.TransitionItem) ([]engagement.ItemEvent, string, error) {
		i := slices.IndexFunc(items, func(x engagement.TransitionItem) bool { return x.ID == item })
		if i < 0 || !slices.Contains([]engagement.ItemEventKind{engagement.ItemWasDone, engagement.ItemAgreed, engagement.ItemReopened}, kind) {
			return nil, "", fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
		}
		if err := checkLength("note", note); err != nil {
			return nil, "", err
		}
		again, err := items[i].May(kind, by, note)
		if again || err != nil {
			return nil, "", err
		}
		words := map[engagement.ItemEventKind]string{engagement.ItemWasDone: "says for the %s that this is done", engagement.ItemAgreed: "confirmed for the %s",
			engagement.ItemReopened: "opened again for the %s"}[kind]
		return []engagement.ItemEvent{{Item: item, Kind: kind, Note: strings.TrimSpace(note)}}, fmt.Sprintf(words, by) + ": " + items[i].Text, nil
	})
}

// transition decides access, reads the checklist, and appends the events that the rule gives; none changes nothing.
func (s *Service) transition(ctx context.Context, actor access.Actor, client, contractID string,
	rule func(Agreed, contract.Side, []engagement.TransitionItem) ([]engagement.ItemEvent, string, error)) error {
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		a, err := s.term(ctx, tx, actor, access.TransitionWork, client, contractID)
		if err != nil {
			return err
		}
		by, err := side(actor, access.TransitionWork, client)
		if err != nil {
			return err
		}
		past, err := readTransition(ctx, tx, contractID)
		if err != nil {
			return err
		}
		events, words, err := rule(a, by, engagement.FoldItems(past))
		if err != nil || len(events) == 0 {
			return err
		}
		for i, e := range events {
			body, err := text(transitionBody{e.Area, e.Text, e.Owner, e.DueOn, e.Note})
			if err != nil {
				return err
			}
			row := transitionRow{ContractID: contractID, Seq: int64(len(past) + i + 1), ClientID: client, Item: e.Item, Kind: string(e.Kind), Side: string(by), Body: body,
				At: s.now(), ByID: actor.Account, ByName: actor.Name}
			if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
				return err
			}
		}
		last := events[len(events)-1]
		return s.record(ctx, tx, actor, access.TransitionWork, a, journal.Subject{Kind: "transition", ID: contractID, Name: a.Name}, words,
			journal.Snapshot(map[string]any{"item": last.Item, "event": last.Kind, "note": last.Note}))
	})
	if err != nil {
		return fmt.Errorf("work on the transition of %s: %w", contractID, err)
	}
	return nil
}
