package ops

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// CompareInput asks what differs between two moments of a client's evidence.
type CompareInput struct {
	Client   string
	From, To string         // as MomentAt reads them; To "" is the newest import, From "" the import before To
	Zone     *time.Location // of days; nil: UTC
	Filter   CompareFilter
	Offset   int
	Limit    int // 0: all
	Costs    int // of how many statements, the newest first, is computed what the newest evidence would make of them, and what the difference costs
}

// CompareFilter narrows the rows of a comparison. A zero field does not narrow.
type CompareFilter struct {
	Kind      crm.Kind
	Fate      crm.Fate
	Field     string // only changed rows of which this field differs
	Text      string // in the id, whatever the case
	Touching  bool   // only rows on which a locked statement rests
	Statement string // only rows on which the statement of this id rests
}

// Comparison is what differs between two moments of the evidence. Every number is of all that differs, whatever the filter; Rows and Total are of what fits it.
type Comparison struct {
	From, To ImportMark // No 0: before the first import
	Latest   int64
	Kinds    []KindChanges // of which something differs
	Revenue  []crm.Movement
	Payments []crm.Movement
	Unsure   int // won deals that the sums of revenue do not hold, for want of an amount
	Deals    int // touched by what differs
	Touched  []Touched
	Months   []MonthCost // what the difference costs of months of which no statement was touched
	Uncosted int         // statements and months of which that was left out, being older than was asked for
	Rows     []ComparedRow
	Total    int

	touchedDeals []string // in order
}

// Differing is how many records differ.
func (c Comparison) Differing() (n int64) {
	for _, k := range c.Kinds {
		n += k.Rows()
	}
	return n
}

// Touched is a statement that was given, or drafted, on earlier evidence than that compared to. Drafts are there for those who may see them.
type Touched struct {
	Resting
	Rows int   // that it rests on and that differ now
	Cost *Cost // nil: it was not computed

	This *MonthCost // what the difference costs of its month; nil: it was not computed
}

// ComparedRow is a record that differs, with what it touches.
type ComparedRow struct {
	Kind       crm.Kind
	ID         string
	Fate       crm.Fate
	Old, Now   crm.Record // without values where it was not known
	Fields     []FieldDelta
	Edits      map[string]crm.Edit // by field: who changed it to what it says now, where the CRM's history tells
	No         int64               // the import that said it last
	Line       int64               // in that import's file
	Deals      []DealName
	Statements []string // ids of those that rest on what it said before
}

// DealName names a deal.
type DealName struct{ ID, Name string }

// Shown is the name, or the id where none is known.
func (d DealName) Shown() string { return cmp.Or(d.Name, d.ID) }

// Compare tells what differs between two moments, which deals and statements that touches, and what it moves of revenue. Its cost grows with what
// differs, not with what is known; only where contacts or touches differ it looks at all associations of contacts.
// Who: EvidenceSee. Faults: Invalid at "from", "to", "kind", "fate"; NotFound; TooLarge where more than two million records differ.
func (s *Service) Compare(ctx context.Context, actor access.Actor, in CompareInput) (out Comparison, err error) {
	err = s.CompareEach(ctx, actor, in, func(c Comparison) error {
		out = c
		return nil
	}, func(row ComparedRow) error {
		out.Rows = append(out.Rows, row)
		return nil
	})
	if err != nil {
		return Comparison{}, err
	}
	return out, nil
}

// CompareEach does as Compare and hands the rows over one by one, after the comparison without them.
func (s *Service) CompareEach(ctx context.Context, actor access.Actor, in CompareInput, head func(Comparison) error, each func(ComparedRow) error) error {
	if err := access.Require(actor, access.EvidenceSee, access.Of(in.Client)); err != nil {
		return err
	}
	in, priced, err := s.priced(ctx, actor, in)
	if err != nil {
		return err
	}
	return s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		p, err := s.comparing(ctx, tx, actor, in)
		if err != nil {
			return err
		}
		p.costs(priced)
		if err := head(p.Comparison); err != nil {
			return err
		}
		chosen := p.chosen[min(in.Offset, len(p.chosen)):]
		if in.Limit > 0 {
			chosen = chosen[:min(in.Limit, len(chosen))]
		}
		for stretch := range stretches(chosen) {
			if err := p.describe(ctx, tx, stretch, each); err != nil {
				return fmt.Errorf("read what differs: %w", err)
			}
		}
		return nil
	})
}

