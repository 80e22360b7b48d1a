package channel

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDefaultChannelGroupRuleByRule(t *testing.T) {
	ga4 := Naming{Grouping: GA4}
	seen := map[string]bool{}
	for _, c := range []struct{ source, medium, campaign, want string }{
		{"(direct)", "(none)", "", "Direct"}, {"(direct)", "(not set)", "", "Direct"},
		{"google", "cpc", "Cross-network spring", "Cross-network"},
		{"amazon.com", "cpc", "", "Paid Shopping"}, {"google", "cpc", "Spring shopping", "Paid Shopping"}, {"google", "cpc", "bishop", "Paid Search"}, {"google", "cpc", "workshop", "Paid Search"},
		{"google", "cpc", "", "Paid Search"}, {"Bing", "PPC", "", "Paid Search"}, {"baidu", "retargeting", "", "Paid Search"},
		{"facebook", "paid_social", "", "Paid Social"}, {"linkedin.com", "cpc", "", "Paid Social"},
		{"youtube.com", "paid", "", "Paid Video"},
		{"news.example", "display", "", "Display"}, {"news.example", "banner", "", "Display"}, {"news.example", "expandable", "", "Display"}, {"news.example", "interstitial", "", "Display"}, {"news.example", "cpm", "", "Display"},
		{"news.example", "cpc", "", "Paid Other"}, {"news.example", "paid", "", "Paid Other"},
		{"ebay.com", "referral", "", "Organic Shopping"}, {"news.example", "x", "eshop", "Organic Shopping"}, {"news.example", "x", "a shop", "Organic Shopping"},
		{"facebook.com", "referral", "", "Organic Social"}, {"x.example", "social-media", "", "Organic Social"}, {"x.example", "sm", "", "Organic Social"},
		{"youtube.com", "referral", "", "Organic Video"}, {"x.example", "promo video", "", "Organic Video"},
		{"google", "organic", "", "Organic Search"}, {"x.example", "organic", "", "Organic Search"}, {"www.google.de", "referral", "", "Organic Search"},
		{"x.example", "referral", "", "Referral"}, {"x.example", "app", "", "Referral"}, {"x.example", "link", "", "Referral"},
		{"newsletter", "email", "", "Email"}, {"e-mail", "x", "", "Email"}, {"x", "e_mail", "", "Email"}, {"x", "e mail", "", "Email"},
		{"x.example", "affiliate", "", "Affiliates"}, {"x.example", "audio", "", "Audio"}, {"sms", "x", "", "SMS"}, {"x", "sms", "", "SMS"},
		{"x", "webpush", "", "Mobile Push Notifications"}, {"x", "mobile app", "", "Mobile Push Notifications"}, {"firebase", "x", "", "Mobile Push Notifications"},
		{"x.example", "(not set)", "", "Unassigned"}, {"notgoogle.example", "cpc", "", "Paid Other"},
	} {
		if got := ga4.Channel(Visit{Source: c.source, Medium: c.medium, Campaign: c.campaign}); got != c.want {
			t.Errorf("%s / %s / %s is %s, want %s", c.source, c.medium, c.campaign, got, c.want)
		}
		seen[c.want] = true
	}
	if names, closed := ga4.Names(); len(names) != len(seen) || !closed {
		t.Errorf("%d channels are told of, and %d are there: %v", len(names), len(seen), names)
	} else {
		for _, name := range names {
			if !seen[name] {
				t.Errorf("no visit is %s", name)
			}
		}
	}
	if n := len(categories); n != 819 {
		t.Errorf("the list number 1 has %d sources", n)
	}
}

