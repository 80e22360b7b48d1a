package crm

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/channel"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

func TestOriginOfAnAddress(t *testing.T) {
	for _, c := range []struct{ page, referrer, want string }{
		{"https://acme.example/lp?utm_source=google&utm_medium=cpc&utm_campaign=robot+cells&utm_content=a&utm_term=cell&gclid=X1", "", "google cpc robot cells a cell gclid=X1"},
		{"acme.example/lp?UTM_Source=News&utm_medium=email#top", "", "News email"},
		{"/lp?utm_medium=email", "https://www.google.com/", " email"},
		{"https://acme.example/?gclid=X1", "", "google cpc    gclid=X1"},
		{"https://acme.example/?fbclid=F1", "", "facebook.com referral    fbclid=F1"},
		{"https://acme.example/?li_fat_id=L&msclkid=M", "", "bing cpc    msclkid=M"},
		{"https://acme.example/", "https://www.google.de/search?q=x", "google.de organic"},
		{"https://acme.example/", "https://partner.example/post", "partner.example referral"},
		{"https://www.acme.example/b", "https://acme.example/a", "(direct) (none)"},
		{"https://acme.example/", "", "(direct) (none)"},
		{"", "", "(direct) (none)"},
		{"https://acme.example/%zz?utm_source=x&utm_medium=y", "", "x y"},
		{"https://acme.example/?utm_source=a&utm_source=b&utm_medium=c", "", "a c"},
	} {
		o := OriginOf(c.page, c.referrer)
		got := strings.TrimRight(strings.Join([]string{o.Source, o.Medium, o.Campaign, o.Content, o.Term, o.ClickID}, " "), " ")
		if got != c.want {
			t.Errorf("%s from %s: %q, want %q", c.page, c.referrer, got, c.want)
		}
	}
}

func TestOwnRulesCountFirst(t *testing.T) {
	c, err := ParseChannels(channel.GA4, "Partners: source=partner*, medium=REFERRAL; Fairs: campaign=*fair*2026\nNone: source=x")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		o    Origin
		want string
	}{
		{Origin{Source: "Partner.example", Medium: "referral"}, "Partners"}, {Origin{Source: "partner.example", Medium: "cpc"}, "Paid Other"},
		{Origin{Source: "google", Medium: "cpc", Campaign: "Fair Hanover 2026"}, "Fairs"}, {Origin{Source: "google", Medium: "cpc", Campaign: "Fair 2025"}, "Paid Search"}, {Origin{Source: "X"}, "None"}, {Origin{Source: "xy", Medium: "link"}, "Referral"},
	} {
		if got := c.Channel(x.o.visit()); got != x.want {
			t.Errorf("%+v is %s, want %s", x.o, got, x.want)
		}
	}
	for _, bad := range []string{"Partners", ": source=x", "P: colour=x", "P: source=", "P: source=a, source=b"} {
		if _, err := ParseChannels("", bad); err == nil {
			t.Errorf("%q is no rule", bad)
		}
	}
	if _, err := ParseChannels("ga4-0", ""); err == nil {
		t.Error("an unknown grouping")
	}
}

func TestVisitBecomesATouch(t *testing.T) {
	headers := []string{"contact_id", "Timestamp", "Landing page", "Referrer", "utm_campaign"}
	m := Detect(headers)[0].Mapping
	if m.Profile != Web || m.Object != "visits" {
		t.Fatalf("%+v", m)
	}
	if faults := m.Validate(headers); len(faults) != 1 || faults[0].Code != "channel-grouping-not-stated" {
		t.Fatalf("the grouping is asked for: %v", faults)
	}
	m.Constants = map[string]string{"channel_grouping": channel.GA4, "channel_rules": "Partners: source=partner*"}
	d, faults := m.Bind(headers, nil)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, cells := range [][]string{
		{"p1", "2026-03-01T10:00:00Z", "https://acme.example/?utm_source=google&utm_medium=cpc&gclid=X&utm_campaign=a", "", "b"},
		{"p1", "2026-03-02T10:00:00Z", "https://acme.example/", "https://partner.example", ""},
		{"p1", "2026-03-03T10:00:00Z", "", "", ""},
	} {
		records, problems := d.Decode(csvin.Row{Line: 2, Cells: cells})
		if len(records) != 1 || len(problems) > 0 {
			t.Fatalf("%+v %+v", records, problems)
		}
		touch, err := records[0].Touch()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(touch.ID, " ", touch.Channel, " ", touch.Campaign, " ", *touch.Visit))
	}
	want := []string{"p1|2026-03-01T10:00:00Z|google|cpc|b Paid Search b {google cpc  gclid=X}", "p1|2026-03-02T10:00:00Z|partner.example|referral| Partners  {partner.example referral  }",
		"p1|2026-03-03T10:00:00Z|(direct)|(none)| Direct  {(direct) (none)  }"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q", got)
	}
}

func TestLaterColumnsLeaveOldFilesAsTheyWere(t *testing.T) {
	write := func(touches ...Touch) string {
		var b strings.Builder
		s := Snapshot{Touches: touches}
		if err := WriteCSV(KindTouch, s.Records(), &b); err != nil {
			t.Fatal(err)
		}
		return strings.SplitN(b.String(), "\n", 2)[0]
	}
	const old = "touch_id,contact_id,at,channel,campaign,content,provider,milestone,seq,deleted"
	if got := write(Touch{ID: "t1", ContactID: "p1"}); got != old {
		t.Error(got)
	}
	if got := write(Touch{ID: "t1", ContactID: "p1", Visit: &Visit{Medium: "cpc"}}); got != strings.Replace(old, "seq,", "seq,medium,", 1) {
		t.Error(got)
	}
}

func FuzzOrigin(f *testing.F) {
	f.Add("https://acme.example/?utm_source=google&utm_medium=cpc", "https://www.google.de", "P: source=a*b")
	f.Add("%zz?;;&&=", "://", ":;=*")
	f.Fuzz(func(t *testing.T, page, referrer, rules string) {
		o := OriginOf(page, referrer)
		if o.Source == "" && o.Medium == "" {
			t.Fatalf("%q from %q came from nowhere", page, referrer)
		}
		c, _ := ParseChannels(channel.GA4, rules)
		if c.Channel(o.visit()) == "" {
			t.Fatalf("%+v has no channel", o)
		}
		if again := OriginOf(page, referrer); again != o {
			t.Fatalf("%+v, then %+v", o, again)
		}
	})
}
