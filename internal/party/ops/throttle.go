package ops

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
)

type attemptRow struct {
	bun.BaseModel `bun:"table:sign_in_attempt"`

	ID  string    `bun:"id,pk"`
	Key string    `bun:"key"`
	At  time.Time `bun:"at"`
}

// guess is one attempt, counted under several keys. Keys hold hashes: the table is no list of who tried to come in.
type guess struct {
	limits map[string]party.Limit
	ids    []string
}

func guessing(email party.Email, address string) guess {
	return guess{limits: map[string]party.Limit{
		hashOf("email:" + string(email)): party.PerEmail,
		hashOf("address:" + address):     party.PerAddress,
	}}
}

func asking(email party.Email, address string) guess {
	return guess{limits: map[string]party.Limit{
		hashOf("link:" + string(email)): party.PerLink,
		hashOf("address:" + address):    party.PerAddress,
	}}
}

// count notes the attempt before it is judged, so that many at once are counted too. Beyond a limit it fails with RateLimited, which says
// when to try again; such an attempt is not counted, so that the wait does not grow.
func (s *Service) count(ctx context.Context, tx bun.Tx, g *guess, now time.Time) error {
	g.ids = nil
	for key, limit := range g.limits {
		if _, err := tx.NewDelete().Model((*attemptRow)(nil)).Where("key = ? AND at <= ?", key, now.Add(-limit.Window)).Exec(ctx); err != nil {
			return err
		}
		var earlier []attemptRow
		if err := tx.NewSelect().Model(&earlier).Where("key = ?", key).Scan(ctx); err != nil {
			return err
		}
		times := make([]time.Time, len(earlier))
		for i, a := range earlier {
			times[i] = a.At
		}
		if at := limit.Retry(times, now); !at.IsZero() {
			return tooMany(at, now)
		}
	}
	for key := range g.limits {
		row := attemptRow{ID: s.id("try"), Key: key, At: now}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		g.ids = append(g.ids, row.ID)
	}
	return nil
}

// forgive takes back the attempt, and with it all failed ones for the e-mail address: the person has proved who they are.
func forgive(ctx context.Context, tx bun.Tx, g guess, email party.Email) error {
	_, err := tx.NewDelete().Model((*attemptRow)(nil)).
		Where("id IN (?) OR key = ?", bun.List(g.ids), hashOf("email:"+string(email))).Exec(ctx)
	return err
}

func tooMany(at, now time.Time) error {
	minutes := int(at.Sub(now).Minutes()) + 1
	unit := "minutes"
	if minutes == 1 {
		unit = "minute"
	}
	return fault.New(fault.RateLimited, "too-many-attempts", "%s", fmt.Sprintf(
		"There were too many attempts. Try again in %d %s, at %s UTC.", minutes, unit, at.Add(time.Minute).UTC().Format("15:04")))
}
