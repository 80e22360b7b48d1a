package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Membership is what a person is in one organisation, as far as access is concerned. Only memberships in force belong into an Actor.
type Membership struct {
	ID      string
	Role    Role
	Org     string
	OrgName string
	OrgKind OrgKind
	Client  string // the one client it covers; empty: all clients of the workspace, which only a membership in the agency can
	Apart   bool   // given for all clients, but a wall keeps the person from one: this is what is left of it for one of the others
}

// Actor is a signed-in account in one workspace.
type Actor struct {
	Account     string
	Name        string
	Workspace   string
	Memberships []Membership
}

// MachineAccount is the account of what the program does by itself, and of the operator at the command line.
const MachineAccount = "system"

// Machine acts for the program itself or for the operator at the command line: with the rights of the agency's owner, under a name that
// the record shows. It can never accept for a client.
func Machine(workspace, name string) Actor {
	return Actor{Account: MachineAccount, Name: name, Workspace: workspace,
		Memberships: []Membership{{Role: Owner, OrgKind: Agency}}}
}

// Scope is what an action is done to. The zero Scope is the workspace itself.
type Scope struct {
	Client   string // id of the client; empty: the workspace
	Provider string // organisation that did the work; empty: the agency, or all of them
	Internal bool   // marked by the agency as not for the client
	Private  bool   // between the agency and Provider, and for nobody else: a contract with a specialist and what is paid under it
}

// Of is the scope of something of a client.
func Of(client string) Scope { return Scope{Client: client} }

// Decision is the answer for one actor, action and scope.
type Decision struct {
	Allowed bool
	Hidden  bool   // refused so that not even its existence shows: answer "not found"
	Reason  string // for the person, when refused: who may do this
}

// Decide says whether the actor may do the action in the scope. Any one membership suffices.
func Decide(actor Actor, action Action, scope Scope) Decision {
	seen := scope.Client == "" && scope.Provider == "" && !scope.Internal && !scope.Private
	for _, m := range actor.Memberships {
		if !m.fits() {
			continue
		}
		grant := GrantOf(m.Role, action)
		if m.allows(grant, scope) {
			return Decision{Allowed: true}
		}
		if m.knows(grant, scope) {
			seen = true
		}
	}
	if !seen {
		return Decision{Hidden: true, Reason: "There is nothing here, or it is not for you."}
	}
	if scope.Client == "" && slices.ContainsFunc(actor.Memberships, func(m Membership) bool { return m.Apart && m.oneClientOnly(action) }) {
		return Decision{Reason: "A wall keeps you from one of the clients, and this is of the whole workspace. Its keeper can do it for you."}
	}
	if scope.Client == "" && slices.ContainsFunc(actor.Memberships, func(m Membership) bool { return m.oneClientOnly(action) }) {
		return Decision{Reason: "Your role is for one client, and this is of the whole workspace. It needs the role for all clients; the agency's owner gives it under People."}
	}
	return Decision{Reason: refusal(action, scope)}
}

// Require is Decide as an error: nil, Unauthenticated for nobody, NotFound for what is hidden, Forbidden with who may do it.
func Require(actor Actor, action Action, scope Scope) error {
	if actor.Account == "" {
		return fault.New(fault.Unauthenticated, "sign-in-needed", "Sign in to go on.")
	}
	d := Decide(actor, action, scope)
	switch {
	case d.Allowed:
		return nil
	case d.Hidden:
		return fault.New(fault.NotFound, "not-found", "%s", d.Reason)
	default:
		return fault.New(fault.Forbidden, "not-allowed", "%s", d.Reason)
	}
}

// Between is the scope of what is between the agency and a provider of work for a client, and for nobody else.
func Between(client, provider string) Scope {
	return Scope{Client: client, Provider: provider, Private: true}
}

// RequireAny is Require before it is known whose work within the client is meant: it lets pass who may do the action for the client as a
// whole or for what their own organisation did. What is behind it decides each thing again.
func RequireAny(actor Actor, action Action, client string) error {
	for _, m := range actor.Memberships {
		if Decide(actor, action, Scope{Client: client, Provider: m.Org, Private: m.OrgKind == Specialist}).Allowed {
			return nil
		}
	}
	return Require(actor, action, Of(client))
}

// SeesInternal reports whether the actor sees what the agency keeps internal about the client.
func SeesInternal(actor Actor, client string) bool {
	return slices.ContainsFunc(actor.Memberships, func(m Membership) bool {
		return m.fits() && m.OrgKind == Agency && m.reaches(Of(client))
	})
}

