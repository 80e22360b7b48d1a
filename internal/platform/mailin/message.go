package mailin

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/inbucket/html2text"
	"github.com/jhillyerd/enmime/v2"
	"github.com/jhillyerd/enmime/v2/mediatype"
	"golang.org/x/text/encoding/htmlindex"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// The limits of a message. What is above them is refused whole.
const (
	MaxMessage = 40 << 20  // bytes of the message as it came: attachments of 25 MB grow by a third on their way
	MaxHeader  = 256 << 10 // bytes of the header
	MaxParts   = 100       // parts, of which MaxNested may hold others
	MaxNested  = 20
	maxNames   = 100 // addresses of a field, and ids, that are looked at
)

// Message is a message as it was read.
type Message struct {
	ID       string   // its Message-ID without < and >; empty: it has none
	From     string   // the one address in From, in small letters; empty when there is none, or not exactly one
	FromName string   // as the sender calls themselves; proves nothing
	To       []string // addresses to which it was sent, in small letters, from all fields that name some
	Answers  []string // ids of the messages that it answers, the nearest first
	Subject  string
	Text     string // of the plain text; where there is none, of the HTML
	Files    []File
	Date     time.Time // as the sender's clock said; zero: not said
	Digest   string    // the same for each copy of the message, whichever way it came

	header mail.Header
}

// File is an attachment, or a picture within the text.
type File struct {
	Name    string
	Content []byte
}

// Read reads a message. Faults: TooLarge "mail-large", Invalid "mail-unreadable". The message is never nil: of one that cannot be read it holds what
// is known.
func Read(raw []byte) (m *Message, err error) {
	m = &Message{Digest: digest(raw, nil)}
	defer func() { // the parser is not ours, and what it reads is anybody's
		if r := recover(); r != nil {
			err = unreadable(fmt.Errorf("parser: %v", r))
		}
	}()
	if len(raw) > MaxMessage {
		return m, large("It is larger than %d MB", MaxMessage>>20)
	}
	end := headerEnd(raw)
	if end > MaxHeader {
		return m, large("Its header is longer than %d KB", MaxHeader>>10)
	}
	head, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return m, unreadable(err)
	}
	m.header = head.Header
	m.Digest = digest(raw[end:], head.Header)
	m.readHeader()
	root, err := parts(raw)
	if err != nil {
		return m, err
	}
	m.Text = clean(m.gather(root))
	return m, nil
}

func large(format string, args ...any) error {
	return fault.New(fault.TooLarge, "mail-large", format+"; send less, or say where it can be fetched.", args...)
}

func unreadable(err error) error {
	return fault.New(fault.Invalid, "mail-unreadable", "It is no message of e-mail that can be read.").Because(err)
}

// headerEnd is where the header ends, after the empty line behind it.
func headerEnd(raw []byte) int {
	for at := 0; at < len(raw); {
		n := bytes.IndexByte(raw[at:], '\n')
		if n < 0 {
			return len(raw)
		}
		line := raw[at : at+n]
		at += n + 1
		if len(bytes.TrimRight(line, "\r")) == 0 {
			return at
		}
	}
	return len(raw)
}

