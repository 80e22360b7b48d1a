package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/work"
)

// DeliverableDoors are what deliverables ask of the rooms beside and above; the program wires them. A nil door leaves its part out.
type DeliverableDoors struct {
	// RequestEvent is told within the transaction that a version of a deliverable reached the client ("delivered"), has the client's word ("feedback") or needs none any more ("taken-back"),
	// who did so, and in words what: "approved version 2 of Landing page".
	RequestEvent func(ctx context.Context, tx bun.Tx, actor access.Actor, request, deliverable, kind, words string, at time.Time) error
	// RequestOf says to which client a request belongs and which organisation works on it, empty for the agency. Fault: NotFound.
	RequestOf func(ctx context.Context, tx bun.Tx, request string) (client, provider string, err error)
	// FeePaid says whether all invoices to a client under a contract up to a month are paid.
	FeePaid func(ctx context.Context, tx bun.Tx, client, contract string, through cal.Month) (FeePaid, error)
	// Acceptors are those of the client whom the words of a contract let accept what decides a fee; none: whoever decides about deliveries.
	Acceptors func(ctx context.Context, tx bun.Tx, client, by string) ([]Acceptor, error)
	// Orders names the change orders of a client that both sides have accepted, the newest first. nil: whoever releases a further round is believed.
	Orders func(ctx context.Context, tx bun.Tx, client string) ([]string, error)
	// HandOver takes the acceptance of a milestone as a file of evidence, through the door of every file.
	HandOver func(ctx context.Context, client, name string, file []byte) error
}

// Acceptor is a person who may accept.
type Acceptor struct {
	Account string
	Name    string
}

// FeePaid is what is known of a fee.
type FeePaid struct {
	Paid  bool
	On    cal.Date
	Words string // "all invoices up to March 2026"
}

// Deliverable is one as a person may see it: of versions that were not released, the client sees nothing.
type Deliverable struct {
	ID        string
	Client    string
	Contract  string
	Request   string // empty: it stands alone
	Provider  string // empty: the agency
	Name      string
	Note      string
	Milestone string
	Part      string
	FeeMonth  string // "2026-03": it is paid with the fee up to this month; empty: nobody has said
	Terms     int    // version of the contract that governs it
	State     work.Deliverable
	Rules     work.Rules
	Files     []VersionFile
	Steps     []Taken
	Owned     *work.Owned // nil: this person does not see it
	CreatedAt time.Time

	RequestName string // "R-12"; empty: it stands alone
}

// Scope is what it is for the access table.
func (d Deliverable) Scope() access.Scope {
	return access.Scope{Client: d.Client, Provider: d.Provider}
}

// File is the file of a version.
func (d Deliverable) File(number int) (VersionFile, bool) {
	i := slices.IndexFunc(d.Files, func(f VersionFile) bool { return f.Number == number })
	if i < 0 {
		return VersionFile{}, false
	}
	return d.Files[i], true
}

// VersionFile is the file of a version.
type VersionFile struct {
	Number   int
	Name     string
	Media    string
	Bytes    int64
	SHA256   string
	Note     string
	At       time.Time
	ByName   string
	Released bool
}

// Taken is a step that was taken.
type Taken struct {
	Seq int64
	work.Happened
	Internal bool // the client does not see it
}

// internalSteps are those between the agency and its specialists, and the program's own.
var internalSteps = []work.Step{work.StepSubmitted, work.StepHeldBack, work.StepHandedOver}

// scope of a stored deliverable.
func (k *kept) scope() access.Scope {
	return access.Scope{Client: k.row.ClientID, Provider: k.row.ProviderID}
}

// insider sees versions before the client does: the agency, and who made them.
func (k *kept) insider(actor access.Actor) bool {
	return access.SeesInternal(actor, k.row.ClientID) || slices.ContainsFunc(actor.Memberships, func(m access.Membership) bool {
		return m.OrgKind == access.Specialist && m.Org == k.row.ProviderID && k.row.ProviderID != ""
	})
}

