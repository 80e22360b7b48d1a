package ops

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/work"
)

// settleBatch is how many deliverables are looked at in one go.
const settleBatch = 200

// SettleDeliverables records what happened without anybody: silence that accepted, fees that were paid, acceptances of milestones that become evidence. What it finds is what is due, not what is
// open. It can run twice and at once: each is recorded once. What fails with one deliverable stops no other.
func (s *Service) SettleDeliverables(ctx context.Context) error {
	return errors.Join(
		s.settleEach(ctx, waitSilence, s.settleSilence),
		s.settleEach(ctx, waitFee, s.settleFee),
		s.settleEach(ctx, waitHandOver, s.settleHandOver),
	)
}

// settleEach goes through what is due of one sort.
func (s *Service) settleEach(ctx context.Context, what string, settle func(ctx context.Context, id string) error) error {
	var failures []error
	for after := (waitRow{}); ; {
		var rows []waitRow
		err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			rows = nil
			q := tx.NewSelect().Model(&rows).Where("what = ? AND at <= ?", what, s.now())
			if after.DeliverableID != "" {
				q = q.Where("(at > ? OR at = ? AND deliverable_id > ?)", after.At, after.At, after.DeliverableID)
			}
			return q.OrderExpr("at, deliverable_id").Limit(settleBatch).Scan(ctx)
		})
		if err != nil {
			return errors.Join(append(failures, err)...)
		}
		for _, r := range rows {
			if err := settle(ctx, r.DeliverableID); err != nil {
				failures = append(failures, fmt.Errorf("settle %s of %s: %w", what, r.DeliverableID, err))
			}
		}
		if len(rows) < settleBatch {
			return errors.Join(failures...)
		}
		after = rows[len(rows)-1]
		after.At = after.At.UTC()
	}
}

func (s *Service) settleSilence(ctx context.Context, id string) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		k, err := readDeliverable(ctx, tx, id)
		if err != nil {
			return err
		}
		before := len(k.steps)
		if err := s.lapse(ctx, tx, k); err != nil || len(k.steps) == before {
			return err
		}
		words := fmt.Sprintf("The client's time for version %d of %s was over: by the contract it is accepted.", k.state.Accepted.Version, k.row.Name)
		return errors.Join(s.tellOf(ctx, tx, lapser(""), k, makers, "Accepted by silence: "+k.row.Name, words), s.tellOf(ctx, tx, lapser(""), k, answerers, "Accepted by silence: "+k.row.Name, words))
	})
}

// settleFee takes note of a fee that is paid.
func (s *Service) settleFee(ctx context.Context, id string) error {
	if s.Deliverables.FeePaid == nil {
		return nil
	}
	look := func(ctx context.Context, tx bun.Tx) (*kept, FeePaid, error) {
		k, err := readDeliverable(ctx, tx, id)
		if err != nil || k.state.Stage == work.StageWithdrawn {
			return k, FeePaid{}, err
		}
		month, err := cal.ParseMonth(k.proposal.FeeMonth)
		if err != nil {
			return k, FeePaid{}, err
		}
		paid, err := s.Deliverables.FeePaid(ctx, tx, k.row.ClientID, k.row.ContractID, month)
		return k, paid, err
	}
	var paid FeePaid
	var known bool
	if err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		var k *kept
		k, paid, err = look(ctx, tx)
		known = err == nil && !k.state.Paid.IsZero()
		return err
	}); err != nil || !paid.Paid && !known {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		k, paid, err := look(ctx, tx)
		switch {
		case err != nil || !paid.Paid && k.state.Paid.IsZero() || k.state.Stage == work.StageWithdrawn:
			return err
		case paid.Paid && !k.state.Paid.IsZero():
			return endWait(ctx, tx, id, waitFee) // another payment stands in for the one that was taken back
		case !paid.Paid:
			words := "the payment of " + k.state.Paid.Words() + " was taken back and its fee is not paid"
			return s.record(ctx, tx, lapser(""), k, "deliverable.paid", work.Happened{At: s.after(k), Step: work.StepPaid, Words: words})
		}
		if err := s.lapse(ctx, tx, k); err != nil {
			return err
		}
		return s.record(ctx, tx, lapser(""), k, "deliverable.paid", work.Happened{At: s.after(k), Step: work.StepPaid, On: paid.On, Words: paid.Words})
	})
}

// PaymentReversed lets the program look again at the fees of a client that were paid: what a payment paid that is taken back is not. It is for use cases that have decided access already.
func (s *Service) PaymentReversed(ctx context.Context, tx bun.Tx, client string) error {
	var ids []string
	err := tx.NewSelect().TableExpr("deliverable_event AS e").Distinct().Column("e.deliverable_id").Join("JOIN deliverable AS d ON d.id = e.deliverable_id").
		Where("d.client_id = ? AND e.step = ?", client, string(work.StepPaid)).OrderExpr("e.deliverable_id").Scan(ctx, &ids)
	for _, id := range ids {
		if err := setWait(ctx, tx, id, waitFee, s.now()); err != nil {
			return err
		}
	}
	return err
}

// after is now, and not before the last step.
func (s *Service) after(k *kept) time.Time {
	now := s.now()
	if last := k.steps[len(k.steps)-1].HappenedAt.UTC(); last.After(now) {
		return last
	}
	return now
}

// settleHandOver makes the acceptance of a milestone evidence. The file is the same however often it is handed over, so that it becomes evidence once.
func (s *Service) settleHandOver(ctx context.Context, id string) error {
	if s.Deliverables.HandOver == nil {
		return nil
	}
	var k *kept
	if err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		k, err = readDeliverable(ctx, tx, id)
		return err
	}); err != nil || k.state.Accepted == nil || k.state.HandedOver {
		return err
	}
	file, err := k.delivery()
	if err != nil {
		return err
	}
	if err := s.Deliverables.HandOver(ctx, k.row.ClientID, "acceptance-of-"+id+".csv", []byte(file)); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		k, err := readDeliverable(ctx, tx, id)
		if err != nil || k.state.HandedOver {
			return err
		}
		return s.record(ctx, tx, lapser(""), k, "deliverable.hand-over", work.Happened{At: s.after(k), Step: work.StepHandedOver})
	})
}

// delivery is the acceptance as a file of deliveries.
func (k *kept) delivery() (string, error) {
	a := k.state.Accepted
	released := k.state.Versions[a.Version-1].Released
	day := func(t time.Time) string { return cal.DateOf(t, k.rules.Zone).String() }
	var b strings.Builder
	w := csv.NewWriter(&b)
	err := w.WriteAll([][]string{
		{"delivery_id", "milestone", "delivered_on", "accepted_on", "returned_on", "part", "note"},
		{k.row.ID, k.proposal.Milestone, day(released), day(a.At), "", k.proposal.Part, fmt.Sprintf("%s, version %d, SHA-256 %s", k.row.Name, a.Version, a.SHA256)},
	})
	return b.String(), err
}
