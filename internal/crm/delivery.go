package crm

import (
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Delivery is one hand-over of a contract's milestone, or of a part of it. Dates are zero when it did not happen.
type Delivery struct {
	ID          string
	Milestone   string // as the contract names it
	DeliveredOn cal.Date
	AcceptedOn  cal.Date
	ReturnedOn  cal.Date // the client sent it back: it counts for nothing, and a new hand-over begins
	Part        string   // of the milestone: "50 %"; empty: the whole
	Note        string
	Deleted     bool
}

// Record is the canonical form.
func (d Delivery) Record() Record {
	return newRecord(KindDelivery, d.ID, d.Milestone, d.DeliveredOn.String(), d.AcceptedOn.String(), d.ReturnedOn.String(), d.Part, d.Note, flagText(d.Deleted))
}

// Delivery reads the typed record back.
func (r Record) Delivery() (Delivery, error) {
	c := canon{r: r}
	c.want(KindDelivery)
	return Delivery{ID: c.text("delivery_id"), Milestone: c.text("milestone"), DeliveredOn: c.date("delivered_on"), AcceptedOn: c.date("accepted_on"),
		ReturnedOn: c.date("returned_on"), Part: c.text("part"), Note: c.text("note"), Deleted: c.flag("deleted")}, c.err
}

func (r *reading) delivery() []Record {
	d := Delivery{ID: r.mustID("delivery_id"), Milestone: r.text("milestone"), Note: r.text("note"), Deleted: r.deleted(),
		DeliveredOn: r.mustDate("delivered_on", "The delivery has no day that can be read."), AcceptedOn: r.date("accepted_on"), ReturnedOn: r.date("returned_on")}
	if d.Milestone == "" {
		r.lose("milestone", "milestone-missing", "The row does not name its milestone. Write the name that the contract gives it.")
	}
	if s := r.text("part"); s != "" {
		part, err := money.ParsePercent(s)
		if err != nil || part.Sign() <= 0 || part.Num() > part.Den() {
			r.lose("part", "part", "%q is no part of a milestone. Write a percentage above 0 %% up to 100 %%, such as 50 %%.", s)
		} else {
			d.Part = part.String()
		}
	}
	switch {
	case r.lost:
	case !d.AcceptedOn.IsZero() && !d.ReturnedOn.IsZero():
		r.lose("returned_on", "accepted-and-returned", "The delivery was both accepted and returned. Keep what happened; a new hand-over is a row of its own.")
	case !d.AcceptedOn.IsZero() && d.AcceptedOn.Before(d.DeliveredOn), !d.ReturnedOn.IsZero() && d.ReturnedOn.Before(d.DeliveredOn):
		r.lose("delivered_on", "before-delivery", "It was accepted or returned before it was delivered on %s.", d.DeliveredOn)
	}
	return []Record{d.Record()}
}
