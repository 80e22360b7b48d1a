package ops

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Resting is a statement that rests on frozen evidence, as the room of statements tells of it: one that somebody was given, or the open draft of its month.
type Resting struct {
	ID     string
	Name   string // "Statement of March 2026"
	State  string // "locked", "submitted" or "draft"
	Import int64  // the import that its evidence is as of
	Total  money.Amount

	// Uses tells whether a record decides the statement, as it was frozen with it.
	Uses func(k crm.Kind, id string) bool
}

// Locked reports whether nothing can change the statement any more.
func (r Resting) Locked() bool { return r.State == "locked" }

// Draft reports whether nobody was given the statement yet.
func (r Resting) Draft() bool { return r.State == "draft" }

// on tells whether the statement rests on what a row said before a later import changed it; on a merge it does where it used one of the two.
func (r Resting) on(k crm.Kind, d differing) bool {
	if of, merge := map[crm.Kind]crm.Kind{crm.KindMerge: crm.KindContact, crm.KindCompanyMerge: crm.KindCompany, crm.KindDealMerge: crm.KindDeal}[k]; merge {
		return d.no > r.Import && (r.Uses(of, d.id) || r.Uses(of, d.link))
	}
	return d.no > r.Import && r.Uses(k, d.id)
}

// Cost is what a statement would come to on the newest evidence, by the same terms.
type Cost struct {
	AsOf int64        // the newest import
	Now  money.Amount // computed again
	Left money.Amount // by how much what it charges for its own month differs, less what later statements have corrected already
}

// Pinned are the locked statements that rest on evidence as of import no or a later one, the newest first. What such evidence holds is never deleted: the
// database refuses it, and so does whoever would discard the import. Who: EvidenceSee.
func (s *Service) Pinned(ctx context.Context, actor access.Actor, client string, no int64) (out []Resting, err error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		all, err := s.resting(ctx, tx, client)
		out = nil
		for _, r := range all {
			if r.Locked() && r.Import >= no {
				out = append(out, r)
			}
		}
		return err
	})
	return out, err
}

// restingFor are the client's statements that somebody may see: drafts are within the agency.
func (s *Service) restingFor(ctx context.Context, tx bun.Tx, actor access.Actor, client string) ([]Resting, error) {
	all, err := s.resting(ctx, tx, client)
	if access.Require(actor, access.StatementSee, access.Scope{Client: client, Internal: true}) != nil {
		all = slices.DeleteFunc(all, Resting.Draft)
	}
	return all, err
}

// resting are the client's statements; none where no room of statements is wired.
func (s *Service) resting(ctx context.Context, tx bun.Tx, client string) ([]Resting, error) {
	if s.Resting == nil {
		return nil, nil
	}
	return s.Resting(ctx, tx, client)
}
