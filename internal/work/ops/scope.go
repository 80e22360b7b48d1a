package ops

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/work"
)

// ScopeDoors are what intake asks of the contract. Scope is agreed and kept beside this room, so the program wires it. Without Resolve no request has a scope.
type ScopeDoors struct {
	// Resolve says how a request stands to the scope, and keeps the answer; the contract's own where Answer is empty. Faults: Invalid at "answer" and "reason".
	Resolve func(ctx context.Context, tx bun.Tx, actor access.Actor, in ScopeAsk) (work.Scope, error)
	// Kinds are the kinds of work that the contracts of a client name on a day.
	Kinds func(ctx context.Context, tx bun.Tx, client string, day cal.Date) ([]Choice, error)
}

// ScopeAsk is what the contract is asked about a request.
type ScopeAsk struct {
	Client   string
	Contract string // empty: whichever names the work
	Request  string
	Ask      engagement.Ask
	Answer   engagement.Answer
	Reason   string
}

// ScopeInput says what a request is, and how it stands to the scope where a person decides otherwise than the contract. An empty Category or Brand stays as it is.
type ScopeInput struct {
	Category string
	Brand    string
	Kind     string // of work: the id of one of Shown.Kinds; empty: by the category
	Minutes  int64  // that it is estimated to take; 0: nobody estimated it
	Answer   engagement.Answer
	Reason   string // needed with an answer that is not the contract's; everybody who reads the contract reads it
}

// mostMinutes is the longest estimate: ten thousand hours.
const mostMinutes = 600_000

// AskContract says what a request is and how large, and asks the contract again how it stands to the scope, or decides otherwise with a reason. What is so already is left as it is.
// Who may: see ScopeResolve. Faults: those of an act; Invalid at "category", "hours", "answer" and "reason".
func (s *Service) AskContract(ctx context.Context, actor access.Actor, in Act, say ScopeInput) (*Request, error) {
	say.Brand = strings.TrimSpace(say.Brand)
	return s.act(ctx, actor, access.ScopeResolve, in, func(ctx context.Context, c *change) error {
		if c.Scoping.Resolve == nil {
			return fault.New(fault.Conflict, "scope-unknown", "Nothing is known of a contract here.")
		}
		ask, err := c.ask(ctx, say)
		if err != nil {
			return err
		}
		brand := cmp.Or(say.Brand, c.r.Brand)
		before, was := c.r.State.Scope, c.r.recorded()
		found, err := c.Scoping.Resolve(ctx, c.tx, c.actor, ask)
		if err != nil {
			return err
		}
		found.Brand = brand
		if before != nil && before.Same(found) {
			return nil
		}
		if err := c.event(ctx, work.Event{Kind: work.Scoped, Scope: &found}, c.note); err != nil {
			return err
		}
		if err := c.record(ctx, "request.scope", "said how it stands to the scope: "+found.Words()+":", was); err != nil {
			return err
		}
		if before != nil && before.Words() == found.Words() {
			return nil
		}
		return c.tellClient(ctx, "and the scope", "Under the contract: "+found.Words()+".")
	})
}

// ask checks what a person says a request is.
func (c *change) ask(ctx context.Context, say ScopeInput) (ScopeAsk, error) {
	var faults fault.List
	say.Reason = strings.TrimSpace(say.Reason)
	if say.Category == "" {
		say.Category = c.r.Category
	}
	texts, err := readForms(ctx, c.tx)
	if err != nil {
		return ScopeAsk{}, err
	}
	if _, known := texts.Forms.Of(say.Category); !known && say.Category != c.r.Category {
		faults.Add(fault.New(fault.Invalid, "category", "Choose what the request is about.").At("category"))
	}
	if len([]rune(say.Brand)) > longestTitle {
		faults.Add(fault.New(fault.Invalid, "brand", "Write the brand with at most %d characters.", longestTitle).At("brand"))
	}
	if say.Minutes < 0 || say.Minutes > mostMinutes {
		faults.Add(fault.New(fault.Invalid, "hours", "Write hours such as 7.5, at most 10,000.").At("hours"))
	}
	contractID, kind, _ := strings.Cut(say.Kind, "/")
	day, err := c.dayOf(ctx, c.tx, c.r)
	if err != nil {
		return ScopeAsk{}, err
	}
	return ScopeAsk{Client: c.r.Client, Contract: contractID, Request: c.r.ID, Answer: say.Answer, Reason: say.Reason,
		Ask: engagement.Ask{Day: day, Category: say.Category, Work: kind, Minutes: say.Minutes, Estimate: say.Minutes > 0}}, faults.Err()
}

