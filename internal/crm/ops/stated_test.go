package ops_test

import (
	"context"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const opportunities = "Id,AccountId,Name,Amount,CreatedDate,CloseDate,StageName,Type\no1,a1,Boreal,\"1.200,50\",02/01/2026 10:00,14/03/2026,Signed,Partner\n"

// signed is all that the file of opportunities leaves open.
var signed = crm.Stated{Currency: "EUR", Zone: "Europe/Berlin", Won: []string{"Signed"}, New: []string{"Partner"}, Columns: []string{"is_won=", "is_closed="}}

func (r room) takeStated(text string, in ops.ImportInput) (ops.Import, error) {
	in.Client, in.Filename, in.Reader = acme, "stated.csv", strings.NewReader(text)
	return r.Import(r.ctx, owner, in)
}

func TestAFileIsReadAsItIsStated(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		_, err := r.takeStated(opportunities, ops.ImportInput{})
		asked := map[string]bool{}
		for _, f := range fault.All(err) {
			asked[crm.StatedAs(f.Field)] = true
		}
		if len(asked) != 2 || !asked["zone"] || !asked["currency"] || r.latest() != 0 {
			t.Fatalf("asked %v: %v", asked, err)
		}
		i, err := r.takeStated(opportunities, ops.ImportInput{Stated: signed})
		if err != nil || i.Tally.New != 1 || i.Tally.Doubts() != 0 {
			t.Fatalf("%+v %v", i.Tally, err)
		}
		deal := r.evidence(1).Deals[0]
		if deal.Amount.String() != "1200.50" || deal.Amount.Currency != "EUR" || !deal.Won || deal.CustomerType != crm.CustomerNew ||
			deal.ClosedOn.String() != "2026-03-14" || deal.CreatedAt.UTC().Hour() != 9 {
			t.Errorf("%+v", deal)
		}
	})
}

func TestAKeptMappingIsReadWithWhatIsStatedOverIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		first, err := r.takeStated(opportunities, ops.ImportInput{Stated: signed, DryRun: true})
		if err == nil {
			err = r.SetMapping(ctx, owner, acme, first.ID, first.Mapping, "opportunities")
		}
		if err != nil {
			t.Fatal(err)
		}
		i, err := r.takeStated(opportunities, ops.ImportInput{Saved: "opportunities", Stated: crm.Stated{Currency: "CHF", Lost: []string{"Signed"}}})
		if err != nil || i.Mapping.DefaultCurrency != "CHF" || len(i.Mapping.WonStages) != 0 {
			t.Fatalf("%+v %v", i.Mapping, err)
		}
		if list, err := r.SavedMappings(ctx, owner, acme); err != nil || list[0].Mapping.DefaultCurrency != "EUR" {
			t.Errorf("the kept mapping was changed: %+v %v", list, err)
		}
	})
}

func TestAFileThatFitsNoExportIsReadByStatedColumns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		const log = "row,who,when,how\n7,p1,2026-01-02 10:00,call\n"
		if _, err := r.takeStated(log, ops.ImportInput{Kind: crm.KindTouch}); fault.Code(err) != "file-unknown" {
			t.Fatal(err)
		}
		stated := crm.Stated{Columns: []string{"touch_id=row", "contact_id=who", "at=when", "channel=how"}}
		if _, err := r.takeStated(log, ops.ImportInput{Kind: crm.KindTouch, Stated: stated}); fault.Code(err) != "zone-not-stated" || len(fault.All(err)) != 1 {
			t.Fatal(err)
		}
		stated.Zone = "UTC"
		if i, err := r.takeStated(log, ops.ImportInput{Kind: crm.KindTouch, Stated: stated}); err != nil || i.Tally.New != 1 || i.Tally.Doubts() != 0 {
			t.Fatalf("%+v %v", i, err)
		}
	})
}

func TestNothingIsUploadedThatIsStatedWrongly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		if _, err := r.takeStated(opportunities, ops.ImportInput{Stated: crm.Stated{Zone: "Mars"}}); fault.Code(err) != "zone" {
			t.Fatal(err)
		}
		if list, err := r.Pending(ctx, owner, acme); err != nil || len(list) != 0 {
			t.Errorf("%+v %v", list, err)
		}
	})
}

func TestProgressIsToldAndACheckedFileWasReadToItsEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.ChunkRows = 1000
		var told []int64
		r.Progress = func(_ string, rows, bytes int64) { told = append(told, rows) }
		i, err := r.Import(ctx, owner, ops.ImportInput{Client: acme, Filename: "touches.csv", Reader: strings.NewReader(mixedTouches()), DryRun: true})
		if err != nil || len(told) < 3 || told[0] != 1000 || told[len(told)-1] != 3000 {
			t.Fatalf("%v %v", told, err)
		}
		if i.RowsDone != 3000 || i.BytesDone != int64(len(mixedTouches())) {
			t.Errorf("%d rows, %d bytes", i.RowsDone, i.BytesDone)
		}
		told = nil
		if _, err := r.Apply(ctx, owner, acme, i.ID); err != nil || len(told) < 3 || told[len(told)-1] != 3000 {
			t.Errorf("%v %v", told, err)
		}
	})
}
