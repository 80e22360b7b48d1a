package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/work"
)

// Assign gives a request to a person of whoever does it; an empty account takes it from whom it was given. Who may: see RequestWork. Faults: those of an act;
// Invalid at "assignee" for somebody who cannot do it.
func (s *Service) Assign(ctx context.Context, actor access.Actor, in Act, account string) (*Request, error) {
	return s.act(ctx, actor, access.RequestWork, in, func(ctx context.Context, c *change) error {
		words := "took back"
		if account != "" {
			people, err := doersOf(ctx, c.tx, c.r.Client, c.r.State.Provider, c.now)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(people, func(l partyops.Listing) bool { return l.Account.ID == account })
			if i < 0 {
				return fault.New(fault.Invalid, "assignee", "Choose a person who works for this client now.").At("assignee")
			}
			words = "gave to " + people[i].Account.Name
		}
		if c.r.State.Assignee == account && c.r.State.Triaged {
			return nil // it is so already
		}
		if !c.r.State.Triaged {
			if err := c.event(ctx, work.Event{Kind: work.Triaged}, ""); err != nil {
				return err
			}
		}
		if err := c.step(ctx, work.Event{Kind: work.Assigned, Assignee: account}, "request.assign", words); err != nil {
			return err
		}
		return c.tell(ctx, c.tx, c.actor, c.r, assigned, "Request "+c.r.Name()+" is yours: "+c.r.Title, c.actor.Name+" gave you the request "+c.r.Name()+": "+c.r.Title+said(c.note))
	})
}

// doersOf are the people to whom a request can be given, by name, each once: of the agency, or of the specialist that does it.
func doersOf(ctx context.Context, tx bun.Tx, client, provider string, now time.Time) ([]partyops.Listing, error) {
	people, err := partyops.PeopleOf(ctx, tx, client, now)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	people = slices.DeleteFunc(people, func(l partyops.Listing) bool {
		m := l.Membership
		does := provider == "" && m.Org.Kind == access.Agency && access.GrantOf(m.Role, access.RequestWork) == access.OfClient || provider != "" && m.Org.ID == provider
		if seen[l.Account.ID] || !m.InForce(now) || !does {
			return true
		}
		seen[l.Account.ID] = true
		return false
	})
	slices.SortFunc(people, func(a, b partyops.Listing) int {
		return strings.Compare(strings.ToLower(a.Account.Name), strings.ToLower(b.Account.Name))
	})
	return people, nil
}

// FreeFromTheGone takes open requests from people who have no role any more in which they could do them, with a note that says so, and tells who gives work to
// people. It acts for the program, and gives how many there were.
func (s *Service) FreeFromTheGone(ctx context.Context) (freed int, err error) {
	var held []stateRow
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().Model(&held).ColumnExpr("DISTINCT client_id, provider_id, assignee_id").Where("phase = ? AND assignee_id <> ''", string(work.Open)).Scan(ctx)
	})
	if err != nil {
		return 0, fmt.Errorf("look who has requests: %w", err)
	}
	for _, h := range held {
		n, err := s.freeOf(ctx, h)
		if err != nil {
			return freed, fmt.Errorf("take requests from who is gone: %w", err)
		}
		freed += n
	}
	return freed, nil
}

func (s *Service) freeOf(ctx context.Context, h stateRow) (freed int, err error) {
	gone := func(ctx context.Context, tx bun.Tx) (bool, error) {
		people, err := doersOf(ctx, tx, h.ClientID, h.ProviderID, s.now())
		return !slices.ContainsFunc(people, func(l partyops.Listing) bool { return l.Account.ID == h.AssigneeID }), err
	}
	var is bool
	if err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) { is, err = gone(ctx, tx); return err }); err != nil || !is {
		return 0, err
	}
	workspace, _ := db.Workspace(ctx)
	actor := access.Machine(workspace, "Ofrecord")
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		freed = 0
		if is, err := gone(ctx, tx); err != nil || !is {
			return err
		}
		var ids []string
		if err := tx.NewSelect().Model((*stateRow)(nil)).Column("request_id").Where("assignee_id = ? AND client_id = ? AND provider_id = ? AND phase = ?", h.AssigneeID, h.ClientID, h.ProviderID, string(work.Open)).
			OrderExpr("number").Scan(ctx, &ids); err != nil {
			return err
		}
		for _, id := range ids {
			r, err := readRequest(ctx, tx, id)
			if err != nil {
				return err
			}
			c := &change{s, tx, actor, r, s.now(), "", "Whoever had this request has no role here any more."}
			if err := c.step(ctx, work.Event{Kind: work.Assigned}, "request.assign", "took from a person who has no role any more"); err != nil {
				return err
			}
			if err := s.tell(ctx, tx, actor, r, internally(leads), "Request "+r.Name()+" has nobody: "+r.Title, "Whoever had the request "+r.Name()+" has no role here any more. Give it to somebody."); err != nil {
				return err
			}
			freed++
		}
		return nil
	})
	return freed, err
}
