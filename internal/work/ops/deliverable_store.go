package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/work"
)

type deliverableRow struct {
	bun.BaseModel `bun:"table:deliverable"`

	ID         string    `bun:"id,pk"`
	ClientID   string    `bun:"client_id"`
	ContractID string    `bun:"contract_id"`
	RequestID  string    `bun:"request_id"`
	ProviderID string    `bun:"provider_id"`
	Name       string    `bun:"name"`
	CreatedAt  time.Time `bun:"created_at"`
}

type versionRow struct {
	bun.BaseModel `bun:"table:deliverable_version"`

	DeliverableID   string    `bun:"deliverable_id,pk"`
	Number          int       `bun:"number,pk"`
	Filename        string    `bun:"filename"`
	Media           string    `bun:"media"`
	Bytes           int64     `bun:"bytes"`
	SHA256          string    `bun:"sha256"`
	Note            string    `bun:"note"`
	SubmittedAt     time.Time `bun:"submitted_at"`
	SubmittedBy     string    `bun:"submitted_by"`
	SubmittedByName string    `bun:"submitted_by_name"`
}

type stepRow struct {
	bun.BaseModel `bun:"table:deliverable_event"`

	DeliverableID string    `bun:"deliverable_id,pk"`
	Seq           int64     `bun:"seq,pk"`
	Step          string    `bun:"step"`
	Version       int       `bun:"version"`
	SHA256        string    `bun:"sha256"`
	Body          string    `bun:"body"`
	HappenedAt    time.Time `bun:"happened_at"`
	RecordedAt    time.Time `bun:"recorded_at"`
	ActorID       string    `bun:"actor_id"`
	ActorName     string    `bun:"actor_name"`
}

type acceptedRow struct {
	bun.BaseModel `bun:"table:deliverable_acceptance"`

	DeliverableID  string    `bun:"deliverable_id,pk"`
	Version        int       `bun:"version"`
	SHA256         string    `bun:"sha256"`
	How            string    `bun:"how"`
	AcceptedAt     time.Time `bun:"accepted_at"`
	AcceptedBy     string    `bun:"accepted_by"`
	AcceptedByName string    `bun:"accepted_by_name"`
}

// waitRow tells the program what it will have to look at, and when. It says nothing that the steps do not.
type waitRow struct {
	bun.BaseModel `bun:"table:deliverable_wait"`

	DeliverableID string    `bun:"deliverable_id,pk"`
	What          string    `bun:"what,pk"`
	At            time.Time `bun:"at"`
}

// What is waited for.
const (
	waitSilence  = "silence"
	waitFee      = "fee"
	waitHandOver = "hand-over"
)

// stepBody is what a step says besides what it is about.
type stepBody struct {
	Proposal *proposal `json:"proposal,omitempty"`
	Changes  []string  `json:"changes,omitempty"`
	OwnError bool      `json:"own_error,omitempty"`
	Order    string    `json:"order,omitempty"`
	Words    string    `json:"words,omitempty"`
	On       cal.Date  `json:"on,omitzero"`
}

// proposal is what a deliverable was proposed as.
type proposal struct {
	Note      string   `json:"note,omitempty"`
	Due       cal.Date `json:"due,omitzero"`
	Milestone string   `json:"milestone,omitempty"`
	Part      string   `json:"part,omitempty"`
	FeeMonth  string   `json:"fee_month,omitempty"`
	Terms     int      `json:"terms,omitempty"` // version of the contract in force on its day; 0: no contract
}

func (r stepRow) happened() (work.Happened, stepBody, error) {
	var b stepBody
	if err := json.Unmarshal([]byte(r.Body), &b); err != nil {
		return work.Happened{}, b, fmt.Errorf("read step %d of deliverable %s: %w", r.Seq, r.DeliverableID, err)
	}
	return work.Happened{At: r.HappenedAt.UTC(), Step: work.Step(r.Step), Version: r.Version, SHA256: r.SHA256, By: r.ActorName,
		Changes: b.Changes, OwnError: b.OwnError, Order: b.Order, Words: b.Words, On: b.On}, b, nil
}

// kept is a deliverable as it is stored, with where it stands.
type kept struct {
	row      deliverableRow
	proposal proposal
	rules    work.Rules
	state    work.Deliverable // as the steps say, without what follows from silence
	steps    []stepRow
	versions []versionRow
}

