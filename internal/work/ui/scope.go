package ui

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

var scopeTones = map[engagement.Answer]kit.Tone{engagement.AnswerInScope: kit.Good, engagement.AnswerDraws: kit.Good, engagement.AnswerPreApproved: kit.Active,
	engagement.AnswerChangeOrder: kit.Attend, engagement.AnswerDeclined: kit.Inactive, engagement.AnswerOpen: kit.Plain}

var scopeLevels = map[engagement.Answer]kit.Level{engagement.AnswerInScope: kit.Done, engagement.AnswerDraws: kit.Done, engagement.AnswerPreApproved: kit.Info,
	engagement.AnswerChangeOrder: kit.Warning, engagement.AnswerDeclined: kit.Warning, engagement.AnswerOpen: kit.Warning}

// pills are where a request is, and how it stands to the scope where the person may know.
func pills(r work.Request) []templ.Component {
	out := []templ.Component{stagePill(r)}
	if r.Scope != nil && r.Scope.Agreed() {
		out = append(out, kit.PillIn(r.Scope.Words(), scopeTones[r.Scope.Answer]))
	}
	return out
}

// apart are components in a line with a blank between them.
func apart(all []templ.Component) templ.Component {
	var out []templ.Component
	for _, c := range all {
		out = append(out, c, templ.Raw(" "))
	}
	return kit.Group(out...)
}

// toldOfScope reports whether a person is told how some requests stand to the scope: who only does some of them is not.
func toldOfScope(who access.Actor) bool {
	return slices.ContainsFunc(who.Memberships, func(m access.Membership) bool { return access.GrantOf(m.Role, access.RequestSee) == access.OfClient })
}

func scopeFilter() kit.Field {
	f := kit.Field{Name: "scope", Label: "Scope", Kind: kit.Select, Optional: true, Options: []kit.Option{{Value: "", Text: "any"}}}
	for _, a := range engagement.Answers() {
		f.Options = append(f.Options, kit.Option{Value: string(a), Text: a.Words()})
	}
	f.Options = append(f.Options, kit.Option{Value: ops.ScopeOpen, Text: "open"})
	return f
}

// scope tells how the request stands to the scope, why, and what to do; nil for who is not told.
func (d desk) scope() templ.Component {
	s := d.State.Scope
	if s == nil {
		if d.May(access.ScopeResolve) && len(d.Categories) > 0 {
			return kit.Quiet("Nobody asked the contract yet. Say what it is, and ask.")
		}
		return nil
	}
	if !d.ReadsContract {
		return kit.Group(kit.PillIn(s.Words(), scopeTones[s.Answer]), kit.Quiet(" Why it is so is told to who reads the contract."))
	}
	why := s.Found.Reasons
	if s.Found.Missing != "" {
		why = append(why, s.Found.Missing)
	}
	if s.Decided() {
		why = []string{s.Reason, "The contract itself: " + s.Found.Words() + ". " + strings.Join(why, " ")}
	}
	if todo := d.todo(*s); todo != "" {
		why = append(why, todo)
	}
	level := scopeLevels[s.Answer]
	if !s.Agreed() {
		level = kit.Info
	}
	parts := []templ.Component{kit.Notice(kit.NoticeView{Level: level, Title: capital(s.Words()) + ".", Text: strings.Join(why, " "), Links: d.scopeLinks(*s)})}
	if s.Answer == engagement.AnswerChangeOrder && s.Contract != "" && d.May(access.ContractPropose) {
		parts = append(parts, kit.Button(kit.ButtonView{Text: "Write the change order", Href: d.orderHref(*s)}))
	}
	return kit.Group(append(parts, d.scopeFacts(*s))...)
}

// todo is what to do about an answer that lets nobody work.
func (d desk) todo(s work.Scope) string {
	decides := d.May(access.ScopeResolve)
	switch {
	case !s.Agreed():
		return ""
	case s.Answer == engagement.AnswerOpen && decides:
		return "Say what it is and how long it takes, and ask the contract again."
	case s.Answer == engagement.AnswerOpen:
		return "The agency says what it is and how long it takes; then the contract answers."
	case s.Found.Approve > 0 && !s.Decided():
		return "When the client has approved the hours, the contract is asked again."
	case s.Answer == engagement.AnswerDeclined && decides:
		return "Decline the request, write a change order that takes such work in, or decide otherwise with a reason."
	case s.Answer == engagement.AnswerDeclined:
		return "The agency does no such work under this contract. Withdraw the request, or ask the agency for a change order."
	}
	return ""
}

