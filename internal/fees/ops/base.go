package ops

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// base is the locked statement that last charged or corrected something.
type base struct {
	*compared
	own bool // it is that of the month itself
}

// compared is a locked statement with what later evidence says otherwise than its own, once that is asked for.
type compared struct {
	row     statementRow // id and import_no
	changed *fees.Changed
}

// bases finds them among locked statements.
type bases struct {
	finals  []finalRow
	settled []fees.SettledStatement // in the same order
	known   map[string]*compared
}

func basesOf(finals []finalRow, settled []fees.SettledStatement) *bases {
	return &bases{finals, settled, map[string]*compared{}}
}

// of is what a correction is compared with; ok is false where its month has no locked statement.
func (x *bases) of(ctx context.Context, tx bun.Tx, l fees.Line) (b base, ok bool, err error) {
	month, err := cal.ParseMonth(l.Events[0])
	if err != nil {
		return b, false, err
	}
	own := slices.IndexFunc(x.finals, func(f finalRow) bool { return f.PeriodFrom == month.First().String() })
	if own < 0 {
		return b, false, nil
	}
	last := own
	for i := range x.settled {
		corrected := func(c fees.SettledLine) bool { return c.CorrectsMonth(month) && sameCharge(c, l) }
		if i != own && slices.ContainsFunc(x.settled[i].Lines, corrected) && x.finals[i].LockedAt.After(x.finals[last].LockedAt) {
			last = i
		}
	}
	id := x.finals[last].StatementID
	if x.known[id] == nil {
		row, err := readRow(ctx, tx, id, "id", "import_no")
		if err != nil {
			return b, false, err
		}
		x.known[id] = &compared{row: row}
	}
	return base{x.known[id], last == own}, true, nil
}

// sameCharge says whether a line that was locked corrects what another one corrects.
func sameCharge(c fees.SettledLine, l fees.Line) bool {
	switch {
	case l.Deal != "":
		return c.Deal == l.Deal
	case c.Kind == fees.KindServiceCredit || l.Kind == fees.KindServiceCredit:
		return c.Kind == l.Kind && c.Clause == l.Clause
	}
	return c.Clause == l.Clause && len(c.Events) > 1 && len(l.Events) > 1 && c.Events[1] == l.Events[1]
}
