package ops

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/mailin"
)

// ReleaseInput says what a mail that waits is to become.
type ReleaseInput struct {
	Mail   string
	Client string // for whom; of a mail whose client is known it is that one
	As     string // account of a person of the client who wrote it; empty: whoever releases it, on behalf of the sender
	Asked  bool   // that person was asked; needed where the server found that the mail is not from whom it says
	New    bool   // a new request; else what it answers gets it
}

func mayRelease(actor access.Actor, client string) error {
	if err := access.Require(actor, access.MailSort, access.Of(client)); err != nil {
		return err
	}
	return access.Require(actor, access.RequestOpen, access.Of(client))
}

// ReleaseMail makes of a mail that waits a request of a client, or what somebody says on the request that it answers. What answers something internal becomes
// an internal note and nothing else. On behalf of the sender, an answer is an internal note too, for nobody knows who wrote it. From is where the actor found
// the mail: a client, or empty for the workspace. Who may: MailSort and RequestOpen. Faults: NotFound, Forbidden; Invalid at "client", "as" and "asked"; Conflict
// "mail-settled" when somebody decided already, or the fault of opening or writing.
func (s *Service) ReleaseMail(ctx context.Context, actor access.Actor, from string, in ReleaseInput) (*Request, error) {
	row, err := s.waitingMail(ctx, actor, from, in.Mail)
	if err != nil {
		return nil, err
	}
	if row.ClientID != "" {
		in.Client = row.ClientID
	}
	if in.Client == "" {
		return nil, fault.New(fault.Invalid, "client", "Say for which client this is.").At("client")
	}
	if err := mayRelease(actor, in.Client); err != nil {
		return nil, err
	}
	author, err := s.authorOf(ctx, actor, row, in)
	if err != nil {
		return nil, err
	}
	raw, err := s.original(ctx, row.SHA256)
	if err != nil {
		return nil, err
	}
	m, err := mailin.Read(raw)
	if err != nil {
		return nil, err
	}
	files, refused, err := s.receiveMail(ctx, m)
	if err != nil {
		return nil, err
	}
	var r *Request
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if err := unsettled(ctx, tx, row.ID); err != nil {
			return err
		}
		x := release{row: row, in: in, by: actor, author: author, m: m, files: files, refused: refused}
		if r, err = s.release(ctx, tx, x); err != nil {
			return err
		}
		settled := mailSettledRow{MailID: row.ID, Decision: "released", RequestID: r.ID, AsAccount: x.as(), Reason: row.ReasonCode, At: s.now(), ByID: actor.Account, ByName: actor.Name}
		if _, err := tx.NewInsert().Model(&settled).Exec(ctx); err != nil {
			return err
		}
		return s.recordMail(ctx, tx, actor, row, r, fmt.Sprintf("released a mail of %s, as %s, to", row.sender(), x.told()))
	})
	if err != nil {
		return nil, fmt.Errorf("release a mail: %w", err)
	}
	return r, nil
}

// release is a release on its way.
type release struct {
	row        mailRow
	in         ReleaseInput
	by, author access.Actor
	m          *mailin.Message
	files      []fileRow
	refused    []string
}

// as is the account of the other person in whose name it is released; empty: of nobody else.
func (x release) as() string {
	if x.author.Account == x.by.Account {
		return ""
	}
	return x.author.Account
}

// told names in whose name, and that they were asked where they had to be.
func (x release) told() string {
	if x.as() != "" && deniedIn(x.row.Reason) {
		return x.author.Name + " who was asked"
	}
	return x.author.Name
}

// words say who released it, and as whom.
func (x release) words() string {
	words := "released by " + x.by.Name
	if x.as() != "" {
		words += " as " + x.author.Name
	}
	return words
}

func (s *Service) release(ctx context.Context, tx bun.Tx, x release) (*Request, error) {
	key := "mail/" + x.row.ID
	how := fmt.Sprintf("\n\n(By mail of %s, %s.)", x.row.sender(), x.words())
	if x.in.New && !x.row.Internal {
		return s.openByMail(ctx, tx, x.author, x.in.Client, x.m, x.author.Account+"/"+key, mailText(x.m.Text, x.refused)+how, "By mail, "+x.words()+".", x.files)
	}
	if x.row.RequestID == "" {
		return nil, fault.New(fault.Invalid, "mail-answers", "It answers no request that is known. Release it as a new one.").At("new")
	}
	v := ForClient
	if x.row.Internal || x.in.As == "" {
		v = Internal
	}
	text := mailin.Fresh(x.m.Text)
	if text == "" {
		text = x.m.Text
	}
	return s.sayByMail(ctx, tx, x.author, x.in.Client, x.row.RequestID, x.author.Account+"/"+key, v, mailText(text, x.refused)+how, x.files)
}

