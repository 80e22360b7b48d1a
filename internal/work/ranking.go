package work

import (
	"fmt"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Ranking is how pressing a request is: its priority, and what the contract makes it of. An empty priority is what the contract says.
type Ranking struct {
	Priority contract.Priority
	Impact   contract.Weight
	Urgency  contract.Weight
}

// Opening is the ranking of a request that is opened. Where the contract has a matrix, it alone makes the priority. Faults: Invalid at "priority", "impact" and
// "urgency", all at once.
func (r Ranking) Opening(m *contract.PriorityMatrix) (Ranking, error) {
	if m == nil {
		return r, r.unasked()
	}
	p, err := r.weighed(m)
	if err != nil {
		return r, err
	}
	if r.Priority != "" && r.Priority != p {
		return r, fault.New(fault.Invalid, "priority-made", "By the contract %s. Leave the priority out; the agency can set another one with a reason.", m.Clause(r.Impact, r.Urgency)).At("priority")
	}
	r.Priority = p
	return r, nil
}

// Instead is the ranking of a request that had another one. What is not said of impact and urgency stays; a priority that is said counts against the matrix.
// Faults as Opening.
func (r Ranking) Instead(m *contract.PriorityMatrix, had Ranking) (Ranking, error) {
	if m == nil {
		return r, r.unasked()
	}
	if r.Impact == "" && r.Urgency == "" {
		r.Impact, r.Urgency = had.Impact, had.Urgency
	}
	if r.Impact == "" && r.Urgency == "" && r.Priority != "" { // nobody was asked when it was opened
		return r, r.unasked()
	}
	p, err := r.weighed(m)
	if err != nil {
		return r, err
	}
	if r.Priority == "" {
		r.Priority = p
	}
	return r, Ranking{Priority: r.Priority}.unasked()
}

// unasked is a ranking without impact and urgency.
func (r Ranking) unasked() error {
	var faults fault.List
	if !slices.Contains(contract.Priorities(), r.Priority) {
		faults.Add(fault.New(fault.Invalid, "priority", "Choose a priority: urgent, high, normal or low.").At("priority"))
	}
	if r.Impact != "" || r.Urgency != "" {
		faults.Add(fault.New(fault.Invalid, "no-matrix", "No contract says what priority follows from impact and urgency; leave both out, and choose a priority.").At("impact"))
	}
	return faults.Err()
}

func (r Ranking) weighed(m *contract.PriorityMatrix) (contract.Priority, error) {
	var faults fault.List
	for _, x := range []struct {
		of    string
		given contract.Weight
		words map[contract.Weight]string
	}{{"impact", r.Impact, m.Impact}, {"urgency", r.Urgency, m.Urgency}} {
		if _, ok := x.words[x.given]; !ok {
			faults.Add(fault.New(fault.Invalid, x.of, "Choose the %s: high (%s), medium (%s) or low (%s). The contract makes the priority of it.", x.of, x.words[contract.Heavy], x.words[contract.Middle], x.words[contract.Light]).At(x.of))
		}
	}
	p, _ := m.Of(r.Impact, r.Urgency)
	return p, faults.Err()
}

// Why says what of the contract makes the priority of a request, and whether another one was set; empty where the contract has no matrix.
func (r Request) Why(m *contract.PriorityMatrix) string {
	if m == nil {
		return ""
	}
	p, ok := m.Of(r.Impact, r.Urgency)
	switch {
	case !ok:
		return "nobody was asked for its impact and urgency, so the contract does not say"
	case p != r.Priority:
		return fmt.Sprintf("by the contract %s; %s was set instead", m.Clause(r.Impact, r.Urgency), r.Priority)
	}
	return "by the contract: " + m.Clause(r.Impact, r.Urgency)
}

// Ranking is how pressing it is now.
func (r Request) Ranking() Ranking { return Ranking{r.Priority, r.Impact, r.Urgency} }
