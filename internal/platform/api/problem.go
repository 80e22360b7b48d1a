package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// Problem is an error as programs read it: RFC 9457 with a stable code, our reference, and the place of each fault.
type Problem struct {
	Type      string    `json:"type" doc:"Always about:blank; the code tells problems apart"`
	Title     string    `json:"title" doc:"What kind of problem it is, in a few words"`
	Status    int       `json:"status" doc:"The HTTP status"`
	Code      string    `json:"code" doc:"Stable name of the problem, for programs" example:"statement-locked"`
	Detail    string    `json:"detail" doc:"What was wrong and what to do, for people"`
	Reference string    `json:"reference,omitempty" doc:"Names this call in the log of the installation"`
	Errors    []Mistake `json:"errors,omitempty" nullable:"false" doc:"Every single thing that is wrong, each at its place"`
}

// Mistake is one thing that is wrong, at its place.
type Mistake struct {
	Location string `json:"location,omitempty" doc:"Where in the request or document" example:"body.month"`
	Line     int    `json:"line,omitempty" doc:"Line of a document, from 1"`
	Column   int    `json:"column,omitempty" doc:"Column in the line, from 1"`
	Message  string `json:"message" doc:"What is wrong and what to do"`
	Code     string `json:"code,omitempty" doc:"Stable name of the mistake" example:"unknown-field"`
}

// Error is the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the HTTP status, as huma asks for it.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is the media type of problems, as huma asks for it.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// statuses are the titles, and the codes of problems that no fault names.
var statuses = map[int]struct{ title, code string }{
	http.StatusBadRequest:            {"Not readable", "unreadable"},
	http.StatusUnauthorized:          {"Sign in first", "sign-in"},
	http.StatusForbidden:             {"Not allowed", "not-allowed"},
	http.StatusNotFound:              {"Nothing here", "not-found"},
	http.StatusMethodNotAllowed:      {"Not done this way", "method"},
	http.StatusNotAcceptable:         {"Not available in this form", "not-acceptable"},
	http.StatusRequestTimeout:        {"Too slow", "timeout"},
	http.StatusConflict:              {"Not possible as things stand", "conflict"},
	http.StatusRequestEntityTooLarge: {"Too large", "too-large"},
	http.StatusUnsupportedMediaType:  {"Not in a form that is read here", "media-type"},
	http.StatusUnprocessableEntity:   {"Something is not right yet", "invalid"},
	http.StatusTooManyRequests:       {"Too many attempts", "rate-limited"},
	http.StatusInternalServerError:   {"Our mistake", "internal"},
	http.StatusServiceUnavailable:    {"Not available now", "unavailable"},
}

const ourMistake = "something went wrong on our side; try again, and if it happens again give the reference to whoever runs this installation"

func problemOfStatus(status int, code, detail string) *Problem {
	p := &Problem{Type: "about:blank", Title: statuses[status].title, Status: status, Code: code, Detail: detail}
	if p.Title == "" {
		p.Title = http.StatusText(status)
	}
	if p.Code == "" {
		p.Code = statuses[status].code
	}
	return p
}

// problem says what a program may know of an error: all of a fault, nothing of anything else. It logs what the program is not told.
func (a *API) problem(ctx context.Context, err error) *Problem {
	var known *Problem
	var big *http.MaxBytesError
	faults := fault.All(err)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &big):
		known = problemOfStatus(http.StatusRequestEntityTooLarge, "", tooLarge(big.Limit))
	case len(faults) > 0 && faults[0].Kind != fault.Internal:
		known = problemOfStatus(fault.HTTPStatus(faults[0].Kind), faults[0].Code, faults[0].Message)
		for _, f := range faults {
			known.Errors = append(known.Errors, Mistake{f.Field, f.Line, f.Column, f.Message, f.Code})
		}
	case brokenOff(ctx):
		known = problemOfStatus(http.StatusBadRequest, "incomplete", "the body did not arrive whole and nothing was done; send it again")
	default:
		known = problemOfStatus(http.StatusInternalServerError, "", ourMistake)
	}
	known.Reference = web.RequestID(ctx)
	if known.Status >= 500 && ctx.Err() == nil {
		a.opt.Log.ErrorContext(ctx, "api call failed", "id", known.Reference, "error", err)
	}
	return known
}

func tooLarge(limit int64) string {
	return fmt.Sprintf("what was sent is larger than the %s this operation takes; send less, or split the file", web.Bytes(limit))
}

// speak turns huma's own errors into problems, and gives every problem its headers.
func (a *API) speak(c huma.Context, _ string, v any) (any, error) {
	p, ours := v.(*Problem)
	if m, ok := v.(*huma.ErrorModel); ok && m.Status >= 400 {
		p = a.problemOfModel(c, m)
	} else if !ours {
		return v, nil
	}
	for name, value := range p.headers() {
		c.SetHeader(name, value)
	}
	return p, nil
}

func (p *Problem) headers() map[string]string {
	h := map[string]string{"Cache-Control": "no-store"}
	if p.Status == http.StatusUnauthorized {
		h["WWW-Authenticate"] = "Bearer"
	}
	return h
}