func (d desk) scopeLinks(s work.Scope) []kit.Link {
	var out []kit.Link
	client := "/clients/" + url.PathEscape(d.Client)
	if s.Contract != "" && s.VersionID != "" {
		out = append(out, kit.Link{Text: "The contract " + s.Name, Href: client + "/contract/" + url.PathEscape(s.Contract) + "/versions/" + url.PathEscape(s.VersionID)})
	}
	if s.Found.Approve > 0 {
		out = append(out, kit.Link{Text: "Approve hours", Href: client + "/approvals"})
	}
	if s.Answer == engagement.AnswerChangeOrder {
		out = append(out, kit.Link{Text: "Change orders", Href: client + "/relationship/change-orders"})
	}
	return append(out, kit.Link{Text: "The whole scope", Href: client + "/relationship/scope"})
}

// orderHref opens the form of a change order, filled from the request.
func (d desk) orderHref(s work.Scope) string {
	reason := "Request " + d.Name() + ": " + d.Title + ". " + strings.Join(s.Found.Reasons, " ")
	return "/clients/" + url.PathEscape(d.Client) + "/relationship/change-orders/new?" +
		url.Values{"request": {d.ID}, "contract": {s.Contract}, "title": {d.Title}, "reason": {reason}, "category": {s.Ask.Category}}.Encode()
}

func (d desk) scopeFacts(s work.Scope) templ.Component {
	items := []kit.Definition{{Term: "Category", Value: kit.Text(s.Ask.Category)}}
	if s.Found.Work.Name != "" {
		items = append(items, kit.Definition{Term: "Kind of work", Value: kit.TwoLines(kit.Text(s.Found.Work.Name), s.Found.SOW)})
	}
	size := kit.Quiet("nobody said yet")
	if s.Ask.Estimate {
		size = kit.Text(engagement.Length(s.Ask.Minutes))
	}
	items = append(items, kit.Definition{Term: "Estimated", Value: size})
	if s.Found.Version > 0 {
		items = append(items, kit.Definition{Term: "Terms in force on", Value: kit.DateText(s.Ask.Day)})
	}
	return kit.DefinitionList(items...)
}

// scopeStep says what the request is and asks the contract, or decides otherwise.
var scopeStep = step{verb: "scope", action: access.ScopeResolve, label: "Say what it is, and ask the contract", button: "Ask the contract", done: "stands to the scope as it says.",
	offers: func(d desk) bool { return d.State.Can(work.Scoped) && len(d.Categories) > 0 },
	fields: func(d desk) []kit.Field {
		category := kit.Field{Name: "category", Label: "About", Kind: kit.Select, Value: d.Category}
		for _, c := range d.Categories {
			category.Options = append(category.Options, kit.Option{Value: c.ID, Text: c.Name})
		}
		answer := kit.Field{Name: "answer", Label: "Answer", Kind: kit.Select, Optional: true, Options: []kit.Option{{Value: "", Text: "as the contract says"}}}
		for _, a := range engagement.Answers() {
			answer.Options = append(answer.Options, kit.Option{Value: string(a), Text: a.Words()})
		}
		kind := kit.Field{Name: "kind", Label: "Kind of work", Kind: kit.Select, Optional: true, Options: choose("by the category", d.Kinds)}
		hours := kit.Field{Name: "hours", Label: "Estimated hours", Kind: kit.Decimal, Optional: true, Hint: "All of it, such as 7.5."}
		if s := d.State.Scope; s != nil {
			if s.Ask.Work != "" {
				kind.Value = s.Contract + "/" + s.Ask.Work
			}
			if s.Ask.Estimate && s.Ask.Minutes*100%60 == 0 {
				hours.Value = decimalHours(s.Ask.Minutes)
			}
			if s.Decided() {
				answer.Value = string(s.Answer)
			}
		}
		return []kit.Field{category, {Name: "brand", Label: "Brand", Value: d.Brand, Optional: true}, kind, hours, answer,
			{Name: "reason", Label: "Reason for another answer", Kind: kit.Area, Rows: 2, Optional: true, Hint: "The client reads this. Needed where the contract says otherwise."}}
	},
	take: func(ctx context.Context, o *ops.Service, who access.Actor, in stepping) (*ops.Request, error) {
		say := ops.ScopeInput{Category: in.values.Get("category"), Brand: in.values.Get("brand"), Kind: in.values.Get("kind"), Answer: engagement.Answer(in.values.Get("answer")), Reason: in.values.Get("reason")}
		if text := strings.TrimSpace(in.values.Get("hours")); text != "" {
			minutes, ok := engagement.ParseHours(text)
			if !ok {
				return nil, fault.New(fault.Invalid, "hours", "Write hours such as 7.5, at most 10,000.").At("hours")
			}
			say.Minutes = minutes
		}
		return o.AskContract(ctx, who, in.Act, say)
	}}

// decimalHours are minutes as hours with two decimals at most, as they are typed.
func decimalHours(minutes int64) string {
	return strings.TrimSuffix(strings.TrimRight(money.New(minutes*100/60, "USD").String(), "0"), ".")
}
