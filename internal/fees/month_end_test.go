package fees_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// agreed is an agreement of two months, January and February 2026, with these clauses of the contract with every kind.
func agreed(t *testing.T, replace string, kinds ...string) *contract.Agreement {
	t.Helper()
	source := strings.NewReplacer("2016-01-01", "2026-01-01", "length: 240 months", replace).Replace(twelve)
	terms, err := contract.Parse([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	terms.Clauses = slices.DeleteFunc(terms.Clauses, func(c contract.Clause) bool { return !slices.Contains(kinds, c.Kind()) })
	if len(terms.Clauses) != len(kinds) {
		t.Fatalf("not all of %q are in the contract", kinds)
	}
	a, err := contract.NewAgreement(terms)
	if err != nil {
		t.Fatal(err)
	}
	return &a
}

func tailed(a *contract.Agreement, days int) *contract.Agreement {
	share := a.Versions[0].Clauses[0].(contract.RevenueShare)
	share.Tail = cal.Span{N: days, Unit: cal.Days}
	a.Versions[0].Clauses[0] = share
	return a
}

func TestObstacles(t *testing.T) {
	march := cal.Month{Year: 2026, Month: 3}
	const year, twoMonths = "length: 12 months", "length: 2 months"
	fixed, share, all := agreed(t, year, "retainer"), agreed(t, year, "revenue_share"), agreed(t, year, "hourly")
	day := cal.MustDate
	amendment := func(effective string) *contract.Version {
		return &contract.Version{Number: 2, Effective: day(effective)}
	}
	ready := fees.Engagement{Agreement: share, Today: day("2026-04-02"), Imported: day("2026-04-01"), Before: fees.Locked}
	with := func(change func(*fees.Engagement)) fees.Engagement {
		e := ready
		change(&e)
		return e
	}
	tests := []struct {
		name string
		e    fees.Engagement
		want string // codes; + behind one that lets the draft pass
	}{
		{"nothing stands in the way", ready, ""},
		{"submitted already", with(func(e *fees.Engagement) { e.State, e.Imported = fees.Submitted, cal.Date{} }), ""},
		{"locked already", with(func(e *fees.Engagement) { e.State, e.Before = fees.Locked, "" }), ""},
		{"withdrawn is to be drafted", with(func(e *fees.Engagement) { e.State = fees.Withdrawn }), ""},
		{"no version accepted", fees.Engagement{Proposed: amendment("2026-03-01"), Today: day("2026-04-02")}, "not-accepted"},
		{"the month still runs where the contract counts", with(func(e *fees.Engagement) { e.Today = day("2026-03-31") }), "month-runs"},
		{"no import at all", with(func(e *fees.Engagement) { e.Imported = cal.Date{} }), "no-import"},
		{"import on the last day of the month", with(func(e *fees.Engagement) { e.Imported = day("2026-03-31") }), "no-import"},
		{"work by the hour needs one too", with(func(e *fees.Engagement) { e.Agreement, e.Imported = all, cal.Date{} }), "no-import"},
		{"a fixed fee needs none", with(func(e *fees.Engagement) { e.Agreement, e.Imported = fixed, cal.Date{} }), ""},
		{"amendment into the month", with(func(e *fees.Engagement) { e.Proposed = amendment("2026-03-31") }), "amendment-open+"},
		{"amendment after the month", with(func(e *fees.Engagement) { e.Proposed = amendment("2026-04-01") }), ""},
		{"month before not there", with(func(e *fees.Engagement) { e.Before = "" }), "previous-open+"},
		{"month before a draft", with(func(e *fees.Engagement) { e.Before = fees.Drafted }), "previous-open+"},
		{"month before submitted", with(func(e *fees.Engagement) { e.Before = fees.Submitted }), "previous-open+"},
		{"month before withdrawn", with(func(e *fees.Engagement) { e.Before = fees.Withdrawn }), "previous-open+"},
		{"several at once", with(func(e *fees.Engagement) { e.Imported, e.Before, e.Proposed = cal.Date{}, "", amendment("2026-03-01") }), "no-import amendment-open+ previous-open+"},
		{"ended, with no tail", with(func(e *fees.Engagement) { e.Agreement, e.Imported = agreed(t, twoMonths, "revenue_share"), cal.Date{} }), "no-import+"},
		{"ended, in its tail", with(func(e *fees.Engagement) {
			e.Agreement, e.Imported = tailed(agreed(t, twoMonths, "revenue_share"), 1), cal.Date{}
		}), "no-import"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, o := range test.e.Obstacles(march) {
				code := o.Code
				if o.Drafts {
					code += "+"
				}
				if o.Reason == "" || o.Mend == "" || o.Room == "" {
					t.Errorf("%s does not say what to do: %+v", o.Code, o)
				}
				got = append(got, code)
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// The first month of a contract has none before it.
func TestTheFirstMonthWaitsForNone(t *testing.T) {
	e := fees.Engagement{Agreement: agreed(t, "length: 12 months", "retainer"), Today: cal.MustDate("2026-02-02")}
	if got := e.Obstacles(cal.Month{Year: 2026, Month: 1}); len(got) > 0 {
		t.Errorf("got %+v", got)
	}
}

func TestHeldOutNamesTheFirstOfMany(t *testing.T) {
	problem := fees.Issue{Severity: fees.Problem, Text: "Deal A has no amount."}
	if _, ok := fees.HeldOut([]fees.Issue{{Severity: fees.Warning}, {Severity: fees.Info}}); ok {
		t.Error("a warning holds nothing out")
	}
	if o, ok := fees.HeldOut([]fees.Issue{problem}); !ok || o.Reason != "Deal A has no amount." || !o.Drafts {
		t.Errorf("got %+v", o)
	}
	if o, _ := fees.HeldOut([]fees.Issue{problem, {Severity: fees.Info}, problem}); !strings.HasPrefix(o.Reason, "2 things are held out for want of a fact. The first: Deal A") {
		t.Errorf("got %+v", o)
	}
}

func TestRefusedKeepsFailuresOfTheProgramBack(t *testing.T) {
	for _, test := range []struct {
		err          error
		code, reason string
	}{
		{errors.New("pq: secret"), "failed", "The program failed with this engagement."},
		{fault.New(fault.Internal, "x", "secret"), "failed", "The program failed with this engagement."},
		{fault.New(fault.Conflict, "superseded", "There is a newer draft."), "superseded", "There is a newer draft."},
		{fault.New(fault.NotFound, "not-found", "There is nothing here."), "not-found", "There is nothing here."},
	} {
		if o := fees.Refused(test.err); o.Code != test.code || o.Reason != test.reason || o.Mend == "" {
			t.Errorf("%v: got %+v", test.err, o)
		}
	}
}

func TestExceptionsAreToldFirst(t *testing.T) {
	type outcome struct {
		kind             fees.OutcomeKind
		client, contract string
	}
	list := []outcome{{fees.OutcomeNothing, "A", "x"}, {fees.OutcomeDrafted, "B", "y"}, {fees.OutcomeDrafted, "B", "x"}, {fees.OutcomeException, "C", "x"}, {fees.OutcomeSubmitted, "D", "x"}}
	slices.SortFunc(list, func(a, b outcome) int {
		return fees.CompareOutcomes(a.kind, b.kind, a.client, b.client, a.contract, b.contract)
	})
	want := []outcome{{fees.OutcomeException, "C", "x"}, {fees.OutcomeSubmitted, "D", "x"}, {fees.OutcomeDrafted, "B", "x"}, {fees.OutcomeDrafted, "B", "y"}, {fees.OutcomeNothing, "A", "x"}}
	if !slices.Equal(list, want) {
		t.Errorf("got %v", list)
	}
}
