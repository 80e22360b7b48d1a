package ops

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// WorthInput names a text of a contract: a version, the agency's draft, or, with neither, what both sides have accepted.
type WorthInput struct {
	Contract string
	Version  string // id
	Draft    bool
	Price    bool // compute what each choice is worth; it takes a moment
}

// Worth is what a text leaves open and what its choices are worth.
type Worth struct {
	Contract contractops.Contract
	Draft    bool               // it is of the draft
	HasDraft bool               // there is a draft, and this person may see it
	Version  *contract.Version  // it is of this one; nil for the draft and for an agreement of several
	Problems []*fault.Fault     // the text cannot be read; nothing else is known
	Terms    contract.Terms     // of the text, or the latest of the agreement
	Findings []contract.Finding // with those about names of the evidence once it is priced
	Import   int64              // number of the newest import; 0: there is none, or it was not looked at
	On       cal.Date           // the day of that import, which the priced months end before
	AsIfFrom cal.Date           // the text is priced as if it had begun then; zero: as it ran
	Prices   *fees.Prices       // nil: not asked for, or no month to price
}

// Worth looks for what a text leaves open and, when asked, prices its choices on the client's newest evidence: an agreement in the months of the
// last twelve that the import covers in which it ran, a version or draft as if it had begun with them. Nothing is kept. Who may: see ContractSee, for the draft
// ContractEdit, for prices StatementSee as well. Faults: NotFound, Forbidden; Conflict "nothing-proposed" while there is no
// text; TooLarge for choices that take too long.
func (s *Service) Worth(ctx context.Context, actor access.Actor, in WorthInput) (Worth, error) {
	action := access.ContractSee
	if in.Draft {
		action = access.ContractEdit
	}
	if actor.Account == "" {
		return Worth{}, access.Require(actor, action, access.Scope{})
	}
	var out Worth
	var agreement contract.Agreement
	var evidence crm.Evidence
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out = Worth{Draft: in.Draft}
		if out.Contract, err = contractops.ContractOf(ctx, tx, in.Contract); err != nil {
			return err
		}
		scope := out.Contract.Scope()
		if err := access.Require(actor, action, scope); err != nil {
			return err
		}
		if err := hostOnly(actor, out.Contract); err != nil {
			return err
		}
		if in.Price {
			if err := access.Require(actor, access.StatementSee, scope); err != nil {
				return err
			}
		}
		draft, saved, err := contractops.DraftOf(ctx, tx, out.Contract)
		if err != nil {
			return err
		}
		out.HasDraft = saved && access.Decide(actor, access.ContractEdit, scope).Allowed
		if agreement, err = out.read(in, draft, saved); err != nil || !in.Price || len(out.Problems) > 0 {
			return err
		}
		if out.On, err = s.covered(ctx, tx, out.Contract.Client, out.Terms.Zone); err != nil {
			return err
		}
		evidence, err = s.evidenceUnder(ctx, tx, out.Contract.ID, contract.Agreement{Versions: append(slices.Clone(agreement.Versions), out.Terms)}, 0)
		return err
	})
	if err != nil || len(out.Problems) > 0 {
		return out, err
	}
	out.Findings = contract.Lint(out.Terms)
	if !in.Price {
		return out, nil
	}
	return out, s.price(ctx, &out, agreement, evidence)
}

// read finds the text and the agreement that it is priced as.
func (w *Worth) read(in WorthInput, draft contractops.Draft, saved bool) (contract.Agreement, error) {
	source := draft.Source
	switch accepted := w.Contract.Accepted(); {
	case in.Draft && !saved:
		return contract.Agreement{}, fault.New(fault.Conflict, "no-draft", "There is no draft yet. Save it first; it can be saved while it has problems.")
	case in.Draft:
	case in.Version != "":
		for _, v := range w.Contract.Versions {
			if v.ID == in.Version {
				w.Version, source = &v, v.Source
			}
		}
		if w.Version == nil {
			return contract.Agreement{}, notFound()
		}
	case len(accepted) > 0:
		agreement, err := w.Contract.Agreement()
		if err == nil {
			w.Terms = agreement.Latest()
		}
		return agreement, err
	case len(w.Contract.Versions) > 0:
		v := w.Contract.Versions[len(w.Contract.Versions)-1]
		if open, ok := w.Contract.Open(); ok {
			v = open
		}
		w.Version, source = &v, v.Source
	default:
		return contract.Agreement{}, fault.New(fault.Conflict, "nothing-proposed", "Nothing is proposed yet. The agency is writing this contract.")
	}
	read := contract.Parse
	if w.Version != nil {
		read = contract.ParseAccepted
	}
	terms, err := read([]byte(source))
	if w.Problems = fault.All(err); err != nil && len(w.Problems) == 0 {
		return contract.Agreement{}, err
	}
	w.Terms = terms
	return contract.Agreement{}, nil
}

// longestPricing is how long the choices of a contract may take.
const longestPricing = time.Minute

// price fills the prices. One is computed at a time, so that they do not take the machine from everybody else; whoever has gone by then is passed over.
func (s *Service) price(ctx context.Context, w *Worth, agreement contract.Agreement, evidence crm.Evidence) error {
	w.Import = evidence.AsOf
	if evidence.AsOf == 0 {
		return nil
	}
	w.Findings = contract.WithNames(w.Findings, w.Terms, fees.Known(evidence))
	months := fees.PricedMonths(agreement, w.On)
	if len(months) == 0 {
		w.AsIfFrom = cal.MonthOf(w.On).First().AddMonths(-12, 1)
		moved, ok := fees.Backdated(w.Terms, w.AsIfFrom)
		if !ok {
			return nil
		}
		agreement, months = moved, fees.PricedMonths(moved, w.On)
	}
	s.pricing.Lock()
	defer s.pricing.Unlock()
	until, cancel := context.WithTimeout(ctx, longestPricing)
	defer cancel()
	prices, err := fees.Price(fees.Pricing{Agreement: agreement, Evidence: evidence, Months: months, AsOf: w.On, Stop: func() bool { return until.Err() != nil }})
	switch {
	case errors.Is(err, fees.ErrStopped) && ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, fees.ErrStopped):
		return fault.New(fault.TooLarge, "pricing-long", "This contract has too many choices, or its history is too long, for each choice to be priced within a minute. "+
			"Price it on a folder, with ofrecord contract check --facts.")
	case err != nil:
		return fmt.Errorf("price the choices of contract %s: %w", w.Contract.ID, err)
	}
	w.Prices = &prices
	return nil
}
