package ops_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func ids(touches []attribution.Touch) string {
	var out []string
	for _, t := range touches {
		out = append(out, t.ID)
	}
	return strings.Join(out, " ")
}

func TestTheReferenceDealUnderEachEdge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		r.agree("growth", won...)
		for edge, want := range map[string]string{"": "40000.00", "drop": "40000.00", "renormalise": "57142.86", "re-path": "70000.00"} {
			v := r.deal("D3", 0, ops.Asked{Edge: edge})
			c := v.Columns[0]
			if c.Earned.Amount.String() != want || v.Rule.Agreed != (edge == "" || edge == "drop") {
				t.Errorf("edge %q: %s earned, agreed %v; want %s", edge, c.Earned.Amount, v.Rule.Agreed, want)
			}
		}
		v := r.deal("D3", 0, ops.Asked{Lookback: "none"})
		if got := v.Columns[0].Earned.Amount.String(); got != "70000.00" || v.Rule.Agreed {
			t.Errorf("without a lookback %s is earned", got)
		}
		v = r.deal("D3", 0, ops.Asked{})
		if v.Standing != ops.Won || v.Company.Name != "Boreal Freight" || len(v.Payments) != 2 || v.Payments[0].ID != "y1" || v.Rule.Clause.Share.ID != "closed-won" {
			t.Errorf("%+v", v)
		}
		main := v.Columns[0].Result
		if main.Model.String() != "w-shaped" || len(main.Credits) != 3 || main.Unattributed != 30_000_00 {
			t.Errorf("%+v", main)
		}
		reasons := map[string]attribution.Reason{}
		for _, g := range main.Ignored {
			reasons[g.Touch.ID] = g.Reason
		}
		if len(reasons) != 2 || reasons["t1"] != attribution.OutsideLookback || reasons["t5"] != attribution.AfterClose {
			t.Errorf("ignored: %v", reasons)
		}
		for _, c := range v.Columns {
			sum := c.Result.Unattributed
			for i, tc := range c.Result.Credits {
				sum += tc.Minor
				if tc.Touch.ID != main.Credits[i].Touch.ID {
					t.Errorf("%s: touch %d is %s", c.Model, i, tc.Touch.ID)
				}
			}
			if sum != 100_000_00 {
				t.Errorf("%s sums to %d", c.Model, sum)
			}
		}
		if len(v.Columns) != 8 {
			t.Errorf("%d columns", len(v.Columns))
		}
	})
}

func TestOnlyWonDealsHoldCredit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		for id, want := range map[string]ops.Standing{"D4": ops.Open, "D6": ops.Lost} {
			v := r.deal(id, 0, ops.Asked{})
			if v.Standing != want || len(v.Columns) != 0 || ids(v.Journey.Touches) != "t6 t7" {
				t.Errorf("%s: %s, %d columns, touches %s", id, v.Standing, len(v.Columns), ids(v.Journey.Touches))
			}
		}
		v := r.deal("D5", 0, ops.Asked{})
		if v.Total.Known || v.Total.Note == "" || v.Columns[0].Earned.Share.String() != "100 %" {
			t.Errorf("an unknown amount: %+v, %s", v.Total, v.Columns[0].Earned.Share)
		}
		r.agree("growth", won...)
		if v = r.deal("D7", 0, ops.Asked{}); !strings.Contains(v.Total.Note, "holds this deal") || v.Total.Amount.FormatWith() != "EUR 700.00" {
			t.Errorf("another currency: %+v", v.Total)
		}
	})
}

func TestALaterAssociationRewritesCreditAndTheOldImportStillSaysTheOld(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		r.agree("growth", won...)
		r.take("deal_contacts.csv", "deal_id,contact_id,role\nD3,p2,champion\n")
		r.take("deals.csv", strings.Replace(deals[:strings.Index(deals, "\nD4")+1], "100000.00", "90000.00", 1))
		now := r.deal("D3", 0, ops.Asked{})
		before := r.deal("D3", 6, ops.Asked{})
		if ids(now.Journey.Touches) != "t1 t2 t3 t4 t5 t8" || ids(before.Journey.Touches) != "t1 t2 t3 t4 t5" {
			t.Errorf("now %s, before %s", ids(now.Journey.Touches), ids(before.Journey.Touches))
		}
		if now.AsOf != 8 || before.AsOf != 6 || before.Latest != 8 || now.Total.Amount.String() != "90000.00" || before.Total.Amount.String() != "100000.00" {
			t.Errorf("now %d %s, before %d %s", now.AsOf, now.Total.Amount, before.AsOf, before.Total.Amount)
		}
		if p := now.Contacts[1]; p.ID != "p2" || p.Role != "champion" || fmt.Sprint(p.Merged) != "[p9]" || p.Touches != 1 {
			t.Errorf("%+v", p)
		}
		last := now.Changes[len(now.Changes)-1]
		if last.Import.No != 8 || last.Line != 2 || last.New || len(last.Fields) != 1 || last.Fields[0] != (ops.Field{Name: "amount", Before: "100000.00", After: "90000.00"}) {
			t.Errorf("%+v", last)
		}
		if len(now.Changes) != 6 || len(before.Changes) != 4 || len(now.Marks) != 8 || now.Marks[0].No != 8 {
			t.Errorf("%d changes now, %d before, %d marks", len(now.Changes), len(before.Changes), len(now.Marks))
		}
	})
}

