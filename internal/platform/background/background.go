// Package background runs work that outlives the request that asked for it, and ends it in good order with the program.
package background

import (
	"context"
	"sync"
)

// Work is what runs in the background. Its zero value is ready. Close it once nothing is begun any more.
type Work struct {
	mu     sync.Mutex
	all    sync.WaitGroup
	ctx    context.Context
	cancel context.CancelFunc
}

func (w *Work) ending() context.Context {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ctx == nil {
		w.ctx, w.cancel = context.WithCancel(context.Background())
	}
	return w.ctx
}

// Go begins the work. Its context has the values of the given one, and ends when Close is called, not when the request does.
func (w *Work) Go(ctx context.Context, work func(ctx context.Context)) {
	ending := w.ending()
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w.all.Go(func() {
		defer cancel()
		defer context.AfterFunc(ending, cancel)()
		work(ctx)
	})
}

// Close interrupts all work and waits until it has stopped.
func (w *Work) Close() {
	w.ending()
	w.cancel()
	w.all.Wait()
}
