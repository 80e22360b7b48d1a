package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/work"
)

// OpenInput is a request as somebody writes it.
type OpenInput struct {
	Client   string
	Title    string
	Category string
	Brand    string
	Market   string
	Priority contract.Priority // empty where the contract makes it of the next two
	Impact   contract.Weight
	Urgency  contract.Weight
	Unasked  bool // nobody could be asked for them, as in a mail: the priority holds until somebody of the agency says more
	Brief    work.Answers
	Files    []NewFile
	Key      string // of this form; sent again with the same key, the request that was opened is the answer

	form *work.Form // that is not one of the workspace, of a mail
	note string     // how it came, of a mail that somebody released
}

const (
	longestTitle = 160
	longestNote  = 2000
	longestKey   = 100
)

// Open opens a request: its brief, its clocks under the promises that are in force today, and to whom it goes where that is agreed. Who may: see RequestOpen.
// Faults: NotFound, Forbidden; Invalid at "title", "category", "priority", "impact", "urgency", "brief.<key>" and "files"; TooLarge.
func (s *Service) Open(ctx context.Context, actor access.Actor, in OpenInput) (*Request, error) {
	if err := access.Require(actor, access.RequestOpen, access.Of(in.Client)); err != nil {
		return nil, err
	}
	if in.Client == "" {
		return nil, fault.New(fault.Invalid, "client", "Say for which client this is.").At("client")
	}
	key, err := s.key(actor, in.Key)
	if err != nil {
		return nil, err
	}
	files, err := s.receive(ctx, in.Files)
	problems := fault.List(fault.All(err))
	if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
		return nil, err
	}
	var out *Request
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		id, done, err := postedAs(ctx, tx, (*requestRow)(nil), "id", key)
		if err != nil {
			return err
		}
		if done {
			out, err = readRequest(ctx, tx, id)
			return err
		}
		out, err = s.open(ctx, tx, actor, in, key, files, problems)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open a request: %w", err)
	}
	return out, nil
}

// key tells an act from one of somebody else. Fault: Invalid for one that is too long.
func (s *Service) key(actor access.Actor, key string) (string, error) {
	if len(key) > longestKey {
		return "", fault.New(fault.Invalid, "key", "The key of this form has more than %d characters. Open the form again.", longestKey)
	}
	if key == "" {
		return s.id("rky"), nil
	}
	return actor.Account + "/" + key, nil
}

func (s *Service) open(ctx context.Context, tx bun.Tx, actor access.Actor, in OpenInput, key string, files []fileRow, problems fault.List) (*Request, error) {
	texts, err := readForms(ctx, tx)
	if err != nil {
		return nil, err
	}
	now := s.now()
	r := &Request{ID: s.id("req"), Client: in.Client, Title: work.Line(in.Title), Category: in.Category, Brand: work.Line(in.Brand),
		Market: work.Line(in.Market), OpenedAt: now, OpenedBy: actor.Account, OpenedByName: actor.Name}
	day, err := s.inForce(ctx, tx, r, now)
	if err != nil {
		return nil, err
	}
	levels, err := s.levelsOf(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	ranking := work.Ranking{Priority: in.Priority, Impact: in.Impact, Urgency: in.Urgency}
	matrix := levels.Priority
	if in.Unasked && in.Impact == "" && in.Urgency == "" {
		matrix = nil
	}
	ranking, err = ranking.Opening(matrix)
	for _, p := range fault.All(err) {
		problems.Add(p)
	}
	forms := texts.Forms
	if in.form != nil {
		forms = work.Forms{*in.form}
	}
	if err := r.check(in, forms, files, problems); err != nil {
		return nil, err
	}
	if r.Number, err = nextNumber(ctx, tx); err != nil {
		return nil, err
	}
	if err := s.insert(ctx, tx, r, key); err != nil {
		return nil, err
	}
	to, err := s.route(ctx, tx, actor, r, day)
	if err != nil {
		return nil, err
	}
	if err := s.appendEvent(ctx, tx, r, Record{Event: work.Event{At: now, Kind: work.Opened, Priority: ranking.Priority, Impact: ranking.Impact, Urgency: ranking.Urgency}, Note: strings.TrimSpace(in.note + " " + to.Asks), By: actor.Account, ByName: actor.Name}); err != nil {
		return nil, err
	}
	if to.Agreed {
		if err := s.appendEvent(ctx, tx, r, Record{Event: work.Event{At: r.OpenedAt, Kind: work.Triaged, Provider: to.Provider}, Note: to.Words, By: access.MachineAccount, ByName: "Ofrecord"}); err != nil {
			return nil, err
		}
	}
	if err := s.scope(ctx, tx, r, day, in.Unasked); err != nil {
		return nil, err
	}
	if err := s.attach(ctx, tx, actor, r, "", ForClient, now, files); err != nil {
		return nil, err
	}
	if err := s.index(ctx, tx, r, ForClient, r.written()...); err != nil {
		return nil, err
	}
	if _, err := journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{At: now, Action: "request.open", Client: r.Client, Subject: r.subject(),
		Words: fmt.Sprintf("opened the request %s %s with priority %s", r.Name(), r.Title, ranking.Priority), After: journal.Snapshot(r.recorded())})); err != nil {
		return nil, err
	}
	return r, s.tell(ctx, tx, actor, r, leads, "New request "+r.Name()+": "+r.Title, fmt.Sprintf("%s opened the request %s: %s\nPriority: %s", actor.Name, r.Name(), r.Title, ranking.Priority))
}

