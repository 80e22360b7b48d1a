package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// How long a session lives without a request, and at most.
const (
	SessionIdle     = 12 * time.Hour
	SessionLifetime = 7 * 24 * time.Hour
)

// Session is what the browser's session says of the person. The account is only a claim of the past: Admit compares
// the epoch with the account's own, which grows when all sessions of the account are ended.
type Session struct {
	Account   string // account id; "" when nobody is signed in
	Epoch     int64
	Workspace string // slug of the workspace chosen last
}

const (
	sessionKey = "session"
	flashKey   = "flash"
)

// SessionOf is the session of the request; the zero Session when there is none.
func SessionOf(r *http.Request) Session {
	var out Session
	if m := manager(r); m != nil {
		_ = json.Unmarshal([]byte(m.GetString(r.Context(), sessionKey)), &out) // absent reads as nobody
	}
	return out
}

// SignIn stores who signed in under a fresh token, so that a token known before is worth nothing.
func SignIn(r *http.Request, session Session) error {
	m := manager(r)
	if m == nil {
		return errors.New("web: sign-in outside a served route")
	}
	if err := m.RenewToken(r.Context()); err != nil {
		return err
	}
	return keepSession(r.Context(), m, session)
}

// ChooseWorkspace changes the workspace of the session that is signed in.
func ChooseWorkspace(r *http.Request, slug string) error {
	m := manager(r)
	session := SessionOf(r)
	if m == nil || session.Account == "" {
		return fault.New(fault.Unauthenticated, "sign-in", "sign in to choose a workspace")
	}
	session.Workspace = slug
	return keepSession(r.Context(), m, session)
}

// SignOut ends the session of this browser, here and in the store.
func SignOut(r *http.Request) error {
	if m := manager(r); m != nil {
		return m.Destroy(r.Context())
	}
	return nil
}

// Flash keeps one message for the next page this browser opens.
func Flash(r *http.Request, level kit.Level, text string) {
	if m := manager(r); m != nil {
		b, _ := json.Marshal(kit.NoticeView{Level: level, Text: text}) // two strings
		m.Put(r.Context(), flashKey, string(b))
	}
}

func takeFlash(r *http.Request) *kit.NoticeView {
	m := manager(r)
	if m == nil || !m.Exists(r.Context(), flashKey) {
		return nil
	}
	var v kit.NoticeView
	if json.Unmarshal([]byte(m.PopString(r.Context(), flashKey)), &v) != nil || v.Text == "" {
		return nil
	}
	return &v
}

func keepSession(ctx context.Context, m *scs.SessionManager, session Session) error {
	b, err := json.Marshal(session)
	if err != nil {
		return err
	}
	m.Put(ctx, sessionKey, string(b))
	return nil
}

// manager is nil where no session was loaded: outside the registered routes.
func manager(r *http.Request) *scs.SessionManager {
	e := exchangeOf(r.Context())
	if e.server == nil || !e.session {
		return nil
	}
	return e.server.sessions
}

func newSessions(store scs.Store, https bool, failed func(http.ResponseWriter, *http.Request, error)) *scs.SessionManager {
	m := scs.New()
	if store != nil {
		m.Store = store
	}
	m.IdleTimeout, m.Lifetime = SessionIdle, SessionLifetime
	m.HashTokenInStore = true
	m.Codec = textCodec{}
	m.ErrorFunc = failed
	m.Cookie.Name = "ofrecord"
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Path = "/"
	if https {
		m.Cookie.Name, m.Cookie.Secure = "__Host-ofrecord", true
	}
	return m
}

func (s *Server) sessionFailed(w http.ResponseWriter, r *http.Request, err error) {
	s.fail(w, r, fault.New(fault.Unavailable, "session", "your session could not be read or kept just now; try again in a minute").Because(err))
}

// textCodec writes a session as JSON: the same text for the same session, so that an unchanged one need not be written.
type textCodec struct{}

type sessionText struct {
	Deadline time.Time      `json:"deadline"`
	Values   map[string]any `json:"values"`
}

func (textCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	return json.Marshal(sessionText{deadline, values})
}

func (textCodec) Decode(b []byte) (time.Time, map[string]any, error) {
	var t sessionText
	err := json.Unmarshal(b, &t)
	if t.Values == nil {
		t.Values = map[string]any{}
	}
	return t.Deadline, t.Values, err
}
