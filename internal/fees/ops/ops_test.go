package ops_test

import (
	"context"
	"testing"

	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

const text = feestest.Text

var (
	owner, lead                    = feestest.Owner, feestest.Lead
	boss, finance, sales, stranger = feestest.Boss, feestest.Finance, feestest.Sales, feestest.Stranger
	won, wantFault                 = feestest.Won, feestest.WantFault
)

// desk is the bench, with what these tests do at it.
type desk struct{ *feestest.Bench }

func newDesk(t testing.TB, d *db.DB, ctx context.Context) *desk {
	t.Helper()
	return newDeskUnder(t, d, ctx, text)
}

// newDeskUnder is a desk under another text of the contract.
func newDeskUnder(t testing.TB, d *db.DB, ctx context.Context, text string) *desk {
	t.Helper()
	return &desk{feestest.New(t, d, ctx, text)}
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantAmount(t *testing.T, what string, got money.Amount, want string) {
	t.Helper()
	if got.String() != want {
		t.Errorf("%s: got %s, want %s", what, got, want)
	}
}
