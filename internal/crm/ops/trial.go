package ops

import (
	"context"
	"io"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
)

// Trial is a dry run of which nothing is kept. Close it.
type Trial struct {
	Tally  Tally
	src    source
	forget func() error
}

// Try tells what importing a file would do, and keeps neither the file nor a note of it. Who: EvidenceImport and EvidenceMap. Faults as Import.
func (s *Service) Try(ctx context.Context, actor access.Actor, in ImportInput) (*Trial, error) {
	for _, action := range []access.Action{access.EvidenceImport, access.EvidenceMap} {
		if err := access.Require(actor, action, access.Of(in.Client)); err != nil {
			return nil, err
		}
	}
	files, err := s.files(ctx)
	if err != nil {
		return nil, err
	}
	scratch, forget, err := files.Scratch()
	if err != nil {
		return nil, err
	}
	t := &Trial{forget: forget}
	if err := s.try(ctx, t, scratch, in); err != nil {
		_ = t.Close() // the first error is the one to report; what stays is cleared away later
		return nil, err
	}
	return t, nil
}

func (s *Service) try(ctx context.Context, t *Trial, scratch *blob.Store, in ImportInput) error {
	ref, _, err := scratch.Put(ctx, in.Reader)
	if err != nil {
		return err
	}
	m, err := s.mappingFor(ctx, in, func() (Preview, error) { return look(scratch, in.Filename, ref.SHA256, in.Stated.Reading()) })
	if err != nil {
		return err
	}
	p, err := look(scratch, in.Filename, ref.SHA256, m.Reading())
	if err != nil {
		return err
	}
	if err := append(m.Validate(p.Header), p.Unsettled(m)...).Err(); err != nil {
		return err
	}
	src, g, err := s.trialOf(ctx, scratch, ref.SHA256, in.Client, m)
	if err != nil {
		return err
	}
	t.src = src
	t.Tally, err = s.compare(ctx, src, g, func(_ context.Context, c chunk) error { s.progress("", c); return nil })
	return err
}

// WriteRejects writes the problems of the file as Service.WriteRejects does.
func (t *Trial) WriteRejects(ctx context.Context, w io.Writer) error {
	return writeRejects(w, func(each func(Reject) error) error { return t.src.eachReject(ctx, each) })
}

// Mapping is how the file was read.
func (t *Trial) Mapping() crm.Mapping { return t.src.mapping }

// Close takes away what the trial needed.
func (t *Trial) Close() error { return t.forget() }
