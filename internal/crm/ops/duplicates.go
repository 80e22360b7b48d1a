package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// DuplicatesInput asks for records that may be one.
type DuplicatesInput struct {
	Client string
	AsOf   int64          // 0: the newest import
	Of     crm.Kind       // "": all kinds
	Reason crm.LikeReason // "": all
	Key    string         // of one group; "": all
	Offset int
	Limit  int // 0: all
}

// DuplicatesView is a stretch of the worklist.
type DuplicatesView struct {
	AsOf, Latest int64
	Counts       map[crm.LikeReason]int // of all groups
	Total        int                    // groups that the filter takes
	Groups       []DuplicateGroup
}

// DuplicateGroup is records that may be one, and what would follow.
type DuplicateGroup struct {
	crm.Alike
	Key     string // names the group in addresses
	Members []DuplicateMember
	Won     int // won deals of the members, each once: of contacts those that they are associated with
}

// DuplicateMember is one of them.
type DuplicateMember struct {
	Record  crm.Record
	Touches int64 // of a contact
	Deals   int   // of a contact: with which it is associated
	Won     int   // of them that are won
}

// Touches are those of all members.
func (g DuplicateGroup) Touches() (n int64) {
	for _, m := range g.Members {
		n += m.Touches
	}
	return n
}

func keyOf(a crm.Alike) string {
	sum := sha256.Sum256([]byte(string(a.Of) + "\x00" + strings.Join(a.IDs, "\x00")))
	return hex.EncodeToString(sum[:8])
}

func (in DuplicatesInput) valid() error {
	var faults fault.List
	if in.Of != "" && !slices.Contains([]crm.Kind{crm.KindContact, crm.KindCompany, crm.KindDeal}, in.Of) {
		faults.Add(fault.New(fault.Invalid, "of", "No records of the kind %q are looked at. Write contact, company or deal.", string(in.Of)).At("of"))
	}
	if reasons := crm.LikeReasons(); in.Reason != "" && !slices.Contains(reasons, in.Reason) {
		var names []string
		for _, r := range reasons {
			names = append(names, string(r))
		}
		faults.Add(fault.New(fault.Invalid, "reason", "Records are not alike because of %q. Write one of: %s.", string(in.Reason), strings.Join(names, ", ")).At("reason"))
	}
	return faults.Err()
}

// Duplicates lists the contacts, companies and deals that may be one, as of an import, as crm.Duplicates finds them. Who: EvidenceSee. Faults: NotFound; Invalid at "of", "reason".
func (s *Service) Duplicates(ctx context.Context, actor access.Actor, in DuplicatesInput) (out DuplicatesView, err error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(in.Client)); err != nil {
		return out, err
	}
	if err := in.valid(); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = DuplicatesView{Counts: map[crm.LikeReason]int{}}
		if out.AsOf, out.Latest, err = asOf(ctx, tx, in.Client, in.AsOf); err != nil {
			return err
		}
		all, err := s.alike(ctx, tx, in.Client, out.AsOf)
		if err != nil {
			return err
		}
		var taken []crm.Alike
		for _, a := range all {
			out.Counts[a.Reason]++
			if (in.Of == "" || a.Of == in.Of) && (in.Reason == "" || a.Reason == in.Reason) && (in.Key == "" || keyOf(a) == in.Key) {
				taken = append(taken, a)
			}
		}
		out.Total = len(taken)
		taken = taken[min(in.Offset, len(taken)):]
		if in.Limit > 0 {
			taken = taken[:min(in.Limit, len(taken))]
		}
		out.Groups, err = groupsOf(ctx, tx, in.Client, out.AsOf, taken)
		return err
	})
	return out, err
}

// alike finds the groups, or has them from before.
func (s *Service) alike(ctx context.Context, tx bun.Tx, client string, no int64) ([]crm.Alike, error) {
	key, err := recentOf(ctx, tx, client, no)
	if err != nil {
		return nil, err
	}
	if found, ok := s.recentAlike.get(key); ok {
		return found, nil
	}
	snapshot, err := snapshotOf(ctx, tx, client, no, crm.KindCompany, crm.KindContact, crm.KindDeal, crm.KindDifferent)
	if err != nil {
		return nil, err
	}
	found := crm.Duplicates(&snapshot)
	s.recentAlike.put(key, found, recentLimit)
	return found, nil
}

