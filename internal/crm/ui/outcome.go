package ui

import (
	"cmp"
	"maps"
	"slices"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// outcomeOf shows the tally of a dry run or of an import.
func outcomeOf(i ops.Import, rejects string, words values) templ.Component {
	t := i.Tally
	parts := []templ.Component{sameNotice(i), kit.Figures(
		kit.FigureView{Label: "Rows in the file", Value: count(t.Rows), Note: rowWords(i)},
		kit.FigureView{Label: "New", Value: count(t.New), Unit: "records"},
		kit.FigureView{Label: "Changed", Value: count(t.Changed), Unit: "records", Note: absentWords(i)},
		kit.FigureView{Label: "Unchanged", Value: count(t.Unchanged), Unit: "records"},
		kit.FigureView{Label: "Rejected", Value: count(t.Rejected), Unit: "rows", Tone: rejectedTone(t), Note: problemWords(t)},
	)}
	parts = append(parts, decidedParts(i, words)...)
	if len(t.Kinds) > 1 {
		parts = append(parts, part("By kind", kit.Table(tallyTable(t))))
	}
	if len(t.Problems) > 0 {
		parts = append(parts, part("Problems with rows", kit.Table(problemTable(t)), kit.Anchor(kit.Link{Text: "All of them as CSV", Href: rejects})))
	}
	if len(t.Fields) > 0 {
		parts = append(parts, part("What differs", kit.Group(kit.DefinitionList(fieldCounts(t)...), kit.Diff("The first changed records", changesOf(t.Samples, words)))))
	}
	return column(parts...)
}

// decidedParts say how the rows meet what people decided about them in the program; none where nobody decided anything.
func decidedParts(i ops.Import, words values) []templ.Component {
	t, done := i.Tally, i.State == ops.Applied
	var out []templ.Component
	if t.Kept > 0 {
		text := counted(t.Kept, "row") + " of the file leave blank what a person decided in the program. The decisions stay."
		if t.Kept == 1 {
			text = "1 row of the file leaves blank what a person decided in the program. The decision stays."
		}
		out = append(out, kit.Notice(kit.NoticeView{Level: kit.Info, Text: text}))
	}
	if t.Against > 0 {
		title, text := "The file says otherwise than people decided", "Applying it makes the file's word count, as a change like any other. Ask who decided before you do."
		if done {
			text = "Its word counts now, as a change like any other. The page of approvals shows the decisions that it changed."
		}
		out = append(out, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: title, Text: counted(t.Against, "row") + ". " + text}),
			part("What people decided, and what the file says", kit.Diff("The first rows that contradict a decision", changesOf(t.Contradicted, words))))
	}
	return out
}

func sameNotice(i ops.Import) templ.Component {
	if !i.Unchanging() || i.Kind == "" {
		return nil
	}
	text := "Applying this file would change nothing: all its records are known already, exactly as it has them."
	if i.State == ops.Applied {
		text = "This import changed nothing: all its records were known already, exactly as it has them."
	}
	if i.Tally.Unchanged == 0 {
		text = "This file holds no record that could be taken."
	}
	return kit.Notice(kit.NoticeView{Level: kit.Info, Text: text})
}

// rowWords say what the rows are, and how many of them are totals or stand below the table.
func rowWords(i ops.Import) string {
	words := contents(i.Mapping)
	if n := i.Tally.Aside; n > 0 {
		words += "; " + counted(n, "row") + " of them by nature no record: totals, which are checked, lines below the table, charges that failed"
	}
	return words
}

func absentWords(i ops.Import) string {
	n := i.Tally.Absent(i.Kind)
	if n == 0 || i.Kind == "" {
		return ""
	}
	if n == 1 {
		return "1 known one is not in the file; it stays as it was"
	}
	return count(n) + " known ones are not in the file; they stay as they were"
}

func rejectedTone(t ops.Tally) kit.Tone {
	if t.Rejected > 0 {
		return kit.Bad
	}
	return kit.Plain
}

func problemWords(t ops.Tally) string {
	var kept int64
	for _, p := range t.Problems {
		kept += p.Count - p.Lost
	}
	if kept == 0 {
		return ""
	}
	return counted(kept, "doubt") + " in rows that are taken"
}

func tallyTable(t ops.Tally) kit.TableView {
	v := kit.TableView{Caption: "Records by kind", Quiet: true, Columns: []kit.Column{{Title: "Kind"}, {Title: "New", Align: kit.End}, {Title: "Changed", Align: kit.End}, {Title: "Unchanged", Align: kit.End}}}
	for _, k := range crm.Kinds() {
		if n, ok := t.Kinds[k]; ok {
			v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Text(kindWords[k]), number(n.New), number(n.Changed), number(n.Unchanged)}})
		}
	}
	return v
}

func problemTable(t ops.Tally) kit.TableView {
	v := kit.TableView{Caption: "Problems by sort, the first of each in words", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "Problem"}, {Title: "First on line", Align: kit.End}, {Title: "Rows", Align: kit.End}, {Title: "Rejected", Align: kit.End}}}
	for _, code := range t.Codes() {
		p := t.Problems[code]
		row := kit.Row{Cells: []templ.Component{kit.TwoLines(kit.Text(p.Text), code), number(p.Line), number(p.Count), number(p.Lost)}, Tone: kit.Attend}
		if p.Lost > 0 {
			row.Tone = kit.Bad
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func fieldCounts(t ops.Tally) []kit.Definition {
	names := slices.SortedFunc(maps.Keys(t.Fields), func(a, b string) int { return cmp.Or(cmp.Compare(t.Fields[b], t.Fields[a]), cmp.Compare(a, b)) })
	var out []kit.Definition
	for _, f := range names {
		out = append(out, def(fieldWords(f), kit.Text(counted(t.Fields[f], "record"))))
	}
	return out
}

// changesOf are changed records field by field, the values written as on the pages of records.
func changesOf(list []ops.Changed, words values) []kit.DiffRow {
	var out []kit.DiffRow
	for _, s := range list {
		for _, f := range s.Fields {
			out = append(out, kit.DiffRow{Field: s.ID + " · " + fieldWords(f.Field), Before: words.words(crm.Record{}, f.Field, f.Before), After: words.words(crm.Record{}, f.Field, f.After)})
		}
	}
	return out
}
