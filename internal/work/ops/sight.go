package ops

import (
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
)

// sight is which requests somebody sees, as a condition on request_state named st.
type sight struct {
	all      bool
	clients  []string
	provided [][2]string // client and organisation: only what the organisation does

	internal access.Reach // clients of which the internal notes are seen too
}

// sightOf is what the actor sees of one client's requests, or of every client's for an empty one.
func sightOf(actor access.Actor, client string) sight {
	v := sight{internal: access.InternalReach(actor, access.RequestSee)}
	for _, m := range actor.Memberships {
		reach := access.Reachable(access.Actor{Account: actor.Account, Memberships: []access.Membership{m}}, access.RequestSee)
		switch access.GrantOf(m.Role, access.RequestSee) {
		case access.OfClient:
			v.all = v.all || reach.All
			v.clients = append(v.clients, reach.Clients...)
		case access.OfOrg:
			for _, c := range reach.Clients {
				v.provided = append(v.provided, [2]string{c, m.Org})
			}
		}
	}
	if client == "" {
		return v
	}
	if v.all || slices.Contains(v.clients, client) {
		v.clients = []string{client}
	} else {
		v.clients = nil
	}
	v.all = false
	v.provided = slices.DeleteFunc(v.provided, func(p [2]string) bool { return p[0] != client })
	return v
}

// narrow holds a query to what is seen.
func (v sight) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	if v.all {
		return q
	}
	if len(v.clients) == 1 && len(v.provided) == 0 { // the plain case, for the index
		return q.Where("st.client_id = ?", v.clients[0])
	}
	var some []string
	var args []any
	if len(v.clients) > 0 {
		some, args = append(some, "st.client_id IN (?)"), append(args, bun.List(v.clients))
	}
	for _, p := range v.provided {
		some, args = append(some, "st.client_id = ? AND st.provider_id = ?"), append(args, p[0], p[1])
	}
	if len(some) == 0 {
		return q.Where("1 = 0")
	}
	return q.Where("("+strings.Join(some, " OR ")+")", args...)
}

// readable holds rows of words, named by an alias, to those whose text is seen.
func (v sight) readable(q *bun.SelectQuery, alias string) *bun.SelectQuery {
	column := bun.Ident(alias + ".visibility")
	switch {
	case v.internal.All:
		return q
	case len(v.internal.Clients) > 0:
		return q.Where("(? = ? OR st.client_id IN (?))", column, string(ForClient), bun.List(v.internal.Clients))
	}
	return q.Where("? = ?", column, string(ForClient))
}
