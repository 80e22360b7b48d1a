package ops

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// inferredFor is what as of import n puts contacts to one company beside the CRM, as links. Only what could put any there is read: the company is the first of
// a list that may be empty.
func inferredFor(ctx context.Context, tx bun.Tx, client string, n int64, companies []crm.Company) ([]crm.AccountLink, error) {
	if len(companies) == 0 || companies[0].ID == "" {
		return nil, nil
	}
	company := companies[0]
	var s crm.Snapshot
	read := func(k crm.Kind, like string) error {
		return eachLike(ctx, tx, client, k, n, like, func(v version) error {
			r, err := v.record(k)
			if err != nil {
				return err
			}
			return s.Add(r)
		})
	}
	if err := read(crm.KindAccountLink, "%"); err != nil {
		return nil, err
	}
	for _, domain := range domainsOf(company, s.AccountLinks) {
		if err := read(crm.KindCompany, `%"domain":"`+domain+`"%`); err != nil {
			return nil, err
		}
		if err := read(crm.KindContact, `%@`+domain+`"%`); err != nil {
			return nil, err
		}
	}
	if err := readLinked(ctx, tx, client, n, &s); err != nil {
		return nil, err
	}
	if err := followMerges(ctx, tx, client, n, &s); err != nil {
		return nil, err
	}
	s.Companies = append(s.Companies, company)
	return slices.DeleteFunc(crm.InferredLinks(&s), func(l crm.AccountLink) bool { return l.CompanyID != company.ID }), nil
}

// domainsOf are those whose addresses can belong to the company.
func domainsOf(c crm.Company, links []crm.AccountLink) []string {
	out := []string{strings.ToLower(c.Domain)}
	for _, l := range links {
		if l.CompanyID == c.ID && !l.Deleted {
			out = append(out, l.Domain)
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(d string) bool { return d == "" || crm.IsFreeMail(d) })
}

// readLinked adds the contacts that are linked by hand, and those that merges connect with any that is there.
func readLinked(ctx context.Context, tx bun.Tx, client string, n int64, s *crm.Snapshot) error {
	there, wanted := map[string]bool{}, map[string]bool{}
	for _, c := range s.Contacts {
		there[c.ID], wanted[c.ID] = true, true
	}
	for _, l := range s.AccountLinks {
		if l.ContactID != "" {
			wanted[l.ContactID] = true
		}
	}
	merged, err := mergedContacts(ctx, tx, client, n)
	if err != nil {
		return err
	}
	withMerged(wanted, merged)
	maps.DeleteFunc(wanted, func(id string, _ bool) bool { return there[id] })
	ids := slices.Sorted(maps.Keys(wanted))
	return eachIn(ctx, tx, client, crm.KindContact, n, "ext_id", ids, func(v version) error {
		r, err := v.record(crm.KindContact)
		if err != nil {
			return err
		}
		return s.Add(r)
	})
}

// eachLike hands over the versions as of import n whose body is like a pattern, which only spares the reading of all others.
func eachLike(ctx context.Context, tx bun.Tx, client string, k crm.Kind, n int64, like string, each func(version) error) error {
	joined, err := joinedAt(ctx, tx, client, k, n)
	if err != nil {
		return err
	}
	err = joined.through(k, each, func(each func(version) error) error {
		return eachVersion(ctx, tx, each, `SELECT r.ext_id, r.import_no, r.hash, r.line, r.body FROM crm_row r WHERE r.client_id = ? AND r.kind = ? AND r.body LIKE ?`+newest,
			client, string(k), like, n, n)
	})
	if err != nil {
		return fmt.Errorf("read the %s rows that may bear on a company as of import %d: %w", k, n, err)
	}
	return nil
}
