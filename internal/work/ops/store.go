package ops

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/work"
)

type requestRow struct {
	bun.BaseModel `bun:"table:request"`

	ID         string    `bun:"id,pk"`
	ClientID   string    `bun:"client_id"`
	Number     int64     `bun:"number"`
	PostKey    string    `bun:"post_key"`
	Title      string    `bun:"title"`
	Category   string    `bun:"category"`
	Brand      string    `bun:"brand"`
	Market     string    `bun:"market"`
	Form       string    `bun:"form"`
	Brief      string    `bun:"brief"`
	ContractID string    `bun:"contract_id"`
	VersionID  string    `bun:"version_id"`
	OpenedAt   time.Time `bun:"opened_at"`
	OpenedBy   string    `bun:"opened_by"`
	OpenedName string    `bun:"opened_name"`
}

type eventRow struct {
	bun.BaseModel `bun:"table:request_event"`

	RequestID  string    `bun:"request_id,pk"`
	Seq        int64     `bun:"seq,pk"`
	PostKey    string    `bun:"post_key"`
	At         time.Time `bun:"at"`
	Kind       string    `bun:"kind"`
	Priority   string    `bun:"priority"`
	WaitsOn    string    `bun:"waits_on"`
	ProviderID string    `bun:"provider_id"`
	AssigneeID string    `bun:"assignee_id"`
	Scope      string    `bun:"scope"`
	Note       string    `bun:"note"`
	ByID       string    `bun:"by_id"`
	ByName     string    `bun:"by_name"`
	Impact     string    `bun:"impact"`
	Urgency    string    `bun:"urgency"`

	DeliverableID string `bun:"deliverable_id"`
}

type stateRow struct {
	bun.BaseModel `bun:"table:request_state"`

	RequestID  string    `bun:"request_id,pk"`
	ClientID   string    `bun:"client_id"`
	Number     int64     `bun:"number"`
	Title      string    `bun:"title"`
	Category   string    `bun:"category"`
	Phase      string    `bun:"phase"`
	Priority   string    `bun:"priority"`
	WaitsOn    string    `bun:"waits_on"`
	Triaged    bool      `bun:"triaged"`
	Feedback   bool      `bun:"feedback"`
	ProviderID string    `bun:"provider_id"`
	AssigneeID string    `bun:"assignee_id"`
	Seq        int64     `bun:"seq"`
	OpenedAt   time.Time `bun:"opened_at"`
	MovedAt    time.Time `bun:"moved_at"`
	DueClock   string    `bun:"due_clock"`
	DueOrder   int64     `bun:"due_order"`
	ContractID string    `bun:"contract_id"`
	VersionID  string    `bun:"version_id"`

	Scope         string `bun:"scope"` // the newest, as its event has it
	ScopeAnswer   string `bun:"scope_answer"`
	ScopeContract string `bun:"scope_contract"`
	ScopeClause   string `bun:"scope_clause"`
	ScopeFrom     string `bun:"scope_from"`
	ScopeAbove    int64  `bun:"scope_above"`
}

type clockRow struct {
	bun.BaseModel `bun:"table:request_clock"`

	RequestID string    `bun:"request_id,pk"`
	Clock     string    `bun:"clock,pk"`
	ClientID  string    `bun:"client_id"`
	Promise   string    `bun:"promise"`
	ByParty   string    `bun:"by_party"`
	State     string    `bun:"state"`
	DueAt     time.Time `bun:"due_at,nullzero"`
	StoppedAt time.Time `bun:"stopped_at,nullzero"`
	LateAt    time.Time `bun:"late_at,nullzero"`
	NextOrder int64     `bun:"next_order"`
	Priority  string    `bun:"priority"`
	Used      int64     `bun:"used"` // seconds of its time
}

