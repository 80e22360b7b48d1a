// Package mailboxtest is an IMAP server for tests, over TLS on a port of this machine.
package mailboxtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"github.com/ofrecord/ofrecord/internal/platform/mailin"
)

// The account at the server.
const (
	User     = "requests@northlight.example"
	Password = "correct horse battery staple"
)

// Server is an IMAP server with one account.
type Server struct {
	tb   testing.TB
	user *imapmemserver.User
	port int
	pool *x509.CertPool
	pem  []byte
}

// Start starts a server whose account has these folders. It ends with the test.
func Start(tb testing.TB, folders ...string) *Server {
	tb.Helper()
	memory, user := imapmemserver.New(), imapmemserver.NewUser(User, Password)
	for _, f := range folders {
		if err := user.Create(f, nil); err != nil {
			tb.Fatal(err)
		}
	}
	memory.AddUser(user)
	certificate, pool, encoded := identity(tb)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"imap"}})
	if err != nil {
		tb.Fatal(err)
	}
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		Caps:   imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapMove: {}, imap.CapUIDPlus: {}},
		Logger: log.New(io.Discard, "", 0),
	})
	go func() { _ = server.Serve(listener) }()
	tb.Cleanup(func() { _ = server.Close() })
	return &Server{tb: tb, user: user, port: listener.Addr().(*net.TCPAddr).Port, pool: pool, pem: encoded}
}

// Mailbox is the inbox of the account.
func (s *Server) Mailbox() mailin.Mailbox {
	return mailin.Mailbox{Host: "localhost", Port: s.port, User: User, Password: Password, Roots: s.pool}
}

// Port is where the server listens, and Certificate who vouches for it, as PEM.
func (s *Server) Port() int           { return s.port }
func (s *Server) Certificate() []byte { return s.pem }

// Deliver puts a message into a folder.
func (s *Server) Deliver(folder, raw string) {
	s.tb.Helper()
	if _, err := s.user.Append(folder, literal{strings.NewReader(raw)}, &imap.AppendOptions{}); err != nil {
		s.tb.Fatal(err)
	}
}

// literal is a text as the server takes it.
type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// Messages counts those in a folder.
func (s *Server) Messages(folder string) int {
	s.tb.Helper()
	status, err := s.user.Status(folder, &imap.StatusOptions{NumMessages: true})
	if err != nil {
		s.tb.Fatal(err)
	}
	return int(*status.NumMessages)
}

func identity(tb testing.TB) (tls.Certificate, *x509.CertPool, []byte) {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		tb.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
