package contract

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Alternative is a contract in which one choice says something else. What that choice needs beside it is changed too.
type Alternative struct {
	Path    string // of the choice: "clauses.closed-won.base.revenue"
	Name    string // for people: "Revenue share closed-won: base revenue"
	Clause  string // id; empty: the contract as a whole
	Written string
	Other   string
	Terms   Terms

	form string // where the choice stands in the form
}

// Alternatives are the other readings of each choice that decides money: every other word of a choice, the common lengths of a
// window, none in the place of a limit; and where a text is silent on what can be said since later, what it could say. The text is edited at the place of the value and read again; what would not be a contract is
// left out. So is a value that stands over several lines.
func Alternatives(t Terms) []Alternative {
	return alternatives(t, func() bool { return false })
}

// alternatives are those until it is stopped, which is asked before a text is read again.
func alternatives(t Terms, stop func() bool) []Alternative {
	doc, faults := readDocument([]byte(t.Source))
	if doc == nil || len(faults) > 0 {
		return nil
	}
	var out []Alternative
	f := flattener{terms: t}
	visit := func(p passage, written, means string) {
		readings, ok := choicesOfMoney[p.form]
		if !ok {
			return
		}
		for _, r := range readings(p) {
			if r.other == means || stop() {
				continue
			}
			if other, ok := r.in(t, p); ok {
				out = append(out, Alternative{Path: p.path, Name: p.name, Clause: p.clauseID(), Written: written, Other: r.other, Terms: other, form: p.form})
			}
		}
	}
	f.visit = func(p passage) { written := f.written(p); visit(p, written, written) }
	f.unsaid = func(p passage) {
		means := f.unwritten(p)
		visit(p, means+" (not said)", means)
	}
	f.object(doc, document.fields, passage{})
	return out
}

// written is the choice as it stands, in the same form whoever wrote it.
func (f *flattener) written(p passage) string {
	switch {
	case p.spec.scalar != nil:
		return f.plain(*p.spec.scalar, p.value.text)
	case p.spec.items != nil && p.spec.items.scalar != nil:
		return listed(p.within.texts(p.spec.key))
	case p.spec.items != nil && len(p.value.items) == 0:
		return "none"
	case p.value.fields == nil && p.spec.items == nil:
		return p.value.text
	default:
		return "as written"
	}
}

// unwritten is what silence on a choice means, in the form of written.
func (f *flattener) unwritten(p passage) string {
	switch {
	case p.spec.items != nil:
		return "none"
	case p.spec.scalar == nil:
		return p.spec.unsaid
	}
	return f.plain(*p.spec.scalar, p.spec.unsaid)
}

func (p passage) clauseID() string {
	if p.clause == nil {
		return ""
	}
	for _, k := range clauseKinds() {
		if id := p.clause.str(k.spec.key); id != "" {
			return id
		}
	}
	return ""
}

// reading is another value of a choice, as people read it and as it is written.
type reading struct {
	other string
	write string // empty: other
	with  []companion
}

// companion is what must be changed beside a choice.
type companion func(e *editing, p passage)

// in reads the text with the choice written otherwise. ok is false when that is no contract.
func (r reading) in(t Terms, p passage) (Terms, bool) {
	e := edit(t.Source)
	write := r.write
	if write == "" {
		write = r.other
	}
	if p.value == nil {
		e.insert(p.after, p.spec.key, write)
	} else {
		e.set(p.value, write)
	}
	for _, c := range r.with {
		c(e, p)
	}
	text, ok := e.result()
	if !ok {
		return Terms{}, false
	}
	other, err := ParseAccepted([]byte(text))
	return other, err == nil
}

// drop leaves out keys beside the choice, where they are written.
func drop(keys ...string) companion {
	return func(e *editing, p passage) {
		for _, k := range keys {
			if v := p.within.get(k); v != nil {
				e.remove(v)
			}
		}
	}
}

// also writes a key beside the choice.
func also(key, text string) companion {
	return func(e *editing, p passage) {
		if v := p.within.get(key); v != nil {
			e.set(v, text)
			return
		}
		e.insert(p.value, key, text)
	}
}

// others are the other words of a choice.
func others(p passage) []reading { return words(p.spec.scalar.choices...)(p) }

// words are readings that need nothing beside them. What is written already is passed over.
func words(values ...string) func(passage) []reading {
	return func(passage) []reading {
		out := make([]reading, len(values))
		for i, v := range values {
			out[i] = reading{other: v}
		}
		return out
	}
}

