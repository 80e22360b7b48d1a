package ops

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Advice is which pay model the history of a contract's client can bear, on what measures, and what each model would have paid.
type Advice struct {
	Contract contractops.Contract
	Terms    contract.Terms // the latest text of the contract
	Import   int64          // number of the newest import; 0: there is none, and nothing was measured
	On       cal.Date       // of that import
	Measured fees.Measured
	Advice   fees.Advice
	Ran      string       // whose campaigns were counted as the agency's
	Paid     WhatIf       // the contract as it stands and the pay models on the last twelve months that the import covers whole; not tried: see Untried
	Untried  *fault.Fault // why they could not be tried
}

// Advise measures the newest evidence of the client and says which pay model it bears. Nothing is kept. Who may: see ContractSee, StatementSee and
// EvidenceSee. Faults: NotFound, Forbidden; Conflict "nothing-proposed" while there is no text.
func (s *Service) Advise(ctx context.Context, actor access.Actor, contractID string) (Advice, error) {
	tried, err := s.WhatIf(ctx, actor, WhatIfInput{Contract: contractID})
	if err != nil {
		return Advice{}, err
	}
	out := Advice{Contract: tried.Contract, Terms: tried.Terms}
	if err := access.Require(actor, access.EvidenceSee, access.Of(out.Contract.Client)); err != nil {
		return Advice{}, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		out.Import, err = crmops.LatestImport(ctx, tx, out.Contract.Client)
		if err != nil || out.Import == 0 {
			return err
		}
		m, err := crmops.MeasuringAt(ctx, tx, out.Contract.Client, out.Import, out.Terms.Zone)
		if err != nil {
			return err
		}
		out.On = m.On
		out.Measured = fees.Measure(&m.Snapshot, m.Pasts, m.On, tried.Stands)
		return nil
	})
	if err != nil {
		return Advice{}, err
	}
	out.Advice, out.Ran = fees.Advise(out.Measured), fees.RanBy(out.Terms).Words
	if out.Import == 0 {
		return out, nil
	}
	out.Paid, err = s.WhatIf(ctx, actor, WhatIfInput{Contract: contractID, Run: true, Models: true, Seed: adviceSeed})
	if all := fault.All(err); err != nil && len(all) > 0 {
		out.Untried = all[0]
		return out, nil
	}
	return out, err
}

// adviceSeed draws the same resamples for everybody who looks.
const adviceSeed = 1
