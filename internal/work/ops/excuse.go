package ops

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/work"
)

type excuseRow struct {
	bun.BaseModel `bun:"table:request_excuse"`

	RequestID string    `bun:"request_id,pk"`
	Clock     string    `bun:"clock,pk"`
	Seq       int64     `bun:"seq,pk"`
	PostKey   string    `bun:"post_key"`
	ClientID  string    `bun:"client_id"`
	Month     string    `bun:"month"`
	Excused   bool      `bun:"excused"`
	Reason    string    `bun:"reason"`
	At        time.Time `bun:"at"`
	ByID      string    `bun:"by_id"`
	ByName    string    `bun:"by_name"`
}

// Excuse is the last word of the client on a miss.
type Excuse struct {
	Excused bool
	Reason  string
	At      time.Time
	ByName  string
	seq     int64
}

// why completes "excused".
func (e Excuse) why() string { return "by " + e.ByName + ": " + e.Reason }

// excusesOf are the last words on the misses of requests, by request and clock.
func excusesOf(ctx context.Context, tx bun.Tx, requests []string) (map[[2]string]Excuse, error) {
	var rows []excuseRow
	if err := tx.NewSelect().Model(&rows).Where("request_id IN (?)", bun.List(requests)).OrderExpr("request_id, clock, seq").Scan(ctx); err != nil {
		return nil, err
	}
	out := map[[2]string]Excuse{}
	for _, r := range rows {
		out[[2]string{r.RequestID, r.Clock}] = Excuse{r.Excused, r.Reason, r.At.UTC(), r.ByName, r.Seq}
	}
	return out, nil
}

// Excusal is what was said once of a miss, by the name of its clock: that it is excused, or that it counts after all.
type Excusal struct {
	Clock string
	Excuse
}

// excusalsOf are all of a request, the oldest first.
func excusalsOf(ctx context.Context, tx bun.Tx, request string) (out []Excusal, err error) {
	var rows []excuseRow
	if err := tx.NewSelect().Model(&rows).Where("request_id = ?", request).OrderExpr("at, clock, seq").Scan(ctx); err != nil {
		return nil, err
	}
	for _, r := range rows {
		out = append(out, Excusal{r.Clock, Excuse{r.Excused, r.Reason, r.At.UTC(), r.ByName, r.Seq}})
	}
	return out, nil
}

// Excuse says of a promise that the agency missed that it does not count, or that it does after all; the note says why. What was handed over as evidence of its
// month is followed by a corrected file. Who may: see RequestExcuse. Faults: those of an act; Invalid at "note" and "clock"; Conflict where it is so already, or
// where the contract excuses it.
func (s *Service) Excuse(ctx context.Context, actor access.Actor, in Act, clock string, excused bool) (*Request, error) {
	var month cal.Month
	r, err := s.act(ctx, actor, access.RequestExcuse, in, func(ctx context.Context, c *change) error {
		if err := c.needNote("Say why; the agency and whoever looks at the fee read it."); err != nil {
			return err
		}
		x, levels, err := s.clocks(ctx, c.tx, c.r, c.now)
		if err != nil {
			return err
		}
		missed := missedClock(&x, clock)
		if missed == nil {
			return fault.New(fault.Invalid, "clock", "Choose a promise that the agency missed.").At("clock")
		}
		if why := x.ExcusedByContract(missed); why != "" {
			return fault.New(fault.Conflict, "excused-by-contract", "It is excused %s.", why).At("clock")
		}
		month = cal.MonthOf(cal.DateOf(missed.Late, levels.Hours.Zone))
		return c.excuse(ctx, missed, month, excused)
	})
	if err != nil {
		return nil, err
	}
	if month != (cal.Month{}) {
		_ = s.correct(ctx, r.Client, month) // where this fails a tick does it: the month is known to be behind
	}
	return r, nil
}

func missedClock(x *work.Clocks, name string) *work.Clock {
	for i := range x.Clocks {
		if c := &x.Clocks[i]; c.State == work.Missed && c.By == contract.ByAgency && c.Name("") == name {
			return c
		}
	}
	return nil
}

func (c *change) excuse(ctx context.Context, clock *work.Clock, month cal.Month, excused bool) error {
	name := clock.Name("")
	known, err := excusesOf(ctx, c.tx, []string{c.r.ID})
	if err != nil {
		return err
	}
	last := known[[2]string{c.r.ID, name}]
	words := "excused"
	switch {
	case last.Excused && excused:
		return fault.New(fault.Conflict, "excused-already", "%s excused it already: %s", last.ByName, last.Reason).At("clock")
	case !last.Excused && !excused:
		return fault.New(fault.Conflict, "not-excused", "It is not excused.").At("clock")
	case !excused:
		words = "took back the excuse of"
	}
	row := excuseRow{RequestID: c.r.ID, Clock: name, Seq: last.seq + 1, PostKey: c.key, ClientID: c.r.Client, Month: month.String(), Excused: excused, Reason: c.note, At: c.now,
		ByID: c.actor.Account, ByName: c.actor.Name}
	if _, err := c.tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	words = fmt.Sprintf("%s the missed promise %s (%s), of", words, clock.Promise, c.note)
	if err := c.record(ctx, "request.excuse", words, nil); err != nil {
		return err
	}
	return c.tell(ctx, c.tx, c.actor, c.r, either(doers(c.r), internally(leads)), "A missed promise of "+c.r.Name()+" is settled anew: "+c.r.Title, c.actor.Name+" "+words+" the request "+c.r.Name()+" "+c.r.Title+".")
}
