package e2e

import (
	"os"
	"strings"
	"testing"
)

const withMilestones = `  - milestones: build
    list:
      - {milestone: website-launch, amount: "8,000.00", criteria: all pages pass the agreed list, bonus: none}
    acceptance: {by: client finance, within: 10 working days, silence: accepted}
    partial: by-part

statements:
`

// TestApprovals is a milestone in two browsers: the agency hands it over, the client's finance returns it, the agency hands it over again, the
// finance accepts it, and it is evidence under his name.
func TestApprovals(t *testing.T) {
	t.Parallel()
	f := foundFirm(t)
	source, err := os.ReadFile("testdata/own/contract.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f.sign(t, "lakeside-growth", strings.Replace(string(source), "statements:\n", withMilestones, 1))

	agency := browse(t, f.house)
	agency.signIn(f.link(t, ownerEmail))
	agency.open(f.client)
	agency.press("Approvals")
	agency.reads("Nothing waits here.")
	agency.handOver("The German pages are new.")

	finance := browse(t, f.house)
	finance.signIn(f.link(t, financeEmail))
	finance.open("/")
	finance.reads("Accept or return 1 delivery: USD 8,000.00")
	finance.press("Accept or return 1 delivery: USD 8,000.00")
	finance.reads("Waits for the client (you)", "The German pages are new.", "all pages pass the agreed list", "Silence accepts it on")
	finance.unfold("main", "Return")
	finance.fill("What is missing or wrong", "The contact form is missing.")
	finance.press("Return it")
	finance.reads("Returned. It counts for nothing", "Waits for the agency")

	agency.open(f.client + "/approvals")
	agency.reads("The contact form is missing.")
	agency.press("Hand it over again")
	agency.press("Hand over")
	agency.reads("Handed over. The client can accept it or return it.")

	finance.open(f.client + "/approvals")
	finance.press("Accept website-launch")
	finance.reads("Accepted. A draft of a month that still runs counts it from tomorrow.", "accepted: website-launch", "Import 4")
	finance.press("Import 4")
	finance.reads("decision-accept-", "Bruno Books", "accepted on")

	agency.open(f.client + "/approvals")
	agency.reads("Nothing waits here.", "Bruno Books")
	if r := f.command(t, "journal", "verify"); r.status != 0 {
		t.Errorf("the record: %s", r)
	}
}

// handOver hands the first milestone over, as of today.
func (p *page) handOver(note string) {
	p.t.Helper()
	p.press("Hand something over")
	p.fill("Where it is and what is new", note)
	p.press("Hand over")
	p.reads("Handed over. The client can accept it or return it.")
}
