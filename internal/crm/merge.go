package crm

import (
	"slices"
	"strings"
	"time"
)

// Merge is what the CRM's audit says of two contacts that became one: what was noted of the merged one belongs to the one that remains. It is evidence
// of its own, so that it holds in whatever order files are imported, and the contact's own row says nothing of it.
type Merge struct {
	MergedID string // the contact that is no more
	Into     string // the one that remains
	At       time.Time
	By       string
	Deleted  bool
}

// Record is the canonical form.
func (m Merge) Record() Record {
	return newRecord(KindMerge, m.MergedID, m.Into, instantText(m.At), m.By, flagText(m.Deleted))
}

// Merge reads the typed record back.
func (r Record) Merge() (Merge, error) {
	c := canon{r: r}
	c.want(KindMerge)
	return Merge{MergedID: c.text("merged_id"), Into: c.text("into"), At: c.instant("at"), By: c.text("by"), Deleted: c.flag("deleted")}, c.err
}

// FollowMerges puts the snapshot's merges into its contacts and takes them away: the contact at the end of a chain of merges has all that ended in it
// among its MergedIDs. Of contacts that were merged in a circle the one with the least id stands for all. A contact that remains and of which no row is
// known is there with nothing but its id. The result does not depend on the order of merges and contacts; contacts come in the order of their ids.
func (s *Snapshot) FollowMerges() {
	into := map[string]string{}
	for _, m := range s.Merges {
		if !m.Deleted && m.Into != "" && m.MergedID != m.Into {
			into[m.MergedID] = m.Into
		}
	}
	s.Merges = nil
	if len(into) == 0 {
		return
	}
	ended := map[string][]string{}
	ends := survivors(into)
	for id := range into {
		if end := ends[id]; end != id {
			ended[end] = append(ended[end], id)
		}
	}
	s.Contacts = slices.Clone(s.Contacts)
	for i := range s.Contacts {
		c := &s.Contacts[i]
		if merged := ended[c.ID]; len(merged) > 0 {
			c.MergedIDs = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(c.MergedIDs), merged...))))
			delete(ended, c.ID)
		}
	}
	for id, merged := range ended {
		s.Contacts = append(s.Contacts, Contact{ID: id, MergedIDs: slices.Sorted(slices.Values(merged))})
	}
	slices.SortStableFunc(s.Contacts, func(a, b Contact) int { return strings.Compare(a.ID, b.ID) })
}

// survivors follow every chain to its end, in one walk over each contact.
func survivors(into map[string]string) map[string]string {
	ends := make(map[string]string, len(into))
	for id := range into {
		var path []string
		at := map[string]int{}
		end := ""
		for step := id; end == ""; step = into[step] {
			known, done := ends[step]
			first, circle := at[step]
			_, further := into[step]
			switch {
			case done:
				end = known
			case circle:
				end = slices.Min(path[first:])
			case !further:
				end = step
			default:
				at[step] = len(path)
				path = append(path, step)
			}
		}
		for _, step := range path {
			ends[step] = end
		}
	}
	return ends
}

func (r *reading) merge() []Record {
	m := Merge{MergedID: r.mustID("merged_id"), Into: r.mustID("into"), At: r.instant("at"), By: r.text("by"), Deleted: r.deleted()}
	if m.MergedID == m.Into && !r.lost {
		r.lose("into", "merge-into-itself", "The row says that %s was merged into itself.", m.Into)
	}
	if r.d.m.Profile == HubSpot {
		r.d.ref.merge(m.Into, m.MergedID)
	}
	return []Record{m.Record()}
}
