package ops

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// WhatIfInput is what is to be tried on the history of a contract.
type WhatIfInput struct {
	Contract string
	Run      bool      // compute; without it only what the page begins with is answered
	Source   string    // a text to try beside the contract; empty: none
	From, To cal.Month // the months; zero: the last twelve that the newest import covers whole
	Models   bool      // try the three pay models, too
	Numbers  ModelNumbers
	Seed     uint64
}

// ModelNumbers are the numbers of the pay models as they are typed; empty ones are the usual, the yearly amount that of the history.
type ModelNumbers struct{ Yearly, Fixed, Reduced, Share string }

// WhatIf is what came of it.
type WhatIf struct {
	Contract contractops.Contract
	Terms    contract.Terms     // the latest text of the contract
	Stands   contract.Agreement // the contract as it stands, with all its versions
	Begin    string             // a copy of it with the next number, to be changed
	MayEdit  bool               // this person may take a text as the draft
	Revision int                // of the draft that it would be saved over
	Import   int64              // number of the newest import; 0: there is none, or it was not looked at
	On       cal.Date           // the day of that import, which the history ends on; without one today
	From, To cal.Month
	Source   string         // the text that was tried
	Problems []*fault.Fault // it cannot be read: nothing was computed
	Tried    *fees.Tried
	Locked   []fees.LockedMonth // what locked statements of the contract charged for months
}

// longestTrial is how long a trial may take.
const longestTrial = 20 * time.Second

// WhatIf computes what the months of a contract's history come to as it stands, under a text that is tried, and under the three pay models. Nothing
// is kept. Who may: see ContractSee and StatementSee, as for the prices of Worth. Faults: NotFound, Forbidden; Conflict "nothing-proposed" while
// there is no text; Invalid for months and numbers, at their fields; TooLarge for a text, and for a trial that takes too long.
func (s *Service) WhatIf(ctx context.Context, actor access.Actor, in WhatIfInput) (WhatIf, error) {
	if actor.Account == "" {
		return WhatIf{}, access.Require(actor, access.ContractSee, access.Scope{})
	}
	var out WhatIf
	var evidence crm.Evidence
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out = WhatIf{From: in.From, To: in.To, Source: in.Source}
		if out.Contract, err = contractops.ContractOf(ctx, tx, in.Contract); err != nil {
			return err
		}
		scope := out.Contract.Scope()
		if err := hostOnly(actor, out.Contract); err != nil {
			return err
		}
		for _, action := range []access.Action{access.ContractSee, access.StatementSee} {
			if err := access.Require(actor, action, scope); err != nil {
				return err
			}
		}
		draft, saved, err := contractops.DraftOf(ctx, tx, out.Contract)
		if err != nil {
			return err
		}
		if out.MayEdit = access.Decide(actor, access.ContractEdit, scope).Allowed; out.MayEdit && saved {
			out.Revision = draft.Revision
		}
		if out.Stands, err = out.stands(draft, saved); err != nil {
			return err
		}
		if out.On, err = s.covered(ctx, tx, out.Contract.Client, out.Terms.Zone); err != nil || !in.Run {
			return err
		}
		if out.Locked, err = lockedMonths(ctx, tx, out.Contract.ID, out.Terms.Currency); err != nil {
			return err
		}
		evidence, err = s.evidenceUnder(ctx, tx, out.Contract.ID, out.Stands, 0)
		return err
	})
	if err != nil {
		return out, err
	}
	months, err := out.months()
	if err != nil || !in.Run {
		return out, err
	}
	return out, s.try(ctx, &out, in, evidence, months)
}

// stands finds the contract as it stands: what both sides accepted, else what is proposed, else, for those who write it, the draft.
func (w *WhatIf) stands(draft contractops.Draft, saved bool) (contract.Agreement, error) {
	worth := Worth{Contract: w.Contract}
	agreement, err := worth.read(WorthInput{Draft: len(w.Contract.Versions) == 0 && saved && w.MayEdit}, draft, saved)
	if err != nil {
		return contract.Agreement{}, err
	}
	if len(worth.Problems) > 0 {
		return contract.Agreement{}, fault.New(fault.Conflict, "draft-problems", "The draft has problems: %s. Mend them in the draft first.", worth.Problems[0].Message)
	}
	if len(agreement.Versions) == 0 {
		if agreement, err = contract.NewAgreement(worth.Terms); err != nil {
			return contract.Agreement{}, err
		}
	}
	w.Terms = worth.Terms
	w.Begin = contract.Amendment(w.Terms.Source, w.next())
	return agreement, nil
}

// next is the number of the version that a text would be proposed as.
func (w *WhatIf) next() int {
	if len(w.Contract.Accepted()) == 0 {
		return w.Terms.Version
	}
	return w.Terms.Version + 1
}