// dayOf is the day on which a request was asked for, as it was put to the contract at intake, else in the zone of its contract: the terms in force on it decide, whenever it is asked again.
func (s *Service) dayOf(ctx context.Context, tx bun.Tx, r *Request) (cal.Date, error) {
	for _, e := range r.Events {
		if e.Scope != nil {
			return e.Scope.Ask.Day, nil
		}
	}
	levels, err := s.levelsOf(ctx, tx, r)
	if err != nil {
		return cal.Date{}, err
	}
	return cal.DateOf(r.OpenedAt, levels.Hours.Zone), nil
}

// unsorted is what is missing of a request that came by mail.
const unsorted = "It came by mail, and nobody said yet what it is. When the agency has said so, the contract answers."

// scope asks the contract how a request that was just opened stands to the scope. Nobody has estimated it yet. Where nobody could be asked what it is, the contract is not asked
// either, and the scope is open. The program says so, for nobody decided.
func (s *Service) scope(ctx context.Context, tx bun.Tx, r *Request, day cal.Date, unasked bool) error {
	if s.Scoping.Resolve == nil {
		return nil
	}
	program := access.Actor{Account: access.MachineAccount, Name: "Ofrecord"}
	ask := engagement.Ask{Day: day, Category: r.Category}
	found := work.Scope{Ask: ask, Found: engagement.Intake{Missing: unsorted}}
	if !unasked {
		var err error
		if found, err = s.Scoping.Resolve(ctx, tx, program, ScopeAsk{Client: r.Client, Request: r.ID, Ask: ask}); err != nil {
			return fmt.Errorf("scope of request %s: %w", r.ID, err)
		}
	}
	found.Brand = r.Brand
	return s.appendEvent(ctx, tx, r, Record{Event: work.Event{At: r.OpenedAt, Kind: work.Scoped, Scope: &found}, By: program.Account, ByName: program.Name})
}

// AskAgain puts a request to the contract once more as it was last put, for what follows when a change order binds. A request that is over, or that is not there, stays as it is.
func (s *Service) AskAgain(ctx context.Context, tx bun.Tx, request string) error {
	r, err := readRequest(ctx, tx, request)
	if err != nil || s.Scoping.Resolve == nil || !r.State.Can(work.Scoped) {
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	}
	ask := ScopeAsk{Client: r.Client, Request: r.ID}
	if was := r.State.Scope; was != nil {
		ask.Ask = was.Ask
	}
	ask.Ask.Category = cmp.Or(ask.Ask.Category, r.Category)
	if ask.Ask.Day, err = s.dayOf(ctx, tx, r); err != nil {
		return err
	}
	program := access.Actor{Account: access.MachineAccount, Name: "Ofrecord"}
	found, err := s.Scoping.Resolve(ctx, tx, program, ask)
	if err != nil {
		return fmt.Errorf("scope of request %s: %w", r.ID, err)
	}
	found.Brand = r.Brand
	if was := r.State.Scope; was != nil && was.Same(found) {
		return nil
	}
	return s.appendEvent(ctx, tx, r, Record{Event: work.Event{At: s.now(), Kind: work.Scoped, Scope: &found}, By: program.Account, ByName: program.Name})
}

