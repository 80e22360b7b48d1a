package contract

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

func termed(t *testing.T, start string, edits ...string) Terms {
	t.Helper()
	return parsed(t, edited(t, closed(t), append([]string{"start: 2026-01-01", "start: " + start, "effective: 2026-01-01", "effective: " + start,
		"ends: any-day, ", "", "kind: auto, at_most: 2, each: 12 months", "kind: auto, at_most: 3, each: 1 month"}, edits...)))
}

// The worked row of the anchor day: 31 Jan, 29 Feb, 31 Mar, 30 Apr; counting on from the day before would drift to 29 Mar and 29 Apr.
func TestATermOfThe31stDoesNotDrift(t *testing.T) {
	terms := termed(t, "2028-01-31", "length: 12 months", "length: 1 month", "period: 45 days", "period: 5 days")
	for k, want := range []string{"2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31"} {
		turn, ok := terms.Turn(k)
		if !ok || turn.To.String() != want {
			t.Errorf("turn %d ends before %s, want %s", k, turn.To, want)
		}
	}
	if end, _ := terms.End(); end.String() != "2028-05-31" {
		t.Errorf("ends before %s", end)
	}
	if _, more := terms.Turn(4); more {
		t.Error("a fourth renewal of at most three")
	}
}

func TestTheTurnThatADayIsIn(t *testing.T) {
	terms := termed(t, "2026-01-01", "length: 12 months", "length: 1 month", "period: 45 days", "period: 5 days")
	for day, want := range map[string]int{"2025-12-01": 0, "2026-01-31": 0, "2026-02-01": 1, "2026-04-30": 3, "2027-01-01": 3} {
		if k, _, ok := terms.TurnOn(cal.MustDate(day)); !ok || k != want {
			t.Errorf("%s is in turn %d, want %d", day, k, want)
		}
	}
	evergreen := parsed(t, edited(t, closed(t), []string{"kind: auto, at_most: 2, each: 12 months", "kind: evergreen", "length: 12 months", "length: open-ended"}))
	if _, _, ok := evergreen.TurnOn(cal.MustDate("2026-05-01")); ok {
		t.Error("an open end has no turn")
	}
}

// 25 Dec 2026 is a Friday within the days off 24 Dec to 1 Jan; 4 Jan 2027 is the Monday after.
func TestWhenNoticeCountsAsReceived(t *testing.T) {
	terms := parsed(t, edited(t, closed(t), []string{"receipt: {email: 1 working day, post: 3 working days}", "receipt: {email: 0 working days, post: 3 working days, hand: 0 days}"}))
	for _, c := range []struct{ way, given, want string }{
		{"email", "2026-09-30", "2026-09-30"},
		{"email", "2026-12-25", "2027-01-04"},
		{"hand", "2026-12-25", "2026-12-25"},
		{"post", "2026-12-23", "2027-01-06"},
	} {
		if got, ok := terms.ReceivedOn(Way(c.way), cal.MustDate(c.given)); !ok || got.String() != c.want {
			t.Errorf("%s of %s is received on %s, want %s", c.way, c.given, got, c.want)
		}
	}
	if _, ok := terms.ReceivedOn(ByCourier, cal.MustDate("2026-09-30")); ok {
		t.Error("a courier is not named")
	}
	if all := said(terms); !strings.Contains(all, "by e-mail, on the same day or the next working day; by registered post, 3 working days after it was given; by hand, on the same day.") {
		t.Error(all)
	}
}

func TestWhatAReceiptCannotSay(t *testing.T) {
	for want, edits := range map[string][]string{
		"no way of giving notice":  {"receipt: {email: 1 working day, post: 3 working days}", "receipt: {}"},
		"no term with whose end":   {"ends: any-day", "ends: term-end", "kind: auto, at_most: 2, each: 12 months", "kind: evergreen"},
		"write one of any-day, mo": {"ends: any-day", "ends: never"},
	} {
		_, err := Parse([]byte(edited(t, closed(t), edits)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestTheAmendmentThatEndsOrRenews(t *testing.T) {
	source := closed(t)
	day := cal.MustDate
	text, ok := EndingText(source, 2, day("2026-07-01"), day("2026-06-30"), day("2026-08-15"))
	if !ok {
		t.Fatal("no amendment")
	}
	terms := parsed(t, text)
	if terms.Version != 2 || terms.Term.Notice.Received != day("2026-06-30") || terms.Term.Ended != day("2026-08-15") {
		t.Errorf("%+v", terms.Term)
	}
	changed := []string{}
	for _, c := range Compare(parsed(t, source), terms) {
		changed = append(changed, c.Path)
	}
	if got := strings.Join(changed, " "); got != "effective term.notice.received term.ended" {
		t.Errorf("changes %s", got)
	}
	again, ok := EndingText(text, 3, day("2026-07-02"), day("2026-07-01"), day("2026-08-16"))
	if terms := parsed(t, again); !ok || terms.Term.Ended != day("2026-08-16") {
		t.Errorf("an ended text ends otherwise: %+v", terms.Term)
	}
	renewed, ok := RenewalText(source, 2, day("2026-12-01"), cal.Span{N: 24, Unit: cal.Months})
	if terms := parsed(t, renewed); !ok || terms.Term.Length.String() != "24 months" {
		t.Errorf("%+v", terms.Term)
	}
	if length, ok := terms.Renewed(); !ok || length.String() != "24 months" {
		t.Errorf("renewed for %s", length)
	}
}
