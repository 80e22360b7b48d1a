package app

import (
	"context"
	"errors"
)

// tickRequests settles, in every workspace, the clocks of requests that are due, and takes requests from people who have no role any more.
func (p *Program) tickRequests(ctx context.Context) error {
	return p.eachWorkspace(ctx, func(ctx context.Context, slug string) error {
		done, err := p.Work.Tick(ctx)
		if done.Requests > 0 {
			p.Log.Info("clocks of requests settled", "workspace", slug, "requests", done.Requests, "told", done.Told, "missed", done.Missed)
		}
		_, again := p.Work.FreeFromTheGone(ctx)
		return errors.Join(err, again)
	})
}
