package ops_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	"github.com/ofrecord/ofrecord/internal/timesheet/ops"
)

const harvest = `Date,Client,Project,Project Code,Task,Notes,Hours,Billable?,First Name,Last Name
3/24/2026,Acme,Search,S,Copy,first draft,1.5,Yes,Ana,Adler
3/24/2026,Acme,Search,S,Copy,first draft,1.5,Yes,Ana,Adler
3/25/2026,Acme,Search,S,Copy,second draft,0.25,No,Ana,Adler
3/26/2026,Acme,Search,S,Copy,nothing,0,Yes,Ana,Adler
`

func (k *desk) imports(who access.Actor, table string, change func(*ops.ImportInput)) (ops.Imported, error) {
	in := ops.ImportInput{Reader: strings.NewReader(table), DateOrder: csvin.MDY}
	if change != nil {
		change(&in)
	}
	return k.Import(k.ctx, who, in)
}

func TestATableIsEnteredOnceHoweverOftenItComes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		would := must(k.imports(ana, harvest, func(in *ops.ImportInput) { in.Preview = true }))(t)
		if would.New != 3 || would.Empty != 1 || would.Minutes != 195 || len(k.entries(owner)) != 0 {
			t.Fatalf("a preview enters nothing: %+v, %d entries", would, len(k.entries(owner)))
		}
		if got := must(k.imports(ana, harvest, nil))(t); got.New != 3 {
			t.Fatalf("%+v", got)
		}
		k.submits(ana, "2026-03-24")
		k.approves(lead)
		if got := must(k.imports(ana, harvest, nil))(t); got.New != 0 || got.Unchanged != 3 || len(k.entries(owner)) != 3 {
			t.Errorf("again: %+v", got)
		}
		if got := must(k.imports(owner, harvest, nil))(t); got.New != 0 || got.Unchanged != 3 {
			t.Errorf("by who approves: %+v", got)
		}
	})
}

func TestATableWithProblemsEntersNothingAndTellsThemAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		table := "worked_on,client,person,hours,class\n2026-03-24,Acme,,1.5,billable\n2026-04-24,Acme,,1,billable\n2026-03-24,Nobody Inc,,1,billable\n2026-03-24,Acme,Lea Lead,1,billable\n2026-03-24,Acme,,1.28,billable\n2026-03-24,Acme,,1,\n2026-03-24,Acme,,23,billable\n"
		_, err := k.imports(ana, table, nil)
		var got []string
		for _, f := range fault.All(err) {
			got = append(got, fmt.Sprintf("%d %s %s", f.Line, f.Field, f.Code))
		}
		want := "6 duration part-of-a-minute; 7 class class-missing; 3 day day-to-come; 4 client client-unknown; 5 person person-unknown; 8 minutes day-full"
		if strings.Join(got, "; ") != want {
			t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), want)
		}
		if n := len(k.entries(owner)); n != 0 {
			t.Errorf("%d entries were made", n)
		}
	})
}

// What is exported is imported as what stands there, and into another workspace as it was.
func TestWhatIsExportedComesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		what := acme
		what.Note = `=HYPERLINK("http://x")`
		e := k.enters(ana, "2026-03-24", 75, what)
		k.enters(ana, "2026-03-25", 20, acme)
		table := must(k.ExportOf(ctx, owner, ops.Filter{Client: "org_acme"}))(t)
		var file bytes.Buffer
		w := csv.NewWriter(&file)
		for _, row := range table {
			for i := range row {
				row[i] = csvin.Neutralise(row[i])
			}
			_ = w.Write(row)
		}
		w.Flush()
		if got := must(k.imports(ana, file.String(), nil))(t); got.Unchanged != 2 || got.New+got.Changed != 0 {
			t.Errorf("%+v", got)
		}
		if got := must(k.imports(ana, strings.Replace(file.String(), ",75,", ",80,", 1), nil))(t); got.Changed != 1 {
			t.Errorf("%+v", got)
		}
		for _, got := range k.entries(owner) {
			if got.ID == e.ID && (got.Minutes != 80 || got.Note != what.Note) {
				t.Errorf("%+v", got)
			}
		}
		_, err := k.imports(namesake, strings.ReplaceAll(strings.ReplaceAll(file.String(), "acc_ana@example.test", ""), "Ana Adler", ""), nil)
		wantFault(t, err, fault.Invalid, "entry-of-another")
	})
}

func TestCapacityIsUnknownUntilItIsStated(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.enters(ana, "2026-03-24", 75, acme)
		monday := cal.MustDate("2026-03-23")
		of := func() timesheet.Load {
			for _, p := range must(k.Capacity(ctx, owner, monday, 2))(t).People {
				if p.Account == "acc_ana" {
					return p.Weeks[0]
				}
			}
			t.Fatal("Ana is not there")
			return timesheet.Load{}
		}
		if l := of(); l.Known || l.Worked != 75 {
			t.Errorf("%+v", l)
		}
		hours := ops.Hours{Closed: []string{"2026-03-27"}}
		for d := time.Monday; d <= time.Friday; d++ {
			hours.Week[d] = "09:00-12:00, 13:00-17:00"
		}
		if err := k.SetPerson(ctx, owner, ops.PersonInput{Account: "acc_ana", Zone: "Europe/Berlin", Role: "designer", Hours: hours}); err != nil {
			t.Fatal(err)
		}
		if err := k.Plan(ctx, owner, ops.PlanInput{Account: "acc_ana", Client: "org_acme", Week: monday.AddDays(2), Minutes: 1700}); err != nil {
			t.Fatal(err)
		}
		if l := of(); !l.Known || l.Capacity != 4*7*60 || l.Planned != 1700 || !l.Over() {
			t.Errorf("%+v", l)
		}
		err := k.SetPerson(ctx, owner, ops.PersonInput{Account: "acc_ana", Zone: "Mars", Hours: ops.Hours{Week: [7]string{1: "17:00-09:00"}, Closed: []string{"soon"}}})
		if n := len(fault.All(err)); n != 3 {
			t.Errorf("%d problems: %v", n, err)
		}
		wantFault(t, k.SetPerson(ctx, ana, ops.PersonInput{}), fault.Forbidden, "not-allowed")
	})
}
