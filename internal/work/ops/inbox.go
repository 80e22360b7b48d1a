package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/work"
)

// Filter says which requests of those that the actor sees are meant. What is empty is not asked.
type Filter struct {
	Client   string
	Stage    work.Stage
	Open     bool // those that are not over
	Priority contract.Priority
	Category string
	Assignee string // account; Nobody for those that nobody has
	Scope    string // an answer of engagement, or ScopeOpen for those without one
	Words    string // all of them stand in title, brief or messages that the actor reads
	After    string // Page.Next of the page before
	Limit    int    // of one page; 50 when zero, at most 200
}

// ScopeOpen is the scope of what has no answer.
const ScopeOpen = "open"

// Nobody is the assignee of what nobody has.
const Nobody = "nobody"

// Line is a request in a list.
type Line struct {
	ID           string
	Client       string
	ClientName   string
	Number       int64
	Title        string
	Category     string
	Priority     contract.Priority
	State        work.Request
	Assignee     string // account
	AssigneeName string
	ProviderName string // empty: the agency
	OpenedAt     time.Time
	MovedAt      time.Time
	Clock        *work.Clock // of those that run the one whose time is over first; nil: none runs
	Foreseen     work.Likely // of that clock; zero for who does not see all requests of the client
}

// Name is the request as people call it.
func (l Line) Name() string { return name(l.Number) }

// Page is a part of a list: with words the newest request first, without the clock whose time is over first.
type Page struct {
	Lines []Line
	Next  string // for the page after; empty: this is the last one
	Now   time.Time
}

const (
	pageOf   = 50
	mostPage = 200
	mostAsk  = 8 // words of a search that count
)

// List gives the requests that the actor sees. Who may: see RequestSee. Faults: NotFound for a client out of reach; Invalid for a cursor that is none.
func (s *Service) List(ctx context.Context, actor access.Actor, f Filter) (Page, error) {
	if f.Client != "" {
		if err := access.RequireAny(actor, access.RequestSee, f.Client); err != nil {
			return Page{}, err
		}
	}
	if f.Limit <= 0 || f.Limit > mostPage {
		f.Limit = pageOf
	}
	page := Page{Now: s.now()}
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows, next, err := find(ctx, tx, sightOf(actor, f.Client), f)
		if err != nil {
			return err
		}
		page.Next = next
		if page.Lines, err = s.lines(ctx, tx, rows, page.Now); err != nil {
			return err
		}
		for i, l := range page.Lines {
			page.Lines[i].State.Scope = told(actor, l.Client, l.State.Scope)
		}
		return s.foresee(ctx, tx, actor, page.Lines, page.Now)
	})
	if err != nil {
		return Page{}, fmt.Errorf("list requests: %w", err)
	}
	return page, nil
}

func find(ctx context.Context, tx bun.Tx, v sight, f Filter) (rows []stateRow, next string, err error) {
	q := tx.NewSelect().Model(&rows).ModelTableExpr("request_state AS st").ColumnExpr("st.*")
	q = f.narrow(v.narrow(q))
	if f.Scope != "" && !v.all { // who only does some requests of a client is not told of the scope
		q = q.Where("st.client_id IN (?)", bun.List(append([]string{""}, v.clients...)))
	}
	words := work.SearchWords(f.Words)
	if strings.TrimSpace(f.Words) != "" {
		if len(words) == 0 {
			return nil, "", nil // nothing that a word is found by
		}
		if q, err = found(ctx, tx, q, v, words[:min(len(words), mostAsk)]); err != nil {
			return nil, "", err
		}
	}
	due, number, err := cursor(f.After)
	if err != nil {
		return nil, "", err
	}
	switch {
	case len(words) > 0:
		if number > 0 {
			q = q.Where("w.number < ?", number)
		}
		q = q.OrderExpr("w.number DESC")
	default:
		if number > 0 {
			q = q.Where("(st.due_order > ? OR st.due_order = ? AND st.number > ?)", due, due, number)
		}
		q = q.OrderExpr("st.due_order, st.number")
	}
	if err := q.Limit(int64(f.Limit) + 1).Scan(ctx); err != nil {
		return nil, "", err
	}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		last := rows[len(rows)-1]
		next = fmt.Sprintf("%d-%d", last.DueOrder, last.Number)
	}
	return rows, next, nil
}

