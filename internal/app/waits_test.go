package app

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	engagementops "github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	portfolioops "github.com/ofrecord/ofrecord/internal/portfolio/ops"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	timesheetops "github.com/ofrecord/ofrecord/internal/timesheet/ops"
)

// What waits of the relationship and the daily work stands in the portfolio, with whom it waits on; nobody is told of what they do not see.
func TestTheDailyWorkStandsInThePortfolio(t *testing.T) {
	for engine, database := range map[string]func(testing.TB) string{db.SQLite: dbtest.SQLiteURL, db.Postgres: dbtest.PostgresURL} {
		t.Run(engine, func(t *testing.T) {
			o := newOffice(t, database(t), hoursContract)
			o.on("2026-01-28")
			need(o.Timesheet.Enter(o.ctx, o.member, timesheetops.EntryInput{Day: cal.MustDate("2026-01-27"), Minutes: 90, What: timesheet.What{Client: o.client, Class: timesheet.Billable}}))(t)
			need(o.Timesheet.Submit(o.ctx, o.member, cal.MustDate("2026-01-27")))(t)
			given := engagement.Given{On: cal.MustDate("2026-01-28"), Way: contract.ByEmail, Received: cal.MustDate("2026-01-28")}
			need(o.Engagement.GiveNotice(o.ctx, o.executive, engagementops.NoticeInput{Client: o.client, Contract: o.contract, Given: given}))(t)
			portfolio := &portfolioops.Service{Now: o.Now, Party: o.Party, Contracts: o.Contracts, CRM: o.CRM, Fees: o.Fees, Billing: o.Billing, Daily: o.waitsOf}
			words := func(who access.Actor) string {
				card := need(portfolio.Overview(o.ctx, who, o.client))(t)
				var out []string
				for _, told := range card.Daily.Told {
					out = append(out, told.Title+": "+told.Words)
				}
				for _, w := range card.Daily.Waits {
					out = append(out, string(w.On)+": "+w.What)
				}
				return strings.Join(out, "\n")
			}
			const acknowledge, approve = "agency: Acknowledge the notice of hours", "agency: Approve 1:30 of time that 1 person submitted"
			for _, c := range []struct {
				who       access.Actor
				see, hide []string
			}{{o.owner, []string{acknowledge, approve, "Notice was given"}, nil}, {o.executive, []string{acknowledge, "Notice was given"}, []string{"of time that"}}, {o.member, nil, []string{"of time that"}}} {
				got := words(c.who)
				for _, want := range c.see {
					if !strings.Contains(got, want) {
						t.Errorf("%s does not see %q in %q", c.who.Name, want, got)
					}
				}
				for _, secret := range c.hide {
					if strings.Contains(got, secret) {
						t.Errorf("%s sees %q in %q", c.who.Name, secret, got)
					}
				}
			}
		})
	}
}

// The end of a day is the contract's, also for somebody who may not read the contract, and only whoever may do something is told that it waits on them.
func TestTheDemoTellsEverybodyTheSameDay(t *testing.T) {
	p, made := demoProgram(t)
	const version, answer, pay = "Say what you think of version", "Answer R-", "Pay INV-"
	days, server := map[string]string{}, p.server()
	for _, persona := range made.Personas {
		r := httptest.NewRequest(http.MethodGet, "/clients/"+made.Client, nil)
		r.Header.Set("Authorization", "Bearer "+p.tokenOf(t, persona.Role, made.Personas))
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		page := w.Body.String()
		for what, may := range map[string][]access.Role{version: {access.ClientExecutive, access.ClientFinance, access.ClientSales, access.ClientProduct},
			answer: {access.ClientExecutive, access.ClientFinance, access.ClientSales, access.ClientProduct}, pay: {access.ClientExecutive, access.ClientFinance}} {
			row := rowOf(page, what)
			if row == "" {
				continue
			}
			if you := strings.Contains(row, "(you)"); you != slices.Contains(may, persona.Role) {
				t.Errorf("%s reads (you) %t beside %q", persona.Role, you, what)
			}
			if what == version {
				days[row[strings.Index(row, "<time"):strings.Index(row, "</time>")]] += string(persona.Role) + " "
			}
		}
	}
	if len(days) != 1 {
		t.Errorf("the day is not the same for everybody: %v", days)
	}
}

// rowOf is the first row of a table in which words stand; empty: none.
func rowOf(page, words string) string {
	for _, row := range strings.Split(page, "<tr") {
		if strings.Contains(row, words) {
			return row
		}
	}
	return ""
}
