package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

type noticeRow struct {
	bun.BaseModel `bun:"table:engagement_notice"`

	ID          string    `bun:"id,pk"`
	ClientID    string    `bun:"client_id"`
	ContractID  string    `bun:"contract_id"`
	Seq         int64     `bun:"seq"`
	Side        string    `bun:"side"`
	ReceivedOn  string    `bun:"received_on"`
	EndsOn      string    `bun:"ends_on"`
	Body        string    `bun:"body"`
	GivenAt     time.Time `bun:"given_at"`
	GivenBy     string    `bun:"given_by"`
	GivenByName string    `bun:"given_by_name"`
}

// noticeBody is what of a notice is told and never searched for.
type noticeBody struct {
	Version int               `json:"version"`
	Given   engagement.Given  `json:"given"`
	Effect  engagement.Effect `json:"effect"`
	Fee     []string          `json:"fee"`
	Text    string            `json:"text"`
}

type noticeDeedRow struct {
	bun.BaseModel `bun:"table:engagement_notice_deed"`

	NoticeID string    `bun:"notice_id,pk"`
	Kind     string    `bun:"kind,pk"`
	Side     string    `bun:"side,pk"`
	Note     string    `bun:"note"`
	At       time.Time `bun:"at"`
	ByID     string    `bun:"by_id"`
	ByName   string    `bun:"by_name"`
}

type assentRow struct {
	bun.BaseModel `bun:"table:engagement_renewal_assent"`

	ContractID string    `bun:"contract_id,pk"`
	EndsOn     string    `bun:"ends_on,pk"`
	Side       string    `bun:"side,pk"`
	ClientID   string    `bun:"client_id"`
	Length     string    `bun:"length"`
	At         time.Time `bun:"at"`
	ByID       string    `bun:"by_id"`
	ByName     string    `bun:"by_name"`
}

type transitionRow struct {
	bun.BaseModel `bun:"table:engagement_transition_event"`

	ContractID string    `bun:"contract_id,pk"`
	Seq        int64     `bun:"seq,pk"`
	ClientID   string    `bun:"client_id"`
	Item       string    `bun:"item"`
	Kind       string    `bun:"kind"`
	Side       string    `bun:"side"`
	Body       string    `bun:"body"`
	At         time.Time `bun:"at"`
	ByID       string    `bun:"by_id"`
	ByName     string    `bun:"by_name"`
}

// transitionBody is what an event says besides who did what.
type transitionBody struct {
	Area  engagement.Area `json:"area,omitempty"`
	Text  string          `json:"text,omitempty"`
	Owner contract.Side   `json:"owner,omitempty"`
	DueOn cal.Date        `json:"due_on,omitzero"`
	Note  string          `json:"note,omitempty"`
}

type statedRow struct {
	bun.BaseModel `bun:"table:engagement_settlement_stated"`

	ContractID string    `bun:"contract_id,pk"`
	Seq        int64     `bun:"seq,pk"`
	ClientID   string    `bun:"client_id"`
	Part       string    `bun:"part"`
	Side       string    `bun:"side"`
	Currency   string    `bun:"currency"`
	Minor      int64     `bun:"minor"`
	Basis      string    `bun:"basis"`
	Evidence   string    `bun:"evidence"`
	At         time.Time `bun:"at"`
	ByID       string    `bun:"by_id"`
	ByName     string    `bun:"by_name"`
}

type settledAssentRow struct {
	bun.BaseModel `bun:"table:engagement_settlement_accepted"`

	ContractID string    `bun:"contract_id,pk"`
	SHA256     string    `bun:"sha256,pk"`
	Side       string    `bun:"side,pk"`
	ClientID   string    `bun:"client_id"`
	At         time.Time `bun:"at"`
	ByID       string    `bun:"by_id"`
	ByName     string    `bun:"by_name"`
}

type settlementRow struct {
	bun.BaseModel `bun:"table:engagement_settlement"`

	ContractID string    `bun:"contract_id,pk"`
	ClientID   string    `bun:"client_id"`
	Currency   string    `bun:"currency"`
	TotalMinor int64     `bun:"total_minor"`
	Body       string    `bun:"body"`
	SHA256     string    `bun:"sha256"`
	ClosedAt   time.Time `bun:"closed_at"`
}

