package mail_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

var start = time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)

type bench struct {
	t      *testing.T
	ctx    context.Context
	db     *db.DB
	mailer *mail.Mailer
	log    bytes.Buffer
	now    time.Time
}

func newBench(t *testing.T, d *db.DB, ctx context.Context, settings mail.Settings) *bench {
	t.Helper()
	b := &bench{t: t, ctx: ctx, db: d, now: start}
	b.use(settings)
	return b
}

func (b *bench) use(settings mail.Settings) {
	b.t.Helper()
	m, err := mail.New(b.db, settings, slog.New(slog.NewTextHandler(&b.log, nil)), func() time.Time { return b.now })
	if err != nil {
		b.t.Fatal(err)
	}
	b.mailer = m
}

func (b *bench) enqueue(id string, change func(*mail.Message)) {
	b.t.Helper()
	m := mail.Message{To: "dana@acme.example", ToName: "Dana Ruiz", Subject: "Statement of March 2026", Text: "Due: 24,310.00 USD\nhttps://records.example.com/s/1"}
	if change != nil {
		change(&m)
	}
	err := b.db.Write(b.ctx, func(ctx context.Context, tx bun.Tx) error { return mail.Enqueue(ctx, tx, id, b.now, m) })
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) flush() mail.Round {
	b.t.Helper()
	r, err := b.mailer.Flush(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

type stored struct {
	State     string
	Body      string
	LastError string
	Attempts  int64
}

func (b *bench) stored(id string) (out stored) {
	b.t.Helper()
	err := b.db.Read(b.ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().Table("outbox").Column("state", "body", "last_error", "attempts").Where("id = ?", id).Scan(ctx, &out)
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func plainTo(s *server) mail.Settings {
	return mail.Settings{Host: "localhost", Port: s.port(), Security: mail.Unprotected, From: "Ofrecord <records@example.com>"}
}

func TestMailReachesTheServerAndLeavesNoText(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		s := startServer(t, nil)
		b := newBench(t, d, ctx, plainTo(s))
		b.enqueue("out_1", func(m *mail.Message) { m.HTML = "<p>Due: 24,310.00 USD</p>" })

		if r := b.flush(); r.Sent != 1 {
			t.Fatalf("sent nothing: %+v %s", r, b.stored("out_1").LastError)
		}
		got := s.received()
		if len(got) != 1 || got[0].to != "dana@acme.example" || got[0].from != "records@example.com" {
			t.Fatalf("the server got %+v", got)
		}
		for _, want := range []string{"Subject: Statement of March 2026", "Message-ID: <out_1@example.com>", "24,310.00 USD", "text/html", "Auto-Submitted: auto-generated"} {
			if !strings.Contains(got[0].content, want) {
				t.Errorf("the mail lacks %q:\n%s", want, got[0].content)
			}
		}
		if row := b.stored("out_1"); row.State != mail.Sent || row.Body != "{}" {
			t.Errorf("after sending the row is %+v", row)
		}
		if r := b.flush(); r != (mail.Round{}) {
			t.Errorf("a sent mail was taken up again: %+v", r)
		}
		if strings.Contains(b.log.String(), "dana") {
			t.Errorf("the log names a person: %s", b.log.String())
		}
	})
}

// What answers somebody's mail says so, so that no program answers it, and nothing of theirs begins a field of its own.
func TestAnAnswerOfAProgramSaysSo(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	s := startServer(t, nil)
	b := newBench(t, d, ctx, plainTo(s))
	b.enqueue("out_1", func(m *mail.Message) { m.Answers = "hello@acme.example" })
	b.flush()
	for _, want := range []string{"Auto-Submitted: auto-replied", "In-Reply-To: <hello@acme.example>", "References: <hello@acme.example>"} {
		if got := s.received()[0].content; !strings.Contains(got, want) || strings.Contains(got, "auto-generated") {
			t.Errorf("the mail lacks %q:\n%s", want, got)
		}
	}
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		return mail.Enqueue(ctx, tx, "out_2", start, mail.Message{To: "dana@acme.example", Subject: "a", Text: "a", Answers: "a@b>\r\nBcc: x@y.example"})
	})
	if fault.Code(err) != "mail-answers" {
		t.Errorf("%v", err)
	}
}

func TestPassingFailureIsTriedAgainLater(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	busy := true
	s := startServer(t, func(s *server) {
		s.rcpt = func(string) string {
			if busy {
				return "451 4.3.2 try later"
			}
			return "250 ok"
		}
	})
	b := newBench(t, d, ctx, plainTo(s))
	b.enqueue("out_1", nil)

	if r := b.flush(); r.Later != 1 {
		t.Fatalf("got %+v", r)
	}
	if r := b.flush(); r != (mail.Round{}) {
		t.Fatalf("tried again at once: %+v", r)
	}
	busy, b.now = false, b.now.Add(61*time.Second)
	if r := b.flush(); r.Sent != 1 || b.stored("out_1").Attempts != 2 {
		t.Fatalf("got %+v %+v", r, b.stored("out_1"))
	}
}

func TestRefusalEndsAtOnce(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	s := startServer(t, func(s *server) { s.rcpt = func(string) string { return "550 5.1.1 no such mailbox" } })
	b := newBench(t, d, ctx, plainTo(s))
	b.enqueue("out_1", nil)
	if r := b.flush(); r.Failed != 1 || b.stored("out_1").State != mail.Failed {
		t.Fatalf("got %+v %+v", r, b.stored("out_1"))
	}
}

