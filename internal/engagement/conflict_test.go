package engagement

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

func served(from, to string) cal.Period {
	return cal.Period{From: cal.MustDate(from), To: cal.MustDate(to)}
}

var today = cal.MustDate("2026-06-01")

// promiseToAcme binds for the term of 2026 and a tail of 6 months.
func promiseToAcme(edit func(*contract.NonCompetition)) Restraint {
	n := contract.NonCompetition{Category: "warehouse-robots", Named: []string{"Boltworks"}, Markets: []string{"US"}, Unit: contract.AgencyBrand,
		Tail: cal.Span{N: 6, Unit: cal.Months}, CoolOff: cal.Span{N: 90, Unit: cal.Days}, ClearedBy: contract.RemedyWaiver}
	if edit != nil {
		edit(&n)
	}
	return Restraint{Client: "acme", ClientName: "Acme Robotics", Contract: "northlight-acme-growth", Clause: "non_competition[0]", Terms: n,
		Binds: n.Binds(served("2026-01-01", "2027-01-01"), cal.WorkCalendar{})}
}

func cargobots(edit func(*Account)) Account {
	a := Account{Name: "Cargobots GmbH", Categories: []string{"warehouse-robots"}, Markets: []string{"US", "CA"}, Served: served("2026-06-01", "2027-06-01"), Shared: contract.Office}
	if edit != nil {
		edit(&a)
	}
	return a
}

func TestAConflictIsAnOverlapOfCategoryMarketUnitAndTime(t *testing.T) {
	for _, c := range []struct {
		name    string
		promise func(*contract.NonCompetition)
		account func(*Account)
		want    Outcome
	}{
		{"category and market and unit and time", nil, nil, WaiverRequired},
		{"another category", nil, func(a *Account) { a.Categories = []string{"cookies"} }, Clear},
		{"another market: country by country", nil, func(a *Account) { a.Markets = []string{"DE"} }, Clear},
		{"the market in small letters", nil, func(a *Account) { a.Markets = []string{"us"} }, WaiverRequired},
		{"any market", nil, func(a *Account) { a.Markets = nil }, WaiverRequired},
		{"another agency brand of the holding", nil, func(a *Account) { a.Shared = contract.Holding }, Clear},
		{"the holding is bound", func(n *contract.NonCompetition) { n.Unit = contract.Holding }, func(a *Account) { a.Shared = contract.Holding }, WaiverRequired},
		{"another office, where the office is bound", func(n *contract.NonCompetition) { n.Unit = contract.Office }, func(a *Account) { a.Shared = contract.AgencyBrand }, Clear},
		{"nobody says how far apart", func(n *contract.NonCompetition) { n.Unit = contract.Team }, func(a *Account) { a.Shared = "" }, WaiverRequired},
		{"within the tail", nil, func(a *Account) { a.Served = served("2027-06-30", "2028-01-01") }, WaiverRequired},
		{"the day after the tail", nil, func(a *Account) { a.Served = served("2027-07-01", "2028-01-01") }, Clear},
		{"served until before it", nil, func(a *Account) { a.Served = served("2025-01-01", "2026-01-01") }, Clear},
		{"named, in another category", nil, func(a *Account) { a.Name, a.Categories = "BOLTWORKS Inc.", []string{"cookies"} }, WaiverRequired},
		{"named under another name", nil, func(a *Account) { a.Also, a.Categories = []string{"Boltworks"}, []string{"cookies"} }, WaiverRequired},
		{"named, in another market", nil, func(a *Account) { a.Name, a.Markets = "Boltworks", []string{"DE"} }, Clear},
		{"a wall is enough", func(n *contract.NonCompetition) { n.ClearedBy = contract.RemedyWall }, nil, WallRequired},
		{"nothing is enough", func(n *contract.NonCompetition) { n.ClearedBy = contract.RemedyNothing }, nil, Blocked},
		{"by indication", func(n *contract.NonCompetition) { n.Category, n.Indication = "", "asthma" }, func(a *Account) { a.Categories = []string{"asthma"} }, WaiverRequired},
		{"of one company, but another indication", func(n *contract.NonCompetition) { n.Category, n.Indication = "", "asthma" }, func(a *Account) { a.Categories = []string{"migraine"} }, Clear},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := Check(cargobots(c.account), []Restraint{promiseToAcme(c.promise)}, nil, nil, Lifting{}, today)
			if f.Outcome != c.want || (f.Outcome == Clear) != (len(f.Overlaps) == 0) {
				t.Errorf("got %s, %+v", f.Outcome, f.Overlaps)
			}
		})
	}
}

