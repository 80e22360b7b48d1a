package app

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/app/demo"
	"github.com/ofrecord/ofrecord/internal/billing/ledger"
	billingops "github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// The sample year on both engines comes to the same statements, to the last bit of what is printed, and the record holds.
func TestDemoIsTheSameOnBothEngines(t *testing.T) {
	var printed [2][]string
	for i, database := range []string{filepath.Join(t.TempDir(), "demo.db"), dbtest.PostgresURL(t)} {
		p, made := demoOn(t, database)
		ctx := p.inWorkspace(t.Context())
		page, err := p.Fees.Statements(ctx, p.operator(), made.Client, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range page.Statements {
			whole, err := p.Fees.Statement(ctx, p.operator(), s.ID)
			if err != nil {
				t.Fatal(err)
			}
			digest, err := whole.Document.Digest()
			if err != nil {
				t.Fatal(err)
			}
			printed[i] = append(printed[i], strings.Join([]string{s.Period.Words(), string(s.State), digest, s.Split.Payable.String(), s.Split.Held.String()}, " "))
		}
		report, err := p.Journal.Verify(ctx, p.operator())
		if err != nil || report.Break != nil || report.Head.Seq < 100 {
			t.Errorf("the record: %+v %v", report, err)
		}
		checked, err := p.Billing.CheckLedger(ctx, p.operator())
		if err != nil || len(checked.Problems) > 0 || checked.Entries < 60 {
			t.Errorf("the ledger: %+v %v", checked, err)
		}
		hledgerReads(t, p)
		lookAround(t, p, made)
	}
	if len(printed[0]) != 12 {
		t.Fatalf("%d statements", len(printed[0]))
	}
	for i := range printed[0] {
		if printed[0][i] != printed[1][i] {
			t.Errorf("the engines differ: %s and %s", printed[0][i], printed[1][i])
		}
	}
}

// hledgerReads lets hledger read the ledger of the year, and compares what is open.
func hledgerReads(t *testing.T, p *Program) {
	t.Helper()
	if _, err := exec.LookPath("hledger"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("hledger is missing (install hledger)")
		}
		t.Log("hledger is not here (install hledger)")
		return
	}
	ctx := p.inWorkspace(t.Context())
	entries, names, err := p.Billing.Ledger(ctx, p.operator(), billingops.LedgerFilter{})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := ledger.WriteText(&text, entries, names); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("hledger", append([]string{"-f", "-"}, args...)...)
		cmd.Stdin = bytes.NewReader(text.Bytes())
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("hledger %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	run("check", "--strict")
	run("check", "ordereddates")
	for _, b := range ledger.Trial(entries) {
		if got := run("balance", "--flat", "-N", "--empty", "^"+string(b.Account)+"$"); !b.Net().IsZero() && !strings.Contains(got, b.Net().String()+" "+string(b.Currency)) {
			t.Errorf("%s: hledger says %q, we say %s", b.Account, got, b.Net())
		}
	}
}

// lookAround opens the portfolio and the overview as both sides.
func lookAround(t *testing.T, p *Program, made demo.Made) {
	t.Helper()
	server := p.server()
	open := func(role access.Role, path string) *goquery.Document {
		t.Helper()
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Authorization", "Bearer "+p.tokenOf(t, role, made.Personas))
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("%s opens %s: %d", role, path, w.Code)
		}
		page, err := goquery.NewDocumentFromReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	says := func(page *goquery.Document, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(strings.Join(strings.Fields(page.Text()), " "), w) {
				t.Errorf("the page does not say %q", w)
			}
		}
	}
	lead := open(access.AccountLead, "/")
	says(lead, "Acme Robotics (sample)", "Bluebell Foods (sample)", "No contract yet", "Review 8 lines of the statement of September 2026", "Settle the dispute of June 2026", "If nobody acts, it lapses: its last day is 30 Sep 2027")
	says(lead, "Agree to renew northlight-acme-growth: the agency has agreed", "Give or refuse the waiver that was asked", "Take or decline the work that is offered to Northlight (sample): Film for the stand in Hanover",
		"Go on with R-5, which is late", "Answer R-2", "Say what you think of version 2 of Landing page of the robotics guide", "Approve 4:00 of time that 1 person submitted")
	product := open(access.ClientProduct, "/clients/"+made.Client)
	says(product, "Review 8 lines of the statement of September 2026", "Only the client's executive or the client's finance may accept a line of a statement.", "Answer R-2")
	if text := product.Find("tr:contains('Review 8 lines')").Text(); strings.Contains(text, "(you)") {
		t.Errorf("the product lead is told to do what is not theirs: %s", text)
	}
	for _, secret := range []string{"of time that", "Give or refuse the waiver", "mail that waits"} {
		if strings.Contains(product.Text(), secret) {
			t.Errorf("the product lead reads %q", secret)
		}
	}
	team := open(access.TeamMember, "/clients/"+made.Client)
	for _, secret := range []string{"of time that", "waiver", "Agree to renew", "Review 8 lines"} {
		if strings.Contains(team.Text(), secret) {
			t.Errorf("the team member reads %q", secret)
		}
	}
	people := open(access.AccountLead, "/people")
	for role, state := range map[access.Role]string{access.FractionalCMO: "in force", access.AgencyFinance: "in force", access.ClientExecutive: "in force", access.Auditor: "invited"} {
		if row := people.Find("tr:contains('Sample " + role.Label() + "')"); !strings.Contains(row.Text(), state) {
			t.Errorf("%s is not %s: %s", role, state, row.Text())
		}
	}
	finance := open(access.ClientFinance, "/clients/"+made.Client)
	says(finance, "Client (you)", "Held by disputes", "all locked statements", "imported 4 days ago")
	for _, page := range []*goquery.Document{lead, finance} {
		says(page, "Overdue", "since 6 Sep 2026", "Pay INV-2026-0008: USD 18,729.16 is open")
	}
	if sales := open(access.ClientSales, "/clients/"+made.Client); strings.Contains(sales.Text(), "Overdue") {
		t.Error("the client's sales reads of invoices")
	}
	if href, _ := finance.Find("a:contains('All statements')").Attr("href"); href != "/clients/"+made.Client+"/statements" {
		t.Errorf("all statements are at %q", href)
	}
	if strings.Contains(finance.Text(), "Bluebell") {
		t.Error("the client's finance reads of another client")
	}
}
