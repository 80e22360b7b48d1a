package ui_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
)

const (
	doubledPeople = "contact_id,company_id,email,name\np1,,ann@boreal.example,Ann Howe\np2,,ann@boreal.example,A. Howe\np3,,cy@gmail.com,Cy Marsh\n"
	twoFirms      = "company_id,name,domain\nc1,Boreal Freight,boreal.example\nc2,Boreal Freigth,boreal.test\nc3,Boreal Freight,other.test\n"
)

func TestPeopleJudgeWhatLooksAlike(t *testing.T) {
	// given two contacts with one address, and companies with one name
	s := newSite(t)
	s.take("contacts.csv", doubledPeople)
	s.take("companies.csv", twoFirms)
	// then they are on the list, and in the file
	p := s.get(at + "/duplicates?of=contact")
	if !strings.Contains(p.Text(), "The same e-mail address") || !strings.Contains(p.Text(), "Ann Howe") || strings.Contains(p.Text(), "The same name") {
		t.Errorf("got %s", p.Text())
	}
	if f := s.get(at + "/duplicates?of=contact&format=csv"); strings.Count(f.body, "same-email") != 2 {
		t.Errorf("the file is %s", f.body)
	}
	group, _ := p.Find(`a:contains("Judge")`).Attr("href")
	// when nobody says which one remains, the form says so; when it is said, the group is gone and stands below
	if p := s.post(group, url.Values{"judge": {"same"}, "into": {""}}); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(), "Say which contact remains") {
		t.Errorf("status %d", p.status)
	}
	p = s.post(group, url.Values{"judge": {"same"}, "into": {"p1"}})
	if p.Find(`a:contains("Judge")`).Length() != 1 || !strings.Contains(p.Text(), "p2 and p1") {
		t.Errorf("got %s", p.Text())
	}
	if p := s.get(group); p.status != http.StatusNotFound {
		t.Errorf("status %d", p.status)
	}
	// companies are said to differ, or to be one
	companies, _ := p.Find(`a:contains("Judge")`).Attr("href")
	if p := s.get(companies); !strings.Contains(p.Text(), "which deal is a company’s first") {
		t.Error("the page does not say what follows")
	}
	p = s.post(companies, url.Values{"judge": {"same"}, "into": {"c1"}})
	if !strings.Contains(p.Text(), "c3 and c1") {
		t.Errorf("got %s", p.Text())
	}
	undo, _ := p.Find(`a:contains("Take back")`).First().Attr("href")
	if p = s.post(undo, nil); strings.Contains(p.Text(), "c3 and c1") {
		t.Errorf("got %s", p.Text())
	}
	p = s.post(companies, url.Values{"judge": {"different"}, "record0": {"on"}, "record1": {"on"}, "record2": {"on"}})
	if p.Find(`a:contains("Judge")`).Length() != 0 {
		t.Errorf("got %s", p.Text())
	}
	// and what was said is taken back
	undo, _ = p.Find(`a:contains("Take back")`).Last().Attr("href")
	if p = s.post(undo, nil); p.Find(`a:contains("Judge")`).Length() != 1 {
		t.Errorf("got %s", p.Text())
	}
}

