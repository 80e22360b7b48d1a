package ops

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

const longestReason = 500

// Withdraw takes back a proposal that is not yet accepted by both sides; its text stays on record and its number is free again. Who may:
// see ContractPropose. Faults: NotFound, Forbidden, Invalid at "reason", Conflict when it binds or was withdrawn already.
func (s *Service) Withdraw(ctx context.Context, actor access.Actor, version, reason string) (contract.Version, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || len(reason) > longestReason {
		return contract.Version{}, fault.New(fault.Invalid, "reason", "Say in a sentence why it is withdrawn (at most %d characters); the other side sees it.", longestReason).At("reason")
	}
	if actor.Account == "" {
		return contract.Version{}, access.Require(actor, access.ContractPropose, access.Scope{})
	}
	var out contract.Version
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		c, v, err := contractOf(ctx, tx, version)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.ContractPropose, c.Scope()); err != nil {
			return err
		}
		if err := v.MayWithdraw(); err != nil {
			return err
		}
		before := recorded(v)
		row := withdrawalRow{VersionID: v.ID, WithdrawnAt: s.now(), WithdrawnBy: actor.Account, WithdrawnByName: actor.Name, Reason: reason}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		v.Withdrawal = &contract.Withdrawal{At: row.WithdrawnAt, By: row.WithdrawnBy, ByName: row.WithdrawnByName, Reason: reason}
		out = v
		after := recorded(v)
		after["reason"] = reason
		_, err = journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{
			At: row.WithdrawnAt, Action: "contract.withdraw", Client: c.Client, Subject: subject(c), Internal: c.Underpins(),
			Words:  fmt.Sprintf("withdrew the proposed version %d of the contract %s: %s", v.Number, c.Name, reason),
			Before: journal.Snapshot(before), After: journal.Snapshot(after),
		}))
		return err
	})
	if err != nil {
		return contract.Version{}, fmt.Errorf("withdraw the proposal: %w", err)
	}
	return out, nil
}

// latestToday is the day it is where the day begins first, so that nobody's today is refused as the future.
func latestToday(now time.Time) cal.Date { return cal.DateOf(now.Add(14*time.Hour), time.UTC) }
