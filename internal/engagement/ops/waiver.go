package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

// WaiverInput is what a client is asked to consent to. Words are what it reads; For is whom the agency has in mind, which it does not.
type WaiverInput struct {
	engagement.Waiver
	Words string
	Names bool                     // the words may name other companies: the agency means to
	Paper *engagement.PaperConsent // the client has signed already, on paper
}

// AskWaiver asks a client for its consent, or records one that was signed on paper. The client's executives get a mail. Who may: see WaiverAsk, and ConflictSee for
// all clients. Faults: Forbidden, NotFound, Invalid at the fields.
func (s *Service) AskWaiver(ctx context.Context, actor access.Actor, in WaiverInput) (engagement.Consent, error) {
	for action, scope := range map[access.Action]access.Scope{access.ConflictSee: {}, access.WaiverAsk: access.Of(in.Client)} {
		if err := access.Require(actor, action, scope); err != nil {
			return engagement.Consent{}, err
		}
	}
	in.ID = s.id("wai")
	var out engagement.Consent
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		now := s.now()
		if err := s.checkWaiver(ctx, tx, &in, now); err != nil {
			return err
		}
		markets, err := asJSON(slices.Concat([]string{}, in.Markets))
		if err != nil {
			return err
		}
		row := waiverRow{ID: in.ID, ClientID: in.Client, Category: in.Category, Markets: markets, Unit: string(in.Unit), FromOn: in.Period.From.String(), UntilOn: in.Period.To.String(),
			Words: in.Words, MeantFor: in.For, AskedAt: now, AskedBy: actor.Account, AskedByName: actor.Name}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		if out, err = row.consent(nil); err != nil {
			return err
		}
		if in.Paper != nil {
			return s.answer(ctx, tx, actor, &out, answerRow{WaiverID: in.ID, Given: true, AnsweredAt: now, PaperReference: in.Paper.Reference, PaperSignatory: in.Paper.Signatory, PaperSignedOn: in.Paper.SignedOn.String()})
		}
		if err := s.tellExecutives(ctx, tx, actor, out, now); err != nil {
			return err
		}
		_, err = journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{
			At: now, Action: string(access.WaiverAsk), Client: in.Client, Subject: journal.Subject{Kind: "waiver", ID: in.ID, Name: "waiver"},
			Words: "asked for a waiver: " + out.Scope(), After: journal.Snapshot(recordedWaiver(out)),
		}))
		return err
	})
	if err != nil {
		return engagement.Consent{}, fmt.Errorf("ask for a waiver: %w", err)
	}
	return out, nil
}

// checkWaiver collects what is wrong with a waiver.
func (s *Service) checkWaiver(ctx context.Context, tx bun.Tx, in *WaiverInput, now time.Time) error {
	others, err := otherNames(ctx, tx, in.Client, in.For)
	if err != nil {
		return err
	}
	var problems fault.List
	problems = append(problems, fault.All(in.CheckScope(cal.DateOf(now, time.UTC)))...)
	if in.Words, err = engagement.CheckWords(in.Words, others, in.Names); err != nil {
		problems = append(problems, fault.All(err)...)
	}
	if name, ok := engagement.Mentions(strings.Join(append([]string{in.Category}, in.Markets...), " "), others); ok && !in.Names {
		problems.Add(fault.New(fault.Invalid, "waiver-names", "The scope names %s, and the client will read it.", name).At("category"))
	}
	if p := in.Paper; p != nil {
		p.Reference, p.Signatory = strings.Join(strings.Fields(p.Reference), " "), strings.Join(strings.Fields(p.Signatory), " ")
		if p.Reference == "" || len(p.Reference) > longestConflictText {
			problems.Add(fault.New(fault.Invalid, "paper-reference", "Say where the signed paper is kept (at most %d characters).", longestConflictText).At("reference"))
		}
		if p.Signatory == "" || len(p.Signatory) > longestConflictText {
			problems.Add(fault.New(fault.Invalid, "paper-signatory", "Name the person who signed for the client (at most %d characters).", longestConflictText).At("signatory"))
		}
		if p.SignedOn.IsZero() || p.SignedOn.After(cal.DateOf(now.Add(14*time.Hour), time.UTC)) {
			problems.Add(fault.New(fault.Invalid, "paper-signed-on", "Give the day of the signature; it cannot be still to come.").At("signed_on"))
		}
	}
	return problems.Err()
}

