package timesheet

import (
	"fmt"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Counted is the minutes that entries count as, rounded as the contract says within each entry, each day of a person, or each month of a person. It agrees with
// what a statement of the same entries counts.
func Counted(r contract.TimeRounding, entries []Entry) int {
	units := map[string]int64{}
	for _, e := range entries {
		units[unitOf(r, e)] += int64(e.Minutes)
	}
	var sum int64
	for _, worked := range units {
		sum += r.Counted(worked)
	}
	return int(sum)
}

func unitOf(r contract.TimeRounding, e Entry) string {
	switch r.Per {
	case contract.PerPersonDay:
		return e.Day.String() + "\x00" + e.Person
	case contract.PerPersonMonth:
		return fmt.Sprintf("%s\x00%s", cal.MonthOf(e.Day), e.Person)
	default:
		return e.ID
	}
}
