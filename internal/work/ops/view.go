package ops

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/work"
)

type viewRow struct {
	bun.BaseModel `bun:"table:request_view"`

	ID        string    `bun:"id,pk"`
	AccountID string    `bun:"account_id"`
	Shared    bool      `bun:"shared"`
	ClientID  string    `bun:"client_id"`
	Board     bool      `bun:"board"`
	Name      string    `bun:"name"`
	Place     int64     `bun:"place"`
	Filter    string    `bun:"filter"`
	KeptAt    time.Time `bun:"kept_at"`
	KeptName  string    `bun:"kept_name"`
}

// View is a filter under a name. It holds no request: whoever opens it sees of them what they see anyway.
type View struct {
	ID     string
	Name   string
	Client string // of whose work; empty: of the inbox of all clients
	Board  bool   // of the board of the client
	Filter string // as work.ViewFilter writes it
	Shared bool   // with the people of the agency
	Mine   bool
	ByName string // who keeps it
	Lost   bool   // it is of a client that its keeper does not reach any more
}

// ViewInput is a view as somebody keeps it.
type ViewInput struct {
	Name   string
	Client string
	Board  bool
	Asked  url.Values // the address that is kept
	Shared bool
}

const (
	longestView = 60
	mostViews   = 50
)

// opens says whether somebody may open what a view is of.
func opens(actor access.Actor, v viewRow) bool {
	if v.ClientID == "" {
		return access.Require(actor, access.InboxSee, access.Scope{}) == nil
	}
	return access.RequireAny(actor, access.RequestSee, v.ClientID) == nil
}

// ofTheAgency says whether views are shared with somebody.
func ofTheAgency(actor access.Actor) bool {
	return slices.ContainsFunc(actor.Memberships, func(m access.Membership) bool { return m.OrgKind == access.Agency })
}

// SharesViews says whether the actor can share a view: with the people of the agency, being one.
func (s *Service) SharesViews(actor access.Actor) bool { return ofTheAgency(actor) }

// Views are those that the actor kept, and after them those that others of the agency share with its people, each in its order. One of a client out of the
// actor's reach is left out, but for an own one, which is told as lost. Who may: see RequestViewKeep.
func (s *Service) Views(ctx context.Context, actor access.Actor) ([]View, error) {
	if err := access.Require(actor, access.RequestViewKeep, access.Scope{}); err != nil {
		return nil, err
	}
	var rows []viewRow
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		rows, err = viewsOf(ctx, tx, actor)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list views: %w", err)
	}
	var own, shared []View
	for _, r := range rows {
		v := View{ID: r.ID, Name: r.Name, Client: r.ClientID, Board: r.Board, Filter: r.Filter, Shared: r.Shared, Mine: r.AccountID == actor.Account, ByName: r.KeptName, Lost: !opens(actor, r)}
		switch {
		case v.Mine:
			own = append(own, v)
		case !v.Lost:
			shared = append(shared, v)
		}
	}
	return append(own, shared...), nil
}

func viewsOf(ctx context.Context, tx bun.Tx, actor access.Actor) (rows []viewRow, err error) {
	q := tx.NewSelect().Model(&rows).Where("account_id = ?", actor.Account)
	if ofTheAgency(actor) {
		q = q.WhereOr("shared")
	}
	return rows, q.OrderExpr("place, id").Scan(ctx)
}

// KeepView keeps a filter under a name. Who may: see RequestViewKeep, for what they may open. Faults: NotFound, Forbidden; Invalid at "name" and "filter";
// Conflict for a name that is taken.
func (s *Service) KeepView(ctx context.Context, actor access.Actor, in ViewInput) error {
	row := viewRow{ID: s.id("rvw"), AccountID: actor.Account, Shared: in.Shared && ofTheAgency(actor), ClientID: in.Client, Board: in.Board && in.Client != "", Filter: work.ViewFilter(in.Asked),
		KeptAt: s.now(), KeptName: actor.Name}
	if err := access.Require(actor, access.RequestViewKeep, access.Scope{}); err != nil {
		return err
	}
	if !opens(actor, row) {
		return notFound()
	}
	var problems fault.List
	name, err := viewName(in.Name)
	for _, p := range fault.All(err) {
		problems.Add(p)
	}
	if row.Filter == "" {
		problems.Add(fault.New(fault.Invalid, "filter-empty", "Filter the list first: a view of everything is the list itself.").At("filter"))
	}
	if len(row.Filter) > longestNote {
		problems.Add(fault.New(fault.Invalid, "filter-long", "Search for less; this is too long to be kept.").At("filter"))
	}
	if err := problems.Err(); err != nil {
		return err
	}
	row.Name = name
	return s.changeViews(ctx, actor, "keep a view", func(ctx context.Context, tx bun.Tx, rows []viewRow) error {
		own := ownViews(rows, actor)
		if len(own) >= mostViews {
			return fault.New(fault.Conflict, "views-many", "You keep %d views already. Delete one first.", mostViews)
		}
		if err := free(own, "", name); err != nil {
			return err
		}
		if n := len(own); n > 0 {
			row.Place = own[n-1].Place + 1
		}
		_, err := tx.NewInsert().Model(&row).Exec(ctx)
		return err
	})
}

