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

// ToErase are the contacts whose person Erase would erase, as the newest evidence has them, for somebody to look at before. Who: EvidenceErase. Faults: Invalid at
// "contact", "reason".
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
		ids, _, err := s.samePerson(ctx, tx, in.Client, in.Contact)
		if err != nil {
			return err
		}
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
		err = noContact(in.Contact)
	}
	return out, err
}

func noContact(id string) error {
	if id == "" {
		return fault.New(fault.Invalid, "required", "Say whom, by the id of the contact or lead in the CRM.").At("contact")
	}
	return fault.New(fault.Invalid, "contact", "There is no contact %s in the evidence. Write its id as the CRM exports it.", id).At("contact")
}

func reasonMissing() error {
	return fault.New(fault.Invalid, "required", "Say why, without naming the person: it stays in the record of changes. Such as: request of 3 March 2026.").At("reason")
}
