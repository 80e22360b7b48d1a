package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

func (o *Operations) registerTerm(a *api.API) {
	api.Register(a, api.Operation{Method: http.MethodGet, Path: "/clients/{client}/dates", ID: "listDates", Summary: "List the dates of a client's contracts: notice, renewal, end, tails, handover, settlement", Tags: []string{tag}, Action: string(access.ContractSee)}, o.dates)
	api.Register(a, api.Operation{Method: http.MethodGet, Path: "/clients/{client}/contracts/{contract}/settlement", ID: "getSettlement", Summary: "Read the final settlement of a contract", Tags: []string{tag}, Action: string(access.InvoiceSee)}, o.settlement)
}

// Dated is something that happens on a day.
type Dated struct {
	ID           string `json:"id" doc:"Stays the same while the day moves"`
	Contract     string `json:"contract,omitempty" doc:"Id of the contract"`
	ContractName string `json:"contract_name,omitempty"`
	Kind         string `json:"kind" enum:"notice-by,renews,lapses,ends,notice-received,fee-in-notice,tail-ends,settlement-due,handover-due,promised"`
	On           string `json:"on" format:"date"`
	Title        string `json:"title"`
	Words        string `json:"words" doc:"What it means"`
}

func (o *Operations) dates(ctx context.Context, in *struct {
	api.Page
	Client string `path:"client" doc:"Id of the client"`
}) (*api.Answer[api.List[Dated]], error) {
	agreed, promised, err := o.Engagement.Terms(ctx, access.ActorFrom(ctx), in.Client)
	if err != nil {
		return nil, err
	}
	var out []Dated
	add := func(d engagement.Dated, name string) {
		out = append(out, Dated{ID: d.Key, Contract: d.Contract, ContractName: name, Kind: string(d.Kind), On: d.On.String(), Title: d.Title, Words: d.Words})
	}
	names := map[string]string{}
	for _, a := range agreed {
		names[a.ID] = a.Name
		for _, d := range a.Dates {
			add(d, a.Name)
		}
	}
	for _, d := range promised {
		add(d, names[d.Contract])
	}
	return api.Cut(in.Page, out, func(d Dated) string { return d.ID })
}

// Settlement is the final settlement of a contract.
type Settlement struct {
	Contract string            `json:"contract" doc:"Id of the contract"`
	State    string            `json:"state" enum:"open,closed"`
	LastDay  string            `json:"last_day" format:"date"`
	Currency string            `json:"currency"`
	Total    *Money            `json:"total" doc:"More than zero is owed by the client; null while a part is unknown"`
	Parts    []Part            `json:"parts" nullable:"false"`
	SHA256   string            `json:"sha256" doc:"Of the text that is accepted"`
	Accepted []SettlementAgree `json:"accepted" nullable:"false" doc:"Of exactly this text"`
	ClosedAt *time.Time        `json:"closed_at,omitempty" doc:"Both sides have accepted it; it does not change any more"`
}

// Money is an amount in one currency.
type Money struct {
	Amount   string `json:"amount" doc:"Exact decimal" example:"14000.00"`
	Currency string `json:"currency" doc:"ISO 4217" example:"USD"`
}

func moneyOf(a *money.Amount) *Money {
	if a == nil {
		return nil
	}
	return &Money{a.String(), string(a.Currency)}
}

// Part is one line of a settlement.
type Part struct {
	Part   string `json:"part"`
	Name   string `json:"name"`
	Amount *Money `json:"amount" doc:"As it counts; null: unknown"`
	Basis  string `json:"basis"`
	Source string `json:"source"`
	Issue  string `json:"issue,omitempty" doc:"Why it is open"`
	Lacks  string `json:"lacks,omitempty" doc:"What the records lack, so that people state it"`
	Rows   []Row  `json:"rows" nullable:"false" doc:"What it rests on, or what the records know of it"`
}

// Row is one thing that a part of a settlement rests on.
type Row struct {
	Text      string `json:"text"`
	Clause    string `json:"clause,omitempty" doc:"Id of the clause"`
	Statement string `json:"statement,omitempty" doc:"Id of the locked statement that says so"`
	Amount    *Money `json:"amount" doc:"As it counts in the part; null: it has none of its own"`
}

// SettlementAgree is the acceptance of one side.
type SettlementAgree struct {
	Side string    `json:"side" enum:"agency,client"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
}

func (o *Operations) settlement(ctx context.Context, in *struct {
	Client   string `path:"client" doc:"Id of the client"`
	Contract string `path:"contract" doc:"Id of the contract"`
}) (*api.Answer[Settlement], error) {
	s, err := o.Engagement.Settlement(ctx, access.ActorFrom(ctx), in.Client, in.Contract)
	if err != nil {
		return nil, err
	}
	if s.NoEnd {
		return nil, fault.New(fault.NotFound, "no-end", "The contract has no end yet, so there is no settlement.")
	}
	return &api.Answer[Settlement]{Body: settlementOf(s)}, nil
}

func settlementOf(s ops.Settlement) Settlement {
	out := Settlement{Contract: s.ID, State: "open", LastDay: s.Settlement.Last.String(), Currency: string(s.Currency), Total: moneyOf(s.Total), Parts: []Part{}, SHA256: s.SHA256, Accepted: []SettlementAgree{}}
	for _, p := range s.Parts {
		rows := []Row{}
		for _, r := range append(slices.Clone(p.Rows), p.Help...) {
			rows = append(rows, Row{r.Text, r.Clause, r.Ref, moneyOf(r.Amount)})
		}
		out.Parts = append(out.Parts, Part{string(p.Key), p.Name, moneyOf(p.Amount), p.Basis, p.Source, p.Issue, p.Why, rows})
	}
	for _, side := range []contract.Side{contract.AgencySide, contract.ClientSide} {
		if x, done := s.Accepted[side]; done {
			out.Accepted = append(out.Accepted, SettlementAgree{string(side), x.At, x.ByName})
		}
	}
	if !s.ClosedAt.IsZero() {
		out.State, out.ClosedAt = "closed", &s.ClosedAt
	}
	return out
}
