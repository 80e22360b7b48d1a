package contract

import (
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Change is one choice that differs between two versions, in words. Before or After is empty where a version does not have it.
type Change struct {
	Path   string // "clauses.closed-won.rate"
	Name   string // for people: "Revenue share closed-won: rate"
	Before string
	After  string
}

// Compare lists the choices that differ between two versions as Parse read them, in the order of the document. Clauses are matched by
// their kind and name, so that moving one changes nothing; "14000.00" and "14,000.00" are the same choice. The number of the version is
// not one. A clause that only one version has is one change.
func Compare(a, b Terms) []Change {
	before, after := choicesOf(a), choicesOf(b)
	var out []Change
	for _, path := range before.together(after) {
		old, new := before.find(path), after.find(path)
		if old.text == new.text || path == "version" || lone(path, before, after) {
			continue
		}
		name := new.name
		if name == "" {
			name = old.name
		}
		out = append(out, Change{Path: path, Name: name, Before: old.text, After: new.text})
	}
	return out
}

// decision is one choice of a document, or the summary of an entry (a clause, an appointment).
type decision struct {
	path, name, text string
	entry            bool
}

type decisions []decision

func (d decisions) find(path string) decision {
	for _, c := range d {
		if c.path == path {
			return c
		}
	}
	return decision{}
}

// together are the paths of both, those of the later version first where a place has both.
func (d decisions) together(later decisions) []string {
	var out []string
	seen := map[string]bool{}
	add := func(path string) {
		if !seen[path] {
			seen[path] = true
			out = append(out, path)
		}
	}
	at := 0
	for _, c := range d {
		for i := at; i < len(later); i++ {
			if later[i].path == c.path {
				for ; at <= i; at++ {
					add(later[at].path)
				}
				break
			}
		}
		add(c.path)
	}
	for ; at < len(later); at++ {
		add(later[at].path)
	}
	return out
}

// lone tells a choice of an entry that only one version has: the entry itself is the change. Where both have the entry, its summary
// says nothing that its choices do not say.
func lone(path string, a, b decisions) bool {
	for _, list := range []decisions{a, b} {
		for _, c := range list {
			if c.entry && c.path == path {
				return a.find(path).entry && b.find(path).entry
			}
			if c.entry && strings.HasPrefix(path, c.path+".") && a.find(c.path).entry != b.find(c.path).entry {
				return true
			}
		}
	}
	return false
}

// choicesOf flattens the text of a version.
func choicesOf(t Terms) decisions {
	doc, faults := readDocument([]byte(t.Source))
	if doc == nil || len(faults) > 0 {
		return nil
	}
	f := flattener{terms: t}
	f.object(doc, document.fields, passage{})
	return f.out
}

// flattener goes through the written keys of a text. Visit is told each, when there is one; unsaid is told those whose silence has other readings.
type flattener struct {
	terms  Terms
	out    decisions
	visit  func(passage)
	unsaid func(passage)
}

// passage is one written key.
type passage struct {
	form   string // in the form of a contract: "revenue_share.base.revenue"
	path   string // in this text: "clauses.closed-won.base.revenue"
	name   string // for people: "Revenue share closed-won: base revenue"
	spec   spec
	value  *value // nil: it is not written
	after  *value // of one that is not written: the key behind which it would stand
	within *value // the keys among which it stands
	clause *value // the clause in which it stands; nil: none
}

func (f *flattener) object(v *value, fields []spec, within passage) {
	var last *value
	for _, s := range fields {
		child := v.get(s.key)
		at := within
		at.form, at.path, at.name = join(within.form, s.key), join(within.path, s.key), spoken(within.name, s.key)
		at.spec, at.value, at.after, at.within = s, child, last, v
		if child == nil {
			if s.unsaid != "" && last != nil && f.unsaid != nil {
				f.unsaid(at)
			}
			continue
		}
		last = child
		if f.visit != nil {
			f.visit(at)
		}
		switch {
		case s.scalar != nil:
			f.add(at, f.plain(*s.scalar, child.text))
		case s.instead != nil && child.fields == nil:
			f.add(at, child.text)
		case s.either != nil:
			f.clauses(child, s.either, at)
		case s.items != nil && s.items.scalar != nil:
			f.add(at, listed(v.texts(s.key)))
		case s.items != nil:
			at.name = strings.TrimSuffix(at.name, "s")
			f.entries(child, *s.items, at)
		default:
			f.object(child, s.fields, at)
		}
	}
}

func (f *flattener) add(at passage, text string) {
	f.out = append(f.out, decision{path: at.path, name: at.name, text: text})
}

func (f *flattener) clauses(v *value, kinds []spec, within passage) {
	for _, item := range v.items {
		for _, kind := range kinds {
			id := item.str(kind.key)
			if id == "" {
				continue
			}
			at := within
			at.form, at.path, at.name, at.clause = kind.key, join(within.path, id), spoken("", kind.key)+" "+id, item
			clause, _ := f.terms.Clause(id)
			f.out = append(f.out, decision{path: at.path, name: at.name, text: RateOf(clause), entry: true})
			at.name += ":"
			f.object(item, kind.fields, at)
		}
	}
}

// entries are told apart by their first key; a second one of the same gets its number. Their summary is what they say next.
func (f *flattener) entries(v *value, s spec, within passage) {
	count := map[string]int{}
	for _, item := range v.items {
		id := item.str(s.fields[0].key)
		if count[id]++; count[id] > 1 {
			id = fmt.Sprintf("%s (%d)", id, count[id])
		}
		at := within
		at.path, at.name = join(within.path, id), within.name+" "+id
		f.out = append(f.out, decision{path: at.path, name: at.name, text: f.summary(item, s.fields[1:]), entry: true})
		if !strings.Contains(at.name, ":") {
			at.name += ":"
		}
		f.object(item, s.fields, at)
	}
}

func (f *flattener) summary(item *value, fields []spec) string {
	for _, s := range fields {
		if s.scalar != nil && item.get(s.key) != nil {
			return f.plain(*s.scalar, item.str(s.key))
		}
	}
	return "written"
}

// spoken is the name of a key inside a named place: "Term: renewal kind".
func spoken(within, key string) string {
	key = strings.ReplaceAll(key, "_", " ")
	switch {
	case within == "":
		return strings.ToUpper(key[:1]) + key[1:]
	case strings.Contains(within, ":"):
		return within + " " + key
	default:
		return within + ": " + key
	}
}

// plain writes the same choice in the same way.
func (f *flattener) plain(s scalar, text string) string {
	if span, err := cal.ParseSpan(text); err == nil {
		return span.String()
	}
	if ratio, err := money.ParsePercent(text); err == nil && strings.HasSuffix(text, "%") {
		return ratio.String()
	}
	if n, err := parseNumber(text); err == nil && s.name == numberScalar.name {
		return n.String()
	}
	if strings.HasPrefix(s.name, "amount") {
		amount, per, _ := strings.Cut(text, " per ")
		if a, err := money.Parse(amount, f.terms.Currency); err == nil {
			if per != "" {
				per = " per " + strings.TrimSpace(per)
			}
			return a.Format() + per
		}
	}
	return text
}

func listed(texts []string) string {
	if len(texts) == 0 {
		return "none"
	}
	return strings.Join(texts, ", ")
}
