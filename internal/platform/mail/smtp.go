package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Security is how the connection to the server is protected. There is no silent fallback from one to another.
type Security string

// STARTTLS upgrades a plain connection and refuses to go on without; TLS is encrypted from the start; Unprotected sends
// in the clear and is meant for a server on the same machine.
const (
	STARTTLS    Security = "starttls"
	TLS         Security = "tls"
	Unprotected Security = "none"
)

// Settings say where mails go out. The zero Settings mean that this installation sends none.
type Settings struct {
	Host     string
	Port     int // 0 means the usual one: 587, 465 or 25
	Security Security
	Username string
	Password string
	From     string         // "Ofrecord <records@example.com>"
	Hello    string         // name given to the server; "" means the machine's own
	Roots    *x509.CertPool // who may vouch for the server; nil means whom the machine trusts
}

// Configured reports whether there is a server to send through.
func (s Settings) Configured() bool { return s.Host != "" }

const dialTimeout = 30 * time.Second

func (s Settings) client() (*gomail.Client, error) {
	if _, err := mail.ParseAddress(s.From); err != nil {
		return nil, fault.New(fault.Invalid, "mail-from", "set the address mails come from, such as \"Ofrecord <records@example.com>\"").At("from").Because(err)
	}
	options := []gomail.Option{gomail.WithTimeout(dialTimeout)}
	port := s.Port
	usual := func(p int) {
		if port == 0 {
			port = p
		}
	}
	switch s.Security {
	case STARTTLS:
		usual(587)
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case TLS:
		usual(465)
		options = append(options, gomail.WithSSL())
	case Unprotected:
		usual(25)
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fault.New(fault.Invalid, "mail-security", "set how the mail server is reached: starttls, tls or none").At("security")
	}
	options = append(options, gomail.WithPort(port), gomail.WithTLSConfig(&tls.Config{
		ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12,
	}))
	if s.Username != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.Username), gomail.WithPassword(s.Password))
	}
	if s.Hello != "" {
		options = append(options, gomail.WithHELO(s.Hello))
	}
	return gomail.NewClient(s.Host, options...)
}

func (s Settings) compose(id string, now time.Time, m Message) (*gomail.Msg, error) {
	out := gomail.NewMsg()
	from, err := mail.ParseAddress(s.From)
	if err != nil {
		return nil, err
	}
	out.FromMailAddress(from)
	if err := out.AddToFormat(m.ToName, m.To); err != nil {
		return nil, err
	}
	if m.ReplyTo != "" {
		if err := out.ReplyTo(m.ReplyTo); err != nil {
			return nil, err
		}
	}
	out.Subject(m.Subject)
	out.SetMessageIDWithValue(id + "@" + domain(from.Address))
	out.SetDateWithValue(now)
	out.SetUserAgent("Ofrecord")
	out.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office answers
	if m.Answers != "" {
		out.SetGenHeader("Auto-Submitted", "auto-replied")
		out.SetGenHeader(gomail.HeaderInReplyTo, "<"+m.Answers+">")
		out.SetGenHeader(gomail.HeaderReferences, "<"+m.Answers+">")
	}
	out.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		out.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return out, nil
}

func domain(address string) string {
	_, after, _ := strings.Cut(address, "@")
	return after
}

// send hands one mail to the server. Final says that trying again is useless.
func (s Settings) send(ctx context.Context, id string, now time.Time, m Message) (final bool, err error) {
	out, err := s.compose(id, now, m)
	if err != nil {
		return true, err
	}
	client, err := s.client()
	if err != nil {
		return false, err
	}
	err = client.DialAndSendWithContext(ctx, out)
	if err == nil {
		return false, nil
	}
	var refused *gomail.SendError
	if errors.As(err, &refused) && refused.ErrorCode() >= 500 && refused.ErrorCode() < 600 {
		return true, fmt.Errorf("refused: %w", err)
	}
	return false, err
}
