package ops

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
)

// namedDeals and namedPeople are for how many deals, and how many contacts and touches, the imports are named: what was said of each is read.
const namedDeals, namedPeople = 50, 2000

// namer says of changed values which import said them.
type namer struct {
	tx          bun.Tx
	client      string
	after, upTo int64 // imports
	deals       map[string][]crmops.Said
}

func newNamer(tx bun.Tx, client string, after, upTo int64) *namer {
	return &namer{tx, client, after, upTo, map[string][]crmops.Said{}}
}

// deal is what was said of a deal.
func (n *namer) deal(ctx context.Context, id string) (said []crmops.Said, err error) {
	said, read := n.deals[id]
	if !read {
		said, err = crmops.DealHistory(ctx, n.tx, n.client, id, n.upTo)
		n.deals[id] = said
	}
	return said, err
}

// name gives the changes with their imports. A touch that only comes to bear on a deal, or no longer does, although no import says anything new of it, is left out: what
// connects it is there.
func (n *namer) name(ctx context.Context, facts []fees.FactChange) ([]fees.FactChange, error) {
	rows := map[crm.Kind][]string{}
	for i, f := range facts {
		person := f.Kind == crm.KindContact || f.Kind == crm.KindTouch
		switch {
		case (rowKind(f.Kind) || person && len(rows[f.Kind]) < namedPeople) && !slices.Contains(rows[f.Kind], f.ID):
			rows[f.Kind] = append(rows[f.Kind], f.ID)
		case person || f.Deal == "" || n.deals[f.Deal] == nil && len(n.deals) == namedDeals:
		default:
			said, err := n.deal(ctx, f.Deal)
			if err != nil {
				return nil, err
			}
			facts[i].Import = importOf(f, said, n.after)
			if f.Kind == crm.KindDeal && f.Field == "deleted" && facts[i].Import == 0 {
				gone, err := partnersGone(ctx, n, said, f.Deal)
				if err != nil {
					return nil, err
				}
				facts[i] = merged(f, said, gone, n.after)
			}
		}
	}
	for kind, ids := range rows {
		said, err := crmops.RowHistory(ctx, n.tx, n.client, kind, ids, n.upTo)
		if err != nil {
			return nil, err
		}
		of := map[string][]crmops.Said{}
		for _, s := range said {
			of[s.Record.ID] = append(of[s.Record.ID], s)
		}
		facts = slices.DeleteFunc(facts, func(f fees.FactChange) bool {
			return kind == crm.KindTouch && f.Kind == kind && f.Field == "" && len(of[f.ID]) > 0 && importOf(f, of[f.ID], n.after) == 0
		})
		for i, f := range facts {
			if f.Kind == kind {
				facts[i].Import = importOf(f, of[f.ID], n.after)
			}
		}
	}
	return facts, nil
}

// merged is, of a deal that counts no more, or again, though no row of it says so, what people stated of it, or that the deal it was one with is gone.
func merged(f fees.FactChange, said []crmops.Said, gone []fees.FactChange, after int64) fees.FactChange {
	for _, c := range changesSince(said, f.Deal, after) {
		if c.Kind == crm.KindDealMerge && c.ID == f.ID && c.Field != "into_deal_id" {
			c.Name = f.Name
			return c
		}
	}
	if len(gone) > 0 {
		return gone[0]
	}
	return f
}

// partnersGone tells, of the deals into which people stated a deal to be merged, that they were deleted, or came back: the deal counts by itself then, or no more.
func partnersGone(ctx context.Context, n *namer, said []crmops.Said, deal string) (out []fees.FactChange, err error) {
	var partners []string
	for _, s := range said {
		into := s.Record.Get("into_deal_id")
		if s.Record.Kind == crm.KindDealMerge && s.Record.ID == deal && !slices.Contains(partners, into) {
			partners = append(partners, into)
		}
	}
	for _, partner := range partners {
		rows, err := n.deal(ctx, partner)
		if err != nil {
			return nil, err
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(s crmops.Said) bool { return s.Record.Kind != crm.KindDeal })
		for _, c := range changesSince(rows, deal, n.after) {
			if c.Field == "deleted" {
				out = append(out, fees.FactChange{Kind: crm.KindDealMerge, ID: deal, Deal: deal, Name: deal, Import: c.Import, Field: fees.PartnerDeleted, Before: partner, After: c.After})
			}
		}
	}
	return out, nil
}

// importOf is the last import after the given one that said something new of the value; 0 when none did.
func importOf(f fees.FactChange, said []crmops.Said, after int64) (no int64) {
	value := ""
	for _, s := range said {
		if s.Record.Kind != f.Kind || s.Record.ID != f.ID {
			continue
		}
		now := s.Record.Get(f.Field)
		if f.Field == "" {
			now = s.Record.Hash().String()
		}
		if now != value && s.Import.No > after {
			no = s.Import.No
		}
		value = now
	}
	return no
}