// shownTo is the deliverable as the person may see it, as of now.
func (k *kept) shownTo(actor access.Actor, now time.Time) Deliverable {
	inside, agency := k.insider(actor), access.SeesInternal(actor, k.row.ClientID)
	maker := inside && !agency // sees neither money nor the contract
	d := Deliverable{ID: k.row.ID, Client: k.row.ClientID, Contract: k.row.ContractID, Request: k.row.RequestID, Provider: k.row.ProviderID, Name: k.row.Name, Note: k.proposal.Note,
		Milestone: k.proposal.Milestone, Part: k.proposal.Part, FeeMonth: k.proposal.FeeMonth, Terms: k.proposal.Terms, State: k.state.AsOf(now), Rules: k.rules, CreatedAt: k.row.CreatedAt}
	released := map[int]bool{}
	for _, v := range d.State.Versions {
		released[v.Number] = !v.Released.IsZero()
	}
	if !inside {
		d.State = d.State.Outside()
	}
	for _, v := range k.versions {
		if inside || released[v.Number] {
			d.Files = append(d.Files, VersionFile{v.Number, v.Filename, v.Media, v.Bytes, v.SHA256, v.Note, v.SubmittedAt.UTC(), v.SubmittedByName, released[v.Number]})
		}
	}
	for _, r := range k.steps {
		e, _, err := r.happened()
		internal := slices.Contains(internalSteps, e.Step)
		if err == nil && (inside || !internal) && !(maker && e.Step == work.StepPaid) {
			d.Steps = append(d.Steps, Taken{r.Seq, e, internal})
		}
	}
	if maker {
		d.Contract, d.Terms, d.FeeMonth, d.State.Paid, d.State.PaidWords = "", 0, "", cal.Date{}, ""
		return d
	}
	owned := d.State.Ownership(now)
	d.Owned = &owned
	return d
}

// admitDeliverable reads a deliverable of the client for an action. Faults: NotFound, Forbidden.
func admitDeliverable(ctx context.Context, tx bun.Tx, actor access.Actor, action access.Action, client, id string) (*kept, error) {
	k, err := readDeliverable(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if k.row.ClientID != client {
		return nil, noDeliverable()
	}
	return k, access.Require(actor, action, k.scope())
}

// ShowDeliverable is one deliverable. Who may: see DeliverableSee. Faults: NotFound, Forbidden.
func (s *Service) ShowDeliverable(ctx context.Context, actor access.Actor, client, id string) (Deliverable, error) {
	var out Deliverable
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		k, err := admitDeliverable(ctx, tx, actor, access.DeliverableSee, client, id)
		if err == nil {
			one := []Deliverable{k.shownTo(actor, s.now())}
			err = nameRequests(ctx, tx, one)
			out = one[0]
		}
		return err
	})
	if err != nil {
		return Deliverable{}, fmt.Errorf("show a deliverable: %w", err)
	}
	return out, nil
}

// DeliverablePage is a part of a client's deliverables.
type DeliverablePage struct {
	List  []Deliverable
	Total int
	More  bool // others stand behind those of List
}

// DeliverableFilter narrows a list. Name finds part of the name, whatever the case; Request those of one request.
type DeliverableFilter struct {
	Name    string
	Request string
	Offset  int
	After   string // id of the one before those that are listed; empty: from Offset
	Limit   int    // 50 when 0
}

