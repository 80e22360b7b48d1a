package ops

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/party"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
	"github.com/ofrecord/ofrecord/internal/platform/mailin"
)

// letter is one mail about a request to one person.
type letter struct {
	to         party.Account
	ofAgency   bool
	visibility Visibility // of what the person answers to it
	mayAnswer  bool
	subject    string
	text       string
	answers    string // Message-ID of the mail that it answers; empty: none
}

// letterTo settles what an answer of a person would be. What people of a client and of specialists write is read by the client; that of the agency is as
// the mail is.
func letterTo(to party.Account, people []partyops.Listing, r *Request, answers Visibility, subject, text string) letter {
	out := letter{to: to, visibility: ForClient, subject: subject, text: text}
	who := access.Actor{Account: to.ID}
	for _, l := range people {
		if l.Account.ID == to.ID {
			who.Memberships = append(who.Memberships, l.Membership.Access())
			out.ofAgency = out.ofAgency || ofAgency(l)
		}
	}
	action := access.RequestAnswer
	if out.ofAgency && answers == Internal {
		out.visibility, action = Internal, access.RequestNote
	}
	out.mayAnswer = access.Decide(who, action, r.Scope()).Allowed
	return out
}

// send leaves a letter in the outbox. Where mail of the client comes in, it has an address for answers of its own, and says who would read one.
func (s *Service) send(ctx context.Context, tx bun.Tx, r *Request, l letter) error {
	now := s.now()
	sent := mailSentRow{ID: s.id("mail"), RequestID: r.ID, ClientID: r.Client, AccountID: l.to.ID, Visibility: string(l.visibility), At: now}
	base, err := s.mailBase(ctx, tx, r.Client)
	if err != nil {
		return err
	}
	link := fmt.Sprintf("%s/clients/%s/work/%s", strings.TrimSuffix(s.PublicURL, "/"), url.PathEscape(r.Client), url.PathEscape(r.ID))
	m := mail.Message{To: string(l.to.Email), ToName: l.to.Name, Subject: strings.Join(strings.Fields(l.subject), " "), Text: l.text + "\n\n" + link + "\n", Answers: l.answers}
	if base != "" && l.mayAnswer {
		if m.ReplyTo, err = s.replyTo(ctx, base, sent); err != nil {
			return err
		}
		m.Text = mailin.Above + "\n\n" + m.Text + "\n" + l.readers() + "\n"
	}
	if _, err := tx.NewInsert().Model(&sent).Exec(ctx); err != nil {
		return err
	}
	return mail.Enqueue(ctx, tx, sent.ID, now, m)
}

// readers say who would read an answer.
func (l letter) readers() string {
	switch {
	case l.visibility == Internal:
		return "An answer to this mail is kept as an internal note: the agency reads it, the client does not."
	case l.ofAgency:
		return "The client reads an answer to this mail."
	}
	return "An answer to this mail is written on the request; the agency and the client read it."
}