func TestTheRuleIsThatOfTheDayTheDealWasWon(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		id := r.agree("growth", won...)
		text := contract.Template("growth", "Acme Robotics, Inc.", "Northlight LLC", cal.MustDate("2026-01-01"))
		text = strings.Replace(text, "effective: 2026-01-01", "effective: 2026-07-10", 1)
		r.amend(id, 2, text, "model: w-shaped ", "model: first ")
		if v := r.deal("D3", 0, ops.Asked{}); v.Rule.Clause.Terms.Version != 1 || v.Rule.Model.String() != "w-shaped" {
			t.Errorf("won on 1 July: version %d, %s", v.Rule.Clause.Terms.Version, v.Rule.Model)
		}
		if v := r.deal("D4", 0, ops.Asked{}); v.Rule.Clause.Terms.Version != 2 || v.Rule.Model.String() != "first" {
			t.Errorf("open on 20 July: version %d, %s", v.Rule.Clause.Terms.Version, v.Rule.Model)
		}
		r.agree("second", "model: w-shaped", "model: linear")
		v := r.deal("D3", 0, ops.Asked{})
		if len(v.Clauses) != 2 || v.Rule.Model.String() != "w-shaped" {
			t.Fatalf("%d clauses, %s", len(v.Clauses), v.Rule.Model)
		}
		if v = r.deal("D3", 0, ops.Asked{Clause: v.Clauses[1].Key()}); v.Rule.Model.String() != "linear" || !v.Rule.Agreed {
			t.Errorf("the second: %s", v.Rule.Model)
		}
	})
}

func TestContactsOfTheCompanyCountOnlyWhereTheClauseSaysSo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		r.take("deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed,customer_type\nD8,Boreal spares,c1,10.00,USD,2026-05-02T12:00:00Z,2026-07-01,won,true,true,new\n")
		r.agree("growth", won...)
		if v := r.deal("D8", 0, ops.Asked{}); v.ByAccount || len(v.Contacts) != 0 || v.Columns[0].Result.Unattributed != 10_00 {
			t.Errorf("%+v", v.Contacts)
		}
		wider := r.agree("wider", append([]string{"contacts: associated ", "contacts: associated-or-account "}, won...)...)
		v := r.deal("D8", 0, ops.Asked{Clause: wider + "/closed-won"})
		if !v.ByAccount || len(v.Contacts) != 2 || ids(v.Journey.Touches) != "t1 t2 t3 t4 t5 t8" {
			t.Errorf("by account %v, %d contacts, %s", v.ByAccount, len(v.Contacts), ids(v.Journey.Touches))
		}
	})
}

// What a statement charges and what the page of the deal shows are the same credit.
func TestTheCreditIsThatOfTheStatement(t *testing.T) {
	creditIsThatOfTheStatement(t)
	creditIsThatOfTheStatement(t, "earlier_deals: reused", "earlier_deals: reset")
	creditIsThatOfTheStatement(t, "at_the_deal: counts", "at_the_deal: left-out", "repeats: kept", "repeats: collapsed", "excluded_channels: []", "excluded_channels: [webinar]")
	creditIsThatOfTheStatement(t, "revenue: closed ", "revenue: collected ", "anchor: deal-created", "anchor: deal-collected", "earlier_deals: reused", "earlier_deals: reset")
}

func creditIsThatOfTheStatement(t *testing.T, otherwise ...string) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		r.take("contacts.csv", "contact_id,company_id,email,name,created_at,merged_ids\np4,c1,di@boreal.example,Di,2026-01-01T10:00:00Z,p2\n")
		r.take("deal_contacts.csv", "deal_id,contact_id,role\nD3,p9,champion\n")
		r.take("deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed,customer_type\nD8,Boreal spares,c1,1234.57,USD,2026-06-02T12:00:00Z,2026-07-11,won,true,true,new\n")
		id := r.agree("growth", slices.Concat(otherwise, []string{"contacts: associated ", "contacts: associated-or-account "}, won)...)
		r.take("payments.csv", "payment_id,deal_id,paid_on,amount,currency,kind\ny8,D8,2026-07-12,1234.57,USD,payment\n")
		a := r.agreement(id)
		statement, _ := fees.Draft(a, fees.Facts{Period: cal.Month{Year: 2026, Month: 7}.Period(), Evidence: r.evidence()}, cal.MustDate("2026-08-01"))
		seen := 0
		for _, line := range statement.Lines {
			if line.Deal == "" {
				continue
			}
			seen++
			v := r.deal(line.Deal, 0, ops.Asked{})
			result := v.Columns[0].Result
			var got, want []string
			for _, tc := range result.Credits {
				got = append(got, fmt.Sprintln(tc.Touch.ID, tc.Touch.Contact, tc.Roles, result.Share(tc.Weight), result.Amount(tc.Minor).String(), v.Rule.Earns(tc.Touch)))
			}
			for _, c := range line.Basis.Touches {
				if c.Ignored == "" {
					want = append(want, fmt.Sprintln(c.Touch, c.Contact, c.Roles, c.Share, c.Credit, c.Earns))
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(want) || len(got) == 0 {
				t.Errorf("%s:\n got %v\nwant %v", line.Deal, got, want)
			}
		}
		if seen != 2 {
			t.Errorf("the statement charges %d deals", seen)
		}
	})
}

