package ops

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// ComparedDocument is a comparison for programs. Amounts are plain decimals.
type ComparedDocument struct {
	From       ComparedMoment      `json:"from"`
	To         ComparedMoment      `json:"to"`
	Latest     int64               `json:"latest" doc:"Number of the newest import"`
	Kinds      []ComparedKind      `json:"kinds" nullable:"false" doc:"Of which records differ"`
	Revenue    []ComparedRevenue   `json:"revenue" nullable:"false" doc:"What differs in won revenue, one for each currency"`
	Payments   []ComparedRevenue   `json:"payments" nullable:"false" doc:"What differs in payments and refunds, one for each currency"`
	Unsure     int                 `json:"unsure" doc:"Won deals that the sums do not hold, for want of an amount"`
	Deals      int                 `json:"deals" doc:"Touched by what differs"`
	Statements []ComparedStatement `json:"statements" nullable:"false" doc:"Locked and submitted statements on evidence before the later moment, and open drafts for those who may see them"`
	Months     []ComparedMonth     `json:"months" nullable:"false" doc:"What the difference costs of months of which no statement is above; only where costs were asked for"`
	Costs      *ComparedCosts      `json:"costs,omitempty" doc:"The costs together; absent where they were not computed"`
	Total      int                 `json:"total" doc:"Records that fit the filter"`
}

// ComparedMoment is one of the two moments.
type ComparedMoment struct {
	Import    int64      `json:"import" doc:"0: before the first import"`
	Filename  string     `json:"filename,omitempty"`
	AppliedAt *time.Time `json:"applied_at,omitempty"`
}

// ComparedKind is what differs in records of one kind.
type ComparedKind struct {
	Kind    string           `json:"kind"`
	New     int64            `json:"new"`
	Changed int64            `json:"changed"`
	Gone    int64            `json:"gone"`
	Fields  map[string]int64 `json:"fields,omitempty" doc:"Of changed records: how often each field differs"`
}

// ComparedRevenue is what differs in one currency: net = came + altered - left.
type ComparedRevenue struct {
	Currency string `json:"currency"`
	Came     string `json:"came" doc:"Won now and not before"`
	Altered  string `json:"altered" doc:"Of what is there at both moments: the new amounts less the old"`
	Left     string `json:"left" doc:"Won before and not now"`
	Net      string `json:"net"`
	Moved    string `json:"moved" doc:"The new amounts of deals whose close date fell into another month; no part of net"`
}

// ComparedStatement is a statement on earlier evidence.
type ComparedStatement struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	State  string `json:"state" enum:"locked,submitted,draft"`
	Import int64  `json:"import" doc:"That its evidence is as of"`
	Rows   int    `json:"rows" doc:"Records that it rests on and that differ"`

	Currency string `json:"currency,omitempty"`
	Total    string `json:"total,omitempty" doc:"As it was given"`

	// what the newest evidence would make of it
	Computed int64  `json:"computed,omitempty" doc:"The newest import, on which it was computed again; absent where it was not"`
	Now      string `json:"now,omitempty" doc:"Computed again, by the same terms"`
	Left     string `json:"left,omitempty" doc:"What differs of its own month and no later statement corrected: still to correct, or, of a draft, what drafting it again moves"`

	This string   `json:"this_difference,omitempty" doc:"What the difference between the two moments costs of its own month: by the same terms on the later evidence, less on the earlier; absent where it was not computed"`
	Held []string `json:"held,omitempty" doc:"What either leaves out for want of a fact: this_difference does not hold it"`
}

// ComparedRecord is a record that differs.
type ComparedRecord struct {
	Kind       string            `json:"kind"`
	ID         string            `json:"id"`
	Fate       string            `json:"fate" enum:"new,changed,gone"`
	Fields     []FieldDelta      `json:"fields,omitempty" doc:"Of a changed record"`
	Edits      []ComparedEdit    `json:"edits,omitempty" doc:"Who changed the fields to what they say now, where the CRM's own history tells"`
	Before     map[string]string `json:"before,omitempty" doc:"What a record that is gone said"`
	After      map[string]string `json:"after,omitempty" doc:"What a new record says"`
	Import     int64             `json:"import" doc:"That said it last"`
	Line       int64             `json:"line" doc:"In that import's file"`
	Deals      []string          `json:"deals,omitempty" doc:"Ids of the deals that it touches"`
	DealNames  []string          `json:"deal_names,omitempty" doc:"Their names, in the same order; the id where none is known"`
	Statements []string          `json:"statements,omitempty" doc:"Ids of the statements that rest on what it said before"`
}