// told is as much of the scope as somebody may read: all of it who reads the contract, the answer alone who sees all requests of the client, and nothing who only does some of them.
func told(actor access.Actor, client string, scope *work.Scope) *work.Scope {
	switch {
	case scope == nil || !access.Decide(actor, access.RequestSee, access.Of(client)).Allowed:
		return nil
	case !access.Decide(actor, access.ContractSee, access.Of(client)).Allowed:
		return scope.Plain()
	}
	return scope
}

// tellScope leaves of the scope what the person may read, and adds what can be chosen.
func (out *Shown) tellScope(ctx context.Context, tx bun.Tx, s *Service, actor access.Actor) error {
	out.State.Scope = told(actor, out.Client, out.State.Scope)
	out.Events = slices.Clone(out.Events)
	for i, e := range out.Events {
		if e.Kind == work.Scoped {
			out.Events[i].Scope = told(actor, out.Client, e.Scope)
		}
	}
	out.ReadsContract = access.Decide(actor, access.ContractSee, access.Of(out.Client)).Allowed
	if s.Scoping.Kinds == nil || !out.May(access.ScopeResolve) {
		return nil
	}
	day, err := s.dayOf(ctx, tx, out.Request)
	if err != nil {
		return err
	}
	if out.Kinds, err = s.Scoping.Kinds(ctx, tx, out.Client, day); err != nil {
		return err
	}
	texts, err := readForms(ctx, tx)
	for _, f := range texts.Forms {
		out.Categories = append(out.Categories, Choice{f.Category, f.Title})
	}
	return err
}

// Told are the events that the person may read of, in their order.
func (out *Shown) Told() []Record {
	return slices.DeleteFunc(slices.Clone(out.Events), func(e Record) bool { return e.Kind == work.Scoped && e.Scope == nil })
}

// scoped writes the scope beside the state, for lists and sums.
func (row *stateRow) scoped(scope *work.Scope) error {
	if scope == nil {
		return nil
	}
	text, err := json.Marshal(scope)
	if err != nil {
		return err
	}
	row.Scope, row.ScopeAnswer, row.ScopeContract = string(text), string(scope.Answer), scope.Contract
	if scope.Found.From.IsZero() {
		return nil
	}
	row.ScopeClause, row.ScopeFrom = scope.Found.Work.Of, scope.Found.From.String()
	if scope.Answer == engagement.AnswerPreApproved {
		row.ScopeAbove = scope.Found.Above
	}
	return nil
}

// Spoken is how many minutes of approved overage requests take.
type Spoken struct {
	Open int64 // of those that are not over
	Done int64 // of those that are resolved: it is worked, or will be counted as worked
}

// SpokenFor are the minutes of overage of a fee period that requests take, by the retainer: those that were answered as approved before. A request that was declined or withdrawn takes
// none. Except is a request that is not counted. It decides no access: the caller has.
func (s *Service) SpokenFor(ctx context.Context, tx bun.Tx, client, contractID string, from cal.Date, except string) (map[string]Spoken, error) {
	var rows []struct {
		Clause string `bun:"scope_clause"`
		Phase  string `bun:"phase"`
		Above  int64  `bun:"above"`
	}
	err := tx.NewSelect().Model((*stateRow)(nil)).ColumnExpr("scope_clause, phase, SUM(scope_above) AS above").
		Where("client_id = ? AND scope_contract = ? AND scope_from = ? AND scope_above > 0 AND request_id <> ?", client, contractID, from.String(), except).
		GroupExpr("scope_clause, phase").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("sum what is spoken for of the overage of %s: %w", contractID, err)
	}
	out := map[string]Spoken{}
	for _, r := range rows {
		sum := out[r.Clause]
		switch work.Phase(r.Phase) {
		case work.Open:
			sum.Open += r.Above
		case work.Done:
			sum.Done += r.Above
		}
		out[r.Clause] = sum
	}
	return out, nil
}
