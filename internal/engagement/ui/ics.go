package ui

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// calendarOf are dated events as a calendar after RFC 5545: whole days, each with a UID that stays while its day moves. It names contracts, no person.
func calendarOf(dates []engagement.Dated, names map[string]string, now time.Time) []byte {
	c := ics.NewCalendar()
	c.SetMethod(ics.MethodPublish)
	c.SetProductId("-//Ofrecord//Dates of contracts//EN")
	c.SetName("Ofrecord: dates of contracts")
	c.SetXWRCalName("Ofrecord: dates of contracts")
	c.SetRefreshInterval("PT6H")
	for _, d := range dates {
		sum := sha256.Sum256([]byte(d.Key))
		e := c.AddEvent(hex.EncodeToString(sum[:16]) + "@ofrecord")
		e.SetDtStampTime(now)
		e.SetAllDayStartAt(midnight(d.On))
		e.SetAllDayEndAt(midnight(d.On.AddDays(1)))
		title := d.Title
		if name := names[d.Contract]; name != "" {
			title = name + ": " + title
		}
		e.SetSummary(title)
		e.SetDescription(d.Words)
		e.SetTimeTransparency(ics.TransparencyTransparent)
	}
	return []byte(c.Serialize(ics.WithNewLineWindows))
}

func midnight(d cal.Date) time.Time { return d.Start(time.UTC) }
