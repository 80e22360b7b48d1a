package api

import (
	"context"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

func (o *Operations) registerReview(a *api.API) {
	post := func(path, id, summary string, action access.Action) api.Operation {
		return api.Operation{Method: http.MethodPost, Path: path, ID: id, Summary: summary, Tags: []string{tag}, Action: string(action)}
	}
	api.Register(a, post(line+"/accept", "acceptLine", "Accept a line, also one that was disputed", access.StatementAccept), o.accept)
	api.Register(a, post(one+"/accept-rest", "acceptRest", "Accept every line that is still open", access.StatementAccept), o.acceptRest)
	api.Register(a, post(line+"/dispute", "disputeLine", "Dispute a line; the rest stays payable", access.StatementDispute), o.dispute)
	api.Register(a, post(line+"/answer", "answerDispute", "Answer a dispute for the record", access.StatementAnswer), o.answer)
	api.Register(a, post(line+"/concede", "concedeLine", "Give a disputed line up", access.StatementAnswer), o.concede)
}

func (o *Operations) accept(ctx context.Context, in *OfLine) (*api.Answer[Statement], error) {
	return o.step(ctx, in.Of, func(who access.Actor) (ops.Statement, error) { return o.Fees.Accept(ctx, who, in.Statement, in.No) })
}

func (o *Operations) acceptRest(ctx context.Context, in *Of) (*api.Answer[Statement], error) {
	return o.step(ctx, *in, func(who access.Actor) (ops.Statement, error) { return o.Fees.AcceptRest(ctx, who, in.Statement) })
}

// Dispute says what is wrong with a line.
type Dispute struct {
	Reason string `json:"reason" minLength:"1" maxLength:"2000"`
}

func (o *Operations) dispute(ctx context.Context, in *struct {
	OfLine
	Body Dispute
}) (*api.Answer[Statement], error) {
	said := ops.LineInput{Statement: in.Statement, Line: in.No, Text: in.Body.Reason}
	return o.step(ctx, in.Of, func(who access.Actor) (ops.Statement, error) { return o.Fees.Dispute(ctx, who, said) })
}

// Answer is what the agency says to a dispute.
type Answer struct {
	Answer string `json:"answer" minLength:"1" maxLength:"2000"`
}

func (o *Operations) answer(ctx context.Context, in *struct {
	OfLine
	Body Answer
}) (*api.Answer[Statement], error) {
	said := ops.LineInput{Statement: in.Statement, Line: in.No, Text: in.Body.Answer}
	return o.step(ctx, in.Of, func(who access.Actor) (ops.Statement, error) { return o.Fees.Answer(ctx, who, said) })
}

// Concede may say why a line is given up.
type Concede struct {
	Answer string `json:"answer,omitempty" maxLength:"2000"`
}

func (o *Operations) concede(ctx context.Context, in *struct {
	OfLine
	Body *Concede
}) (*api.Answer[Statement], error) {
	said := ops.LineInput{Statement: in.Statement, Line: in.No}
	if in.Body != nil {
		said.Text = in.Body.Answer
	}
	return o.step(ctx, in.Of, func(who access.Actor) (ops.Statement, error) { return o.Fees.Concede(ctx, who, said) })
}
