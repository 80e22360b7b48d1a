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
		out, err = s.takeBack(ctx, tx, actor, c, v, reason, fmt.Sprintf("withdrew the proposed version %d of the contract %s: %s", v.Number, c.Name, reason))
		return err
	})
	if err != nil {
		return contract.Version{}, fmt.Errorf("withdraw the proposal: %w", err)
	}
	return out, nil
}

// Decline refuses, for the other side than the agency of this workspace, a proposal that is not yet accepted by both: it is then as if it were withdrawn, so that another can be
// proposed; its text and the reason stay on record. Who may: who accepts for that side. Faults: NotFound, Forbidden, Invalid at "reason", Conflict when it binds or was
// withdrawn or declined already.
func (s *Service) Decline(ctx context.Context, actor access.Actor, version, reason string) (contract.Version, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || len(reason) > longestReason {
		return contract.Version{}, fault.New(fault.Invalid, "reason", "Say in a sentence why it is declined (at most %d characters); the other side reads it.", longestReason).At("reason")
	}
	if actor.Account == "" {
		return contract.Version{}, access.Require(actor, access.ContractAccept, access.Scope{})
	}
	var out contract.Version
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		c, v, err := contractOf(ctx, tx, version)
		if err != nil {
			return err
		}
		by := c.Counterpart()
		if err := access.Require(actor, c.Accepts(by), c.Scope()); err != nil {
			return err
		}
		if err := v.MayWithdraw(); err != nil {
			return err
		}
		said := contract.DeclinedFor(c.SideWords(by), reason)
		out, err = s.takeBack(ctx, tx, actor, c, v, said, fmt.Sprintf("declined for the %s the proposed version %d of the contract %s: %s", c.SideWords(by), v.Number, c.Name, reason))
		return err
	})
	if err != nil {
		return contract.Version{}, fmt.Errorf("decline the proposal: %w", err)
	}
	return out, nil
}

// takeBack writes down that a proposal cannot be accepted any more.
func (s *Service) takeBack(ctx context.Context, tx bun.Tx, actor access.Actor, c Contract, v contract.Version, reason, words string) (contract.Version, error) {
	before := recorded(v)
	row := withdrawalRow{VersionID: v.ID, WithdrawnAt: s.now(), WithdrawnBy: actor.Account, WithdrawnByName: actor.Name, Reason: reason}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return v, err
	}
	v.Withdrawal = &contract.Withdrawal{At: row.WithdrawnAt, By: row.WithdrawnBy, ByName: row.WithdrawnByName, Reason: reason}
	after := recorded(v)
	after["reason"] = reason
	_, err := journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{
		At: row.WithdrawnAt, Action: "contract.withdraw", Client: c.Client, Subject: subject(c), Internal: c.Underpins(), Words: words,
		Before: journal.Snapshot(before), After: journal.Snapshot(after),
	}))
	return v, err
}

// latestToday is the day it is where the day begins first, so that nobody's today is refused as the future.
func latestToday(now time.Time) cal.Date { return cal.DateOf(now.Add(14*time.Hour), time.UTC) }
