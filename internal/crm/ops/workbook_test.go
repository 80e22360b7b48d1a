package ops_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// workbook has each table on a sheet of its own, every number as a number.
func workbook(t *testing.T, sheets map[string][][]any) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for name, rows := range sheets {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			at, _ := excelize.CoordinatesToCellName(1, i+1)
			if err := f.SetSheetRow(name, at, &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var dealRows = [][]any{
	{"deal_id", "name", "amount", "currency", "created_at", "closed_on", "is_won", "is_closed"},
	{"d1", "Boreal line", 12000.1, "USD", "2025-12-01T00:00:00Z", "2026-03-14", true, true},
	{"d2", "Kestrel cell", 4400, "USD", "2026-01-05T00:00:00Z", "31.03.2026", false, false},
}

func TestWorkbookIsImportedLikeAFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)

		i := r.take("deals.csv", workbook(t, map[string][][]any{"Deals": dealRows})) // a workbook by what it holds, not by its name

		if i.Tally.New != 2 || i.Tally.Rejected != 0 || i.Kind != crm.KindDeal {
			t.Fatalf("%+v", i.Tally)
		}
		if e := r.evidence(1); e.Deals[0].Amount.String() != "12000.10" || e.Deals[1].Amount.String() != "4400.00" {
			t.Fatalf("%+v", e.Deals)
		}
		if got := r.rejects(i); len(got) != 1 || got[0].Line != 3 || got[0].Column != 6 || got[0].Header != "closed_on" {
			t.Fatalf("the problem stands in the third row, in column F: %+v", got)
		}
	})
}

func TestOfSeveralSheetsOneIsStated(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		file := workbook(t, map[string][][]any{"Deals": dealRows, "Companies": {{"company_id", "name", "domain"}, {"c1", "Boreal Freight", "boreal.example"}}})
		in := func(stated crm.Stated) ops.ImportInput {
			return ops.ImportInput{Client: acme, Filename: "crm.xlsx", Reader: strings.NewReader(file), Stated: stated}
		}

		_, err := r.Import(ctx, owner, in(crm.Stated{}))
		if all := fault.All(err); fault.Code(err) != "sheet-not-stated" || all[0].Field != "sheet" {
			t.Fatalf("%v", err)
		}

		trial, err := r.Try(ctx, owner, in(crm.Stated{Sheet: "Companies"}))
		if err != nil || trial.Tally.New != 1 {
			t.Fatalf("%v, %+v", err, trial)
		}
		if err := trial.Close(); err != nil {
			t.Fatal(err)
		}
		done, err := r.Import(ctx, owner, in(crm.Stated{Sheet: "Companies"}))
		if err != nil || done.Mapping.Sheet != "Companies" || done.Tally.New != 1 {
			t.Fatalf("%v, %+v", err, done)
		}

		up := r.uploaded("crm.xlsx", file)
		p, err := r.Preview(ctx, owner, acme, up.ID)
		var names []string
		for _, s := range p.Layout.Sheets {
			if !s.Empty {
				names = append(names, s.Name)
			}
		}
		slices.Sort(names)
		if fault.Code(err) != "sheet-not-stated" || !slices.Equal(names, []string{"Companies", "Deals"}) {
			t.Fatalf("%v, %v", err, names)
		}
	})
}
