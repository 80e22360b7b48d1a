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
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/contract"
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
	attribution.Row // Deals: in how many it holds money under the model under which it is in the most
	Amounts         []money.Amount
	deals           []int // one a column
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
		return s.fill(ctx, tx, client, &v, contracts)
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

// fill credits the deals of the period, those of one rule and currency together.
func (s *Service) fill(ctx context.Context, tx bun.Tx, client string, v *Comparison, contracts []bound) error {
	now := s.Now()
	v.addClauses(governing(contracts, crm.Deal{}, now))
	m, err := s.material(ctx, tx, client, v.AsOf, kindsOfAll(contracts), namesAny(contracts))
	if err != nil {
		return err
	}
	deals, err := v.deals(m.evidence.Deals, contracts, now)
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
	var groups []*group
	for _, w := range deals {
		total := totalOf(w.deal, w.rule.Clause)
		if !total.Known {
			v.LeftOut = append(v.LeftOut, LeftOut{w.deal, total.Note})
			continue
		}
		groups = grouped(groups, w, total.Amount)
	}
	tables := map[money.Currency]*tableMaker{}
	for _, alike := range byChannels(groups) {
		var all []credit
		for _, g := range alike {
			all = append(all, g.deals...)
		}
		stored, err := m.load(all, []attribution.By{attribution.ByProvider})
		if err != nil {
			return err
		}
		channels := channelsOf(stored.Touches)
		v.name(channels)
		for _, g := range alike {
			g.rule.Model = g.rule.passing(g.rule.Model, channels)
			own := make([]attribution.Model, len(models))
			for i, m := range models {
				own[i] = g.rule.passing(m, channels)
			}
			currency := g.total.Currency
			if tables[currency] == nil {
				tables[currency] = newTable(currency, 1+len(models))
			}
			if err := tables[currency].add(stored.Touches, stored.Deals[:len(g.deals)], g, own); err != nil {
				return err
			}
			stored.Deals = stored.Deals[len(g.deals):]
		}
	}
	for _, t := range tables {
		v.Tables = append(v.Tables, t.table(v.Heads))
	}
	slices.SortFunc(v.Tables, func(a, b CurrencyTable) int {
		return cmp.Or(cmp.Compare(b.Deals, a.Deals), cmp.Compare(a.Total.Currency, b.Total.Currency))
	})
	return nil
}

// channelsOf are the channels of touches.
func channelsOf(t *engine.Touches) (out []string) {
	for l := range t.Labels {
		out = append(out, t.Labels[l].Channel)
	}
	return slices.Compact(out) // they are sorted by channel
}

// name lets the heads say which channels last-non-direct passes over.
func (v *Comparison) name(channels []string) {
	for i := range v.Heads {
		for k, m := range v.Heads[i].Models {
			v.Heads[i].Models[k] = v.Rules[0].passing(m, channels)
		}
	}
}

// group is deals of one rule and one currency.
type group struct {
	rule  Rule
	total money.Amount
	deals []credit
}

// grouped puts a deal with those of its rule and currency.
func grouped(groups []*group, w won, total money.Amount) []*group {
	i := slices.IndexFunc(groups, func(g *group) bool { return g.total.Currency == total.Currency && g.rule.same(w.rule) })
	if i < 0 {
		i = len(groups)
		groups = append(groups, &group{rule: w.rule})
	}
	g := groups[i]
	g.total, g.deals = g.total.Add(total), append(g.deals, credit{w.deal, w.rule.path(), total.Minor})
	return groups
}

// byChannels puts groups together that name channels alike and leave out the same ones: one reading of the touches does for them.
func byChannels(groups []*group) (out [][]*group) {
	for _, g := range groups {
		i := slices.IndexFunc(out, func(o []*group) bool {
			a, b := &o[0].rule.Touched, &g.rule.Touched
			return slices.Equal(a.Excluded, b.Excluded) && a.Channels.Naming.String() == b.Channels.Naming.String()
		})
		if i < 0 {
			i = len(out)
			out = append(out, nil)
		}
		out[i] = append(out[i], g)
	}
	return out
}

// namesAny says whether any version of the contracts names channels.
func namesAny(contracts []bound) bool {
	for _, b := range contracts {
		for _, terms := range b.agreement.Versions {
			for _, c := range terms.Clauses {
				if share, ok := c.(contract.RevenueShare); ok && share.Attribution.Touched.Channels.Naming != nil {
					return true
				}
			}
		}
	}
	return false
}

// kindsOfAll are the kinds of evidence that the paths of any version of the contracts rest on, or the plain one.
func kindsOfAll(contracts []bound) []crm.Kind {
	all := attribution.Path{}
	for _, b := range contracts {
		for _, terms := range b.agreement.Versions {
			for _, c := range terms.Clauses {
				if share, ok := c.(contract.RevenueShare); ok && !share.Attribution.None {
					p := attribution.PathOf(share.Attribution, terms.Zone)
					all.Inferred, all.ToPayment = all.Inferred || p.Inferred, all.ToPayment || p.ToPayment
				}
			}
		}
	}
	return kindsOf(all)
}

// deals are the won deals of the period by day, each under the rule of its day.
func (v *Comparison) deals(all []crm.Deal, contracts []bound, now time.Time) ([]won, error) {
	found := slices.DeleteFunc(attribution.Once(all, func(d crm.Deal) string { return d.ID }), func(d crm.Deal) bool {
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
