package ops_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
	"github.com/ofrecord/ofrecord/internal/platform/mailin"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

const receiver = "mx.northlight.example"

var acmeDoor = ops.MailDoor{Name: "requests of Acme", Client: "org_acme", Server: receiver}

// newMailDesk is a desk at which mail of all clients goes to requests@northlight.example.
func newMailDesk(t *testing.T, data *db.DB, ctx context.Context) desk {
	t.Helper()
	d := newDesk(t, data, ctx)
	d.MailTo = func(context.Context, bun.Tx, string) (string, error) { return "requests@northlight.example", nil }
	err := data.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, a := range everybody {
			if _, err := tx.ExecContext(ctx, "INSERT INTO workspace_account (account_id, workspace) VALUES (?, ?)", a.Account, dbtest.Workspace); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var letters int

// written is a message of somebody for whom the receiving server vouches; fields replace those that it has.
func written(who access.Actor, text string, fields ...string) []byte {
	letters++
	head := []string{"Authentication-Results: " + receiver + "; dmarc=pass (p=none) header.from=example.test", fmt.Sprintf("Message-ID: <letter-%d@example.test>", letters),
		fmt.Sprintf("From: %s <%s@example.test>", who.Name, who.Account), "To: requests@northlight.example", "Subject: A page about arms", "Date: Tue, 03 Mar 2026 09:00:00 +0000"}
	for _, f := range fields {
		name, _, _ := strings.Cut(f, ":")
		head = slices.DeleteFunc(head, func(h string) bool { return strings.HasPrefix(h, name+":") })
		head = append(head, f)
	}
	if !slices.ContainsFunc(head, func(h string) bool { return strings.HasPrefix(h, "Content-Type:") }) {
		head = append(head, "Content-Type: text/plain; charset=utf-8")
	}
	return []byte(strings.Join(head, "\r\n") + "\r\n\r\n" + strings.ReplaceAll(text, "\n", "\r\n"))
}

func (d desk) take(door ops.MailDoor, raw []byte) ops.Mail {
	d.t.Helper()
	m, err := d.TakeMail(d.ctx, door, "", raw)
	if err != nil {
		d.t.Fatal(err)
	}
	return m
}

func (d desk) request(m ops.Mail) ops.Shown {
	d.t.Helper()
	shown, err := d.Show(d.ctx, owner, m.Client, m.Request)
	if err != nil {
		d.t.Fatal(err)
	}
	return shown
}

// newest is the newest mail of ours to somebody, with its id.
func (d desk) newest(who access.Actor, about string) (id string, m mail.Message) {
	d.t.Helper()
	var rows []struct{ ID, Body string }
	err := d.DB.Read(d.ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().TableExpr("outbox").ColumnExpr("id, body").OrderExpr("created_at").Scan(ctx, &rows)
	})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, r := range rows {
		var one mail.Message
		if json.Unmarshal([]byte(r.Body), &one) == nil && strings.HasPrefix(one.To, who.Account+"@") && strings.Contains(one.Subject, about) {
			id, m = r.ID, one
		}
	}
	if id == "" {
		d.t.Fatalf("%s was not told of %q", who.Name, about)
	}
	return id, m
}

func TestAMessageBecomesARequest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newMailDesk(t, data, ctx)
		png := base64.StdEncoding.EncodeToString([]byte("\x89PNG\r\n\x1a\n and so on"))
		raw := written(product, strings.Join([]string{
			"--A", "Content-Type: text/html; charset=utf-8", "", "<p>Please make <b>a page</b> about arms.</p>",
			"--A", "Content-Type: image/png", `Content-Disposition: attachment; filename="arm.png"`, "Content-Transfer-Encoding: base64", "", png,
			"--A", "Content-Type: application/pdf", `Content-Disposition: attachment; filename="brief.pdf"`, "Content-Transfer-Encoding: base64", "", base64.StdEncoding.EncodeToString([]byte("MZ no pdf")),
			"--A--", ""}, "\n"), "Content-Type: multipart/mixed; boundary=A", "Message-ID: <hello@example.test>", "Subject: =?utf-8?Q?Eine_Seite_=C3=BCber_Arme?=")
		m := d.take(acmeDoor, raw)
		if !m.Taken || m.Client != "org_acme" || m.RequestName != "R-1" {
			t.Fatalf("%+v", m)
		}
		shown := d.request(m)
		if what := shown.Brief["what"]; shown.Title != "Eine Seite über Arme" || shown.OpenedBy != product.Account || shown.Category != "other" || !strings.Contains(what, "a page") ||
			!strings.Contains(what, "brief.pdf is not what its name says") || strings.Contains(what, "<") {
			t.Errorf("%s, %s: %q", shown.Title, shown.OpenedByName, what)
		}
		if len(shown.Files) != 1 || shown.Files[0].Name != "arm.png" || shown.Files[0].Field != "material" || len(shown.Clocks.Clocks) == 0 {
			t.Errorf("%+v", shown.Files)
		}
		// who asked is told the number once, by an answer of a program
		_, answer := d.newest(product, "R-1")
		if d.mailsTo(product) != 1 || answer.Answers != "hello@example.test" || !strings.Contains(answer.Text, "Your mail is the request R-1") || !strings.Contains(answer.Text, "brief.pdf") || d.mailsTo(lead) != 1 {
			t.Errorf("%d, %+v", d.mailsTo(product), answer)
		}
		// each further copy, and by whichever way, is the same one
		again := d.take(ops.MailDoor{Name: "mailbox", Server: receiver}, append([]byte("Received: by another\r\n"), raw...))
		if again.ID != m.ID || d.mailsTo(product) != 1 {
			t.Errorf("%+v", again)
		}
		report, err := (&journalops.Service{DB: data}).Verify(ctx, owner)
		if err != nil || report.Break != nil {
			t.Errorf("%+v, %v", report, err)
		}
	})
}

