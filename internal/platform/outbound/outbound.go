// Package outbound asks other programs over HTTPS: one client speaks to one host, and to no other.
//
// It owns: the address, the protection of the connection, the bounds of time and size. It knows no business word and keeps no secret: what
// opens the other program comes with each call.
//
// Invariants
//   - Only https, and only the host that the client was made for: a redirect is an answer like any other and is not followed.
//   - An answer is whole, or an error: one that is cut off or larger than the bound is never handed over in part.
//   - No error names an address with its query, or a header.
package outbound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Bounds of one call.
const (
	MaxBytes = 64 << 20 // of an answer, unpacked
	patience = 60 * time.Second
)

// ErrIncomplete is an answer that did not arrive, or not whole. Asking again may help.
var ErrIncomplete = errors.New("no whole answer arrived")

// ErrTooLarge is an answer above MaxBytes.
var ErrTooLarge = errors.New("the answer is too large")

// Client speaks to one host.
type Client struct {
	base url.URL
	http http.Client
}

// Call is one request.
type Call struct {
	Method      string
	Path        string // begins with "/"
	Query       url.Values
	ContentType string
	Body        []byte
	Bearer      string // opens the other program; "" for none
}

// Answer is what came back, whole.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// ParseBase reads the address of a host: https and a name, nothing behind. Fault: Invalid.
func ParseBase(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fault.New(fault.Invalid, "address", "write only https:// and the host, such as https://api.example.com")
	}
	return &url.URL{Scheme: "https", Host: u.Host}, nil
}

// New makes a client of the host. transport carries the calls; nil for the usual one, which trusts what the machine trusts.
func New(base *url.URL, transport http.RoundTripper) *Client {
	return &Client{base: *base, http: http.Client{Transport: transport, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Base is the address of the host.
func (c *Client) Base() *url.URL { return &url.URL{Scheme: c.base.Scheme, Host: c.base.Host} }

// Do asks once. Errors: ErrIncomplete, ErrTooLarge, the context's.
func (c *Client) Do(ctx context.Context, call Call) (Answer, error) {
	if c.base.Scheme != "https" || !strings.HasPrefix(call.Path, "/") {
		return Answer{}, fmt.Errorf("a call goes to a path of an https address")
	}
	u := url.URL{Scheme: "https", Host: c.base.Host, Path: call.Path, RawQuery: call.Query.Encode()}
	req, err := http.NewRequestWithContext(ctx, call.Method, u.String(), bytes.NewReader(call.Body))
	if err != nil {
		return Answer{}, errors.New("the call cannot be made")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "ofrecord")
	if call.ContentType != "" {
		req.Header.Set("Content-Type", call.ContentType)
	}
	if call.Bearer != "" {
		req.Header.Set("Authorization", "Bearer "+call.Bearer)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return Answer{}, incomplete(ctx, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, MaxBytes+1))
	if err != nil {
		return Answer{}, incomplete(ctx, err)
	}
	if len(body) > MaxBytes {
		return Answer{}, ErrTooLarge
	}
	return Answer{Status: res.StatusCode, Header: res.Header, Body: body}, nil
}

// incomplete tells why without the address, which an error of net/http begins with.
func incomplete(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	return fmt.Errorf("%w: %v", ErrIncomplete, err)
}