func TestATouchIsNamedByItsVisit(t *testing.T) {
	partners := Rule{Channel: "Partners", Source: "partner*", Medium: "referral"}
	for _, c := range []struct {
		what   string
		naming *Naming
		visit  Visit
		want   string
	}{
		{"no naming", nil, Visit{"google", "cpc", ""}, "as the CRM says"},
		{"the grouping", &Naming{Grouping: GA4}, Visit{"google", "cpc", ""}, "Paid Search"},
		{"an own rule first", &Naming{Grouping: GA4, Rules: []Rule{partners}}, Visit{"partner.example", "referral", ""}, "Partners"},
		{"the grouping behind it", &Naming{Grouping: GA4, Rules: []Rule{partners}}, Visit{"other.example", "referral", ""}, "Referral"},
		{"no visit", &Naming{Grouping: GA4, Rules: []Rule{{Channel: "All", Source: "*"}}}, Visit{}, "as the CRM says"},
		{"a campaign alone", &Naming{Grouping: GA4}, Visit{Campaign: "fair"}, "as the CRM says"},
		{"named by nothing, kept", &Naming{Rules: []Rule{partners}}, Visit{"google", "cpc", ""}, "as the CRM says"},
		{"named by nothing, told", &Naming{Rules: []Rule{partners}, Unnamed: "Other"}, Visit{"google", "cpc", ""}, "Other"},
	} {
		if got := c.naming.Of("as the CRM says", c.visit); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// TestNamingsTellTheirNames: what a visit gets is among the names; where they are closed, whatever it was imported with.
func TestNamingsTellTheirNames(t *testing.T) {
	text := rapid.SampledFrom([]string{"", "google", "partner.example", "(direct)", "cpc", "referral", "email", "fair", "x"})
	rapid.Check(t, func(t *rapid.T) {
		n := &Naming{Grouping: rapid.SampledFrom([]string{"", GA4}).Draw(t, "grouping"), Unnamed: rapid.SampledFrom([]string{"", "Other"}).Draw(t, "unnamed")}
		for range rapid.IntRange(0, 3).Draw(t, "rules") {
			n.Rules = append(n.Rules, Rule{Channel: rapid.SampledFrom([]string{"A", "B", "Email"}).Draw(t, "channel"), Source: text.Draw(t, "by source") + "*", Medium: text.Draw(t, "by medium")})
		}
		v := Visit{text.Draw(t, "source"), text.Draw(t, "medium"), text.Draw(t, "campaign")}
		got, other := n.Of("imported", v), n.Of("otherwise", v)
		names, closed := n.Names()
		if v.Known() && closed && (got != other || !slices.Contains(names, got)) {
			t.Fatalf("%+v is %q or %q by %s", v, got, other, n)
		}
		if v.Known() && got != "imported" && !slices.Contains(names, got) {
			t.Fatalf("%q is none of %v", got, names)
		}
		if upper := (Visit{strings.ToUpper(v.Source), strings.ToUpper(v.Medium), strings.ToUpper(v.Campaign)}); n.Of("imported", upper) != got {
			t.Fatalf("%+v is otherwise in other letters", v)
		}
	})
}

func TestNamingsThatDifferHaveDifferentTexts(t *testing.T) {
	seen := map[string]int{}
	for i, n := range []*Naming{nil, {}, {Grouping: GA4}, {Unnamed: "Other"}, {Unnamed: GA4}, {Rules: []Rule{{Channel: "A", Source: "x"}}}, {Rules: []Rule{{Channel: "A", Medium: "x"}}}, {Rules: []Rule{{Channel: "A", Campaign: "x"}}},
		{Grouping: GA4, Rules: []Rule{{Channel: "A", Source: "x"}, {Channel: "B", Source: "x"}}}, {Grouping: GA4, Rules: []Rule{{Channel: "B", Source: "x"}, {Channel: "A", Source: "x"}}}} {
		if other, same := seen[n.String()]; same {
			t.Errorf("%d and %d are both %s", other, i, n)
		}
		seen[n.String()] = i
	}
	if text := (&Naming{Grouping: GA4}).String(); text != "ga4-1" {
		t.Error(text)
	}
}
