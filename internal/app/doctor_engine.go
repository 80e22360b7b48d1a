package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/smtp"
	"net/url"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

// leastPostgres is the oldest version that this program is tested with.
const leastPostgres = 15

// clockTolerance is how far the clock of the database server may be from this machine's.
const clockTolerance = 5 * time.Second

func (e *examination) engine(ctx context.Context, d *db.DB) {
	asked := time.Now()
	found, err := d.Inspect(ctx)
	if err != nil {
		e.note(Fault, "database", "%s", reason(err))
		return
	}
	answered := time.Now()
	if d.Engine() == db.SQLite {
		if len(found.Damage) > 0 {
			e.note(Fault, "database", "the file is damaged (%s); stop the program, keep a copy of the file, and restore the last backup", found.Damage[0])
		} else {
			e.note(Well, "database", "SQLite %s, every page and every reference is sound", found.Version)
		}
	} else {
		e.server(found, asked, answered)
	}
	switch {
	case found.Superuser:
	case len(found.Changeable) > 0:
		e.note(Fault, "append-only", "the database would let records be changed in %s; restore the protection that the migrations set", strings.Join(found.Changeable, ", "))
	default:
		e.note(Well, "append-only", "the database itself refuses to change or delete records")
	}
}

func (e *examination) server(found db.Inspection, asked, answered time.Time) {
	if found.Major < leastPostgres {
		e.note(Fault, "database", "PostgreSQL %s is too old; use version %d or later", found.Version, leastPostgres)
	} else {
		e.note(Well, "database", "PostgreSQL %s", found.Version)
	}
	if found.Superuser {
		e.note(Fault, "role", "the role is a superuser, so the database cannot keep it from changing records that must never change; "+
			"make an ordinary role that owns only this database, and connect as that one")
	} else {
		e.note(Well, "role", "an ordinary role")
	}
	switch {
	case found.Clock.Before(asked.Add(-clockTolerance)):
		e.note(Warning, "server clock", "the database server is %v behind this machine; keep both right with NTP", asked.Sub(found.Clock).Round(time.Second))
	case found.Clock.After(answered.Add(clockTolerance)):
		e.note(Warning, "server clock", "the database server is %v ahead of this machine; keep both right with NTP", found.Clock.Sub(answered).Round(time.Second))
	default:
		e.note(Well, "server clock", "agrees with this machine's")
	}
}

func (e *examination) publicURL() {
	u, err := url.Parse(e.config.URL())
	if err != nil || u.Hostname() == "" {
		return // named among the faults of the configuration
	}
	host, _, _ := net.SplitHostPort(e.config.Address)
	switch {
	case u.Scheme == "http" && !isLocal(u.Hostname()):
		e.note(Fault, "public address", "%s is not encrypted, so anyone on the way can take over a session; put a proxy with TLS in front and set OFRECORD_PUBLIC_URL to https://…", u)
	case e.config.PublicURL == "" && !isLocal(host):
		e.note(Warning, "public address", "the program listens on %s for other machines, but links in mails would say %s; set OFRECORD_PUBLIC_URL", e.config.Address, u)
	default:
		e.note(Well, "public address", "%s", u)
	}
}

const mailTimeout = 10 * time.Second

func (e *examination) mail(ctx context.Context) {
	settings := e.config.Mail()
	if !settings.Configured() {
		e.note(Warning, "mail", "no mail server is set, so invitations and sign-in links wait; \"ofrecord user link EMAIL\" prints one")
		return
	}
	if err := greet(ctx, settings); err != nil {
		e.note(Fault, "mail", "%s does not answer as expected: %s", settings.Host, conceal(err.Error()))
		return
	}
	e.note(Well, "mail", "%s answers (nothing was sent, and the password was not tried)", settings.Host)
}

// greet connects to the mail server as mails would, says hello, and leaves.
func greet(ctx context.Context, s mail.Settings) error {
	ctx, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	port := s.Port
	if port == 0 {
		port = map[mail.Security]int{mail.STARTTLS: 587, mail.TLS: 465, mail.Unprotected: 25}[s.Security]
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(s.Host, fmt.Sprint(port)))
	if err != nil {
		return err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	encryption := &tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
	if s.Security == mail.TLS {
		conn = tls.Client(conn, encryption)
	}
	client, err := smtp.NewClient(conn, s.Host)
	if err != nil {
		return err
	}
	if err := client.Hello("localhost"); err != nil {
		return err
	}
	if s.Security == mail.STARTTLS {
		if err := client.StartTLS(encryption); err != nil {
			return err
		}
	}
	return client.Quit()
}
