package fees_test

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// wantSound holds every statement to what is promised of all: the lines sum to the total, every line multiplies out, lines are numbered,
// limits of a deal stand behind their line.
func wantSound(t interface {
	Helper()
	Errorf(string, ...any)
}, a contract.Agreement, s fees.Statement) {
	t.Helper()
	if !s.AddsUp() {
		t.Errorf("the lines do not sum to %s", s.Total)
	}
	for i, l := range s.Lines {
		if !l.MultipliesOut(a.First().Rounding) {
			t.Errorf("line %d: %s x %s is not %s", l.No, l.Quantity, l.Rate, l.Amount)
		}
		if l.No != i+1 || l.With < 0 || l.With >= l.No {
			t.Errorf("line %d stands at %d and belongs to %d", l.No, i+1, l.With)
		}
	}
}

// agreements are those of the worked examples, one of each sort.
func agreements(t testing.TB) []contract.Agreement {
	t.Helper()
	var out []contract.Agreement
	for _, name := range []string{"proration-annual-365", "lookback-drop", "lookback-renormalise", "worked-month", "cap-per-quarter", "period-floor", "per-deal-floor-and-cap",
		"per-deal-cap-over-its-life", "customer-first-won-deal", "customer-types-unknown-hold", "other-currency-home-amount", "amendment-of-the-rate",
		"tail", "contacts-of-the-account", "refund-ignored", "provider-credit", "cap-and-clawback", "amendment-mid-month",
		"fees-credits-minimum-not-to-exceed", "not-to-exceed-over-the-term", "minimum-topped-up", "service-credit-highest-rung", "rebate-shown-as-returned",
		"hours-rollover-oldest-first", "hours-rollover-cap-on-balance", "hours-rollover-expires-in-days", "hours-debt-carried", "hours-debt-carried-to-the-end", "hours-amended-mid-month",
		"hours-rounded-by-person-day", "hours-overage-approved", "hours-reconciled-excess", "hours-anchored-mid-month", "hours-of-several-clauses",
		"hourly-cap-and-late-entries", "hourly-person-month", "hourly-role-held",
		"not-to-exceed-per-month-under-a-cap-per-year", "not-to-exceed-per-month-under-tiers-per-year", "service-credit-of-a-share-under-a-cap",
		"tiers-marginal", "tiers-whole", "baseline-shortfall-carried", "baseline-and-tiers", "baseline-of-a-year-and-tiers", "share-charged-by-quarter",
		"earlier-deals-reset", "at-the-deal-left-out", "anchor-deal-collected", "touches-that-make-no-path"} {
		a := agreementNamed(t, name)
		out = append(out, a)
	}
	return append(out, rewritten(t, "contacts-of-the-account", "contacts: associated-or-account", "contacts: associated-or-account\n      earlier_deals: reset\n      at_the_deal: left-out"),
		rewritten(t, "anchor-deal-collected", "earlier_deals: reused\n      contacts: associated", "earlier_deals: reset\n      contacts: associated-or-inferred-account"),
		rewritten(t, "earlier-deals-reset", "anchor: deal-won", "anchor: deal-created"))
}

