package ops

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// DealEvidence is what bears on one deal as of import n: the deal, its company, associations and payments, the contacts that are associated
// with it or belong to its company, as the CRM says or by links that tell what was inferred, under every id they are known under, and all touches of those. It is part of EvidenceAt(n), except that
// the touches of a deal that is not won are there too. Carve-outs are not. It decides no access: the caller has. Fault: NotFound.
func DealEvidence(ctx context.Context, tx bun.Tx, client, deal string, n int64) (crm.Evidence, error) {
	e := crm.Evidence{AsOf: n}
	read := func(k crm.Kind, column string, values ...string) error {
		var found []crm.Record
		err := eachIn(ctx, tx, client, k, n, column, values, func(v version) error {
			r, err := v.record(k)
			found = append(found, r)
			return err
		})
		if err != nil {
			return fmt.Errorf("read the evidence of a deal as of import %d: %w", n, err)
		}
		return addInOrder(&e.Snapshot, found)
	}
	if err := read(crm.KindDeal, "ext_id", deal); err != nil {
		return e, err
	}
	if len(e.Deals) == 0 {
		return e, fault.New(fault.NotFound, "deal", "There is no such deal in the evidence as of import %d.", n)
	}
	if company := e.Deals[0].CompanyID; company != "" {
		if err := read(crm.KindCompany, "ext_id", company); err != nil {
			return e, err
		}
	}
	if err := read(crm.KindDealContact, "link", deal); err != nil {
		return e, err
	}
	if err := read(crm.KindPayment, "link", deal); err != nil {
		return e, err
	}
	inferred, err := inferredFor(ctx, tx, client, n, e.Companies)
	if err != nil {
		return e, err
	}
	e.AccountLinks = inferred
	people, err := connected(ctx, tx, client, n, e.Deals[0].CompanyID, e.DealContacts, inferred)
	if err != nil {
		return e, err
	}
	if err := read(crm.KindContact, "ext_id", people...); err != nil {
		return e, err
	}
	if err := read(crm.KindMerge, "ext_id", people...); err != nil {
		return e, err
	}
	e.FollowMerges()
	return e, read(crm.KindTouch, "link", people...)
}

func addInOrder(s *crm.Snapshot, found []crm.Record) error {
	slices.SortFunc(found, func(a, b crm.Record) int { return strings.Compare(a.ID, b.ID) }) // in bytes: engines sort texts differently
	for _, r := range found {
		if err := s.Add(r); err != nil {
			return err
		}
	}
	return nil
}

