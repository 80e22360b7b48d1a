package ops

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// CostBetween computes what the difference between two imports costs: each month by the same terms and the same settled statements, on the later evidence and
// on the earlier, one less the other. The months are those of the statements that stand, by what was frozen with them, and those that the newest statement on evidence
// before the later one leaves for a next statement, up to the day of that evidence, by the contract as it stands. Of a month it counts what is charged for the
// month itself, not what it corrects of earlier ones, so that months can be added up. Of statements on earlier evidence it computes the newest in.Most, and as many of
// the other months; more is how many it left out. Who may: see StatementSee; without the agency's drafts. Faults: NotFound, Forbidden; "sums-refused".
func (s *Service) CostBetween(ctx context.Context, actor access.Actor, in crmops.Between) (out []crmops.MonthCost, more int, err error) {
	defer refuseSums(&err)
	if err := access.Require(actor, access.StatementSee, access.Of(in.Client)); err != nil {
		return nil, 0, err
	}
	var months []costedMonth
	var before, after crm.Evidence
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if months, more, err = s.costedMonths(ctx, tx, actor, in); err != nil {
			return err
		}
		if in.From > 0 { // without any import there was none
			if before, err = s.ownEvidence(ctx, tx, in.Client, in.From); err != nil {
				return err
			}
		}
		if in.To > 0 {
			after, err = s.ownEvidence(ctx, tx, in.Client, in.To)
		}
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("compute what the imports %d to %d cost: %w", in.From, in.To, err)
	}
	for _, m := range months {
		if ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		was, held := m.charged(before)
		now, still := m.charged(after)
		m.cost.Differs = now.Sub(was)
		m.cost.Held = unknown(held, still, in.Touches)
		out = append(out, m.cost)
	}
	return out, more, nil
}

// costedMonth is a month that is computed on evidence that is given.
type costedMonth struct {
	cost      crmops.MonthCost
	agreement contract.Agreement
	facts     fees.Facts // but for the evidence
	asOf      cal.Date
}

// charged is what is charged for the month itself, and what is held out of it for want of a fact.
func (m costedMonth) charged(e crm.Evidence) (sum money.Amount, held []fees.Issue) {
	f := m.facts
	f.Evidence = e
	st, issues := fees.Draft(m.agreement, f, m.asOf)
	for _, i := range issues {
		if i.Severity == fees.Problem && i.Code != "correction-held" { // the corrected month tells it
			held = append(held, i)
		}
	}
	return st.Total.Sub(correctedBefore(st, cal.MonthOf(f.Period.From))), held
}

// unknown are in words the things that were held out before and not now, or now and not before; of those that were on both sides, the ones of a deal that the
// difference touches: what is held of the others is the same.
func unknown(before, after []fees.Issue, touches func(deal string) bool) (words []string) {
	for _, i := range slices.Concat(before, after) {
		deal, isDeal := strings.CutPrefix(i.Subject, "deal ")
		both := slices.Contains(before, i) && slices.Contains(after, i)
		if (!both || isDeal && touches(deal)) && !slices.Contains(words, i.Text) {
			words = append(words, i.Text)
		}
	}
	return words
}

// costedMonths are the months to compute: the statements on earlier evidence, then the other months, each the newest first.
func (s *Service) costedMonths(ctx context.Context, tx bun.Tx, actor access.Actor, in crmops.Between) (out []costedMonth, more int, err error) {
	stand, err := standingOf(ctx, tx, in.Client)
	if err != nil {
		return nil, 0, err
	}
	if !access.SeesInternal(actor, in.Client) {
		stand = slices.DeleteFunc(stand, func(st standing) bool { return st.State == fees.Drafted })
	}
	contracts, err := contractops.ContractsOf(ctx, tx, in.Client)
	if err != nil {
		return nil, 0, err
	}
	earlier := slices.Clone(stand)
	earlier = slices.DeleteFunc(earlier, func(st standing) bool { return st.Import >= in.To })
	for _, st := range earlier[:min(in.Most, len(earlier))] {
		m, err := frozenMonth(ctx, tx, st)
		if err != nil {
			return nil, 0, err
		}
		out = append(out, m)
	}
	more = len(earlier) - len(out)
	var others []otherMonth
	for _, c := range contracts {
		if len(c.Accepted()) > 0 {
			found, err := otherMonths(c, stand, in)
			if err != nil {
				return nil, 0, err
			}
			others = append(others, found...)
		}
	}
	slices.SortStableFunc(others, func(a, b otherMonth) int { return b.month.First().Cmp(a.month.First()) })
	for _, o := range others[:min(in.Most, len(others))] {
		m, err := o.read(ctx, tx, len(contracts) > 1, in)
		if err != nil {
			return nil, 0, err
		}
		out = append(out, m)
	}
	return out, more + max(0, len(others)-in.Most), nil
}

