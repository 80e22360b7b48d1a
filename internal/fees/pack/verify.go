package pack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Finding is one thing that differs.
type Finding struct {
	Code  string `json:"code"` // stable, for programs: "line", "file-changed", "receipt"
	Where string `json:"where"`
	Words string `json:"words"`
}

// Report is the result of a verification.
type Report struct {
	Statement string         `json:"statement"` // id
	Revision  int            `json:"revision"`
	Contract  string         `json:"contract"`
	Period    string         `json:"period"`
	State     string         `json:"state"`
	Hash      string         `json:"statement_hash"` // computed from the files
	Expected  string         `json:"expected_hash,omitempty"`
	Total     money.Amount   `json:"total"`
	Payable   money.Amount   `json:"payable"`
	Held      money.Amount   `json:"held"`
	Lines     int            `json:"lines"`
	Checked   []string       `json:"checked"`
	Notes     []string       `json:"notes,omitempty"`
	Findings  []Finding      `json:"findings"`
	document  fees.Document  // as the pack says
	found     map[string]int // findings of each code, also those beyond mostFindings
}

// OK reports whether nothing differs.
func (r Report) OK() bool { return len(r.Findings) == 0 }

// mostFindings is how many of one code are told in words. Those behind them are counted.
const mostFindings = 1_000

func (r *Report) find(code, where, format string, args ...any) {
	if r.found == nil {
		r.found = map[string]int{}
	}
	if r.found[code]++; r.found[code] <= mostFindings {
		r.Findings = append(r.Findings, Finding{code, fault.Excerpt(where, longestQuote), fault.Excerpt(fmt.Sprintf(format, args...), longestWords)})
	}
}

// countRest tells how many findings were not told.
func (r *Report) countRest() {
	for _, code := range slices.Sorted(maps.Keys(r.found)) {
		if more := r.found[code] - mostFindings; more > 0 {
			r.Findings = append(r.Findings, Finding{code, "the pack", fmt.Sprintf("More differences of the kind %q were found than are told: %d more.", code, more)})
		}
	}
}

func (r *Report) check(format string, args ...any) {
	r.Checked = append(r.Checked, fmt.Sprintf(format, args...))
}

// Verify checks a pack offline: every file against the manifest, the statement hash against the one expected (that of the receipt; empty:
// not compared), the statement against the rules, computed again from the terms and the facts, its arithmetic, and the reviews against what
// may happen to a statement. Whatever differs is a finding; the error is for what is no pack at all, or is too large to be one.
func Verify(ctx context.Context, r io.ReaderAt, size int64, expected string) (Report, error) {
	files, err := readZip(r, size)
	if err != nil {
		return Report{}, err
	}
	m, err := readManifest(files)
	if err != nil {
		return Report{}, err
	}
	for _, f := range files {
		if path.Ext(f.Name) != ".json" {
			continue
		}
		if err := crowded(f.Body); err != nil {
			return Report{}, err.At(f.Name)
		}
	}
	out := Report{Statement: fault.Excerpt(m.Statement.ID, longestQuote), Revision: m.Statement.Revision, Contract: fault.Excerpt(m.Statement.Contract, longestQuote), Period: m.Statement.Period.Words(),
		Hash: Hash(files), Expected: strings.ToLower(strings.TrimSpace(expected)), Findings: []Finding{}}
	out.checkFiles(files, m)
	out.checkHash(m)
	if err := ctx.Err(); err != nil {
		return out, err
	}
	if err := out.recompute(ctx, files, m); err != nil {
		return Report{}, err
	}
	out.countRest()
	return out, ctx.Err()
}

