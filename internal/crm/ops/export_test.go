package ops

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
)

// FilesForTest is the store of the context's workspace.
func (s *Service) FilesForTest(ctx context.Context) (*blob.Store, error) { return s.files(ctx) }

// QuietForTest is how long an import may be silent before it is taken over.
const QuietForTest = quiet

// TidyAfterForTest is how long what was erased is left to whoever did it.
const TidyAfterForTest = tidyAfter

// EraseCutOffForTest is an erasure whose process is killed once its transaction is committed.
func (s *Service) EraseCutOffForTest(ctx context.Context, actor access.Actor, in EraseInput) error {
	files, err := s.files(ctx)
	if err != nil {
		return err
	}
	return s.DB.WriteAlone(ctx, func(ctx context.Context, tx bun.Tx) error {
		return (&erasure{s: s, tx: tx, in: in, files: files}).run(ctx, actor)
	})
}

// ApplyCutOffForTest applies an import whose process is killed after so many steps: chunks of rows, and then the file that is to stand in the place of its own.
func (s *Service) ApplyCutOffForTest(ctx context.Context, actor access.Actor, client, id string, steps int) error {
	p, err := s.begin(ctx, actor, client, id, false)
	if err != nil {
		return err
	}
	ctx, kill := context.WithCancel(ctx)
	defer kill()
	s.Progress = func(string, int64, int64) {
		if steps--; steps == 0 {
			kill()
		}
	}
	defer func() { s.Progress = nil }()
	_, err = s.applyRows(ctx, &p)
	if err == nil {
		_, err = s.redacted(context.WithoutCancel(ctx), p)
	}
	return errors.Join(err, ctx.Err())
}
