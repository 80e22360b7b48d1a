package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// Operation is one method at one path, and the action a person must be allowed to do there.
type Operation struct {
	Method      string
	Path        string   // below Prefix, beginning with a slash: "/clients/{client}/statements/{id}"
	ID          string   // a verb and its object: "draftStatement"; programs that read the document make it their function's name
	Summary     string   // one line, without a full stop
	Description string   // more, if the summary is not enough
	Tags        []string // the first is its place on the page at /api
	Action      string   // never empty; web.Public for what needs no sign-in
	Status      int      // of success; 0 means 200, or 204 for an answer without body

	MaxBody  int64    // bytes; 0 means web.DefaultBodyLimit
	Accepts  []string // media types of a streamed body; the input embeds Upload
	Produces []string // media types of a streamed answer; the handler returns *Download
	Once     bool     // the answer holds a secret that is shown once and never kept for a repetition
	Errors   []int    // further statuses of problems; the usual ones come by themselves
}

// Register adds an operation. An incomplete or doubled one is a mistake of the programmer and panics, as net/http does.
// Input and output are structs as huma reads them: path, query and header tags, Body.
func Register[I, O any](a *API, op Operation, handler func(context.Context, *I) (*O, error)) {
	op.check(a)
	h := huma.Operation{
		OperationID: op.ID, Method: op.Method, Path: op.Path,
		Summary: op.Summary, Description: op.Description, Tags: op.Tags,
		DefaultStatus: op.Status, Errors: op.problems(typeOf[I]()),
		MaxBodyBytes:    op.MaxBody + 1, // huma refuses a body of exactly this size
		BodyReadTimeout: -1,             // the pace of the connection is kept by web
		Extensions:      map[string]any{"x-action": op.Action},
		Middlewares:     huma.Middlewares{a.admit(op)},
	}
	if op.Action != web.Public {
		h.Security = []map[string][]string{{"token": {}}, {"session": {}}}
	}
	if op.Method == http.MethodPost {
		h.Parameters = append(h.Parameters, idempotencyParameter())
		h.Middlewares = append(h.Middlewares, a.once(op))
	}
	if len(op.Accepts) > 0 {
		h.RequestBody = &huma.RequestBody{Required: true, Content: binary(op.Accepts)}
	}
	if len(op.Produces) > 0 {
		h.Responses = map[string]*huma.Response{"200": {Description: "The file", Content: binary(op.Produces)}}
	}
	huma.Register(a.huma, h, func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		if out == nil {
			return nil, nil
		}
		switch answer := any(out).(type) {
		case *Download:
			answer.fail = a.streamFailed
		case tagged:
			return out, answer.unchanged(ctx)
		}
		return out, nil
	})
	a.limit = max(a.limit, op.MaxBody)
	a.list(op)
}

func (a *API) list(op Operation) {
	a.operations = append(a.operations, Listed{
		Method: op.Method, Path: strings.TrimSuffix(Prefix, "/") + op.Path, ID: op.ID, Action: op.Action, Summary: op.Summary, Tag: op.Tags[0],
	})
	doc := a.huma.OpenAPI()
	if !slices.ContainsFunc(doc.Tags, func(t *huma.Tag) bool { return t.Name == op.Tags[0] }) {
		doc.Tags = append(doc.Tags, &huma.Tag{Name: op.Tags[0]})
	}
}

func (op *Operation) check(a *API) {
	switch {
	case op.Method == "" || !strings.HasPrefix(op.Path, "/"):
		panic(fmt.Sprintf("api: operation %q needs a method and a path that begins with a slash", op.ID))
	case op.Action == "":
		panic(fmt.Sprintf("api: operation %s %s has no action", op.Method, op.Path))
	case op.ID == "" || op.Summary == "" || len(op.Tags) == 0:
		panic(fmt.Sprintf("api: operation %s %s needs an id, a summary and a tag", op.Method, op.Path))
	case slices.ContainsFunc(a.operations, func(l Listed) bool { return l.ID == op.ID }):
		panic(fmt.Sprintf("api: operation %s exists already", op.ID))
	}
	if op.MaxBody == 0 {
		op.MaxBody = web.DefaultBodyLimit
	}
}

