package api

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

func (o *Operations) registerRead(a *api.API) {
	get := func(path, id, summary string) api.Operation {
		return api.Operation{Method: http.MethodGet, Path: path, ID: id, Summary: summary, Tags: []string{tag}, Action: string(access.EvidenceSee)}
	}
	api.Register(a, get(imports, "listImports", "List the imports of a client, newest first"), o.list)
	api.Register(a, get(one, "getImport", "Read an import, also while it runs"), o.get)
	rejects := get(one+"/rejects", "downloadRejects", "Download the problems of an import's rows as CSV")
	rejects.Produces = []string{"text/csv"}
	api.Register(a, rejects, o.rejects)
}

func (o *Operations) list(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	State  string `query:"state" enum:"applied,pending" default:"applied" doc:"pending: what is not applied yet, the newest 20"`
	api.Page
}) (*api.Answer[api.List[Import]], error) {
	if in.State == "pending" {
		found, err := o.CRM.Pending(ctx, access.ActorFrom(ctx), in.Client)
		if err != nil {
			return nil, err
		}
		return api.Cut(in.Page, importsOf(found), func(i Import) string { return i.ID })
	}
	return o.applied(ctx, in.Client, in.Page)
}

// applied goes by the numbers of imports, which have no gaps, so that one applied meanwhile neither hides nor repeats another.
func (o *Operations) applied(ctx context.Context, client string, p api.Page) (*api.Answer[api.List[Import]], error) {
	who := access.ActorFrom(ctx)
	before, err := after(p.After)
	if err != nil {
		return nil, err
	}
	offset := 0
	if before > 0 {
		_, newest, err := o.CRM.ImportList(ctx, who, client, 0, 1)
		if err != nil {
			return nil, err
		}
		offset = int(max(0, newest-before+1))
	}
	found, _, err := o.CRM.ImportList(ctx, who, client, offset, p.Limit)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(i ops.Import) bool { return before > 0 && i.No >= before })
	next := ""
	if n := len(found); n > 0 && found[n-1].No > 1 {
		next = strconv.FormatInt(found[n-1].No, 10)
	}
	return api.ListOf(importsOf(found), next), nil
}

// after is the number of an import; 0 for the beginning.
func after(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || strconv.FormatInt(n, 10) != text {
		return 0, fault.New(fault.Invalid, "after-unknown", "Send the next of the answer before, or leave after out.").At("query.after")
	}
	return n, nil
}

func (o *Operations) get(ctx context.Context, in *Of) (*api.Answer[Import], error) {
	i, err := o.find(ctx, *in)
	if err != nil {
		return nil, err
	}
	return &api.Answer[Import]{Body: importOf(i)}, nil
}

func (o *Operations) rejects(ctx context.Context, in *Of) (*api.Download, error) {
	i, err := o.find(ctx, *in)
	if err != nil {
		return nil, err
	}
	name := i.ID
	if i.No > 0 {
		name = strconv.FormatInt(i.No, 10)
	}
	return api.Stream("text/csv; charset=utf-8", "rejects-"+name+".csv", func(ctx context.Context, w io.Writer) error {
		return o.CRM.WriteRejects(ctx, access.ActorFrom(ctx), in.Client, i.ID, w)
	}), nil
}

// find is the import of the address. Faults: NotFound, Forbidden.
func (o *Operations) find(ctx context.Context, in Of) (ops.Import, error) {
	if no, err := strconv.ParseInt(in.Import, 10, 64); err == nil {
		return o.CRM.ShowNo(ctx, access.ActorFrom(ctx), in.Client, no)
	}
	return o.CRM.Show(ctx, access.ActorFrom(ctx), in.Client, in.Import)
}

func importsOf(found []ops.Import) []Import {
	out := make([]Import, len(found))
	for i, one := range found {
		out[i] = importOf(one)
	}
	return out
}
