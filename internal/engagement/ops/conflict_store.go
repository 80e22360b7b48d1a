package ops

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

type checkRow struct {
	bun.BaseModel `bun:"table:conflict_check"`

	ID         string    `bun:"id,pk"`
	Topic      string    `bun:"topic"`
	Kind       string    `bun:"kind"`
	Name       string    `bun:"name"`
	Outcome    string    `bun:"outcome"`
	Questions  int       `bun:"questions"`
	Newcomer   string    `bun:"newcomer"`
	Asks       string    `bun:"asks"`
	Found      string    `bun:"found"`
	Looked     string    `bun:"looked"`
	JudgedOn   string    `bun:"judged_on"`
	MadeAt     time.Time `bun:"made_at"`
	MadeBy     string    `bun:"made_by"`
	MadeByName string    `bun:"made_by_name"`
}

type settledRow struct {
	bun.BaseModel `bun:"table:conflict_settled"`

	CheckID       string    `bun:"check_id,pk"`
	Reason        string    `bun:"reason"`
	SettledAt     time.Time `bun:"settled_at"`
	SettledBy     string    `bun:"settled_by"`
	SettledByName string    `bun:"settled_by_name"`
}

// checkFound is what a check came to, as it is stored.
type checkFound struct {
	Lines     []engagement.OverlapLine `json:"lines"`
	Questions []engagement.Asked       `json:"questions"`
}

func notHere() error {
	return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
}

func asJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func (r checkRow) made() (engagement.Made, error) {
	m := engagement.Made{ID: r.ID, Topic: r.Topic, Kind: engagement.CheckKind(r.Kind), Outcome: engagement.Outcome(r.Outcome), At: r.MadeAt.UTC(), ByName: r.MadeByName}
	m.On, _ = cal.ParseDate(r.JudgedOn)
	var f checkFound
	for text, into := range map[string]any{r.Newcomer: &m.Newcomer, r.Found: &f, r.Looked: &m.Looked} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return m, fmt.Errorf("read the check %s: %w", r.ID, err)
		}
	}
	m.Lines, m.Questions = f.Lines, f.Questions
	return m, nil
}

// readChecks reads checks with what was decided about them, newest first.
func readChecks(ctx context.Context, tx bun.Tx, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]engagement.Made, []checkRow, error) {
	var rows []checkRow
	if err := narrow(tx.NewSelect().Model(&rows)).OrderExpr("made_at DESC, id DESC").Scan(ctx); err != nil || len(rows) == 0 {
		return nil, nil, err
	}
	var settled []settledRow
	if err := tx.NewSelect().Model(&settled).Scan(ctx); err != nil {
		return nil, nil, err
	}
	by := map[string]settledRow{}
	for _, s := range settled {
		by[s.CheckID] = s
	}
	out := make([]engagement.Made, len(rows))
	for i, r := range rows {
		m, err := r.made()
		if err != nil {
			return nil, nil, err
		}
		if s, ok := by[r.ID]; ok {
			m.SettledReason, m.SettledAt, m.SettledByName = s.Reason, s.SettledAt.UTC(), s.SettledByName
		}
		out[i] = m
	}
	return out, rows, nil
}

// latestChecks are the newest check of each topic, newest first.
func latestChecks(ctx context.Context, tx bun.Tx) ([]engagement.Made, error) {
	all, _, err := readChecks(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q })
	var out []engagement.Made
	seen := map[string]bool{}
	for _, m := range all {
		if !seen[m.Topic] {
			seen[m.Topic] = true
			out = append(out, m)
		}
	}
	return out, err
}

type waiverRow struct {
	bun.BaseModel `bun:"table:waiver"`

	ID          string    `bun:"id,pk"`
	ClientID    string    `bun:"client_id"`
	Category    string    `bun:"category"`
	Markets     string    `bun:"markets"`
	Unit        string    `bun:"unit"`
	FromOn      string    `bun:"from_on"`
	UntilOn     string    `bun:"until_on"`
	Words       string    `bun:"words"`
	MeantFor    string    `bun:"meant_for"`
	AskedAt     time.Time `bun:"asked_at"`
	AskedBy     string    `bun:"asked_by"`
	AskedByName string    `bun:"asked_by_name"`
}

type answerRow struct {
	bun.BaseModel `bun:"table:waiver_answer"`

	WaiverID       string    `bun:"waiver_id,pk"`
	Given          bool      `bun:"given"`
	Reason         string    `bun:"reason"`
	AnsweredAt     time.Time `bun:"answered_at"`
	AnsweredBy     string    `bun:"answered_by"`
	AnsweredByName string    `bun:"answered_by_name"`
	PaperReference string    `bun:"paper_reference"`
	PaperSignatory string    `bun:"paper_signatory"`
	PaperSignedOn  string    `bun:"paper_signed_on"`
}

