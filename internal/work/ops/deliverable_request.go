package ops

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/work"
)

// TellRequest lets a request know that a version of a deliverable reached the client, has its word, or needs none any more, for the clocks that wait for it, in the name
// of who did so; the words are what they did. A request that is over, or that the event cannot happen to, stays as it is: the deliverable goes on without it.
func (s *Service) TellRequest(ctx context.Context, tx bun.Tx, actor access.Actor, request, deliverable, kind, words string, at time.Time) error {
	r, err := readRequest(ctx, tx, request)
	if err != nil {
		return err
	}
	e := Record{Event: work.Event{At: at, Kind: work.Kind(kind), Of: deliverable}, Note: words, By: actor.Account, ByName: actor.Name}
	if e.By == access.MachineAccount {
		e.ByName = "Ofrecord"
	}
	if _, awaited := r.State.Awaits(deliverable); !r.State.Can(e.Kind) || e.Kind != work.Delivered && !awaited {
		return nil
	}
	return s.appendEvent(ctx, tx, r, e)
}

// tellVersions leaves out which version something happened to where the person may not see the deliverable: a specialist sees no others' work on its request.
func (out *Shown) tellVersions(ctx context.Context, tx bun.Tx, actor access.Actor) error {
	if access.Decide(actor, access.DeliverableSee, access.Of(out.Client)).Allowed {
		return nil
	}
	var rows []deliverableRow
	if err := tx.NewSelect().Model(&rows).Column("id", "provider_id").Where("request_id = ?", out.ID).Scan(ctx); err != nil {
		return err
	}
	sees := map[string]bool{}
	for _, r := range rows {
		sees[r.ID] = access.Decide(actor, access.DeliverableSee, access.Scope{Client: out.Client, Provider: r.ProviderID}).Allowed
	}
	out.Events = slices.Clone(out.Events)
	for i, e := range out.Events {
		if e.ofVersion() && !sees[e.Of] {
			out.Events[i].Note = ""
		}
	}
	return nil
}

// RequestOf says to which client a request belongs, and which organisation works on it, empty for the agency. Fault: NotFound.
func (s *Service) RequestOf(ctx context.Context, tx bun.Tx, request string) (client, provider string, err error) {
	r, err := readRequest(ctx, tx, request)
	if err != nil {
		return "", "", err
	}
	return r.Client, r.State.Provider, nil
}

// requestMeant is the id of the request that somebody means: by its id, or by its number among the client's, as people write it, R-12 or 12. It is empty for none.
func requestMeant(ctx context.Context, tx bun.Tx, client, text string) (string, error) {
	text = strings.TrimSpace(text)
	number, err := strconv.ParseInt(strings.TrimPrefix(strings.ToUpper(text), "R-"), 10, 64)
	if err != nil {
		return text, nil
	}
	var ids []string
	err = tx.NewSelect().Model((*requestRow)(nil)).Column("id").Where("client_id = ? AND number = ?", client, number).Scan(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return text, err
	}
	return ids[0], nil
}

// nameRequests gives deliverables the names of their requests.
func nameRequests(ctx context.Context, tx bun.Tx, list []Deliverable) error {
	var ids []string
	for _, d := range list {
		if d.Request != "" {
			ids = append(ids, d.Request)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var rows []requestRow
	if err := tx.NewSelect().Model(&rows).Column("id", "number").Where("id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return err
	}
	for i, d := range list {
		for _, r := range rows {
			if r.ID == d.Request {
				list[i].RequestName = name(r.Number)
			}
		}
	}
	return nil
}
