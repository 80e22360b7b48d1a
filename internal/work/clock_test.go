package work

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// levels work from Monday to Friday in a zone, with one promise of each kind.
func levels(t interface{ Fatal(...any) }, zone, shifts string) *contract.ServiceLevels {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	hours := cal.WorkHours{Zone: loc, Days: map[cal.Date][]cal.Shift{}}
	for day := time.Monday; day <= time.Friday; day++ {
		if hours.Week[day], err = cal.ParseShifts(shifts); err != nil {
			t.Fatal(err)
		}
	}
	within := func(urgent, normal string) map[contract.Priority]cal.Span {
		out := map[contract.Priority]cal.Span{}
		for priority, text := range map[contract.Priority]string{contract.Urgent: urgent, contract.Normal: normal} {
			if out[priority], err = cal.ParseSpan(text); err != nil {
				t.Fatal(err)
			}
		}
		return out
	}
	return &contract.ServiceLevels{Hours: hours, WorkingDay: 8 * time.Hour, Promises: []contract.Promised{
		{Name: "first-response", By: contract.ByAgency, Until: contract.UntilResponse, Within: within("30 minutes", "4 hours"), Always: []contract.Priority{contract.Urgent}},
		{Name: "first-draft", By: contract.ByAgency, Until: contract.UntilFirstDraft, Within: within("1 working day", "5 working days")},
		{Name: "resolution", By: contract.ByAgency, Until: contract.UntilResolution, Within: within("8 hours", "10 working days")},
		{Name: "feedback", By: contract.ByClient, Until: contract.UntilFeedback, Within: within("8 hours", "5 working days")},
		{Name: "return", By: contract.BySpecialist, Until: contract.UntilReturn, Within: within("4 hours", "2 working days")},
	}, Escalate: []contract.Escalation{{At: money.Percent(75), To: "account-lead"}, {At: money.Percent(100), To: "agency-owner"}}}
}

// happened reads "2026-03-02 09:00 opened normal; 2026-03-02 17:00 waiting client".
func happened(t testing.TB, zone *time.Location, text string) (out []Event) {
	t.Helper()
	for _, line := range strings.Split(text, ";") {
		words := append(strings.Fields(line), "")
		at, err := time.ParseInLocation("2006-01-02 15:04", words[0]+" "+words[1], zone)
		if err != nil {
			t.Fatal(err)
		}
		e := Event{At: at, Kind: Kind(words[2])}
		switch e.Kind {
		case Opened, Prioritised:
			e.Priority = contract.Priority(words[3])
		case Waits:
			e.On = Waiting(words[3])
		}
		out = append(out, e)
	}
	return out
}

func clockOf(t testing.TB, x Clocks, promise string, round int) Clock {
	t.Helper()
	for _, c := range x.Clocks {
		if c.Promise == promise && c.Round == round {
			return c
		}
	}
	t.Fatalf("no clock of %s, round %d, in %v", promise, round, x.Clocks)
	return Clock{}
}

