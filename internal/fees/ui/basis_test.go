package ui

import (
	"testing"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Names of the evidence are written as people read them, and metrics as the contract writes them.
func TestNamesOfTheBasisAreWords(t *testing.T) {
	card := fees.Line{Kind: fees.KindScorecard}
	for got, want := range map[string]string{
		inputName(card, fees.Input{Name: "mql, weight 40 %"}):                          "mql, weight 40 %",
		inputName(card, fees.Input{Name: "pool at target"}):                            "Pool at target",
		rowName(fees.Evident{Kind: "metric_reading", ID: "mql|2026-08-01|2026-08-31"}): "Reading of a metric",
		rowName(fees.Evident{Kind: "time_entry", ID: "E1"}):                            "Time entry E1",
		rowName(fees.Evident{Kind: "sla_miss", ID: "R-2/first-response"}):              "Missed promise R-2/first-response",
		monthsWords([]cal.Month{{Year: 2026, Month: 3}}):                               "March 2026",
		monthsWords([]cal.Month{{Year: 2026, Month: 3}, {Year: 2026, Month: 4}}):       "March 2026 to April 2026",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
