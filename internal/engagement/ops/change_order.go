package ops

import (
	"context"
	"encoding/json"
	"fmt"
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
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// OrderInput is a change order as it was written. SHA256 is of the text that the person was shown by PreviewOrder.
type OrderInput struct {
	Contract string
	Title    string
	Reason   string
	Request  string // id of the request that it answers; empty: none
	Amending contract.Amending
	Shifts   []engagement.Shift
	SHA256   string
}

// ChangeOrder is a change that both sides have to accept. It is accepted, refused or withdrawn as the version of the contract that it is.
type ChangeOrder struct {
	ID       string
	Client   string
	Contract string
	Name     string // of the contract
	Number   int
	Title    string
	Reason   string
	Request  string
	Shifts   []engagement.Shift
	Before   contract.Terms
	Version  contract.Version
	Terms    contract.Terms // of the version
	IssuedAt time.Time
	ByName   string
	Shared   []SharedPeriod // fee periods in which a fee changes
}

// SharedPeriod is a fee period in the middle of which the fee of a retainer changes, with what is owed for each part of it.
type SharedPeriod struct {
	Retainer string
	Period   cal.Period
	Parts    []money.Amount
}

// Words are the parts and their sum: "For June 2026 team owes 7,250.00 + 8,000.00 = USD 15,250.00."
func (p SharedPeriod) Words() string {
	var parts []string
	sum := money.New(0, p.Parts[0].Currency)
	for _, x := range p.Parts {
		parts, sum = append(parts, x.Format()), sum.Add(x)
	}
	return fmt.Sprintf("For %s, in which it changes, %s owes %s = %s.", p.Period.Words(), p.Retainer, strings.Join(parts, " + "), sum.FormatWith())
}

// share finds the fee periods that the versions before the order share with it.
func (s *Service) share(o *ChangeOrder, agreement contract.Agreement) {
	if s.FeeOfPeriod == nil {
		return
	}
	all := contract.Agreement{}
	for _, t := range agreement.Versions {
		if t.Version <= o.Before.Version {
			all.Versions = append(all.Versions, t)
		}
	}
	all.Versions = append(all.Versions, o.Terms)
	for _, l := range o.Effect().Lines {
		if l.Every == "" || l.Change.IsZero() {
			continue
		}
		if period, parts := s.FeeOfPeriod(all, l.Clause, o.Terms.Effective); len(parts) > 1 && period.From.Before(o.Terms.Effective) {
			o.Shared = append(o.Shared, SharedPeriod{l.Clause, period, parts})
		}
	}
}

// NewSentences are the sentences of the contract in words that the order brings, each with its heading: every choice that decides its money, also those of a new clause.
func (o ChangeOrder) NewSentences() []string {
	had := map[string]bool{}
	for _, s := range contract.Words(o.Before) {
		for _, x := range s.Sentences {
			had[s.Heading+x] = true
		}
	}
	var out []string
	for _, s := range contract.Words(o.Terms) {
		for _, x := range s.Sentences {
			if !had[s.Heading+x] {
				out = append(out, s.Heading+": "+x)
			}
		}
	}
	return out
}

// Effect of the order on fixed fees and prices.
func (o ChangeOrder) Effect() engagement.FeeEffect { return engagement.EffectOn(o.Before, o.Terms) }

// Changes are all choices of the contract that differ.
func (o ChangeOrder) Changes() []contract.Change { return contract.Compare(o.Before, o.Terms) }

// PreviewOrder is what a change order would write and do; nothing is kept. Who may: see ContractPropose. Faults: NotFound, Forbidden; Invalid at the fields of the
// order, and all problems of the text that it would write; Conflict "no-version" while nothing is agreed that could change.
func (s *Service) PreviewOrder(ctx context.Context, actor access.Actor, in OrderInput) (ChangeOrder, error) {
	var out ChangeOrder
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, _, err = s.order(ctx, tx, actor, &in)
		return err
	})
	return out, err
}

// IssueOrder offers a change order to the client: its text is the next version of the contract, proposed, and accepted for the agency where the actor may. Who may,
// and faults: as PreviewOrder; Conflict "order-changed" when the text is no longer the one that was shown, and those of contract ops ProposeText.
func (s *Service) IssueOrder(ctx context.Context, actor access.Actor, in OrderInput) (ChangeOrder, error) {
	var out ChangeOrder
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if done, known, err := orderOfText(ctx, tx, in.Contract, in.SHA256); err != nil {
			return err
		} else if known {
			if err := access.Require(actor, access.ContractPropose, access.Of(done.Client)); err != nil {
				return err
			}
			out = done
			return nil
		}
		o, before, err := s.order(ctx, tx, actor, &in)
		if err != nil {
			return err
		}
		if o.Terms.SHA256 != in.SHA256 {
			return fault.New(fault.Conflict, "order-changed", "The contract changed after you looked at this order. Look at it again, then issue it.")
		}
		if o.Version, err = s.Contracts.ProposeText(ctx, tx, actor, in.Contract, o.Terms.Source); err != nil {
			return err
		}
		o.ID, o.IssuedAt, o.ByName = s.id("co"), s.now(), actor.Name
		if err := insertOrder(ctx, tx, actor, o, before); err != nil {
			return err
		}
		out = o
		return s.recordOrder(ctx, tx, actor, o)
	})
	if err != nil {
		return ChangeOrder{}, fmt.Errorf("issue the change order: %w", err)
	}
	return out, nil
}

