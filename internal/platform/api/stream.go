package api

import (
	"context"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Upload is a body that is read as it arrives and never held in memory. Embed it in the input and set Operation.Accepts and MaxBody.
type Upload struct {
	Filename string `query:"filename" maxLength:"255" doc:"Name of the file, for the record"`

	stream    io.Reader
	mediaType string
}

// Stream is the body. Reading beyond the limit fails with *http.MaxBytesError, which becomes the problem "too-large".
func (u *Upload) Stream() io.Reader { return u.stream }

// MediaType is what the caller says the body is, without parameters.
func (u *Upload) MediaType() string { return u.mediaType }

// Resolve takes the body from the request, as huma asks for it.
func (u *Upload) Resolve(c huma.Context) []error {
	u.stream = c.BodyReader()
	u.mediaType, _, _ = mime.ParseMediaType(c.Header("Content-Type"))
	return nil
}

func acceptable(r *http.Request, accepts []string) error {
	given, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && slices.Contains(accepts, given) {
		return nil
	}
	return problemOfStatus(http.StatusUnsupportedMediaType, "", "send the file itself as the body, with Content-Type: "+strings.Join(accepts, " or "))
}

// Download is an answer that is written as it is made. Stream makes it.
type Download struct {
	Body func(huma.Context)

	fail func(ctx context.Context, w http.ResponseWriter, begun bool, err error)
}

// Stream answers with a file of the name. An error of write before its first byte becomes a problem; a later one breaks the connection, so
// that half a file is never taken for a whole one. ctx is the request's.
func Stream(mediaType, filename string, write func(ctx context.Context, w io.Writer) error) *Download {
	d := &Download{}
	d.Body = func(c huma.Context) {
		r, w := humago.Unwrap(c)
		out := &begun{ResponseWriter: w, head: func() {
			w.Header().Set("Content-Type", mediaType)
			w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": filename}))
			w.WriteHeader(http.StatusOK)
		}}
		if err := write(r.Context(), out); err != nil {
			d.fail(r.Context(), w, out.done, err)
			return
		}
		out.begin() // an empty file is a file
	}
	return d
}

// begun sends the head of an answer with its first byte.
type begun struct {
	http.ResponseWriter
	head func()
	done bool
}

func (b *begun) begin() {
	if !b.done {
		b.done = true
		b.head()
	}
}

func (b *begun) Write(p []byte) (int, error) {
	b.begin()
	return b.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (b *begun) Unwrap() http.ResponseWriter { return b.ResponseWriter }

func (a *API) streamFailed(ctx context.Context, w http.ResponseWriter, begun bool, err error) {
	p := a.problem(ctx, err)
	if begun {
		panic(http.ErrAbortHandler)
	}
	a.write(ctx, w, p)
}
