package ops_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// between tells what the difference between two imports costs, a line for each month of which it costs something or is not known.
func (k *desk) between(t *testing.T, from, to int64) (out []string) {
	t.Helper()
	months, more, err := k.CostBetween(k.Ctx, owner, crmops.Between{Client: "org_acme", From: from, To: to, Until: feestest.Zoned("2026-03-10"), Most: 12, Touches: k.touched(from, to)})
	if err != nil || more != 0 {
		t.Fatal(more, err)
	}
	for _, m := range months {
		line := m.Name + " " + m.State + ": " + m.Differs.String()
		if len(m.Held) > 0 {
			line += ", held"
		}
		if !m.Differs.IsZero() || len(m.Held) > 0 {
			out = append(out, line)
		}
	}
	return out
}

// touched tells of which deals something differs.
func (k *desk) touched(from, to int64) func(deal string) bool {
	return func(id string) bool {
		is := func(d crm.Deal) bool { return d.ID == id }
		before, after := k.Imports[from-1].Deals, k.Imports[to-1].Deals
		a, b := slices.IndexFunc(before, is), slices.IndexFunc(after, is)
		return a < 0 || b < 0 || before[a] != after[b]
	}
}

func wantLines(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// What the difference between two imports costs is of that difference alone: later imports, statements and locks leave it as it was.
func TestADifferenceCostsWhatItCostsWhateverComesLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		// given January, locked on import 1, and a deal of 100,000.00 at 3 % that turns out to be one of 50,000.00
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-03-10")
		a, b := won("A", "100000.00", "2026-01-10"), won("B", "10000.00", "2026-02-20")
		k.Imported(a, b)
		january := k.Locked("2026-01")
		less := won("A", "50000.00", "2026-01-10")
		k.Imported(less, b)
		wantLines(t, "the deal alone", k.between(t, 1, 2), "Statement of January 2026 locked: -1500.00")
		// when later imports bring a deal of January, and another amount of one of February, which has no statement yet
		k.Imported(less, b, won("Z", "80000.00", "2026-01-12"))
		k.Imported(less, won("B", "30000.00", "2026-02-20"), won("Z", "80000.00", "2026-01-12"))
		// then the next statement would carry 900.00 of January, and the first difference still costs 1,500.00 less
		if left := must(k.Difference(ctx, owner, january.ID))(t).Left(); left.String() != "900.00" {
			t.Fatalf("left %s", left)
		}
		wantLines(t, "after later imports", k.between(t, 1, 2), "Statement of January 2026 locked: -1500.00")
		wantLines(t, "the new deal", k.between(t, 2, 3), "Statement of January 2026 locked: 2400.00")
		wantLines(t, "the month to come", k.between(t, 3, 4), "February 2026 : 600.00")
		wantLines(t, "all of it", k.between(t, 1, 4), "Statement of January 2026 locked: 900.00", "February 2026 : 600.00")
		// and so it does when February is drafted on the newest evidence, and locked with the correction of January
		k.Drafted("2026-02")
		wantLines(t, "beside a draft", k.between(t, 3, 4), "Statement of February 2026 draft: 600.00")
		k.Locked("2026-02")
		wantLines(t, "after the correction", k.between(t, 1, 2), "Statement of January 2026 locked: -1500.00")
		wantLines(t, "after the lock", k.between(t, 1, 4), "Statement of January 2026 locked: 900.00", "Statement of February 2026 locked: 600.00")
	})
}

// What is held out for want of a fact is said, and the agency's draft is not told to the client, whose months come to the same.
func TestADifferenceSaysWhatIsHeldAndHidesDrafts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-03-10")
		a, b := won("A", "100000.00", "2026-01-10"), won("B", "10000.00", "2026-02-20")
		k.Imported(a, b)
		k.Locked("2026-01")
		k.Drafted("2026-02")
		unknown := won("A", "100000.00", "2026-01-10")
		unknown.Deals = slices.Clone(unknown.Deals)
		unknown.Deals[0].AmountKnown = false
		k.Imported(unknown, won("B", "20000.00", "2026-02-20"))
		wantLines(t, "the amount is gone", k.between(t, 1, 2), "Statement of February 2026 draft: 300.00", "Statement of January 2026 locked: -3000.00, held")
		k.Imported(unknown, won("B", "20000.00", "2026-02-20"), won("E", "20000.00", "2026-02-21"))
		wantLines(t, "another deal", k.between(t, 2, 3), "Statement of February 2026 draft: 600.00")
		unknown.Deals = slices.Clone(unknown.Deals)
		unknown.Deals[0].Name = "Deal A, renamed"
		k.Imported(unknown, won("B", "20000.00", "2026-02-20"), won("E", "20000.00", "2026-02-21"))
		wantLines(t, "the deal is another, and as unknown", k.between(t, 3, 4), "Statement of January 2026 locked: 0.00, held")

		ask := crmops.Between{Client: "org_acme", From: 1, To: 2, Until: feestest.Zoned("2026-03-10"), Most: 12, Touches: k.touched(1, 2)}
		months, _, err := k.CostBetween(ctx, finance, ask)
		if err != nil || len(months) == 0 {
			t.Fatal(months, err)
		}
		for _, m := range months {
			if m.State == "draft" || m.Name == "February 2026" && m.Differs.String() != "300.00" {
				t.Errorf("the client is told %+v", m)
			}
		}
		// and no more months are computed than was asked for, which is said
		ask.Most = 1
		if months, more, err := k.CostBetween(ctx, owner, ask); err != nil || len(months) != 2 || more != 1 {
			t.Errorf("%d months, %d more: %v", len(months), more, err)
		}
		if _, _, err := k.CostBetween(ctx, stranger, ask); err == nil {
			t.Error("a stranger is told")
		}
	})
}
