package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// documented says how each command line of README.md and docs/*.md is run: by a script of testdata/script, or by a test of this folder. One
// that only somebody outside can run has the reason instead. Comments and the space around are left out.
var documented = map[string]string{
	`go run ./cmd/ofrecord demo`:          "TestEveryPage",
	`go build -o ofrecord ./cmd/ofrecord`: "TestFromNothing",
	`go run ./cmd/ofrecord demo --once`:   "demo.txtar",
	`ofrecord demo --once`:                "demo.txtar",
	`make check`:                          "outside: it checks the sources, not the program",
	`make bench`:                          "outside: it measures",
	`ofrecord init --agency "Your agency" --name "Your name" --email you@example.com`:                                                                                                                  "operator.txtar",
	`ofrecord import --client "Acme Robotics" companies.csv contacts.csv deals.csv`:                                                                                                                    "TestTwoAtOnce",
	`ofrecord import --client "Acme Robotics" --currency USD Campaign.csv Lead.csv Account.csv Contact.csv Opportunity.csv`:                                                                            "TestSalesforceByCommand",
	`ofrecord import --client "Acme Robotics" --zone America/New_York --column at_fallback=Added_Date__c CampaignMember.csv`:                                                                           "TestSalesforceByCommand",
	`ofrecord evidence compare --client "Acme Robotics"`:                                                                                                                                               "operator.txtar",
	`ofrecord evidence erase --client "Acme Robotics" --contact ct-0042 --reason "request of 3 March 2026"`:                                                                                            "operator.txtar",
	`ofrecord evidence compare --client "Acme Robotics" --from 2026-03-31 --touching --format csv`:                                                                                                     "operator.txtar",
	`ofrecord import --client "Acme Robotics" --sheet "Table 2" docs/examples/ga4/traffic-acquisition.csv --constant "readings=organic leads: Key events, channel=Organic Search; sessions: Sessions"`: "TestReportsByCommand",
	`ofrecord import --client "Acme Robotics" docs/examples/ads/google-ads.csv --constant category=media`:                                                                                              "TestReportsByCommand",
	`ofrecord import watch --client "Acme Robotics" --constant category=media /srv/reports/acme`:                                                                                                       "TestReportsByCommand",
	`ofrecord import pull hubspot --client "Acme Robotics"`:                                                                                                                                            "TestPullByCommand",
	`ofrecord import pull salesforce --client "Acme Robotics" --settle --currency USD --column at_fallback=CreatedDate`:                                                                                "TestPullByCommand",
	`ofrecord evidence addresses --client "Acme Robotics" --keep hashed`:                                                                                                                               "operator.txtar",
	`ofrecord attribution credit --client "Acme Robotics" --window 90d --zone America/New_York --models first,last,linear,w`:                                                                           "operator.txtar",
	`ofrecord contract advice --client "Acme Robotics"`:                                                                                                                                                "operator.txtar",
	`ofrecord sla clock --policy docs/examples/service/promises.yaml --events docs/examples/service/events.csv --at "2026-04-01 09:00" --month 2026-03`:                                                "sla.txtar",
	`make test`: "outside: it runs this test",
	`ofrecord sla clock --policy docs/examples/service/promises.yaml --events docs/examples/service/events.csv --at "2026-03-09 10:00"`:                                                                            "sla.txtar",
	`ofrecord sla clock --policy docs/examples/service/promises.yaml --events docs/examples/service/events.csv --at "2026-03-09 10:00" --json`:                                                                     "sla.txtar",
	`ofrecord sla clock --policy docs/examples/service/promises.yaml --events docs/examples/service/events.csv --at "2026-03-09 10:00" --misses`:                                                                   "sla.txtar",
	`./ofrecord contract check docs/examples/northlight-acme-v1.yaml`:                                                                                                                                              "contract.txtar",
	`ofrecord contract check contract.yaml --facts facts --from 2026-10 --to 2026-12`:                                                                                                                              "contract.txtar",
	`ofrecord contract models docs/examples/northlight-acme-v1.yaml --facts docs/examples/facts --from 2025-12 --to 2026-05 --yearly 240,000.00`:                                                                   "contract.txtar",
	`ofrecord statement preview --contract docs/examples/northlight-acme-v1.yaml --facts docs/examples/facts --months 2026-01..2026-04 --against docs/examples/northlight-acme-v2.yaml`:                            "preview.txtar",
	`./ofrecord statement preview --contract docs/examples/northlight-acme-v1.yaml --facts docs/examples/facts --period 2026-03`:                                                                                   "preview.txtar",
	`./ofrecord init --agency "Your agency" --name "Your name" --email you@example.com`:                                                                                                                            "operator.txtar",
	`ofrecord attribution run --touches docs/examples/attribution/touches.csv --deals docs/examples/attribution/deals.csv --window 90d --models first,last,last-non-direct,linear,u,time-decay:7d --direct direct`: "attribution.txtar",
	`ofrecord attribution run --touches docs/examples/attribution/touches.csv --deals docs/examples/attribution/deals.csv --models linear,j --ledger -`:                                                            "attribution.txtar",
	`ofrecord attribution run --touches docs/examples/attribution/touches.csv --deals docs/examples/attribution/deals.csv --models linear,data-driven --freeze weights-2026-q1.json`:                               "attribution.txtar",
	`ofrecord attribution paths docs/examples/attribution/paths.csv --model markov --order 1`:                                                                                                                      "attribution.txtar",
	`./ofrecord serve`: "TestFromNothing",

	`install -m 755 ofrecord /usr/local/bin/ofrecord`: "outside: it writes into the system",
	`ofrecord demo`: "TestEveryPage",
	`ofrecord init --agency "Example Agency" --name "Ana Example" --email ana@example.com`: "operator.txtar",
	`ofrecord serve`:  "operator.txtar",
	`ofrecord backup`: "operator.txtar",
	`ofrecord backup --output /mnt/safe/ofrecord.tar.gz`:                                         "operator.txtar",
	`ofrecord restore --database /var/lib/ofrecord/new.db ofrecord-main-20260331T020000Z.tar.gz`: "operator.txtar",
	`dir=$(mktemp -d)`: "outside: the shell's",
	`ofrecord restore --database $dir/drill.db --files $dir/files BACKUP`:                 "operator.txtar",
	`ofrecord doctor  --database $dir/drill.db --files $dir/files`:                        "operator.txtar",
	`ofrecord journal verify --database $dir/drill.db --files $dir/files --head SEQ:HASH`: "operator.txtar",
	`ofrecord serve --database $dir/drill.db --files $dir/files --address 127.0.0.1:8099`: "operator.txtar",
	`rm -r $dir`: "outside: the shell's",
	`ofrecord ledger check --database $dir/drill.db --files $dir/files`:                    "operator.txtar",
	`ofrecord ledger export --format hledger > ofrecord.journal`:                           "operator.txtar",
	`ofrecord ledger export --format csv > journal.csv`:                                    "operator.txtar",
	`ofrecord statement month-end --month 2026-03`:                                         "operator.txtar",
	`ofrecord statement month-end --month 2026-03 --submit`:                                "operator.txtar",
	`OFRECORD_DATABASE='postgres://ofrecord@db.example.com/ofrecord?sslmode=verify-full'`:  "TestKilled",
	`OFRECORD_FILES=/srv/ofrecord-files`:                                                   "TestKilled",
	`ofrecord init --workspace agency-one --agency "Agency One" --name … --email …`:        "TestKilled",
	`go run golang.org/x/vuln/cmd/govulncheck@latest ./...`:                                "outside: it asks the vulnerability database",
	`go run golang.org/x/vuln/cmd/govulncheck@latest -mode=binary /usr/local/bin/ofrecord`: "outside: it asks the vulnerability database",
}

