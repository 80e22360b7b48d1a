package ui_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
)

func TestInvitingChangingAndEndingARole(t *testing.T) {
	s := newSite(t)
	b := s.browser().signedIn()
	list := "/clients/" + s.acme.ID + "/people"
	a := b.get(list + "/invite")
	a.says(t, 200, "Invite a person", "Client executive at Acme Robotics", "Account lead at Northlight")
	if strings.Contains(a.text, "Bolt") {
		t.Error("offers another client's roles")
	}
	b.post(list+"/invite", "email", "x", "name", "", "role", "").says(t, http.StatusUnprocessableEntity, "Choose a role")
	a = b.post(list+"/invite", "email", "x", "name", "", "role", "client-sales@"+s.acme.ID)
	a.says(t, http.StatusUnprocessableEntity, "name@example.com", "Give a name")
	a = b.post(list+"/invite", "email", "sal@acme.example", "name", "Sal Sales", "role", "client-sales@"+s.acme.ID, "until", "2098-12-31")
	a.says(t, 200, "The invitation to sal@acme.example is on its way", "Sal Sales", "invited")
	s.linkFor("sal@acme.example")

	row := a.Find("tr:contains('Sal Sales')")
	role := row.Find("a:contains('Change role')").AttrOr("href", "")
	b.get(role).says(t, 200, "Role of Sal Sales")
	b.post(role, "role", "client-sales").says(t, http.StatusConflict, "already")
	a = b.post(role, "role", "client-product")
	a.says(t, 200, "The role is Client product from now on")
	b.post(role, "role", "client-sales").says(t, http.StatusConflict, "ended meanwhile")

	end := a.Find("tr:contains('Sal Sales') a:contains('End')").AttrOr("href", "")
	b.get(end).says(t, 200, "End the role of Sal Sales", "What follows")
	a = b.post(end)
	a.says(t, 200, "The role has ended")
	if a.Find("tr:contains('Sal Sales')").Length() != 0 {
		t.Error("still in the list")
	}
	b.get(list+"/"+"mem_none/role").says(t, http.StatusNotFound)
}

func TestTheLastOwnerIsToldWhy(t *testing.T) {
	s := newSite(t)
	b := s.browser().signedIn()
	a := b.post("/people/" + s.owner.Memberships[0].ID + "/end")
	a.says(t, http.StatusConflict, "only owner left")
	a = b.post("/people/"+s.owner.Memberships[0].ID+"/role", "role", "account-lead")
	a.says(t, http.StatusConflict, "only owner left")
}

func TestAClientSeesItsOwnPeopleOnly(t *testing.T) {
	s := newSite(t)
	b := s.browser().byLink("fin@acme.example")
	a := b.get("/clients/" + s.acme.ID + "/people")
	a.says(t, 200, "Finn Finance", "Olga Owner")
	if a.Find("main a:contains('Invite'), main a:contains('End')").Length() != 0 {
		t.Error("offers what finance may not do")
	}
	b.get("/clients/"+s.acme.ID+"/people/invite").says(t, http.StatusForbidden, "may invite people")
	for _, path := range []string{"/people", "/people/invite", "/clients/new", "/organisations/new", "/record"} {
		b.get(path).says(t, http.StatusForbidden)
	}
	for _, path := range []string{"/people", "/people/invite", "/record"} {
		b.get("/clients/"+s.bolt.ID+path).says(t, http.StatusNotFound)
	}
	b.post("/clients/"+s.acme.ID+"/people/"+s.owner.Memberships[0].ID+"/end").says(t, http.StatusForbidden)
	b.post("/clients/"+s.acme.ID+"/people/invite", "email", "x@acme.example", "name", "X", "role", "client-sales@"+s.acme.ID).says(t, http.StatusForbidden)
}

