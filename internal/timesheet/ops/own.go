package ops

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/party"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// Places are the clients that the actor enters time for, by name. Who may: see TimeOwn.
func (s *Service) Places(ctx context.Context, actor access.Actor) ([]party.Org, error) {
	if err := access.Require(actor, access.TimeOwn, access.Scope{}); err != nil {
		return nil, err
	}
	all, err := s.Parties.Clients(ctx, actor)
	return slices.DeleteFunc(all, func(c party.Org) bool {
		_, err := scopeOf(actor, c.ID)
		return err != nil
	}), err
}

// Zone is where the days of a client begin, for the actor; UTC where nobody can tell.
func (s *Service) Zone(ctx context.Context, actor access.Actor, client string) *time.Location {
	zone := time.UTC
	if _, err := scopeOf(actor, client); err != nil {
		return zone
	}
	_ = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error { // a zone that cannot be told is UTC
		var rows []personRow
		if err := tx.NewSelect().Model(&rows).Where("account_id = ?", actor.Account).Scan(ctx); err != nil {
			return err
		}
		var p personRow
		if len(rows) > 0 {
			p = rows[0]
		}
		z, err := s.desk(actor).zone(ctx, tx, client, p)
		if err == nil {
			zone = z
		}
		return err
	})
	return zone
}

// Entry is an entry of the actor, or of a client that the actor approves for. Fault: NotFound.
func (s *Service) Entry(ctx context.Context, actor access.Actor, id string) (timesheet.Entry, error) {
	if err := access.Require(actor, access.TimeOwn, access.Scope{}); err != nil {
		return timesheet.Entry{}, err
	}
	var out timesheet.Entry
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		row, err := readEntry(ctx, tx, id)
		if err != nil {
			return err
		}
		if own := row.AccountID == actor.Account && within(actor, row.ClientID); row.Gone || !own && !access.Decide(actor, access.TimeApprove, access.Of(row.ClientID)).Allowed {
			return notFound()
		}
		out = row.entry()
		return nil
	})
	return out, err
}

// EnterAll enters several new entries, all or none. Who may and faults as Enter.
func (s *Service) EnterAll(ctx context.Context, actor access.Actor, inputs []EntryInput) ([]timesheet.Entry, error) {
	if err := access.Require(actor, access.TimeOwn, access.Scope{}); err != nil {
		return nil, err
	}
	var out []timesheet.Entry
	err := s.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = nil
		d := s.desk(actor)
		for _, in := range inputs {
			e, err := d.enter(ctx, tx, in)
			if err != nil {
				return err
			}
			out = append(out, e)
		}
		return nil
	})
	return out, err
}

// Usual is what a form of new time begins with: the client and class of the actor's newest entry that is theirs to see, else their only client, else none, which is internal time of the agency.
func (s *Service) Usual(ctx context.Context, actor access.Actor, places []party.Org) (timesheet.What, error) {
	var rows []entryRow
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows = nil
		return tx.NewSelect().Model(&rows).Where("account_id = ? AND corrects IS NULL", actor.Account).OrderExpr("at DESC, entry_id").Limit(recent).Scan(ctx)
	})
	if err != nil {
		return timesheet.What{}, err
	}
	for _, row := range rows {
		there := slices.ContainsFunc(places, func(c party.Org) bool { return c.ID == row.ClientID })
		if there || row.ClientID == "" && row.Class == string(timesheet.Internal) {
			return timesheet.What{Client: row.ClientID, Class: timesheet.Class(row.Class)}, nil
		}
	}
	if len(places) == 1 {
		return timesheet.What{Client: places[0].ID, Class: timesheet.Billable}, nil
	}
	return timesheet.What{Class: timesheet.Internal}, nil
}

// recent is how many of the newest entries are looked at for one that is still within reach.
const recent = 50