// TestWorkedClocks: 3 March 2026 is a Tuesday.
func TestWorkedClocks(t *testing.T) {
	plain, lunch := levels(t, "America/New_York", "09:00-17:00"), levels(t, "Europe/Berlin", "09:00-12:00, 13:00-18:00")
	for name, c := range map[string]struct {
		levels         *contract.ServiceLevels
		events, now    string
		promise        string
		round          int
		state          State
		elapsed, stood time.Duration
		words          string
	}{
		"a hold over night leaves the due time where it was": {plain, "2026-03-02 09:00 opened urgent; 2026-03-02 17:00 waiting client; 2026-03-03 09:00 waiting nobody", "2026-03-03 09:00", "resolution", 0,
			Running, 8 * time.Hour, 0, "0 min of working time left, due today 09:00"},
		"a hold counts where it overlaps working time": {plain, "2026-03-02 09:00 opened urgent; 2026-03-02 15:00 waiting client; 2026-03-03 11:00 waiting nobody", "2026-03-03 11:00", "resolution", 0,
			Running, 6 * time.Hour, 4 * time.Hour, "2 h of working time left, due today 13:00"},
		"to wait on a specialist is the agency's time": {plain, "2026-03-02 09:00 opened urgent; 2026-03-02 10:00 waiting specialist", "2026-03-02 16:00", "resolution", 0,
			Running, 7 * time.Hour, 0, "1 h of working time left, due today 17:00"},
		"the specialist has a clock of its own": {plain, "2026-03-02 09:00 opened urgent; 2026-03-02 10:00 waiting specialist; 2026-03-02 15:00 waiting nobody", "2026-03-02 16:00", "return", 1,
			Missed, 5 * time.Hour, 0, "missed: it was due today 14:00 and came today 15:00"},
		"lunch": {lunch, "2026-03-02 11:00 opened urgent", "2026-03-02 13:30", "resolution", 0,
			Running, 90 * time.Minute, 0, "6 h 30 min of working time left, due tomorrow 11:00"},
		"in words": {lunch, "2026-03-02 11:50 opened urgent", "2026-03-02 17:50", "resolution", 0,
			Running, 5 * time.Hour, 0, "3 h of working time left, due tomorrow 11:50"},
		"around the clock": {plain, "2026-03-06 16:50 opened urgent", "2026-03-06 17:10", "first-response", 0,
			Running, 20 * time.Minute, 0, "10 min left, due today 17:20"},
		"what was urgent all the time": {plain, "2026-03-06 16:50 opened urgent; 2026-03-07 10:00 responded", "2026-03-09 09:00", "first-response", 0,
			Missed, 17*time.Hour + 10*time.Minute, 0, "missed: it was due Fri 6 Mar 17:20 and came Sat 7 Mar 10:00"},
		"another priority keeps what has elapsed": {plain, "2026-03-02 09:00 opened normal; 2026-03-02 11:00 waiting client; 2026-03-02 12:00 waiting nobody; 2026-03-02 14:00 priority urgent", "2026-03-02 15:00", "resolution", 0,
			Running, 5 * time.Hour, time.Hour, "3 h of working time left, due tomorrow 10:00"},
		"a reopened request goes on where it was": {plain, "2026-03-02 09:00 opened urgent; 2026-03-02 14:00 resolved; 2026-03-04 09:00 reopened", "2026-03-04 10:00", "resolution", 0,
			Running, 6 * time.Hour, 0, "2 h of working time left, due today 12:00"},
		"kept at the last instant": {plain, "2026-03-02 09:00 opened normal; 2026-03-02 13:00 responded", "2026-03-02 14:00", "first-response", 0,
			Kept, 4 * time.Hour, 0, "kept on today 13:00 after 4 h of 4 h of working time"},
		"after the last instant, though nobody worked since": {plain, "2026-03-02 13:00 opened normal; 2026-03-02 20:00 responded", "2026-03-03 14:00", "first-response", 0,
			Missed, 4 * time.Hour, 0, "missed: it was due yesterday 17:00 and came yesterday 20:00"},
		"a version waits on the client": {plain, "2026-03-02 09:00 opened normal; 2026-03-02 10:00 delivered", "2026-03-02 12:00", "resolution", 0,
			Paused, time.Hour, 2 * time.Hour, "stands still while it waits on the client, 79 h of working time left"},
		"the client's own clock runs then": {plain, "2026-03-02 09:00 opened urgent; 2026-03-02 10:00 delivered; 2026-03-02 12:00 feedback; 2026-03-03 09:00 delivered", "2026-03-04 10:00", "feedback", 2,
			Missed, 9 * time.Hour, 0, "missed: it was due yesterday 17:00, 1 h of working time ago"},
		"nothing is promised for it": {plain, "2026-03-02 09:00 opened low", "2026-03-02 12:00", "resolution", 0,
			Resting, 3 * time.Hour, 0, "nothing is promised for priority low"},
		"time without a promise counts when one applies again": {plain, "2026-03-02 09:00 opened normal; 2026-03-02 11:00 priority low; 2026-03-02 14:00 priority urgent", "2026-03-02 15:00", "resolution", 0,
			Running, 6 * time.Hour, 0, "2 h of working time left, due today 17:00"},
		"more of it than is given then is a miss at once": {plain, "2026-03-02 09:00 opened low; 2026-03-04 10:00 priority urgent", "2026-03-04 11:00", "resolution", 0,
			Missed, 18 * time.Hour, 0, "missed: it was due today 10:00, 1 h of working time ago"},
		"to wait on the client is not the agency's time there either": {plain, "2026-03-02 09:00 opened low; 2026-03-02 10:00 waiting client; 2026-03-02 15:00 waiting nobody; 2026-03-02 15:00 priority urgent", "2026-03-02 16:00", "resolution", 0,
			Running, 2 * time.Hour, 5 * time.Hour, "6 h of working time left, due tomorrow 14:00"},
		"a question is a response": {plain, "2026-03-02 09:00 opened normal; 2026-03-02 11:00 waiting client", "2026-03-02 16:00", "first-response", 0,
			Kept, 2 * time.Hour, 0, "kept on today 11:00 after 2 h of 4 h of working time"},
		"a first draft answers too": {plain, "2026-03-02 09:00 opened normal; 2026-03-02 11:00 drafted", "2026-03-02 16:00", "first-response", 0,
			Kept, 2 * time.Hour, 0, "kept on today 11:00 after 2 h of 4 h of working time"},
		"a first draft that is handed in": {plain, "2026-03-02 09:00 opened urgent; 2026-03-02 11:00 drafted", "2026-03-04 16:00", "first-draft", 0,
			Kept, 2 * time.Hour, 0, "kept on Mon 2 Mar 11:00 after 2 h of 8 h of working time"},
		"the resolution runs on after the first draft": {plain, "2026-03-02 09:00 opened urgent; 2026-03-02 11:00 drafted", "2026-03-02 12:00", "resolution", 0,
			Running, 3 * time.Hour, 0, "5 h of working time left, due today 17:00"},
		"resolved where nothing is promised": {plain, "2026-03-02 09:00 opened low; 2026-03-02 12:00 resolved", "2026-03-02 13:00", "resolution", 0,
			Ended, 3 * time.Hour, 0, "nothing is promised for priority low; it came today 12:00 after 3 h"},
		"withdrawn": {plain, "2026-03-02 09:00 opened urgent; 2026-03-02 12:00 withdrawn", "2026-03-04 12:00", "resolution", 0,
			Ended, 3 * time.Hour, 0, "ended without a result"},
	} {
		now := happened(t, c.levels.Hours.Zone, c.now+" responded")[0].At
		x, err := ClocksOf(c.levels, happened(t, c.levels.Hours.Zone, c.events), now)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := clockOf(t, x, c.promise, c.round)
		if words := got.Words(now); got.State != c.state || got.Elapsed != c.elapsed || got.Stood != c.stood || words != c.words {
			t.Errorf("%s: %s, %s elapsed, %s stood\n%s", name, got.State, got.Elapsed, got.Stood, words)
		}
	}
}