// Nobody chose what a mail is about, so the contract is asked once somebody of the agency has said so.
func TestTheScopeOfAMailIsOpenUntilItIsSorted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newMailDesk(t, data, ctx)
		asked := 0
		d.Scoping = ops.ScopeDoors{
			Resolve: func(_ context.Context, _ bun.Tx, _ access.Actor, in ops.ScopeAsk) (work.Scope, error) {
				asked++
				found := engagement.Intake{Version: 1, SOW: "SOW 2026", Answer: engagement.AnswerInScope}
				if in.Ask.Category == "other" {
					found.Answer = engagement.AnswerChangeOrder
				}
				return work.Scope{Contract: "ctr", VersionID: "v1", Ask: in.Ask, Found: found, Answer: found.Answer}, nil
			},
			Kinds: func(context.Context, bun.Tx, string, cal.Date) ([]ops.Choice, error) { return nil, nil },
		}
		m := d.take(acmeDoor, written(product, "Please make a page about arms."))
		shown := must[ops.Shown](t)(d.Show(ctx, executive, m.Client, m.Request))
		if s := shown.State.Scope; asked != 0 || s == nil || s.Answer != engagement.AnswerOpen || s.Words() != "scope is open" || !strings.Contains(s.Found.Missing, "nobody said yet what it is") {
			t.Errorf("asked %d times, %+v", asked, s)
		}
		must[*ops.Request](t)(d.AskContract(ctx, lead, d.act(shown.Request), ops.ScopeInput{Category: "web"}))
		shown = must[ops.Shown](t)(d.Show(ctx, executive, m.Client, m.Request))
		if s := shown.State.Scope; asked != 1 || s.Answer != engagement.AnswerInScope {
			t.Errorf("asked %d times, %+v", asked, s)
		}
	})
}

