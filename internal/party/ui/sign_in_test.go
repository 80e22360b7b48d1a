package ui_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/party"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

func TestAPageAskedForBeforeSigningInIsShownAfterwards(t *testing.T) {
	b := newSite(t).browser()
	a := b.get("/people?x=1")
	a.says(t, 200, "Sign in", "E-mail", "Password")
	next := a.Find("input[name=next]").AttrOr("value", "")
	a = b.post("/sign-in", "email", ownerEmail, "password", password, "next", next)
	if a.path != "/people?x=1" {
		t.Errorf("led to %s", a.path)
	}
	a.says(t, 200, "People", "Olga Owner", "fin@acme.example")
	b.post("/sign-out").says(t, 200, "Sign in")
	b.get("/people").says(t, 200, "Password")
}

func TestNextLeadsNowhereElse(t *testing.T) {
	for _, evil := range []string{"https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"} {
		b := newSite(t).browser()
		if a := b.post("/sign-in", "email", ownerEmail, "password", password, "next", evil); a.path != "/" {
			t.Errorf("%q led to %s", evil, a.path)
		}
	}
}

func TestAWrongPasswordKeepsTheAddressOnly(t *testing.T) {
	b := newSite(t).browser()
	a := b.post("/sign-in", "email", ownerEmail, "password", "wrong password!")
	a.says(t, http.StatusUnauthorized, "You are not signed in", "do not belong together")
	if got := a.Find("input[name=email]").AttrOr("value", ""); got != ownerEmail {
		t.Errorf("the address was lost: %q", got)
	}
	if strings.Contains(a.text, "wrong password!") {
		t.Error("the page holds the password")
	}
	unknown := b.post("/sign-in", "email", "nobody@example.com", "password", "wrong password!")
	if strings.ReplaceAll(unknown.text, "nobody@example.com", ownerEmail) != a.text {
		t.Error("an unknown address gets another page than a wrong password")
	}
	for range party.PerEmail.Attempts {
		a = b.post("/sign-in", "email", ownerEmail, "password", "wrong password!")
	}
	a.says(t, http.StatusTooManyRequests, "too many attempts", "Try again in")
}

func TestOpeningALinkDoesNotUseIt(t *testing.T) {
	s := newSite(t)
	s.browser().post("/sign-in/link", "email", ownerEmail).says(t, 200, "Look into your mail")
	path := s.linkFor(ownerEmail)
	scanner, person := s.browser(), s.browser()
	for range 2 {
		scanner.get(path).says(t, 200, "Welcome, Olga Owner", ownerEmail)
		res, err := scanner.client.Head(s.server.URL + path)
		if err != nil || res.StatusCode != 200 {
			t.Errorf("HEAD: %v, %v", res, err)
		}
	}
	scanner.get("/").says(t, 200, "Password") // still nobody
	a := person.get(path)
	if got := a.header.Get("Referrer-Policy"); got != "no-referrer" {
		t.Errorf("the link could leak: %q", got)
	}
	person.post(a.Find("main form").AttrOr("action", "")).says(t, 200, "Hello Olga Owner")
	s.browser().post(path).says(t, http.StatusNotFound, "does not work any more", "Have a new link sent")
	s.browser().get(path).says(t, http.StatusNotFound, "does not work any more")
}

func TestAnUnknownAddressIsSentTheSamePage(t *testing.T) {
	s := newSite(t)
	known, unknown := s.browser().post("/sign-in/link", "email", ownerEmail), s.browser().post("/sign-in/link", "email", "nobody@example.com")
	if known.text != unknown.text || known.status != unknown.status {
		t.Error("the pages differ")
	}
	s.browser().post("/sign-in/link", "email", "nobody").says(t, http.StatusUnprocessableEntity, "name@example.com")
}

func TestAnInvitedPersonSetsAPassword(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	a := b.post(s.linkFor("fin@acme.example"))
	if a.path != "/account/password" {
		t.Fatalf("led to %s", a.path)
	}
	a.says(t, 200, "Set a password", "Go on without a password")
	b.post("/account/password", "password", "short").says(t, http.StatusUnprocessableEntity, "at least 12 characters")
	a = b.post("/account/password", "password", "my own long password")
	a.says(t, 200, "The password is set", "Client finance at Acme Robotics")
	if a.path != "/account" {
		t.Errorf("led to %s", a.path)
	}
	other := s.browser()
	other.post("/sign-in", "email", "fin@acme.example", "password", "my own long password").says(t, 200, "Hello Finn Finance")
	b.post("/account/password", "current", "wrong", "password", "another long password").says(t, http.StatusUnprocessableEntity, "not your current password")
	b.post("/account/password", "current", "my own long password", "password", "another long password").says(t, 200, "Other browsers were signed out")
	other.get("/account").says(t, 200, "Password", "Have a link sent")
	b.get("/account").says(t, 200, "Your account")
}

