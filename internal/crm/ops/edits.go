package ops

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// Edits is what the CRM's own history, as of import n, tells of records: who changed which field, the oldest edit of a record first. It decides no
// access: the caller has.
func Edits(ctx context.Context, tx bun.Tx, client string, of crm.Kind, ids []string, n int64) (map[string][]crm.Edit, error) {
	out := map[string][]crm.Edit{}
	err := eachIn(ctx, tx, client, crm.KindEdit, n, "link", ids, func(v version) error {
		r, err := v.record(crm.KindEdit)
		if err != nil {
			return err
		}
		e, err := r.Edit()
		if err == nil && e.Of == of {
			out[e.RecordID] = append(out[e.RecordID], e)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the CRM's history as of import %d: %w", n, err)
	}
	for id, edits := range out {
		out[id] = crm.History(edits)
	}
	return out, nil
}

// explain puts to each changed field of the rows the last edit that left it as it is now.
func (p *comparison) explain(ctx context.Context, tx bun.Tx, k crm.Kind, rows []ComparedRow) error {
	if k != crm.KindCompany && k != crm.KindContact && k != crm.KindDeal {
		return nil
	}
	var ids []string
	for _, row := range rows {
		if len(row.Fields) > 0 {
			ids = append(ids, row.ID)
		}
	}
	edits, err := Edits(ctx, tx, p.client, k, ids, p.To.No)
	if err != nil || len(edits) == 0 {
		return err
	}
	for i := range rows {
		for _, f := range rows[i].Fields {
			for _, e := range edits[rows[i].ID] {
				if !e.Tells(rows[i].Now, f.Field) {
					continue
				}
				if rows[i].Edits == nil {
					rows[i].Edits = map[string]crm.Edit{}
				}
				rows[i].Edits[f.Field] = e
			}
		}
	}
	return nil
}
