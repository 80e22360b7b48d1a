package ops

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing/ledger"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// LedgerFilter narrows the ledger. A zero field narrows nothing.
type LedgerFilter struct {
	Client   string
	Contract string
	Until    cal.Date // the last day that counts
}

func (f LedgerFilter) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	if f.Client != "" {
		q = q.Where("client_id = ?", f.Client)
	}
	if f.Contract != "" {
		q = q.Where("contract = ?", f.Contract)
	}
	if !f.Until.IsZero() {
		q = q.Where("on_day <= ?", f.Until.String())
	}
	return q
}

// Trial is the trial balance: what stands on each account. Who may: see LedgerSee, for the workspace. Faults: NotFound, Forbidden.
func (s *Service) Trial(ctx context.Context, actor access.Actor, f LedgerFilter) ([]ledger.Balance, error) {
	if err := access.Require(actor, access.LedgerSee, access.Scope{}); err != nil {
		return nil, err
	}
	var out []ledger.Balance
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = trial(ctx, tx, f)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sum the ledger: %w", err)
	}
	return out, nil
}

func trial(ctx context.Context, tx bun.Tx, f LedgerFilter) ([]ledger.Balance, error) {
	type key struct{ account, currency string }
	sums := map[key]ledger.Balance{}
	for _, side := range []string{"debit", "credit"} {
		var rows []struct {
			Account  string `bun:"account"`
			Currency string `bun:"currency"`
			Sum      int64  `bun:"sum"`
		}
		err := tx.NewSelect().Model((*postingRow)(nil)).ColumnExpr("? AS account, currency, CAST(sum(minor) AS BIGINT) AS sum", bun.Ident(side)).
			Apply(f.narrow).GroupExpr("?, currency", bun.Ident(side)).Scan(ctx, &rows)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			k := key{r.Account, r.Currency}
			b := sums[k]
			b.Account, b.Currency = ledger.Account(r.Account), money.Currency(r.Currency)
			if side == "debit" {
				b.Debit = r.Sum
			} else {
				b.Credit = r.Sum
			}
			sums[k] = b
		}
	}
	var out []ledger.Balance
	for _, b := range sums {
		out = append(out, b)
	}
	ledger.Order(out)
	return out, nil
}

// LedgerPage is how many postings a page of an account holds.
const LedgerPage = 100

// AccountPage is a part of an account's postings, the newest first, with the balance after each.
type AccountPage struct {
	Account  ledger.Account
	Currency money.Currency
	Rows     []AccountRow
	Total    int
	Page     int
	Balances []ledger.Balance // of the account, by currency
}

// AccountRow is one posting as an account sees it.
type AccountRow struct {
	ledger.Entry
	Amount  money.Amount // positive: debited
	Other   ledger.Account
	Balance money.Amount
}

// LedgerAccount lists the postings of an account in one currency; empty: the first that it has. Who may: see LedgerSee, for the workspace. Faults: NotFound for an
// account without postings, Forbidden.
func (s *Service) LedgerAccount(ctx context.Context, actor access.Actor, account string, currency string, f LedgerFilter, page int) (AccountPage, error) {
	if err := access.Require(actor, access.LedgerSee, access.Scope{}); err != nil {
		return AccountPage{}, err
	}
	out := AccountPage{Account: ledger.Account(account), Currency: money.Currency(currency), Page: max(1, page)}
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		all, err := trial(ctx, tx, f)
		if err != nil {
			return err
		}
		for _, b := range all {
			if b.Account == out.Account {
				out.Balances = append(out.Balances, b)
				if out.Currency == "" {
					out.Currency = b.Currency
				}
			}
		}
		if !out.Account.Known() {
			return fault.New(fault.NotFound, "account", "The ledger has no account %q.", account)
		}
		return out.read(ctx, tx, f)
	})
	if err != nil {
		return AccountPage{}, fmt.Errorf("read account %s: %w", account, err)
	}
	return out, nil
}

func (p *AccountPage) read(ctx context.Context, tx bun.Tx, f LedgerFilter) error {
	mine := func(q *bun.SelectQuery) *bun.SelectQuery {
		return f.narrow(q).Where("currency = ?", string(p.Currency)).Where("debit = ? OR credit = ?", string(p.Account), string(p.Account))
	}
	total, err := tx.NewSelect().Model((*postingRow)(nil)).Apply(mine).Count(ctx)
	if err != nil {
		return err
	}
	p.Total = int(total)
	var rows []postingRow
	// The balance after a posting needs those after it: they are read from the newest on.
	if err := tx.NewSelect().Model(&rows).Apply(mine).OrderExpr("on_day DESC, posted_at DESC, ref DESC, no DESC").Limit(int64(p.Page) * LedgerPage).Scan(ctx); err != nil {
		return err
	}
	balance := money.New(0, p.Currency)
	for _, b := range p.Balances {
		if b.Currency == p.Currency {
			balance = b.Net()
		}
	}
	for i, r := range rows {
		e := r.entry()
		row := AccountRow{Entry: e, Amount: money.New(r.Minor, p.Currency), Other: ledger.Account(r.Credit), Balance: balance}
		if r.Credit == string(p.Account) {
			row.Amount, row.Other = row.Amount.Neg(), ledger.Account(r.Debit)
		}
		balance = balance.Sub(row.Amount)
		if i >= (p.Page-1)*LedgerPage {
			p.Rows = append(p.Rows, row)
		}
	}
	return nil
}

// entry is the head of the row's entry, with its one posting.
func (r postingRow) entry() ledger.Entry {
	return ledger.Entry{
		Ref: r.Ref, Client: r.ClientID, Contract: r.Contract, Kind: ledger.SubjectKind(r.SubjectKind), Subject: r.SubjectID, On: day(r.OnDay), Currency: money.Currency(r.Currency), Words: r.Words,
		Postings: []ledger.Posting{{Debit: ledger.Account(r.Debit), Credit: ledger.Account(r.Credit), Minor: r.Minor}},
	}
}

// Ledger is all entries, by day and ref, with the names of the clients. Who may: see LedgerSee, for the workspace. Faults: NotFound, Forbidden.
func (s *Service) Ledger(ctx context.Context, actor access.Actor, f LedgerFilter) ([]ledger.Entry, map[string]string, error) {
	if err := access.Require(actor, access.LedgerSee, access.Scope{}); err != nil {
		return nil, nil, err
	}
	names, err := s.clientNames(ctx, actor)
	if err != nil {
		return nil, nil, err
	}
	var out []ledger.Entry
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = readEntries(ctx, tx, f)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read the ledger: %w", err)
	}
	return out, names, nil
}

func (s *Service) clientNames(ctx context.Context, actor access.Actor) (map[string]string, error) {
	clients, err := s.Parties.Clients(ctx, actor)
	names := map[string]string{}
	for _, c := range clients {
		names[c.ID] = c.Name
	}
	return names, err
}

// readEntries puts the postings together to entries. A posting that says something else than the one before it of its entry stands by itself.
func readEntries(ctx context.Context, tx bun.Tx, f LedgerFilter) ([]ledger.Entry, error) {
	var rows []postingRow
	if err := tx.NewSelect().Model(&rows).Apply(f.narrow).OrderExpr("on_day, ref, no").Scan(ctx); err != nil {
		return nil, err
	}
	var out []ledger.Entry
	for _, r := range rows {
		e := r.entry()
		if n := len(out); n > 0 && out[n-1].SameHead(e) {
			out[n-1].Postings = append(out[n-1].Postings, e.Postings...)
			continue
		}
		out = append(out, e)
	}
	ledger.InOrder(out)
	return out, nil
}
