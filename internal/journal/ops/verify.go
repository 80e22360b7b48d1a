package ops

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Service reads the record of the workspace in the context.
type Service struct {
	DB *db.DB
}

// Report is the result of a verification.
type Report struct {
	Head  journal.Head   // the newest entry up to which the chain holds
	Break *journal.Break // nil when all of it holds
}

// Verify recomputes every hash of the workspace's chain, whichever entries the actor may read: the result reveals none of them. Heads that
// were noted earlier must still stand in the chain. Who may: whoever sees the record. Faults: Forbidden.
func (s *Service) Verify(ctx context.Context, actor access.Actor, noted ...journal.Head) (Report, error) {
	if err := access.Require(actor, access.RecordVerify, access.Scope{}); err != nil {
		return Report{}, err
	}
	var report Report
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		var chain journal.Chain
		hashes := map[int64]string{}
		for _, n := range noted {
			hashes[n.Seq] = ""
		}
		entries := tx.NewSelect().Model((*entryRow)(nil)).OrderExpr("seq ASC")
		err := db.EachRow(ctx, entries, func(row entryRow, unreadable error) error {
			if next := chain.Head().Seq + 1; unreadable != nil && (row.Seq == next || row.Seq == 0) {
				return &journal.Break{Seq: next, Reason: "cannot be read"}
			}
			e := row.entry()
			if b := chain.Add(e); b != nil {
				return b
			}
			if _, wanted := hashes[e.Seq]; wanted {
				hashes[e.Seq] = e.Hash
			}
			return nil
		})
		if b, broken := err.(*journal.Break); broken {
			report.Break, err = b, nil
		}
		if report.Break == nil {
			report.Break = missing(noted, hashes)
		}
		report.Head = chain.Head()
		return err
	})
	if err != nil {
		return Report{}, fmt.Errorf("verify the journal: %w", err)
	}
	return report, nil
}

// missing finds a noted head that the chain no longer has.
func missing(noted []journal.Head, hashes map[int64]string) *journal.Break {
	for _, n := range noted {
		switch hashes[n.Seq] {
		case n.Hash:
		case "":
			return &journal.Break{Seq: n.Seq, Reason: "was noted before, but the chain ends earlier"}
		default:
			return &journal.Break{Seq: n.Seq, Reason: "is not the entry that was noted before"}
		}
	}
	return nil
}
