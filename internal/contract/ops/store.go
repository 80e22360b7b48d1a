package ops

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

type contractRow struct {
	bun.BaseModel `bun:"table:contract"`

	ID         string    `bun:"id,pk"`
	ClientID   string    `bun:"client_id"`
	Name       string    `bun:"name"`
	CreatedAt  time.Time `bun:"created_at"`
	ProviderID string    `bun:"provider_id"` // specialist or vendor; empty: the agency's own contract
}

type draftRow struct {
	bun.BaseModel `bun:"table:contract_draft"`

	ContractID  string    `bun:"contract_id,pk"`
	Source      string    `bun:"source"`
	Revision    int       `bun:"revision"`
	SavedAt     time.Time `bun:"saved_at"`
	SavedBy     string    `bun:"saved_by"`
	SavedByName string    `bun:"saved_by_name"`
}

type versionRow struct {
	bun.BaseModel `bun:"table:contract_version"`

	ID             string    `bun:"id,pk"`
	ContractID     string    `bun:"contract_id"`
	Number         int       `bun:"number"`
	Attempt        int       `bun:"attempt"`
	Effective      string    `bun:"effective"`
	Source         string    `bun:"source"`
	SHA256         string    `bun:"sha256"`
	ProposedAt     time.Time `bun:"proposed_at"`
	ProposedBy     string    `bun:"proposed_by"`
	ProposedByName string    `bun:"proposed_by_name"`
}

type acceptanceRow struct {
	bun.BaseModel `bun:"table:contract_acceptance"`

	VersionID      string    `bun:"version_id,pk"`
	Side           string    `bun:"side,pk"`
	AcceptedAt     time.Time `bun:"accepted_at"`
	AcceptedBy     string    `bun:"accepted_by"`
	AcceptedByName string    `bun:"accepted_by_name"`
	PaperReference string    `bun:"paper_reference"`
	PaperSignatory string    `bun:"paper_signatory"`
	PaperSignedOn  string    `bun:"paper_signed_on"`
}

type withdrawalRow struct {
	bun.BaseModel `bun:"table:contract_withdrawal"`

	VersionID       string    `bun:"version_id,pk"`
	WithdrawnAt     time.Time `bun:"withdrawn_at"`
	WithdrawnBy     string    `bun:"withdrawn_by"`
	WithdrawnByName string    `bun:"withdrawn_by_name"`
	Reason          string    `bun:"reason"`
}

func (r draftRow) draft() Draft {
	return Draft{Contract: r.ContractID, Source: r.Source, Revision: r.Revision, At: r.SavedAt.UTC(), By: r.SavedBy, ByName: r.SavedByName}
}

func (r versionRow) version() contract.Version {
	effective, _ := cal.ParseDate(r.Effective)
	return contract.Version{
		ID: r.ID, Contract: r.ContractID, Number: r.Number, Attempt: r.Attempt, Effective: effective,
		Source: r.Source, SHA256: r.SHA256, At: r.ProposedAt.UTC(), By: r.ProposedBy, ByName: r.ProposedByName,
	}
}

func (r acceptanceRow) acceptance() contract.Acceptance {
	a := contract.Acceptance{Side: contract.Side(r.Side), At: r.AcceptedAt.UTC(), By: r.AcceptedBy, ByName: r.AcceptedByName}
	if r.PaperReference != "" {
		on, _ := cal.ParseDate(r.PaperSignedOn)
		a.Paper = &contract.Paper{Reference: r.PaperReference, Signatory: r.PaperSignatory, SignedOn: on}
	}
	return a
}

func acceptanceRowOf(version string, a contract.Acceptance) acceptanceRow {
	r := acceptanceRow{VersionID: version, Side: string(a.Side), AcceptedAt: a.At, AcceptedBy: a.By, AcceptedByName: a.ByName}
	if a.Paper != nil {
		r.PaperReference, r.PaperSignatory, r.PaperSignedOn = a.Paper.Reference, a.Paper.Signatory, a.Paper.SignedOn.String()
	}
	return r
}

func notFound() error {
	return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
}

// readContract reads one contract with its versions. Fault: NotFound.
func readContract(ctx context.Context, tx bun.Tx, id string) (Contract, error) {
	contracts, err := readContracts(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("id = ?", id) })
	if err != nil {
		return Contract{}, err
	}
	if len(contracts) == 0 {
		return Contract{}, notFound()
	}
	return contracts[0], nil
}

func readContracts(ctx context.Context, tx bun.Tx, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]Contract, error) {
	var rows []contractRow
	if err := narrow(tx.NewSelect().Model(&rows)).OrderExpr("created_at, id").Scan(ctx); err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	versions, err := readVersions(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Contract, len(rows))
	for i, r := range rows {
		out[i] = Contract{ID: r.ID, Client: r.ClientID, Name: r.Name, Provider: r.ProviderID, CreatedAt: r.CreatedAt.UTC(), Versions: versions[r.ID]}
	}
	return out, nil
}

// readVersions reads the versions of contracts with what became of each, in the order of number and attempt.
func readVersions(ctx context.Context, tx bun.Tx, contracts []string) (map[string][]contract.Version, error) {
	var rows []versionRow
	if err := tx.NewSelect().Model(&rows).Where("contract_id IN (?)", bun.List(contracts)).OrderExpr("number, attempt").Scan(ctx); err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var accepted []acceptanceRow
	if err := tx.NewSelect().Model(&accepted).Where("version_id IN (?)", bun.List(ids)).OrderExpr("accepted_at, side").Scan(ctx); err != nil {
		return nil, err
	}
	var withdrawn []withdrawalRow
	if err := tx.NewSelect().Model(&withdrawn).Where("version_id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, err
	}
	acceptances := map[string][]contract.Acceptance{}
	for _, a := range accepted {
		acceptances[a.VersionID] = append(acceptances[a.VersionID], a.acceptance())
	}
	withdrawals := map[string]*contract.Withdrawal{}
	for _, w := range withdrawn {
		withdrawals[w.VersionID] = &contract.Withdrawal{At: w.WithdrawnAt.UTC(), By: w.WithdrawnBy, ByName: w.WithdrawnByName, Reason: w.Reason}
	}
	out := map[string][]contract.Version{}
	for _, r := range rows {
		v := r.version()
		v.Acceptances, v.Withdrawal = acceptances[r.ID], withdrawals[r.ID]
		out[r.ContractID] = append(out[r.ContractID], v)
	}
	return out, nil
}

// contractOf is the contract that a version belongs to. Fault: NotFound.
func contractOf(ctx context.Context, tx bun.Tx, version string) (Contract, contract.Version, error) {
	var row versionRow
	err := tx.NewSelect().Model(&row).Column("contract_id").Where("id = ?", version).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Contract{}, contract.Version{}, notFound()
	}
	if err != nil {
		return Contract{}, contract.Version{}, err
	}
	c, err := readContract(ctx, tx, row.ContractID)
	if err != nil {
		return Contract{}, contract.Version{}, err
	}
	for _, v := range c.Versions {
		if v.ID == version {
			return c, v, nil
		}
	}
	return Contract{}, contract.Version{}, notFound()
}

// readDraft reads the saved draft, when there is one.
func readDraft(ctx context.Context, tx bun.Tx, contractID string) (Draft, bool, error) {
	var row draftRow
	err := tx.NewSelect().Model(&row).Where("contract_id = ?", contractID).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Draft{}, false, nil
	}
	return row.draft(), err == nil, err
}
