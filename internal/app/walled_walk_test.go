package app

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/app/demo"
	"github.com/ofrecord/ofrecord/internal/engagement"
	engagementops "github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/party"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// TestNothingShowsOverAWall puts people of the agency who cover all clients behind a wall, and asks as each of them for every page and operation: the client on the other
// side is not found, and nothing that they do find tells of it.
func TestNothingShowsOverAWall(t *testing.T) {
	for engine, database := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "wall.db") },
		"postgres": func(t *testing.T) string { return dbtest.PostgresURL(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			p, made := demoOn(t, database(t))
			p.walled(t, made)
		})
	}
}

func (p *Program) walled(t *testing.T, made demo.Made) {
	ctx, server := p.inWorkspace(t.Context()), p.server()
	clients, err := p.Party.Clients(ctx, p.operator())
	if err != nil {
		t.Fatal(err)
	}
	other := clients[slices.IndexFunc(clients, func(c party.Org) bool { return c.ID != made.Client })].ID
	tokens, sides := map[access.Role]string{}, map[string]string{}
	for _, persona := range made.Personas {
		switch persona.Role {
		case access.AccountLead, access.FractionalCMO, access.AgencyFinance, access.TeamMember:
			sides[persona.Account()] = other
			tokens[persona.Role] = p.tokenOf(t, persona.Role, made.Personas)
		case access.Owner:
			sides[persona.Account()] = engagement.Keeper
		}
	}
	real := p.realIDs(t, made)
	delete(real, "check") // a check is of the workspace, and refused whatever it is
	if _, err := p.Engagement.BuildWall(ctx, p.operator(), engagementops.WallInput{One: made.Client, Other: other, Reason: "They compete.", Sides: sides}); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, a := range p.addresses() {
		if a.action == web.Public {
			continue
		}
		for role, token := range tokens {
			path := fill(a.pattern, made.Client, real)
			w := ask(server, a, path, token)
			if ofClient := strings.Contains(a.pattern, "{client}"); ofClient && w.Code != http.StatusNotFound {
				t.Errorf("%s: %s %s answers %d for a client behind a wall", role, a.method, path, w.Code)
			}
			if w.Code >= 500 {
				t.Errorf("%s: %s %s answers %d", role, a.method, path, w.Code)
			}
			if w.Code == http.StatusOK && a.method == http.MethodGet {
				seen++
			}
			body := strings.ReplaceAll(w.Body.String(), path, "") // a page of a failure tells the address that was asked for
			for _, secret := range []string{"Acme", made.Client, made.Contract, made.Statement, made.Invoice} {
				if strings.Contains(body, secret) {
					t.Errorf("%s: %s %s answers %d and tells of %q", role, a.method, path, w.Code, secret)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d pages were seen at all: the walk tries nothing", seen)
	}
	// Where the other client is asked for, they work on as before.
	for _, path := range []string{"/clients/" + other, "/clients/" + other + "/evidence", "/clients/" + other + "/record"} {
		if w := ask(server, address{method: http.MethodGet}, path, tokens[access.AccountLead]); w.Code != http.StatusOK {
			t.Errorf("the own side: %s answers %d", path, w.Code)
		}
	}
}
