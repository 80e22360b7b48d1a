package ui

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// modelColumn heads a column; the first is the one that counts.
func modelColumn(m attribution.Model, hint string) kit.Column {
	if d := modelDetail(m); d != "" {
		hint = strings.TrimPrefix(hint+", "+d, ", ")
	}
	return kit.Column{Title: modelWords(m), Align: kit.End, Hint: hint}
}

func agreedHint(agreed bool) string {
	if agreed {
		return "as agreed"
	}
	return "as asked"
}

// touchTable is every touch that counts against every model; each row opens into the reason of each credit.
func (p dealPage) touchTable() kit.TableView {
	v := kit.TableView{
		Caption: "Touches that count, and the credit that each model gives them", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "Touch"}, {Title: "Contact"}}, Exports: p.list.Exports()[:1],
		Empty: kit.Empty(kit.EmptyView{Title: "No touch counts", Text: "No dated touch of the deal's contacts lies within the journey, so the whole amount is unattributed."}),
	}
	hint := agreedHint(p.Rule.Agreed)
	for i, c := range p.Columns {
		if i > 0 {
			hint = ""
		}
		v.Columns = append(v.Columns, modelColumn(c.Model, hint))
	}
	for i, tc := range p.Columns[0].Result.Credits {
		row := kit.Row{Cells: p.touchCells(tc.Touch, tc.Roles&p.Rule.Model.Weighs()), Below: whys(p, i)}
		for k := range p.Columns {
			r := &p.Columns[k].Result
			row.Cells = append(row.Cells, p.credit(r, r.Credits[i].Weight, r.Credits[i].Minor))
		}
		v.Rows = append(v.Rows, row)
	}
	if len(v.Rows) == 0 {
		return v
	}
	v.Foot = append(v.Foot, p.foot("Unattributed", func(c ops.Column) templ.Component {
		if !p.Total.Known {
			return kit.Text(restWords(c.Result))
		}
		return kit.TwoLines(kit.Amount(c.Result.Amount(c.Result.Unattributed)), restWords(c.Result))
	}))
	total := p.foot("Amount of the deal", func(ops.Column) templ.Component {
		if !p.Total.Known {
			return kit.Unknown("")
		}
		return kit.Amount(p.Total.Amount)
	})
	total.Total = true
	v.Foot = append(v.Foot, total)
	if p.Rule.Clause != nil {
		v.Foot = append(v.Foot, p.foot("Of it held by touches that earn", func(c ops.Column) templ.Component {
			if !p.Total.Known {
				return kit.Text(percentWords(c.Earned.Share))
			}
			return kit.TwoLines(kit.Amount(c.Earned.Amount), percentWords(c.Earned.Share))
		}))
	}
	return v
}

func (p dealPage) foot(title string, cell func(ops.Column) templ.Component) kit.Row {
	row := kit.Row{Cells: []templ.Component{kit.Text(title), nil}}
	for _, c := range p.Columns {
		row.Cells = append(row.Cells, cell(c))
	}
	return row
}

// credit is what one touch holds: its amount, or its share of an amount that is not known.
func (p dealPage) credit(r *attribution.Result, weight, minor int64) templ.Component {
	switch {
	case weight == 0:
		return none()
	case !p.Total.Known:
		return kit.Text(percentWords(r.Share(weight)))
	default:
		return kit.TwoLines(kit.Amount(r.Amount(minor)), percentWords(r.Share(weight)))
	}
}

func (p dealPage) touchCells(t attribution.Touch, roles attribution.Roles) []templ.Component {
	what := joined(channelWords(t.Channel), importedWords(t), t.Campaign)
	when := momentWords(t.At, p.Rule.Zone)
	if m := mark(roles); m != "" {
		when += " · " + strings.ToLower(m)
	}
	who := t.Provider
	if who != "" {
		who = "run by " + who
	}
	if p.Rule.Clause != nil && !p.Rule.Earns(t) {
		who = strings.TrimPrefix(who+" · earns nothing", " · ")
	}
	return []templ.Component{kit.TwoLines(kit.Text(what), when), kit.TwoLines(kit.Text(p.names[t.Contact]), who)}
}

// ignoredTable is every touch that holds nothing, with the reason.
func (p dealPage) ignoredTable() kit.TableView {
	v := kit.TableView{Caption: "Touches that hold no credit, with the reason", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "Touch"}, {Title: "Contact"}, {Title: "Why"}}}
	r := p.Columns[0].Result
	for i, g := range r.Ignored {
		why := r.WhyIgnored(i)
		if !p.Total.Known {
			why = g.Reason.Words()
		}
		v.Rows = append(v.Rows, kit.Row{Cells: append(p.touchCells(g.Touch, 0), kit.Text(kit.Sentence(why)))})
	}
	return v
}

func (p dealPage) openTable() kit.TableView {
	v := kit.TableView{Caption: "Touches so far", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Touch"}, {Title: "Contact"}},
		Exports: p.list.Exports()[:1],
		Empty:   kit.Empty(kit.EmptyView{Title: "No touch yet", Text: "The evidence holds no touch of the deal's contacts."})}
	for _, t := range sorted(p.Journey.Touches) {
		v.Rows = append(v.Rows, kit.Row{Cells: p.touchCells(t, 0)})
	}
	return v
}

