package api

import (
	"context"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

func (o *Operations) registerRead(a *api.API) {
	get := func(path, id, summary string, action access.Action) api.Operation {
		return api.Operation{Method: http.MethodGet, Path: path, ID: id, Summary: summary, Tags: []string{tag}, Action: string(action)}
	}
	list := get(all, "listStatements", "List a client's statements, the newest period first", access.StatementSee)
	list.Description = "The newest revision of each contract and period. The client's people see what was submitted to them."
	api.Register(a, list, o.list)
	read := get(one, "getStatement", "Read a statement with the reason of every line, and where it stands", access.StatementSee)
	read.Description = "Its ETag changes with its review, not only with its content."
	api.Register(a, read, o.get)
	packed := get(one+"/pack", "downloadPack", "Download a statement as a pack that is verified offline", access.PackDownload)
	packed.Produces = []string{"application/zip"}
	api.Register(a, packed, o.pack)
	api.Register(a, get(one+"/difference", "compareStatement", "Say what later evidence would change", access.StatementSee), o.difference)
}

// Summary is a statement in a list.
type Summary struct {
	ID         string    `json:"id"`
	Contract   string    `json:"contract_id"`
	Period     Period    `json:"period"`
	Revision   int       `json:"revision"`
	Hash       string    `json:"hash"`
	Total      Money     `json:"total"`
	State      string    `json:"state" enum:"draft,submitted,withdrawn,locked"`
	WindowEnds string    `json:"window_ends,omitempty" format:"date"`
	WindowOpen bool      `json:"window_open"`
	Split      *Split    `json:"split,omitempty" doc:"Absent for a draft"`
	Evidence   int64     `json:"evidence_as_of_import"`
	DraftedAt  time.Time `json:"drafted_at"`
	DraftedBy  string    `json:"drafted_by"`
}

func summaryOf(s ops.Summary) Summary {
	out := Summary{
		ID: s.ID, Contract: s.Contract, Period: Period{s.Period.From.String(), s.Period.To.String()}, Revision: s.Revision, Hash: s.Hash, Total: moneyOf(s.Total),
		State: string(s.State), WindowEnds: dayOf(s.WindowEnds), WindowOpen: s.WindowOpen, Evidence: s.Import, DraftedAt: s.DraftedAt, DraftedBy: s.DraftedBy,
	}
	if s.Split.Payable.Currency != "" {
		split := splitOf(s.Split)
		out.Split = &split
	}
	return out
}

func (o *Operations) list(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	api.Page
}) (*api.Answer[api.List[Summary]], error) {
	found := []Summary{}
	for page := 1; ; page++ {
		p, err := o.Fees.Statements(ctx, access.ActorFrom(ctx), in.Client, page)
		if err != nil {
			return nil, err
		}
		for _, s := range p.Statements {
			found = append(found, summaryOf(s))
		}
		if len(p.Statements) < ops.PageSize || enough(found, in.Page) {
			return api.Cut(in.Page, found, func(s Summary) string { return s.ID })
		}
	}
}

// enough reports whether the stretch that is asked for, and one statement more, is there.
func enough(found []Summary, p api.Page) bool {
	begin := 0
	if p.After != "" {
		begin = 1 + slices.IndexFunc(found, func(s Summary) bool { return s.ID == p.After })
		if begin == 0 {
			return false
		}
	}
	return len(found)-begin > p.Limit
}

// Shown is a statement under the tag of its state.
type Shown struct {
	api.Immutable
	Body Statement
}

func shown(st ops.Statement) (*Shown, error) {
	body, err := statementOf(st)
	if err != nil {
		return nil, err
	}
	tag, err := tagOf(body)
	return &Shown{api.Unchanging(tag), body}, err
}

func (o *Operations) get(ctx context.Context, in *Of) (*Shown, error) {
	st, err := o.find(ctx, *in)
	if err != nil {
		return nil, err
	}
	return shown(st)
}

func (o *Operations) pack(ctx context.Context, in *Of) (*api.Download, error) {
	if _, err := o.find(ctx, *in); err != nil {
		return nil, err
	}
	p, err := o.Fees.Pack(ctx, access.ActorFrom(ctx), in.Statement)
	if err != nil {
		return nil, err
	}
	return api.Stream("application/zip", p.FileName(), func(_ context.Context, w io.Writer) error { return pack.Write(w, p) }), nil
}