func TestTheOverlapIsShownInPlainWords(t *testing.T) {
	f := Check(cargobots(nil), []Restraint{promiseToAcme(nil)}, nil, nil, Lifting{}, today)
	o := f.Overlaps[0]
	want := "Both are in warehouse-robots; in US; both are served by the same office, where the promise binds the same agency brand; from 1 Jun 2026 until 31 May 2027."
	if got := o.Words(); got != want {
		t.Errorf("got %q", got)
	}
	if o.Clause() != "northlight-acme-growth, non_competition[0]" || !strings.HasPrefix(o.Cure(), "The written consent of Acme Robotics") {
		t.Errorf("%s; %s", o.Clause(), o.Cure())
	}
}

func TestTheNewcomersOwnPromiseIsHeldAgainstWhoIsThere(t *testing.T) {
	own := promiseToAcme(nil)
	own.Client, own.ClientName, own.Contract = "", "Cargobots", ""
	there := []Account{{Client: "acme", Name: "Acme Robotics", Categories: []string{"warehouse-robots"}, Markets: []string{"US"}, Served: served("2026-01-01", "2027-01-01"), Shared: contract.Office}}
	f := Check(cargobots(nil), nil, []Restraint{own}, there, Lifting{}, today)
	if f.Outcome != WaiverRequired || !f.Overlaps[0].Own || !strings.Contains(f.Overlaps[0].Cure(), "not agreed") {
		t.Errorf("got %+v", f)
	}
}

func TestWhatIsNotKnownIsAQuestion(t *testing.T) {
	for name, edit := range map[string]func(*Account){
		"a near name":      func(a *Account) { a.Name, a.Categories = "Bolt Works", []string{"cookies"} },
		"no category told": func(a *Account) { a.Categories = nil },
		"a near category":  func(a *Account) { a.Categories = []string{"warehouse robotics"} },
	} {
		f := Check(cargobots(edit), []Restraint{promiseToAcme(nil)}, nil, nil, Lifting{}, today)
		if f.Outcome != Clear || len(f.Questions) != 1 || !strings.HasSuffix(strings.Split(f.Questions[0].Text, " Its")[0], "?") {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func waiverOfAcme(edit func(*Waiver)) Waiver {
	w := Waiver{ID: "wai_1", Client: "acme", Category: "warehouse-robots", Markets: []string{"US"}, Unit: contract.Office, Period: served("2026-05-01", "2026-09-01")}
	if edit != nil {
		edit(&w)
	}
	return w
}

func TestAWaiverLiftsWithinItsScopeUntilItExpires(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*Waiver)
		on   string
		want Outcome
	}{
		{"within", nil, "2026-06-01", Clear},
		{"on its last day", nil, "2026-08-31", Clear},
		{"on the day after", nil, "2026-09-01", WaiverRequired},
		{"of another category", func(w *Waiver) { w.Category = "cookies" }, "2026-06-01", WaiverRequired},
		{"of another market", func(w *Waiver) { w.Markets = []string{"CA"} }, "2026-06-01", WaiverRequired},
		{"of another client", func(w *Waiver) { w.Client = "bluebell" }, "2026-06-01", WaiverRequired},
		{"for offices apart, and it is one", func(w *Waiver) { w.Unit = contract.AgencyBrand }, "2026-06-01", WaiverRequired},
		{"for one team even", func(w *Waiver) { w.Unit = contract.Team }, "2026-06-01", Clear},
		{"for somebody else", func(w *Waiver) { w.For = "Robohaul" }, "2026-06-01", WaiverRequired},
		{"for them", func(w *Waiver) { w.For = "cargobots" }, "2026-06-01", Clear},
	} {
		f := Check(cargobots(nil), []Restraint{promiseToAcme(nil)}, nil, nil, Lifting{Waivers: []Waiver{waiverOfAcme(c.edit)}}, cal.MustDate(c.on))
		if f.Outcome != c.want {
			t.Errorf("%s: %s", c.name, f.Outcome)
		}
		if c.want == Clear && f.Overlaps[0].LiftedTo.String() != "2026-09-01" {
			t.Errorf("%s: lifted until %s", c.name, f.Overlaps[0].LiftedTo)
		}
	}
	nothing := promiseToAcme(func(n *contract.NonCompetition) { n.ClearedBy = contract.RemedyNothing })
	if f := Check(cargobots(nil), []Restraint{nothing}, nil, nil, Lifting{Waivers: []Waiver{waiverOfAcme(nil)}}, today); f.Outcome != Blocked {
		t.Errorf("a waiver of what only an amendment clears: %s", f.Outcome)
	}
}

func TestAWallIsEnoughOnlyWhereTheContractSaysSo(t *testing.T) {
	two := cargobots(func(a *Account) { a.Client = "cargo" })
	for remedy, want := range map[contract.Remedy]Outcome{contract.RemedyWall: Clear, contract.RemedyWaiver: WaiverRequired, contract.RemedyNothing: Blocked} {
		p := promiseToAcme(func(n *contract.NonCompetition) { n.ClearedBy = remedy })
		if f := Check(two, []Restraint{p}, nil, nil, Lifting{Walls: []Barrier{{"cargo", "acme"}}}, today); f.Outcome != want {
			t.Errorf("%s: %s", remedy, f.Outcome)
		}
	}
}

func drawPeriod(t *rapid.T, name string) cal.Period {
	from := today.AddDays(rapid.IntRange(-400, 400).Draw(t, name+" from"))
	return cal.Period{From: from, To: from.AddDays(rapid.IntRange(1, 500).Draw(t, name+" days"))}
}

var someMarkets = []string{"US", "CA", "DE"}
var someCategories = []string{"warehouse-robots", "cookies", "asthma"}

func drawList(t *rapid.T, from []string, name string) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 0, 3, rapid.ID).Draw(t, name)
}

