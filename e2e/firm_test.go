package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// firm is a small agency with one client, set up from nothing: the figures of its October 2026 can be reckoned by hand.
type firm struct {
	*house
	owner    *visitor // of the agency
	finance  *visitor // of the client
	client   string   // address of the client's pages
	contract string   // id
}

// The people of the firm, and what October 2026 comes to: testdata/own/contract.yaml says why.
const (
	ownerEmail   = "owner@fernhill.example"
	execEmail    = "chief@lakeside.example"
	financeEmail = "books@lakeside.example"
	ownTotal     = "6,050.00"
	ownMonth     = "2026-10"
)

// ownFacts are the firm's exports in the order in which they are imported.
var ownFacts = []string{"companies", "contacts", "deals", "deal_contacts", "touches"}

var (
	orgInPath      = regexp.MustCompile(`/clients/org_[0-9a-z]+`)
	contractInPath = regexp.MustCompile(`ct_[0-9a-z]+`)
	signInLink     = regexp.MustCompile(`http://\S+/sign-in/link/\S+`)
)

// openFirm makes the firm with a contract in force and its facts imported, at a server with these flags.
func openFirm(t testing.TB, flags ...string) *firm {
	t.Helper()
	f := foundFirm(t, flags...)
	f.signContract(t)
	for _, facts := range ownFacts {
		f.importOwn(t, facts)
	}
	return f
}

// foundFirm makes the agency, the client and its people, and nothing more.
func foundFirm(t testing.TB, flags ...string) *firm {
	t.Helper()
	return founded(t, &house{Dir: t.TempDir(), flags: flags})
}

// foundFirmAt is foundFirm at a time of New York, by a clock that setClock moves.
func foundFirmAt(t testing.TB, at string) *firm {
	t.Helper()
	binary, err := builtWithClock()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{Dir: t.TempDir(), binary: binary}
	setClock(t, h.Dir, at)
	return founded(t, h)
}

func founded(t testing.TB, h *house) *firm {
	t.Helper()
	r := h.command(t, "init", "--agency", "Fernhill Partners", "--name", "Olive Owner", "--email", ownerEmail)
	if r.status != 0 {
		t.Fatal(r)
	}
	link := signInLink.FindString(r.stdout)
	h.again(t)
	t.Cleanup(func() { h.close(t) })
	f := &firm{house: h}
	f.owner = visit(t, f.house, link)
	f.owner.send("/clients/new", map[string]string{"name": "Lakeside Tools"})
	f.client = orgInPath.FindString(f.owner.get("/").body)
	if f.client == "" {
		t.Fatal("the portfolio has no client")
	}
	f.invite("client-executive", "Carla Chief", execEmail)
	f.invite("client-finance", "Bruno Books", financeEmail)
	f.finance = visit(t, f.house, f.link(t, financeEmail))
	return f
}

// invite invites somebody of the client.
func (f *firm) invite(role, name, email string) {
	f.owner.t.Helper()
	at := f.client + "/people/invite"
	offer := f.owner.page(at).Find(`select[name=role] option[value^="` + role + `@"]`).Last()
	f.owner.send(at, map[string]string{"role": offer.AttrOr("value", ""), "name": name, "email": email})
}

func (f *firm) signContract(t testing.TB) {
	t.Helper()
	source, err := os.ReadFile("testdata/own/contract.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f.sign(t, "lakeside-growth", string(source))
}

var versionInPath = regexp.MustCompile(`cv_[0-9a-z]+`)

// sign takes a contract from its first word to the client's acceptance.
func (f *firm) sign(t testing.TB, name, source string) {
	t.Helper()
	a := f.owner.send(f.client+"/contract/new", map[string]string{"name": name})
	f.contract = contractInPath.FindString(a.path)
	at := f.client + "/contract/" + f.contract
	f.owner.send(at+"/edit", map[string]string{"source": source})
	a = f.owner.send(at+"/propose", nil)
	chief := visit(t, f.house, f.link(t, execEmail))
	if a = chief.send(at+"/versions/"+versionInPath.FindString(a.path+a.body)+"/accept", nil); !strings.Contains(a.words(), "ccepted") {
		t.Fatalf("the contract is not accepted: %s", a.words())
	}
}

// ownFile is the path of one of the firm's exports.
func ownFile(t testing.TB, facts string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata/own/facts", facts+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func (f *firm) importOwn(t testing.TB, facts string) {
	t.Helper()
	if r := f.command(t, "import", "--client", "Lakeside Tools", ownFile(t, facts)); r.status != 0 {
		t.Fatalf("import %s: %s", facts, r)
	}
}

// draft drafts the month and gives the address of the statement.
func (f *firm) draft(month string) string {
	f.owner.t.Helper()
	return f.owner.send(f.client+"/statements/draft", map[string]string{"period": month}).path
}