// checkFiles compares the files with the manifest.
func (r *Report) checkFiles(files []File, m manifest) {
	listed := map[string]listedFile{}
	for _, f := range m.Files {
		if _, twice := listed[f.Name]; twice {
			r.find("manifest", f.Name, "%s lists %s twice.", manifestFile, f.Name)
		}
		listed[f.Name] = f
	}
	found := map[string]bool{}
	for _, f := range files {
		found[f.Name] = true
		entry, ok := listed[f.Name]
		switch {
		case f.Name == manifestFile:
		case !belongs(f.Name):
			r.find("file-foreign", f.Name, "%s does not belong in a pack.", f.Name)
		case !ok:
			r.find("file-unlisted", f.Name, "%s is in the pack but not in %s.", f.Name, manifestFile)
		case entry.SHA256 != f.sum() || entry.Bytes != len(f.Body):
			r.find("file-changed", f.Name, "%s was changed: its SHA-256 is %s, %s says %s.", f.Name, f.sum(), manifestFile, entry.SHA256)
		}
	}
	for _, f := range m.Files {
		if !found[f.Name] {
			r.find("file-missing", f.Name, "%s is in %s but not in the pack.", f.Name, manifestFile)
		}
	}
	for _, name := range needed() {
		if !found[name] {
			r.find("file-missing", name, "%s is missing.", name)
		}
	}
	if canonical, err := indentedJSON(m); err == nil {
		if body, _ := fileOf(files, manifestFile); !bytes.Equal(canonical, body) {
			r.find("manifest", manifestFile, "%s is not in the form in which the program writes it.", manifestFile)
		}
	}
	r.check("%d files against their SHA-256 in %s", len(files)-1, manifestFile)
}

func (r *Report) checkHash(m manifest) {
	if m.StatementHash != r.Hash {
		r.find("hash", manifestFile, "The statement hash of the files is %s, %s says %s.", r.Hash, manifestFile, m.StatementHash)
	}
	switch {
	case r.Expected == "":
		r.Notes = append(r.Notes, "No hash was given: whether this is the statement that was locked is not known. Give the one on the receipt.")
	case r.Expected != r.Hash:
		r.find("receipt", "receipt", "This is not the statement of the receipt: its hash is %s, the receipt says %s.", r.Hash, r.Expected)
	default:
		r.check("the statement hash against the one given")
	}
}

// recompute reads terms and facts and compares what follows from them with what the pack says. Fault: TooLarge.
func (r *Report) recompute(ctx context.Context, files []File, m manifest) error {
	body, ok := fileOf(files, statementFile)
	if !ok {
		return nil
	}
	if err := json.Unmarshal(body, &r.document); err != nil {
		r.find("statement", statementFile, "%s cannot be read: %v.", statementFile, err)
		return nil
	}
	s := r.document.Statement
	r.Total, r.Lines = s.Total, len(s.Lines)
	if again, err := r.document.Encode(); err != nil || !bytes.Equal(again, body) {
		r.find("statement", statementFile, "%s holds something that the program would not write so.", statementFile)
	}
	if s.Period != m.Statement.Period || s.Contract != m.Statement.Contract {
		r.find("manifest", manifestFile, "%s names %s of %s, the statement is %s of %s.", manifestFile, m.Statement.Contract, m.Statement.Period.Words(), s.Contract, s.Period.Words())
	}
	if cal.MonthOf(s.Period.From).Period() != s.Period {
		r.find("statement", statementFile, "The period %s is no calendar month.", s.Period)
		return nil
	}
	agreement, facts, problems, err := ReadInputs(files)
	if fault.Is(err, fault.TooLarge) {
		return err
	}
	if err != nil {
		for _, f := range fault.All(err) {
			r.find("inputs", "terms or facts", "%v", f)
		}
		if len(fault.All(err)) == 0 {
			r.find("inputs", "terms or facts", "%v", err)
		}
		return nil
	}
	for _, p := range problems {
		if p.Lost { // what is only doubtful, such as a touch without a date, was so when the statement was made
			r.find("inputs", p.File, "%s", p)
		}
	}
	r.checkTermsNames(files, agreement)
	rules, err := rulesOf(files)
	if err != nil {
		r.find("inputs", rulesFile, "%s cannot be read: %v.", rulesFile, err)
		return nil
	}
	for i := range files {
		if strings.HasPrefix(files[i].Name, factsFolder) {
			files[i].Body = nil // a large part of the memory; it is not looked at again
		}
	}
	facts.Period, facts.Evidence.AsOf = s.Period, s.Evidence
	again, issues, err := draft(agreement, facts, s.AsOf)
	if err != nil {
		r.find("inputs", "facts", "The statement cannot be computed from the facts: %v.", err)
		return nil
	}
	before := len(r.Findings)
	r.compare(r.document, fees.Document{Statement: again, Issues: issues})
	if rules != fees.Rules && len(r.Findings) > before {
		r.find("rules", rulesFile, "The statement was drafted by rules %d, and this program has rules %d: what it computes otherwise may be due to that. Verify the pack with a program of rules %d.", rules, fees.Rules, rules)
	}
	r.check("%d lines and the total, computed again from the terms and the facts", len(again.Lines))
	r.arithmetic(agreement)
	r.reviews(ctx, files, m, agreement)
	return nil
}

