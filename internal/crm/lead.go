package crm

import (
	"strings"
	"time"
)

// LeadRuling is how a disputed lead was decided: "" while nobody has.
type LeadRuling string

// The rulings. Upheld: the client was right, the lead is not paid.
const (
	RulingUpheld LeadRuling = "upheld"
	RulingDenied LeadRuling = "denied"
)

// Lead is one result that was delivered to the client for acceptance: a lead, an appointment, an acquisition. The instants are zero when
// it did not happen. What state it is in at a time, and whether it is billed, are rules of the fee.
type Lead struct {
	ID          string
	DeliveredAt time.Time
	Clause      string // the clause that pays for it; empty: the only one that pays per result
	Key         string // what makes two leads the same: an address, a number; lower case without spaces around; empty: unknown
	RejectedAt  time.Time
	AcceptedAt  time.Time
	DisputedAt  time.Time
	Reason      string
	Ruling      LeadRuling
	RuledAt     time.Time
	Deleted     bool
}

// Record is the canonical form.
func (l Lead) Record() Record {
	return newRecord(KindLead, l.ID, instantText(l.DeliveredAt), l.Clause, l.Key, instantText(l.RejectedAt), instantText(l.AcceptedAt), instantText(l.DisputedAt),
		l.Reason, string(l.Ruling), instantText(l.RuledAt), flagText(l.Deleted))
}

// Lead reads the typed record back.
func (r Record) Lead() (Lead, error) {
	c := canon{r: r}
	c.want(KindLead)
	return Lead{ID: c.text("lead_id"), DeliveredAt: c.instant("delivered_at"), Clause: c.text("clause"), Key: c.text("dedupe_key"), RejectedAt: c.instant("rejected_at"),
		AcceptedAt: c.instant("accepted_at"), DisputedAt: c.instant("disputed_at"), Reason: c.text("reason"), Ruling: LeadRuling(c.text("ruling")),
		RuledAt: c.instant("ruled_at"), Deleted: c.flag("deleted")}, c.err
}

func (r *reading) lead() []Record {
	l := Lead{ID: r.mustID("lead_id"), DeliveredAt: r.instant("delivered_at"), Clause: r.text("clause"), Key: strings.ToLower(strings.TrimSpace(r.text("dedupe_key"))),
		RejectedAt: r.instant("rejected_at"), AcceptedAt: r.instant("accepted_at"), DisputedAt: r.instant("disputed_at"), Reason: r.text("reason"),
		Ruling: LeadRuling(strings.ToLower(strings.TrimSpace(r.raw("ruling")))), RuledAt: r.instant("ruled_at"), Deleted: r.deleted()}
	if l.DeliveredAt.IsZero() {
		r.lose("delivered_at", "lead-undated", "The lead has no time of delivery that can be read, so no window runs for it.")
	}
	for _, later := range []struct {
		field string
		at    time.Time
	}{{"rejected_at", l.RejectedAt}, {"accepted_at", l.AcceptedAt}, {"disputed_at", l.DisputedAt}} {
		if !later.at.IsZero() && later.at.Before(l.DeliveredAt) {
			r.lose(later.field, "before-delivery", "This happened before the lead was delivered at %s. Correct one of the two times.", instantText(l.DeliveredAt))
		}
	}
	switch {
	case l.Ruling != "" && l.Ruling != RulingUpheld && l.Ruling != RulingDenied:
		r.lose("ruling", "ruling", "%q is no ruling. Write upheld (the client was right) or denied, or leave it blank.", r.raw("ruling"))
	case (l.Ruling == "") != l.RuledAt.IsZero():
		r.lose("ruled_at", "ruling-half", "A ruling needs both its word and its time.")
	case l.Ruling != "" && (l.DisputedAt.IsZero() || l.RuledAt.Before(l.DisputedAt)):
		r.lose("ruled_at", "ruling-without-dispute", "A ruling follows a dispute. Write when the lead was disputed, before the ruling.")
	}
	return []Record{l.Record()}
}
