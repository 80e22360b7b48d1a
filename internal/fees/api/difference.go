package api

import (
	"context"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

// Difference is what later evidence says otherwise. A locked statement stays as it is; the next one carries the difference.
type Difference struct {
	From  int64        `json:"from" doc:"Number of the import that the statement is as of"`
	To    int64        `json:"to" doc:"Number of the newest import"`
	Total Money        `json:"total"`
	Now   Money        `json:"now" doc:"The total, were it computed from the newest evidence by the same terms"`
	Held  int          `json:"held,omitempty" doc:"Things that are held out of now for want of a fact"`
	Lines []LineChange `json:"lines" nullable:"false"`
	Facts []FactChange `json:"facts" nullable:"false"`
}

// LineChange is a line that would be otherwise.
type LineChange struct {
	Clause string `json:"clause"`
	Kind   string `json:"kind"`
	Text   string `json:"text"`
	Deal   string `json:"deal,omitempty"`
	Before *Money `json:"before,omitempty" doc:"Absent: there is no such line yet"`
	After  *Money `json:"after,omitempty" doc:"Absent: there would be no such line"`
}

// FactChange is one value of the evidence that differs.
type FactChange struct {
	Kind   string `json:"kind"`
	ID     string `json:"id"`
	Name   string `json:"name"`
	Deal   string `json:"deal,omitempty" doc:"The deal that it belongs to"`
	Field  string `json:"field,omitempty" doc:"Absent: the whole record"`
	Class  string `json:"class" enum:"record,deletion,amount,currency,date,category,value,minutes,decision,detail" doc:"What sort of thing changed"`
	Import int64  `json:"import,omitempty" doc:"Number of the import that said it, where it is known"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

func (o *Operations) difference(ctx context.Context, in *Of) (*api.Answer[Difference], error) {
	if _, err := o.find(ctx, *in); err != nil {
		return nil, err
	}
	d, err := o.Fees.Difference(ctx, access.ActorFrom(ctx), in.Statement)
	if err != nil {
		return nil, err
	}
	out := Difference{From: d.From, To: d.To, Total: moneyOf(d.Total), Now: moneyOf(d.Now), Held: d.Held, Lines: []LineChange{}, Facts: []FactChange{}}
	for _, l := range d.Lines {
		out.Lines = append(out.Lines, LineChange{l.Clause, string(l.Kind), l.Text, l.Deal, there(l.Before), there(l.After)})
	}
	for _, f := range d.Facts {
		out.Facts = append(out.Facts, FactChange{string(f.Kind), f.ID, f.Name, f.Deal, f.Field, string(f.Class()), f.Import, f.Before, f.After})
	}
	return &api.Answer[Difference]{Body: out}, nil
}

func there(a *money.Amount) *Money {
	if a == nil {
		return nil
	}
	m := moneyOf(*a)
	return &m
}