// otherNames are the companies that a text for a client must not name unseen: the other clients, who was checked, and whom the agency has in mind.
func otherNames(ctx context.Context, tx bun.Tx, client, meantFor string) ([]string, error) {
	clients, err := partyops.NamesOfKind(ctx, tx, access.Client)
	if err != nil {
		return nil, err
	}
	var own string
	var out []string
	for _, c := range clients {
		if c.ID == client {
			own = c.Name
		} else {
			out = append(out, c.Name)
		}
	}
	checks, err := latestChecks(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, m := range checks {
		if m.Kind != engagement.OfProspect && m.Kind != engagement.OfClient || m.Newcomer.Client == client {
			continue
		}
		out = append(append(append(out, m.Newcomer.Name), m.Newcomer.Also...), m.Newcomer.Brands...)
	}
	out = append(out, meantFor)
	return slices.DeleteFunc(out, func(n string) bool { return n == "" || engagement.SameName(n, own) }), nil
}

// AnswerWaiver gives the consent that a client was asked for, or refuses it; the answer stays. Who may: see WaiverAnswer. Faults: NotFound, Forbidden, Invalid at
// "reason" when a refusal says none, Conflict when it is answered already or has expired.
func (s *Service) AnswerWaiver(ctx context.Context, actor access.Actor, id string, given bool, reason string) (engagement.Consent, error) {
	if actor.Account == "" {
		return engagement.Consent{}, access.Require(actor, access.WaiverAnswer, access.Scope{})
	}
	reason = strings.TrimSpace(reason)
	if !given && reason == "" || len(reason) > longestWhy {
		return engagement.Consent{}, fault.New(fault.Invalid, "reason", "Say in a sentence why (at most %d characters); the agency reads it.", longestWhy).At("reason")
	}
	var out engagement.Consent
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		now := s.now()
		row, err := readWaiverRow(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.WaiverAnswer, access.Of(row.ClientID)); err != nil {
			return err
		}
		list, err := readConsents(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("id = ?", id) })
		if err != nil {
			return err
		}
		out = list[0]
		if state := out.State(cal.DateOf(now, time.UTC)); state != "asked" {
			return fault.New(fault.Conflict, "waiver-"+state, "This waiver is %s already; nothing can be answered any more.", state)
		}
		return s.answer(ctx, tx, actor, &out, answerRow{WaiverID: id, Given: given, Reason: reason, AnsweredAt: now})
	})
	if err != nil {
		return engagement.Consent{}, fmt.Errorf("answer a waiver: %w", err)
	}
	return out, nil
}

func (s *Service) answer(ctx context.Context, tx bun.Tx, actor access.Actor, c *engagement.Consent, row answerRow) error {
	row.AnsweredBy, row.AnsweredByName = actor.Account, actor.Name
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	list, err := readConsents(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("id = ?", row.WaiverID) })
	if err != nil {
		return err
	}
	*c = list[0]
	action, did := string(access.WaiverAnswer), "refused a waiver: "+row.Reason
	switch {
	case c.Paper != nil:
		action, did = "waiver.paper", fmt.Sprintf("recorded that %s signed a waiver for the client on paper on %s (%s): %s", c.Paper.Signatory, c.Paper.SignedOn.Words(), c.Paper.Reference, c.Scope())
	case row.Given:
		did = "gave a waiver: " + c.Scope()
	}
	if _, err := journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{
		At: row.AnsweredAt, Action: action, Client: c.Client, Subject: journal.Subject{Kind: "waiver", ID: c.ID, Name: "waiver"}, Words: did, After: journal.Snapshot(recordedWaiver(*c)),
	})); err != nil {
		return err
	}
	return s.again(ctx, tx, access.Machine(actor.Workspace, "the program"), row.AnsweredAt)
}

// recordedWaiver is what the record keeps of a waiver: what the client may read.
func recordedWaiver(c engagement.Consent) map[string]any {
	return map[string]any{"scope": c.Scope(), "words": c.Words, "answered": c.Answered, "given": c.Given, "reason": c.Reason}
}

// tellExecutives leaves a mail to each who may answer.
func (s *Service) tellExecutives(ctx context.Context, tx bun.Tx, actor access.Actor, c engagement.Consent, now time.Time) error {
	people, err := partyops.PeopleOf(ctx, tx, c.Client, now)
	if err != nil {
		return err
	}
	for _, l := range people {
		if access.GrantOf(l.Membership.Role, access.WaiverAnswer) != access.OfClient || l.Membership.Org.Kind != access.Client || !l.Membership.InForce(now) {
			continue
		}
		link := fmt.Sprintf("%s/clients/%s/relationship/waivers", strings.TrimSuffix(s.Parties.PublicURL, "/"), c.Client)
		m := mail.Message{To: string(l.Account.Email), ToName: l.Account.Name, Subject: "Your consent is asked for",
			Text: fmt.Sprintf("Hello %s,\n\n%s asks for your consent. %s\n\n%s\n\nYou can give it or refuse it here:\n\n%s\n", l.Account.Name, actor.Name, c.Scope(), c.Words, link)}
		if err := mail.Enqueue(ctx, tx, s.id("mail"), now, m); err != nil {
			return err
		}
	}
	return nil
}

// Waivers are those of a client, newest first. For somebody of the client, and for whoever does not see all clients, they do not say whom the agency has in
// mind. Who may: see WaiverSee. Faults: NotFound, Forbidden.
func (s *Service) Waivers(ctx context.Context, actor access.Actor, client string) ([]engagement.Consent, error) {
	if err := access.Require(actor, access.WaiverSee, access.Of(client)); err != nil {
		return nil, err
	}
	var out []engagement.Consent
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = readConsents(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("client_id = ?", client) })
		return err
	})
	if !access.Decide(actor, access.ConflictSee, access.Scope{}).Allowed {
		for i := range out {
			out[i].For = ""
		}
	}
	return out, err
}