// ComparedEdit is who changed a field, as the CRM's own history tells.
type ComparedEdit struct {
	Field string    `json:"field"`
	At    time.Time `json:"at"`
	By    string    `json:"by,omitempty" doc:"As the CRM names or numbers the person or the process"`
}

// Document is the comparison without its rows.
func (c Comparison) Document() ComparedDocument {
	out := ComparedDocument{From: momentDocument(c.From), To: momentDocument(c.To), Latest: c.Latest, Kinds: []ComparedKind{}, Revenue: revenueDocument(c.Revenue),
		Payments: revenueDocument(c.Payments), Unsure: c.Unsure, Deals: c.Deals, Statements: []ComparedStatement{}, Months: []ComparedMonth{}, Costs: c.costsDocument(), Total: c.Total}
	for _, k := range c.Kinds {
		out.Kinds = append(out.Kinds, ComparedKind{string(k.Kind), k.New, k.Changed, k.Gone, k.Fields})
	}
	for _, t := range c.Touched {
		out.Statements = append(out.Statements, t.document())
	}
	for _, m := range c.Months {
		out.Months = append(out.Months, m.document())
	}
	return out
}

func (t Touched) document() ComparedStatement {
	out := ComparedStatement{ID: t.ID, Name: t.Name, State: t.State, Import: t.Import, Rows: t.Rows, Currency: string(t.Total.Currency), Total: t.Total.String()}
	if t.Cost != nil {
		out.Computed, out.Now, out.Left = t.Cost.AsOf, t.Cost.Now.String(), t.Cost.Left.String()
	}
	if t.This != nil {
		out.This, out.Held = t.This.Differs.String(), t.This.Held
	}
	return out
}

func momentDocument(m ImportMark) ComparedMoment {
	out := ComparedMoment{Import: m.No, Filename: m.Filename}
	if !m.AppliedAt.IsZero() {
		out.AppliedAt = &m.AppliedAt
	}
	return out
}

func revenueDocument(list []crm.Movement) []ComparedRevenue {
	out := []ComparedRevenue{}
	for _, m := range list {
		text := func(a money.Amount) string { return a.String() }
		out = append(out, ComparedRevenue{string(m.Net().Currency), text(m.Came), text(m.Altered), text(m.Left), text(m.Net()), text(m.Moved)})
	}
	return out
}

// Document is the row for programs.
func (r ComparedRow) Document() ComparedRecord {
	out := ComparedRecord{Kind: string(r.Kind), ID: r.ID, Fate: string(r.Fate), Fields: r.Fields, Import: r.No, Line: r.Line, Statements: r.Statements}
	for _, f := range r.Fields {
		if e, told := r.Edits[f.Field]; told {
			out.Edits = append(out.Edits, ComparedEdit{f.Field, e.At.UTC(), e.By})
		}
	}
	switch r.Fate {
	case crm.Came:
		out.After = r.Now.Fields()
	case crm.Left:
		out.Before = r.Old.Fields()
	}
	for _, d := range r.Deals {
		out.Deals, out.DealNames = append(out.Deals, d.ID), append(out.DealNames, d.Shown())
	}
	return out
}

