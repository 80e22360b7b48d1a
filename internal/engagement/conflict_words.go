package engagement

import (
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
)

// Words are the overlap in a sentence: whom, on what, where, how near and when, and by which clause.
func (o Overlap) Words() string {
	on := "both are in " + o.Category
	if o.Named != "" {
		on = o.Named + " is named"
	}
	shared := "it is not known how far apart the two accounts are served, so they count as one team"
	if o.Account.Shared != "" {
		shared = "both are served by the same " + o.Account.Shared.Words()
	}
	last := "without an end yet"
	if o.Period.To.Before(contract.Forever) {
		last = "until " + o.Period.Last().Words()
	}
	return fmt.Sprintf("%s; in %s; %s, where the promise binds the same %s; from %s %s.",
		capital(on), orAnyMarket(o.Markets), shared, o.Promise.Terms.Unit.Words(), o.Period.From.Words(), last)
}

// Clause is where the promise is written: the contract and its entry.
func (o Overlap) Clause() string {
	if o.Promise.Contract == "" {
		return "asked for, not agreed yet"
	}
	if o.Promise.Offered {
		return o.Promise.Contract + ", " + o.Promise.Clause + " (offered, not accepted yet)"
	}
	return o.Promise.Contract + ", " + o.Promise.Clause
}

// Cure is what would clear the overlap, or what has.
func (o Overlap) Cure() string {
	switch {
	case o.LiftedBy == "wall":
		return "The wall between the two keeps it clear while it stands."
	case o.LiftedBy != "" && o.LiftedTo.Before(o.Period.To):
		return fmt.Sprintf("A waiver of %s lifts it until %s; from then on it needs another one.", o.Promise.ClientName, o.LiftedTo.AddDays(-1).Words())
	case o.LiftedBy != "":
		return fmt.Sprintf("A waiver of %s lifts it.", o.Promise.ClientName)
	case o.Required == WallRequired:
		return "A wall between the people of the two accounts clears it."
	case o.Required == WaiverRequired && o.Promise.Client != "":
		return fmt.Sprintf("The written consent of %s clears it, within its scope and until it expires.", o.Promise.ClientName)
	case o.Promise.Contract == "":
		return "It is asked for and not agreed: agree it with a narrower scope, or do not agree it."
	default:
		return fmt.Sprintf("Only an amendment of the contract with %s clears it%s.", o.Promise.ClientName, orLess(o))
	}
}

// orLess is what clears an overlap beside an amendment: serving from farther away.
func orLess(o Overlap) string {
	if o.Promise.Terms.Unit == contract.Holding {
		return ""
	}
	return ", or serving the two from parts of the agency that do not share the same " + o.Promise.Terms.Unit.Words()
}

func orAnyMarket(markets []string) string {
	if len(markets) == 0 {
		return "any market"
	}
	return strings.Join(markets, ", ")
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
