package ops

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// joinedKinds are, for what people state to be one, the kinds whose rows name such records, or are such.
var joinedKinds = map[crm.Kind][]crm.Kind{
	crm.KindCompanyMerge: {crm.KindCompany, crm.KindContact, crm.KindDeal, crm.KindAccountLink, crm.KindCarveOut},
	crm.KindDealMerge:    {crm.KindDeal, crm.KindDealContact, crm.KindPayment, crm.KindCarveOut},
}

// asOne is which companies and deals people stated to be one, for rows of a kind.
type asOne struct {
	companies crm.CompaniesAsOne
	deals     crm.DealsAsOne
}

// joinedAt is what people stated to be one as of import no, for rows of a kind.
func joinedAt(ctx context.Context, tx bun.Tx, client string, k crm.Kind, no int64) (j asOne, err error) {
	if slices.Contains(joinedKinds[crm.KindDealMerge], k) {
		if j.deals, err = dealsAsOne(ctx, tx, client, no); err != nil {
			return j, err
		}
	}
	if slices.Contains(joinedKinds[crm.KindCompanyMerge], k) {
		j.companies, err = companiesAsOne(ctx, tx, client, k, no)
	}
	return j, err
}

// dealsAsOne are the deals that people stated to be one as of import no.
func dealsAsOne(ctx context.Context, tx bun.Tx, client string, no int64) (crm.DealsAsOne, error) {
	var merges []crm.DealMerge
	err := eachSaid(ctx, tx, client, crm.KindDealMerge, no, func(v version) error {
		r, err := v.record(crm.KindDealMerge)
		if err != nil {
			return err
		}
		m, err := r.DealMerge()
		merges = append(merges, m)
		return err
	})
	if err != nil || len(merges) == 0 {
		return crm.DealsAsOne{}, err
	}
	deals, err := dealsNamed(ctx, tx, client, no, merges)
	return crm.JoinDeals(merges, deals), err
}

// dealsNamed are the deals of merges, as their own rows say.
func dealsNamed(ctx context.Context, tx bun.Tx, client string, no int64, merges []crm.DealMerge) (deals []crm.Deal, err error) {
	var ids []string
	for _, m := range merges {
		ids = append(ids, m.MergedID, m.Into)
	}
	said, err := bodiesOf(ctx, tx, client, crm.KindDeal, no, distinctIDs(ids))
	for _, v := range said {
		r, err := v.record(crm.KindDeal)
		if err != nil {
			return nil, err
		}
		d, err := r.Deal()
		if err != nil {
			return nil, err
		}
		deals = append(deals, d)
	}
	return deals, err
}

// DealInto is the deal that remains of one that was stated, as of import n, to be one sale with it; "" when it was not. It decides no access: the caller has.
func DealInto(ctx context.Context, tx bun.Tx, client, deal string, n int64) (string, error) {
	j, err := dealsAsOne(ctx, tx, client, n)
	if err != nil {
		return "", fmt.Errorf("read which deals are one as of import %d: %w", n, err)
	}
	return j.Into(deal), nil
}

// DealDoubts is what is doubtful, as of import n, of statements that a deal is one sale with another, in sentences. It decides no access: the caller has.
func DealDoubts(ctx context.Context, tx bun.Tx, client, deal string, n int64) (out []string, err error) {
	j, err := dealsAsOne(ctx, tx, client, n)
	if err != nil {
		return nil, fmt.Errorf("read which deals are one as of import %d: %w", n, err)
	}
	s := crm.Snapshot{DealMerges: slices.DeleteFunc(slices.Clone(j.Doubtful()), func(m crm.DealMerge) bool { return m.MergedID != deal && m.Into != deal })}
	if s.Deals, err = dealsNamed(ctx, tx, client, n, s.DealMerges); err != nil {
		return nil, fmt.Errorf("read the deals of merges as of import %d: %w", n, err)
	}
	for _, doubt := range s.DealMergeDoubts() {
		out = append(out, doubt.Text)
	}
	return out, nil
}

func companiesAsOne(ctx context.Context, tx bun.Tx, client string, k crm.Kind, no int64) (j crm.CompaniesAsOne, err error) {
	var merges []crm.CompanyMerge
	err = eachSaid(ctx, tx, client, crm.KindCompanyMerge, no, func(v version) error {
		r, err := v.record(crm.KindCompanyMerge)
		if err != nil {
			return err
		}
		m, err := r.CompanyMerge()
		merges = append(merges, m)
		return err
	})
	if err != nil || len(merges) == 0 {
		return j, err
	}
	if j = crm.JoinCompanies(merges); k != crm.KindCarveOut || !j.Joins() {
		return j, nil
	}
	named, err := bodiesOf(ctx, tx, client, crm.KindCompany, no, j.Merged())
	if err != nil {
		return j, err
	}
	for _, v := range named {
		r, err := v.record(crm.KindCompany)
		if err != nil {
			return j, err
		}
		c, err := r.Company()
		if err != nil {
			return j, err
		}
		j.Name(c)
	}
	return j, nil
}

// under adds to the ids that rows of a kind are looked up by those of what is one with them.
func (j asOne) under(k crm.Kind, ids []string) []string {
	switch k {
	case crm.KindContact, crm.KindDeal:
		return j.companies.Under(ids)
	case crm.KindDealContact, crm.KindPayment:
		return j.deals.Under(ids)
	}
	return ids
}

// through reads rows and hands them on as if companies, or deals, that are one had one id.
func (j asOne) through(k crm.Kind, each func(version) error, read func(each func(version) error) error) error {
	if !j.deals.Joins() && !j.companies.Joins() {
		return read(each)
	}
	err := read(func(v version) error {
		r, err := v.record(k)
		if err != nil {
			return err
		}
		ok := true
		if j.deals.Joins() {
			r, ok = j.deals.Record(r)
		}
		if ok && j.companies.Joins() {
			r, ok = j.companies.Record(r)
		}
		if !ok {
			return nil
		}
		v.Body = bodyOf(r)
		return each(v)
	})
	if err != nil || k != crm.KindDealContact {
		return err
	}
	for _, r := range j.deals.Held() {
		if err := each(version{ID: r.ID, Body: bodyOf(r)}); err != nil {
			return err
		}
	}
	return nil
}
