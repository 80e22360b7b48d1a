package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ledger"
	"github.com/ofrecord/ofrecord/internal/fees"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/party"
)

// LedgerReport is what a check of the ledger found.
type LedgerReport struct {
	Entries  int      // that stand as their event says
	Problems []string // in words; empty: all is in balance
	Missing  []ledger.Entry
}

// CheckLedger computes the entries of every locked statement, invoice and payment again and compares them with what stands in the ledger, and the
// balances of receivables, client funds and what is unbilled with the invoices and payments themselves. Who may: see LedgerSee, for the
// workspace. Faults: NotFound, Forbidden.
func (s *Service) CheckLedger(ctx context.Context, actor access.Actor) (LedgerReport, error) {
	if err := access.Require(actor, access.LedgerSee, access.Scope{}); err != nil {
		return LedgerReport{}, err
	}
	clients, err := s.Parties.Clients(ctx, actor)
	if err != nil {
		return LedgerReport{}, err
	}
	var out LedgerReport
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = s.check(ctx, tx, clients)
		return err
	})
	return out, err
}

// PostMissing posts the entries of events from before there was a ledger. It gives how many. Who may: see WorkspaceAdminister. Faults:
// NotFound, Forbidden.
func (s *Service) PostMissing(ctx context.Context, actor access.Actor) (int, error) {
	if err := access.Require(actor, access.WorkspaceAdminister, access.Scope{}); err != nil {
		return 0, err
	}
	clients, err := s.Parties.Clients(ctx, actor)
	if err != nil {
		return 0, err
	}
	posted := 0
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		report, err := s.check(ctx, tx, clients)
		if err != nil {
			return err
		}
		posted = len(report.Missing)
		return post(ctx, tx, s.now(), report.Missing...)
	})
	return posted, err
}

func (s *Service) check(ctx context.Context, tx bun.Tx, clients []party.Org) (LedgerReport, error) {
	var out LedgerReport
	known := map[string]bool{}
	for _, c := range clients {
		known[c.ID] = true
		if err := s.checkClient(ctx, tx, c.ID, c.Name, &out); err != nil {
			return out, fmt.Errorf("check the ledger of %s: %w", c.ID, err)
		}
	}
	entries, err := readEntries(ctx, tx, LedgerFilter{})
	for _, e := range entries {
		if !known[e.Client] {
			out.Problems = append(out.Problems, fmt.Sprintf("%s belongs to no client", e.Ref))
		}
	}
	return out, err
}

func (s *Service) checkClient(ctx context.Context, tx bun.Tx, client, name string, out *LedgerReport) error {
	have, err := readEntries(ctx, tx, LedgerFilter{Client: client})
	if err != nil {
		return err
	}
	stored := map[string]ledger.Entry{}
	for _, e := range have {
		stored[e.Ref] = e
	}
	books, err := readBooks(ctx, tx, client)
	if err != nil {
		return err
	}
	unbilled := map[money.Currency]int64{}
	say := func(format string, args ...any) {
		out.Problems = append(out.Problems, name+": "+fmt.Sprintf(format, args...))
	}
	want, err := s.expected(ctx, tx, client, books, unbilled, say)
	if err != nil {
		return err
	}
	for _, e := range want {
		switch found, ok := stored[e.Ref]; {
		case !ok:
			say("%s of %s is not in the ledger", e.Words, e.On.Words())
			out.Missing = append(out.Missing, e)
		case !found.Same(e):
			say("%s of %s (%s) is not posted as it happened", e.Words, e.On.Words(), e.Ref)
		default:
			out.Entries++
		}
		delete(stored, e.Ref)
	}
	for _, e := range have {
		if _, left := stored[e.Ref]; !left {
			continue
		}
		if strings.HasPrefix(e.Ref, "reserve:") { // it follows from what was reserved before, and is held by its balance
			out.Entries++
			continue
		}
		say("%s (%s) is in the ledger, and nothing that happened is behind it", e.Words, e.Ref)
	}
	checkBalances(have, books, unbilled, say)
	return nil
}

// says reports whether the row is that of its document, to the hash.
func (r invoiceRow) says(d billing.Document) bool {
	dues, err := duesOf(d)
	return err == nil && billing.Digest([]byte(r.Document)) == r.Hash && dues == r.Dues && r.number() == d.Number && r.Kind == string(d.Kind) && r.Currency == string(d.Currency) &&
		r.IssuedOn == d.IssuedOn.String() && r.DueOn == d.DueOn.String() && r.NetMinor == d.Net.Minor && r.TaxMinor == d.TaxTotal.Minor && r.PayableMinor == d.Payable.Minor
}

// unreadable says whether an error is of what was read, not of the database: those are faults.
func unreadable(ctx context.Context, err error) bool {
	return err != nil && ctx.Err() == nil && len(fault.All(err)) == 0
}

