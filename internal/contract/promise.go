package contract

import (
	"fmt"
	"strings"
)

// Promise is the contract in one sentence, for the head of a page: who pays whom for what, and until when.
func Promise(t Terms) string {
	until := "until it is ended"
	if end, ok := t.End(); ok {
		until = "until " + end.AddDays(-1).Words()
	}
	return fmt.Sprintf("%s, %s; notice is %s.", Pays(t), until, t.Term.Notice.Period)
}

// Pays is who pays whom for what, without the full stop, for pages that tell the end by themselves.
func Pays(t Terms) string {
	var paid, within []string
	for _, c := range t.Clauses {
		if rank(c) > 0 {
			within = append(within, ", "+c.Promise())
			continue
		}
		paid = append(paid, c.Promise())
	}
	return fmt.Sprintf("%s pays %s %s%s", t.Client, t.Agency, strings.Join(paid, " and "), strings.Join(within, ""))
}
