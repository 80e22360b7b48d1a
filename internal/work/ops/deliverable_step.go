package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/work"
)

// lapser is who records what silence did.
func lapser(workspace string) access.Actor { return access.Machine(workspace, "the contract") }

// step takes a step of a deliverable: what silence did first, then the step itself, its row, what it means elsewhere, and the record.
func (s *Service) step(ctx context.Context, tx bun.Tx, actor access.Actor, k *kept, action access.Action, e work.Happened) error {
	if err := s.lapse(ctx, tx, k); err != nil {
		return err
	}
	return s.record(ctx, tx, actor, k, string(action), e)
}

// lapse records what silence accepted, once.
func (s *Service) lapse(ctx context.Context, tx bun.Tx, k *kept) error {
	a := k.state.AsOf(s.now()).Accepted
	if a == nil || a.Recorded || a.How != work.StepLapsed {
		return nil
	}
	return s.record(ctx, tx, lapser(""), k, "deliverable.lapse", work.Happened{At: a.At, Step: work.StepLapsed, Version: a.Version, SHA256: a.SHA256})
}

// record writes a step that the rules allow.
func (s *Service) record(ctx context.Context, tx bun.Tx, actor access.Actor, k *kept, action string, e work.Happened) error {
	if e.Step != work.StepLapsed {
		e.By = actor.Name
	}
	next, err := k.state.After(e)
	if err != nil {
		return err
	}
	body, err := json.Marshal(stepBody{Changes: e.Changes, OwnError: e.OwnError, Order: e.Order, Words: e.Words, On: e.On})
	if err != nil {
		return err
	}
	row := stepRow{DeliverableID: k.row.ID, Seq: int64(len(k.steps)) + 1, Step: string(e.Step), Version: e.Version, SHA256: e.SHA256, Body: string(body), HappenedAt: e.At, RecordedAt: s.now(),
		ActorID: actor.Account, ActorName: actor.Name}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	before := k.state
	k.state, k.steps = next, append(k.steps, row)
	if err := s.follow(ctx, tx, actor, k, before, e); err != nil {
		return err
	}
	entry := journal.Entry{At: row.RecordedAt, Action: action, Client: k.row.ClientID, Subject: k.subject(), Words: stepWords(k, e), Internal: slices.Contains(internalSteps, e.Step), After: journal.Snapshot(evidenceOf(k, e))}
	_, err = journalops.Append(ctx, tx, journalops.By(actor, entry))
	return err
}

// follow is what a step means elsewhere: the acceptance, the request, what the program waits for.
func (s *Service) follow(ctx context.Context, tx bun.Tx, actor access.Actor, k *kept, before work.Deliverable, e work.Happened) error {
	if a := k.state.Accepted; a != nil && a.Recorded && (before.Accepted == nil || !before.Accepted.Recorded) {
		row := acceptedRow{DeliverableID: k.row.ID, Version: a.Version, SHA256: a.SHA256, How: string(a.How), AcceptedAt: a.At, AcceptedBy: actor.Account, AcceptedByName: actor.Name}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		if k.rules.Clause != "" {
			if err := setWait(ctx, tx, k.row.ID, waitHandOver, a.At); err != nil {
				return err
			}
		}
	}
	if err := s.waits(ctx, tx, k, e); err != nil {
		return err
	}
	kind := requestKind(before, e)
	if kind == "" || k.row.RequestID == "" || s.Deliverables.RequestEvent == nil {
		return nil
	}
	return s.Deliverables.RequestEvent(ctx, tx, actor, k.row.RequestID, k.row.ID, kind, requestWords(k, e), e.At)
}

// requestWords are a step as the history of the request tells it, after the name of who took it. What was written on the version stays there.
func requestWords(k *kept, e work.Happened) string {
	of := fmt.Sprintf("version %d of %s", e.Version, k.row.Name)
	switch e.Step {
	case work.StepReleased:
		return "delivered " + of
	case work.StepRejected:
		return "rejected " + of
	case work.StepWithdrawn:
		return "withdrew the deliverable " + k.row.Name
	}
	return stepWords(k, e)
}

