package ops_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func (r room) compare(in ops.CompareInput) ops.Comparison {
	r.t.Helper()
	in.Client = acme
	c, err := r.Compare(r.ctx, owner, in)
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

// lines tell the rows of a comparison in words.
func lines(c ops.Comparison) (out []string) {
	for _, row := range c.Rows {
		line := fmt.Sprintf("%s %s %s", row.Fate, row.Kind, row.ID)
		for _, f := range row.Fields {
			line += fmt.Sprintf(" %s:%s>%s", f.Field, f.Before, f.After)
		}
		for _, d := range row.Deals {
			line += " deal " + d.ID
		}
		for _, s := range row.Statements {
			line += " " + s
		}
		out = append(out, line)
	}
	return out
}

func TestCompareTellsWhatDiffersFieldByField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		// given six imports, a later one of each of deals, contacts of deals and touches, and one that takes a change back
		r := newRoom(t, d, ctx)
		r.takeAll()
		r.take("deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed,deleted\n"+
			"d1,Boreal line,c1,13500.00,USD,2025-12-01T00:00:00Z,2026-04-02,won,true,true,\n"+
			"d2,Kestrel cell,c2,4400.00,USD,2026-01-05T00:00:00Z,2026-06-30,open,false,false,true\n"+
			"d3,Orchard,c2,900.00,USD,2026-02-01T00:00:00Z,2026-03-20,won,true,true,\n")
		r.take("touches.csv", "touch_id,contact_id,at,channel,campaign\nt2,p9,2025-12-09T08:00:00Z,e-mail,palletising\n")
		r.take("companies.csv", "company_id,name,domain\nc1,Boreal Freight AG,boreal.example\n")
		r.take("payments.csv", "payment_id,deal_id,paid_on,amount,currency,kind\ny1,d1,2026-03-30,11000.00,USD,payment\ny2,d1,2026-04-05,-500.00,USD,refund\n")
		r.take("companies.csv", companies)

		// when the newest evidence is compared with that of import 6
		c := r.compare(ops.CompareInput{From: "6"})

		// then every row stands there once, with its fields and the deals it touches, and what was taken back is not there
		want := []string{
			"changed deal d1 amount:12000.00>13500.00 closed_on:2026-03-14>2026-04-02 deal d1",
			"gone deal d2 deal d2",
			"new deal d3 deal d3",
			"changed touch t2 channel:webinar>e-mail deal d1",
			"changed payment y1 amount:12000.00>11000.00 deal d1",
			"new payment y2 deal d1",
		}
		if got := lines(c); !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if c.From.No != 6 || c.To.No != 11 || c.Latest != 11 || c.Deals != 3 || c.Total != 6 || c.Differing() != 6 {
			t.Errorf("%+v", c)
		}
		usd := func(minor int64) money.Amount { return money.New(minor, "USD") }
		if want := []crm.Movement{{Came: usd(900_00), Altered: usd(1500_00), Left: usd(0), Moved: usd(13500_00)}}; !slices.Equal(c.Revenue, want) {
			t.Errorf("revenue %v", c.Revenue)
		}
		if want := []crm.Movement{{Came: usd(-500_00), Altered: usd(-1000_00), Left: usd(0), Moved: usd(0)}}; !slices.Equal(c.Payments, want) {
			t.Errorf("payments %v", c.Payments)
		}
		if names := c.Rows[3].Deals; names[0].Name != "Boreal line" {
			t.Errorf("deals are named: %v", names)
		}
		// and filters narrow the rows but no number
		for name, c := range map[string]struct {
			filter ops.CompareFilter
			want   []string
		}{
			"kind":  {ops.CompareFilter{Kind: crm.KindTouch}, want[3:4]},
			"fate":  {ops.CompareFilter{Fate: crm.Left}, want[1:2]},
			"field": {ops.CompareFilter{Field: "amount"}, []string{want[0], want[4]}},
			"id":    {ops.CompareFilter{Text: "Y"}, want[4:]},
			"none":  {ops.CompareFilter{Touching: true}, nil},
		} {
			got := r.compare(ops.CompareInput{From: "6", Filter: c.filter})
			if !slices.Equal(lines(got), c.want) || got.Total != len(c.want) || got.Differing() != 6 {
				t.Errorf("%s: %d of %d: %v", name, got.Total, got.Differing(), lines(got))
			}
		}
		if got := lines(r.compare(ops.CompareInput{From: "6", Offset: 2, Limit: 2})); !slices.Equal(got, want[2:4]) {
			t.Errorf("a page: %v", got)
		}
		if got := lines(r.compare(ops.CompareInput{From: "10"})); !slices.Equal(got, []string{"changed company c1 name:Boreal Freight AG>Boreal Freight deal d1"}) {
			t.Errorf("the newest import alone: %v", got)
		}
		if got := r.compare(ops.CompareInput{From: "0", To: "6"}); got.Differing() != 15 || got.Kinds[0].New != 2 {
			t.Errorf("from before the first import: %+v", got.Kinds)
		}
	})
}

