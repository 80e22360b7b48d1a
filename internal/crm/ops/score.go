package ops

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Measuring is evidence as the hygiene score and the sales cycle are measured on it: with the touches of open deals as well as of won ones, and what
// the imports before said of the deals. It is measured on the day of the import.
type Measuring struct {
	crm.Evidence
	Pasts map[string]crm.Past
	On    cal.Date
}

// MeasuringAt reads it as of import n, days being those of the zone. It decides no access: the caller has.
func MeasuringAt(ctx context.Context, tx bun.Tx, client string, n int64, zone *time.Location) (Measuring, error) {
	e, err := EvidenceAt(ctx, tx, client, n)
	if err != nil {
		return Measuring{}, err
	}
	m := Measuring{Evidence: e}
	marks, err := ImportMarks(ctx, tx, client, n, 1)
	if err != nil || len(marks) == 0 {
		return m, err
	}
	m.On = cal.DateOf(marks[0].AppliedAt, zone)
	if err := addTouchesOfOpen(ctx, tx, client, n, &m.Snapshot); err != nil {
		return Measuring{}, err
	}
	m.Pasts, err = pasts(ctx, tx, client, n, zone)
	return m, err
}

// addTouchesOfOpen adds the touches of contacts of open deals, whom no fee rests on.
func addTouchesOfOpen(ctx context.Context, tx bun.Tx, client string, n int64, s *crm.Snapshot) error {
	open := underAllIDs(s, linkedTo(s, func(d crm.Deal) bool { return d.OutcomeKnown && !d.Closed && !d.Deleted }))
	there := bearing(s)
	open = slices.DeleteFunc(open, func(id string) bool { _, found := slices.BinarySearch(there, id); return found })
	if _, err := addTouchesOf(ctx, tx, client, n, open, s); err != nil {
		return fmt.Errorf("read the touches of open deals as of import %d: %w", n, err)
	}
	return nil
}

// pasts are what the imports up to number n said of each deal.
func pasts(ctx context.Context, tx bun.Tx, client string, n int64, zone *time.Location) (map[string]crm.Past, error) {
	marks, err := ImportMarks(ctx, tx, client, n, int(n))
	if err != nil {
		return nil, err
	}
	days := make(map[int64]cal.Date, len(marks))
	for _, m := range marks {
		days[m.No] = cal.DateOf(m.AppliedAt, zone)
	}
	edits, err := dealEdits(ctx, tx, client, n)
	if err != nil {
		return nil, err
	}
	out := map[string]crm.Past{}
	var said []crm.SaidDeal
	flush := func() {
		if len(said) > 0 {
			out[said[0].Deal.ID] = crm.PastOf(said, edits[said[0].Deal.ID], zone)
		}
		said = said[:0]
	}
	err = eachVersion(ctx, tx, func(v version) error {
		if len(said) > 0 && said[0].Deal.ID != v.ID {
			flush()
		}
		r, err := v.record(crm.KindDeal)
		if err != nil {
			return err
		}
		var one crm.Snapshot
		if err := one.Add(r); err != nil {
			return err
		}
		said = append(said, crm.SaidDeal{On: days[v.No], Deal: one.Deals[0]})
		return nil
	}, `SELECT ext_id, import_no, hash, line, body FROM crm_row WHERE client_id = ? AND kind = ? AND import_no <= ? ORDER BY ext_id, import_no, line`, client, string(crm.KindDeal), n)
	if err != nil {
		return nil, fmt.Errorf("read the history of deals: %w", err)
	}
	flush()
	return out, nil
}

