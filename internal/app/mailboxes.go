package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/mailin"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

// mailbox is one entry of the file that OFRECORD_MAILBOXES names: from where mail becomes requests.
type mailbox struct {
	Workspace    string `yaml:"workspace"`
	Client       string `yaml:"client"` // name or id; empty: of every client
	Address      string `yaml:"address"`
	Server       string `yaml:"server"`
	Host         string `yaml:"host"`
	Port         int    `yaml:"port"`
	User         string `yaml:"user"`
	Password     string `yaml:"password"`
	PasswordFile string `yaml:"password_file"`
	Folder       string `yaml:"folder"`
	Done         string `yaml:"done"`

	box mailin.Mailbox
}

// mailboxes reads the file. What is wrong names the entry and what to write, and never a value: the file holds secrets.
func (c Config) mailboxes() (list []mailbox, wrong []string) {
	if c.Mailboxes == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.Mailboxes)
	if err != nil {
		return nil, []string{fmt.Sprintf("the file %s cannot be read; write the path of a file that this user may read", c.Mailboxes)}
	}
	var in struct {
		Mailboxes []mailbox `yaml:"mailboxes"`
	}
	if err := yaml.UnmarshalWithOptions(text, &in, yaml.Strict()); err != nil {
		where := "the file"
		if m := placeInYAML.FindStringSubmatch(yaml.FormatError(err, false, false)); m != nil {
			where = "line " + m[1] + " of the file"
		}
		return nil, []string{where + " cannot be read; write \"mailboxes:\" and below it entries of address, server, host, user and password_file"}
	}
	seen := map[string]bool{}
	for n := range in.Mailboxes {
		one := &in.Mailboxes[n]
		if one.Workspace == "" {
			one.Workspace = c.Workspace
		}
		for _, words := range one.settle() {
			wrong = append(wrong, fmt.Sprintf("entry %d: %s", n+1, words))
		}
		for _, key := range []string{one.User + "\x00" + one.Host + "\x00" + one.Folder, one.Workspace + "\x00for\x00" + strings.ToLower(one.Client)} {
			if seen[key] {
				wrong = append(wrong, fmt.Sprintf("entry %d: there is an entry for this folder, or for this client, already; keep one", n+1))
			}
			seen[key] = true
		}
	}
	return in.Mailboxes, wrong
}

// settle works out what the entry says, and gives what is wrong with it.
func (m *mailbox) settle() (wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if !workspaceForm.MatchString(m.Workspace) {
		say("write the short name of the workspace")
	}
	if address, err := workops.CheckMailAddress(m.Address); err != nil {
		say("address: %s", fault.All(err)[0].Message)
	} else {
		m.Address = address
	}
	if m.Server = strings.ToLower(strings.TrimSpace(m.Server)); m.Server == "" || strings.ContainsAny(m.Server, " ;@\t") {
		say("write as server the name that stands first in the Authentication-Results of mail that came, such as mx.example.com")
	}
	if m.Host == "" || strings.ContainsAny(m.Host, ":/ ") || m.Port < 0 || m.Port > 65535 {
		say("write the host of the mailbox, such as imap.example.com, and its port apart, or leave the port out for 993")
	}
	if m.User == "" {
		say("write the user of the mailbox")
	}
	password := m.Password
	switch {
	case m.Password != "" && m.PasswordFile != "":
		say("write password or password_file, not both")
	case m.PasswordFile != "":
		text, err := os.ReadFile(m.PasswordFile)
		if err != nil {
			say("the file of password_file cannot be read; write the path of a file that this user may read")
		}
		password = strings.TrimRight(string(text), "\r\n")
	case m.Password == "":
		say("write password_file, or password")
	}
	if m.Done != "" && (m.Done == m.Folder || m.Folder == "" && strings.EqualFold(m.Done, "INBOX")) {
		say("write as done another folder than the one that is looked into, or leave it out")
	}
	m.box = mailin.Mailbox{Host: m.Host, Port: m.Port, User: m.User, Password: password, Folder: m.Folder, Done: m.Done}
	return wrong
}

// clientOf is the client that the entry names, "" for one of every client; ok is false when it names none, or several.
func (m mailbox) clientOf(clients []party.Org) (id string, ok bool) {
	if m.Client == "" {
		return "", true
	}
	org, ok := clientCalled(m.Client, clients)
	return org.ID, ok
}

// mailTo is the address of the mailbox to which mail of a client goes: its own, else that of every client.
func (p *Program) mailTo(ctx context.Context, tx bun.Tx, client string) (address string, err error) {
	if len(p.mailboxes) == 0 {
		return "", nil
	}
	clients, err := partyops.NamesOfKind(ctx, tx, access.Client)
	if err != nil {
		return "", err
	}
	workspace, _ := db.Workspace(ctx)
	for _, m := range p.mailboxes {
		id, ok := m.clientOf(clients)
		if !ok || m.Workspace != workspace && p.DB.Engine() == db.Postgres {
			continue
		}
		if id == client {
			return m.Address, nil
		}
		if id == "" {
			address = m.Address
		}
	}
	return address, nil
}

// fetchMail looks, for every workspace, into its mailboxes. A failure with one stops no other.
func (p *Program) fetchMail(ctx context.Context) error {
	if len(p.mailboxes) == 0 {
		return nil
	}
	return p.eachWorkspace(ctx, func(ctx context.Context, slug string) error {
		clients, err := p.Party.Clients(ctx, operatorOf(slug))
		if err != nil {
			return err
		}
		var failures []error
		for _, m := range p.mailboxes {
			if m.Workspace != slug && p.DB.Engine() == db.Postgres {
				continue
			}
			client, ok := m.clientOf(clients)
			if !ok {
				failures = append(failures, fmt.Errorf("mailbox %s: no client, or several, are named %q", m.Address, m.Client))
				continue
			}
			taken, err := p.fetch(ctx, m, client)
			if taken > 0 {
				p.Log.Info("mail fetched", "workspace", slug, "mailbox", m.Address, "messages", taken)
			}
			if err != nil && ctx.Err() == nil {
				failures = append(failures, fmt.Errorf("mailbox %s: %w", m.Address, err))
			}
		}
		return errors.Join(failures...)
	})
}

// fetch takes in what lies in a mailbox. What is taken in is written whole even while the program is asked to end.
func (p *Program) fetch(ctx context.Context, m mailbox, client string) (int, error) {
	door := workops.MailDoor{Name: "mailbox " + m.Address, Client: client, Server: m.Server}
	whole := context.WithoutCancel(ctx)
	return m.box.Look(ctx, func(places []string) (map[string]bool, error) { return p.Work.SeenMail(ctx, places) }, func(f mailin.Fetched) (keep bool, err error) {
		if f.Raw == nil {
			return true, p.Work.LeaveMail(whole, door, f.Place, f.From, f.Subject, f.Size, fmt.Sprintf("It is larger than %d MB.", mailin.MaxMessage>>20))
		}
		_, err = p.Work.TakeMail(whole, door, f.Place, f.Raw)
		if fault.Is(err, fault.TooLarge) {
			return true, p.Work.LeaveMail(whole, door, f.Place, "", "", f.Size, fault.All(err)[0].Message)
		}
		return false, err
	})
}
