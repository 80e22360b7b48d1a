package engagement

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func termDay(s string) cal.Date {
	if s == "" {
		return cal.Date{}
	}
	return cal.MustDate(s)
}

// terms is the template's contract of the year 2026 with another term.
func termAgreed(t testing.TB, term string) contract.Agreement {
	t.Helper()
	return contract.Agreement{Versions: []contract.Terms{version(t, 1, "2026-01-01", term)}}
}

const frame = "  length: 12 months             # or open-ended\n  renewal: {kind: mutual-written}  # none, mutual-written, auto (with each: 12 months) or evergreen\n" +
	"  notice: {period: 90 days, fee: full}  # 90 days and 3 months are different dates\n"

func version(t testing.TB, n int, effective, term string) contract.Terms {
	t.Helper()
	source := contract.Template("growth", "Acme", "Northlight", termDay("2026-01-01"))
	if !strings.Contains(source, frame) {
		t.Fatal("the template's term is another one")
	}
	source = strings.Replace(source, frame, term, 1)
	source = strings.Replace(contract.Amendment(source, n), "effective: 2026-01-01", "effective: "+effective, 1)
	terms, err := contract.Parse([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

func term(length, renewal, notice string) string {
	return fmt.Sprintf("  length: %s\n  renewal: {%s}\n  notice: {%s}\n", length, renewal, notice)
}

// The worked row: the term ends on 31 Dec 2026. "90 days" is 2 Oct 2026, "three months" is 30 Sep 2026.
func TestLastDayToGiveNotice(t *testing.T) {
	for period, want := range map[string]string{"90 days": "2026-10-02", "3 months": "2026-09-30"} {
		s := StandingOf(termAgreed(t, term("12 months", "kind: auto, each: 12 months, at_most: 2", "period: "+period+", fee: full")), termDay("2026-05-01"))
		if s.NoticeBy != termDay(want) {
			t.Errorf("%s: by %s, want %s", period, s.NoticeBy, want)
		}
	}
}

// When nobody acts, auto goes on and mutual-written lapses: opposite defaults.
func TestWhatComesWhenNobodyActs(t *testing.T) {
	for _, c := range []struct{ renewal, length, on, words string }{
		{"kind: none", "12 months", "2026-05-01", "It ends on 31 Dec 2026. It does not renew."},
		{"kind: mutual-written, each: 12 months, at_most: 2", "12 months", "2026-05-01", "If nobody acts, it lapses: its last day is 31 Dec 2026."},
		{"kind: auto, each: 12 months, at_most: 2", "12 months", "2026-05-01", "If nobody acts, it renews on 1 Jan 2027 for 12 months. Notice that ends it on 31 Dec 2026 must be received by 2 Oct 2026."},
		{"kind: auto, each: 12 months, at_most: 2", "12 months", "2027-05-01", "If nobody acts, it renews on 1 Jan 2028"},
		{"kind: auto, each: 12 months, at_most: 2", "12 months", "2028-05-01", "It ends on 31 Dec 2028: it has renewed as often as was agreed."},
		{"kind: auto, each: 12 months, at_most: 2", "12 months", "2029-01-01", "It has ended: its last day was 31 Dec 2028."},
		{"kind: auto, each: 12 months", "12 months", "2040-05-01", "If nobody acts, it renews on 1 Jan 2041"},
		{"kind: evergreen", "open-ended", "2026-05-01", "It runs on until notice of 90 days is given."},
	} {
		s := StandingOf(termAgreed(t, term(c.length, c.renewal, "period: 90 days, fee: full")), termDay(c.on))
		if !strings.Contains(s.Words(), c.words) {
			t.Errorf("%s on %s: %q, want %q", c.renewal, c.on, s.Words(), c.words)
		}
	}
}

// Orange County: 12 months and up to two successive renewals of a year, only by written agreement before expiry.
func TestTwoRenewalsByWriting(t *testing.T) {
	rest := ", at_most: 2"
	texts := func(lengths ...string) contract.Agreement {
		var a contract.Agreement
		for i, l := range lengths {
			a.Versions = append(a.Versions, version(t, i+1, fmt.Sprintf("202%d-0%d-01", 6+i, 1+i), term(l, "kind: mutual-written, each: 12 months"+rest, "period: 90 days, fee: full")))
		}
		return a
	}
	until, length, why := StandingOf(texts("12 months"), termDay("2026-05-01")).MayRenew()
	if why != "" || until != termDay("2026-12-31") || length.String() != "24 months" {
		t.Errorf("until %s for %s: %s", until, length, why)
	}
	twice := StandingOf(texts("12 months", "24 months", "36 months"), termDay("2028-06-01"))
	if _, _, why := twice.MayRenew(); twice.Renewals != 2 || !strings.Contains(why, "at most 2 times and has") {
		t.Errorf("%d renewals: %s", twice.Renewals, why)
	}
	if _, _, why := StandingOf(texts("12 months"), termDay("2027-01-01")).MayRenew(); !strings.Contains(why, "has ended") {
		t.Errorf("after expiry: %q", why)
	}
	if _, _, why := StandingOf(termAgreed(t, term("12 months", "kind: none", "period: 90 days, fee: full")), termDay("2026-05-01")).MayRenew(); why == "" {
		t.Error("none renews")
	}
}

func TestWhatNoticeDoes(t *testing.T) {
	auto := "kind: auto, each: 12 months, at_most: 2"
	by := "receipt: {email: 1 working day, post: 3 working days, in_product: 0 days}, "
	for _, c := range []struct {
		name, length, renewal, notice string
		given                         Given
		received, end                 string
		byItself                      bool
	}{
		{"30 Sep is in time for three months", "12 months", auto, by + "ends: term-end, period: 3 months, fee: full", Given{On: termDay("2026-09-30"), Way: contract.InProduct}, "2026-09-30", "2027-01-01", false},
		{"1 Oct is not, and it renews", "12 months", auto, by + "ends: term-end, period: 3 months, fee: full", Given{On: termDay("2026-10-01"), Way: contract.InProduct}, "2026-10-01", "2028-01-01", false},
		{"2 Oct is in time for 90 days", "12 months", auto, by + "ends: term-end, period: 90 days, fee: full", Given{On: termDay("2026-10-02"), Way: contract.InProduct}, "2026-10-02", "2027-01-01", false},
		{"by post it is received three working days later", "12 months", auto, by + "ends: term-end, period: 90 days, fee: full", Given{On: termDay("2026-09-30"), Way: contract.ByPost}, "2026-10-05", "2028-01-01", false},
		{"any day", "open-ended", "kind: evergreen", by + "ends: any-day, period: 30 days, fee: full", Given{On: termDay("2026-05-01"), Way: contract.InProduct}, "2026-05-01", "2026-06-01", false},
		{"with a month", "open-ended", "kind: evergreen", by + "ends: month-end, period: 30 days, fee: full", Given{On: termDay("2026-05-10"), Way: contract.InProduct}, "2026-05-10", "2026-07-01", false},
		{"a month that is just over", "open-ended", "kind: evergreen", by + "ends: month-end, period: 31 days, fee: full", Given{On: termDay("2026-04-30"), Way: contract.InProduct}, "2026-04-30", "2026-06-01", false},
		{"a later day is asked for", "open-ended", "kind: evergreen", by + "ends: any-day, period: 30 days, fee: full", Given{On: termDay("2026-05-01"), Way: contract.InProduct, Asked: termDay("2026-08-31")}, "2026-05-01", "2026-09-01", false},
		{"it ends by itself first", "12 months", "kind: none", by + "ends: any-day, period: 90 days, fee: full", Given{On: termDay("2026-12-01"), Way: contract.InProduct}, "2026-12-01", "2027-01-01", true},
	} {
		e, err := EffectOf(termAgreed(t, term(c.length, c.renewal, c.notice)), c.given)
		if err != nil || e.Received != termDay(c.received) || e.End != termDay(c.end) || e.ByItself != c.byItself {
			t.Errorf("%s: received %s, end %s, by itself %v, %v; want %s, %s", c.name, e.Received, e.End, e.ByItself, err, c.received, c.end)
		}
		if len(e.Unsaid) != 0 {
			t.Errorf("%s: %q", c.name, e.Unsaid)
		}
	}
}

func TestAContractThatDoesNotSayHowNoticeIsReceived(t *testing.T) {
	a := termAgreed(t, term("12 months", "kind: auto, each: 12 months", "period: 90 days, fee: full"))
	if _, err := EffectOf(a, Given{On: termDay("2026-05-04"), Way: contract.ByEmail}); fault.Code(err) != "notice-received" {
		t.Errorf("got %v", err)
	}
	e, err := EffectOf(a, Given{On: termDay("2026-05-04"), Way: contract.ByEmail, Received: termDay("2026-05-05")})
	if err != nil || e.End != termDay("2026-08-04") || len(e.Unsaid) != 2 {
		t.Errorf("end %s, unsaid %q, %v", e.End, e.Unsaid, err)
	}
}

func TestNoticeThatCannotBeGiven(t *testing.T) {
	a := termAgreed(t, term("12 months", "kind: none", "receipt: {email: 1 working day}, ends: any-day, period: 30 days, fee: full"))
	for want, g := range map[string]Given{
		"given_on notice-day":       {Way: contract.ByEmail},
		"given_on notice-day ":      {On: termDay("2025-12-31"), Way: contract.ByEmail},
		"given_on notice-day  ":     {On: termDay("2027-01-01"), Way: contract.ByEmail},
		"way notice-way":            {On: termDay("2026-05-04"), Way: contract.ByPost},
		"last_day notice-too-early": {On: termDay("2026-05-04"), Way: contract.ByEmail, Asked: termDay("2026-05-10")},
	} {
		_, err := EffectOf(a, g)
		all := fault.All(err)
		if len(all) != 1 || all[0].Field+" "+all[0].Code != strings.TrimRight(want, " ") {
			t.Errorf("%+v: got %v, want %s", g, err, want)
		}
	}
}

func TestFeeDuringNotice(t *testing.T) {
	for fee, want := range map[string][]string{
		"fee: full":                     {"The retainers are owed in full until 31 Jul 2026."},
		"fee: work-only":                {"No retainer is owed on 2 May 2026 – 31 Jul 2026; only work under the other clauses is paid."},
		"fee: ramp, ramp: [75 %, 50 %]": {"75 % of the retainers is owed on 2 May 2026 – 1 Jun 2026.", "50 % of the retainers is owed on 2 Jun 2026 – 31 Jul 2026."},
	} {
		a := termAgreed(t, term("open-ended", "kind: evergreen", "receipt: {hand: 0 days}, ends: month-end, period: 2 months, "+fee))
		e, err := EffectOf(a, Given{On: termDay("2026-05-01"), Way: contract.ByHand})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, e.FeeWords(a.Latest())); diff != "" {
			t.Error(diff)
		}
	}
}

func TestTheStatesOfANotice(t *testing.T) {
	n := Notice{Side: contract.ClientSide}
	if again, err := n.May(Acknowledged, contract.ClientSide); again || fault.Code(err) != "notice-own" {
		t.Errorf("own notice: %v", err)
	}
	n.Deeds = []Deed{{Kind: Acknowledged, Side: contract.AgencySide}, {Kind: Withdrew, Side: contract.ClientSide}}
	if n.State() != NoticeAcknowledged {
		t.Errorf("one side alone withdraws: %s", n.State())
	}
	if again, err := n.May(Withdrew, contract.ClientSide); !again || err != nil {
		t.Errorf("twice: %v %v", again, err)
	}
	n.Deeds = append(n.Deeds, Deed{Kind: Withdrew, Side: contract.AgencySide})
	if n.Stands() {
		t.Error("both have withdrawn it")
	}
}

func TestDatesOfAContract(t *testing.T) {
	say := func(dates []Dated) (out []string) {
		for _, d := range dates {
			out = append(out, d.On.String()+" "+string(d.Kind))
		}
		return out
	}
	auto := termAgreed(t, term("12 months", "kind: auto, each: 12 months, at_most: 2", "period: 90 days, fee: full"))
	want := []string{"2026-10-02 notice-by", "2027-01-01 renews", "2027-10-02 notice-by", "2028-01-01 renews", "2028-12-31 ends", "2029-03-01 tail-ends"}
	if diff := cmp.Diff(want, say(DatesOf("ct_1", auto, nil, termDay("2026-05-01")))); diff != "" {
		t.Error(diff)
	}
	mutual := termAgreed(t, term("12 months", "kind: mutual-written, each: 12 months", "period: 90 days, fee: full"))
	if diff := cmp.Diff([]string{"2026-12-31 lapses", "2027-03-01 tail-ends"}, say(DatesOf("ct_1", mutual, nil, termDay("2026-05-01")))); diff != "" {
		t.Error(diff)
	}
	ended := termAgreed(t, term("12 months", "kind: none", "period: 60 days, fee: ramp, ramp: [75 %, 50 %], received: 2026-05-01")+"  ended: 2026-07-01\n  exit: {retainer_balance: forfeit, settle_within: 45 days}\n")
	want = []string{"2026-05-01 notice-received", "2026-05-02 fee-in-notice", "2026-06-02 fee-in-notice", "2026-06-30 ends", "2026-08-14 settlement-due", "2026-08-29 tail-ends"}
	if diff := cmp.Diff(want, say(DatesOf("ct_1", ended, nil, termDay("2026-05-02")))); diff != "" {
		t.Error(diff)
	}
}

func TestRemindersComeOnceAndTheNearestOnly(t *testing.T) {
	d := []Dated{{Key: "k", Kind: NoticeBy, On: termDay("2026-10-02")}, {Key: "r", Kind: Renews, On: termDay("2026-10-02")}}
	sent := map[int]bool{}
	due := func(on string) (out []int) {
		for _, r := range DueReminders(d, termDay(on), func(_ Dated, before int) bool { return sent[before] }) {
			out = append(out, r.Before)
			sent[r.Before] = true
		}
		return out
	}
	for _, c := range []struct {
		on   string
		want []int
	}{{"2026-08-02", nil}, {"2026-08-03", []int{60}}, {"2026-08-03", nil}, {"2026-09-20", []int{30}}, {"2026-10-01", []int{7}}, {"2026-10-02", []int{0}}, {"2026-10-02", nil}, {"2026-10-03", nil}} {
		if diff := cmp.Diff(c.want, due(c.on)); diff != "" {
			t.Errorf("%s: %s", c.on, diff)
		}
	}
	clear(sent)
	if got := due("2026-09-29"); !cmp.Equal(got, []int{7}) {
		t.Errorf("of several that have come only the nearest is sent, got %v", got)
	}
}

// Whatever the units: notice received by the last day ends an auto-renewing contract with its turn, a day later it does not.
func TestTheLastDayForNoticeIsTheLast(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		period := rapid.SampledFrom([]string{"30 days", "45 days", "90 days", "6 weeks", "10 working days", "1 month", "3 months"}).Draw(rt, "period")
		months := rapid.IntRange(4, 30).Draw(rt, "months")
		a := termAgreed(t, term(fmt.Sprintf("%d months", months), "kind: auto, each: 6 months", "receipt: {hand: 0 days}, ends: term-end, period: "+period+", fee: full"))
		s := StandingOf(a, termDay("2026-01-01"))
		on := s.NoticeBy
		e, err := EffectOf(a, Given{On: on, Way: contract.ByHand})
		if err != nil || e.End != s.Turn.To {
			rt.Fatalf("%s given on %s ends %s, want %s: %v", period, on, e.End, s.Turn.To, err)
		}
		e, err = EffectOf(a, Given{On: on.AddDays(1), Way: contract.ByHand})
		if err != nil || !e.End.After(s.Turn.To) {
			rt.Fatalf("%s given a day after %s still ends %s: %v", period, on, e.End, err)
		}
	})
}