// digest tells one message from another by what does not change on its way.
func digest(body []byte, h mail.Header) string {
	sum := sha256.New()
	for _, name := range []string{"Message-Id", "From", "Date", "Subject"} {
		fmt.Fprintf(sum, "%q\n", h[name])
	}
	sum.Write(bytes.TrimRight(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")), "\n"))
	return hex.EncodeToString(sum.Sum(nil))
}

var errMany = errors.New("too many parts")

// parts reads the tree of the parts, within the limits.
func parts(raw []byte) (*enmime.Part, error) {
	asked, nested := 0, 0
	count := func(text string) (string, map[string]string, []string, error) { // is asked twice of each part
		kind, params, wrong, err := mediatype.Parse(text)
		if strings.HasPrefix(kind, "multipart/") {
			nested++
		}
		if asked++; asked > 2*MaxParts || nested > MaxNested {
			return "", nil, nil, errMany
		}
		return kind, params, wrong, err
	}
	root, err := enmime.NewParser(enmime.SetCustomParseMediaType(count), enmime.DisableCharacterDetection(true), enmime.MultipartWOBoundaryAsSinglePart(true),
		enmime.MaxStoredPartErrors(10)).ReadParts(bytes.NewReader(raw))
	switch {
	case asked > 2*MaxParts || nested > MaxNested:
		return nil, large("It has more than %d parts, or they are nested too deep", MaxParts)
	case err != nil || root == nil:
		return nil, unreadable(err)
	}
	return root, nil
}

// gather is the text of a part and of those within, and adds the files.
func (m *Message) gather(p *enmime.Part) string {
	named := p.FileName != "" || p.Disposition == "attachment"
	switch {
	case p.FirstChild != nil:
		var plain, html []string
		for c := p.FirstChild; c != nil; c = c.NextSibling {
			text := strings.TrimSpace(m.gather(c))
			switch {
			case text == "":
			case p.ContentType == "multipart/alternative" && c.ContentType != "text/plain":
				html = append(html, text)
			default:
				plain = append(plain, text)
			}
		}
		if len(plain) == 0 && len(html) > 0 {
			return html[0]
		}
		return strings.Join(plain, "\n\n")
	case p.ContentType == "text/html" && !named:
		text, err := html2text.FromString(string(p.Content))
		if err != nil {
			return string(p.Content) // as it is: better strange than lost
		}
		return text
	case (p.ContentType == "text/plain" || p.ContentType == "") && !named:
		return string(p.Content)
	case strings.HasPrefix(p.ContentType, "multipart/") || len(p.Content) == 0 && !named:
		return ""
	}
	m.Files = append(m.Files, File{Name: fileName(p), Content: p.Content})
	return ""
}

// fileName names a file as its sender did, or by its type.
func fileName(p *enmime.Part) string {
	if name := OneLine(p.FileName); name != "" {
		return name
	}
	ending := map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "application/pdf": ".pdf", "message/rfc822": ".eml", "text/calendar": ".ics", "text/plain": ".txt",
		"text/csv": ".csv", "text/html": ".html"}[p.ContentType]
	return "attachment" + ending
}

// addresses reads lists of addresses strictly: who is lenient with them reads another sender than the server that vouches.
var addresses = mail.AddressParser{WordDecoder: &mime.WordDecoder{CharsetReader: func(charset string, input io.Reader) (io.Reader, error) {
	encoding, err := htmlindex.Get(charset)
	if err != nil {
		return nil, err
	}
	return encoding.NewDecoder().Reader(input), nil
}}}

var angled = regexp.MustCompile(`<([^<>\s]{1,500})>`)

func (m *Message) readHeader() {
	if ids := angled.FindStringSubmatch(m.header.Get("Message-Id")); len(m.header["Message-Id"]) == 1 && ids != nil {
		m.ID = ids[1]
	}
	m.Subject = OneLine(enmime.DecodeRFC2047(m.header.Get("Subject")))
	if list, err := addresses.ParseList(m.header.Get("From")); err == nil && len(list) == 1 && len(m.header["From"]) == 1 && strings.Count(list[0].Address, "@") == 1 {
		m.From, m.FromName = strings.ToLower(list[0].Address), OneLine(list[0].Name)
	}
	if at, err := m.header.Date(); err == nil {
		m.Date = at.UTC()
	}
	for _, name := range []string{"To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"} {
		for _, field := range m.header[name] {
			list, err := addresses.ParseList(field)
			if err != nil {
				continue
			}
			for _, a := range list[:min(len(list), maxNames)] {
				m.To = append(m.To, strings.ToLower(a.Address))
			}
		}
	}
	for _, name := range []string{"In-Reply-To", "References"} {
		for _, field := range m.header[name] {
			ids := angled.FindAllStringSubmatch(field, maxNames)
			for i := range ids {
				m.Answers = append(m.Answers, ids[len(ids)-1-i][1])
			}
		}
	}
}

// clean makes a text one that can be kept and shown.
func clean(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u00a0", " ", "\u2028", "\n", "\u2029", "\n").Replace(strings.ToValidUTF8(text, "\ufffd"))
	text = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) || r == '\u200d' {
			return r
		}
		return -1
	}, text)
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// OneLine is a text on one line, at most 300 characters, in which nothing can begin a field of a header.
func OneLine(text string) string {
	runes := []rune(strings.Join(strings.Fields(clean(text)), " "))
	return string(runes[:min(len(runes), 300)])
}