func (r mailRow) sender() string {
	if r.FromAddress == "" {
		return "an unknown sender"
	}
	return r.FromAddress
}

// authorOf is in whose name a mail is released.
func (s *Service) authorOf(ctx context.Context, actor access.Actor, row mailRow, in ReleaseInput) (access.Actor, error) {
	workspace, _ := db.Workspace(ctx)
	switch {
	case row.Internal && in.New:
		return actor, fault.New(fault.Invalid, "mail-internal", "This answers something internal. It can be kept as an internal note, or discarded.").At("new")
	case in.As == "" || row.Internal:
		return actor, nil
	}
	if writer, err := s.Parties.ActorOf(ctx, row.AccountID, workspace); err == nil && access.SeesInternal(writer, in.Client) {
		return actor, fault.New(fault.Invalid, "as", "It comes from the address of somebody of the agency, so no person of the client wrote it.").At("as")
	}
	if deniedIn(row.Reason) && !in.Asked {
		return actor, fault.New(fault.Invalid, "as-unasked", "The mail is not from the address that it names, as its server found. Ask the person whether they wrote it, and say so here.").At("asked")
	}
	author, err := s.Parties.ActorOf(ctx, in.As, workspace)
	if err != nil || sideOf(author, in.Client) != access.Client || !access.Decide(author, access.RequestOpen, access.Of(in.Client)).Allowed {
		return actor, fault.New(fault.Invalid, "as", "Choose a person of the client who may open requests.").At("as")
	}
	return author, nil
}

// DiscardMail decides that a mail that waits becomes nothing. It stays in the list of what was settled. Who may: see MailSort. Faults: NotFound, Forbidden;
// Conflict "mail-settled".
func (s *Service) DiscardMail(ctx context.Context, actor access.Actor, from, id, reason string) error {
	row, err := s.waitingMail(ctx, actor, from, id)
	if err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); len([]rune(reason)) > longestNote {
		return fault.New(fault.Invalid, "reason", "Write at most %d characters.", longestNote).At("reason")
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := unsettled(ctx, tx, row.ID); err != nil {
			return err
		}
		settled := mailSettledRow{MailID: row.ID, Decision: "discarded", Reason: reason, At: s.now(), ByID: actor.Account, ByName: actor.Name}
		if _, err := tx.NewInsert().Model(&settled).Exec(ctx); err != nil {
			return err
		}
		_, err := journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{At: settled.At, Action: "request.mail.discard", Client: row.ClientID, Internal: true,
			Subject: journal.Subject{Kind: "mail", ID: row.ID, Name: row.sender()}, Words: "discarded a mail of " + row.sender(),
			After: journal.Snapshot(map[string]any{"sha256": row.SHA256, "waited_for": row.ReasonCode, "reason": reason})}))
		return err
	})
	if err != nil {
		return fmt.Errorf("discard a mail: %w", err)
	}
	return nil
}

// waitingMail is a mail that nobody decided of yet.
func (s *Service) waitingMail(ctx context.Context, actor access.Actor, from, id string) (row mailRow, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		if row, err = readMail(ctx, tx, actor, from, id); err != nil {
			return err
		}
		if row.Verdict != mailWaits {
			return settledMail("It was taken when it came.")
		}
		return unsettled(ctx, tx, id)
	})
	return row, err
}

func settledMail(how string) error {
	return fault.New(fault.Conflict, "mail-settled", "This mail waits for nobody any more. %s", how)
}

func unsettled(ctx context.Context, tx bun.Tx, id string) error {
	var settled mailSettledRow
	ok, err := one(ctx, tx, &settled, "mail_id = ?", id)
	if err == nil && ok {
		err = settledMail(settled.ByName + " " + settled.Decision + " it.")
	}
	return err
}
