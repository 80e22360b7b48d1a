package app

import (
	"net/http"
	"slices"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// frame is the navigation around a page: only rooms that exist and that the person may enter.
func (p *Program) frame(r *http.Request) kit.Frame {
	ctx := r.Context()
	actor := access.ActorFrom(ctx)
	if actor.Account == "" {
		return kit.Frame{Workspace: "Ofrecord", Home: "/"}
	}
	f := kit.Frame{Workspace: "Ofrecord", Home: "/", Main: mainRooms(actor)}
	if host, err := p.Party.Host(ctx, actor); err == nil {
		f.Workspace = host.Name
	}
	f.Person = &kit.Person{Name: actor.Name, Role: roleWords(actor), Href: "/account", SignOut: "/sign-out"}
	if client, ok := clientOf(ctx); ok {
		f.Client = &kit.ClientNav{Name: client.Name, Href: "/clients/" + client.ID, Rooms: clientRooms(actor, client.ID)}
	}
	return f
}

type room struct {
	key, text, path string
	action          access.Action
}

// clientRooms are the rooms inside a client, in the order of the work.
func clientRooms(actor access.Actor, client string) []kit.NavLink {
	var out []kit.NavLink
	for _, r := range []room{
		{"overview", "Overview", "", access.ClientSee},
		{"contract", "Contract", "/contract", access.ContractSee},
		{"relationship", "Relationship", "/relationship", access.ContractSee},
		{"work", "Work", "/work", access.RequestSee},
		{"statements", "Statements", "/statements", access.StatementSee},
		{"invoices", "Invoices", "/invoices", access.InvoiceSee},
		{"deliverables", "Deliverables", "/deliverables", access.DeliverableSee},
		{"approvals", "Approvals", "/approvals", access.EvidenceSee},
		{"time", "Time", "/time", access.TimeSee},
		{"evidence", "Evidence", "/evidence", access.EvidenceSee},
		{"people", "People", "/people", access.PeopleSee},
		{"record", "Record", "/record", access.RecordSee},
	} {
		if access.Decide(actor, r.action, access.Of(client)).Allowed || r.action == access.ClientSee || (r.action == access.DeliverableSee || r.action == access.RequestSee) && access.RequireAny(actor, r.action, client) == nil || ofProvider(actor, r.key, r.action, client) {
			out = append(out, kit.NavLink{Key: r.key, Text: r.text, Href: "/clients/" + client + r.path})
		}
	}
	return out
}

// ofProvider: the people of a specialist have the contract with the agency and the statements under it.
func ofProvider(actor access.Actor, key string, action access.Action, client string) bool {
	return (key == "contract" || key == "statements") && access.RequireAny(actor, action, client) == nil
}

// mainRooms are the rooms of the workspace. People whose memberships are all at clients have only their portfolio.
func mainRooms(actor access.Actor) []kit.NavLink {
	out := []kit.NavLink{{Key: "portfolio", Text: "Portfolio", Href: "/"}}
	for _, r := range []room{
		{"inbox", "Inbox", "/inbox", access.InboxSee},
		{"time", "Time", "/time", access.TimeOwn},
		{"month-end", "Month end", "/month-ends", access.MonthEndSee},
		{"people", "People", "/people", access.PeopleSee},
		{"conflicts", "Conflicts", "/conflicts", access.ConflictSee},
		{"ledger", "Ledger", "/ledger", access.LedgerSee},
		{"billing", "Billing profile", "/billing-profile", access.BillingProfileSee},
		{"record", "Record", "/record", access.RecordSee},
	} {
		if access.Decide(actor, r.action, access.Scope{}).Allowed {
			out = append(out, kit.NavLink{Key: r.key, Text: r.text, Href: r.path})
		}
	}
	return out
}

// roleWords names the role, or the first of several.
func roleWords(actor access.Actor) string {
	if len(actor.Memberships) == 0 {
		return "no role"
	}
	words := actor.Memberships[0].Role.Label()
	if slices.ContainsFunc(actor.Memberships, func(m access.Membership) bool { return m.Role != actor.Memberships[0].Role || !m.Apart }) && len(actor.Memberships) > 1 {
		words += " and more"
	}
	return words
}
