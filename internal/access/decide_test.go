package access

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

var update = flag.Bool("update", false, "write docs/access.md")

const docs = "../../docs/access.md"

func TestTableIsPrintedInTheDocs(t *testing.T) {
	if *update {
		if err := os.WriteFile(docs, []byte(Matrix()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(have), Matrix()); diff != "" {
		t.Errorf("docs/access.md is stale; run go generate ./internal/access:\n%s", diff)
	}
}

func TestEveryRoleAndActionIsDecided(t *testing.T) {
	seen := map[Action]bool{}
	for _, r := range table {
		if seen[r.action] {
			t.Errorf("%s stands twice in the table", r.action)
		}
		seen[r.action] = true
		if r.words == "" {
			t.Errorf("%s has no words", r.action)
		}
		for i, g := range r.grants {
			if g == Undecided {
				t.Errorf("%s is undecided for %s", r.action, roles[i].role)
			}
		}
	}
}

func TestAuditorChangesNothing(t *testing.T) {
	for _, a := range Actions() {
		if g := GrantOf(Auditor, a); a.Changes() && g != Never && g != Mine {
			t.Errorf("an auditor may %s", a.Words())
		}
	}
}

func TestNobodyOfTheAgencyAcceptsForTheClient(t *testing.T) {
	for _, a := range []Action{ContractAcceptClient, StatementAccept, StatementDispute, InvoiceAcknowledge} {
		for _, r := range RolesOf(Agency) {
			if GrantOf(r, a) != Never {
				t.Errorf("%s may %s", r, a.Words())
			}
		}
		if Decide(Machine("main", "ofrecord"), a, Of("c1")).Allowed {
			t.Errorf("the machine may %s", a.Words())
		}
	}
}

func TestDecide(t *testing.T) {
	owner := Membership{Role: Owner, Org: "ag", OrgKind: Agency}
	lead := Membership{Role: AccountLead, Org: "ag", OrgKind: Agency, Client: "c1"}
	finance := Membership{Role: ClientFinance, Org: "c1", OrgKind: Client, Client: "c1"}
	specialist := Membership{Role: SpecialistPartner, Org: "sp", OrgKind: Specialist, Client: "c1"}
	auditor := Membership{Role: Auditor, Org: "c1", OrgKind: Client, Client: "c1"}
	other := Membership{Role: SpecialistPartner, Org: "sp2", OrgKind: Specialist, Client: "c1"}
	const allowed, forbidden, hidden = "allowed", "forbidden", "hidden"

	for _, c := range []struct {
		name   string
		who    []Membership
		action Action
		scope  Scope
		want   string
	}{
		{"owner administers", []Membership{owner}, WorkspaceAdminister, Scope{}, allowed},
		{"owner sees internal things of any client", []Membership{owner}, EvidenceSee, Scope{Client: "c2", Internal: true}, allowed},
		{"lead of one client sees it", []Membership{lead}, ClientSee, Of("c1"), allowed},
		{"lead of one client does not know another", []Membership{lead}, ClientSee, Of("c2"), hidden},
		{"lead of one client adds no client", []Membership{lead}, ClientCreate, Scope{}, forbidden},
		{"client accepts a line", []Membership{finance}, StatementAccept, Of("c1"), allowed},
		{"client cannot submit", []Membership{finance}, StatementSubmit, Of("c1"), forbidden},
		{"client does not know another client", []Membership{finance}, StatementLock, Of("c2"), hidden},
		{"client does not know internal things", []Membership{finance}, EvidenceSee, Scope{Client: "c1", Internal: true}, hidden},
		{"client sees a specialist's work", []Membership{finance}, EvidenceSee, Scope{Client: "c1", Provider: "sp"}, allowed},
		{"specialist sees own statement", []Membership{specialist}, StatementSee, Scope{Client: "c1", Provider: "sp"}, allowed},
		{"specialist does not know another's", []Membership{specialist}, StatementSee, Scope{Client: "c1", Provider: "sp2"}, hidden},
		{"specialist does not know the agency's", []Membership{specialist}, StatementSee, Of("c1"), hidden},
		{"what is between agency and specialist: the specialist sees it", []Membership{specialist}, StatementSee, Between("c1", "sp"), allowed},
		{"what is between agency and specialist: the agency sees it", []Membership{lead}, ContractSee, Between("c1", "sp"), allowed},
		{"what is between agency and specialist: the client does not know it", []Membership{finance}, StatementSee, Between("c1", "sp"), hidden},
		{"what is between agency and specialist: nor does its auditor", []Membership{auditor}, PackDownload, Between("c1", "sp"), hidden},
		{"what is between agency and specialist: nor does another specialist", []Membership{other}, ContractSee, Between("c1", "sp"), hidden},
		{"a specialist accepts a line of its own statement", []Membership{specialist}, StatementAccept, Between("c1", "sp"), allowed},
		{"a specialist accepts no line of the client's", []Membership{specialist}, StatementAccept, Of("c1"), hidden},
		{"a client accepts no line of a specialist's", []Membership{finance}, StatementAccept, Between("c1", "sp"), hidden},
		{"the agency accepts no line for a specialist", []Membership{owner}, StatementAccept, Between("c1", "sp"), forbidden},
		{"the agency accepts no contract for a specialist", []Membership{owner}, ContractAcceptSpecialist, Between("c1", "sp"), forbidden},
		{"a specialist accepts its contract", []Membership{specialist}, ContractAcceptSpecialist, Between("c1", "sp"), allowed},
		{"a private thing of nobody is nobody's", []Membership{specialist}, ContractSee, Scope{Client: "c1", Private: true}, hidden},
		{"specialist sees the client it works for", []Membership{specialist}, ClientSee, Of("c1"), allowed},
		{"specialist cannot draft own", []Membership{specialist}, StatementDraft, Scope{Client: "c1", Provider: "sp"}, forbidden},
		{"two memberships add up", []Membership{lead, finance}, StatementAccept, Of("c1"), allowed},
		{"own account needs no scope", []Membership{specialist}, AccountSelf, Scope{}, allowed},
		{"nobody has nothing", nil, ClientSee, Of("c1"), hidden},
		{"unknown action", []Membership{owner}, "statement.burn", Of("c1"), forbidden},
		{"unknown role", []Membership{{Role: "king", OrgKind: Agency}}, ClientSee, Of("c1"), hidden},
		{"a role of the agency gives nothing at a client", []Membership{{Role: Owner, Org: "c1", OrgKind: Client}}, StatementLock, Of("c1"), hidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := Decide(Actor{Account: "a", Memberships: c.who}, c.action, c.scope)
			got := forbidden
			switch {
			case d.Allowed:
				got = allowed
			case d.Hidden:
				got = hidden
			}
			if got != c.want {
				t.Errorf("got %s (%s), want %s", got, d.Reason, c.want)
			}
		})
	}
}

func TestRefusalNamesWhoMay(t *testing.T) {
	finance := Actor{Account: "a", Memberships: []Membership{{Role: ClientFinance, Org: "c1", OrgKind: Client}}}
	err := Require(finance, StatementSubmit, Of("c1"))
	if !fault.Is(err, fault.Forbidden) {
		t.Fatalf("got %v", err)
	}
	want := "Only the agency's owner, the account lead, the fractional CMO or the agency's finance may submit a statement."
	if err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	ofOne := Actor{Account: "a", Memberships: []Membership{{Role: AgencyFinance, Org: "ag", OrgKind: Agency, Client: "c1"}}}
	for _, action := range []Action{BillingProfileSee, LedgerSee} {
		if err := Require(ofOne, action, Scope{}); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "for all clients") {
			t.Errorf("%s with the role for one client: %v", action, err)
		}
	}
	if err := Require(ofOne, WorkspaceAdminister, Scope{}); !fault.Is(err, fault.Forbidden) || strings.Contains(err.Error(), "for all clients") {
		t.Errorf("what the role does for nobody: %v", err)
	}
	if err := Require(finance, StatementSubmit, Of("c2")); !fault.Is(err, fault.NotFound) {
		t.Errorf("another client: %v", err)
	}
	if err := Require(Actor{}, AccountSelf, Scope{}); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("nobody: %v", err)
	}
}

