package channel

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
)

// GA4 is the default channel group of Google Analytics 4 with the list of sources number 1.
// Source: support.google.com/analytics/answer/9756891.
const GA4 = "ga4-1"

// category is what sort of site a source is.
type category string

const (
	search   category = "SOURCE_CATEGORY_SEARCH"
	social   category = "SOURCE_CATEGORY_SOCIAL"
	shopping category = "SOURCE_CATEGORY_SHOPPING"
	video    category = "SOURCE_CATEGORY_VIDEO"
)

// sourceCategories is the list of sources that Google publishes with the default channel group, from github.com/Velir/dbt-ga4 (MIT, see
// ga4/LICENSE). A newer list gets a number of its own, and this one stays: channels that were told by it stay what they were.
//
//go:embed ga4/source_categories_1.csv
var sourceCategories string

var categories = func() map[string]category {
	out := map[string]category{}
	for _, line := range strings.Split(sourceCategories, "\n") {
		if source, c, ok := strings.Cut(strings.TrimSpace(line), ","); ok && strings.HasPrefix(c, "SOURCE_CATEGORY_") {
			out[strings.ToLower(source)] = category(c)
		}
	}
	return out
}()

// IsSearch says whether a source, or the site behind a host, is a search engine by that list.
func IsSearch(source string) bool { return sourceCategory(source) == search }

// sourceCategory finds a source as it is listed, or the site behind a host: "news.google.de" is "google".
func sourceCategory(source string) category {
	source = strings.TrimPrefix(strings.ToLower(source), "www.")
	if c, ok := categories[source]; ok {
		return c
	}
	for labels := strings.Split(source, "."); len(labels) > 1; labels = labels[1:] {
		if c, ok := categories[strings.Join(labels, ".")]; ok {
			return c
		}
		if c, ok := categories[labels[0]]; ok && len(labels) <= 3 {
			return c
		}
	}
	return ""
}

var (
	paidMedium   = regexp.MustCompile(`^(.*cp.*|ppc|retargeting|paid.*)$`)
	shopCampaign = regexp.MustCompile(`^(.*(([^a-df-z]|^)shop|shopping).*)$`)
	emailWord    = regexp.MustCompile(`^(email|e-mail|e_mail|e mail)$`)
)

// ga4Names are all that it tells apart, in the order of its rules.
var ga4Names = []string{
	"Direct", "Cross-network", "Paid Shopping", "Paid Search", "Paid Social", "Paid Video", "Display", "Paid Other", "Organic Shopping", "Organic Social",
	"Organic Video", "Organic Search", "Referral", "Email", "Affiliates", "Audio", "SMS", "Mobile Push Notifications", "Unassigned",
}

// ga4Channel applies the rules of the default channel group in their published order; the first that fits counts.
func ga4Channel(v Visit) string {
	source, medium, campaign := strings.ToLower(v.Source), strings.ToLower(v.Medium), strings.ToLower(v.Campaign)
	c, paid := sourceCategory(source), paidMedium.MatchString(medium)
	shops := c == shopping || shopCampaign.MatchString(campaign)
	one := func(text string, of ...string) bool { return slices.Contains(of, text) }
	switch {
	case one(source, "(direct)", "") && one(medium, "(none)", "(not set)", ""):
		return "Direct"
	case strings.Contains(campaign, "cross-network"):
		return "Cross-network"
	case shops && paid:
		return "Paid Shopping"
	case c == search && paid:
		return "Paid Search"
	case c == social && paid:
		return "Paid Social"
	case c == video && paid:
		return "Paid Video"
	case one(medium, "display", "banner", "expandable", "interstitial", "cpm"):
		return "Display"
	case paid:
		return "Paid Other"
	case shops:
		return "Organic Shopping"
	case c == social || one(medium, "social", "social-network", "social-media", "sm", "social network", "social media"):
		return "Organic Social"
	case c == video || strings.Contains(medium, "video"):
		return "Organic Video"
	case c == search || medium == "organic":
		return "Organic Search"
	case one(medium, "referral", "app", "link"):
		return "Referral"
	case emailWord.MatchString(source) || emailWord.MatchString(medium):
		return "Email"
	case medium == "affiliate":
		return "Affiliates"
	case medium == "audio":
		return "Audio"
	case source == "sms" || medium == "sms":
		return "SMS"
	case strings.HasSuffix(medium, "push") || strings.Contains(medium, "mobile") || strings.Contains(medium, "notification") || source == "firebase":
		return "Mobile Push Notifications"
	}
	return "Unassigned"
}