// ListDeliverables are those of a client that the actor may see, the newest first. A specialist sees those of its own organisation. Who may: see DeliverableSee. Faults: NotFound, Forbidden; Invalid
// at "after" for one that is not in the list.
func (s *Service) ListDeliverables(ctx context.Context, actor access.Actor, client string, f DeliverableFilter) (DeliverablePage, error) {
	if err := access.RequireAny(actor, access.DeliverableSee, client); err != nil {
		return DeliverablePage{}, err
	}
	narrow := narrowTo(actor, client, f)
	var out DeliverablePage
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		total, err := narrow(tx.NewSelect().Model((*deliverableRow)(nil))).Count(ctx)
		if err != nil {
			return err
		}
		after, err := placeOf(ctx, tx, narrow, f.After)
		if err != nil {
			return err
		}
		list, err := readDeliverables(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
			return after(narrow(q)).Offset(int64(max(f.Offset, 0))).Limit(int64(limitOf(f.Limit) + 1))
		})
		out = DeliverablePage{Total: int(total), More: len(list) > limitOf(f.Limit)}
		for _, k := range list[:min(len(list), limitOf(f.Limit))] {
			out.List = append(out.List, k.shownTo(actor, s.now()))
		}
		if err != nil {
			return err
		}
		return nameRequests(ctx, tx, out.List)
	})
	if err != nil {
		return DeliverablePage{}, fmt.Errorf("list deliverables: %w", err)
	}
	return out, nil
}

// placeOf holds a query to what stands behind one of the list. Fault: Invalid at "after".
func placeOf(ctx context.Context, tx bun.Tx, narrow func(*bun.SelectQuery) *bun.SelectQuery, after string) (func(*bun.SelectQuery) *bun.SelectQuery, error) {
	if after == "" {
		return func(q *bun.SelectQuery) *bun.SelectQuery { return q }, nil
	}
	var rows []deliverableRow
	if err := narrow(tx.NewSelect().Model(&rows).Column("id", "created_at")).Where("id = ?", after).Scan(ctx); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.New(fault.Invalid, "after-unknown", "the list has changed and this place is no longer in it; begin anew without after").At("after")
	}
	at := rows[0].CreatedAt.UTC()
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("(created_at < ? OR created_at = ? AND id < ?)", at, at, after)
	}, nil
}

// mostListed is how many deliverables are listed at once.
const mostListed = 200

func limitOf(n int) int {
	if n <= 0 {
		return 50
	}
	return min(n, mostListed)
}

// narrowTo is what the actor may see of a client's deliverables, and looks for.
func narrowTo(actor access.Actor, client string, f DeliverableFilter) func(*bun.SelectQuery) *bun.SelectQuery {
	whole := access.Decide(actor, access.DeliverableSee, access.Of(client)).Allowed
	var own []string
	for _, m := range actor.Memberships {
		if access.Decide(actor, access.DeliverableSee, access.Scope{Client: client, Provider: m.Org}).Allowed {
			own = append(own, m.Org)
		}
	}
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("client_id = ?", client)
		if !whole {
			q = q.Where("provider_id IN (?)", bun.List(own))
		}
		if f.Request != "" {
			q = q.Where("request_id = ?", f.Request)
		}
		if f.Name != "" {
			q = q.Where("LOWER(name) LIKE ? ESCAPE '!'", "%"+strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(f.Name))+"%")
		}
		return q
	}
}

// DeliverableContract is a contract under which a deliverable can be proposed.
type DeliverableContract struct {
	ID    string
	Name  string
	Names []string // of its milestones and pieces
}

// DeliverableContracts are those of a client that both sides have accepted. Who may: see DeliverablePropose. Faults: NotFound, Forbidden.
func (s *Service) DeliverableContracts(ctx context.Context, actor access.Actor, client string) ([]DeliverableContract, error) {
	if err := access.Require(actor, access.DeliverablePropose, access.Of(client)); err != nil {
		return nil, err
	}
	var out []DeliverableContract
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = nil
		list, err := contractops.ContractsOf(ctx, tx, client)
		if err != nil {
			return err
		}
		for _, c := range list {
			agreement, err := c.Agreement()
			if fault.Code(err) == "no-version" {
				continue
			}
			if err != nil {
				return err
			}
			out = append(out, DeliverableContract{ID: c.ID, Name: c.Name, Names: work.AcceptedByName(agreement.Latest())})
		}
		return nil
	})
	return out, err
}

// versionFiles are the files of the context's workspace.
func (s *Service) versionFiles(ctx context.Context) (*blob.Store, error) {
	workspace, ok := db.Workspace(ctx)
	if !ok || s.DB.Engine() == db.SQLite {
		return s.Files, nil
	}
	return s.Files.In(workspace)
}
