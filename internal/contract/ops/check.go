package ops

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Checked is what a text would mean as the next version of a contract.
type Checked struct {
	Problems []*fault.Fault // none: it can be proposed
	Terms    contract.Terms // meaningful when Readable
	Readable bool
	Changes  []contract.Change // against the latest accepted version
}

// Check reads a text as the next version, and changes nothing. Who may: see ContractEdit. Faults: NotFound, Forbidden, TooLarge, Invalid.
func (s *Service) Check(ctx context.Context, actor access.Actor, contractID, source string) (Checked, error) {
	source, err := cleaned(source)
	if err != nil {
		return Checked{}, err
	}
	var out Checked
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		c, err := seen(ctx, tx, actor, access.ContractEdit, contractID)
		if err != nil {
			return err
		}
		if out, err = s.check(ctx, tx, c, source); err != nil || !out.Readable {
			return err
		}
		return apart(ctx, tx, c, &out)
	})
	return out, err
}

func (s *Service) check(ctx context.Context, tx bun.Tx, c Contract, source string) (Checked, error) {
	terms, err := contract.Parse([]byte(source))
	if err != nil {
		return Checked{Problems: fault.All(err)}, nil
	}
	accepted, err := c.terms()
	if err != nil {
		return Checked{}, err
	}
	locked, err := s.lockedUntil(ctx, tx, c.ID)
	if err != nil {
		return Checked{}, err
	}
	out := Checked{Terms: terms, Readable: true, Problems: fault.All(contract.CheckNext(c.Name, accepted, terms, locked))}
	if c.Underpins() {
		out.Problems = append(out.Problems, fault.All(contract.CheckUnderpinning(terms))...)
	}
	if len(out.Problems) == 0 && s.Contradicts != nil {
		if out.Problems, err = s.Contradicts(ctx, tx, c, terms); err != nil {
			return Checked{}, err
		}
	}
	if len(accepted) > 0 {
		out.Changes = contract.Compare(accepted[len(accepted)-1], terms)
	}
	return out, nil
}

// apart adds what keeps the text from standing beside the client's other contracts, where one of the two is with a specialist: rows of evidence say only the names that a
// contract gives, and it must be plain whose they are.
func apart(ctx context.Context, tx bun.Tx, c Contract, out *Checked) error {
	all, err := readContracts(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("client_id = ? AND id <> ?", c.Client, c.ID) })
	if err != nil {
		return err
	}
	for _, other := range all {
		if len(other.Accepted()) == 0 || c.Provider == other.Provider {
			continue
		}
		agreement, err := other.Agreement()
		if err != nil {
			return err
		}
		out.Problems = append(out.Problems, fault.All(contract.CheckApart(out.Terms, agreement))...)
	}
	return nil
}
