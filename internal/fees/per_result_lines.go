package fees

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// pieces is a line of a whole number of results at one price, all under one version; n is negative for a credit.
func (m *resultMonth) pieces(kind LineKind, of []result, n int, unit string, price money.Amount) Line {
	amount := money.New(int64(n)*price.Minor, price.Currency)
	first := of[0]
	line := Line{
		Clause: m.id, Kind: kind, Quantity: strconv.Itoa(n), Unit: unit, Rate: price.String(), RateText: price.Format(), Amount: amount,
		Basis: Basis{
			Version: first.terms.Version, Clause: first.clause.Words(first.terms), Rounding: "none: a whole number at one price",
			Formula: fmt.Sprintf("%d x %s = %s", n, price.Format(), amount.Format()),
		},
	}
	for _, r := range of {
		line.Events = append(line.Events, r.ID)
	}
	return line
}

// billLine bills results under one version.
func (m *resultMonth) billLine(of []result) Line {
	c := of[0].clause
	line := m.pieces(KindResult, of, len(of), plural(len(of), c.Result), c.Price)
	line.Text = fmt.Sprintf("%s accepted, %s", capital(plural(len(of), c.Result)), m.facts.Period.Words())
	line.Basis.Inputs = []Input{{"price", c.RateWords()}}
	for _, how := range []struct {
		state leadState
		name  string
	}{{leadAccepted, "accepted by the client"}, {leadDeemed, "accepted by silence after " + c.Acceptance.Within.String()}, {leadDenied, "disputed, and the dispute was denied"}} {
		if n := len(inState(of, how.state)); n > 0 {
			line.Basis.Inputs = append(line.Basis.Inputs, Input{how.name, strconv.Itoa(n)})
		}
	}
	line.Basis.Inputs = append(line.Basis.Inputs, Input{"billed together", strconv.Itoa(len(of))})
	line.Basis.Evidence = m.evidence(of, result.story)
	line.Basis.Notes = m.lateNotes(of)
	return line
}

// freeLine tells of results beyond the cap. They cost nothing, and as they stand on a statement they are never billed.
func (m *resultMonth) freeLine(of []result) Line {
	c := of[0].clause
	line := m.pieces(KindResultFree, of, len(of), plural(len(of), c.Result), money.New(0, m.currency))
	line.Text = fmt.Sprintf("%s beyond the cap, free", capital(plural(len(of), c.Result)))
	line.Basis.Inputs = []Input{{"price beyond the cap", line.RateText}, {"accepted beyond the cap", strconv.Itoa(len(of))}}
	for _, r := range of {
		in := Input{"cap of " + monthOf(r).Words(), strconv.Itoa(capOf(m.agreement, monthOf(r), r))}
		if !slices.Contains(line.Basis.Inputs, in) {
			line.Basis.Inputs = append(line.Basis.Inputs, in)
		}
	}
	line.Basis.Evidence = m.evidence(of, result.story)
	line.Basis.Notes = append([]string{"Those that were accepted first are billed."}, m.lateNotes(of)...)
	return line
}

// creditLine gives back results that were billed for one price.
func (m *resultMonth) creditLine(of []result, price money.Amount) Line {
	line := m.pieces(KindResultCredit, of, -len(of), plural(len(of), of[0].clause.Result), price)
	line.Text = fmt.Sprintf("Credit: %s found invalid after billing", plural(len(of), of[0].clause.Result))
	line.Basis.Inputs = []Input{{"price that was billed", price.Format()}, {"found invalid since", strconv.Itoa(len(of))}}
	line.Basis.Evidence = m.evidence(of, func(r result) string { return r.story() + ": " + reasonOf(r) })
	for _, r := range of {
		b := m.billed[r.ID]
		if e := (Evident{"statement", b.statement, b.period.Words()}); !slices.Contains(line.Basis.Evidence, e) {
			line.Basis.Evidence = append(line.Basis.Evidence, e)
		}
	}
	line.Basis.Notes = []string{"The locked statement that billed them does not change: the credit stands here, once."}
	return line
}

// feeLine charges denied disputes under one version.
func (m *resultMonth) feeLine(of []result) Line {
	fee := of[0].clause.Disputes.Fee.Amount
	line := m.pieces(KindDisputeFee, of, len(of), plural(len(of), "denied dispute"), fee)
	line.Text = fmt.Sprintf("Fee for %s", plural(len(of), "denied dispute"))
	line.Basis.Inputs = []Input{{"fee", fee.Format() + " per denied dispute"}, {"denied", strconv.Itoa(len(of))}}
	line.Basis.Evidence = m.evidence(of, func(r result) string {
		return fmt.Sprintf("disputed %s for %s, denied %s", r.when(r.DisputedAt), reasonOf(r), r.when(r.life.since))
	})
	return line
}

func (m *resultMonth) evidence(of []result, words func(result) string) []Evident {
	out := make([]Evident, len(of))
	for i, r := range of {
		out[i] = Evident{"lead", r.ID, words(r)}
		if m.late[r.ID] {
			out[i].Words += ", known late"
		}
	}
	return out
}

