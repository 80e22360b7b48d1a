package e2e

import (
	"archive/zip"
	"strings"
	"testing"
)

// TestExit is the end of a relationship: the agency gives notice and sees first what it does, the client acknowledges it, both accept the version
// that ends the contract, one thing is handed over and confirmed, and both settle.
func TestExit(t *testing.T) {
	t.Parallel()
	h := demo(t)
	agency, client := browse(t, h), browse(t, h)
	agency.signIn(h.Links["Owner"])
	client.signIn(h.Links["Client executive"])
	agency.open("/")
	agency.press("Open")
	home := agency.path()

	agency.open(home + "/relationship/term")
	agency.reads("If nobody acts, it lapses: its last day is 30 Sep 2027.", "Renewal in writing")
	agency.press("Notice")
	agency.press("Give notice")
	agency.fill("Given on", "2026-10-01")
	agency.fill("Received on", "2026-10-02")
	agency.press("Show what it does")
	agency.reads("It counts as received on 2 Oct 2026 and ends the contract on 31 Dec 2026.", "The retainers are owed in full until 31 Dec 2026.", "does not say when notice counts as received")
	agency.press("Give notice")
	agency.reads("Notice of the agency, 1 Oct 2026", "Money follows from the contract.")

	client.open(home + "/relationship/notice")
	client.press("Acknowledge")
	client.press("Acknowledge")
	client.reads("acknowledged it for the client")
	agency.open(home + "/relationship/notice")
	agency.press("Draft the amendment")
	agency.reads("The amendment is drafted.")
	agency.press("Save and propose…")
	agency.press("Propose version 4")
	client.open(agency.path())
	client.press("Read and accept")
	client.press("Accept version 4")
	client.reads("Version 4 binds both sides")

	agency.open(home + "/relationship/exit")
	agency.press("Begin the transition")
	agency.press("Begin the transition")
	agency.press("Done")
	agency.fill("How it can be seen", "Manager account 4711")
	agency.press("It is done")
	client.open(home + "/relationship/exit")
	client.press("Confirm")
	client.press("Confirm")
	client.reads("Manager account 4711", "confirmed")
	audited(t, client.download("Download the audit pack"))

	agency.open(home + "/relationship/settlement")
	agency.reads("No retainer includes hours", "No clause charges for what is bought", "Invoice INV-")
	agency.settles(home, "prorated-fees", "client-funds", "earned-fees", "tail-fees", "disputed")
	agency.reads("1 part is open.", "can still be taken back, and the contract names no reserve")
	client.settles(home, "clawback-reserve")
	client.press("Accept the settlement")
	client.press("Accept the settlement")
	agency.open(home + "/relationship/settlement")
	agency.press("Accept the settlement")
	agency.press("Accept the settlement")
	agency.reads("Both sides have accepted the settlement. It is closed.", "does not change any more")
}

// settles states parts of the final settlement.
func (p *page) settles(home string, parts ...string) {
	p.t.Helper()
	for _, part := range parts {
		p.open(home + "/relationship/settlement")
		contract := eval[string](p, `new URL(document.querySelector("main a[href*='settlement/state']").href).searchParams.get("contract")`)
		p.open(home + "/relationship/settlement/state?contract=" + contract + "&part=" + part)
		p.fill("Amount", "0.00")
		p.fill("How it comes about", "Nothing is open.")
		p.fill("Where the evidence is kept", "folder Exit")
		p.press("State it")
		p.reads("It is stated.")
	}
}

// audited wants packs, texts and the record in an audit pack.
func audited(t *testing.T, path string) {
	t.Helper()
	files, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	found := map[string]int{}
	for _, f := range files.File {
		kind, _, _ := strings.Cut(f.Name, "/")
		found[kind]++
	}
	if found["statements"] != 11 || found["contracts"] != 4 || found["record.jsonl"] != 1 {
		t.Errorf("the audit pack holds %v", found)
	}
}
