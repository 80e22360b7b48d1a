package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// longestText is how many characters a text in this room can have.
const longestText = 4000

// NoticeInput is a notice to give, for the actor's own side.
type NoticeInput struct {
	Client   string
	Contract string
	Given    engagement.Given
	Text     string // what is written; may be empty
}

// Foretold is what a notice would do.
type Foretold struct {
	Agreed
	Side   contract.Side
	Given  engagement.Given // as it counts: without a receipt that the contract says itself
	Effect engagement.Effect
	Fee    []string
	Binds  bool     // without another word; false: it is a claim until the other side acknowledges it
	Odd    []string // what is odd about the end
}

// ForetellNotice says what a notice would do, and gives none. Who may: see NoticeGive. Faults: NotFound, Forbidden; Invalid at fields; Conflict
// where a notice stands already.
func (s *Service) ForetellNotice(ctx context.Context, actor access.Actor, in NoticeInput) (Foretold, error) {
	var out Foretold
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = s.foretell(ctx, tx, actor, in)
		return err
	})
	if err != nil {
		return Foretold{}, fmt.Errorf("foretell a notice: %w", err)
	}
	return out, nil
}

func (s *Service) foretell(ctx context.Context, tx bun.Tx, actor access.Actor, in NoticeInput) (Foretold, error) {
	out := Foretold{}
	var err error
	if out.Agreed, err = s.term(ctx, tx, actor, access.NoticeGive, in.Client, in.Contract); err != nil {
		return out, err
	}
	if out.Side, err = side(actor, access.NoticeGive, in.Client); err != nil {
		return out, err
	}
	if len(out.Agreement.Latest().Term.Notice.Receipt) > 0 {
		in.Given.Received = cal.Date{} // the contract says it
	}
	out.Given = in.Given
	if n, binds := out.EndingNotice(); binds && !same(n, out.Side, in) {
		return out, fault.New(fault.Conflict, "notice-stands", "A notice of the %s of %s stands already. Both sides withdraw it before another is given.", n.Side, n.Given.On.Words())
	}
	if err := checkLength("text", in.Text); err != nil {
		return out, err
	}
	switch g := in.Given; {
	case !g.On.IsZero() && g.On.After(out.Today):
		return out, fault.New(fault.Invalid, "notice-day", "That day is still to come. Today is %s.", out.Today.Words()).At("given_on")
	case g.Way == contract.InProduct && !g.On.IsZero() && g.On != out.Today:
		return out, fault.New(fault.Invalid, "notice-day", "A notice in Ofrecord is given on the day on which it is entered; write %s.", out.Today).At("given_on")
	case g.Received.After(out.Today):
		return out, fault.New(fault.Invalid, "notice-received", "That day is still to come. Today is %s.", out.Today.Words()).At("received_on")
	}
	out.Effect, err = engagement.EffectOf(out.Agreement, in.Given)
	out.Fee = out.Effect.FeeWords(out.Agreement.Latest())
	if err != nil {
		return out, err
	}
	out.Binds = engagement.Notice{Given: in.Given, At: s.now()}.Binds(out.Agreement.First().Zone)
	locked, err := s.locked(ctx, tx, in.Contract)
	out.Odd = out.Effect.Warnings(out.Today, locked)
	return out, err
}

// locked is the first day that no locked statement of the contract covers; zero where none is locked or nobody knows.
func (s *Service) locked(ctx context.Context, tx bun.Tx, contractID string) (cal.Date, error) {
	if s.Contracts.LockedUntil == nil {
		return cal.Date{}, nil
	}
	return s.Contracts.LockedUntil(ctx, tx, contractID)
}

// NoticeOdd says what is odd about the end that a notice brings, for who is asked to acknowledge it. Who may: see ContractSee. Faults: NotFound, Forbidden.
func (s *Service) NoticeOdd(ctx context.Context, actor access.Actor, client, id string) (odd []string, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		a, n, err := s.notice(ctx, tx, actor, access.ContractSee, client, id)
		if err != nil {
			return err
		}
		locked, err := s.locked(ctx, tx, a.ID)
		odd = n.Effect.Warnings(a.Today, locked)
		return err
	})
	return odd, err
}

// sameOf is the notice that stands and is the same.
func sameOf(notices []engagement.Notice, side contract.Side, in NoticeInput) (engagement.Notice, bool) {
	i := slices.IndexFunc(notices, func(n engagement.Notice) bool { return n.Stands() && same(n, side, in) })
	if i < 0 {
		return engagement.Notice{}, false
	}
	return notices[i], true
}

func same(n engagement.Notice, side contract.Side, in NoticeInput) bool {
	return n.Side == side && n.Given == in.Given && n.Text == strings.TrimSpace(in.Text)
}

func checkLength(field, text string) error {
	if utf8.RuneCountInString(text) > longestText {
		return fault.New(fault.Invalid, "text-long", "Write at most %d characters.", longestText).At(field)
	}
	return nil
}