// story is what happened to a result, in a few words.
func (r result) story() string {
	out := "delivered " + r.when(r.DeliveredAt)
	if r.life.state != leadPending {
		out += fmt.Sprintf(", %s %s", r.life.state, r.when(r.life.since))
	}
	return out
}

func reasonOf(r result) string {
	if r.Reason == "" {
		return "no reason given"
	}
	return r.Reason
}

func (m *resultMonth) lateNotes(of []result) []string {
	n := 0
	for _, r := range of {
		if m.late[r.ID] {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("Of these, %s became billable in a month whose statement was locked before it was known.", counted(n, m.noun))}
}

func inState(of []result, state leadState) []string {
	var out []string
	for _, r := range of {
		if r.life.state == state {
			out = append(out, r.ID)
		}
	}
	return out
}

// report says what of the month is not billed and why, and what the client did that does not count. It stays short however many they are.
func (m *resultMonth) report() {
	var changed, ignored []string
	not := map[leadState][]string{}
	for _, r := range m.results {
		state := r.life.state
		b, billed := m.billed[r.ID]
		now := m.facts.Period.Contains(r.day(r.life.since))
		switch {
		case state.billed():
		case billed && b.clause == m.id && state != leadUpheld && state != leadDisputed && r.clause.Restated == "corrected":
		case billed && b.clause == m.id && state != leadUpheld && state != leadDisputed:
			changed = append(changed, r.ID+" is "+string(state))
		case billed && state == leadDisputed:
			not[billedDisputed] = append(not[billedDisputed], r.ID)
		case !billed && (now || state == leadPending || state == leadDisputed):
			not[state] = append(not[state], r.name())
		}
		for _, act := range r.life.ignored {
			if m.facts.Period.Contains(r.day(act.at)) {
				ignored = append(ignored, fmt.Sprintf("%s %s (%s)", r.ID, act.words, r.when(act.at)))
			}
		}
	}
	if words := notBilledWords(not); words != "" {
		m.issue(Info, "results-not-billed", "clause "+m.id, "Not billed in %s: %s.", m.facts.Period.Words(), words)
	}
	if len(ignored) > 0 {
		m.issue(Warning, "results-unmoved", "clause "+m.id, "What the client did does not count under the contract, so nothing changes: %s.", listed(ignored, 8))
	}
	m.reportChanged(changed)
}

// billedDisputed are the results that a locked statement billed and that are disputed since: they are credited if the dispute is upheld.
const billedDisputed leadState = "disputed after billing"

// name is the id, and of a duplicate what it repeats.
func (r result) name() string {
	if r.life.state == leadDuplicate {
		return r.ID + " of " + r.repeats
	}
	return r.ID
}

func notBilledWords(not map[leadState][]string) string {
	out := ""
	for _, state := range []leadState{leadDuplicate, leadRejected, leadLapsed, leadUpheld, leadDisputed, billedDisputed, leadPending} {
		if ids := not[state]; len(ids) > 0 {
			if out != "" {
				out += "; "
			}
			out += fmt.Sprintf("%d %s (%s)", len(ids), state, listed(ids, 8))
		}
	}
	return out
}

// reportChanged tells of results that locked statements billed and of which the evidence now says otherwise without a ruling.
func (m *resultMonth) reportChanged(changed []string) {
	known := map[string]bool{}
	for _, r := range m.results {
		known[r.ID] = true
	}
	for _, s := range m.facts.Settled {
		for _, l := range s.Lines {
			if s.Period == m.facts.Period || !s.Period.From.Before(m.facts.Period.From) || l.Clause != m.id || l.Kind != KindResult {
				continue
			}
			for _, e := range l.Events {
				if !known[e] && !m.takesBack(m.billed[e]) {
					changed = append(changed, e+" is no longer in it")
				}
			}
		}
	}
	if len(changed) > 0 {
		m.issue(Warning, "results-changed", "clause "+m.id, "The evidence now says otherwise of what locked statements billed: %s. Only a dispute that is upheld gives a credit.", listed(changed, 8))
	}
}

// resultsOfNoClause tells of results that no clause can be found for.
func (d *drafter) resultsOfNoClause() {
	var lost []string
	for _, l := range d.index.leads {
		day := cal.DateOf(l.DeliveredAt, d.agreement.First().Zone)
		if _, here := d.onThisStatement(day); here && d.clauseOf(l) == "" && day.Before(d.knownUntil()) {
			lost = append(lost, l.ID)
		}
	}
	if len(lost) > 0 {
		d.issue(Problem, "result-clause-unknown", "", "These results name no clause that pays per result (known: %s), so nobody can say what they cost: %s.", listed(d.clausesOf("per_result"), 8), listed(lost, 12))
	}
}

func monthOf(r result) cal.Month { return cal.MonthOf(r.day(r.life.billedAt)) }
