package ops

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// Tally says what became of the rows of a file. Every row is counted once in Rows; a row may hold several records, or one of a side table.
type Tally struct {
	Rows      int64                   `json:"rows"`
	Rejected  int64                   `json:"rejected"`        // rows that gave no record and should have
	Aside     int64                   `json:"aside,omitempty"` // rows that are no records by nature: total rows, lines below the table, unpaid charges
	New       int64                   `json:"new"`
	Changed   int64                   `json:"changed"`
	Unchanged int64                   `json:"unchanged"`
	Kinds     map[crm.Kind]KindTally  `json:"kinds,omitempty"`
	Fields    map[string]int64        `json:"fields,omitempty"`   // of changed records: how often each field differs
	Problems  map[string]ProblemTally `json:"problems,omitempty"` // by code
	Known     int64                   `json:"known"`              // records of the file's kind that were known before
	Samples   []Changed               `json:"samples,omitempty"`  // the first changed records, at most sampleLimit

	Erased int64 `json:"erased,omitempty"` // records and problems that told of a person who was erased, and do not any more

	Kept         int64     `json:"kept,omitempty"`         // rows whose blanks a person's decision fills
	Against      int64     `json:"against,omitempty"`      // rows that say otherwise than a person decided
	Contradicted []Changed `json:"contradicted,omitempty"` // the first of those, at most sampleLimit: what was decided and what the file says
}

// KindTally is the part of one kind.
type KindTally struct {
	New       int64 `json:"new"`
	Changed   int64 `json:"changed"`
	Unchanged int64 `json:"unchanged"`
}

// ProblemTally counts the problems of one code. Text is the first one's words.
type ProblemTally struct {
	Count int64  `json:"count"`
	Lost  int64  `json:"lost"`
	Line  int64  `json:"line"`
	Text  string `json:"text"`
}

// Changed is a record that an import would change, or changed.
type Changed struct {
	Kind   crm.Kind     `json:"kind"`
	ID     string       `json:"id"`
	Line   int64        `json:"line"`
	Fields []FieldDelta `json:"fields"`
}

// FieldDelta is one field of a record before and after; "" is unknown.
type FieldDelta struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

const sampleLimit = 20

// Absent is how many records of the kind were known and are not mentioned in the file. They stay as they were.
func (t Tally) Absent(k crm.Kind) int64 {
	return max(0, t.Known-t.Kinds[k].Changed-t.Kinds[k].Unchanged)
}

// plus is the sum of two tallies; neither is changed.
func (t Tally) plus(d Tally) Tally {
	t.Rows += d.Rows
	t.Rejected += d.Rejected
	t.Aside += d.Aside
	t.New += d.New
	t.Changed += d.Changed
	t.Unchanged += d.Unchanged
	t.Erased += d.Erased
	t.Known = max(t.Known, d.Known)
	t.Kinds = merge(t.Kinds, d.Kinds, func(a, b KindTally) KindTally {
		return KindTally{a.New + b.New, a.Changed + b.Changed, a.Unchanged + b.Unchanged}
	})
	t.Fields = merge(t.Fields, d.Fields, func(a, b int64) int64 { return a + b })
	t.Problems = merge(t.Problems, d.Problems, func(a, b ProblemTally) ProblemTally {
		if a.Count == 0 {
			return b
		}
		a.Count += b.Count
		a.Lost += b.Lost
		return a
	})
	t.Kept += d.Kept
	t.Against += d.Against
	t.Samples = sampled(t.Samples, d.Samples)
	t.Contradicted = sampled(t.Contradicted, d.Contradicted)
	return t
}

func sampled(a, b []Changed) []Changed {
	room := sampleLimit - len(a)
	return append(a[:len(a):len(a)], b[:min(max(room, 0), len(b))]...)
}

func merge[K comparable, V any](a, b map[K]V, sum func(V, V) V) map[K]V {
	if len(b) == 0 {
		return a
	}
	out := maps.Clone(a)
	if out == nil {
		out = make(map[K]V, len(b))
	}
	for k, v := range b {
		out[k] = sum(out[k], v)
	}
	return out
}

func (t *Tally) count(k crm.Kind, d KindTally) {
	t.New += d.New
	t.Changed += d.Changed
	t.Unchanged += d.Unchanged
	if t.Kinds == nil {
		t.Kinds = map[crm.Kind]KindTally{}
	}
	was := t.Kinds[k]
	t.Kinds[k] = KindTally{was.New + d.New, was.Changed + d.Changed, was.Unchanged + d.Unchanged}
}

// changed counts a record that differs from its version before.
func (t *Tally) changed(it item, deltas []FieldDelta) {
	t.count(it.rec.Kind, KindTally{Changed: 1})
	if t.Fields == nil && len(deltas) > 0 {
		t.Fields = map[string]int64{}
	}
	for _, d := range deltas {
		t.Fields[d.Field]++
	}
	if len(t.Samples) < sampleLimit {
		t.Samples = append(t.Samples, Changed{Kind: it.rec.Kind, ID: it.rec.ID, Line: it.line, Fields: deltas})
	}
}

func (t *Tally) problem(p reject) {
	if t.Problems == nil {
		t.Problems = map[string]ProblemTally{}
	}
	was := t.Problems[p.Code]
	if was.Count == 0 {
		was.Line, was.Text = p.Line, p.Reason
	}
	was.Count++
	if p.Lost {
		was.Lost++
	}
	t.Problems[p.Code] = was
}

// Doubts is how many problems did not cost their row.
func (t Tally) Doubts() (n int64) {
	for _, p := range t.Problems {
		n += p.Count - p.Lost
	}
	return n
}

// Codes lists the codes of the problems, the most frequent first.
func (t Tally) Codes() []string {
	return slices.SortedFunc(maps.Keys(t.Problems), func(a, b string) int {
		return cmp.Or(cmp.Compare(t.Problems[b].Count, t.Problems[a].Count), strings.Compare(a, b))
	})
}
