package ui

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// ApprovalsRoom of the navigation.
const ApprovalsRoom = "approvals"

// mostShown is how many rows of a list stand on the page.
const mostShown = 100

func approvalsPath(client string) string { return clientPath(client) + "/approvals" }

// act is a decision that a form of the page sends.
type act struct {
	kind   crm.Kind
	act    crm.Act
	label  string // opens the form; the button itself where there is nothing to fill in
	button string
	tone   kit.ButtonKind
	fields func(a ops.Approval) []kit.Field
	done   string
}

// acts in the order in which they stand under a row.
var decisions = []act{
	{kind: crm.KindDelivery, act: crm.ActAccept, button: "Accept", done: "Accepted. A draft of a month that still runs counts it from tomorrow."},
	{kind: crm.KindDelivery, act: crm.ActReturn, label: "Return", button: "Return it", fields: func(ops.Approval) []kit.Field {
		return []kit.Field{{Name: "words", Label: "What is missing or wrong", Kind: kit.Area, Hint: "The agency reads this and hands it over again. It stays in the record."}}
	}, done: "Returned. It counts for nothing; the agency can hand it over again."},
	{kind: crm.KindLead, act: crm.ActAccept, button: "Accept", done: "Accepted. A draft of a month that still runs counts it from tomorrow."},
	{kind: crm.KindLead, act: crm.ActReject, button: "Reject", done: "Rejected: it is not billed."},
	{kind: crm.KindLead, act: crm.ActDispute, label: "Dispute", button: "Dispute it", fields: disputeFields, done: "Disputed. It is not billed until the dispute is settled."},
	{kind: crm.KindLead, act: crm.ActAnswer, label: "Answer", button: "Answer", fields: func(ops.Approval) []kit.Field {
		return []kit.Field{{Name: "words", Label: "Answer", Kind: kit.Area, Hint: "It stays disputed until the client withdraws the dispute or you give in."}}
	}, done: "Answered."},
	{kind: crm.KindLead, act: crm.ActUphold, label: "Give in", button: "Give in to the dispute", tone: kit.Danger, fields: func(ops.Approval) []kit.Field {
		return []kit.Field{{Name: "words", Label: "Words to the client", Kind: kit.Area, Optional: true, Hint: "It is not billed, or is credited where it was. This cannot be taken back."}}
	}, done: "Settled for the client: it is not billed."},
	{kind: crm.KindLead, act: crm.ActWithdraw, label: "Withdraw the dispute", button: "Withdraw the dispute", fields: func(ops.Approval) []kit.Field {
		return []kit.Field{{Name: "words", Label: "Words to the agency", Kind: kit.Area, Optional: true, Hint: "It is billed then, with the fee for a denied dispute where the contract has one."}}
	}, done: "Withdrawn: it is billed."},
	{kind: crm.KindMetricReading, act: crm.ActApprove, label: "Approve hours", button: "Approve", fields: hoursFields, done: "Approved."},
}

func disputeFields(a ops.Approval) []kit.Field {
	reason := kit.Field{Name: "reason", Label: "Reason", Hint: "The contract lets a dispute count for any reason."}
	if len(a.Reasons) > 0 {
		reason.Kind, reason.Hint = kit.Select, "A dispute counts for the reasons that the contract names."
		for _, r := range a.Reasons {
			reason.Options = append(reason.Options, kit.Option{Value: r, Text: r})
		}
	}
	return []kit.Field{reason, {Name: "words", Label: "What else there is to say", Kind: kit.Area, Optional: true}}
}

func hoursFields(a ops.Approval) []kit.Field {
	hint := "Hours above those included that you approve of " + a.InForce.Words() + ", in all. What is above them is not charged."
	if a.Given > 0 {
		hint += " Other readings approve " + hours(a.Given) + " besides."
	}
	return []kit.Field{{Name: "hours", Label: "Hours approved", Kind: kit.Decimal, Unit: "hours", Value: decimalHours(max(a.Before, a.Worked-a.Given)), Hint: hint}}
}

// address is the last part of an act's address: "deliveries/accept".
func (a act) address() string {
	return map[crm.Kind]string{crm.KindDelivery: "deliveries", crm.KindLead: "results", crm.KindMetricReading: "hours"}[a.kind] + "/" + string(a.act)
}

