package ui

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) showCredit(w http.ResponseWriter, r *http.Request) error {
	return p.creditPage(w, r, kit.Input{})
}

func (p *Pages) creditPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	inv, err := p.read(r)
	if err != nil {
		return err
	}
	address := invoicePath(inv.Client, inv.ID)
	view := kit.PageView{Title: "Credit " + inv.Number, Room: Room, Narrow: true, Status: in.Status(), Crumbs: append(crumbs(inv.Client), kit.Link{Text: inv.Number, Href: address}),
		Lede: "A credit note takes back all or a part of the invoice. It pays what is still open of it; what is above that is on the client's account. It never changes."}
	if inv.Creditable.Gross.Minor <= 0 {
		return web.Render(w, r, view, kit.Notice(kit.NoticeView{Level: kit.Info, Text: "Nothing of " + inv.Number + " is left to take back.", Links: []kit.Link{{Text: inv.Number, Href: address}}}))
	}
	fields := []kit.Field{
		{Name: "reason", Label: "Reason", Hint: "It stands on the credit note."},
		{Name: "what", Label: "What is taken back", Kind: kit.Radio, Value: "all", Options: []kit.Option{
			{Value: "all", Text: "All that is left", Hint: "The statement can be invoiced again afterwards."}, {Value: "lines", Text: "Amounts by line", Hint: "Without tax; the tax follows."}}},
	}
	for i, l := range inv.Document.Lines {
		left := inv.Creditable.Net[i]
		if !left.IsZero() {
			fields = append(fields, kit.Field{Name: billing.LineField(l.No), Label: "Line " + strconv.Itoa(l.No) + ", " + l.Text, Kind: kit.Decimal, Optional: true, Unit: string(left.Currency), Hint: figure(left) + " left"})
		}
	}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: r.URL.Path, Fields: fields, Submit: "Issue the credit note", Cancel: address, Input: in}))
}

func (p *Pages) credit(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	inv, err := p.read(r)
	if err != nil {
		return err
	}
	c := ops.CreditInput{Invoice: inv.ID, Reason: values.Get("reason")}
	if values.Get("what") == "lines" {
		c.Lines = lineFields(values, len(inv.Document.Lines))
	}
	note, err := p.Ops.Credit(r.Context(), actor(r), c)
	if web.Correctable(err) {
		return p.creditPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Issued "+note.Number+".")
	web.Redirect(w, r, invoicePath(note.Client, note.ID))
	return nil
}

// lineFields are what was written for the lines.
func lineFields(values url.Values, lines int) map[int]string {
	out := map[int]string{}
	for no := 1; no <= lines; no++ {
		if text := values.Get(billing.LineField(no)); text != "" {
			out[no] = text
		}
	}
	return out
}