func TestUnreachableServerIsGivenUpAfterTheLastDelay(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	s := startServer(t, nil)
	settings := plainTo(s)
	_ = s.listener.Close()
	b := newBench(t, d, ctx, settings)
	b.enqueue("out_1", nil)
	for range 8 {
		if r := b.flush(); r.Later != 1 {
			t.Fatalf("got %+v", r)
		}
		b.now = b.now.Add(25 * time.Hour)
	}
	if r := b.flush(); r.Failed != 1 {
		t.Fatalf("after the last delay: %+v", r)
	}
}

func TestEncryptionIsNeverDroppedSilently(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	cert, pool := identity(t)
	for _, c := range []struct {
		name     string
		security mail.Security
		setup    func(*server)
		sent     int
	}{
		{"starttls", mail.STARTTLS, func(s *server) { s.cert = cert }, 1},
		{"starttls not offered", mail.STARTTLS, nil, 0},
		{"tls", mail.TLS, func(s *server) { s.cert, s.implicit = cert, true }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startServer(t, c.setup)
			settings := plainTo(s)
			settings.Security, settings.Roots = c.security, pool
			b := newBench(t, d, ctx, settings)
			id := "out_" + strings.ReplaceAll(c.name, " ", "_")
			b.enqueue(id, nil)
			if r := b.flush(); r.Sent != c.sent {
				t.Fatalf("got %+v %s", r, b.stored(id).LastError)
			}
			for _, m := range s.received() {
				if !m.encrypted {
					t.Error("a mail went out in the clear")
				}
			}
		})
	}
}

func TestWithoutServerMailsStayAndTheLogSaysSoOnce(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	b := newBench(t, d, ctx, mail.Settings{})
	b.enqueue("out_1", nil)
	b.flush()
	b.enqueue("out_2", nil)
	b.enqueue("out_late", func(m *mail.Message) { m.NotAfter = start.Add(15 * time.Minute) })
	b.flush()
	if n := strings.Count(b.log.String(), "no mail server is configured"); n != 1 {
		t.Fatalf("said %d times", n)
	}
	if row := b.stored("out_1"); row.State != mail.NotConfigured || row.Body == "{}" {
		t.Fatalf("got %+v", row)
	}

	s := startServer(t, nil)
	b.use(plainTo(s))
	b.now = b.now.Add(time.Hour)
	if r := b.flush(); r.Sent != 2 || r.Expired != 1 {
		t.Fatalf("with a server: %+v", r)
	}
	if row := b.stored("out_late"); row.State != mail.Expired || row.Body != "{}" {
		t.Fatalf("got %+v", row)
	}
}

func TestWithoutServerALinkIsWipedWhenItsTimeHasGone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		b := newBench(t, d, ctx, mail.Settings{})
		b.enqueue("out_link", func(m *mail.Message) { m.NotAfter = start.Add(15 * time.Minute) })
		b.enqueue("out_letter", nil)
		b.flush()
		b.now = b.now.Add(14 * time.Minute)
		if r := b.flush(); r.Expired != 0 || b.stored("out_link").State != mail.NotConfigured {
			t.Fatalf("before its time: %+v %+v", r, b.stored("out_link"))
		}
		b.now = b.now.Add(2 * time.Minute)
		if r := b.flush(); r.Expired != 1 {
			t.Fatalf("got %+v", r)
		}
		if row := b.stored("out_link"); row.State != mail.Expired || row.Body != "{}" {
			t.Fatalf("got %+v", row)
		}
		if row := b.stored("out_letter"); row.State != mail.NotConfigured || row.Body == "{}" {
			t.Fatalf("what never expires waits: %+v", row)
		}
	})
}

func TestMailThatNoServerWouldTakeIsRefused(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		return mail.Enqueue(ctx, tx, "out_1", start, mail.Message{To: "dana@acme.example\r\nBcc: x@y.example", Subject: "a\nb"})
	})
	if len(fault.All(err)) != 3 || !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v", err)
	}
}

func TestSendEndsWithItsContext(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	run, stop := context.WithCancel(context.Background())
	s := startServer(t, func(s *server) {
		s.rcpt = func(string) string { stop(); return "250 ok" }
	})
	b := newBench(t, d, ctx, plainTo(s))
	b.enqueue("out_1", nil)
	b.enqueue("out_2", nil)
	if err := b.mailer.Send(run); err != nil {
		t.Fatal(err)
	}
	if one, two := b.stored("out_1").State, b.stored("out_2").State; one == mail.Sending || two == mail.Sent {
		t.Fatalf("what was begun is noted, what was not is left: %q and %q", one, two)
	}
}

func TestSendGoesOnUntilNothingIsDue(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	s := startServer(t, nil)
	b := newBench(t, d, ctx, plainTo(s))
	for i := range 21 {
		b.enqueue(fmt.Sprintf("out_%02d", i), nil)
	}
	if err := b.mailer.Send(t.Context()); err != nil || len(s.received()) != 21 {
		t.Fatalf("%d sent, %v", len(s.received()), err)
	}
}

func TestOutboxThatCannotBeReadIsLeftToTheCallerToTell(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	b := newBench(t, d, ctx, mail.Settings{})
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.mailer.Send(t.Context()); err == nil || b.log.Len() > 0 {
		t.Fatalf("%v, logged %q", err, b.log.String())
	}
}
