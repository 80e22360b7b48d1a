package mailin

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// Mailbox is a folder at a server from which messages are fetched, by IMAP over TLS.
type Mailbox struct {
	Host     string
	Port     int // 0: 993
	User     string
	Password string
	Folder   string         // empty: INBOX
	Done     string         // folder to which what was taken in is moved; empty: it stays and is marked
	Roots    *x509.CertPool // who may vouch for the server; nil: whom the machine trusts
}

// Fetched is a message of a mailbox.
type Fetched struct {
	Place   string // where it lies: the same as long as the server says that its numbers are
	Raw     []byte // nil of one that is larger than MaxMessage
	Size    int64
	From    string // of one that is too large
	Subject string // likewise
}

// marked is the keyword of messages that were looked at. What was taken in is known by its place and content too: marks only spare the looking.
const marked = imap.Flag("OfrecordTaken")

// The bounds of one look.
const (
	lookTime = 10 * time.Minute
	lookMost = 50 // messages; the others come with the next look
)

// Look hands over what lies in the mailbox and was not seen, one after the other, and then marks it, or moves it away. What was seen is only marked: whoever
// was stopped between taking and marking goes on there. A message that cannot be taken stops no other and is handed over again at the next look. Keep says
// of one that it stays where it is.
func (b Mailbox) Look(ctx context.Context, seen func(places []string) (map[string]bool, error), take func(Fetched) (keep bool, err error)) (taken int, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	c, err := b.open(ctx)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	if err := c.Login(b.User, b.Password).Wait(); err != nil {
		return 0, fmt.Errorf("sign in to the mailbox of %s at %s: %w", b.User, b.Host, err)
	}
	folder, err := c.Select(b.folder(), nil).Wait()
	if err != nil {
		return 0, fmt.Errorf("open the folder %s: %w", b.folder(), err)
	}
	found, err := c.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{marked, imap.FlagDeleted}}, nil).Wait()
	if err != nil {
		return 0, fmt.Errorf("look into the folder %s: %w", b.folder(), err)
	}
	uids := found.AllUIDs()
	slices.Sort(uids)
	place := func(uid imap.UID) string {
		return fmt.Sprintf("imap://%s@%s/%s;UIDVALIDITY=%d/;UID=%d", b.User, b.Host, b.folder(), folder.UIDValidity, uid)
	}
	places := make([]string, len(uids))
	for i, uid := range uids {
		places[i] = place(uid)
	}
	known, err := seen(places)
	if err != nil {
		return 0, err
	}
	var failures []error
	for i, uid := range uids[:min(len(uids), lookMost)] {
		keep := false
		if !known[places[i]] {
			f, err := b.fetch(c, uid)
			if err != nil {
				return taken, fmt.Errorf("fetch a message: %w", err)
			}
			if f == nil { // somebody took it away meanwhile
				continue
			}
			f.Place = places[i]
			if keep, err = take(*f); err != nil {
				failures = append(failures, err)
				continue
			}
			taken++
		}
		if err := b.settle(c, uid, keep); err != nil {
			return taken, errors.Join(append(failures, fmt.Errorf("mark a message: %w", err))...)
		}
	}
	if err := errors.Join(failures...); err != nil {
		return taken, err
	}
	return taken, c.Logout().Wait()
}

func (b Mailbox) folder() string {
	if b.Folder == "" {
		return "INBOX"
	}
	return b.Folder
}

func (b Mailbox) open(ctx context.Context) (*imapclient.Client, error) {
	port := b.Port
	if port == 0 {
		port = 993
	}
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: 30 * time.Second}, Config: &tls.Config{ServerName: b.Host, RootCAs: b.Roots, MinVersion: tls.VersionTLS12, NextProtos: []string{"imap"}}}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(b.Host, strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("reach the mailbox at %s: %w", b.Host, err)
	}
	return imapclient.New(conn, nil), nil
}

// fetch reads one message, without marking it as read. One that is too large is not read.
func (b Mailbox) fetch(c *imapclient.Client, uid imap.UID) (*Fetched, error) {
	sizes, err := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{RFC822Size: true, UID: true}).Collect()
	if err != nil || len(sizes) == 0 {
		return nil, err
	}
	out := &Fetched{Size: sizes[0].RFC822Size}
	if out.Size > MaxMessage {
		heads, err := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{Envelope: true, UID: true}).Collect()
		if err == nil && len(heads) > 0 && heads[0].Envelope != nil {
			out.Subject = heads[0].Envelope.Subject
			if from := heads[0].Envelope.From; len(from) > 0 {
				out.From = from[0].Addr()
			}
		}
		return out, err
	}
	whole := &imap.FetchItemBodySection{Peek: true}
	messages, err := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	if err != nil || len(messages) == 0 {
		return nil, err
	}
	if out.Raw = messages[0].FindBodySection(whole); out.Raw == nil {
		out.Raw = []byte{}
	}
	return out, nil
}

// settle moves a message away where that is wished and the server can do so without touching others, else marks it as looked at.
func (b Mailbox) settle(c *imapclient.Client, uid imap.UID, keep bool) error {
	set := imap.UIDSetNum(uid)
	if !keep && b.Done != "" && (c.Caps().Has(imap.CapMove) || c.Caps().Has(imap.CapUIDPlus)) {
		_, err := c.Move(set, b.Done).Wait()
		return err
	}
	flags := []imap.Flag{marked, imap.FlagSeen}
	if keep {
		flags = flags[:1]
	}
	return c.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: flags}, nil).Close()
}