// groupsOf puts to groups what their members say and are tied to.
func groupsOf(ctx context.Context, tx bun.Tx, client string, no int64, list []crm.Alike) ([]DuplicateGroup, error) {
	ids := map[crm.Kind][]string{}
	for _, a := range list {
		ids[a.Of] = append(ids[a.Of], a.IDs...)
	}
	said := map[crm.Kind]map[string]version{}
	for k, of := range ids {
		var err error
		if said[k], err = bodiesOf(ctx, tx, client, k, no, distinctIDs(of)); err != nil {
			return nil, err
		}
	}
	ties, err := tiesOf(ctx, tx, client, no, distinctIDs(ids[crm.KindContact]))
	if err != nil {
		return nil, err
	}
	out := make([]DuplicateGroup, len(list))
	for i, a := range list {
		out[i] = DuplicateGroup{Alike: a, Key: keyOf(a)}
		won := map[string]bool{}
		for _, id := range a.IDs {
			m := DuplicateMember{Record: crm.Record{Kind: a.Of, ID: id, Values: make([]string, len(crm.Columns(a.Of)))}}
			if v, known := said[a.Of][id]; known {
				if m.Record, err = v.record(a.Of); err != nil {
					return nil, err
				}
			}
			if a.Of == crm.KindDeal && m.Record.Get("is_won") == "true" {
				won[id] = true
			}
			if a.Of == crm.KindContact {
				m.Touches, m.Deals = ties.touches[id], len(ties.deals[id])
				for _, deal := range ties.deals[id] {
					if ties.won[deal] {
						won[deal] = true
						m.Won++
					}
				}
			}
			out[i].Members = append(out[i].Members, m)
		}
		out[i].Won = len(won)
	}
	return out, nil
}

