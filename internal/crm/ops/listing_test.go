package ops_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestListsShowExactlyWhatWasKnown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		// given touches of which a later import changed one, brought one and took one away
		r := newRoom(t, d, ctx)
		r.takeAll()
		r.take("touches.csv", "touch_id,contact_id,at,channel,deleted\nt1,p1,2025-11-18T08:00:00Z,e-mail,\nt6,p1,2026-01-01T08:00:00Z,direct,\nt3,p2,2026-01-07T08:00:00Z,direct,true\n")
		list := func(in ops.ListInput) (rows []string, out ops.Listing) {
			t.Helper()
			in.Client, in.Kind = acme, crm.KindTouch
			out, err := r.RowsAsOf(ctx, owner, in)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range out.Rows {
				rows = append(rows, strings.TrimSpace(row.ID+" "+row.Get("channel")+" "+row.Get("deleted")))
			}
			return rows, out
		}
		for name, c := range map[string]struct {
			in    ops.ListInput
			want  []string
			total int
			as    int64
		}{
			"now":                     {ops.ListInput{}, []string{"t1 e-mail", "t2 webinar", "t3 direct true", "t4 paid-search", "t5 e-mail", "t6 direct"}, 6, 7},
			"before that import":      {ops.ListInput{AsOf: "6"}, []string{"t1 paid-search", "t2 webinar", "t3 direct", "t4 paid-search", "t5 e-mail"}, 5, 6},
			"before any touch":        {ops.ListInput{AsOf: "4"}, nil, 0, 4},
			"before the first import": {ops.ListInput{AsOf: "0"}, nil, 0, 0},
			"at the end of a day":     {ops.ListInput{AsOf: "2026-03-31"}, nil, 0, 0},
			"a page":                  {ops.ListInput{Offset: 1, Limit: 2}, []string{"t2 webinar", "t3 direct true"}, 6, 7},
			"found in a value":        {ops.ListInput{Text: "PAID"}, []string{"t4 paid-search"}, 1, 7},
			"found as it was":         {ops.ListInput{Text: "paid", AsOf: "6", Offset: 1, Limit: 5}, []string{"t4 paid-search"}, 2, 6},
		} {
			if rows, out := list(c.in); !slices.Equal(rows, c.want) || out.Total != c.total || out.AsOf.No != c.as || out.Latest != 7 {
				t.Errorf("%s: %v of %d as of %d", name, rows, out.Total, out.AsOf.No)
			}
		}
		for in, kind := range map[ops.ListInput]fault.Kind{
			{Client: acme, Kind: "nothing"}: fault.NotFound, {Client: acme, Kind: crm.KindDeal, AsOf: "8"}: fault.NotFound, {Client: acme, Kind: crm.KindDeal, AsOf: "soon"}: fault.Invalid,
		} {
			if _, err := r.RowsAsOf(ctx, owner, in); !fault.Is(err, kind) {
				t.Errorf("%+v: %v", in, err)
			}
		}
	})
}