func TestMomentsOfEscalation(t *testing.T) {
	l := levels(t, "America/New_York", "09:00-17:00")
	at := func(text string) time.Time { return happened(t, l.Hours.Zone, text+" responded")[0].At }
	x, err := ClocksOf(l, happened(t, l.Hours.Zone, "2026-03-02 09:00 opened urgent"), at("2026-03-02 10:00"))
	if err != nil {
		t.Fatal(err)
	}
	c := clockOf(t, x, "resolution", 0)
	if m := c.Moments(l); len(m) != 2 || !m[0].At.Equal(at("2026-03-02 15:00")) || !m[1].At.Equal(at("2026-03-02 17:00")) || m[1].Used.To != "agency-owner" {
		t.Errorf("%v", m)
	}
}

func TestEventsThatCannotBe(t *testing.T) {
	l := levels(t, "UTC", "09:00-17:00")
	for text, want := range map[string]struct {
		kind  fault.Kind
		place string
	}{
		"2026-03-02 09:00 responded":                                                                                       {fault.Conflict, "events[1].event"},
		"2026-03-02 09:00 opened normal; 2026-03-02 08:59 responded":                                                       {fault.Invalid, "events[2].at"},
		"2026-03-02 09:00 opened soon":                                                                                     {fault.Invalid, "events[1].priority"},
		"2026-03-02 09:00 opened normal; 2026-03-02 09:00 opened normal":                                                   {fault.Conflict, "events[2].event"},
		"2026-03-02 09:00 opened normal; 2026-03-02 10:00 feedback":                                                        {fault.Conflict, "events[2].event"},
		"2026-03-02 09:00 opened normal; 2026-03-02 10:00 waiting godot":                                                   {fault.Invalid, "events[2].on"},
		"2026-03-02 09:00 opened normal; 2026-03-02 10:00 resolved; 2026-03-02 11:00 responded":                            {fault.Conflict, "events[3].event"},
		"2026-03-02 09:00 opened normal; 2026-03-02 10:00 withdrawn; 2026-03-02 11:00 reopened":                            {fault.Conflict, "events[3].event"},
		"2026-03-02 09:00 opened normal; 2026-03-02 10:00 lost":                                                            {fault.Invalid, "events[2].event"},
		"2026-03-02 09:00 opened normal; 2026-03-02 10:00 reopened":                                                        {fault.Conflict, "events[2].event"},
		"2026-03-02 09:00 opened normal; 2026-03-02 10:00 delivered; 2026-03-02 10:00 feedback; 2026-03-02 11:00 feedback": {fault.Conflict, "events[4].event"},
	} {
		_, err := ClocksOf(l, happened(t, time.UTC, text), time.Now())
		if fault.KindOf(err) != want.kind || len(fault.All(err)) == 0 || fault.All(err)[0].Field != want.place {
			t.Errorf("%s: %v at %v", text, err, fault.All(err))
		}
	}
}