// Whatever is not certain waits for a person, with the reason, and becomes nothing by itself.
func TestWhatIsNotCertainWaits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newMailDesk(t, data, ctx)
		for code, raw := range map[string][]byte{
			"sender":      written(product, "forged", "Authentication-Results: "+receiver+"; dmarc=fail header.from=example.test"),
			"stranger":    written(access.Actor{Account: "nobody"}, "who am I"),
			"not-client":  written(team, "what do we do about this"),
			"automatic":   written(product, "I am on holiday", "Auto-Submitted: auto-replied"),
			"not-allowed": written(auditor, "please"),
			"other-mail":  written(product, "thank you for the link", "In-Reply-To: <mail_000000000000000000000000@northlight.example>"),
			"address":     written(product, "x", "To: requests+"+strings.Repeat("0", 24)+strings.Repeat("a", 20)+"@northlight.example"),
		} {
			if m := d.take(acmeDoor, raw); m.Taken || m.Code != code || m.Reason == "" || m.Request != "" {
				t.Errorf("%s: %+v", code, m)
			}
		}
		loops := []string{"Precedence: bulk", "List-Id: <a.example>", "Return-Path: <>", "Message-ID: <mail_000000000000000000000000@northlight.example>"}
		for _, f := range loops {
			if m := d.take(acmeDoor, written(product, "loop "+f, f)); m.Taken {
				t.Errorf("%s: %+v", f, m)
			}
		}
		if m := d.take(acmeDoor, []byte("not a message")); m.Code != "mail-unreadable" {
			t.Errorf("%+v", m)
		}
		if m := d.take(ops.MailDoor{Name: "unnamed"}, written(product, "no server is named")); m.Taken {
			t.Errorf("%+v", m)
		}
		if m := d.take(acmeDoor, written(stranger, "of another client")); m.Taken || m.Code != "other-client" {
			t.Errorf("%+v", m)
		}
		if len(d.mails()) != 0 {
			t.Errorf("somebody was answered: %v", d.mails())
		}
		page := must[ops.Page](t)(d.List(ctx, owner, ops.Filter{}))
		waiting, _, err := d.Mails(ctx, lead, "org_acme")
		if err != nil || len(page.Lines) != 0 || len(waiting) != 7+len(loops)+2 {
			t.Errorf("%d requests, %d wait, %v", len(page.Lines), len(waiting), err)
		}
		for _, who := range []access.Actor{team, product, executive, auditor, specialist, stranger} {
			if _, _, err := d.Mails(ctx, who, "org_acme"); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s sees what waits: %v", who.Name, err)
			}
			if _, err := d.OriginalMail(ctx, who, "org_acme", waiting[0].ID); err == nil {
				t.Errorf("%s reads a mail", who.Name)
			}
		}
		_, _, err = d.Mails(ctx, lead, "")
		refused(t, err, fault.Forbidden, "not-allowed")
	})
}