func (p *Pages) registerApprovals(g *web.Registry) {
	const all = "/clients/{client}/approvals"
	g.Get(all, string(access.EvidenceSee), p.approvals)
	g.Get(all+"/hand-over", string(access.DeliveryHandOver), p.showHandOver)
	g.Post(all+"/hand-over", string(access.DeliveryHandOver), p.handOver)
	g.Get(all+"/results/accept-all", string(access.ResultDecide), p.showAcceptAll)
	g.Post(all+"/results/accept-all", string(access.ResultDecide), p.acceptAll)
	for _, a := range decisions {
		g.Post(all+"/"+a.address(), string(ops.ActionOf(a.kind, a.act)), p.decide(a))
	}
}

// refusedAct is a decision that was refused, to be shown at its form again. The zero value is none.
type refusedAct struct {
	row string
	act crm.Act
	in  kit.Input
}

func (p *Pages) approvals(w http.ResponseWriter, r *http.Request) error {
	return p.approvalsPage(w, r, refusedAct{})
}

// desk is the approvals of a client as one person sees them.
type desk struct {
	ops.Approvals
	who     access.Actor
	refused refusedAct
}

func (p *Pages) approvalsPage(w http.ResponseWriter, r *http.Request, refused refusedAct) error {
	list, err := p.Ops.Approvals(r.Context(), actor(r), r.PathValue("client"))
	if err != nil {
		return err
	}
	d := desk{list, actor(r), refused}
	view := kit.PageView{Title: "Approvals", Room: ApprovalsRoom, Status: refused.in.Status(),
		Lede: "What waits for a person to decide, until when, and what silence makes of it. A decision is evidence under the name of who made it, and statements are computed from it."}
	if len(list.HandOver) > 0 && d.may(access.DeliveryHandOver, access.Agency) {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Hand something over", Kind: kit.Primary, Href: approvalsPath(d.Client) + "/hand-over"}))
	}
	if list.Contracts == 0 && len(list.Decided) == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "Nothing is decided here",
			Text: "Milestones, pieces of a retainer, results that are paid one by one and hours that need an approval wait here for a person. No accepted contract of this client has any of them."}))
	}
	var parts []templ.Component
	if notice := d.notice(); notice != nil {
		parts = append(parts, notice)
	}
	for _, side := range []contract.Side{contract.ClientSide, contract.AgencySide} {
		of := slices.DeleteFunc(slices.Clone(list.Waiting), func(a ops.Approval) bool { return a.On != side || ahead(a) })
		parts = append(parts, d.section(d.waitsOn(side), "Nothing waits here.", of))
	}
	before := slices.DeleteFunc(slices.Clone(list.Waiting), func(a ops.Approval) bool { return !ahead(a) })
	if len(before) > 0 {
		parts = append(parts, d.section("Can be approved ahead", "", before))
	}
	if len(list.Disputable) > 0 {
		parts = append(parts, d.section("Can still be disputed", "", list.Disputable))
	}
	return web.Render(w, r, view, kit.Group(append(parts, d.decided())...))
}

// ahead: hours that can be approved before they are worked. Nobody waits for that.
func ahead(a ops.Approval) bool { return a.IsHours() && !a.Unapproved() }

func (d desk) may(action access.Action, side access.OrgKind) bool {
	return may(d.who, action, access.Of(d.Client), side)
}

// notice says what went wrong with a decision whose form does not stand on the page any more.
func (d desk) notice() templ.Component {
	if d.refused.in.Err == nil || d.offers() {
		return nil
	}
	return kit.Notice(kit.NoticeView{Level: kit.Problem, Title: "Nothing was decided", Text: sentences(d.refused.in.Err)})
}

// offers reports whether the form of the refused decision stands on the page.
func (d desk) offers() bool {
	for _, a := range slices.Concat(d.Waiting, d.Disputable) {
		for _, x := range d.offered(a) {
			if a.ID == d.refused.row && x.act == d.refused.act && x.fields != nil {
				return true
			}
		}
	}
	return false
}

func (d desk) waitsOn(side contract.Side) string {
	mine := access.SeesInternal(d.who, d.Client) == (side == contract.AgencySide)
	title := "Waits for the " + string(side)
	if mine {
		title += " (you)"
	}
	return title
}

