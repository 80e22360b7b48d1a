package ops

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// SegmentState is how a segment was found.
type SegmentState string

// The states.
const (
	SegmentSound   SegmentState = "sound"
	SegmentAbsent  SegmentState = "not written" // the import was applied by an earlier version of the program
	SegmentLost    SegmentState = "missing"     // its file is not there
	SegmentDamaged SegmentState = "damaged"     // its file is not what was written
	SegmentStale   SegmentState = "not renewed" // somebody was erased, or addresses were hashed, and the program stopped before it was written again
)

// SegmentReport is a segment, how it was found, and what was done.
type SegmentReport struct {
	Segment
	State   SegmentState
	Rebuilt bool
	Differs bool // rebuilt with other bytes than were named: by another version of the program, or from rows that are not those that were imported
}

// Segments reads every segment of the client and tells how it was found. Who: EvidenceSee.
func (s *Service) Segments(ctx context.Context, actor access.Actor, client string) ([]SegmentReport, error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return nil, err
	}
	var list []Segment
	stale := false
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows, err := rewritings(ctx, tx, client)
		if err != nil {
			return err
		}
		_, stale = untidied(rows)
		no, err := lastNo(ctx, tx, client)
		if err != nil {
			return err
		}
		list, err = SegmentsAt(ctx, tx, client, no)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look at the segments: %w", err)
	}
	out := make([]SegmentReport, len(list))
	for i, segment := range list {
		out[i].Segment = segment
		if out[i].State, err = s.segmentState(ctx, segment); err != nil {
			return nil, err
		}
		if stale && out[i].State == SegmentSound {
			out[i].State = SegmentStale
		}
	}
	return out, nil
}

func (s *Service) segmentState(ctx context.Context, segment Segment) (SegmentState, error) {
	if segment.SHA256 == "" {
		return SegmentAbsent, nil
	}
	in, err := s.OpenSegment(ctx, segment.SHA256)
	if fault.Is(err, fault.NotFound) {
		return SegmentLost, nil
	}
	if err != nil {
		return "", err
	}
	defer in.Close()
	if _, err := io.Copy(io.Discard, in); err != nil {
		return SegmentDamaged, ctx.Err()
	}
	return SegmentSound, nil
}

// RebuildSegments writes every segment anew, from the rows in the database, that is not as it should be; with all, the sound ones too, which proves
// that each is what the database holds. A segment of other bytes than those named is noted beside the former, and in the record.
// Who: EvidenceImport. Faults: those of the files.
func (s *Service) RebuildSegments(ctx context.Context, actor access.Actor, client string, all bool) ([]SegmentReport, error) {
	if err := access.Require(actor, access.EvidenceImport, access.Of(client)); err != nil {
		return nil, err
	}
	list, err := s.Segments(ctx, actor, client)
	if err != nil {
		return nil, err
	}
	for i := range list {
		r := &list[i]
		if r.State == SegmentSound && !all {
			continue
		}
		made, err := s.segmentOf(ctx, client, r.No)
		if err != nil {
			return list, fmt.Errorf("rebuild the segment of import %d: %w", r.No, err)
		}
		r.Rebuilt, r.Differs = true, r.SHA256 != "" && r.SHA256 != made.SHA256
		if err := s.noteSegment(ctx, actor, client, r.Segment, made); err != nil {
			return list, err
		}
		r.Segment = made
	}
	if slices.ContainsFunc(list, func(r SegmentReport) bool { return r.State == SegmentStale }) {
		return list, s.tidy(context.WithoutCancel(ctx), actor, client)
	}
	return list, nil
}

// noteSegment names a segment that was made, where it is not the one that is named.
func (s *Service) noteSegment(ctx context.Context, actor access.Actor, client string, was, made Segment) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		added, err := s.addSegment(ctx, tx, client, made)
		if err != nil || !added {
			return err
		}
		_, err = journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{At: s.now(), Action: string(access.EvidenceImport), Client: client,
			Subject: journal.Subject{Kind: "segment", ID: made.SHA256, Name: fmt.Sprintf("Import %d", made.No)},
			Words:   fmt.Sprintf("wrote the touches of import %d as a file again: %d rows", made.No, made.Rows),
			Before:  journal.Snapshot(map[string]any{"sha256": was.SHA256, "rows": was.Rows}),
			After:   journal.Snapshot(map[string]any{"sha256": made.SHA256, "rows": made.Rows, "form": made.Form})}))
		return err
	})
}

// renewSegments writes the touches of every import as a file again, from what the database holds now, and removes the files that are no longer those of an
// import: after an erasure, and again after one that was interrupted.
func (s *Service) renewSegments(ctx context.Context, actor access.Actor, client string) error {
	files, err := s.files(ctx)
	if err != nil {
		return err
	}
	var list []Segment
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		last, err := lastNo(ctx, tx, client)
		if err == nil {
			list, err = SegmentsAt(ctx, tx, client, last)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, was := range list {
		made, err := s.segmentOf(ctx, client, was.No)
		if err == nil {
			err = s.noteSegment(ctx, actor, client, was, made)
		}
		if err != nil {
			return fmt.Errorf("write the touches of import %d again: %w", was.No, err)
		}
	}
	var rows []segmentRow
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows = nil
		return tx.NewSelect().Model(&rows).OrderExpr("client_id, import_no, seq DESC").Scan(ctx)
	})
	if err != nil {
		return err
	}
	now := map[string]bool{}
	for i, r := range rows { // the newest of an import first
		now[r.SHA256] = now[r.SHA256] || i == 0 || r.ClientID != rows[i-1].ClientID || r.ImportNo != rows[i-1].ImportNo
	}
	for _, r := range rows {
		if !now[r.SHA256] && files.Has(r.SHA256) {
			if err := files.Remove(r.SHA256); err != nil {
				return err
			}
		}
	}
	return nil
}

// SegmentFiles lists the digests of the files of all segments of the workspace as they were written last, each once, in order, and how many imports have touches and no segment.
// It decides no access: it is for checks of the installation.
func SegmentFiles(ctx context.Context, tx bun.Tx) (digests []string, without int, err error) {
	err = tx.NewSelect().Model((*segmentRow)(nil)).ColumnExpr("DISTINCT sha256").OrderExpr("sha256").
		Where("seq = (SELECT MAX(n.seq) FROM crm_segment n WHERE n.client_id = segment_row.client_id AND n.import_no = segment_row.import_no)").Scan(ctx, &digests)
	if err != nil {
		return nil, 0, err
	}
	var results []resultRow
	err = tx.NewSelect().Model(&results).Where("NOT EXISTS (SELECT 1 FROM crm_segment s WHERE s.client_id = result_row.client_id AND s.import_no = result_row.no)").Scan(ctx)
	if err != nil {
		return nil, 0, err
	}
	for _, r := range results {
		t, err := decodeTally(r.Tally)
		if err != nil {
			return nil, 0, err
		}
		if t.touches() > 0 {
			without++
		}
	}
	return digests, without, nil
}
