package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

const pulls = "/clients/{client}/pulls"

func (o *Operations) registerPulls(a *api.API) {
	api.Register(a, api.Operation{Method: http.MethodGet, Path: pulls, ID: "listPulls", Summary: "List the client's connections to CRMs, each with its last pull",
		Tags: []string{tag}, Action: string(access.EvidenceSee)}, o.listPulls)
	api.Register(a, api.Operation{Method: http.MethodPost, Path: pulls + "/{system}", ID: "startPull", Summary: "Begin to pull the client's tables from a CRM, and answer while it runs", Status: http.StatusAccepted,
		Description: "What the CRM refuses stands in the pull's message. A pull that waits for a person is given up: its files that are not applied are discarded. 409 while one runs.",
		Tags:        []string{tag}, Action: string(access.EvidenceImport)}, o.startPull)
}

// Connection is how a CRM of the client is reached, and what came of it last.
type Connection struct {
	System string     `json:"system" enum:"hubspot,salesforce"`
	Host   string     `json:"host"`
	Every  string     `json:"every,omitempty" doc:"The schedule; absent: only when somebody asks" example:"6h0m0s"`
	Next   *time.Time `json:"next,omitempty" doc:"When the next pull is due; absent while one is open, or without a schedule"`
	Last   *Pull      `json:"last,omitempty" doc:"Absent before the first"`
}

// Pull is one pull as it stands.
type Pull struct {
	ID       string        `json:"id"`
	State    string        `json:"state" enum:"pulling,filing,waiting,done,failed,superseded" doc:"waiting: for a person to say how a table is read; failed: nothing of it was kept"`
	Stalled  bool          `json:"stalled,omitempty" doc:"It is open, and nobody works on it"`
	By       string        `json:"by"`
	Requests int64         `json:"requests"`
	Message  string        `json:"message,omitempty" doc:"Why it failed, or was interrupted last"`
	BeganAt  time.Time     `json:"began_at"`
	EndedAt  *time.Time    `json:"ended_at,omitempty"`
	Since    *time.Time    `json:"since,omitempty" doc:"Only what changed since then was asked for; absent: everything"`
	Tables   []PulledTable `json:"tables" nullable:"false"`
}

// PulledTable is one table of a pull.
type PulledTable struct {
	Table   string   `json:"table"`
	State   string   `json:"state" enum:"pulling,pulled,filed,waiting,applied,unchanged,blank,absent,discarded"`
	Rows    int64    `json:"rows"`
	Lacking []string `json:"lacking,omitempty" doc:"Fields that the account does not show, and that are unknown therefore"`
	Upload  string   `json:"upload,omitempty" doc:"Id of the import that the table became"`
	Import  int64    `json:"import,omitempty" doc:"Its number, once it is applied"`
	Message string   `json:"message,omitempty"`
}

func connectionOf(c ops.Connected) Connection {
	out := Connection{System: string(c.System), Host: c.Host, Next: instant(c.Next)}
	if c.Every > 0 {
		out.Every = c.Every.String()
	}
	if c.Last == nil {
		return out
	}
	p := c.Last
	out.Last = &Pull{ID: p.ID, State: string(p.State), Stalled: p.Stalled, By: p.ActorName, Requests: p.Requests, Message: p.Message, BeganAt: p.BeganAt, EndedAt: instant(p.EndedAt), Since: instant(p.Since), Tables: []PulledTable{}}
	for _, t := range p.Tables {
		out.Last.Tables = append(out.Last.Tables, PulledTable{t.Object, string(t.State), t.Rows, t.Lacking, t.ImportID, t.No, t.Message})
	}
	return out
}

func (o *Operations) listPulls(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	api.Page
}) (*api.Answer[api.List[Connection]], error) {
	list, err := o.CRM.Connected(ctx, access.ActorFrom(ctx), in.Client)
	if err != nil {
		return nil, err
	}
	out := make([]Connection, len(list))
	for i, c := range list {
		out[i] = connectionOf(c)
	}
	return api.Cut(in.Page, out, func(c Connection) string { return c.System })
}

func (o *Operations) startPull(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	System string `path:"system" maxLength:"20" doc:"The CRM" example:"hubspot"`
}) (*api.Answer[Connection], error) {
	who := access.ActorFrom(ctx)
	if err := o.CRM.StartPull(ctx, who, in.Client, crm.Profile(in.System)); err != nil {
		return nil, err
	}
	list, err := o.CRM.Connected(ctx, who, in.Client)
	at := slices.IndexFunc(list, func(c ops.Connected) bool { return string(c.System) == in.System })
	if err == nil && at < 0 {
		err = fault.New(fault.NotFound, "connection", "There is no such connection.")
	}
	if err != nil {
		return nil, err
	}
	return &api.Answer[Connection]{Body: connectionOf(list[at])}, nil
}
