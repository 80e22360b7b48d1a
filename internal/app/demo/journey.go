package demo

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// channel is a way to reach people, who runs it and how often it appears.
type channel struct {
	name, provider string
	campaigns      []string
	weight         int
}

var channels = []channel{
	{"Paid search", "Northlight", []string{"brand", "category", "competitors"}, 20},
	{"Paid social", "Brightpath", []string{"launch video", "retargeting", "lookalikes"}, 16},
	{"Email", "Northlight", []string{"newsletter", "nurture", "product news"}, 22},
	{"Webinar", "Northlight", []string{"autumn series", "spring series"}, 7},
	{"Organic search", "Northlight", []string{""}, 14},
	{"Direct", "", []string{""}, 11},
	{"Event", "Northlight", []string{"trade fair"}, 3},
	{"Referral", "", []string{"partners"}, 3},
	{"Sales call", "Acme Robotics", []string{""}, 4},
}

func (y *year) channel() channel {
	n := y.random.IntN(100)
	for _, c := range channels {
		if n -= c.weight; n < 0 {
			return c
		}
	}
	return channels[0]
}

// makeTouches gives every contact some, and those of deals more, before and around their deals.
func (y *year) makeTouches() {
	add := func(contact int, on cal.Date, c channel) {
		if on.After(Last.AddDays(4)) {
			return
		}
		y.touches = append(y.touches, crm.Touch{
			ContactID: y.contacts[contact].ID, At: y.instant(on), Channel: c.name, Campaign: pick(y, c.campaigns), Provider: c.provider,
		})
	}
	for _, d := range y.deals {
		created := cal.DateOf(d.CreatedAt, zone)
		for _, c := range d.contacts {
			for range y.between(2, 7) {
				add(c, created.AddDays(-y.between(0, 230)), y.channel())
			}
			if !d.closesOn.IsZero() {
				for range y.between(0, 3) {
					add(c, created.AddDays(y.between(0, max(1, d.closesOn.DaysSince(created)))), y.channel())
				}
				if y.chance(25) { // after the close: never credited
					add(c, d.closesOn.AddDays(y.between(1, 25)), y.channel())
				}
			}
			if y.chance(60) {
				add(c, created, channel{"Sales call", "Acme Robotics", []string{"first meeting"}, 0})
			}
		}
	}
	for len(y.touches) < touches {
		c := y.random.IntN(contacts)
		created := cal.DateOf(y.contacts[c].CreatedAt, zone)
		add(c, cal.Earlier(created.AddDays(y.between(-20, 300)), Last.AddDays(y.between(-300, 0))), y.channel())
	}
	slices.SortStableFunc(y.touches, byTime)
	for i := range y.touches {
		y.touches[i].ID = fmt.Sprintf("t-%06d", i+1)
	}
}

func byTime(a, b crm.Touch) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ContactID, b.ContactID), cmp.Compare(a.Channel, b.Channel))
}

// fillUp makes up for the touches that come after the last import. The new ones are of companies without a deal, so they earn nothing.
func (y *year) fillUp() {
	deals := map[string]bool{}
	for _, d := range y.deals {
		deals[d.CompanyID] = true
	}
	last := importOf(cal.MonthOf(Last))
	for missing := y.touchesAfter(last); missing > 0; {
		c, day := y.contacts[y.random.IntN(contacts)], Last.AddDays(-y.between(0, 30))
		if deals[c.CompanyID] {
			continue
		}
		by := y.channel()
		y.touches = append(y.touches, crm.Touch{ID: fmt.Sprintf("t-%06d", len(y.touches)+1), ContactID: c.ID, At: y.instant(day),
			Channel: by.name, Campaign: pick(y, by.campaigns), Provider: by.provider})
		missing--
	}
	slices.SortStableFunc(y.touches, byTime)
}

func (y *year) touchesAfter(day cal.Date) int {
	n := 0
	for _, t := range y.touches {
		if cal.DateOf(t.At, zone).After(day) {
			n++
		}
	}
	return n
}

// makePayments: most customers pay once within a few weeks, some in two parts; one gets a part back.
func (y *year) makePayments() {
	add := func(d course, on cal.Date, minor int64, kind crm.PaymentKind) {
		y.payments = append(y.payments, crm.Payment{
			ID: fmt.Sprintf("p-%05d", len(y.payments)+1), DealID: d.ID, PaidOn: on, Amount: money.New(minor, d.Amount.Currency), Kind: kind,
		})
	}
	refunded := false
	for _, d := range y.deals {
		if !d.won {
			continue
		}
		due := d.closesOn.AddDays(y.between(5, 45))
		if d.Amount.Minor > 3_000_000 && y.chance(60) {
			half := d.Amount.Minor / 2
			add(d, due, half, crm.Paid)
			add(d, due.AddDays(30), d.Amount.Minor-half, crm.Paid)
			continue
		}
		if y.chance(4) {
			continue // not paid within the year
		}
		add(d, due, d.Amount.Minor, crm.Paid)
		if month := cal.MonthOf(d.closesOn).String(); !refunded && month == "2026-01" && d.CustomerType == crm.CustomerNew && len(d.contacts) > 0 && !cal.DateOf(d.CreatedAt, zone).Before(First) {
			add(d, cal.MustDate("2026-05-12"), -d.Amount.Minor/4, crm.Refund)
			refunded = true
		}
	}
}
