package ops

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Assent is the written agreement of one side to renew a term.
type Assent struct {
	Ends   cal.Date // first day after the term that is renewed
	Side   contract.Side
	Length cal.Span // of the term with the renewal
	At     time.Time
	ByName string
}

// AssentOf is the assent of a side to the renewal of the term that runs.
func (a Agreed) AssentOf(side contract.Side) (Assent, bool) {
	for _, x := range a.Assents {
		if x.Ends == a.Standing.Turn.To && x.Side == side {
			return x, true
		}
	}
	return Assent{}, false
}

// Renewed says whether both sides have agreed to renew the term that runs.
func (a Agreed) Renewed() bool {
	_, agency := a.AssentOf(contract.AgencySide)
	_, client := a.AssentOf(contract.ClientSide)
	return agency && client
}

// AgreeRenewal agrees in writing, for the actor's side, to renew the term that runs; ends is the first day after it, as it was shown. It binds
// when both sides have agreed before expiry; the longer term then follows from the amendment. Twice is once. Who may: see NoticeGive.
// Faults: NotFound, Forbidden; Conflict where the contract cannot be renewed so, or another term runs.
func (s *Service) AgreeRenewal(ctx context.Context, actor access.Actor, client, contractID string, ends cal.Date) (Agreed, error) {
	var out Agreed
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		a, err := s.term(ctx, tx, actor, access.NoticeGive, client, contractID)
		if err != nil {
			return err
		}
		by, err := side(actor, access.NoticeGive, client)
		if err != nil {
			return err
		}
		out = a
		if _, done := a.AssentOf(by); done && ends == a.Standing.Turn.To {
			return nil
		}
		_, length, why := a.Standing.MayRenew()
		switch {
		case why != "":
			return fault.New(fault.Conflict, "renewal", "%s", why)
		case ends != a.Standing.Turn.To:
			return fault.New(fault.Conflict, "renewal-other", "Another term runs by now; open the page again and read it before you agree.")
		}
		x := Assent{Ends: ends, Side: by, Length: length, At: s.now(), ByName: actor.Name}
		row := assentRow{ContractID: a.ID, EndsOn: ends.String(), Side: string(by), ClientID: client, Length: length.String(), At: x.At, ByID: actor.Account, ByName: actor.Name}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		out.Assents = append(out.Assents, x)
		words := fmt.Sprintf("agreed for the %s to renew %s, whose term ends on %s, to %s", by, a.Name, ends.AddDays(-1).Words(), length)
		if err := s.record(ctx, tx, actor, access.NoticeGive, a, journal.Subject{Kind: "renewal", ID: a.ID, Name: a.Name}, words, journal.Snapshot(map[string]any{"side": by, "length": length.String(), "both": out.Renewed()})); err != nil {
			return err
		}
		return s.tellSide(ctx, tx, actor, engagement.Other(by), client, "Renewal of "+a.Name, fmt.Sprintf("%s %s.", actor.Name, words), "term")
	})
	if err != nil {
		return Agreed{}, fmt.Errorf("agree to renew %s: %w", contractID, err)
	}
	return out, nil
}

// DraftRenewal leaves the amendment by which both renew, as the draft of the contract. Who may: see ContractEdit. Faults: NotFound, Forbidden;
// Conflict while not both have agreed, or where a draft or a proposal is there.
func (s *Service) DraftRenewal(ctx context.Context, actor access.Actor, client, contractID string) (contractops.Draft, error) {
	a, err := s.forAmendment(ctx, actor, client, contractID)
	if err != nil {
		return contractops.Draft{}, err
	}
	x, _ := a.AssentOf(contract.AgencySide)
	if !a.Renewed() {
		return contractops.Draft{}, fault.New(fault.Conflict, "renewal-open", "The amendment follows when both sides have agreed to renew.")
	}
	latest := a.Agreement.Latest()
	effective, err := s.nextEffective(ctx, a, a.Today)
	if err != nil {
		return contractops.Draft{}, err
	}
	written, ok := contract.RenewalText(latest.Source, latest.Version+1, effective, x.Length)
	return s.amend(ctx, actor, a, written, ok, fmt.Sprintf("length: %s", x.Length))
}

// DraftEnding leaves the amendment that ends the contract by a notice, as the draft of the contract: from then on money follows from the version
// that both accept. Who may: see ContractEdit. Faults: NotFound, Forbidden; Conflict where the notice was withdrawn, or a draft or a proposal is there.
func (s *Service) DraftEnding(ctx context.Context, actor access.Actor, client, id string) (contractops.Draft, error) {
	var a Agreed
	var n engagement.Notice
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		a, n, err = s.notice(ctx, tx, actor, access.ContractEdit, client, id)
		return err
	})
	if err != nil {
		return contractops.Draft{}, err
	}
	if !n.Stands() {
		return contractops.Draft{}, fault.New(fault.Conflict, "notice-withdrawn", "Both sides have withdrawn this notice; it ends nothing.")
	}
	latest := a.Agreement.Latest()
	if latest.Term.Ended == n.Effect.End && latest.Term.Notice.Received == n.Effect.Received {
		return contractops.Draft{}, fault.New(fault.Conflict, "ended", "Version %d of the contract says so already.", latest.Version)
	}
	effective, err := s.nextEffective(ctx, a, n.Effect.Received)
	if err != nil {
		return contractops.Draft{}, err
	}
	written, ok := contract.EndingText(latest.Source, latest.Version+1, effective, n.Effect.Received, n.Effect.End)
	return s.amend(ctx, actor, a, written, ok, fmt.Sprintf("received: %s below notice, and ended: %s below term", n.Effect.Received, n.Effect.End))
}

func (s *Service) forAmendment(ctx context.Context, actor access.Actor, client, contractID string) (a Agreed, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		a, err = s.term(ctx, tx, actor, access.ContractEdit, client, contractID)
		return err
	})
	return a, err
}

// nextEffective is the first day from which an amendment can be in force: after the version before it and what is locked, on the wanted day or later.
func (s *Service) nextEffective(ctx context.Context, a Agreed, wanted cal.Date) (cal.Date, error) {
	day := cal.Later(wanted, a.Agreement.Latest().Effective.AddDays(1))
	if s.Contracts.LockedUntil == nil {
		return day, nil
	}
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		locked, err := s.Contracts.LockedUntil(ctx, tx, a.ID)
		day = cal.Later(day, locked)
		return err
	})
	return day, err
}

// amend saves the text as the contract's draft, over nothing that somebody wrote.
func (s *Service) amend(ctx context.Context, actor access.Actor, a Agreed, written string, ok bool, by string) (contractops.Draft, error) {
	if !ok {
		return contractops.Draft{}, fault.New(fault.Conflict, "amendment-by-hand", "The text of the contract is written in a way that cannot be amended for certain. Open its draft and write %s.", by)
	}
	if a.Open {
		return contractops.Draft{}, fault.New(fault.Conflict, "proposal-open", "A version of the contract is proposed and waits for an acceptance. Accept or withdraw it first.")
	}
	_, have, err := s.Contracts.Draft(ctx, actor, a.ID)
	if err != nil {
		return contractops.Draft{}, err
	}
	switch {
	case have.Revision > 0 && have.Source == written:
		return have, nil
	case have.Revision > 0:
		return contractops.Draft{}, fault.New(fault.Conflict, "draft-there", "There is a draft of the contract by %s. Bring %s into it, or propose it first.", have.ByName, by)
	}
	return s.Contracts.Save(ctx, actor, contractops.SaveInput{Contract: a.ID, Source: written, Revision: have.Revision})
}
