package ledger_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ledger"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func kindOf(clause string) string {
	return map[string]string{"team": "retainer", "share": "revenue_share", "media": "media_commission", "cost": "pass_through"}[clause]
}

func statement(lines ...fees.Line) ledger.Locked {
	s := fees.Statement{Contract: "growth", Currency: "USD", Period: cal.Period{From: cal.MustDate("2026-01-01"), To: cal.MustDate("2026-02-01")}}
	l := ledger.Locked{ID: "st_1", Client: "org_acme", KindOf: kindOf}
	for i, line := range lines {
		line.No = i + 1
		s.Lines = append(s.Lines, line)
		l.Payable = append(l.Payable, line.Amount)
	}
	l.Statement = s
	return l
}

func usd(minor int64) money.Amount { return money.New(minor, "USD") }

func printed(entries []ledger.Entry) (out []string) {
	for _, e := range entries {
		for _, p := range e.Postings {
			out = append(out, fmt.Sprintf("%s %s %s -> %s %d", e.On, e.Ref, p.Credit, p.Debit, p.Minor))
		}
	}
	return out
}

func TestALockIsUnbilledRevenue(t *testing.T) {
	got := ledger.OfLock(statement(
		fees.Line{Clause: "team", Kind: fees.KindRetainer, Text: "Retainer", Events: []string{"2026-01-15..2026-02-15"}, Amount: usd(31_000_00)},
		fees.Line{Clause: "share", Kind: fees.KindDeal, Amount: usd(900_00)},
		fees.Line{Clause: "share", Kind: fees.KindPeriodCap, Amount: usd(-100_00)},
		fees.Line{Clause: "media", Kind: fees.KindSpend, Amount: usd(85_000_00)},
		fees.Line{Clause: "media", Kind: fees.KindSpendCorrection, Amount: usd(-850_00)}, // what costs less is owed less to the vendor
		fees.Line{Clause: "media", Kind: fees.KindCommission, Amount: usd(15_000_00)},
		fees.Line{Clause: "media", Kind: fees.KindCorrection, Amount: usd(-150_00)},
		fees.Line{Clause: "share", Kind: fees.KindDeal, Amount: usd(0)},
	))
	want := []string{
		"2026-01-31 lock:st_1 revenue:retainer -> assets:unbilled 3100000",
		"2026-01-31 lock:st_1 liabilities:deferred -> revenue:retainer 1400000", // 1 to 14 Feb of 31 days
		"2026-01-31 lock:st_1 revenue:revenue-share -> assets:unbilled 90000",
		"2026-01-31 lock:st_1 assets:unbilled -> revenue:revenue-share 10000",
		"2026-01-31 lock:st_1 liabilities:pass-through -> assets:unbilled 8500000",
		"2026-01-31 lock:st_1 assets:unbilled -> liabilities:pass-through 85000",
		"2026-01-31 lock:st_1 revenue:media-commission -> assets:unbilled 1500000",
		"2026-01-31 lock:st_1 assets:unbilled -> revenue:media-commission 15000",
		"2026-02-14 release:st_1/1 revenue:retainer -> liabilities:deferred 1400000",
	}
	if diff := cmp.Diff(want, printed(got)); diff != "" {
		t.Error(diff)
	}
	if got := ledger.OfLock(statement()); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestTheReserveTakesFirstAndIsReleasedWhenItsTimeIsOver(t *testing.T) {
	policy := ledger.ReservePolicy{Part: money.Percent(10), Over: func(revenue, on cal.Date) bool { return on.DaysSince(revenue) > 180 }}
	kept := []ledger.Kept{{On: cal.MustDate("2025-06-30"), Minor: 300_00}, {On: cal.MustDate("2025-12-31"), Minor: 500_00}, {On: cal.MustDate("2025-12-31"), Minor: -100_00}}
	locked := statement(
		fees.Line{Clause: "share", Kind: fees.KindDeal, Amount: usd(900_00)},
		fees.Line{Clause: "share", Kind: fees.KindCorrection, Amount: usd(-50_00)},
		fees.Line{Clause: "team", Kind: fees.KindRetainer, Amount: usd(31_000_00)},
	)
	e, ok := ledger.OfReserve(locked, policy, kept)
	want := []string{
		"2026-01-31 reserve:st_1 revenue:revenue-share -> liabilities:clawback-reserve 5000",  // the correction
		"2026-01-31 reserve:st_1 revenue:revenue-share -> liabilities:clawback-reserve 15000", // 300.00 of June, less the 150.00 that were taken
		"2026-01-31 reserve:st_1 liabilities:clawback-reserve -> revenue:revenue-share 9000",
	}
	if diff := cmp.Diff(want, printed([]ledger.Entry{e})); diff != "" || !ok {
		t.Error(diff)
	}
	never := ledger.ReservePolicy{Part: money.Percent(10), Over: func(_, _ cal.Date) bool { return true }}
	if e, ok := ledger.OfReserve(statement(fees.Line{Clause: "share", Kind: fees.KindDeal, Amount: usd(900_00)}), never, nil); ok {
		t.Errorf("%v is reserved though nothing is ever taken back", e)
	}
}

// The reserve never goes below nothing, whatever comes.
func TestTheReserveIsNeverNegative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var kept []ledger.Kept
		on := cal.MustDate("2026-01-01")
		policy := ledger.ReservePolicy{Part: money.Percent(rapid.Int64Range(0, 100).Draw(t, "part")), Over: func(revenue, at cal.Date) bool { return at.DaysSince(revenue) > 90 }}
		for range 12 {
			l := statement(fees.Line{Clause: "share", Kind: fees.KindDeal, Amount: usd(rapid.Int64Range(0, 1000).Draw(t, "share"))}, fees.Line{Clause: "share", Kind: fees.KindCorrection, Amount: usd(-rapid.Int64Range(0, 400).Draw(t, "back"))})
			l.Statement.Period = cal.MonthOf(on).Period()
			on = on.AddMonths(1, 1)
			e, _ := ledger.OfReserve(l, policy, kept)
			for _, p := range e.Postings {
				if p.Credit == ledger.Reserve {
					kept = append(kept, ledger.Kept{On: e.On, Minor: p.Minor})
				} else {
					kept = append(kept, ledger.Kept{On: e.On, Minor: -p.Minor})
				}
			}
			var balance int64
			for _, k := range kept {
				balance += k.Minor
			}
			if balance < 0 {
				t.Fatalf("%d in the reserve", balance)
			}
		}
	})
}

