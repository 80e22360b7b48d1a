package ops

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Visibility says who reads a message or a file.
type Visibility string

// The visibilities. Internal is read by the agency's people alone; Client by everybody who sees the request.
const (
	Internal  Visibility = "internal"
	ForClient Visibility = "client"
)

// NewFile is a file to attach. Field is that of the brief which asks for it; empty for a file of a message.
type NewFile struct {
	Name    string
	Field   string
	Content io.Reader
}

// File is an attachment.
type File struct {
	ID         string
	Message    string // it was sent with; empty: with the brief
	Field      string
	Visibility Visibility
	Name       string
	Media      string
	Size       int64
	At         time.Time
	ByName     string

	sha string
}

func (r fileRow) file() File {
	return File{ID: r.ID, Message: r.MessageID, Field: r.Field, Visibility: Visibility(r.Visibility), Name: r.Name, Media: r.Media, Size: r.Size, At: r.At.UTC(), ByName: r.ByName, sha: r.SHA256}
}

// receive checks files and keeps their content. It comes before the transaction that names them: content that nothing names does no harm.
func (s *Service) receive(ctx context.Context, files []NewFile) ([]fileRow, error) {
	if len(files) > MaxFiles {
		return nil, fault.New(fault.Invalid, "files-many", "These are more than %d files; pack them as .zip, or send some with another message.", MaxFiles).At("files")
	}
	var faults fault.List
	var rows []fileRow
	for _, f := range files {
		place := "files"
		if f.Field != "" {
			place = "brief." + f.Field
		}
		content, err := io.ReadAll(io.LimitReader(f.Content, MaxFile+1))
		if err != nil {
			return nil, err
		}
		name := CleanFileName(f.Name)
		media, err := CheckFile(name, content)
		for _, problem := range fault.All(err) {
			faults.Add(problem.At(place))
		}
		if err != nil {
			continue
		}
		store, err := s.files(ctx)
		if err != nil {
			return nil, err
		}
		ref, _, err := store.Put(ctx, bytes.NewReader(content))
		if err != nil {
			return nil, fmt.Errorf("keep the file %s: %w", name, err)
		}
		rows = append(rows, fileRow{Field: f.Field, Name: name, Media: media, Size: ref.Bytes, SHA256: ref.SHA256})
	}
	return rows, faults.Err()
}

// attach writes the rows of files that were received.
func (s *Service) attach(ctx context.Context, tx bun.Tx, actor access.Actor, r *Request, message string, v Visibility, at time.Time, rows []fileRow) error {
	for _, row := range rows {
		row.ID, row.RequestID, row.MessageID, row.Visibility, row.At, row.ByID, row.ByName = s.id("rfl"), r.ID, message, string(v), at, actor.Account, actor.Name
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		if err := s.index(ctx, tx, r, v, row.Name); err != nil {
			return err
		}
	}
	return nil
}

// Download opens an attachment. The caller closes it. Who may: see RequestSee; of an internal one RequestNote's side, the agency. Faults: NotFound, also for what
// the actor may not see; Unavailable.
func (s *Service) Download(ctx context.Context, actor access.Actor, client, request, file string) (File, io.ReadCloser, error) {
	var f File
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		r, err := s.admit(ctx, tx, actor, access.RequestSee, client, request)
		if err != nil {
			return err
		}
		var row fileRow
		err = tx.NewSelect().Model(&row).Where("id = ? AND request_id = ?", file, request).Scan(ctx)
		if errors.Is(err, sql.ErrNoRows) || err == nil && !sees(actor, r.Client, Visibility(row.Visibility)) {
			return notFound()
		}
		f = row.file()
		return err
	})
	if err != nil {
		return f, nil, fmt.Errorf("open a file: %w", err)
	}
	store, err := s.files(ctx)
	if err != nil {
		return f, nil, err
	}
	content, err := store.Get(f.sha)
	return f, content, err
}

// sees: what is internal is seen by the agency's people alone.
func sees(actor access.Actor, client string, v Visibility) bool {
	return v == ForClient || access.SeesInternal(actor, client)
}

// FilesOf lists the digests of the stored files that requests rest on, each once, in order. It decides no access: it is for checks of the installation.
func FilesOf(ctx context.Context, tx bun.Tx) (digests []string, err error) {
	err = tx.NewSelect().Model((*fileRow)(nil)).ColumnExpr("DISTINCT sha256").OrderExpr("sha256").Scan(ctx, &digests)
	return digests, err
}
