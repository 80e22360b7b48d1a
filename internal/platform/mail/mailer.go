package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/platform/db"
)

const (
	batch = 10
	// lease is how long a claimed mail belongs to this process. A process that dies leaves it to be claimed again.
	lease = 10 * time.Minute
	// expireEvery is how often mails that wait for a server are looked through.
	expireEvery = time.Minute
)

// delays are the pauses after each failed attempt; after the last one the mail has failed.
var delays = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// Mailer sends what waits in the outbox.
type Mailer struct {
	db       *db.DB
	settings Settings
	log      *slog.Logger
	now      func() time.Time
	told     bool
	looked   time.Time // when mails that wait for a server were last looked through for those whose time has gone
}

// New makes a mailer. Faults: Invalid when the settings name a server but not how to reach it.
func New(d *db.DB, settings Settings, log *slog.Logger, now func() time.Time) (*Mailer, error) {
	if settings.Configured() {
		if _, err := settings.client(); err != nil {
			return nil, err
		}
	}
	return &Mailer{db: d, settings: settings, log: log, now: now}, nil
}

// Round is what one round over the outbox did.
type Round struct {
	Sent, Later, Failed, Expired, NotConfigured int
}

func (r Round) worked() int { return r.Sent + r.Later + r.Failed + r.Expired + r.NotConfigured }

// Send tries all mails that are due, and stops early when ctx ends. Faults: those of the database.
func (m *Mailer) Send(ctx context.Context) error {
	for {
		round, err := m.Flush(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("look through the outbox: %w", err)
		}
		if round.worked() < batch {
			return nil
		}
	}
}

// Flush claims the mails that are due, up to one batch, and tries each once.
func (m *Mailer) Flush(ctx context.Context) (Round, error) {
	var round Round
	rows, err := m.claim(ctx)
	if err != nil {
		return round, err
	}
	if !m.settings.Configured() {
		if round.Expired, err = m.expire(ctx); err != nil {
			return round, err
		}
	}
	for _, row := range rows {
		m.try(ctx, &row, &round)
		if err := m.keep(context.WithoutCancel(ctx), row); err != nil { // what was sent is noted even while stopping
			return round, err
		}
		if ctx.Err() != nil {
			return round, ctx.Err() // the leases of the rest run out by themselves
		}
	}
	if round.NotConfigured > 0 && !m.told {
		m.told = true
		m.log.WarnContext(ctx, "no mail server is configured: mails stay in the outbox")
	}
	return round, nil
}

// claim takes the due mails for this process.
func (m *Mailer) claim(ctx context.Context) ([]outboxRow, error) {
	states := []string{Waiting, Sending}
	if m.settings.Configured() {
		states = append(states, NotConfigured)
	}
	var rows []outboxRow
	now := m.now().UTC()
	due := func(q bun.QueryBuilder) bun.QueryBuilder {
		return q.Where("kind = ?", Kind).Where("state IN (?)", bun.List(states)).Where("run_at <= ?", now)
	}
	var any bool
	err := m.db.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		any, err = tx.NewSelect().Model((*outboxRow)(nil)).ApplyQueryBuilder(due).Exists(ctx)
		return err
	})
	if err != nil || !any {
		return nil, err
	}
	err = m.db.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows = rows[:0]
		if err := tx.NewSelect().Model(&rows).ApplyQueryBuilder(due).Order("run_at", "id").Limit(batch).Scan(ctx); err != nil {
			return err
		}
		for i := range rows {
			rows[i].State, rows[i].RunAt = Sending, now.Add(lease)
			if _, err := tx.NewUpdate().Model(&rows[i]).Column("state", "run_at").WherePK().Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	return rows, err
}

// expirePage is how many kept mails one look reads at a time.
const expirePage = 200

// expire wipes the text of mails that wait for a server to be configured and whose time has gone. It looks at most once in expireEvery.
func (m *Mailer) expire(ctx context.Context) (expired int, err error) {
	now := m.now().UTC()
	if now.Sub(m.looked) < expireEvery {
		return 0, nil
	}
	m.looked = now
	for last := ""; ; {
		var rows []outboxRow
		err := m.db.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			rows = nil
			return tx.NewSelect().Model(&rows).Where("kind = ? AND state = ? AND id > ?", Kind, NotConfigured, last).Order("id").Limit(expirePage).Scan(ctx)
		})
		if err != nil {
			return expired, err
		}
		for _, row := range rows {
			last = row.ID
			var message Message
			if json.Unmarshal([]byte(row.Body), &message) != nil || !message.past(now) {
				continue
			}
			row.finish(Expired, now)
			if err := m.keep(ctx, row); err != nil {
				return expired, err
			}
			expired++
		}
		if len(rows) < expirePage {
			return expired, nil
		}
	}
}

// try sends one mail and notes on the row what became of it.
func (m *Mailer) try(ctx context.Context, row *outboxRow, round *Round) {
	now := m.now().UTC()
	finish := func(state string) { row.finish(state, now) }
	var message Message
	if err := json.Unmarshal([]byte(row.Body), &message); err != nil {
		finish(Failed)
		row.LastError = "the mail in the outbox cannot be read: " + err.Error()
		round.Failed++
		return
	}
	if message.past(now) {
		finish(Expired)
		round.Expired++
		return
	}
	if !m.settings.Configured() {
		row.State, row.RunAt = NotConfigured, now
		round.NotConfigured++
		return
	}
	row.Attempts++
	final, err := m.settings.send(ctx, row.ID, row.CreatedAt, message)
	switch {
	case err == nil:
		finish(Sent)
		row.LastError = ""
		round.Sent++
	case final || int(row.Attempts) > len(delays):
		finish(Failed)
		row.LastError = err.Error()
		round.Failed++
		m.log.ErrorContext(ctx, "mail given up", "id", row.ID, "attempts", row.Attempts)
	default:
		row.State, row.RunAt = Waiting, now.Add(delays[row.Attempts-1])
		row.LastError = err.Error()
		round.Later++
		m.log.WarnContext(ctx, "mail will be tried again", "id", row.ID, "attempts", row.Attempts, "at", row.RunAt)
	}
}

func (m *Mailer) keep(ctx context.Context, row outboxRow) error {
	return m.db.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewUpdate().Model(&row).Column("state", "attempts", "run_at", "body", "done_at", "last_error").WherePK().Exec(ctx)
		return err
	})
}