// Reach is the clients whose things a list may show.
type Reach struct {
	All     bool     // every client, and what belongs to no client
	Clients []string // sorted; meaningless when All
}

// Reachable gives the clients for which at least one membership allows the action, disregarding providers and what is internal. A list
// that shows specialists' work decides each row besides.
func Reachable(actor Actor, action Action) Reach {
	return reachable(actor, func(m Membership) bool { g := GrantOf(m.Role, action); return g == OfClient || g == OfOrg || g == Mine })
}

// InternalReach gives the clients for which the action also shows what is internal to the agency.
func InternalReach(actor Actor, action Action) Reach {
	return reachable(actor, func(m Membership) bool { return m.OrgKind == Agency && GrantOf(m.Role, action) == OfClient })
}

func reachable(actor Actor, suits func(Membership) bool) Reach {
	var out Reach
	for _, m := range actor.Memberships {
		if !m.fits() || !suits(m) {
			continue
		}
		if m.covers() == everyClient {
			return Reach{All: true}
		}
		if c := m.covers(); c != "" && !slices.Contains(out.Clients, c) {
			out.Clients = append(out.Clients, c)
		}
	}
	slices.Sort(out.Clients)
	return out
}

// MayGive reports whether the actor may give, change or end the role in the organisation, for the client (empty: all of them).
// It presupposes PeopleInvite or PeopleChange in that scope.
func MayGive(actor Actor, role Role, kind OrgKind, client string) bool {
	if !slices.Contains(RolesOf(kind), role) {
		return false
	}
	return slices.ContainsFunc(actor.Memberships, func(m Membership) bool {
		c := m.Role.column()
		if !m.fits() || !m.reaches(Of(client)) || !slices.Contains(roles[c].hands, role) {
			return false
		}
		return m.OrgKind == Agency || m.OrgKind == kind
	})
}

const everyClient = "*"

// fits reports whether the role can be held in that kind of organisation. A membership that does not fit gives nothing.
func (m Membership) fits() bool {
	c := m.Role.column()
	return c >= 0 && slices.Contains(roles[c].kinds, m.OrgKind)
}

// covers is the client of the membership, everyClient, or "" for none at all.
func (m Membership) covers() string {
	switch {
	case m.OrgKind == Client:
		return m.Org
	case m.OrgKind == Agency && m.Client == "":
		return everyClient
	default:
		return m.Client
	}
}

func (m Membership) reaches(scope Scope) bool {
	c := m.covers()
	return c == everyClient || c != "" && c == scope.Client
}

// oneClientOnly: the role would do, if it were not given in the agency for one client.
func (m Membership) oneClientOnly(action Action) bool {
	return m.fits() && m.OrgKind == Agency && m.Client != "" && GrantOf(m.Role, action) == OfClient
}

func (m Membership) maySee(scope Scope) bool {
	return m.OrgKind == Agency || !scope.Internal && (!scope.Private || scope.Provider != "" && m.OrgKind == Specialist && m.Org == scope.Provider)
}

func (m Membership) allows(grant Grant, scope Scope) bool {
	switch grant {
	case Mine:
		return true
	case OfClient:
		return m.reaches(scope) && m.maySee(scope)
	case OfOrg:
		return m.reaches(scope) && m.maySee(scope) && scope.Provider != "" && scope.Provider == m.Org
	default:
		return false
	}
}

// knows reports whether the holder may learn that what the scope names exists.
func (m Membership) knows(grant Grant, scope Scope) bool {
	if !m.reaches(scope) || !m.maySee(scope) {
		return false
	}
	return m.OrgKind != Specialist || grant == OfClient || scope.Provider == m.Org
}

func refusal(action Action, scope Scope) string {
	found, ok := find(action)
	if !ok {
		return "Nobody may do this."
	}
	var who []string
	for i, g := range found.grants {
		ofAnother := g == OfOrg && scope.Provider == "" || g == OfClient && scope.Private && !slices.Contains(roles[i].kinds, Agency)
		if g != Never && g != Undecided && !ofAnother {
			who = append(who, "the "+roles[i].words)
		}
	}
	if len(who) == 0 {
		return "Nobody may do this here."
	}
	return fmt.Sprintf("Only %s may %s.", list(who), found.words)
}

func list(words []string) string {
	switch len(words) {
	case 0:
		return "nobody"
	case 1:
		return words[0]
	default:
		return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
	}
}
