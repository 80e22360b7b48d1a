package contract

import (
	"fmt"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// ResourceKind says in which way a person is promised.
type ResourceKind string

// Dedicated: that much of the person's time is kept for the client. Priority: the client's work comes before that of others, up to that much.
const (
	Dedicated    ResourceKind = "dedicated"
	PriorityCall ResourceKind = "priority"
)

// Resource is a person, or somebody of a role, whose time the agency promised.
type Resource struct {
	Who   string // a role or a name, as time entries give it
	Kind  ResourceKind
	Share money.Ratio // of the working time of a month; only when Hours is 0
	Hours int         // a month; 0: a share is promised
	From  cal.Date    // zero: from the day on which the version takes effect
	Until cal.Date    // the last day; zero: as long as the contract runs
}

// Holds is as that of an appointment.
func (r Resource) Holds(inForce cal.Period) cal.Period {
	return Appointment{From: r.From, Until: r.Until}.Holds(inForce)
}

// Much is how much is promised, in words: "50 % of the working time", "40 hours a month".
func (r Resource) Much() string {
	if r.Hours > 0 {
		return fmt.Sprintf("%d hours a month", r.Hours)
	}
	return r.Share.String() + " of the working time"
}

var resourcesSpec = spec{key: "resources", doc: "Whose time the agency promised. Left out: nobody's.", optional: true, items: &spec{fields: []spec{
	{key: "resource", doc: "The role or the name, as time entries give it.", scalar: textScalar},
	{key: "kind", doc: "dedicated: that much time is kept for this client; priority: this client's work comes first, up to that much.", scalar: choice(string(Dedicated), string(PriorityCall))},
	{key: "share", doc: "Which part of the working time of a month, which needs the hours of service_levels. Either this or hours.", scalar: percentOf(), optional: true},
	{key: "hours", doc: "How many hours a month. Either this or share.", scalar: integerFrom(1, 744), optional: true},
	{key: "from", doc: "The first day of the promise. Left out: from the day on which the version takes effect.", scalar: dateScalar, optional: true},
	{key: "until", doc: "The last day of the promise. Left out: as long as the contract runs.", scalar: dateScalar, optional: true},
}}}

func (b *builder) resources(v *value, t Terms) []Resource {
	if v == nil {
		return nil
	}
	var out []Resource
	for _, item := range v.items {
		r := Resource{Who: item.str("resource"), Kind: ResourceKind(item.str("kind")), Hours: item.number("hours"), From: item.date("from"), Until: item.date("until")}
		share := item.get("share")
		if share != nil {
			r.Share, _ = money.ParsePercent(share.text)
		}
		switch {
		case share == nil && r.Hours == 0:
			b.problem(item, "resource-much", "how much of %s is promised? Write share: 50 %%, or hours: 40", r.Who)
		case share != nil && item.get("hours") != nil:
			b.problem(item.get("hours"), "resource-much", "the promise has a share and hours; keep one of the two")
		case share != nil && r.Share.Sign() == 0:
			b.problem(share, "resource-much", "a promise of no time; write how much, such as share: 50 %%, or leave the entry out")
		}
		if share != nil && t.Service == nil {
			b.problem(share, "resource-hours", "how many hours is %s of the working time? Write hours: 40, or service_levels with the hours of the week", share.text)
		}
		b.inOrder(item, r.From, r.Until)
		out = append(out, r)
	}
	return out
}

func resourceWords(r Resource) string {
	if r.Kind == Dedicated {
		return fmt.Sprintf("Dedicated: %s works for the client with %s%s.", r.Who, r.Much(), daysWords(r.From, r.Until))
	}
	return fmt.Sprintf("Priority: %s works for the client before others, with up to %s%s.", r.Who, r.Much(), daysWords(r.From, r.Until))
}
