package ui

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// shiftsOfAForm is how many dates one form moves.
const shiftsOfAForm = 3

func orderFields(contracts []ops.Binding) []kit.Field {
	var names, retainers, milestones, kinds []kit.Option
	for _, c := range contracts {
		names = append(names, kit.Option{Value: c.ID, Text: c.Name})
		for _, clause := range c.Agreement.Latest().Clauses {
			switch clause := clause.(type) {
			case contract.Retainer:
				retainers = append(retainers, kit.Option{Value: clause.ID, Text: clause.ID + ", now " + clause.RateWords()})
			case contract.Milestones:
				milestones = append(milestones, kit.Option{Value: clause.ID, Text: clause.ID})
			}
		}
	}
	none := kit.Option{Value: "", Text: "no change"}
	for _, k := range [][2]string{{string(contract.InScope), "by the fees"}, {string(contract.DrawsRetainer), "hours of the retainer above"}, {string(contract.ByChangeOrder), "by change order"}, {string(contract.NotOffered), "not offered"}} {
		kinds = append(kinds, kit.Option{Value: k[0], Text: k[1]})
	}
	fields := []kit.Field{
		{Name: "contract", Label: "Contract", Kind: kit.Select, Options: names},
		{Name: "title", Label: "What changes", Hint: "In a few words, as both sides will call it."},
		{Name: "reason", Label: "Why", Kind: kit.Area},
		{Name: "effective", Label: "Applies from", Kind: kit.Date},
		{Heading: "A fee or its hours", Name: "retainer", Label: "Retainer", Kind: kit.Select, Options: append([]kit.Option{none}, retainers...), Optional: true},
		{Name: "fees", Label: "Its new fee", Kind: kit.Decimal, Optional: true, Hint: "For its fee period."},
		{Name: "hours", Label: "Its new included hours", Kind: kit.Decimal, Optional: true},
		{Heading: "A price paid once", Name: "price_name", Label: "For", Optional: true, Hint: "A short name such as microsite. It is owed when the client accepts the delivery."},
		{Name: "prices", Label: "The price", Kind: kit.Decimal, Optional: true},
		{Name: "price_due", Label: "Delivered by", Kind: kit.Date, Optional: true},
		{Name: "clause", Label: "Under the clause", Kind: kit.Select, Optional: true, Options: append(milestones, kit.Option{Value: "", Text: "a new clause, change-orders"})},
		{Name: "within", Label: "New clause: time to accept", Optional: true, Hint: "Such as 5 working days. Needed for a new clause."},
		{Name: "silence", Label: "New clause: silence makes it", Kind: kit.Radio, Optional: true, Options: []kit.Option{{Value: "accepted", Text: "accepted"}, {Value: "open", Text: "open until the client accepts"}}},
		{Name: "partial", Label: "New clause: an accepted part", Kind: kit.Radio, Optional: true, Options: []kit.Option{{Value: "by-part", Text: "pays its part"}, {Value: "whole-only", Text: "pays nothing until the whole is accepted"}}},
		{Heading: "A kind of work in the scope", Name: "work", Label: "Its name", Optional: true, Hint: "A short name. One that there is already is changed."},
		{Name: "category", Label: "Its category", Optional: true},
		{Name: "covers", Label: "What it covers", Optional: true},
		{Name: "is", Label: "How it is paid", Kind: kit.Select, Options: kinds, Optional: true},
		{Name: "each_at_most", Label: "One request at most", Kind: kit.Decimal, Unit: "hours", Optional: true, Hint: "Empty: any size."},
	}
	for i := range shiftsOfAForm {
		n := strconv.Itoa(i + 1)
		what := kit.Field{Name: "shift_what_" + n, Label: "What moves, " + n, Optional: true}
		if i == 0 {
			what.Heading, what.Hint = "Dates that move", "Such as launch, or a milestone."
		}
		fields = append(fields, what, kit.Field{Name: "shift_from_" + n, Label: "From", Kind: kit.Date, Optional: true},
			kit.Field{Name: "shift_to_" + n, Label: "To", Kind: kit.Date, Optional: true})
	}
	return fields
}

// orderOf reads the form. Faults stand at its fields.
func (p *Pages) orderOf(r *http.Request, values url.Values) (ops.OrderInput, error) {
	in := ops.OrderInput{Contract: values.Get("contract"), Title: values.Get("title"), Reason: values.Get("reason"), Request: values.Get("request"), SHA256: values.Get("sha256")}
	contracts, err := p.Ops.Binding(r.Context(), actor(r), r.PathValue("client"))
	if err != nil {
		return in, err
	}
	f := orderReader{values: values}
	for _, c := range contracts {
		if c.ID == in.Contract {
			f.currency = c.Agreement.Latest().Currency
		}
	}
	if f.currency == "" {
		return in, fault.New(fault.Invalid, "contract", "Choose a contract that both sides have accepted.").At("contract")
	}
	in.Amending.Effective = f.day("effective")
	f.money(&in.Amending)
	f.work(&in.Amending)
	for i := range shiftsOfAForm {
		n := strconv.Itoa(i + 1)
		if what := strings.TrimSpace(values.Get("shift_what_" + n)); what != "" {
			shift := engagement.Shift{What: what, From: f.day("shift_from_" + n), To: f.day("shift_to_" + n)}
			if shift.To.IsZero() {
				f.refuse("shift_to_"+n, "Give the day to which it moves.")
			}
			in.Shifts = append(in.Shifts, shift)
		}
	}
	return in, f.faults.Err()
}

