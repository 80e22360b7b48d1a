package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// The measures of a page (compressed, without pictures of charts), and how far a walk goes.
const (
	heaviest   = 100 << 10
	mostPages  = 80
	mostOfKind = 2 // pages that differ by an id only
)

// TestEveryPage walks over all pages that each role can reach, and looks at them as a person with any screen or none would.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"Owner", "Client finance", "Agency finance", "Client executive", "Specialist", "Auditor"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			h := sharedDemo(t)
			v := visit(t, h, h.Links[role])
			found := walk(t, v)
			t.Logf("%d pages", len(found))
			if len(found) < 5 {
				t.Errorf("only %d pages: %v", len(found), found)
			}
			if seen := []string{"Owner", "Client finance", "Specialist"}; !slices.Contains(seen, role) {
				return // these see the same pages with fewer steps on them
			}
			p := browse(t, h)
			p.adopt(v)
			kinds := map[string]bool{}
			for _, path := range found {
				kind, query, _ := strings.Cut(kindOf(path), "?")
				first := !kinds[kind] && query == ""
				kinds[kind] = true
				switch {
				case first && mainPage.MatchString(kind):
					p.judge(path, everyLook...)
				case first:
					p.judge(path, everyLook[0], everyLook[3])
				default:
					p.judge(path, everyLook[0])
				}
			}
		})
	}
}

// mainPage are the kinds of pages that people spend their time on: they are looked at in each theme and width.
var mainPage = regexp.MustCompile(`^/$|^/clients/\*(/contract|/statements|/statements/\*|/evidence|/evidence/deals/\*|/record)?$`)

// TestStranger looks at the pages before signing in.
func TestStranger(t *testing.T) {
	t.Parallel()
	p := browse(t, sharedDemo(t))
	for _, path := range []string{"/sign-in", "/sign-in/link", "/sign-in/sent"} {
		p.judge(path, everyLook...)
	}
}

// adopt takes over a visitor's session.
func (p *page) adopt(v *visitor) {
	p.t.Helper()
	home, err := url.Parse(v.home.URL)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, c := range v.http.Jar.Cookies(home) {
		send(p, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: v.home.URL})
	}
}

// walk follows links from the start page and gives the addresses of all pages. Each must be there and light.
func walk(t *testing.T, v *visitor) []string {
	t.Helper()
	var pages []string
	queue, known, kinds := []string{"/"}, map[string]string{"/": "nothing"}, map[string]int{} // known: by which page
	assets := map[string]int{}
	for len(queue) > 0 && len(pages) < mostPages {
		path := queue[0]
		queue = queue[1:]
		d, weight := weigh(t, v, path, known[path])
		if d == nil {
			continue // a file, not a page
		}
		pages = append(pages, path)
		if list := unsendable(d); list != "" {
			t.Errorf("%s: a browser does not send the list %q as it is shown", path, list)
		}
		if all := weight + assetsOf(t, v, d, assets); all > heaviest {
			t.Errorf("%s weighs %d KB compressed, %d KB of it the page itself", path, all>>10, weight>>10)
		}
		d.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
			next := local(path, a.AttrOr("href", ""))
			if _, file := a.Attr("download"); next == "" || known[next] != "" || file || kinds[kindOf(next)] >= mostOfKind {
				return
			}
			known[next] = path
			kinds[kindOf(next)]++
			queue = append(queue, next)
		})
	}
	slices.SortStableFunc(pages, func(a, b string) int { return cmp.Compare(kindOf(a), kindOf(b)) })
	return pages
}

// unsendable is the name of a list that a browser refuses to send although what it shows is an answer: it must have a value, and the answer has none. Empty when there is none.
func unsendable(d *goquery.Document) string {
	return d.Find("form[method=post] select[required]").FilterFunction(func(_ int, s *goquery.Selection) bool {
		none := s.Find(`option[value=""]`)
		return none.Length() > 0 && !strings.HasPrefix(strings.ToLower(none.Text()), "choose")
	}).AttrOr("name", "")
}

// weigh gets a page and its compressed size; nil when it is no page.
func weigh(t *testing.T, v *visitor, path, from string) (*goquery.Document, int) {
	t.Helper()
	a := v.get(path)
	if a.status != http.StatusOK {
		t.Errorf("%s, to which %s links: status %d", path, from, a.status)
		return nil, 0
	}
	if !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		return nil, 0
	}
	return a.document(t), compressed(t, v, path)
}

// compressed is how many bytes travel for an address.
func compressed(t *testing.T, v *visitor, path string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.home.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip") // set by hand, so that the transport leaves the body as it came
	response, err := v.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	n, err := io.Copy(io.Discard, response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v", path, response.StatusCode, err)
	}
	return int(n)
}

// assetsOf is the compressed size of styles and scripts of a page, without those that draw charts.
func assetsOf(t *testing.T, v *visitor, d *goquery.Document, known map[string]int) (sum int) {
	t.Helper()
	d.Find("link[rel=stylesheet], link[rel=icon], script[src]").Each(func(_ int, s *goquery.Selection) {
		path := cmp.Or(s.AttrOr("src", ""), s.AttrOr("href", ""))
		if !strings.HasPrefix(path, "/") || strings.Contains(path, "echarts") {
			return
		}
		if _, ok := known[path]; !ok {
			known[path] = compressed(t, v, path)
		}
		sum += known[path]
	})
	return sum
}

// local is the address of a link within the house, "" for another kind of link.
func local(from, href string) string {
	base, err := url.Parse(from)
	if err != nil {
		return ""
	}
	u, err := base.Parse(href)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") {
		return ""
	}
	u.Fragment = ""
	return u.String()
}

