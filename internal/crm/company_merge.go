package crm

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// CompanyMerge is what a person states of two companies that are one: the deals and contacts of the merged one belong to the one that remains.
type CompanyMerge struct {
	MergedID string // the company that is no more
	Into     string // the one that remains
	At       time.Time
	By       string
	Deleted  bool // taken back
}

// Record is the canonical form.
func (m CompanyMerge) Record() Record {
	return newRecord(KindCompanyMerge, m.MergedID, m.Into, instantText(m.At), m.By, flagText(m.Deleted))
}

// CompanyMerge reads the typed record back.
func (r Record) CompanyMerge() (CompanyMerge, error) {
	c := canon{r: r}
	c.want(KindCompanyMerge)
	return CompanyMerge{MergedID: c.text("merged_company_id"), Into: c.text("into_company_id"), At: c.instant("at"), By: c.text("by"), Deleted: c.flag("deleted")}, c.err
}

func (r *reading) companyMerge() []Record {
	m := CompanyMerge{MergedID: r.mustID("merged_company_id"), Into: r.mustID("into_company_id"), At: r.instant("at"), By: r.text("by"), Deleted: r.deleted()}
	if m.MergedID == m.Into && !r.lost {
		r.lose("into_company_id", "merge-into-itself", "The row says that %s was merged into itself.", m.Into)
	}
	return []Record{m.Record()}
}

// CompaniesAsOne lets rows be read as if the companies that are one had one id. The zero value changes nothing.
type CompaniesAsOne struct {
	ends  map[string]string // merged company -> the one that remains
	named map[string]string // name and domain of a merged company -> the one that remains
	lists map[string]bool   // carve-outs that were read, by id
}

// JoinCompanies follows every chain of merges to its end; of companies that were merged in a circle the one with the least id remains. The order of merges changes nothing.
func JoinCompanies(merges []CompanyMerge) CompaniesAsOne {
	into := map[string]string{}
	for _, m := range merges {
		if !m.Deleted && m.Into != "" && m.MergedID != m.Into {
			into[m.MergedID] = m.Into
		}
	}
	j := CompaniesAsOne{ends: survivors(into), named: map[string]string{}, lists: map[string]bool{}}
	maps.DeleteFunc(j.ends, func(id, end string) bool { return id == end })
	return j
}

// Joins says whether there are any.
func (j CompaniesAsOne) Joins() bool { return len(j.ends) > 0 }

// Merged lists the companies that are no more, in order.
func (j CompaniesAsOne) Merged() []string { return slices.Sorted(maps.Keys(j.ends)) }

// Under adds to ids of companies those of the companies that are one with them.
func (j CompaniesAsOne) Under(ids []string) []string {
	out := slices.Clone(ids)
	for merged, end := range j.ends {
		if slices.Contains(ids, end) && !slices.Contains(ids, merged) {
			out = append(out, merged)
		}
	}
	return out
}

// Name tells what a merged company is called, so that a carve-out that names it holds for the one that remains.
func (j CompaniesAsOne) Name(c Company) {
	for _, name := range []string{c.Name, c.Domain} {
		if name = carvedName(name); name != "" && j.ends[c.ID] != "" {
			j.named[name] = j.ends[c.ID]
		}
	}
}

func carvedName(name string) string {
	return strings.TrimPrefix(strings.ToLower(strings.TrimSpace(name)), "www.")
}

// Record is the record with the company that remains in the place of one that is no more, which itself is deleted. ok is false for a carve-out that says what another one says already.
func (j CompaniesAsOne) Record(r Record) (out Record, ok bool) {
	out = Record{Kind: r.Kind, ID: r.ID, Values: slices.Clone(r.Values)}
	switch r.Kind {
	case KindCompany:
		if j.ends[r.ID] != "" {
			out.set("deleted", "true")
		}
	case KindContact, KindDeal, KindAccountLink:
		if end := j.ends[r.Get("company_id")]; end != "" {
			out.set("company_id", end)
		}
	case KindCarveOut:
		end := j.ends[r.Get("company_id")]
		if end == "" && r.Get("company_id") == "" {
			end = j.named[carvedName(r.Get("company"))]
		}
		if end != "" {
			out.set("company_id", end)
		}
		id := recordID(KindCarveOut, out.Get)
		if j.lists[id] {
			return out, false
		}
		j.lists[id] = true
	}
	return out, true
}

// FollowCompanyMerges lets the snapshot be read as if the companies that people stated to be one had one id, as evidence is read for a fee, and takes what they
// stated away. An error means a damaged record. Who follows the merges of contacts, too, does it afterwards.
func (s *Snapshot) FollowCompanyMerges() error {
	j := JoinCompanies(s.CompanyMerges)
	s.CompanyMerges = nil
	if !j.Joins() {
		return nil
	}
	for _, c := range s.Companies {
		j.Name(c)
	}
	slices.SortStableFunc(s.CarveOuts, func(a, b CarveOut) int { return strings.Compare(a.Record().ID, b.Record().ID) })
	var out Snapshot
	for _, r := range s.Records() {
		if r, ok := j.Record(r); ok {
			if err := out.Add(r); err != nil {
				return err
			}
		}
	}
	*s = out
	return nil
}
