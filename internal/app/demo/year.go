package demo

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// The sample year: the contract starts on First, the last import is made in the month after Last.
var (
	First = cal.MustDate("2025-10-01")
	Last  = cal.MustDate("2026-09-30")
	zone  = mustZone("America/New_York")
)

const (
	companies     = 640
	contacts      = 2000
	touches       = 30_000 // at least, by the last import
	dealsPerMonth = 40
	dealsBefore   = 30 // created before the contract
)

func mustZone(name string) *time.Location {
	z, err := cal.Zone(name)
	if err != nil {
		panic(err)
	}
	return z
}

// year is everything that happens, with the day on which it became visible in the CRM.
type year struct {
	random    *rand.Rand
	companies []crm.Company
	contacts  []person
	deals     []course
	touches   []crm.Touch // by time
	payments  []crm.Payment
}

// person is a contact that may be merged into another one on a day.
type person struct {
	crm.Contact
	mergedInto int // index; -1: never
	mergedOn   cal.Date
}

// course is the life of a deal.
type course struct {
	crm.Deal
	contacts []int
	linkedOn cal.Date // when the contacts were associated
	closesOn cal.Date // the day it was really closed; zero: still open
	won      bool
	forecast []moved // close dates as the sales people moved them, by day
	reopened cal.Date
	reclosed cal.Date // after reopening it was lost on this day
}

type moved struct{ on, to cal.Date }

func newYear(seed uint64) *year {
	y := &year{random: rand.New(rand.NewPCG(seed, 0x0f2ec02d))}
	y.makeCompanies()
	y.makeContacts()
	y.makeDeals()
	y.makeTouches()
	y.makePayments()
	y.fillUp()
	return y
}

func (y *year) between(low, high int) int { return low + y.random.IntN(high-low+1) }

func (y *year) chance(percent int) bool { return y.random.IntN(100) < percent }

func pick[T any](y *year, from []T) T { return from[y.random.IntN(len(from))] }

func (y *year) instant(d cal.Date) time.Time {
	return d.Start(zone).Add(time.Duration(y.between(7*3600, 21*3600)) * time.Second).UTC()
}

var (
	placeStems = []string{"Alder", "Brindle", "Cobalt", "Dunmere", "Elsin", "Farrow", "Glenholt", "Harrowby", "Inverleaf", "Junipera", "Kestle", "Lorne", "Mirefield", "Norwick", "Ostrava Bay", "Pellam", "Quarrel", "Ravenel", "Stonegate", "Tarnsby", "Ullen", "Verdane", "Westerly", "Yarrowdale"}
	trades     = []string{"Robotics", "Freight", "Foods", "Instruments", "Packaging", "Medical", "Controls", "Metals", "Logistics", "Optics", "Plastics", "Energy"}
)

func (y *year) makeCompanies() {
	for i := range companies {
		stem, trade := placeStems[i%len(placeStems)], trades[(i/len(placeStems))%len(trades)]
		name := stem + " " + trade
		if round := i / (len(placeStems) * len(trades)); round > 0 {
			name = fmt.Sprintf("%s %d", name, round+1)
		}
		created := First.AddDays(-y.between(30, 700))
		y.companies = append(y.companies, crm.Company{
			ID: fmt.Sprintf("co-%04d", i+1), Name: name, Domain: fmt.Sprintf("c%04d.example", i+1), CreatedAt: y.instant(created),
		})
	}
}

func (y *year) makeContacts() {
	for i := range contacts {
		company := i % companies
		if i >= companies {
			company = y.random.IntN(companies)
		}
		created := First.AddDays(y.between(-240, 350))
		p := person{mergedInto: -1, Contact: crm.Contact{
			ID: fmt.Sprintf("ct-%04d", i+1), CompanyID: y.companies[company].ID, Name: fmt.Sprintf("Contact %04d", i+1),
			Email: fmt.Sprintf("person%04d@%s", i+1, y.companies[company].Domain), CreatedAt: y.instant(created),
		}}
		if i > companies && y.chance(2) { // the same person entered twice; the CRM's owner merges them some weeks later
			twin := y.random.IntN(i)
			if y.contacts[twin].mergedInto < 0 {
				p.Email, p.CompanyID = y.contacts[twin].Email, y.contacts[twin].CompanyID
				p.mergedInto, p.mergedOn = twin, created.AddDays(y.between(20, 90))
			}
		}
		y.contacts = append(y.contacts, p)
	}
}

