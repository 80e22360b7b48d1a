package ops

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Resume finishes an import that stopped on the way, from its last committed chunk, and leaves it running. Who: EvidenceImport.
// Faults: Conflict when somebody is working on it, Unavailable when the disk is nearly full.
func (s *Service) Resume(ctx context.Context, actor access.Actor, client, id string) error {
	if err := access.Require(actor, access.EvidenceImport, access.Of(client)); err != nil {
		return err
	}
	if err := s.room(ctx); err != nil {
		return err
	}
	p, err := s.takeOver(ctx, client, id)
	if err != nil {
		return err
	}
	s.behind(ctx, id, func(ctx context.Context) error { return s.finish(ctx, p) })
	return nil
}

// ResumeInterrupted finishes every import of the context's workspace that stopped on the way, one after the other, and gives their ids. The
// program calls it at its start and now and then. Taking over is safe even when the former run lives: each chunk is written only by the
// run that holds the import. While the disk is nearly full it touches none of them and answers with the fault.
func (s *Service) ResumeInterrupted(ctx context.Context) (resumed []string, err error) {
	var rows []progressRow
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().Model(&rows).Where("state = ?", Applying).OrderExpr("beat_at").Scan(ctx)
	})
	if err != nil {
		return nil, err
	}
	if len(rows) > 0 {
		if err := s.room(ctx); err != nil {
			return nil, err
		}
	}
	var failures []error
	for _, row := range rows {
		p, err := s.takeOver(ctx, row.ClientID, row.ImportID)
		if fault.Is(err, fault.Conflict) {
			continue
		}
		if err == nil {
			err = s.finish(ctx, p)
		}
		if err != nil {
			failures = append(failures, fmt.Errorf("resume import %s: %w", row.ImportID, err))
			continue
		}
		resumed = append(resumed, row.ImportID)
	}
	return resumed, errors.Join(failures...)
}

func (s *Service) takeOver(ctx context.Context, client, id string) (p progressRow, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := readUpload(ctx, tx, client, id); err != nil {
			return err
		}
		if p, err = readProgress(ctx, tx, id); err != nil {
			return err
		}
		if p.State != Applying {
			return fault.New(fault.Conflict, "import-not-running", "This import is not on its way: there is nothing to resume.")
		}
		if p.Holder != "" && s.now().Sub(p.BeatAt) <= quiet {
			return fault.New(fault.Conflict, "import-running", "This import is being applied. Wait a moment.")
		}
		p.Holder, p.BeatAt, p.Message = s.id("run"), s.now(), ""
		return saveProgress(ctx, tx, p)
	})
	return p, err
}