// draft computes the statement. What makes the rules panic, such as sums beyond any money, is an error here: the facts are somebody else's.
func draft(a contract.Agreement, f fees.Facts, asOf cal.Date) (s fees.Statement, issues []fees.Issue, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%v", cause)
		}
	}()
	s, issues = fees.Draft(a, f, asOf)
	return s, issues, nil
}

func (r *Report) checkTermsNames(files []File, a contract.Agreement) {
	for _, t := range a.Versions {
		name := termsFileOf(t.Version)
		if body, ok := fileOf(files, name); !ok || string(body) != t.Source {
			r.find("terms", name, "Version %d of the contract does not stand in %s.", t.Version, name)
		}
	}
}

// compare tells line by line what the pack says and what was computed.
func (r *Report) compare(says, computed fees.Document) {
	a, b := says.Statement, computed.Statement
	for i := range max(len(a.Lines), len(b.Lines)) {
		switch {
		case i >= len(b.Lines):
			l := a.Lines[i]
			r.find("line", lineWhere(l), "Line %d (%s, %s) does not follow from the terms and the facts.", l.No, l.Text, l.Amount.FormatWith())
		case i >= len(a.Lines):
			l := b.Lines[i]
			r.find("line", lineWhere(l), "A line is missing: %s, %s.", l.Text, l.Amount.FormatWith())
		default:
			r.compareLine(a.Lines[i], b.Lines[i])
		}
	}
	if a.Total != b.Total {
		r.find("total", "total", "The total says %s; computed it is %s.", a.Total.FormatWith(), b.Total.FormatWith())
	}
	for _, part := range []struct {
		where     string
		said, now any
	}{
		{"considered", a.Considered, b.Considered}, {"contract_versions", a.Versions, b.Versions}, {"issues", says.Issues, computed.Issues},
		{"parties", []string{a.Contract, a.Client, a.Agency, string(a.Currency)}, []string{b.Contract, b.Client, b.Agency, string(b.Currency)}},
	} {
		if !sameJSON(part.said, part.now) {
			r.find("statement", part.where, "%q in %s is not what follows from the terms and the facts.", part.where, statementFile)
		}
	}
}

func lineWhere(l fees.Line) string { return fmt.Sprintf("line %d", l.No) }

func (r *Report) compareLine(said, computed fees.Line) {
	before := len(r.Findings)
	for _, part := range []struct{ what, said, computed string }{
		{"clause", said.Clause, computed.Clause}, {"kind", string(said.Kind), string(computed.Kind)}, {"text", said.Text, computed.Text},
		{"deal", said.Deal, computed.Deal}, {"quantity", said.Quantity, computed.Quantity}, {"rate", said.Rate, computed.Rate},
		{"amount", said.Amount.Format(), computed.Amount.Format()}, {"window", said.CountsOn.String(), computed.CountsOn.String()},
		{"credited revenue", fmt.Sprint(said.Credited), fmt.Sprint(computed.Credited)}, {"formula", said.Basis.Formula, computed.Basis.Formula},
	} {
		if part.said != part.computed {
			r.find("line", lineWhere(said), "Line %d (%s): its %s says %s; computed from the terms and the facts it is %s.", said.No, computed.Text, part.what, quoted(part.said), quoted(part.computed))
		}
	}
	if len(r.Findings) == before && !sameJSON([]any{said.Basis, said.Events, said.With, said.Unit, said.RateText, said.No}, []any{computed.Basis, computed.Events, computed.With, computed.Unit, computed.RateText, computed.No}) {
		r.find("line", lineWhere(said), "Line %d (%s): its reason is not the one that follows from the terms and the facts.", said.No, said.Text)
	}
}

