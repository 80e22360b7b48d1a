package app

import (
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	timesheetops "github.com/ofrecord/ofrecord/internal/timesheet/ops"
)

// Time that names no request, no clause or no day of the client's contract is refused where it is entered.
func TestTimeIsHeldAgainstTheContractAndTheRequests(t *testing.T) {
	for engine, database := range map[string]func(testing.TB) string{db.SQLite: dbtest.SQLiteURL, db.Postgres: dbtest.PostgresURL} {
		t.Run(engine, func(t *testing.T) {
			o := newOffice(t, database(t), hoursContract)
			o.on("2026-01-28")
			right := timesheetops.EntryInput{Day: cal.MustDate("2026-01-20"), Minutes: 60, What: timesheet.What{Client: o.client, Class: timesheet.Billable, Clause: " Team "}}
			if e := need(o.Timesheet.Enter(o.ctx, o.member, right))(t); e.Clause != "team" {
				t.Errorf("the clause is not spelled as the contract does, and would not be counted: %q", e.Clause)
			}
			for name, c := range map[string]struct {
				spoil func(in *timesheetops.EntryInput)
				field string
			}{
				"a request that does not exist": {func(in *timesheetops.EntryInput) { in.Request = "R-999" }, "request"},
				"a clause that does not":        {func(in *timesheetops.EntryInput) { in.Clause = "nonsense" }, "clause"},
				"the day before the contract":   {func(in *timesheetops.EntryInput) { in.Day = cal.MustDate("2025-12-31") }, "day"},
				"another century":               {func(in *timesheetops.EntryInput) { in.Day = cal.MustDate("1900-01-01") }, "day"},
			} {
				in := right
				c.spoil(&in)
				_, err := o.Timesheet.Enter(o.ctx, o.member, in)
				if list := fault.All(err); !fault.Is(err, fault.Invalid) || len(list) == 0 || list[0].Field != c.field {
					t.Errorf("%s: %v", name, err)
				}
				if _, err := o.Timesheet.StartTimer(o.ctx, o.member, in.What); c.field != "day" && !fault.Is(err, fault.Invalid) {
					t.Errorf("the timer, %s: %v", name, err)
				}
			}
		})
	}
}
