package ui

import (
	"crypto/rand"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

func (p *Pages) showPropose(w http.ResponseWriter, r *http.Request) error {
	return p.proposePage(w, r, kit.Input{})
}

func (p *Pages) proposePage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	client := r.PathValue("client")
	contracts, err := p.Ops.DeliverableContracts(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	under, names := []kit.Option{{Value: "", Text: "None"}}, []kit.Option{{Value: "", Text: "No milestone"}}
	for _, c := range contracts {
		under = append(under, kit.Option{Value: c.ID, Text: c.Name})
		for _, n := range c.Names {
			names = append(names, kit.Option{Value: n, Text: n})
		}
	}
	first := ""
	if len(contracts) > 0 {
		first = contracts[0].ID
	}
	makers := []kit.Option{{Value: "", Text: "The agency"}}
	if list, err := p.Ops.Specialists(r.Context(), actor(r), client); err == nil {
		for _, o := range list {
			makers = append(makers, kit.Option{Value: o.ID, Text: o.Name})
		}
	}
	fields := []kit.Field{
		{Name: "name", Label: "What is made", Hint: "In one line, such as Landing page for the spring campaign."},
		{Name: "note", Label: "About it", Kind: kit.Area, Optional: true},
		{Name: "contract", Label: "Under the contract", Kind: kit.Select, Options: under, Value: first, Optional: true, Hint: "Its terms of today say how many rounds there are, how long the client has, and when it becomes the client's."},
		{Name: "due", Label: "Due", Kind: kit.Date, Optional: true},
		{Name: "provider", Label: "Made by", Kind: kit.Select, Options: makers, Optional: true},
		{Name: "request", Label: "For the request", Optional: true, Value: r.URL.Query().Get("request"), Hint: "Its number, such as R-12; empty when it stands alone."},
		{Name: "fee_month", Label: "Paid with the fee up to", Kind: kit.Month, Optional: true, Hint: "It counts as paid when all invoices up to this month are."},
		{Name: "key", Kind: kit.Hidden, Value: rand.Text()},
	}
	if fault.Code(in.Err) == "due-past" || in.Values.Get("past_due") != "" {
		fields = slices.Insert(fields, 4, kit.Field{Name: "past_due", Label: "It was due on that day, which is past", Kind: kit.Checkbox, Optional: true})
	}
	if len(names) > 1 {
		fields = append(fields[:6:6], append([]kit.Field{
			{Name: "milestone", Label: "Milestone or piece", Kind: kit.Select, Options: names, Optional: true, Hint: "Approved here, it is accepted there too."},
			{Name: "part", Label: "Part of the milestone", Optional: true, Hint: "Such as 50 %; empty for the whole."}}, fields[6:]...)...)
	}
	view := kit.PageView{Title: "Propose a deliverable", Room: DeliverablesRoom, Narrow: true, Crumbs: []kit.Link{{Text: "Deliverables", Href: DeliverablesPath(client)}}, Status: in.Status()}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: DeliverablesPath(client) + "/new", Submit: "Propose", Cancel: DeliverablesPath(client), Fields: fields, Input: in}))
}

func (p *Pages) propose(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in := ops.ProposeDeliverableInput{Client: r.PathValue("client"), Name: values.Get("name"), Note: values.Get("note"), Contract: values.Get("contract"), Request: values.Get("request"), Provider: values.Get("provider"),
		Milestone: values.Get("milestone"), Part: values.Get("part"), FeeMonth: values.Get("fee_month"), PastDue: values.Get("past_due") != "", Key: values.Get("key")}
	if text := values.Get("due"); text != "" {
		if in.Due, err = cal.ParseDate(text); err != nil {
			return p.proposePage(w, r, kit.Input{Values: values, Err: fault.All(err)[0].At("due")})
		}
	}
	d, err := p.Ops.ProposeDeliverable(r.Context(), actor(r), in)
	if web.Correctable(err) {
		return p.proposePage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Proposed. The first version can be submitted.")
	web.Redirect(w, r, DeliverablePath(d.Client, d.ID))
	return nil
}

func (p *Pages) showWithdraw(w http.ResponseWriter, r *http.Request) error {
	return p.withdrawPage(w, r, kit.Input{})
}

func (p *Pages) withdrawPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	d, err := p.read(r)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Withdraw the deliverable", Eyebrow: d.Name, Room: DeliverablesRoom, Narrow: true, Crumbs: d.crumbs(true), Status: in.Status()}
	return web.Render(w, r, view, confirmed(kit.ConfirmView{Action: d.path() + "/withdraw", What: "You withdraw the deliverable " + d.Name + ".", Danger: true,
		Follows: []string{"Nobody can submit or approve a version of it any more; what happened stays on record.", "It stays with the agency, unless the contract says otherwise."},
		Fields:  []kit.Field{{Name: "words", Label: "Why", Kind: kit.Area, Hint: "The client sees it."}}, Button: "Withdraw it", Cancel: d.path(), Input: in}, templ.NopComponent))
}

func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	d, err := p.Ops.WithdrawDeliverable(r.Context(), actor(r), r.PathValue("client"), r.PathValue("deliverable"), values.Get("words"))
	if web.Correctable(err) {
		return p.withdrawPage(w, r, kit.Input{Values: values, Err: err})
	}
	return p.done(w, r, d, err, "Withdrawn.")
}

func (p *Pages) archive(w http.ResponseWriter, r *http.Request) error {
	d, err := p.Ops.ArchiveDeliverable(r.Context(), actor(r), r.PathValue("client"), r.PathValue("deliverable"))
	return p.done(w, r, d, err, "Archived.")
}

// done leads back to the deliverable.
func (p *Pages) done(w http.ResponseWriter, r *http.Request, d ops.Deliverable, err error, words string) error {
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, words)
	web.Redirect(w, r, DeliverablePath(d.Client, d.ID))
	return nil
}
