package app

import (
	"net/http"
	"testing"
)

func TestVisitorBelievesOnlyAProxyOnThisMachine(t *testing.T) {
	tests := []struct{ public, remote, forwarded, want string }{
		{"", "203.0.113.9:5", "198.51.100.1", "203.0.113.9"},
		{"", "127.0.0.1:5", "198.51.100.1", "127.0.0.1"},
		{"https://records.example.com", "127.0.0.1:5", "10.0.0.1, 198.51.100.1", "198.51.100.1"},
		{"https://records.example.com", "203.0.113.9:5", "198.51.100.1", "203.0.113.9"},
		{"https://records.example.com", "[::1]:5", "", "::1"},
		{"https://records.example.com", "127.0.0.1:5", "nonsense", "127.0.0.1"},
	}
	for _, test := range tests {
		r := &http.Request{RemoteAddr: test.remote, Header: http.Header{}}
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-For", test.forwarded)
		}
		if got := (Config{PublicURL: test.public}).visitor(r); got != test.want {
			t.Errorf("%+v: got %s", test, got)
		}
	}
}
