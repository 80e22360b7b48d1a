package work

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func newYork(t testing.TB) *time.Location {
	t.Helper()
	zone, err := cal.Zone("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// sample is what the sample agreement says: 5 business days for feedback, 2 revision rounds; ownership as the form of an agency of record.
func sample(t testing.TB) Rules {
	return Rules{Zone: newYork(t), Window: cal.Span{N: 5, Unit: cal.WorkingDays}, Late: contract.LateDayForDay, Rounds: true, Included: 2, Further: contract.FurtherOrder,
		Ownership: &contract.Ownership{Passes: contract.PassesAcceptedAndPaid, Within: cal.Span{N: 12, Unit: cal.Months}}, Reviewed: true}
}

// told is the story of a deliverable, step by step.
type told struct {
	testing.TB
	d Deliverable
}

func proposedOn(t testing.TB, r Rules, day string) *told {
	return &told{t, ProposedDeliverable(r, at(t, r, day), cal.MustDate("2026-03-31"))}
}

// at reads "2026-03-06 10:00" in the zone of the contract.
func at(t testing.TB, r Rules, text string) time.Time {
	t.Helper()
	out, err := time.ParseInLocation("2006-01-02 15:04", text, r.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (s *told) then(when string, e Happened) error {
	s.Helper()
	e.At = at(s, s.d.rules, when)
	if e.Version == 0 && len(s.d.Versions) > 0 {
		e.Version = len(s.d.Versions)
	}
	if e.SHA256 == "" && e.Version > 0 && e.Version <= len(s.d.Versions) {
		e.SHA256 = s.d.Versions[e.Version-1].SHA256
	}
	next, err := s.d.After(e)
	if err == nil {
		s.d = next
	}
	return err
}

func (s *told) must(when string, e Happened) {
	s.Helper()
	if err := s.then(when, e); err != nil {
		s.Fatalf("%s at %s: %v", e.Step, when, err)
	}
}

// shows submits a version and releases it.
func (s *told) shows(when string) {
	s.Helper()
	n := len(s.d.Versions) + 1
	s.must(when, Happened{Step: StepSubmitted, Version: n, SHA256: fmt.Sprintf("%064d", n)})
	s.must(when, Happened{Step: StepReleased, By: "Lea Lead"})
}

func (s *told) refused(err error, kind fault.Kind, code string, words ...string) {
	s.Helper()
	if !fault.Is(err, kind) || fault.Code(err) != code {
		s.Fatalf("got %v (%s), want %s %s", err, fault.Code(err), kind, code)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			s.Errorf("lacks %q: %v", w, err)
		}
	}
}

var asked = Happened{Step: StepFeedback, By: "Petra Product", Changes: []string{"a shorter headline"}}

// Two revision rounds: the first version opens none, and the third is the last that is included.
func TestTwoRevisionRounds(t *testing.T) {
	s := proposedOn(t, sample(t), "2026-03-02 09:00")
	s.shows("2026-03-03 10:00")
	if got := s.d.RoundWords(); got != "no round used of 2" {
		t.Error(got)
	}
	s.must("2026-03-04 10:00", asked)
	s.shows("2026-03-05 10:00")
	if got := s.d.RoundWords(); got != "round 1 of 2" {
		t.Error(got)
	}
	s.must("2026-03-06 10:00", asked)
	s.shows("2026-03-09 10:00")
	if got := s.d.RoundWords(); got != "round 2 of 2" {
		t.Error(got)
	}
	if got := strings.Join(s.d.ChangeEffects(at(t, s.d.rules, "2026-03-09 11:00")), " "); !strings.Contains(got, "round 3, and 2 are included: it needs a change order") {
		t.Error(got)
	}
	s.must("2026-03-10 10:00", asked)
	s.must("2026-03-11 10:00", Happened{Step: StepSubmitted, Version: 4, SHA256: strings.Repeat("4", 64)})
	s.refused(s.then("2026-03-11 10:00", Happened{Step: StepReleased}), fault.Invalid, "round-needs-order", "opens round 3", "2 are included")
	s.must("2026-03-11 10:00", Happened{Step: StepReleased, Order: "CO-7"})
	if got := s.d.RoundWords(); got != "round 3, beyond the 2 included" {
		t.Error(got)
	}
}

func TestWhatOpensNoRound(t *testing.T) {
	t.Run("the agency's own error", func(t *testing.T) {
		s := proposedOn(t, sample(t), "2026-03-02 09:00")
		s.shows("2026-03-03 10:00")
		own := asked
		own.OwnError = true
		s.must("2026-03-04 10:00", own)
		s.shows("2026-03-05 10:00")
		if v, _ := s.d.Waiting(); s.d.Round != 0 || v.Opens {
			t.Errorf("%s", s.d.RoundWords())
		}
	})
	t.Run("a version that takes the place of one that waits", func(t *testing.T) {
		s := proposedOn(t, sample(t), "2026-03-02 09:00")
		s.shows("2026-03-03 10:00")
		s.must("2026-03-04 10:00", asked)
		s.shows("2026-03-05 10:00")
		s.shows("2026-03-06 10:00")
		if s.d.Round != 1 || !s.d.Versions[1].Replaced {
			t.Errorf("%+v", s.d)
		}
		if v, _ := s.d.Waiting(); !v.Ends.Equal(at(t, s.d.rules, "2026-03-14 00:00")) {
			t.Errorf("the time does not begin anew: %s", v.Ends)
		}
	})
	t.Run("the first version, unless each counts", func(t *testing.T) {
		r := sample(t)
		r.EachVersion = true
		s := proposedOn(t, r, "2026-03-02 09:00")
		s.shows("2026-03-03 10:00")
		if got := s.d.RoundWords(); got != "round 1 of 2" {
			t.Error(got)
		}
	})
}

// 5 working days from Friday 6 March 2026 end with Friday 13 March; clocks went forward on the 8th.
func TestTheClientsTime(t *testing.T) {
	s := proposedOn(t, sample(t), "2026-03-02 09:00")
	s.shows("2026-03-06 10:00")
	v, _ := s.d.Waiting()
	if !v.Ends.Equal(at(t, s.d.rules, "2026-03-14 00:00")) {
		t.Errorf("it ends %s", v.Ends)
	}
	if got := s.d.WaitWords(at(t, s.d.rules, "2026-03-09 10:00")); got != "feedback due by the end of 13 Mar 2026" {
		t.Error(got)
	}
}

// Feedback on Tuesday 17 March is two working days late, and 31 March becomes 2 April.
func TestLateFeedbackMovesTheDate(t *testing.T) {
	r := sample(t)
	hours := cal.WorkHours{Zone: r.Zone}
	for day := time.Monday; day <= time.Friday; day++ {
		hours.Week[day] = []cal.Shift{{From: 9 * 60, To: 17 * 60}}
	}
	for late, want := range map[string]string{contract.LateDayForDay: "Due 2 Apr 2026.", contract.LateByLateness: "Due 2 Apr 2026 16:00.", contract.LateNone: "Due 31 Mar 2026."} {
		r.Late, r.Hours = late, &hours
		s := proposedOn(t, r, "2026-03-02 09:00")
		s.shows("2026-03-06 10:00")
		s.must("2026-03-17 16:00", asked)
		words := s.d.DueWords(at(t, r, "2026-03-20 10:00"))
		if words[0] != want || !strings.Contains(words[1], "Feedback on version 1 was due by the end of 13 Mar 2026 and came on 17 Mar 2026 16:00") {
			t.Errorf("%s: %q", late, words)
		}
	}
	r.Late = contract.LateDayForDay
	s := proposedOn(t, r, "2026-03-02 09:00")
	s.shows("2026-03-06 10:00")
	if got := s.d.DueWords(at(t, r, "2026-03-16 10:00")); got[0] != "Due 1 Apr 2026." || !strings.Contains(got[1], "has not come: 1 working day late so far") {
		t.Errorf("%q", got)
	}
	s.must("2026-03-14 12:00", asked)
	if got := s.d.DueWords(at(t, r, "2026-03-20 10:00")); got[0] != "Due 31 Mar 2026." {
		t.Errorf("no working day was late: %q", got)
	}
}

func TestSilence(t *testing.T) {
	r := sample(t)
	r.SilenceAccepts = true
	s := proposedOn(t, r, "2026-03-02 09:00")
	s.shows("2026-03-06 10:00")
	if d := s.d.AsOf(at(t, r, "2026-03-13 23:59")); d.Accepted != nil {
		t.Error("accepted before the end")
	}
	d := s.d.AsOf(at(t, r, "2026-03-20 10:00"))
	if d.Accepted == nil || !d.Accepted.At.Equal(at(t, r, "2026-03-14 00:00")) || d.Accepted.Recorded {
		t.Fatalf("%+v", d.Accepted)
	}
	s.refused(s.then("2026-03-20 10:00", asked), fault.Conflict, "accepted", "version 1 was accepted by silence on 14 Mar 2026 00:00")
	s.must("2026-03-14 00:00", Happened{Step: StepLapsed, Version: 1})
	s.refused(s.then("2026-03-14 00:00", Happened{Step: StepLapsed, Version: 1}), fault.Conflict, "accepted")
	t.Run("is confirmed in writing", func(t *testing.T) {
		if o := s.d.Ownership(at(t, r, "2026-03-20 10:00")); o.Owner != OwnerAgency || o.Final || !strings.Contains(o.Why, "no acceptance in writing") {
			t.Errorf("%+v", o)
		}
		s.must("2026-04-01 10:00", Happened{Step: StepApproved, By: "Petra Product"})
		s.must("2026-04-20 10:00", Happened{Step: StepPaid, On: cal.MustDate("2026-04-20"), Words: "fee of March"})
		if o := s.d.Ownership(at(t, r, "2026-05-01 10:00")); o.Owner != OwnerClient {
			t.Errorf("%+v", o)
		}
	})
}

// Of two people who decide at once the first counts, and the second is told.
func TestTwoDecisionsAtOnce(t *testing.T) {
	s := proposedOn(t, sample(t), "2026-03-02 09:00")
	s.shows("2026-03-06 10:00")
	s.must("2026-03-09 10:00", Happened{Step: StepApproved, By: "Finn Finance"})
	s.refused(s.then("2026-03-09 10:00", asked), fault.Conflict, "accepted", "Finn Finance approved version 1 on 9 Mar 2026 10:00")
	s = proposedOn(t, sample(t), "2026-03-02 09:00")
	s.shows("2026-03-06 10:00")
	s.must("2026-03-09 10:00", asked)
	s.refused(s.then("2026-03-09 10:00", Happened{Step: StepApproved, By: "Finn Finance"}), fault.Conflict, "answered", "Petra Product asked for changes to version 1")
}

func TestWhatIsShownIsWhatIsApproved(t *testing.T) {
	s := proposedOn(t, sample(t), "2026-03-02 09:00")
	s.refused(s.then("2026-03-02 10:00", Happened{Step: StepApproved, Version: 1}), fault.Conflict, "no-version")
	s.shows("2026-03-06 10:00")
	s.refused(s.then("2026-03-06 11:00", Happened{Step: StepApproved, SHA256: strings.Repeat("f", 64)}), fault.Conflict, "another-file")
	s.must("2026-03-06 12:00", Happened{Step: StepSubmitted, Version: 2, SHA256: strings.Repeat("2", 64)})
	s.refused(s.then("2026-03-06 13:00", Happened{Step: StepApproved, Version: 2, SHA256: strings.Repeat("2", 64)}), fault.Conflict, "newer-version")
	s.refused(s.then("2026-03-06 13:00", Happened{Step: StepSubmitted, Version: 3}), fault.Conflict, "in-review")
	s.must("2026-03-06 14:00", Happened{Step: StepHeldBack, Words: "the logo is the old one"})
	s.must("2026-03-06 15:00", Happened{Step: StepApproved, Version: 1, By: "Petra Product"})
	if s.d.Accepted.Version != 1 || s.d.Accepted.SHA256 != s.d.Versions[0].SHA256 {
		t.Errorf("%+v", s.d.Accepted)
	}
}

func TestWithdrawnAndArchived(t *testing.T) {
	s := proposedOn(t, sample(t), "2026-03-02 09:00")
	s.refused(s.then("2026-03-02 10:00", Happened{Step: StepArchived}), fault.Conflict, "step-not-now")
	s.must("2026-03-03 10:00", Happened{Step: StepWithdrawn, Words: "the campaign is off"})
	s.refused(s.then("2026-03-04 10:00", Happened{Step: StepSubmitted, Version: 1}), fault.Conflict, "withdrawn")
	s.must("2026-03-05 10:00", Happened{Step: StepArchived})
	s.refused(s.then("2026-03-06 10:00", Happened{Step: StepArchived}), fault.Conflict, "archived")
}

// Accepted in writing within 12 months of being proposed and fees paid: the client's; otherwise it stays with the agency.
func TestOwnership(t *testing.T) {
	paid := Happened{Step: StepPaid, On: cal.MustDate("2026-04-20"), Words: "fee of March"}
	back := Happened{Step: StepPaid, Words: "the payment of 20 Apr 2026 was taken back and its fee is not paid"}
	yes := Happened{Step: StepApproved, By: "Petra Product"}
	for name, c := range map[string]struct {
		steps []string // instant and step
		as    string
		want  Owned
	}{
		"accepted and paid":       {[]string{"2026-03-12 10:00 yes", "2026-04-20 10:00 paid"}, "2026-05-01 10:00", Owned{Owner: OwnerClient, Final: true, Why: "accepted in writing on 12 Mar 2026, within 12 months; fee of March paid on 20 Apr 2026: owned by the client"}},
		"paid first":              {[]string{"2026-04-20 10:00 paid", "2026-05-12 10:00 yes"}, "2026-06-01 10:00", Owned{Owner: OwnerClient, Final: true, Why: "accepted in writing on 12 May 2026, within 12 months; fee of March paid on 20 Apr 2026: owned by the client"}},
		"the payment taken back":  {[]string{"2026-03-12 10:00 yes", "2026-04-20 10:00 paid", "2026-04-25 10:00 back"}, "2026-05-01 10:00", Owned{Owner: OwnerAgency, Why: "accepted in writing on 12 Mar 2026, within 12 months; the payment of 20 Apr 2026 was taken back and its fee is not paid: owned by the agency until it is paid"}},
		"not paid":                {[]string{"2026-03-12 10:00 yes"}, "2027-05-01 10:00", Owned{Owner: OwnerAgency, Why: "accepted in writing on 12 Mar 2026, within 12 months; no payment of its fee is known: owned by the agency until it is paid"}},
		"not accepted yet":        {nil, "2027-03-10 23:59", Owned{Owner: OwnerAgency, Why: "not accepted yet: owned by the agency until it is accepted in writing by 10 Mar 2027, within 12 months of being proposed, and its fee is paid"}},
		"never accepted":          {[]string{"2026-04-20 10:00 paid"}, "2027-03-11 00:00", Owned{Owner: OwnerAgency, Final: true, Why: "not accepted in writing by 10 Mar 2027, within 12 months of being proposed: it stays with the agency"}},
		"accepted on the last":    {[]string{"2026-04-20 10:00 paid", "2027-03-10 23:59 yes"}, "2027-04-01 10:00", Owned{Owner: OwnerClient, Final: true, Why: "accepted in writing on 10 Mar 2027, within 12 months; fee of March paid on 20 Apr 2026: owned by the client"}},
		"accepted a day too late": {[]string{"2026-04-20 10:00 paid", "2027-03-11 00:00 yes"}, "2027-04-01 10:00", Owned{Owner: OwnerAgency, Final: true, Why: "accepted in writing on 11 Mar 2027, after 10 Mar 2027, the last day within 12 months of being proposed: it stays with the agency"}},
	} {
		s := proposedOn(t, sample(t), "2026-03-10 09:00")
		s.shows("2026-03-11 10:00")
		for _, step := range c.steps {
			when, what := step[:16], step[17:]
			s.must(when, map[string]Happened{"yes": yes, "paid": paid, "back": back}[what])
		}
		got := s.d.Ownership(at(t, s.d.rules, c.as))
		if got.Since.IsZero() == (got.Owner == OwnerClient) {
			t.Errorf("%s: since %s", name, got.Since)
		}
		got.Since = time.Time{}
		if got != c.want {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, c.want)
		}
	}
}

func TestOwnershipOtherwise(t *testing.T) {
	r := sample(t)
	for passes, want := range map[string][2]string{
		contract.PassesOnPayment:  {"no payment of its fee is known: owned by the agency until it is paid", "fee of March paid on 20 Apr 2026: owned by the client"},
		contract.PassesOnCreation: {"made on 11 Mar 2026: owned by the client from then on", "made on 11 Mar 2026: owned by the client from then on"},
	} {
		r.Ownership = &contract.Ownership{Passes: passes}
		s := proposedOn(t, r, "2026-03-10 09:00")
		s.shows("2026-03-11 10:00")
		before := s.d.Ownership(at(t, r, "2026-04-01 10:00"))
		s.must("2026-04-20 10:00", Happened{Step: StepPaid, On: cal.MustDate("2026-04-20"), Words: "fee of March"})
		if after := s.d.Ownership(at(t, r, "2026-05-01 10:00")); before.Why != want[0] || after.Why != want[1] || after.Owner != OwnerClient {
			t.Errorf("%s: %+v, %+v", passes, before, after)
		}
	}
	r.Ownership = nil
	if o := proposedOn(t, r, "2026-03-10 09:00").d.Ownership(at(t, r, "2026-04-01 10:00")); o.Owner != OwnerUnsaid {
		t.Errorf("%+v", o)
	}
}

// drawRules are rules in some zone, in days or in hours.
func drawRules(t *rapid.T) Rules {
	zone, err := cal.Zone(rapid.SampledFrom([]string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "America/Sao_Paulo", "UTC"}).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	hours := cal.WorkHours{Zone: zone, Days: map[cal.Date][]cal.Shift{}}
	for day := range hours.Week {
		hours.Week[day] = []cal.Shift{{From: 0, To: 3 * 60}, {From: 9 * 60, To: 17 * 60}}
	}
	r := Rules{Zone: zone, Hours: &hours, SilenceAccepts: rapid.Bool().Draw(t, "silence"), Rounds: true, Included: rapid.IntRange(0, 3).Draw(t, "included"), Further: contract.FurtherOverage,
		EachVersion: rapid.Bool().Draw(t, "each"), Late: contract.LateDayForDay, Window: cal.Span{N: rapid.IntRange(1, 6).Draw(t, "n"), Unit: cal.WorkingDays}, Reviewed: true}
	if rapid.Bool().Draw(t, "in hours") {
		r.Window = cal.Span{N: rapid.IntRange(1, 60).Draw(t, "hours"), Unit: cal.Hours}
	}
	return r
}

// Whatever happens in whatever order: rounds never go back, what is accepted stays accepted, and silence accepts nothing before the end of the time.
func TestWhatHoldsOfEveryDeliverable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRules(t)
		now := time.Date(rapid.IntRange(2024, 2027).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		d := ProposedDeliverable(r, now, cal.DateOf(now, r.Zone).AddDays(30))
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 60*60*24*4).Draw(t, "seconds")) * time.Second)
			e := Happened{At: now, Step: rapid.SampledFrom([]Step{StepSubmitted, StepReleased, StepReleased, StepHeldBack, StepFeedback, StepRejected, StepApproved, StepApprovedWithChanges, StepWithdrawn}).Draw(t, "step"),
				By: "A", Changes: []string{"x"}, Words: "x", OwnError: rapid.Bool().Draw(t, "own"), Version: len(d.Versions)}
			if e.Step == StepSubmitted {
				e.Version++
				e.SHA256 = fmt.Sprint(e.Version)
			} else if v, ok := d.Waiting(); ok && e.Step != StepReleased && e.Step != StepHeldBack {
				e.Version, e.SHA256 = v.Number, v.SHA256
			} else {
				e.SHA256 = fmt.Sprint(e.Version)
			}
			waiting, waits := d.Waiting()
			next, err := d.After(e)
			if next.Round < d.Round || next.Round > d.Round+1 {
				t.Fatalf("round %d after %d", next.Round, d.Round)
			}
			if a := next.Accepted; d.Accepted == nil && a != nil && a.How == StepLapsed {
				if !waits || !r.SilenceAccepts || now.Before(waiting.Ends) || !a.At.Equal(waiting.Ends) {
					t.Fatalf("silence accepted %+v at %s", a, now)
				}
				outlasts(t, r, waiting)
			}
			if d.Accepted != nil && (next.Accepted == nil || next.Accepted.Version != d.Accepted.Version || !next.Accepted.At.Equal(d.Accepted.At)) {
				t.Fatalf("%+v became %+v", d.Accepted, next.Accepted)
			}
			if err == nil {
				d = next
			}
		}
	})
}

// outlasts checks, by counting slowly, that all of the client's time had passed when silence accepted.
func outlasts(t *rapid.T, r Rules, v Version) {
	if r.Window.Unit == cal.Hours {
		if got := r.Hours.Between(v.Released, v.Ends); got != time.Duration(r.Window.N)*time.Hour {
			t.Fatalf("%s of working time had passed of %s", got, r.Window)
		}
		return
	}
	days, last := 0, cal.DateOf(v.Released, r.Zone)
	for at := v.Released; at.Before(v.Ends); at = at.Add(10 * time.Minute) {
		if day := cal.DateOf(at, r.Zone); day != last {
			last = day
			if wd := day.Weekday(); wd != time.Saturday && wd != time.Sunday {
				days++
			}
		}
	}
	if days != r.Window.N || cal.DateOf(v.Ends, r.Zone) == cal.DateOf(v.Ends.Add(-time.Second), r.Zone) {
		t.Fatalf("%d working days had passed of %s, until %s", days, r.Window, v.Ends.In(r.Zone))
	}
}