// rewritten is the agreement of a worked example with a text in the place of another.
func rewritten(t testing.TB, name, was, is string) contract.Agreement {
	t.Helper()
	var versions []contract.Terms
	for _, v := range agreementNamed(t, name).Versions {
		if !strings.Contains(v.Source, was) {
			t.Fatalf("%s: %q is not in the contract", name, was)
		}
		terms, err := contract.Parse([]byte(strings.Replace(v.Source, was, is, 1)))
		if err != nil {
			t.Fatal(err)
		}
		versions = append(versions, terms)
	}
	a, err := contract.NewAgreement(versions...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// agreementNamed is the agreement of a worked example.
func agreementNamed(t interface {
	Helper()
	Fatal(...any)
}, name string) contract.Agreement {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	var versions []contract.Terms
	for _, f := range archive.Files {
		if f.Name == "contract.yaml" || f.Name == "contract-2.yaml" {
			terms, err := contract.Parse(f.Data)
			if err != nil {
				t.Fatal(err)
			}
			versions = append(versions, terms)
		}
	}
	a, err := contract.NewAgreement(versions...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

var longAfter = cal.MustDate("2027-06-30")

func drafted(t interface{ Fatal(...any) }, a contract.Agreement, f fees.Facts) ([]byte, fees.Statement) {
	s, issues := fees.Draft(a, f, longAfter)
	b, err := fees.Document{Statement: s, Issues: issues}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b, s
}

func shuffled[T any](c chance, rows []T) []T {
	out := slices.Clone(rows)
	c.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func TestWhateverTheEvidence(t *testing.T) {
	all := agreements(t)
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		a := all[c.IntN(len(all))]
		f := fees.Facts{Period: c.month(), Evidence: c.evidence()}
		locked := f.Evidence
		if c.oneIn(2) {
			locked = c.evidence() // the CRM said something else when the months before were locked
		}
		f.Settled = c.settled(a, locked, f.Period)
		want, s := drafted(t, a, f)
		wantSound(t, a, s)

		mixed := f
		e := &mixed.Evidence
		e.Companies, e.Contacts, e.Deals, e.DealContacts = shuffled(c, e.Companies), shuffled(c, e.Contacts), shuffled(c, e.Deals), shuffled(c, e.DealContacts)
		e.Touches, e.Payments, e.CarveOuts, mixed.Settled = shuffled(c, e.Touches), shuffled(c, e.Payments), shuffled(c, e.CarveOuts), shuffled(c, f.Settled)
		e.TimeEntries, e.MetricReadings = shuffled(c, e.TimeEntries), shuffled(c, e.MetricReadings)
		if got, _ := drafted(t, a, mixed); !bytes.Equal(got, want) {
			t.Errorf("the order of the facts changes the statement:\n%s\n%s", want, got)
		}
		if got, _ := drafted(t, a, fees.Used(a, f)); !bytes.Equal(got, want) {
			t.Errorf("the part that is used gives another statement:\n%s\n%s", want, got)
		}
		var back fees.Document
		if err := back.Statement.UnmarshalJSON(mustJSON(t, s)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(mustJSON(t, back.Statement), mustJSON(t, s)) {
			t.Error("the printed form does not read back")
		}
	})
}

func mustJSON(t *rapid.T, s fees.Statement) []byte {
	b, err := s.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// statements to review, of every sort of lines.
func someStatement(t *rapid.T, all []contract.Agreement) (contract.Agreement, fees.Statement) {
	c := draw(t)
	a := all[c.IntN(len(all))]
	f := fees.Facts{Period: c.month(), Evidence: c.evidence()}
	if c.oneIn(4) {
		f.Released = []fees.Released{{ID: "x/1", Statement: "x", Clause: "share", Amount: money.New(4711, "USD")}}
	}
	f.Settled = c.settled(a, f.Evidence, f.Period)
	s, _ := fees.Draft(a, f, longAfter)
	return a, s
}

func TestDivideLosesNothing(t *testing.T) {
	all := agreements(t)
	rapid.Check(t, func(t *rapid.T) {
		_, s := someStatement(t, all)
		lines := make([]fees.LineLife, len(s.Lines))
		for i, l := range s.Lines {
			lines[i].State = rapid.SampledFrom([]fees.LineState{fees.LineOpen, fees.LineAccepted, fees.LineDisputed, fees.LineConceded}).Draw(t, "state")
			if l.With != 0 {
				lines[i].State = lines[l.With-1].State
			}
		}
		d := fees.Divide(s, lines)
		if got := d.Payable.Add(d.Held).Add(d.Conceded); got != s.Total {
			t.Errorf("%s + %s + %s is not %s", d.Payable, d.Held, d.Conceded, s.Total)
		}
	})
}

// TestFoldIsTotal: whatever is said to have happened, the fold gives a state; and what Check lets happen keeps every cent in its place.
func TestFoldIsTotal(t *testing.T) {
	all := agreements(t)
	kinds := []fees.EventKind{fees.Submit, fees.Withdraw, fees.Accept, fees.Dispute, fees.Answer, fees.Concede, fees.Lock, fees.Release, fees.Waive, "unheard-of"}
	rapid.Check(t, func(t *rapid.T) {
		a, s := someStatement(t, all)
		terms := a.First()
		at := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
		var wild, allowed []fees.Event
		for range rapid.IntRange(0, 30).Draw(t, "events") {
			at = at.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "hours")) * time.Hour)
			e := fees.Event{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Line: rapid.IntRange(-1, len(s.Lines)+1).Draw(t, "line"), At: at, By: "Ada", Minor: rapid.Int64Range(-5, 500_000).Draw(t, "minor")}
			wild = append(wild, e)
			fees.Fold(s, terms, wild, at)

			life := fees.Fold(s, terms, allowed, at)
			if e.Kind == fees.Lock || e.Kind == fees.Submit || e.Kind == fees.Withdraw {
				e.Line = 0
			}
			if rapid.Bool().Draw(t, "whole") && e.Line >= 1 && e.Line <= len(s.Lines) {
				e.Minor = life.Lines[e.Line-1].Held
			}
			if e.Kind != "unheard-of" && life.Check(s, e) == nil {
				e.Seq = life.Next
				allowed = append(allowed, e)
			}
		}
		for _, events := range [][]fees.Event{wild, allowed} {
			fees.Replay(s, terms, events, func(before fees.Life, e fees.Event) bool {
				if want := fees.Fold(s, terms, events[:before.Next-1], e.At); !reflect.DeepEqual(before, want) {
					t.Fatalf("before event %d: %+v, want %+v", before.Next, before, want)
				}
				return true
			})
		}
		life := fees.Fold(s, terms, allowed, at)
		if life.State != fees.Locked {
			return
		}
		split := fees.AtLock(s, life)
		var released int64
		disputed := false
		for i, l := range life.Lines {
			released += l.Released
			disputed = disputed || l.State == fees.LineDisputed && s.Lines[i].Amount.Minor > 0
		}
		if split.Held.Minor < 0 || !disputed && split.Held.Minor != 0 {
			t.Errorf("held %s with disputes: %v", split.Held, disputed)
		}
		if got := split.Payable.Minor + split.Held.Minor + split.Conceded.Minor + released; got != s.Total.Minor {
			t.Errorf("payable %s + held %s + conceded %s + released %d is not %s", split.Payable, split.Held, split.Conceded, released, s.Total)
		}
		var sum int64
		for _, r := range fees.ReleasesOf("x", s, allowed) {
			sum += r.Amount.Minor
		}
		if sum != released {
			t.Errorf("released %d, the next statement carries %d", released, sum)
		}
	})
}

// TestAllReleasedIsAllOwed: when the client releases every disputed line in full, in any order, it has paid the whole total; when the agency
// waives every one, what was payable at the lock is all.
func TestAllReleasedIsAllOwed(t *testing.T) {
	all := agreements(t)
	rapid.Check(t, func(t *rapid.T) {
		a, s := someStatement(t, all)
		at := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
		var events []fees.Event
		happen := func(e fees.Event) bool {
			life := fees.Fold(s, a.First(), events, at)
			e.At, e.Seq = at, life.Next
			if life.Check(s, e) != nil {
				return false
			}
			events = append(events, e)
			return true
		}
		happen(fees.Event{Kind: fees.Submit})
		var disputed []int
		for _, l := range s.Lines {
			kind := rapid.SampledFrom([]fees.EventKind{fees.Accept, fees.Dispute}).Draw(t, "review")
			if happen(fees.Event{Kind: kind, Line: l.No}) && kind == fees.Dispute {
				disputed = append(disputed, l.No)
			}
		}
		happen(fees.Event{Kind: fees.Lock})
		atLock := fees.AtLock(s, fees.Fold(s, a.First(), events, at))
		waive := rapid.Bool().Draw(t, "waive")
		kind := fees.Release
		if waive {
			kind = fees.Waive
		}
		for _, no := range rapid.Permutation(disputed).Draw(t, "order") {
			happen(fees.Event{Kind: kind, Line: no, Minor: fees.Fold(s, a.First(), events, at).Lines[no-1].Held})
		}
		life := fees.Fold(s, a.First(), events, at)
		end := fees.AtLock(s, life)
		if end.Payable != atLock.Payable || end.Held.Minor != 0 {
			t.Errorf("payable %s then %s, held %s", atLock.Payable, end.Payable, end.Held)
		}
		if want := atLock.Held; !waive && s.Total.Sub(end.Payable).Sub(end.Conceded) != want {
			t.Errorf("released %s of %s held", s.Total.Sub(end.Payable).Sub(end.Conceded), want)
		}
	})
}
