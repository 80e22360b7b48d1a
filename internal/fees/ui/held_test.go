package ui

import (
	"testing"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Of 95,000.00 at 2 % and 760.00 that tiers add, disputing the line of 50,000.00 holds 1,500.00: 1,000.00 of it and 500.00 of the tiers. The page
// says that it is more than the line.
func TestHeldTellsThatOtherLinesHangOnADispute(t *testing.T) {
	var s sheet
	for i, minor := range []int64{90_000, 100_000, 76_000, -20_000} {
		s.Document.Statement.Lines = append(s.Document.Statement.Lines, fees.Line{No: i + 1, Amount: money.New(minor, "USD")})
		s.Life.Lines = append(s.Life.Lines, fees.LineLife{State: fees.LineDisputed})
	}
	s.Document.Statement.Lines[3].With = 2 // a cap of the deal
	for _, c := range []struct {
		name  string
		lines []int
		held  int64
		want  string
	}{
		{"the line and its cap", []int{2}, 80_000, ""},
		{"and a part of the tiers", []int{2}, 130_000, ", with what hangs on it in other lines"},
		{"two lines", []int{1, 2}, 170_000, ""},
		{"two lines and a part of the tiers", []int{1, 2}, 246_000, ", with what hangs on them in other lines"},
	} {
		if got := s.beyond(c.lines, c.held); got != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
	s.Life.Lines[1].Released = 10_000
	if got := s.beyond([]int{2}, 120_000); got != "" {
		t.Errorf("once a part is settled: %q", got)
	}
}