func text(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func readNotices(ctx context.Context, tx bun.Tx, contractID string) ([]engagement.Notice, error) {
	var rows []noticeRow
	if err := tx.NewSelect().Model(&rows).Where("contract_id = ?", contractID).OrderExpr("seq").Scan(ctx); err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var deeds []noticeDeedRow
	if err := tx.NewSelect().Model(&deeds).Where("notice_id IN (?)", bun.List(ids)).OrderExpr("at, kind, side").Scan(ctx); err != nil {
		return nil, err
	}
	out := make([]engagement.Notice, len(rows))
	for i, r := range rows {
		n, err := r.notice()
		if err != nil {
			return nil, err
		}
		for _, d := range deeds {
			if d.NoticeID == r.ID {
				n.Deeds = append(n.Deeds, engagement.Deed{Kind: engagement.DeedKind(d.Kind), Side: contract.Side(d.Side), Note: d.Note, At: d.At.UTC(), By: d.ByID, ByName: d.ByName})
			}
		}
		out[i] = n
	}
	return out, nil
}

func (r noticeRow) notice() (engagement.Notice, error) {
	var body noticeBody
	if err := json.Unmarshal([]byte(r.Body), &body); err != nil {
		return engagement.Notice{}, fmt.Errorf("read notice %s: %w", r.ID, err)
	}
	return engagement.Notice{ID: r.ID, Client: r.ClientID, Contract: r.ContractID, Version: body.Version, Side: contract.Side(r.Side), Given: body.Given,
		Effect: body.Effect, Fee: body.Fee, Text: body.Text, At: r.GivenAt.UTC(), By: r.GivenBy, ByName: r.GivenByName}, nil
}

func readAssents(ctx context.Context, tx bun.Tx, contractID string) ([]Assent, error) {
	var rows []assentRow
	if err := tx.NewSelect().Model(&rows).Where("contract_id = ?", contractID).OrderExpr("at, side").Scan(ctx); err != nil {
		return nil, err
	}
	var out []Assent
	for _, r := range rows {
		ends, _ := cal.ParseDate(r.EndsOn)
		length, _ := cal.ParseSpan(r.Length)
		out = append(out, Assent{Ends: ends, Side: contract.Side(r.Side), Length: length, At: r.At.UTC(), ByName: r.ByName})
	}
	return out, nil
}

func readTransition(ctx context.Context, tx bun.Tx, contractID string) ([]engagement.ItemEvent, error) {
	var rows []transitionRow
	if err := tx.NewSelect().Model(&rows).Where("contract_id = ?", contractID).OrderExpr("seq").Scan(ctx); err != nil {
		return nil, err
	}
	var out []engagement.ItemEvent
	for _, r := range rows {
		var body transitionBody
		if err := json.Unmarshal([]byte(r.Body), &body); err != nil {
			return nil, fmt.Errorf("read event %d of the transition of %s: %w", r.Seq, contractID, err)
		}
		out = append(out, engagement.ItemEvent{Item: r.Item, Kind: engagement.ItemEventKind(r.Kind), Area: body.Area, Text: body.Text, Owner: body.Owner,
			DueOn: body.DueOn, Side: contract.Side(r.Side), Note: body.Note, At: r.At.UTC(), By: r.ByID, ByName: r.ByName})
	}
	return out, nil
}

func readStated(ctx context.Context, tx bun.Tx, contractID string) ([]engagement.Stated, error) {
	var rows []statedRow
	if err := tx.NewSelect().Model(&rows).Where("contract_id = ?", contractID).OrderExpr("seq").Scan(ctx); err != nil {
		return nil, err
	}
	var out []engagement.Stated
	for _, r := range rows {
		out = append(out, engagement.Stated{Part: engagement.PartKey(r.Part), Side: contract.Side(r.Side), Amount: money.New(r.Minor, money.Currency(r.Currency)),
			Basis: r.Basis, Evidence: r.Evidence, At: r.At.UTC(), By: r.ByID, ByName: r.ByName})
	}
	return out, nil
}
