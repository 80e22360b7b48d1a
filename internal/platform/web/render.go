package web

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/platform/web/asset"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// Render writes a whole page: the frame of this person and workspace around the body. The page is complete before the
// first byte leaves, so an error in a component still becomes an error page.
func Render(w http.ResponseWriter, r *http.Request, view kit.PageView, body templ.Component) error {
	e := exchangeOf(r.Context())
	var frame kit.Frame
	if e.server != nil && e.server.opt.Frame != nil && !view.Bare {
		frame = e.server.opt.Frame(r)
	}
	frame.Theme, frame.Here = themeOf(r), r.URL.RequestURI()
	if r.Method != http.MethodGet {
		frame.Here = "/"
	}
	if frame.Flash == nil {
		frame.Flash = takeFlash(r)
	}
	var b bytes.Buffer
	if err := kit.Page(frame, view).Render(templ.WithChildren(r.Context(), body), &b); err != nil {
		return fmt.Errorf("render %q: %w", view.Title, err)
	}
	return send(w, r, view.Status, b.Bytes())
}

// RenderFragment writes a part of a page, as an answer to htmx or to the scripts of the kit.
func RenderFragment(w http.ResponseWriter, r *http.Request, body templ.Component) error {
	var b bytes.Buffer
	if err := body.Render(r.Context(), &b); err != nil {
		return fmt.Errorf("render fragment: %w", err)
	}
	return send(w, r, http.StatusOK, b.Bytes())
}

// IsFragment reports whether the browser asks for a part of a page rather than the whole.
func IsFragment(r *http.Request) bool {
	return r.Header.Get("X-Fragment") != "" || (r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-Boosted") != "true")
}

var zippers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func send(w http.ResponseWriter, r *http.Request, status int, body []byte) error {
	if status == 0 {
		status = http.StatusOK
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding")
	if len(body) > 1400 && asset.AcceptsGzip(r) {
		var b bytes.Buffer
		z := zippers.Get().(*gzip.Writer)
		defer zippers.Put(z)
		z.Reset(&b)
		if _, err := z.Write(body); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		h.Set("Content-Encoding", "gzip")
		body = b.Bytes()
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the reader has gone; nothing to do
	return nil
}

// Redirect answers a POST that succeeded with the page to show next (303). The target must be a path of this program.
func Redirect(w http.ResponseWriter, r *http.Request, path string) {
	http.Redirect(w, r, LocalPath(path, "/"), http.StatusSeeOther)
}

// LocalPath is the wanted path when it stays within this program, else the fallback: no other host, no scheme.
func LocalPath(want, fallback string) string {
	u, err := url.Parse(want)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(want, "//") || strings.ContainsAny(want, "\\\r\n\t") {
		return fallback
	}
	return u.String()
}

// Attach prepares an answer that the browser saves under a name. Write the content afterwards.
func Attach(w http.ResponseWriter, name, contentType string) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
}

func originOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Scheme + "://" + u.Host
}
