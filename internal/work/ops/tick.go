package ops

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/work"
)

// Ticked is what a tick did.
type Ticked struct {
	Requests int // of which a clock was due
	Told     int // escalations
	Missed   int // promises
}

// batch is how many requests a tick settles in one transaction, so that others are not kept waiting.
const batch = 50

// Tick settles the clocks that have come to a moment at which somebody is to be told, or at which their promise is missed. It reads those alone, and the months of which
// something was excused after they were handed over. Each is told
// once, whoever ticks, and however often: what is told is written in the transaction of the mail. It acts for the program.
func (s *Service) Tick(ctx context.Context) (out Ticked, err error) {
	now := s.now()
	for {
		var due []string
		err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			return tx.NewSelect().Model((*clockRow)(nil)).Column("request_id").Where("next_order <= ?", now.UnixMicro()).OrderExpr("next_order, request_id").Limit(batch).Scan(ctx, &due)
		})
		if err != nil {
			return out, fmt.Errorf("look for clocks that are due: %w", err)
		}
		if due = distinct(due); len(due) == 0 {
			if err := s.correctAll(ctx); err != nil {
				return out, fmt.Errorf("correct what was handed over: %w", err)
			}
			return out, nil
		}
		var some Ticked
		err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			some = Ticked{}
			for _, id := range due {
				if err := s.tick(ctx, tx, id, &some); err != nil {
					return fmt.Errorf("request %s: %w", id, err)
				}
			}
			return nil
		})
		if err != nil {
			return out, fmt.Errorf("settle clocks that are due: %w", err)
		}
		out.Requests, out.Told, out.Missed = out.Requests+some.Requests, out.Told+some.Told, out.Missed+some.Missed
	}
}

// tick settles the clocks of a request, whether or not somebody did so since it was found.
func (s *Service) tick(ctx context.Context, tx bun.Tx, id string, out *Ticked) error {
	r, err := readRequest(ctx, tx, id)
	if err != nil {
		return err
	}
	now := s.now()
	x, levels, err := s.clocks(ctx, tx, r, now)
	if err != nil {
		return err
	}
	told, err := toldOf(ctx, tx, id)
	if err != nil {
		return err
	}
	out.Requests++
	workspace, _ := db.Workspace(ctx)
	c := &change{s, tx, access.Machine(workspace, "Ofrecord"), r, now, "", ""}
	for i := range x.Clocks {
		clock := &x.Clocks[i]
		for _, e := range clock.Reached(levels) {
			what := e.At.String() + " " + e.To
			if told[clock.Name("")+" "+what] {
				continue
			}
			out.Told++
			if err := c.escalate(ctx, clock, e, what); err != nil {
				return err
			}
		}
		if clock.State == work.Missed && !told[clock.Name("")+" missed"] {
			out.Missed++
			if err := c.missed(ctx, clock); err != nil {
				return err
			}
		}
	}
	return s.derive(ctx, tx, r, now, false)
}

// toldOf are what was told of a request, by clock and matter.
func toldOf(ctx context.Context, tx bun.Tx, id string) (map[string]bool, error) {
	var rows []toldRow
	if err := tx.NewSelect().Model(&rows).Where("request_id = ?", id).Scan(ctx); err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, r := range rows {
		out[r.Clock+" "+r.What] = true
	}
	return out, nil
}

func (c *change) told(ctx context.Context, clock *work.Clock, what string) error {
	row := toldRow{RequestID: c.r.ID, Clock: clock.Name(""), What: what, At: c.now}
	_, err := c.tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// escalate tells whom the contract names.
func (c *change) escalate(ctx context.Context, clock *work.Clock, e contract.Escalation, what string) error {
	if err := c.told(ctx, clock, what); err != nil {
		return err
	}
	who := map[string]concerned{"assignee": doers(c.r), "account-lead": internally(leads), "agency-owner": {pick: owners}}[e.To]
	if e.To == "client" {
		writers, err := writersOf(ctx, c.tx, c.r, ForClient, access.Client)
		if err != nil {
			return err
		}
		who = among(append(writers, c.r.OpenedBy))
	}
	promise := strings.ReplaceAll(clock.Promise, "-", " ")
	if err := c.record(ctx, "request.escalate", fmt.Sprintf("told the %s that %s of the time for %s is used, of", strings.ReplaceAll(e.To, "-", " "), e.At, promise), nil); err != nil {
		return err
	}
	return c.tell(ctx, c.tx, c.actor, c.r, who, fmt.Sprintf("%s of the time is used: %s %s", e.At, c.r.Name(), c.r.Title),
		fmt.Sprintf("Of the time for %s of the request %s %s, %s is used: %s.", promise, c.r.Name(), c.r.Title, e.At, clock.Words(c.now)))
}

// missed records that a promise was missed. It is never undone.
func (c *change) missed(ctx context.Context, clock *work.Clock) error {
	if err := c.told(ctx, clock, "missed"); err != nil {
		return err
	}
	_, err := journalops.Append(ctx, c.tx, journalops.By(c.actor, journal.Entry{At: c.now, Action: "request.missed", Client: c.r.Client, Subject: c.r.subject(),
		Words: fmt.Sprintf("saw that the %s missed the promise %s of %s %s", clock.By, clock.Promise, c.r.Name(), c.r.Title),
		After: journal.Snapshot(map[string]any{"clock": clock.Name(c.r.Name()), "by": clock.By, "due": clock.Late.UTC()})}))
	return err
}
