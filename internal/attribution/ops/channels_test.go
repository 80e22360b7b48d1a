package ops_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// byContract lets the contract name the channels of visits, and no direct one earn.
var byContract = []string{"channels: as-imported ", "channels: {grouping: ga4-1, rules: [{channel: Partners, source: partner*}], without_visit: as-imported} ",
	"model: w-shaped ", "model: linear ", "anchor: deal-created", "anchor: deal-won", "credits: {all_channels_except: [direct]}", "credits: {all_channels_except: [Direct, sales call]}"}

// visits are those of the deal D3, with a call, each imported under the channel that is given.
func visits(called func(ga4 string) string) string {
	text := "touch_id,contact_id,at,channel,campaign,provider,source,medium\n"
	for i, row := range []string{"Partners,,agency,partner.example,referral", "Paid Search,robots,agency,google,cpc", "Direct,,,(direct),(none)", "Email,nurture,agency,newsletter,email"} {
		ga4, rest, _ := strings.Cut(row, ",")
		text += fmt.Sprintf("v%d,p1,2026-0%d-02T12:00:00Z,%s,%s\n", i+1, i+2, called(ga4), rest)
	}
	return text + "v9,p1,2026-06-02T12:00:00Z,sales call,,client,,\n"
}

func web(string) string { return "Web" }

// TestCreditDoesNotHangOnTheMapping: where the contract names channels, the page of a deal, the comparison of models, returns and the kept credit are the same
// before and after the same visits are imported under other names; as they were imported they are not.
func TestCreditDoesNotHangOnTheMapping(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		for _, f := range [][2]string{{"companies.csv", companies}, {"contacts.csv", contacts}, {"deals.csv", deals}, {"deal_contacts.csv", dealContacts}, {"touches.csv", visits(web)}} {
			r.take(f[0], f[1])
		}
		r.take("spend.csv", "spend_id,spent_on,vendor,category,campaign,net,currency\ns1,2026-06-05,Google,media,robots,1000.00,USD\n")
		r.agree("growth", byContract...)
		naming := r.deal("D3", 0, ops.Asked{}).Rule.Touched.Channels.Naming
		model, err := attribution.ParseModel("linear")
		must(t, err)
		named := ops.Terms{Models: []attribution.Model{model}, Path: attribution.Path{Zone: time.UTC, ByAccount: true, Channels: naming}}
		imported := named
		imported.Path.Channels = nil
		keptNamed, _, err := r.Keep(ctx, owner, acme, named)
		must(t, err)
		keptImported, _, err := r.Keep(ctx, owner, acme, imported)
		must(t, err)

		before := r.shown(naming)
		if !strings.Contains(before, "Partners<Web> 20000.00 true") || !strings.Contains(before, "Direct<Web> 20000.00 false") || !strings.Contains(before, "sales call<> 20000.00 false") ||
			!strings.Contains(before, "Paid Search: 1000.00 for 20000.00") {
			t.Fatalf("named by the contract:\n%s", before)
		}
		r.take("touches.csv", visits(func(ga4 string) string { return "My " + ga4 }))
		after := r.shown(naming)
		for _, ga4 := range []string{"Partners", "Paid Search", "Direct", "Email"} {
			after = strings.ReplaceAll(after, "<My "+ga4+">", "<Web>")
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Error(diff)
		}
		recredited, err := keptNamed.Advance(ctx, owner)
		if err != nil || len(recredited) != 0 {
			t.Errorf("named by the contract, credit was recorded anew: %v %v", recredited, err)
		}
		if recredited, err = keptImported.Advance(ctx, owner); err != nil || len(recredited) != 1 {
			t.Errorf("as imported: %v %v", recredited, err)
		}
	})
}

// shown is what people see of the credit of June and July.
func (r room) shown(naming *channel.Naming) string {
	r.t.Helper()
	var out strings.Builder
	v := r.deal("D3", 0, ops.Asked{})
	for _, tc := range v.Columns[0].Result.Credits {
		fmt.Fprintf(&out, "%s %s<%s> %s %t\n", tc.Touch.ID, tc.Touch.Channel, tc.Touch.Imported, v.Columns[0].Result.Amount(tc.Minor), v.Rule.Earns(tc.Touch))
	}
	june, july := cal.Month{Year: 2026, Month: 6}, cal.Month{Year: 2026, Month: 7}
	c, err := r.Compare(r.ctx, finance, acme, ops.CompareInput{From: june, To: july})
	must(r.t, err)
	for _, table := range c.Tables {
		fmt.Fprintln(&out, table.Earned)
		for _, row := range table.ByChannel {
			fmt.Fprintln(&out, row.Label(), row.Amounts)
		}
	}
	returns, err := r.Return(r.ctx, finance, acme, ops.ReturnsInput{From: june, To: july})
	must(r.t, err)
	for _, row := range returns.Returns.Rows {
		fmt.Fprintf(&out, "%s: %s for %s\n", row.Label(), row.Total.Spend, row.Total.Revenue)
	}
	must(r.t, r.DB.Read(r.ctx, func(ctx context.Context, tx bun.Tx) error {
		s, err := r.Stored(ctx, tx, acme, v.AsOf, attribution.Path{Zone: time.UTC, Channels: naming})
		if err != nil {
			return err
		}
		var text bytes.Buffer
		_, err = s.Touches.Ledger(s.Deals, ops.Terms{Models: storedModels}.Options(), &text)
		out.Write(text.Bytes())
		return err
	}))
	return out.String()
}

