package app

import (
	"net"
	"net/http"
	"strings"
)

// visitor is the network address that a request came from, for the limits of guessing. With a public address a proxy stands in front on this
// machine, and the last address it appended is the visitor's; without one the connection's own counts, and no header is believed.
func (c Config) visitor(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if ip := net.ParseIP(host); c.PublicURL == "" || ip == nil || !ip.IsLoopback() {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	if last := net.ParseIP(strings.TrimSpace(hops[len(hops)-1])); last != nil {
		return last.String()
	}
	return host
}
