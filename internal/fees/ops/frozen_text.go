package ops

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/fees/pack"
)

// FrozenTexts counts the statements of a client, drafts and superseded ones included, in what was frozen with which a text holds something that is looked for. What is frozen
// is never changed, so what is always looked for in the same way, under a name, is looked for once in each statement; "" is no name. It decides no access: the caller has.
func (s *Service) FrozenTexts(ctx context.Context, tx bun.Tx, client, name string, holds func(text string) bool) (n int, err error) {
	var ids []string
	if err := tx.NewSelect().Model((*statementRow)(nil)).Column("id").Where("client_id = ?", client).OrderExpr("id").Scan(ctx, &ids); err != nil {
		return 0, err
	}
	for _, id := range ids {
		if found, known := s.texts.get(name, id); known {
			n += found
			continue
		}
		row, err := readRow(ctx, tx, id, "id", "terms", "facts")
		if err != nil {
			return n, err
		}
		files, err := row.files()
		if err != nil {
			return n, fmt.Errorf("look through what was frozen with statement %s: %w", id, err)
		}
		found := 0
		if slices.ContainsFunc(files, func(f pack.File) bool { return holds(string(f.Body)) }) {
			found = 1
		}
		s.texts.put(name, id, found)
		n += found
	}
	return n, nil
}

// textShelf keeps what was found in statements, by the name of what was looked for and the statement, whose id no other one of any workspace has. Its zero value is empty.
type textShelf struct {
	mu   sync.Mutex
	kept map[[2]string]int
}

func (t *textShelf) get(name, id string) (found int, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, known = t.kept[[2]string{name, id}]
	return found, known
}

func (t *textShelf) put(name, id string, found int) {
	if name == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept == nil {
		t.kept = map[[2]string]int{}
	}
	t.kept[[2]string{name, id}] = found
}
