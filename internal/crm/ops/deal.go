package ops

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// DealView is one deal as of an import, with everything that bears on it. Deleted records are left out.
type DealView struct {
	AsOf     int64
	Latest   int64
	Deal     crm.Deal
	Company  crm.Company // zero when it is not known
	Contacts []DealPerson
	Touches  []crm.Touch // of all its people, in time
	Payments []crm.Payment
	History  []DealChange // oldest first
}

// DealPerson is a contact whose touches may belong to the deal's journey.
type DealPerson struct {
	crm.Contact
	Role      string
	ByAccount bool // not associated with the deal itself; found through its company or a merge
}

// DealChange is what one import changed of the deal. The first one brings it, and its fields have no Before.
type DealChange struct {
	Import ImportMark
	Line   int64
	Fields []FieldDelta
}

// DealAt gives one deal as of import n (0: the newest). Who: DealSee. Fault: NotFound.
func (s *Service) DealAt(ctx context.Context, actor access.Actor, client, id string, n int64) (out DealView, err error) {
	if err := access.Require(actor, access.DealSee, access.Of(client)); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		if out.AsOf, out.Latest, err = asOf(ctx, tx, client, n); err != nil {
			return err
		}
		e, err := DealEvidence(ctx, tx, client, id, out.AsOf)
		if err != nil {
			return err
		}
		into, err := DealInto(ctx, tx, client, id, out.AsOf)
		switch {
		case err != nil:
			return err
		case into != "":
			return fault.New(fault.NotFound, "deal", "As of import %d this deal is one sale with deal %s, which counts in its place.", out.AsOf, into)
		case e.Deals[0].Deleted:
			return fault.New(fault.NotFound, "deal", "This deal is deleted in the CRM as of import %d.", out.AsOf)
		}
		out.fill(e)
		said, err := DealHistory(ctx, tx, client, id, out.AsOf)
		out.History = dealChanges(said)
		return err
	})
	return out, err
}

func (v *DealView) fill(e crm.Evidence) {
	v.Deal = e.Deals[0]
	if len(e.Companies) > 0 && !e.Companies[0].Deleted {
		v.Company = e.Companies[0]
	}
	associated := map[string]crm.DealContact{}
	for _, dc := range e.DealContacts {
		if !dc.Deleted {
			associated[dc.ContactID] = dc
		}
	}
	for _, c := range e.Contacts {
		if dc, direct := associated[c.ID]; !c.Deleted {
			v.Contacts = append(v.Contacts, DealPerson{Contact: c, Role: dc.Role, ByAccount: !direct})
		}
	}
	v.Touches = slices.DeleteFunc(e.Touches, func(t crm.Touch) bool { return t.Deleted })
	slices.SortStableFunc(v.Touches, func(a, b crm.Touch) int { return a.At.Compare(b.At) })
	v.Payments = slices.DeleteFunc(e.Payments, func(p crm.Payment) bool { return p.Deleted })
	slices.SortStableFunc(v.Payments, func(a, b crm.Payment) int { return a.PaidOn.Cmp(b.PaidOn) })
}

func dealChanges(said []Said) []DealChange {
	var out []DealChange
	last := crm.Record{Kind: crm.KindDeal}
	for _, s := range said {
		if s.Record.Kind == crm.KindDeal {
			out = append(out, DealChange{Import: s.Import, Line: s.Line, Fields: deltasOf(last, s.Record)})
			last = s.Record
		}
	}
	return out
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
