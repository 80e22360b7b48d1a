package ops_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
	"github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestBootstrapHappensOnce(t *testing.T) {
	each(t, func(o *office) {
		in := ops.BootstrapInput{Workspace: dbtest.Workspace, AgencyName: "Other", OwnerName: "Otto", OwnerEmail: "otto@example.com"}
		_, err := o.Bootstrap(o.ctx, in)
		o.fails(err, fault.Conflict, "bootstrapped")
		want := []access.Membership{{ID: o.owner.Memberships[0].ID, Role: access.Owner, Org: o.owner.Memberships[0].Org, OrgName: "Northlight", OrgKind: access.Agency}}
		if diff := cmp.Diff(want, o.owner.Memberships); diff != "" {
			o.t.Error(diff)
		}
		if got := o.record(); len(got) != 1 || got[0].ActorID != access.MachineAccount {
			o.t.Errorf("got %+v", got)
		}
	})
}

func TestBootstrapTellsAllThatIsWrong(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		s := ops.New(ops.Options{DB: d, Now: time.Now, Hashing: cheap})
		_, err := s.Bootstrap(ctx, ops.BootstrapInput{Workspace: "test", OwnerEmail: "nobody", Password: "short"})
		var fields []string
		for _, f := range fault.All(err) {
			fields = append(fields, f.Field)
		}
		if diff := cmp.Diff([]string{"agency", "name", "email", "password"}, fields); diff != "" {
			t.Error(diff)
		}
	})
}

func TestASecondWorkspaceIsApart(t *testing.T) {
	d, one, two := dbtest.TwoWorkspaces(t)
	o := open(t, d, one)
	acme := o.client("Acme")
	got, err := o.Bootstrap(two, ops.BootstrapInput{Workspace: "second", AgencyName: "Southlight", OwnerName: "Somebody else", OwnerEmail: ownerEmail})
	if err != nil {
		t.Fatal(err)
	}
	if got.Owner.ID != o.owner.Account || got.Owner.Name != "Olga Owner" {
		t.Errorf("the same address is the same person: %+v", got.Owner)
	}
	second, err := o.ActorOf(two, o.owner.Account, "second")
	if err != nil {
		t.Fatal(err)
	}
	if clients, err := o.Clients(two, second); err != nil || len(clients) != 0 {
		t.Errorf("got %v, %v", clients, err)
	}
	if _, err := o.Client(two, second, acme.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
	in, err := o.SignIn(one, ownerEmail, password, here)
	if err != nil || len(in.Workspaces) != 2 || in.Workspace != "" {
		t.Errorf("two workspaces: the person chooses; got %+v, %v", in, err)
	}
	lone := o.invite(o.owner, "lone@acme.example", access.ClientFinance, acme.ID, "")
	if _, err := o.ActorOf(one, lone.Account, "second"); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a person of one workspace in another: %v", err)
	}
	if err := o.Enter(one, party.Account{ID: lone.Account, Name: "lone"}, "second", "password"); !fault.Is(err, fault.NotFound) {
		t.Errorf("entering another workspace: %v", err)
	}
}

func TestCreateClient(t *testing.T) {
	each(t, func(o *office) {
		acme := o.client(" Acme  Robotics ")
		if acme.Name != "Acme Robotics" || acme.Kind != access.Client {
			o.t.Errorf("got %+v", acme)
		}
		_, err := o.CreateClient(o.ctx, o.owner, "ACME robotics")
		o.fails(err, fault.Conflict, "org-exists")
		_, err = o.CreateClient(o.ctx, o.owner, " ")
		o.fails(err, fault.Invalid, "name-missing")
		finance := o.invite(o.owner, "fin@acme.example", access.ClientFinance, acme.ID, "")
		_, err = o.CreateClient(o.ctx, finance, "Mine")
		o.fails(err, fault.Forbidden, "not-allowed")
		_, err = o.CreateOrg(o.ctx, o.owner, access.Agency, "Second host")
		o.fails(err, fault.Invalid, "org-kind")
	})
}

