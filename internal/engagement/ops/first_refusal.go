package ops

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// FirstRefusal is work that was offered to who was promised to be asked first, with the answer.
type FirstRefusal struct {
	ID       string
	Client   string
	Contract string
	Version  int
	Entry    int
	Cell     engagement.Cell
	Provider string
	Work     string
	engagement.Offer
	ByName       string
	Reason       string // of the answer
	AnswerByName string
	State        engagement.OfferState // now
}

type refusalRow struct {
	bun.BaseModel `bun:"table:first_refusal"`

	ID            string    `bun:"id,pk"`
	ClientID      string    `bun:"client_id"`
	ContractID    string    `bun:"contract_id"`
	Version       int       `bun:"version"`
	Entry         int       `bun:"entry"`
	Category      string    `bun:"category"`
	Brand         string    `bun:"brand"`
	Market        string    `bun:"market"`
	Provider      string    `bun:"provider"`
	Work          string    `bun:"work"`
	OfferedAt     time.Time `bun:"offered_at"`
	UntilAt       time.Time `bun:"until_at"`
	OfferedBy     string    `bun:"offered_by"`
	OfferedByName string    `bun:"offered_by_name"`
}

type refusalAnswerRow struct {
	bun.BaseModel `bun:"table:first_refusal_answer"`

	OfferID        string    `bun:"offer_id,pk"`
	Answer         string    `bun:"answer"`
	Reason         string    `bun:"reason"`
	AnsweredAt     time.Time `bun:"answered_at"`
	AnsweredBy     string    `bun:"answered_by"`
	AnsweredByName string    `bun:"answered_by_name"`
}

func (r refusalRow) offer(a *refusalAnswerRow) FirstRefusal {
	out := FirstRefusal{ID: r.ID, Client: r.ClientID, Contract: r.ContractID, Version: r.Version, Entry: r.Entry, Cell: engagement.Cell{Category: r.Category, Brand: r.Brand, Market: r.Market},
		Provider: r.Provider, Work: r.Work, Offer: engagement.Offer{At: r.OfferedAt.UTC(), Until: r.UntilAt.UTC()}, ByName: r.OfferedByName}
	if a != nil {
		out.Answer, out.AnswerAt, out.Reason, out.AnswerByName = engagement.OfferState(a.Answer), a.AnsweredAt.UTC(), a.Reason, a.AnsweredByName
	}
	return out
}

// OfferInput is work to offer. Work names it, once for each piece of work.
type OfferInput struct {
	Client, Category, Brand, Market, Work string
}

const longestWork, longestOfferReason = 200, 500

// OfferFirst offers work to who was promised to be asked first; the window of the contract begins now. Offering the same work again gives the offer that stands. Who may: see WorkOffer.
// Faults: NotFound, Forbidden; Invalid at the field; Conflict "no-first-refusal" where nobody, or more than one, is to be asked first.
func (s *Service) OfferFirst(ctx context.Context, actor access.Actor, in OfferInput) (FirstRefusal, error) {
	if err := access.Require(actor, access.WorkOffer, access.Of(in.Client)); err != nil {
		return FirstRefusal{}, err
	}
	faults := in.unnamed()
	sayCell(&faults, in.Category, in.Brand, in.Market)
	if err := faults.Err(); err != nil {
		return FirstRefusal{}, err
	}
	var out FirstRefusal
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = s.OfferFirstIn(ctx, tx, actor, in)
		return err
	})
	if err != nil {
		return FirstRefusal{}, fmt.Errorf("offer the work: %w", err)
	}
	return out, nil
}

// unnamed says what is wrong with the name of the work, which is brought on one line.
func (in *OfferInput) unnamed() (faults fault.List) {
	in.Work = strings.Join(strings.Fields(in.Work), " ")
	if in.Work == "" || len(in.Work) > longestWork {
		faults.Add(fault.New(fault.Invalid, "offer-work", "Name the work in a few words (at most %d characters).", longestWork).At("work"))
	}
	return faults
}

