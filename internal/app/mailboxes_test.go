package app

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/mailin"
	"github.com/ofrecord/ofrecord/internal/platform/mailin/mailboxtest"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

func TestMailboxesAreReadFromTheirFile(t *testing.T) {
	k := desk{t: t, dir: t.TempDir()}
	secret := k.file("password", "of the mailbox\n")
	read := func(text string) ([]mailbox, []string) {
		return Config{Mailboxes: k.file("mailboxes.yaml", text), Workspace: "main"}.mailboxes()
	}
	const usual = "mailboxes:\n  - {address: Requests@northlight.example, server: MX.northlight.example, host: imap.northlight.example, user: requests, "
	list, wrong := read(usual + "password_file: " + secret + ", done: Done}\n")
	if len(wrong) > 0 || len(list) != 1 {
		t.Fatal(wrong)
	}
	if m := list[0]; m.Address != "requests@northlight.example" || m.Server != "mx.northlight.example" || m.Workspace != "main" || m.box.Password != "of the mailbox" || m.box.Done != "Done" {
		t.Errorf("%+v", m)
	}
	for text, want := range map[string]string{
		"mailboxes: hunter2\n": `write "mailboxes:"`,
		usual + "}\n":          "write password_file",
		usual + "password: hunter2, password_file: " + secret + "}\n":                                       "not both",
		usual + "password_file: " + filepath.Join(k.dir, "none") + "}\n":                                    "password_file cannot be read",
		usual + "password: hunter2, folder: Done, done: Done}\n":                                            "another folder",
		usual + "password: hunter2, port: 99999}\n":                                                         "write the host",
		"mailboxes:\n  - {password: hunter2}\n":                                                             "write as server the name",
		"mailboxes:\n  - {address: a+b@x.example, password: hunter2}\n":                                     "no + in it",
		usual + "password: hunter2}\n" + strings.TrimPrefix(usual, "mailboxes:\n") + "password: hunter2}\n": "already",
	} {
		if _, wrong := read(text); !strings.Contains(strings.Join(wrong, "; "), want) || strings.Contains(strings.Join(wrong, "; "), "hunter2") {
			t.Errorf("%s: %v, want %s", text, wrong, want)
		}
	}
	if list, wrong := (Config{}).mailboxes(); list != nil || wrong != nil {
		t.Error(list, wrong)
	}
}

func letterOf(from string, n int, fields string) string {
	return fmt.Sprintf("Authentication-Results: mx.northlight.example; dmarc=pass header.from=acme.example\r\nMessage-ID: <%d@acme.example>\r\nFrom: %s\r\nSubject: Letter %d\r\n%s\r\nWe need a page.\r\n", n, from, n, fields)
}

// A mailbox at a real server: mail of a client becomes a request once, though the program is stopped between taking it in and moving it away, and though two
// servers look at once; what is too large is left and told.
func TestMailIsFetchedFromAMailbox(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		ctx := k.inWorkspace(t.Context())
		clients, err := k.Party.Clients(ctx, k.operator())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Party.Invite(ctx, k.operator(), partyops.InviteInput{Email: "pia@acme.example", Name: "Pia Product", Org: clients[0].ID, Role: access.ClientProduct}); err != nil {
			t.Fatal(err)
		}
		server := mailboxtest.Start(t, "INBOX", "Done")
		box := mailbox{Address: "requests@northlight.example", Server: "mx.northlight.example", Workspace: k.Config.Workspace, box: server.Mailbox()}
		box.box.Done = "Nowhere"
		k.Program.mailboxes = []mailbox{box}

		server.Deliver("INBOX", letterOf("Pia <pia@acme.example>", 1, ""))
		server.Deliver("INBOX", letterOf("Nobody <nobody@acme.example>", 2, ""))
		if err := k.fetchMail(t.Context()); err == nil || !strings.Contains(err.Error(), "mark a message") {
			t.Fatalf("taken in, but not moved: %v", err)
		}
		box.box.Done = "Done"
		k.Program.mailboxes = []mailbox{box}
		other := *k.Program
		server.Deliver("INBOX", letterOf("pia@acme.example", 3, ""))
		server.Deliver("INBOX", "From: pia@acme.example\r\nSubject: huge\r\n\r\n"+strings.Repeat("x", mailin.MaxMessage))
		var both sync.WaitGroup
		for _, p := range []*Program{k.Program, &other} {
			both.Go(func() { _ = p.fetchMail(t.Context()) }) // of two who move the same message one may be told that it is gone
		}
		both.Wait()
		if err := k.fetchMail(t.Context()); err != nil {
			t.Fatal(err)
		}

		page, err := k.Work.List(ctx, k.operator(), workops.Filter{})
		if err != nil || len(page.Lines) != 2 {
			t.Fatalf("%d requests, %v", len(page.Lines), err)
		}
		shown, err := k.Work.Show(ctx, k.operator(), clients[0].ID, page.Lines[0].ID)
		if err != nil || shown.OpenedByName != "Pia Product" || !strings.Contains(shown.Title, "Letter") {
			t.Errorf("%s by %s, %v", shown.Title, shown.OpenedByName, err)
		}
		waiting, done, err := k.Work.Mails(ctx, k.operator(), "")
		if err != nil || len(waiting) != 2 || len(done) != 2 {
			t.Fatalf("%d wait, %d are taken, %v", len(waiting), len(done), err)
		}
		for _, m := range waiting {
			if m.Code != "stranger" && (m.Code != "mail-large" || m.Subject != "huge" || m.Kept || !strings.Contains(m.Reason, "left in the mailbox")) {
				t.Errorf("%+v", m)
			}
		}
		if in, moved := server.Messages("INBOX"), server.Messages("Done"); in != 1 || moved != 3 {
			t.Errorf("%d are left, %d were moved", in, moved)
		}
		err = k.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			base, err := k.Work.MailTo(ctx, tx, clients[0].ID)
			if base != "requests@northlight.example" {
				t.Errorf("answers go to %q", base)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
