// Package webtest reads pages as a browser without JavaScript does: it keeps cookies, follows redirects, and sends forms with what the page
// put into them.
package webtest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/PuerkitoBio/goquery"
)

// Browser is one person's.
type Browser struct {
	t      testing.TB
	base   string
	client *http.Client
}

// Answer is a page, or what came instead of one.
type Answer struct {
	*goquery.Document
	Status int
	Path   string // after redirects, with the query
	Header http.Header
	Body   string
}

// Open is a browser on a server of its own, until the test ends.
func Open(t testing.TB, pages http.Handler) *Browser {
	t.Helper()
	server := httptest.NewServer(pages)
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Browser{t, server.URL, &http.Client{Jar: jar}}
}

// Get opens a page.
func (b *Browser) Get(path string) Answer {
	b.t.Helper()
	return b.read(b.client.Get(b.base + path))
}

// Post sends a form of names and values.
func (b *Browser) Post(path string, pairs ...string) Answer {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return b.Send(path, form)
}

// Send sends a form whose names may come several times.
func (b *Browser) Send(path string, form url.Values) Answer {
	b.t.Helper()
	return b.read(b.client.PostForm(b.base+path, form))
}

// Press sends the form of the page whose address ends so, with what the page put into it but for these names and values.
func (b *Browser) Press(a Answer, ends string, pairs ...string) Answer {
	b.t.Helper()
	form := a.Find(fmt.Sprintf("form[action$=%q]", ends))
	if form.Length() != 1 {
		b.t.Fatalf("%s has %d forms to %s", a.Path, form.Length(), ends)
	}
	form.Find("input:not([type=checkbox]):not([type=radio]), input[checked], textarea, select").Each(func(_ int, in *goquery.Selection) {
		if name, ok := in.Attr("name"); ok {
			value := in.AttrOr("value", in.Text())
			if in.Is("select") {
				value = in.Find("option[selected]").AttrOr("value", "")
			}
			pairs = append([]string{name, value}, pairs...)
		}
	})
	return b.Post(form.AttrOr("action", ""), pairs...)
}

func (b *Browser) read(res *http.Response, err error) Answer {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	if err != nil {
		b.t.Fatal(err)
	}
	return Answer{doc, res.StatusCode, res.Request.URL.RequestURI(), res.Header, string(body)}
}

// Words is the text of the page without any space: where cells and lines break does not matter.
func (a Answer) Words() string { return spaceless(a.Find("main").Text()) }

func spaceless(text string) string {
	return strings.Join(strings.FieldsFunc(text, unicode.IsSpace), "")
}

// Says holds the page to a status and to words, whatever space is in them.
func (a Answer) Says(t testing.TB, status int, words ...string) {
	t.Helper()
	if a.Status != status {
		t.Errorf("%s: status %d, want %d: %.300s", a.Path, a.Status, status, a.Words())
	}
	for _, w := range words {
		if !strings.Contains(a.Words(), spaceless(w)) {
			t.Errorf("%s does not say %q", a.Path, w)
		}
	}
}