// Given a customer that bought before, the journey of its next deal begins after that one where that is agreed, or asked for; and the deal page says so.
func TestTheJourneyBeginsAfterTheEarlierDeal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		r.take("deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed,customer_type\nD2,Boreal pilot,c1,500.00,USD,2026-03-20T12:00:00Z,2026-04-02,won,true,true,new\n")
		r.take("deal_contacts.csv", "deal_id,contact_id,role\nD2,p1,buyer\n")
		r.agree("growth", append([]string{"earlier_deals: reused", "earlier_deals: reset"}, won...)...)
		path := func(v ops.DealView) string {
			var out []string
			for _, c := range v.Columns[0].Result.Credits {
				out = append(out, c.Touch.ID)
			}
			return strings.Join(out, " ")
		}
		v := r.deal("D3", 0, ops.Asked{})
		if path(v) != "t4" || !v.Rule.Agreed || v.Journey.Earlier != "D2" || v.Journey.Since.Format("2006-01-02 15:04") != "2026-04-02 23:59" {
			t.Errorf("%s after %s, %s", path(v), v.Journey.Earlier, v.Journey.Since)
		}
		if again := r.deal("D3", 0, ops.Asked{EarlierDeals: "reused"}); path(again) != "t2 t3 t4" || again.Rule.Agreed || again.Journey.Earlier != "" {
			t.Errorf("asked for: %s after %s", path(again), again.Journey.Earlier)
		}
		if first := r.deal("D2", 0, ops.Asked{AtTheDeal: "left-out"}); path(first) != "t1 t2" || first.Rule.Agreed {
			t.Errorf("without its day D2 has %s", path(first))
		}
		if first := r.deal("D2", 0, ops.Asked{AtTheDeal: "counts"}); path(first) != "t1 t2 t3" || !first.Rule.Agreed {
			t.Errorf("with it %s", path(first))
		}
		months := ops.CompareInput{From: cal.Month{Year: 2026, Month: 7}, To: cal.Month{Year: 2026, Month: 7}}
		for asked, want := range map[string]string{"": "0.00", "reused": "40000.00"} {
			months.Asked.EarlierDeals = asked
			c, err := r.Compare(ctx, finance, acme, months)
			if err != nil || c.Tables[0].Earned[0].String() != want { // the call is the client's own
				t.Errorf("compared as %q: %v %v", asked, c.Tables, err)
			}
		}
		_, err := r.Deal(ctx, finance, acme, "D3", 0, ops.Asked{EarlierDeals: "forgotten", AtTheDeal: "maybe"})
		if all := fault.All(err); len(all) != 2 || all[0].Field != "at_the_deal" || all[1].Field != "earlier_deals" {
			t.Error(err)
		}
	})
}

func TestWhoSeesADealAndWhatIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		for _, c := range []struct {
			actor access.Actor
			deal  string
			from  int64
			asked ops.Asked
			kind  fault.Kind
			field string
		}{
			{access.Actor{}, "D3", 0, ops.Asked{}, fault.Unauthenticated, ""},
			{stranger, "D3", 0, ops.Asked{}, fault.NotFound, ""},
			{specialist, "D3", 0, ops.Asked{}, fault.NotFound, ""},
			{finance, "D99", 0, ops.Asked{}, fault.NotFound, ""},
			{finance, "D3", 2, ops.Asked{}, fault.NotFound, ""},
			{finance, "D3", 99, ops.Asked{}, fault.NotFound, "as_of"},
			{finance, "D3", -1, ops.Asked{}, fault.NotFound, "as_of"},
			{finance, "D3", 0, ops.Asked{Clause: "ct_none/closed-won"}, fault.NotFound, ""},
			{finance, "D3", 0, ops.Asked{Model: "markov"}, fault.Invalid, "model"},
			{finance, "D3", 0, ops.Asked{Lookback: "forever"}, fault.Invalid, "lookback"},
			{finance, "D3", 0, ops.Asked{Lookback: "10 days", Edge: "keep"}, fault.Invalid, "edge"},
		} {
			_, err := r.Deal(ctx, c.actor, acme, c.deal, c.from, c.asked)
			if !fault.Is(err, c.kind) || fault.All(err)[0].Field != c.field {
				t.Errorf("%s %s %d %+v: %v", c.actor.Account, c.deal, c.from, c.asked, err)
			}
		}
	})
}
