package kit

import (
	"strconv"

	"github.com/a-h/templ"
)

// Align is the side a column keeps to.
type Align string

// Start for text, End for numbers, Center for single marks.
const (
	Start  Align = ""
	End    Align = "end"
	Center Align = "center"
)

// Direction of a sorted column.
type Direction string

// The directions, as aria-sort says them.
const (
	Unsorted   Direction = ""
	Ascending  Direction = "ascending"
	Descending Direction = "descending"
)

// Column is the head of a column. Make sortable ones with List.Sortable.
type Column struct {
	Title    string
	Align    Align
	Hint     string // unit or definition under the title
	Hidden   bool   // the title is read aloud but not shown, as over buttons
	SortHref string
	Sorted   Direction
}

// Row is one line of a table: a cell for each column.
type Row struct {
	ID    string // anchor, for links to the row
	Cells []templ.Component
	Tone  Tone
	Below templ.Component // spans all columns under the row: a Why, a note
	Total bool            // a sum: set apart and bold
}

// TableView is a table with what belongs around it.
type TableView struct {
	Caption string // says what the rows are; read first by screen readers
	Quiet   bool   // the caption is read aloud but not shown, as under a heading that says the same
	Columns []Column
	Rows    []Row
	Foot    []Row
	Filters *FilterView
	Pager   *PagerView
	Exports []Link
	Cards   bool            // on a narrow screen each row becomes a card; otherwise the table scrolls sideways
	Empty   templ.Component // in place of the table when there are no rows
}

// FilterView is a form above a table. Fields submit by themselves with JavaScript and by the button without.
type FilterView struct {
	Action string
	Fields []Field
	Sort   string
	Clear  string
	Set    bool
}

// PagerView is the way through a long list.
type PagerView struct {
	First, Last, Total int
	Previous, Next     string // "" at the ends
}

func (v PagerView) text() string {
	if v.Total == 0 || v.First > v.Total {
		return "no rows on this page, " + count(v.Total) + " in all"
	}
	return count(v.First) + "–" + count(v.Last) + " of " + count(v.Total)
}

// count writes a number with commas.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func (a Align) class() string {
	if a == Start {
		return ""
	}
	return "to-" + string(a)
}

func (r Row) class() string {
	c := r.Tone.class()
	if r.Total {
		c += " total"
	}
	if r.Below != nil {
		c += " has-below"
	}
	return c
}

func (v TableView) span() string { return strconv.Itoa(len(v.Columns)) }

// title heads a cell where a row is a card, with the unit.
func (v TableView) title(i int) string {
	switch {
	case i >= len(v.Columns):
		return ""
	case v.Columns[i].Hint == "":
		return v.Columns[i].Title
	}
	return v.Columns[i].Title + ", " + v.Columns[i].Hint
}

func (v TableView) align(i int) string {
	if i < len(v.Columns) {
		return v.Columns[i].Align.class()
	}
	return ""
}
