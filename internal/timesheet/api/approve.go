package api

import (
	"context"
	"net/http"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	"github.com/ofrecord/ofrecord/internal/timesheet/ops"
)

// registerApproval adds what is done with time that was submitted.
func (o *Operations) registerApproval(a *api.API) {
	api.Register(a, operation(http.MethodGet, "/time/waiting", "listWaitingTime", "List submitted time of the clients that the caller approves for", access.TimeQueue), o.waiting)
	approve := operation(http.MethodPost, "/time/approve", "approveTime", "Approve submitted time, all of it or none", access.TimeQueue)
	approve.Description = "Each entry is named with the version in which it was seen; one that has changed since is refused, and nothing is approved. What is approved already stays so."
	api.Register(a, approve, o.approve)
	api.Register(a, operation(http.MethodPost, "/time/return", "returnTime", "Return submitted time with a reason, all of it or none", access.TimeQueue), o.giveBack)
	api.Register(a, operation(http.MethodGet, "/clients/{client}/time/locks", "listTimeLocks", "List the months whose time is locked", access.TimeSee), o.locks)
	lock := operation(http.MethodPost, "/clients/{client}/time/locks", "lockTime", "Lock the time of a month and hand it over to the evidence", access.TimeLock)
	lock.Description = "Locking again hands over what waits. When the hand-over fails the lock stands and the file waits; the program tries again by itself."
	api.Register(a, lock, o.lock)
	api.Register(a, operation(http.MethodPost, "/clients/{client}/time/hand-over", "handOverTime", "Hand over what was approved since in locked months", access.TimeLock), o.handOver)
}

func (o *Operations) waiting(ctx context.Context, in *struct{ api.Page }) (*api.Answer[api.List[Entry]], error) {
	entries, err := o.Timesheet.Waiting(ctx, access.ActorFrom(ctx))
	if err != nil {
		return nil, err
	}
	return api.Cut(in.Page, entriesOf(entries), func(e Entry) string { return e.ID })
}

// Seen is an entry as it was seen.
type Seen struct {
	ID      string `json:"id" minLength:"1" maxLength:"64"`
	Version int    `json:"version" minimum:"1"`
}

func seenOf(list []Seen) []ops.Seen {
	out := make([]ops.Seen, len(list))
	for i, s := range list {
		out[i] = ops.Seen(s)
	}
	return out
}

// Approve names the entries to approve.
type Approve struct {
	Entries []Seen `json:"entries" nullable:"false" minItems:"1" maxItems:"500"`
	Class   string `json:"class,omitempty" enum:"billable,over-serviced,internal" doc:"Of all of them; absent: each as it was entered"`
}

// Approved is how many entries were approved.
type Approved struct {
	Approved int `json:"approved"`
}

func (o *Operations) approve(ctx context.Context, in *struct{ Body Approve }) (*api.Answer[Approved], error) {
	n, err := o.Timesheet.Approve(ctx, access.ActorFrom(ctx), ops.ApproveInput{Entries: seenOf(in.Body.Entries), Class: timesheet.Class(in.Body.Class)})
	if err != nil {
		return nil, err
	}
	return &api.Answer[Approved]{Body: Approved{n}}, nil
}

// Return names the entries to return, and why.
type Return struct {
	Entries []Seen `json:"entries" nullable:"false" minItems:"1" maxItems:"500"`
	Reason  string `json:"reason" minLength:"1" maxLength:"500"`
}

// Returned is how many entries were returned.
type Returned struct {
	Returned int `json:"returned"`
}

func (o *Operations) giveBack(ctx context.Context, in *struct{ Body Return }) (*api.Answer[Returned], error) {
	n, err := o.Timesheet.Return(ctx, access.ActorFrom(ctx), seenOf(in.Body.Entries), in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &api.Answer[Returned]{Body: Returned{n}}, nil
}

// HandOver is what of approved time became evidence, and what waits.
type HandOver struct {
	Entries int    `json:"entries" doc:"That became evidence now"`
	Import  int64  `json:"import,omitempty" doc:"Number of the newest import of time"`
	Waiting int    `json:"waiting" doc:"Files that are still to be delivered"`
	Why     string `json:"why,omitempty" doc:"Why they wait"`
}

func handOverOf(d ops.Delivered) HandOver { return HandOver{d.Entries, d.Import, d.Waiting, d.Why} }

// TimeLock is a locked month.
type TimeLock struct {
	Month    string    `json:"month" example:"2026-03"`
	LockedAt time.Time `json:"locked_at"`
	By       string    `json:"by"`
	HandOver *HandOver `json:"hand_over,omitempty" doc:"Of the lock that was just asked for"`
}

func (o *Operations) locks(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	api.Page
}) (*api.Answer[api.List[TimeLock]], error) {
	all, err := o.Timesheet.Locks(ctx, access.ActorFrom(ctx), in.Client)
	if err != nil {
		return nil, err
	}
	out := make([]TimeLock, len(all))
	for i, l := range all {
		out[i] = TimeLock{Month: l.Month.String(), LockedAt: l.At, By: l.By}
	}
	return api.Cut(in.Page, out, func(l TimeLock) string { return l.Month })
}

// Lock names the month.
type Lock struct {
	Month     string `json:"month" example:"2026-03" minLength:"7" maxLength:"7"`
	LeaveOpen bool   `json:"leave_open,omitempty" doc:"Leave time that nobody approved yet; approved later it is late"`
}

func (o *Operations) lock(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	Body   Lock
}) (*api.Answer[TimeLock], error) {
	month, err := cal.ParseMonth(in.Body.Month)
	if err != nil {
		return nil, fault.New(fault.Invalid, "month", "Write the month as 2026-03.").At("month")
	}
	l, err := o.Timesheet.Lock(ctx, access.ActorFrom(ctx), ops.LockInput{Client: in.Client, Month: month, LeaveOpen: in.Body.LeaveOpen})
	if err != nil {
		return nil, err
	}
	handed := handOverOf(l.HandOver)
	return &api.Answer[TimeLock]{Body: TimeLock{l.Month.String(), l.At, l.By, &handed}}, nil
}

func (o *Operations) handOver(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
}) (*api.Answer[HandOver], error) {
	done, err := o.Timesheet.HandOverNow(ctx, access.ActorFrom(ctx), in.Client)
	if err != nil {
		return nil, err
	}
	return &api.Answer[HandOver]{Body: handOverOf(done)}, nil
}
