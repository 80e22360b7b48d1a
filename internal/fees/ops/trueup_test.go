package ops_test

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const withMedia = `  - media_commission: media
    rate: 15 %
    of: gross
    categories: [media]
    not_counted: []
    vendor_commission: 15 %
    rebate: none
    bills: media-and-commission
    lines: by-category
    other_currency: hold
statements:
`

// bought is a row of spend.
func bought(id, net string, deleted bool) crm.Snapshot {
	amount, err := money.Parse(net, "USD")
	if err != nil {
		panic(err)
	}
	return crm.Snapshot{Spend: []crm.Spend{{ID: id, SpentOn: cal.MustDate("2026-01-10"), Vendor: "Paper", Category: "media", Net: amount, NetKnown: true, Deleted: deleted}}}
}

// kept writes the rows of the newest import as the evidence keeps them.
func (k *desk) kept(d *db.DB) {
	k.T.Helper()
	err := d.Write(k.Ctx, func(ctx context.Context, tx bun.Tx) error {
		no := len(k.Imports)
		for line, r := range k.Imports[no-1].Records() {
			fields := map[string]string{}
			for i, c := range crm.Columns(r.Kind) {
				fields[c] = r.Values[i]
			}
			body, err := json.Marshal(fields)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO crm_row VALUES ('org_acme', ?, ?, ?, ?, '', ?, ?)", string(r.Kind), r.ID, no, r.Hash().String(), line+2, string(body)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		k.T.Fatal(err)
	}
}

// A month is locked, an import says otherwise of what was bought, and the next statement corrects it with its story: once, verifiably, and without
// touching what is locked.
func TestSpendThatChangesAfterTheLockIsCorrectedByTheNextStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDeskUnder(t, d, ctx, strings.Replace(text, "statements:\n", withMedia, 1))
		k.MoveTo("2026-02-02")
		k.Imported(bought("S1", "850.00", false), bought("S2", "170.00", false))
		k.kept(d)
		january := k.Locked("2026-01")
		wantAmount(t, "January", january.Total, "15200.00") // 14,000.00 + 1,020.00 + 1,020.00 x 15/85
		k.MoveTo("2026-03-02")
		k.Imported(bought("S1", "935.00", false), bought("S2", "170.00", true))
		k.kept(d)

		diff := must(k.Difference(ctx, finance, january.ID))(t)
		wantAmount(t, "left", diff.Left(), "-100.00") // 935.00 x 100/85 less 1,200.00
		if !slices.ContainsFunc(diff.Facts, func(f fees.FactChange) bool {
			return f.ID == "S1" && f.Class() == fees.ChangedAmount && f.Import == 2
		}) {
			t.Errorf("got %+v", diff.Facts)
		}
		february := k.Locked("2026-02")
		wantAmount(t, "February", february.Total, "13900.00")
		var said []string
		for _, l := range february.Document.Statement.Lines {
			if l.Corrects() {
				said = append(said, string(l.Kind)+" "+l.Amount.String())
				if notes := strings.Join(l.Basis.Notes, "\n"); !strings.Contains(notes, "Since then, import 2: the spend S1's net was 850.00 and is 935.00.") || !strings.Contains(notes, "Since then, import 2: the spend S2 was deleted.") {
					t.Errorf("the story is %q", notes)
				}
			}
		}
		if want := []string{"spend-correction -85.00", "correction -15.00"}; !slices.Equal(said, want) {
			t.Errorf("got %q, want %q", said, want)
		}
		if diff := must(k.Difference(ctx, finance, january.ID))(t); !diff.Left().IsZero() || len(diff.Carried) != 1 {
			t.Errorf("left %s, carried %+v", diff.Left(), diff.Carried)
		}
		zip := zipOf(t, k, february.ID)
		report, err := pack.Verify(ctx, bytes.NewReader(zip), int64(len(zip)), february.Hash)
		if err != nil || !report.OK() {
			t.Errorf("%v, %+v", err, report)
		}
		k.MoveTo("2026-04-02")
		wantAmount(t, "March", k.Drafted("2026-03").Statement.Total, "14000.00")
		if st := must(k.Statement(ctx, finance, january.ID))(t); st.Total != january.Total || st.Hash != january.Hash {
			t.Error("the locked statement stays as it is")
		}
		// what was said of January is taken back: it is left to be corrected once, for January, and not of February, which carried the correction, too
		k.Imported(bought("S1", "850.00", false), bought("S2", "170.00", false))
		k.kept(d)
		wantAmount(t, "left of January", must(k.Difference(ctx, finance, january.ID))(t).Left(), "100.00")
		again := must(k.Difference(ctx, finance, february.ID))(t)
		wantAmount(t, "February computed again", again.Now, "14000.00")
		wantAmount(t, "of it for January", again.Earlier, "100.00")
		wantAmount(t, "left of February", again.Left(), "0.00")
		march := k.Drafted("2026-03").Statement
		wantAmount(t, "March", march.Total, "14100.00")
		for _, l := range corrections(march) {
			notes := strings.Join(l.Basis.Notes, "\n")
			if !strings.Contains(notes, "Since then, import 3: the spend S1's net was 935.00 and is 850.00.") || !strings.Contains(notes, "Since then, import 3: the spend S2 was deleted and is there again.") {
				t.Errorf("the story of what went back is %q", notes)
			}
		}
		var altered []ops.Altered
		err = d.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
			_, altered, err = ops.VerifyStored(ctx, tx)
			return err
		})
		if err != nil || len(altered) > 0 {
			t.Errorf("%v, %v", err, altered)
		}
	})
}
