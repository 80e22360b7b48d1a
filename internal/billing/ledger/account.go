package ledger

import (
	"strings"

	"github.com/ofrecord/ofrecord/internal/fees"
)

// Account is the name of an account, its parts divided by colons.
type Account string

// The accounts. Revenue has one for each kind of clause.
const (
	Bank        Account = "assets:bank"
	Receivable  Account = "assets:receivable"        // invoiced and not paid
	Unbilled    Account = "assets:unbilled"          // locked and not invoiced
	Taxes       Account = "liabilities:taxes"        // charged to clients, owed to the state
	ClientFunds Account = "liabilities:client-funds" // paid or credited, and not applied to an invoice
	PassThrough Account = "liabilities:pass-through" // charged at cost, owed to vendors
	Deferred    Account = "liabilities:deferred"     // charged for days to come
	Reserve     Account = "liabilities:clawback-reserve"
	LateCharges Account = "income:late-charges"       // charged for paying late: finance income, no fee
	Discounts   Account = "revenue:discounts-allowed" // taken off for paying early; it lessens revenue
	revenue             = "revenue:"
)

// Words is the account for people: "Revenue share" of "revenue:revenue-share".
func (a Account) Words() string {
	parts := strings.Split(string(a), ":")
	words := strings.ReplaceAll(parts[len(parts)-1], "-", " ")
	if strings.HasPrefix(string(a), revenue) {
		words = "revenue, " + words
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// Known reports whether it is an account of the ledger.
func (a Account) Known() bool {
	switch a {
	case Bank, Receivable, Unbilled, Taxes, ClientFunds, PassThrough, Deferred, Reserve, LateCharges:
		return true
	}
	return strings.HasPrefix(string(a), revenue) && len(a) > len(revenue)
}

// Of is the account that a line is credited to: what is passed on at cost is owed to vendors, everything else is revenue of its kind of clause,
// such as "revenue_share".
func Of(line fees.LineKind, clauseKind string) Account {
	if line.AtCost() || clauseKind == "pass_through" {
		return PassThrough
	}
	if clauseKind == "" {
		clauseKind = "other"
	}
	return Account(revenue + strings.ReplaceAll(clauseKind, "_", "-"))
}
