package contract

import (
	"fmt"
	"strings"
)

// Promise is the contract in one sentence, for the head of a page: who pays whom for what, and until when.
func Promise(t Terms) string {
	var paid []string
	for _, c := range t.Clauses {
		switch c := c.(type) {
		case Retainer:
			paid = append(paid, fmt.Sprintf("%s per %s", c.Fee.FormatWith(), c.Every))
		case RevenueShare:
			share := fmt.Sprintf("%s of revenue %s from %s", c.Rate, c.Base.Revenue, strings.ReplaceAll(c.Base.Of, "-", " "))
			if c.PeriodCap.Set {
				share += ", " + limitWords("at most", "", c.PeriodCap)
			}
			paid = append(paid, share)
		}
	}
	until := "until it is ended"
	if end, ok := t.End(); ok {
		until = "until " + end.AddDays(-1).Words()
	}
	return fmt.Sprintf("%s pays %s %s, %s; notice is %s.", t.Client, t.Agency, strings.Join(paid, " and "), until, t.Term.Notice.Period)
}
