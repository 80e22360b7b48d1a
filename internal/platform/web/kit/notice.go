package kit

import (
	"strconv"

	"github.com/a-h/templ"
)

// Level says how serious a notice or an issue is.
type Level string

// The levels.
const (
	Info    Level = "info"
	Done    Level = "done"
	Warning Level = "warning"
	Problem Level = "problem"
)

// Word names the level for those who do not see its colour.
func (l Level) Word() string {
	switch l {
	case Done:
		return "Done"
	case Warning:
		return "Take care"
	case Problem:
		return "Problem"
	}
	return "Note"
}

// NoticeView is a message in its place on the page.
type NoticeView struct {
	Level Level
	Title string // optional
	Text  string
	Links []Link // what can be done about it
}

// IssueView is one problem found in a calculation or a document: severity, where, what to do.
type IssueView struct {
	Level Level
	Where string // "Clause 7", "line 12"
	Href  string // where that leads; "" for no link
	Text  string

	// The place in the text of a Source field that is checked while typing: with JavaScript, following Href selects it there. 0 for none.
	Line, Column int
}

// EmptyView teaches an empty page: what it is for, the one action, a file to learn from.
type EmptyView struct {
	Title  string
	Text   string
	Action templ.Component // the one button; nil when this person may not begin
	Sample *Link           // sample file to download
}

// FailureView is the page of an error.
type FailureView struct {
	Title     string
	Message   string
	Places    []Place
	Reference string
	Status    int
}

// Place is one fault and where it is.
type Place struct {
	Where   string
	Message string
}

func (v FailureView) code() string { return strconv.Itoa(v.Status) }
