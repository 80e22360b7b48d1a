package ops

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// AcceptInput names the version and the text that the person was shown.
type AcceptInput struct {
	Version string
	SHA256  string
	Side    contract.Side
}

// Accept binds the actor's side to a version. It is in force from its effective date once both sides have accepted. Who may: see
// ContractAcceptAgency and ContractAcceptClient; under a contract with a specialist the side that is paid is the specialist's (ContractAcceptSpecialist),
// and the side that pays the agency's (ContractAcceptAgency). Faults: NotFound, Forbidden; Invalid for an unknown side, and when a statement was locked
// meanwhile beyond the effective date; Conflict when that side has accepted, the version is withdrawn, or the text is another one.
func (s *Service) Accept(ctx context.Context, actor access.Actor, in AcceptInput) (contract.Version, error) {
	if in.Side != contract.AgencySide && in.Side != contract.ClientSide {
		return contract.Version{}, fault.New(fault.Invalid, "side", "Choose the side that accepts: agency or client.").At("side")
	}
	return s.bind(ctx, actor, in.Version, in.SHA256, func(c Contract) (access.Action, contract.Acceptance) {
		return c.Accepts(in.Side), contract.Acceptance{Side: in.Side}
	})
}

// PaperInput is a signature of the client outside the product.
type PaperInput struct {
	Version string
	SHA256  string
	Paper   contract.Paper
}

// RecordPaper notes that the client, or the specialist whose contract it is, signed the version on paper; it is shown as such for ever. Who may: see ContractAcceptAgency.
// Faults: as Accept, and Invalid at "reference", "signatory" or "signed_on".
func (s *Service) RecordPaper(ctx context.Context, actor access.Actor, in PaperInput) (contract.Version, error) {
	paper, err := s.checkPaper(in.Paper)
	if err != nil {
		return contract.Version{}, err
	}
	return s.bind(ctx, actor, in.Version, in.SHA256, func(c Contract) (access.Action, contract.Acceptance) {
		return access.ContractAcceptAgency, contract.Acceptance{Side: c.Counterpart(), Paper: &paper}
	})
}

const longestPaper = 200

func (s *Service) checkPaper(p contract.Paper) (contract.Paper, error) {
	var faults fault.List
	p.Reference, p.Signatory = strings.Join(strings.Fields(p.Reference), " "), strings.Join(strings.Fields(p.Signatory), " ")
	if p.Reference == "" || len(p.Reference) > longestPaper {
		faults.Add(fault.New(fault.Invalid, "paper-reference", "Say where the signed paper is kept, such as DocuSign 4711 (at most %d characters).", longestPaper).At("reference"))
	}
	if p.Signatory == "" || len(p.Signatory) > longestPaper {
		faults.Add(fault.New(fault.Invalid, "paper-signatory", "Name the person who signed (at most %d characters).", longestPaper).At("signatory"))
	}
	switch {
	case p.SignedOn.IsZero():
		faults.Add(fault.New(fault.Invalid, "paper-signed-on", "Give the day of the signature.").At("signed_on"))
	case p.SignedOn.After(latestToday(s.now())):
		faults.Add(fault.New(fault.Invalid, "paper-signed-on", "The day of the signature is still to come.").At("signed_on"))
	}
	return p, faults.Err()
}

func (s *Service) bind(ctx context.Context, actor access.Actor, version, sha256 string, of func(Contract) (access.Action, contract.Acceptance)) (contract.Version, error) {
	if actor.Account == "" {
		return contract.Version{}, access.Require(actor, access.ContractAccept, access.Scope{})
	}
	var out contract.Version
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		c, v, err := contractOf(ctx, tx, version)
		if err != nil {
			return err
		}
		action, a := of(c)
		if err := access.Require(actor, action, c.Scope()); err != nil {
			return err
		}
		if err := v.MayAccept(a.Side, sha256); err != nil {
			return err
		}
		out, err = s.accept(ctx, tx, actor, c, v, a)
		return err
	})
	if err != nil {
		return contract.Version{}, fmt.Errorf("accept the contract: %w", err)
	}
	return out, nil
}

// accept writes the acceptance of one side, after a last look at what a second acceptance would bind.
func (s *Service) accept(ctx context.Context, tx bun.Tx, actor access.Actor, c Contract, v contract.Version, a contract.Acceptance) (contract.Version, error) {
	if len(v.Acceptances) > 0 {
		checked, err := s.check(ctx, tx, c, v.Source)
		if err != nil {
			return v, err
		}
		if len(checked.Problems) > 0 {
			return v, fault.List(checked.Problems).Err()
		}
	}
	before := recorded(v)
	a.At, a.By, a.ByName = s.now(), actor.Account, actor.Name
	row := acceptanceRowOf(v.ID, a)
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return v, err
	}
	v.Acceptances = append(v.Acceptances, a)
	after := recorded(v)
	after["accepted_for"] = a.Side
	entry := journal.Entry{
		At: a.At, Action: "contract.accept." + string(a.Side), Client: c.Client, Subject: subject(c), Internal: c.Underpins(),
		Words: fmt.Sprintf("accepted version %d of the contract %s for the %s", v.Number, c.Name, c.SideWords(a.Side)), Before: journal.Snapshot(before),
	}
	if a.Paper != nil {
		entry.Action = "contract.paper"
		entry.Words = fmt.Sprintf("recorded that %s signed version %d of the contract %s for the %s on paper on %s (%s)",
			a.Paper.Signatory, v.Number, c.Name, c.SideWords(a.Side), a.Paper.SignedOn.Words(), a.Paper.Reference)
		after["paper"], after["signatory"], after["signed_on"] = a.Paper.Reference, a.Paper.Signatory, a.Paper.SignedOn.String()
	}
	entry.After = journal.Snapshot(after)
	if _, err := journalops.Append(ctx, tx, journalops.By(actor, entry)); err != nil {
		return v, err
	}
	return v, s.afterBind(ctx, tx, actor, c, v)
}

// afterBind lets others write what follows, once both sides have accepted.
func (s *Service) afterBind(ctx context.Context, tx bun.Tx, actor access.Actor, c Contract, v contract.Version) error {
	if s.AfterBind == nil || v.State() != contract.Accepted {
		return nil
	}
	c, err := readContract(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	return s.AfterBind(ctx, tx, actor, c)
}
