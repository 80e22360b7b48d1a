package ops

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Discard takes an upload away that is not applied, with its file unless another upload has the same. The record keeps who did. Who:
// EvidenceImport. Faults: NotFound; Conflict once the import is applying or applied: evidence is not taken back.
func (s *Service) Discard(ctx context.Context, actor access.Actor, client, id string) error {
	if err := access.Require(actor, access.EvidenceImport, access.Of(client)); err != nil {
		return err
	}
	var u uploadRow
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if u, err = readUpload(ctx, tx, client, id); err != nil {
			return err
		}
		p, err := readProgress(ctx, tx, id)
		if err != nil {
			return err
		}
		if p.State == Applying || p.State == Applied {
			return fault.New(fault.Conflict, "import-applied", "This import is part of the evidence or on its way into it, and evidence is not taken back. A mistake is corrected by a later import.")
		}
		if _, err := tx.NewDelete().Model(&p).WherePK().Exec(ctx); err != nil {
			return err
		}
		_, err = journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{At: s.now(), Action: string(access.EvidenceImport), Client: client,
			Subject: journal.Subject{Kind: "upload", ID: id, Name: u.Filename}, Words: fmt.Sprintf("discarded the upload %s, which was not applied", u.Filename),
			Before: journal.Snapshot(map[string]any{"filename": u.Filename, "sha256": u.SHA256, "bytes": u.Bytes, "uploaded_by": u.ActorName, "uploaded_at": u.CreatedAt.UTC()})}))
		return err
	})
	if err != nil {
		return err
	}
	return s.removeUnused(ctx, u.SHA256)
}

// removeUnused deletes a stored file that no upload and no segment rests on. It does so within a transaction, which changes nothing, to keep out an upload of
// the same file meanwhile.
func (s *Service) removeUnused(ctx context.Context, sha string) error {
	files, err := s.files(ctx)
	if err != nil {
		return err
	}
	return s.DB.WriteAlone(ctx, func(ctx context.Context, tx bun.Tx) error {
		used, err := s.filesInUse(ctx, tx)
		if err != nil || slices.Contains(used, sha) {
			return err
		}
		segments, _, err := SegmentFiles(ctx, tx)
		if err != nil || slices.Contains(segments, sha) {
			return err
		}
		return files.Remove(sha)
	})
}
