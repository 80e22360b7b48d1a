package ops

import (
	"context"

	"github.com/uptrace/bun"
)

// FilesOf lists the digests of the stored files that uploads and imports of the workspace rest on, each once, in order; those of discarded
// uploads are not among them. It decides no access: it is for checks of the installation.
func FilesOf(ctx context.Context, tx bun.Tx) (digests []string, err error) {
	err = tx.NewSelect().TableExpr("crm_upload AS u").Join("JOIN crm_progress AS p ON p.import_id = u.id").ColumnExpr("DISTINCT u.sha256").OrderExpr("u.sha256").
		Scan(ctx, &digests)
	return digests, err
}

// filesInUse are the files that uploads and imports rest on, and those of other rooms.
func (s *Service) filesInUse(ctx context.Context, tx bun.Tx) ([]string, error) {
	used, err := FilesOf(ctx, tx)
	if err != nil || s.OtherFiles == nil {
		return used, err
	}
	others, err := s.OtherFiles(ctx, tx)
	return append(used, others...), err
}
