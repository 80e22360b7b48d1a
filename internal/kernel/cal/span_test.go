package cal

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"pgregory.net/rapid"
)

func span(text string) Span {
	s, err := ParseSpan(text)
	if err != nil {
		panic(err)
	}
	return s
}

func TestSpanTexts(t *testing.T) {
	for text, want := range map[string]string{
		"90 days": "90 days", "1 month": "1 month", "1 months": "1 month", "3 month": "3 months", " 5  business days ": "5 working days", "1 working day": "1 working day",
		"48 Hours": "48 hours", "0 days": "0 days", "2 weeks": "2 weeks", "1 year": "1 year", "30 minutes": "30 minutes",
	} {
		if s, err := ParseSpan(text); err != nil || s.String() != want {
			t.Errorf("%q reads %q, %v", text, s, err)
		}
	}
	for _, bad := range []string{"", "90", "days", "90days", "ninety days", "-3 days", "1.5 months", "90 fortnights", "90 days or so", "100001 days", "5 working hours"} {
		if s, err := ParseSpan(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q reads %q, %v; want a refusal", bad, s, err)
		}
	}
}

func TestLastDayToGiveNotice(t *testing.T) {
	end := MustDate("2026-12-31")
	for text, want := range map[string]string{"90 days": "2026-10-02", "3 months": "2026-09-30", "1 year": "2025-12-31", "2 weeks": "2026-12-17"} {
		if got := span(text).Before(end, WorkCalendar{}); got.String() != want {
			t.Errorf("%s before %s is %s, want %s", text, end, got, want)
		}
	}
	if got := span("1 month").After(MustDate("2028-01-31"), WorkCalendar{}); got.String() != "2028-02-29" {
		t.Error(got)
	}
	if got := span("1 year").After(MustDate("2028-02-29"), WorkCalendar{}); got.String() != "2029-02-28" {
		t.Error(got)
	}
}

func TestExactSpans(t *testing.T) {
	for text, want := range map[string]time.Duration{"48 hours": 48 * time.Hour, "30 minutes": 30 * time.Minute, "100000 hours": 100_000 * time.Hour} {
		if got, ok := span(text).Duration(); !ok || got != want {
			t.Errorf("%s lasts %s", text, got)
		}
	}
	for _, text := range []string{"1 day", "1 week", "1 month", "1 year", "1 working day"} {
		if got, ok := span(text).Duration(); ok {
			t.Errorf("%s lasts %s whatever the date", text, got)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("hours have no place among dates")
		}
	}()
	span("1 hour").After(MustDate("2026-01-01"), WorkCalendar{})
}

func TestSpansReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Span{rapid.IntRange(0, 100_000).Draw(t, "n"), rapid.SampledFrom([]Unit{Minutes, Hours, Days, WorkingDays, Weeks, Months, Years}).Draw(t, "unit")}
		var back Span
		text, err := json.Marshal(s)
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if err != nil || back != s || back.IsZero() {
			t.Fatalf("%s reads %v, %v", text, back, err)
		}
	})
	s := span("1 day")
	if err := json.Unmarshal([]byte(`""`), &s); err != nil || !s.IsZero() || s.String() != "" {
		t.Error("the empty text is no span")
	}
	if json.Unmarshal([]byte(`"soon"`), &s) == nil || json.Unmarshal([]byte(`90`), &s) == nil {
		t.Error("a span is a text with its unit")
	}
}

func FuzzParseSpan(f *testing.F) {
	for _, s := range []string{"90 days", "1 month", "5 business days", "+5 days", "0 dayss", " 7\tweeks"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSpan(text)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if back, err := ParseSpan(s.String()); err != nil || back != s || s.N < 0 {
			t.Fatalf("%q reads %q, which reads %v, %v", text, s, back, err)
		}
	})
}