// comparison is a comparison on its way to rows.
type comparison struct {
	Comparison
	*compared
	client  string
	resting []Resting   // that were given on earlier evidence
	chosen  []differing // that fit the filter
}

func (s *Service) comparing(ctx context.Context, tx bun.Tx, actor access.Actor, in CompareInput) (p comparison, err error) {
	p.client = in.Client
	if err := in.Filter.check(); err != nil {
		return p, err
	}
	from, to, err := p.moments(ctx, tx, in)
	if err != nil {
		return p, err
	}
	if p.From, err = markOf(ctx, tx, in.Client, from); err != nil {
		return p, err
	}
	if p.To, err = markOf(ctx, tx, in.Client, to); err != nil {
		return p, err
	}
	if p.compared, err = s.between(ctx, tx, in.Client, from, to); err != nil {
		return p, err
	}
	c := p.compared
	p.Kinds, p.Revenue, p.Payments, p.Unsure, p.Deals = c.kinds, c.revenue, c.payments, c.unsure, len(c.deals)
	p.touchedDeals = c.deals
	all, err := s.restingFor(ctx, tx, actor, in.Client)
	if err != nil {
		return p, err
	}
	if id := in.Filter.Statement; id != "" && !slices.ContainsFunc(all, func(r Resting) bool { return r.ID == id }) {
		return p, fault.New(fault.NotFound, "statement", "There is no statement %q that was given to anybody and rests on evidence.", id).At("statement")
	}
	for _, r := range all {
		if r.Import < to {
			p.resting = append(p.resting, r)
			p.Touched = append(p.Touched, Touched{Resting: r})
		}
	}
	p.choose(in.Filter)
	return p, nil
}

// check refuses what no record can fit. Fault: Invalid at "kind", "fate".
func (f CompareFilter) check() error {
	var faults fault.List
	if f.Kind != "" && !slices.Contains(crm.Kinds(), f.Kind) {
		faults.Add(fault.New(fault.Invalid, "kind", "There is no kind %q. Write one of: %s.", f.Kind, joined(crm.Kinds())).At("kind"))
	}
	if f.Fate != "" && !slices.Contains(crm.Fates(), f.Fate) {
		faults.Add(fault.New(fault.Invalid, "fate", "%q is none of: %s.", f.Fate, joined(crm.Fates())).At("fate"))
	}
	return faults.Err()
}

func joined[T ~string](list []T) string {
	var out []string
	for _, t := range list {
		out = append(out, string(t))
	}
	return strings.Join(out, ", ")
}

// moments settles what is compared. Faults: Invalid at "from", "to"; NotFound.
func (p *comparison) moments(ctx context.Context, tx bun.Tx, in CompareInput) (from, to int64, err error) {
	zone := in.Zone
	if zone == nil {
		zone = time.UTC
	}
	at := func(field, text string) (int64, error) {
		n, latest, err := MomentAt(ctx, tx, in.Client, strings.TrimSpace(text), zone)
		p.Latest = latest
		if fault.Is(err, fault.Invalid) {
			err = fault.All(err)[0].At(field)
		}
		return n, err
	}
	if to, err = at("to", in.To); err != nil {
		return 0, 0, err
	}
	if in.From == "" {
		return max(0, to-1), to, nil
	}
	if from, err = at("from", in.From); err == nil && from > to {
		err = fault.New(fault.Invalid, "moments", "Import %d is later than import %d. Write the earlier one first.", from, to).At("from")
	}
	return from, to, err
}

// choose keeps the rows that fit the filter, and counts for each statement the rows that it rests on.
func (p *comparison) choose(f CompareFilter) {
	text := strings.ToLower(f.Text)
	for _, d := range p.rows {
		k := crm.Kinds()[d.kind]
		touching, named := false, f.Statement == ""
		for i, r := range p.resting {
			if r.on(k, d) {
				p.Touched[i].Rows++
				touching = touching || r.Locked()
				named = named || r.ID == f.Statement
			}
		}
		if named && (!f.Touching || touching) && (f.Kind == "" || f.Kind == k) && (f.Fate == "" || f.Fate == d.fate) &&
			(f.Field == "" || d.differsIn(f.Field)) && strings.Contains(strings.ToLower(d.id), text) {
			p.chosen = append(p.chosen, d)
		}
	}
	p.Total = len(p.chosen)
}

func (d differing) differsIn(field string) bool {
	i := slices.Index(crm.Columns(crm.Kinds()[d.kind]), field)
	return i >= 0 && d.fields&(1<<i) != 0
}

