package ui

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// terms are the fields of an address that ask for other terms than were agreed.
var terms = []string{"model", "lookback", "edge", "at_the_deal", "earlier_deals"}

// asksOther says whether the address does.
func asksOther(list kit.List) bool {
	return slices.ContainsFunc(terms, func(name string) bool { return list.Filter(name) != "" })
}

// notAgreed says so.
func notAgreed(list kit.List) kit.NoticeView {
	return kit.NoticeView{Level: kit.Warning, Title: "Not what was agreed", Text: "You look at another model, window or choice of touches than the contract's. No statement is computed that way.",
		Links: []kit.Link{{Text: "Show what was agreed", Href: without(list, terms...)}}}
}

// choices are the fields by which a reader asks for another clause, model, window or import than those of the agreed rule, or of the plain
// one where nothing is agreed.
func choices(list kit.List, agreed bool, clauses []ops.Clause, marks []ops.ImportMark, latest int64) []kit.Field {
	var fields []kit.Field
	own := kit.Option{Text: "as agreed"}
	if !agreed {
		own.Text = "by the plain rule"
	}
	if len(clauses) > 1 {
		f := kit.Field{Name: "clause", Label: "Revenue share", Kind: kit.Select, Options: []kit.Option{{Text: "the first"}}}
		for _, c := range clauses {
			f.Options = append(f.Options, kit.Option{Value: c.Key(), Text: clauseWords(c)})
		}
		fields = append(fields, f)
	}
	model := kit.Field{Name: "model", Label: "Model", Kind: kit.Select, Options: []kit.Option{own}}
	for _, text := range []string{"first", "last", "last-non-direct", "linear", "u-shaped", "w-shaped", "full-path", "j-shaped", "inverse-j-shaped", "time-decay:7d", "time-decay:30d"} {
		if m, err := attribution.ParseModel(text); err == nil {
			model.Options = append(model.Options, kit.Option{Value: text, Text: modelSentence(m)})
		}
	}
	window := kit.Field{Name: "lookback", Label: "Looking back", Kind: kit.Select, Options: []kit.Option{
		own, {Value: "none", Text: "without limit"}, {Value: "30 days", Text: "30 days"}, {Value: "90 days", Text: "90 days"},
		{Value: "180 days", Text: "180 days"}, {Value: "365 days", Text: "365 days"},
	}}
	edge := kit.Field{Name: "edge", Label: "Cut-off weight", Kind: kit.Select, Options: []kit.Option{
		own, {Value: "drop", Text: "drop"}, {Value: "renormalise", Text: "renormalise"}, {Value: "re-path", Text: "re-path"},
	}}
	day := kit.Field{Name: "at_the_deal", Label: "On the day of the deal", Kind: kit.Select, Options: []kit.Option{
		own, {Value: "counts", Text: "touches count"}, {Value: contract.LeftOut, Text: "left out"},
	}}
	earlier := kit.Field{Name: "earlier_deals", Label: "Before earlier deals", Kind: kit.Select, Options: []kit.Option{
		own, {Value: "reused", Text: "touches count again"}, {Value: contract.Reset, Text: "left out"},
	}}
	fields = append(fields, kept(list, model), kept(list, window), kept(list, edge), kept(list, day), kept(list, earlier))
	if latest > 1 {
		asOf := kit.Field{Name: "as_of", Label: "As of", Kind: kit.Select, Options: []kit.Option{{Text: fmt.Sprintf("newest import (%d)", latest)}}}
		for _, m := range marks {
			if m.No == latest {
				continue
			}
			asOf.Options = append(asOf.Options, kit.Option{Value: strconv.FormatInt(m.No, 10), Text: fmt.Sprintf("import %d, %s", m.No, m.AppliedAt.Format("2 Jan 2006"))})
		}
		fields = append(fields, kept(list, asOf))
	}
	return fields
}

// kept is a field with the value of the address among its options, so that a sent address shows what it says.
func kept(list kit.List, f kit.Field) kit.Field {
	value := list.Filter(f.Name)
	if !slices.ContainsFunc(f.Options, func(o kit.Option) bool { return o.Value == value }) {
		f.Options = append(f.Options, kit.Option{Value: value, Text: value})
	}
	return f
}
