package ops

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Clause is a revenue share of a version of a contract.
type Clause struct {
	Contract string // id of the contract
	Terms    contract.Terms
	Share    contract.RevenueShare
}

// Key names the clause across versions: "ct_…/closed-won".
func (c Clause) Key() string { return c.Contract + "/" + c.Share.ID }

// Asked is what a reader wants to see in place of what was agreed; "" is what was agreed.
type Asked struct {
	Clause   string // Key; "" for the first that governs
	Model    string // as attribution.ParseModel reads it
	Lookback string // as attribution.ParseLookback reads it: "90 days", "none"
	Edge     string

	AtTheDeal    string // "counts" or "left-out"
	EarlierDeals string // "reused" or "reset"
}

// Rule is what a credit follows.
type Rule struct {
	Clause   *Clause // nil: no revenue share governs
	Agreed   bool    // as the clause says, nothing else was asked
	Model    attribution.Model
	Lookback attribution.Lookback
	Anchor   string // as contract.Attribution has it: the end of the journey
	Contacts string // as contract.Attribution has it
	Touched  contract.Touched
	Zone     *time.Location
}

// Earns says whether a touch earns under the clause; without one every touch does.
func (r Rule) Earns(t attribution.Touch) bool {
	return r.Clause == nil || r.Clause.Share.Attribution.Credits.Earns(t.Channel, t.Provider)
}

// plainModel is shown where no clause names one.
const plainModel = "w-shaped"

// agreed is the rule of a clause; without one a plain one that finds as many touches as there are.
func agreed(c *Clause) (Rule, error) {
	if c == nil {
		m, err := attribution.ParseModel(plainModel)
		return Rule{Model: m, Anchor: "deal-won", Contacts: contract.AssociatedOrAccount, Zone: time.UTC}, err
	}
	a := c.Share.Attribution
	m, err := attribution.Agreed(a)
	if err != nil {
		return Rule{}, fmt.Errorf("read the model of clause %s: %w", c.Key(), err)
	}
	return Rule{
		Clause: c, Agreed: true, Model: m, Lookback: attribution.Lookback{Span: a.Lookback, Edge: attribution.Edge(a.Edge), Zone: c.Terms.Zone},
		Anchor: a.Anchor, Contacts: a.Contacts, Touched: a.Touched, Zone: c.Terms.Zone,
	}, nil
}

// ruleFor is the agreed rule with what was asked in its place. Faults: Invalid at "model", "lookback", "edge", "at_the_deal" or "earlier_deals".
func ruleFor(c *Clause, asked Asked) (Rule, error) {
	r, err := agreed(c)
	if err != nil {
		return r, err
	}
	before := r
	var faults fault.List
	if asked.Model != "" && asked.Model != string(before.Model.Kind()) { // the kind alone stands for what the contract says of it
		if r.Model, err = attribution.ParseModel(asked.Model); err != nil {
			faults.Add(at(err, "model"))
		}
	}
	if asked.Lookback != "" || asked.Edge != "" {
		span, edge := asked.Lookback, asked.Edge
		if span == "" {
			span = spanText(before.Lookback)
		}
		if edge == "" {
			if edge = string(before.Lookback.Edge); edge == "" {
				edge = string(attribution.Drop)
			}
		}
		w, err := attribution.ParseLookback(span, edge, before.Zone)
		switch {
		case err == nil:
			r.Lookback = w
		case fault.Code(err) == "lookback-edge":
			faults.Add(at(err, "edge"))
		default:
			faults.Add(at(err, "lookback"))
		}
	}
	r.askTouched(asked, &faults)
	r.Agreed = c != nil && r.Model.String() == before.Model.String() && r.Lookback.String() == before.Lookback.String() && r.sameTouched(before)
	return r, faults.Err()
}

func spanText(w attribution.Lookback) string {
	if w.Span.IsZero() {
		return "none"
	}
	return w.Span.String()
}

func at(err error, field string) *fault.Fault {
	all := fault.All(err)
	if len(all) == 0 {
		return fault.New(fault.Invalid, "asked", "%v", err).At(field)
	}
	return all[0].At(field)
}

// bound is a contract that both sides have accepted, with what they agreed.
type bound struct {
	id        string
	agreement contract.Agreement
}

// boundOf are the contracts of a client that bind.
func boundOf(ctx context.Context, tx bun.Tx, client string) ([]bound, error) {
	contracts, err := contractops.ContractsOf(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	var out []bound
	for _, c := range contracts {
		if len(c.Accepted()) == 0 {
			continue
		}
		a, err := c.Agreement()
		if err != nil {
			return nil, err
		}
		out = append(out, bound{c.ID, a})
	}
	return out, nil
}

// governing are the revenue shares in force on the deal's day: that on which it was won, or today in the zone of each contract.
func governing(contracts []bound, d crm.Deal, now time.Time) []Clause {
	var out []Clause
	for _, b := range contracts {
		day := d.ClosedOn
		if !d.Won || day.IsZero() {
			day = cal.DateOf(now, b.agreement.First().Zone)
		}
		terms, ok := b.agreement.InForce(day)
		if !ok {
			continue
		}
		for _, c := range terms.Clauses {
			if share, ok := c.(contract.RevenueShare); ok && !share.Attribution.None {
				out = append(out, Clause{Contract: b.id, Terms: terms, Share: share})
			}
		}
	}
	return out
}

// chosen is the clause of that key, or the first when none is asked for.
func chosen(clauses []Clause, key string) (*Clause, bool) {
	for i := range clauses {
		if key == "" || clauses[i].Key() == key {
			return &clauses[i], true
		}
	}
	return nil, key == ""
}

// Total is the amount of a deal that a credit divides.
type Total struct {
	Amount money.Amount
	Known  bool
	Note   string // why it is not known, or what a statement does with it; "" when it counts as it is
}

// totalOf is the deal's amount as the clause counts it.
func totalOf(d crm.Deal, c *Clause) Total {
	switch {
	case !d.AmountKnown && d.AmountText != "":
		return Total{Note: fmt.Sprintf("The CRM does not say in which currency the amount of %s is.", d.AmountText)}
	case !d.AmountKnown:
		return Total{Note: "The CRM has no amount for this deal. Unknown is not zero."}
	case c == nil || d.Amount.Currency == c.Terms.Currency:
		return Total{Amount: d.Amount, Known: true}
	case c.Share.OtherCurrency == "home-amount" && d.HomeKnown && d.HomeAmount.Currency == c.Terms.Currency:
		return Total{Amount: d.HomeAmount, Known: true,
			Note: fmt.Sprintf("The deal is over %s. It counts with %s, the CRM's own conversion, as the contract says.", d.Amount.FormatWith(), d.HomeAmount.FormatWith())}
	case c.Share.OtherCurrency == "home-amount":
		return Total{Amount: d.Amount, Known: true,
			Note: fmt.Sprintf("The contract is in %s and the CRM has no amount in it, so a statement holds this deal. Shares are shown on the amount in %s.", c.Terms.Currency, d.Amount.Currency)}
	case c.Share.Exchange.Set:
		return Total{Amount: d.Amount, Known: true,
			Note: fmt.Sprintf("A statement counts this deal in %s, at the rate that the contract agrees on. Shares are shown on the amount in %s.", c.Terms.Currency, d.Amount.Currency)}
	default:
		return Total{Amount: d.Amount, Known: true,
			Note: fmt.Sprintf("The contract is in %s, so a statement holds this deal for a decision. Shares are shown on the amount in %s.", c.Terms.Currency, d.Amount.Currency)}
	}
}
