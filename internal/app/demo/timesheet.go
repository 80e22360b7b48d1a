package demo

import (
	"context"
	"fmt"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	timesheetops "github.com/ofrecord/ofrecord/internal/timesheet/ops"
)

// spendTime lets the team and the specialist enter two weeks of work: the first is approved, the second waits or is still being written.
func (st *story) spendTime(ctx context.Context) error {
	end := timesheet.WeekOf(Last.AddDays(5))
	st.at(Last.AddDays(6), 8)
	hours := timesheetops.Hours{}
	for d := 1; d <= 5; d++ {
		hours.Week[d] = "09:00-12:00, 13:00-18:00"
	}
	team, lead := st.as(access.TeamMember), st.as(access.AccountLead)
	if err := st.Timesheet.SetPerson(ctx, lead, timesheetops.PersonInput{Account: team.Account, Zone: zone.String(), Role: "strategist", Hours: hours}); err != nil {
		return err
	}
	if err := st.Timesheet.Plan(ctx, lead, timesheetops.PlanInput{Account: team.Account, Client: st.client, Week: Last.AddDays(6), Minutes: 20 * 60}); err != nil {
		return err
	}
	for _, e := range []struct {
		role     access.Role
		day      int // before the second week
		minutes  int
		class    timesheet.Class
		category string
		note     string
	}{
		{access.TeamMember, -7, 210, timesheet.Billable, "paid search", "weekly bids and negative keywords"},
		{access.TeamMember, -6, 150, timesheet.Billable, "webinars", "script of the autumn webinar"},
		{access.TeamMember, -5, 90, timesheet.OverServiced, "webinars", "a third round of the script"},
		{access.TeamMember, -4, 60, timesheet.Internal, "", ""},
		{access.SpecialistPartner, -6, 120, timesheet.Billable, "webinars", "recording set-up"},
		{access.TeamMember, -3, 195, timesheet.Billable, "paid search", "landing page test"},
		{access.TeamMember, 0, 180, timesheet.Billable, "paid search", "landing page test"},
		{access.TeamMember, 1, 75, timesheet.Billable, "webinars", "mails to registrants"},
		{access.SpecialistPartner, 0, 240, timesheet.Billable, "webinars", "recording"},
	} {
		in := timesheetops.EntryInput{Day: end.AddDays(e.day), Minutes: e.minutes, What: timesheet.What{Client: st.client, Class: e.class, Category: e.category, Note: e.note}}
		if _, err := st.Timesheet.Enter(ctx, st.as(e.role), in); err != nil {
			return fmt.Errorf("enter time on %s: %w", in.Day, err)
		}
	}
	for _, role := range []access.Role{access.TeamMember, access.SpecialistPartner} {
		if _, err := st.Timesheet.Submit(ctx, st.as(role), end.AddDays(-7)); err != nil {
			return err
		}
	}
	waiting, err := st.Timesheet.Waiting(ctx, lead)
	if err != nil {
		return err
	}
	var seen []timesheetops.Seen
	for _, e := range waiting {
		seen = append(seen, timesheetops.Seen{ID: e.ID, Version: e.Version})
	}
	if _, err := st.Timesheet.Approve(ctx, lead, timesheetops.ApproveInput{Entries: seen}); err != nil {
		return err
	}
	_, err = st.Timesheet.Submit(ctx, st.as(access.SpecialistPartner), end)
	return err
}
