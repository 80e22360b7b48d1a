package attribution

import (
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
)

// Path says which journey of a deal is meant.
type Path struct {
	ByAccount  bool            // a deal without associated contacts takes all contacts of its company
	Inferred   bool            // its company also has the contacts that the CRM puts to none and crm.Accounts does; with ByAccount
	ToCreation bool            // the journey ends when the deal was created
	ToPayment  bool            // it ends with the day of the first payment, and not before it was won; with neither, with the day on which it was closed
	BeforeDeal bool            // touches of the day with which it ends are left out; where the moment of a creation is known, those at that moment
	Reset      bool            // it begins after the deal before it of any of the same contacts
	Channels   *channel.Naming // by which the channels of touches are named; nil: they are as imported
	Trim       Trim            // what else makes no path
	Zone       *time.Location  // in which days begin and end
}

// PathOf is the path that a contract means, in its zone.
func PathOf(a contract.Attribution, zone *time.Location) Path {
	return Path{
		ByAccount: a.Contacts != contract.Associated, Inferred: a.Contacts == contract.AssociatedOrInferred,
		ToCreation: a.Anchor == contract.DealCreated, ToPayment: a.Anchor == contract.DealCollected,
		Channels:   a.Touched.Channels.Naming,
		BeforeDeal: a.Touched.AtTheDeal == contract.LeftOut, Reset: a.Touched.EarlierDeals == contract.Reset,
		Trim: Trim{Exclude: a.Touched.Excluded, Collapse: a.Touched.Repeats == contract.Collapsed, Steps: a.Touched.Steps}, Zone: zone,
	}
}

// Journey is the deal's path. A closing date is a day, and the whole of it counts; so does the day of a creation that the CRM gives without
// a time.
func (x *Links) Journey(d crm.Deal, p Path) (j Journey, byAccount bool) {
	found, byAccount := new(Crediting).Journey(x, &d, p)
	return *found, byAccount
}

// Journey is that of the links.
func (c *Crediting) Journey(x *Links, d *crm.Deal, p Path) (j *Journey, byAccount bool) {
	contacts, byAccount := x.contactsOf(d, p)
	j = &c.journey
	*j = Journey{Deal: d.ID, DealCreated: wholeDay(d.CreatedAt, p.Zone), End: c.end(x, d, p), Trim: p.Trim, Touches: j.Touches[:0]}
	j.LeadCreated = x.leadCreated(contacts, p.Zone)
	j.Since, j.Earlier = c.since(x, d, p, contacts, j.End)
	j.Moment = c.moment(x, d, p, j.End)
	j.WonFirst = p.ToCreation && j.End.Before(d.CreatedAt)
	for _, n := range contacts {
		id := x.contacts.ids[n]
		for _, t := range x.touches.of(n) {
			j.Touches = append(j.Touches, Touch{
				ID: t.ID, Contact: id, Channel: t.Channel, Campaign: t.Campaign, Content: t.Content, Provider: t.Provider,
				At: t.At, Seq: t.Seq, Milestone: Milestone(t.Milestone),
			})
			if p.Channels != nil {
				if name := c.namer.Of(p.Channels, t); name != t.Channel {
					touch := &j.Touches[len(j.Touches)-1]
					touch.Channel, touch.Imported = name, t.Channel
				}
			}
		}
	}
	return j, byAccount
}

// end of the journey: the last instant that counts; zero when nobody knows it. What happens after a deal was won did not lead to it: of a deal that the CRM created
// only later, as of all that were moved from another one, it is the day on which it was won.
func (c *Crediting) end(x *Links, d *crm.Deal, p Path) time.Time {
	day := d.ClosedOn
	if p.ToCreation {
		end := wholeDay(d.CreatedAt, p.Zone)
		if d.Won && !day.IsZero() && !end.IsZero() && cal.DateOf(end, p.Zone).After(day) {
			return c.closed.of(day, p.Zone)
		}
		return end
	}
	if p.ToPayment {
		day = x.collectedOn(d)
	}
	if day.IsZero() {
		return time.Time{}
	}
	return c.closed.of(day, p.Zone)
}

// moment is the first instant of what ends the journey, where touches from then on are none of it; else zero.
func (c *Crediting) moment(x *Links, d *crm.Deal, p Path, end time.Time) time.Time {
	switch {
	case !p.BeforeDeal || end.IsZero():
		return time.Time{}
	case p.ToCreation && !end.Before(d.CreatedAt): // of a day without a time it is the beginning
		return d.CreatedAt
	default:
		return cal.DateOf(end, p.Zone).Start(p.Zone)
	}
}

// lastInstantOf remembers the end of the day that was asked for last: many deals close on one day.
type lastInstantOf struct {
	day  cal.Date
	zone *time.Location
	end  time.Time
}

func (l *lastInstantOf) of(day cal.Date, zone *time.Location) time.Time {
	if l.day != day || l.zone != zone {
		*l = lastInstantOf{day, zone, lastInstant(day, zone)}
	}
	return l.end
}

// wholeDay takes an instant at exactly midnight, in the zone or in UTC, for a day without a time, and gives the last instant of it.
func wholeDay(t time.Time, zone *time.Location) time.Time {
	if t.IsZero() || t.Nanosecond() != 0 {
		return t
	}
	for _, z := range [...]*time.Location{zone, time.UTC} {
		if day := cal.DateOf(t, z); t.Equal(day.Start(z)) {
			return lastInstant(day, z)
		}
	}
	return t
}

func lastInstant(d cal.Date, zone *time.Location) time.Time {
	return d.AddDays(1).Start(zone).Add(-time.Nanosecond)
}

// since is the end of the journey of the latest earlier deal of any of the contacts, and that deal; zero where there is none, or paths do not begin anew.
func (c *Crediting) since(x *Links, d *crm.Deal, p Path, contacts []int32, end time.Time) (time.Time, string) {
	if !p.Reset || end.IsZero() {
		return time.Time{}, ""
	}
	if of := p.earlierOf(); c.earlier == nil || c.asked != of || c.earlier.of != x {
		c.asked, c.earlier = of, x.earlier(p)
	}
	var latest ending
	for _, n := range contacts {
		if e := c.earlier.before(n, end, d.ClosedOn); e.end.After(latest.end) || e.end.Equal(latest.end) && e.deal > latest.deal {
			latest = e
		}
	}
	return latest.end, latest.deal
}

// Since is where the path of a deal begins anew, with the deal before it, by all that the links know of deals; zero: it does not.
func (x *Links) Since(d crm.Deal, p Path) (time.Time, string) {
	contacts, _ := x.contactsOf(&d, p)
	c := new(Crediting)
	return c.since(x, &d, p, contacts, c.end(x, &d, p))
}

// Before are the earlier deals of any of the deal's contacts, as Since counts them; nil where paths do not begin anew.
func (x *Links) Before(d crm.Deal, p Path) (deals []string) {
	if !p.Reset {
		return nil
	}
	contacts, _ := x.contactsOf(&d, p)
	c := new(Crediting)
	end := c.end(x, &d, p)
	if end.IsZero() {
		return nil
	}
	for _, n := range contacts {
		for _, e := range x.earlier(p).ends.of(n) {
			if e.isBefore(end, d.ClosedOn) {
				deals = append(deals, e.deal)
			}
		}
	}
	slices.Sort(deals)
	return slices.Compact(deals)
}
