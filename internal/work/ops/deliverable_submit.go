package ops

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/work"
)

// SubmitVersionInput is a file as the next version of a deliverable.
type SubmitVersionInput struct {
	Client      string
	Deliverable string
	Filename    string
	Reader      io.Reader
	Note        string
}

// SubmitVersion gives a file to the agency's review as the next version. The content is kept before the transaction that names it; content that nothing names does no harm. Submitting the
// newest version's file again gives that version back. Who may: see DeliverableSubmit; a specialist for what its organisation makes. Faults: NotFound, Forbidden; Invalid at "file" or "note"; TooLarge;
// Conflict while a version waits for the review, for the file of an earlier version, or at the end of the deliverable.
func (s *Service) SubmitVersion(ctx context.Context, actor access.Actor, in SubmitVersionInput) (Deliverable, error) {
	if err := s.maySubmit(ctx, actor, in); err != nil {
		return Deliverable{}, err
	}
	in.Note = strings.TrimSpace(in.Note)
	if len([]rune(in.Note)) > longestText {
		return Deliverable{}, fault.New(fault.Invalid, "note", "Write at most %d characters.", longestText).At("note")
	}
	row, err := s.keepVersion(ctx, in)
	if err != nil {
		return Deliverable{}, err
	}
	var out Deliverable
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		k, err := admitDeliverable(ctx, tx, actor, access.DeliverableSubmit, in.Client, in.Deliverable)
		if err != nil {
			return err
		}
		row := row
		if err := s.submit(ctx, tx, actor, k, row); err != nil {
			return err
		}
		out = k.shownTo(actor, s.now())
		return nil
	})
	if err != nil {
		return Deliverable{}, fmt.Errorf("submit a version: %w", err)
	}
	return out, nil
}

// maySubmit decides access before a large file is taken in.
func (s *Service) maySubmit(ctx context.Context, actor access.Actor, in SubmitVersionInput) error {
	return s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := admitDeliverable(ctx, tx, actor, access.DeliverableSubmit, in.Client, in.Deliverable)
		return err
	})
}

// keepVersion checks what the file is and keeps its content.
func (s *Service) keepVersion(ctx context.Context, in SubmitVersionInput) (versionRow, error) {
	name := work.VersionName(in.Filename)
	body := bufio.NewReaderSize(&versionReader{in.Reader, work.MaxVersion}, work.SniffVersion)
	head, err := body.Peek(work.SniffVersion)
	if err != nil && !errors.Is(err, io.EOF) {
		return versionRow{}, err
	}
	media, err := work.CheckVersion(name, head)
	if err != nil {
		return versionRow{}, err
	}
	store, err := s.versionFiles(ctx)
	if err != nil {
		return versionRow{}, err
	}
	var ref blob.Ref
	if ref, _, err = store.Put(ctx, body); err != nil {
		return versionRow{}, fmt.Errorf("keep the file %s: %w", name, err)
	}
	return versionRow{Filename: name, Media: media, Bytes: ref.Bytes, SHA256: ref.SHA256, Note: in.Note}, nil
}

// versionReader refuses a file that is too large.
type versionReader struct {
	r    io.Reader
	left int64
}

func (v *versionReader) Read(p []byte) (int, error) {
	n, err := v.r.Read(p)
	if v.left -= int64(n); v.left < 0 {
		return 0, fault.New(fault.TooLarge, "file-size", "The file is larger than %d MB. Send a smaller one, or one that says where it can be fetched.", work.MaxVersion>>20).At("file")
	}
	return n, err
}

func (s *Service) submit(ctx context.Context, tx bun.Tx, actor access.Actor, k *kept, row versionRow) error {
	for i, v := range k.versions {
		switch {
		case v.SHA256 != row.SHA256:
		case i == len(k.versions)-1 && v.SubmittedBy == actor.Account:
			return nil
		default:
			return fault.New(fault.Conflict, "same-file", "This is exactly the file of version %d, %s.", v.Number, v.Filename).At("file")
		}
	}
	now := s.now()
	row.DeliverableID, row.Number, row.SubmittedAt, row.SubmittedBy, row.SubmittedByName = k.row.ID, len(k.versions)+1, now, actor.Account, actor.Name
	if err := s.step(ctx, tx, actor, k, access.DeliverableSubmit, work.Happened{At: now, Step: work.StepSubmitted, Version: row.Number, SHA256: row.SHA256}); err != nil {
		return err
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	k.versions = append(k.versions, row)
	return s.tellOf(ctx, tx, actor, k, reviewers, "A version waits for your review: "+k.row.Name,
		fmt.Sprintf("%s submitted version %d of %s. The client sees it when it is released.", actor.Name, row.Number, k.row.Name))
}

// OpenVersion opens the file of a version. The caller closes it. Who may: see DeliverableSee; the client none that was not released. Faults: NotFound, also for what the actor may not see; Unavailable.
func (s *Service) OpenVersion(ctx context.Context, actor access.Actor, client, deliverable string, number int) (VersionFile, io.ReadCloser, error) {
	d, err := s.ShowDeliverable(ctx, actor, client, deliverable)
	if err != nil {
		return VersionFile{}, nil, err
	}
	f, ok := d.File(number)
	if !ok {
		return VersionFile{}, nil, noDeliverable()
	}
	store, err := s.versionFiles(ctx)
	if err != nil {
		return f, nil, err
	}
	content, err := store.Get(f.SHA256)
	return f, content, err
}