// RenameView gives an own view another name. Faults as KeepView; NotFound for one of somebody else.
func (s *Service) RenameView(ctx context.Context, actor access.Actor, id, name string) error {
	name, err := viewName(name)
	if err != nil {
		return err
	}
	return s.changeViews(ctx, actor, "rename a view", func(ctx context.Context, tx bun.Tx, rows []viewRow) error {
		own := ownViews(rows, actor)
		at, err := viewAt(own, id)
		if err != nil {
			return err
		}
		if err := free(own, id, name); err != nil {
			return err
		}
		_, err = tx.NewUpdate().Model((*viewRow)(nil)).Set("name = ?", name).Where("id = ?", own[at].ID).Exec(ctx)
		return err
	})
}

// ShareView shares an own view with the people of the agency, or takes it back. Faults: NotFound; Forbidden for who is not of the agency.
func (s *Service) ShareView(ctx context.Context, actor access.Actor, id string, shared bool) error {
	if shared && !ofTheAgency(actor) {
		return fault.New(fault.Forbidden, "not-allowed", "Views are shared among the people of the agency.")
	}
	return s.changeViews(ctx, actor, "share a view", func(ctx context.Context, tx bun.Tx, rows []viewRow) error {
		own := ownViews(rows, actor)
		at, err := viewAt(own, id)
		if err != nil {
			return err
		}
		_, err = tx.NewUpdate().Model((*viewRow)(nil)).Set("shared = ?", shared).Where("id = ?", own[at].ID).Exec(ctx)
		return err
	})
}

// MoveView puts an own view one place up, or down. At the end of the list nothing happens. Faults: NotFound.
func (s *Service) MoveView(ctx context.Context, actor access.Actor, id string, up bool) error {
	return s.changeViews(ctx, actor, "move a view", func(ctx context.Context, tx bun.Tx, rows []viewRow) error {
		own := ownViews(rows, actor)
		at, err := viewAt(own, id)
		if err != nil {
			return err
		}
		to := at + 1
		if up {
			to = at - 1
		}
		if to < 0 || to >= len(own) {
			return nil
		}
		own[at], own[to] = own[to], own[at]
		for place, r := range own {
			if _, err := tx.NewUpdate().Model((*viewRow)(nil)).Set("place = ?", place).Where("id = ?", r.ID).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// DeleteView deletes an own view; nobody has it any more then. Faults: NotFound.
func (s *Service) DeleteView(ctx context.Context, actor access.Actor, id string) error {
	return s.changeViews(ctx, actor, "delete a view", func(ctx context.Context, tx bun.Tx, rows []viewRow) error {
		own := ownViews(rows, actor)
		at, err := viewAt(own, id)
		if err != nil {
			return err
		}
		_, err = tx.NewDelete().Model(&own[at]).WherePK().Exec(ctx)
		return err
	})
}

func (s *Service) changeViews(ctx context.Context, actor access.Actor, what string, do func(ctx context.Context, tx bun.Tx, rows []viewRow) error) error {
	if err := access.Require(actor, access.RequestViewKeep, access.Scope{}); err != nil {
		return err
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows, err := viewsOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		return do(ctx, tx, rows)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func ownViews(rows []viewRow, actor access.Actor) []viewRow {
	return slices.DeleteFunc(slices.Clone(rows), func(r viewRow) bool { return r.AccountID != actor.Account })
}

func viewAt(own []viewRow, id string) (int, error) {
	at := slices.IndexFunc(own, func(r viewRow) bool { return r.ID == id })
	if at < 0 {
		return 0, notFound()
	}
	return at, nil
}

func viewName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" || len([]rune(name)) > longestView {
		return "", fault.New(fault.Invalid, "view-name", "Give the view a name, at most %d characters.", longestView).At("name")
	}
	return name, nil
}

// free refuses a name that another own view has.
func free(own []viewRow, id, name string) error {
	if slices.ContainsFunc(own, func(r viewRow) bool { return r.ID != id && strings.EqualFold(r.Name, name) }) {
		return fault.New(fault.Conflict, "request_view_name_key", "You have a view of this name already; take another one.").At("name")
	}
	return nil
}