func TestAnswersGoToTheirRequest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newMailDesk(t, data, ctx)
		r := must[*ops.Request](t)(d.Assign(ctx, lead, d.act(d.open("a page")), team.Account))
		must[*ops.Request](t)(d.Answer(ctx, team, ops.MessageInput{Act: d.act(r), Text: "Which page?"}))
		_, told := d.newest(product, "Tom Team wrote")
		if !strings.Contains(told.Text, "the client read") || !strings.HasPrefix(told.Text, mailin.Above) {
			t.Errorf("%q", told.Text)
		}
		quoted := "\n\nOn Tue, 3 Mar 2026, Ofrecord wrote:\n> " + strings.ReplaceAll(told.Text, "\n", "\n> ")
		m := d.take(acmeDoor, written(product, "The one about arms."+quoted, "To: "+strings.ToUpper(told.ReplyTo)))
		if !m.Taken || m.Request != r.ID {
			t.Fatalf("%+v", m)
		}
		// the agency's person was told, and answers: read by the client, for the mail was of what the client reads
		id, told := d.newest(team, "Pia Product wrote")
		if !strings.Contains(told.Text, "The client reads an answer") {
			t.Errorf("%q", told.Text)
		}
		d.take(acmeDoor, written(team, "Thank you.", "To: "+told.ReplyTo))
		// by the number of the mail alone
		d.take(acmeDoor, written(team, "And when?", "In-Reply-To: <"+id+"@northlight.example>"))
		shown := d.request(m)
		var said []string
		for _, x := range shown.Messages {
			said = append(said, string(x.Visibility)+" "+x.ByName+": "+x.Text)
		}
		want := "client Tom Team: Which page?|client Pia Product: The one about arms.|client Tom Team: Thank you.|client Tom Team: And when?"
		if got := strings.Join(said, "|"); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if page := must[ops.Page](t)(d.List(ctx, owner, ops.Filter{})); len(page.Lines) != 1 {
			t.Errorf("%d requests", len(page.Lines))
		}
		// what is over can still be spoken of
		must[*ops.Request](t)(d.Resolve(ctx, lead, d.act(r)))
		_, told = d.newest(product, "R-1")
		bolt := d.take(ops.MailDoor{Name: "requests of Bolt", Client: "org_bolt", Server: receiver}, written(product, "To another address.", "To: "+told.ReplyTo))
		if bolt.Taken || bolt.Code != "other-client" || bolt.Client != "org_bolt" || bolt.Request != "" {
			t.Errorf("%+v", bolt)
		}
		if m := d.take(acmeDoor, written(product, "And one more thing.", "To: "+told.ReplyTo)); !m.Taken {
			t.Errorf("%+v", m)
		}
	})
}