// write answers with a problem where huma has no part.
func (a *API) write(ctx context.Context, w http.ResponseWriter, p *Problem) {
	p.Reference = web.RequestID(ctx)
	for name, value := range p.headers() {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = jsonFormat.Marshal(w, p) // the caller has gone; nothing to do
}

// problemOfModel puts what huma found wrong into our words.
func (a *API) problemOfModel(c huma.Context, m *huma.ErrorModel) *Problem {
	if m.Status >= 500 {
		return a.problem(c.Context(), errors.New(m.Detail+": "+details(m)))
	}
	p := problemOfStatus(m.Status, "", m.Detail)
	p.Reference = web.RequestID(c.Context())
	switch {
	case m.Status == http.StatusRequestEntityTooLarge:
		p.Detail = tooLarge(c.Operation().MaxBodyBytes - 1)
		return p
	case m.Status == http.StatusUnsupportedMediaType:
		p.Detail = "send the body as JSON, with Content-Type: application/json"
		return p
	case m.Status == http.StatusBadRequest && len(m.Errors) == 0:
		p.Code, p.Detail = "body-missing", "this operation needs a body of JSON; send one"
		return p
	}
	for _, e := range m.Errors {
		p.Errors = append(p.Errors, mistakeOf(e))
	}
	if len(p.Errors) > 0 {
		p.Code, p.Detail = p.Errors[0].Code, p.Errors[0].Message
	}
	if len(p.Errors) > 1 {
		p.Code, p.Detail = "invalid", fmt.Sprintf("%d things are not right; errors names each with its place", len(p.Errors))
	}
	return p
}

func details(m *huma.ErrorModel) string {
	words := make([]string, len(m.Errors))
	for i, e := range m.Errors {
		words[i] = e.Message
	}
	return strings.Join(words, "; ")
}

func mistakeOf(e *huma.ErrorDetail) Mistake {
	m := Mistake{Location: e.Location, Message: e.Message, Code: "value"}
	switch {
	case e.Message == validation.MsgUnexpectedProperty:
		m.Code, m.Message = "unknown-field", "this field is not known here; correct its name or leave it out"
	case e.Message == "unknown query parameter":
		m.Code, m.Message = "unknown-parameter", "this parameter is not known here; correct its name or leave it out"
	case strings.HasPrefix(e.Message, "expected required property"), strings.HasPrefix(e.Message, "required "):
		m.Code = "required"
	}
	if n, _ := fmt.Sscanf(e.Message, unreadable, &m.Line, &m.Column); n == 2 {
		m.Code = "unreadable"
		_, m.Message, _ = strings.Cut(e.Message, ": ")
	}
	return m
}

// unreadable is how unmarshal tells the place through huma, which keeps only the words of an error.
const unreadable = "line %d, column %d: "

// unmarshal reads JSON and tells the place of what is none, and of a field that is given twice.
func unmarshal(data []byte, v any) error {
	if at := escapedNUL(data); at >= 0 {
		return atPlace(data, at, notStorable)
	}
	err := json.Unmarshal(data, v)
	var syntax *json.SyntaxError
	var misfit *json.UnmarshalTypeError
	switch {
	case err == nil:
		return givenOnce(data)
	case errors.As(err, &misfit):
		return fmt.Errorf("%s: %s does not fit here", misfit.Field, misfit.Value)
	case !errors.As(err, &syntax):
		return err
	}
	return atPlace(data, max(int(syntax.Offset)-1, 0), "this is not JSON: "+syntax.Error())
}

// givenOnce refuses JSON with two values for one field of an object, of which every reader would take another one.
func givenOnce(data []byte) error {
	in := json.NewDecoder(bytes.NewReader(data))
	in.UseNumber()
	var open []map[string]bool // the fields of the objects around, nil for an array
	named := false             // the next token of an object is a value
	for {
		before := in.InputOffset()
		token, err := in.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'):
			open, named = append(open, map[string]bool{}), false
			continue
		case json.Delim('['):
			open, named = append(open, nil), false
			continue
		case json.Delim('}'), json.Delim(']'):
			open, named = open[:len(open)-1], false
			continue
		}
		if len(open) == 0 || open[len(open)-1] == nil || named {
			named = false
			continue
		}
		fields, name := open[len(open)-1], token.(string)
		if fields[name] {
			at := int(before) + bytes.IndexByte(data[before:], '"')
			return atPlace(data, at, fmt.Sprintf("the field %.60q is given twice; keep one", name))
		}
		fields[name], named = true, true
	}
}

// atPlace is words about a place in the data, as mistakeOf reads them.
func atPlace(data []byte, offset int, words string) error {
	before := data[:min(offset, len(data))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - (bytes.LastIndexByte(before, '\n') + 1) + 1
	return fmt.Errorf(unreadable+"%s", line, column, words)
}

// escapedNUL finds the only way in which JSON can write a NUL; -1 when there is none.
func escapedNUL(data []byte) int {
	for i := 0; i+1 < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		if bytes.HasPrefix(data[i:], []byte(`\u0000`)) {
			return i
		}
		i++ // what is escaped begins no escape
	}
	return -1
}
