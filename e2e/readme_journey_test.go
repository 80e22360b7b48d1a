package e2e

import (
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestFromNothing follows the README alone: an empty folder, init, serve, and then the browser, to a locked statement that verifies.
func TestFromNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	link := signInLink.FindString(must(t, dir, "init", "--agency", "Fernhill Partners", "--name", "Olive Owner", "--email", ownerEmail))
	h := serve(t, dir)

	owner := browse(t, h)
	owner.signIn(link)
	owner.open("/")
	owner.press("Add a client")
	owner.fill("Name", "Lakeside Tools")
	owner.press("Add the client")
	for _, person := range []struct{ role, name, email string }{
		{"Client executive", "Carla Chief", execEmail},
		{"Client finance", "Bruno Books", financeEmail},
	} {
		owner.press("Invite")
		owner.fill("E-mail", person.email)
		owner.fill("Name", person.name)
		owner.selectOption("Role", person.role)
		owner.press("Send the invitation")
		owner.reads(person.name)
	}
	executive := browse(t, h)
	executive.signIn(h.link(t, execEmail))
	owner.agree(executive)

	for _, facts := range ownFacts {
		owner.importFile(ownFile(t, facts), map[string]string{"deal_contacts": "Contacts of deals"}[facts])
	}
	owner.press("Statements")
	owner.press("Draft a statement")
	owner.fill("Month", ownMonth)
	owner.press("Draft")
	owner.reads("A draft, revision 1", ownTotal, "Harbour Mills rollout", "The CRM does not say whether the customer is new or existing")
	owner.press("Submit to the client")
	owner.press("Submit")

	finance := browse(t, h)
	finance.signIn(h.link(t, financeEmail))
	finance.open("/")
	finance.press("Statements")
	finance.press("October 2026")
	finance.press("Accept all open lines")
	finance.press("Accept 3 lines")
	finance.press("Lock")
	finance.press("Lock")
	finance.reads("Locked by Bruno Books", ownTotal)
	finance.packHolds()
	if r := h.command(t, "journal", "verify"); r.status != 0 {
		t.Errorf("the record: %s", r)
	}
}

// agree writes the contract from the template, proposes it, and lets the client's executive accept it.
func (p *page) agree(executive *page) {
	p.t.Helper()
	source, err := os.ReadFile("testdata/own/contract.yaml")
	if err != nil {
		p.t.Fatal(err)
	}
	p.press("Contract")
	p.press("Write the contract")
	p.fill("Short name", "lakeside-growth")
	p.press("Begin")
	template := eval[string](p, `document.querySelector("textarea").value`)
	if !strings.Contains(template, "client: Lakeside Tools") || !strings.Contains(template, "contract: lakeside-growth") {
		p.t.Errorf("the template is not filled in: %.400s", template)
	}
	p.do("write", chromedp.SetValue(chromedp.CSS("textarea"), strings.Replace(string(source), "rate: 4 %", "rate: 4", 1)))
	p.press("Save the draft")
	p.reads("write a percentage such as 3 %")
	p.do("follow the problem", chromedp.Click(chromedp.CSS(".check-result a[data-line]")))
	if at := eval[string](p, `(a => a.value.slice(a.selectionStart, a.selectionEnd))(document.activeElement)`); at != "4" {
		p.t.Errorf("the problem leads to %q", at)
	}
	numbers := eval[int](p, `document.querySelector(".gutter").textContent.split("\n").length`)
	if lines := eval[int](p, `document.querySelector("textarea").value.split("\n").length`); numbers != lines {
		p.t.Errorf("%d lines are numbered of %d", numbers, lines)
	}
	p.do("write", chromedp.SetValue(chromedp.CSS("textarea"), string(source)))
	p.press("Save and propose…")
	p.press("Propose version 1")
	p.reads("proposed")

	executive.open(p.path())
	executive.press("Read and accept")
	executive.press("Accept version 1")
	executive.reads("ccepted")
}
