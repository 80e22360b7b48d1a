package ops_test

import (
	"context"
	"net/url"
	"sync"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

func TestViewsAreKeptSharedAndArranged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		keep := func(who access.Actor, in ops.ViewInput) error { return d.KeepView(ctx, who, in) }
		names := func(who access.Actor) (out []string) {
			for _, v := range must[[]ops.View](t)(d.Views(ctx, who)) {
				name := v.Name
				if v.Lost {
					name += " (lost)"
				}
				out = append(out, name)
			}
			return out
		}
		same := func(who access.Actor, want ...string) {
			t.Helper()
			if got := names(who); len(got) != len(want) {
				t.Errorf("%s has %v, want %v", who.Name, got, want)
			} else {
				for i := range got {
					if got[i] != want[i] {
						t.Errorf("%s has %v, want %v", who.Name, got, want)
					}
				}
			}
		}
		urgent := url.Values{"priority": {"urgent"}}
		for _, v := range []ops.ViewInput{{Name: "Pressing", Asked: urgent}, {Name: "Acme  new", Client: "org_acme", Board: true, Asked: url.Values{"stage": {"new"}}, Shared: true}} {
			if err := keep(team, v); err != nil {
				t.Fatal(err)
			}
		}
		same(team, "Pressing", "Acme new")
		same(owner, "Acme new")
		same(product)                                                                                                                               // not of the agency
		same(lead, "Acme new")                                                                                                                      // of this client
		same(of("acc_other", "Otto Other", access.Membership{Role: access.AccountLead, Org: "org_ag", OrgKind: access.Agency, Client: "org_bolt"})) // of another one: not even its name

		// a client keeps its own, and shares none
		if err := keep(product, ops.ViewInput{Name: "Ours", Client: "org_acme", Asked: urgent, Shared: true}); err != nil {
			t.Fatal(err)
		}
		same(product, "Ours")
		same(executive)
		refused(t, keep(product, ops.ViewInput{Name: "Inbox", Asked: urgent}), fault.NotFound, "not-found")
		refused(t, keep(stranger, ops.ViewInput{Name: "Theirs", Client: "org_acme", Asked: urgent}), fault.NotFound, "not-found")

		// what cannot be kept
		refused(t, keep(team, ops.ViewInput{Name: " ", Asked: urgent}), fault.Invalid, "view-name")
		refused(t, keep(team, ops.ViewInput{Name: "All", Asked: url.Values{"page": {"2"}}}), fault.Invalid, "filter-empty")
		refused(t, keep(team, ops.ViewInput{Name: "pressing", Asked: urgent}), fault.Conflict, "request_view_name_key")

		views := must[[]ops.View](t)(d.Views(ctx, team))
		refused(t, d.RenameView(ctx, owner, views[1].ID, "Mine now"), fault.NotFound, "not-found")
		refused(t, d.DeleteView(ctx, owner, views[1].ID), fault.NotFound, "not-found")
		refused(t, d.RenameView(ctx, team, views[1].ID, "Pressing"), fault.Conflict, "request_view_name_key")
		for _, err := range []error{d.RenameView(ctx, team, views[1].ID, "New at Acme"), d.MoveView(ctx, team, views[1].ID, true), d.MoveView(ctx, team, views[1].ID, true), d.ShareView(ctx, team, views[1].ID, false)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		same(team, "New at Acme", "Pressing")
		same(owner)
		// who lost the client keeps the name of the own view and nothing else
		left := team
		left.Memberships = []access.Membership{{Role: access.TeamMember, Org: "org_ag", OrgKind: access.Agency, Client: "org_bolt"}}
		same(left, "New at Acme (lost)", "Pressing")
		if err := d.DeleteView(ctx, left, views[1].ID); err != nil {
			t.Fatal(err)
		}
		same(team, "Pressing")

		// five at once with one name: one is kept
		var all sync.WaitGroup
		errs := make([]error, 5)
		for i := range errs {
			all.Go(func() { errs[i] = keep(lead, ops.ViewInput{Name: "Once", Asked: urgent}) })
		}
		all.Wait()
		kept := 0
		for _, err := range errs {
			if err == nil {
				kept++
			} else if !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		}
		if kept != 1 {
			t.Errorf("%d of five are kept: %v", kept, errs)
		}
	})
}
