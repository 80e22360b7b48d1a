package ui

import (
	"bytes"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

var at = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

func dated(on, words string) engagement.Dated {
	return engagement.Dated{Key: "ct_1/notice-by/0", Contract: "ct_1", Kind: engagement.NoticeBy, On: cal.MustDate(on), Title: "Last day for notice", Words: words}
}

// What is written is read back: the words with their commas, semicolons, line breaks and letters beyond ASCII, and the whole day.
func TestACalendarIsReadBack(t *testing.T) {
	words := "Notice of 90 days; otherwise, it renews.\nSo sagt es der Vertrag: \\ für ein Jahr – " + strings.Repeat("länger ", 40)
	written := calendarOf([]engagement.Dated{dated("2026-12-31", words)}, map[string]string{"ct_1": "growth; acme, inc"}, at)
	c, err := ics.ParseCalendar(bytes.NewReader(written))
	if err != nil {
		t.Fatal(err)
	}
	events := c.Events()
	if len(events) != 1 {
		t.Fatalf("%d events", len(events))
	}
	value := func(p ics.ComponentProperty) string { return events[0].GetProperty(p).Value }
	if got := ics.FromText(value(ics.ComponentPropertyDescription)); got != words {
		t.Errorf("description %q", got)
	}
	if got := ics.FromText(value(ics.ComponentPropertySummary)); got != "growth; acme, inc: Last day for notice" {
		t.Errorf("summary %q", got)
	}
	if from, to := value(ics.ComponentPropertyDtStart), value(ics.ComponentPropertyDtEnd); from != "20261231" || to != "20270101" {
		t.Errorf("from %s to %s", from, to)
	}
}

// RFC 5545 wants lines of at most 75 octets, each ended by CR and LF, and a UID that stays while the day moves.
func TestTheFormOfACalendar(t *testing.T) {
	written := calendarOf([]engagement.Dated{dated("2026-12-31", strings.Repeat("für ", 100))}, nil, at)
	for line := range strings.SplitSeq(strings.TrimSuffix(string(written), "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("%d octets: %q", len(line), line)
		}
	}
	uid := func(d engagement.Dated) string {
		c, err := ics.ParseCalendar(bytes.NewReader(calendarOf([]engagement.Dated{d}, nil, at)))
		if err != nil {
			t.Fatal(err)
		}
		return c.Events()[0].Id()
	}
	if uid(dated("2026-12-31", "a")) != uid(dated("2027-01-31", "b")) {
		t.Error("the UID moves with the day")
	}
	other := dated("2026-12-31", "a")
	other.Key = "ct_1/notice-by/1"
	if uid(other) == uid(dated("2026-12-31", "a")) {
		t.Error("two events share a UID")
	}
	empty := string(calendarOf(nil, nil, at))
	for _, want := range []string{"BEGIN:VCALENDAR\r\n", "VERSION:2.0\r\n", "PRODID:", "END:VCALENDAR\r\n"} {
		if !strings.Contains(empty, want) {
			t.Errorf("%q is missing in %q", want, empty)
		}
	}
}