func noDeliverable() error {
	return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
}

// readDeliverable reads one. Fault: NotFound.
func readDeliverable(ctx context.Context, tx bun.Tx, id string) (*kept, error) {
	list, err := readDeliverables(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("id = ?", id) })
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, noDeliverable()
	}
	return list[0], nil
}

// readDeliverables reads some, the newest first.
func readDeliverables(ctx context.Context, tx bun.Tx, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]*kept, error) {
	var rows []deliverableRow
	if err := narrow(tx.NewSelect().Model(&rows)).OrderExpr("created_at DESC, id DESC").Scan(ctx); err != nil || len(rows) == 0 {
		return nil, err
	}
	ids, by := make([]string, len(rows)), map[string]*kept{}
	out := make([]*kept, len(rows))
	for i, r := range rows {
		r.CreatedAt = r.CreatedAt.UTC()
		out[i] = &kept{row: r}
		ids[i], by[r.ID] = r.ID, out[i]
	}
	var steps []stepRow
	if err := tx.NewSelect().Model(&steps).Where("deliverable_id IN (?)", bun.List(ids)).OrderExpr("deliverable_id, seq").Scan(ctx); err != nil {
		return nil, err
	}
	for _, r := range steps {
		by[r.DeliverableID].steps = append(by[r.DeliverableID].steps, r)
	}
	var versions []versionRow
	if err := tx.NewSelect().Model(&versions).Where("deliverable_id IN (?)", bun.List(ids)).OrderExpr("deliverable_id, number").Scan(ctx); err != nil {
		return nil, err
	}
	for _, v := range versions {
		by[v.DeliverableID].versions = append(by[v.DeliverableID].versions, v)
	}
	agreements := map[string]contract.Agreement{}
	for _, k := range out {
		if err := k.fold(ctx, tx, agreements); err != nil {
			return nil, fmt.Errorf("deliverable %s: %w", k.row.ID, err)
		}
	}
	return out, nil
}

// fold computes where the deliverable stands from its steps, under the terms that govern it.
func (k *kept) fold(ctx context.Context, tx bun.Tx, agreements map[string]contract.Agreement) error {
	if len(k.steps) == 0 {
		return fault.New(fault.Internal, "deliverable-steps", "the deliverable has no step")
	}
	first, body, err := k.steps[0].happened()
	if err != nil || body.Proposal == nil {
		return fault.New(fault.Internal, "deliverable-steps", "the deliverable has no proposal").Because(err)
	}
	k.proposal = *body.Proposal
	if k.rules, err = rulesOf(ctx, tx, k.row.ContractID, k.proposal, agreements); err != nil {
		return err
	}
	k.state = work.ProposedDeliverable(k.rules, first.At, k.proposal.Due)
	for _, r := range k.steps[1:] {
		e, _, err := r.happened()
		if err != nil {
			return err
		}
		if k.state, err = k.state.After(e); err != nil {
			return fmt.Errorf("step %d: %w", r.Seq, err)
		}
	}
	return nil
}

// rulesOf are the rules of the version that governs the proposal. Where there is no contract nothing is said, and days are those of UTC.
func rulesOf(ctx context.Context, tx bun.Tx, contractID string, p proposal, agreements map[string]contract.Agreement) (work.Rules, error) {
	if contractID == "" {
		return work.RulesFor(contract.Terms{Zone: time.UTC}, p.Milestone)
	}
	agreement, known := agreements[contractID]
	if !known {
		var err error
		if agreement, err = contractops.AgreementOf(ctx, tx, contractID); err != nil {
			return work.Rules{}, err
		}
		agreements[contractID] = agreement
	}
	for _, t := range agreement.Versions {
		if t.Version == p.Terms {
			return work.RulesFor(t, p.Milestone)
		}
	}
	return work.Rules{}, fault.New(fault.Internal, "deliverable-terms", "version %d of the contract is not accepted", p.Terms)
}

// VersionFilesOf lists the digests of the stored files that versions of deliverables rest on, each once, in order. It decides no access: it is for checks of the installation.
func VersionFilesOf(ctx context.Context, tx bun.Tx) (digests []string, err error) {
	err = tx.NewSelect().Model((*versionRow)(nil)).ColumnExpr("DISTINCT sha256").OrderExpr("sha256").Scan(ctx, &digests)
	return digests, err
}
