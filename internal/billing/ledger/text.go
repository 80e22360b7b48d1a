package ledger

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// InOrder sorts entries by day and ref, as exports write them.
func InOrder(all []Entry) {
	slices.SortStableFunc(all, func(x, y Entry) int { return cmp.Or(x.On.Cmp(y.On), strings.Compare(x.Ref, y.Ref)) })
}

// WriteText writes the entries as plain-text accounting, as hledger reads it, with every account and currency declared. names gives
// a client's name by its id.
func WriteText(w io.Writer, entries []Entry, names map[string]string) error {
	out := bufio.NewWriter(w)
	var accounts []Account
	var currencies []money.Currency
	for _, e := range entries {
		currencies = append(currencies, e.Currency)
		for _, p := range e.Postings {
			accounts = append(accounts, p.Debit, p.Credit)
		}
	}
	slices.Sort(accounts)
	slices.Sort(currencies)
	fmt.Fprintln(out, "; Written by Ofrecord. Debits are positive.")
	for _, c := range slices.Compact(currencies) {
		fmt.Fprintf(out, "commodity %s\n", written(money.New(1000*c.Unit(), c)))
	}
	for _, a := range slices.Compact(accounts) {
		fmt.Fprintf(out, "account %s\n", a)
	}
	for _, e := range entries {
		fmt.Fprintf(out, "\n%s %s | %s  ; ref:%s", e.On, plain(names[e.Client]), plain(e.Words), e.Ref)
		if e.Contract != "" {
			fmt.Fprintf(out, ", contract:%s", strings.ReplaceAll(plain(e.Contract), ",", " "))
		}
		fmt.Fprintln(out)
		for _, leg := range legs(e) {
			fmt.Fprintf(out, "    %-40s  %s\n", leg.account, written(leg.amount))
		}
	}
	return out.Flush()
}

// leg is what an entry moves on one account.
type leg struct {
	account Account
	amount  money.Amount
}

// legs sums the postings of an entry by account, in the order in which they come.
func legs(e Entry) []leg {
	var out []leg
	add := func(a Account, minor int64) {
		i := slices.IndexFunc(out, func(l leg) bool { return l.account == a })
		if i < 0 {
			out = append(out, leg{a, money.New(minor, e.Currency)})
			return
		}
		out[i].amount.Minor += minor
	}
	for _, p := range e.Postings {
		add(p.Debit, p.Minor)
		add(p.Credit, -p.Minor)
	}
	return out
}

// written is an amount as hledger reads it back. A currency without decimals is declared with a decimal mark at its end.
func written(a money.Amount) string {
	text := a.String()
	if a.Currency.Digits() == 0 {
		text += "."
	}
	return text + " " + string(a.Currency)
}

// plain is a text that cannot end or divide what is written around it.
func plain(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(";|", r), unicode.IsControl(r):
			return ' '
		}
		return r
	}, text)), " ")
}

// WriteCSV writes the postings as a general journal: two rows each, its debit and its credit.
func WriteCSV(w io.Writer, entries []Entry, names map[string]string, safe func(string) string) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"day", "ref", "account", "debit", "credit", "currency", "client", "contract", "subject", "subject_id", "words"})
	for _, e := range entries {
		for _, p := range e.Postings {
			amount := money.New(p.Minor, e.Currency).String()
			row := func(a Account, debit, credit string) {
				_ = out.Write([]string{e.On.String(), e.Ref, string(a), debit, credit, string(e.Currency), safe(names[e.Client]), safe(e.Contract), string(e.Kind), e.Subject, safe(e.Words)})
			}
			row(p.Debit, amount, "")
			row(p.Credit, "", amount)
		}
	}
	out.Flush()
	return out.Error()
}
