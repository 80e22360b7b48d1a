package ops

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
)

// Check is the dry run: it reads the whole file the way applying does and tells what would be new, changed, unchanged and rejected.
// Who: EvidenceImport. Faults: Invalid without a mapping; Conflict once the import is applying or applied; those of the file.
func (s *Service) Check(ctx context.Context, actor access.Actor, client, id string) (Import, error) {
	p, err := s.beginCheck(ctx, actor, client, id)
	if err != nil {
		return Import{}, err
	}
	if err := s.runCheck(ctx, p); err != nil {
		return Import{}, err
	}
	return s.Show(ctx, actor, client, id)
}

// StartCheck begins the dry run and leaves it running. Faults as Check, those of the file excepted: they stand in Import.Message.
func (s *Service) StartCheck(ctx context.Context, actor access.Actor, client, id string) error {
	p, err := s.beginCheck(ctx, actor, client, id)
	if err != nil {
		return err
	}
	s.behind(ctx, id, func(ctx context.Context) error { return s.runCheck(ctx, p) })
	return nil
}

func (s *Service) beginCheck(ctx context.Context, actor access.Actor, client, id string) (p progressRow, err error) {
	if err := access.Require(actor, access.EvidenceImport, access.Of(client)); err != nil {
		return p, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := readUpload(ctx, tx, client, id); err != nil {
			return err
		}
		if p, err = readProgress(ctx, tx, id); err != nil {
			return err
		}
		if err := mayBegin(p); err != nil {
			return err
		}
		p.State, p.Holder, p.Tally, p.Message, p.BeatAt, p.RowsDone, p.BytesDone = Checking, s.id("run"), "", "", s.now(), 0, 0
		return saveProgress(ctx, tx, p)
	})
	return p, err
}

func mayBegin(p progressRow) error {
	switch {
	case p.State == Applied:
		return fault.New(fault.Conflict, "import-applied", "This import is applied already.")
	case p.State == Applying:
		return fault.New(fault.Conflict, "import-running", "This import is being applied already.")
	case p.Mapping == "":
		return fault.New(fault.Invalid, "mapping-missing", "State how the file is read before it is imported.").At("mapping")
	}
	return nil
}

func (s *Service) runCheck(ctx context.Context, p progressRow) error {
	total, err := s.dryRun(ctx, p)
	if err != nil {
		return errors.Join(err, s.endCheck(context.WithoutCancel(ctx), p, Uploaded, "", told(err)))
	}
	return s.endCheck(ctx, p, Checked, encode(total), "")
}

func (s *Service) endCheck(ctx context.Context, p progressRow, state State, tally, message string) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewUpdate().Model((*progressRow)(nil)).Set("state = ?, holder = '', tally = ?, message = ?, beat_at = ?", state, tally, message, s.now()).
			Where("import_id = ? AND holder = ?", p.ImportID, p.Holder).Exec(ctx)
		return err
	})
}

// told is what a person may read of an error.
func told(err error) string {
	if all := fault.All(err); len(all) > 0 && fault.KindOf(err) != fault.Internal {
		return all[0].Message
	}
	if errors.Is(err, context.Canceled) {
		return "The work was interrupted. Begin it again."
	}
	return "The work ended unexpectedly. Begin it again; if it ends again, tell whoever runs this installation."
}

func (s *Service) dryRun(ctx context.Context, p progressRow) (Tally, error) {
	m, err := decodeMapping(p.Mapping)
	if err != nil {
		return Tally{}, err
	}
	var u uploadRow
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		u, err = readUpload(ctx, tx, p.ClientID, p.ImportID)
		return err
	})
	if err != nil {
		return Tally{}, err
	}
	files, err := s.files(ctx)
	if err != nil {
		return Tally{}, err
	}
	src, g, err := s.trialOf(ctx, files, u.SHA256, p.ClientID, m)
	if err != nil {
		return Tally{}, err
	}
	told := time.Now()
	return s.compare(ctx, src, g, func(ctx context.Context, c chunk) error {
		s.progress(p.ImportID, c)
		if time.Since(told) < time.Second {
			return nil
		}
		told = time.Now()
		return s.tell(ctx, p, c)
	})
}

// trialOf is how a file would be read if it were applied now, and what it would be compared with.
func (s *Service) trialOf(ctx context.Context, files *blob.Store, sha, client string, m crm.Mapping) (src source, g ground, err error) {
	var reads []SideRead
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		no, err := lastNo(ctx, tx, client)
		if err != nil {
			return err
		}
		if g, err = s.readGround(ctx, tx, client, no+1); err != nil {
			return err
		}
		reads, err = sideReads(ctx, tx, client, m)
		return err
	})
	if err != nil {
		return src, g, err
	}
	ref, err := s.reference(ctx, reads)
	return source{files: files, sha: sha, mapping: m, ref: ref, chunk: cmp.Or(s.ChunkRows, chunkRows), erasing: g.erasing}, g, err
}

// compare counts what applying the file would do. After each chunk it calls then.
func (s *Service) compare(ctx context.Context, src source, g ground, then func(context.Context, chunk) error) (Tally, error) {
	total := Tally{Known: g.known[src.mapping.Kind()]}
	err := src.walk(ctx, func(ctx context.Context, c chunk) error {
		err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			_, t, err := g.classify(ctx, tx, c)
			if err == nil {
				_, err = g.doubtMerges(ctx, tx, c, &t)
			}
			if err == nil {
				total = total.plus(t)
			}
			return err
		})
		if err != nil {
			return err
		}
		return then(ctx, c)
	})
	return total, err
}

// tell notes how far a check is.
func (s *Service) tell(ctx context.Context, p progressRow, c chunk) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewUpdate().Model((*progressRow)(nil)).Set("rows_done = ?, bytes_done = ?, beat_at = ?", c.rows, c.bytes, s.now()).
			Where("import_id = ? AND holder = ?", p.ImportID, p.Holder).Exec(ctx)
		return err
	})
}

func (s *Service) source(ctx context.Context, sha, mapping string, reads []SideRead) (source, error) {
	files, err := s.files(ctx)
	if err != nil {
		return source{}, err
	}
	m, err := decodeMapping(mapping)
	if err != nil {
		return source{}, err
	}
	ref, err := s.reference(ctx, reads)
	return source{files: files, sha: sha, mapping: m, ref: ref, chunk: cmp.Or(s.ChunkRows, chunkRows)}, err
}
