package ops

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

type reminderRow struct {
	bun.BaseModel `bun:"table:engagement_reminder"`

	EventKey string    `bun:"event_key,pk"`
	OnDay    string    `bun:"on_day,pk"`
	Before   int       `bun:"before,pk"`
	SentAt   time.Time `bun:"sent_at"`
}

// Remind leaves a mail about each dated event that is near enough to the people of both sides who can act on it, each once however often it runs,
// and says how many reminders were new. What is due and was not sent while the program stood still is sent when it runs again.
func (s *Service) Remind(ctx context.Context) (sent int, err error) {
	due, err := s.remindersDue(ctx)
	if err != nil || due == 0 {
		return 0, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		sent = 0
		agreed, err := s.allTerms(ctx, tx)
		if err != nil {
			return err
		}
		for _, a := range agreed {
			reminders, err := s.dueOf(ctx, tx, a)
			if err != nil {
				return err
			}
			for _, r := range reminders {
				if err := s.remind(ctx, tx, a, r); err != nil {
					return err
				}
				sent++
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("remind of dates: %w", err)
	}
	return sent, nil
}

// remindersDue counts without writing, which it seldom comes to.
func (s *Service) remindersDue(ctx context.Context) (due int, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		due = 0
		agreed, err := s.allTerms(ctx, tx)
		for _, a := range agreed {
			reminders, err := s.dueOf(ctx, tx, a)
			if err != nil {
				return err
			}
			due += len(reminders)
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("look for dates to remind of: %w", err)
	}
	return due, nil
}

func (s *Service) allTerms(ctx context.Context, tx bun.Tx) ([]Agreed, error) {
	contracts, err := contractops.ContractsWithin(ctx, tx, access.Reach{All: true})
	if err != nil {
		return nil, err
	}
	binding, err := those(contracts)
	if err != nil {
		return nil, err
	}
	var out []Agreed
	for _, c := range binding {
		if c.Underpins() { // a contract with a specialist has no client to be told
			continue
		}
		a, err := s.agreed(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

func (s *Service) dueOf(ctx context.Context, tx bun.Tx, a Agreed) ([]engagement.Reminder, error) {
	var rows []reminderRow
	if err := tx.NewSelect().Model(&rows).Where("event_key LIKE ?", a.ID+"/%").Scan(ctx); err != nil {
		return nil, err
	}
	sent := map[string]bool{}
	for _, r := range rows {
		sent[fmt.Sprint(r.EventKey, " ", r.OnDay, " ", r.Before)] = true
	}
	return engagement.DueReminders(a.Dates, a.Today, func(d engagement.Dated, before int) bool {
		return sent[fmt.Sprint(d.Key, " ", d.On, " ", before)]
	}), nil
}

func (s *Service) remind(ctx context.Context, tx bun.Tx, a Agreed, r engagement.Reminder) error {
	row := reminderRow{EventKey: r.Key, OnDay: r.On.String(), Before: r.Before, SentAt: s.now()}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	when := "today"
	if left := r.On.DaysSince(a.Today); left == 1 {
		when = "tomorrow"
	} else if left > 1 {
		when = fmt.Sprintf("in %d days", left)
	}
	page := "term"
	if r.Kind == engagement.HandoverDue {
		page = "exit"
	}
	words := []string{fmt.Sprintf("%s, %s, on %s.", r.Title, when, r.On.Words()), r.Words, "Contract: " + a.Name, s.link(a.Client, page)}
	for _, of := range []contract.Side{contract.AgencySide, contract.ClientSide} {
		people, err := s.bound(ctx, tx, of, a.Client)
		if err != nil {
			return err
		}
		for _, l := range people {
			m := mail.Message{To: string(l.Account.Email), ToName: l.Account.Name, Subject: fmt.Sprintf("%s: %s on %s", a.Name, r.Title, r.On.Words()), Text: strings.Join(words, "\n\n") + "\n",
				NotAfter: r.On.AddDays(2).Start(a.Agreement.First().Zone)}
			if err := mail.Enqueue(ctx, tx, s.id("mail"), s.now(), m); err != nil {
				return fmt.Errorf("remind %s: %w", l.Account.ID, err)
			}
		}
	}
	return nil
}