// A sale that stands twice is said to be one with a reason; who said it and why stands below, and is taken back there.
func TestPeopleSayThatDealsAreOneSale(t *testing.T) {
	s := newSite(t)
	s.take("deals.csv", "deal_id,name,amount,currency,closed_on,is_won,is_closed\nd1,Line 2,100.00,USD,2026-03-14,true,true\nd2,Line 2,100.00,USD,2026-03-14,true,true\n")
	p := s.get(at + "/duplicates?of=deal")
	group, _ := p.Find(`a:contains("Judge")`).Attr("href")
	if p := s.get(group); !strings.Contains(p.Text(), "2 won deals would be one: the amount counts once") || !strings.Contains(p.Text(), "they are two sales") {
		t.Errorf("got %s", p.Text())
	}
	if p := s.post(group, url.Values{"judge": {"same"}, "into": {"d1"}}); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(), "Say why they are one sale") {
		t.Errorf("status %d", p.status)
	}
	if p := s.post(group, url.Values{"judge": {"same"}, "into": {"d9"}, "reason": {"typed in twice"}}); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(), "d9 is none of these records") {
		t.Errorf("status %d", p.status)
	}
	p = s.post(group, url.Values{"judge": {"same"}, "into": {"d1"}, "reason": {"typed in twice"}})
	if p.Find(`a:contains("Judge")`).Length() != 0 || !strings.Contains(p.Text(), "d2 and d1") || !strings.Contains(p.Text(), "Olga Owner: typed in twice") {
		t.Errorf("got %s", p.Text())
	}
	undo, _ := p.Find(`a:contains("Take back")`).Attr("href")
	if p := s.get(strings.Replace(undo, "d2", "d9", 1)); p.status != http.StatusNotFound {
		t.Errorf("status %d", p.status)
	}
	if p := s.post(strings.Replace(undo, "d2", "d9", 1), nil); p.status != http.StatusNotFound {
		t.Errorf("status %d", p.status)
	}
	if p := s.get(undo); p.status != http.StatusOK || !strings.Contains(p.Text(), "You take back what was stated of d2 d1") {
		t.Errorf("status %d", p.status)
	}
	if p = s.post(undo, nil); p.Find(`a:contains("Judge")`).Length() != 1 || strings.Contains(p.Text(), "d2 and d1") {
		t.Errorf("got %s", p.Text())
	}
}

func TestPeopleStateAccounts(t *testing.T) {
	s := newSite(t)
	s.take("contacts.csv", doubledPeople)
	s.take("companies.csv", twoFirms)
	p := s.get(at + "/accounts")
	if !strings.Contains(p.Text(), "The domain of the e-mail address") || !strings.Contains(p.Text(), "None: a free-mail domain") {
		t.Errorf("got %s", p.Text())
	}
	if p := s.post(at+"/accounts", url.Values{"domain": {"gmail.com"}, "company": {"c1"}, "reason": {"x"}}); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(), "gives addresses to anybody") {
		t.Errorf("status %d", p.status)
	}
	p = s.post(at+"/accounts", url.Values{"contact": {"p3"}, "company": {"c1"}, "reason": {"met at the fair"}})
	if !strings.Contains(p.Text(), "Linked by a person") || !strings.Contains(p.Text(), "met at the fair") {
		t.Errorf("got %s", p.Text())
	}
	undo, _ := p.Find(`a:contains("Take back")`).Attr("href")
	if p = s.post(undo, nil); strings.Contains(p.Text(), "met at the fair") {
		t.Errorf("got %s", p.Text())
	}
}

func TestAddressesAreHashedFromAPage(t *testing.T) {
	s := newSite(t)
	s.take("companies.csv", twoFirms)
	s.take("contacts.csv", doubledPeople)
	p := s.get(at + "/addresses")
	if !strings.Contains(p.Text(), "Addresses are kept as they come.") || strings.Contains(p.Text(), "Where addresses still stand") {
		t.Errorf("got %s", p.Text())
	}
	ask, _ := p.Find(`a:contains("Hash addresses")`).Attr("href")
	if p := s.get(ask); !strings.Contains(p.Text(), "This cannot be undone") || !strings.Contains(p.Text(), "keep a copy of it apart") {
		t.Errorf("got %s", p.Text())
	}
	p = s.post(ask, nil)
	if !strings.Contains(p.Text(), "Addresses are kept as keyed hashes, since ") || !strings.Contains(p.Text(), "by Olga Owner") {
		t.Errorf("got %s", p.Text())
	}
	accounts := s.get(at + "/accounts")
	if strings.Contains(accounts.Text(), "ann@") || !strings.Contains(accounts.Text(), "The domain of the e-mail address") || !strings.Contains(accounts.Text(), "None: a free-mail domain") {
		t.Errorf("got %s", accounts.Text())
	}
	back, _ := p.Find(`a:contains("Keep addresses as they come")`).Attr("href")
	if p := s.get(back); !strings.Contains(p.Text(), "no result is paid twice") {
		t.Errorf("got %s", p.Text())
	}
	if p := s.post(back, nil); !strings.Contains(p.Text(), "What tells results apart is hashed for good") || p.Find(`a:contains("Hash addresses")`).Length() != 1 {
		t.Errorf("got %s", p.Text())
	}
	s.actor = access.Actor{}
	if p := s.get(ask); p.status == http.StatusOK {
		t.Error("anybody may")
	}
}
