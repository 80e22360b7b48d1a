package ops

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// AllInput is which import to look from, and how to credit.
type AllInput struct {
	AsOf     int64 // number of an import; 0 for the newest
	Terms    Terms
	By       []attribution.By // what touches are told apart by, beside their channels
	Currency money.Currency   // "": that of all won deals, which must be one
}

// All is the won deals of a client in one currency, credited.
type All struct {
	Stored
	Currency money.Currency
	Sums     []engine.Sums // one a model
	Unknown  int           // won deals whose amount is not known
	Others   int           // won deals in another currency
}

// All credits every won deal of the client. Who: EvidenceSee. Faults: NotFound for an import that is not there, or before there is any; Invalid at "currency" where there are several and
// none is named, or no deal is in it.
func (s *Service) All(ctx context.Context, actor access.Actor, client string, in AllInput) (All, error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return All{}, err
	}
	var out All
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = All{}
		at, _, err := asOf(ctx, tx, client, in.AsOf)
		if err == nil && at == 0 {
			err = fault.New(fault.NotFound, "import", "Nothing was imported for this client yet.")
		}
		if err != nil {
			return err
		}
		m, err := s.material(ctx, tx, client, at, kindsOf(in.Terms.Path), in.Terms.Path.Channels != nil)
		if err != nil {
			return err
		}
		deals, err := out.choose(m.evidence.Deals, in)
		if err == nil {
			out.Stored, err = m.load(deals, in.By)
		}
		return err
	})
	if err == nil {
		out.Sums, err = out.Touches.Run(out.Deals, in.Terms.Options())
	}
	if err != nil {
		return All{}, fmt.Errorf("credit all won deals: %w", err)
	}
	return out, nil
}

func (a *All) choose(deals []crm.Deal, in AllInput) ([]credit, error) {
	a.Unknown, a.Others = 0, 0
	byCurrency := map[money.Currency][]credit{}
	for _, d := range deals {
		switch total := totalOf(d, nil); {
		case !d.Won || d.Deleted:
		case !total.Known:
			a.Unknown++
		default:
			c := total.Amount.Currency
			byCurrency[c] = append(byCurrency[c], credit{d, in.Terms.Path, total.Amount.Minor})
		}
	}
	currencies := slices.Sorted(maps.Keys(byCurrency))
	a.Currency = in.Currency
	if a.Currency == "" && len(currencies) == 1 {
		a.Currency = currencies[0]
	}
	if len(currencies) > 0 && len(byCurrency[a.Currency]) == 0 {
		words := make([]string, len(currencies))
		for i, c := range currencies {
			words[i] = string(c)
		}
		return nil, fault.New(fault.Invalid, "currency", "Won deals are in %s. Name one of them: credit in different currencies has no sum.", strings.Join(words, ", ")).At("currency")
	}
	for c, list := range byCurrency {
		if c != a.Currency {
			a.Others += len(list)
		}
	}
	return byCurrency[a.Currency], nil
}
