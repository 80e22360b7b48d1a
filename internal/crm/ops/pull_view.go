package ops

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/connect"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Pull is one pull as it stands.
type Pull struct {
	ID        string
	Client    string
	System    crm.Profile
	State     PullState
	Stalled   bool // open, nobody works on it, and it waits for nobody
	ByClock   bool
	ActorName string
	Requests  int64
	Message   string // why it failed, or was interrupted last
	BeganAt   time.Time
	EndedAt   time.Time // zero while it is open
	Since     time.Time // only what changed since then was asked for; zero: everything
	Tables    []PulledTable
}

// PulledTable is one table of a pull.
type PulledTable struct {
	Object   string
	State    TableState
	Rows     int64
	Lacking  []string // fields that the account does not have or does not show
	ImportID string   // "" until it is filed
	No       int64    // of the import, 0 until it is applied
	Tally    Tally    // of the import, when it is applied
	Message  string
}

// Connected is a connection as its page shows it.
type Connected struct {
	System crm.Profile
	Name   string // of the system
	Host   string
	Every  time.Duration
	Last   *Pull     // nil before the first
	Next   time.Time // zero: nobody knows, because a pull is open or there is no schedule
	Due    bool      // that time has come
}

// Connected lists the client's connections with their last pulls. Who: EvidenceSee.
func (s *Service) Connected(ctx context.Context, actor access.Actor, client string) (out []Connected, err error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil || s.Connections == nil {
		return nil, err
	}
	list, err := s.Connections(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		if c.Client != client {
			continue
		}
		one := Connected{System: c.System.Profile, Name: c.System.Name, Host: c.To.Base().Host, Every: c.Every}
		var was pullRow
		var ok bool
		err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
			was, ok, err = newestPull(ctx, tx, client, c.System.Profile)
			return err
		})
		if err != nil {
			return nil, err
		}
		if ok {
			last, err := s.showPull(ctx, was.ID)
			if err != nil {
				return nil, err
			}
			one.Last = &last
		}
		switch {
		case c.Every > 0 && !ok:
			one.Next = s.now()
		case c.Every > 0 && !was.State.Open():
			one.Next = nextPull(was, c)
		}
		one.Due = !one.Next.IsZero() && !one.Next.After(s.now())
		out = append(out, one)
	}
	return out, nil
}

func (s *Service) showPull(ctx context.Context, id string) (out Pull, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		var p pullRow
		if err := tx.NewSelect().Model(&p).Where("id = ?", id).Scan(ctx); err != nil {
			return err
		}
		out = Pull{ID: p.ID, Client: p.ClientID, System: p.System, State: p.State, Stalled: s.pullStalled(p), ByClock: p.ByClock, ActorName: p.ActorName,
			Requests: p.Requests, Message: p.Message, BeganAt: p.BeganAt.UTC()}
		if !p.Since.IsZero() {
			out.Since = p.Since.UTC()
		}
		if !p.EndedAt.IsZero() {
			out.EndedAt = p.EndedAt.UTC()
		}
		tables, err := pullTables(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, t := range tables {
			one, err := pulledTable(ctx, tx, p, t)
			if err != nil {
				return err
			}
			out.Tables = append(out.Tables, one)
		}
		return nil
	})
	return out, err
}

func pulledTable(ctx context.Context, tx bun.Tx, p pullRow, t pullTableRow) (PulledTable, error) {
	at, err := t.cursor()
	if err != nil {
		return PulledTable{}, err
	}
	out := PulledTable{Object: t.Object, State: t.State, Rows: t.Rows, Lacking: at.Lacking, ImportID: t.ImportID, Message: t.Message}
	if t.State != TableApplied && t.State != TableUnchanged {
		return out, nil
	}
	i, err := one(applied(ctx, tx, "r.client_id = ? AND r.import_id = ?", p.ClientID, t.ImportID))
	if fault.Is(err, fault.NotFound) {
		return out, nil
	}
	out.No, out.Tally = i.No, i.Tally
	return out, err
}

// SystemName is what people call the system of a profile.
func SystemName(p crm.Profile) string {
	s, _ := connect.SystemOf(p)
	return s.Name
}