func TestPeopleReleaseAndDiscard(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newMailDesk(t, data, ctx)
		door := ops.MailDoor{Name: "mailbox", Server: receiver}
		m := d.take(door, written(access.Actor{Account: "pia.private", Name: "Pia"}, "We need a page"))
		if m.Client != "" || m.Code != "stranger" {
			t.Fatalf("%+v", m)
		}
		_, err := d.ShowMail(ctx, lead, "org_acme", m.ID)
		refused(t, err, fault.NotFound, "not-found")
		shown := must[ops.ShownMail](t)(d.ShowMail(ctx, owner, "", m.ID))
		if shown.Text != "We need a page" || len(shown.Clients) != 2 || len(shown.People) < 2 {
			t.Errorf("%+v", shown)
		}
		_, err = d.ReleaseMail(ctx, owner, "", ops.ReleaseInput{Mail: m.ID, New: true})
		refused(t, err, fault.Invalid, "client")
		_, err = d.ReleaseMail(ctx, owner, "", ops.ReleaseInput{Mail: m.ID, New: true, Client: "org_acme", As: stranger.Account})
		refused(t, err, fault.Invalid, "as")
		_, err = d.ReleaseMail(ctx, owner, "", ops.ReleaseInput{Mail: m.ID, Client: "org_acme"})
		refused(t, err, fault.Invalid, "mail-answers")
		r := must[*ops.Request](t)(d.ReleaseMail(ctx, owner, "", ops.ReleaseInput{Mail: m.ID, New: true, Client: "org_acme", As: product.Account}))
		if r.OpenedBy != product.Account || !strings.Contains(r.Brief["what"], "By mail of pia.private@example.test, released by Olga Owner") {
			t.Errorf("%s: %v", r.OpenedByName, r.Brief)
		}
		_, err = d.ReleaseMail(ctx, owner, "", ops.ReleaseInput{Mail: m.ID, New: true, Client: "org_acme"})
		refused(t, err, fault.Conflict, "mail-settled")

		// what the server found not to be from whom it says is released in a person's name once they were asked; list, history and record say in whose
		m = d.take(acmeDoor, written(product, "Pay this", "Authentication-Results: "+receiver+"; dmarc=fail header.from=example.test"))
		_, err = d.ReleaseMail(ctx, lead, "org_acme", ops.ReleaseInput{Mail: m.ID, New: true, As: product.Account})
		refused(t, err, fault.Invalid, "as-unasked")
		r = must[*ops.Request](t)(d.ReleaseMail(ctx, lead, "org_acme", ops.ReleaseInput{Mail: m.ID, New: true, As: product.Account, Asked: true}))
		if e := r.Events[0]; !m.Denied || e.ByName != "Pia Product" || e.Note != "By mail, released by Lea Lead as Pia Product." || !strings.Contains(r.Brief["what"], "released by Lea Lead as Pia Product") {
			t.Errorf("%+v, %v", e, r.Brief)
		}
		if words := d.lastEntry(); !strings.Contains(words, "as Pia Product who was asked, to R-2") {
			t.Error(words)
		}
		if _, done, err := d.Mails(ctx, lead, "org_acme"); err != nil || len(done) != 1 || done[0].Settled.As != "Pia Product" {
			t.Errorf("%+v, %v", done, err)
		}
		// in nobody's name it needs no asking, and one that nothing is said of needs none
		m = d.take(acmeDoor, written(product, "Pay that", "Authentication-Results: "+receiver+"; dmarc=fail header.from=example.test", "Precedence: bulk"))
		if _, err := d.ReleaseMail(ctx, lead, "org_acme", ops.ReleaseInput{Mail: m.ID, New: true}); err != nil || m.Code != "automatic" || !m.Denied {
			t.Errorf("%+v, %v", m, err)
		}
		if m = d.take(acmeDoor, written(product, "Hello", "Authentication-Results: "+receiver+"; spf=none")); m.Code != "sender" || m.Denied {
			t.Errorf("%+v", m)
		}
		if err := d.DiscardMail(ctx, lead, "org_acme", m.ID, ""); err != nil {
			t.Fatal(err)
		}

		m = d.take(acmeDoor, written(product, "Buy now", "Precedence: bulk"))
		if err := d.DiscardMail(ctx, lead, "org_acme", m.ID, "advertising"); err != nil {
			t.Fatal(err)
		}
		refused(t, d.DiscardMail(ctx, lead, "org_acme", m.ID, ""), fault.Conflict, "mail-settled")
		waiting, done, err := d.Mails(ctx, lead, "org_acme")
		if err != nil || len(waiting) != 0 || len(done) != 4 || !slices.ContainsFunc(done, func(m ops.Mail) bool { return m.Settled != nil && m.Settled.Reason == "advertising" }) {
			t.Errorf("%v, %v, %v", waiting, done, err)
		}
		// two at once: one of them
		m = d.take(acmeDoor, written(team, "Make a page for them"))
		_, err = d.ReleaseMail(ctx, lead, "org_acme", ops.ReleaseInput{Mail: m.ID, New: true, As: product.Account})
		refused(t, err, fault.Invalid, "as")
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wait.Go(func() { _, errs[i] = d.ReleaseMail(ctx, lead, "org_acme", ops.ReleaseInput{Mail: m.ID, New: true}) })
		}
		wait.Wait()
		if n := len(slices.DeleteFunc(errs, func(err error) bool { return err != nil })); n != 1 {
			t.Errorf("%d of four released it", n)
		}
	})
}