// otherMonth is a month of a contract of which no statement stands on evidence before the later moment.
type otherMonth struct {
	contract  contractops.Contract
	agreement contract.Agreement
	month     cal.Month
	statement *standing // on that evidence or later; nil: none
}

// otherMonths are those of one contract up to the day of the later evidence: of statements that stand, and those after the newest statement on earlier evidence.
func otherMonths(c contractops.Contract, stand []standing, in crmops.Between) ([]otherMonth, error) {
	agreement, err := c.Agreement()
	if err != nil {
		return nil, err
	}
	first := agreement.First()
	begin, last := cal.MonthOf(first.Effective), cal.MonthOf(cal.DateOf(in.Until, first.Zone))
	of := map[cal.Month]*standing{}
	for i, st := range stand {
		if st.Contract != c.ID {
			continue
		}
		month := cal.MonthOf(st.Period.From)
		if st.Import >= in.To {
			of[month] = &stand[i]
		} else if next := month.Next(); next.First().After(begin.First()) {
			begin = next
		}
	}
	var out []otherMonth
	for month := range of {
		if month.First().Before(begin.First()) && !month.First().After(last.First()) {
			out = append(out, otherMonth{c, agreement, month, of[month]})
		}
	}
	for month := begin; !month.First().After(last.First()); month = month.Next() {
		out = append(out, otherMonth{c, agreement, month, of[month]})
	}
	slices.SortFunc(out, func(a, b otherMonth) int { return cmp.Compare(b.month.String(), a.month.String()) })
	return out, nil
}

// read gathers what the month is computed from. Where the client has several contracts, a month without a statement says of which it is.
func (o otherMonth) read(ctx context.Context, tx bun.Tx, several bool, in crmops.Between) (costedMonth, error) {
	if o.statement != nil {
		return frozenMonth(ctx, tx, *o.statement)
	}
	m := costedMonth{cost: crmops.MonthCost{Name: o.month.Words()}, agreement: o.agreement, facts: fees.Facts{Period: o.month.Period()},
		asOf: cal.DateOf(in.Until, o.agreement.First().Zone)}
	if several {
		m.cost.Name += ", " + o.contract.Name
	}
	finals, err := readFinals(ctx, tx, o.contract.ID)
	if err != nil {
		return m, err
	}
	m.facts.Settled, err = settledOf(ctx, tx, finals)
	return m, err
}

// frozenMonth is the month of a statement, by the terms and the settled statements that were frozen with it.
func frozenMonth(ctx context.Context, tx bun.Tx, st standing) (costedMonth, error) {
	m := costedMonth{cost: crmops.MonthCost{Statement: st.ID, Name: st.Name(), State: string(st.State), Import: st.Import}, asOf: st.AsOf}
	row, err := readRow(ctx, tx, st.ID, "id", "terms", "facts")
	if err != nil {
		return m, err
	}
	files, err := row.files()
	if err != nil {
		return m, err
	}
	if m.agreement, m.facts, _, err = pack.ReadInputs(files); err != nil {
		return m, fmt.Errorf("read what statement %s was computed from: %w", st.ID, err)
	}
	m.facts.Period, m.facts.Evidence = st.Period, crm.Evidence{}
	return m, nil
}
