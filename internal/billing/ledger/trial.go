package ledger

import (
	"cmp"
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Balance is what stands on an account in one currency.
type Balance struct {
	Account  Account
	Currency money.Currency
	Debit    int64 // all debits
	Credit   int64 // all credits
}

// Net is debits less credits.
func (b Balance) Net() money.Amount { return money.New(b.Debit-b.Credit, b.Currency) }

// Trial sums postings by account and currency, in the order of the accounts.
func Trial(entries []Entry) []Balance {
	type key struct {
		account  Account
		currency money.Currency
	}
	sums := map[key]*Balance{}
	at := func(a Account, c money.Currency) *Balance {
		k := key{a, c}
		if sums[k] == nil {
			sums[k] = &Balance{Account: a, Currency: c}
		}
		return sums[k]
	}
	for _, e := range entries {
		for _, p := range e.Postings {
			at(p.Debit, e.Currency).Debit += p.Minor
			at(p.Credit, e.Currency).Credit += p.Minor
		}
	}
	var out []Balance
	for _, b := range sums {
		out = append(out, *b)
	}
	Order(out)
	return out
}

// Order sorts balances by currency and account.
func Order(all []Balance) {
	slices.SortFunc(all, func(x, y Balance) int {
		return cmp.Or(cmp.Compare(x.Currency, y.Currency), cmp.Compare(x.Account, y.Account))
	})
}

// InCurrency is an amount in the currency of the balance.
func (b Balance) InCurrency(minor int64) money.Amount { return money.New(minor, b.Currency) }
