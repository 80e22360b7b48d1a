package e2e

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestSalesforce takes a real Salesforce export from files to a locked statement, and reckons its lines once more from the raw files.
func TestSalesforce(t *testing.T) {
	t.Parallel()
	dir := realExports(t)
	f := foundFirm(t)
	source, err := os.ReadFile("testdata/salesforce.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f.sign(t, "lakeside-salesforce", string(source))
	owner := browse(t, f.house)
	owner.signIn(f.link(t, ownerEmail))
	owner.open(f.client)
	for _, object := range []string{"Campaign", "Lead", "Account", "Contact", "Opportunity", "CampaignMember"} {
		owner.importStated(filepath.Join(dir, object+".csv"), map[string]string{"default_currency": "USD", "convention.zone": "America/New_York", "columns.at_fallback": "Added_Date__c"})
	}
	evidence := f.owner.get(f.client + "/evidence").words()
	for _, words := range []string{"before", "linked through the account"} { // closed before they were created; no contact roles
		if !strings.Contains(evidence, words) {
			t.Errorf("the evidence does not say %q: %s", words, evidence)
		}
	}

	owner.press("Statements")
	owner.press("Draft a statement")
	owner.fill("Month", "2023-10")
	owner.press("Draft")
	owner.reads("A draft, revision 1")
	at := owner.path()
	statement := f.owner.get(at)
	words := statement.words()
	sum := new(big.Int)
	for _, fee := range reckon(t, dir, "2023-10") {
		if !strings.Contains(words, fee.text()) {
			t.Errorf("no line of %s for %s", fee.text(), fee.deal)
		}
		sum.Add(sum, fee.minor)
	}
	if total := (fee{minor: sum}).text(); !strings.Contains(words, total) || sum.Sign() == 0 {
		t.Errorf("the total is not %s: %s", total, words)
	}

	owner.press("Submit to the client")
	owner.press("Submit")
	f.finance.send(at+"/accept", nil)
	if a := f.finance.send(at+"/lock", nil); !strings.Contains(a.words(), "Locked by Bruno Books") {
		t.Errorf("not locked: %s", a.words())
	}
	pack := filepath.Join(f.Dir, "pack.zip")
	write(t, pack, f.finance.get(at+"/pack").body)
	if r := run(t, f.Dir, "verify", pack); r.status != 0 {
		t.Errorf("verify: %s", r)
	}
}

// TestSalesforceByCommand states on the command line what the export leaves open, and nothing of it is doubtful then.
func TestSalesforceByCommand(t *testing.T) {
	t.Parallel()
	dir := realExports(t)
	f := foundFirm(t)
	take := func(want int, args ...string) string {
		t.Helper()
		r := f.command(t, append([]string{"import", "--client", "Lakeside Tools"}, args...)...)
		if r.status != want {
			t.Fatalf("import %v: %s", args, r)
		}
		return r.stdout + r.stderr
	}
	var files []string
	for _, object := range []string{"Campaign", "Lead", "Account", "Contact", "Opportunity"} {
		files = append(files, filepath.Join(dir, object+".csv"))
	}
	members := filepath.Join(dir, "CampaignMember.csv")
	if said := take(2, files[4]); !strings.Contains(said, "--currency: In which currency") {
		t.Error(said)
	}
	if said := take(2, members); !strings.Contains(said, "--column: Which column dates a member") {
		t.Error(said)
	}
	said := take(0, append([]string{"--currency", "USD"}, files...)...) + take(0, "--zone", "America/New_York", "--column", "at_fallback=Added_Date__c", members)
	for _, words := range []string{"8 rows of the side table Campaign", "Opportunity.csv: import 5: 50 new", "CampaignMember.csv: import 6: 68 new"} {
		if !strings.Contains(said, words) {
			t.Errorf("not said: %q in %s", words, said)
		}
	}
	if strings.Contains(said, "doubt") {
		t.Error(said)
	}
}

// realExports is the folder of the Salesforce export.
func realExports(t testing.TB) string {
	t.Helper()
	base := os.Getenv("OFRECORD_DATA")
	if base == "" {
		base = filepath.Join(root(t), "..", "shared", "data")
	}
	dir := filepath.Join(base, "salesforce")
	if _, err := os.Stat(filepath.Join(dir, "Opportunity.csv")); err != nil {
		lacking(t, "no Salesforce export at "+dir+" (OFRECORD_DATA names the folder above it)")
	}
	return dir
}

// importStated brings a file in through the pages: upload, columns, dry run, apply. Values are stated where the form asks for them.
func (p *page) importStated(path string, values map[string]string) {
	p.t.Helper()
	p.press("Evidence")
	p.press("Import a file")
	p.attach("File", path)
	p.press("Upload")
	for name, value := range values {
		eval[bool](p, fmt.Sprintf(`(() => { const f = document.querySelector('main form[method=post] [name=%q]'); if (f) f.value = %q; return !!f; })()`, name, value))
	}
	p.press("Dry run")
	p.reads("Dry run of " + filepath.Base(path))
	p.press("Apply…")
	p.press("Apply the import")
	p.reads("Import ", "Applied")
}

// fee is what a deal should earn.
type fee struct {
	deal  string
	minor *big.Int
}

// text is the amount as pages write it: 14,425.59.
func (f fee) text() string {
	s := fmt.Sprintf("%03s", f.minor.String())
	whole, cents := s[:len(s)-2], s[len(s)-2:]
	return grouped(whole) + "." + cents
}

func grouped(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// reckon computes the fees of the month from the raw files, by the one rule that testdata/salesforce.yaml states: 1 % of each deal won in the
// month whose account has a contact that a campaign touched before.
func reckon(t *testing.T, dir, month string) []fee {
	t.Helper()
	account := map[string]string{} // of a contact
	for _, c := range rows(t, filepath.Join(dir, "Contact.csv")) {
		account[c["Id"]] = c["AccountId"]
	}
	touched := map[string][]string{} // days by account
	for _, m := range rows(t, filepath.Join(dir, "CampaignMember.csv")) {
		if at := account[m["ContactId"]]; at != "" {
			touched[at] = append(touched[at], m["Added_Date__c"])
		}
	}
	var out []fee
	for _, o := range rows(t, filepath.Join(dir, "Opportunity.csv")) {
		closed := o["CloseDate"]
		if o["IsWon"] != "1" || !strings.HasPrefix(closed, month) || !slices.ContainsFunc(touched[o["AccountId"]], func(day string) bool { return day < closed }) {
			continue
		}
		amount, ok := new(big.Rat).SetString(o["Amount"])
		if !ok {
			t.Fatalf("amount %q", o["Amount"])
		}
		half := new(big.Rat).Add(amount, big.NewRat(1, 2)) // 1 % in cents is the amount itself; half a cent goes up
		out = append(out, fee{o["Name"], new(big.Int).Quo(half.Num(), half.Denom())})
	}
	if len(out) == 0 {
		t.Fatalf("no deal of %s earns: choose another month", month)
	}
	return out
}

func rows(t *testing.T, path string) (out []map[string]string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = cells[i]
		}
		out = append(out, row)
	}
	return out
}