func drawPromise(t *rapid.T) Restraint {
	return Restraint{Client: "acme", Terms: contract.NonCompetition{
		Category: rapid.SampledFrom(someCategories).Draw(t, "category"), Named: drawList(t, []string{"Boltworks", "Cargobots"}, "named"), Markets: drawList(t, someMarkets, "promise markets"),
		Unit: rapid.SampledFrom(contract.Units()).Draw(t, "unit"), ClearedBy: rapid.SampledFrom([]contract.Remedy{contract.RemedyWall, contract.RemedyWaiver, contract.RemedyNothing}).Draw(t, "remedy"),
	}, Binds: drawPeriod(t, "binds")}
}

func drawAccount(t *rapid.T) Account {
	return Account{Client: "cargo", Name: rapid.SampledFrom([]string{"Cargobots", "Robohaul"}).Draw(t, "name"), Categories: drawList(t, someCategories, "categories"),
		Markets: drawList(t, someMarkets, "account markets"), Served: drawPeriod(t, "served"), Shared: rapid.SampledFrom(contract.Units()).Draw(t, "shared")}
}

func drawWaivers(t *rapid.T, name string) []Waiver {
	var out []Waiver
	for range rapid.IntRange(0, 4).Draw(t, name) {
		out = append(out, Waiver{ID: "w", Client: "acme", Category: rapid.SampledFrom(append([]string{""}, someCategories...)).Draw(t, "of"),
			Markets: drawList(t, someMarkets, "waived"), Unit: rapid.SampledFrom(contract.Units()).Draw(t, "waiver unit"), Period: drawPeriod(t, "waiver")})
	}
	return out
}

// Another waiver never makes it worse, and none lifts outside of its days.
func TestAWaiverNeverHarmsAndNeverReachesBeyondItsDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, a, have := drawPromise(t), drawAccount(t), drawWaivers(t, "have")
		on := today.AddDays(rapid.IntRange(-400, 900).Draw(t, "on"))
		before := Check(a, []Restraint{p}, nil, nil, Lifting{Waivers: have}, on)
		after := Check(a, []Restraint{p}, nil, nil, Lifting{Waivers: append(have, drawWaivers(t, "more")...)}, on)
		if after.Outcome.Rank() > before.Outcome.Rank() {
			t.Fatalf("%s became %s", before.Outcome, after.Outcome)
		}
		for _, o := range before.Overlaps {
			if o.LiftedBy == "" || o.LiftedTo.IsZero() {
				continue
			}
			last := o.LiftedTo.AddDays(-1)
			if !before.Overlaps[0].anyWaives(have, last) || before.Overlaps[0].anyWaives(have, o.LiftedTo) {
				t.Fatalf("said to be lifted until %s", o.LiftedTo)
			}
		}
	})
}

