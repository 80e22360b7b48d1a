package ops_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const promises = media + "\n  - {category: brand-design, brands: [Acme], markets: [US], promise: preferred, first_refusal: 5 working days}\nresources:\n  - {resource: lead strategist, kind: dedicated, hours: 40}"

func (d desk) growth() {
	d.t.Helper()
	d.accepted(d.begin("org_acme", "growth"), text("growth", "Acme Robotics, Inc.", 1, "2026-01-01", promises))
}

func TestWhoGetsTheWorkIsAskedByThoseOfTheClient(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		d.growth()
		ask := func(who access.Actor, category, market string) (ops.Asked, error) {
			return d.Ask(ctx, who, ops.AskInput{Client: "org_acme", Category: category, Brand: "acme", Market: market})
		}
		if got, err := ask(product, "paid-media", "us"); err != nil || got.Words() != "All paid-media of Acme in US goes to Northlight LLC." || !got.AnswerBy.IsZero() {
			t.Errorf("%v, %s", err, got.Words())
		}
		zone, _ := time.LoadLocation("America/New_York")
		if got, err := ask(member, "brand-design", "US"); err != nil || !got.AnswerBy.Equal(cal.MustDate("2026-05-12").Start(zone)) { // Monday 4 May and five working days: to the end of the 11th
			t.Errorf("%v, %s", err, got.AnswerBy)
		}
		_, err := ask(stranger, "paid-media", "us")
		refused(t, err, fault.NotFound, "not-found")
		_, err = ask(product, "", "")
		if all := fault.All(err); len(all) != 2 || all[0].Field != "category" || all[1].Field != "market" {
			t.Errorf("%v", all)
		}
	})
}

func TestSpendIsHeldAgainstWhatIsPromised(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		d.growth()
		if got, err := d.Leakage(ctx, executive, "org_acme"); err != nil || len(got.Rows)+len(got.Lines) > 0 {
			t.Errorf("without evidence nothing is told: %v, %+v", err, got)
		}
		d.SpendOf = func(context.Context, bun.Tx, string) ([]engagement.Spend, error) {
			row := engagement.Spend{ID: "s1", On: cal.MustDate("2026-03-31"), Provider: "Roster Two", Cell: engagement.Cell{Category: "paid-media", Brand: "Acme", Market: "US"}, Amount: money.New(100, "USD"), Known: true}
			kept, none := row, row
			kept.ID, kept.Provider, kept.Amount = "s2", "northlight llc", money.New(300, "USD")
			none.ID, none.Provider = "s3", ""
			return []engagement.Spend{row, kept, none}, nil
		}
		got, err := d.Leakage(ctx, executive, "org_acme")
		if err != nil || len(got.Rows) != 3 || len(got.Of(engagement.Unassigned)) != 1 || len(got.Lines) != 1 {
			t.Fatalf("%v, %+v", err, got)
		}
		if share, _ := got.Lines[0].Share(); share != money.Percent(25) {
			t.Errorf("%s", share)
		}
		_, err = d.Leakage(ctx, member, "org_acme") // the team sees no money
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("%v", err)
		}
		_, err = d.Leakage(ctx, stranger, "org_acme")
		refused(t, err, fault.NotFound, "not-found")
	})
}

func TestTimeThatIsNotKnownIsNotZero(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		d.growth()
		got, err := d.Relationship(ctx, member, "org_acme")
		if err != nil || len(got.Resources) != 2 || got.Resources[0].Verdict() != engagement.VerdictUnknown || got.Resources[0].Month.String() != "2026-04" {
			t.Fatalf("%v, %+v", err, got.Resources)
		}
		d.WorkedOf = func(_ context.Context, _ bun.Tx, _ string, m cal.Month) ([]engagement.Worked, bool, error) {
			return []engagement.Worked{{Person: "Lea Lead", Role: "lead strategist", Minutes: 2399}}, m.Month == 4, nil
		}
		if got, err = d.Relationship(ctx, member, "org_acme"); err != nil || got.Resources[0].Verdict() != engagement.VerdictBroken || got.Resources[1].Verdict() != engagement.VerdictUnknown {
			t.Fatalf("%v, %+v", err, got.Resources)
		}
	})
}

func TestFirstRefusalFromOfferToAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		d.growth()
		in := ops.OfferInput{Client: "org_acme", Category: "brand-design", Brand: "acme", Market: "us", Work: " fair  booth "}

		offer, err := d.OfferFirst(ctx, product, in)
		if err != nil || offer.Provider != "Northlight LLC" || offer.Work != "fair booth" || offer.Cell.Words() != "brand-design of Acme in US" {
			t.Fatalf("%v, %+v", err, offer)
		}
		if again, err := d.OfferFirst(ctx, product, in); err != nil || again.ID != offer.ID {
			t.Errorf("offered twice: %v, %+v", err, again)
		}
		in.Category = "paid-media"
		_, err = d.OfferFirst(ctx, product, in)
		refused(t, err, fault.Conflict, "no-first-refusal")
		_, err = d.OfferFirst(ctx, member, in)
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("%v", err)
		}
		_, err = d.OfferFirst(ctx, product, ops.OfferInput{Client: "org_acme"})
		if all := fault.All(err); len(all) != 4 {
			t.Errorf("%v", all)
		}

		_, err = d.AnswerOffer(ctx, product, ops.AnswerInput{Client: "org_acme", Offer: offer.ID, Answer: engagement.Taken})
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("the client answers its own offer: %v", err)
		}
		_, err = d.AnswerOffer(ctx, owner, ops.AnswerInput{Client: "org_bolt", Offer: offer.ID, Answer: engagement.Taken})
		refused(t, err, fault.NotFound, "not-found")

		// two answer at once: one of them counts, and the other is told
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i, answer := range []engagement.OfferState{engagement.Taken, engagement.Declined} {
			both.Go(func() {
				_, errs[i] = d.AnswerOffer(ctx, owner, ops.AnswerInput{Client: "org_acme", Offer: offer.ID, Answer: answer, Reason: "because"})
			})
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("%v", errs)
		}
		for _, err := range errs {
			if err != nil {
				refused(t, err, fault.Conflict, "first-refusal-answered")
			}
		}
		all, err := d.FirstRefusals(ctx, product, "org_acme")
		if err != nil || len(all) != 1 || all[0].State == engagement.Offered || all[0].Reason != "because" || all[0].AnswerByName != "Olga Owner" {
			t.Errorf("%v, %+v", err, all)
		}
	})
}

func TestSilenceOverTheWindowIsARefusal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		d.growth()
		offer, err := d.OfferFirst(ctx, product, ops.OfferInput{Client: "org_acme", Category: "brand-design", Brand: "Acme", Market: "US", Work: "booth"})
		if err != nil {
			t.Fatal(err)
		}
		d.Service.Now = func() time.Time { return offer.Until }

		_, err = d.AnswerOffer(ctx, owner, ops.AnswerInput{Client: "org_acme", Offer: offer.ID, Answer: engagement.Taken})
		refused(t, err, fault.Conflict, "first-refusal-lapsed")
		if all, err := d.FirstRefusals(ctx, product, "org_acme"); err != nil || all[0].State != engagement.Lapsed {
			t.Errorf("%v, %+v", err, all)
		}
	})
}
