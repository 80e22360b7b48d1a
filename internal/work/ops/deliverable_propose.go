package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/party"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/work"
)

// ProposeDeliverableInput is what the agency will make.
type ProposeDeliverableInput struct {
	Client    string
	Name      string
	Note      string
	Contract  string   // empty: under none
	Request   string   // empty: it stands alone
	Provider  string   // a specialist that makes it; empty: the agency, or who works on the request
	Due       cal.Date // zero: no day
	PastDue   bool     // it is meant that the day is past already
	Milestone string   // as the contract names it, when it is a milestone or a piece; empty: it is none
	Part      string   // of the milestone: "50 %"; empty: the whole
	FeeMonth  string   // "2026-03": paid with the fee up to this month; empty: nobody has said
	Key       string   // the same key proposes once, however often it is sent
}

// ProposeDeliverable begins a deliverable, under the terms in force today. Sending the same key again gives the first one back. Who may: see DeliverablePropose. Faults: NotFound, Forbidden; Invalid
// at its fields; Conflict when the key proposed something else.
func (s *Service) ProposeDeliverable(ctx context.Context, actor access.Actor, in ProposeDeliverableInput) (Deliverable, error) {
	if err := access.Require(actor, access.DeliverablePropose, access.Of(in.Client)); err != nil {
		return Deliverable{}, err
	}
	p, err := in.check()
	if err != nil {
		return Deliverable{}, err
	}
	if err := s.checkProvider(ctx, actor, in); err != nil {
		return Deliverable{}, err
	}
	var out Deliverable
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		k, err := s.propose(ctx, tx, actor, in, p)
		if err == nil {
			out = k.shownTo(actor, s.now())
		}
		return err
	})
	if err != nil {
		return Deliverable{}, fmt.Errorf("propose the deliverable %s: %w", in.Name, err)
	}
	return out, nil
}

// Limits of what is written.
const (
	longestName = 200
	longestText = 4000
	mostChanges = 100
)

func (in *ProposeDeliverableInput) check() (proposal, error) {
	var faults fault.List
	in.Milestone = strings.TrimSpace(in.Milestone)
	in.Note = strings.TrimSpace(strings.ReplaceAll(in.Note, "\r\n", "\n"))
	switch {
	case work.Line(in.Name) == "" || strings.ContainsAny(strings.TrimSpace(in.Name), "\n\r"):
		faults.Add(fault.New(fault.Invalid, "name", "Write what is made, in one line.").At("name"))
	case len([]rune(in.Name)) > longestName:
		faults.Add(fault.New(fault.Invalid, "name", "Write at most %d characters.", longestName).At("name"))
	}
	in.Name = work.Line(in.Name)
	if len([]rune(in.Note)) > longestText {
		faults.Add(fault.New(fault.Invalid, "note", "Write at most %d characters.", longestText).At("note"))
	}
	if len(in.Key) < 8 || len(in.Key) > 100 {
		faults.Add(fault.New(fault.Invalid, "key", "Send a key of 8 to 100 characters, another one for each deliverable.").At("key"))
	}
	if in.Milestone != "" && in.Contract == "" {
		faults.Add(fault.New(fault.Invalid, "contract", "Say under which contract it is a milestone or a piece.").At("contract"))
	}
	if part, err := money.ParsePercent(in.Part); in.Part != "" && (in.Milestone == "" || err != nil || part.Sign() <= 0 || part.Num() > part.Den()) {
		faults.Add(fault.New(fault.Invalid, "part", "Write the part of the milestone as a percentage above 0 %% up to 100 %%, such as 50 %%; leave it out for the whole.").At("part"))
	}
	if _, err := cal.ParseMonth(in.FeeMonth); in.FeeMonth != "" && (err != nil || in.Contract == "") {
		faults.Add(fault.New(fault.Invalid, "fee-month", "Write the month of a contract's fee as 2026-03, or leave it out.").At("fee_month"))
	}
	return proposal{Note: in.Note, Due: in.Due, Milestone: in.Milestone, Part: strings.TrimSpace(in.Part), FeeMonth: in.FeeMonth}, faults.Err()
}

// checkProvider wants a specialist of the workspace.
func (s *Service) checkProvider(ctx context.Context, actor access.Actor, in ProposeDeliverableInput) error {
	if in.Provider == "" {
		return nil
	}
	list, err := s.Specialists(ctx, actor, in.Client)
	if err != nil {
		return err
	}
	for _, o := range list {
		if o.ID == in.Provider {
			return nil
		}
	}
	return fault.New(fault.Invalid, "provider", "There is no such specialist; choose one, or leave it out when the agency makes it.").At("provider")
}

// Specialists are who can make a deliverable besides the agency: for people who cover all clients every one, for the others those that have people for this client. Faults: NotFound,
// Forbidden.
func (s *Service) Specialists(ctx context.Context, actor access.Actor, client string) ([]party.Org, error) {
	if err := access.Require(actor, access.DeliverablePropose, access.Of(client)); err != nil {
		return nil, err
	}
	if access.Decide(actor, access.PeopleSee, access.Scope{}).Allowed {
		return s.Parties.Orgs(ctx, actor, access.Specialist)
	}
	var out []party.Org
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		people, err := partyops.PeopleOf(ctx, tx, client, s.now())
		out = nil
		for _, l := range people {
			if o := l.Membership.Org; o.Kind == access.Specialist && l.Membership.InForce(s.now()) && !slices.ContainsFunc(out, func(had party.Org) bool { return had.ID == o.ID }) {
				out = append(out, o)
			}
		}
		return err
	})
	return out, err
}