func (o Overlap) anyWaives(have []Waiver, day cal.Date) bool {
	id, _ := o.waivedOn(have, day)
	return id != ""
}

// Where one of the four does not overlap, and nobody is named, it is clear.
func TestApartInOneOfFourIsClear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, a := drawPromise(t), drawAccount(t)
		p.Terms.Named = nil
		switch rapid.IntRange(0, 3).Draw(t, "apart in") {
		case 0:
			p.Terms.Markets, a.Markets = []string{"US"}, []string{"DE", "CA"}
		case 1:
			p.Terms.Category, a.Categories = "warehouse-robots", []string{"cookies"}
		case 2:
			p.Terms.Unit, a.Shared = contract.Office, rapid.SampledFrom([]contract.Unit{contract.AgencyBrand, contract.Holding}).Draw(t, "farther")
		case 3:
			a.Served = cal.Period{From: p.Binds.To, To: p.Binds.To.AddDays(rapid.IntRange(1, 100).Draw(t, "later"))}
		}
		on := today.AddDays(rapid.IntRange(-400, 900).Draw(t, "on"))
		if f := Check(a, []Restraint{p}, nil, nil, Lifting{}, on); f.Outcome != Clear || len(f.Overlaps) > 0 {
			t.Fatalf("got %+v", f)
		}
	})
}

// A promise that restricts more never lets more pass.
func TestMoreRestrictionNeverLetsMorePass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, a, held := drawPromise(t), drawAccount(t), Lifting{Waivers: drawWaivers(t, "have")}
		on := today.AddDays(rapid.IntRange(-400, 900).Draw(t, "on"))
		stricter := p
		switch rapid.IntRange(0, 4).Draw(t, "stricter in") {
		case 0:
			stricter.Terms.Unit = contract.Holding
		case 1:
			stricter.Terms.Markets = nil
		case 2:
			stricter.Terms.Named = append([]string{a.Name}, p.Terms.Named...)
		case 3:
			stricter.Terms.ClearedBy = contract.RemedyNothing
		case 4:
			held = Lifting{} // a longer promise is judged on its own first day, on which a waiver may not run yet
			stricter.Binds.To = stricter.Binds.To.AddDays(rapid.IntRange(1, 200).Draw(t, "longer"))
		}
		if was, is := Check(a, []Restraint{p}, nil, nil, held, on), Check(a, []Restraint{stricter}, nil, nil, held, on); is.Outcome.Rank() < was.Outcome.Rank() {
			t.Fatalf("%s became %s", was.Outcome, is.Outcome)
		}
	})
}

func TestNamesAreComparedAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		a, b       string
		same, near bool
	}{
		{"Boltworks", "BOLTWORKS, Inc.", true, false},
		{"Boltworks Ltd.", "The Boltworks Company", true, false},
		{"Société Générale S.A.", "Societe Generale", true, false},
		{"Müller GmbH & Co. KG", "muller gmbh and co kg", true, false},
		{"Straße AG", "Strasse", true, false},
		{"Smith & Sons", "Smith and Sons", true, false},
		{"Boltworks", "Bolt Works", false, true},
		{"Boltworks", "Boltwork", false, true},
		{"Boltworks", "Boltworks Robotics", false, true},
		{"Acme", "Acne", false, false},
		{"Acme Robotics", "Bluebell Foods", false, false},
		{"Inc.", "Ltd.", false, false},
		{"", "Acme", false, false},
	} {
		if got := SameName(c.a, c.b); got != c.same {
			t.Errorf("%q same as %q: %v", c.a, c.b, got)
		}
		if got := NearName(c.a, c.b); got != c.near {
			t.Errorf("%q near %q: %v", c.a, c.b, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		if SameName(a, b) != SameName(b, a) || NearName(a, b) != NearName(b, a) || SameName(a, b) && NearName(a, b) {
			t.Fatal("it depends on the order")
		}
	})
}

