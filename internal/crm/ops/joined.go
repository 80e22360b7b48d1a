package ops

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// joinedKinds are those whose rows name companies, or are such.
var joinedKinds = []crm.Kind{crm.KindCompany, crm.KindContact, crm.KindDeal, crm.KindAccountLink, crm.KindCarveOut}

// joinedAt is which companies people stated to be one as of import no, for rows of a kind.
func joinedAt(ctx context.Context, tx bun.Tx, client string, k crm.Kind, no int64) (j crm.CompaniesAsOne, err error) {
	if !slices.Contains(joinedKinds, k) {
		return j, nil
	}
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

// through hands rows on as if companies that are one had one id.
func through(j crm.CompaniesAsOne, k crm.Kind, each func(version) error) func(version) error {
	if !j.Joins() {
		return each
	}
	return func(v version) error {
		r, err := v.record(k)
		if err != nil {
			return err
		}
		r, ok := j.Record(r)
		if !ok {
			return nil
		}
		v.Body = bodyOf(r)
		return each(v)
	}
}