// drawEvents are events that can happen, one after the other, over some weeks.
func drawEvents(t *rapid.T, begin time.Time) []Event {
	at := begin.Add(time.Duration(rapid.IntRange(0, 10_000).Draw(t, "opened")) * time.Minute)
	priorities := []contract.Priority{contract.Urgent, contract.Normal, contract.Low}
	out := []Event{{At: at, Kind: Opened, Priority: rapid.SampledFrom(priorities).Draw(t, "priority")}}
	r, err := Request{}.After(out[0])
	if err != nil {
		t.Fatal(err)
	}
	for range rapid.IntRange(0, 12).Draw(t, "events") {
		at = at.Add(time.Duration(rapid.IntRange(0, 4000).Draw(t, "after")) * time.Minute)
		e := Event{At: at, Kind: rapid.SampledFrom(Kinds()).Draw(t, "kind"), Priority: rapid.SampledFrom(priorities).Draw(t, "to"), On: rapid.SampledFrom([]Waiting{OnNobody, OnClient, OnSpecialist}).Draw(t, "on")}
		if e.Kind == Delivered || e.Kind == Feedback || e.Kind == TakenBack {
			e.Of = rapid.SampledFrom([]string{"A", "B"}).Draw(t, "of")
		}
		if next, err := r.After(e); err == nil {
			r, out = next, append(out, e)
		}
	}
	return out
}

var someZones = []string{"UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu"}

