package ops

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// TakenAs is the number of the client's first import of a file with this digest, or that came with it, 0 when none was applied. Who: EvidenceSee.
func (s *Service) TakenAs(ctx context.Context, actor access.Actor, client, sha256 string) (no int64, err error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return 0, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		no, err = takenAs(ctx, tx, client, sha256)
		return err
	})
	return no, err
}

func takenAs(ctx context.Context, tx bun.Tx, client, sha256 string) (no int64, err error) {
	err = tx.NewSelect().TableExpr("crm_import AS i").Join("JOIN crm_result AS r ON r.import_id = i.id").ColumnExpr("COALESCE(MIN(r.no), 0)").
		Where("i.client_id = ? AND (i.sha256 = ? OR EXISTS (SELECT 1 FROM crm_arrival AS a WHERE a.import_id = i.id AND a.sha256 = ?))", client, sha256, sha256).Scan(ctx, &no)
	return no, err
}

// notTaken refuses a file that was applied before. It is asked in the transaction that begins an import, beside which no other of the client is applied.
func notTaken(ctx context.Context, tx bun.Tx, client, sha256 string) error {
	no, err := takenAs(ctx, tx, client, sha256)
	if err == nil && no > 0 {
		err = fault.New(fault.Conflict, "file-taken", "This file is evidence already: it is import %d. Nothing was taken in again.", no)
	}
	return err
}