// connected lists the ids of the contacts associated with a deal and of those of its company, by the CRM or inferred, and every id that a merge connects with them.
func connected(ctx context.Context, tx bun.Tx, client string, n int64, company string, associations []crm.DealContact, inferred []crm.AccountLink) ([]string, error) {
	ids := map[string]bool{}
	for _, l := range inferred {
		ids[l.ContactID] = true
	}
	for _, a := range associations {
		ids[a.ContactID] = true
	}
	if company != "" {
		err := eachIn(ctx, tx, client, crm.KindContact, n, "link", []string{company}, func(v version) error {
			ids[v.ID] = true
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	merged, err := mergedContacts(ctx, tx, client, n)
	if err != nil {
		return nil, err
	}
	withMerged(ids, merged)
	delete(ids, "")
	return slices.Sorted(maps.Keys(ids)), nil
}

// withMerged adds every id that a merge connects with one that is there.
func withMerged(ids map[string]bool, merged []crm.Contact) {
	for grown := true; grown; {
		grown = false
		for _, c := range merged {
			all := append([]string{c.ID}, c.MergedIDs...)
			if slices.ContainsFunc(all, func(id string) bool { return ids[id] }) && slices.ContainsFunc(all, func(id string) bool { return !ids[id] }) {
				for _, id := range all {
					ids[id] = true
				}
				grown = true
			}
		}
	}
}

// mergedContacts are the contacts that others were merged into, by their own rows or by the audit of merges. The text filter only spares the reading of
// all others.
func mergedContacts(ctx context.Context, tx bun.Tx, client string, n int64) ([]crm.Contact, error) {
	var audit crm.Snapshot
	if err := followMerges(ctx, tx, client, n, &audit); err != nil {
		return nil, err
	}
	out := audit.Contacts
	err := eachVersion(ctx, tx, func(v version) error {
		r, err := v.record(crm.KindContact)
		if err != nil {
			return err
		}
		c, err := r.Contact()
		if len(c.MergedIDs) > 0 {
			out = append(out, c)
		}
		return err
	}, `SELECT r.ext_id, r.import_no, r.hash, r.line, r.body FROM crm_row r WHERE r.client_id = ? AND r.kind = ? AND r.body LIKE ?`+newest,
		client, string(crm.KindContact), `%"merged_ids"%`, n, n)
	return out, err
}

// ImportMark names an applied import.
type ImportMark struct {
	No        int64
	Filename  string
	Kind      crm.Kind // "" for a side table
	ActorName string
	AppliedAt time.Time
}

// ImportMarks names the client's imports up to number n, newest first, at most limit of them. It decides no access: the caller has.
func ImportMarks(ctx context.Context, tx bun.Tx, client string, n int64, limit int) ([]ImportMark, error) {
	return importMarks(ctx, tx, `r.client_id = ? AND r.no <= ? ORDER BY r.no DESC LIMIT ?`, client, n, limit)
}

func importMarks(ctx context.Context, tx bun.Tx, where string, args ...any) ([]ImportMark, error) {
	var rows []struct {
		No        int64
		Filename  string
		Kind      string
		ActorName string
		AppliedAt time.Time
	}
	err := tx.NewRaw(`SELECT r.no, i.filename, i.kind, i.actor_name, r.applied_at FROM crm_result r JOIN crm_import i ON i.id = r.import_id WHERE `+where,
		args...).Scan(ctx, &rows)
	out := make([]ImportMark, len(rows))
	for i, row := range rows {
		out[i] = ImportMark{No: row.No, Filename: row.Filename, Kind: crm.Kind(row.Kind), ActorName: row.ActorName, AppliedAt: row.AppliedAt.UTC()}
	}
	return out, err
}

// Said is what one import said of one record, and where in its file.
type Said struct {
	Import ImportMark
	Line   int64
	Record crm.Record
}

// DealHistory is what every import up to number n said of a deal, of the contacts associated with it and of its payments, and of deals that are one with it, oldest first; within
// an import in the order of its file. An import that said nothing new of a record is not there for it. It decides no access: the caller has.
func DealHistory(ctx context.Context, tx bun.Tx, client, deal string, n int64) ([]Said, error) {
	var out []Said
	for _, of := range []struct {
		kind   crm.Kind
		column string
	}{{crm.KindDeal, "ext_id"}, {crm.KindDealContact, "link"}, {crm.KindPayment, "link"}, {crm.KindDealMerge, "ext_id"}, {crm.KindDealMerge, "link"}} {
		err := eachVersion(ctx, tx, func(v version) error {
			r, err := v.record(of.kind)
			out = append(out, Said{Import: ImportMark{No: v.No}, Line: v.Line, Record: r})
			return err
		}, `SELECT ext_id, import_no, hash, line, body FROM crm_row WHERE client_id = ? AND kind = ? AND ? = ? AND import_no <= ?`,
			client, string(of.kind), bun.Ident(of.column), deal, n)
		if err != nil {
			return nil, fmt.Errorf("read the history of a deal: %w", err)
		}
	}
	var numbers []int64
	for _, s := range out {
		numbers = append(numbers, s.Import.No)
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	slices.Sort(numbers)
	found, err := importMarks(ctx, tx, `r.client_id = ? AND r.no IN (?)`, client, bun.List(slices.Compact(numbers)))
	if err != nil {
		return nil, fmt.Errorf("read the imports of a deal: %w", err)
	}
	for i := range out {
		for _, m := range found {
			if m.No == out[i].Import.No {
				out[i].Import = m
			}
		}
	}
	slices.SortFunc(out, func(a, b Said) int {
		return cmp.Or(cmp.Compare(a.Import.No, b.Import.No), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Record.ID, b.Record.ID))
	})
	return out, nil
}