// requestKind is what a step is for the request; empty: nothing.
func requestKind(before work.Deliverable, e work.Happened) string {
	_, waited := before.Waiting()
	switch {
	case e.Step == work.StepReleased && before.Accepted == nil:
		return string(work.Delivered)
	case waited && (e.Step == work.StepFeedback || e.Step == work.StepRejected || e.Step == work.StepApproved || e.Step == work.StepApprovedWithChanges || e.Step == work.StepLapsed):
		return string(work.Feedback)
	case waited && e.Step == work.StepWithdrawn:
		return string(work.TakenBack)
	}
	return ""
}

// waits keeps what the program has to look at.
func (s *Service) waits(ctx context.Context, tx bun.Tx, k *kept, e work.Happened) error {
	v, waiting := k.state.Waiting()
	switch {
	case e.Step == work.StepReleased && waiting && k.rules.SilenceAccepts && !v.Ends.IsZero():
		return setWait(ctx, tx, k.row.ID, waitSilence, v.Ends)
	case e.Step == work.StepPaid && e.On.IsZero():
		return setWait(ctx, tx, k.row.ID, waitFee, e.At)
	case e.Step == work.StepPaid:
		return endWait(ctx, tx, k.row.ID, waitFee)
	case e.Step == work.StepHandedOver:
		return endWait(ctx, tx, k.row.ID, waitHandOver)
	case e.Step == work.StepWithdrawn:
		return endWait(ctx, tx, k.row.ID, waitSilence, waitFee)
	case !waiting:
		return endWait(ctx, tx, k.row.ID, waitSilence)
	}
	return nil
}

func setWait(ctx context.Context, tx bun.Tx, id, what string, at time.Time) error {
	if err := endWait(ctx, tx, id, what); err != nil {
		return err
	}
	_, err := tx.NewInsert().Model(&waitRow{DeliverableID: id, What: what, At: at}).Exec(ctx)
	return err
}

func endWait(ctx context.Context, tx bun.Tx, id string, what ...string) error {
	_, err := tx.NewDelete().Model((*waitRow)(nil)).Where("deliverable_id = ? AND what IN (?)", id, bun.List(what)).Exec(ctx)
	return err
}

// stepWords are a step in the record, after the name of who took it.
func stepWords(k *kept, e work.Happened) string {
	of := fmt.Sprintf("version %d of %s", e.Version, k.row.Name)
	switch e.Step {
	case work.StepSubmitted:
		return "submitted " + of
	case work.StepHeldBack:
		return "held " + of + " back: " + e.Words
	case work.StepReleased:
		words := "released " + of + " to the client, " + k.state.RoundWords()
		if e.Order != "" {
			words += ", agreed by " + e.Order
		}
		return words
	case work.StepFeedback:
		return fmt.Sprintf("asked for %d changes to %s", len(e.Changes), of)
	case work.StepApproved:
		return "approved " + of
	case work.StepApprovedWithChanges:
		return fmt.Sprintf("approved %s with %d changes", of, len(e.Changes))
	case work.StepRejected:
		return "rejected " + of + ": " + e.Words
	case work.StepLapsed:
		return "accepted " + of + " by the client's silence"
	case work.StepPaid:
		if e.On.IsZero() {
			return "took note that " + e.Words + ", of " + k.row.Name
		}
		return "took note that the fee of " + k.row.Name + " is paid: " + e.Words
	case work.StepHandedOver:
		return "handed the acceptance of " + k.row.Name + " over as evidence"
	case work.StepWithdrawn:
		return "withdrew the deliverable " + k.row.Name + ": " + e.Words
	}
	return string(e.Step) + " the deliverable " + k.row.Name
}

// evidenceOf is a step as the record keeps it: with the SHA-256 of exactly the file that was shown.
func evidenceOf(k *kept, e work.Happened) map[string]any {
	out := map[string]any{"step": e.Step, "seq": len(k.steps)}
	if e.Version > 0 {
		out["version"], out["sha256"] = e.Version, e.SHA256
	}
	if len(e.Changes) > 0 {
		out["changes"], out["own_error"] = e.Changes, e.OwnError
	}
	for key, text := range map[string]string{"words": e.Words, "order": e.Order, "on": e.On.String()} {
		if text != "" {
			out[key] = text
		}
	}
	return out
}
