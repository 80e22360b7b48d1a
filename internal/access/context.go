package access

import "context"

type actorKey struct{}

// WithActor puts who is acting into the context of a request.
func WithActor(ctx context.Context, actor Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, actor)
}

// ActorFrom is who is acting in the request; the zero Actor, who may do nothing, when nobody is signed in.
func ActorFrom(ctx context.Context) Actor {
	actor, _ := ctx.Value(actorKey{}).(Actor)
	return actor
}
