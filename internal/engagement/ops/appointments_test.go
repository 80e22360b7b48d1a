package ops_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const media = "appointments:\n  - {category: paid-media, brands: [Acme], markets: [US, CA], promise: exclusive}"

func (d desk) rows() []string {
	d.t.Helper()
	var out []string
	d.write(func(ctx context.Context, tx bun.Tx) error {
		all, err := ops.AppointmentsOf(ctx, tx, "org_acme")
		out = nil
		for _, a := range all {
			out = append(out, fmt.Sprintf("v%d %s %s %s", a.Version, a.Cell.Words(), a.Promise, a.Period))
		}
		return err
	})
	return out
}

func TestAppointmentsFollowTheVersionsThatBothAccepted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		id := d.begin("org_acme", "growth")

		// a proposal promises nothing yet
		v, err := d.proposed(id, text("growth", "Acme Robotics, Inc.", 1, "2026-01-01", media))
		if err != nil || len(d.rows()) > 0 {
			t.Fatalf("%v, %v", err, d.rows())
		}
		if err := d.accept(v); err != nil {
			t.Fatal(err)
		}
		first := []string{"v1 paid-media of Acme in CA exclusive 2026-01-01..2027-01-01", "v1 paid-media of Acme in US exclusive 2026-01-01..2027-01-01"}
		if diff := cmp.Diff(first, d.rows()); diff != "" {
			t.Fatal(diff)
		}

		// an amendment takes its place from its effective date on, and what was before stays
		d.accepted(id, text("growth", "Acme Robotics, Inc.", 2, "2026-07-01", "appointments:\n  - {category: paid-media, brands: [ACME], markets: [US], promise: exclusive}\n  - {category: events, brands: [], markets: [], promise: roster}"))
		want := []string{"v1 paid-media of Acme in CA exclusive 2026-01-01..2026-07-01", "v1 paid-media of Acme in US exclusive 2026-01-01..2026-07-01",
			"v2 paid-media of ACME in US exclusive 2026-07-01..2027-01-01", "v2 events of any brand in any market roster 2026-07-01..2027-01-01"}
		if diff := cmp.Diff(want, d.rows()); diff != "" {
			t.Fatal(diff)
		}

		// and writing it again changes nothing
		if left, err := d.CatchUp(ctx); err != nil || len(left) > 0 {
			t.Fatalf("%v, %v", left, err)
		}
		if diff := cmp.Diff(want, d.rows()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestContractsBeforeTheTablesAreCaughtUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		d.Contracts.AfterBind, d.Contracts.Contradicts = nil, nil // as a program before
		d.accepted(d.begin("org_acme", "growth"), text("growth", "Acme Robotics, Inc.", 1, "2026-01-01", media))
		d.accepted(d.begin("org_acme", "other"), text("other", "Acme Robotics, Inc.", 1, "2026-01-01", "appointments:\n  - {category: paid-media, brands: [Acme], markets: [US, MX], promise: exclusive}"))

		left, err := d.CatchUp(ctx)

		if err != nil || len(left) != 1 || !strings.Contains(left[0].Words(), "paid-media of Acme in US cannot be exclusive for Northlight LLC: Northlight LLC is exclusive for paid-media of Acme in US, from 1 Jan 2026 until 31 Dec 2026 (growth, version 1, appointments, entry 1)") {
			t.Fatalf("%v, %v", left, err)
		}
		if got := d.rows(); len(got) != 3 {
			t.Errorf("%v", got)
		}
	})
}

func TestExclusivesThatOverlapAreRefusedWhereTheyAreWritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		d.accepted(d.begin("org_acme", "growth"), text("growth", "Acme Robotics, Inc.", 1, "2026-01-01", media))
		second := d.begin("org_acme", "search")

		for _, promise := range []string{"exclusive", "exclusive, provider: Roster Two", "roster, provider: Roster Two", "preferred, first_refusal: 5 days, provider: Roster Two"} {
			_, err := d.proposed(second, text("search", "Acme Robotics, Inc.", 1, "2026-01-01", "appointments:\n  - {category: events, brands: [Acme], markets: [US], promise: roster}\n  - {category: paid-media, brands: [acme], markets: [us], promise: "+promise+"}"))
			refused(t, err, fault.Invalid, "appointment-overlap")
			if f := fault.All(err); len(f) != 1 || f[0].Line == 0 || f[0].Place != "appointments, entry 2" || !strings.Contains(f[0].Message, "(growth, version 1, appointments, entry 1)") {
				t.Errorf("%+v", f)
			}
		}
		// the same agency may be of the roster besides, and another client is another matter
		d.accepted(second, text("search", "Acme Robotics, Inc.", 1, "2026-01-01", "appointments:\n  - {category: paid-media, brands: [Acme], markets: [US], promise: roster}"))
	})
}

