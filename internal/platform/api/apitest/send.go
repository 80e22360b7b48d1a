package apitest

import (
	"context"
	"io"
	"net/http/httptest"
	"strings"

	"github.com/ofrecord/ofrecord/internal/platform/api"
)

// Send is one call with the context that Admit gets, of a path below api.Prefix that begins with a slash, with names and values of headers.
// A body is JSON; an empty one sends none.
func Send(ctx context.Context, a *api.API, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r := httptest.NewRequestWithContext(ctx, method, strings.TrimSuffix(api.Prefix, "/")+path, in)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, r)
	return w
}
