package contract

import (
	"fmt"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Clawback is how long revenue that was charged can still be taken back. The zero Clawback takes nothing back.
type Clawback struct {
	Within    cal.Span // counted from the day of the revenue
	Unlimited bool
}

// withoutClawback is what a text means that was accepted before a clawback had to be written: a refund was taken back, however late.
const withoutClawback = "unlimited"

var clawbackScalar = textOf("length in days, weeks, months, or none, or unlimited", "180 days, or none, or unlimited", `^([0-9]+ [a-z ]+|none|unlimited)$`, func(s string) error {
	if s == "none" || s == "unlimited" {
		return nil
	}
	if _, err := cal.ParseSpan(s); err != nil {
		return fmt.Errorf("write a length of time such as 180 days or 6 months, or none, or unlimited")
	}
	return checkSpan(s, []cal.Unit{cal.Days, cal.Weeks, cal.Months})
})

func clawbackOf(s string) Clawback {
	switch s {
	case "none":
		return Clawback{}
	case "unlimited":
		return Clawback{Unlimited: true}
	}
	span, _ := cal.ParseSpan(s)
	return Clawback{Within: span}
}

// String is "180 days", "none" or "unlimited".
func (c Clawback) String() string {
	switch {
	case c.Unlimited:
		return "unlimited"
	case c.Within.IsZero():
		return "none"
	}
	return c.Within.String()
}

// Over says whether revenue of a day can no longer be taken back on another: on the last day of the length it still can.
func (c Clawback) Over(revenue, on cal.Date, work cal.WorkCalendar) bool {
	if c.Unlimited {
		return false
	}
	return c.Within.IsZero() || on.After(c.Within.After(revenue, work))
}

func (c Clawback) words() string {
	switch {
	case c.Unlimited:
		return "What was charged and is refunded or no longer owed is taken back, however late"
	case c.Within.IsZero():
		return "What was charged is never taken back, neither by a refund nor by evidence that changed"
	}
	return fmt.Sprintf("What was charged and is refunded or no longer owed is taken back within %s of the revenue", c.Within)
}
