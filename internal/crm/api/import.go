package api

import (
	"context"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
)

func (o *Operations) registerImport(a *api.API) {
	limit := o.MaxUpload
	if limit == 0 {
		limit = blob.DefaultMaxBytes
	}
	api.Register(a, api.Operation{
		Method: http.MethodPost, Path: imports, ID: "importEvidence", Summary: "Send a file in, and apply or check it",
		Description: "The file is the body itself: CSV, also packed with gzip, or an Excel workbook (.xlsx). What its header and values do not settle must be stated, by parameters or a kept mapping; an answer of 422 asks for it. " +
			"Checking and applying go on when the connection breaks; the list of imports shows what became of them.",
		Tags: []string{tag}, Action: string(access.EvidenceImport), Status: http.StatusCreated, MaxBody: limit,
		Accepts: []string{"text/csv", "text/tab-separated-values", "text/plain", "application/gzip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/octet-stream"},
	}, o.importFile)
	api.Register(a, api.Operation{
		Method: http.MethodPost, Path: one + "/apply", ID: "applyImport", Summary: "Apply a file that was sent in with dry_run",
		Description: "Read the import meanwhile to see how far it is. Applying goes on when the connection breaks.",
		Tags:        []string{tag}, Action: string(access.EvidenceImport),
	}, o.apply)
	api.Register(a, api.Operation{
		Method: http.MethodPost, Path: one + "/discard", ID: "discardImport", Summary: "Take a file away that was sent in and is not applied",
		Description: "The record keeps who did. What is applied stays: a mistake is corrected by a later import.",
		Tags:        []string{tag}, Action: string(access.EvidenceImport), Status: http.StatusNoContent,
	}, o.discard)
}

// Stated is what a file leaves open, as crm.Stated.
type Stated struct {
	Decimal      string   `query:"decimal" enum:"point,comma" doc:"Decimal mark of amounts"`
	DateOrder    string   `query:"date_order" enum:"ymd,dmy,mdy" doc:"Order of dates written with numbers only"`
	Zone         string   `query:"zone" maxLength:"60" example:"Europe/Berlin" doc:"Time zone of times that carry none"`
	Currency     string   `query:"currency" maxLength:"3" example:"USD" doc:"Currency of amounts in rows without one"`
	HomeCurrency string   `query:"home_currency" maxLength:"3" example:"USD" doc:"Currency of amounts that the CRM converted"`
	Won          []string `query:"won,explode" maxItems:"200" nullable:"false" doc:"A stage that means won, as exported; once for each"`
	Lost         []string `query:"lost,explode" maxItems:"200" nullable:"false" doc:"A stage that means lost"`
	Open         []string `query:"open,explode" maxItems:"200" nullable:"false" doc:"A stage that means open"`
	New          []string `query:"new,explode" maxItems:"200" nullable:"false" doc:"A customer type that means a new customer, as exported"`
	Existing     []string `query:"existing,explode" maxItems:"200" nullable:"false" doc:"A customer type that means an existing customer"`
	Renewal      []string `query:"renewal,explode" maxItems:"200" nullable:"false" doc:"A customer type that means a renewal"`
	Columns      []string `query:"column,explode" maxItems:"200" nullable:"false" doc:"field=header: which column holds a field; field= where none does"`
	Constants    []string `query:"constant,explode" maxItems:"200" nullable:"false" doc:"field=value: a field that is the same in every row"`
	Sheet        string   `query:"sheet" maxLength:"100" doc:"Sheet of a workbook, when it has several that hold rows"`
	Header       int      `query:"header" minimum:"0" maximum:"1048576" doc:"Line on which the names of the columns stand, when it is not found"`
}

func (o *Operations) importFile(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	api.Upload
	Kind    string `query:"kind" enum:"company,contact,deal,deal_contact,touch,payment,carve_out,time_entry,metric_reading,lead,delivery,spend,sla_miss" doc:"What the rows are; needed only when the columns do not tell"`
	Profile string `query:"profile" enum:"generic,hubspot,salesforce,web,google-ads,meta-ads,linkedin-ads,microsoft-ads,ga4" doc:"The system that the file comes from; needed only when the columns do not tell"`
	Mapping string `query:"mapping" maxLength:"60" doc:"Name of a kept mapping, instead of kind and profile"`
	Stated
	DryRun bool `query:"dry_run" doc:"Only say what applying would do"`
}) (*api.Created[Import], error) {
	ctx = context.WithoutCancel(ctx) // what has begun is not left half done because the caller has gone; a body cut off still fails
	i, err := o.CRM.Import(ctx, access.ActorFrom(ctx), ops.ImportInput{
		Client: in.Client, Filename: in.Filename, Reader: in.Stream(), Kind: crm.Kind(in.Kind), Profile: crm.Profile(in.Profile), Saved: in.Mapping, DryRun: in.DryRun,
		Stated: crm.Stated(in.Stated),
	})
	if err != nil {
		return nil, fault.Moved(err, func(place string) string { return "query." + crm.StatedAs(place) })
	}
	return &api.Created[Import]{Location: api.Path("clients", i.Client, "imports", i.ID), Body: importOf(i)}, nil
}

func (o *Operations) apply(ctx context.Context, in *Of) (*api.Answer[Import], error) {
	i, err := o.find(ctx, *in)
	if err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	if i, err = o.CRM.Apply(ctx, access.ActorFrom(ctx), in.Client, i.ID); err != nil {
		return nil, err
	}
	return &api.Answer[Import]{Body: importOf(i)}, nil
}

func (o *Operations) discard(ctx context.Context, in *Of) (*struct{}, error) {
	i, err := o.find(ctx, *in)
	if err != nil {
		return nil, err
	}
	return nil, o.CRM.Discard(ctx, access.ActorFrom(ctx), in.Client, i.ID)
}
