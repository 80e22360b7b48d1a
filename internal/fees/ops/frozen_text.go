package ops

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// FrozenTexts counts the statements of a client, drafts and superseded ones included, in what was frozen with which a text holds something that is looked for. What is frozen
// is never changed; it is told to whoever erases somebody. It decides no access: the caller has.
func (s *Service) FrozenTexts(ctx context.Context, tx bun.Tx, client string, holds func(text string) bool) (n int, err error) {
	var ids []string
	if err := tx.NewSelect().Model((*statementRow)(nil)).Column("id").Where("client_id = ?", client).OrderExpr("id").Scan(ctx, &ids); err != nil {
		return 0, err
	}
	for _, id := range ids {
		row, err := readRow(ctx, tx, id, "id", "terms", "facts")
		if err != nil {
			return n, err
		}
		files, err := row.files()
		if err != nil {
			return n, fmt.Errorf("look through what was frozen with statement %s: %w", id, err)
		}
		for _, f := range files {
			if holds(string(f.Body)) {
				n++
				break
			}
		}
	}
	return n, nil
}