// expected are the entries of all that happened to a client.
func (s *Service) expected(ctx context.Context, tx bun.Tx, client string, books []billing.Book, unbilled map[money.Currency]int64, say func(string, ...any)) ([]ledger.Entry, error) {
	var out []ledger.Entry
	finals, err := feesops.Finals(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	kinds, statements, documents := map[string]func(string) string{}, map[string]fees.Statement{}, map[string]*billing.Document{}
	for _, f := range finals {
		unbilled[f.Payable.Currency] += f.Payable.Minor
		st, err := s.Fees.Locked(ctx, tx, f.Statement)
		if fault.Is(err, fault.Conflict) {
			say("the statement %s of %s was locked, but the steps that are kept of it do not say so; ofrecord journal verify tells what was changed", f.Statement, cal.MonthOf(f.Period.From).Words())
			continue
		}
		if unreadable(ctx, err) {
			say("the locked statement %s of %s cannot be read (%v); ofrecord journal verify tells what was changed", f.Statement, cal.MonthOf(f.Period.From).Words(), err)
			continue
		}
		if err != nil {
			return nil, err
		}
		locked := lockedOf(st)
		kinds[f.Statement], statements[f.Statement] = locked.KindOf, st.Document.Statement
		out = append(out, ledger.OfLock(locked)...)
	}
	var rows []invoiceRow
	if err := tx.NewSelect().Model(&rows).Where("client_id = ?", client).OrderExpr("issued_at, ordinal").Scan(ctx); err != nil {
		return nil, err
	}
	for _, r := range rows {
		d, err := r.document()
		if unreadable(ctx, err) {
			say("%s cannot be read (%v); ofrecord journal verify tells what was changed", r.number(), err)
			continue
		}
		if err != nil {
			return nil, err
		}
		if !r.says(d) {
			say("%s was altered: its row or its hash is not that of its document", r.number())
		}
		again := r.Attempt > 1 && r.CreditsID == ""
		if err := s.checkTerms(ctx, tx, r, d, say); unreadable(ctx, err) {
			say("the payment terms that %s was issued under cannot be read (%v)", r.number(), err)
		} else if err != nil {
			return nil, err
		}
		if r.StatementID != "" && !again {
			net := d.Net.Minor
			if d.Kind == billing.CreditNote {
				net = -net
			}
			unbilled[d.Currency] -= net
		}
		kindOf := kinds[d.Statement.ID]
		if kindOf == nil {
			kindOf = func(string) string { return "" }
		}
		issued := ledger.Issued{ID: r.ID, Client: client, Document: d, Again: again, KindOf: kindOf}
		out = append(out, ledger.OfIssue(issued))
		out = append(out, ledger.OfDeferred(issued, statements[d.Statement.ID], ledger.LinesOf(statements[d.Statement.ID], documents[r.CreditsID]))...)
		documents[r.ID] = &d
	}
	for _, b := range books {
		for _, source := range b.Sources {
			if source.Kind != billing.Noted {
				out = append(out, ledger.OfCash(client, b.Currency, source))
			}
		}
		next := map[string]int{}
		for _, a := range b.Applied {
			next[a.Source]++
			if e, ok := ledger.OfApplied(client, b, next[a.Source], a); ok {
				out = append(out, e)
			}
		}
	}
	return out, nil
}

// checkBalances compares balances with what the invoices and payments themselves say.
func checkBalances(have []ledger.Entry, books []billing.Book, unbilled map[money.Currency]int64, say func(string, ...any)) {
	balances := ledger.Trial(have)
	of := func(a ledger.Account, c money.Currency) money.Amount {
		i := slices.IndexFunc(balances, func(b ledger.Balance) bool { return b.Account == a && b.Currency == c })
		if i < 0 {
			return money.New(0, c)
		}
		return balances[i].Net()
	}
	compare := func(what string, ledgers, events money.Amount) {
		if ledgers != events {
			say("%s: %s in the ledger, %s by the invoices and payments", what, ledgers.FormatWith(), events.FormatWith())
		}
	}
	for _, b := range books {
		compare("Receivable", of(ledger.Receivable, b.Currency), b.Open())
		compare("On account", of(ledger.ClientFunds, b.Currency).Neg(), b.OnAccount())
	}
	for c, minor := range unbilled {
		compare("Unbilled", of(ledger.Unbilled, c), money.New(minor, c))
	}
	for _, b := range balances {
		if b.Account == ledger.Reserve && b.Net().Minor > 0 {
			say("The clawback reserve is below nothing: %s", b.Net().FormatWith())
		}
		if !b.Account.Known() {
			say("%s is no account of the ledger", b.Account)
		}
	}
}
