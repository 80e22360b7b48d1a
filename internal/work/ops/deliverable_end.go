package ops

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/work"
)

// WithdrawDeliverable ends a deliverable that nobody wants any more. Who may: see DeliverablePropose. Faults: NotFound, Forbidden; Invalid at "words"; Conflict when it was accepted.
func (s *Service) WithdrawDeliverable(ctx context.Context, actor access.Actor, client, id, words string) (Deliverable, error) {
	if err := access.RequireAny(actor, access.DeliverablePropose, client); err != nil {
		return Deliverable{}, err
	}
	if words = strings.TrimSpace(words); words == "" {
		return Deliverable{}, fault.New(fault.Invalid, "words", "Say why it is withdrawn; the client reads it.").At("words")
	}
	e := work.Happened{Step: work.StepWithdrawn, Words: words}
	return s.take(ctx, actor, access.DeliverablePropose, client, id, e, func(ctx context.Context, tx bun.Tx, k *kept) error {
		return s.tellOf(ctx, tx, actor, k, answerers, "Withdrawn: "+k.row.Name, actor.Name+" "+stepWords(k, e)+".")
	})
}

// ArchiveDeliverable puts an accepted or withdrawn deliverable away. Who may: see DeliverablePropose. Faults: NotFound, Forbidden; Conflict before its end.
func (s *Service) ArchiveDeliverable(ctx context.Context, actor access.Actor, client, id string) (Deliverable, error) {
	return s.take(ctx, actor, access.DeliverablePropose, client, id, work.Happened{Step: work.StepArchived}, func(context.Context, bun.Tx, *kept) error { return nil })
}
