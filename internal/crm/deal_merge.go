package crm

import (
	"fmt"
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
	if m.Reason == "" && !m.Deleted && !r.lost {
		r.problem("reason", "merge-without-reason", "The row does not say why deals %s and %s are one sale. Write it as reason: the other side reads it beside what it changes of the fee.", m.MergedID, m.Into)
	}
	return []Record{m.Record()}
}

// DealsAsOne lets rows be read as if the deals that are one had one id. The zero value changes nothing.
type DealsAsOne struct {
	ends   map[string]string // merged deal -> the one that remains
	remain map[string]bool   // deals into which others were merged
	lists  map[string]bool   // carve-outs that were read, by id

	doubtful []DealMerge // those that Doubtful gives

	held map[string]association // associations of deals that are one, by the id that they have then
}

// association is the one that stands for those of a contact with deals that are one.
type association struct {
	record Record
	rank   int // 0: of the deal that remains; 1: of a merged one; 2: taken back at the deal that remains
}

// JoinDeals follows every chain of merges to the last deal in it that is there, by what the rows of deals themselves say; of deals that were merged in a circle the one with the least
// id that is there remains. A merge behind which no deal is there has no effect. The order of merges and deals changes nothing.
func JoinDeals(merges []DealMerge, deals []Deal) DealsAsOne {
	stated, into := map[string]DealMerge{}, map[string]string{}
	for _, m := range merges {
		if !m.Deleted && m.Into != "" && m.MergedID != m.Into {
			stated[m.MergedID], into[m.MergedID] = m, m.Into
		}
	}
	won, there := map[string]bool{}, map[string]bool{}
	for _, d := range deals {
		won[d.ID], there[d.ID] = d.Won, !d.Deleted
	}
	j := DealsAsOne{ends: lastThere(into, there), remain: map[string]bool{}, lists: map[string]bool{}, held: map[string]association{}}
	for _, id := range slices.Sorted(maps.Keys(into)) {
		m, end := stated[id], j.ends[id]
		switch {
		case end == id && j.ends[m.Into] != id:
			j.doubtful = append(j.doubtful, m)
		case end != "" && end != id && won[id] && !won[end]:
			m.Into = end
			j.doubtful = append(j.doubtful, m)
		}
	}
	maps.DeleteFunc(j.ends, func(id, end string) bool { return end == "" || id == end })
	for _, end := range j.ends {
		j.remain[end] = true
	}
	return j
}

// lastThere is, for every deal that was merged, the last one of its chain that is there, which may be itself; "" when none is.
func lastThere(into map[string]string, there map[string]bool) map[string]string {
	ends := make(map[string]string, len(into))
	for id := range into {
		var path []string
		at := map[string]int{}
		step := id
		for {
			if _, done := ends[step]; done {
				break
			}
			if _, circle := at[step]; circle || into[step] == "" {
				break
			}
			at[step] = len(path)
			path = append(path, step)
			step = into[step]
		}
		end, done := ends[step]
		first, circle := at[step]
		if circle {
			members := slices.DeleteFunc(slices.Clone(path[first:]), func(id string) bool { return !there[id] })
			if len(members) > 0 {
				end = slices.Min(members)
			}
			for _, id := range path[first:] {
				ends[id] = end
			}
			path = path[:first]
		} else if !done && there[step] {
			end = step
		}
		for _, id := range slices.Backward(path) {
			if end == "" && there[id] {
				end = id
			}
			ends[id] = end
		}
	}
	return ends
}

// Joins says whether there are any.
func (j DealsAsOne) Joins() bool { return len(j.ends) > 0 }

// Merged lists the deals that are no more, in order.
func (j DealsAsOne) Merged() []string { return slices.Sorted(maps.Keys(j.ends)) }

// Into is the deal that remains of a merged one, "" when it is none.
func (j DealsAsOne) Into(deal string) string { return j.ends[deal] }

// Doubtful are the merges that somebody should look at, by the ids of the merged deals: those without effect, because no deal behind them is there, as they were stated; and those of a
// won deal into one that is not, each into the one that remains.
func (j DealsAsOne) Doubtful() []DealMerge { return j.doubtful }

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

// FollowDealMerges lets the snapshot be read as if the deals that people stated to be one had one id, as evidence is read for a fee, and leaves of what
// they stated only what is doubtful: see DealMergeDoubts. To follow it again changes nothing. An error means a damaged record.
func (s *Snapshot) FollowDealMerges() error {
	j := JoinDeals(s.DealMerges, s.Deals)
	s.DealMerges = j.Doubtful()
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

// SaidBy is who stated something and why. Whoever imported it answers for it; whom its file names beside is told as what the file says.
func SaidBy(importer, by, reason string) string {
	out := importer
	if by != "" && by != importer {
		out = fmt.Sprintf("imported by %s; the file says: %s", importer, by)
	}
	if reason == "" {
		return out
	}
	return out + ": " + reason
}

// DealMergeDoubt is what is doubtful of a merge of deals, in a sentence.
type DealMergeDoubt struct {
	Merge DealMerge
	Code  string // "merge-without-end" or "won-merged-into-not-won"
	Text  string
}

// The codes of DealMergeDoubt.
const (
	MergeWithoutEnd     = "merge-without-end"
	WonMergedIntoNotWon = "won-merged-into-not-won"
)

// DealMergeDoubts tells what is doubtful of the merges of deals that are left where they were followed.
func (s *Snapshot) DealMergeDoubts() []DealMergeDoubt {
	if len(s.DealMerges) == 0 {
		return nil
	}
	deals := make(map[string]Deal, len(s.Deals))
	for _, d := range s.Deals {
		deals[d.ID] = d
	}
	out := make([]DealMergeDoubt, len(s.DealMerges))
	for i, m := range s.DealMerges {
		into, known := deals[m.Into]
		out[i] = DealMergeDoubt{m, MergeWithoutEnd, mergeWithoutEnd(deals[m.MergedID], m, known)}
		if known && !into.Deleted {
			out[i].Code, out[i].Text = WonMergedIntoNotWon, wonMergedIntoNotWon(deals[m.MergedID], into)
		}
	}
	return out
}

func mergeWithoutEnd(merged Deal, m DealMerge, known bool) string {
	gone := "which the evidence does not have"
	if known {
		gone = "which the CRM has deleted"
	}
	return fmt.Sprintf("Deal %s was stated to be one sale with %s, %s: %s counts by itself.", merged.words(), m.Into, gone, m.MergedID)
}

func wonMergedIntoNotWon(merged, into Deal) string {
	outcome := "open"
	switch {
	case !into.OutcomeKnown:
		outcome = "neither known to be won nor to be lost"
	case into.Closed:
		outcome = "lost"
	}
	return fmt.Sprintf("Won deal %s was stated to be one sale with %s, which is %s: it counts as that one, so that nobody is charged for the sale. Take the statement back if %s is the sale.",
		merged.words(), into.words(), outcome, merged.ID)
}