// A touch that went from the contact of a deal to somebody else touches that deal, in the rows and in the number of deals.
func TestATouchThatWentToAnotherContactTouchesItsFormerDeal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		r.take("touches.csv", "touch_id,contact_id,at,channel,campaign\nt1,p77,2025-11-18T08:00:00Z,paid-search,robots\n")
		c := r.compare(ops.CompareInput{})
		if len(c.Rows) != 1 || len(c.Rows[0].Deals) != 1 || c.Deals != 1 {
			t.Errorf("%d deals, rows %v", c.Deals, lines(c))
		}
	})
}

func TestCompareTellsWhichStatementsRestOnARow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		// given a locked statement on import 6 that used a deal and a payment, and a submitted one on import 7 that used the deal
		r := newRoom(t, d, ctx)
		r.takeAll()
		uses := func(keys ...string) func(crm.Kind, string) bool {
			return func(k crm.Kind, id string) bool { return slices.Contains(keys, string(k)+" "+id) }
		}
		r.Resting = func(context.Context, bun.Tx, string) ([]ops.Resting, error) {
			return []ops.Resting{{ID: "march", State: "submitted", Import: 7, Uses: uses("deal d1")}, {ID: "february", State: "locked", Import: 6, Uses: uses("deal d1", "payment y1")}}, nil
		}
		r.take("payments.csv", strings.ReplaceAll(payments, "12000.00", "12100.00"))
		r.take("deals.csv", strings.ReplaceAll(deals, "12000.00", "12100.00"))
		// when what both imports changed is compared
		c := r.compare(ops.CompareInput{From: "6"})
		// then the deal touches both; the payment only the one that did not know it yet
		want := []string{"changed deal d1 amount:12000.00>12100.00 deal d1 march february", "changed payment y1 amount:12000.00>12100.00 deal d1 february"}
		if got := lines(c); !slices.Equal(got, want) {
			t.Errorf("got %v", got)
		}
		if len(c.Touched) != 2 || c.Touched[0].Rows != 1 || c.Touched[1].Rows != 2 {
			t.Errorf("%+v", c.Touched)
		}
		if got := lines(r.compare(ops.CompareInput{From: "6", Filter: ops.CompareFilter{Statement: "march"}})); !slices.Equal(got, want[:1]) {
			t.Errorf("of one statement: %v", got)
		}
		if got := r.compare(ops.CompareInput{From: "6", Filter: ops.CompareFilter{Touching: true}}); got.Total != 2 {
			t.Errorf("touching a locked one: %v", lines(got))
		}
		// and a statement on the evidence compared to is not touched by it
		if got := r.compare(ops.CompareInput{From: "5", To: "6"}); len(got.Touched) != 0 {
			t.Errorf("%+v", got.Touched)
		}
	})
}

func TestCompareByDaysAndWhatItRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("deals.csv", deals)
		r.clock.wait(48 * time.Hour)
		r.take("deals.csv", strings.ReplaceAll(deals, "12000.00", "12100.00"))
		// the first import was on 1 April, the second on 3 April
		if c := r.compare(ops.CompareInput{From: "2026-04-02", To: "2026-04-03"}); c.From.No != 1 || c.To.No != 2 || c.Total != 1 {
			t.Errorf("%+v", c)
		}
		if c := r.compare(ops.CompareInput{From: "2026-03-31"}); c.From.No != 0 || c.Total != 2 {
			t.Errorf("before the first: %+v", c)
		}
		for name, c := range map[string]struct {
			in   ops.CompareInput
			kind fault.Kind
			at   string
		}{
			"no number and no day":   {ops.CompareInput{From: "yesterday"}, fault.Invalid, "from"},
			"no such day":            {ops.CompareInput{From: "1", To: "2026-02-30"}, fault.Invalid, "to"},
			"no such import":         {ops.CompareInput{From: "9"}, fault.NotFound, ""},
			"the later one in front": {ops.CompareInput{From: "2", To: "1"}, fault.Invalid, "from"},
		} {
			c.in.Client = acme
			_, err := r.Compare(ctx, owner, c.in)
			if !fault.Is(err, c.kind) || fault.All(err)[0].Field != c.at {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := r.Compare(ctx, access.Actor{Account: "x"}, ops.CompareInput{Client: acme}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a stranger: %v", err)
		}
	})
}