// orNone reads a limit or a list as none, with what falls away then.
func orNone(with ...companion) func(passage) []reading {
	return func(p passage) []reading {
		if p.value.text == "none" {
			return nil
		}
		return []reading{{other: "none", with: with}}
	}
}

// orEmpty reads a list as an empty one.
func orEmpty(p passage) []reading {
	if len(p.value.items) == 0 {
		return nil
	}
	return []reading{{other: "none", write: "[]"}}
}

// orSet reads none as keys, and keys as none.
func orSet(other, write string) func(passage) []reading {
	return func(p passage) []reading {
		if p.value.fields != nil {
			return []reading{{other: "none"}}
		}
		return []reading{{other: other, write: write}}
	}
}

// Backdated is a contract as if it had begun on a day, so that it can be tried on a history from before it: term, effective date, and deals
// created from the start of the term move there, and a version that ends the contract early does not. ok is false when the text cannot be
// edited or is no contract then.
func Backdated(t Terms, day cal.Date) (Terms, bool) {
	start := day.String()
	doc, faults := readDocument([]byte(t.Source))
	if doc == nil || len(faults) > 0 {
		return Terms{}, false
	}
	e := edit(t.Source)
	f := flattener{terms: t}
	f.visit = func(p passage) {
		switch p.form {
		case "effective", "term.start":
			e.set(p.value, start)
		case "term.ended", "term.notice.received":
			e.remove(p.value)
		case "revenue_share.eligible.created_from":
			if p.value.text >= t.Term.Start.String() {
				e.set(p.value, start)
			}
		}
	}
	f.object(doc, document.fields, passage{})
	text, ok := e.result()
	if !ok {
		return Terms{}, false
	}
	moved, err := ParseAccepted([]byte(text))
	return moved, err == nil
}

// Reading is an agreement in which one choice says something else in every version that has it.
type Reading struct {
	Path      string
	Name      string
	Clause    string
	Written   string // by the latest version that has the choice; others are named beside it
	Other     string
	Agreement Agreement
}

// Readings are the alternatives of all versions together: each other value of a choice, written in every version that has the choice. They
// stand in the order of the latest text, those of choices that only an earlier version has behind them. A text is read again for each, so stop is
// asked before (nil: never); what was found until then is of no use.
func (a Agreement) Readings(stop func() bool) []Reading {
	type key struct{ path, other string }
	stopped := false
	ask := func() bool { stopped = stopped || stop != nil && stop(); return stopped }
	found := make([]map[key]Alternative, len(a.Versions))
	written := make([]map[string]string, len(a.Versions))
	var order []Alternative
	for i := len(a.Versions) - 1; i >= 0; i-- {
		found[i], written[i] = map[key]Alternative{}, map[string]string{}
		for _, alt := range alternatives(a.Versions[i], ask) {
			k := key{alt.Path, alt.Other}
			found[i][k], written[i][alt.Path] = alt, alt.Written
			if !slices.ContainsFunc(order, func(o Alternative) bool { return o.Path == alt.Path && o.Other == alt.Other }) {
				order = append(order, alt)
			}
		}
	}
	var out []Reading
	for _, alt := range order {
		r := Reading{Path: alt.Path, Name: alt.Name, Clause: alt.Clause, Other: alt.Other, Written: a.writtenIn(alt.Path, written), Agreement: Agreement{slices.Clone(a.Versions)}}
		for i := range a.Versions {
			if other, ok := found[i][key{alt.Path, alt.Other}]; ok {
				r.Agreement.Versions[i] = other.Terms
			}
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(x, y Reading) int {
		return slices.IndexFunc(order, func(o Alternative) bool { return o.Path == x.Path }) - slices.IndexFunc(order, func(o Alternative) bool { return o.Path == y.Path })
	})
	return out
}

// writtenIn is what the versions say of a choice: "collected", or "closed (version 1), collected (version 2)".
func (a Agreement) writtenIn(path string, written []map[string]string) string {
	var said []string
	same := true
	last := ""
	for i, t := range a.Versions {
		text, ok := written[i][path]
		if !ok {
			continue
		}
		same = same && (len(said) == 0 || text == last)
		last = text
		said = append(said, text+" (version "+strconv.Itoa(t.Version)+")")
	}
	if same {
		return last
	}
	return strings.Join(said, ", ")
}