// Whatever happens, elapsed and standing time add up to the working time between the beginning of a clock and its end, but for the time between an end and a
// reopening; what each side used adds up to the working time in which the request was open; and an answer for an earlier instant is a prefix of the history.
func TestTimeIsConserved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := levels(t, rapid.SampledFrom(someZones).Draw(t, "zone"), rapid.SampledFrom([]string{"09:00-17:00", "09:00-12:00, 13:00-17:30", "00:00-24:00", "02:15-02:45, 22:00-24:00"}).Draw(t, "shifts"))
		l.Promises[0].Always = nil // all in the same hours
		events := drawEvents(t, time.Date(2026, 3, 1, 0, 0, 0, 0, l.Hours.Zone))
		now := events[len(events)-1].At.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "now")) * time.Minute)
		x, err := ClocksOf(l, events, now)
		if err != nil {
			t.Fatal(err)
		}
		open, since := time.Duration(0), time.Time{}
		var gaps []cal.Interval
		for _, e := range events {
			switch e.Kind {
			case Opened:
				since = e.At
			case Reopened:
				gaps = append(gaps, cal.Interval{From: since, To: e.At})
				since = e.At
			case Resolved, Withdrawn, Declined:
				open += l.Hours.Between(since, e.At)
				since = e.At
			}
		}
		if x.Request.Phase == Open {
			open += l.Hours.Between(since, now)
		}
		var used time.Duration
		for _, d := range x.Used {
			used += d
		}
		if used != open {
			t.Fatalf("used %s of %s: %v", used, open, x.Used)
		}
		for _, c := range x.Clocks {
			end := c.Stopped
			if end.IsZero() {
				end = now
			}
			want := l.Hours.Between(c.Started, end)
			for _, g := range gaps {
				if c.Until == contract.UntilResolution || c.Until == contract.UntilFeedback && c.Started.Before(g.From) && end.After(g.From) {
					want -= l.Hours.Between(g.From, g.To)
				}
			}
			if c.Elapsed+c.Stood != want {
				t.Fatalf("%s %d: %s + %s, want %s\n%v", c.Promise, c.Round, c.Elapsed, c.Stood, want, events)
			}
			if c.By != contract.ByAgency && c.Stood != 0 {
				t.Fatalf("%s stood still for %s", c.Promise, c.Stood)
			}
		}
		earlier := events[0].At.Add(time.Duration(rapid.Int64Range(0, int64(now.Sub(events[0].At))).Draw(t, "earlier")))
		y, err := ClocksOf(l, events, earlier)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range y.Clocks {
			if after := x.Clocks[i]; c.Promise != after.Promise || c.Elapsed > after.Elapsed || !c.Late.IsZero() && !c.Late.Equal(after.Late) {
				t.Fatalf("%v at %s, %v later", c, earlier, after)
			}
		}
	})
}

// The slow way: minute by minute, each goes to whoever's time it is.
func TestClocksAgreeWithCountingMinutes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := levels(t, rapid.SampledFrom(someZones).Draw(t, "zone"), rapid.SampledFrom([]string{"09:00-17:00", "09:00-12:00, 13:00-17:30", "00:00-24:00"}).Draw(t, "shifts"))
		events := drawEvents(t, time.Date(2026, 3, 1, 0, 0, 0, 0, l.Hours.Zone))
		now := events[len(events)-1].At.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "now")) * time.Minute)
		x, err := ClocksOf(l, events, now)
		if err != nil {
			t.Fatal(err)
		}
		var elapsed, stood time.Duration
		var full, late time.Time // when the time was over while the clock ran, and when that was too late
		var r Request
		promise, _ := l.Promise("resolution")
		next := 0
		for at := events[0].At; at.Before(now); at = at.Add(time.Minute) {
			for ; next < len(events) && !events[next].At.After(at); next++ {
				if r, err = r.After(events[next]); err != nil {
					t.Fatal(err)
				}
			}
			worked := l.Hours.Between(at, at.Add(time.Minute))
			if r.Phase != Open || r.Waiting == OnClient {
				full = time.Time{}
				if r.Phase == Open {
					stood += worked
				}
				continue
			}
			if allowed, _, promised := l.Allowed(promise, r.Priority); promised && elapsed >= allowed {
				if full.IsZero() {
					full = at
				}
				if late.IsZero() {
					late = full
				}
			}
			elapsed += worked
			full = time.Time{}
			if allowed, _, promised := l.Allowed(promise, r.Priority); promised && elapsed >= allowed {
				full = at.Add(time.Minute)
				if worked == 0 {
					full = at
				}
			}
		}
		c := x.Clocks[2]
		if c.Promise != "resolution" || c.Elapsed != elapsed || c.Stood != stood || !c.Late.Equal(late) {
			t.Fatalf("%s: %s, %s and %s, want %s, %s and %s\n%v", c.Promise, c.Elapsed, c.Stood, c.Late, elapsed, stood, late, events)
		}
	})
}

