package ui_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestListsOfThePastAreMarkedAndLeadToNow(t *testing.T) {
	s := newSite(t)
	s.take("contacts.csv", "contact_id,email,name\np1,ann@boreal.example,Ann\n")
	s.take("contacts.csv", "contact_id,email,name,deleted\np1,ann@boreal.example,Ann Howe,\np2,bo@boreal.example,=Bo,true\n")
	list := at + "/records/contact"
	now, then := s.get(list), s.get(list+"?as_of=1")
	if text := now.Text(); strings.Contains(text, "You look at the past") || !strings.Contains(text, "Ann Howe") || !strings.Contains(text, "deleted in the CRM") {
		t.Error("now shows the newest, with what is deleted flagged")
	}
	if text := then.Text(); !strings.Contains(text, "You look at the past: as of import 1") || strings.Contains(text, "Ann Howe") || strings.Contains(text, "p2") {
		t.Error("as of import 1 shows what was known then, marked")
	}
	if then.Find(`a[href="`+list+`"]`).Length() == 0 || then.Find(`a[href$="/compare?from=1&to=2"]`).Length() != 1 {
		t.Error("the past leads to now and to what changed since")
	}
	if file := s.get(list + "?as_of=1&format=csv"); file.body != "contact_id,company_id,email,name,created_at,merged_ids,deleted\np1,,ann@boreal.example,Ann,,,\n" {
		t.Errorf("as a file:\n%s", file.body)
	}
	if p := s.get(list + "?q=howe"); strings.Contains(p.Text(), "p2") {
		t.Error("found by a value")
	}
	if p := s.get(list + "?day=2020-01-01"); !strings.Contains(p.Text(), "Nothing had been imported yet") {
		t.Error("before the first import")
	}
	for path, status := range map[string]int{"/records/nothing": http.StatusNotFound, "/records/contact?as_of=9": http.StatusNotFound, "/records/contact?as_of=soon": http.StatusUnprocessableEntity,
		"/deals?day=2020-01-01": http.StatusNotFound, "/deals?day=soon": http.StatusUnprocessableEntity,
		"/deals?as_of=soon": http.StatusUnprocessableEntity, "/deals?as_of=0": http.StatusUnprocessableEntity, "/deals?outcome=great&format=csv": http.StatusUnprocessableEntity, "/compare?statement=nope": http.StatusNotFound} {
		if p := s.get(at + path); p.status != status {
			t.Errorf("%s: %d, want %d", path, p.status, status)
		}
	}
	if p := s.get(at); p.Find(`a[href="`+list+`"]`).Length() == 0 {
		t.Error("the evidence page leads to the list")
	}
}
