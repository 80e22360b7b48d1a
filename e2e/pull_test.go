package e2e

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm/ops/connecttest"
)

// crms are a HubSpot and a Salesforce, each with a won deal, and the file that connects the firm's client with them.
type crms struct {
	hubSpot, salesforce *connecttest.Server
	file                string
}

func startCRMs(t *testing.T, every string) crms {
	t.Helper()
	dir := t.TempDir()
	c := crms{hubSpot: connecttest.HubSpot(t, 10), salesforce: connecttest.Salesforce(t, 10), file: filepath.Join(dir, "connectors.yaml")}
	c.hubSpot.Put("deals", connecttest.Record{ID: "2001", Values: map[string]any{"dealname": "Boreal line", "amount": "1200.50", "deal_currency_code": "USD",
		"createdate": "2026-01-05T09:00:00Z", "closedate": "2026-03-14T00:00:00Z", "dealstage": "won1", "hs_is_closed_won": "true", "hs_is_closed": "true"}})
	c.salesforce.Put("Opportunity", connecttest.Record{ID: "006000000000001AAA", Values: map[string]any{"Name": "Kestrel cell", "Amount": connecttest.Raw("4.4E3"),
		"CreatedDate": "2026-01-05T09:00:00.000+0000", "CloseDate": "2026-03-14", "StageName": "Closed Won", "IsWon": true, "IsClosed": true}})
	c.salesforce.Put("CampaignMember", connecttest.Record{ID: "00v000000000001AAA", Values: map[string]any{"CampaignId": "701000000000001AAA", "ContactId": "003000000000001AAA", "CreatedDate": "2026-01-06T09:00:00.000+0000"}})
	c.salesforce.Hide("Opportunity.CurrencyIsoCode") // an organisation of one currency has no such field
	certificates := filepath.Join(dir, "roots.pem")
	write(t, certificates, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.hubSpot.HTTP.Certificate().Raw})))
	t.Setenv("SSL_CERT_FILE", certificates)
	token, secret := filepath.Join(dir, "token"), filepath.Join(dir, "secret")
	write(t, token, connecttest.HubSpotToken+"\n")
	write(t, secret, connecttest.SalesforceSecret+"\n")
	if every != "" {
		every = "\n    every: " + every
	}
	write(t, c.file, "connectors:\n  - client: Lakeside Tools\n    system: hubspot\n    url: "+c.hubSpot.HTTP.URL+"\n    token_file: "+token+every+
		"\n  - client: Lakeside Tools\n    system: salesforce\n    url: "+c.salesforce.HTTP.URL+"\n    client_id: "+connecttest.SalesforceKey+"\n    client_secret_file: "+secret+"\n")
	return c
}

// TestPullByCommand pulls from both systems with the program as people get it, over TLS, and looks for their secrets in all that it leaves.
func TestPullByCommand(t *testing.T) {
	c := startCRMs(t, "")
	f := foundFirm(t)
	told := ""
	take := func(want int, args ...string) string {
		t.Helper()
		r := f.command(t, args...)
		if r.status != want {
			t.Fatalf("%v: %s", args, r)
		}
		told += r.stdout + r.stderr
		return r.stdout + r.stderr
	}
	pull := func(want int, args ...string) string {
		t.Helper()
		return take(want, append([]string{"import", "pull", "--client", "Lakeside Tools"}, args...)...)
	}
	has := func(said string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(said, w) {
				t.Errorf("not said: %q in %s", w, said)
			}
		}
	}
	has(pull(66, "hubspot"), "OFRECORD_CONNECTORS")
	has(take(0, "doctor"), "off: OFRECORD_CONNECTORS names no file")
	with := []string{"--connectors", c.file}
	has(pull(1, append(with, "hubspot")...), "deals: 1 row, waiting for the tables before it", "stages: 3 rows, waiting for a person")
	has(pull(0, append(with, "hubspot", "--settle", "--zone", "UTC", "--currency", "USD", "--home-currency", "USD")...), "deals: 1 row, import 2: 1 new")
	has(pull(0, append(with, "hubspot")...), "deals: 1 row, as in import 2")
	has(pull(1, append(with, "salesforce", "--settle")...), "Opportunity: 1 row, waiting for a person. In which currency")
	has(pull(0, append(with, "salesforce", "--settle", "--currency", "USD", "--column", "at_fallback=CreatedDate")...), "Opportunity: 1 row, import 3: 1 new", "not shown to this account, so unknown", "CampaignMember: 1 row, import 4")
	has(f.owner.get(f.client+"/evidence/deals").words(), "Boreal line", "1,200.50", "Kestrel cell", "4,400.00")
	has(take(0, append([]string{"doctor"}, with...)...), "on: 2 connections", "none failed, and none waits for a person")
	take(0, append([]string{"config"}, with...)...)

	write(t, c.file, "connectors:\n  - client: Lakeside Tools\n    system: hubspot\n    token: "+connecttest.HubSpotToken+"\n    password: "+connecttest.SalesforceSecret+"\n")
	has(take(2, append([]string{"config"}, with...)...), "line 5 of the file cannot be read")
	write(t, c.file, "connectors:\n  - client: Lakeside Tools\n    system: salesforce\n    url: https://login.salesforce.com\n    every: 1m\n    token: "+connecttest.HubSpotToken+"\n")
	has(take(2, append([]string{"config"}, with...)...), "the organisation's own url", "from 15m to 744h", "client_id and client_secret_file")
	leftNowhere(t, f, told)
}

// TestPullBySchedule lets the server pull by itself.
func TestPullBySchedule(t *testing.T) {
	c := startCRMs(t, "15m")
	f := foundFirm(t, "--connectors", c.file)
	for limit := time.Now().Add(60 * time.Second); !strings.Contains(f.owner.get(f.client+"/evidence/pulls").words(), "waits for a person"); time.Sleep(300 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal(f.owner.get(f.client + "/evidence/pulls").words())
		}
	}
	if words := f.owner.get(f.client + "/evidence").words(); !strings.Contains(words, "the schedule of pulls") || !strings.Contains(words, "when somebody asks") {
		t.Error(words)
	}
	leftNowhere(t, f, f.house.out.String())
}

// leftNowhere looks for what opens the CRMs in what was told, and in the files of the installation.
func leftNowhere(t *testing.T, f *firm, told string) {
	t.Helper()
	err := filepath.WalkDir(f.house.Dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		told += string(text)
		return err
	})
	if err != nil || len(told) < 10_000 {
		t.Fatal(err, len(told))
	}
	for _, secret := range []string{connecttest.HubSpotToken, connecttest.SalesforceSecret, connecttest.SalesforceKey, "00Dxx!session"} {
		if strings.Contains(told, secret) {
			t.Errorf("%q is left somewhere", secret)
		}
	}
}
