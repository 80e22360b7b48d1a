package access

import "slices"

// Behind leaves of memberships what a person has who is kept from clients by walls. A role in the agency for all clients becomes one for each of the
// other clients, so that nothing of the whole workspace is within reach, for it would tell of the client behind the wall; a role for that client
// gives nothing. A client's own people are never kept from their own company. The clients are all there are.
func Behind(memberships []Membership, walled, clients []string) []Membership {
	if len(walled) == 0 {
		return memberships
	}
	var out []Membership
	for _, m := range memberships {
		switch {
		case m.OrgKind == Client:
			out = append(out, m)
		case m.covers() == everyClient:
			for _, c := range clients {
				if !slices.Contains(walled, c) {
					m.Client, m.Apart = c, true
					out = append(out, m)
				}
			}
		case !slices.Contains(walled, m.Client):
			out = append(out, m)
		}
	}
	return out
}
