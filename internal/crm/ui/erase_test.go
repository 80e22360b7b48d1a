package ui_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Whoever erases sees first whom: nothing is erased before it is confirmed, and a contact that is not there is said at its field.
func TestErasingIsAskedTwice(t *testing.T) {
	s := newSite(t)
	s.take("contacts.csv", "contact_id,company_id,email,name,merged_ids\np1,c1,ann@boreal.example,Ann Howe,p9\np9,c1,ann.howe@boreal.example,A. Howe,\n")
	if p := s.post(at+"/erase", url.Values{"contact": {"p7"}, "reason": {"request of 3 March"}}); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(), "There is no contact p7 in the evidence. Write its id") || !strings.Contains(p.Text(), "Show who it is") {
		t.Errorf("%d %s", p.status, p.Text())
	}
	if p := s.post(at+"/erase", url.Values{"contact": {" "}, "reason": {"request of 3 March"}}); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(), "Say whom") {
		t.Errorf("%d %s", p.status, p.Text())
	}
	if p := s.post(at+"/erase", url.Values{"contact": {"p7"}, "reason": {"request of 3 March"}, "sure": {"yes"}}); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(), "no contact p7") {
		t.Errorf("%d %s", p.status, p.Text())
	}
	if p := s.post(at+"/erase", url.Values{"contact": {"p1"}, "reason": {" "}}); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(), "Say why") {
		t.Errorf("%d %s", p.status, p.Text())
	}
	asked := s.post(at+"/erase", url.Values{"contact": {" p9 "}, "reason": {"request of 3 March"}})
	for _, want := range []string{"Erase this person?", "Ann Howe", "A. Howe", "p1", "p9", "request of 3 March", "It cannot be undone."} {
		if !strings.Contains(asked.Text(), want) {
			t.Errorf("%q is not in %s", want, asked.Text())
		}
	}
	if p := s.get(at + "/records/contact"); !strings.Contains(p.Text(), "Ann Howe") {
		t.Fatal("erased before it was confirmed")
	}
	if p := s.submit(asked, nil); !strings.Contains(p.Text(), "Pseudonym") || !strings.Contains(p.Text(), "What nobody can find") {
		t.Fatal(p.Text())
	}
	if p := s.get(at + "/records/contact"); strings.Contains(p.Text(), "Howe") {
		t.Error("still there")
	}
}
