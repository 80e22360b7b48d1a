// Package asset gives each embedded file an address that holds the hash of its content, so that a browser may keep it
// for ever, and serves it, compressed where that is accepted.
package asset

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/ofrecord/ofrecord/web/static"
)

// Prefix is where all assets live.
const Prefix = "/static/"

type file struct {
	url, contentType, etag string
	plain, zipped          []byte
}

type shelf struct {
	byName map[string]*file // "app.css"
	byURL  map[string]*file // "/static/app.0123456789ab.css"
}

var load = sync.OnceValue(func() shelf {
	s := shelf{byName: map[string]*file{}, byURL: map[string]*file{}}
	entries, err := fs.ReadDir(static.Files, ".")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		body, err := static.Files.ReadFile(e.Name())
		if err != nil {
			panic(err)
		}
		f := newFile(e.Name(), body)
		s.byName[e.Name()] = f
		s.byURL[f.url] = f
	}
	return s
})

func newFile(name string, body []byte) *file {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:6])
	ext := path.Ext(name)
	f := &file{
		url:         Prefix + strings.TrimSuffix(name, ext) + "." + hash + ext,
		contentType: contentType(ext),
		etag:        `"` + hash + `"`,
		plain:       body,
	}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a valid constant
	if _, err := z.Write(body); err == nil && z.Close() == nil && b.Len() < len(body) {
		f.zipped = b.Bytes()
	}
	return f
}

func contentType(ext string) string {
	switch ext { // not left to the machine's mime table
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return mime.TypeByExtension(ext)
}

// URL is the address of an asset by its plain name, as in URL("app.css"). An unknown name is a mistake of the programmer and panics.
func URL(name string) string {
	f, ok := load().byName[name]
	if !ok {
		panic("asset: no file " + name)
	}
	return f.url
}

// Serve answers a request under Prefix: for ever cacheable, 404 for any address that no page of this build names.
func Serve(w http.ResponseWriter, r *http.Request) {
	f, ok := load().byURL[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", f.etag)
	h.Add("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == f.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.plain
	if f.zipped != nil && AcceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = f.zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader has gone; nothing to do
	}
}

// AcceptsGzip reports whether the client takes gzip, a weight of zero meaning no.
func AcceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) != "gzip" {
			continue
		}
		q, given := strings.CutPrefix(strings.TrimSpace(weight), "q=")
		v, err := strconv.ParseFloat(q, 64)
		return !given || (err == nil && v > 0)
	}
	return false
}
