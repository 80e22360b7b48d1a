package ops

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// ListInput asks for records of one kind as they were known at a moment.
type ListInput struct {
	Client string
	Kind   crm.Kind
	AsOf   string         // as MomentAt reads it; "" is the newest import
	Zone   *time.Location // of days; nil: UTC
	Text   string         // in the id or in any value, whatever the case
	Offset int
	Limit  int // 0: all
}

// Listing is a stretch of the records of one kind as of an import.
type Listing struct {
	AsOf   ImportMark // No 0: before the first import
	Latest int64
	Rows   []ListedRow // in the order of their ids, deleted ones flagged
	Total  int         // that fit
}

// ListedRow is a record, and where it was said last.
type ListedRow struct {
	crm.Record
	No   int64
	Line int64
}

// RowsAsOf lists exactly what was known of one kind at a moment. Who: EvidenceSee. Faults: Invalid at "as_of"; NotFound, also for a kind that is none.
func (s *Service) RowsAsOf(ctx context.Context, actor access.Actor, in ListInput) (out Listing, err error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(in.Client)); err != nil {
		return out, err
	}
	if !slices.Contains(crm.Kinds(), in.Kind) {
		return out, fault.New(fault.NotFound, "kind", "There is no evidence of the kind %q.", in.Kind)
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		no, latest, err := MomentAt(ctx, tx, in.Client, in.AsOf, cmp.Or(in.Zone, time.UTC))
		if fault.Is(err, fault.Invalid) {
			err = fault.All(err)[0].At("as_of")
		}
		if err != nil {
			return err
		}
		out = Listing{Latest: latest}
		if out.AsOf, err = markOf(ctx, tx, in.Client, no); err != nil {
			return err
		}
		if in.Text == "" {
			return out.page(ctx, tx, in, no)
		}
		return out.search(ctx, tx, in, no)
	})
	if err != nil {
		return Listing{}, err
	}
	return out, nil
}

// page reads only the rows of the stretch; how many there are is known from the imports.
func (l *Listing) page(ctx context.Context, tx bun.Tx, in ListInput, no int64) error {
	counts, err := known(ctx, tx, in.Client, no+1)
	if err != nil {
		return err
	}
	l.Total = int(counts[in.Kind])
	limit := in.Limit
	if limit == 0 {
		limit = l.Total
	}
	err = eachVersion(ctx, tx, func(v version) error { return l.add(in.Kind, v) }, `SELECT r.ext_id, r.import_no, r.hash, r.line, r.body FROM crm_row r
		WHERE r.client_id = ? AND r.kind = ?`+newest+` ORDER BY r.ext_id LIMIT ? OFFSET ?`, in.Client, string(in.Kind), no, no, limit, in.Offset)
	if err != nil {
		return fmt.Errorf("list %s as of import %d: %w", in.Kind, no, err)
	}
	return nil
}

// search looks through all rows of the kind: their values are never asked for in SQL.
func (l *Listing) search(ctx context.Context, tx bun.Tx, in ListInput, no int64) error {
	text := strings.ToLower(in.Text)
	err := eachSaid(ctx, tx, in.Client, in.Kind, no, func(v version) error {
		r, err := v.record(in.Kind)
		if err != nil {
			return err
		}
		fits := strings.Contains(strings.ToLower(v.ID), text) || slices.ContainsFunc(r.Values, func(s string) bool { return strings.Contains(strings.ToLower(s), text) })
		if !fits {
			return nil
		}
		if l.Total++; l.Total > in.Offset && (in.Limit == 0 || len(l.Rows) < in.Limit) {
			l.Rows = append(l.Rows, ListedRow{r, v.No, v.Line})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("search %s as of import %d: %w", in.Kind, no, err)
	}
	return nil
}

func (l *Listing) add(k crm.Kind, v version) error {
	r, err := v.record(k)
	l.Rows = append(l.Rows, ListedRow{r, v.No, v.Line})
	return err
}