func TestComplianceOfAMonth(t *testing.T) {
	march, april := cal.Month{Year: 2026, Month: time.March}, cal.Month{Year: 2026, Month: time.April}
	at := func(text string) time.Time {
		t.Helper()
		out, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	clock := func(state State, started, stopped, late string) Clock {
		c := Clock{Promise: "first-response", By: contract.ByAgency, State: state, Started: at(started)}
		if stopped != "" {
			c.Stopped = at(stopped)
		}
		if late != "" {
			c.Late = at(late)
		}
		return c
	}
	clocks := []Settled{
		{Clock: clock(Kept, "2026-03-02 09:00", "2026-03-02 12:00", "")},
		{Clock: clock(Kept, "2026-03-31 16:00", "2026-04-01 10:00", "")}, // open at the end of March, kept in April
		{Clock: clock(Missed, "2026-03-03 09:00", "2026-04-02 12:00", "2026-03-03 13:00")},
		{Clock: clock(Missed, "2026-03-03 09:00", "", "2026-03-03 13:00"), Excused: true},
		{Clock: clock(Ended, "2026-03-03 09:00", "2026-03-03 10:00", "")},
	}
	got := InMonth(clocks, march, time.UTC)
	if want := (Compliance{"first-response", contract.ByAgency, 1, 1, 1, 1}); len(got) != 1 || got[0] != want {
		t.Errorf("March: %v", got)
	}
	if share, ok := got[0].Share(); !ok || share.Cmp(money.Percent(50)) != 0 {
		t.Errorf("kept %s", share)
	}
	if got := InMonth(clocks, april, time.UTC); len(got) != 1 || got[0].Kept != 1 || got[0].Missed != 0 {
		t.Errorf("April: %v", got)
	}
}

// Of ten that took none to nine hours, and four hours that are given.
func TestForesight(t *testing.T) {
	var past []Clock
	for i := range 10 {
		past = append(past, Clock{Promise: "first-response", Priority: contract.Normal, State: Kept, Elapsed: time.Duration(i) * time.Hour, Stopped: time.Unix(int64(i), 0)})
	}
	past = append(past, Clock{Promise: "first-response", Priority: contract.Normal, State: Ended, Elapsed: 90 * time.Hour, Stopped: time.Unix(9, 0)},
		Clock{Promise: "first-response", Priority: contract.Normal, State: Missed, Elapsed: 90 * time.Hour}) // still open: how long it takes is not known
	p := PastOf(past)
	for elapsed, want := range map[time.Duration]Likely{0: {9, 5}, 3 * time.Hour: {6, 5}, 4 * time.Hour: {5, 5}, 8 * time.Hour: {1, 5}} {
		if elapsed > 4*time.Hour { // it was missed long ago
			want.Longer = 5
		}
		c := &Clock{Promise: "first-response", Priority: contract.Normal, State: Running, Allowed: 4 * time.Hour, Elapsed: elapsed}
		if got := p.Foresee(c); got != want || got.Known() != (want.Of >= 5) {
			t.Errorf("after %s: %v", elapsed, got)
		}
	}
	c := &Clock{Promise: "first-response", Priority: contract.Normal, State: Running, Allowed: 4 * time.Hour, Elapsed: 3 * time.Hour}
	if got := p.Foresee(c).Words(c); got != "of 6 like this that took more than 3 h, 5 took longer than what is left" {
		t.Error(got)
	}
	c.Allowed, c.Elapsed = 9*time.Hour, 7*time.Hour
	if l := p.Foresee(c); l.Known() || l.Late() || l.Short() != "" || l.Words(c) != "not enough to tell: 2 like this took more than 7 h, and 5 are needed" {
		t.Errorf("%+v %s", l, l.Words(c))
	}
	for _, other := range []Clock{{Promise: "first-response", Priority: contract.Urgent, State: Running}, {Promise: "launch", Priority: contract.Normal, State: Running}, {Promise: "first-response", Priority: contract.Normal, State: Paused}} {
		if got := p.Foresee(&other); got != (Likely{}) {
			t.Errorf("%+v: %v", other, got)
		}
	}
}

// More time used never makes more of the past comparable, and more time given never makes a miss more likely.
func TestForesightIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Past{}
		for _, h := range rapid.SliceOfN(rapid.IntRange(0, 50), 0, 30).Draw(t, "used") {
			p.Add("x", contract.Low, time.Duration(h)*time.Hour)
		}
		p.Sort()
		elapsed := time.Duration(rapid.IntRange(0, 20).Draw(t, "elapsed")) * time.Hour
		given := elapsed + time.Duration(rapid.IntRange(0, 20).Draw(t, "left"))*time.Hour
		c := func(elapsed, given time.Duration) Likely {
			return p.Foresee(&Clock{Promise: "x", Priority: contract.Low, State: Running, Elapsed: elapsed, Allowed: given})
		}
		a, later, more := c(elapsed, given), c(elapsed+time.Hour, given+time.Hour), c(elapsed, given+time.Hour)
		if later.Of > a.Of || more.Longer > a.Longer || a.Longer > a.Of {
			t.Fatalf("%v %v %v", a, later, more)
		}
	})
}