// order is the order with the text that it writes, and the id of the version that it changes.
func (s *Service) order(ctx context.Context, tx bun.Tx, actor access.Actor, in *OrderInput) (ChangeOrder, string, error) {
	c, err := contractops.ContractOf(ctx, tx, in.Contract)
	if err != nil {
		return ChangeOrder{}, "", err
	}
	if err := access.Require(actor, access.ContractPropose, c.Scope()); err != nil {
		return ChangeOrder{}, "", err
	}
	if c.Underpins() { // change orders are between the agency and the client
		return ChangeOrder{}, "", nothingHere()
	}
	agreement, err := c.Agreement()
	if err != nil {
		return ChangeOrder{}, "", err
	}
	o := ChangeOrder{Client: c.Client, Contract: c.ID, Name: c.Name, Title: in.Title, Reason: in.Reason, Request: in.Request, Shifts: in.Shifts, Before: agreement.Latest()}
	if err := o.check(in.Amending); err != nil {
		return o, "", err
	}
	text, err := contract.Amend(o.Before.Source, o.Before.Version+1, in.Amending)
	if err != nil {
		return o, "", err
	}
	checked, err := s.Contracts.CheckText(ctx, tx, c, text)
	if err != nil {
		return o, "", err
	}
	if len(checked.Problems) > 0 {
		return o, "", fault.List(checked.Problems).Err()
	}
	o.Terms = checked.Terms
	s.share(&o, agreement)
	number, err := lastOrder(ctx, tx, c.ID)
	o.Number = number + 1
	accepted := c.Accepted()
	return o, accepted[len(accepted)-1].ID, err
}

const (
	longestTitle  = 120
	longestReason = 2000
)

func (o *ChangeOrder) check(a contract.Amending) error {
	var faults fault.List
	o.Title, o.Reason = strings.Join(strings.Fields(o.Title), " "), strings.TrimSpace(o.Reason)
	if o.Title == "" || utf8.RuneCountInString(o.Title) > longestTitle {
		faults.Add(fault.New(fault.Invalid, "order-title", "Say in a few words what changes (at most %d characters).", longestTitle).At("title"))
	}
	if o.Reason == "" || utf8.RuneCountInString(o.Reason) > longestReason {
		faults.Add(fault.New(fault.Invalid, "order-reason", "Say why it is needed (at most %d characters).", longestReason).At("reason"))
	}
	if a.Effective.IsZero() {
		faults.Add(fault.New(fault.Invalid, "order-effective", "Give the day from which it applies.").At("effective"))
	}
	if len(a.Fees)+len(a.Hours)+len(a.Prices)+len(a.Work)+len(o.Shifts) == 0 {
		faults.Add(fault.New(fault.Invalid, "order-empty", "This order changes nothing: neither cost nor scope nor a date. Say what changes.").At("title"))
	}
	for i, shift := range o.Shifts {
		if shift.What = strings.Join(strings.Fields(shift.What), " "); shift.What == "" || shift.To.IsZero() {
			faults.Add(fault.New(fault.Invalid, "order-shift", "Name what moves, and the day to which it moves.").At("shifts"))
		}
		o.Shifts[i] = shift
	}
	return faults.Err()
}

func (s *Service) recordOrder(ctx context.Context, tx bun.Tx, actor access.Actor, o ChangeOrder) error {
	shifts := make([]string, len(o.Shifts))
	for i, shift := range o.Shifts {
		shifts[i] = shift.Words()
	}
	_, err := journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{
		At: o.IssuedAt, Action: "change-order.issue", Client: o.Client, Subject: journal.Subject{Kind: "change-order", ID: o.ID},
		Words: fmt.Sprintf("issued change order %d of the contract %s: %s", o.Number, o.Name, o.Title),
		After: journal.Snapshot(map[string]any{"reason": o.Reason, "version": o.Version.Number, "sha256": o.Version.SHA256, "effect": o.Effect().Words(), "schedule": strings.Join(shifts, "; ")}),
	}))
	return err
}

// Order is a change order. Who may: see ContractSee. Faults: NotFound, Forbidden.
func (s *Service) Order(ctx context.Context, actor access.Actor, id string) (ChangeOrder, error) {
	var out ChangeOrder
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		list, err := readOrders(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("id = ?", id) })
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return nothingHere()
		}
		out = list[0]
		if err := access.Require(actor, access.ContractSee, access.Of(out.Client)); err != nil {
			return err
		}
		agreement, err := contractops.AgreementOf(ctx, tx, out.Contract)
		if err == nil {
			s.share(&out, agreement)
		}
		return err
	})
	return out, err
}

