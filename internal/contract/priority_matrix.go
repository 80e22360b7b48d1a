package contract

import (
	"fmt"
	"strings"
)

// Weight is how much of something a request has: its impact, or its urgency.
type Weight string

// The weights, the heaviest first.
const (
	Heavy  Weight = "high"
	Middle Weight = "medium"
	Light  Weight = "low"
)

// Weights are all of them, the heaviest first.
func Weights() []Weight { return []Weight{Heavy, Middle, Light} }

var priorityScalar = choice(string(Urgent), string(High), string(Normal), string(Low))

var weightFields = []spec{
	{key: "high", doc: "When it is high.", scalar: textScalar},
	{key: "medium", doc: "When it is medium.", scalar: textScalar},
	{key: "low", doc: "When it is low.", scalar: textScalar},
}

var prioritySpec = spec{key: "priority", optional: true, doc: "How the priority of a request follows from its impact and its urgency, which whoever opens it is asked for in these words. Left out: whoever opens it chooses the priority.", fields: []spec{
	{key: "impact", doc: "What of the business it concerns, in words.", fields: weightFields},
	{key: "urgency", doc: "How soon it hurts, in words.", fields: weightFields},
	{key: "matrix", doc: "Which priority each impact has by its urgency, a line for each of high, medium and low.", items: &spec{fields: []spec{
		{key: "impact", doc: "The impact.", scalar: choice(string(Heavy), string(Middle), string(Light))},
		{key: "high", doc: "The priority of high urgency.", scalar: priorityScalar},
		{key: "medium", doc: "The same for medium urgency.", scalar: priorityScalar},
		{key: "low", doc: "The same for low urgency.", scalar: priorityScalar},
	}}},
}}

// ClientLate excuses a miss of the agency where a promise of the client on the same request was missed before.
const ClientLate = "client-late"

var excusesSpec = spec{key: "excuses", optional: true, doc: "What excuses a missed promise of the agency without the client's word: client-late: on the same request a promise of the client was missed before. Left out: only the client excuses a miss.",
	items: &spec{scalar: choice(ClientLate)}}

// PriorityMatrix says which priority a request has by its impact and its urgency, and what these words mean.
type PriorityMatrix struct {
	Impact  map[Weight]string
	Urgency map[Weight]string
	By      map[Weight]map[Weight]Priority // by impact, then by urgency
}

// Of is the priority of an impact and an urgency; ok is false for a word that is no weight.
func (m *PriorityMatrix) Of(impact, urgency Weight) (p Priority, ok bool) {
	p, ok = m.By[impact][urgency]
	return p, ok
}

// Clause names what of the contract makes the priority: "high impact (...) and low urgency (...) make it normal".
func (m *PriorityMatrix) Clause(impact, urgency Weight) string {
	p, ok := m.Of(impact, urgency)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s impact (%s) and %s urgency (%s) make it %s", impact, m.Impact[impact], urgency, m.Urgency[urgency], p)
}

// Words are the matrix as sentences.
func (m *PriorityMatrix) Words() []string {
	meaning := func(of string, words map[Weight]string) string {
		var each []string
		for _, w := range Weights() {
			each = append(each, fmt.Sprintf("%s: %s", w, words[w]))
		}
		return of + " is " + strings.Join(each, "; ") + "."
	}
	out := []string{"The priority of a request follows from its impact and its urgency.", meaning("Impact", m.Impact), meaning("Urgency", m.Urgency)}
	for _, impact := range Weights() {
		var each []string
		for _, urgency := range Weights() {
			each = append(each, fmt.Sprintf("%s with %s urgency", m.By[impact][urgency], urgency))
		}
		out = append(out, fmt.Sprintf("What has %s impact is %s.", impact, strings.Join(each, ", ")))
	}
	return out
}

func (b *builder) priorityMatrix(v *value) *PriorityMatrix {
	if v == nil {
		return nil
	}
	m := &PriorityMatrix{Impact: map[Weight]string{}, Urgency: map[Weight]string{}, By: map[Weight]map[Weight]Priority{}}
	for _, w := range Weights() {
		m.Impact[w], m.Urgency[w] = v.get("impact").str(string(w)), v.get("urgency").str(string(w))
	}
	for _, item := range v.get("matrix").items {
		impact := Weight(item.str("impact"))
		if m.By[impact] != nil {
			b.problem(item.get("impact"), "matrix-twice", "%s impact has a line already; write each impact once", impact)
		}
		m.By[impact] = map[Weight]Priority{}
		for _, urgency := range Weights() {
			m.By[impact][urgency] = Priority(item.str(string(urgency)))
		}
	}
	for _, w := range Weights() {
		if m.By[w] == nil {
			b.problem(v.get("matrix"), "matrix-missing", "which priority has a request of %s impact? Write a line such as {impact: %s, high: urgent, medium: high, low: normal}", w, w)
		}
	}
	return m
}

// lintPriorityUnsaid: promises differ by priority, and nothing says which one a request has.
func lintPriorityUnsaid(l *linter) {
	s := l.terms.Service
	if s == nil || s.Priority != nil {
		return
	}
	for _, p := range s.Promises {
		for _, priority := range Priorities() {
			if p.Within[priority] != p.Within[Normal] {
				l.found(l.doc.find("service_levels.promises"), "priority: with impact, urgency and matrix, under service_levels",
					"What is promised differs by priority, and nothing says which priority a request has: whoever opens it chooses, and so decides how fast the agency has to be.")
				return
			}
		}
	}
}

// lintMatrixFalls: more impact or more urgency never makes a request less pressing.
func lintMatrixFalls(l *linter) {
	if l.terms.Service == nil || l.terms.Service.Priority == nil {
		return
	}
	m := l.terms.Service.Priority
	rank := map[Priority]int{}
	for i, p := range Priorities() {
		rank[p] = i
	}
	for i, impact := range Weights() {
		for j, urgency := range Weights() {
			here := m.By[impact][urgency]
			for _, lighter := range [][2]int{{i + 1, j}, {i, j + 1}} {
				if lighter[0] > 2 || lighter[1] > 2 {
					continue
				}
				li, lu := Weights()[lighter[0]], Weights()[lighter[1]]
				if there := m.By[li][lu]; rank[there] < rank[here] {
					l.found(l.doc.find("service_levels.priority.matrix"), fmt.Sprintf("%s for %s impact and %s urgency, or less for the other", there, impact, urgency),
						"A request of %s impact and %s urgency is %s, and one of %s impact and %s urgency is %s: what weighs less is more pressing.", impact, urgency, here, li, lu, there)
					return
				}
			}
		}
	}
}
