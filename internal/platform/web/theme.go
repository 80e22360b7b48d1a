package web

import (
	"net/http"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

const themeCookie = "theme"

// theme stores the person's choice of light or dark in a cookie and goes back to the page.
func (s *Server) theme(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	values, err := ReadForm(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	choice := values.Get("theme")
	if choice != "auto" && choice != "light" && choice != "dark" {
		s.fail(w, r, fault.New(fault.Invalid, "theme", "choose auto, light or dark").At("theme"))
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: themeCookie, Value: choice, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: s.https, SameSite: http.SameSiteLaxMode,
	})
	Redirect(w, r, values.Get("back"))
}

func themeOf(r *http.Request) string {
	if c, err := r.Cookie(themeCookie); err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return "auto"
}
