package ops

import (
	"context"
	"io"
	"path"
	"strings"
	"unicode"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// UploadInput is a file to keep.
type UploadInput struct {
	Client   string
	Filename string
	Reader   io.Reader
}

// Upload keeps a file, streaming, and notes that it waits for its mapping. What is no text table is refused with words. Who: EvidenceImport.
// Faults: Invalid (zip, workbook, PDF, binary, empty …), TooLarge, Unavailable; Conflict when the same file is being discarded.
func (s *Service) Upload(ctx context.Context, actor access.Actor, in UploadInput) (Import, error) {
	if err := access.Require(actor, access.EvidenceImport, access.Of(in.Client)); err != nil {
		return Import{}, err
	}
	if in.Client == "" {
		return Import{}, fault.New(fault.Invalid, "client", "Say whose evidence this is.").At("client")
	}
	files, err := s.files(ctx)
	if err != nil {
		return Import{}, err
	}
	ref, existed, err := files.Put(ctx, in.Reader)
	if err != nil {
		return Import{}, err
	}
	if err := openable(files, ref.SHA256); err != nil {
		if !existed {
			if removeErr := files.Remove(ref.SHA256); removeErr != nil {
				return Import{}, removeErr
			}
		}
		return Import{}, err
	}
	row, progress := s.uploadOf(actor, in, ref)
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error { return s.insertUpload(ctx, tx, files, &row, progress) })
	if err != nil {
		return Import{}, err
	}
	return s.view(row, progress)
}

func (s *Service) uploadOf(actor access.Actor, in UploadInput, ref blob.Ref) (uploadRow, progressRow) {
	now := s.now()
	row := uploadRow{ID: s.id("imp"), ClientID: in.Client, Filename: cleanName(in.Filename), SHA256: ref.SHA256, Bytes: ref.Bytes,
		ActorID: actor.Account, ActorName: actor.Name, CreatedAt: now}
	return row, progressRow{ImportID: row.ID, ClientID: in.Client, State: Uploaded, BeatAt: now}
}

// insertUpload writes an upload. Where addresses are hashed, so are those in the name of its file, for the record of changes will have that name.
func (s *Service) insertUpload(ctx context.Context, tx bun.Tx, files *blob.Store, row *uploadRow, progress progressRow) error {
	h, err := s.hashing(ctx, tx, row.ClientID)
	if err != nil {
		return err
	}
	if h != nil {
		row.Filename = h.Text(row.Filename)
	}
	if _, err := tx.NewInsert().Model(row).Exec(ctx); err != nil {
		return err
	}
	if _, err := tx.NewInsert().Model(&progress).Exec(ctx); err != nil {
		return err
	}
	if !files.Has(row.SHA256) { // Discard took it away after it was put; it does so in a transaction of its own
		return fault.New(fault.Conflict, "file-discarded", "The same file was discarded at this moment. Upload it again.").At("file")
	}
	return nil
}

func openable(files *blob.Store, sha string) error {
	f, err := files.Get(sha)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err = csvin.Open(f, csvin.Options{}); fault.Code(err) == "sheet-not-stated" {
		return nil // that is asked next
	}
	return err
}

// cleanName keeps the last part of a file name, without what does not print.
func cleanName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if name == "" || name == "." || name == "/" {
		return "upload.csv"
	}
	if runes := []rune(name); len(runes) > 120 {
		return string(runes[len(runes)-120:])
	}
	return name
}
