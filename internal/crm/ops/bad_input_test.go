package ops_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func zipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(text))
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return b.String()
}

func utf16le(text string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(text)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func TestTheSameTableInEveryDressIsTheSameEvidence(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("deals.csv", deals)
		want := r.hash(1)
		for name, text := range map[string]string{
			"with a mark":     "\ufeff" + deals,
			"UTF-16":          utf16le(deals),
			"semicolons":      strings.ReplaceAll(deals, ",", ";"),
			"tabs":            strings.ReplaceAll(deals, ",", "\t"),
			"CRLF":            strings.ReplaceAll(deals, "\n", "\r\n"),
			"CR":              strings.ReplaceAll(deals, "\n", "\r"),
			"gzip":            zipped(t, deals),
			"quoted":          `"` + strings.ReplaceAll(strings.ReplaceAll(strings.TrimSuffix(deals, "\n"), ",", `","`), "\n", "\"\n\"") + "\"\n",
			"no last newline": strings.TrimSuffix(deals, "\n"),
		} {
			if i := r.take(name+".csv", text); !i.Unchanging() || i.Tally.Unchanged != 2 || i.Tally.Rejected != 0 {
				t.Errorf("%s: %+v", name, i.Tally)
			}
		}
		if got := r.hash(r.latest()); got != want {
			t.Error("the evidence differs")
		}
	})
}

func TestFilesThatAreNoTableAreRefusedAndNotKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		bomb := zipped(t, "deal_id,name\n"+strings.Repeat("d,"+strings.Repeat("0", 1000)+"\n", 60_000))
		for name, c := range map[string]struct{ text, code string }{
			"empty":         {"", "file-empty"},
			"blank":         {"\n\n\n", "file-empty"},
			"zip":           {"PK\x03\x04........", "file-is-zip"},
			"workbook":      {"\xd0\xcf\x11\xe0........", "file-is-xls"},
			"web page":      {"<!DOCTYPE html><p>Sign in", "file-is-html"},
			"binary":        {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", "file-is-binary"},
			"damaged gzip":  {zipped(t, strings.Repeat(deals, 100))[:60], "gzip-damaged"},
			"unknown table": {"alpha,beta\n1,2\n", "file-unknown"},
		} {
			if _, err := r.try(name, c.text); fault.Code(err) != c.code {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := r.try("bomb.csv.gz", bomb); fault.Code(err) != "gzip-expands-too-much" {
			t.Errorf("bomb: %v", err)
		}
		if n := r.latest(); n != 0 {
			t.Errorf("%d imports", n)
		}
	})
}

func TestAFileCutOffFurtherDownIsNotBegun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		var b strings.Builder
		b.WriteString("touch_id,contact_id,at,channel\n")
		for i := range 40_000 {
			b.WriteString(strings.Repeat(string(rune('a'+i%26)), 3) + "," + strings.Repeat("p", i%11) + ",2026-01-01T00:00:00Z,web\n")
		}
		whole := zipped(t, b.String())
		if _, err := r.try("touches.csv.gz", whole[:len(whole)-20]); fault.Code(err) != "gzip-damaged" {
			t.Fatalf("%v", err)
		}
		if i := r.take("deals.csv", deals); i.No != 1 {
			t.Errorf("the next import is %d", i.No)
		}
	})
}

func codes(rejects []ops.Reject) (out []string) {
	for _, r := range rejects {
		word := "kept"
		if r.Lost {
			word = "lost"
		}
		out = append(out, word+" "+r.Code)
	}
	return out
}

