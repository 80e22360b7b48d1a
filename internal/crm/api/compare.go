package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

func (o *Operations) registerCompare(a *api.API) {
	api.Register(a, api.Operation{
		Method: http.MethodGet, Path: "/clients/{client}/comparison", ID: "compareEvidence", Summary: "Compare two moments of the evidence, field by field",
		Description: "A moment is the number of an import, or a day, for the newest import up to its end. The following pages stay with the moments of the first, whatever is imported meanwhile.",
		Tags:        []string{tag}, Action: string(access.EvidenceSee),
	}, o.compare)
}

// Comparison is one stretch of what differs between two moments. All numbers but total are of all that differs, whatever the filter.
type Comparison struct {
	ops.ComparedDocument
	Items []ops.ComparedRecord `json:"items" nullable:"false"`
	Next  string               `json:"next,omitempty" doc:"Send it as after to go on; absent at the end"`
}

// compareQuery is what a comparison takes.
type compareQuery struct {
	Client    string `path:"client" doc:"Id of the client"`
	From      string `query:"from" maxLength:"20" doc:"The earlier moment: number of an import, 0 for none, or a day in UTC; absent: the import before the later one" example:"3"`
	To        string `query:"to" maxLength:"20" doc:"The later moment; absent: the newest import" example:"2026-03-31"`
	Kind      string `query:"kind" maxLength:"40" doc:"Only records of this kind"`
	Fate      string `query:"fate" enum:"new,changed,gone"`
	Field     string `query:"field" maxLength:"40" doc:"Only changed records of which this field differs"`
	Text      string `query:"text" maxLength:"200" doc:"In the id, whatever the case"`
	Touching  bool   `query:"touching" doc:"Only records on which a locked statement rests"`
	Statement string `query:"statement" maxLength:"64" doc:"Only records on which the statement of this id rests"`
	Costs     bool   `query:"costs" doc:"Also compute what the newest evidence would make of the newest 12 statements on earlier evidence, and what the difference costs of them and of as many other months"`
	api.Page
}

func (o *Operations) compare(ctx context.Context, in *compareQuery) (*api.Answer[Comparison], error) {
	from, to, offset, err := in.place()
	if err != nil {
		return nil, err
	}
	costs := 0
	if in.Costs {
		costs = ops.Costed
	}
	c, err := o.CRM.Compare(ctx, access.ActorFrom(ctx), ops.CompareInput{Costs: costs, Client: in.Client, From: from, To: to, Offset: offset, Limit: in.Limit,
		Filter: ops.CompareFilter{Kind: crm.Kind(in.Kind), Fate: crm.Fate(in.Fate), Field: in.Field, Text: in.Text, Touching: in.Touching, Statement: in.Statement}})
	if err != nil {
		return nil, err
	}
	out := Comparison{ComparedDocument: c.Document(), Items: []ops.ComparedRecord{}}
	for _, row := range c.Rows {
		out.Items = append(out.Items, row.Document())
	}
	if end := offset + len(c.Rows); end < c.Total {
		out.Next = placeBetween(c.From.No, c.To.No, end)
	}
	return &api.Answer[Comparison]{Body: out}, nil
}

func placeBetween(from, to int64, offset int) string {
	return fmt.Sprintf("%d-%d-%d", from, to, offset)
}

// place is the two moments and the offset that the page begins at.
func (q *compareQuery) place() (from, to string, offset int, err error) {
	if q.After == "" {
		return q.From, q.To, 0, nil
	}
	parts := strings.Split(q.After, "-")
	if len(parts) == 3 {
		a, errFrom := strconv.ParseInt(parts[0], 10, 64)
		b, errTo := strconv.ParseInt(parts[1], 10, 64)
		at, errAt := strconv.Atoi(parts[2])
		if errFrom == nil && errTo == nil && errAt == nil && a >= 0 && b >= 0 && at >= 0 && placeBetween(a, b, at) == q.After {
			return parts[0], parts[1], at, nil
		}
	}
	return "", "", 0, fault.New(fault.Invalid, "after-unknown", "this is no place in the comparison; begin anew without after").At("query.after")
}
