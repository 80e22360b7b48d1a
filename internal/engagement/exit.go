package engagement

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Area is a part of what is handed over at the end.
type Area string

// The areas of a transition.
const (
	Accounts Area = "accounts"
	Assets   Area = "assets"
	Records  Area = "data"
	Entry    Area = "access"
)

// Areas are all areas in their order.
func Areas() []Area { return []Area{Accounts, Assets, Records, Entry} }

// TransitionItem is one thing to hand over or to close.
type TransitionItem struct {
	ID    string
	Area  Area
	Text  string
	Owner contract.Side // who has to do it
	DueOn cal.Date
	State ItemState
	Past  []ItemEvent // in order
}

// ItemState is how far an item has come.
type ItemState string

// The states of an item. The side that does not own it confirms.
const (
	ItemOpen      ItemState = "open"
	ItemDone      ItemState = "done"
	ItemConfirmed ItemState = "confirmed"
)

// ItemEventKind is what happened to an item.
type ItemEventKind string

// What happens to items.
const (
	ItemAdded    ItemEventKind = "added"
	ItemWasDone  ItemEventKind = "done"
	ItemAgreed   ItemEventKind = "confirmed"
	ItemReopened ItemEventKind = "reopened"
)

// ItemEvent is one event of the checklist. Area, Text, Owner and DueOn are those of an item that is added.
type ItemEvent struct {
	Item   string
	Kind   ItemEventKind
	Area   Area
	Text   string
	Owner  contract.Side
	DueOn  cal.Date
	Side   contract.Side // who did it
	Note   string        // the evidence of what was done, or why it is open again
	At     time.Time
	By     string
	ByName string
}

// FoldItems is the checklist that events leave, by area and in the order in which items were added.
func FoldItems(events []ItemEvent) []TransitionItem {
	var out []TransitionItem
	at := map[string]int{}
	for _, e := range events {
		if e.Kind == ItemAdded {
			at[e.Item] = len(out)
			out = append(out, TransitionItem{ID: e.Item, Area: e.Area, Text: e.Text, Owner: e.Owner, DueOn: e.DueOn, State: ItemOpen})
		}
		i, known := at[e.Item]
		if !known {
			continue
		}
		switch e.Kind {
		case ItemWasDone:
			out[i].State = ItemDone
		case ItemAgreed:
			out[i].State = ItemConfirmed
		case ItemReopened:
			out[i].State = ItemOpen
		}
		out[i].Past = append(out[i].Past, e)
	}
	slices.SortStableFunc(out, func(a, b TransitionItem) int {
		return slices.Index(Areas(), a.Area) - slices.Index(Areas(), b.Area)
	})
	return out
}

// May refuses an event that the item cannot take; again is true where it has happened already. Faults: Invalid at "note", Conflict.
func (i TransitionItem) May(kind ItemEventKind, side contract.Side, note string) (again bool, err error) {
	conflict := func(code, format string, args ...any) error {
		return fault.New(fault.Conflict, code, format, args...)
	}
	switch kind {
	case ItemWasDone:
		switch {
		case i.State == ItemDone:
			return true, nil
		case i.State == ItemConfirmed:
			return false, conflict("item-confirmed", "This is done and confirmed; open it again first.")
		case side != i.Owner:
			return false, conflict("item-owner", "The %s has to do this and says when it is done.", i.Owner)
		case strings.TrimSpace(note) == "":
			return false, fault.New(fault.Invalid, "item-evidence", "Write how it can be seen: the account that was moved, the place of the files, who has the keys.").At("note")
		}
	case ItemAgreed:
		switch {
		case i.State == ItemConfirmed:
			return true, nil
		case i.State == ItemOpen:
			return false, conflict("item-open", "This is not done yet; the %s says so first.", i.Owner)
		case side == i.Owner:
			return false, conflict("item-own", "The %s did this; the other side confirms it.", i.Owner)
		}
	case ItemReopened:
		switch {
		case i.State == ItemOpen:
			return true, nil
		case strings.TrimSpace(note) == "":
			return false, fault.New(fault.Invalid, "item-reason", "Write what is missing.").At("note")
		}
	}
	return false, nil
}

// TemplateItems are what a transition begins with: due on the last day of the contract, except what the client does with what it got. Source:
// handover checklists of agencies' and advertisers' associations; handing over comes before the final settlement.
func TemplateItems(last cal.Date) []ItemEvent {
	agency, client := contract.AgencySide, contract.ClientSide
	out := []ItemEvent{
		{Area: Accounts, Owner: agency, Text: "Advertising accounts are owned by the client, with their billing"},
		{Area: Accounts, Owner: agency, Text: "Analytics and tag manager accounts are owned by the client"},
		{Area: Accounts, Owner: agency, Text: "Social profiles, domains and app store entries are owned by the client"},
		{Area: Assets, Owner: agency, Text: "Source files of all accepted work are handed over"},
		{Area: Assets, Owner: agency, Text: "Licences of fonts, pictures, music and talent are listed with the day on which each ends"},
		{Area: Assets, Owner: agency, Text: "Running media bookings and what cannot be cancelled are listed"},
		{Area: Records, Owner: agency, Text: "Campaign history, audiences and reports are exported and handed over"},
		{Area: Records, Owner: agency, Text: "The client's confidential and personal data is given back or deleted"},
		{Area: Records, Owner: client, Text: "Exports are read and found complete"},
		{Area: Entry, Owner: client, Text: "The agency's people have no access to the client's systems any more"},
		{Area: Entry, Owner: agency, Text: "Passwords and keys that the agency knew are handed over to be changed"},
	}
	for i := range out {
		out[i].Kind, out[i].DueOn, out[i].Item = ItemAdded, last, fmt.Sprintf("t%02d", i+1)
	}
	return out
}

// HandoverDates are the open items of a checklist as dated events, one a day.
func HandoverDates(id string, items []TransitionItem) []Dated {
	open := map[cal.Date]int{}
	for _, i := range items {
		if i.State != ItemConfirmed && !i.DueOn.IsZero() {
			open[i.DueOn]++
		}
	}
	var out []Dated
	for on, n := range open {
		words := "1 item of the transition is not confirmed yet."
		if n > 1 {
			words = fmt.Sprintf("%d items of the transition are not confirmed yet.", n)
		}
		out = append(out, Dated{Key: id + "/" + string(HandoverDue) + "/" + on.String(), Contract: id, Kind: HandoverDue, On: on, Title: "Handover is due", Words: words})
	}
	slices.SortFunc(out, func(a, b Dated) int { return a.On.Cmp(b.On) })
	return out
}
