package work

import (
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func TestInstantsAreOneOrNone(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"2026-03-02 09:00":          "2026-03-02T09:00:00+01:00",
		"2026-03-02T09:00:00Z":      "2026-03-02T09:00:00Z",
		"2026-03-29 01:59":          "2026-03-29T01:59:00+01:00",
		"2026-03-29 03:00":          "2026-03-29T03:00:00+02:00",
		"2026-10-25 01:59":          "2026-10-25T01:59:00+02:00",
		"2026-10-25 03:00":          "2026-10-25T03:00:00+01:00",
		"2026-10-25T02:30:00+01:00": "2026-10-25T02:30:00+01:00",
	} {
		if got, err := Instant(text, berlin); err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%s is %s, %v", text, got.Format(time.RFC3339), err)
		}
	}
	for text, code := range map[string]string{"2026-03-29 02:30": "instant-skipped", "2026-10-25 02:30": "instant-twice", "": "instant", "soon": "instant", "2026-02-30 09:00": "instant", "02/03/2026": "instant"} {
		if _, err := Instant(text, berlin); fault.Code(err) != code {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestEventsAreRead(t *testing.T) {
	logs, err := ReadEvents([]byte("\ufeffRequest,at,event,priority,on,note\r\nA,2026-03-02 09:00,opened,normal,,\"a,\nb\"\r\n\r\nB,2026-03-02T08:00:00Z,opened,urgent,,\nA,2026-03-02 10:00,waiting,,client,\n"), time.UTC)
	if err != nil || len(logs) != 2 || logs[0].Request != "A" || len(logs[0].Events) != 2 || logs[0].Events[1].On != OnClient || len(logs[1].Events) != 1 {
		t.Fatalf("%v, %v", logs, err)
	}
	for text, want := range map[string]string{
		"":                                  "begin it with the line at,event,priority,on",
		"at\n":                              "line 1, column 1: the file has no column event",
		"at,at,event\n":                     "line 1, column 2: the column at stands in the file twice",
		"at,event\n2026-03-02 09:00,\"open": "is no row of a table",
		"at,event,priority,on\n2026-03-02 09:00,opened,low\n2026-03-02 10:00,delivered\n2026-03-02 11:00,waiting,,specialist\n": "line 4, column 4: on: waiting specialist at 2026-03-02T11:00:00Z, and a version waits for the client's word",
		"at,event,priority\n2026-03-02 09:00,opened,soon\n":                                                                     `line 2, column 3: priority: "soon" is no priority`,
		"at,event,priority\n2026-03-02 09:00,opened,low\n2026-03-01 09:00,responded,\nx,responded,\n":                           "line 3, column 1: at: responded at 2026-03-01T09:00:00Z comes before",
	} {
		_, err := ReadEvents([]byte(text), time.UTC)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzReadEvents: whatever the bytes, they are read or refused, and what is read can be computed.
func FuzzReadEvents(f *testing.F) {
	f.Add([]byte("at,event,priority,on\n2026-03-02 09:00,opened,normal,\n2026-03-02 10:00,delivered,,\n"))
	f.Add([]byte("request,at,event\na,2026-03-02T09:00:00Z,opened\n"))
	l := levels(f, "America/New_York", "09:00-17:00")
	f.Fuzz(func(t *testing.T, data []byte) {
		logs, err := ReadEvents(data, l.Hours.Zone)
		if err != nil {
			return
		}
		for _, log := range logs {
			if len(log.Events) == 0 || log.Events[len(log.Events)-1].At.Sub(log.Events[0].At) > 10*366*24*time.Hour {
				continue
			}
			x, err := ClocksOf(l, log.Events, log.Events[len(log.Events)-1].At)
			if err != nil {
				t.Fatal(err)
			}
			x.Tell(log.Request, nil, x.at)
		}
	})
}
