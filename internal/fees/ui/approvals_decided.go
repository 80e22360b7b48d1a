package ui

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// decidedWords is what an act was, after the person's name.
var decidedWords = map[crm.Act]string{
	crm.ActHandOver: "handed over", crm.ActAccept: "accepted", crm.ActReturn: "returned", crm.ActReject: "rejected", crm.ActDispute: "disputed", crm.ActAnswer: "answered",
	crm.ActUphold: "gave in to the dispute", crm.ActWithdraw: "withdrew the dispute", crm.ActApprove: "approved",
}

// decided is what was decided, the newest first.
func (d desk) decided() templ.Component {
	table := kit.TableView{Caption: "Decided, the newest first", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "When"}, {Title: "Who"}, {Title: "Decided"}, {Title: "Evidence"}}}
	for _, m := range d.Decided {
		who := kit.TwoLines(kit.Text(m.ActorName), m.ActorRole.Label())
		what := kit.Text(decidedWords[m.Act] + ": " + m.Name)
		if m.Words != "" {
			what = kit.TwoLines(what, strings.ReplaceAll(m.Words, "\n", "; "))
		}
		evidence := kit.Quiet("no import: words only")
		if m.Act != crm.ActAnswer {
			evidence = kit.Anchor(kit.Link{Text: "Import " + strconv.FormatInt(m.No, 10), Href: importPath(d.Client, m.No)})
		}
		row := kit.Row{Cells: []templ.Component{kit.MomentText(m.At, d.Zone), who, what, evidence}}
		if m.Overruled != nil {
			row.Tone = kit.Attend
			row.Below = kit.Notice(kit.NoticeView{Level: kit.Warning, Text: d.overruled(*m.Overruled) + " Where that is wrong, the person who decided should say so to the other side.",
				Links: []kit.Link{{Text: "Import " + strconv.FormatInt(m.Overruled.Import.No, 10), Href: importPath(d.Client, m.Overruled.Import.No)}}})
		}
		table.Rows = append(table.Rows, row)
	}
	table.Empty = said("Nothing was decided by a person yet.")
	return section("Decided", kit.Table(table))
}

// overruled says who imported what contradicts a decision, when, and what it says.
func (d desk) overruled(o ops.Overruling) string {
	who := ""
	if o.Import.ActorName != "" {
		who = ", which " + o.Import.ActorName + " imported on " + o.Import.AppliedAt.In(d.Zone).Format("2 Jan 2006, 15:04 MST") + ","
	}
	return fmt.Sprintf("Import %d%s says otherwise since, and its word stands: %s.", o.Import.No, who, ops.SaysNow(o, d.Zone))
}

// hours is minutes as "2:30".
func hours(minutes int64) string { return fmt.Sprintf("%d:%02d", minutes/60, minutes%60) }

// decimalHours is minutes as a plain decimal of hours, rounded up to the fourth place so that they are covered.
func decimalHours(minutes int64) string {
	tenths := (minutes*10_000 + 59) / 60
	text := new(big.Rat).SetFrac64(tenths, 10_000).FloatString(4)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

func (p *Pages) showHandOver(w http.ResponseWriter, r *http.Request) error {
	return p.handOverPage(w, r, kit.Input{})
}

func (p *Pages) handOverPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	client := r.PathValue("client")
	list, err := p.Ops.Approvals(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Hand something over", Room: ApprovalsRoom, Narrow: true, Status: in.Status(), Crumbs: []kit.Link{{Text: "Approvals", Href: approvalsPath(client)}},
		Lede: "The client's time to accept it or to return it begins on the day after. " + kit.Sentence(p.tells())}
	if len(list.HandOver) == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "There is nothing to hand over", Text: "No contract in force today has milestones or pieces that are handed over."}))
	}
	what := kit.Field{Name: "milestone", Label: "What", Kind: kit.Select, Value: r.URL.Query().Get("milestone")}
	for _, h := range list.HandOver {
		what.Options = append(what.Options, kit.Option{Value: h.Name, Text: h.Name + ", " + h.Words})
	}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: approvalsPath(client) + "/hand-over", Submit: "Hand over", Cancel: approvalsPath(client), Input: in, Fields: []kit.Field{
		what,
		{Name: "delivered_on", Label: "Handed over on", Kind: kit.Date, Value: list.Today.String(), Hint: "The day on which the client had it; today at the latest."},
		{Name: "part", Label: "Part of the milestone", Optional: true, Placeholder: "50 %", Hint: "A percentage, or empty for the whole. A piece of a retainer has no parts."},
		{Name: "note", Label: "Where it is and what is new", Kind: kit.Area, Optional: true, Hint: "The client reads it beside what waits."},
		{Name: "key", Kind: kit.Hidden, Value: rand.Text()},
	}}))
}

func (p *Pages) handOver(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	client := r.PathValue("client")
	on, err := cal.ParseDate(strings.TrimSpace(values.Get("delivered_on")))
	if err != nil {
		return p.handOverPage(w, r, kit.Input{Values: values, Err: fault.New(fault.Invalid, "delivered_on", "Write the day as 2026-03-03.").At("delivered_on")})
	}
	made, err := p.Ops.HandOver(r.Context(), actor(r), ops.HandOverInput{Client: client, Milestone: values.Get("milestone"), On: on,
		Part: values.Get("part"), Note: values.Get("note"), Key: values.Get("key")})
	if web.Correctable(err) {
		return p.handOverPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Handed over. The client can accept it or return it.")
	web.Redirect(w, r, approvalsPath(client)+"#"+anchorOf(crm.KindDelivery, made.Row))
	return nil
}