func (d desk) section(title, empty string, list []ops.Approval) templ.Component {
	table := kit.TableView{Caption: title, Quiet: true, Cards: true, Columns: []kit.Column{
		{Title: "What"}, {Title: "Worth", Align: kit.End}, {Title: "Until"}, {Title: "By silence"},
	}}
	for _, a := range list[:min(len(list), mostShown)] {
		table.Rows = append(table.Rows, d.row(a))
	}
	if empty != "" {
		table.Empty = said(empty)
	}
	body := kit.Table(table)
	if n := len(d.acceptable(list)); n > 1 {
		body = kit.Group(body, kit.Button(kit.ButtonView{Text: "Accept all " + counted(n, "result") + "…", Href: approvalsPath(d.Client) + "/results/accept-all"}))
	}
	if more := len(list) - mostShown; more > 0 {
		body = kit.Group(body, said("And "+counted(more, "more row")+", which come up as these are decided."))
	}
	return section(title, body)
}

func (d desk) row(a ops.Approval) kit.Row {
	worth := kit.Quiet("–")
	switch {
	case a.Counts != "":
		worth = kit.Text(a.Counts)
	case a.Worth.Minor != 0:
		worth = kit.Money(a.Worth)
	}
	until := kit.Quiet("no day agreed")
	if !a.Until.IsZero() {
		until = kit.DateText(a.LastDay())
		if a.Until.In(a.Zone).Hour() != 0 || a.Until.In(a.Zone).Minute() != 0 {
			until = kit.MomentText(a.Until, a.Zone)
		}
	}
	row := kit.Row{ID: anchorOf(a.Kind, a.ID), Cells: []templ.Component{kit.TwoLines(kit.Text(a.Name), a.Words), worth, until, kit.Quiet(cmp.Or(a.Silent, "–"))}, Below: d.below(a)}
	if a.Late {
		row.Tone, row.Cells[2] = kit.Attend, kit.TwoLines(until, "late")
	}
	return row
}

// below are the words of the contract and of people about a row, and what this person can decide.
func (d desk) below(a ops.Approval) templ.Component {
	var words, steps []templ.Component
	if a.Held != "" {
		words = append(words, said(a.Held))
	}
	if a.Note != "" && a.On == contract.ClientSide {
		words = append(words, said("The agency: "+a.Note))
	}
	if made, on := a.Entered(); made != nil {
		words = append(words, said("Entered on "+cal.DateOf(made.At, a.Zone).Words()+" by "+made.ActorName+" as handed over on "+on.Words()+"; the time to decide runs from that day."))
	}
	if a.Accepts != "" {
		words = append(words, said("Accepted when: "+a.Accepts+"."))
	}
	switch {
	case a.By == "" || a.On != contract.ClientSide:
	case len(a.Acceptors) > 0:
		words = append(words, said("The contract names who decides: "+a.By+". Here that is "+namesOf(a.Acceptors)+"."))
	default:
		words = append(words, said("The contract names who decides: "+a.By+". Everybody of the client whose role accepts lines of statements can."))
	}
	if slices.ContainsFunc(a.Talk, func(m ops.Decision) bool { return m.Act != crm.ActHandOver }) {
		words = append(words, d.talk(a.Talk))
	}
	for _, x := range d.offered(a) {
		steps = append(steps, d.step(x, a))
		if x.act == crm.ActApprove && a.Unapproved() {
			steps = append(steps, d.noMore(x, a))
		}
	}
	if a.Kind == crm.KindDelivery && a.On == contract.AgencySide && d.may(access.DeliveryHandOver, access.Agency) {
		steps = append(steps, kit.Button(kit.ButtonView{Text: "Hand it over again", Href: approvalsPath(d.Client) + "/hand-over?milestone=" + url.QueryEscape(a.Name)}))
	}
	if len(words)+len(steps) == 0 {
		return nil
	}
	return belowRow(words, steps)
}

func namesOf(people []fees.Person) string {
	names := make([]string, len(people))
	for i, p := range people {
		names[i] = p.Name
	}
	return strings.Join(names, " or ")
}

func (d desk) talk(list []ops.Decision) templ.Component {
	var out []remark
	for _, m := range list {
		r := remark{who: m.ActorName, did: decidedWords[m.Act], when: kit.MomentText(m.At, d.Zone)}
		if m.Words != "" {
			r.text = strings.Split(m.Words, "\n")
		}
		for _, x := range d.Decided {
			if x.Kind != m.Kind || x.Row != m.Row || x.Seq != m.Seq {
				continue
			}
			if m.Act == crm.ActApprove {
				r.did += " " + x.Name
			}
			if x.Overruled != nil {
				r.text = append(r.text, d.overruled(*x.Overruled))
			}
		}
		out = append(out, r)
	}
	return conversation(out)
}

