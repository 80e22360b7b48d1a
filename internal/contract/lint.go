package contract

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Severity says how much a finding asks of a reader.
type Severity string

// Warning: the two sides may well mean different things by this, or one of them cannot mean it. Note: it is clear, but people should know
// what it does.
const (
	Warning Severity = "warning"
	Note    Severity = "note"
)

// Finding is what a contract that reads well leaves open or contradicts.
type Finding struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code"`
	Clause   string   `json:"clause,omitempty"` // id; empty: the contract as a whole
	Path     string   `json:"path"`
	Line     int      `json:"line"`
	Column   int      `json:"column"`
	Text     string   `json:"text"`  // what it leaves open or contradicts
	Write    string   `json:"write"` // the words to write
}

// Where is the place of the finding in words: "closed-won, line 48".
func (f Finding) Where() string {
	if f.Clause == "" {
		return fmt.Sprintf("Line %d", f.Line)
	}
	return fmt.Sprintf("%s, line %d", f.Clause, f.Line)
}

// Words are what is open and what to write.
func (f Finding) Words() string { return f.Text + " Write: " + f.Write + "." }

// Lint looks at terms as Parse gave them and finds what they leave open or contradict, in the order of the text. Nothing it finds keeps a
// contract from being proposed.
func Lint(t Terms) []Finding { return lint(t, lintRules()) }

// LintNames finds the names of the contract that the evidence does not have, and those of the evidence that the contract does not have.
// Lists that are nil are not looked at.
func LintNames(t Terms, known Known) []Finding { return lint(t, nameRules(known)) }

// WithNames are the findings of Lint with those of LintNames, in the order of the text. What the evidence settles takes the place of what the text alone could only suppose: which
// channels there are.
func WithNames(found []Finding, t Terms, known Known) []Finding {
	names := LintNames(t, known)
	out := slices.Clone(names)
	for _, f := range found {
		settled := f.Code == "channel-never" && known.Channels != nil || f.Code == "channel-otherwise" && slices.ContainsFunc(names, func(n Finding) bool {
			return n.Code == "channel-unknown" && n.Line == f.Line && n.Column == f.Column
		})
		if !settled {
			out = append(out, f)
		}
	}
	return InOrder(out)
}

func lint(t Terms, rules []lintRule) []Finding {
	doc, faults := readDocument([]byte(t.Source))
	if doc == nil || len(faults) > 0 {
		return nil
	}
	l := &linter{terms: t, doc: doc}
	for _, r := range rules {
		l.rule = r
		r.find(l)
	}
	return InOrder(l.findings)
}

// InOrder are findings in the order of the text.
func InOrder(findings []Finding) []Finding {
	slices.SortStableFunc(findings, func(a, b Finding) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
	return findings
}

// lintRule is one thing to look for.
type lintRule struct {
	code     string
	severity Severity
	find     func(l *linter)
}

func lintRules() []lintRule {
	return slices.Concat(termRules, appointmentRules, shareRules, scorecardRules, timeRules, resultRules, moneyRules, togetherRules, paymentRules, nonCompetitionRules)
}

// linter carries one look at a contract from rule to rule.
type linter struct {
	terms    Terms
	doc      *value
	rule     lintRule
	findings []Finding
}

// found reports the rule at a place of the text.
func (l *linter) found(at *value, write, format string, args ...any) {
	f := Finding{Severity: l.rule.severity, Code: l.rule.code, Path: at.path, Line: at.line, Column: at.column, Text: fmt.Sprintf(format, args...), Write: write}
	for i, item := range l.doc.get("clauses").items {
		if at.path == item.path || strings.HasPrefix(at.path, item.path+".") {
			f.Clause = l.terms.Clauses[i].ClauseID()
		}
	}
	l.findings = append(l.findings, f)
}

// each goes through the clauses of a kind with their places.
func each[C Clause](l *linter, do func(c C, at *value)) {
	for i, clause := range l.terms.Clauses {
		if c, ok := clause.(C); ok {
			do(c, l.doc.get("clauses").items[i])
		}
	}
}

// of is a rule about each clause of a kind.
func of[C Clause](code string, s Severity, find func(l *linter, c C, at *value)) lintRule {
	return lintRule{code, s, func(l *linter) { each(l, func(c C, at *value) { find(l, c, at) }) }}
}

// bounded says whether a limit over several clauses bounds the clause.
func (l *linter) bounded(id string) bool {
	return slices.ContainsFunc(l.terms.Clauses, func(c Clause) bool {
		n, ok := c.(NotToExceed)
		return ok && n.Coverage.Covers(id)
	})
}

// amount is minor x num / den; ok is false beyond any amount that is read.
func (l *linter) amount(minor, num, den int64) (a money.Amount, ok bool) {
	scaled := new(big.Int).Mul(big.NewInt(minor), big.NewInt(num))
	if limit := new(big.Int).Mul(big.NewInt(money.MaxMinor), big.NewInt(den)); scaled.CmpAbs(limit) > 0 {
		return money.Amount{}, false
	}
	return money.New(money.MulDiv(minor, num, den, money.HalfUp), l.terms.Currency), true
}

// What most contracts give people at least, as docs/contract.md says.
const (
	shortWorkingDays = 5
	shortDays        = 7
)

// short says whether a window is shorter than a working week.
func short(s cal.Span) bool {
	switch s.Unit {
	case cal.WorkingDays:
		return s.N < shortWorkingDays
	case cal.Hours:
		return s.N < shortDays*24
	case cal.Minutes:
		return s.N < shortDays*24*60
	default:
		return s.Unit == cal.Days && s.N < shortDays
	}
}