func TestPeopleSeeTheirOwnClients(t *testing.T) {
	each(t, func(o *office) {
		acme, bolt := o.client("Acme"), o.client("Bolt")
		host := o.owner.Memberships[0].Org
		lead := o.invite(o.owner, "lead@northlight.example", access.AccountLead, host, bolt.ID)
		finance := o.invite(o.owner, "fin@acme.example", access.ClientFinance, acme.ID, "")
		for name, c := range map[string]struct {
			actor access.Actor
			want  []string
		}{
			"owner": {o.owner, []string{"Acme", "Bolt"}}, "lead": {lead, []string{"Bolt"}}, "finance": {finance, []string{"Acme"}},
			"nobody in particular": {access.Actor{Account: "acc_x", Memberships: []access.Membership{{Role: access.Owner, OrgKind: access.Vendor}}}, nil},
		} {
			got, err := o.Clients(o.ctx, c.actor)
			if err != nil && name != "nobody in particular" {
				o.t.Fatal(err)
			}
			var names []string
			for _, org := range got {
				names = append(names, org.Name)
			}
			if diff := cmp.Diff(c.want, names); diff != "" {
				o.t.Errorf("%s: %s", name, diff)
			}
		}
		_, err := o.Client(o.ctx, finance, bolt.ID)
		o.fails(err, fault.NotFound, "not-found")
	})
}

func TestInvite(t *testing.T) {
	each(t, func(o *office) {
		acme, bolt := o.client("Acme"), o.client("Bolt")
		host := o.owner.Memberships[0].Org
		lead := o.invite(o.owner, "lead@northlight.example", access.AccountLead, host, acme.ID)
		exec := o.invite(lead, "exec@acme.example", access.ClientExecutive, acme.ID, "")
		finance := o.invite(exec, "fin@acme.example", access.ClientFinance, acme.ID, acme.ID)

		got := o.letters("fin@acme.example")
		if len(got) != 1 || !strings.Contains(got[0].Text, "https://records.example.com/sign-in/link/") || !got[0].NotAfter.Equal(o.clock().Add(7*24*time.Hour)) {
			o.t.Errorf("got %+v", got)
		}
		entry := o.record()[0]
		if entry.Action != "people.invite" || entry.Client != acme.ID || entry.Internal || entry.Words != "invited fin as client finance at Acme" {
			o.t.Errorf("got %+v", entry)
		}
		if strings.Contains(entry.After, linkIn(o.t, got[0].Text)) {
			o.t.Error("the record holds the secret of the link")
		}

		for _, c := range []struct {
			name string
			by   access.Actor
			in   ops.InviteInput
			kind fault.Kind
			code string
		}{
			{"twice the same place", o.owner, ops.InviteInput{Email: "FIN@acme.example", Name: "F", Org: acme.ID, Role: access.ClientSales}, fault.Conflict, "member-already"},
			{"a role that does not fit", o.owner, ops.InviteInput{Email: "x@acme.example", Name: "X", Org: acme.ID, Role: access.Owner}, fault.Invalid, "role-misfit"},
			{"an unknown organisation", o.owner, ops.InviteInput{Email: "x@acme.example", Name: "X", Org: "org_none", Role: access.ClientSales}, fault.Invalid, "org"},
			{"an unknown client", o.owner, ops.InviteInput{Email: "x@n.example", Name: "X", Org: host, Role: access.AccountLead, Client: "org_none"}, fault.NotFound, "client"},
			{"a lead makes an owner", lead, ops.InviteInput{Email: "x@n.example", Name: "X", Org: host, Role: access.Owner}, fault.Forbidden, "not-allowed"},
			{"a lead makes a lead of the client", lead, ops.InviteInput{Email: "x@n.example", Name: "X", Org: host, Role: access.AccountLead, Client: acme.ID}, fault.Forbidden, "role-not-yours"},
			{"a lead at another client", lead, ops.InviteInput{Email: "x@bolt.example", Name: "X", Org: bolt.ID, Role: access.ClientSales}, fault.NotFound, "not-found"},
			{"an executive at another client", exec, ops.InviteInput{Email: "x@bolt.example", Name: "X", Org: bolt.ID, Role: access.ClientSales}, fault.NotFound, "not-found"},
			{"an executive at the agency", exec, ops.InviteInput{Email: "x@acme.example", Name: "X", Org: host, Role: access.Auditor, Client: acme.ID}, fault.Forbidden, "role-not-yours"},
			{"finance invites nobody", finance, ops.InviteInput{Email: "x@acme.example", Name: "X", Org: acme.ID, Role: access.ClientSales}, fault.Forbidden, "not-allowed"},
			{"an end in the past", o.owner, ops.InviteInput{Email: "x@acme.example", Name: "X", Org: acme.ID, Role: access.Auditor, Until: o.clock()}, fault.Invalid, "until-past"},
			{"nobody", access.Actor{}, ops.InviteInput{Email: "x@acme.example", Name: "X", Org: acme.ID, Role: access.ClientSales}, fault.Unauthenticated, "sign-in-needed"},
		} {
			before := len(o.record())
			_, err := o.Invite(o.ctx, c.by, c.in)
			if !fault.Is(err, c.kind) || fault.Code(err) != c.code {
				o.t.Errorf("%s: got %v (%s)", c.name, err, fault.Code(err))
			}
			if len(o.record()) != before || len(o.letters(c.in.Email)) != 0 {
				o.t.Errorf("%s: something was written", c.name)
			}
		}
	})
}

