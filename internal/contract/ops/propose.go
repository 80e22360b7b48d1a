package ops

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// ProposeInput names the saved draft as the person confirmed it.
type ProposeInput struct {
	Contract string
	Revision int
}

// Propose freezes the draft as the next version and offers it to the client. It counts as the agency's acceptance when the actor may accept
// for the agency; otherwise the agency's acceptance is still to come. Who may: see ContractPropose. Faults: NotFound, Forbidden; Invalid,
// all problems at their lines; Conflict when the draft changed after it was confirmed, or another proposal is open.
func (s *Service) Propose(ctx context.Context, actor access.Actor, in ProposeInput) (contract.Version, error) {
	var out contract.Version
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		c, err := seen(ctx, tx, actor, access.ContractPropose, in.Contract)
		if err != nil {
			return err
		}
		draft, err := s.proposable(ctx, tx, c, in.Revision)
		if err != nil {
			return err
		}
		out, err = s.offer(ctx, tx, actor, c, draft.Source)
		return err
	})
	if err != nil {
		return contract.Version{}, fmt.Errorf("propose the contract: %w", err)
	}
	return out, nil
}

// proposable is the draft at the revision, when nothing stands in its way.
func (s *Service) proposable(ctx context.Context, tx bun.Tx, c Contract, revision int) (Draft, error) {
	if open, ok := c.Open(); ok {
		return Draft{}, fault.New(fault.Conflict, "proposal-open", "Version %d is proposed and waits for an acceptance. Withdraw it before you propose another text.", open.Number)
	}
	draft, saved, err := readDraft(ctx, tx, c.ID)
	switch {
	case err != nil:
		return Draft{}, err
	case !saved:
		return Draft{}, fault.New(fault.Conflict, "no-draft", "There is no saved draft of %s. Save the text first, then propose it.", c.Name)
	case draft.Revision != revision:
		return Draft{}, draftChanged(draft, true)
	}
	return draft, nil
}

// freeze writes the version and takes the draft away: its text is the version now.
func (s *Service) freeze(ctx context.Context, tx bun.Tx, actor access.Actor, c Contract, t contract.Terms) (contract.Version, error) {
	row := versionRow{
		ID: s.id("cv"), ContractID: c.ID, Number: t.Version, Attempt: 1, Effective: t.Effective.String(), Source: t.Source, SHA256: t.SHA256,
		ProposedAt: s.now(), ProposedBy: actor.Account, ProposedByName: actor.Name,
	}
	for _, v := range c.Versions {
		if v.Number == row.Number {
			row.Attempt = max(row.Attempt, v.Attempt+1)
		}
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return contract.Version{}, err
	}
	if _, err := tx.NewDelete().Model((*draftRow)(nil)).Where("contract_id = ?", c.ID).Exec(ctx); err != nil {
		return contract.Version{}, err
	}
	before, after, err := difference(c, t)
	if err != nil {
		return contract.Version{}, err
	}
	_, err = journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{
		At: row.ProposedAt, Action: "contract.propose", Client: c.Client, Subject: subject(c), Internal: c.Underpins(),
		Words:  fmt.Sprintf("proposed version %d of the contract %s, effective %s", row.Number, c.Name, t.Effective.Words()),
		Before: journal.Snapshot(before), After: journal.Snapshot(after),
	}))
	return row.version(), err
}

// difference is what the terms change against the latest accepted version, by the name of each choice; for a first version what it promises.
func difference(c Contract, t contract.Terms) (before, after map[string]string, err error) {
	accepted, err := c.terms()
	if err != nil {
		return nil, nil, err
	}
	before, after = map[string]string{}, map[string]string{"SHA-256": t.SHA256, "Promise": contract.Promise(t)}
	if len(accepted) == 0 {
		return nil, after, nil
	}
	latest := accepted[len(accepted)-1]
	before["SHA-256"], before["Promise"] = latest.SHA256, contract.Promise(latest)
	for _, change := range contract.Compare(latest, t) {
		before[change.Name], after[change.Name] = change.Before, change.After
	}
	return before, after, nil
}

// recorded is a version as the journal shows it.
func recorded(v contract.Version) map[string]any {
	return map[string]any{"version": v.Number, "effective": v.Effective.String(), "sha256": v.SHA256, "state": v.State()}
}