// Late charges and discounts do not go through what is unbilled, and what takes them back goes the same way.
func TestLateChargesAndDiscountsHaveAccountsOfTheirOwn(t *testing.T) {
	of := func(kind billing.Kind, purpose billing.Purpose) ledger.Entry {
		d := billing.Document{Kind: kind, Purpose: purpose, IssuedOn: cal.MustDate("2026-05-16"), Currency: "USD", Contract: "growth", Net: usd(280_00), TaxTotal: usd(53_20), Payable: usd(333_20)}
		return ledger.OfIssue(ledger.Issued{ID: "inv_9", Client: "org_acme", Document: d})
	}
	got := printed([]ledger.Entry{of(billing.Invoice, billing.LateCharges), of(billing.CreditNote, billing.LateCharges), of(billing.CreditNote, billing.EarlyPayment), of(billing.Invoice, billing.DiscountUndid)})
	want := []string{
		"2026-05-16 issue:inv_9 income:late-charges -> assets:receivable 28000", "2026-05-16 issue:inv_9 liabilities:taxes -> assets:receivable 5320",
		"2026-05-16 issue:inv_9 liabilities:client-funds -> income:late-charges 28000", "2026-05-16 issue:inv_9 liabilities:client-funds -> liabilities:taxes 5320",
		"2026-05-16 issue:inv_9 liabilities:client-funds -> revenue:discounts-allowed 28000", "2026-05-16 issue:inv_9 liabilities:client-funds -> liabilities:taxes 5320",
		"2026-05-16 issue:inv_9 revenue:discounts-allowed -> assets:receivable 28000", "2026-05-16 issue:inv_9 liabilities:taxes -> assets:receivable 5320",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, a := range []ledger.Account{ledger.LateCharges, ledger.Discounts} {
		if !a.Known() {
			t.Errorf("%s is no account", a)
		}
	}
	if w := ledger.LateCharges.Words() + ", " + ledger.Discounts.Words(); w != "Late charges, Revenue, discounts allowed" {
		t.Error(w)
	}
}

// hledger reads the text, finds every account and currency declared, and computes the same balances.
func TestHledgerAgrees(t *testing.T) {
	entries := ledger.OfLock(statement(
		fees.Line{Clause: "team", Kind: fees.KindRetainer, Text: "Retainer; of | all: sorts", Events: []string{"2026-01-15..2026-02-15"}, Amount: usd(31_000_01)},
		fees.Line{Clause: "share", Kind: fees.KindDeal, Amount: usd(900_00)},
	))
	yen := statement(fees.Line{Clause: "team", Kind: fees.KindRetainer, Amount: money.New(700_000, "JPY")})
	yen.ID, yen.Statement.Currency = "st_2", "JPY"
	entries = append(entries, ledger.OfLock(yen)...)
	ledger.InOrder(entries)
	var text bytes.Buffer
	if err := ledger.WriteText(&text, entries, map[string]string{"org_acme": "Acme; \n2026-01-01 forged | Robotics, Inc."}); err != nil {
		t.Fatal(err)
	}
	for _, b := range ledger.Trial(entries) {
		got := hledger(t, text.String(), "balance", "--flat", "--format", "%(total)", "-N", "^"+string(b.Account)+"$", "cur:"+string(b.Currency))
		if want := strings.TrimSuffix(b.Net().String(), ".00"); !b.Net().IsZero() && strings.TrimSpace(got) != b.Net().String()+" "+string(b.Currency) && strings.TrimSpace(got) != want+" "+string(b.Currency) {
			t.Errorf("%s: hledger says %q, we say %s", b.Account, got, b.Net())
		}
	}
	hledger(t, text.String(), "check", "--strict")
	hledger(t, text.String(), "check", "ordereddates")
}

// hledger runs the program on a text.
func hledger(t *testing.T, text string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("hledger"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("hledger is missing (install hledger)")
		}
		t.Skip("hledger is not here (install hledger)")
	}
	file := filepath.Join(t.TempDir(), "ofrecord.journal")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("hledger", append([]string{"-f", file}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("hledger %v: %v\n%s\n%s", args, err, out, text)
	}
	return string(out)
}

// A credit note takes what is deferred out of what is deferred, until the day on which it would have been released; and an invoice that takes its
// place defers it again. 10,000.00 of a fee of 31 days, of which 14 are in February: 4,516.13.
func TestACreditNoteTakesBackWhatIsDeferred(t *testing.T) {
	s := statement(fees.Line{No: 1, Clause: "team", Kind: fees.KindRetainer, Events: []string{"2026-01-15..2026-02-15"}, Amount: usd(31_000_00)}).Statement
	invoice := billing.Document{Kind: billing.Invoice, Lines: []billing.Line{{No: 1, From: 1, Clause: "team", Kind: fees.KindRetainer, Net: usd(31_000_00)}}}
	note := billing.Document{Kind: billing.CreditNote, Currency: "USD", Contract: "growth", Credits: &billing.Reference{ID: "inv_1"},
		Lines: []billing.Line{{No: 1, From: 1, Clause: "team", Kind: fees.KindRetainer, Net: usd(10_000_00)}}}
	kindOf := func(string) string { return "retainer" }
	of := func(d billing.Document, on string, again bool, credited *billing.Document) []string {
		d.IssuedOn = cal.MustDate(on)
		return printed(ledger.OfDeferred(ledger.Issued{ID: "doc_2", Client: "org_acme", Document: d, Again: again, KindOf: kindOf}, s, ledger.LinesOf(s, credited)))
	}
	account := string(ledger.Of(fees.KindRetainer, "retainer"))
	for _, c := range []struct {
		name      string
		got, want []string
	}{
		{"before the release", of(note, "2026-02-05", false, &invoice), []string{
			"2026-02-05 defer:doc_2/1 " + account + " -> liabilities:deferred 451613", "2026-02-14 undefer:doc_2/1 liabilities:deferred -> " + account + " 451613"}},
		{"after it", of(note, "2026-02-14", false, &invoice), nil},
		{"the first invoice", of(invoice, "2026-02-05", false, nil), nil},
		{"an invoice in its place", of(billing.Document{Kind: billing.Invoice, Currency: "USD", Lines: invoice.Lines}, "2026-02-06", true, nil), []string{
			"2026-02-06 defer:doc_2/1 liabilities:deferred -> " + account + " 1400000", "2026-02-14 undefer:doc_2/1 " + account + " -> liabilities:deferred 1400000"}},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}