// problems are the statuses that an operation of this form may answer with.
func (op *Operation) problems(input reflect.Type) []int {
	out := append([]int{http.StatusInternalServerError, http.StatusServiceUnavailable}, op.Errors...)
	if op.Action != web.Public {
		out = append(out, http.StatusUnauthorized, http.StatusForbidden)
	}
	if strings.Contains(op.Path, "{") {
		out = append(out, http.StatusNotFound)
	}
	_, body := input.FieldByName("Body")
	if body || len(op.Accepts) > 0 {
		out = append(out, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if op.Method != http.MethodGet {
		out = append(out, http.StatusConflict)
	}
	if op.Method == http.MethodPost || body || input.NumField() > 0 {
		out = append(out, http.StatusUnprocessableEntity)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func binary(mediaTypes []string) map[string]*huma.MediaType {
	out := map[string]*huma.MediaType{}
	for _, t := range mediaTypes {
		out[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	return out
}

// admit lets the program decide before anything else happens, and limits the body.
func (a *API) admit(op Operation) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(c)
		ctx, err := a.admitted(r, op.Action)
		if err == nil && r.ContentLength > op.MaxBody {
			err = &http.MaxBytesError{Limit: op.MaxBody}
		}
		if err == nil && len(op.Accepts) > 0 {
			err = acceptable(r, op.Accepts)
		}
		if err != nil {
			a.write(r.Context(), w, a.problem(r.Context(), err))
			return
		}
		r = r.WithContext(context.WithValue(ctx, requestKey{}, r))
		body := &arriving{ReadCloser: r.Body}
		r.Body = body
		r = r.WithContext(context.WithValue(r.Context(), arrivingKey{}, body))
		if len(op.Accepts) > 0 {
			r.Body = http.MaxBytesReader(w, r.Body, op.MaxBody)
		} else if err := whole(r, op.MaxBody); err != nil {
			a.write(r.Context(), w, a.problem(r.Context(), err))
			return
		}
		next(humago.NewContext(c.Operation(), r, w))
	}
}

// whole reads a body that is no stream before anything is done for it, to one byte beyond the limit: huma refuses that as too large.
func whole(r *http.Request, limit int64) error {
	data, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(data))
	return nil
}

// arriving notes whether a body came whole, for the errors that its reader passes on without saying why.
type arriving struct {
	io.ReadCloser
	ended, broken bool
}

func (b *arriving) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	var big *http.MaxBytesError
	switch {
	case err == io.EOF:
		b.ended = true
	case err != nil && !errors.As(err, &big) && !errors.Is(err, http.ErrBodyReadAfterClose):
		b.broken = true
	}
	return n, err
}

type arrivingKey struct{}

// brokenOff reports whether the body of the call broke off, or its sender left before its end.
func brokenOff(ctx context.Context) bool {
	b, ok := ctx.Value(arrivingKey{}).(*arriving)
	return ok && (b.broken || !b.ended && b.ReadCloser != http.NoBody && ctx.Err() != nil)
}

type requestKey struct{}

// requestOf is the request that a handler's context came with; nil outside one.
func requestOf(ctx context.Context) *http.Request {
	r, _ := ctx.Value(requestKey{}).(*http.Request)
	return r
}

func (a *API) admitted(r *http.Request, action string) (context.Context, error) {
	if a.opt.Admit != nil {
		return a.opt.Admit(r.Context(), r, action, r.PathValue("client"))
	}
	if action == web.Public {
		return r.Context(), nil
	}
	return nil, fault.New(fault.Unauthenticated, "sign-in", "send a token as: Authorization: Bearer <token>")
}