func distinctIDs(ids []string) []string {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// ties are what contacts are tied to.
type ties struct {
	touches map[string]int64
	deals   map[string][]string
	won     map[string]bool
}

func tiesOf(ctx context.Context, tx bun.Tx, client string, no int64, contacts []string) (ties, error) {
	t := ties{touches: map[string]int64{}, deals: map[string][]string{}, won: map[string]bool{}}
	if len(contacts) == 0 {
		return t, nil
	}
	err := eachIn(ctx, tx, client, crm.KindTouch, no, "link", contacts, func(v version) error {
		r, err := v.record(crm.KindTouch)
		if err == nil && r.Get("deleted") == "" {
			t.touches[r.Get("contact_id")]++
		}
		return err
	})
	if err != nil {
		return t, err
	}
	wanted := make(map[string]bool, len(contacts))
	for _, id := range contacts {
		wanted[id] = true
	}
	var deals []string
	err = eachAsOf(ctx, tx, client, crm.KindDealContact, no, func(v version) error {
		r, err := v.record(crm.KindDealContact)
		if contact := r.Get("contact_id"); err == nil && wanted[contact] && r.Get("deleted") == "" {
			t.deals[contact] = append(t.deals[contact], r.Get("deal_id"))
			deals = append(deals, r.Get("deal_id"))
		}
		return err
	})
	if err != nil {
		return t, err
	}
	bodies, err := bodiesOf(ctx, tx, client, crm.KindDeal, no, distinctIDs(deals))
	for id, v := range bodies {
		r, err := v.record(crm.KindDeal)
		if err != nil {
			return t, err
		}
		t.won[id] = r.Get("is_won") == "true" && r.Get("deleted") == ""
	}
	return t, err
}

// DifferentInput states that records are not the same.
type DifferentInput struct {
	Client string
	Of     crm.Kind
	IDs    []string // each differs from each
	Reason string
	Undo   bool
}

// mostDifferent is how many records can be told from each other at once: their pairs are stated.
const mostDifferent = 20

// SayDifferent states that records that look alike are not the same, as an import of its own with that number; 0: it is stated already. They are not asked for
// again. Who: EvidenceImport. Faults: Invalid at "ids"; as for an import.
func (s *Service) SayDifferent(ctx context.Context, actor access.Actor, in DifferentInput) (int64, error) {
	return s.state(ctx, actor, in.Client, func(ctx context.Context, tx bun.Tx, last int64) (stating, error) {
		ids := distinctIDs(in.IDs)
		switch {
		case in.Of != crm.KindCompany && in.Of != crm.KindContact && in.Of != crm.KindDeal:
			return stating{}, fault.New(fault.Invalid, "of", "Companies, contacts and deals can differ.").At("of")
		case len(ids) < 2:
			return stating{}, fault.New(fault.Invalid, "required", "Name two or more records that differ.").At("ids")
		case len(ids) > mostDifferent:
			return stating{}, fault.New(fault.Invalid, "too-many", "Tell at most %d records from each other at once.", mostDifferent).At("ids")
		}
		out := stating{act: actDifferent, words: fmt.Sprintf("stated that these %s records differ: %s", in.Of, strings.Join(ids, ", "))}
		if in.Undo {
			out.words = fmt.Sprintf("took back that these %s records differ: %s", in.Of, strings.Join(ids, ", "))
		}
		for i, one := range ids {
			if _, err := live(ctx, tx, in.Client, in.Of, one, "ids", last); err != nil && !in.Undo {
				return stating{}, err
			}
			for _, other := range ids[i+1:] {
				d := crm.NewDifferent(in.Of, one, other, strings.TrimSpace(in.Reason))
				d.Deleted = in.Undo
				out.rows = append(out.rows, d.Record())
			}
		}
		if !in.Undo {
			return out, nil
		}
		return withdrawn(ctx, tx, in.Client, last, out)
	})
}

// withdrawn keeps of what is taken back what was stated, with the words that it was stated with.
func withdrawn(ctx context.Context, tx bun.Tx, client string, last int64, out stating) (stating, error) {
	ids := make([]string, len(out.rows))
	for i, r := range out.rows {
		ids[i] = r.ID
	}
	known, err := bodiesOf(ctx, tx, client, crm.KindDifferent, last, ids)
	if err != nil {
		return out, err
	}
	if len(known) == 0 {
		return out, fault.New(fault.NotFound, "unstated", "Nobody has stated of these records that they differ.")
	}
	out.rows = nil
	for _, id := range ids {
		v, there := known[id]
		if !there {
			continue
		}
		r, err := v.record(crm.KindDifferent)
		if err != nil {
			return out, err
		}
		d, err := r.Different()
		if err != nil {
			return out, err
		}
		d.Deleted = true
		out.rows = append(out.rows, d.Record())
	}
	return out, nil
}

// StatedIdentity is what people or the CRM's audit stated of records that look alike, and the import that said so.
type StatedIdentity struct {
	Of   crm.Kind
	IDs  [2]string
	Same bool   // the first was merged into the second; else both differ
	Why  string // of what is one who said so, by crm.SaidBy
	No   int64
}

// StatedIdentities lists merges and differences that hold as of the newest import, the newest first. Who: EvidenceSee.
func (s *Service) StatedIdentities(ctx context.Context, actor access.Actor, client string) (out []StatedIdentity, err error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = nil
		last, err := lastNo(ctx, tx, client)
		if err != nil {
			return err
		}
		rows, err := RowsAt(ctx, tx, client, last, crm.KindMerge, crm.KindCompanyMerge, crm.KindDealMerge, crm.KindDifferent)
		if err != nil {
			return err
		}
		reasons := map[int]string{}
		for _, m := range rows.Evidence.Merges {
			if !m.Deleted {
				out = append(out, StatedIdentity{crm.KindContact, [2]string{m.MergedID, m.Into}, true, m.By, rows.Said[crm.KindMerge][m.Record().ID]})
			}
		}
		for _, m := range rows.Evidence.CompanyMerges {
			if !m.Deleted {
				out = append(out, StatedIdentity{crm.KindCompany, [2]string{m.MergedID, m.Into}, true, m.By, rows.Said[crm.KindCompanyMerge][m.Record().ID]})
			}
		}
		for _, m := range rows.Evidence.DealMerges {
			if !m.Deleted {
				out = append(out, StatedIdentity{crm.KindDeal, [2]string{m.MergedID, m.Into}, true, m.By, rows.Said[crm.KindDealMerge][m.Record().ID]})
				reasons[len(out)-1] = m.Reason
			}
		}
		for _, d := range rows.Evidence.Different {
			if !d.Deleted {
				out = append(out, StatedIdentity{d.Of, [2]string{d.OneID, d.OtherID}, false, d.Reason, rows.Said[crm.KindDifferent][d.Record().ID]})
			}
		}
		if err := nameImporters(ctx, tx, client, out, reasons); err != nil {
			return err
		}
		slices.SortStableFunc(out, func(a, b StatedIdentity) int { return int(b.No - a.No) })
		return nil
	})
	return out, err
}

// nameImporters puts into the words on what is one who imported them, beside whom the file names, and the reasons, which are by place.
func nameImporters(ctx context.Context, tx bun.Tx, client string, stated []StatedIdentity, reasons map[int]string) error {
	var numbers []int64
	for _, s := range stated {
		numbers = append(numbers, s.No)
	}
	if len(numbers) == 0 {
		return nil
	}
	slices.Sort(numbers)
	importers := map[int64]string{}
	for batch := range slices.Chunk(slices.Compact(numbers), lookupBatch) {
		marks, err := importMarks(ctx, tx, `r.client_id = ? AND r.no IN (?)`, client, bun.List(batch))
		if err != nil {
			return err
		}
		for _, m := range marks {
			importers[m.No] = m.ActorName
		}
	}
	for i, s := range stated {
		if s.Same {
			stated[i].Why = crm.SaidBy(importers[s.No], s.Why, reasons[i])
		}
	}
	return nil
}
