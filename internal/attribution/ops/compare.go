package ops

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// CompareInput is which won deals to look at, and how.
type CompareInput struct {
	From, To cal.Month // both included; zero: the twelve months up to this one
	AsOf     int64     // number of an import; 0 for the newest
	Asked    Asked     // each deal is credited by what was agreed on its day, with this in its place
}

// Head says what a column of a comparison shows. Column 0 is the rule of each deal.
type Head struct {
	Models []attribution.Model // one; in column 0 as many as the deals' rules name
}

// CompareRow is the credit of one channel or provider, one amount a column.
type CompareRow struct {
	attribution.Row
	Amounts []money.Amount
}

// CurrencyTable is the won deals of one currency.
type CurrencyTable struct {
	Deals      int
	Total      money.Amount // closed revenue: every column sums to it
	ByChannel  []CompareRow
	ByProvider []CompareRow
	Earned     []money.Amount // what earns under the deals' clauses, one a column
	Creditless []int          // deals without any credited touch, one a column
	Spread     int64          // hundredths of a percentage point between what earns most and least by first, last, linear and w-shaped
	SpreadOK   bool
}

// LeftOut is a won deal that no column counts.
type LeftOut struct {
	Deal crm.Deal
	Why  string
}

// Comparison is all won deals of some months under several models.
type Comparison struct {
	CompareInput
	Latest     int64
	Marks      []ImportMark
	Period     cal.Period
	Clauses    []Clause // that govern any of the deals, or today; one of each key, in its latest version
	Rules      []Rule   // the different rules of the deals, in the order of their days
	Heads      []Head
	Tables     []CurrencyTable // the currency with the most deals first
	LeftOut    []LeftOut
	Clauseless int // deals won while no revenue share was in force: credited by a plain rule
}

// longest is how many months a comparison may span: ten years.
const longest = 120

// Compare credits every deal won in the months under several models. Who: EvidenceSee. Faults: NotFound for an import or clause that is not
// there; Invalid at "from", "to", "model", "lookback", "edge".
func (s *Service) Compare(ctx context.Context, actor access.Actor, client string, in CompareInput) (Comparison, error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return Comparison{}, err
	}
	v := Comparison{CompareInput: in}
	if err := v.period(s.Now()); err != nil {
		return v, err
	}
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if v.AsOf, v.Latest, err = asOf(ctx, tx, client, in.AsOf); err != nil {
			return err
		}
		if v.Marks, err = crmops.ImportMarks(ctx, tx, client, v.Latest, marksShown); err != nil {
			return err
		}
		contracts, err := boundOf(ctx, tx, client)
		if err != nil {
			return err
		}
		e, err := crmops.EvidenceAt(ctx, tx, client, v.AsOf)
		if err != nil {
			return err
		}
		return v.fill(e, contracts, s.Now())
	})
	if err != nil {
		return Comparison{}, fmt.Errorf("compare models: %w", err)
	}
	return v, nil
}

// period settles the months: those that were asked for, or the twelve up to this one. Faults: Invalid at "from" or "to".
func (v *Comparison) period(now time.Time) error {
	if v.To == (cal.Month{}) {
		v.To = cal.MonthOf(cal.DateOf(now, time.UTC))
	}
	if v.From == (cal.Month{}) {
		v.From = cal.MonthOf(v.To.First().AddMonths(-11, 1))
	}
	v.Period = cal.Period{From: v.From.First(), To: v.To.Next().First()}
	switch {
	case v.Period.IsEmpty():
		return fault.New(fault.Invalid, "period", "The last month is before the first. Choose a later one.").At("to")
	case v.Period.Days() > longest*31:
		return fault.New(fault.Invalid, "period", "Choose at most ten years.").At("from")
	}
	return nil
}

// won is a deal in a comparison, with the rule of its day.
type won struct {
	deal crm.Deal
	rule Rule
}

func (v *Comparison) fill(e crm.Evidence, contracts []bound, now time.Time) error {
	v.addClauses(governing(contracts, crm.Deal{}, now))
	deals, err := v.deals(e, contracts, now)
	if err != nil {
		return err
	}
	if _, ok := chosen(v.Clauses, v.Asked.Clause); !ok {
		return fault.New(fault.NotFound, "clause", "That revenue share governs none of these deals.")
	}
	models, err := v.heads()
	if err != nil {
		return err
	}
	x := attribution.Link(&e.Snapshot)
	tables := map[money.Currency]*tableMaker{}
	for _, w := range deals {
		total := totalOf(w.deal, w.rule.Clause)
		if !total.Known {
			v.LeftOut = append(v.LeftOut, LeftOut{w.deal, total.Note})
			continue
		}
		t := tables[total.Amount.Currency]
		if t == nil {
			t = &tableMaker{results: make([][]attribution.Result, 1+len(models)), earned: make([]money.Amount, 1+len(models)), creditless: make([]int, 1+len(models))}
			tables[total.Amount.Currency] = t
		}
		t.add(x, w, models, total.Amount)
	}
	for _, t := range tables {
		v.Tables = append(v.Tables, t.table(v.Heads))
	}
	slices.SortFunc(v.Tables, func(a, b CurrencyTable) int {
		return cmp.Or(cmp.Compare(b.Deals, a.Deals), cmp.Compare(a.Total.Currency, b.Total.Currency))
	})
	return nil
}