func TestRequireAnyLetsASpecialistToItsOwn(t *testing.T) {
	specialist := Actor{Account: "a", Memberships: []Membership{{Role: SpecialistPartner, Org: "sp", OrgKind: Specialist, Client: "c1"}}}
	if err := RequireAny(specialist, StatementSee, "c1"); err != nil {
		t.Errorf("own client: %v", err)
	}
	if err := RequireAny(specialist, StatementSee, "c2"); !fault.Is(err, fault.NotFound) {
		t.Errorf("another client: %v", err)
	}
	if err := RequireAny(specialist, StatementDraft, "c1"); err == nil {
		t.Error("a specialist drafts")
	}
}

func TestMayGive(t *testing.T) {
	actor := func(m Membership) Actor { return Actor{Account: "a", Memberships: []Membership{m}} }
	owner := actor(Membership{Role: Owner, OrgKind: Agency, Org: "ag"})
	lead := actor(Membership{Role: AccountLead, OrgKind: Agency, Org: "ag", Client: "c1"})
	exec := actor(Membership{Role: ClientExecutive, OrgKind: Client, Org: "c1"})
	for _, c := range []struct {
		name   string
		who    Actor
		role   Role
		kind   OrgKind
		client string
		want   bool
	}{
		{"owner makes an owner", owner, Owner, Agency, "", true},
		{"a client's role does not fit the agency", owner, ClientFinance, Agency, "", false},
		{"lead invites its client", lead, ClientExecutive, Client, "c1", true},
		{"lead does not invite another client", lead, ClientExecutive, Client, "c2", false},
		{"lead makes no owner", lead, Owner, Agency, "", false},
		{"executive invites a colleague", exec, ClientFinance, Client, "c1", true},
		{"executive makes no colleague elsewhere", exec, ClientFinance, Client, "c2", false},
		{"executive makes nobody of the agency", exec, Auditor, Agency, "c1", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := MayGive(c.who, c.role, c.kind, c.client); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// A client person, whatever its memberships say, never gets at another client or at what is internal.
func TestClientPersonStaysWithinItsClient(t *testing.T) {
	ids := []string{"", "c1", "c2", "c3", "ag", "sp"}
	rapid.Check(t, func(t *rapid.T) {
		m := Membership{
			Role:    rapid.SampledFrom(Roles()).Draw(t, "role"),
			Org:     rapid.SampledFrom(ids[1:]).Draw(t, "org"),
			OrgKind: rapid.SampledFrom([]OrgKind{Client, Specialist, Vendor}).Draw(t, "kind"),
			Client:  rapid.SampledFrom(ids).Draw(t, "client"),
		}
		scope := Scope{
			Client:   rapid.SampledFrom(ids).Draw(t, "scope client"),
			Provider: rapid.SampledFrom(ids).Draw(t, "scope provider"),
			Internal: rapid.Bool().Draw(t, "internal"),
			Private:  rapid.Bool().Draw(t, "private"),
		}
		action := rapid.SampledFrom(Actions()).Draw(t, "action")
		actor := Actor{Account: "a", Memberships: []Membership{m}}
		own := m.Client
		if m.OrgKind == Client {
			own = m.Org
		}
		d := Decide(actor, action, scope)
		if d.Allowed && GrantOf(m.Role, action) != Mine {
			if scope.Client == "" || scope.Client != own {
				t.Fatalf("%+v may %s at client %q", m, action, scope.Client)
			}
			if scope.Internal {
				t.Fatalf("%+v may %s what is internal", m, action)
			}
			if scope.Private && (m.OrgKind != Specialist || scope.Provider != m.Org) {
				t.Fatalf("%+v may %s what is between the agency and %q", m, action, scope.Provider)
			}
		}
		if !d.Allowed && scope.Client != "" && scope.Client != own && !d.Hidden {
			t.Fatalf("%+v learns that client %q exists", m, scope.Client)
		}
		if d.Allowed == d.Hidden && d.Allowed {
			t.Fatal("allowed and hidden")
		}
		if reach := Reachable(actor, action); reach.All || slices.ContainsFunc(reach.Clients, func(c string) bool { return c != own }) {
			t.Fatalf("%+v reaches %+v", m, reach)
		}
		if reach := InternalReach(actor, action); reach.All || len(reach.Clients) > 0 || SeesInternal(actor, scope.Client) {
			t.Fatalf("%+v sees internal things of %+v", m, reach)
		}
	})
}

func TestReachFollowsTheMemberships(t *testing.T) {
	two := Actor{Account: "a", Memberships: []Membership{
		{Role: AccountLead, OrgKind: Agency, Org: "ag", Client: "c2"},
		{Role: AccountLead, OrgKind: Agency, Org: "ag", Client: "c1"},
		{Role: ClientFinance, OrgKind: Client, Org: "c3"},
	}}
	if diff := cmp.Diff(Reach{Clients: []string{"c1", "c2", "c3"}}, Reachable(two, StatementSee)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Reach{Clients: []string{"c1", "c2"}}, InternalReach(two, StatementSee)); diff != "" {
		t.Error(diff)
	}
	if !Reachable(Machine("main", "ofrecord"), StatementSee).All {
		t.Error("the machine reaches every client")
	}
}

func TestRolesHaveWords(t *testing.T) {
	if AccountLead.Label() != "Account lead" || FractionalCMO.Words() != "fractional CMO" || Role("king").Label() != "king" || Role("").Words() != "" {
		t.Error("a role is misnamed")
	}
	for _, r := range Roles() {
		if r.Label() == string(r) || strings.Contains(r.Words(), "-") {
			t.Errorf("%s has no label", r)
		}
	}
}