var (
	shellBlock = regexp.MustCompile("(?ms)^ *```(?:sh|bash|shell|console)\\n(.*?)^ *```")
	verbs      = regexp.MustCompile(`^(?:\./|go run \./cmd/)?ofrecord ((?:[a-z]+(?: |$))+)`)
)

// TestEveryDocumentedCommandIsRun finds commands in the documents that no test runs, and entries above that no document has any more.
func TestEveryDocumentedCommandIsRun(t *testing.T) {
	found := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(root(t), "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(files, filepath.Join(root(t), "README.md")) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
			for _, line := range strings.Split(block[1], "\n") {
				command, _, _ := strings.Cut(strings.TrimSpace(line), " #")
				command = strings.TrimSpace(command)
				if command == "" || strings.HasPrefix(command, "#") {
					continue
				}
				found[command] = true
				if by, ok := documented[command]; !ok {
					t.Errorf("%s: no test runs: %s", filepath.Base(path), command)
				} else {
					isRun(t, command, by)
				}
			}
		}
	}
	for command := range documented {
		if !found[command] {
			t.Errorf("no document has it any more: %s", command)
		}
	}
}

// isRun wants the test to be there, and a script to hold the command's verbs.
func isRun(t *testing.T, command, by string) {
	t.Helper()
	switch {
	case strings.HasPrefix(by, "outside: "):
	case strings.HasSuffix(by, ".txtar"):
		script, err := os.ReadFile(filepath.Join("testdata/script", by))
		if err != nil {
			t.Error(err)
			return
		}
		if m := verbs.FindStringSubmatch(command); m == nil || !strings.Contains(string(script), "ofrecord "+strings.TrimSpace(m[1])) {
			t.Errorf("%s does not run: %s", by, command)
		}
	default:
		sources, err := filepath.Glob("*_test.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range sources {
			if text, err := os.ReadFile(path); err == nil && strings.Contains(string(text), "func "+by+"(t *testing.T)") {
				return
			}
		}
		t.Errorf("there is no test %s to run: %s", by, command)
	}
}
