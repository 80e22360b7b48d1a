package ui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ui"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
)

// rivals are an agency with two clients; Acme was promised that competitors in warehouse-robots are not served unless it is cleared so.
func rivals(t *testing.T, clearedBy string) (s *termSite, other string) {
	t.Helper()
	s = newTermSite(t, "")
	s.ops.Contracts.AfterBind, s.ops.Parties.Staffed, s.ops.Parties.Arrived = s.ops.Bound, s.ops.Staffed, s.ops.Arrived
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	zed, err := s.ops.Parties.CreateClient(s.ctx, s.owner, "Cargobots")
	check(err)
	c, err := s.ops.Contracts.Begin(s.ctx, s.owner, s.client, "growth")
	check(err)
	promise := "\nnon_competition:\n  - {category: warehouse-robots, brands: [Acme], markets: [US], unit: agency-brand, tail: none, cool_off: 90 days, cleared_by: " + clearedBy + "}\n\nclauses:\n"
	source := strings.Replace(contract.Template("growth", "Acme", "Northlight", cal.MustDate("2026-01-01")), "\nclauses:\n", promise, 1)
	saved, err := s.ops.Contracts.Save(s.ctx, s.owner, contractops.SaveInput{Contract: c.ID, Source: source})
	check(err)
	v, err := s.ops.Contracts.Propose(s.ctx, s.owner, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision})
	check(err)
	_, err = s.ops.Contracts.Accept(s.ctx, s.executive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide})
	check(err)
	return s, zed.ID
}

func TestAConflictIsFoundThenWaivedByTheClient(t *testing.T) {
	s, _ := rivals(t, "waiver")
	agency, client := s.as(s.owner), s.as(s.executive)

	form := agency.Get(ui.ConflictsPath + "/new")
	bad := agency.Press(form, "/new", "name", "Robohaul", "from", "soon")
	bad.Says(t, 422, "Write the day as 2026-12-31")
	if kept := bad.Find("input[name=name]").AttrOr("value", ""); kept != "Robohaul" {
		t.Errorf("what was typed is gone: %q", kept)
	}
	found := agency.Press(form, "/new", "name", "Robohaul", "categories", "warehouse-robots", "markets", "US", "unit", "office", "from", "2026-09-01")
	found.Says(t, 200, "Robohaul", "waiver required", "Acme", "growth, non-competition, entry 1", "Ask for a waiver")

	ask := agency.Get(found.Find("a[href*='waivers/new']").AttrOr("href", ""))
	if whom := ask.Find("input[name=for]").AttrOr("value", ""); whom != "Robohaul" {
		t.Errorf("the form asks for %q", whom)
	}
	agency.Press(agency.Get(ui.ConflictsPath+"/waivers/new"), "/new").Says(t, 422, "Choose the client.", "Say how near", "Give the first day.", "Write what the client is to know")
	days := []string{"markets", "US", "unit", "office", "from", "2026-09-01", "until", "2026-12-31"}
	agency.Press(ask, "/new", append(days, "words", "Robohaul makes robots.")...).Says(t, 422, "Robohaul")
	asked := agency.Press(ask, "/new", append(days, "words", "A maker of robots for small shops, served by another office.")...)
	asked.Says(t, 200, "A maker of robots for small shops")

	waivers := client.Get(ui.WaiversPath(s.client))
	waivers.Says(t, 200, "A maker of robots for small shops")
	if strings.Contains(waivers.Body, "Robohaul") {
		t.Error("the client reads whom the agency courts")
	}
	answer := client.Get(waivers.Find("a[href*='/waivers/']").AttrOr("href", ""))
	answer.Says(t, 200, "Your answer stays in the record", "31 Dec 2026")
	path := answer.Path[strings.LastIndex(answer.Path, "/"):]
	client.Press(answer, path, "reason", "").Says(t, 422, "Choose an answer")
	client.Press(answer, path, "answer", "refused", "reason", "").Says(t, 422, "Why")
	s.now = s.now.Add(time.Minute)
	client.Press(answer, path, "answer", "given").Says(t, 200, "given")
	client.Press(answer, path, "answer", "refused", "reason", "Changed our minds.").Says(t, 409)
	s.as(s.finance).Get(answer.Path).Says(t, 403)

	agency.Get(ui.ConflictsPath).Says(t, 200, "Robohaul", "clear")
	client.Get(ui.ConflictsPath).Says(t, 403)
}

func TestAConflictIsSettledWithAReason(t *testing.T) {
	s, _ := rivals(t, "nothing")
	agency := s.as(s.owner)
	found := agency.Press(agency.Get(ui.ConflictsPath+"/new"), "/new", "name", "Robohaul", "categories", "warehouse-robots", "unit", "team", "from", "2026-09-01")
	found.Says(t, 200, "blocked", "Acme")
	agency.Press(found, "/settle", "reason", "").Says(t, 422)
	agency.Press(found, "/settle", "reason", "We turned the pitch down.").Says(t, 200, "Settled by Olga Owner: We turned the pitch down.")
}

func TestAWallIsBuiltInForms(t *testing.T) {
	s, other := rivals(t, "wall")
	lead, err := s.ops.Parties.Invite(s.ctx, s.owner, partyops.InviteInput{Org: s.owner.Memberships[0].Org, Role: access.AccountLead, Name: "Lena Lead", Email: "lena@northlight.example"})
	if err != nil {
		t.Fatal(err)
	}
	agency := s.as(s.owner)
	sides := agency.Press(agency.Get(ui.ConflictsPath+"/walls/new"), "/new", "one", s.client, "other", other, "reason", "They compete.")
	sides.Says(t, 200, "Lena Lead", "Sees both")
	agency.Press(sides, "/new", "one", s.client, "other", other, "side-"+s.owner.Account, engagement.Keeper).Says(t, 422, "Lena Lead")
	wall := agency.Press(sides, "/new", "one", s.client, "other", other, "side-"+s.owner.Account, engagement.Keeper, "side-"+lead.Account, s.client)
	wall.Says(t, 200, "Acme and Cargobots", "stands", "Lena Lead", "They compete.")

	behind, err := s.ops.Parties.ActorOf(s.ctx, lead.Account, s.owner.Workspace)
	if err != nil {
		t.Fatal(err)
	}
	s.as(behind).Get(ui.Path(s.client)).Says(t, 200, "Acme")
	s.as(behind).Get(ui.Path(other)).Says(t, 404)

	end := agency.Get(wall.Path + "/end")
	agency.Press(end, "/end", "reason", "").Says(t, 422)
	agency.Press(end, "/end", "reason", "Acme has left.").Says(t, 200, "Ended by Olga Owner: Acme has left.")
}
