package mailin_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/mailin"
)

func message(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n")) }

func read(t *testing.T, lines ...string) *mailin.Message {
	t.Helper()
	m, err := mailin.Read(message(lines...))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAMessageOfManyParts(t *testing.T) {
	m := read(t,
		"Message-ID: <one@acme.example>", "From: =?iso-8859-1?Q?Pia_M=FCller?= <Pia@Acme.example>", "To: Requests <requests+abc@northlight.example>", "Cc: emil@acme.example",
		"In-Reply-To: <two@northlight.example>", "References: <three@northlight.example> <two@northlight.example>", "Date: Tue, 03 Mar 2026 09:00:00 -0500",
		"Subject: =?utf-8?B?"+base64.StdEncoding.EncodeToString([]byte("Größe der Seite\r\nBcc: x@y.example"))+"?=",
		"MIME-Version: 1.0", `Content-Type: multipart/mixed; boundary="A"`, "",
		"--A", `Content-Type: multipart/alternative; boundary="B"`, "",
		"--B", "Content-Type: text/plain; charset=iso-8859-1", "Content-Transfer-Encoding: quoted-printable", "", "Gr=F6=DFer, bitte.", "",
		"--B", "Content-Type: text/html; charset=utf-8", "", "<p>Not this</p>", "--B--",
		"--A", "Content-Type: image/png", `Content-Disposition: attachment; filename="page.png"`, "Content-Transfer-Encoding: base64", "", "iVBORw0KGgo=", "--A--", "")
	if m.From != "pia@acme.example" || m.FromName != "Pia Müller" || m.ID != "one@acme.example" || m.Text != "Größer, bitte." {
		t.Errorf("%+v", m)
	}
	if m.Subject != "Größe der Seite Bcc: x@y.example" {
		t.Errorf("a subject is one line: %q", m.Subject)
	}
	if fmt.Sprint(m.To) != "[requests+abc@northlight.example emil@acme.example]" || fmt.Sprint(m.Answers) != "[two@northlight.example two@northlight.example three@northlight.example]" {
		t.Errorf("%v, %v", m.To, m.Answers)
	}
	if len(m.Files) != 1 || m.Files[0].Name != "page.png" || !strings.HasPrefix(string(m.Files[0].Content), "\x89PNG") {
		t.Errorf("%+v", m.Files)
	}
}

func TestWhatIsHTMLAloneIsReadAsText(t *testing.T) {
	m := read(t, "From: pia@acme.example", "Content-Type: text/html; charset=utf-8", "", "<style>p{}</style><p>Please make <b>a page</b>.<br>Soon.</p><script>alert(1)</script>")
	if !strings.Contains(m.Text, "a page") || !strings.Contains(m.Text, "\nSoon.") || strings.Contains(m.Text, "alert") || strings.Contains(m.Text, "<") {
		t.Errorf("%q", m.Text)
	}
	m = read(t, "From: pia@acme.example", "Content-Type: multipart/alternative; boundary=A", "", "--A", "Content-Type: text/plain", "", " ", "--A", "Content-Type: text/html", "", "<p>Only here</p>", "--A--")
	if m.Text != "Only here" {
		t.Errorf("%q", m.Text)
	}
}

func TestCopiesOfAMessageAreOne(t *testing.T) {
	a := read(t, "Received: by one", "Message-ID: <1@acme.example>", "From: pia@acme.example", "", "Hello")
	b := read(t, "Received: by two", "Received: by one", "Message-ID: <1@acme.example>", "From: pia@acme.example", "", "Hello", "")
	c := read(t, "Message-ID: <1@acme.example>", "From: pia@acme.example", "", "Hello you")
	if a.Digest != b.Digest || a.Digest == c.Digest {
		t.Errorf("%s %s %s", a.Digest, b.Digest, c.Digest)
	}
}

func TestHugeMessagesAreRefused(t *testing.T) {
	nested := []string{"From: a@b.example", "Content-Type: multipart/mixed; boundary=b0", ""}
	for i := range 60 {
		nested = append(nested, fmt.Sprintf("--b%d", i), fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d", i+1), "")
	}
	many := []string{"From: a@b.example", "Content-Type: multipart/mixed; boundary=A", ""}
	for range 500 {
		many = append(many, "--A", "Content-Type: text/plain", "", "x")
	}
	for name, raw := range map[string][]byte{
		"size":   append(message("From: a@b.example", "", ""), make([]byte, mailin.MaxMessage)...),
		"header": message("From: a@b.example", "Subject: "+strings.Repeat("x", mailin.MaxHeader), "", "x"),
		"nested": message(nested...),
		"parts":  message(many...),
	} {
		if _, err := mailin.Read(raw); !fault.Is(err, fault.TooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := mailin.Read([]byte("no colon here\r\n\r\nx")); fault.Code(err) != "mail-unreadable" {
		t.Errorf("%v", err)
	}
}

// What a server says is believed, what a sender says that it says is not.
func TestWhoVouchesForASender(t *testing.T) {
	const server = "mx.northlight.example"
	for _, c := range []struct {
		name   string
		fields []string
		from   string
		want   bool
	}{
		{"dmarc", []string{"mx.northlight.example; dmarc=pass (p=reject dis=none) header.from=acme.example"}, "pia@acme.example", true},
		{"dmarc with a version", []string{"MX.northlight.example 1; spf=pass smtp.mailfrom=acme.example; dmarc=pass header.from=ACME.example"}, "pia@acme.example", true},
		{"dmarc of another domain", []string{"mx.northlight.example; dmarc=pass header.from=evil.example"}, "pia@acme.example", false},
		{"dmarc fails though dkim passes", []string{"mx.northlight.example; dkim=pass header.d=acme.example; dmarc=fail header.from=acme.example"}, "pia@acme.example", false},
		{"dkim of the domain, no policy", []string{"mx.northlight.example; dkim=pass header.d=acme.example; dmarc=none"}, "pia@acme.example", true},
		{"dkim of another domain", []string{"mx.northlight.example; dkim=pass header.d=mailer.example"}, "pia@acme.example", false},
		{"dkim of the public suffix", []string{"mx.northlight.example; dkim=pass header.d=example"}, "pia@acme.example", false},
		{"spf of the domain", []string{"mx.northlight.example; spf=pass smtp.mailfrom=bounce@acme.example"}, "pia@acme.example", true},
		{"spf of another domain", []string{"mx.northlight.example; spf=pass smtp.mailfrom=pia@evil.example"}, "pia@acme.example", false},
		{"spf softfail", []string{"mx.northlight.example; spf=softfail smtp.mailfrom=acme.example"}, "pia@acme.example", false},
		{"another server", []string{"mx.evil.example; dmarc=pass header.from=acme.example"}, "pia@acme.example", false},
		{"nothing", nil, "pia@acme.example", false},
		{"forged below what the server wrote", []string{"mx.northlight.example; dmarc=fail header.from=acme.example", "mx.northlight.example; dmarc=pass header.from=acme.example"}, "pia@acme.example", false},
		{"hidden in a comment", []string{"mx.northlight.example; spf=fail (; dmarc=pass header.from=acme.example) smtp.mailfrom=x"}, "pia@acme.example", false},
		{"hidden in quotes", []string{`mx.northlight.example; spf=fail smtp.mailfrom="x; dmarc=pass header.from=acme.example"@evil.example`}, "pia@acme.example", false},
		{"hidden behind a quoted parenthesis", []string{`mx.northlight.example; spf=fail smtp.mailfrom="("@evil.example; dmarc=fail header.from=acme.example`}, "pia@acme.example", false},
		{"a comment that does not end", []string{"mx.northlight.example; (spf=pass smtp.mailfrom=acme.example"}, "pia@acme.example", false},
		{"two senders", []string{"mx.northlight.example; dmarc=pass header.from=acme.example"}, "pia@acme.example, x@evil.example", false},
		{"an address in an address", []string{"mx.northlight.example; dmarc=pass header.from=evil.example"}, "=?utf-8?q?pia=40acme.example?= <x@evil.example>", true},
	} {
		lines := []string{}
		for _, f := range c.fields {
			lines = append(lines, "Authentication-Results: "+f)
		}
		m := read(t, append(lines, "From: "+c.from, "", "x")...)
		if ok, why := m.Vouched(server); ok != c.want || ok == (why != "") {
			t.Errorf("%s: %v, %q", c.name, ok, why)
		}
		if ok, _ := m.Vouched(""); ok {
			t.Errorf("%s: vouched by nobody", c.name)
		}
	}
	twice := read(t, "Authentication-Results: mx.northlight.example; dmarc=pass header.from=acme.example", "From: pia@acme.example", "From: x@evil.example", "", "x")
	if ok, _ := twice.Vouched(server); ok || twice.From != "" {
		t.Error("two fields From are nobody")
	}
}

func TestWhatAProgramWroteIsKnown(t *testing.T) {
	for field, want := range map[string]bool{
		"Auto-Submitted: auto-replied": true, "Auto-Submitted: auto-generated; x=y": true, "Auto-Submitted: no": false, "Auto-Submitted: NO (by hand)": true, "Precedence: bulk": true, "Precedence: list": true,
		"Precedence: Junk": true, "Precedence: first-class": false, "List-Id: <x.example>": true, "Return-Path: <>": true, "Return-Path: <pia@acme.example>": false,
		"Content-Type: multipart/report; boundary=x": true, "X-Autoreply: yes": true,
	} {
		if got := read(t, field, "From: pia@acme.example", "", "x").Automatic(); (got != "") != want {
			t.Errorf("%s: %q", field, got)
		}
	}
	if read(t, "From: MAILER-DAEMON@acme.example", "", "x").Automatic() == "" {
		t.Error("a bounce")
	}
}

func TestWhatOfAReplyIsNew(t *testing.T) {
	for _, c := range [][2]string{
		{"The one about arms.\n\nOn Tue, 3 Mar 2026 at 11:00, Tom Team <tom@northlight.example> wrote:\n> Which page is it?\n> Tom", "The one about arms."},
		{"The one about arms.\n\nOn Tue, 3 Mar 2026 at 11:00, Tom Team\n<tom@northlight.example> wrote:\n\n> Which page is it?", "The one about arms."},
		{"Ja.\n\nAm 03.03.2026 um 11:00 schrieb Tom Team:\n> " + mailin.Above + "\n> Which?", "Ja."},
		{"Yes.\n-- \nPia Product\nAcme", "Yes."},
		{"Yes.\n\n-----Original Message-----\nFrom: Tom\nWhich page?", "Yes."},
		{"Yes.\n\nFrom: Tom Team <tom@northlight.example>\nSent: Tuesday\nTo: Pia\n\nWhich page?", "Yes."},
		{"From: the north we go.\nNo date here.", "From: the north we go.\nNo date here."},
		{"> Which page?\nThe one about arms.\n> When?\nTomorrow.", "> Which page?\nThe one about arms.\n> When?\nTomorrow."},
		{"Yes.\n\n" + mailin.Above + "\nTom wrote on R-1", "Yes."},
		{"> only this", ""},
		{"Plain", "Plain"},
	} {
		if got := mailin.Fresh(c[0]); got != c[1] {
			t.Errorf("%q: %q", c[0], got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(message("From: a@b.example", "Content-Type: multipart/mixed; boundary=A", "", "--A", "Content-Type: text/html; charset=koi8-r", "", "<p>x</p>", "--A", "Content-Disposition: attachment; filename*=utf-8''x.txt", "Content-Transfer-Encoding: base64", "", "eA==", "--A--"))
	f.Add(message("From: a@b.example", "Authentication-Results: mx; dmarc=pass (x\\) header.from=\"b.example", "Subject: =?utf-7?q?+ADw-?=", "", "x"))
	f.Add(message("From: a@b.example", "Content-Type: text/plain; charset=utf-7", "Content-Transfer-Encoding: quoted-printable", "", "=00=FF=E2"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := mailin.Read(raw)
		if m == nil || m.Digest == "" || err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
			t.Fatalf("%v, %v", m, err)
		}
		if strings.ContainsAny(m.Subject+m.FromName+m.From+m.ID, "\r\n\x00") || strings.ContainsAny(m.Text, "\r\x00") || strings.ToValidUTF8(m.Text+m.Subject, "") != m.Text+m.Subject {
			t.Fatalf("%+v", m)
		}
		m.Automatic()
		mailin.Fresh(m.Text)
		if ok, why := m.Vouched("mx"); ok == (why != "") {
			t.Fatalf("%v %q", ok, why)
		}
	})
}
