package fees

import (
	"fmt"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// LockedMonth is what the locked statement of a month charged: all of its lines, corrections of earlier months among them, less what was given up since.
type LockedMonth struct {
	Month     cal.Month
	Statement string // id
	Charged   money.Amount
}

// AgainstLocked is a month of the contract as it stands beside its locked statement.
type AgainstLocked struct {
	LockedMonth
	Here money.Amount
}

// Difference is what the statement charged more than the month comes to on the newest evidence.
func (a AgainstLocked) Difference() money.Amount { return a.Charged.Sub(a.Here) }

// BesideLocked puts the months of the first side of a trial beside their locked statements, in their order. Months without one are left out; there is none
// where the contract was tried as if it had begun earlier, or where facts are lacking.
func BesideLocked(t Tried, locked []LockedMonth) []AgainstLocked {
	var out []AgainstLocked
	if !t.AsIfFrom.IsZero() || len(t.Sides[0].Needs) > 0 {
		return nil
	}
	for i, m := range t.Months {
		for _, l := range locked {
			if l.Month == m && l.Charged.Currency == t.Currency {
				out = append(out, AgainstLocked{l, t.Sides[0].Totals[i]})
			}
		}
	}
	return out
}

// LockedWords say how the months as they stand hang together with the locked statements; empty where there is none.
func LockedWords(all []AgainstLocked) []string {
	if len(all) == 0 {
		return nil
	}
	sum := money.New(0, all[0].Here.Currency)
	out := []string{"As it stands, each month is computed on the newest evidence, so what a month was corrected by counts in the month that it corrects. A locked statement never changes: what came to be known after it stands as a correction in a later one."}
	of := fmt.Sprintf("Of %d %s with a locked statement, ", len(all), pluralWord(len(all), "month", "months"))
	differ := 0
	for _, a := range all {
		if d := a.Difference(); d.Minor != 0 {
			differ++
			sum = sum.Add(d)
			out = append(out, fmt.Sprintf("%s: %s as it stands, %s in its locked statement, difference %s.", a.Month.Words(), a.Here.Format(), a.Charged.Format(), signedWords(d)))
		}
	}
	if differ == 0 {
		return append(out, of+"none differs.")
	}
	return append(out, fmt.Sprintf("%s%d %s, by %s together.", of, differ, pluralWord(differ, "differs", "differ"), signedWords(sum)))
}

func pluralWord(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return several
}

func signedWords(a money.Amount) string {
	if a.Minor > 0 {
		return "+" + a.Format()
	}
	return a.Format()
}
