package e2e

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

const promisedToServeNobodyElse = `non_competition:
  - {category: machine-tools, named: [Borealis Lathes], brands: [Lakeside], markets: [US], unit: agency-brand, tail: 6 months, cool_off: 90 days, cleared_by: waiver}
  - {category: garden-tools, brands: [Lakeside], markets: [US], unit: agency-brand, tail: none, cool_off: 90 days, cleared_by: wall}

clauses:
`

// TestConflict is about two competitors of a client: the client consents to one until a day, and from the other its people are walled off.
func TestConflict(t *testing.T) {
	t.Parallel()
	f := foundFirmAt(t, "2026-10-05 09:00:00")
	source, err := os.ReadFile("testdata/own/contract.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f.sign(t, "lakeside-growth", strings.Replace(string(source), "clauses:\n", promisedToServeNobodyElse, 1))
	at := f.owner.page("/people/invite").Find(`select[name=role] option[value^="account-lead@"]`).AttrOr("value", "")
	f.owner.send("/people/invite", map[string]string{"role": at, "name": "Lena Lead", "email": leadEmail})

	owner := browse(t, f.house)
	owner.signIn(f.link(t, ownerEmail))
	f.waived(t, owner)
	f.walled(t, owner)
	if r := f.command(t, "journal", "verify"); r.status != 0 {
		t.Errorf("the record: %s", r)
	}
}

// waived: a prospect is found to compete, the client's executive consents in an own session, and the check is clear until the consent expires.
func (f *firm) waived(t *testing.T, owner *page) {
	owner.open("/conflicts")
	owner.press("New check")
	owner.fill("Name of the prospect", "Borealis Lathes, Inc.")
	owner.fill("Categories", "machine-tools")
	owner.fill("Markets", "US, CA")
	owner.tick("unit", "office")
	owner.fill("First day", "2026-11-01")
	owner.press("Check")
	check := owner.path()
	owner.reads("waiver required", "Borealis Lathes is named; in US; both are served by the same office, where the promise binds the same agency brand; from 1 Nov 2026 until 31 Mar 2028.",
		"lakeside-growth, non-competition, entry 1", "The written consent of Lakeside Tools clears it, within its scope and until it expires.")
	owner.pictures("found")

	owner.press("Ask for a waiver")
	owner.fill("Category", "machine-tools")
	owner.fill("Markets", "US")
	owner.tick("unit", "office")
	owner.fill("First day", "2026-10-05")
	owner.fill("Last day", "2026-12-31")
	owner.fill("What the client reads", "We were asked by a maker of lathes. Another team would serve it.")
	owner.press("Ask")
	owner.reads("asked", "Internal: lifts for Borealis Lathes, Inc. alone.")

	chief := browse(t, f.house)
	chief.signIn(f.link(t, execEmail))
	chief.open("/")
	chief.press("Relationship")
	chief.press("Waivers")
	chief.absent("Borealis")
	chief.press("Answer")
	chief.absent("Borealis")
	chief.reads("We were asked by a maker of lathes.", "from 5 Oct 2026 until 31 Dec 2026.")
	chief.pictures("asked")
	chief.tick("answer", "given")
	chief.press("Answer")
	chief.reads("Your answer is recorded.", "given", "Carla Chief")

	owner.open("/conflicts")
	owner.press("Borealis Lathes, Inc.")
	if owner.path() == check {
		t.Error("the consent made no new check")
	}
	owner.reads("A waiver of Lakeside Tools lifts it until 31 Dec 2026; from then on it needs another one.")
	owner.pictures("waived")
	setClock(t, f.Dir, "2027-01-04 09:00:00")
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	f.again(t)
	owner.eventually("/conflicts", "waiver required")
	owner.press("Borealis Lathes, Inc.")
	owner.reads("waiver required", "The account lead asks Lakeside Tools for a waiver, and its executive answers.", "4 Jan 2027")
	owner.pictures("expired")
	setClock(t, f.Dir, "2027-01-05 09:00:00")
}

// walled: another client competes in a line in which a wall is enough; the lead stands on one side of it and has nothing of the other any more.
func (f *firm) walled(t *testing.T, owner *page) {
	owner.open("/")
	owner.press("Add a client")
	owner.fill("Name", "Greenfield Gardens")
	owner.press("Add the client")
	greenfield := strings.TrimSuffix(owner.path(), "/people")
	f.owner.send(greenfield+"/work/new?category=analytics", map[string]string{"title": "Who reads the catalogue?", "brief.question": "Who reads the catalogue?", "brief.decision": "Whom we send it."})
	org := strings.TrimPrefix(greenfield, "/clients/")
	lead := visit(t, f.house, f.link(t, leadEmail))
	own := []string{greenfield, greenfield + "/work", greenfield + "/deliverables", greenfield + "/people", greenfield + "/record", "/api/v1/clients/" + org + "/requests", "/api/v1/clients/" + org + "/deliverables"}
	shared := []string{"/", "/inbox", "/inbox?q=catalogue", "/api/v1/clients"}
	for _, path := range append(slices.Clone(own), shared...) {
		if a := lead.get(path); a.status != http.StatusOK || slices.Contains(shared, path) && !a.tells("Greenfield") {
			t.Errorf("before the wall %s answers %d: %s", path, a.status, a.words())
		}
	}

	owner.open("/conflicts/new")
	owner.selectOption("Who", "Greenfield Gardens")
	owner.fill("Categories", "garden-tools")
	owner.fill("Markets", "US")
	owner.tick("unit", "office")
	owner.fill("First day", "2027-01-05")
	owner.press("Check")
	owner.reads("wall required", "Both are in garden-tools", "lakeside-growth, non-competition, entry 2")
	owner.press("Build a wall")
	owner.fill("Why", "Both make tools for gardens.")
	owner.selectOption("Olive Owner", "Keeper")
	owner.selectOption("Lena Lead", "On the side of Lakeside Tools")
	owner.press("Build the wall")
	owner.reads("The wall stands.", "Lena Lead", "Keepers")
	owner.pictures("walled")

	lead.refused(own...)
	for _, path := range append(shared, "/time") {
		if a := lead.get(path); a.status != http.StatusOK || a.tells("Greenfield") || strings.Contains(a.body, org) || a.tells("Who reads") {
			t.Errorf("%s answers %d and tells of the client behind the wall: %s", path, a.status, a.words())
		}
	}
	browser := browse(t, f.house)
	browser.signIn(f.link(t, leadEmail))
	browser.open("/")
	browser.reads("Lakeside Tools")
	browser.absent("Greenfield")
	browser.pictures("behind the wall")

	owner.open("/conflicts")
	owner.press("Greenfield Gardens")
	owner.reads("The wall between the two keeps it clear while it stands.")
	path := greenfield + "/people/invite"
	role := f.owner.page(path).Find(`select[name=role] option[value^="account-lead@"]`).AttrOr("value", "")
	if a := f.owner.post(f.owner.form(path, map[string]string{"role": role, "name": "Lena Lead", "email": leadEmail})); a.status != http.StatusConflict || !a.tells("A wall keeps this person from this account.") {
		t.Errorf("who is on the other side got a role: %d\n%s", a.status, a.words())
	}
}

// eventually opens an address until its page says the words: what the program does by itself comes when it has begun.
func (p *page) eventually(path, words string) {
	p.t.Helper()
	for limit := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		p.open(path)
		if strings.Contains(flat(p.words()), words) || time.Now().After(limit) {
			break
		}
	}
	p.reads(words)
}

// tells looks for words in what a person reads of a page, or a program of an answer.
func (a answer) tells(words string) bool {
	if strings.HasPrefix(a.path, "/api/") {
		return strings.Contains(a.body, words)
	}
	return strings.Contains(a.words(), words)
}

// tick chooses an option of a group by its name and value.
func (p *page) tick(name, value string) {
	p.t.Helper()
	if !eval[bool](p, `(o => { if (o) { o.checked = true; } return !!o; })(document.querySelector("main input[name='`+name+`'][value='`+value+`']"))`) {
		p.t.Fatalf("%s offers no %s for %s:\n%s", p.path(), value, name, p.words())
	}
}
