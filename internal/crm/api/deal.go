package api

import (
	"context"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

// DealView is a deal with everything that bears on it.
type DealView struct {
	Deal
	AsOf     int64     `json:"as_of" doc:"Number of the import"`
	Latest   int64     `json:"latest" doc:"Number of the newest import"`
	Contacts []Contact `json:"contacts" nullable:"false"`
	Touches  []Touch   `json:"touches" nullable:"false" doc:"Of all its people, in time"`
	Payments []Payment `json:"payments" nullable:"false"`
	History  []Change  `json:"history" nullable:"false" doc:"What each import changed of the deal, the oldest first"`
}

// Contact is a person whose touches may belong to the deal's journey.
type Contact struct {
	ID        string `json:"id"`
	Name      string `json:"name,omitempty"`
	Email     string `json:"email,omitempty"`
	Role      string `json:"role,omitempty"`
	ByAccount bool   `json:"by_account,omitempty" doc:"Not associated with the deal itself; found through its company or a merge"`
}

// Touch is one contact with marketing or sales.
type Touch struct {
	ID        string    `json:"id"`
	Contact   string    `json:"contact" doc:"Id of the person"`
	At        time.Time `json:"at"`
	Channel   string    `json:"channel,omitempty"`
	Campaign  string    `json:"campaign,omitempty"`
	Content   string    `json:"content,omitempty"`
	Provider  string    `json:"provider,omitempty" doc:"Who delivered it"`
	Milestone string    `json:"milestone,omitempty"`
}

// Payment is cash for the deal; a refund is negative.
type Payment struct {
	ID     string `json:"id"`
	PaidOn string `json:"paid_on,omitempty" format:"date"`
	Amount Money  `json:"amount"`
	Kind   string `json:"kind" enum:"payment,refund"`
}

// Change is what one import changed of the deal.
type Change struct {
	Import    int64            `json:"import"`
	Filename  string           `json:"filename"`
	Line      int64            `json:"line"`
	By        string           `json:"by"`
	AppliedAt time.Time        `json:"applied_at"`
	Fields    []ops.FieldDelta `json:"fields" nullable:"false"`
}

func (o *Operations) getDeal(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	Deal   string `path:"deal" maxLength:"200" doc:"Id of the deal in the CRM"`
	AsOf   int64  `query:"as_of" minimum:"1" doc:"Number of an import; absent: the newest"`
}) (*api.Answer[DealView], error) {
	d, err := o.CRM.DealAt(ctx, access.ActorFrom(ctx), in.Client, in.Deal, in.AsOf)
	if err != nil {
		return nil, err
	}
	return &api.Answer[DealView]{Body: dealViewOf(d)}, nil
}

func dealViewOf(d ops.DealView) DealView {
	out := DealView{AsOf: d.AsOf, Latest: d.Latest, Deal: dealOf(d.Deal, d.Company.Name),
		Contacts: []Contact{}, Touches: []Touch{}, Payments: []Payment{}, History: []Change{}}
	for _, c := range d.Contacts {
		out.Contacts = append(out.Contacts, Contact{c.ID, c.Name, c.Email, c.Role, c.ByAccount})
	}
	for _, t := range d.Touches {
		out.Touches = append(out.Touches, Touch{t.ID, t.ContactID, t.At.UTC(), t.Channel, t.Campaign, t.Content, t.Provider, string(t.Milestone)})
	}
	for _, p := range d.Payments {
		out.Payments = append(out.Payments, Payment{p.ID, dayOf(p.PaidOn), moneyOf(p.Amount), string(p.Kind)})
	}
	for _, h := range d.History {
		out.History = append(out.History, Change{h.Import.No, h.Import.Filename, h.Line, h.Import.ActorName, h.Import.AppliedAt.UTC(), append([]ops.FieldDelta{}, h.Fields...)})
	}
	return out
}
