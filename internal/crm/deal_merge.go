package crm

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// DealMerge is what a person states of two deals that are one sale: the merged one counts nothing, not even its amount; its payments, contacts and carve-outs
// belong to the one that remains.
type DealMerge struct {
	MergedID string // the deal that is no more
	Into     string // the one that remains, with its amount, days and outcome
	At       time.Time
	By       string
	Reason   string
	Deleted  bool // taken back
}

// Record is the canonical form.
func (m DealMerge) Record() Record {
	return newRecord(KindDealMerge, m.MergedID, m.Into, instantText(m.At), m.By, m.Reason, flagText(m.Deleted))
}

// DealMerge reads the typed record back.
func (r Record) DealMerge() (DealMerge, error) {
	c := canon{r: r}
	c.want(KindDealMerge)
	return DealMerge{MergedID: c.text("merged_deal_id"), Into: c.text("into_deal_id"), At: c.instant("at"), By: c.text("by"), Reason: c.text("reason"), Deleted: c.flag("deleted")}, c.err
}

func (r *reading) dealMerge() []Record {
	m := DealMerge{MergedID: r.mustID("merged_deal_id"), Into: r.mustID("into_deal_id"), At: r.instant("at"), By: r.text("by"), Reason: r.text("reason"), Deleted: r.deleted()}
	if m.MergedID == m.Into && !r.lost {
		r.lose("into_deal_id", "merge-into-itself", "The row says that %s was merged into itself.", m.Into)
	}
	return []Record{m.Record()}
}

// DealsAsOne lets rows be read as if the deals that are one had one id. The zero value changes nothing.
type DealsAsOne struct {
	ends   map[string]string // merged deal -> the one that remains
	remain map[string]bool   // deals into which others were merged
	lists  map[string]bool   // carve-outs that were read, by id

	held map[string]association // associations of deals that are one, by the id that they have then
}

// association is the one that stands for those of a contact with deals that are one.
type association struct {
	record Record
	rank   int // 0: of the deal that remains; 1: of a merged one; 2: taken back at the deal that remains
}

// JoinDeals follows every chain of merges to its end; of deals that were merged in a circle the one with the least id remains. The order of merges changes nothing.
func JoinDeals(merges []DealMerge) DealsAsOne {
	into := map[string]string{}
	for _, m := range merges {
		if !m.Deleted && m.Into != "" && m.MergedID != m.Into {
			into[m.MergedID] = m.Into
		}
	}
	j := DealsAsOne{ends: survivors(into), remain: map[string]bool{}, lists: map[string]bool{}, held: map[string]association{}}
	maps.DeleteFunc(j.ends, func(id, end string) bool { return id == end })
	for _, end := range j.ends {
		j.remain[end] = true
	}
	return j
}

// Joins says whether there are any.
func (j DealsAsOne) Joins() bool { return len(j.ends) > 0 }

// Merged lists the deals that are no more, in order.
func (j DealsAsOne) Merged() []string { return slices.Sorted(maps.Keys(j.ends)) }

// Into is the deal that remains of a merged one, "" when it is none.
func (j DealsAsOne) Into(deal string) string { return j.ends[deal] }

// Under adds to ids of deals those of the deals that are one with them.
func (j DealsAsOne) Under(ids []string) []string {
	out := slices.Clone(ids)
	for merged, end := range j.ends {
		if slices.Contains(ids, end) && !slices.Contains(ids, merged) {
			out = append(out, merged)
		}
	}
	return out
}

// Record is the record with the deal that remains in the place of one that is no more, which itself is deleted. ok is false for a carve-out that says what another one says already, and for an
// association of deals that are one: Held gives those when all were read.
func (j DealsAsOne) Record(r Record) (out Record, ok bool) {
	out = Record{Kind: r.Kind, ID: r.ID, Values: slices.Clone(r.Values)}
	deal := r.Get("deal_id")
	end := j.ends[deal]
	switch r.Kind {
	case KindDeal:
		if end != "" {
			out.set("deleted", "true")
		}
	case KindPayment:
		if end != "" {
			out.set("deal_id", end)
		}
	case KindDealContact:
		if end != "" || j.remain[deal] {
			j.hold(out, end)
			return out, false
		}
	case KindCarveOut:
		if end != "" {
			out.set("deal_id", end)
		}
		id := recordID(KindCarveOut, out.Get)
		if j.lists[id] {
			return out, false
		}
		j.lists[id] = true
	}
	return out, true
}

// hold keeps of the associations of one contact with deals that are one that of the deal that remains, else that of the merged deal with the least id; one that was taken back only where it is the only one.
func (j DealsAsOne) hold(r Record, end string) {
	a := association{record: r}
	gone := r.Get("deleted") == "true"
	switch {
	case end != "" && gone:
		return
	case end != "":
		a.rank = 1
	case gone:
		a.rank = 2
	}
	key := r.ID
	if end != "" {
		key = joinID(end, r.Get("contact_id"))
	}
	was, known := j.held[key]
	if !known || a.rank < was.rank || a.rank == was.rank && a.record.ID < was.record.ID {
		j.held[key] = a
	}
}

// Held are the associations of deals that are one, each under the deal that remains, in the order of their ids.
func (j DealsAsOne) Held() (out []Record) {
	for id, a := range j.held {
		r := a.record
		if end := j.ends[r.Get("deal_id")]; end != "" {
			r.set("deal_id", end)
		}
		r.ID = id
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Record) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// FollowDealMerges lets the snapshot be read as if the deals that people stated to be one had one id, as evidence is read for a fee, and takes what they stated
// away. An error means a damaged record.
func (s *Snapshot) FollowDealMerges() error {
	j := JoinDeals(s.DealMerges)
	s.DealMerges = nil
	if !j.Joins() {
		return nil
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
	for _, r := range j.Held() {
		if err := out.Add(r); err != nil {
			return err
		}
	}
	*s = out
	return nil
}