// Whatever happens, a list tells of the nearest clock what the page of the request tells, at once and later.
func TestAListTellsTheNextClockAsThePageDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := levels(t, rapid.SampledFrom(someZones).Draw(t, "zone"), rapid.SampledFrom([]string{"09:00-17:00", "09:00-12:00, 13:00-17:30", "02:15-02:45, 22:00-24:00"}).Draw(t, "shifts"))
		events := drawEvents(t, time.Date(2026, 3, 1, 0, 0, 0, 0, l.Hours.Zone))
		last := events[len(events)-1].At
		then, err := ClocksOf(l, events, last)
		if err != nil {
			t.Fatal(err)
		}
		now := last.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(t, "now")) * time.Minute)
		x, err := ClocksOf(l, events, now)
		if err != nil {
			t.Fatal(err)
		}
		known, ok := then.Nearest()
		want, still := x.Nearest()
		if ok != still {
			t.Fatalf("a clock runs: %v then, %v now", ok, still)
		}
		if !ok {
			return
		}
		got, ok := NextOf(l, known.Name(""), then.Request.Priority, known.Due, now)
		if !ok || got.Name("") != want.Name("") || got.State != want.State || got.Words(now) != want.Words(now) || !got.Due.Equal(want.Due) || !got.Late.Equal(want.Late) || got.By != want.By {
			t.Fatalf("%+v, want %+v", got, want)
		}
		if got.State == Running && (got.Elapsed != min(want.Elapsed, want.Allowed) || got.Allowed != want.Allowed) { // time without a promise may be more than is given
			t.Fatalf("%s of %s, want %s of %s", got.Elapsed, got.Allowed, want.Elapsed, want.Allowed)
		}
	})
}
