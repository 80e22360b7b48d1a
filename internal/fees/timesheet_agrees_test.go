package fees

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// What the pages of time count is what a statement of the same entries counts, in whatever order they come.
func TestTheTimesheetCountsAsTheFeeDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		round := contract.TimeRounding{Per: rapid.SampledFrom([]string{"", contract.PerEntry, contract.PerPersonDay, contract.PerPersonMonth}).Draw(t, "per"),
			UpTo: rapid.Int64Range(1, 60).Draw(t, "step"), AtLeast: rapid.Int64Range(0, 90).Draw(t, "least")}
		count := newTimeCount()
		var entries []timesheet.Entry
		var counted int64
		for i := range rapid.IntRange(0, 12).Draw(t, "n") {
			e := timesheet.Entry{ID: fmt.Sprint("te_", i), Person: rapid.SampledFrom([]string{"Ana", "Ben"}).Draw(t, "person"),
				Day: cal.MustDate("2026-01-30").AddDays(rapid.IntRange(0, 4).Draw(t, "day")), Minutes: rapid.IntRange(1, 300).Draw(t, "minutes")}
			entries = append(entries, e)
			counted += count.add(round, crm.TimeEntry{ID: e.ID, WorkedOn: e.Day, Person: e.Person, Minutes: int64(e.Minutes)}, "")
		}
		if got := timesheet.Counted(round, entries); int64(got) != counted {
			t.Fatalf("the timesheet counts %d, the fee %d", got, counted)
		}
	})
}
