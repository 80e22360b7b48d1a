package app

import (
	"context"

	"github.com/uptrace/bun"

	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
)

// spendOf are the rows of spend of the newest evidence, as what they are beside the promises.
func (p *Program) spendOf(ctx context.Context, tx bun.Tx, client string) ([]engagement.Spend, error) {
	newest, err := crmops.LatestImport(ctx, tx, client)
	if err != nil || newest == 0 {
		return nil, err
	}
	rows, err := crmops.SpendAt(ctx, tx, client, newest)
	if err != nil {
		return nil, err
	}
	var out []engagement.Spend
	for _, row := range rows {
		if row.Deleted {
			continue
		}
		amount, known := row.Net, row.NetKnown
		if !known {
			amount, known = row.Gross, row.GrossKnown
		}
		out = append(out, engagement.Spend{ID: row.ID, On: row.SpentOn, Provider: row.Provider, Vendor: row.Vendor, Bought: row.Category,
			Cell: engagement.Cell{Category: row.Service, Brand: row.Brand, Market: row.Market}, Amount: amount, Known: known, Source: "spend " + row.ID})
	}
	return out, nil
}
