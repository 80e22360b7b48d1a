package ops

import (
	"cmp"
	"context"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// closed marks the hours of which the client approves no more: its last word is an approval of exactly what stood, and nothing more was worked since.
// What is closed and of a fee period that is over waits no more.
func (g ground) closed(ctx context.Context, tx bun.Tx, client string, a contract.Agreement, facts fees.Facts, list []fees.Waiting) ([]fees.Waiting, error) {
	today := cal.DateOf(g.at, g.zone())
	var out []fees.Waiting
	for _, w := range list {
		if w.Unapproved() {
			last, err := closing(ctx, tx, client, w)
			if err != nil {
				return nil, err
			}
			if last != nil {
				then, err := crmops.RowsAt(ctx, tx, client, last.No, crm.KindTimeEntry, crm.KindMetricReading)
				if err != nil {
					return nil, err
				}
				w = w.Close(fees.WaitingFor(a, fees.Facts{Evidence: then.Evidence, Settled: facts.Settled}, last.At))
			}
		}
		if !w.Closed || w.InForce.Contains(today) {
			out = append(out, w)
		}
	}
	return out, nil
}

// closing is the client's last decision about hours when it approves exactly what stood before it and still stands; nil otherwise.
func closing(ctx context.Context, tx bun.Tx, client string, w fees.Waiting) (*Decision, error) {
	made, err := crmops.DecisionsAbout(ctx, tx, client, w.Kind, w.ID)
	if err != nil || len(made[w.ID]) == 0 {
		return nil, err
	}
	last := made[w.ID][len(made[w.ID])-1]
	value := last.Record().Get("value")
	if last.Act != crm.ActApprove || value != w.Stands {
		return nil, nil
	}
	was := ""
	said, err := crmops.RowHistory(ctx, tx, client, w.Kind, []string{w.ID}, last.Seen)
	if err != nil {
		return nil, err
	}
	if i := len(said) - 1; i >= 0 {
		was = said[i].Record.Get("value")
	}
	if value != cmp.Or(was, "0") {
		return nil, nil
	}
	return &last, nil
}