// offered are the decisions that this person can make about a row now.
func (d desk) offered(a ops.Approval) []act {
	return slices.DeleteFunc(slices.Clone(decisions), func(x act) bool {
		acceptor := len(a.Acceptors) == 0 || slices.ContainsFunc(a.Acceptors, func(p fees.Person) bool { return p.Account == d.who.Account })
		return x.kind != a.Kind || !slices.Contains(a.Acts, x.act) || !acceptor || !d.may(ops.ActionOf(x.kind, x.act), ops.SideOf(x.act))
	})
}

// step is the button or the form of a decision.
func (d desk) step(x act, a ops.Approval) templ.Component {
	address, about := approvalsPath(d.Client)+"/"+x.address(), " "+a.Name
	hidden := []kit.Field{{Name: "row", Kind: kit.Hidden, Value: a.ID}, {Name: "seen", Kind: kit.Hidden, Value: strconv.FormatInt(a.Seen, 10)}}
	if x.fields == nil {
		return decideButton(address, x.button, about, hidden)
	}
	form := kit.FormView{Action: address, Fields: hidden, Submit: x.button, Tone: x.tone}
	for _, f := range x.fields(a) {
		f.Name = ofAct(x.act, f.Name, a.ID)
		form.Fields = append(form.Fields, f)
	}
	open := d.refused.in.Err != nil && d.refused.row == a.ID && d.refused.act == x.act
	if open {
		form.Input = d.refused.in
		form.Input.Values.Set("seen", strconv.FormatInt(a.Seen, 10))
	}
	return stepDetails(x.label, about, open, form)
}

// closes is the field by which the button for no more hours is told from the form.
const closes = "closes"

// noMore approves exactly the hours that stand.
func (d desk) noMore(x act, a ops.Approval) templ.Component {
	return decideButton(approvalsPath(d.Client)+"/"+x.address(), "Approve no more", " of "+a.InForce.Words(), []kit.Field{{Name: "row", Value: a.ID}, {Name: "seen", Value: strconv.FormatInt(a.Seen, 10)},
		{Name: ofAct(x.act, "hours", a.ID), Value: a.Closing()}, {Name: closes, Value: "yes"}})
}

// ofAct is the name of a field that no other form of the page has.
func ofAct(a crm.Act, field, row string) string {
	sum := sha256.Sum256([]byte(row))
	return string(a) + "-" + field + "-" + hex.EncodeToString(sum[:4])
}

func anchorOf(k crm.Kind, row string) string {
	sum := sha256.Sum256([]byte(row))
	return string(k) + "-" + hex.EncodeToString(sum[:4])
}

// decide makes a decision. A refused one comes back at its form with what was typed.
func (p *Pages) decide(x act) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		values, err := web.ReadForm(r)
		if err != nil {
			return err
		}
		client, row := r.PathValue("client"), values.Get("row")
		seen, err := strconv.ParseInt(values.Get("seen"), 10, 64)
		if err != nil {
			return fault.New(fault.Invalid, "not-shown", "Open the page of approvals and press the button there.")
		}
		_, err = p.Ops.Decide(r.Context(), actor(r), ops.DecideInput{Client: client, Kind: x.kind, Row: row, Act: x.act, Seen: seen,
			Reason: values.Get(ofAct(x.act, "reason", row)), Words: values.Get(ofAct(x.act, "words", row)), Hours: values.Get(ofAct(x.act, "hours", row))})
		if web.Correctable(err) {
			var list fault.List
			for _, f := range fault.All(err) {
				if f.Field != "" {
					f = f.At(ofAct(x.act, f.Field, row))
				}
				list = append(list, f)
			}
			return p.approvalsPage(w, r, refusedAct{row, x.act, kit.Input{Values: values, Err: list}})
		}
		if err != nil {
			return err
		}
		done := x.done
		if values.Get(closes) != "" {
			done = "Closed: the rest is not charged. It comes up again when more hours are worked."
		}
		web.Flash(r, kit.Done, done)
		web.Redirect(w, r, approvalsPath(client))
		return nil
	}
}