func (y *year) makeDeals() {
	n := 0
	add := func(created cal.Date) {
		n++
		y.deals = append(y.deals, y.course(n, created))
	}
	for range dealsBefore {
		add(First.AddDays(-y.between(5, 80)))
	}
	for m := cal.MonthOf(First); !m.First().After(Last); m = m.Next() {
		for range dealsPerMonth + y.between(-4, 4) {
			add(m.First().AddDays(y.random.IntN(m.Period().Days())))
		}
	}
	y.arrange()
}

var (
	sources   = []string{"Paid search", "Paid social", "Organic search", "Webinar", "Event", "Referral", "Outbound"}
	dealKinds = []string{"pilot", "line upgrade", "service plan", "second site", "starter kit", "retrofit"}
)

func (y *year) course(n int, created cal.Date) course {
	company := y.random.IntN(companies)
	d := course{Deal: crm.Deal{
		ID: fmt.Sprintf("D-%04d", n), CompanyID: y.companies[company].ID, Name: y.companies[company].Name + " – " + pick(y, dealKinds),
		CreatedAt: y.instant(created), Amount: money.New(y.amount(), "USD"), AmountKnown: true, OutcomeKnown: true,
		CustomerType: crm.CustomerNew, Source: pick(y, sources), Owner: fmt.Sprintf("Seller %d", y.between(1, 6)),
	}}
	if y.chance(28) {
		d.CustomerType = crm.CustomerExisting
	}
	if y.chance(7) {
		d.Source = ""
	}
	d.contacts = y.contactsOf(company, created)
	d.linkedOn = created.AddDays(y.between(0, 4))
	expected := created.AddDays(y.between(20, 110))
	d.forecast = []moved{{created, cal.MonthOf(created).Period().Last()}} // the CRM's default until somebody enters a date
	d.forecast = append(d.forecast, moved{created.AddDays(y.between(1, 9)), expected})
	if real := expected.AddDays(y.between(-15, 35)); y.chance(72) {
		d.closesOn, d.won = cal.Later(real, created.AddDays(6)), y.chance(38)
		if d.closesOn.DaysSince(expected) > 10 {
			d.forecast = append(d.forecast, moved{expected.AddDays(-2), d.closesOn.AddDays(y.between(-3, 8))})
		}
	}
	return d
}

// amount in cents: many small deals, few large ones, most of them round.
func (y *year) amount() int64 {
	base := int64(y.between(70, 380)) * 10_000
	for y.chance(32) {
		base = base * int64(y.between(13, 24)) / 10
	}
	if y.chance(70) {
		return base / 50_000 * 50_000
	}
	return base + int64(y.between(1, 9999))
}

func (y *year) contactsOf(company int, created cal.Date) []int {
	var own []int
	for i, c := range y.contacts {
		if c.CompanyID == y.companies[company].ID && cal.DateOf(c.CreatedAt, zone).Before(created.AddDays(3)) {
			own = append(own, i)
		}
	}
	if len(own) > 3 {
		y.random.Shuffle(len(own), func(i, j int) { own[i], own[j] = own[j], own[i] })
		own = own[:y.between(1, 3)]
	}
	return own
}

// arrange sets the few special cases that every demo shows, by their order among the won deals of a month.
func (y *year) arrange() {
	special := func(month string, nth int, change func(*course)) {
		m, _ := cal.ParseMonth(month)
		for i := range y.deals {
			d := &y.deals[i]
			if d.won && m.Period().Contains(d.closesOn) && len(d.contacts) > 0 && !cal.DateOf(d.CreatedAt, zone).Before(First) {
				if nth--; nth < 0 {
					change(d)
					return
				}
			}
		}
	}
	special("2026-06", 1, func(d *course) { // won and charged, then reopened by the buyer, lost in the end
		d.CustomerType = crm.CustomerNew
		d.reopened, d.reclosed = cal.MustDate("2026-08-11"), cal.MustDate("2026-09-03")
	})
	special("2026-08", 0, func(d *course) { d.AmountKnown = false })
	special("2026-09", 1, func(d *course) { d.AmountKnown = false })
	special("2026-09", 2, func(d *course) { d.Amount = money.New(d.Amount.Minor, "CAD") })
	special("2026-09", 3, func(d *course) { d.contacts = nil })
	special("2026-07", 2, func(d *course) { d.CustomerType = "" })
}
