package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/work"
)

// Shown is a request as one person sees it now.
type Shown struct {
	*Request
	Clocks   work.Clocks
	Messages []Message // that the person may read, in the order in which they were written
	Files    []File    // of the brief
	Now      time.Time
	Zone     *time.Location // of the contract; UTC where there is none
	Levels   *contract.ServiceLevels
	Excuses  map[string]Excuse // last words of the client on misses, by the name of the clock
	Excusals []Excusal         // all that was said of misses, in their order
	Past     work.Past         // of the client; nil for who does not see all its requests

	Names map[string]string // of people and organisations to whom it was given, as far as the person may know them

	ClientName   string
	ProviderName string // empty: the agency
	AssigneeName string // empty: nobody

	Doers       []Choice // to whom it can be given; only for who may give it
	Specialists []Choice // likewise
	Internal    bool     // the person reads internal notes

	ReadsContract bool     // the person reads why it stands so to the scope
	Kinds         []Choice // of work that the contracts name; only for who may say what the request is
	Categories    []Choice // likewise: of the briefs

	May func(action access.Action) bool

	wide bool // the person sees all requests of the client
}

// Did tells what happened, after the name of who did it, with the name of whom it was given to: "gave it to Lea Lead".
func (out *Shown) Did(e Record) string {
	name := ""
	switch e.Kind {
	case work.Triaged:
		name = out.Names[e.Provider]
	case work.Assigned:
		name = out.Names[e.Assignee]
	}
	if name == "" {
		return e.Words()
	}
	return "gave it to " + name
}

// Choice is somebody who can be chosen.
type Choice struct{ ID, Name string }

// Show is a request with its conversation and clocks, by its id or its name, R-12. Who may: see RequestSee. Faults: NotFound, Forbidden.
func (s *Service) Show(ctx context.Context, actor access.Actor, client, id string) (Shown, error) {
	out := Shown{Now: s.now(), Zone: time.UTC}
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		meant, err := requestMeant(ctx, tx, client, id)
		if err != nil {
			return err
		}
		r, err := s.admit(ctx, tx, actor, access.RequestSee, client, meant)
		if err != nil {
			return err
		}
		out.Request, out.Internal = r, access.SeesInternal(actor, client)
		out.May = func(action access.Action) bool { return access.Decide(actor, action, r.Scope()).Allowed }
		if err := s.tellClocks(ctx, tx, &out); err != nil {
			return err
		}
		if out.wide = access.Decide(actor, access.RequestSee, access.Of(client)).Allowed; out.wide {
			if out.Past, err = s.pastOf(ctx, tx, client, out.Now); err != nil {
				return err
			}
		}
		if out.Excusals, err = excusalsOf(ctx, tx, r.ID); err != nil {
			return err
		}
		out.Excuses = map[string]Excuse{}
		for _, e := range out.Excusals {
			if e.seq > out.Excuses[e.Clock].seq { // the clock of a machine may be set back
				out.Excuses[e.Clock] = e.Excuse
			}
		}
		if err := out.read(ctx, tx); err != nil {
			return err
		}
		if err := out.tellScope(ctx, tx, s, actor); err != nil {
			return err
		}
		if err := out.tellVersions(ctx, tx, actor); err != nil {
			return err
		}
		return out.name(ctx, tx)
	})
	if err != nil {
		return Shown{}, fmt.Errorf("show a request: %w", err)
	}
	return out, nil
}

func (s *Service) tellClocks(ctx context.Context, tx bun.Tx, out *Shown) error {
	x, levels, err := s.clocks(ctx, tx, out.Request, out.Now)
	if err != nil {
		return err
	}
	out.Clocks, out.Zone, out.Levels = x, levels.Hours.Zone, levels
	return nil
}

// Excused says why a miss does not count; empty where it does.
func (out *Shown) Excused(c *work.Clock) string {
	if why := out.Clocks.ExcusedByContract(c); why != "" {
		return why
	}
	if e := out.Excuses[c.Name("")]; e.Excused && c.State == work.Missed {
		return e.why()
	}
	return ""
}

// read adds messages and files. What is internal is not even read for who may not see it.
func (out *Shown) read(ctx context.Context, tx bun.Tx) error {
	visible := []string{string(ForClient)}
	if out.Internal {
		visible = append(visible, string(Internal))
	}
	var messages []messageRow
	if err := tx.NewSelect().Model(&messages).Where("request_id = ? AND visibility IN (?)", out.ID, bun.List(visible)).OrderExpr("seq").Scan(ctx); err != nil {
		return err
	}
	var files []fileRow
	if err := tx.NewSelect().Model(&files).Where("request_id = ? AND visibility IN (?)", out.ID, bun.List(visible)).OrderExpr("at, name, id").Scan(ctx); err != nil {
		return err
	}
	of := map[string][]File{}
	for _, f := range files {
		of[f.MessageID] = append(of[f.MessageID], f.file())
	}
	out.Files = of[""]
	for _, m := range messages {
		out.Messages = append(out.Messages, Message{ID: m.ID, Seq: m.Seq, Visibility: Visibility(m.Visibility), Text: m.Body, At: m.At.UTC(), By: m.ByID, ByName: m.ByName,
			Side: access.OrgKind(m.BySide), Files: of[m.ID]})
	}
	return nil
}

// name adds the names of who is meant, and who could be.
func (out *Shown) name(ctx context.Context, tx bun.Tx) error {
	people, orgs := []string{out.State.Assignee}, []string{out.Client, out.State.Provider}
	for _, e := range out.Events {
		if out.wide {
			people, orgs = append(people, e.Assignee), append(orgs, e.Provider)
		}
	}
	n, err := names(ctx, tx, people, orgs)
	if err != nil {
		return err
	}
	out.Names = map[string]string{}
	for _, id := range distinct(people) {
		out.Names[id] = n.person(id)
	}
	for _, id := range distinct(orgs) {
		out.Names[id] = n.orgs[id]
	}
	out.ClientName, out.ProviderName, out.AssigneeName = n.orgs[out.Client], n.orgs[out.State.Provider], n.person(out.State.Assignee)
	if !out.May(access.RequestWork) {
		return nil
	}
	doers, err := doersOf(ctx, tx, out.Client, out.State.Provider, out.Now)
	if err != nil {
		return err
	}
	for _, l := range doers {
		out.Doers = append(out.Doers, Choice{l.Account.ID, l.Account.Name})
	}
	listed, err := partyops.PeopleOf(ctx, tx, out.Client, out.Now)
	if err != nil {
		return err
	}
	for _, l := range listed {
		c := Choice{l.Membership.Org.ID, l.Membership.Org.Name}
		if l.Membership.Org.Kind == access.Specialist && l.Membership.InForce(out.Now) && !slices.Contains(out.Specialists, c) {
			out.Specialists = append(out.Specialists, c)
		}
	}
	slices.SortFunc(out.Specialists, func(a, b Choice) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return nil
}
