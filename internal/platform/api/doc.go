// Package api is the platform of the REST API under /api/v1: operations, admission, problems, repetition, streams, the OpenAPI document.
//
// It owns how a call travels (admission, limit, Idempotency-Key, parsing, handler, answer) and the shape of what programs read and write.
// It knows no business word: action names are opaque, and who may do what is decided by Options.Admit that the program wires in.
//
// Words: an *operation* is one method at one path with its action; a *problem* is an error as programs read it (RFC 9457);
// a *key* makes a POST repeatable; a *page* is one stretch of a long list.
//
// Invariants, held by tests: every operation has an action, a summary and its problems in the document; admission comes before the body is
// read; an error that is no fault never shows its text; unknown fields and parameters are refused; a stream is never held in memory.
//
// A room registers its operations like this, one group of verbs a file (internal/fees/api/draft.go):
//
//	package api
//
//	func (o *Operations) registerDraft(a *api.API) { // Operations{Fees *ops.Service}; its Register calls each group
//		api.Register(a, api.Operation{
//			Method: http.MethodPost, Path: "/clients/{client}/statements", ID: "draftStatement",
//			Summary: "Draft the statement of a month", Tags: []string{"Statements"}, Action: string(access.StatementDraft), Status: http.StatusCreated,
//		}, o.draft)
//	}
//
//	type Draft struct { // the body; an exported name with room for the document: it becomes FeesDraft
//		Month string `json:"month" pattern:"^\\d{4}-\\d{2}$" example:"2026-03" doc:"The month that the statement is for"`
//	}
//
//	func (o *Operations) draft(ctx context.Context, in *struct {
//		Client string `path:"client"`
//		Body   Draft
//	}) (*api.Created[Statement], error) {
//		s, err := o.Fees.Draft(ctx, access.ActorFrom(ctx), ops.DraftInput{Client: in.Client, Month: in.Body.Month})
//		if err != nil {
//			return nil, err // a fault becomes its problem, anything else "our mistake", logged
//		}
//		return &api.Created[Statement]{Location: api.Path("clients", in.Client, "statements", s.ID), Body: statementOf(s)}, nil
//	}
//
// Lists take api.Page and answer *api.Answer[api.List[T]] from api.ListOf, or from api.Cut for a list that is whole; uploads embed api.Upload
// and set Accepts; downloads return *api.Download from api.Stream and set Produces; what never changes embeds api.Immutable in its answer.
package api
