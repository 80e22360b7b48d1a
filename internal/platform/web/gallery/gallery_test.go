package gallery_test

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/gallery"
)

func pages(t *testing.T) map[string]*goquery.Document {
	t.Helper()
	g := &web.Registry{}
	gallery.Register(g)
	s := web.New(web.Options{Frame: gallery.Frame}, g)
	out := map[string]*goquery.Document{}
	for _, route := range g.Routes() {
		if route.Method != "GET" || route.Pattern == "/gallery/progress" {
			continue // no whole page
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", route.Pattern+"?sort=-amount&q=x", nil))
		doc, err := goquery.NewDocumentFromReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		out[route.Pattern] = doc
	}
	return out
}

func TestKitObeysTheContentPolicy(t *testing.T) {
	handler := regexp.MustCompile(`^on[a-z]+$`)
	for path, doc := range pages(t) {
		doc.Find("*").Each(func(_ int, el *goquery.Selection) {
			name := goquery.NodeName(el)
			src, hasSrc := el.Attr("src")
			if name == "style" || (name == "script" && (!hasSrc || strings.TrimSpace(el.Text()) != "")) {
				t.Errorf("%s: inline %s", path, name)
			}
			for _, a := range el.Nodes[0].Attr {
				if a.Key == "style" || handler.MatchString(a.Key) || strings.HasPrefix(a.Key, "hx-on") || strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
					t.Errorf("%s: <%s %s=%q>", path, name, a.Key, a.Val)
				}
			}
			for _, address := range []string{src, el.AttrOr("href", ""), el.AttrOr("action", "")} {
				if strings.Contains(address, "//") {
					t.Errorf("%s: <%s> leads to another host: %s", path, name, address)
				}
			}
		})
	}
}

func TestKitIsNamedForThoseWhoDoNotSeeIt(t *testing.T) {
	for path, doc := range pages(t) {
		if n := doc.Find("h1").Length(); n != 1 {
			t.Errorf("%s: %d h1", path, n)
		}
		if doc.Find("html[lang]").Length() != 1 || doc.Find("main#main").Length() != 1 || strings.TrimSpace(doc.Find("title").Text()) == "" {
			t.Errorf("%s: lang, main or title is missing", path)
		}
		seen := map[string]bool{}
		doc.Find("[id]").Each(func(_ int, el *goquery.Selection) {
			id := el.AttrOr("id", "")
			if seen[id] {
				t.Errorf("%s: id %s twice", path, id)
			}
			seen[id] = true
		})
		doc.Find("input:not([type=hidden]):not([type=radio]):not([type=checkbox]), select, textarea").Each(func(_ int, el *goquery.Selection) {
			id := el.AttrOr("id", "")
			if id == "" || doc.Find("label[for='"+id+"']").Length() != 1 {
				t.Errorf("%s: field %s has no label", path, el.AttrOr("name", "?"))
			}
			for _, ref := range strings.Fields(el.AttrOr("aria-describedby", "")) {
				if !seen[ref] {
					t.Errorf("%s: field %s is described by %s, which is not there", path, id, ref)
				}
			}
		})
		doc.Find("table").Each(func(_ int, el *goquery.Selection) {
			if strings.TrimSpace(el.Find("caption").Text()) == "" || el.Find("thead th:not([scope=col])").Length() > 0 {
				t.Errorf("%s: a table lacks its caption or scopes", path)
			}
		})
		doc.Find("svg:not([aria-hidden])").Each(func(_ int, el *goquery.Selection) {
			if el.AttrOr("role", "") != "img" || el.AttrOr("aria-label", "") == "" {
				t.Errorf("%s: a picture without words", path)
			}
		})
		doc.Find("a, button, summary").Each(func(_ int, el *goquery.Selection) {
			if strings.TrimSpace(el.Text()) == "" && el.AttrOr("aria-label", "") == "" {
				h, _ := goquery.OuterHtml(el)
				t.Errorf("%s: nameless %s", path, h)
			}
		})
	}
}

func TestFormKeepsTheInputAndNamesTheFaults(t *testing.T) {
	doc := pages(t)["/gallery/form"]
	hours := doc.Find("input[name=hours]")
	if hours.AttrOr("value", "") != "12,5o" || hours.AttrOr("aria-invalid", "") != "true" {
		h, _ := goquery.OuterHtml(hours)
		t.Error(h)
	}
	if got := doc.Find("#f-hours-error").Text(); !strings.Contains(got, "Write hours with at most two decimals") {
		t.Error(got)
	}
	if got := doc.Find("[role=alert] a[href='#f-hours']").Text(); got != "Hours: write hours with at most two decimals, such as 12.50." {
		t.Error(got)
	}
	if doc.Find("input[name=kind][value=prepaid][checked]").Length() != 1 || doc.Find("input[name=urgent][checked]").Length() != 1 {
		t.Error("choices were not kept")
	}
	if got := doc.Find("input[name=file]").AttrOr("value", ""); got != "" {
		t.Error("a file was filled in")
	}
}

func TestListLivesInTheAddress(t *testing.T) {
	doc := pages(t)["/gallery/deals"]
	if got := doc.Find("th[aria-sort=descending] a").AttrOr("href", ""); got != "/gallery/deals?q=x&sort=amount" {
		t.Error(got)
	}
	if got := doc.Find("a[rel=next]").AttrOr("href", ""); got != "/gallery/deals?page=2&q=x&sort=-amount" {
		t.Error(got)
	}
	if got := doc.Find(".exports a").First().AttrOr("href", ""); got != "/gallery/deals?format=csv&q=x&sort=-amount" {
		t.Error(got)
	}
	if doc.Find("input[name=q]").AttrOr("value", "") != "x" || doc.Find(".filters input[name=sort]").AttrOr("value", "") != "-amount" {
		t.Error("the filter form forgets what is set")
	}
}
