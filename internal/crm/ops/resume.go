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
	p, err := s.takeUp(ctx, actor, client, id)
	if err != nil {
		return err
	}
	s.behind(ctx, id, func(ctx context.Context) error { return s.finish(ctx, p) })
	return nil
}

// Finish is Resume that waits for the end and gives the finished import.
func (s *Service) Finish(ctx context.Context, actor access.Actor, client, id string) (Import, error) {
	p, err := s.takeUp(ctx, actor, client, id)
	if err != nil {
		return Import{}, err
	}
	if err := s.finish(ctx, p); err != nil {
		return Import{}, err
	}
	return s.Show(ctx, actor, client, id)
}

func (s *Service) takeUp(ctx context.Context, actor access.Actor, client, id string) (progressRow, error) {
	if err := access.Require(actor, access.EvidenceImport, access.Of(client)); err != nil {
		return progressRow{}, err
	}
	if err := s.room(ctx); err != nil {
		return progressRow{}, err
	}
	return s.takeOver(ctx, client, id)
}

// Unfinished lists the imports of the context's workspace that are applying, stalled or not, the oldest beat first. It decides no access: it is
// for checks of the installation and its command line.
func (s *Service) Unfinished(ctx context.Context) (list []Import, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows, err := unfinished(ctx, tx)
		if err != nil {
			return err
		}
		list = make([]Import, len(rows))
		for n, p := range rows {
			if list[n], err = s.full(ctx, tx, p.ClientID, p.ImportID); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

func unfinished(ctx context.Context, tx bun.Tx) (rows []progressRow, err error) {
	err = tx.NewSelect().Model(&rows).Where("state = ?", Applying).OrderExpr("beat_at").Scan(ctx)
	return rows, err
}

// ResumeInterrupted finishes every import of the context's workspace that stopped on the way, one after the other, and gives their ids. The
// program calls it at its start and now and then. Taking over is safe even when the former run lives: each chunk is written only by the
// run that holds the import. While the disk is nearly full it touches none of them and answers with the fault.
func (s *Service) ResumeInterrupted(ctx context.Context) (resumed []string, err error) {
	var rows []progressRow
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		rows, err = unfinished(ctx, tx)
		return err
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
		if !s.stalled(p) {
			return fault.New(fault.Conflict, "import-running", "This import is being applied. Wait a moment.")
		}
		p.Holder, p.BeatAt, p.Message = s.id("run"), s.now(), ""
		return saveProgress(ctx, tx, p)
	})
	return p, err
}