type messageRow struct {
	bun.BaseModel `bun:"table:request_message"`

	ID         string    `bun:"id,pk"`
	RequestID  string    `bun:"request_id"`
	Seq        int64     `bun:"seq"`
	PostKey    string    `bun:"post_key"`
	Visibility string    `bun:"visibility"`
	Body       string    `bun:"body"`
	At         time.Time `bun:"at"`
	ByID       string    `bun:"by_id"`
	ByName     string    `bun:"by_name"`
	BySide     string    `bun:"by_side"`
}

type fileRow struct {
	bun.BaseModel `bun:"table:request_file"`

	ID         string    `bun:"id,pk"`
	RequestID  string    `bun:"request_id"`
	MessageID  string    `bun:"message_id"`
	Field      string    `bun:"field"`
	Visibility string    `bun:"visibility"`
	Name       string    `bun:"name"`
	Media      string    `bun:"media"`
	Size       int64     `bun:"size"`
	SHA256     string    `bun:"sha256"`
	At         time.Time `bun:"at"`
	ByID       string    `bun:"by_id"`
	ByName     string    `bun:"by_name"`
}

type toldRow struct {
	bun.BaseModel `bun:"table:request_told"`

	RequestID string    `bun:"request_id,pk"`
	Clock     string    `bun:"clock,pk"`
	What      string    `bun:"what,pk"`
	At        time.Time `bun:"at"`
}

func notFound() error {
	return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
}

func (r eventRow) record() (Record, error) {
	out := Record{
		Event: work.Event{At: r.At.UTC(), Kind: work.Kind(r.Kind), Priority: contract.Priority(r.Priority), Impact: contract.Weight(r.Impact), Urgency: contract.Weight(r.Urgency), On: work.Waiting(r.WaitsOn), Provider: r.ProviderID, Assignee: r.AssigneeID, Of: r.DeliverableID},
		Seq:   r.Seq, Note: r.Note, By: r.ByID, ByName: r.ByName,
	}
	if r.Scope == "" {
		return out, nil
	}
	err := json.Unmarshal([]byte(r.Scope), &out.Scope)
	return out, err
}

func (r requestRow) request() (Request, error) {
	out := Request{ID: r.ID, Client: r.ClientID, Number: r.Number, Title: r.Title, Category: r.Category, Brand: r.Brand, Market: r.Market,
		Contract: r.ContractID, Version: r.VersionID, OpenedAt: r.OpenedAt.UTC(), OpenedBy: r.OpenedBy, OpenedByName: r.OpenedName}
	if err := json.Unmarshal([]byte(r.Form), &out.Form); err != nil {
		return out, fmt.Errorf("read the form of request %s: %w", r.ID, err)
	}
	if err := json.Unmarshal([]byte(r.Brief), &out.Brief); err != nil {
		return out, fmt.Errorf("read the brief of request %s: %w", r.ID, err)
	}
	return out, nil
}

// readRequest reads a request with its events. Fault: NotFound.
func readRequest(ctx context.Context, tx bun.Tx, id string) (*Request, error) {
	var row requestRow
	err := tx.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound()
	}
	if err != nil {
		return nil, err
	}
	r, err := row.request()
	if err != nil {
		return nil, err
	}
	var events []eventRow
	if err := tx.NewSelect().Model(&events).Where("request_id = ?", id).OrderExpr("seq").Scan(ctx); err != nil {
		return nil, err
	}
	return &r, r.takeAll(events)
}

// takeAll folds the events of a request as they are kept.
func (r *Request) takeAll(events []eventRow) error {
	for _, row := range events {
		e, err := row.record()
		if err == nil {
			err = r.take(e)
		}
		if err != nil {
			return fmt.Errorf("read the events of request %s: %w", r.ID, err)
		}
	}
	return nil
}

// postedAs finds the request that was opened, or changed, by an act of this key.
func postedAs(ctx context.Context, tx bun.Tx, model any, column, key string) (id string, ok bool, err error) {
	err = tx.NewSelect().Model(model).ColumnExpr("?", bun.Ident(column)).Where("post_key = ?", key).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return id, err == nil, err
}