// Two contracts were proposed before either bound: the second acceptance is refused, and leaves nothing half.
func TestOfTwoProposalsTheSecondToBindIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		a, errA := d.proposed(d.begin("org_acme", "growth"), text("growth", "Acme Robotics, Inc.", 1, "2026-01-01", media))
		b, errB := d.proposed(d.begin("org_acme", "other"), text("other", "Acme Robotics, Inc.", 1, "2026-01-01", media))
		if err := errors.Join(errA, errB); err != nil {
			t.Fatal(err)
		}
		errs := make([]error, 2)
		var both sync.WaitGroup
		both.Go(func() { errs[0] = d.accept(a) })
		both.Go(func() { errs[1] = d.accept(b) })
		both.Wait()
		if errs[0] != nil {
			slices.Reverse(errs)
		}
		if errs[0] != nil {
			t.Fatal(errs)
		}
		refused(t, errs[1], fault.Invalid, "appointment-overlap")
		if got := d.rows(); len(got) != 2 {
			t.Errorf("%v", got)
		}
	})
}

const exclusivePeriod = "INSERT INTO exclusive_period (client_id, category, brand, market, from_day, until_day, previous_until) VALUES ('org_acme', 'media', 'acme', 'us', ?, ?, ?)"

// Around the rule, straight to the tables.
func TestTablesRefuseExclusivesThatOverlap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		id := d.begin("org_acme", "growth")
		insert := func(from, until string, previous any) error {
			return d.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				_, err := tx.ExecContext(ctx, exclusivePeriod, from, until, previous)
				return err
			})
		}
		for _, link := range []struct {
			from, until string
			previous    any
		}{{"0001-01-01", "0001-01-01", nil}, {"2026-01-01", "2026-07-01", "0001-01-01"}, {"2026-09-01", "2027-01-01", "2026-07-01"}} {
			if err := insert(link.from, link.until, link.previous); err != nil {
				t.Fatal(err)
			}
		}
		for _, bad := range []struct {
			from, until string
			previous    any
			code        string
		}{
			{"2026-03-01", "2026-04-01", "0001-01-01", "exclusive_period_previous_key"}, // beside the first
			{"2026-06-01", "2027-06-01", "2027-01-01", "exclusive_period_order"},        // begins before the last ended
			{"2026-06-01", "2027-06-01", "2026-07-01", ""},                              // at a link that has a follower, and too early
			{"2026-08-01", "2027-06-01", "2026-08-01", "foreign-key"},                   // after a link that is not there
			{"2026-03-01", "2026-04-01", nil, "exclusive_period_first"},                 // a second beginning
			{"0001-01-01", "0001-01-01", nil, ""},
			{"2028-01-01", "2027-12-01", "2027-01-01", "exclusive_period_order"}, // ends before it begins
			{"2026", "2027", "2027-01-01", ""},                                   // no days
		} {
			if err := insert(bad.from, bad.until, bad.previous); err == nil || bad.code != "" && fault.Code(err) != bad.code {
				t.Errorf("%+v: %v (%s)", bad, err, fault.Code(err))
			}
		}
		// an exclusive appointment without a link of the chain is none
		for _, alone := range []any{nil, "2026-05-01", "2026-07-01"} {
			err := d.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				_, err := tx.ExecContext(ctx, `INSERT INTO appointment (contract_id, version, entry, category, brand, market, client_id, brand_name, market_name, provider, promise, from_day, until_day, first_refusal, alone_until)
					VALUES (?, 1, 1, 'media', 'acme', 'us', 'org_acme', 'Acme', 'US', 'Somebody', 'exclusive', '2026-04-01', '2026-05-01', '', ?)`, id, alone)
				return err
			})
			if err == nil {
				t.Errorf("alone_until %v was taken", alone)
			}
		}
		// nor may a link be moved over its neighbour, or taken out from between
		for _, change := range []string{
			"UPDATE exclusive_period SET until_day = '2026-10-01' WHERE until_day = '2026-07-01'",
			"UPDATE exclusive_period SET from_day = '2026-06-01' WHERE until_day = '2027-01-01'",
			"UPDATE exclusive_period SET previous_until = '0001-01-01' WHERE until_day = '2027-01-01'",
			"DELETE FROM exclusive_period WHERE until_day = '2026-07-01'",
		} {
			if err := d.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				_, err := tx.ExecContext(ctx, change)
				return err
			}); err == nil {
				t.Errorf("%s was taken", change)
			}
		}
	})
}

// Many at once write a period of one cell, each believing that it is the first: one of them comes in.
func TestTablesRefuseTwoExclusivesAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		d.write(func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.ExecContext(ctx, exclusivePeriod, "0001-01-01", "0001-01-01", nil)
			return err
		})
		errs := make([]error, 8)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				errs[i] = d.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
					_, err := tx.ExecContext(ctx, exclusivePeriod, "2026-01-01", fmt.Sprintf("2026-0%d-01", i+2), "0001-01-01")
					return err
				})
			})
		}
		all.Wait()
		failed := 0
		for _, err := range errs {
			if err != nil {
				failed++
			}
		}
		if failed != len(errs)-1 {
			t.Errorf("%d of %d were refused: %v", failed, len(errs), errs)
		}
	})
}
