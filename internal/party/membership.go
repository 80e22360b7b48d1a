package party

import (
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Membership is a role of an account in an organisation.
type Membership struct {
	ID      string
	Account string
	Org     Org
	Role    access.Role
	Client  string    // the client it covers; empty: all clients, in the host only
	From    time.Time // inclusive
	Until   time.Time // exclusive; zero: no end yet
}

// InForce reports whether the membership counts at the instant.
func (m Membership) InForce(at time.Time) bool {
	return !at.Before(m.From) && (m.Until.IsZero() || at.Before(m.Until))
}

// Access is the membership as access decides by it.
func (m Membership) Access() access.Membership {
	return access.Membership{ID: m.ID, Role: m.Role, Org: m.Org.ID, OrgName: m.Org.Name, OrgKind: m.Org.Kind, Client: m.Client}
}

// CheckMembership refuses a role that the organisation cannot have, and a client that it cannot cover: people of a client cover their
// client, specialists one client, people of the host one or all. It returns the client to store. Fault: Invalid at "role" or "client".
func CheckMembership(role access.Role, org Org, client string) (string, error) {
	if !slices.Contains(access.RolesOf(org.Kind), role) {
		return "", fault.New(fault.Invalid, "role-misfit", "Choose a role that people of %s can have.", org.Name).At("role")
	}
	if role == access.Owner && client != "" {
		return "", fault.New(fault.Invalid, "client-misfit", "An owner covers all clients.").At("client")
	}
	switch org.Kind {
	case access.Client:
		if client != "" && client != org.ID {
			return "", fault.New(fault.Invalid, "client-misfit", "People of %s can only belong to that client.", org.Name).At("client")
		}
		return org.ID, nil
	case access.Specialist:
		if client == "" {
			return "", fault.New(fault.Invalid, "client-missing", "Choose the client that this specialist works for.").At("client")
		}
	}
	return client, nil
}

// KeepsOwner refuses to end the host's last owner. The memberships are those in force that would be left. Fault: Conflict.
func KeepsOwner(left []Membership) error {
	if slices.ContainsFunc(left, func(m Membership) bool { return m.Role == access.Owner && m.Org.Kind == access.Agency }) {
		return nil
	}
	return fault.New(fault.Conflict, "last-owner", "This is the only owner left. Make somebody else an owner first.")
}