func cursor(text string) (due, number int64, err error) {
	if text == "" {
		return 0, 0, nil
	}
	first, second, ok := strings.Cut(text, "-")
	due, bad := strconv.ParseInt(first, 10, 64)
	number, worse := strconv.ParseInt(second, 10, 64)
	if !ok || bad != nil || worse != nil || number <= 0 {
		return 0, 0, fault.New(fault.Invalid, "cursor", "This page of the list is not known. Begin at the first one.").At("after")
	}
	return due, number, nil
}

func (f Filter) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	open := string(work.Open)
	if f.Open || f.Stage != "" && f.Stage != work.Over {
		q = q.Where("st.phase = ?", open)
	}
	switch f.Stage {
	case work.Over:
		q = q.Where("st.phase IN (?)", bun.List([]string{string(work.Done), string(work.Gone), string(work.Refused)}))
	case work.New, work.InWork:
		q = q.Where("st.waits_on = ? AND NOT st.feedback", string(work.OnNobody)).Where("st.triaged = ?", f.Stage == work.InWork)
	case work.WithSpecialist:
		q = q.Where("st.waits_on = ? AND NOT st.feedback", string(work.OnSpecialist))
	case work.WithClient:
		q = q.Where("st.waits_on = ? AND NOT st.feedback", string(work.OnClient))
	case work.InReview:
		q = q.Where("st.feedback")
	}
	if f.Priority != "" {
		q = q.Where("st.priority = ?", string(f.Priority))
	}
	if f.Category != "" {
		q = q.Where("st.category = ?", f.Category)
	}
	switch f.Scope {
	case "":
	case ScopeOpen:
		q = q.Where("st.scope_answer = ''")
	default:
		q = q.Where("st.scope_answer = ?", f.Scope)
	}
	switch f.Assignee {
	case "":
	case Nobody:
		q = q.Where("st.assignee_id = ''")
	default:
		q = q.Where("st.assignee_id = ?", f.Assignee)
	}
	return q
}

// found joins the rows of the rarest word, and asks for the others of each.
func found(ctx context.Context, tx bun.Tx, q *bun.SelectQuery, v sight, words []string) (*bun.SelectQuery, error) {
	const enough = 500
	rarest, fewest := words[0], int64(enough+1)
	for _, w := range words {
		if len(words) == 1 {
			break
		}
		n, err := tx.NewSelect().TableExpr("(?) AS counted", tx.NewSelect().Model((*wordRow)(nil)).ColumnExpr("number").Where("word = ?", w).Limit(enough)).Count(ctx)
		if err != nil {
			return nil, err
		}
		if n < fewest {
			rarest, fewest = w, n
		}
	}
	q = q.Join("JOIN request_word AS w ON w.number = st.number").Where("w.word = ?", rarest)
	// A word that stands in what the client reads, and in a note besides, counts once.
	q = v.readable(q, "w").Where("NOT EXISTS (?)", v.readable(tx.NewSelect().TableExpr("request_word AS same").ColumnExpr("1").
		Where("same.word = w.word AND same.number = w.number AND same.visibility < w.visibility"), "same"))
	for _, other := range words {
		if other != rarest {
			q = q.Where("EXISTS (?)", v.readable(tx.NewSelect().TableExpr("request_word AS o").ColumnExpr("1").Where("o.word = ? AND o.number = st.number", other), "o"))
		}
	}
	return q, nil
}