// Orders are the change orders of a client, the newest first. Who may: see ContractSee. Faults: NotFound, Forbidden.
func (s *Service) Orders(ctx context.Context, actor access.Actor, client string) ([]ChangeOrder, error) {
	if err := access.Require(actor, access.ContractSee, access.Of(client)); err != nil {
		return nil, err
	}
	var out []ChangeOrder
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = readOrders(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("client_id = ?", client) })
		return err
	})
	return out, err
}

// AcceptedOrders names the change orders of a client that both sides have accepted, the newest first: "change order 2: One more round".
func AcceptedOrders(ctx context.Context, tx bun.Tx, client string) ([]string, error) {
	list, err := readOrders(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("client_id = ?", client) })
	var out []string
	for _, o := range list {
		if o.Version.State() == contract.Accepted {
			out = append(out, fmt.Sprintf("change order %d: %s", o.Number, o.Title))
		}
	}
	return out, err
}

func nothingHere() error {
	return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
}

type orderRow struct {
	bun.BaseModel `bun:"table:change_order"`

	ID              string    `bun:"id,pk"`
	ClientID        string    `bun:"client_id"`
	ContractID      string    `bun:"contract_id"`
	Number          int       `bun:"number"`
	Title           string    `bun:"title"`
	Reason          string    `bun:"reason"`
	RequestID       string    `bun:"request_id"`
	Shifts          string    `bun:"shifts"`
	BeforeVersionID string    `bun:"before_version_id"`
	VersionID       string    `bun:"version_id"`
	IssuedAt        time.Time `bun:"issued_at"`
	IssuedBy        string    `bun:"issued_by"`
	IssuedByName    string    `bun:"issued_by_name"`
}

func insertOrder(ctx context.Context, tx bun.Tx, actor access.Actor, o ChangeOrder, before string) error {
	shifts, err := json.Marshal(o.Shifts)
	if err != nil {
		return err
	}
	row := orderRow{ID: o.ID, ClientID: o.Client, ContractID: o.Contract, Number: o.Number, Title: o.Title, Reason: o.Reason, RequestID: o.Request, Shifts: string(shifts),
		BeforeVersionID: before, VersionID: o.Version.ID, IssuedAt: o.IssuedAt, IssuedBy: actor.Account, IssuedByName: actor.Name}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func lastOrder(ctx context.Context, tx bun.Tx, contractID string) (int, error) {
	var number int
	err := tx.NewSelect().Model((*orderRow)(nil)).ColumnExpr("COALESCE(MAX(number), 0)").Where("contract_id = ?", contractID).Scan(ctx, &number)
	return number, err
}

// orderOfText finds the order that was issued with a text: asking twice issues it once.
func orderOfText(ctx context.Context, tx bun.Tx, contractID, sha256 string) (ChangeOrder, bool, error) {
	list, err := readOrders(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("contract_id = ?", contractID) })
	if err != nil {
		return ChangeOrder{}, false, err
	}
	for _, o := range list {
		if o.Version.SHA256 == sha256 && o.Version.State() != contract.Withdrawn {
			return o, true, nil
		}
	}
	return ChangeOrder{}, false, nil
}

func readOrders(ctx context.Context, tx bun.Tx, where func(*bun.SelectQuery) *bun.SelectQuery) ([]ChangeOrder, error) {
	var rows []orderRow
	if err := where(tx.NewSelect().Model(&rows)).OrderExpr("issued_at DESC, id DESC").Scan(ctx); err != nil {
		return nil, err
	}
	contracts := map[string]contractops.Contract{}
	out := make([]ChangeOrder, len(rows))
	for i, r := range rows {
		c, known := contracts[r.ContractID]
		if !known {
			var err error
			if c, err = contractops.ContractOf(ctx, tx, r.ContractID); err != nil {
				return nil, err
			}
			contracts[r.ContractID] = c
		}
		o, err := r.order(c)
		if err != nil {
			return nil, fmt.Errorf("change order %s: %w", r.ID, err)
		}
		out[i] = o
	}
	return out, nil
}

func (r orderRow) order(c contractops.Contract) (ChangeOrder, error) {
	o := ChangeOrder{ID: r.ID, Client: r.ClientID, Contract: r.ContractID, Name: c.Name, Number: r.Number, Title: r.Title, Reason: r.Reason, Request: r.RequestID,
		IssuedAt: r.IssuedAt.UTC(), ByName: r.IssuedByName}
	if err := json.Unmarshal([]byte(r.Shifts), &o.Shifts); err != nil {
		return o, err
	}
	for _, v := range c.Versions {
		var err error
		switch v.ID {
		case r.BeforeVersionID:
			o.Before, err = contract.ParseAccepted([]byte(v.Source))
		case r.VersionID:
			o.Version = v
			o.Terms, err = contract.ParseAccepted([]byte(v.Source))
		}
		if err != nil {
			return o, err
		}
	}
	return o, nil
}