func quoted(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	if string(x) == "null" {
		x = []byte("[]")
	}
	if string(y) == "null" {
		y = []byte("[]")
	}
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// arithmetic multiplies and adds the printed numbers, whatever the rules say.
func (r *Report) arithmetic(a contract.Agreement) {
	s := r.document.Statement
	rounding := map[int]money.Rounding{}
	for _, t := range a.Versions {
		rounding[t.Version] = t.Rounding
	}
	for _, l := range s.Lines {
		mode, ok := rounding[l.Basis.Version]
		if !ok {
			mode = a.First().Rounding
		}
		if !l.MultipliesOut(mode) {
			r.find("arithmetic", lineWhere(l), "Line %d (%s): %s x %s is not %s.", l.No, l.Text, l.Quantity, l.Rate, l.Amount.Format())
		}
	}
	if !s.AddsUp() {
		r.find("arithmetic", "total", "The lines do not add up to the total, %s.", s.Total.FormatWith())
	}
	r.check("quantity x rate = amount on every line, and the sum of the lines")
}

// reviews follows what happened to the statement and compares the printed page and the readme with what they print.
func (r *Report) reviews(ctx context.Context, files []File, m manifest, a contract.Agreement) {
	s := r.document.Statement
	body, _ := fileOf(files, eventsFile)
	events, err := decodeEvents(body, s.Currency)
	if err != nil {
		r.find("events", eventsFile, "%s cannot be read: %v.", eventsFile, err)
		return
	}
	if canonical, err := encodeEvents(events, s.Currency); err != nil || !bytes.Equal(canonical, body) {
		r.find("events", eventsFile, "%s holds something that the program would not write so.", eventsFile)
	}
	inputs, _ := Split(files)
	p := Pack{ID: m.Statement.ID, Revision: m.Statement.Revision, Terms: ReviewTerms(a, s.Period), Events: events,
		Frozen: Frozen{Document: r.document, Inputs: inputs, Hash: r.Hash}}
	possible := fees.Replay(s, p.Terms, events, func(before fees.Life, e fees.Event) bool {
		before.Overtaken = e.Kind == fees.Withdraw // whether it was is not told by one statement alone
		switch err := before.Check(s, e); {
		case ctx.Err() != nil:
			return false
		case err != nil:
			r.find("events", eventsFile, "Event %d (%s by %s) cannot have happened so: %v.", before.Next, e.Kind, e.By, err)
			return false
		case e.Seq != before.Next:
			r.find("events", eventsFile, "Event %d (%s by %s) has the number %d.", before.Next, e.Kind, e.By, e.Seq)
			return false
		}
		return true
	})
	if !possible {
		return
	}
	life := p.life()
	split := p.split(life)
	r.State, r.Payable, r.Held = string(life.State), split.Payable, split.Held
	r.check("%d events of the review against what may happen to a statement", len(events))
	r.Notes = append(r.Notes, "The statement hash does not bind the reviews in "+eventsFile+": compare them with the record.")
	if m.Page < 1 || m.Page > pageVersion {
		r.find("page", pageFile, "%s and %s say that they are of form %d, which this program does not know, so they were not compared with the statement. Trust %s and %s.",
			pageFile, readmeFile, m.Page, statementFile, eventsFile)
		return
	}
	page, err := p.page(m.Page)
	if printed, _ := fileOf(files, pageFile); err != nil || !bytes.Equal(page, printed) {
		r.find("page", pageFile, "%s does not print what %s and %s say. Trust those.", pageFile, statementFile, eventsFile)
	}
	if printed, _ := fileOf(files, readmeFile); !bytes.Equal(p.readme(), printed) {
		r.find("page", readmeFile, "%s does not say what %s and %s say. Trust those.", readmeFile, statementFile, eventsFile)
	}
}
