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
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Scoped is the scope in force on a day under one contract.
type Scoped struct {
	Contract  string
	Name      string
	Terms     contract.Terms
	Positions map[string]engagement.Position // of the retainers of which it is known
}

// Scope is the scope of a client's contracts on a day: those in force with a scope first. Who may: see ContractSee. Faults: NotFound, Forbidden.
func (s *Service) Scope(ctx context.Context, actor access.Actor, client string, day cal.Date) ([]Scoped, error) {
	if err := access.Require(actor, access.ContractSee, access.Of(client)); err != nil {
		return nil, err
	}
	var out []Scoped
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = nil
		list, err := contractops.ContractsOf(ctx, tx, client)
		if err != nil {
			return err
		}
		for _, c := range list {
			one, in, err := s.scoped(ctx, tx, c, day)
			if err != nil {
				return err
			}
			if in {
				out = append(out, one)
			}
		}
		slices.SortStableFunc(out, func(a, b Scoped) int { return none(a) - none(b) })
		return nil
	})
	return out, err
}

func none(s Scoped) int {
	if s.Terms.Scope == nil {
		return 1
	}
	return 0
}

// scoped is the scope of one contract; in is false where nothing of it is in force that day.
func (s *Service) scoped(ctx context.Context, tx bun.Tx, c contractops.Contract, day cal.Date) (one Scoped, in bool, err error) {
	if len(c.Accepted()) == 0 {
		return one, false, nil
	}
	agreement, err := c.Agreement()
	if err != nil {
		return one, false, err
	}
	terms, in := agreement.InForce(day)
	if !in {
		return one, false, nil
	}
	one = Scoped{Contract: c.ID, Name: c.Name, Terms: terms}
	if s.Positions != nil {
		one.Positions, err = s.Positions(ctx, tx, c.Client, c.ID, day)
	}
	return one, true, err
}

// ResolveInput says how a request stands to the scope. Answer empty: as the contract has it.
type ResolveInput struct {
	Client   string
	Contract string
	Request  string // id of the request
	Ask      engagement.Ask
	Answer   engagement.Answer
	Reason   string // needed where the answer is another one than the contract has
}

// Resolution is what was decided of a request.
type Resolution struct {
	ID       string
	Client   string
	Contract string
	Request  string
	Seq      int
	Ask      engagement.Ask
	Found    engagement.Intake // what the contract says
	Answer   engagement.Answer
	Reason   string
	At       time.Time
	ByName   string
}

// Resolve decides at intake how a request stands to the scope in force on its day, and keeps the reasons. Deciding again adds a decision; the last one counts. Who may: see
// ScopeResolve. Faults: NotFound, Forbidden; Invalid at "ask" for what is missing, at "answer" and "reason"; Conflict "no-version" where nothing is in force.
func (s *Service) Resolve(ctx context.Context, actor access.Actor, in ResolveInput) (Resolution, error) {
	if err := access.Require(actor, access.ScopeResolve, access.Of(in.Client)); err != nil {
		return Resolution{}, err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	var out Resolution
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		c, err := contractops.ContractOf(ctx, tx, in.Contract)
		if err != nil {
			return err
		}
		if c.Client != in.Client || c.Underpins() {
			return nothingHere()
		}
		at, inForce, err := s.scoped(ctx, tx, c, in.Ask.Day)
		if err != nil {
			return err
		}
		if !inForce {
			return fault.New(fault.Conflict, "no-version", "No version of the contract %s is in force on %s.", c.Name, in.Ask.Day.Words())
		}
		found := engagement.Resolve(at.Terms, in.Ask, at.Positions)
		if err := in.check(found); err != nil {
			return err
		}
		out, err = s.keepResolution(ctx, tx, actor, in, found)
		return err
	})
	if err != nil {
		return Resolution{}, fmt.Errorf("resolve the request: %w", err)
	}
	return out, nil
}

// check settles the answer: the contract's, or another one with its reason.
func (in *ResolveInput) check(found engagement.Intake) error {
	if in.Answer == engagement.AnswerOpen {
		if in.Answer = found.Answer; in.Answer == engagement.AnswerOpen {
			return fault.New(fault.Invalid, "not-resolved", "%s", found.Missing).At("ask")
		}
	}
	switch {
	case !slices.Contains(engagement.Answers(), in.Answer):
		return fault.New(fault.Invalid, "answer", "Choose one of the answers.").At("answer")
	case in.Answer != found.Answer && in.Reason == "":
		return fault.New(fault.Invalid, "answer-reason", "The contract says otherwise, or does not say. Give the reason for this answer.").At("reason")
	case utf8.RuneCountInString(in.Reason) > longestReason:
		return fault.New(fault.Invalid, "answer-reason", "The reason is longer than %d characters.", longestReason).At("reason")
	}
	return nil
}

func (s *Service) keepResolution(ctx context.Context, tx bun.Tx, actor access.Actor, in ResolveInput, found engagement.Intake) (Resolution, error) {
	before, err := ResolutionsOf(ctx, tx, in.Request)
	if err != nil {
		return Resolution{}, err
	}
	if n := len(before); n > 0 {
		if last := before[n-1]; last.Contract == in.Contract && last.Ask == in.Ask && last.Answer == in.Answer && last.Reason == in.Reason {
			return last, nil
		}
	}
	r := Resolution{ID: s.id("sr"), Client: in.Client, Contract: in.Contract, Request: in.Request, Seq: len(before) + 1, Ask: in.Ask, Found: found, Answer: in.Answer, Reason: in.Reason,
		At: s.now(), ByName: actor.Name}
	row, err := resolutionRowOf(r, actor)
	if err != nil {
		return r, err
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return r, err
	}
	entry := journal.Entry{At: r.At, Action: "scope.resolve", Client: r.Client, Subject: journal.Subject{Kind: "request", ID: r.Request},
		Words: "resolved a request: " + r.Answer.Words(),
		After: journal.Snapshot(map[string]any{"answer": r.Answer, "contract says": found.Answer.Words(), "version": found.Version, "why": strings.Join(found.Reasons, " "), "reason": r.Reason})}
	if len(before) > 0 {
		entry.Before = journal.Snapshot(map[string]any{"answer": before[len(before)-1].Answer})
	}
	_, err = journalops.Append(ctx, tx, journalops.By(actor, entry))
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