var (
	idInPath    = regexp.MustCompile(`/((org|ct|cv|stm|imp|acc|mem|mb|tok|jr)_[0-9a-z]+|[A-Z]+-?\d+|\d+)(/|$|\?)`)
	valueInLink = regexp.MustCompile(`=[^&]*`)
)

// kindOf is an address without what differs from one page to the next of its kind.
func kindOf(path string) string {
	path, query, _ := strings.Cut(path, "?")
	for range 3 { // ids that follow each other share a slash
		path = idInPath.ReplaceAllString(path, "/*$3")
	}
	return path + "?" + valueInLink.ReplaceAllString(query, "")
}

// A look is a theme and a width, with what axe is to check in it: another theme alone changes colours only.
type look struct {
	scheme string
	width  int64
	rules  string
}

var everyLook = []look{
	{"light", 1440, everyRule}, {"dark", 1440, contrast}, {"light", narrow, contrast}, {"dark", narrow, everyRule},
}

const (
	narrow    = 390 // a telephone
	everyRule = `{}`
	contrast  = `{runOnly: ["color-contrast"]}`
)

// tornRow is the text of a table row whose cells do not begin at one height; empty when there is none.
const tornRow = `([...document.querySelectorAll("main table tr")].find(r => r.offsetParent && r.cells.length > 1 &&
	new Set([...r.cells].map(c => Math.round(c.getBoundingClientRect().top))).size > 1) || {innerText: ""}).innerText`

// clipped is the text of a journey that is wider than its place, so that its end is cut off; empty when there is none.
const clipped = `([...document.querySelectorAll(".journey")].find(j => j.scrollWidth > j.clientWidth ||
	[...j.querySelectorAll(".touch")].some(t => t.getBoundingClientRect().right > j.getBoundingClientRect().right + 1)) || {innerText: ""}).innerText`

// cramped is what cannot be read on a telephone: a chip that stands out of its card, or a field in the head of a row that shows a few letters only; empty when there is none.
const cramped = `([...document.querySelectorAll(".as-cards td > .pill")].find(c => c.offsetParent && c.getBoundingClientRect().right > c.closest(".table-scroll").getBoundingClientRect().right + 1) ||
	[...document.querySelectorAll("main td:first-child > .field > :is(select, input[type=text])")].find(f => f.offsetParent && f.getBoundingClientRect().width < 150) || {outerHTML: ""}).outerHTML.slice(0, 120)`

// judge opens a page and wants it accessible in each of the looks, and not wider than a telephone.
func (p *page) judge(path string, looks ...look) {
	p.t.Helper()
	for i, l := range looks {
		p.show(l.scheme, l.width)
		if i == 0 {
			p.open(path)
		}
		p.accessible(fmt.Sprintf("%s (%s, %d)", path, l.scheme, l.width), l.rules)
		if cut := eval[string](p, clipped); cut != "" {
			p.t.Errorf("%s: a journey is cut off at %d: %s", path, l.width, cut)
		}
		if l.width != narrow {
			if torn := eval[string](p, tornRow); torn != "" {
				p.t.Errorf("%s: the cells of a row do not stand in one line: %s", path, torn)
			}
			continue
		}
		if small := eval[string](p, cramped); small != "" {
			p.t.Errorf("%s: cannot be read at %d: %s", path, l.width, small)
		}
		if wide := eval[int](p, `document.documentElement.scrollWidth`); wide > narrow {
			p.t.Errorf("%s is %d wide on a screen of %d: %s", path, wide, narrow, eval[string](p, widest))
		}
	}
}

// widest names the elements that stand out at the right.
const widest = `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > 391)
	.slice(-3).map(e => e.outerHTML.slice(0, 120)).join(" | ")`

func (p *page) show(scheme string, width int64) {
	p.t.Helper()
	p.do("show", chromedp.EmulateViewport(width, 1000))
	send(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// violation is what axe found, with the elements.
type violation struct {
	ID    string   `json:"id"`
	Help  string   `json:"help"`
	Where []string `json:"where"`
}

// accessible wants nothing found by axe. Its source goes in through the debugger, so the page's own policy stays in force.
func (p *page) accessible(where, rules string) {
	p.t.Helper()
	if !eval[bool](p, `typeof axe !== "undefined"`) {
		source, err := os.ReadFile("testdata/axe.min.js")
		if err != nil {
			p.t.Fatal(err)
		}
		p.do("axe", chromedp.Evaluate[chromedp.Void](string(source)+";undefined"))
	}
	// A page that stands behind another one waits for its animations for ever, so they are ended.
	text := p.awaited(`Promise.resolve(document.getAnimations().forEach(a => a.effect.getComputedTiming().endTime === Infinity ? a.cancel() : a.finish())).then(() =>
		axe.run(document, {preload: false, resultTypes: ["violations"], ...` + rules + `})).then(r => JSON.stringify(r.violations.map(v => (
		{id: v.id, help: v.help, where: v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + " " + (n.any[0] || n.all[0] || n.none[0] || {}).message)}))))`)
	var found []violation
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		p.t.Fatal(err)
	}
	for _, v := range found {
		p.t.Errorf("%s: %s: %s\n  %s", where, v.ID, v.Help, strings.Join(v.Where, "\n  "))
	}
}

// awaited is the value of a promise.
func (p *page) awaited(expression string) string {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", fmt.Sprintf("%.60s", expression), err)
	}
	return v
}
