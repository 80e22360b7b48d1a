package ops

import (
	"context"
	"slices"
	"sync"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// recent keeps what was last worked out of a few imports' evidence: what was known as of an import never changes, unless somebody was erased. The zero value is ready.
type recent[T any] struct {
	mu   sync.Mutex
	kept []keptRecent[T] // the last used first
}

type recentKey struct {
	workspace, client string
	no, from          int64
	rewritten         int64 // how often the evidence was rewritten in place
	zone              string
	weighed           bool
	by                crm.Weighing
}

func recentOf(ctx context.Context, tx bun.Tx, client string, no int64) (recentKey, error) {
	workspace, _ := db.Workspace(ctx)
	seq, err := rewritten(ctx, tx, client)
	return recentKey{workspace: workspace, client: client, no: no, rewritten: seq}, err
}

type keptRecent[T any] struct {
	key   recentKey
	value T
}

// recentLimit is how much is kept of what is large.
const recentLimit = 8

func (c *recent[T]) get(key recentKey) (value T, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.kept, func(k keptRecent[T]) bool { return k.key == key })
	if i < 0 {
		return value, false
	}
	found := c.kept[i]
	c.kept = slices.Insert(slices.Delete(c.kept, i, i+1), 0, found)
	return found.value, true
}

// clear forgets all of it.
func (c *recent[T]) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = nil
}

func (c *recent[T]) put(key recentKey, value T, limit int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = slices.Insert(c.kept[:min(len(c.kept), limit-1)], 0, keptRecent[T]{key, value})
}
