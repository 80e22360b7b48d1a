package pack_test

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func TestPreviewReadsAFolder(t *testing.T) {
	archive, err := txtar.ParseFile("../testdata/worked-month.txtar")
	if err != nil {
		t.Fatal(err)
	}
	_, folder := example(t, "worked-month")
	var text []byte
	for _, f := range archive.Files {
		if f.Name == "contract.yaml" {
			text = f.Data
		}
	}
	march, _ := cal.ParseMonth("2026-03")
	folder["deals.csv"].Data = slices.Concat(folder["deals.csv"].Data, []byte("D9,Broken,,12x,USD,2026-01-05,2026-03-05,won,true,true\n"))
	d, err := pack.Preview([][]byte{text}, folder, march, cal.MustDate("2026-04-01"))
	if err != nil {
		t.Fatal(err)
	}
	if d.Statement.Total.String() != "4800.00" || len(d.Issues) == 0 || d.Issues[0].Subject != "deals.csv line 6" {
		t.Errorf("got %s, %+v", d.Statement.Total, d.Issues)
	}
	_, err = pack.Preview([][]byte{[]byte("contract: x")}, folder, march, cal.MustDate("2026-04-01"))
	if !fault.Is(err, fault.Invalid) || len(fault.All(err)) < 5 {
		t.Errorf("all problems of a contract are told, got %v", err)
	}
}

func previewOf(t *testing.T, folder fs.FS) (fees.Document, error) {
	t.Helper()
	agreement, _ := example(t, "worked-month")
	march, _ := cal.ParseMonth("2026-03")
	return pack.Preview([][]byte{[]byte(agreement.First().Source)}, folder, march, cal.MustDate("2026-04-01"))
}

// A folder says of two deals that they are one sale, as the page does: the one that remains is charged.
func TestPreviewFollowsDealsThatAreOne(t *testing.T) {
	_, folder := example(t, "worked-month")
	charged := func() (deals []string) {
		t.Helper()
		d, err := previewOf(t, folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range d.Statement.Lines {
			if l.Deal != "" {
				deals = append(deals, l.Deal)
			}
		}
		return deals
	}
	before := charged()
	folder["deal_merges.csv"] = &fstest.MapFile{Data: []byte("merged_deal_id,into_deal_id,reason\n" + before[0] + "," + before[1] + ",typed in twice\n")}
	if after := charged(); len(before) < 2 || !slices.Equal(after, before[1:]) {
		t.Errorf("before %v, after %v", before, after)
	}
}

// A merge behind which no deal is there changes no amount of a folder, and is told.
func TestPreviewCountsADealThatIsOneWithNone(t *testing.T) {
	_, folder := example(t, "worked-month")
	before, err := previewOf(t, folder)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(before.Statement.Lines, func(l fees.Line) bool { return l.Deal != "" })
	charged := before.Statement.Lines[i].Deal
	folder["deal_merges.csv"] = &fstest.MapFile{Data: []byte("merged_deal_id,into_deal_id,reason\n" + charged + ",Z,typed in twice\n")}
	after, err := previewOf(t, folder)
	if err != nil || after.Statement.Total != before.Statement.Total {
		t.Errorf("before %s, after %s, %v", before.Statement.Total, after.Statement.Total, err)
	}
	if !slices.ContainsFunc(after.Issues, func(i fees.Issue) bool { return i.Code == crm.MergeWithoutEnd && i.Subject == "deal "+charged }) {
		t.Errorf("%+v", after.Issues)
	}
}

func TestPreviewWarnsOfTablesThatItDoesNotRead(t *testing.T) {
	_, folder := example(t, "worked-month")
	folder["payment.csv"] = &fstest.MapFile{Data: []byte("payment_id\n")}
	folder["Companies.csv"] = &fstest.MapFile{Data: []byte("company_id\n")}
	folder["deals.csv.gz"] = &fstest.MapFile{Data: []byte("no gzip")}
	folder["notes.txt"] = &fstest.MapFile{Data: []byte("notes")}
	d, err := previewOf(t, folder)
	if err != nil {
		t.Fatal(err)
	}
	var subjects []string
	for _, i := range d.Issues {
		if i.Code == "file-unread" && i.Severity == fees.Warning {
			subjects = append(subjects, i.Subject)
		}
	}
	if !slices.Equal(subjects, []string{"Companies.csv", "deals.csv.gz", "payment.csv"}) {
		t.Errorf("got %q", subjects)
	}
}

func TestPreviewReadsPackedTables(t *testing.T) {
	_, folder := example(t, "worked-month")
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(folder["deals.csv"].Data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	delete(folder, "deals.csv")
	folder["deals.csv.gz"] = &fstest.MapFile{Data: b.Bytes()}
	if d, err := previewOf(t, folder); err != nil || d.Statement.Total.String() != "4800.00" {
		t.Errorf("got %s, %v", d.Statement.Total, err)
	}
}

func TestFaultsOfFilesNameThemAllAtOnce(t *testing.T) {
	_, folder := example(t, "worked-month")
	folder["deals.csv"] = &fstest.MapFile{Mode: fs.ModeDir | 0o755}
	folder["contacts.csv"] = &fstest.MapFile{}
	folder["touches.csv"] = &fstest.MapFile{Data: []byte("at,channel\n2026-01-01,webinar\n")}
	folder["payments.csv"] = &fstest.MapFile{Data: []byte("PK\x03\x04")}
	folder["settled.json"] = &fstest.MapFile{Data: []byte("{")}
	_, err := previewOf(t, folder)
	got := map[string]string{}
	for _, f := range fault.All(err) {
		got[f.Field] += f.Code + " "
	}
	want := map[string]string{"deals.csv": "facts-file ", "contacts.csv": "file-empty ", "touches.csv": "column-missing column-missing ", "payments.csv": "file-is-zip ", "settled.json": "facts-json "}
	if !maps.Equal(got, want) {
		t.Errorf("got %v: %v", got, err)
	}
	if !strings.Contains(err.Error(), "deals.csv: It cannot be read: ") {
		t.Errorf("got %v", err)
	}
}
