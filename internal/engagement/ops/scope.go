package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Scoped is the scope in force on a day under one contract.
type Scoped struct {
	Contract  string
	Name      string
	VersionID string
	Terms     contract.Terms
	Positions map[string]engagement.Position // of the retainers of which it is known
}

// Scope is the scope of a client's contracts on a day: those in force with a scope first. Who may: see ContractSee. Faults: NotFound, Forbidden.
func (s *Service) Scope(ctx context.Context, actor access.Actor, client string, day cal.Date) (out []Scoped, err error) {
	if err := access.Require(actor, access.ContractSee, access.Of(client)); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		if out, err = scopesOn(ctx, tx, client, day); err != nil {
			return err
		}
		for i, one := range out {
			if out[i].Positions, err = s.positions(ctx, tx, client, one.Contract, ""); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

func (s *Service) positions(ctx context.Context, tx bun.Tx, client, contractID, request string) (map[string]engagement.Position, error) {
	if s.Positions == nil {
		return nil, nil
	}
	return s.Positions(ctx, tx, client, contractID, request)
}

// scopesOn are the contracts in force on a day, those with a scope first.
func scopesOn(ctx context.Context, tx bun.Tx, client string, day cal.Date) ([]Scoped, error) {
	list, err := bindingOf(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	var out []Scoped
	for _, c := range list {
		if terms, in := c.Agreement.InForce(day); in {
			out = append(out, Scoped{Contract: c.ID, Name: c.Name, VersionID: c.version(terms), Terms: terms})
		}
	}
	slices.SortStableFunc(out, func(a, b Scoped) int { return none(a) - none(b) })
	return out, nil
}

func none(s Scoped) int {
	if s.Terms.Scope == nil {
		return 1
	}
	return 0
}

// KindOfWork is a kind of work that a contract in force names.
type KindOfWork struct {
	Contract string
	Name     string // of the contract
	Work     contract.ScopeWork
}

// KindsOfWork are those that the contracts of a client in force on a day name, for use cases that have decided access already, inside their transaction.
func KindsOfWork(ctx context.Context, tx bun.Tx, client string, day cal.Date) ([]KindOfWork, error) {
	list, err := scopesOn(ctx, tx, client, day)
	var out []KindOfWork
	for _, one := range list {
		if one.Terms.Scope == nil {
			continue
		}
		for _, w := range one.Terms.Scope.Work {
			out = append(out, KindOfWork{one.Contract, one.Name, w})
		}
	}
	return out, err
}

// ResolveInput says how a request stands to the scope. Contract empty: of those in force the one whose scope names the work. Answer empty: as the contract has it.
type ResolveInput struct {
	Client   string
	Contract string
	Request  string // id of the request
	Ask      engagement.Ask
	Answer   engagement.Answer
	Reason   string // needed where the answer is another one than the contract has
}

// Resolution is how a request stands to the scope.
type Resolution struct {
	ID        string // empty: something is missing, and nothing is kept
	Client    string
	Contract  string // empty: none was in force
	Name      string // of the contract
	VersionID string
	Request   string
	Seq       int
	Ask       engagement.Ask
	Found     engagement.Intake // what the contract says
	Answer    engagement.Answer
	Reason    string
	At        time.Time
	ByName    string
}

// Resolve says how a request stands to the scope in force on its day, and keeps the answer with its reasons, for use cases that have decided access already, inside their
// transaction. A change order that answers the request and that both sides have accepted is in force for it whatever the day. Resolving again adds an answer; the last one
// counts. Where something is missing that is told, and nothing is kept. Faults: Invalid at "answer" and "reason".
func (s *Service) Resolve(ctx context.Context, tx bun.Tx, actor access.Actor, in ResolveInput) (Resolution, error) {
	in.Reason = strings.TrimSpace(in.Reason)
	at, found, err := s.found(ctx, tx, &in)
	if err != nil {
		return Resolution{}, fmt.Errorf("resolve the request: %w", err)
	}
	if err := in.check(found); err != nil {
		return Resolution{}, err
	}
	r := Resolution{Client: in.Client, Contract: at.Contract, Name: at.Name, VersionID: at.VersionID, Request: in.Request, Ask: in.Ask, Found: found, Answer: in.Answer, Reason: in.Reason,
		At: s.now(), ByName: actor.Name}
	if r.Answer == engagement.AnswerOpen {
		return r, nil
	}
	return s.keepResolution(ctx, tx, actor, r)
}

// found is what the contract says that the request is under.
func (s *Service) found(ctx context.Context, tx bun.Tx, in *ResolveInput) (Scoped, engagement.Intake, error) {
	order, err := in.ordered(ctx, tx)
	if err != nil {
		return Scoped{}, engagement.Intake{}, err
	}
	list, err := scopesOn(ctx, tx, in.Client, in.Ask.Day)
	if err != nil {
		return Scoped{}, engagement.Intake{}, err
	}
	at, missing := under(list, *in)
	if missing != "" && order.ID != "" {
		at, missing = under(list, ResolveInput{Client: in.Client, Contract: order.Contract, Ask: in.Ask})
	}
	if missing != "" {
		intake := engagement.Intake{Missing: missing}
		if len(list) > 0 && list[0].Terms.Scope != nil {
			intake.SOW = list[0].Terms.Scope.SOW
		}
		return at, intake, nil
	}
	if engagement.Draws(at.Terms, in.Ask) != "" {
		if at.Positions, err = s.positions(ctx, tx, in.Client, at.Contract, in.Request); err != nil {
			return at, engagement.Intake{}, err
		}
	}
	intake := engagement.Resolve(at.Terms, in.Ask, at.Positions)
	if order.ID != "" && intake.Answer == engagement.AnswerChangeOrder { // the terms name no such work, and both sides agreed to it all the same
		intake = engagement.Intake{Answer: engagement.AnswerInScope, Version: order.Version.Number, SOW: intake.SOW, Reasons: []string{fmt.Sprintf("Both sides agreed to it in change order %d: %s.", order.Number, order.Title)}}
	}
	return at, intake, nil
}

// ordered is the newest accepted change order that answers the request, its zero value where there is none; the day of the request moves to the one from which it applies.
func (in *ResolveInput) ordered(ctx context.Context, tx bun.Tx) (newest ChangeOrder, err error) {
	if in.Request == "" {
		return newest, nil
	}
	orders, err := readOrders(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("client_id = ? AND request_id = ?", in.Client, in.Request)
	})
	for _, o := range orders {
		if o.Version.State() != contract.Accepted {
			continue
		}
		if newest.ID == "" {
			newest = o
		}
		if in.Ask.Day.Before(o.Terms.Effective) {
			in.Ask.Day = o.Terms.Effective
		}
	}
	return newest, err
}

// Answered are the requests that the change orders answer whose version of a contract is its newest accepted one, for what follows when it binds.
func Answered(ctx context.Context, tx bun.Tx, contractID string) ([]string, error) {
	orders, err := readOrders(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("contract_id = ? AND request_id <> ''", contractID)
	})
	var out []string
	for _, o := range orders {
		if o.Version.State() == contract.Accepted {
			out = append(out, o.Request)
			break
		}
	}
	return out, err
}

// under is the contract whose scope decides: the one that was chosen, else the one that names the work. It is missing where that is none, or more than one.
func under(list []Scoped, in ResolveInput) (at Scoped, missing string) {
	var named []Scoped
	for _, one := range list {
		switch scope := one.Terms.Scope; {
		case in.Contract != "" && one.Contract == in.Contract:
			return one, ""
		case in.Contract != "" || scope == nil:
		case in.Ask.Work != "":
			if _, ok := scope.Find(in.Ask.Work); ok {
				named = append(named, one)
			}
		case len(scope.InCategory(in.Ask.Category)) > 0:
			named = append(named, one)
		}
	}
	switch {
	case in.Contract != "":
		return at, fmt.Sprintf("The contract that was chosen is not in force on %s. Choose a kind of work of one that is.", in.Ask.Day.Words())
	case len(named) == 1:
		return named[0], ""
	case len(named) > 1:
		return at, fmt.Sprintf("%s is work of several contracts: %s. Choose the kind of work of one of them.", in.Ask.Category, namesOf(named))
	case len(list) == 0:
		return at, fmt.Sprintf("No contract is in force on %s. Somebody has to decide, with a reason.", in.Ask.Day.Words())
	}
	for _, other := range list[1:] {
		if scope := other.Terms.Scope; scope != nil && scope.Otherwise != list[0].Terms.Scope.Otherwise {
			return at, fmt.Sprintf("No contract names work of %s, and they do not say the same of other work: %s. Somebody has to decide, with a reason.", in.Ask.Category, namesOf(list))
		}
	}
	return list[0], ""
}

func namesOf(list []Scoped) string {
	var names []string
	for _, one := range list {
		if one.Terms.Scope != nil {
			names = append(names, one.Name)
		}
	}
	return strings.Join(names, ", ")
}

// check settles the answer: the contract's, or another one with its reason.
func (in *ResolveInput) check(found engagement.Intake) error {
	if in.Answer == engagement.AnswerOpen {
		in.Answer, in.Reason = found.Answer, ""
		return nil
	}
	switch {
	case !slices.Contains(engagement.Answers(), in.Answer):
		return fault.New(fault.Invalid, "answer", "Choose one of the answers, or leave it to the contract.").At("answer")
	case in.Answer != found.Answer && in.Reason == "":
		return fault.New(fault.Invalid, "answer-reason", "The contract says otherwise, or does not say. Give the reason for this answer.").At("reason")
	case utf8.RuneCountInString(in.Reason) > longestReason:
		return fault.New(fault.Invalid, "answer-reason", "The reason is longer than %d characters.", longestReason).At("reason")
	}
	return nil
}

func (s *Service) keepResolution(ctx context.Context, tx bun.Tx, actor access.Actor, r Resolution) (Resolution, error) {
	before, err := ResolutionsOf(ctx, tx, r.Request)
	if err != nil {
		return Resolution{}, err
	}
	r.ID, r.Seq = s.id("sr"), len(before)+1
	row, err := resolutionRowOf(r, actor)
	if err != nil {
		return r, err
	}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return r, err
}

type resolutionRow struct {
	bun.BaseModel `bun:"table:scope_resolution"`

	ID          string    `bun:"id,pk"`
	ClientID    string    `bun:"client_id"`
	ContractID  string    `bun:"contract_id"`
	RequestID   string    `bun:"request_id"`
	Seq         int       `bun:"seq"`
	Asked       string    `bun:"asked"`
	Found       string    `bun:"found"`
	Answer      string    `bun:"answer"`
	Reason      string    `bun:"reason"`
	DecidedAt   time.Time `bun:"decided_at"`
	DecidedBy   string    `bun:"decided_by"`
	DecidedName string    `bun:"decided_name"`
}

func resolutionRowOf(r Resolution, actor access.Actor) (resolutionRow, error) {
	asked, err := json.Marshal(r.Ask)
	if err != nil {
		return resolutionRow{}, err
	}
	found, err := json.Marshal(r.Found)
	return resolutionRow{ID: r.ID, ClientID: r.Client, ContractID: r.Contract, RequestID: r.Request, Seq: r.Seq, Asked: string(asked), Found: string(found),
		Answer: string(r.Answer), Reason: r.Reason, DecidedAt: r.At, DecidedBy: actor.Account, DecidedName: actor.Name}, err
}

// ResolutionsOf are the decisions about a request in their order, for use cases that have decided access already, inside their transaction.
func ResolutionsOf(ctx context.Context, tx bun.Tx, request string) ([]Resolution, error) {
	var rows []resolutionRow
	if err := tx.NewSelect().Model(&rows).Where("request_id = ?", request).OrderExpr("seq").Scan(ctx); err != nil {
		return nil, err
	}
	out := make([]Resolution, len(rows))
	for i, r := range rows {
		out[i] = Resolution{ID: r.ID, Client: r.ClientID, Contract: r.ContractID, Request: r.RequestID, Seq: r.Seq, Answer: engagement.Answer(r.Answer), Reason: r.Reason,
			At: r.DecidedAt.UTC(), ByName: r.DecidedName}
		if err := json.Unmarshal([]byte(r.Asked), &out[i].Ask); err != nil {
			return nil, fmt.Errorf("resolution %s: %w", r.ID, err)
		}
		if err := json.Unmarshal([]byte(r.Found), &out[i].Found); err != nil {
			return nil, fmt.Errorf("resolution %s: %w", r.ID, err)
		}
	}
	return out, nil
}