// dealEdits is what the CRM's own history, as of import n, tells of deals.
func dealEdits(ctx context.Context, tx bun.Tx, client string, n int64) (map[string][]crm.Edit, error) {
	out := map[string][]crm.Edit{}
	err := eachAsOf(ctx, tx, client, crm.KindEdit, n, func(v version) error {
		r, err := v.record(crm.KindEdit)
		if err != nil {
			return err
		}
		e, err := r.Edit()
		if err == nil && e.Of == crm.KindDeal {
			out[e.RecordID] = append(out[e.RecordID], e)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the CRM's history of deals as of import %d: %w", n, err)
	}
	for id, edits := range out {
		out[id] = crm.History(edits)
	}
	return out, nil
}

// Standing is how far the evidence of a client can be trusted, as of an import, and how that was as of earlier ones.
type Standing struct {
	AsOf, Latest int64
	Score        crm.HygieneScore
	Cycle        crm.Cycle
	Trend        []ScoreMark // oldest first, the last import of each of the last twelve months that have one; the last is AsOf
}

// ScoreMark is the score as of an import.
type ScoreMark struct {
	No     int64
	On     cal.Date
	Deals  int64
	Points crm.Points
	Known  bool // enough was there to measure
	Shares []crm.Check
}

// trendMonths is how many months of imports the trend goes back.
const trendMonths = 12

// recentMarks are the marks that are kept: those of the trends of a few clients.
const recentMarks = 8 * trendMonths

// Standing measures the evidence as of import n (0: the newest). Who: EvidenceSee. Fault: NotFound.
func (s *Service) Standing(ctx context.Context, actor access.Actor, client string, n int64, zone *time.Location) (out Standing, err error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = Standing{}
		if out.AsOf, out.Latest, err = asOf(ctx, tx, client, n); err != nil || out.AsOf == 0 {
			return err
		}
		m, err := MeasuringAt(ctx, tx, client, out.AsOf, zone)
		if err != nil {
			return err
		}
		out.Score, out.Cycle = crm.Score(&m.Snapshot, m.Pasts, m.On, zone), crm.CycleOf(&m.Snapshot, m.Pasts, m.On, zone)
		s.keepMark(ctx, client, zone, scoreMarkOf(out.AsOf, out.Score))
		out.Trend, err = s.trend(ctx, tx, client, out.AsOf, zone)
		return err
	})
	return out, err
}

func scoreMarkOf(n int64, score crm.HygieneScore) ScoreMark {
	m := ScoreMark{No: n, On: score.On, Deals: score.Deals}
	m.Points, m.Known = score.Points()
	m.Known = m.Known && score.Enough()
	for _, c := range score.Checks {
		c.Failing = nil
		m.Shares = append(m.Shares, c)
	}
	return m
}

// trend measures as of the last import of each month, what was not measured before.
func (s *Service) trend(ctx context.Context, tx bun.Tx, client string, n int64, zone *time.Location) ([]ScoreMark, error) {
	marks, err := ImportMarks(ctx, tx, client, n, int(n))
	if err != nil {
		return nil, err
	}
	var out []ScoreMark
	var month cal.Month
	for _, mark := range marks { // newest first
		day := cal.DateOf(mark.AppliedAt, zone)
		if cal.MonthOf(day) == month {
			continue
		}
		if month = cal.MonthOf(day); len(out) == trendMonths {
			break
		}
		found, known := s.recentScores.get(scoreKey(ctx, client, mark.No, zone))
		if !known {
			m, err := MeasuringAt(ctx, tx, client, mark.No, zone)
			if err != nil {
				return nil, err
			}
			found = scoreMarkOf(mark.No, crm.Score(&m.Snapshot, m.Pasts, m.On, zone))
			s.keepMark(ctx, client, zone, found)
		}
		out = append(out, found)
	}
	slices.Reverse(out)
	return out, nil
}

func scoreKey(ctx context.Context, client string, n int64, zone *time.Location) recentKey {
	workspace, _ := db.Workspace(ctx)
	return recentKey{workspace: workspace, client: client, no: n, zone: zone.String()}
}

func (s *Service) keepMark(ctx context.Context, client string, zone *time.Location, m ScoreMark) {
	key := scoreKey(ctx, client, m.No, zone)
	if _, known := s.recentScores.get(key); !known {
		s.recentScores.put(key, m, recentMarks)
	}
}