// OfferFirstIn is OfferFirst for use cases that have decided access already, inside their transaction. A brand or market that is not said is any.
func (s *Service) OfferFirstIn(ctx context.Context, tx bun.Tx, actor access.Actor, in OfferInput) (FirstRefusal, error) {
	faults := in.unnamed()
	if err := faults.Err(); err != nil {
		return FirstRefusal{}, err
	}
	cell := engagement.Cell{Category: in.Category, Brand: in.Brand, Market: in.Market}
	asked, err := s.routeOn(ctx, tx, AskInput{Client: in.Client, Category: in.Category, Brand: in.Brand, Market: in.Market})
	if err != nil {
		return FirstRefusal{}, err
	}
	if asked.AnswerBy.IsZero() {
		return FirstRefusal{}, fault.New(fault.Conflict, "no-first-refusal", "There is nobody to ask first for %s today. %s", cell.Words(), asked.Words())
	}
	key := asked.To.Cell // as the contract writes it
	have, err := readRefusals(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("client_id = ? AND category = ? AND brand = ? AND market = ? AND work = ?", in.Client, key.Category, key.Brand, key.Market, in.Work)
	})
	if err != nil || len(have) > 0 {
		return first(have), err
	}
	row := refusalRow{ID: s.id("fr"), ClientID: in.Client, ContractID: asked.To.Contract, Version: asked.To.Version, Entry: asked.To.Entry, Category: key.Category, Brand: key.Brand, Market: key.Market,
		Provider: asked.To.Provider, Work: in.Work, OfferedAt: s.now(), UntilAt: asked.AnswerBy.UTC(), OfferedBy: actor.Account, OfferedByName: actor.Name}
	if !row.OfferedAt.Before(row.UntilAt) {
		return FirstRefusal{}, fault.New(fault.Conflict, "no-first-refusal", "The window of first refusal is over at once: the contract gives %s for it.", asked.To.FirstRefusal)
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return FirstRefusal{}, err
	}
	_, err = journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{
		At: row.OfferedAt, Action: "first-refusal.offer", Client: in.Client, Subject: journal.Subject{Kind: "first-refusal", ID: row.ID, Name: row.Work},
		Words: fmt.Sprintf("offered %q (%s) to %s first, to answer by %s", row.Work, asked.To.Cell.Words(), row.Provider, row.UntilAt.In(asked.Zone).Format("2 Jan 2006 15:04 MST")),
		After: journal.Snapshot(map[string]any{"state": engagement.Offered, "clause": asked.To.Clause(), "until": row.UntilAt.Format(time.RFC3339)}),
	}))
	return row.offer(nil), err
}

func first(all []FirstRefusal) FirstRefusal {
	if len(all) == 0 {
		return FirstRefusal{}
	}
	return all[0]
}

// AnswerInput is what who was asked first says.
type AnswerInput struct {
	Client, Offer string
	Answer        engagement.OfferState // taken or declined
	Reason        string
}

// AnswerOffer takes work that was offered first, or declines it. Saying the same again changes nothing. Who may: see OfferAnswer. Faults: NotFound, Forbidden; Invalid at "answer" or
// "reason"; Conflict when it was answered otherwise, or lapsed by silence.
func (s *Service) AnswerOffer(ctx context.Context, actor access.Actor, in AnswerInput) (FirstRefusal, error) {
	if err := access.Require(actor, access.OfferAnswer, access.Of(in.Client)); err != nil {
		return FirstRefusal{}, err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	if len(in.Reason) > longestOfferReason {
		return FirstRefusal{}, fault.New(fault.Invalid, "reason", "Say it in at most %d characters.", longestOfferReason).At("reason")
	}
	var out FirstRefusal
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		found, err := readRefusals(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("id = ? AND client_id = ?", in.Offer, in.Client)
		})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
		}
		out = found[0]
		now := s.now()
		answered, err := out.Answered(in.Answer, now)
		if err != nil || answered == out.Offer {
			return err
		}
		row := refusalAnswerRow{OfferID: out.ID, Answer: string(in.Answer), Reason: in.Reason, AnsweredAt: now, AnsweredBy: actor.Account, AnsweredByName: actor.Name}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		words := fmt.Sprintf("%s for %s what was offered first: %q", map[engagement.OfferState]string{engagement.Taken: "took", engagement.Declined: "declined"}[in.Answer], out.Provider, out.Work)
		if in.Reason != "" {
			words += ": " + in.Reason
		}
		out.Offer, out.Reason, out.AnswerByName = answered, in.Reason, actor.Name
		_, err = journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{
			At: now, Action: "first-refusal." + string(in.Answer), Client: in.Client, Subject: journal.Subject{Kind: "first-refusal", ID: out.ID, Name: out.Work}, Words: words,
			Before: journal.Snapshot(map[string]any{"state": engagement.Offered}), After: journal.Snapshot(map[string]any{"state": in.Answer, "reason": in.Reason}),
		}))
		return err
	})
	if err != nil {
		return FirstRefusal{}, fmt.Errorf("answer the offer: %w", err)
	}
	return out, nil
}

// FirstRefusals are the client's offers of first refusal, the newest first. Who may: see AppointmentSee. Faults: NotFound, Forbidden.
func (s *Service) FirstRefusals(ctx context.Context, actor access.Actor, client string) ([]FirstRefusal, error) {
	if err := access.Require(actor, access.AppointmentSee, access.Of(client)); err != nil {
		return nil, err
	}
	var out []FirstRefusal
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = readRefusals(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("client_id = ?", client) })
		return err
	})
	for i := range out {
		out[i].State = out[i].Offer.State(s.now())
	}
	return out, err
}

func readRefusals(ctx context.Context, tx bun.Tx, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]FirstRefusal, error) {
	var rows []refusalRow
	if err := narrow(tx.NewSelect().Model(&rows)).OrderExpr("offered_at DESC, id DESC").Scan(ctx); err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var answers []refusalAnswerRow
	if err := tx.NewSelect().Model(&answers).Where("offer_id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, err
	}
	by := map[string]*refusalAnswerRow{}
	for i := range answers {
		by[answers[i].OfferID] = &answers[i]
	}
	out := make([]FirstRefusal, len(rows))
	for i, r := range rows {
		out[i] = r.offer(by[r.ID])
	}
	return out, nil
}
