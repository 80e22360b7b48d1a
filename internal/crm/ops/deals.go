package ops

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Outcome is how a deal ended.
type Outcome string

// The outcomes, as filters and answers name them.
const (
	Won     Outcome = "won"
	Lost    Outcome = "lost"
	Open    Outcome = "open"
	Unknown Outcome = "unknown"
)

// OutcomeOf is the outcome of a deal; Unknown when nothing says it.
func OutcomeOf(d crm.Deal) Outcome {
	switch {
	case !d.OutcomeKnown:
		return Unknown
	case d.Won:
		return Won
	case d.Closed:
		return Lost
	}
	return Open
}

// DealSort orders a list of deals. Deals without the value come last in both directions.
type DealSort struct {
	By   string // one of DealSorts; "" is the close date
	Desc bool
}

// DealSorts are the keys of DealSort.
var DealSorts = []string{"closed", "name", "company", "amount", "stage", "changed"}

// DealRow is one deal of a list.
type DealRow struct {
	crm.Deal
	Company string // name; "" when it is not known
	No      int64  // the import that last changed it
	Line    int64  // the line in that import's file
}

// DealList is a stretch of the deals as of an import.
type DealList struct {
	AsOf   int64
	Latest int64
	Rows   []DealRow
	Total  int                    // that fit the filter
	Sums   []money.Amount         // of all that fit the filter, a currency each
	In     map[money.Currency]int // how many of them are in each
	Unsure int                    // of those, how many have no known amount
	Why    string                 // nothing fits though there are deals
	Stages []string               // of all deals, whatever the filter
	Owners []string
}

// DealsAt lists the client's deals as of import n (0: the newest), deleted ones left out, from offset on and at most limit (0: all).
// Who: DealSee. Faults: NotFound when there is no import n; Invalid at "changed" for an import that is not there.
func (s *Service) DealsAt(ctx context.Context, actor access.Actor, client string, n int64, f DealFilter, sort DealSort, offset, limit int) (out DealList, err error) {
	if err := access.Require(actor, access.DealSee, access.Of(client)); err != nil {
		return out, err
	}
	var all []DealRow
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		if out.AsOf, out.Latest, err = asOf(ctx, tx, client, n); err != nil {
			return err
		}
		if f.Changed > out.Latest {
			return fault.New(fault.Invalid, "changed", "There is no import %d; the newest is %d.", f.Changed, out.Latest).At("changed")
		}
		all, err = s.allDeals(ctx, tx, client, out.AsOf)
		return err
	})
	if err != nil {
		return DealList{}, err
	}
	fitting := make([]DealRow, 0, len(all))
	sums := map[money.Currency]int64{}
	out.In = map[money.Currency]int{}
	for _, d := range all {
		if !f.fits(d) {
			continue
		}
		fitting = append(fitting, d)
		if d.AmountKnown {
			sums[d.Amount.Currency] += d.Amount.Minor
			out.In[d.Amount.Currency]++
		} else {
			out.Unsure++
		}
	}
	if len(fitting) == 0 {
		out.Why = f.why(all, out.AsOf)
	}
	out.Stages, out.Owners = distinct(all, func(d DealRow) string { return d.Stage }), distinct(all, func(d DealRow) string { return d.Owner })
	slices.SortStableFunc(fitting, sort.order)
	out.Total = len(fitting)
	for c, minor := range sums {
		out.Sums = append(out.Sums, money.New(minor, c))
	}
	slices.SortFunc(out.Sums, func(a, b money.Amount) int { return cmp.Compare(a.Currency, b.Currency) })
	out.Rows = fitting[min(offset, len(fitting)):]
	if limit > 0 {
		out.Rows = out.Rows[:min(limit, len(out.Rows))]
	}
	return out, nil
}

// distinct are the values that deals have, in order.
func distinct(all []DealRow, of func(DealRow) string) []string {
	seen := map[string]bool{}
	for _, d := range all {
		if v := of(d); v != "" {
			seen[v] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// asOf settles which import a reader means: n, or the newest for 0.
func asOf(ctx context.Context, tx bun.Tx, client string, n int64) (no, latest int64, err error) {
	latest, err = lastNo(ctx, tx, client)
	if err != nil {
		return 0, 0, err
	}
	if n < 0 || n > latest {
		return 0, 0, fault.New(fault.NotFound, "import", "There is no import %d; the newest is %d.", n, latest)
	}
	if n == 0 {
		n = latest
	}
	return n, latest, nil
}

func (o DealSort) order(a, b DealRow) int {
	var c int
	var lacksA, lacksB bool
	switch o.By {
	case "name":
		c = strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		lacksA, lacksB = a.Name == "", b.Name == ""
	case "company":
		c = strings.Compare(strings.ToLower(a.Company), strings.ToLower(b.Company))
		lacksA, lacksB = a.Company == "", b.Company == ""
	case "amount":
		c = cmp.Or(cmp.Compare(a.Amount.Currency, b.Amount.Currency), cmp.Compare(a.Amount.Minor, b.Amount.Minor))
		lacksA, lacksB = !a.AmountKnown, !b.AmountKnown
	case "stage":
		c = strings.Compare(strings.ToLower(a.Stage), strings.ToLower(b.Stage))
		lacksA, lacksB = a.Stage == "", b.Stage == ""
	case "changed":
		c = cmp.Compare(a.No, b.No)
	default:
		c = a.ClosedOn.Cmp(b.ClosedOn)
		lacksA, lacksB = a.ClosedOn.IsZero(), b.ClosedOn.IsZero()
	}
	if lacksA != lacksB {
		return cmp.Compare(btoi(lacksA), btoi(lacksB))
	}
	if o.Desc {
		c = -c
	}
	return cmp.Or(c, strings.Compare(a.ID, b.ID))
}

func (s *Service) allDeals(ctx context.Context, tx bun.Tx, client string, no int64) ([]DealRow, error) {
	key, err := recentOf(ctx, tx, client, no)
	if err != nil {
		return nil, err
	}
	if rows, ok := s.recentDeals.get(key); ok {
		return rows, nil
	}
	names := map[string]string{}
	err = eachAsOf(ctx, tx, client, crm.KindCompany, no, func(v version) error {
		r, err := v.record(crm.KindCompany)
		names[v.ID] = r.Get("name")
		return err
	})
	if err != nil {
		return nil, err
	}
	rows := []DealRow{}
	err = eachAsOf(ctx, tx, client, crm.KindDeal, no, func(v version) error {
		r, err := v.record(crm.KindDeal)
		if err != nil {
			return err
		}
		d, err := r.Deal()
		if err == nil && !d.Deleted {
			rows = append(rows, DealRow{Deal: d, Company: names[d.CompanyID], No: v.No, Line: v.Line})
		}
		return err
	})
	if err == nil {
		s.recentDeals.put(key, rows, recentLimit)
	}
	return rows, err
}
