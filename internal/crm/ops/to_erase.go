package ops

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// ToErase are the contacts whose person Erase would erase, as the newest evidence has them, for somebody to look at before. Who: EvidenceErase. Faults: NotFound at
// "contact"; Invalid at "reason".
func (s *Service) ToErase(ctx context.Context, actor access.Actor, in EraseInput) (out []crm.Contact, err error) {
	if err := access.Require(actor, access.EvidenceErase, access.Of(in.Client)); err != nil {
		return nil, err
	}
	in.Contact = strings.TrimSpace(in.Contact)
	if strings.TrimSpace(in.Reason) == "" {
		return nil, reasonMissing()
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		last, err := lastNo(ctx, tx, in.Client)
		if err != nil {
			return err
		}
		merged, err := mergedContacts(ctx, tx, in.Client, last)
		if err != nil {
			return err
		}
		ids := map[string]bool{in.Contact: true}
		withMerged(ids, merged)
		known, err := bodiesOf(ctx, tx, in.Client, crm.KindContact, last, slices.Sorted(maps.Keys(ids)))
		if err != nil {
			return err
		}
		out = nil
		for _, id := range slices.Sorted(maps.Keys(known)) {
			if known[id].Body == "" {
				continue
			}
			r, err := known[id].record(crm.KindContact)
			if err != nil {
				return err
			}
			c, err := r.Contact()
			if err != nil {
				return err
			}
			out = append(out, c)
		}
		return nil
	})
	if err == nil && len(out) == 0 {
		err = fault.New(fault.NotFound, "contact", "There is no contact %q in the evidence.", in.Contact).At("contact")
	}
	return out, err
}

func reasonMissing() error {
	return fault.New(fault.Invalid, "required", "Say why, without naming the person: it stays in the record of changes. Such as: request of 3 March 2026.").At("reason")
}