// GiveNotice records a notice of the actor's side, which never changes afterwards, and tells the other side. It ends nothing by itself: money
// follows from the amendment that both accept. The same notice given again is the one that stands. Who may and faults: as ForetellNotice.
func (s *Service) GiveNotice(ctx context.Context, actor access.Actor, in NoticeInput) (engagement.Notice, error) {
	var out engagement.Notice
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		f, err := s.foretell(ctx, tx, actor, in)
		if err != nil {
			return err
		}
		in.Given = f.Given
		if n, again := sameOf(f.Notices, f.Side, in); again {
			out = n
			return nil
		}
		out = engagement.Notice{ID: s.id("ntc"), Client: in.Client, Contract: in.Contract, Version: f.Agreement.Latest().Version, Side: f.Side, Given: in.Given,
			Effect: f.Effect, Fee: f.Fee, Text: strings.TrimSpace(in.Text), At: s.now(), By: actor.Account, ByName: actor.Name}
		body, err := text(noticeBody{out.Version, out.Given, out.Effect, out.Fee, out.Text})
		if err != nil {
			return err
		}
		row := noticeRow{ID: out.ID, ClientID: out.Client, ContractID: out.Contract, Seq: int64(len(f.Notices) + 1), Side: string(out.Side),
			ReceivedOn: out.Effect.Received.String(), EndsOn: out.Effect.End.String(), Body: body, GivenAt: out.At, GivenBy: out.By, GivenByName: out.ByName}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		words := fmt.Sprintf("gave notice for the %s to end %s: %s", out.Side, f.Name, lowerFirst(out.Effect.Words()))
		said := out.Effect.Words()
		if !f.Binds {
			said = out.Claim()
			words = fmt.Sprintf("recorded a notice of the %s to end %s: %s", out.Side, f.Name, lowerFirst(said))
		}
		if err := s.record(ctx, tx, actor, access.NoticeGive, f.Agreed, journal.Subject{Kind: "notice", ID: out.ID, Name: f.Name}, words, body); err != nil {
			return err
		}
		return s.tellSide(ctx, tx, actor, engagement.Other(f.Side), in.Client, "Notice to end "+f.Name,
			fmt.Sprintf("%s gave notice for the %s. %s\n\n%s", actor.Name, f.Side, said, strings.Join(out.Fee, "\n")), "notice")
	})
	if err != nil {
		return engagement.Notice{}, fmt.Errorf("give notice: %w", err)
	}
	return out, nil
}

// AcknowledgeNotice says, for the other side, that it has the notice. Twice is once. Who may: see NoticeGive. Faults: NotFound, Forbidden, Conflict.
func (s *Service) AcknowledgeNotice(ctx context.Context, actor access.Actor, client, id, note string) (engagement.Notice, error) {
	return s.deed(ctx, actor, client, id, engagement.Acknowledged, note, "acknowledged the notice of the %s to end %s")
}

// WithdrawNotice says, for the actor's side, that a notice is to be withdrawn; it is when both sides have said so. Twice is once. Who may and
// faults: as AcknowledgeNotice.
func (s *Service) WithdrawNotice(ctx context.Context, actor access.Actor, client, id, note string) (engagement.Notice, error) {
	return s.deed(ctx, actor, client, id, engagement.Withdrew, note, "agreed to withdraw the notice of the %s to end %s")
}

func (s *Service) deed(ctx context.Context, actor access.Actor, client, id string, kind engagement.DeedKind, note, words string) (engagement.Notice, error) {
	var out engagement.Notice
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		a, n, err := s.notice(ctx, tx, actor, access.NoticeGive, client, id)
		if err != nil {
			return err
		}
		by, err := side(actor, access.NoticeGive, client)
		if err != nil {
			return err
		}
		if err := checkLength("note", note); err != nil {
			return err
		}
		again, err := n.May(kind, by)
		if out = n; again || err != nil {
			return err
		}
		d := engagement.Deed{Kind: kind, Side: by, Note: strings.TrimSpace(note), At: s.now(), By: actor.Account, ByName: actor.Name}
		row := noticeDeedRow{NoticeID: id, Kind: string(kind), Side: string(by), Note: d.Note, At: d.At, ByID: d.By, ByName: d.ByName}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		out.Deeds = append(out.Deeds, d)
		said := fmt.Sprintf(words, n.Side, a.Name)
		if err := s.record(ctx, tx, actor, access.NoticeGive, a, journal.Subject{Kind: "notice", ID: id, Name: a.Name}, said, journal.Snapshot(map[string]any{"state": out.State(), "note": d.Note})); err != nil {
			return err
		}
		return s.tellSide(ctx, tx, actor, engagement.Other(by), client, "The notice to end "+a.Name, fmt.Sprintf("%s %s.", actor.Name, said), "notice")
	})
	if err != nil {
		return engagement.Notice{}, fmt.Errorf("note what became of notice %s: %w", id, err)
	}
	return out, nil
}

// notice reads one notice with its contract. Faults: NotFound, Forbidden.
func (s *Service) notice(ctx context.Context, tx bun.Tx, actor access.Actor, action access.Action, client, id string) (Agreed, engagement.Notice, error) {
	if err := access.Require(actor, action, access.Of(client)); err != nil {
		return Agreed{}, engagement.Notice{}, err
	}
	var rows []noticeRow
	if err := tx.NewSelect().Model(&rows).Where("id = ? AND client_id = ?", id, client).Scan(ctx); err != nil {
		return Agreed{}, engagement.Notice{}, err
	}
	if len(rows) == 0 {
		return Agreed{}, engagement.Notice{}, fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	a, err := s.term(ctx, tx, actor, action, client, rows[0].ContractID)
	for _, n := range a.Notices {
		if n.ID == id {
			return a, n, err
		}
	}
	return a, engagement.Notice{}, err
}

// record appends to the journal what a side did about the end of a contract.
func (s *Service) record(ctx context.Context, tx bun.Tx, actor access.Actor, action access.Action, a Agreed, subject journal.Subject, words, after string) error {
	_, err := journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{At: s.now(), Action: string(action), Client: a.Client, Subject: subject, Words: words, After: after}))
	return err
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }
