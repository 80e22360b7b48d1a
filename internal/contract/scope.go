package contract

import (
	"fmt"
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Covered is how a piece of the scope is paid.
type Covered string

// What a statement of work says of a kind of work.
const (
	InScope       Covered = "in-scope"
	DrawsRetainer Covered = "draws-retainer"
	ByChangeOrder Covered = "change-order"
	NotOffered    Covered = "declined"
)

var scopeSpec = spec{key: "scope", optional: true, doc: "The statement of work: what is within the fees, what draws hours, and what becomes of the rest. Left out: nothing is agreed of it, and each request needs a person's word.", fields: []spec{
	{key: "sow", doc: "The statement of work as both sides name it.", scalar: textScalar},
	{key: "work", doc: "The kinds of work.", items: &spec{fields: []spec{
		{key: "work", doc: "Its name, the same in every version.", scalar: slugScalar},
		{key: "category", doc: "The service category that it belongs to, as appointments name it.", scalar: slugScalar},
		{key: "covers", doc: "What it is, in words that tell it from other work.", scalar: textScalar},
		{key: "is", doc: "in-scope: a fee covers it; draws-retainer: its hours are those of a retainer; change-order: it needs an agreement of its own; declined: the agency does not do it.",
			scalar: choice(string(InScope), string(DrawsRetainer), string(ByChangeOrder), string(NotOffered))},
		{key: "of", doc: "The retainer whose hours it draws. Needed with draws-retainer.", scalar: slugScalar, optional: true},
		{key: "each_at_most", doc: "A request that is estimated at more needs a change order, or none for any size. Needed with in-scope and draws-retainer.", scalar: spanOrNone(cal.Hours, cal.Minutes), optional: true},
	}}},
	{key: "otherwise", doc: "What becomes of work that is not named.", scalar: choice(string(ByChangeOrder), string(NotOffered))},
}}

// Scope is the statement of work under a version.
type Scope struct {
	SOW       string
	Work      []ScopeWork
	Otherwise Covered // ByChangeOrder or NotOffered
}

// ScopeWork is a kind of work.
type ScopeWork struct {
	Name       string
	Category   string
	Covers     string
	Is         Covered
	Of         string // id of the retainer, with DrawsRetainer
	EachAtMost int64  // minutes of one request; 0: any size
}

// Find is the work of that name.
func (s *Scope) Find(name string) (ScopeWork, bool) {
	i := slices.IndexFunc(s.Work, func(w ScopeWork) bool { return w.Name == name })
	if i < 0 {
		return ScopeWork{}, false
	}
	return s.Work[i], true
}

// InCategory is the work of a category, in the order of the text.
func (s *Scope) InCategory(category string) []ScopeWork {
	var out []ScopeWork
	for _, w := range s.Work {
		if w.Category == category {
			out = append(out, w)
		}
	}
	return out
}

// Words are the statement of work as sentences.
func (s *Scope) Words() []string {
	out := []string{fmt.Sprintf("The statement of work is %s.", s.SOW)}
	for _, w := range s.Work {
		words := fmt.Sprintf("%s (%s: %s) ", w.Name, w.Category, w.Covers)
		switch w.Is {
		case InScope:
			words += "is within the fees"
		case DrawsRetainer:
			words += "draws hours of " + w.Of
		case ByChangeOrder:
			words += "needs a change order"
		case NotOffered:
			words += "is not offered"
		}
		if w.EachAtMost > 0 {
			words += fmt.Sprintf("; a request of more than %s needs a change order", minutesWords(w.EachAtMost))
		}
		out = append(out, words+".")
	}
	if s.Otherwise == NotOffered {
		return append(out, "Other work is declined.")
	}
	return append(out, "Other work needs a change order.")
}

func (b *builder) scope(v *value) *Scope {
	if v == nil {
		return nil
	}
	s := &Scope{SOW: v.str("sow"), Otherwise: Covered(v.str("otherwise"))}
	for _, item := range v.get("work").items {
		w := ScopeWork{Name: item.str("work"), Category: item.str("category"), Covers: item.str("covers"), Is: Covered(item.str("is")), Of: item.str("of")}
		if _, twice := s.Find(w.Name); twice {
			b.problem(item.get("work"), "work-twice", "two kinds of work are named %q; give each its own name", w.Name)
		}
		b.scopeWork(item, &w)
		s.Work = append(s.Work, w)
	}
	if len(s.Work) == 0 {
		b.problem(v.get("work"), "work-none", "no work is named; write at least one kind, or leave scope out")
	}
	return s
}

func (b *builder) scopeWork(item *value, w *ScopeWork) {
	size := item.get("each_at_most")
	if size != nil && item.str("each_at_most") != "none" {
		if w.EachAtMost = spanMinutes(item.span("each_at_most")); w.EachAtMost == 0 {
			b.problem(size, "work-of-nothing", "no request is that small; write a length such as 16 hours, or none")
		}
	}
	covered := w.Is == InScope || w.Is == DrawsRetainer
	switch {
	case covered && size == nil:
		b.problem(item, "work-size", "how large may one request of %s be? Write each_at_most: 16 hours, or none", w.Name)
	case !covered && size != nil:
		b.problem(size, "work-size", "%s is not covered, so no size of it is; leave it out", w.Name)
	}
	switch of := item.get("of"); {
	case w.Is == DrawsRetainer && of == nil:
		b.problem(item, "work-retainer", "whose hours does %s draw? Write of: and the name of a retainer that includes hours", w.Name)
	case w.Is != DrawsRetainer && of != nil:
		b.problem(of, "work-retainer", "%s draws no hours, so no retainer belongs to it; leave it out, or write is: draws-retainer", w.Name)
	}
}

// checkScope: hours are drawn from retainers that include some.
func (b *builder) checkScope(v *value, s *Scope, clauses []Clause) {
	if s == nil {
		return
	}
	for i, w := range s.Work {
		if w.Of == "" {
			continue
		}
		at := slices.IndexFunc(clauses, func(c Clause) bool { return c.ClauseID() == w.Of })
		var retainer Retainer
		is := false
		if at >= 0 {
			retainer, is = clauses[at].(Retainer)
		}
		switch of := v.get("work").items[i].get("of"); {
		case at < 0:
			b.problem(of, "work-retainer", "no clause of this contract is named %q; write the name of a retainer that includes hours", w.Of)
		case !is || retainer.Hours == nil:
			b.problem(of, "work-retainer", "%q includes no hours that could be drawn; write the name of a retainer that does", w.Of)
		}
	}
}
