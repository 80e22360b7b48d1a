package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Standing is how far a deal is.
type Standing string

// The standings. Only a won deal holds credit.
const (
	Won     Standing = "won"
	Lost    Standing = "lost"
	Open    Standing = "open"
	Unknown Standing = "unknown" // neither the export nor its mapping says what the stage means
	Deleted Standing = "deleted"
)

func standingOf(d crm.Deal) Standing {
	switch {
	case d.Deleted:
		return Deleted
	case d.Won:
		return Won
	case !d.OutcomeKnown:
		return Unknown
	case d.Closed:
		return Lost
	default:
		return Open
	}
}

// Contact is one of a deal's people.
type Contact struct {
	crm.Contact
	Known   bool     // there is a row of it in the evidence that is not deleted
	Role    string   // of the association
	Merged  []string // the ids under which the evidence also knew it
	Touches int
}

// Column is the credit of a deal under one model.
type Column struct {
	Model  attribution.Model
	Result attribution.Result
	Earned attribution.Portion // what touches hold that earn under the clause
}

// DealView is one deal as of an import, with its journey and what each model makes of it.
type DealView struct {
	Client   string
	AsOf     int64
	Latest   int64
	Marks    []ImportMark // the newest imports, for a look from one of them
	Deal     crm.Deal
	Standing Standing
	Into     string      // the deal that counts in its place, where people stated that both are one sale
	Doubts   []string    // what is doubtful of statements that it is one sale with another deal
	Company  crm.Company // zero when the deal names none or the evidence has no row of it
	Payments []crm.Payment
	Changes  []Change   // what each import said of it, oldest first
	Edits    []crm.Edit // who changed what, as the CRM's own history tells, oldest first

	Clauses   []Clause // the revenue shares that govern the deal
	Rule      Rule
	Total     Total
	Contacts  []Contact
	ByAccount bool // no contact is associated: those are the company's
	Journey   attribution.Journey

	Columns []Column // the rule's model first; none unless the deal is won
}

// Deal shows one deal as of an import, 0 being the newest, credited by what was agreed or by what is asked in its place. Who: DealSee.
// Faults: NotFound; Invalid at "model", "lookback", "edge" for what is asked.
func (s *Service) Deal(ctx context.Context, actor access.Actor, client, deal string, from int64, asked Asked) (DealView, error) {
	if err := access.Require(actor, access.DealSee, access.Of(client)); err != nil {
		return DealView{}, err
	}
	v := DealView{Client: client}
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if v.AsOf, v.Latest, err = asOf(ctx, tx, client, from); err != nil {
			return err
		}
		e, err := crmops.DealEvidence(ctx, tx, client, deal, v.AsOf)
		if err != nil {
			return err
		}
		if v.Into, err = crmops.DealInto(ctx, tx, client, deal, v.AsOf); err != nil {
			return err
		}
		if v.Doubts, err = crmops.DealDoubts(ctx, tx, client, deal, v.AsOf); err != nil {
			return err
		}
		if v.Marks, err = crmops.ImportMarks(ctx, tx, client, v.Latest, marksShown); err != nil {
			return err
		}
		said, err := crmops.DealHistory(ctx, tx, client, deal, v.AsOf)
		if err != nil {
			return err
		}
		v.Changes = changes(said)
		edits, err := crmops.Edits(ctx, tx, client, crm.KindDeal, []string{deal}, v.AsOf)
		if err != nil {
			return err
		}
		v.Edits = edits[deal]
		contracts, err := boundOf(ctx, tx, client)
		if err != nil {
			return err
		}
		v.Clauses = governing(contracts, e.Deals[0], s.Now())
		clause, ok := chosen(v.Clauses, asked.Clause)
		if !ok {
			return fault.New(fault.NotFound, "clause", "That revenue share does not govern this deal.")
		}
		if v.Rule, err = ruleFor(clause, asked); err != nil {
			return err
		}
		v.look(e)
		if err := v.beginAnew(ctx, tx, e); err != nil {
			return err
		}
		v.credit()
		return nil
	})
	if err != nil {
		return DealView{}, fmt.Errorf("show a deal: %w", err)
	}
	return v, nil
}

// look is what follows from the evidence of the deal and the rule.
func (v *DealView) look(e crm.Evidence) {
	v.Deal = e.Deals[0]
	v.Standing = standingOf(v.Deal)
	v.Total = totalOf(v.Deal, v.Rule.Clause)
	if len(e.Companies) > 0 && !e.Companies[0].Deleted {
		v.Company = e.Companies[0]
	}
	for _, p := range e.Payments {
		if !p.Deleted {
			v.Payments = append(v.Payments, p)
		}
	}
	slices.SortStableFunc(v.Payments, func(a, b crm.Payment) int { return a.PaidOn.Cmp(b.PaidOn) })
	x := attribution.Link(&e.Snapshot)
	v.Journey, v.ByAccount = x.Journey(v.Deal, v.Rule.path())
	v.Contacts = people(x, v.Deal, v.Rule, e)
}

// credit divides a won deal along its journey.
func (v *DealView) credit() {
	if v.Standing != Won {
		return
	}
	var channels []string
	for i := range v.Journey.Touches {
		channels = append(channels, v.Journey.Touches[i].Channel)
	}
	v.Rule.Model = v.Rule.passing(v.Rule.Model, channels)
	for _, m := range append([]attribution.Model{v.Rule.Model}, beside(v.Rule)...) {
		m = v.Rule.passing(m, channels)
		result := attribution.Credit(v.Journey, m, v.Rule.Lookback, v.Total.Amount)
		v.Columns = append(v.Columns, Column{Model: m, Result: result, Earned: result.Portion(v.Rule.Earns)})
	}
}

func people(x *attribution.Links, d crm.Deal, r Rule, e crm.Evidence) []Contact {
	ids, _ := x.ContactsOf(d, r.path())
	var out []Contact
	for _, id := range ids {
		c := Contact{Touches: x.Touches(id)}
		if c.Contact, c.Known = x.Contact(id); !c.Known {
			c.ID = id
		}
		var roles []string
		for _, dc := range e.DealContacts {
			if !dc.Deleted && dc.Role != "" && x.Canonical(dc.ContactID) == id && !slices.Contains(roles, dc.Role) {
				roles = append(roles, dc.Role)
			}
		}
		c.Role = strings.Join(roles, ", ")
		for _, merged := range c.MergedIDs {
			if merged != id {
				c.Merged = append(c.Merged, merged)
			}
		}
		out = append(out, c)
	}
	return out
}