func TestAFixedTermEndsByItself(t *testing.T) {
	each(t, func(o *office) {
		acme := o.client("Acme")
		m, err := o.Invite(o.ctx, o.owner, ops.InviteInput{Email: "audit@big.example", Name: "Aud", Org: acme.ID, Role: access.Auditor, Until: o.clock().Add(48 * time.Hour)})
		if err != nil {
			o.t.Fatal(err)
		}
		if n := len(o.actor(m.Account).Memberships); n != 1 {
			o.t.Errorf("got %d memberships", n)
		}
		o.later(48 * time.Hour)
		_, err = o.ActorOf(o.ctx, m.Account, dbtest.Workspace)
		o.fails(err, fault.Forbidden, "no-role")
		_, err = o.ChangeRole(o.ctx, o.owner, m.ID, access.ClientSales)
		o.fails(err, fault.Conflict, "membership-ended")
	})
}

func TestChangeRole(t *testing.T) {
	each(t, func(o *office) {
		acme := o.client("Acme")
		exec := o.invite(o.owner, "exec@acme.example", access.ClientExecutive, acme.ID, "")
		sales := o.invite(o.owner, "sales@acme.example", access.ClientSales, acme.ID, "")
		old := sales.Memberships[0].ID
		o.later(time.Hour)
		m, err := o.ChangeRole(o.ctx, exec, old, access.ClientFinance)
		if err != nil {
			o.t.Fatal(err)
		}
		got := o.actor(sales.Account).Memberships
		if len(got) != 1 || got[0].Role != access.ClientFinance || got[0].ID != m.ID || m.ID == old {
			o.t.Errorf("got %+v", got)
		}
		entry := o.record()[0]
		if entry.Words != "changed the role of sales at Acme from client sales to client finance" || entry.Before == entry.After {
			o.t.Errorf("got %+v", entry)
		}
		_, err = o.ChangeRole(o.ctx, exec, old, access.ClientSales)
		o.fails(err, fault.Conflict, "membership-ended")
		_, err = o.ChangeRole(o.ctx, exec, m.ID, access.ClientFinance)
		o.fails(err, fault.Conflict, "role-same")
		_, err = o.ChangeRole(o.ctx, exec, m.ID, access.Owner)
		o.fails(err, fault.Invalid, "role-misfit")
		_, err = o.ChangeRole(o.ctx, exec, o.owner.Memberships[0].ID, access.AccountLead)
		o.fails(err, fault.Forbidden, "not-allowed")
		_, err = o.ChangeRole(o.ctx, sales, m.ID, access.ClientExecutive)
		o.fails(err, fault.Forbidden, "not-allowed")
		_, err = o.ChangeRole(o.ctx, exec, "mem_none", access.ClientSales)
		o.fails(err, fault.NotFound, "membership")
	})
}

