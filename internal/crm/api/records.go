package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

func (o *Operations) registerRecords(a *api.API) {
	api.Register(a, api.Operation{Method: http.MethodGet, Path: "/clients/{client}/records/{kind}", ID: "listRecords", Summary: "List what was known of one kind at a moment",
		Description: "Exactly as the evidence had it, deleted records among it. The following pages stay with the import of the first, whatever is imported meanwhile.",
		Tags:        []string{tag}, Action: string(access.EvidenceSee)}, o.listRecords)
	api.Register(a, api.Operation{Method: http.MethodGet, Path: "/clients/{client}/duplicates", ID: "listDuplicates", Summary: "List records that may be one",
		Description: "Merged ones, and those of which people said that they differ, are left out. The following pages stay with the import of the first.",
		Tags:        []string{tag}, Action: string(access.EvidenceSee)}, o.listDuplicates)
}

// Record is a row of evidence in its canonical form.
type Record struct {
	ID     string            `json:"id"`
	Fields map[string]string `json:"fields" doc:"As its plain file calls them; what is unknown is absent"`
	Import int64             `json:"import" doc:"Number of the import that said it last"`
	Line   int64             `json:"line,omitempty" doc:"Line in that import's file"`
}

func fieldsOf(r crm.Record) map[string]string {
	out := map[string]string{}
	for i, column := range crm.Columns(r.Kind) {
		if i < len(r.Values) && r.Values[i] != "" {
			out[column] = r.Values[i]
		}
	}
	return out
}

// Records is one stretch of the records of a kind.
type Records struct {
	AsOf   int64    `json:"as_of" doc:"Number of the import; 0 before the first"`
	Latest int64    `json:"latest" doc:"Number of the newest import"`
	Total  int      `json:"total" doc:"That fit"`
	Items  []Record `json:"items" nullable:"false"`
	Next   string   `json:"next,omitempty" doc:"Send it as after to go on; absent at the end"`
}

func (o *Operations) listRecords(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	Kind   string `path:"kind" maxLength:"40" doc:"What the records are" example:"touch"`
	AsOf   string `query:"as_of" maxLength:"20" doc:"Number of an import, or a day of the client's calendar, for the newest import up to its end; absent: the newest" example:"2026-03-31"`
	Text   string `query:"text" maxLength:"200" doc:"In the id or any field, whatever the case"`
	api.Page
}) (*api.Answer[Records], error) {
	number, offset, err := placeIn(0, in.After)
	if err != nil {
		return nil, err
	}
	asOf := in.AsOf
	if in.After != "" {
		asOf = strconv.FormatInt(number, 10)
	}
	found, err := o.CRM.RowsAsOf(ctx, access.ActorFrom(ctx), ops.ListInput{Client: in.Client, Kind: crm.Kind(in.Kind), AsOf: asOf, Zone: o.zone(ctx, in.Client), Text: in.Text, Offset: offset, Limit: in.Limit})
	if err != nil {
		return nil, fault.Moved(err, func(place string) string { return "query." + place })
	}
	out := Records{AsOf: found.AsOf.No, Latest: found.Latest, Total: found.Total, Items: []Record{}}
	for _, r := range found.Rows {
		out.Items = append(out.Items, Record{r.ID, fieldsOf(r.Record), r.No, r.Line})
	}
	if end := offset + len(found.Rows); end < found.Total && len(found.Rows) > 0 {
		out.Next = placeAfter(found.AsOf.No, end)
	}
	return &api.Answer[Records]{Body: out}, nil
}

// Alike is records that may be one.
type Alike struct {
	Kind    string        `json:"kind" enum:"company,contact,deal"`
	Reason  string        `json:"reason" enum:"same-email,same-domain,same-deal,alike-deal,same-name,similar-name"`
	Words   string        `json:"words" doc:"What is alike"`
	Won     int           `json:"won" doc:"Won deals of them, each once"`
	Members []AlikeMember `json:"members" nullable:"false"`
}

// AlikeMember is one of them.
type AlikeMember struct {
	ID      string            `json:"id"`
	Fields  map[string]string `json:"fields"`
	Touches int64             `json:"touches,omitempty" doc:"Of a contact"`
	Deals   int               `json:"deals,omitempty" doc:"Of a contact"`
}

// Duplicates is one stretch of the worklist.
type Duplicates struct {
	AsOf   int64          `json:"as_of" doc:"Number of the import; 0 before the first"`
	Latest int64          `json:"latest" doc:"Number of the newest import"`
	Counts map[string]int `json:"counts" doc:"Of all groups, by reason"`
	Total  int            `json:"total" doc:"Groups that fit the filter"`
	Items  []Alike        `json:"items" nullable:"false"`
	Next   string         `json:"next,omitempty" doc:"Send it as after to go on; absent at the end"`
}

func (o *Operations) listDuplicates(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	AsOf   int64  `query:"as_of" minimum:"1" doc:"Number of an import; absent: the newest"`
	Kind   string `query:"kind" enum:"company,contact,deal"`
	Reason string `query:"reason" enum:"same-email,same-domain,same-deal,alike-deal,same-name,similar-name"`
	api.Page
}) (*api.Answer[Duplicates], error) {
	number, offset, err := placeIn(in.AsOf, in.After)
	if err != nil {
		return nil, err
	}
	found, err := o.CRM.Duplicates(ctx, access.ActorFrom(ctx), ops.DuplicatesInput{Client: in.Client, AsOf: number, Of: crm.Kind(in.Kind), Reason: crm.LikeReason(in.Reason), Offset: offset, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := Duplicates{AsOf: found.AsOf, Latest: found.Latest, Counts: map[string]int{}, Total: found.Total, Items: []Alike{}}
	for reason, n := range found.Counts {
		out.Counts[string(reason)] = n
	}
	for _, g := range found.Groups {
		group := Alike{string(g.Of), string(g.Reason), g.Reason.Words(), g.Won, []AlikeMember{}}
		for _, m := range g.Members {
			group.Members = append(group.Members, AlikeMember{m.Record.ID, fieldsOf(m.Record), m.Touches, m.Deals})
		}
		out.Items = append(out.Items, group)
	}
	if end := offset + len(found.Groups); end < found.Total {
		out.Next = placeAfter(found.AsOf, end)
	}
	return &api.Answer[Duplicates]{Body: out}, nil
}