func (s *Service) propose(ctx context.Context, tx bun.Tx, actor access.Actor, in ProposeDeliverableInput, p proposal) (*kept, error) {
	now := s.now()
	row := deliverableRow{ID: deliverableID(in.Client, in.Key), ClientID: in.Client, ContractID: in.Contract, RequestID: in.Request, ProviderID: in.Provider, Name: in.Name, CreatedAt: now}
	if before, err := readDeliverable(ctx, tx, row.ID); err == nil {
		p.Terms = before.proposal.Terms
		if before.row.Name != row.Name || before.row.ContractID != row.ContractID || before.proposal != p {
			return nil, fault.New(fault.Conflict, "key-used", "This form proposed something else already. Open it again.")
		}
		return before, nil
	} else if !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if err := s.ofRequest(ctx, tx, &row); err != nil {
		return nil, err
	}
	plan, err := governed(ctx, tx, row, &p, now)
	if err != nil {
		return nil, err
	}
	plan.Past = in.PastDue
	if err := plan.Check(); err != nil {
		return nil, err
	}
	if err := s.unpaid(ctx, tx, actor, row, plan.Fee); err != nil {
		return nil, err
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return nil, err
	}
	body, err := json.Marshal(stepBody{Proposal: &p})
	if err != nil {
		return nil, err
	}
	first := stepRow{DeliverableID: row.ID, Seq: 1, Step: string(work.StepProposed), Body: string(body), HappenedAt: now, RecordedAt: now, ActorID: actor.Account, ActorName: actor.Name}
	if _, err := tx.NewInsert().Model(&first).Exec(ctx); err != nil {
		return nil, err
	}
	k, err := readDeliverable(ctx, tx, row.ID)
	if err != nil {
		return nil, err
	}
	if o := k.rules.Ownership; o != nil && p.FeeMonth != "" {
		if err := setWait(ctx, tx, row.ID, waitFee, now); err != nil {
			return nil, err
		}
	}
	_, err = journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{At: now, Action: string(access.DeliverablePropose), Client: row.ClientID, Subject: k.subject(),
		Words: "proposed the deliverable " + row.Name, After: journal.Snapshot(map[string]any{"contract": row.ContractID, "request": row.RequestID, "provider": row.ProviderID, "proposal": p})}))
	return k, err
}

// ofRequest holds the deliverable to its request: the same client, and made by who works on it.
func (s *Service) ofRequest(ctx context.Context, tx bun.Tx, row *deliverableRow) error {
	if row.RequestID == "" || s.Deliverables.RequestOf == nil {
		return nil
	}
	meant, err := requestMeant(ctx, tx, row.ClientID, row.RequestID)
	if err != nil {
		return err
	}
	row.RequestID = meant
	client, provider, err := s.Deliverables.RequestOf(ctx, tx, row.RequestID)
	if fault.Is(err, fault.NotFound) || err == nil && client != row.ClientID {
		return fault.New(fault.Invalid, "request", "There is no such request of this client.").At("request")
	}
	if row.ProviderID == "" {
		row.ProviderID = provider
	}
	return err
}

// governed finds the version of the contract in force on the day, which governs the deliverable for life, and the days that it allows. Fault: Invalid at "contract" or "milestone".
func governed(ctx context.Context, tx bun.Tx, row deliverableRow, p *proposal, now time.Time) (work.Planned, error) {
	plan := work.Planned{Due: p.Due, Today: cal.DateOf(now, time.UTC)}
	if row.ContractID == "" {
		return plan, nil
	}
	c, err := contractops.ContractOf(ctx, tx, row.ContractID)
	if fault.Is(err, fault.NotFound) || err == nil && (c.Client != row.ClientID || c.Underpins()) {
		return plan, fault.New(fault.Invalid, "contract", "There is no such contract of this client.").At("contract")
	}
	if err != nil {
		return plan, err
	}
	agreement, err := c.Agreement()
	if fault.Code(err) == "no-version" {
		return plan, fault.New(fault.Invalid, "contract", "No version of this contract is accepted by both sides yet; leave it out, or wait for it.").At("contract")
	}
	if err != nil {
		return plan, err
	}
	terms, ok := agreement.InForce(cal.DateOf(now, agreement.First().Zone))
	if !ok {
		return plan, fault.New(fault.Invalid, "contract", "This contract takes effect on %s; leave it out, or propose the deliverable then.", agreement.First().Effective.Words()).At("contract")
	}
	p.Terms = terms.Version
	plan.Today, plan.First = cal.DateOf(now, agreement.First().Zone), agreement.First().Effective
	if p.FeeMonth != "" {
		if plan.Fee, err = cal.ParseMonth(p.FeeMonth); err != nil {
			return plan, err
		}
	}
	_, err = work.RulesFor(terms, p.Milestone)
	return plan, err
}

// unpaid leaves it to people who see what is paid to name a month whose fee is: what is made would be the client's at once.
func (s *Service) unpaid(ctx context.Context, tx bun.Tx, actor access.Actor, row deliverableRow, fee cal.Month) error {
	if fee == (cal.Month{}) || s.Deliverables.FeePaid == nil || access.Decide(actor, access.InvoiceSee, access.Of(row.ClientID)).Allowed {
		return nil
	}
	paid, err := s.Deliverables.FeePaid(ctx, tx, row.ClientID, row.ContractID, fee)
	if err == nil && paid.Paid {
		err = fault.New(fault.Invalid, "fee-month-paid", "The fee up to %s is paid already: choose a later month, or let somebody propose it who sees invoices.", fee.Words()).At("fee_month")
	}
	return err
}

// deliverableID is the id of what a key proposes.
func deliverableID(client, key string) string {
	sum := sha256.Sum256([]byte(client + "\x00" + key))
	return "del_" + hex.EncodeToString(sum[:10])
}

func (k *kept) subject() journal.Subject {
	return journal.Subject{Kind: "deliverable", ID: k.row.ID, Name: k.row.Name}
}
