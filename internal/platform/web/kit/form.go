package kit

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// FieldKind is the sort of control a field shows.
type FieldKind string

// The kinds of fields. Decimal is for money and rates: typed as text, with the keyboard for numbers.
const (
	Line     FieldKind = "" // one line of text
	Email    FieldKind = "email"
	Password FieldKind = "password"
	Decimal  FieldKind = "decimal"
	Date     FieldKind = "date"
	Month    FieldKind = "month"
	Search   FieldKind = "search"
	Area     FieldKind = "area" // several lines
	Source   FieldKind = "source"
	Select   FieldKind = "select"
	Radio    FieldKind = "radio"
	Checkbox FieldKind = "checkbox"
	Upload   FieldKind = "file"
	Hidden   FieldKind = "hidden"
)

// Option is a choice of a Select or Radio.
type Option struct {
	Value string
	Text  string
	Hint  string // Radio only
}

// Field is one control with its label, hint, value and error.
type Field struct {
	Kind         FieldKind
	Name         string
	Label        string
	Hint         string
	Value        string // a Checkbox is ticked when it is not empty
	Error        string
	Options      []Option
	Optional     bool // fields are required unless they say otherwise
	Unit         string
	Rows         int // Area and Source
	Accept       string
	Many         bool // Upload: several files at once
	Autocomplete string
	Placeholder  string
	Heading      string // above the control, where a long form begins another part
	Check        string // Source: address that checks the text while typing and answers with a fragment
	compact      bool
}

// FormView is a form that sends its fields by POST.
type FormView struct {
	Action string
	Fields []Field
	Submit string
	Tone   ButtonKind // Primary unless the act is dangerous
	Cancel string     // address of the way back; "" for none
	Upload bool       // the form carries files
	Input  Input      // input to keep and faults to show
}

// Input is what a person typed and what was wrong with it. The zero Input is an untouched form.
type Input struct {
	Values url.Values
	Err    error
}

// Fill gives each field its kept value and its fault; values stay as they are in an untouched form.
func (in Input) Fill(fields []Field) []Field {
	out := make([]Field, len(fields))
	for i, f := range fields {
		if in.Values != nil && f.Kind != Password && f.Kind != Upload {
			f.Value = in.Values.Get(f.Name)
		}
		for _, p := range fault.All(in.Err) {
			if p.Field == f.Name && f.Error == "" {
				f.Error = Sentence(p.Message)
			}
		}
		out[i] = f
	}
	return out
}

// problems are the faults of the input: each with the control it belongs to, or "" for the whole.
func (in Input) problems(fields []Field) []Link {
	var out []Link
	for _, p := range fault.All(in.Err) {
		where := p.Where()
		l := Link{}
		for _, f := range fields {
			if f.Name == p.Field && f.Kind != Hidden {
				l.Href, where = f.Href(), f.Label
			}
		}
		if p.Line > 0 {
			where = strings.TrimSpace(where + " line " + strconv.Itoa(p.Line))
		}
		l.Text = p.Message
		if where != "" {
			l.Text = where + ": " + p.Message
		}
		l.Text = Sentence(l.Text)
		out = append(out, l)
	}
	return out
}

// Href leads to the control on its page.
func (f Field) Href() string { return "#" + f.id() }

func (f Field) id() string {
	return "f-" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, f.Name)
}

func (f Field) describedBy() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.id()+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.id()+"-error")
	}
	return strings.Join(ids, " ")
}

func (f Field) rows() string { return strconv.Itoa(max(f.Rows, 3)) }

func (f Field) control() string {
	switch f.Kind {
	case Line, Decimal:
		return "text"
	}
	return string(f.Kind)
}

func (f Field) grouped() bool { return f.Kind == Radio }

func (f Field) attributes() templ.Attributes {
	a := templ.Attributes{"id": f.id(), "name": f.Name}
	if d := f.describedBy(); d != "" {
		a["aria-describedby"] = d
	}
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	if !f.Optional && !f.compact {
		a["required"] = true
	}
	if f.Autocomplete != "" {
		a["autocomplete"] = f.Autocomplete
	}
	if f.Placeholder != "" {
		a["placeholder"] = f.Placeholder
	}
	if f.Kind == Decimal {
		a["inputmode"] = "decimal"
	}
	if f.Accept != "" {
		a["accept"] = f.Accept
	}
	if f.Many {
		a["multiple"] = true
	}
	return a
}

// ButtonKind is how much a button asks for attention: one Primary a page.
type ButtonKind string

// The kinds of buttons.
const (
	Primary ButtonKind = "primary"
	Normal  ButtonKind = ""
	Danger  ButtonKind = "danger"
)

func (k ButtonKind) class() string {
	if k == Normal {
		return "quiet-button"
	}
	return string(k)
}

// ButtonView is an act. With Href it leads to a page; with Post it sends a form of its own; with neither it submits the
// form around it under Name and Value.
type ButtonView struct {
	Text     string
	Kind     ButtonKind
	Href     string
	Post     string
	Hidden   []Field // hidden fields sent along with Post
	Name     string
	Value    string
	Download bool
}

// ConfirmView asks once before something binding: exactly what will be bound, and what follows from it.
type ConfirmView struct {
	Action  string // POST
	What    string // "You accept the statement of March 2026 for Northlight LLC."
	Bound   []Definition
	Notices []NoticeView // what to know before the answer
	Follows []string     // consequences, one a line: "24,310.00 USD becomes due on 30 Apr 2026."
	Fields  []Field      // further input, such as a reason
	Hidden  []Field      // identity of what was shown: version, hash
	Button  string       // the verb: "Accept statement"
	Danger  bool
	Cancel  string
	Input   Input
}

func (v ConfirmView) kind() ButtonKind {
	if v.Danger {
		return Danger
	}
	return Primary
}

func submitKind(k ButtonKind) ButtonKind {
	if k == Normal {
		return Primary
	}
	return k
}

// Status is the HTTP status of the page that shows the input again: that of its first fault, 0 for an untouched form.
func (in Input) Status() int {
	if in.Err == nil {
		return 0
	}
	return fault.HTTPStatus(fault.KindOf(in.Err))
}