// stretches cuts rows into runs of one kind that one query can ask for.
func stretches(rows []differing) iter.Seq[[]differing] {
	return func(yield func([]differing) bool) {
		for len(rows) > 0 {
			n := 1
			for n < len(rows) && n < lookupBatch && rows[n].kind == rows[0].kind {
				n++
			}
			if !yield(rows[:n]) {
				return
			}
			rows = rows[n:]
		}
	}
}

// describe reads what rows of one kind said at both moments, and hands them over in their order.
func (p *comparison) describe(ctx context.Context, tx bun.Tx, stretch []differing, each func(ComparedRow) error) error {
	k := crm.Kinds()[stretch[0].kind]
	ids := make([]string, len(stretch))
	for i, d := range stretch {
		ids[i] = d.id
	}
	old, err := bodiesOf(ctx, tx, p.client, k, p.From.No, ids)
	if err != nil {
		return err
	}
	now, err := bodiesOf(ctx, tx, p.client, k, p.To.No, ids)
	if err != nil {
		return err
	}
	rows := make([]ComparedRow, len(stretch))
	var deals []string
	companies := map[string][]string{}
	if k == crm.KindCompany {
		err := eachIn(ctx, tx, p.client, crm.KindDeal, p.To.No, "link", ids, func(v version) error {
			r, err := v.record(crm.KindDeal)
			companies[r.Get("company_id")] = append(companies[r.Get("company_id")], v.ID)
			return err
		})
		if err != nil {
			return err
		}
	}
	for i, d := range stretch {
		row := ComparedRow{Kind: k, ID: d.id, Fate: d.fate, Old: crm.Record{Kind: k, ID: d.id}, No: d.no, Line: d.line}
		if v, known := old[d.id]; known {
			if row.Old, err = v.record(k); err != nil {
				return err
			}
		}
		if row.Now, err = now[d.id].record(k); err != nil {
			return err
		}
		if d.fate == crm.Altered {
			row.Fields = deltasOf(row.Old, row.Now)
		}
		for _, r := range p.resting {
			if r.on(k, d) {
				row.Statements = append(row.Statements, r.ID)
			}
		}
		for _, id := range p.dealsOf(row, companies[d.id]) {
			row.Deals = append(row.Deals, DealName{ID: id})
			deals = append(deals, id)
		}
		rows[i] = row
	}
	if err := nameDeals(ctx, tx, p.client, p.To.No, rows, deals); err != nil {
		return err
	}
	if err := p.explain(ctx, tx, k, rows); err != nil {
		return err
	}
	for _, row := range rows {
		if err := each(row); err != nil {
			return err
		}
	}
	return nil
}

// dealsOf are the deals that a row belongs to, now or before.
func (p *comparison) dealsOf(row ComparedRow, ofCompany []string) []string {
	var out []string
	switch row.Kind {
	case crm.KindDeal:
		out = []string{row.ID}
	case crm.KindPayment, crm.KindDealContact:
		out = []string{row.Old.Get("deal_id"), row.Now.Get("deal_id")}
	case crm.KindContact, crm.KindMerge:
		out = p.contacts.of(row.ID)
	case crm.KindEdit:
		if row.Now.Get("of") == string(crm.KindDeal) {
			out = []string{row.Now.Get("record_id")}
		}
	case crm.KindTouch:
		out = append(slices.Clone(p.contacts.of(row.Old.Get("contact_id"))), p.contacts.of(row.Now.Get("contact_id"))...)
	case crm.KindCompany:
		out = ofCompany
	case crm.KindDealMerge:
		out = []string{row.ID, row.Old.Get("into_deal_id"), row.Now.Get("into_deal_id")}
	}
	out = slices.DeleteFunc(slices.Sorted(slices.Values(out)), func(id string) bool { return id == "" })
	return slices.Compact(out)
}

// nameDeals puts the names to the deals of the rows.
func nameDeals(ctx context.Context, tx bun.Tx, client string, no int64, rows []ComparedRow, deals []string) error {
	slices.Sort(deals)
	said, err := bodiesOf(ctx, tx, client, crm.KindDeal, no, slices.Compact(deals))
	if err != nil {
		return err
	}
	for _, row := range rows {
		for i := range row.Deals {
			if v, known := said[row.Deals[i].ID]; known {
				r, err := v.record(crm.KindDeal)
				if err != nil {
					return err
				}
				row.Deals[i].Name = r.Get("name")
			}
		}
	}
	return nil
}
