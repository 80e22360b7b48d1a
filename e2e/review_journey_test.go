package e2e

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReview is a month's end in the sample year: a payment arrives late, the agency takes its statement back, imports the file, drafts anew
// and submits; the client opens a reason, disputes one line, accepts the rest and locks; the pack replays on the client's own machine.
func TestReview(t *testing.T) {
	t.Parallel()
	h := demo(t)
	agency := browse(t, h)
	agency.signIn(h.Links["Owner"])
	agency.open("/")
	agency.press("Open")
	agency.press("Statements")
	agency.press("September 2026")
	deal := eval[string](agency, `document.querySelector("details.why a[href*='/evidence/deals/']").getAttribute("href").split("/").at(-1)`)
	agency.press("Withdraw")
	agency.fill("Reason", "A payment is missing.")
	agency.press("Withdraw")
	agency.reads("withdrawn")

	file := filepath.Join(t.TempDir(), "payments-late.csv")
	write(t, file, "payment_id,deal_id,paid_on,amount,currency,kind\nlate-1,"+deal+",2026-09-29,1000.00,USD,payment\n")
	agency.importFile(file, "Payments")
	agency.reads("Import 90")

	agency.press("Statements")
	agency.press("Draft a statement")
	agency.fill("Month", "2026-09")
	agency.press("Draft")
	agency.reads("A draft, revision 2", "16,659.55") // 15.93 more: 3 % of the part of 1,000.00 that earns
	agency.press("Submit to the client")
	agency.reads("exactly as it stands")
	agency.press("Submit")
	agency.reads("Submitted. The client can accept or dispute lines")

	client := browse(t, h)
	client.signIn(h.Links["Client finance"])
	client.open("/")
	client.press("Statements")
	client.press("September 2026")
	client.unfold("main", "Why : ")
	client.unfold(`main tr[id="line-2"] + tr, main tbody`, "Dispute line 2")
	client.fill("What is wrong with it", "Our finance team cannot find this payment.")
	client.press("Dispute the line")
	client.reads("Line 2 is disputed. What it charges is held back, a credit is not; the rest stays payable.", "Our finance team cannot find this payment.")
	client.press("Accept all open lines")
	client.press(eval[string](client, `[...document.querySelectorAll("main button")].find(b => b.innerText.startsWith("Accept ")).innerText.trim()`))
	client.reads("Accepted. The statement can be locked now.")
	client.press("Lock")
	client.reads("for both sides")
	client.press("Lock")
	client.reads("Locked.", "is payable", "Locked by Sample Client Finance")
	client.packHolds()

	agency.open(client.path())
	agency.reads("Locked by Sample Client Finance")
}

// importFile brings a file in through the pages: upload, columns as proposed, dry run, apply.
func (p *page) importFile(path, holds string) {
	p.t.Helper()
	p.press("Evidence")
	p.press("Import a file")
	p.attach("File", path)
	p.press("Upload")
	p.press("Dry run")
	p.reads("Dry run of "+filepath.Base(path), holds)
	p.press("Apply…")
	p.press("Apply the import")
	p.reads("Import ", "Applied")
}

var receipt = regexp.MustCompile(`[0-9a-f]{64}`)

// packHolds downloads the pack of the statement that is open and verifies it with the program itself: whole it replays, and each change is found.
func (p *page) packHolds() {
	t := p.t
	t.Helper()
	pack := p.download("Download pack")
	hash := receipt.FindString(eval[string](p, `document.querySelector("main").outerHTML`))
	dir := t.TempDir()
	if r := run(t, dir, "verify", pack); r.status != 0 {
		t.Errorf("verify the pack: %s", r)
	}
	if r := run(t, dir, "verify", pack, "--hash", hash); r.status != 0 {
		t.Errorf("verify the pack against the receipt %s: %s", hash, r)
	}
	if r := run(t, dir, "verify", pack, "--hash", strings.Repeat("0", 64)); r.status != 1 {
		t.Errorf("verify the pack against another receipt: %s", r)
	}
	tampered := filepath.Join(dir, "tampered.zip")
	tamper(t, pack, tampered)
	if r := run(t, dir, "verify", tampered); r.status != 1 {
		t.Errorf("verify a pack in which an amount was changed: %s", r)
	} else {
		t.Logf("of the tampered pack it says: %.300s", r.stdout)
	}
}

// tamper copies a pack and makes the first deal's amount larger on the way.
func tamper(t testing.TB, from, to string) {
	t.Helper()
	in, err := zip.OpenReader(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	changed := false
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f.Name, "deals.csv") {
			other := regexp.MustCompile(`,(\d)(\d*\.\d\d),`).ReplaceAll(body, []byte(",9$1$2,"))
			changed, body = !bytes.Equal(other, body), other
		}
		w, err := z.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil || !changed {
		t.Fatalf("the pack has no deals to tamper with, or %v", err)
	}
	if err := os.WriteFile(to, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
