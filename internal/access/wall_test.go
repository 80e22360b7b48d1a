package access

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAWalledPersonHasTheOtherClientsOneByOne(t *testing.T) {
	lead := Membership{ID: "m", Role: AccountLead, Org: "ag", OrgKind: Agency}
	actor := Actor{Account: "a", Memberships: Behind([]Membership{lead}, []string{"c2"}, []string{"c1", "c2", "c3"})}
	if reach := Reachable(actor, ClientSee); reach.All || !slices.Equal(reach.Clients, []string{"c1", "c3"}) {
		t.Errorf("reaches %+v", reach)
	}
	if d := Decide(actor, ClientSee, Of("c2")); !d.Hidden {
		t.Errorf("the walled client: %+v", d)
	}
	d := Decide(actor, PeopleSee, Scope{})
	if d.Allowed || d.Hidden || !strings.Contains(d.Reason, "wall") || strings.Contains(d.Reason, "c2") {
		t.Errorf("the whole workspace: %+v", d)
	}
	if got := Behind([]Membership{lead}, nil, []string{"c1"}); len(got) != 1 || got[0].Client != "" {
		t.Errorf("without a wall: %+v", got)
	}
	own := Membership{Role: ClientExecutive, Org: "c2", OrgKind: Client}
	if got := Behind([]Membership{own}, []string{"c2"}, []string{"c2"}); len(got) != 1 {
		t.Errorf("a client is kept from itself: %+v", got)
	}
}

// Nobody of the agency and no specialist gets at a client behind a wall, whatever else they are.
func TestNothingReachesOverAWall(t *testing.T) {
	clients := []string{"c1", "c2", "c3"}
	rapid.Check(t, func(t *rapid.T) {
		var members []Membership
		for range rapid.IntRange(1, 4).Draw(t, "memberships") {
			kind := rapid.SampledFrom([]OrgKind{Agency, Specialist}).Draw(t, "kind")
			members = append(members, Membership{Role: rapid.SampledFrom(RolesOf(kind)).Draw(t, "role"), Org: "o", OrgKind: kind,
				Client: rapid.SampledFrom(append([]string{""}, clients...)).Draw(t, "client")})
		}
		walled := rapid.SliceOfNDistinct(rapid.SampledFrom(clients), 1, 3, rapid.ID).Draw(t, "walled")
		actor := Actor{Account: "a", Memberships: Behind(members, walled, clients)}
		action := rapid.SampledFrom(Actions()).Draw(t, "action")
		for _, c := range walled {
			scope := Scope{Client: c, Provider: rapid.SampledFrom([]string{"", "o"}).Draw(t, "provider"), Internal: rapid.Bool().Draw(t, "internal")}
			if d := Decide(actor, action, scope); !d.Hidden && GrantOf(members[0].Role, action) != Mine && !d.Allowed {
				t.Fatalf("%s of %s: %+v", action, c, d)
			} else if d.Allowed && !slices.ContainsFunc(actor.Memberships, func(m Membership) bool { return GrantOf(m.Role, action) == Mine }) {
				t.Fatalf("%s of %s is allowed", action, c)
			}
			for _, reach := range []Reach{Reachable(actor, action), InternalReach(actor, action)} {
				if reach.All || slices.Contains(reach.Clients, c) {
					t.Fatalf("%s reaches %+v", action, reach)
				}
			}
			if SeesInternal(actor, c) {
				t.Fatal("sees internal things")
			}
		}
		for _, a := range []Action{LedgerSee, WorkspaceAdminister, PeopleSee, ConflictSee, WallKeep} {
			if Decide(actor, a, Scope{}).Allowed {
				t.Fatalf("%s of the whole workspace is allowed", a)
			}
		}
	})
}
