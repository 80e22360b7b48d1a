package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/work"
)

// ReviewInput is the agency's word on a version, as it was shown.
type ReviewInput struct {
	Client      string
	Deliverable string
	Version     int
	SHA256      string
	Order       string // of a release that opens a further round: the change order that was agreed, as ReleaseOrders names it, or OnPaper and where the paper is kept
	Words       string // why it is held back
}

// ReleaseVersion lets the client see a version; its time begins. Releasing it again changes nothing. Who may: see DeliverableRelease. Faults: NotFound, Forbidden; Invalid at "order"
// where the contract wants a change order for the round; Conflict when it does not wait for a review.
func (s *Service) ReleaseVersion(ctx context.Context, actor access.Actor, in ReviewInput) (Deliverable, error) {
	return s.review(ctx, actor, in, work.StepReleased)
}

// OnPaper stands before the place where a change order is kept that was signed outside the program.
const OnPaper = "on paper: "

// ReleaseOrders names the change orders by which a further round can be released, the newest first. Who may: see DeliverableRelease. Faults: NotFound, Forbidden.
func (s *Service) ReleaseOrders(ctx context.Context, actor access.Actor, client string) (names []string, err error) {
	if err := access.RequireAny(actor, access.DeliverableRelease, client); err != nil || s.Deliverables.Orders == nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		names, err = s.Deliverables.Orders(ctx, tx, client)
		return err
	})
	return names, err
}

// agreedOrder refuses a change order that nobody has agreed to.
func (s *Service) agreedOrder(ctx context.Context, tx bun.Tx, k *kept, order string) error {
	if order == "" || s.Deliverables.Orders == nil {
		return nil
	}
	if paper, ok := strings.CutPrefix(order, OnPaper); ok && strings.TrimSpace(paper) != "" {
		return nil
	}
	agreed, err := s.Deliverables.Orders(ctx, tx, k.row.ClientID)
	if err != nil || slices.Contains(agreed, order) {
		return err
	}
	return fault.New(fault.Invalid, "order-unknown", "No change order of this name was accepted by both sides. Choose one that was, or say where the paper is kept that both have signed.").At("order")
}

// HoldBackVersion sends a version back to who made it; the client never sees it. Who may: see DeliverableRelease. Faults: as ReleaseVersion; Invalid at "words".
func (s *Service) HoldBackVersion(ctx context.Context, actor access.Actor, in ReviewInput) (Deliverable, error) {
	if strings.TrimSpace(in.Words) == "" {
		if err := access.RequireAny(actor, access.DeliverableRelease, in.Client); err != nil {
			return Deliverable{}, err
		}
		return Deliverable{}, fault.New(fault.Invalid, "words", "Say why it is held back, so that it can be done better.").At("words")
	}
	return s.review(ctx, actor, in, work.StepHeldBack)
}

func (s *Service) review(ctx context.Context, actor access.Actor, in ReviewInput, step work.Step) (Deliverable, error) {
	e := work.Happened{Step: step, Version: in.Version, SHA256: in.SHA256, Order: strings.TrimSpace(in.Order), Words: strings.TrimSpace(in.Words)}
	return s.take(ctx, actor, access.DeliverableRelease, in.Client, in.Deliverable, e, func(ctx context.Context, tx bun.Tx, k *kept) error {
		if step == work.StepHeldBack {
			return s.tellOf(ctx, tx, actor, k, makers, "A version was held back: "+k.row.Name, fmt.Sprintf("%s held version %d of %s back: %s", actor.Name, in.Version, k.row.Name, e.Words))
		}
		words := fmt.Sprintf("%s shows you version %d of %s.", actor.Name, in.Version, k.row.Name)
		if wait := k.state.WaitWords(s.now()); wait != "" {
			words += "\n\n" + strings.ToUpper(wait[:1]) + wait[1:] + ". " + k.state.SilenceWords()
		}
		return s.tellOf(ctx, tx, actor, k, answerers, "A version to look at: "+k.row.Name, words)
	})
}

// take takes a step that a person takes, once: what the same person did last is not done again.
func (s *Service) take(ctx context.Context, actor access.Actor, action access.Action, client, id string, e work.Happened, tell func(context.Context, bun.Tx, *kept) error) (Deliverable, error) {
	if len([]rune(e.Words)) > longestText || len([]rune(e.Order)) > longestName {
		return Deliverable{}, fault.New(fault.Invalid, "too-long", "Write at most %d characters.", longestText).At("words")
	}
	var out Deliverable
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		k, err := admitDeliverable(ctx, tx, actor, action, client, id)
		if err != nil {
			return err
		}
		e := e
		e.At = s.now()
		if !k.repeats(actor, e) {
			if err := s.mayDecide(ctx, tx, actor, k, e); err != nil {
				return err
			}
			if err := s.step(ctx, tx, actor, k, action, e); err != nil {
				return err
			}
			if err := tell(ctx, tx, k); err != nil {
				return err
			}
		}
		out = k.shownTo(actor, s.now())
		return nil
	})
	if err != nil {
		return Deliverable{}, fmt.Errorf("%s a deliverable: %w", e.Step, err)
	}
	return out, nil
}

// repeats says whether the last step is the same by the same person.
func (k *kept) repeats(actor access.Actor, e work.Happened) bool {
	last := k.steps[len(k.steps)-1]
	before, _, err := last.happened()
	return err == nil && last.ActorID == actor.Account && before.Step == e.Step && before.Version == e.Version && before.SHA256 == e.SHA256 && before.Words == e.Words &&
		before.Order == e.Order && before.OwnError == e.OwnError && strings.Join(before.Changes, "\n") == strings.Join(e.Changes, "\n")
}
