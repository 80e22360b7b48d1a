package work

import (
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// A contract from 15 January 2026, and 2 March 2026.
func TestDaysOfADeliverableThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct {
		due, fee string
		past     bool
		alone    bool
		code     string
	}{
		"today":                           {due: "2026-03-02"},
		"yesterday":                       {due: "2026-03-01", code: "due-past"},
		"yesterday, as it is meant":       {due: "2026-03-01", past: true},
		"before the contract":             {due: "1990-01-01", past: true, code: "due-before-contract"},
		"without a contract, as it is so": {due: "1990-01-01", past: true, alone: true},
		"first month":                     {fee: "2026-01"},
		"month before":                    {fee: "2025-12", code: "fee-month-early"},
		"in 24 months":                    {fee: "2028-03"},
		"in 25 months":                    {fee: "2028-04", code: "fee-month-far"},
		"no day":                          {},
	} {
		p := Planned{Past: c.past, Today: cal.MustDate("2026-03-02")}
		if c.due != "" {
			p.Due = cal.MustDate(c.due)
		}
		if !c.alone {
			p.First = cal.MustDate("2026-01-15")
		}
		if c.fee != "" {
			var err error
			if p.Fee, err = cal.ParseMonth(c.fee); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Check(); fault.Code(err) != c.code || (err == nil) != (c.code == "") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
