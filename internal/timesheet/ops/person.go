package ops

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Hours are a person's working hours as people write them.
type Hours struct {
	Week   [7]string `json:"week"`             // by time.Weekday: "09:00-12:00, 13:00-17:00"; empty: not worked
	Closed []string  `json:"closed,omitempty"` // holidays and closures: "2026-12-25"
}

// personOf is how a person stands in timesheets; the first time it is written down. Of two people of the same name the second gets a number, for time is
// rounded by person.
func personOf(ctx context.Context, tx bun.Tx, account, name string) (personRow, error) {
	var row personRow
	err := tx.NewSelect().Model(&row).Where("account_id = ?", account).Scan(ctx)
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return row, err
	}
	row = personRow{AccountID: account, Name: name}
	for n := 2; ; n++ {
		taken, err := tx.NewSelect().Model((*personRow)(nil)).Where("name = ?", row.Name).Exists(ctx)
		if err != nil {
			return row, err
		}
		if !taken {
			break
		}
		row.Name = fmt.Sprintf("%s (%d)", name, n)
	}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return row, err
}

// workHours are the person's hours; nil when nobody stated them.
func (r personRow) workHours() *cal.WorkHours {
	h := r.hours()
	if h == nil {
		return nil
	}
	w, err := h.read(r.Zone)
	if err != nil {
		return nil
	}
	return &w
}

var weekdays = [7]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// read makes hours of what is written. Faults: Invalid at the days' names, "closed" or "zone".
func (h Hours) read(zone string) (cal.WorkHours, error) {
	var faults fault.List
	w := cal.WorkHours{Days: map[cal.Date][]cal.Shift{}}
	var err error
	if w.Zone, err = cal.Zone(zone); err != nil {
		faults.Add(fault.New(fault.Invalid, "zone", "%q is not a time zone; write one such as Europe/Berlin.", zone).At("zone"))
	}
	for i, text := range h.Week {
		if strings.TrimSpace(text) == "" {
			continue
		}
		if w.Week[i], err = cal.ParseShifts(text); err != nil {
			faults.Add(fault.New(fault.Invalid, "shift", "Write the hours as 09:00-12:00, 13:00-17:30, or leave them empty.").At(weekdays[i]))
		}
	}
	for _, text := range h.Closed {
		d, err := cal.ParseDate(strings.TrimSpace(text))
		if err != nil {
			faults.Add(fault.New(fault.Invalid, "day", "%q is no day; write days as 2026-12-25, separated by commas.", text).At("closed"))
			continue
		}
		w.Days[d] = nil
	}
	if err := faults.Err(); err != nil {
		return w, err
	}
	if err := w.Check(); err != nil {
		return w, fault.New(fault.Invalid, "work-hours", "At least one day of the week needs working hours, such as 09:00-17:00.").At(weekdays[time.Monday])
	}
	return w, nil
}

// scopeOf says for which organisation the actor enters time for a client: "" for the agency, else the specialist. Without a client it is the agency's own time.
// Faults: those of access.
func scopeOf(actor access.Actor, client string) (provider string, err error) {
	if client == "" {
		for _, m := range actor.Memberships {
			if m.OrgKind == access.Agency && access.GrantOf(m.Role, access.TimeOwn) != access.Never {
				return "", access.Require(actor, access.TimeOwn, access.Scope{})
			}
		}
		return "", fault.New(fault.Invalid, "client-missing", "Choose the client that the time is for.").At("client")
	}
	if access.Decide(actor, access.TimeEnter, access.Of(client)).Allowed {
		return "", nil
	}
	for _, m := range actor.Memberships {
		if m.OrgKind == access.Specialist && access.Decide(actor, access.TimeEnter, access.Scope{Client: client, Provider: m.Org}).Allowed {
			return m.Org, nil
		}
	}
	return "", access.Require(actor, access.TimeEnter, access.Of(client))
}

// hours are the person's hours as they were written; nil when nobody stated them.
func (r personRow) hours() *Hours {
	var h Hours
	if r.Hours == "" || json.Unmarshal([]byte(r.Hours), &h) != nil {
		return nil
	}
	return &h
}
