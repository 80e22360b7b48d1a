package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

func (o *Operations) registerDeals(a *api.API) {
	api.Register(a, api.Operation{
		Method: http.MethodGet, Path: deals, ID: "listDeals", Summary: "List the deals as of an import",
		Description: "The following pages stay with the import of the first, whatever is imported meanwhile.",
		Tags:        []string{tag}, Action: string(access.DealSee),
	}, o.listDeals)
	api.Register(a, api.Operation{
		Method: http.MethodGet, Path: deals + "/{deal}", ID: "getDeal", Summary: "Read a deal as of an import, with its people, touches, payments and history",
		Tags: []string{tag}, Action: string(access.DealSee),
	}, o.getDeal)
}

// Deal is an opportunity. What the CRM does not say is absent.
type Deal struct {
	ID           string     `json:"id" doc:"As the CRM has it"`
	Name         string     `json:"name"`
	CompanyID    string     `json:"company_id,omitempty"`
	Company      string     `json:"company,omitempty"`
	Amount       *Money     `json:"amount,omitempty" doc:"Absent while amount or currency is unknown"`
	AmountText   string     `json:"amount_text,omitempty" doc:"An amount whose currency is unknown"`
	HomeAmount   *Money     `json:"home_amount,omitempty" doc:"As the CRM converted it"`
	CreatedAt    *time.Time `json:"created_at,omitempty"`
	ClosedOn     string     `json:"closed_on,omitempty" format:"date" doc:"A forecast while the deal is open"`
	Stage        string     `json:"stage,omitempty"`
	Outcome      string     `json:"outcome" enum:"won,lost,open,unknown"`
	CustomerType string     `json:"customer_type,omitempty" enum:"new,existing,renewal"`
	Source       string     `json:"source,omitempty"`
	Owner        string     `json:"owner,omitempty"`
}

func dealOf(d crm.Deal, company string) Deal {
	return Deal{
		ID: d.ID, Name: d.Name, CompanyID: d.CompanyID, Company: company, Amount: known(d.Amount, d.AmountKnown), AmountText: d.AmountText,
		HomeAmount: known(d.HomeAmount, d.HomeKnown), CreatedAt: instant(d.CreatedAt), ClosedOn: dayOf(d.ClosedOn), Stage: d.Stage,
		Outcome: string(ops.OutcomeOf(d)), CustomerType: string(d.CustomerType), Source: d.Source, Owner: d.Owner,
	}
}

// ListedDeal is a deal with the row that last changed it.
type ListedDeal struct {
	Deal
	Import int64 `json:"import" doc:"Number of the import that last changed it"`
	Line   int64 `json:"line" doc:"Line in that import's file"`
}

// Deals is one stretch of the deals as of an import.
type Deals struct {
	AsOf   int64        `json:"as_of" doc:"Number of the import; 0 before the first"`
	Latest int64        `json:"latest" doc:"Number of the newest import"`
	Total  int          `json:"total" doc:"Deals that fit the filter"`
	Sums   []Money      `json:"sums" nullable:"false" doc:"Of all that fit the filter, one for each currency"`
	Unsure int          `json:"unsure" doc:"Of those that fit, how many have no known amount"`
	Why    string       `json:"why,omitempty" doc:"Why no deal fits, though there are deals"`
	Items  []ListedDeal `json:"items" nullable:"false"`
	Next   string       `json:"next,omitempty" doc:"Send it as after to go on; absent at the end"`
}

// dealQuery is what a list of deals takes.
type dealQuery struct {
	Client        string `path:"client" doc:"Id of the client"`
	AsOf          int64  `query:"as_of" minimum:"1" doc:"Number of an import; absent: the newest"`
	Text          string `query:"text" maxLength:"200" doc:"In name, id, company or owner, whatever the case"`
	Outcome       string `query:"outcome" enum:"won,lost,open,unknown"`
	Stage         string `query:"stage" maxLength:"200" doc:"As the CRM names it, whatever the case"`
	Owner         string `query:"owner" maxLength:"200" doc:"As the CRM names it, whatever the case"`
	ClosedFrom    string `query:"closed_from" format:"date" doc:"First day of the close date"`
	ClosedThrough string `query:"closed_through" format:"date" doc:"Last day of the close date"`
	ClosedTo      string `query:"closed_to" format:"date" doc:"The day after the last, instead of closed_through"`
	AmountFrom    string `query:"amount_from" maxLength:"20" doc:"At least so much, in the currency of each deal; those without a known amount are left out" example:"10000"`
	Changed       int64  `query:"changed" minimum:"0" doc:"Only what the import of this number changed or brought"`
	Sort          string `query:"sort" enum:"closed,name,company,amount,stage,changed" default:"closed"`
	Desc          bool   `query:"desc" doc:"The largest first"`
	api.Page
}

func (o *Operations) listDeals(ctx context.Context, in *dealQuery) (*api.Answer[Deals], error) {
	filter, err := in.filter()
	if err != nil {
		return nil, err
	}
	asOf, offset, err := in.place()
	if err != nil {
		return nil, err
	}
	found, err := o.CRM.DealsAt(ctx, access.ActorFrom(ctx), in.Client, asOf, filter, ops.DealSort{By: in.Sort, Desc: in.Desc}, offset, in.Limit)
	if err != nil {
		return nil, err
	}
	out := Deals{AsOf: found.AsOf, Latest: found.Latest, Total: found.Total, Sums: []Money{}, Unsure: found.Unsure, Why: found.Why, Items: []ListedDeal{}}
	for _, s := range found.Sums {
		out.Sums = append(out.Sums, moneyOf(s))
	}
	for _, d := range found.Rows {
		out.Items = append(out.Items, ListedDeal{dealOf(d.Deal, d.Company), d.No, d.Line})
	}
	if end := offset + len(found.Rows); end < found.Total {
		out.Next = placeAfter(found.AsOf, end)
	}
	return &api.Answer[Deals]{Body: out}, nil
}

func (q *dealQuery) filter() (ops.DealFilter, error) {
	in := ops.DealQuery{Text: q.Text, Outcome: q.Outcome, Stage: q.Stage, Owner: q.Owner, ClosedFrom: q.ClosedFrom, ClosedThrough: q.ClosedThrough, ClosedTo: q.ClosedTo, AmountFrom: q.AmountFrom}
	if q.Changed != 0 {
		in.Changed = strconv.FormatInt(q.Changed, 10)
	}
	f, err := in.Filter()
	return f, fault.Moved(err, func(field string) string { return "query." + field })
}

// placeAfter is the text that place reads.
func placeAfter(asOf int64, offset int) string { return fmt.Sprintf("%d-%d", asOf, offset) }

// place is the import and the offset that the page begins at.
func (q *dealQuery) place() (asOf int64, offset int, err error) { return placeIn(q.AsOf, q.After) }

// placeIn reads what placeAfter wrote; without it the page begins at the import that is asked for.
func placeIn(asked int64, after string) (asOf int64, offset int, err error) {
	if after == "" {
		return asked, 0, nil
	}
	number, at, _ := strings.Cut(after, "-")
	asOf, errAsOf := strconv.ParseInt(number, 10, 64)
	offset, errOffset := strconv.Atoi(at)
	if errAsOf != nil || errOffset != nil || asOf < 0 || offset < 0 || placeAfter(asOf, offset) != after || asked != 0 && asked != asOf {
		return 0, 0, fault.New(fault.Invalid, "after-unknown", "this is no place in the list; begin anew without after").At("query.after")
	}
	return asOf, offset, nil
}