func TestSignOutEverywhere(t *testing.T) {
	s := newSite(t)
	one, two := s.browser().signedIn(), s.browser().signedIn()
	one.get("/account/sign-out-everywhere").says(t, 200, "What follows")
	one.post("/account/sign-out-everywhere").says(t, 200, "Sign in")
	two.get("/account").says(t, 200, "Have a link sent")
}

func TestTokensOnTheAccountPage(t *testing.T) {
	s := newSite(t)
	b := s.browser().signedIn()
	b.post("/account/tokens", "label", "").says(t, http.StatusUnprocessableEntity, "Name the program")
	a := b.post("/account/tokens", "label", "Month-end script")
	a.says(t, 200, "Copy it now", "ofr_")
	if a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the secret may be cached: %q", a.header.Get("Cache-Control"))
	}
	secret := a.Find("main code.hash").Text()
	asProgram := func() int {
		r, err := http.NewRequest("GET", s.server.URL+"/people", nil)
		s.must(err)
		r.Header.Set("Authorization", "bearer "+secret) // the scheme has no case
		r.Header.Set("Accept", "application/json")
		res, err := http.DefaultClient.Do(r)
		s.must(err)
		defer res.Body.Close()
		return res.StatusCode
	}
	if got := asProgram(); got != 200 {
		t.Errorf("the token gives %d", got)
	}
	a = b.get("/account")
	a.says(t, 200, "Month-end script")
	if strings.Contains(a.text, secret) {
		t.Error("the secret is shown again")
	}
	revoke := a.Find("a[href$='/revoke']").AttrOr("href", "")
	b.get(revoke).says(t, 200, "Month-end script", "refused from its next request on")
	b.post(revoke).says(t, 200, "The token is revoked")
	if got := asProgram(); got != http.StatusUnauthorized {
		t.Errorf("the revoked token gives %d", got)
	}
}

func TestATokenDoesNotReachItsAccount(t *testing.T) {
	s := newSite(t)
	b := s.browser().signedIn()
	secret := b.post("/account/tokens", "label", "Month-end script").Find("main code.hash").Text()
	walked := 0
	for _, route := range s.registry.Routes() {
		if route.Action != string(access.AccountSelf) && route.Action != string(access.TokenMake) {
			continue
		}
		walked++
		path := strings.ReplaceAll(route.Pattern, "{token}", "x")
		form := url.Values{"password": {"a password of the thief"}, "current": {password}, "label": {"another"}, "name": {"Thief"}}
		r, err := http.NewRequest(route.Method, s.server.URL+path, strings.NewReader(form.Encode()))
		s.must(err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", "BEARER "+secret)
		r.Header.Set("Accept", "application/json")
		res, err := http.DefaultTransport.RoundTrip(r)
		s.must(err)
		res.Body.Close()
		if res.StatusCode != http.StatusForbidden || len(res.Cookies()) > 0 {
			t.Errorf("%s with a token: %d, cookies %v", route, res.StatusCode, res.Cookies())
		}
	}
	if walked < 8 {
		t.Errorf("only %d addresses of the account", walked)
	}
	b.get("/account").says(t, 200, "Olga Owner", "Month-end script") // the session goes on
	s.browser().signedIn()
}

func TestEveryPageNeedsWhatItSays(t *testing.T) {
	s := newSite(t)
	for _, route := range s.registry.Routes() {
		if route.Action == web.Public {
			continue
		}
		path := strings.NewReplacer("{client}", s.acme.ID, "{membership}", s.finance.Memberships[0].ID, "{token}", "x", "{$}", "").Replace(route.Pattern)
		res, err := func() (*http.Response, error) {
			r, err := http.NewRequest(route.Method, s.server.URL+path, nil)
			s.must(err)
			r.Header.Set("Accept", "application/json")
			return http.DefaultClient.Do(r)
		}()
		s.must(err)
		res.Body.Close()
		if res.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s without sign-in: %d", route, res.StatusCode)
		}
	}
}