func (p dealPage) contactTable() kit.TableView {
	v := kit.TableView{Caption: "People of the deal", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "Contact"}, {Title: "Role"}, {Title: "Created"}, {Title: "Touches", Align: kit.End}},
		Empty:   kit.Empty(kit.EmptyView{Title: "No contact", Text: "The evidence associates nobody with this deal. Without contacts a journey has no touches."})}
	for _, c := range p.Contacts {
		detail := []string{c.ID}
		if c.Email != "" && c.Name != "" {
			detail = append(detail, crm.ShownAddress(c.Email))
		}
		if len(c.Merged) > 0 {
			detail = append(detail, "merged: "+strings.Join(c.Merged, ", "))
		}
		role := c.Role
		if role == "" {
			role = "associated"
		}
		if p.ByAccount {
			role = "of the company"
		}
		created := kit.Unknown("")
		switch {
		case !c.Known:
			created = kit.Unknown("the evidence has no row of this contact")
		case !c.CreatedAt.IsZero():
			created = kit.DateText(dateIn(c.CreatedAt, p.Rule.Zone))
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{
			kit.TwoLines(kit.Text(p.names[c.ID]), strings.Join(detail, " · ")), kit.Text(role), created, kit.Text(fmt.Sprint(c.Touches)),
		}})
	}
	return v
}

func (p dealPage) paymentTable() kit.TableView {
	v := kit.TableView{Caption: "Payments received for the deal", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "Paid on"}, {Title: "Payment"}, {Title: "Kind"}, {Title: "Amount", Align: kit.End}}}
	for _, y := range p.Payments {
		day := kit.Unknown("")
		if !y.PaidOn.IsZero() {
			day = kit.DateText(y.PaidOn)
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{day, kit.Text(y.ID), kit.Text(string(y.Kind)), kit.Money(y.Amount)}})
	}
	return v
}

// dealFacts is what the CRM says of the deal.
func (p dealPage) dealFacts() []kit.Definition {
	d := p.Deal
	var out []kit.Definition
	say := func(term, value string) {
		if value == "" {
			out = append(out, kit.Definition{Term: term, Value: kit.Unknown("")})
			return
		}
		out = append(out, kit.Definition{Term: term, Value: kit.Text(value)})
	}
	say("In the CRM", d.ID)
	company := p.Company.Name
	if company == "" {
		company = d.CompanyID
	}
	say("Company", company)
	if d.AmountKnown {
		out = append(out, kit.Definition{Term: "Amount", Value: kit.Money(d.Amount)})
	} else {
		say("Amount", d.AmountText)
	}
	if d.HomeKnown {
		out = append(out, kit.Definition{Term: "In own currency", Value: kit.Money(d.HomeAmount)})
	}
	say("Stage", d.Stage)
	if d.CreatedAt.IsZero() {
		say("Created", "")
	} else {
		out = append(out, kit.Definition{Term: "Created", Value: kit.MomentText(d.CreatedAt, p.Rule.Zone)})
	}
	if d.ClosedOn.IsZero() {
		say("Closing date", "")
	} else {
		out = append(out, kit.Definition{Term: "Closing date", Value: kit.DateText(d.ClosedOn)})
	}
	customer := string(d.CustomerType)
	if customer == "" {
		customer = d.CustomerTypeText
	}
	say("Customer type", customer)
	say("Source", d.Source)
	say("Owner", d.Owner)
	return out
}

// changeTable is what each import said, newest first.
func (p dealPage) changeTable() kit.TableView {
	v := kit.TableView{Caption: "What each import said of the deal", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "Import"}, {Title: "Taken in"}, {Title: "What"}}}
	for i := len(p.Changes) - 1; i >= 0; i-- {
		c := p.Changes[i]
		v.Rows = append(v.Rows, kit.Row{
			Cells: []templ.Component{
				kit.TwoLines(kit.Anchor(kit.Link{Text: fmt.Sprintf("Import %d", c.Import.No), Href: importPath(p.Client, c.Import.No)}), fmt.Sprintf("%s, line %d", c.Import.Filename, c.Line)),
				kit.TwoLines(kit.MomentText(c.Import.AppliedAt, p.Rule.Zone), "by "+c.Import.ActorName),
				kit.Text(changeWords(c)),
			},
			Below: said(p, c),
		})
	}
	return v
}

// editTable is who changed what in the CRM, newest first.
func (p dealPage) editTable() kit.TableView {
	v := kit.TableView{Caption: "Who changed what in the CRM", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "When"}, {Title: "Field"}, {Title: "Before"}, {Title: "After"}, {Title: "By"}}}
	said := func(e crm.Edit, text string) templ.Component {
		if text == "" {
			return kit.Quiet("not told")
		}
		return kit.Text(p.value(e.Field, text))
	}
	for i := len(p.Edits) - 1; i >= 0; i-- {
		e := p.Edits[i]
		by := kit.Quiet("not told")
		if e.By != "" {
			by = kit.Text(e.By)
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.MomentText(e.At, p.Rule.Zone), kit.Text(fieldWords(e.Field)), said(e, e.Before), said(e, e.After), by}})
	}
	return v
}

func changeWords(c ops.Change) string {
	what := kindWords(c.Kind)
	if c.Kind == crm.KindPayment {
		what += " " + c.ID
	}
	if c.New {
		return what + ": first seen"
	}
	var names []string
	for _, f := range c.Fields {
		names = append(names, strings.ToLower(fieldWords(f.Name)))
	}
	return what + ": " + strings.Join(names, ", ") + " changed"
}
