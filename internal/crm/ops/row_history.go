package ops

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// RowHistory is what every import up to number n said of records of one kind, the oldest import first. An import that said nothing new of a record
// is not there for it. It decides no access: the caller has.
func RowHistory(ctx context.Context, tx bun.Tx, client string, kind crm.Kind, ids []string, n int64) ([]Said, error) {
	var out []Said
	for batch := range slices.Chunk(ids, lookupBatch) {
		err := eachVersion(ctx, tx, func(v version) error {
			r, err := v.record(kind)
			out = append(out, Said{Import: ImportMark{No: v.No}, Line: v.Line, Record: r})
			return err
		}, `SELECT ext_id, import_no, hash, line, body FROM crm_row WHERE client_id = ? AND kind = ? AND ext_id IN (?) AND import_no <= ? ORDER BY import_no, line, ext_id`,
			client, string(kind), bun.List(batch), n)
		if err != nil {
			return nil, fmt.Errorf("read the history of %s: %w", kind, err)
		}
	}
	slices.SortStableFunc(out, func(a, b Said) int { return int(a.Import.No - b.Import.No) })
	return out, nil
}
