package db

import (
	"context"
	"time"
)

// Waiting is how many writers of the context's workspace stand in line.
func (d *DB) Waiting(ctx context.Context) int {
	workspace, _ := Workspace(ctx)
	l := d.lineOf(workspace)
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting)
}

// ShareFor lets a transaction be handed on for so long.
func (d *DB) ShareFor(long time.Duration) { d.share = long }