// Many copies at once, and one too many within an hour.
func TestMailIsTakenOnceAndNotTooOften(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newMailDesk(t, data, ctx)
		raw := written(product, "We need a page", "Message-ID: <once@example.test>")
		var wait sync.WaitGroup
		for i := range 6 {
			wait.Go(func() {
				if _, err := d.TakeMail(ctx, acmeDoor, fmt.Sprintf("place %d", i%2), raw); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if page := must[ops.Page](t)(d.List(ctx, owner, ops.Filter{})); len(page.Lines) != 1 || d.mailsTo(product) != 1 {
			t.Errorf("%d requests, %d answers", len(page.Lines), d.mailsTo(product))
		}
		if seen := must[map[string]bool](t)(d.SeenMail(ctx, []string{"place 0", "place 1", "place 2"})); len(seen) != 2 {
			t.Errorf("%v", seen)
		}
		if m := d.take(acmeDoor, written(product, "Something else", "Message-ID: <once@example.test>")); m.Code != "again" {
			t.Errorf("%+v", m)
		}
		// a forged copy that came first takes nothing away
		raw = written(product, "Another page")
		forged := []byte(strings.Replace(string(raw), "dmarc=pass", "dmarc=fail", 1))
		if first, second := d.take(acmeDoor, forged), d.take(acmeDoor, raw); first.Taken || !second.Taken {
			t.Errorf("%+v, %+v", first, second)
		}
		for i := range ops.MailsPerHour {
			m := d.take(acmeDoor, written(product, fmt.Sprintf("page %d", i)))
			if m.Taken != (i < ops.MailsPerHour-2) {
				t.Fatalf("the %d-th: %+v", i, m)
			}
		}
		d.clock.set(t, "2026-03-03 10:01")
		if m := d.take(acmeDoor, written(product, "an hour later")); !m.Taken {
			t.Errorf("%+v", m)
		}
	})
}

func TestPostedMailNeedsItsAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newMailDesk(t, data, ctx)
		in := ops.MailAddressInput{Client: "org_acme", Label: "our mail server", Address: "Acme@northlight.example", Server: "MX.northlight.example"}
		secret, made, err := d.MakeMailAddress(ctx, lead, in)
		if err != nil || made.Address != "acme@northlight.example" || made.Server != receiver {
			t.Fatalf("%+v, %v", made, err)
		}
		_, _, err = d.MakeMailAddress(ctx, product, in)
		refused(t, err, fault.Forbidden, "not-allowed")
		_, _, err = d.MakeMailAddress(ctx, lead, ops.MailAddressInput{Client: "org_acme", Address: "a+b@x.example", Server: "a b"})
		if len(fault.All(err)) != 3 {
			t.Errorf("%v", err)
		}
		m := must[ops.Mail](t)(d.ReceivePosted(ctx, made.ID, secret, strings.NewReader(string(written(product, "We need a page")))))
		if !m.Taken {
			t.Errorf("%+v", m)
		}
		if _, answer := d.newest(product, "R-1"); !regexp.MustCompile(`^acme\+[0-9a-z]{44}@northlight\.example$`).MatchString(answer.ReplyTo) {
			t.Errorf("answers go to %s", answer.ReplyTo)
		}
		for _, x := range [][2]string{{made.ID, secret + "x"}, {made.ID, ""}, {"rma_no", secret}} {
			_, err := d.ReceivePosted(ctx, x[0], x[1], strings.NewReader("x"))
			refused(t, err, fault.NotFound, "mail-address")
		}
		huge := strings.NewReader("From: a@b.example\r\n\r\n" + strings.Repeat("x", mailin.MaxMessage))
		_, err = d.ReceivePosted(ctx, made.ID, secret, huge)
		refused(t, err, fault.TooLarge, "mail-large")
		for range 130 {
			if _, err = d.ReceivePosted(ctx, made.ID, secret, strings.NewReader("x")); err != nil {
				break
			}
		}
		refused(t, err, fault.RateLimited, "mail-rate")
		if err := d.RevokeMailAddress(ctx, lead, "org_acme", made.ID); err != nil {
			t.Fatal(err)
		}
		refused(t, d.RevokeMailAddress(ctx, lead, "org_acme", made.ID), fault.NotFound, "mail-address")
		d.clock.set(t, "2026-03-03 12:00")
		_, err = d.ReceivePosted(ctx, made.ID, secret, strings.NewReader("x"))
		refused(t, err, fault.NotFound, "mail-address")
	})
}
