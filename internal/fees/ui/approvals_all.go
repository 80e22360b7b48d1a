package ui

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// acceptable are the results of a list that this person can accept now.
func (d desk) acceptable(list []ops.Approval) []ops.Approval {
	if !d.may(access.ResultDecide, access.Client) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(list), func(a ops.Approval) bool { return a.Kind != crm.KindLead || !slices.Contains(a.Acts, crm.ActAccept) })
}

func (p *Pages) showAcceptAll(w http.ResponseWriter, r *http.Request) error {
	return p.acceptAllPage(w, r, kit.Input{})
}

// acceptAllPage asks once for all results that wait, with what they are worth.
func (p *Pages) acceptAllPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	list, err := p.Ops.Approvals(r.Context(), actor(r), r.PathValue("client"))
	if err != nil {
		return err
	}
	d := desk{Approvals: list, who: actor(r)}
	all := d.acceptable(list.Waiting)
	all = all[:min(len(all), ops.MostTogether)]
	view := kit.PageView{Title: "Accept " + counted(len(all), "result") + "?", Room: ApprovalsRoom, Narrow: true, Status: in.Status(), Crumbs: []kit.Link{{Text: "Approvals", Href: approvalsPath(d.Client)}}}
	if len(all) == 0 {
		view.Title = "Accept results"
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "No result waits for you", Text: "All of them are decided, or their time is over."}))
	}
	ask := kit.ConfirmView{Action: r.URL.Path, Cancel: approvalsPath(d.Client), Input: in, What: "You accept every result that waits for the client.", Button: "Accept " + counted(len(all), "result"),
		Follows: []string{"They are billed by the statement of this month, as far as its cap has room.", "An accepted result can still be disputed while the contract's time for disputes runs.", "It is one import, under your name."}}
	held := 0
	sum := money.New(0, all[0].Worth.Currency)
	var names []string
	for _, a := range all {
		sum = sum.Add(a.Worth)
		if a.Held != "" {
			held++
		}
		names = append(names, a.Name)
		ask.Hidden = append(ask.Hidden, kit.Field{Name: "row", Value: a.ID}, kit.Field{Name: "seen", Value: strconv.FormatInt(a.Seen, 10)})
	}
	if held > 0 {
		ask.Follows[0] = strings.Replace(ask.Follows[0], "They", "Those with a key", 1)
		ask.Follows = slices.Insert(ask.Follows, 1, counted(held, "result")+" without a key to tell duplicates by: the contract holds them, so they are not billed until the key is known, and not in the worth.")
	}
	ask.Bound = []kit.Definition{bound("Results", strconv.Itoa(len(all))), boundMoney("Worth together", sum), bound("Which", few(names))}
	return web.Render(w, r, view, kit.ConfirmPage(ask))
}

// few names the first of many.
func few(names []string) string {
	const shown = 20
	text := strings.Join(names[:min(len(names), shown)], ", ")
	if more := len(names) - shown; more > 0 {
		text += " and " + strconv.Itoa(more) + " more"
	}
	return text
}

func (p *Pages) acceptAll(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	client := r.PathValue("client")
	rows, err := rowsOf(values)
	if err == nil {
		_, err = p.Ops.AcceptResults(r.Context(), actor(r), ops.AcceptInput{Client: client, Rows: rows})
	}
	if web.Correctable(err) {
		return p.acceptAllPage(w, r, kit.Input{Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Accepted: "+counted(len(rows), "result")+".")
	web.Redirect(w, r, approvalsPath(client))
	return nil
}

// rowsOf are the rows that a page showed. Fault: Invalid when it is not a page of this program that sent them.
func rowsOf(values url.Values) ([]ops.RowSeen, error) {
	ids, seen := values["row"], values["seen"]
	out := make([]ops.RowSeen, 0, len(ids))
	for i, id := range ids {
		if i >= len(seen) {
			break
		}
		if no, err := strconv.ParseInt(seen[i], 10, 64); err == nil {
			out = append(out, ops.RowSeen{Row: id, Seen: no})
		}
	}
	if len(out) != len(ids) || len(ids) != len(seen) {
		return nil, fault.New(fault.Invalid, "not-shown", "Look at what is asked below and press the button again.")
	}
	return out, nil
}
