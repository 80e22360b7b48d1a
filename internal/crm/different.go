package crm

// Different is what a person states of two records that look alike: they are not the same. It names both in the order of their ids, so that it is one
// statement from whichever side it is made.
type Different struct {
	Of      Kind // KindCompany, KindContact or KindDeal
	OneID   string
	OtherID string
	Reason  string
	Deleted bool // taken back
}

// NewDifferent puts the ids in their order.
func NewDifferent(of Kind, a, b, reason string) Different {
	return Different{Of: of, OneID: min(a, b), OtherID: max(a, b), Reason: reason}
}

// Record is the canonical form.
func (d Different) Record() Record {
	return newRecord(KindDifferent, string(d.Of), d.OneID, d.OtherID, d.Reason, flagText(d.Deleted))
}

// Different reads the typed record back.
func (r Record) Different() (Different, error) {
	c := canon{r: r}
	c.want(KindDifferent)
	return Different{Of: Kind(c.text("of")), OneID: c.text("one_id"), OtherID: c.text("other_id"), Reason: c.text("reason"), Deleted: c.flag("deleted")}, c.err
}

func (r *reading) different() []Record {
	d := NewDifferent(Kind(r.text("of")), r.mustID("one_id"), r.mustID("other_id"), r.text("reason"))
	d.Deleted = r.deleted()
	switch {
	case d.Of != KindCompany && d.Of != KindContact && d.Of != KindDeal:
		r.lose("of", "different-of", "The row must say of what it speaks: company, contact or deal.")
	case d.OneID == d.OtherID && !r.lost:
		r.lose("other_id", "different-from-itself", "The row says that %s differs from itself.", d.OneID)
	}
	return []Record{d.Record()}
}