// WriteComparison writes a comparison as a file, row by row: "csv" has a line for each field that differs, "json" the document with its rows, "costs" a CSV
// with a line for each statement and month that the difference was priced for. begin is
// told the file's name before the first byte; nil: nobody. Who, faults: see Compare; Invalid at "format".
func (s *Service) WriteComparison(ctx context.Context, actor access.Actor, in CompareInput, format string, begin func(name string), w io.Writer) error {
	out := bufio.NewWriterSize(w, 64<<10)
	var sink interface {
		head(Comparison) error
		row(ComparedRow) error
		close() error
	}
	name := "evidence-%d-to-%d." + format
	switch format {
	case "csv":
		in.Costs = 0 // it holds none
		sink = &comparisonCSV{out: csv.NewWriter(out)}
	case "json":
		sink = &comparisonJSON{out: out}
	case "costs":
		in.Limit = 1 // no row of it is written
		sink, name = &costsCSV{out: csv.NewWriter(out)}, "evidence-%d-to-%d-costs.csv"
	default:
		return fault.New(fault.Invalid, "format", "%q is no format of a comparison. Write csv, costs or json.", format).At("format")
	}
	err := s.CompareEach(ctx, actor, in, func(c Comparison) error {
		if begin != nil {
			begin(fmt.Sprintf(name, c.From.No, c.To.No))
		}
		return sink.head(c)
	}, sink.row)
	if err != nil {
		return err
	}
	if err := sink.close(); err != nil {
		return err
	}
	return out.Flush()
}

type comparisonCSV struct {
	out        *csv.Writer
	statements map[string]Touched
}

func (f *comparisonCSV) head(c Comparison) error {
	f.statements = map[string]Touched{}
	for _, t := range c.Touched {
		f.statements[t.ID] = t
	}
	return f.out.Write([]string{"kind", "id", "fate", "field", "before", "after", "import", "line", "deals", "statements", "changed_at", "changed_by", "deal_names", "statement_names"})
}

// listed is a list in one cell.
func listed(list []string) string {
	for i := range list {
		list[i] = strings.ReplaceAll(list[i], ";", ",")
	}
	return strings.Join(list, ";")
}

// named are the statements with where they stand.
func (f *comparisonCSV) named(ids []string) (names []string) {
	for _, id := range ids {
		t := f.statements[id]
		names = append(names, t.Name+" ("+t.State+")")
	}
	return names
}

// row writes a line for each field: those that differ, or all that a record says that is new or gone.
func (f *comparisonCSV) row(r ComparedRow) error {
	fields := r.Fields
	if r.Fate != crm.Altered {
		fields = nil
		for _, c := range crm.Columns(r.Kind) {
			d := FieldDelta{Field: c, After: r.Now.Get(c)}
			if r.Fate == crm.Left {
				d = FieldDelta{Field: c, Before: r.Old.Get(c)}
			}
			if d.Before != "" || d.After != "" {
				fields = append(fields, d)
			}
		}
	}
	var deals, dealNames []string
	for _, d := range r.Deals {
		deals, dealNames = append(deals, d.ID), append(dealNames, d.Shown())
	}
	for _, d := range fields {
		line := []string{string(r.Kind), r.ID, string(r.Fate), d.Field, d.Before, d.After, strconv.FormatInt(r.No, 10), strconv.FormatInt(r.Line, 10),
			strings.Join(deals, ";"), strings.Join(r.Statements, ";"), "", "", listed(dealNames), listed(f.named(r.Statements))}
		if e, told := r.Edits[d.Field]; told {
			line[10], line[11] = e.At.UTC().Format(time.RFC3339), e.By
		}
		for i := range line {
			line[i] = csvin.Neutralise(line[i])
		}
		if err := f.out.Write(line); err != nil {
			return err
		}
	}
	return nil
}

func (f *comparisonCSV) close() error {
	f.out.Flush()
	return f.out.Error()
}

type comparisonJSON struct {
	out  *bufio.Writer
	rows int
}

func (f *comparisonJSON) head(c Comparison) error {
	body, err := json.Marshal(c.Document())
	if err != nil {
		return err
	}
	_, err = f.out.WriteString(string(body[:len(body)-1]) + `,"rows":[`)
	return err
}

func (f *comparisonJSON) row(r ComparedRow) error {
	body, err := json.Marshal(r.Document())
	if err != nil {
		return err
	}
	if f.rows++; f.rows > 1 {
		body = append([]byte(","), body...)
	}
	_, err = f.out.Write(append([]byte("\n"), body...))
	return err
}

func (f *comparisonJSON) close() error {
	_, err := f.out.WriteString("\n]}\n")
	return err
}
