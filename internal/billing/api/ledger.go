package api

import (
	"context"
	"io"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing/ledger"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

func (o *Operations) registerLedger(a *api.API) {
	trial := operation(http.MethodGet, "/ledger", "getTrialBalance", "Read what stands on each account of the ledger", access.LedgerSee)
	trial.Description = "A balance is debits less credits: assets are positive, liabilities and revenue negative. All together are zero."
	api.Register(a, trial, o.trial)
	text := operation(http.MethodGet, "/ledger/text", "downloadLedger", "Download the ledger as plain-text accounting for hledger", access.LedgerSee)
	text.Produces = []string{"text/plain"}
	api.Register(a, text, o.ledgerText)
	journal := operation(http.MethodGet, "/ledger/journal", "downloadJournal", "Download the ledger as a general journal in CSV", access.LedgerSee)
	journal.Produces = []string{"text/csv"}
	api.Register(a, journal, o.ledgerCSV)
}

// OfLedger narrows the ledger.
type OfLedger struct {
	Client   string `query:"client" maxLength:"64" doc:"Id of a client; absent: all"`
	Contract string `query:"contract" maxLength:"120" doc:"Name of a contract; absent: all"`
	Until    string `query:"until" format:"date" doc:"The last day that counts; absent: all"`
}

func (in OfLedger) filter() (ops.LedgerFilter, error) {
	until, err := day("until", in.Until)
	return ops.LedgerFilter{Client: in.Client, Contract: in.Contract, Until: until}, err
}

// Balance is what stands on an account in one currency.
type Balance struct {
	Account  string `json:"account" example:"assets:receivable"`
	Words    string `json:"words"`
	Currency string `json:"currency"`
	Debits   string `json:"debits"`
	Credits  string `json:"credits"`
	Balance  string `json:"balance"`
}

// TrialBalance is every account.
type TrialBalance struct {
	Accounts []Balance `json:"accounts" nullable:"false"`
}

func (o *Operations) trial(ctx context.Context, in *OfLedger) (*api.Answer[TrialBalance], error) {
	filter, err := in.filter()
	if err != nil {
		return nil, err
	}
	all, err := o.Billing.Trial(ctx, access.ActorFrom(ctx), filter)
	if err != nil {
		return nil, err
	}
	out := TrialBalance{Accounts: []Balance{}}
	for _, b := range all {
		out.Accounts = append(out.Accounts, Balance{string(b.Account), b.Account.Words(), string(b.Currency), b.InCurrency(b.Debit).String(), b.InCurrency(b.Credit).String(), b.Net().String()})
	}
	return &api.Answer[TrialBalance]{Body: out}, nil
}

func (o *Operations) ledgerText(ctx context.Context, in *OfLedger) (*api.Download, error) {
	return o.ledger(ctx, in, "text/plain", "ofrecord.journal", ledger.WriteText)
}

func (o *Operations) ledgerCSV(ctx context.Context, in *OfLedger) (*api.Download, error) {
	return o.ledger(ctx, in, "text/csv", "journal.csv", func(w io.Writer, entries []ledger.Entry, names map[string]string) error {
		return ledger.WriteCSV(w, entries, names, csvin.Neutralise)
	})
}

func (o *Operations) ledger(ctx context.Context, in *OfLedger, media, name string, write func(io.Writer, []ledger.Entry, map[string]string) error) (*api.Download, error) {
	filter, err := in.filter()
	if err != nil {
		return nil, err
	}
	entries, names, err := o.Billing.Ledger(ctx, access.ActorFrom(ctx), filter)
	if err != nil {
		return nil, err
	}
	return api.Stream(media, name, func(_ context.Context, w io.Writer) error { return write(w, entries, names) }), nil
}
