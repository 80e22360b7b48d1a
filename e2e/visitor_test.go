package e2e

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// visitor is somebody who uses the pages by HTTP, without a browser: pages work without JavaScript.
type visitor struct {
	t    testing.TB
	home *house
	http *http.Client
}

// answer is what the server said, after redirects.
type answer struct {
	status int
	path   string // of the page that answered
	header http.Header
	body   string
}

// visit signs in with a link.
func visit(t testing.TB, h *house, link string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{t: t, home: h, http: &http.Client{Jar: jar, Timeout: time.Minute}}
	a := v.post(tokenPath(link), nil)
	if a.status != http.StatusOK || strings.HasPrefix(a.path, "/sign-in") {
		t.Fatalf("sign in: %d at %s\n%s", a.status, a.path, a.words())
	}
	return v
}

// try sends a request; an error is the connection's.
func (v *visitor) try(method, path string, values url.Values) (answer, error) {
	var body io.Reader
	if values != nil {
		body = strings.NewReader(values.Encode())
	}
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.home.URL+path, body)
	if err != nil {
		return answer{}, err
	}
	if values != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := v.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Request.URL.Path, response.Header, string(text)}, err
}

func (v *visitor) get(path string) answer {
	v.t.Helper()
	a, err := v.try(http.MethodGet, path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	return a
}

func (v *visitor) post(path string, values url.Values) answer {
	v.t.Helper()
	a, err := v.try(http.MethodPost, path, values)
	if err != nil {
		v.t.Fatal(err)
	}
	return a
}

// page gets a page that must be there.
func (v *visitor) page(path string) *goquery.Document {
	v.t.Helper()
	a := v.get(path)
	if a.status != http.StatusOK {
		v.t.Fatalf("%s: %d\n%s", path, a.status, a.words())
	}
	return a.document(v.t)
}

// form is the filled form of a page, as it would be sent.
func (v *visitor) form(path string, values map[string]string) (action string, filled url.Values) {
	v.t.Helper()
	form := v.page(path).Find("main form[method=post]").First()
	if form.Length() == 0 {
		v.t.Fatalf("%s has no form", path)
	}
	filled = url.Values{}
	form.Find("input[name], textarea[name]").Each(func(_ int, field *goquery.Selection) {
		kind := field.AttrOr("type", "text")
		_, checked := field.Attr("checked")
		switch {
		case goquery.NodeName(field) == "textarea":
			filled.Set(field.AttrOr("name", ""), field.Text())
		case kind == "submit", (kind == "radio" || kind == "checkbox") && !checked:
		default:
			filled.Set(field.AttrOr("name", ""), field.AttrOr("value", ""))
		}
	})
	form.Find("select[name]").Each(func(_ int, field *goquery.Selection) {
		chosen := field.Find("option[selected]").AddSelection(field.Find("option").First()).First()
		filled.Set(field.AttrOr("name", ""), chosen.AttrOr("value", ""))
	})
	for name, value := range values {
		filled.Set(name, value)
	}
	return form.AttrOr("action", path), filled
}

// send fills the form of a page, sends it, and wants it taken.
func (v *visitor) send(path string, values map[string]string) answer {
	v.t.Helper()
	a := v.post(v.form(path, values))
	if a.status != http.StatusOK {
		v.t.Fatalf("form of %s: %d\n%s", path, a.status, a.words())
	}
	return a
}

func (a answer) document(t testing.TB) *goquery.Document {
	t.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// words is the readable text of the page.
func (a answer) words() string {
	d, err := goquery.NewDocumentFromReader(strings.NewReader(a.body))
	if err != nil {
		return a.body
	}
	return strings.Join(strings.Fields(d.Find("main").Text()), " ")
}