func TestAddingAClientAndAnOrganisation(t *testing.T) {
	s := newSite(t)
	b := s.browser().signedIn()
	b.get("/clients/new").says(t, 200, "Add a client")
	a := b.post("/clients/new", "name", "bolt")
	a.says(t, http.StatusConflict, "already")
	if a.Find("input[name=name]").AttrOr("value", "") != "bolt" {
		t.Error("the input was lost")
	}
	a = b.post("/clients/new", "name", "Cobalt <b>")
	a.says(t, 200, "Cobalt <b> is a client now")
	if strings.Contains(a.text, "<b>") {
		t.Error("the name is not escaped")
	}
	b.post("/organisations/new", "kind", "agency", "name", "X").says(t, http.StatusUnprocessableEntity, "specialist or vendor")
	b.post("/organisations/new", "kind", "specialist", "name", "Searchers").says(t, 200, "Searchers is added")
	b.get("/clients/"+s.acme.ID+"/people/invite").says(t, 200, "Specialist at Searchers")
}

func TestTheRecordOnItsPages(t *testing.T) {
	s := newSite(t)
	b := s.browser().signedIn()
	a := b.get("/record")
	a.says(t, 200, "opened the workspace of Northlight", "added the client Bolt", "invited Finn Finance as client finance at Acme Robotics", "signed in by password")
	if got := b.get("/record?action=people.invite").Find("tbody > tr:not(.below)").Length(); got < 1 {
		t.Errorf("%d rows", got)
	}
	a = b.get("/record?person=acc_none")
	a.says(t, 200, "Nothing fits")
	a = b.get("/record/verify")
	a.says(t, 200, "The record holds", "Your receipt")
	receipt := a.Find("main code.hash").First().Text()
	b.get("/record/verify?receipt="+receipt).says(t, 200, "it holds your receipt")
	b.get("/record/verify?receipt=1:"+strings.Repeat("a", 64)).says(t, 200, "does not hold", "not the entry that was noted")
	b.get("/record/verify?receipt=x").says(t, http.StatusUnprocessableEntity, "Copy the whole receipt")

	csv := b.get("/record?format=csv")
	if !strings.HasPrefix(csv.text, "number,at_utc,person") || strings.Count(csv.text, "\n") < 5 || !strings.Contains(csv.header.Get("Content-Disposition"), "record.csv") {
		t.Errorf("got %s", csv.text)
	}

	client := s.browser().byLink("fin@acme.example")
	at := "/clients/" + s.acme.ID + "/record"
	a = client.get(at)
	a.says(t, 200, "added the client Acme Robotics", "invited Finn Finance")
	for _, secret := range []string{"Bolt", "opened the workspace", "signed in by"} {
		if strings.Contains(a.text, secret) {
			t.Errorf("a client reads %q", secret)
		}
	}
	client.get(at+"/verify").says(t, 200, "The record holds")
	chain := client.get(at + "/chain").text
	if strings.Contains(chain, "Bolt") || !strings.Contains(chain, `"stub":true`) || !strings.Contains(chain, "Acme") {
		t.Errorf("got %s", chain)
	}
}

func TestASpecialistFindsNoPeopleAndNoRecord(t *testing.T) {
	s := newSite(t)
	org, err := s.ops.CreateOrg(s.ctx, s.owner, access.Specialist, "Searchers")
	s.must(err)
	b := s.browser().signedIn()
	b.post("/clients/"+s.acme.ID+"/people/invite", "email", "pat@searchers.example", "name", "Pat", "role", "specialist@"+org.ID).says(t, 200, "Pat")
	pat := s.browser().byLink("pat@searchers.example")
	for _, path := range []string{"/people", "/record", "/record/verify", "/record/chain", "/clients/" + s.acme.ID + "/people", "/clients/" + s.acme.ID + "/record"} {
		if got := pat.get(path).status; got != http.StatusForbidden && got != http.StatusNotFound {
			t.Errorf("%s: %d", path, got)
		}
	}
	pat.get("/account").says(t, 200, "Specialist at Searchers")
}
