package ops

import (
	"cmp"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// path is the journey that the rule means.
func (r Rule) path() attribution.Path {
	return attribution.PathOf(contract.Attribution{Contacts: r.Contacts, Anchor: r.Anchor, Touched: r.Touched}, r.Zone)
}

// What the silence of a contract on its touches means.
const (
	atTheDealUnsaid    = "counts"
	earlierDealsUnsaid = "reused"
)

// askTouched puts what was asked of the touches in the place of what was agreed. Faults: Invalid at "at_the_deal" or "earlier_deals".
func (r *Rule) askTouched(asked Asked, faults *fault.List) {
	for _, k := range []struct {
		asked string
		field string
		known [2]string
		into  *string
	}{
		{asked.AtTheDeal, "at_the_deal", [2]string{atTheDealUnsaid, contract.LeftOut}, &r.Touched.AtTheDeal},
		{asked.EarlierDeals, "earlier_deals", [2]string{earlierDealsUnsaid, contract.Reset}, &r.Touched.EarlierDeals},
	} {
		switch k.asked {
		case "":
		case k.known[0], k.known[1]:
			*k.into = k.asked
		default:
			faults.Add(fault.New(fault.Invalid, "touches", "%q does not say which touches make a path. Write %s or %s.", k.asked, k.known[0], k.known[1]).At(k.field))
		}
	}
}

// sameTouched says whether the same touches make a path under both, where the other terms are the same.
func (r Rule) sameTouched(o Rule) bool {
	return cmp.Or(r.Touched.AtTheDeal, atTheDealUnsaid) == cmp.Or(o.Touched.AtTheDeal, atTheDealUnsaid) &&
		cmp.Or(r.Touched.EarlierDeals, earlierDealsUnsaid) == cmp.Or(o.Touched.EarlierDeals, earlierDealsUnsaid)
}

// kindsOf are the kinds of evidence, beside touches, that decide the paths of all deals.
func kindsOf(p attribution.Path) []crm.Kind {
	kinds := []crm.Kind{crm.KindContact, crm.KindDeal, crm.KindDealContact, crm.KindMerge}
	if p.ToPayment {
		kinds = append(kinds, crm.KindPayment)
	}
	if p.Inferred {
		kinds = append(kinds, crm.KindCompany, crm.KindAccountLink)
	}
	return kinds
}

// allDeals is the evidence as of an import that decides the paths of all deals, without touches.
func allDeals(ctx context.Context, tx bun.Tx, client string, asOf int64, kinds []crm.Kind) (crm.Snapshot, error) {
	s, err := crmops.KindsAt(ctx, tx, client, asOf, kinds...)
	s.FollowMerges()
	return s, err
}

// beginAnew lets the journey of a deal begin after the deal before it, which is not in the evidence of the deal alone: of other deals only those that a
// contact of it can be in are read.
func (v *DealView) beginAnew(ctx context.Context, tx bun.Tx, e crm.Evidence) error {
	path := v.Rule.path()
	if !path.Reset {
		return nil
	}
	around, err := v.around(ctx, tx, e.Snapshot, path)
	if err != nil {
		return err
	}
	v.Journey.Since, v.Journey.Earlier = attribution.Link(&around).Since(v.Deal, path)
	return nil
}

// around is the evidence of the deals that may be earlier ones. Which contacts are inferred for which company hangs on all of them.
func (v *DealView) around(ctx context.Context, tx bun.Tx, e crm.Snapshot, path attribution.Path) (crm.Snapshot, error) {
	if path.Inferred {
		return allDeals(ctx, tx, v.Client, v.AsOf, kindsOf(path))
	}
	x := attribution.Link(&e)
	in, _ := x.ContactsOf(v.Deal, path)
	var contacts, companies []string
	know := func(id string) bool {
		if !slices.Contains(in, x.Canonical(id)) {
			return false
		}
		contacts = append(contacts, id)
		return true
	}
	for _, dc := range e.DealContacts {
		know(dc.ContactID)
	}
	for _, c := range e.Contacts {
		for _, id := range c.MergedIDs {
			know(id)
		}
		if know(c.ID) && path.ByAccount && c.CompanyID != "" {
			companies = append(companies, c.CompanyID)
		}
	}
	s, err := crmops.DealsOf(ctx, tx, v.Client, v.AsOf, distinct(contacts), distinct(companies))
	s.Contacts = e.Contacts
	return s, err
}

func distinct(ids []string) []string {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// options are the rule, with its model, as the engine has them.
func (r Rule) options() engine.Options {
	return Terms{Models: []attribution.Model{r.Model}, Lookback: r.Lookback, Path: r.path()}.Options()
}