// deals are the won deals of the period by day, each under the rule of its day.
func (v *Comparison) deals(e crm.Evidence, contracts []bound, now time.Time) ([]won, error) {
	found := slices.DeleteFunc(attribution.Once(e.Deals, func(d crm.Deal) string { return d.ID }), func(d crm.Deal) bool {
		return d.Deleted || !d.Won || d.ClosedOn.IsZero() || !v.Period.Contains(d.ClosedOn)
	})
	slices.SortFunc(found, func(a, b crm.Deal) int { return cmp.Or(a.ClosedOn.Cmp(b.ClosedOn), cmp.Compare(a.ID, b.ID)) })
	var out []won
	for _, d := range found {
		clauses := governing(contracts, d, now)
		v.addClauses(clauses)
		clause, _ := chosen(clauses, v.Asked.Clause)
		if clause == nil {
			v.Clauseless++
		}
		rule, err := ruleFor(clause, v.Asked)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(v.Rules, rule.same) {
			v.Rules = append(v.Rules, rule)
		}
		out = append(out, won{d, rule})
	}
	if len(found) == 0 { // so that what was asked is checked all the same, and the heads are there
		clause, _ := chosen(v.Clauses, v.Asked.Clause)
		rule, err := ruleFor(clause, v.Asked)
		if err != nil {
			return nil, err
		}
		v.Rules = append(v.Rules, rule)
	}
	return out, nil
}

func (r Rule) same(o Rule) bool {
	version := func(c *Clause) string {
		if c == nil {
			return ""
		}
		return fmt.Sprint(c.Key(), " ", c.Terms.Version)
	}
	return version(r.Clause) == version(o.Clause) && r.Model.String() == o.Model.String() && r.Lookback.String() == o.Lookback.String() && r.sameTouched(o)
}

func (v *Comparison) addClauses(clauses []Clause) {
	for _, c := range clauses {
		i := slices.IndexFunc(v.Clauses, func(o Clause) bool { return o.Key() == c.Key() })
		switch {
		case i < 0:
			v.Clauses = append(v.Clauses, c)
		case v.Clauses[i].Terms.Version < c.Terms.Version:
			v.Clauses[i] = c
		}
	}
}

// heads are the columns; the models are those beside the first.
func (v *Comparison) heads() ([]attribution.Model, error) {
	var first Head
	for _, r := range v.Rules {
		if !slices.ContainsFunc(first.Models, func(m attribution.Model) bool { return m.String() == r.Model.String() }) {
			first.Models = append(first.Models, r.Model)
		}
	}
	v.Heads = []Head{first}
	models := beside(v.Rules[0])
	if len(first.Models) > 1 {
		models = beside(Rule{Clause: v.Rules[0].Clause})
	}
	for _, m := range models {
		v.Heads = append(v.Heads, Head{Models: []attribution.Model{m}})
	}
	return models, nil
}

// tableMaker gathers the credit of the deals of one currency.
type tableMaker struct {
	deals      int
	total      money.Amount
	results    [][]attribution.Result // by column
	earned     []money.Amount
	creditless []int
}

func (t *tableMaker) add(x *attribution.Links, w won, models []attribution.Model, total money.Amount) {
	t.deals++
	t.total = t.total.Add(total)
	journey, _ := x.Journey(w.deal, w.rule.path())
	for i, m := range append([]attribution.Model{w.rule.Model}, models...) {
		r := attribution.Credit(journey, m, w.rule.Lookback, total)
		t.results[i] = append(t.results[i], r)
		t.earned[i] = t.earned[i].Add(r.Portion(w.rule.Earns).Amount)
		if r.Unattributed == total.Minor {
			t.creditless[i]++
		}
	}
}

func (t *tableMaker) table(heads []Head) CurrencyTable {
	out := CurrencyTable{Deals: t.deals, Total: t.total, ByChannel: t.rows(attribution.ByChannel), ByProvider: t.rows(attribution.ByProvider), Earned: t.earned, Creditless: t.creditless}
	var plain []int64
	for i, h := range heads {
		if len(h.Models) == 1 && measured(h.Models[0]) {
			plain = append(plain, t.earned[i].Minor)
		}
	}
	out.Spread, out.SpreadOK = attribution.Spread(plain, t.total.Minor)
	return out
}

// rows joins the columns: a name that holds nothing under one model is there with zero, which it is.
func (t *tableMaker) rows(by attribution.By) []CompareRow {
	type key struct {
		kind attribution.RowKind
		name string
	}
	rows := map[key]*CompareRow{}
	for i, results := range t.results {
		for _, r := range attribution.Aggregate(results, by) {
			row := rows[key{r.Kind, r.Name}]
			if row == nil {
				row = &CompareRow{Row: r, Amounts: make([]money.Amount, len(t.results))}
				for k := range row.Amounts {
					row.Amounts[k] = money.New(0, t.total.Currency)
				}
				rows[key{r.Kind, r.Name}] = row
			}
			row.Deals = max(row.Deals, r.Deals)
			row.Amounts[i] = row.Amounts[i].Add(r.Amount)
		}
	}
	out := make([]CompareRow, 0, len(rows))
	for _, r := range rows {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b CompareRow) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	return out
}
