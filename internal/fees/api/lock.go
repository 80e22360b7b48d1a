package api

import (
	"context"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

func (o *Operations) registerLock(a *api.API) {
	post := func(path, id, summary string, action access.Action) api.Operation {
		return api.Operation{Method: http.MethodPost, Path: path, ID: id, Summary: summary, Tags: []string{tag}, Action: string(action)}
	}
	lock := post(one+"/lock", "lockStatement", "Make a statement final", access.StatementLock)
	lock.Description = "It stays on the evidence that it is as of: what a newer import says otherwise is a correction on the next statement. life.newest_import and compareStatement tell of it before."
	api.Register(a, lock, o.lock)
	release := post(line+"/release", "releaseLine", "Accept, for the client, what a dispute holds over the lock", access.StatementRelease)
	release.Description = "The next statement carries the amount, once."
	api.Register(a, release, o.release)
	api.Register(a, post(line+"/waive", "waiveLine", "Give up, for the agency, what a dispute holds over the lock", access.StatementWaive), o.waive)
}

// Lock names what was read of the statement. What is absent is not compared.
type Lock struct {
	Hash string `json:"hash,omitempty" maxLength:"64" doc:"Of the statement that was read; another one is refused"`
	Seen *int   `json:"seen,omitempty" minimum:"0" doc:"life.events as it was read; when something happened since, the lock is refused"`

	Newest int64 `json:"newest,omitempty" minimum:"0" doc:"life.newest_import as it was read; when something was imported since, the lock is refused"`
}

func (o *Operations) lock(ctx context.Context, in *struct {
	Of
	Body *Lock
}) (*api.Answer[Statement], error) {
	lock := ops.LockInput{Statement: in.Statement, Seen: -1}
	if in.Body != nil {
		lock.Hash, lock.Newest = in.Body.Hash, in.Body.Newest
		if in.Body.Seen != nil {
			lock.Seen = *in.Body.Seen
		}
	}
	return o.step(ctx, in.Of, func(who access.Actor) (ops.Statement, error) { return o.Fees.Lock(ctx, who, lock) })
}

// Resolve says how much of what is held is settled.
type Resolve struct {
	Amount string `json:"amount,omitempty" maxLength:"40" example:"4500.00" doc:"In the statement's currency; absent: all that is held"`
	Text   string `json:"text,omitempty" maxLength:"2000"`
}

func (o *Operations) release(ctx context.Context, in *struct {
	OfLine
	Body *Resolve
}) (*api.Answer[Statement], error) {
	return o.step(ctx, in.Of, func(who access.Actor) (ops.Statement, error) {
		return o.Fees.Release(ctx, who, in.OfLine.settled(in.Body))
	})
}

func (o *Operations) waive(ctx context.Context, in *struct {
	OfLine
	Body *Resolve
}) (*api.Answer[Statement], error) {
	return o.step(ctx, in.Of, func(who access.Actor) (ops.Statement, error) {
		return o.Fees.Waive(ctx, who, in.OfLine.settled(in.Body))
	})
}

func (at OfLine) settled(body *Resolve) ops.ResolveInput {
	out := ops.ResolveInput{Statement: at.Statement, Line: at.No}
	if body != nil {
		out.Amount, out.Text = body.Amount, body.Text
	}
	return out
}
