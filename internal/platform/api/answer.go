package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Answer is a plain answer with a body.
type Answer[T any] struct {
	Body T
}

// Created is the answer of an operation with Status 201: what was made and where it is.
type Created[T any] struct {
	Location string `header:"Location" doc:"Where it is now"`
	Body     T
}

// Page is what a list takes. Embed it in the input.
type Page struct {
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many to give at most"`
	After string `query:"after" maxLength:"200" doc:"The next of the answer before; empty for the beginning"`
}

// List is one stretch of a list.
type List[T any] struct {
	Items []T    `json:"items" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"Send it as after to go on; absent at the end"`
}

// ListOf makes a list; it is never null in JSON.
func ListOf[T any](items []T, next string) *Answer[List[T]] {
	if items == nil {
		items = []T{}
	}
	return &Answer[List[T]]{List[T]{Items: items, Next: next}}
}

// Cut takes the page from a list that is already whole and in order, where id names each item. Fault: Invalid for an After that names none.
func Cut[T any](p Page, all []T, id func(T) string) (*Answer[List[T]], error) {
	rest := all
	if p.After != "" {
		at := slices.IndexFunc(all, func(item T) bool { return id(item) == p.After })
		if at < 0 {
			return nil, fault.New(fault.Invalid, "after-unknown", "the list has changed and this place is no longer in it; begin anew without after").At("query.after")
		}
		rest = all[at+1:]
	}
	if p.Limit <= 0 || len(rest) <= p.Limit {
		return ListOf(rest, ""), nil
	}
	return ListOf(rest[:p.Limit], id(rest[p.Limit-1])), nil
}

// Immutable marks an answer that never changes under its hash. Embed it in the output: Immutable: api.Unchanging(hash).
// A caller that knows it already (If-None-Match) gets 304 without a body.
type Immutable struct {
	ETag string `header:"ETag" doc:"Names this state; send it back as If-None-Match"`
}

// Unchanging is the mark of a thing by its hash, or by its id and version.
func Unchanging(hash string) Immutable {
	return Immutable{ETag: `"` + strings.ReplaceAll(hash, `"`, "") + `"`}
}

type tagged interface {
	unchanged(ctx context.Context) error
}

// unchanged is the 304 that huma answers instead of the body, or nil.
func (m Immutable) unchanged(ctx context.Context) error {
	r := requestOf(ctx)
	if r == nil || r.Method != http.MethodGet || !matches(r.Header.Get("If-None-Match"), m.ETag) {
		return nil
	}
	return huma.ErrorWithHeaders(huma.Status304NotModified(), http.Header{"Etag": {m.ETag}})
}

func matches(header, tag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.TrimPrefix(one, "W/") == tag {
			return true
		}
	}
	return false
}