func TestRowsThatAreWrongCostOnlyThemselves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		text := "deal_id,name,amount,currency,closed_on,is_won,is_closed,what is this\n" +
			"d1,whole,10.00,USD,2026-01-02,true,true,x\n" +
			"d2,two separators,1.234.56,USD,2026-01-02,true,true,x\n" +
			"d3,impossible date,10.00,USD,2026-02-31,true,true,x\n" +
			"d4,no number,much,USD,2026-01-02,true,true,x\n" +
			"d5,no currency code,10.00,DOLLAR,2026-01-02,true,true,x\n" +
			"d6,too many cells,10.00,USD,2026-01-02,true,true,x,y\n" +
			"d1,again,99.00,USD,2026-01-02,true,true,x\n" +
			"1.2E+10,spreadsheet,10.00,USD,2026-01-02,true,true,x\n" +
			",nameless,10.00,USD,2026-01-02,true,true,x\n" +
			"d7,\"a \"stray\" quote\",10.00,USD,2026-01-02,true,true,x\n" +
			"d8,<script>alert(1)</script>,10.00,USD,2026-01-02,true,true,x\n" +
			"d9,\"=HYPERLINK(\"\"http://x\"\")\",10.00,USD,2026-01-02,true,true,x\n" +
			"d10," + strings.Repeat("x", 2<<20) + ",10.00,USD,2026-01-02,true,true,x\n" +
			"d11,last,10.00,USD,2026-01-02,true,true,x\n"
		i := r.take("deals.csv", text)
		rejects := r.rejects(i)
		want := []string{"kept", "kept", "kept", "kept", "lost column-count", "lost id-repeated", "lost id-damaged", "lost id-missing", "lost stray-quote", "lost row-too-long"}
		got := codes(rejects)
		if len(got) != len(want) || !slices.EqualFunc(got, want, strings.HasPrefix) {
			t.Errorf("%q", got)
		}
		if i.Tally.Rows != 14 || i.Tally.Rejected != 6 || i.Tally.New != 8 {
			t.Errorf("%+v", i.Tally)
		}
		if rejects[5].Line != 8 || !strings.Contains(rejects[5].Reason, "line 2") {
			t.Errorf("%+v", rejects[5])
		}
		for _, d := range r.evidence(1).Deals {
			if d.ID == "d1" && (d.Name != "whole" || d.Amount.String() != "10.00") {
				t.Errorf("the first row does not win: %+v", d)
			}
			if (d.ID == "d2" || d.ID == "d4" || d.ID == "d5") && d.AmountKnown {
				t.Errorf("an unreadable amount became %s", d.Amount)
			}
			if d.ID == "d3" && !d.ClosedOn.IsZero() {
				t.Errorf("31 February became %s", d.ClosedOn)
			}
		}
		var out bytes.Buffer
		if err := r.WriteRejects(ctx, owner, acme, i.ID, &out); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), "9,1,deal_id,true,id-damaged") {
			t.Error(out.String())
		}
	})
}

func TestRejectsAreHarmlessToSpreadsheets(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	r := newRoom(t, d, ctx)
	i := r.take("deals.csv", "deal_id,name,amount,currency\nd1,x,\"=cmd|'/c calc'!A0\",USD\n")
	var out bytes.Buffer
	if err := r.WriteRejects(ctx, owner, acme, i.ID, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "'=cmd|") {
		t.Error(out.String())
	}
}

func TestOddFilesOfRealLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		if i := r.take("deals.csv", strings.SplitAfter(deals, "\n")[0]); i.Tally.Rows != 0 || !i.Unchanging() || i.No != 1 {
			t.Errorf("header only: %+v", i)
		}
		if _, err := r.try("line.csv", "deal_id,name\nd1,"+strings.Repeat("x", 10<<20)); err != nil {
			t.Errorf("a line of 10 MB: %v", err)
		}
		if i := r.take("deals.csv", "name,deal_id,amount,currency,is_won,is_closed\n\"two\nlines\",d1,1,USD,,\n\n,,,,,\nlast,d2,1,USD,,\n"); i.Tally.New != 2 || i.Tally.Rejected != 0 {
			t.Errorf("%+v", i.Tally)
		}
		if e := r.evidence(r.latest()); e.Deals[0].Name != "two\nlines" || e.Deals[0].OutcomeKnown {
			t.Errorf("%+v", e.Deals[0])
		}
	})
}

func TestWhatAFileLeavesOpenIsAsked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		text := "Id,Name,StageName,Amount,CloseDate\n006000000000001AAA,Boreal,Closed Won,\"3,100\",05/11/2024\n"
		_, err := r.try("Opportunity.csv", text)
		var asked []string
		for _, f := range fault.All(err) {
			asked = append(asked, f.Field)
		}
		if !slices.Contains(asked, "convention.decimal") || !slices.Contains(asked, "convention.date_order") {
			t.Fatalf("asked for %v: %v", asked, err)
		}
		m := crm.Mapping{Profile: crm.Salesforce, Object: "Opportunity", Columns: map[string]string{"deal_id": "Id", "name": "Name", "stage": "StageName", "amount": "Amount", "closed_on": "CloseDate"},
			Convention: csvin.Convention{Decimal: '.', DateOrder: csvin.DMY}, DefaultCurrency: "USD", WonStages: []string{"Closed Won"}}
		i, err := r.Import(ctx, owner, ops.ImportInput{Client: acme, Filename: "Opportunity.csv", Reader: strings.NewReader(text), Mapping: &m})
		if err != nil {
			t.Fatal(err)
		}
		got := r.evidence(i.No).Deals[0]
		if got.Amount.String() != "3100.00" || got.ClosedOn.String() != "2024-11-05" || !got.Won {
			t.Errorf("%+v", got)
		}
	})
}