// check settles form and brief.
func (r *Request) check(in OpenInput, forms work.Forms, files []fileRow, problems fault.List) error {
	if r.Title == "" || len([]rune(r.Title)) > longestTitle {
		problems.Add(fault.New(fault.Invalid, "title", "Give the request a title, at most %d characters.", longestTitle).At("title"))
	}
	for field, text := range map[string]string{"brand": r.Brand, "market": r.Market} {
		if len([]rune(text)) > longestTitle {
			problems.Add(fault.New(fault.Invalid, field, "Write the %s with at most %d characters.", field, longestTitle).At(field))
		}
	}
	form, ok := forms.Of(in.Category)
	if !ok {
		problems.Add(fault.New(fault.Invalid, "category", "Choose what the request is about.").At("category"))
		return problems.Err()
	}
	attached := map[string]int{}
	for _, f := range files {
		attached[f.Field]++
	}
	for _, p := range problems { // a file that was refused is told at its field already
		if field, ok := strings.CutPrefix(p.Field, "brief."); ok {
			attached[field]++
		}
	}
	brief, err := form.Check(in.Brief, attached)
	for _, p := range fault.All(err) {
		problems.Add(p)
	}
	r.Form, r.Brief = form, brief
	return problems.Err()
}

// inForce settles under which promises the request is: those of the contract that has some today, else of the first that is in force. The day is today in
// its zone.
func (s *Service) inForce(ctx context.Context, tx bun.Tx, r *Request, now time.Time) (cal.Date, error) {
	contracts, err := contractops.ContractsOf(ctx, tx, r.Client)
	if err != nil {
		return cal.Date{}, err
	}
	day, promised := cal.DateOf(now, time.UTC), false
	for _, c := range contracts {
		agreement, err := c.Agreement()
		if err != nil {
			continue // nothing binds yet
		}
		today := cal.DateOf(now, agreement.First().Zone)
		terms, ok := agreement.InForce(today)
		if !ok || r.Contract != "" && (promised || terms.Service == nil) {
			continue
		}
		for _, v := range c.Accepted() {
			if v.Number == terms.Version {
				r.Contract, r.Version, day, promised = c.ID, v.ID, today, terms.Service != nil
			}
		}
	}
	return day, nil
}

// nextNumber counts requests up within the workspace: one writer at a time has the last word.
func nextNumber(ctx context.Context, tx bun.Tx) (n int64, err error) {
	err = tx.NewSelect().Model((*requestRow)(nil)).ColumnExpr("COALESCE(MAX(number), 0)").Scan(ctx, &n)
	return n + 1, err
}

func (s *Service) insert(ctx context.Context, tx bun.Tx, r *Request, key string) error {
	form, err := json.Marshal(r.Form)
	if err != nil {
		return err
	}
	brief, err := json.Marshal(r.Brief)
	if err != nil {
		return err
	}
	row := requestRow{ID: r.ID, ClientID: r.Client, Number: r.Number, PostKey: key, Title: r.Title, Category: r.Category, Brand: r.Brand, Market: r.Market, Form: string(form),
		Brief: string(brief), ContractID: r.Contract, VersionID: r.Version, OpenedAt: r.OpenedAt, OpenedBy: r.OpenedBy, OpenedName: r.OpenedByName}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// route sends the request where it is agreed that it goes. The program says who did so, for nobody chose.
func (s *Service) route(ctx context.Context, tx bun.Tx, actor access.Actor, r *Request, day cal.Date) (to Routed, err error) {
	if s.Route == nil {
		return Routed{}, nil
	}
	if to, err = s.Route(ctx, tx, actor, RouteAsk{Client: r.Client, Category: r.Category, Brand: r.Brand, Market: r.Market, Work: r.Name() + " " + r.Title, Day: day}); err != nil {
		return Routed{}, fmt.Errorf("route request %s: %w", r.ID, err)
	}
	return to, nil
}

// written is what can be searched of the request itself.
func (r *Request) written() []string {
	out := []string{r.Name(), r.Title, r.Form.Title, r.Brand, r.Market}
	for _, f := range r.Form.Fields {
		out = append(out, r.Brief[f.Key])
	}
	return out
}

// recorded is what the record of changes keeps of where it stands.
func (r *Request) recorded() map[string]any {
	out := map[string]any{"phase": r.State.Phase, "priority": r.State.Priority, "waits_on": r.State.Waiting, "provider": r.State.Provider, "assignee": r.State.Assignee}
	if s := r.State.Scope; s != nil {
		out["scope"], out["contract says"], out["why"], out["reason"] = s.Words(), s.Found.Words(), strings.Join(s.Found.Reasons, " ")+s.Found.Missing, s.Reason
	}
	return out
}
