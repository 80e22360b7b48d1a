package web

import (
	"net/http"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// contentPolicy allows what this program serves itself and nothing else; no inline style or script, no frames.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// AllowFrames lets the page that is being written show what this program serves itself in a frame, such as a document in the browser's own reader.
func AllowFrames(w http.ResponseWriter) {
	w.Header().Set("Content-Security-Policy", contentPolicy+"; frame-src 'self'")
}

// secure puts the protective headers on every answer, errors and files included.
func (s *Server) secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if s.https || r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// crossOrigin refuses unsafe requests that another site caused. Programs without a browser are not concerned.
func (s *Server) crossOrigin(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	if s.opt.PublicURL != "" {
		if err := guard.AddTrustedOrigin(originOf(s.opt.PublicURL)); err != nil {
			panic("web: public URL: " + err.Error())
		}
	}
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, fault.New(fault.Forbidden, "cross-origin",
			"this request came from another site and was not carried out; open the page here and try again"))
	}))
	return guard.Handler(next)
}

// Bearer is the token of "Authorization: Bearer <token>", the scheme in any case of letters. It reports false when the request came without
// that scheme; an empty token counts as one that nobody has.
func Bearer(r *http.Request) (string, bool) {
	scheme, token, _ := strings.Cut(strings.TrimSpace(r.Header.Get("Authorization")), " ")
	return strings.TrimSpace(token), strings.EqualFold(scheme, "Bearer")
}
