package ops

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Reject is one problem of one row. Lost rows gave no record; the others gave one that lacks something.
type Reject struct {
	Line   int64
	Column int64 // from 1; 0 when it concerns the row
	Header string
	Code   string
	Reason string
	Raw    string
	Lost   bool
}

var rejectColumns = []string{"import_id", "seq", "line", "col", "header", "code", "reason", "raw", "lost"}

func insertRejects(ctx context.Context, tx bun.Tx, id string, rejects []reject) error {
	if len(rejects) == 0 {
		return nil
	}
	_, err := db.InsertRows(ctx, tx, "crm_reject", rejectColumns, func(yield func([]any) bool) {
		for _, r := range rejects {
			if !yield([]any{id, r.Seq, r.Line, r.Column, r.Header, r.Code, r.Reason, r.Raw, r.Lost}) {
				return
			}
		}
	})
	return err
}

// Rejects hands over the problems of an import in the order of the file: of an applied one as they were kept (the first 20,000 of each
// code), of another one by reading the file again under its present mapping. Who: EvidenceSee. Faults: NotFound; those of the file.
func (s *Service) Rejects(ctx context.Context, actor access.Actor, client, id string, each func(Reject) error) error {
	i, err := s.Show(ctx, actor, client, id)
	if err != nil {
		return err
	}
	if i.State == Applied {
		return s.keptRejects(ctx, id, each)
	}
	var reads []SideRead
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		reads, err = sideReads(ctx, tx, client, i.Mapping)
		return err
	})
	if err != nil {
		return err
	}
	src, err := s.source(ctx, i.SHA256, encode(i.Mapping), reads)
	if err != nil {
		return err
	}
	return src.eachReject(ctx, each)
}

// eachReject reads the file for its problems.
func (src source) eachReject(ctx context.Context, each func(Reject) error) error {
	return src.walk(ctx, func(_ context.Context, c chunk) error {
		for _, r := range c.rejects {
			if err := each(Reject{r.Line, r.Column, r.Header, r.Code, r.Reason, r.Raw, r.Lost}); err != nil {
				return err
			}
		}
		return nil
	})
}

// rejectPage is how many problems one transaction reads.
const rejectPage = 2000

// keptRejects reads page by page and hands each over after its transaction has ended: who reads slowly keeps no connection from others. The
// problems of an applied import never change.
func (s *Service) keptRejects(ctx context.Context, id string, each func(Reject) error) error {
	last := int64(-1)
	for {
		var page []Reject
		next := last
		err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
			page, next, err = rejectsAfter(ctx, tx, id, last)
			return err
		})
		if err != nil {
			return err
		}
		last = next
		for _, r := range page {
			if err := each(r); err != nil {
				return err
			}
		}
		if len(page) < rejectPage {
			return nil
		}
	}
}

// rejectsAfter is the page after the number, and the number of its last.
func rejectsAfter(ctx context.Context, tx bun.Tx, id string, last int64) ([]Reject, int64, error) {
	rows, err := tx.QueryContext(ctx, `SELECT seq, line, col, header, code, reason, raw, lost FROM crm_reject
		WHERE import_id = ? AND seq > ? ORDER BY seq LIMIT ?`, id, last, rejectPage)
	if err != nil {
		return nil, last, err
	}
	defer rows.Close()
	var page []Reject
	for rows.Next() {
		var r Reject
		if err := rows.Scan(&last, &r.Line, &r.Column, &r.Header, &r.Code, &r.Reason, &r.Raw, &r.Lost); err != nil {
			return nil, last, err
		}
		page = append(page, r)
	}
	return page, last, rows.Err()
}

// WriteRejects writes the problems of an import as CSV, cells that spreadsheets would take for formulas made harmless. Faults as Rejects.
func (s *Service) WriteRejects(ctx context.Context, actor access.Actor, client, id string, w io.Writer) error {
	return writeRejects(w, func(each func(Reject) error) error { return s.Rejects(ctx, actor, client, id, each) })
}

func writeRejects(w io.Writer, rejects func(each func(Reject) error) error) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"line", "column", "header", "row_rejected", "code", "reason", "value"}); err != nil {
		return err
	}
	err := rejects(func(r Reject) error {
		column := ""
		if r.Column > 0 {
			column = strconv.FormatInt(r.Column, 10)
		}
		return out.Write([]string{strconv.FormatInt(r.Line, 10), column, csvin.Neutralise(r.Header), strconv.FormatBool(r.Lost), r.Code, csvin.Neutralise(r.Reason), csvin.Neutralise(r.Raw)})
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}
