package ui_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/web/webtest"
)

// posts posts a message to an address for mail, as a mail server does.
func (k *desk) posts(address, raw string) (int, string) {
	k.t.Helper()
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(raw))
	w := httptest.NewRecorder()
	k.handler(access.Actor{}).ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// hasAccount lets a person sign in.
func (k *desk) hasAccount(who access.Actor) {
	k.t.Helper()
	m := who.Memberships[0]
	must(k.t, k.ops.DB.Write(k.t.Context(), func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO account (id, email, name, password_hash, session_epoch, created_at) VALUES (?, ?, ?, '', 0, ?)", who.Account, who.Account+"@example.test", who.Name, k.now); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO workspace_account (account_id, workspace) VALUES (?, ?)", who.Account, dbtest.Workspace); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO membership (id, account_id, org_id, role, client_id, from_at) VALUES (?, ?, ?, ?, ?, ?)", "mem_"+who.Account, who.Account, m.Org, string(m.Role), m.Org, k.now)
		return err
	}))
}

// An address for mail is made and shown once; what is posted there waits, is read on its page, released as a request and discarded.
func TestMailOnItsPages(t *testing.T) {
	k := newDesk(t)
	k.hasAccount(product)
	b := k.as(lead)
	b.Get("/clients/org_acme/mail").Says(t, http.StatusOK, "No mail waits")
	b.Get("/clients/org_acme/mail-addresses").Says(t, http.StatusOK, "No address yet")
	b.Press(b.Get("/clients/org_acme/mail-addresses"), "/mail-addresses", "label", "", "server", "a b").Says(t, http.StatusUnprocessableEntity, "Name who will post", "Authentication-Results")
	made := b.Press(b.Get("/clients/org_acme/mail-addresses"), "/mail-addresses", "label", "our mail server", "address", "acme@northlight.example", "server", "mx.northlight.example")
	made.Says(t, http.StatusOK, "Copy it now")
	address := regexp.MustCompile(`/mail/[a-z0-9-]+/rma_[0-9a-z]+/ofm_[\w-]{43}`).FindString(made.Text())
	if address == "" {
		t.Fatal(made.Text())
	}
	if status, said := k.posts(address+"x", "x"); status != http.StatusNotFound || !strings.Contains(said, "mail-address") {
		t.Errorf("%d %s", status, said)
	}
	if status, said := k.posts(address, "From: "+strings.Repeat("x", 300<<10)+"\r\n\r\nx"); status != http.StatusRequestEntityTooLarge || !strings.Contains(said, "header is longer") {
		t.Errorf("%d %s", status, said)
	}
	for _, from := range []string{"pia@elsewhere.example", "shop@elsewhere.example"} {
		if status, said := k.posts(address, "From: Pia <"+from+">\r\nSubject: About <b>arms</b>\r\n\r\nWe need <script>alert(1)</script> a page."); status != http.StatusAccepted || strings.Contains(said, "elsewhere") {
			t.Errorf("%d %s", status, said)
		}
	}
	waiting := b.Get("/clients/org_acme/mail")
	waiting.Says(t, http.StatusOK, "pia@elsewhere.example", "says nothing of the sender")
	all, _, err := k.ops.Mails(t.Context(), owner, "")
	if err != nil || len(all) != 2 {
		t.Fatalf("%v, %v", all, err)
	}
	page := func(from string) string {
		for _, m := range all {
			if m.From == from {
				return "/clients/org_acme/mail/" + m.ID
			}
		}
		t.Fatalf("no mail of %s", from)
		return ""
	}
	shown := b.Get(page("pia@elsewhere.example"))
	shown.Says(t, http.StatusOK, "We need <script>alert(1)</script> a page.", "Why it waits", "Petra Product")
	if shown.Find("main script").Length() > 0 {
		t.Error("a mail is shown as a page")
	}
	b.Press(shown, "/release", "as", product.Account).Says(t, http.StatusOK, "About <b>arms</b>", "By mail of pia@elsewhere.example, released by Lea Lead", "The mail is R-1")
	b.Press(b.Get(page("shop@elsewhere.example")), "/discard", "reason", "advertising").Says(t, http.StatusOK, "discarded by Lea Lead: advertising", "released by Lea Lead as Petra Product to", "No mail waits")
	k.asksBeforeRelease(b, address)
	b.Get("/inbox/mail").Says(t, http.StatusOK, "No mail waits", "discarded by Lea Lead")
	if again := b.Post(page("shop@elsewhere.example") + "/release"); again.Status != http.StatusConflict {
		t.Errorf("%d", again.Status)
	}
	original := httptest.NewRecorder()
	k.handler(lead).ServeHTTP(original, httptest.NewRequest(http.MethodGet, page("pia@elsewhere.example")+"/original", nil))
	if !strings.Contains(original.Header().Get("Content-Disposition"), "attachment") || !strings.Contains(original.Header().Get("Content-Security-Policy"), "sandbox") || !strings.HasPrefix(original.Body.String(), "From: Pia") {
		t.Errorf("%v", original.Header())
	}
	list, err := k.ops.MailAddresses(t.Context(), lead, "org_acme")
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	b.Press(b.Get("/clients/org_acme/mail-addresses/"+list[0].ID+"/revoke"), "/revoke").Says(t, http.StatusOK, "revoked")
	if status, _ := k.posts(address, "From: pia@elsewhere.example\r\n\r\nx"); status != http.StatusNotFound {
		t.Errorf("%d after it was revoked", status)
	}
	for _, who := range []access.Actor{boss, product, maker} {
		for _, path := range []string{"/clients/org_acme/mail", "/clients/org_acme/mail-addresses", "/inbox/mail", page("pia@elsewhere.example")} {
			if a := k.as(who).Get(path); a.Status != http.StatusForbidden && a.Status != http.StatusNotFound {
				t.Errorf("%s gets %s: %d", who.Name, path, a.Status)
			}
		}
	}
}

// asksBeforeRelease: a mail that the server found not to be from whom it says is released in a person's name only with the tick.
func (k *desk) asksBeforeRelease(b *webtest.Browser, address string) {
	k.t.Helper()
	if status, said := k.posts(address, "Authentication-Results: mx.northlight.example; dmarc=fail header.from=elsewhere.example\r\nFrom: Pia <pia@elsewhere.example>\r\nSubject: Pay this\r\n\r\nPlease."); status != http.StatusAccepted {
		k.t.Fatalf("%d %s", status, said)
	}
	waiting, _, err := k.ops.Mails(k.t.Context(), owner, "")
	if err != nil || len(waiting) != 1 {
		k.t.Fatalf("%v, %v", waiting, err)
	}
	refused := b.Press(b.Get("/clients/org_acme/mail/"+waiting[0].ID), "/release", "as", product.Account)
	refused.Says(k.t, http.StatusUnprocessableEntity, "I have asked them", "Ask the person whether they wrote it")
	if refused.Find("[name=asked][aria-invalid=true]").Length() != 1 {
		k.t.Error("the message is not at its field")
	}
	b.Press(refused, "/release", "as", product.Account, "asked", "on").Says(k.t, http.StatusOK, "By mail, released by Lea Lead as Petra Product.")
}
