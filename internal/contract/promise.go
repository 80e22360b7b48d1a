package contract

import (
	"fmt"
	"strings"
)

// Promise is the contract in one sentence, for the head of a page: who pays whom for what, and until when.
func Promise(t Terms) string {
	var paid, within []string
	for _, c := range t.Clauses {
		if rank(c) > 0 {
			within = append(within, ", "+c.Promise())
			continue
		}
		paid = append(paid, c.Promise())
	}
	until := "until it is ended"
	if end, ok := t.End(); ok {
		until = "until " + end.AddDays(-1).Words()
	}
	return fmt.Sprintf("%s pays %s %s%s, %s; notice is %s.", t.Client, t.Agency, strings.Join(paid, " and "), strings.Join(within, ""), until, t.Term.Notice.Period)
}
