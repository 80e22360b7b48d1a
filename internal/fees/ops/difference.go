package ops

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Difference is what later evidence says otherwise than the evidence that a statement was computed on, as far as it bears on it. A locked statement stays as it is; the next one carries the difference.
type Difference struct {
	From, To int64 // numbers of the imports that are compared
	Total    money.Amount
	Now      money.Amount // the total if it were computed from the newest evidence, by the same terms
	Lines    []fees.LineChange
	Facts    []fees.FactChange
	Earlier  money.Amount        // part of Now less Total: the statement's corrections of earlier months would be others. Those months tell what is left to correct of them
	Held     int                 // things that a statement computed from the newest evidence would leave out for want of a fact: Now does not hold them
	Newer    []crmops.ImportMark // the newest imports since, at most MostNewer of them, the newest first, for who sees the evidence; the kept number alone where nothing more is known
	Carried  []Carried           // of a locked statement: what later locked statements have corrected of its month already
}

// Carried is what a locked statement corrected of an earlier month.
type Carried struct {
	Statement string
	Period    cal.Period
	Amount    money.Amount
}

// Left is what is not carried yet of what the statement charges for its own month, so that it can be added to that of other statements.
func (d Difference) Left() money.Amount {
	left := d.Now.Sub(d.Total).Sub(d.Earlier)
	for _, c := range d.Carried {
		left = left.Sub(c.Amount)
	}
	return left
}

// Nothing reports whether later evidence says the same.
func (d Difference) Nothing() bool { return len(d.Lines) == 0 && len(d.Facts) == 0 }

// MostNewer is how many newer imports a difference names.
const MostNewer = 3

// Difference computes the statement again from the newest evidence, by the same terms and the same settled statements, and compares line by
// line and fact by fact. Who may: see StatementSee. Faults: NotFound, Forbidden.
func (s *Service) Difference(ctx context.Context, actor access.Actor, id string) (Difference, error) {
	var out Difference
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		row, err := s.admit(ctx, tx, actor, access.StatementSee, id)
		if err != nil {
			return err
		}
		newest, err := s.NewestImport(ctx, tx, row.ClientID)
		if err != nil {
			return err
		}
		total := money.New(row.TotalMinor, money.Currency(row.Currency))
		out = Difference{From: row.ImportNo, To: newest, Total: total, Now: total, Earlier: money.New(0, total.Currency)}
		if out.Carried, err = carried(ctx, tx, row); err != nil {
			return err
		}
		if newest == row.ImportNo {
			return nil
		}
		if access.Decide(actor, access.EvidenceSee, access.Of(row.ClientID)).Allowed {
			if out.Newer, err = newerImports(ctx, tx, row.ClientID, row.ImportNo, newest); err != nil {
				return err
			}
		}
		return s.compare(ctx, tx, id, &out)
	})
	if err != nil {
		return Difference{}, fmt.Errorf("compare statement %s with later evidence: %w", id, err)
	}
	return out, nil
}

// newerImports names the imports after one, the newest first.
func newerImports(ctx context.Context, tx bun.Tx, client string, after, newest int64) ([]crmops.ImportMark, error) {
	marks, err := crmops.ImportMarks(ctx, tx, client, newest, MostNewer)
	if err != nil {
		return nil, fmt.Errorf("name the newer imports: %w", err)
	}
	var out []crmops.ImportMark
	for no := newest; no > after && len(out) < MostNewer; no-- {
		mark := crmops.ImportMark{No: no}
		if i := slices.IndexFunc(marks, func(m crmops.ImportMark) bool { return m.No == no }); i >= 0 {
			mark = marks[i]
		}
		out = append(out, mark)
	}
	return out, nil
}

// carried sums what statements that were locked later corrected of the statement's month.
func carried(ctx context.Context, tx bun.Tx, row statementRow) ([]Carried, error) {
	finals, err := readFinals(ctx, tx, row.ContractID)
	if err != nil || !slices.ContainsFunc(finals, func(f finalRow) bool { return f.StatementID == row.ID }) {
		return nil, err
	}
	settled, err := settledOf(ctx, tx, finals)
	if err != nil {
		return nil, err
	}
	month := cal.MonthOf(row.period().From)
	var out []Carried
	for _, s := range settled {
		c := Carried{s.ID, s.Period, money.New(0, money.Currency(row.Currency))}
		for _, l := range s.Lines {
			if s.ID != row.ID && l.CorrectsMonth(month) {
				c.Amount.Minor += l.Minor
			}
		}
		if !c.Amount.IsZero() {
			out = append(out, c)
		}
	}
	return out, nil
}

func (s *Service) compare(ctx context.Context, tx bun.Tx, id string, out *Difference) error {
	row, err := readRow(ctx, tx, id)
	if err != nil {
		return err
	}
	agreement, frozen, before, err := s.ground(ctx, tx, row)
	if err != nil {
		return err
	}
	after, err := s.evidenceUnder(ctx, tx, row.ContractID, agreement, 0)
	if err != nil {
		return err
	}
	later := frozen
	later.Evidence = after
	asOf := row.summary().AsOf
	old, _ := fees.Draft(agreement, frozen, asOf)
	now, issues := fees.Draft(agreement, later, asOf)
	out.Now = now.Total
	for _, i := range issues {
		if i.Severity == fees.Problem {
			out.Held++
		}
	}
	month := cal.MonthOf(frozen.Period.From)
	out.Earlier = correctedBefore(now, month).Sub(correctedBefore(old, month))
	out.Lines = fees.Compare(old, now)
	out.Facts = fees.Bearing(fees.ChangedFacts(before, after, frozen.Evidence, fees.Used(agreement, later).Evidence), old, now)
	out.Facts, err = newNamer(tx, row.ClientID, out.From, out.To).name(ctx, out.Facts)
	return err
}

// ground is what a statement was computed from, and the whole evidence as of its import.
func (s *Service) ground(ctx context.Context, tx bun.Tx, row statementRow) (contract.Agreement, fees.Facts, crm.Evidence, error) {
	var before crm.Evidence // without any import there was none
	files, err := row.files()
	if err != nil {
		return contract.Agreement{}, fees.Facts{}, before, err
	}
	agreement, frozen, _, err := pack.ReadInputs(files)
	if err != nil {
		return agreement, frozen, before, err
	}
	frozen.Period = row.period()
	if row.ImportNo > 0 {
		before, err = s.evidenceUnder(ctx, tx, row.ContractID, agreement, row.ImportNo)
	}
	return agreement, frozen, before, err
}

// correctedBefore is what the statement of a month corrects of earlier ones.
func correctedBefore(s fees.Statement, month cal.Month) money.Amount {
	sum := money.New(0, s.Total.Currency)
	for _, l := range s.Lines {
		if l.CorrectsBefore(month) {
			sum = sum.Add(l.Amount)
		}
	}
	return sum
}