func (r waiverRow) consent(answers map[string]answerRow) (engagement.Consent, error) {
	c := engagement.Consent{Words: r.Words, AskedAt: r.AskedAt.UTC(), AskedByName: r.AskedByName,
		Waiver: engagement.Waiver{ID: r.ID, Client: r.ClientID, Category: r.Category, Unit: unitOf(r.Unit), For: r.MeantFor}}
	c.Period.From, _ = cal.ParseDate(r.FromOn)
	c.Period.To, _ = cal.ParseDate(r.UntilOn)
	if err := json.Unmarshal([]byte(r.Markets), &c.Markets); err != nil {
		return c, fmt.Errorf("read the waiver %s: %w", r.ID, err)
	}
	if a, ok := answers[r.ID]; ok {
		c.Answered, c.Given, c.Reason, c.AnsweredAt, c.AnsweredByName = true, a.Given, a.Reason, a.AnsweredAt.UTC(), a.AnsweredByName
		if a.PaperReference != "" {
			on, _ := cal.ParseDate(a.PaperSignedOn)
			c.Paper = &engagement.PaperConsent{Reference: a.PaperReference, Signatory: a.PaperSignatory, SignedOn: on}
		}
	}
	return c, nil
}

// readConsents reads waivers with their answers, newest first.
func readConsents(ctx context.Context, tx bun.Tx, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]engagement.Consent, error) {
	var rows []waiverRow
	if err := narrow(tx.NewSelect().Model(&rows)).OrderExpr("asked_at DESC, id DESC").Scan(ctx); err != nil || len(rows) == 0 {
		return nil, err
	}
	var given []answerRow
	if err := tx.NewSelect().Model(&given).Scan(ctx); err != nil {
		return nil, err
	}
	answers := map[string]answerRow{}
	for _, a := range given {
		answers[a.WaiverID] = a
	}
	out := make([]engagement.Consent, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.consent(answers); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type wallRow struct {
	bun.BaseModel `bun:"table:wall"`

	ID          string    `bun:"id,pk"`
	OneID       string    `bun:"one_id"`
	OtherID     string    `bun:"other_id"`
	Reason      string    `bun:"reason"`
	BegunAt     time.Time `bun:"begun_at"`
	BegunBy     string    `bun:"begun_by"`
	BegunByName string    `bun:"begun_by_name"`
}

type placeRow struct {
	bun.BaseModel `bun:"table:wall_place"`

	WallID       string    `bun:"wall_id,pk"`
	Seq          int       `bun:"seq,pk"`
	AccountID    string    `bun:"account_id"`
	Name         string    `bun:"name"`
	Side         string    `bun:"side"`
	PlacedAt     time.Time `bun:"placed_at"`
	PlacedBy     string    `bun:"placed_by"`
	PlacedByName string    `bun:"placed_by_name"`
}

type wallEndRow struct {
	bun.BaseModel `bun:"table:wall_end"`

	WallID      string    `bun:"wall_id,pk"`
	Reason      string    `bun:"reason"`
	EndedAt     time.Time `bun:"ended_at"`
	EndedBy     string    `bun:"ended_by"`
	EndedByName string    `bun:"ended_by_name"`
}

// readWalls reads every wall with who stands where, oldest first.
func readWalls(ctx context.Context, tx bun.Tx) ([]engagement.Wall, error) {
	var rows []wallRow
	if err := tx.NewSelect().Model(&rows).OrderExpr("begun_at, id").Scan(ctx); err != nil || len(rows) == 0 {
		return nil, err
	}
	var places []placeRow
	if err := tx.NewSelect().Model(&places).OrderExpr("wall_id, seq").Scan(ctx); err != nil {
		return nil, err
	}
	var ends []wallEndRow
	if err := tx.NewSelect().Model(&ends).Scan(ctx); err != nil {
		return nil, err
	}
	out := make([]engagement.Wall, len(rows))
	for i, r := range rows {
		w := engagement.Wall{ID: r.ID, One: r.OneID, Other: r.OtherID, Reason: r.Reason, BegunAt: r.BegunAt.UTC(), BegunByName: r.BegunByName}
		for _, p := range places {
			if p.WallID == r.ID {
				w.Placements = append(w.Placements, engagement.Placement{Account: p.AccountID, Name: p.Name, Side: p.Side, At: p.PlacedAt.UTC(), ByName: p.PlacedByName})
			}
		}
		for _, e := range ends {
			if e.WallID == r.ID {
				w.EndedAt, w.EndedByName, w.EndReason = e.EndedAt.UTC(), e.EndedByName, e.Reason
			}
		}
		out[i] = w
	}
	return out, nil
}

func readWall(ctx context.Context, tx bun.Tx, id string) (engagement.Wall, error) {
	walls, err := readWalls(ctx, tx)
	for _, w := range walls {
		if w.ID == id {
			return w, err
		}
	}
	if err == nil {
		err = notHere()
	}
	return engagement.Wall{}, err
}

// readWaiverRow finds a waiver. Fault: NotFound.
func readWaiverRow(ctx context.Context, tx bun.Tx, id string) (waiverRow, error) {
	var row waiverRow
	err := tx.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = notHere()
	}
	return row, err
}
