package ops

import (
	"context"

	"github.com/ofrecord/ofrecord/internal/platform/blob"
)

// FilesForTest is the store of the context's workspace.
func (s *Service) FilesForTest(ctx context.Context) (*blob.Store, error) { return s.files(ctx) }
