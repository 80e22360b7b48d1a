package ops

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

type calendarRow struct {
	bun.BaseModel `bun:"table:engagement_calendar_link"`

	Hash       string     `bun:"hash,pk"`
	ClientID   string     `bun:"client_id"`
	Label      string     `bun:"label"`
	MadeAt     time.Time  `bun:"made_at"`
	MadeBy     string     `bun:"made_by"`
	MadeByName string     `bun:"made_by_name"`
	RevokedAt  *time.Time `bun:"revoked_at"`
}

// Calendar is an address of the calendar of a client's dates, without the secret part.
type Calendar struct {
	ID         string
	Label      string
	MadeAt     time.Time
	MadeByName string
	Silent     bool // who made it may not share the dates any more: the address answers nobody
}

// MakeCalendar makes a secret address at which a calendar program reads the dates of a client, without anybody's name. It is returned this once:
// only its hash is kept. Who may: see CalendarShare. Faults: NotFound, Forbidden, Invalid at "label".
func (s *Service) MakeCalendar(ctx context.Context, actor access.Actor, client, label string) (address string, err error) {
	if err := access.Require(actor, access.CalendarShare, access.Of(client)); err != nil {
		return "", err
	}
	if label = strings.TrimSpace(label); label == "" || len(label) > 80 {
		return "", fault.New(fault.Invalid, "label", "Name who will subscribe to it, in at most 80 characters.").At("label")
	}
	if _, err := s.Parties.Client(ctx, actor, client); err != nil {
		return "", err
	}
	secret := make([]byte, 32)
	if _, err := io.ReadFull(s.Random, secret); err != nil {
		return "", fmt.Errorf("make a calendar: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(secret)
	row := calendarRow{Hash: hashOf(token), ClientID: client, Label: label, MadeAt: s.now(), MadeBy: actor.Account, MadeByName: actor.Name}
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		_, err := journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{At: row.MadeAt, Action: string(access.CalendarShare), Client: client,
			Subject: journal.Subject{Kind: "calendar", ID: row.Hash, Name: label}, Words: "made an address of the calendar: " + label}))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("make a calendar: %w", err)
	}
	workspace, _ := db.Workspace(ctx)
	return strings.TrimSuffix(s.PublicURL, "/") + "/calendar/" + workspace + "/" + token, nil
}

// Calendars are the addresses that are not revoked, the newest first. Who may: see CalendarShare. Faults: NotFound, Forbidden.
func (s *Service) Calendars(ctx context.Context, actor access.Actor, client string) ([]Calendar, error) {
	if err := access.Require(actor, access.CalendarShare, access.Of(client)); err != nil {
		return nil, err
	}
	var rows []calendarRow
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows = nil
		return tx.NewSelect().Model(&rows).Where("client_id = ? AND revoked_at IS NULL", client).OrderExpr("made_at DESC, hash").Scan(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("list calendars: %w", err)
	}
	workspace, _ := db.Workspace(ctx)
	var out []Calendar
	for _, r := range rows {
		answers, err := s.answers(ctx, workspace, r)
		if err != nil {
			return nil, fmt.Errorf("list calendars: %w", err)
		}
		out = append(out, Calendar{ID: r.Hash, Label: r.Label, MadeAt: r.MadeAt.UTC(), MadeByName: r.MadeByName, Silent: !answers})
	}
	return out, nil
}

// answers says whether who made an address may still share the dates: a role that ended, a wall or a closed account silences it.
func (s *Service) answers(ctx context.Context, workspace string, r calendarRow) (bool, error) {
	maker, err := s.Parties.ActorOf(ctx, r.MadeBy, workspace)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Unauthenticated) {
		return false, nil
	}
	return err == nil && access.Decide(maker, access.CalendarShare, access.Of(r.ClientID)).Allowed, err
}

// RevokeCalendar ends an address at once; a revoked one stays revoked. Who may: see CalendarShare. Faults: NotFound, Forbidden.
func (s *Service) RevokeCalendar(ctx context.Context, actor access.Actor, client, id string) error {
	if err := access.Require(actor, access.CalendarShare, access.Of(client)); err != nil {
		return err
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		var rows []calendarRow
		if err := tx.NewSelect().Model(&rows).Where("hash = ? AND client_id = ?", id, client).Scan(ctx); err != nil {
			return err
		}
		switch {
		case len(rows) == 0:
			return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
		case rows[0].RevokedAt != nil:
			return nil
		}
		now := s.now()
		if _, err := tx.NewUpdate().Model((*calendarRow)(nil)).Set("revoked_at = ?", now).Where("hash = ?", id).Exec(ctx); err != nil {
			return err
		}
		_, err := journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{At: now, Action: string(access.CalendarShare), Client: client,
			Subject: journal.Subject{Kind: "calendar", ID: id, Name: rows[0].Label}, Words: "revoked the address of the calendar: " + rows[0].Label}))
		return err
	})
	if err != nil {
		return fmt.Errorf("revoke a calendar: %w", err)
	}
	return nil
}

// Feed are the dates that an address of a calendar gives, with the names of the contracts by id. Whoever has the address may read it. Fault: NotFound when it is unknown
// or revoked, or who made it may not share the dates any more.
func (s *Service) Feed(ctx context.Context, workspace, token string) (dates []engagement.Dated, names map[string]string, err error) {
	gone := fault.New(fault.NotFound, "not-found", "There is no such calendar, or its address was revoked.")
	spaces, err := s.DB.Workspaces(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("read a calendar: %w", err)
	}
	if !slices.ContainsFunc(spaces, func(w db.WorkspaceInfo) bool { return w.Slug == workspace }) {
		return nil, nil, gone
	}
	ctx = db.WithWorkspace(ctx, workspace)
	var rows []calendarRow
	if err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows = nil
		return tx.NewSelect().Model(&rows).Where("hash = ? AND revoked_at IS NULL", hashOf(token)).Scan(ctx)
	}); err != nil {
		return nil, nil, fmt.Errorf("read a calendar: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil, gone
	}
	answers, err := s.answers(ctx, workspace, rows[0])
	if err != nil {
		return nil, nil, fmt.Errorf("read a calendar: %w", err)
	}
	if !answers {
		return nil, nil, gone
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		agreed, promised, err := s.termsOf(ctx, tx, rows[0].ClientID)
		dates, names = slices.Clone(promised), map[string]string{}
		for _, a := range agreed {
			names[a.ID] = a.Name
			dates = append(dates, a.Dates...)
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return dates, names, nil
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