type orderReader struct {
	values   url.Values
	currency money.Currency
	faults   fault.List
}

func (f *orderReader) refuse(field, words string) {
	f.faults.Add(fault.New(fault.Invalid, "order-field", "%s", words).At(field))
}

func (f *orderReader) text(name string) string { return strings.TrimSpace(f.values.Get(name)) }

func (f *orderReader) day(name string) cal.Date {
	text := f.text(name)
	if text == "" {
		return cal.Date{}
	}
	day, err := cal.ParseDate(text)
	if err != nil {
		f.refuse(name, "Write the day as 2026-04-07.")
	}
	return day
}

func (f *orderReader) amount(name string) money.Amount {
	a, err := money.Parse(f.text(name), f.currency)
	switch {
	case err != nil:
		f.refuse(name, fault.All(err)[0].Message)
	case a.Minor <= 0:
		f.refuse(name, "Write an amount above nothing.")
	}
	return a
}

func (f *orderReader) money(a *contract.Amending) {
	retainer := f.text("retainer")
	if f.text("fees") != "" {
		a.Fees = append(a.Fees, contract.NewFee{Retainer: retainer, Fee: f.amount("fees")})
	}
	if f.text("hours") != "" {
		minutes, ok := engagement.ParseHours(f.text("hours"))
		if !ok {
			f.refuse("hours", "Write hours such as 80 or 7.5.")
		}
		a.Hours = append(a.Hours, contract.NewHours{Retainer: retainer, Minutes: minutes})
	}
	if len(a.Fees)+len(a.Hours) > 0 && retainer == "" {
		f.refuse("retainer", "Choose the retainer that changes.")
	}
	name := f.text("price_name")
	if name == "" && f.text("prices") == "" {
		return
	}
	price := contract.OncePrice{Clause: f.text("clause"), Name: f.slug("price_name"), Amount: f.amount("prices"), Due: f.day("price_due")}
	if price.Clause == "" {
		price.Clause = "change-orders"
		price.Terms = f.terms()
	}
	a.Prices = append(a.Prices, price)
}

func (f *orderReader) terms() *contract.OnceTerms {
	within, err := cal.ParseSpan(f.text("within"))
	if err != nil || within.Unit != cal.Days && within.Unit != cal.WorkingDays {
		f.refuse("within", "Say how long the client has to accept, such as 5 working days.")
	}
	t := contract.OnceTerms{Within: within, Silence: f.text("silence"), Partial: f.text("partial")}
	if t.Silence != "accepted" && t.Silence != "open" {
		f.refuse("silence", "Choose what silence makes of a delivery.")
	}
	if t.Partial != "by-part" && t.Partial != "whole-only" {
		f.refuse("partial", "Choose what an accepted part pays.")
	}
	return &t
}

// slug reads a short name.
func (f *orderReader) slug(name string) string {
	text := f.text(name)
	for i, c := range text {
		if !(c >= 'a' && c <= 'z' || i > 0 && (c >= '0' && c <= '9' || c == '-')) {
			f.refuse(name, "Write a short name in small letters, such as landing-pages.")
			return ""
		}
	}
	if text == "" || len(text) > 60 {
		f.refuse(name, "Write a short name in small letters, such as landing-pages.")
	}
	return text
}

func (f *orderReader) work(a *contract.Amending) {
	if f.text("work") == "" {
		return
	}
	w := contract.ScopeWork{Name: f.slug("work"), Category: f.slug("category"), Covers: strings.Join(strings.Fields(f.text("covers")), " "), Is: contract.Covered(f.text("is"))}
	if w.Covers == "" {
		f.refuse("covers", "Say what it covers, in words that tell it from other work.")
	}
	if w.Is == contract.DrawsRetainer {
		if w.Of = f.text("retainer"); w.Of == "" {
			f.refuse("retainer", "Choose the retainer whose hours it draws.")
		}
	}
	if text := f.text("each_at_most"); text != "" {
		minutes, ok := engagement.ParseHours(text)
		if !ok {
			f.refuse("each_at_most", "Write hours such as 16 or 7.5.")
		}
		w.EachAtMost = minutes
	}
	a.Work = append(a.Work, w)
}