// TestFilesOfBeforeVisitsWereKeptAreNotNamedBy: where channels are named, the rows of the database are read in the place of a file of the earlier form.
func TestFilesOfBeforeVisitsWereKeptAreNotNamedBy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("contacts.csv", contacts)
		r.take("deals.csv", deals)
		r.take("deal_contacts.csv", dealContacts)
		r.take("touches.csv", visits(web))
		naming := &channel.Naming{Grouping: channel.GA4}
		before := r.ledger(naming)
		r.take("touches.csv", "touch_id,contact_id,at,channel\nx1,p8,2026-01-01,nothing\n")
		must(t, d.Write(ctx, func(ctx context.Context, tx bun.Tx) error { // the file of another import stands for one that says nothing of visits
			_, err := tx.ExecContext(ctx, `INSERT INTO crm_segment (client_id, import_no, seq, sha256, form, row_count, replaced, bytes, written_at)
				SELECT a.client_id, a.import_no, a.seq + 1, b.sha256, 'ofrecord-segment-1', a.row_count, a.replaced, b.bytes, a.written_at
				FROM crm_segment a, crm_segment b WHERE a.import_no = 4 AND b.import_no = 5`)
			return err
		}))
		if diff := cmp.Diff(before, r.ledger(naming)); diff != "" {
			t.Error(diff)
		}
		if cmp.Equal(r.ledger(nil), before) {
			t.Error("the file was not read where nothing is named")
		}
	})
}

func (r room) ledger(naming *channel.Naming) string {
	r.t.Helper()
	var text bytes.Buffer
	must(r.t, r.DB.Read(r.ctx, func(ctx context.Context, tx bun.Tx) error {
		s, err := r.Stored(ctx, tx, acme, 5, attribution.Path{Zone: time.UTC, Channels: naming})
		if err != nil {
			return err
		}
		text.Reset()
		_, err = s.Touches.Ledger(s.Deals, ops.Terms{Models: storedModels}.Options(), &text)
		return err
	}))
	return text.String()
}

// TestAnAmendmentNamesChannelsFromItsDay: a deal is credited by the names of the version that governs it, beside one that is not named.
func TestAnAmendmentNamesChannelsFromItsDay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		for _, f := range [][2]string{{"contacts.csv", contacts}, {"deals.csv", deals}, {"deal_contacts.csv", dealContacts}, {"touches.csv", visits(web)},
			{"deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed,customer_type\nD8,Boreal spares,c1,1000.00,USD,2026-06-02T12:00:00Z,2026-07-11,won,true,true,new\n"},
			{"deal_contacts.csv", "deal_id,contact_id,role\nD8,p1,buyer\n"}} {
			r.take(f[0], f[1])
		}
		id := r.agree("growth", byContract[2:]...)
		text := contract.Template("growth", "Acme Robotics, Inc.", "Northlight LLC", cal.MustDate("2026-01-01"))
		r.amend(id, 2, strings.Replace(text, "effective: 2026-01-01", "effective: 2026-07-10", 1), byContract...)
		c, err := r.Compare(ctx, finance, acme, ops.CompareInput{From: cal.Month{Year: 2026, Month: 7}, To: cal.Month{Year: 2026, Month: 7}})
		must(t, err)
		var got []string
		for _, row := range c.Tables[0].ByChannel {
			got = append(got, row.Label()+" "+row.Amounts[0].String())
		}
		want := []string{"Direct 200.00", "Email 200.00", "Paid Search 200.00", "Partners 200.00", "Web 80000.00", "sales call 20200.00", "(unattributed) 0.00"}
		if diff := cmp.Diff(want, got); diff != "" || c.Tables[0].Earned[0].String() != "80600.00" {
			t.Error(diff, c.Tables[0].Earned)
		}
	})
}
