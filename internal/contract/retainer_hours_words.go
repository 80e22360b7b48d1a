package contract

import (
	"fmt"
	"strings"
)

// HoursWords is what the clause says of the hours that the fee includes; empty when it includes none.
func (r Retainer) HoursWords() string {
	h := r.Hours
	if h == nil {
		return ""
	}
	partial := "has its hours prorated as the fee and rounded to a whole minute as amounts are to a cent"
	if h.Partial == "whole" {
		partial = "has the whole hours"
	}
	words := []string{
		fmt.Sprintf("The fee of a %s includes %s of work; a fee period that is only partly in force %s", r.Every, minutesWords(h.Minutes), partial),
		roundTimeWords(h.Round, ""),
	}
	words = append(words, rolloverWords(h.Rollover)...)
	words = append(words, deficitWords(*h)...)
	if h.Alerts.Set {
		words = append(words, fmt.Sprintf("A statement says so when %s, %s and %s of the hours at hand are used; that decides no money", h.Alerts.Warn, h.Alerts.Soft, h.Alerts.Hard))
	} else {
		words = append(words, "There are no alerts")
	}
	if h.LateEntries == "written-off" {
		words = append(words, "Entries that come after their fee period was settled are written off")
	} else {
		words = append(words, "Entries that come after their fee period was settled count in the next one that is open, as if worked on its first day")
	}
	words = append(words, reconcileWords(h.Reconcile)...)
	return joined(append(words, "The hours of a fee period stand on the statement of the month in which it ends"))
}

func rolloverWords(r Rollover) []string {
	if !r.Set {
		return []string{"Unused hours are not carried on"}
	}
	bound := "without a cap"
	if r.CapOn != "" {
		bound = "at most " + minutesWords(r.CapMinutes)
		if r.CapShare.Sign() > 0 {
			bound = fmt.Sprintf("at most %s of the hours of the fee period", r.CapShare)
		}
		bound += map[string]string{"base": " from each fee period", "balance": " with all carried hours together"}[r.CapOn]
	}
	expires := "with the contract"
	switch {
	case r.Periods == 1:
		expires = "1 fee period after the end of the one in which they were earned, so with the end of the next"
	case r.Periods > 1:
		expires = fmt.Sprintf("%d fee periods after the end of the one in which they were earned", r.Periods)
	case r.Days > 0:
		expires = fmt.Sprintf("%s after the end of the fee period in which they were earned", strings.TrimSuffix(fmt.Sprintf("%d days", r.Days), map[bool]string{true: "s"}[r.Days == 1]))
	}
	partial := "A fee period that is only partly in force carries none on"
	if r.Partial == "allowed" {
		partial = "A fee period that is only partly in force carries hours on as well"
	}
	burn := "The oldest hours are used first"
	if r.Burn == "base-first" {
		burn = "The hours of the fee period itself are used first, then the oldest"
	}
	return []string{"Unused hours are carried on, " + bound + ", and expire " + expires, partial, burn, "At the end of the contract unused hours lapse"}
}

func deficitWords(h Hours) []string {
	rate := h.Overage.Rate.FormatWith() + " an hour"
	switch {
	case h.Deficit == "written-off":
		return []string{"Hours above those at hand are not allowed and written off"}
	case h.Deficit == "reconciled":
		return []string{"Hours above those at hand are reconciled"}
	case h.Deficit == "billed" && h.Overage.Approval == "before-work":
		return []string{
			"Hours above those at hand cost " + rate + ", if the client approved them before they were worked",
			fmt.Sprintf("The approved hours of a fee period are the readings of %s that lie in it; without one nothing is charged until there is", h.Overage.Approved),
		}
	case h.Deficit == "billed":
		return []string{"Hours above those at hand cost " + rate + ", without approval"}
	}
	out := []string{"Hours above those at hand are carried as debt, which is taken out of the hours of the next fee period"}
	if h.StartsWith > 0 {
		out = append(out, fmt.Sprintf("Debt leaves a fee period %s, and what is left of the debt costs %s", minutesWords(h.StartsWith), rate))
	}
	if h.Overage.Set {
		return append(out, "Debt at the end of the contract costs "+rate)
	}
	return append(out, "Debt at the end of the contract is written off")
}

func reconcileWords(r Reconcile) []string {
	if !r.Set {
		return []string{"Hours are not reconciled"}
	}
	moves := "the whole difference moves"
	if r.Beyond == "excess" {
		moves = "what exceeds it moves"
	}
	how := "More work is billed, less work is credited"
	if r.How == "bill-only" {
		how = "More work is billed, less work is not credited"
	}
	return []string{
		fmt.Sprintf("Every %s the worked hours are compared with the included hours: a difference of at most %s of the included hours moves nothing, of a larger one %s, at %s an hour",
			r.Every, r.DeadBand, moves, r.Rate.FormatWith()),
		how,
	}
}
