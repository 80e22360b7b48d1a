package ops

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/party"
)

// barrierRow keeps an account from a client. The walls that it comes from are kept by the relationship; what stands here is what access goes by.
type barrierRow struct {
	bun.BaseModel `bun:"table:barrier"`

	ID        string    `bun:"id,pk"`
	WallID    string    `bun:"wall_id"`
	AccountID string    `bun:"account_id"`
	ClientID  string    `bun:"client_id"`
	FromAt    time.Time `bun:"from_at"`
	UntilAt   time.Time `bun:"until_at,nullzero"`
}

// Barrier keeps an account from a client, for a wall.
type Barrier struct {
	Wall    string
	Account string
	Client  string
	Until   time.Time // exclusive; zero: as long as the wall stands
}

// SetBarriers puts what a wall keeps an account from in place of what it kept it from before. It is for use cases that have decided access already, inside
// their transaction.
func (s *Service) SetBarriers(ctx context.Context, tx bun.Tx, wall, account string, set []Barrier, now time.Time) error {
	if err := endBarriers(ctx, tx, now, func(q *bun.UpdateQuery) *bun.UpdateQuery {
		return q.Where("wall_id = ? AND account_id = ?", wall, account)
	}); err != nil {
		return err
	}
	for _, b := range set {
		row := barrierRow{ID: s.id("bar"), WallID: wall, AccountID: account, ClientID: b.Client, FromAt: now, UntilAt: b.Until}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// EndBarriers ends all that a wall keeps people from, as SetBarriers.
func (s *Service) EndBarriers(ctx context.Context, tx bun.Tx, wall string, now time.Time) error {
	return endBarriers(ctx, tx, now, func(q *bun.UpdateQuery) *bun.UpdateQuery { return q.Where("wall_id = ?", wall) })
}

func endBarriers(ctx context.Context, tx bun.Tx, now time.Time, which func(*bun.UpdateQuery) *bun.UpdateQuery) error {
	_, err := which(tx.NewUpdate().Model((*barrierRow)(nil)).Set("until_at = ?", now)).Where("until_at IS NULL OR until_at > ?", now).Exec(ctx)
	return err
}

// BarriersNow are the barriers in force at a moment, of one account or of all for an empty one, as SetBarriers.
func BarriersNow(ctx context.Context, tx bun.Tx, account string, at time.Time) ([]Barrier, error) {
	var rows []barrierRow
	q := tx.NewSelect().Model(&rows).Where("from_at <= ?", at).Where("until_at IS NULL OR until_at > ?", at)
	if account != "" {
		q = q.Where("account_id = ?", account)
	}
	if err := q.OrderExpr("from_at, id").Scan(ctx); err != nil {
		return nil, err
	}
	out := make([]Barrier, len(rows))
	for i, r := range rows {
		out[i] = Barrier{Wall: r.WallID, Account: r.AccountID, Client: r.ClientID}
		if !r.UntilAt.IsZero() {
			out[i].Until = r.UntilAt.UTC()
		}
	}
	return out, nil
}

// behindWalls leaves of memberships what walls leave of them.
func behindWalls(ctx context.Context, tx bun.Tx, account string, members []access.Membership, now time.Time) ([]access.Membership, error) {
	barriers, err := BarriersNow(ctx, tx, account, now)
	if err != nil || len(barriers) == 0 {
		return members, err
	}
	var walled, clients []string
	for _, b := range barriers {
		walled = append(walled, b.Client)
	}
	err = tx.NewSelect().Model((*orgRow)(nil)).Column("id").Where("kind = ?", string(access.Client)).OrderExpr("id").Scan(ctx, &clients)
	return access.Behind(members, walled, clients), err
}

// thisSide leaves out who is kept from the client by a wall. Without a client nobody is left out.
func thisSide(ctx context.Context, tx bun.Tx, client string, members []party.Membership, at time.Time) ([]party.Membership, error) {
	if client == "" {
		return members, nil
	}
	barriers, err := BarriersNow(ctx, tx, "", at)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(members, func(m party.Membership) bool {
		return m.Org.Kind != access.Client && slices.ContainsFunc(barriers, func(b Barrier) bool { return b.Account == m.Account && b.Client == client })
	}), nil
}

// NamesOfKind are the organisations of a kind by name, for use cases that have decided access already, inside their transaction.
func NamesOfKind(ctx context.Context, tx bun.Tx, kind access.OrgKind) ([]party.Org, error) {
	var rows []orgRow
	if err := tx.NewSelect().Model(&rows).Where("kind = ?", string(kind)).OrderExpr("lower(name), id").Scan(ctx); err != nil {
		return nil, err
	}
	out := make([]party.Org, len(rows))
	for i, r := range rows {
		out[i] = r.org()
	}
	return out, nil
}

// StaysOf are all roles that an account has or had in the agency and with specialists, also those that have ended, as NamesOfKind.
func StaysOf(ctx context.Context, tx bun.Tx, account string) ([]party.Membership, error) {
	var rows []membershipRow
	err := tx.NewSelect().Model(&rows).Relation("Org").Where("membership_row.account_id = ?", account).OrderExpr("membership_row.from_at, membership_row.id").Scan(ctx)
	var out []party.Membership
	for _, r := range rows {
		if m := r.membership(); m.Org.Kind != access.Client {
			out = append(out, m)
		}
	}
	return out, err
}
