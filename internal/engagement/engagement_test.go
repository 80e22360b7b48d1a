package engagement

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// text is the contract of the template with these appointments, and resources where they are given.
func text(t testing.TB, version int, effective, more string) contract.Terms {
	t.Helper()
	s := contract.Template("growth", "Acme Robotics, Inc.", "Northlight LLC", cal.MustDate("2026-01-01"))
	s = strings.Replace(s, "effective: 2026-01-01", "effective: "+effective, 1)
	if i := strings.Index(s, "\nappointments:"); i >= 0 {
		rest := s[i+1:]
		s = s[:i+1] + rest[strings.Index(rest, "\nclauses:")+1:]
	}
	s = contract.Amendment(strings.Replace(s, "\nclauses:", "\n"+more+"\nclauses:", 1), version)
	terms, err := contract.Parse([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

func agreed(t testing.TB, terms ...contract.Terms) contract.Agreement {
	t.Helper()
	a, err := contract.NewAgreement(terms...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func day(s string) cal.Date { return cal.MustDate(s) }

func days(from, to string) cal.Period { return cal.Period{From: day(from), To: day(to)} }

const media = "  - {category: paid-media, brands: [Acme], markets: [US, CA], promise: exclusive}\n"
const brandDesign = "  - {category: brand-design, brands: [Acme], markets: [US], promise: preferred, first_refusal: 5 working days, minimum_share: 60 % per quarter}\n"

// An amendment takes the place of what was promised from its effective date on, and what was promised before stays to be told.
func TestAmendmentReplacesFromItsEffectiveDateOn(t *testing.T) {
	all := Of("c1", agreed(t, text(t, 1, "2026-01-01", "appointments:\n"+media), text(t, 2, "2026-07-01", "appointments:\n  - {category: paid-media, brands: [Acme], markets: [US], promise: roster}\n")))

	var got []string
	for _, l := range Map(all) {
		for _, s := range l.Stretches {
			for _, h := range s.Holders {
				got = append(got, l.Cell.Words()+": "+string(h.Promise)+" "+s.Period.String())
			}
		}
	}
	want := []string{"paid-media of Acme in CA: exclusive 2026-01-01..2026-07-01", "paid-media of Acme in US: exclusive 2026-01-01..2026-07-01", "paid-media of Acme in US: roster 2026-07-01..2027-01-01"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAmendmentThatPromisesTheSameIsOneStretch(t *testing.T) {
	all := Of("c1", agreed(t, text(t, 1, "2026-01-01", "appointments:\n"+media), text(t, 2, "2026-07-01", "appointments:\n"+media)))
	for _, l := range Map(all) {
		if len(l.Stretches) != 1 || l.Stretches[0].Period != days("2026-01-01", "2027-01-01") || l.Stretches[0].Holders[0].Version != 2 {
			t.Errorf("%s: %+v", l.Cell.Words(), l.Stretches)
		}
	}
}

func TestDaysBetweenPromisesAreAGap(t *testing.T) {
	all := Of("c1", agreed(t, text(t, 1, "2026-01-01", "appointments:\n  - {category: events, brands: [Acme], markets: [US], promise: exclusive, until: 2026-03-31}\n  - {category: events, brands: [acme], markets: [us], promise: exclusive, from: 2026-06-01, provider: Roster Two}\n")))
	lines := Map(all)
	if len(lines) != 1 || len(lines[0].Stretches) != 3 || !lines[0].Stretches[1].Gap() || lines[0].Stretches[1].Period != days("2026-04-01", "2026-06-01") {
		t.Errorf("%+v", lines)
	}
}

func TestWhoGetsTheWork(t *testing.T) {
	all := Of("c1", agreed(t, text(t, 1, "2026-01-01", "appointments:\n"+media+brandDesign+
		"  - {category: brand-design, brands: [], markets: [], promise: roster, provider: Roster Two}\n  - {category: events, brands: [], markets: [US], promise: roster}\n")))
	for _, c := range []struct{ category, brand, market, day, words string }{
		{"paid-media", "ACME", "us", "2026-03-02", "All paid-media of Acme in US goes to Northlight LLC."},
		{"paid-media", "Acme", "MX", "2026-03-02", "Nobody was promised this work on that day."},
		{"paid-media", "Acme", "US", "2027-01-01", "Nobody was promised this work on that day."},
		{"brand-design", "Acme", "US", "2026-03-02", "Northlight LLC is asked first, and has 5 working days to answer."},
		{"brand-design", "Acme", "CA", "2026-03-02", "The client chooses: Roster Two may get it."},
		{"events", "Other", "US", "2026-03-02", "The client chooses: Northlight LLC may get it."},
		{"events", "Other", "", "2026-03-02", "Nobody was promised this work on that day."},
	} {
		if got := Route(all, c.category, c.brand, c.market, day(c.day)); got.Words() != c.words {
			t.Errorf("%+v: %s", c, got.Words())
		}
	}
	r := Route(all, "brand-design", "Acme", "US", day("2026-03-02"))
	if r.To.Clause() != "growth, version 1, appointments, entry 2" || len(r.Others) != 1 || r.Others[0].Provider != "Roster Two" {
		t.Errorf("%+v", r)
	}
}

// Two that were each promised to be asked first leave it to people.
func TestTwoFirstRefusalsDecideNothing(t *testing.T) {
	a := Appointment{Cell: Cell{"events", "Acme", "US"}, Provider: "Northlight LLC", Promise: Preferred, Period: days("2026-01-01", "2027-01-01")}
	b := a
	b.Provider = "Roster Two"
	if r := Route([]Appointment{a, b}, "events", "Acme", "US", day("2026-02-01")); r.Ok || len(r.First) != 2 {
		t.Errorf("%+v", r)
	}
}

func TestFirstRefusalEndsWithTheWorkOfItsLastDay(t *testing.T) {
	terms := text(t, 1, "2026-01-01", "")
	terms.Zone, _ = cal.Zone("America/New_York")
	terms.Calendar = cal.WorkCalendar{Weekend: []time.Weekday{time.Saturday, time.Sunday}, Closed: []cal.Date{day("2026-01-19")}}
	window := cal.Span{N: 5, Unit: cal.WorkingDays}
	offered := time.Date(2026, 1, 16, 3, 0, 0, 0, time.UTC) // still the 15th in New York

	if got, want := Deadline(terms, window, offered), day("2026-01-24").Start(terms.Zone); !got.Equal(want) { // 16, 20, 21, 22, 23
		t.Errorf("got %s, want %s", got, want)
	}
	terms.Service = &contract.ServiceLevels{Hours: cal.WorkHours{Zone: terms.Zone}}
	for d := time.Monday; d <= time.Friday; d++ {
		terms.Service.Hours.Week[d] = []cal.Shift{{From: 9 * 60, To: 17 * 60}}
	}
	if got, want := Deadline(terms, window, offered), day("2026-01-23").At(17*60, terms.Zone); !got.Equal(want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSilenceRefuses(t *testing.T) {
	at := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	o := Offer{At: at, Until: at.AddDate(0, 0, 7)}
	if o.State(at) != Offered || o.State(o.Until) != Lapsed {
		t.Errorf("%s, %s", o.State(at), o.State(o.Until))
	}
	if _, err := o.Answered(Taken, o.Until); fault.Code(err) != "first-refusal-lapsed" {
		t.Error(err)
	}
	taken, err := o.Answered(Taken, at.Add(time.Hour))
	if err != nil || taken.State(o.Until.AddDate(1, 0, 0)) != Taken {
		t.Errorf("%v, %+v", err, taken)
	}
	if again, err := taken.Answered(Taken, o.Until); err != nil || again != taken {
		t.Errorf("%v, %+v", err, again)
	}
	if _, err := taken.Answered(Declined, at.Add(2*time.Hour)); fault.Code(err) != "first-refusal-answered" {
		t.Error(err)
	}
	if _, err := o.Answered("maybe", at); fault.Code(err) != "first-refusal-answer" {
		t.Error(err)
	}
}

func usd(minor int64) money.Amount { return money.New(minor, "USD") }

func spent(id, on, provider, category, brand, market string, minor int64) Spend {
	return Spend{ID: id, On: day(on), Provider: provider, Vendor: "Search ads", Cell: Cell{category, brand, market}, Amount: usd(minor), Known: true}
}

// Leakage is the spend in an exclusive category that was routed elsewhere, of all spend in the category (domain reference, 1.2).
func TestLeakageOfAnExclusiveCategory(t *testing.T) {
	all := Of("c1", agreed(t, text(t, 1, "2026-01-01", "appointments:\n"+media+brandDesign)))

	leak := Leakage([]Spend{
		spent("s1", "2026-03-31", "Northlight LLC", "paid-media", "Acme", "US", 750_000),
		spent("s2", "2026-03-31", "Roster Two", "paid-media", "acme", "US", 250_000),
		spent("s3", "2026-03-31", "Roster Two", "paid-media", "Acme", "CA", 100_000),
		spent("s4", "2026-03-31", "Roster Two", "paid-media", "Acme", "", 100_000),
		spent("s5", "2026-03-31", "Roster Two", "", "Acme", "US", 100_000),
		spent("s6", "2026-03-31", "", "paid-media", "Acme", "US", 100_000),
		spent("s7", "2026-03-31", "Roster Two", "events", "Acme", "US", 100_000),
		spent("s8", "2026-03-31", "Roster Two", "brand-design", "Acme", "US", 100_000),
		{ID: "s9", On: day("2026-04-01"), Provider: "Roster Two", Cell: Cell{"", "Acme", "US"}, Bought: "Paid-Media", Amount: usd(1), Known: true},
		{ID: "sa", On: day("2026-04-01"), Provider: "Roster Two", Cell: Cell{"", "Acme", "US"}, Bought: "media", Amount: usd(1), Known: true},
		{ID: "sb", On: day("2026-04-01"), Provider: "Roster Two", Cell: Cell{"paid-media", "Acme", "US"}},
	}, all, day("2026-05-01"))

	var fates []Fate
	for _, r := range leak.Rows {
		fates = append(fates, r.Fate)
		if (r.Reason == "") != (r.Fate != Unassigned) {
			t.Errorf("%s: %s %q", r.ID, r.Fate, r.Reason)
		}
	}
	if diff := cmp.Diff([]Fate{Kept, Leaked, Leaked, Unassigned, Unassigned, Unassigned, Unpromised, Elsewhere, Leaked, Unassigned, Unassigned}, fates); diff != "" {
		t.Error(diff)
	}
	if len(leak.Lines) != 3 {
		t.Fatalf("%+v", leak.Lines)
	}
	share, ok := leak.Lines[1].Share()
	if !ok || share != money.Percent(25) || leak.Lines[1].Under.Clause() != "growth, version 1, appointments, entry 1" || leak.Lines[1].Rows[0].ID != "s2" {
		t.Errorf("%s, %+v", share, leak.Lines[1])
	}
	if share, _ := leak.Lines[0].Share(); share != money.Percent(100) {
		t.Errorf("%s", share)
	}
}

func TestMinimumShareOfAQuarter(t *testing.T) {
	all := Of("c1", agreed(t, text(t, 1, "2026-01-01", "appointments:\n"+brandDesign), text(t, 2, "2026-02-01", "appointments:\n"+brandDesign)))
	rows := []Spend{
		spent("s1", "2026-01-31", "Northlight LLC", "brand-design", "Acme", "US", 300_000),
		spent("s2", "2026-03-31", "northlight  llc", "brand-design", "Acme", "US", 300_000),
		spent("s3", "2026-03-31", "Roster Two", "brand-design", "Acme", "US", 400_000),
		spent("s4", "2026-04-30", "Roster Two", "brand-design", "Acme", "US", 1),
	}
	shares := Leakage(rows, all, day("2026-04-30")).Shares
	if len(shares) != 2 || shares[0].Verdict() != VerdictKept || shares[0].Words() != "USD 6,000.00 of USD 10,000.00, 60 %; promised are 60 % per quarter" || shares[1].Verdict() != VerdictOpen {
		t.Fatalf("%+v", shares)
	}
	rows[2].Amount = usd(400_001)
	if got := Leakage(rows, all, day("2026-04-30")).Shares[0].Verdict(); got != VerdictBroken {
		t.Errorf("one cent too much elsewhere is %s", got)
	}
	rows = append(rows, spent("s5", "2026-03-31", "Roster Two", "brand-design", "", "US", 1))
	if got := Leakage(rows, all, day("2026-04-30")).Shares[0].Verdict(); got != VerdictUnknown {
		t.Errorf("with a row that cannot be placed it is %s", got)
	}
	if got := Leakage(nil, all, day("2026-04-30")).Shares[0].Verdict(); got != VerdictUnknown {
		t.Errorf("of nothing it is %s", got)
	}
}

func TestPromisedTime(t *testing.T) {
	a := agreed(t, text(t, 1, "2026-01-01", "resources:\n  - {resource: lead strategist, kind: dedicated, hours: 40, from: 2026-03-16}\n  - {resource: designer, kind: priority, hours: 20}\n"))
	march := cal.Month{Year: 2026, Month: time.March}

	unknown := ResourcesIn(a, march, nil, false, day("2026-04-10"))
	if unknown[0].Minutes != 40*60*16/31 || unknown[0].Verdict() != VerdictUnknown {
		t.Errorf("%+v", unknown[0])
	}
	known := ResourcesIn(a, march, []Worked{{"Lea Lead", "Lead Strategist", 1238}, {"Designer", "", 60}}, true, day("2026-04-10"))
	if known[0].Verdict() != VerdictKept || known[1].Verdict() != VerdictOpen || known[1].Worked != 60 {
		t.Errorf("%+v", known)
	}
	if got := ResourcesIn(a, march, []Worked{{"Lea Lead", "Lead Strategist", 1237}}, true, day("2026-04-10"))[0].Verdict(); got != VerdictBroken {
		t.Errorf("a minute less is %s", got)
	}
	if got := ResourcesIn(a, march, nil, true, day("2026-03-31"))[0].Verdict(); got != VerdictOpen {
		t.Errorf("before the month is over it is %s", got)
	}
}

func drawAppointment(t *rapid.T) Appointment {
	from := day("2026-01-01").AddDays(rapid.IntRange(0, 60).Draw(t, "from"))
	return Appointment{
		Cell:     Cell{rapid.SampledFrom([]string{"media", "Media ", "events"}).Draw(t, "category"), rapid.SampledFrom([]string{"", "Acme", "acme", "Bolt"}).Draw(t, "brand"), rapid.SampledFrom([]string{"", "US", "CA"}).Draw(t, "market")},
		Provider: rapid.SampledFrom([]string{"A", "a", "B"}).Draw(t, "provider"), Promise: rapid.SampledFrom([]Promise{Exclusive, Preferred, Roster}).Draw(t, "promise"),
		Period: cal.Period{From: from, To: from.AddDays(rapid.IntRange(1, 60).Draw(t, "days"))}, Contract: "c", Version: 1, Entry: rapid.IntRange(1, 3).Draw(t, "entry"),
	}
}

// Being at odds does not hang on who comes first, and a promise kept apart by a day is at odds with nothing.
func TestOddsAreSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawAppointment(t), drawAppointment(t)
		if AtOdds(a, b) != AtOdds(b, a) {
			t.Fatalf("%+v, %+v", AtOdds(a, b), AtOdds(b, a))
		}
		if at := AtOdds(a, b); !at.IsEmpty() && (!a.Period.Contains(at.From) || !b.Period.Contains(at.Last())) {
			t.Fatalf("%s", at)
		}
		b.Period = cal.Period{From: a.Period.To, To: a.Period.To.AddDays(1)}
		if !AtOdds(a, b).IsEmpty() {
			t.Fatal("they never hold on one day")
		}
	})
}

// What leaked, what was kept and what is neither are together all spend; and a row leaks only where another is exclusive on its day.
func TestNoSpendIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Custom(drawAppointment), 0, 6).Draw(t, "appointments")
		var rows []Spend
		var sum int64
		for range rapid.IntRange(0, 12).Draw(t, "rows") {
			a := drawAppointment(t)
			row := Spend{On: a.Period.From, Cell: a.Cell, Provider: rapid.SampledFrom([]string{"", "A", "B", "C"}).Draw(t, "who"), Amount: usd(rapid.Int64Range(-100, 1000).Draw(t, "amount")), Known: true}
			if rapid.Bool().Draw(t, "blank") {
				row.Cell.Category = ""
			}
			sum += row.Amount.Minor
			rows = append(rows, row)
		}
		leak := Leakage(rows, all, day("2026-12-31"))
		total, lines := map[Fate]int64{}, int64(0)
		for _, r := range leak.Rows {
			total[r.Fate] += r.Amount.Minor
			if r.Fate == Leaked && !slices.ContainsFunc(InForce(all, r.On), func(a Appointment) bool {
				return a.Promise == Exclusive && !a.Is(r.Provider) && a.Cell.Meets(r.Cell)
			}) {
				t.Fatalf("%+v leaked from nobody", r)
			}
		}
		for _, l := range leak.Lines {
			lines += l.Leaked.Minor
		}
		if len(leak.Rows) != len(rows) || total[Kept]+total[Leaked]+total[Elsewhere]+total[Unpromised]+total[Unassigned] != sum || lines != total[Leaked] {
			t.Fatalf("%v, lines %d, all %d", total, lines, sum)
		}
	})
}

// On every day of a line its holders are those whom routing finds.
func TestMapAndRouteAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Custom(drawAppointment), 1, 6).Draw(t, "appointments")
		for _, l := range Map(all) {
			for i, s := range l.Stretches {
				if i > 0 && l.Stretches[i-1].Period.To != s.Period.From {
					t.Fatalf("a hole before %s", s.Period)
				}
				for _, d := range []cal.Date{s.Period.From, s.Period.Last()} {
					r := Route(all, l.Cell.Category, l.Cell.Brand, l.Cell.Market, d)
					if exclusive := !s.Gap() && s.Holders[0].Promise == Exclusive; exclusive != (r.Ok && r.To.Promise == Exclusive) || s.Gap() != (!r.Ok && len(r.First)+len(r.Others) == 0) {
						t.Fatalf("%s on %s: %+v, routed %+v", l.Cell.Words(), d, s.Holders, r)
					}
				}
			}
		}
	})
}

func BenchmarkManyCells(b *testing.B) {
	var all []Appointment
	for brand := range 40 {
		for market := range 50 {
			all = append(all, Appointment{Cell: Cell{"media", "Brand " + strconv.Itoa(brand), "Market " + strconv.Itoa(market)}, Provider: "A", Promise: Exclusive, Period: days("2026-01-01", "2027-01-01")})
		}
	}
	var rows []Spend
	for i := range 5_000 {
		rows = append(rows, Spend{On: day("2026-05-01"), Provider: "B", Cell: all[i%len(all)].Cell, Amount: usd(1), Known: true})
	}
	for b.Loop() {
		if len(Map(all)) != 2000 || len(Clashes(all, all)) != 2000 || len(Leakage(rows, all, day("2026-06-01")).Lines) != 2000 {
			b.Fatal("not all")
		}
	}
}