func TestTheLastOwnerStays(t *testing.T) {
	each(t, func(o *office) {
		mine := o.owner.Memberships[0]
		_, err := o.ChangeRole(o.ctx, o.owner, mine.ID, access.AccountLead)
		o.fails(err, fault.Conflict, "last-owner")
		o.fails(o.EndMembership(o.ctx, o.owner, mine.ID), fault.Conflict, "last-owner")
		if n := len(o.actor(o.owner.Account).Memberships); n != 1 {
			o.t.Fatalf("%d memberships left", n)
		}
		second := o.invite(o.owner, "otto@northlight.example", access.Owner, mine.Org, "")
		if err := o.EndMembership(o.ctx, o.owner, mine.ID); err != nil {
			o.t.Fatal(err)
		}
		_, err = o.ActorOf(o.ctx, o.owner.Account, dbtest.Workspace)
		o.fails(err, fault.Unauthenticated, "session-ended")
		o.fails(o.EndMembership(o.ctx, second, second.Memberships[0].ID), fault.Conflict, "last-owner")
	})
}

func TestEndedPeopleAreGoneAtOnce(t *testing.T) {
	each(t, func(o *office) {
		acme := o.client("Acme")
		sales := o.invite(o.owner, "sales@acme.example", access.ClientSales, acme.ID, "")
		token := linkIn(o.t, o.letters("sales@acme.example")[0].Text)
		secret, _, err := o.MakeToken(o.ctx, sales, "import")
		if err != nil {
			o.t.Fatal(err)
		}
		if err := o.EndMembership(o.ctx, o.owner, sales.Memberships[0].ID); err != nil {
			o.t.Fatal(err)
		}
		_, err = o.ActorOf(o.ctx, sales.Account, dbtest.Workspace)
		o.fails(err, fault.Unauthenticated, "session-ended")
		_, err = o.ActorByToken(o.ctx, secret)
		o.fails(err, fault.Unauthenticated, "session-ended")
		_, err = o.UseLink(o.ctx, token)
		o.fails(err, fault.Forbidden, "no-workspace")
		again := o.invite(o.owner, "sales@acme.example", access.ClientProduct, acme.ID, "")
		if again.Account != sales.Account || len(again.Memberships) != 1 {
			o.t.Errorf("invited again: %+v", again)
		}
	})
}

func TestListPeople(t *testing.T) {
	each(t, func(o *office) {
		acme, bolt := o.client("Acme"), o.client("Bolt")
		host := o.owner.Memberships[0].Org
		searchers, err := o.CreateOrg(o.ctx, o.owner, access.Specialist, "Searchers")
		if err != nil {
			o.t.Fatal(err)
		}
		o.invite(o.owner, "lead@northlight.example", access.AccountLead, host, bolt.ID)
		exec := o.invite(o.owner, "exec@acme.example", access.ClientExecutive, acme.ID, "")
		o.invite(o.owner, "sales@acme.example", access.ClientSales, acme.ID, "")
		partner := o.invite(o.owner, "pat@searchers.example", access.SpecialistPartner, searchers.ID, acme.ID)
		o.invite(o.owner, "bo@bolt.example", access.ClientExecutive, bolt.ID, "")

		names := func(list []ops.Listing) []string {
			var out []string
			for _, l := range list {
				word := l.Account.Name + " of " + l.Membership.Org.Name
				if l.MayChange {
					word += " *"
				}
				out = append(out, word)
			}
			return out
		}
		got, err := o.ListPeople(o.ctx, exec, acme.ID)
		if err != nil {
			o.t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"Olga Owner of Northlight", "exec of Acme *", "sales of Acme *", "pat of Searchers"}, names(got)); diff != "" {
			o.t.Error(diff)
		}
		if !got[0].SignedIn || got[1].SignedIn || got[1].ClientName != "Acme" {
			o.t.Errorf("got %+v", got[:2])
		}
		all, err := o.ListPeople(o.ctx, o.owner, "")
		if err != nil || len(all) != 6 {
			o.t.Errorf("got %v, %v", names(all), err)
		}
		_, err = o.ListPeople(o.ctx, exec, bolt.ID)
		o.fails(err, fault.NotFound, "not-found")
		_, err = o.ListPeople(o.ctx, exec, "")
		o.fails(err, fault.Forbidden, "not-allowed")
		_, err = o.ListPeople(o.ctx, partner, acme.ID)
		if err == nil {
			o.t.Error("a specialist does not see the client's people")
		}
	})
}
