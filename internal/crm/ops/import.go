package ops

import (
	"context"
	"errors"
	"io"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
)

// ImportInput is a file to take in at once, from the command line or the API.
type ImportInput struct {
	Client   string
	Filename string
	Reader   io.Reader
	Kind     crm.Kind     // "" for the one that the columns tell
	Profile  crm.Profile  // "" for the one that the columns tell
	Mapping  *crm.Mapping // nil for the one that the file settles by itself
	Saved    string       // name of a kept mapping, when Mapping is nil
	Stated   crm.Stated   // what is stated over a kept mapping or beside the file
	Once     bool         // a file with this content that was applied before is refused: Conflict "file-taken"; TakenAs tells as what
	DryRun   bool         // check only: the file is kept, and can be applied later by its id
}

// Import uploads, maps, and applies or checks a file. Who: EvidenceImport and EvidenceMap. Faults: those of Upload, SetMapping, Check and
// Apply; Invalid when the file leaves something open that a mapping must state: crm.StatedAs names the places. A file that is refused before any of its
// rows is written is not kept.
func (s *Service) Import(ctx context.Context, actor access.Actor, in ImportInput) (Import, error) {
	if _, err := in.Stated.Over(crm.Mapping{}); err != nil {
		return Import{}, err
	}
	i, err := s.Upload(ctx, actor, UploadInput{Client: in.Client, Filename: in.Filename, Reader: in.Reader})
	if err != nil {
		return Import{}, err
	}
	if err := s.mapped(ctx, actor, in, i.ID); err != nil {
		return Import{}, errors.Join(err, s.withdraw(context.WithoutCancel(ctx), in.Client, i))
	}
	if in.DryRun {
		return s.Check(ctx, actor, in.Client, i.ID)
	}
	done, err := s.apply(ctx, actor, in.Client, i.ID, in.Once)
	if err != nil {
		err = errors.Join(err, s.withdraw(context.WithoutCancel(ctx), in.Client, i))
	}
	return done, err
}

func (s *Service) mapped(ctx context.Context, actor access.Actor, in ImportInput, id string) error {
	m, err := s.mappingFor(ctx, in, func() (Preview, error) { return s.PreviewOf(ctx, actor, in.Client, id, in.Stated.Reading()) })
	if err != nil {
		return err
	}
	return s.SetMapping(ctx, actor, in.Client, id, m, "")
}

// withdraw takes away the upload of a file that was refused, unless rows of it are written: nobody waits for it.
func (s *Service) withdraw(ctx context.Context, client string, i Import) error {
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		p, err := readProgress(ctx, tx, i.ID)
		if err != nil || p.State == Applying || p.State == Applied {
			return err
		}
		_, err = tx.NewDelete().Model(&p).WherePK().Exec(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return s.removeUnused(ctx, i.SHA256)
}

// mappingFor is the mapping that the input names, or the one that the file settles.
func (s *Service) mappingFor(ctx context.Context, in ImportInput, preview func() (Preview, error)) (m crm.Mapping, err error) {
	m, err = s.fittingMapping(ctx, in, preview)
	return m, s.hashedWords(ctx, in.Client, err)
}

func (s *Service) fittingMapping(ctx context.Context, in ImportInput, preview func() (Preview, error)) (m crm.Mapping, err error) {
	if in.Mapping != nil {
		return *in.Mapping, nil
	}
	if in.Saved != "" {
		err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			row, err := readMapping(ctx, tx, in.Client, in.Saved)
			if err != nil {
				return err
			}
			m, err = decodeMapping(row.Mapping)
			return err
		})
		if err != nil {
			return m, err
		}
		return in.Stated.Over(m)
	}
	p, err := preview()
	if err != nil {
		return m, err
	}
	return p.Choose(in.Kind, in.Profile, in.Stated)
}
