package crm

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/datatest"
)

// readReport reads a report as whoever knows only its profile and what is stated: the columns and the convention are found.
func readReport(t *testing.T, file []byte, p Profile, stated Stated) (spend []Spend, problems []Problem, d *Decoder) {
	t.Helper()
	open := func() *csvin.Reader {
		r, err := csvin.Open(bytes.NewReader(file), csvin.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	var sample [][]string
	r := open()
	for r.Next() {
		if r.Row().Fault == nil {
			sample = append(sample, append([]string{}, r.Row().Cells...))
		}
	}
	found := Detect(r.Header())
	if len(found) == 0 || found[0].Mapping.Profile != p || len(found) > 1 && found[1].Score > found[0].Score-0.05 {
		t.Fatalf("%q fits %+v", r.Header(), found)
	}
	m, err := stated.Over(found[0].Mapping)
	if err != nil {
		t.Fatal(err)
	}
	proposal := m.Propose(r.Header(), sample)
	if proposal.Decimal.Value != "" && m.Convention.Decimal == 0 {
		m.Convention.Decimal = proposal.Decimal.Value[0]
	}
	if m.Convention.DateOrder == "" {
		m.Convention.DateOrder = csvin.DateOrder(proposal.DateOrder.Value)
	}
	d, faults := m.Bind(r.Header(), nil)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	for r = open(); r.Next(); {
		records, wrong := d.Decode(r.Row())
		problems = append(problems, wrong...)
		for _, rec := range records {
			s, err := rec.Spend()
			if err != nil {
				t.Fatal(err)
			}
			spend = append(spend, s)
		}
	}
	_, atEnd := d.End()
	return spend, append(problems, atEnd...), d
}

func sumOf(t *testing.T, spend []Spend) string {
	t.Helper()
	ids := map[string]bool{}
	var sum money.Amount
	for i, s := range spend {
		if ids[s.ID] {
			t.Errorf("%s comes twice", s.ID)
		}
		ids[s.ID] = true
		if i == 0 {
			sum = s.Net
			continue
		}
		sum = sum.Add(s.Net)
	}
	return sum.FormatWith()
}

var media = Stated{Constants: []string{"category=media"}}

func TestReportsAsPeopleDownloadThem(t *testing.T) {
	fine := media
	fine.Constants = append([]string{"rounding=half-even"}, media.Constants...)
	for _, c := range []struct {
		file   string
		p      Profile
		stated Stated
		sum    string
		rows   int
		aside  int64
		last   Spend
	}{
		{"google-ads.csv", GoogleAds, media, "USD 1,274.00", 3, 3, Spend{ID: "google-ads|2026-06-03||Robot cells", Vendor: "Google Ads", Campaign: "Robot cells"}},
		{"google-ads-api.csv", GoogleAds, fine, "USD 69.72", 3, 0, Spend{ID: "google-ads|2026-06-02|1000000001|11||||d1d1", Vendor: "Google Ads", Campaign: "Brand"}},
		{"meta-de.csv", MetaAds, media, "EUR 1,339.75", 2, 1, Spend{ID: "meta-ads|2026-06-02||Roboterzellen", Vendor: "Meta", Campaign: "Roboterzellen"}},
		{"linkedin.csv", LinkedInAds, media, "USD 599.75", 3, 0, Spend{ID: "linkedin-ads|2026-06-13|Sample account|700001|Spring", Vendor: "LinkedIn", Campaign: "Palletising"}},
		{"microsoft-ads.csv", MicrosoftAds, media, "USD 44.35", 3, 1, Spend{ID: "microsoft-ads|2026-06-22|X0000001|Brand||||", Vendor: "Microsoft Advertising", Campaign: "Brand"}},
		{"ga4.csv", GA4, Stated{Currency: "USD", Constants: []string{"category=media", "vendor=Google Ads"}}, "USD 65.30", 2, 1, Spend{ID: "ga4|2026-06-02||Brand|google / cpc", Vendor: "Google Ads", Campaign: "Brand"}},
	} {
		file, err := os.ReadFile(filepath.Join("../../docs/examples/ads", c.file))
		if err != nil {
			t.Fatal(err)
		}
		spend, problems, d := readReport(t, file, c.p, c.stated)
		if len(spend) != c.rows || sumOf(t, spend) != c.sum || d.Aside() != c.aside || len(problems) > 0 {
			t.Errorf("%s: %d rows of %s, %d aside, problems %+v", c.file, len(spend), sumOf(t, spend), d.Aside(), problems)
			continue
		}
		last := spend[len(spend)-1]
		if id := strings.Split(c.last.ID, "d1d1")[0]; !strings.HasPrefix(last.ID, id) || last.Vendor != c.last.Vendor || last.Campaign != c.last.Campaign || last.Category != "media" {
			t.Errorf("%s: the last row is %+v", c.file, last)
		}
	}
}

func TestReportsOfTheReferenceData(t *testing.T) {
	fine := Stated{Currency: "USD", Constants: []string{"category=media", "rounding=half-even"}}
	for _, c := range []struct {
		file string
		p    Profile
		rows int
		sum  string
	}{
		{"google_ads_campaign_stats_data.csv", GoogleAds, 16, "USD 231.33"}, {"facebook_ads_basic_ad_data.csv", MetaAds, 10, "USD 643.63"}, // one row says "144."
		{"linkedin_ad_analytics_by_campaign_data.csv", LinkedInAds, 20, "USD 530.62"}, {"microsoft_ads_campaign_performance_daily_report_data.csv", MicrosoftAds, 2630, "USD 946.34"},
	} {
		spend, problems, _ := readReport(t, data(t, "ads/"+c.file), c.p, fine)
		lost := slices.DeleteFunc(problems, func(p Problem) bool { return !p.Lost })
		if len(spend) != c.rows || sumOf(t, spend) != c.sum || len(lost) > 0 {
			t.Errorf("%s: %d rows of %s, lost %+v", c.file, len(spend), sumOf(t, spend), lost)
		}
	}
}

func report2(rows string) []byte {
	return []byte("Day,Campaign,Campaign type,Currency code,Cost\n" + rows)
}

func TestTotalThatDiffers(t *testing.T) {
	for _, c := range []struct{ name, rows, want string }{
		{"equal", "2026-06-01,a,Search,USD,1.10\n2026-06-01,b,Search,USD,2.20\nTotal,,,,3.30\n", "[]"},
		{"a row is missing", "2026-06-01,a,Search,USD,1.10\nTotal,,,,3.30\n", "[total-differs 3 5]"},
		{"of one type", "2026-06-01,a,Search,USD,1.10\n2026-06-01,b,Display,USD,2.20\n,Total: Search,,,1.10\n,Total: Display,,,9.10\n", "[total-differs 5 5]"},
		{"in several currencies", "2026-06-01,a,Search,USD,1.10\n2026-06-01,b,Search,EUR,2.20\nTotal,,,,3.30\n", "[total-unclear 4 5]"},
		{"of several currencies, one stated", "2026-06-01,a,Search,USD,1.10\n2026-06-01,b,Search,EUR,2.20\nTotal,,,EUR,2.20\n", "[]"},
		{"a campaign called Total", "2026-06-01,Total,Search,USD,1.10\nTotal,,,,1.10\n", "[]"},
		{"no rows", "Total,,,,0\n", "[]"},
	} {
		_, problems, _ := readReport(t, report2(c.rows), GoogleAds, Stated{Decimal: "point", Constants: media.Constants})
		got := []string{}
		for _, p := range problems {
			got = append(got, fmt.Sprintf("%s %d %d", p.Code, p.Line, p.Column))
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, want %s: %+v", c.name, got, c.want, problems)
		}
	}
	_, problems, _ := readReport(t, report2("2026-06-01,a,,USD,1.10\n2026-06-02,a,,USD,1.10\nTotal,,,,2.21\n"), GoogleAds, Stated{Decimal: "point", Constants: media.Constants})
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "rounding of each row") || problems[0].Lost {
		t.Errorf("a cent of two rows: %+v", problems)
	}
}

func TestCostsFinerThanTheCurrency(t *testing.T) {
	for _, c := range []struct{ micros, currency, rounding, want string }{
		{"1230000", "USD", "", "1.23"}, {"1235000", "USD", "half-even", "1.24"}, {"1225000", "USD", "half-even", "1.22"}, {"1225000", "USD", "half-up", "1.23"},
		{"1229999", "USD", "down", "1.22"}, {"-1225000", "USD", "half-up", "-1.23"}, {"1234567", "USD", "", "!rounding-not-stated"}, {"1500000", "JPY", "half-up", "2"},
		{"1234500", "BHD", "half-even", "1.234"}, {"9223372036854775807", "USD", "half-even", "9223372036854.78"}, {"92233720368547758070000000", "USD", "half-even", "!amount-too-large"},
		{"1.5", "USD", "", "!decimal-not-stated"},
	} {
		m := Mapping{Profile: GoogleAds, Object: "spend", Columns: map[string]string{"spent_on": "d", "micros": "m", "currency": "c", "campaign": "n"}, Constants: map[string]string{"category": "media"}}
		if c.rounding != "" {
			m.Constants["rounding"] = c.rounding
		}
		d, faults := m.Bind([]string{"d", "m", "c", "n"}, nil)
		if err := faults.Err(); err != nil {
			t.Fatal(err)
		}
		records, problems := d.Decode(csvin.Row{Line: 2, Cells: []string{"2026-06-01", c.micros, c.currency, "x"}})
		got := ""
		switch {
		case len(records) > 0:
			got = records[0].Get("net")
		case len(problems) > 0:
			got = "!" + problems[0].Code
		}
		if got != c.want {
			t.Errorf("%s millionths of %s, %s: %s, want %s (%+v)", c.micros, c.currency, c.rounding, got, c.want, problems)
		}
	}
	m := Mapping{Profile: GoogleAds, Object: "spend", Columns: map[string]string{"spent_on": "d", "micros": "m", "currency": "c"}, Constants: map[string]string{"category": "media"}}
	if asked := m.AskRounding([]string{"d", "m", "c"}, [][]string{{"2026-06-01", "1234567", "USD"}}); len(asked) != 1 || asked[0].Field != "constants.rounding" {
		t.Errorf("the rounding is asked for: %v", asked)
	}
}

func TestWhatAReportLeavesOpenIsAsked(t *testing.T) {
	headers := []string{"Campaign", "Cost"}
	m := Detect(headers)[0].Mapping
	m.Convention.Decimal = '.'
	var places []string
	for _, f := range append(m.Validate(headers), m.Open(headers, [][]string{{"Brand", "$72.40"}})...) {
		places = append(places, f.Field+" "+f.Code)
	}
	if got := fmt.Sprint(places); got != "[constants.category category-not-stated columns.spent_on day-not-stated default_currency currency-not-stated]" {
		t.Error(got)
	}
	m.Constants = map[string]string{"category": "media", "spent_on": "2026-06-30"}
	m.DefaultCurrency = "USD"
	d, faults := m.Bind(headers, nil)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	if records, _ := d.Decode(csvin.Row{Line: 2, Cells: []string{"Brand", "$72.40"}}); len(records) != 1 || records[0].Get("spent_on") != "2026-06-30" {
		t.Errorf("%+v", records)
	}
}

func TestCurrencyInTheHeaderIsNoGuess(t *testing.T) {
	for header, want := range map[string]string{"Amount spent (USD)": "USD", "Amount spent (XYZ)": "", "Amount spent": "", "(EUR)": "", "Amount spent (eur)": ""} {
		if _, c := cutHeaderCurrency(header); string(c) != want {
			t.Errorf("%s is in %q", header, c)
		}
	}
	_, problems, _ := readReport(t, []byte("Campaign name,Day,Amount spent (USD),Currency\nx,2026-06-01,1.00,EUR\n"), MetaAds, Stated{Decimal: "point", Constants: media.Constants})
	if len(problems) == 0 || problems[0].Code != "currency-contradicts" {
		t.Errorf("%+v", problems)
	}
}

func FuzzAdReport(f *testing.F) {
	f.Add("2026-06-01,a,Search,USD,1.10\nTotal,,,,1.10\n")
	f.Add("--,Total: Search, --,USD,\"1,1\"\n©\n")
	f.Add(",,,USD,5,Grand total\n")
	f.Fuzz(func(t *testing.T, rows string) {
		r, err := csvin.Open(bytes.NewReader(report2(rows)), csvin.Options{Header: 1, Delimiter: ','})
		if err != nil {
			return
		}
		m := Mapping{Profile: GoogleAds, Object: "spend", Convention: csvin.Convention{Decimal: '.'}, Constants: map[string]string{"category": "media", "rounding": "half-even"},
			Columns: map[string]string{"spent_on": "Day", "campaign": "Campaign", "campaign_type": "Campaign type", "currency": "Currency code", "net": "Cost"}}
		d, faults := m.Bind(r.Header(), nil)
		if len(faults) > 0 {
			return
		}
		var n, lost int64
		for r.Next() {
			n++
			aside := d.Aside()
			records, problems := d.Decode(r.Row())
			for _, p := range problems {
				if p.Lost {
					lost++
					break
				}
			}
			if len(records) > 0 && d.Aside() > aside {
				t.Fatal("a total counts as spend")
			}
			if len(records) == 0 && d.Aside() == aside && len(problems) == 0 {
				t.Fatalf("row %d vanishes", r.Row().Line)
			}
			for _, rec := range records {
				if s, err := rec.Spend(); err != nil || !s.NetKnown || s.SpentOn.IsZero() {
					t.Fatalf("%+v, %v", s, err)
				}
			}
		}
		d.End()
	})
}

func data(t *testing.T, name string) []byte { return datatest.Read(t, name) }

// A row that is rejected is told once, and why: none of its problems is a doubt about a row that is taken.
func TestARowWithoutACostSaysWhy(t *testing.T) {
	for cells, want := range map[string]string{
		"2026-06-01,a,,USD,1.4.4": "amount-two-decimal-marks", "2026-06-01,a,,XXY,1.44": "currency-unknown", "2026-06-01,a,,USD,--": "spend-amount-unknown", "2026-06-01,a,,--,1.44": "spend-amount-unknown",
	} {
		spend, problems, _ := readReport(t, report2(cells+"\n"), GoogleAds, Stated{Decimal: "point", Constants: []string{"category=media"}})
		if len(spend) > 0 || len(problems) != 1 || problems[0].Code != want || !problems[0].Lost || strings.Contains(problems[0].Message, "no cost with a currency") {
			t.Errorf("%s: %+v", cells, problems)
		}
	}
}
