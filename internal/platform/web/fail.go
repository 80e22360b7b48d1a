package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// problem is RFC 9457 with our reference and the place of each fault.
type problem struct {
	Type      string      `json:"type"`
	Title     string      `json:"title"`
	Status    int         `json:"status"`
	Detail    string      `json:"detail"`
	Code      string      `json:"code,omitempty"`
	Reference string      `json:"reference,omitempty"`
	Errors    []placement `json:"errors,omitempty"`
}

type placement struct {
	Code    string `json:"code,omitempty"`
	Field   string `json:"field,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`

	spoken string // the field in words
}

var titles = map[int]string{
	http.StatusBadRequest:            "Not readable",
	http.StatusUnauthorized:          "Sign in first",
	http.StatusForbidden:             "Not allowed",
	http.StatusNotFound:              "Nothing here",
	http.StatusConflict:              "Not possible as things stand",
	http.StatusRequestEntityTooLarge: "Too large",
	http.StatusUnprocessableEntity:   "Something is not right yet",
	http.StatusTooManyRequests:       "Too many attempts",
	http.StatusInternalServerError:   "Our mistake",
	http.StatusServiceUnavailable:    "Not available now",
}

// problemOf says what a person may know of an error: all of a fault, nothing of anything else.
func problemOf(err error) problem {
	p := problem{Type: "about:blank"}
	var big *http.MaxBytesError
	faults := fault.All(err)
	switch {
	case errors.As(err, &big):
		p.Status, p.Code = http.StatusRequestEntityTooLarge, "too-large"
		p.Detail = fmt.Sprintf("what was sent is larger than the %s this address takes; send less, or split the file", Bytes(big.Limit))
	case len(faults) > 0 && faults[0].Kind != fault.Internal:
		p.Status, p.Code, p.Detail = fault.HTTPStatus(faults[0].Kind), faults[0].Code, faults[0].Message
		for _, f := range faults {
			p.Errors = append(p.Errors, placement{f.Code, f.Field, f.Line, f.Column, f.Message, f.Where()})
		}
	case errors.Is(err, ErrIncomplete):
		p.Status, p.Code, p.Detail = http.StatusBadRequest, "incomplete", "what was sent did not arrive whole; go back and send it again"
	default:
		p.Status = http.StatusInternalServerError
		p.Detail = "something went wrong on our side; try again, and if it happens again give the reference to whoever runs this installation"
	}
	p.Title = titles[p.Status]
	if p.Title == "" {
		p.Title = http.StatusText(p.Status)
	}
	return p
}

// Bytes writes a size for people: "512 KB", "1 MB".
func Bytes(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// fail answers with the page or problem of an error, and logs what the person is not told.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	e := exchangeOf(r.Context())
	switch {
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil:
		return // the reader has gone
	case p.Status >= 500:
		s.opt.Log.ErrorContext(r.Context(), "request failed", "id", e.id, "route", e.route, "error", err)
	}
	if p.Status == http.StatusUnauthorized && s.opt.SignIn != "" && !wantsProblem(r) {
		target := s.opt.SignIn
		if r.Method == http.MethodGet {
			target += "?next=" + url.QueryEscape(r.URL.RequestURI())
		}
		Redirect(w, r, target)
		return
	}
	s.answer(w, r, p)
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, p problem) {
	p.Reference = RequestID(r.Context())
	w.Header().Set("Cache-Control", "no-store")
	if wantsProblem(r) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(p.Status)
		_ = json.NewEncoder(w).Encode(p) // the reader has gone; nothing to do
		return
	}
	view := kit.FailureView{Title: p.Title, Message: kit.Sentence(p.Detail), Reference: p.Reference, Status: p.Status}
	if len(p.Errors) > 1 || (len(p.Errors) == 1 && p.Errors[0].Field != "") {
		for _, e := range p.Errors {
			view.Places = append(view.Places, kit.Place{Where: e.where(), Message: kit.Sentence(e.Message)})
		}
	}
	if err := Render(w, r, kit.PageView{Title: p.Title, Status: p.Status, Bare: p.Status >= 500}, kit.Failure(view)); err != nil {
		if r.Context().Err() == nil { // nothing is rendered for a reader who has gone or stopped sending
			s.opt.Log.ErrorContext(r.Context(), "error page failed", "id", p.Reference, "error", err)
		}
		plain(w, p.Status, p.Title+". "+p.Detail)
	}
}

func (e placement) where() string {
	if e.Line > 0 {
		return strings.TrimSpace(fmt.Sprintf("line %d %s", e.Line, e.spoken))
	}
	return e.spoken
}

// wantsProblem reports whether the caller is a program that reads JSON rather than a person with a browser.
func wantsProblem(r *http.Request) bool {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		return true
	}
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "json") && !strings.Contains(accept, "text/html")
}
