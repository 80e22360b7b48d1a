package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/party"
)

func connectorsFile(t *testing.T, text string) Config {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "connectors.yaml")
	for name, content := range map[string]string{path: strings.ReplaceAll(text, "DIR", dir), filepath.Join(dir, "token"): "s3cret-token\n", filepath.Join(dir, "two"): "s3cret-a\ns3cret-b\n"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Config{Workspace: "main", Connectors: path}
}

func TestConnectorsAreReadFromTheirFile(t *testing.T) {
	list, wrong := connectorsFile(t, `
connectors:
  - {client: Acme Robotics, system: hubspot, token_file: DIR/token, every: 6h, whole: 24h}
  - {client: org_2, system: salesforce, url: "https://example.my.salesforce.com/", client_id: key, client_secret_file: DIR/token, workspace: agency-one}
`).connectors()
	if len(wrong) > 0 || len(list) != 2 {
		t.Fatal(wrong, list)
	}
	if a := list[0]; a.every != 6*time.Hour || a.whole != 24*time.Hour || a.base.String() != "https://api.hubapi.com" || a.Workspace != "main" || a.credentials.Token != "s3cret-token" {
		t.Errorf("%+v", a)
	}
	if b := list[1]; b.every != 0 || b.base.String() != "https://example.my.salesforce.com" || b.Workspace != "agency-one" || b.credentials.Secret != "s3cret-token" {
		t.Errorf("%+v", b)
	}
	if list, wrong := (Config{}).connectors(); list != nil || wrong != nil {
		t.Error(list, wrong)
	}
}

// Given a file with a mistake, then it is told with what to write, and without a word of what stands there.
func TestMistakesInTheFileOfConnectors(t *testing.T) {
	for text, want := range map[string]string{
		"connectors:\n  - client: A\n    pasword: s3cret-x\n":                                                                                       "line 3 of the file cannot be read",
		"connectors: s3cret-x\n":                                                                                                                    "cannot be read",
		"connectors:\n  - [s3cret-x\n":                                                                                                              "cannot be read",
		"connectors:\n  - {system: hubspot, token: s3cret-x}\n":                                                                                     "entry 1: write the client",
		"connectors:\n  - {client: A, system: s3cret-x, token: s3cret-x}\n":                                                                         "write hubspot or salesforce",
		"connectors:\n  - {client: A, system: hubspot}\n":                                                                                           "write the token of the private app",
		"connectors:\n  - {client: A, system: hubspot, token: s3cret-x, token_file: DIR/token}\n":                                                   "token or token_file, not both",
		"connectors:\n  - {client: A, system: hubspot, token_file: DIR/none}\n":                                                                     "file of token_file cannot be read",
		"connectors:\n  - {client: A, system: hubspot, token_file: DIR/two}\n":                                                                      "token is one line",
		"connectors:\n  - {client: A, system: hubspot, token: s3cret-x, url: 'http://api.hubapi.com'}\n":                                            "https:// and the host only",
		"connectors:\n  - {client: A, system: hubspot, token: s3cret-x, url: 'https://s3cret-x@api.hubapi.com'}\n":                                  "https:// and the host only",
		"connectors:\n  - {client: A, system: hubspot, token: s3cret-x, every: 5m}\n":                                                               "from 15m to 744h",
		"connectors:\n  - {client: A, system: hubspot, token: s3cret-x, every: daily}\n":                                                            "from 15m to 744h",
		"connectors:\n  - {client: A, system: hubspot, token: s3cret-x, every: 6h, whole: 1h}\n":                                                    "longer than every",
		"connectors:\n  - {client: A, system: hubspot, token: s3cret-x, whole: 24h}\n":                                                              "longer than every",
		"connectors:\n  - {client: A, system: salesforce, client_id: s3cret-x, client_secret: s3cret-x}\n":                                          "https:// and the host only",
		"connectors:\n  - {client: A, system: salesforce, url: 'https://test.salesforce.com', client_id: s3cret-x, client_secret: s3cret-x}\n":      "the organisation's own url",
		"connectors:\n  - {client: A, system: salesforce, url: 'https://a.my.salesforce.com', token: s3cret-x}\n":                                   "client_id and client_secret_file",
		"connectors:\n  - {client: A, system: hubspot, token: s3cret-x}\n  - {client: a, system: hubspot, token: s3cret-x}\n":                       "entry 2: this client has an entry",
		"connectors:\n  - {client: A, system: hubspot, token: s3cret-x}\n  - {client: A, workspace: 'No Slug', system: hubspot, token: s3cret-x}\n": "short name of the workspace",
	} {
		_, wrong := connectorsFile(t, text).connectors()
		told := strings.Join(wrong, "; ")
		if !strings.Contains(told, want) || strings.Contains(told, "s3cret") {
			t.Errorf("%s: %s", text, told)
		}
	}
	if _, wrong := (Config{Connectors: filepath.Join(t.TempDir(), "none")}).connectors(); len(wrong) != 1 {
		t.Error(wrong)
	}
}

func TestAnEntryNamesOneClient(t *testing.T) {
	clients := []party.Org{{ID: "org_1", Name: "Acme"}, {ID: "org_2", Name: "Twin"}, {ID: "org_3", Name: "twin"}, {ID: "org_4", Name: "org_1"}}
	for name, want := range map[string]string{"acme": "org_1", "org_1": "org_1", "org_3": "org_3", "Twin": "", "nobody": ""} {
		org, ok := (connector{Client: name}).of(clients)
		if ok != (want != "") || ok && org.ID != want {
			t.Errorf("%s is taken for %+v %v", name, org, ok)
		}
	}
}