func TestATextIsSearchedForNames(t *testing.T) {
	names := []string{"Bluebell Foods, Inc.", "Boltworks"}
	for text, want := range map[string]bool{
		"We may serve a maker of robots.":         false,
		"We would serve BLUEBELL foods as well.":  true,
		"We would serve “Boltworks”.":             true,
		"We would serve Bolt Works.":              true,
		"We would serve bluebells and foodstuffs": false,
	} {
		if name, got := Mentions(text, names); got != want {
			t.Errorf("%q: %v %s", text, got, name)
		}
	}
}

func TestAWallKeepsWhoStandsOnASideFromTheOther(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 6, day, 12, 0, 0, 0, time.UTC) }
	none := func(_ string, left time.Time) time.Time { return left }
	ninety := func(_ string, left time.Time) time.Time {
		return CoolOffEnds([]Restraint{promiseToAcme(nil)}, "acme", left, cal.WorkCalendar{})
	}
	w := Wall{One: "acme", Other: "cargo", BegunAt: at(1), Placements: []Placement{{Account: "ann", Side: "acme", At: at(1)}, {Account: "kim", Side: Keeper, At: at(1)}}}
	if got := w.KeptFrom("ann", none); len(got) != 1 || got[0].Client != "cargo" || !got[0].Until.IsZero() {
		t.Errorf("on a side: %+v", got)
	}
	if got := w.KeptFrom("kim", none); got != nil {
		t.Errorf("the keeper: %+v", got)
	}
	if got := w.KeptFrom("new", none); len(got) != 2 {
		t.Errorf("on no side: %+v", got)
	}
	if err := w.MayPlace("ann", "cargo", at(2), none); err == nil || !strings.Contains(err.Error(), "leave it first") {
		t.Errorf("over the wall at once: %v", err)
	}
	w.Placements = append(w.Placements, Placement{Account: "ann", Side: Off, At: at(10)})
	if got := w.KeptFrom("ann", ninety); len(got) != 1 || got[0].Until.Format(time.DateOnly) != "2026-09-08" {
		t.Errorf("90 days after 10 Jun 2026: %+v", got)
	}
	if err := w.MayPlace("ann", "cargo", at(20), ninety); err == nil || !strings.Contains(err.Error(), "until 7 Sep 2026") {
		t.Errorf("within the cool-off: %v", err)
	}
	if err := w.MayPlace("ann", "acme", at(20), ninety); err != nil {
		t.Errorf("back to the own side: %v", err)
	}
	if err := w.MayPlace("ann", "cargo", time.Date(2026, 9, 8, 0, 0, 0, 0, time.UTC), ninety); err != nil {
		t.Errorf("after the cool-off: %v", err)
	}
}

func TestNobodyIsStaffedAcrossAPromise(t *testing.T) {
	now := time.Date(2026, 6, 10, 12, 0, 0, 0, time.UTC)
	accounts := []Account{{Client: "cargo", Name: "Cargobots", Categories: []string{"warehouse-robots"}, Served: served("2026-01-01", "2027-01-01")},
		{Client: "foods", Name: "Bluebell Foods", Categories: []string{"cookies"}, Served: served("2026-01-01", "2027-01-01")}}
	promises := []Restraint{promiseToAcme(nil)}
	may := func(client string, stays ...Stay) error {
		return MayStaff(client, stays, promises, accounts, Lifting{}, now, cal.WorkCalendar{})
	}
	if err := may("cargo", Stay{Client: "acme"}); err == nil || strings.Contains(err.Error(), "Acme") {
		t.Errorf("still there: %v", err)
	}
	if err := may("cargo", Stay{Client: "acme", Until: now.AddDate(0, 0, -30)}); err == nil || !strings.Contains(err.Error(), "until 8 Aug 2026") {
		t.Errorf("left on 11 May, 90 days: %v", err)
	}
	for name, err := range map[string]error{
		"long gone":        may("cargo", Stay{Client: "acme", Until: now.AddDate(0, 0, -91)}),
		"no competitor":    may("foods", Stay{Client: "acme"}),
		"the same account": may("acme", Stay{Client: "acme"}),
		"never anywhere":   may("cargo"),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := may("acme", Stay{Client: "cargo"}); err == nil {
		t.Error("the other way round, both at once")
	}
}