// covered is the day that the newest evidence of a client reaches: that of its newest import, in the zone of the contract; without an import today. What
// came after it nobody has said, so a month counts once it was over on that day, whatever the clock says.
func (s *Service) covered(ctx context.Context, tx bun.Tx, client string, zone *time.Location) (cal.Date, error) {
	at, err := s.ImportedAt(ctx, tx, client)
	if err != nil {
		return cal.Date{}, fmt.Errorf("find the day of the newest import: %w", err)
	}
	if at.IsZero() {
		at = s.now()
	}
	return cal.DateOf(at, zone), nil
}

// months are those that were named, or the last twelve that the evidence covers. Fault: Invalid at "from" or "to".
func (w *WhatIf) months() ([]cal.Month, error) {
	none := cal.Month{}
	last := cal.MonthOf(w.On).Previous()
	if w.To == none {
		w.To = last
	}
	if w.From == none {
		w.From = cal.MonthOf(w.To.First().AddMonths(-11, 1))
	}
	switch {
	case w.To.First().Before(w.From.First()):
		return nil, fault.New(fault.Invalid, "months", "the last month is before the first").At("to")
	case w.To.First().After(last.First()):
		return nil, fault.New(fault.Invalid, "months", "the evidence ends on %s, and what came after it nobody has said; write %s or an earlier month", w.On.Words(), last).At("to")
	case w.To.First().DaysSince(w.From.First()) > 366*mostTriedYears:
		return nil, fault.New(fault.Invalid, "months", "these are more than %d years; write a later month", mostTriedYears).At("from")
	}
	return fees.MonthsBetween(w.From, w.To), nil
}

// mostTriedYears bounds what one page computes.
const mostTriedYears = 3

// try computes. As prices are: one at a time, and whoever has gone is passed over.
func (s *Service) try(ctx context.Context, w *WhatIf, in WhatIfInput, evidence crm.Evidence, months []cal.Month) error {
	w.Import = evidence.AsOf
	trial := fees.Trial{Now: w.Stands, Number: w.next(), Evidence: evidence, Months: months, AsOf: w.On, Resamples: fees.UsualResamples, Seed: in.Seed}
	if in.Source != "" {
		terms, err := contract.Parse([]byte(in.Source))
		if w.Problems = fault.All(err); err != nil && len(w.Problems) == 0 {
			return err
		}
		trial.Texts = append(trial.Texts, fees.TrialText{Name: "Your copy", Terms: terms})
	}
	if in.Models {
		numbers, err := in.Numbers.read(w.Terms.Currency)
		if err != nil {
			return err
		}
		trial.Models = &numbers
	}
	if len(w.Problems) > 0 || evidence.AsOf == 0 {
		return nil
	}
	s.pricing.Lock()
	defer s.pricing.Unlock()
	until, cancel := context.WithTimeout(ctx, longestTrial)
	defer cancel()
	trial.Stop = func() bool { return until.Err() != nil }
	tried, err := fees.Try(trial)
	switch {
	case errors.Is(err, fees.ErrStopped) && ctx.Err() == nil:
		return fault.New(fault.TooLarge, "trial-long", "this history is too long to be tried within %d seconds; write fewer months, or compare on a folder with ofrecord contract models", int(longestTrial.Seconds())).At("from")
	case err != nil && len(fault.All(err)) > 0:
		return err
	case err != nil:
		return fmt.Errorf("try other terms for contract %s: %w", w.Contract.ID, err)
	}
	w.Tried = &tried
	return nil
}

// read reads the numbers as they were typed. Fault: Invalid at each field.
func (n ModelNumbers) read(currency money.Currency) (contract.PayModelNumbers, error) {
	var faults fault.List
	out := contract.UsualNumbers(money.New(0, currency))
	out.Metrics = nil
	at := func(field string, err error) {
		for _, f := range fault.All(err) {
			faults.Add(f.At(field))
		}
	}
	if n.Yearly != "" {
		yearly, err := money.Parse(n.Yearly, currency)
		at("yearly", err)
		if err == nil && yearly.Minor <= 0 {
			faults.Add(fault.New(fault.Invalid, "yearly", "write what a year should pay, more than nothing").At("yearly"))
		}
		out.Yearly = yearly
	}
	for _, p := range []struct {
		field, text string
		to          *money.Ratio
	}{{"fixed", n.Fixed, &out.Fixed}, {"reduced", n.Reduced, &out.Reduced}, {"share", n.Share, &out.Share}} {
		if p.text == "" {
			continue
		}
		part, err := money.ParsePercent(p.text)
		at(p.field, err)
		if whole := money.NewRatio(1, 1); err == nil && (part.Sign() <= 0 || part.Num() >= whole.Num()*part.Den()) {
			faults.Add(fault.New(fault.Invalid, "part", "write more than 0 %% and less than 100 %%").At(p.field))
		}
		*p.to = part
	}
	return out, faults.Err()
}
