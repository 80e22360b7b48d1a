package ops

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/work"
)

// Month is how promises were kept in a month.
type Month struct {
	Month  cal.Month
	Kept   []work.Compliance
	Misses []Missed // of the agency, by the day on which each was
	said   int64    // words of the client on misses of this month
	Handed *Handed  // the last time that they became evidence; nil: never, as far as is known
}

// Missed is a miss, and the request of which it is.
type Missed struct {
	work.Miss
	Request string
	Title   string
}

// Compliance tells how promises were kept in a month. Who may: see RequestSee for the client as a whole: a specialist does not. Faults: NotFound, Forbidden.
func (s *Service) Compliance(ctx context.Context, actor access.Actor, client string, m cal.Month) (out Month, err error) {
	if err := access.Require(actor, access.RequestSee, access.Of(client)); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = s.month(ctx, tx, client, m)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("tell how promises were kept: %w", err)
	}
	return out, nil
}

// month reads the requests of which a clock was settled or open in the month. A day more on both sides is in no zone's way.
func (s *Service) month(ctx context.Context, tx bun.Tx, client string, m cal.Month) (Month, error) {
	out, now := Month{Month: m}, s.now()
	begin, end := m.First().Start(time.UTC).Add(-24*time.Hour), m.Next().First().Start(time.UTC).Add(24*time.Hour)
	var rows []stateRow
	touched := tx.NewSelect().Model((*clockRow)(nil)).Column("request_id").Where("client_id = ?", client).
		Where("(late_at >= ? AND late_at < ?) OR (stopped_at >= ? AND stopped_at < ?) OR stopped_at IS NULL OR stopped_at >= ?", begin, end, begin, end, end)
	if err := tx.NewSelect().Model(&rows).Where("client_id = ? AND opened_at < ?", client, end).Where("request_id IN (?)", touched).OrderExpr("number").Scan(ctx); err != nil {
		return out, err
	}
	var settled []work.Settled
	zone := time.UTC
	for part := range slices.Chunk(rows, mostPage) {
		requests, err := readHistories(ctx, tx, part)
		if err != nil {
			return out, err
		}
		excuses, err := excusesOf(ctx, tx, slices.Collect(maps.Keys(requests)))
		if err != nil {
			return out, err
		}
		for _, row := range part {
			r := requests[row.RequestID]
			x, levels, err := s.clocks(ctx, tx, r, now)
			if err != nil {
				return out, err
			}
			zone = levels.Hours.Zone
			why := map[string]string{}
			for _, c := range x.Settled() {
				name := c.Name("")
				if e := excuses[[2]string{r.ID, name}]; e.Excused && c.State == work.Missed && !c.Excused {
					c.Excused, why[c.Name(r.Name())] = true, e.why()
				}
				settled = append(settled, c)
			}
			for _, miss := range x.Misses(r.Name()) {
				if miss.Excused == "" {
					miss.Excused = why[miss.ID]
				}
				if cal.MonthOf(miss.On()) == m {
					out.Misses = append(out.Misses, Missed{miss, r.ID, r.Title})
				}
			}
		}
	}
	out.Kept = work.InMonth(settled, m, zone)
	slices.SortStableFunc(out.Misses, func(a, b Missed) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID)) })
	var err error
	out.Handed, out.said, err = handedOf(ctx, tx, client, m)
	return out, err
}

// File is the misses as a file of evidence has them.
func (m Month) File() []byte {
	var out bytes.Buffer
	var misses []work.Miss
	for _, x := range m.Misses {
		misses = append(misses, x.Miss)
	}
	_ = work.WriteMisses(&out, misses) // into memory: it cannot fail
	return out.Bytes()
}
