package ops

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/work"
)

// AnswerInput is the client's word on a version, as it was shown.
type AnswerInput struct {
	Client      string
	Deliverable string
	Version     int
	SHA256      string // of exactly the file that was shown
	Step        work.Step
	Changes     []string
	OwnError    bool   // the changes mend the agency's own error, and open no round
	Words       string // why it is rejected, or what else there is to say
}

// answers are the steps that a client takes.
var answers = []work.Step{work.StepFeedback, work.StepApproved, work.StepApprovedWithChanges, work.StepRejected}

// AnswerVersion is the client's feedback, approval or rejection of exactly the version that it was shown. The first answer counts; saying the same again changes nothing. Who may: see
// DeliverableAnswer; a milestone, which decides a fee, is approved by those who decide about deliveries. Faults: NotFound, Forbidden; Invalid at "changes" or "words"; Conflict, with who was first.
func (s *Service) AnswerVersion(ctx context.Context, actor access.Actor, in AnswerInput) (Deliverable, error) {
	if err := access.RequireAny(actor, access.DeliverableAnswer, in.Client); err != nil {
		return Deliverable{}, err
	}
	e, err := in.happened()
	if err != nil {
		return Deliverable{}, err
	}
	return s.take(ctx, actor, access.DeliverableAnswer, in.Client, in.Deliverable, e, func(ctx context.Context, tx bun.Tx, k *kept) error {
		text := actor.Name + " " + stepWords(k, e) + "."
		for _, c := range e.Changes {
			text += "\n- " + c
		}
		return s.tellOf(ctx, tx, actor, k, makers, "The client's word on "+k.row.Name, text)
	})
}

func (in AnswerInput) happened() (work.Happened, error) {
	e := work.Happened{Step: in.Step, Version: in.Version, SHA256: in.SHA256, Words: strings.TrimSpace(strings.ReplaceAll(in.Words, "\r\n", "\n"))}
	known := false
	for _, step := range answers {
		known = known || step == in.Step
	}
	if !known {
		return e, fault.New(fault.Invalid, "step", "Choose one of feedback, approved, approved-with-changes or rejected.").At("step")
	}
	for _, c := range in.Changes {
		if c = strings.TrimSpace(c); c == "" {
			continue
		}
		if len([]rune(c)) > longestText {
			return e, fault.New(fault.Invalid, "changes", "Write at most %d characters for one change.", longestText).At("changes")
		}
		e.Changes = append(e.Changes, c)
	}
	if len(e.Changes) > mostChanges {
		return e, fault.New(fault.Invalid, "changes", "Write at most %d changes; put the rest into a file and name it.", mostChanges).At("changes")
	}
	if in.Step == work.StepApproved && len(e.Changes) > 0 {
		return e, fault.New(fault.Invalid, "changes", "With changes it is approved with changes, or it is feedback; choose one of them, or leave the changes out.").At("changes")
	}
	e.OwnError = in.OwnError && (in.Step == work.StepFeedback || in.Step == work.StepRejected)
	return e, nil
}

// mayDecide: nobody approves what they made or showed, and what decides a fee is accepted by those whom the contract names among those who accept deliveries.
func (s *Service) mayDecide(ctx context.Context, tx bun.Tx, actor access.Actor, k *kept, e work.Happened) error {
	if e.Step == work.StepReleased {
		return s.agreedOrder(ctx, tx, k, e.Order)
	}
	if e.Step != work.StepApproved && e.Step != work.StepApprovedWithChanges {
		return nil
	}
	for _, r := range k.steps {
		if r.ActorID == actor.Account && r.Version == e.Version && (r.Step == string(work.StepSubmitted) || r.Step == string(work.StepReleased)) {
			return fault.New(fault.Forbidden, "own-version", "You made or showed this version, so somebody else of the client decides about it.")
		}
	}
	if k.rules.Clause == "" {
		return nil
	}
	if err := access.Require(actor, access.DeliveryDecide, access.Of(k.row.ClientID)); err != nil {
		return fmt.Errorf("%s decides a fee under %s: %w", k.row.Name, k.rules.Clause, err)
	}
	if k.rules.AcceptedBy == "" || s.Deliverables.Acceptors == nil {
		return nil
	}
	can, err := s.Deliverables.Acceptors(ctx, tx, k.row.ClientID, k.rules.AcceptedBy)
	if err != nil || len(can) == 0 {
		return err
	}
	var names []string
	for _, a := range can {
		if a.Account == actor.Account {
			return nil
		}
		names = append(names, a.Name)
	}
	return fault.New(fault.Forbidden, "not-the-acceptor", "The contract says that %s decides about it: here that is %s.", k.rules.AcceptedBy, strings.Join(names, " or "))
}