// lines adds names and the nearest clock, in a fixed number of queries that read nothing of what happened to the requests.
func (s *Service) lines(ctx context.Context, tx bun.Tx, rows []stateRow, now time.Time) ([]Line, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	names, err := namesOf(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	out := make([]Line, len(rows))
	for i, row := range rows {
		out[i] = Line{ID: row.RequestID, Client: row.ClientID, ClientName: names.orgs[row.ClientID], Number: row.Number, Title: row.Title, Category: row.Category,
			Priority: contract.Priority(row.Priority), State: row.state(), Assignee: row.AssigneeID, AssigneeName: names.person(row.AssigneeID), ProviderName: names.orgs[row.ProviderID],
			OpenedAt: row.OpenedAt.UTC(), MovedAt: row.MovedAt.UTC()}
		if row.Scope != "" {
			if err := json.Unmarshal([]byte(row.Scope), &out[i].State.Scope); err != nil {
				return nil, fmt.Errorf("read the scope of request %s: %w", row.RequestID, err)
			}
		}
		if out[i].Clock, err = s.next(ctx, tx, row, now); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// state is where a request stands as far as its row tells: of versions only whether one waits for the client's word.
func (r stateRow) state() work.Request {
	out := work.Request{Phase: work.Phase(r.Phase), Priority: contract.Priority(r.Priority), Waiting: work.Waiting(r.WaitsOn), Opened: r.OpenedAt.UTC(), Triaged: r.Triaged, Provider: r.ProviderID, Assignee: r.AssigneeID}
	if r.Feedback {
		out.Versions = 1
	}
	return out
}

// next is the nearest clock of a request that is open; nil: none runs.
func (s *Service) next(ctx context.Context, tx bun.Tx, row stateRow, now time.Time) (*work.Clock, error) {
	if row.Phase != string(work.Open) || row.DueClock == "" {
		return nil, nil
	}
	levels, err := s.levelsOf(ctx, tx, &Request{ID: row.RequestID, Contract: row.ContractID, Version: row.VersionID})
	if err != nil {
		return nil, err
	}
	if moved := row.MovedAt.UTC(); now.Before(moved) {
		now = moved
	}
	c, _ := work.NextOf(levels, row.DueClock, contract.Priority(row.Priority), time.UnixMicro(row.DueOrder).UTC(), now)
	return c, nil
}

// clocks are those of a request now. What happened later than now, for the clock of the machine was set back, counts as happening now.
func (s *Service) clocks(ctx context.Context, tx bun.Tx, r *Request, now time.Time) (work.Clocks, *contract.ServiceLevels, error) {
	levels, err := s.levelsOf(ctx, tx, r)
	if err != nil {
		return work.Clocks{}, nil, err
	}
	if last := r.Events[len(r.Events)-1].At; now.Before(last) {
		now = last
	}
	x, err := work.ClocksOf(levels, r.events(), now)
	return x, levels, err
}

// readHistories reads requests with their events and without their briefs.
func readHistories(ctx context.Context, tx bun.Tx, rows []stateRow) (map[string]*Request, error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.RequestID
	}
	var heads []requestRow
	if err := tx.NewSelect().Model(&heads).Column("id", "client_id", "number", "title", "contract_id", "version_id", "opened_at", "opened_by").Where("id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, err
	}
	var events []eventRow
	if err := tx.NewSelect().Model(&events).Where("request_id IN (?)", bun.List(ids)).OrderExpr("request_id, seq").Scan(ctx); err != nil {
		return nil, err
	}
	out := make(map[string]*Request, len(heads))
	for _, h := range heads {
		out[h.ID] = &Request{ID: h.ID, Client: h.ClientID, Number: h.Number, Title: h.Title, Contract: h.ContractID, Version: h.VersionID, OpenedAt: h.OpenedAt.UTC(), OpenedBy: h.OpenedBy}
	}
	for len(events) > 0 { // they stand by request
		r, n := out[events[0].RequestID], 1
		for n < len(events) && events[n].RequestID == r.ID {
			n++
		}
		if err := r.takeAll(events[:n]); err != nil {
			return nil, err
		}
		events = events[n:]
	}
	return out, nil
}

// called are the names of people and organisations.
type called struct{ people, orgs map[string]string }

// person is a name; of whoever has no role any more it is not known.
func (n called) person(account string) string {
	if account == "" {
		return ""
	}
	if name, ok := n.people[account]; ok {
		return name
	}
	return "somebody who left"
}

func namesOf(ctx context.Context, tx bun.Tx, rows []stateRow) (called, error) {
	var people, orgs []string
	for _, r := range rows {
		orgs = append(orgs, r.ClientID, r.ProviderID)
		people = append(people, r.AssigneeID)
	}
	return names(ctx, tx, people, orgs)
}

func names(ctx context.Context, tx bun.Tx, people, orgs []string) (called, error) {
	out := called{}
	var err error
	if out.people, out.orgs, err = partyops.NamesOf(ctx, tx, distinct(people), distinct(orgs)); err != nil {
		return called{}, fmt.Errorf("read names: %w", err)
	}
	return out, nil
}

func distinct(ids []string) []string {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == "" })
	slices.Sort(ids)
	return slices.Compact(ids)
}
