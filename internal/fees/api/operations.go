// Package api holds the operations of statements for programs: draft, submit, review line by line, lock, settle, compare with later evidence,
// download the pack, decide what waits for a person, run the month end of all engagements. It owns what programs read and write, not the rules (fees) nor who may do what (fees/ops).
package api

import (
	"context"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

const (
	tag  = "Statements"
	all  = "/clients/{client}/statements"
	one  = all + "/{statement}"
	line = one + "/lines/{no}"
)

// Operations are the operations of this room.
type Operations struct {
	Fees *ops.Service

	// Contracts are the ids of a client's contracts; it decides access.
	Contracts func(ctx context.Context, actor access.Actor, client string) ([]string, error)
}

// Register adds them to the API.
func (o *Operations) Register(a *api.API) {
	o.registerRead(a)
	o.registerDraft(a)
	o.registerReview(a)
	o.registerLock(a)
	o.registerMonthEnds(a)
	o.registerApprovals(a)
	o.registerAdvice(a)
}

// Of names a statement in the address.
type Of struct {
	Client    string `path:"client" doc:"Id of the client"`
	Statement string `path:"statement" maxLength:"64" doc:"Id of the statement"`
}

// OfLine names a line in the address.
type OfLine struct {
	Of
	No int `path:"no" minimum:"1" doc:"Number of the line"`
}

// Money is an amount in one currency.
type Money struct {
	Amount   string `json:"amount" doc:"Exact decimal" example:"14000.00"`
	Currency string `json:"currency" doc:"ISO 4217" example:"USD"`
}

func moneyOf(a money.Amount) Money { return Money{a.String(), string(a.Currency)} }

// find is the statement of the address, under its own client. Faults: NotFound, Forbidden.
func (o *Operations) find(ctx context.Context, at Of) (ops.Statement, error) {
	st, err := o.Fees.Statement(ctx, access.ActorFrom(ctx), at.Statement)
	if err == nil && st.Client != at.Client {
		err = elsewhere()
	}
	return st, err
}

func elsewhere() error {
	return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
}

// dayOf is empty for a day that is not settled yet.
func dayOf(d cal.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// instant is nil for what has not happened.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
