package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// fewContacts are looked for one by one; of more, all associations are read once.
const fewContacts = 4

// DealsOf are the deals as of import n that any of the contacts is associated with, and those of the companies, each with all its associations and payments.
// It decides no access: the caller has.
func DealsOf(ctx context.Context, tx bun.Tx, client string, n int64, contacts, companies []string) (s crm.Snapshot, err error) {
	deals := map[string]bool{}
	if err = associatedWith(ctx, tx, client, n, contacts, deals); err != nil {
		return s, err
	}
	err = eachIn(ctx, tx, client, crm.KindDeal, n, "link", companies, func(v version) error {
		deals[v.ID] = true
		return nil
	})
	if err != nil {
		return s, fmt.Errorf("find the deals of companies as of import %d: %w", n, err)
	}
	ids := slices.Sorted(maps.Keys(deals))
	for _, of := range []struct {
		kind   crm.Kind
		column string
	}{{crm.KindDeal, "ext_id"}, {crm.KindDealContact, "link"}, {crm.KindPayment, "link"}} {
		var found []crm.Record
		err := eachIn(ctx, tx, client, of.kind, n, of.column, ids, func(v version) error {
			r, err := v.record(of.kind)
			found = append(found, r)
			return err
		})
		if err != nil {
			return s, fmt.Errorf("read the deals of contacts as of import %d: %w", n, err)
		}
		if err := addInOrder(&s, found); err != nil {
			return s, err
		}
	}
	return s, nil
}

// associatedWith adds the deals that any of the contacts is associated with. The text filter only spares the reading of other associations.
func associatedWith(ctx context.Context, tx bun.Tx, client string, n int64, contacts []string, deals map[string]bool) error {
	patterns := []string{"%"}
	if len(contacts) <= fewContacts {
		patterns = nil
		for _, id := range contacts {
			text, err := json.Marshal(id)
			if err != nil {
				return err
			}
			patterns = append(patterns, `%"contact_id":`+string(text)+`%`)
		}
	}
	wanted := map[string]bool{}
	for _, id := range contacts {
		wanted[id] = true
	}
	for _, like := range patterns {
		err := eachLike(ctx, tx, client, crm.KindDealContact, n, like, func(v version) error {
			r, err := v.record(crm.KindDealContact)
			if wanted[r.Get("contact_id")] {
				deals[r.Get("deal_id")] = true
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
