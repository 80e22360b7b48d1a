package ops

import (
	"bufio"
	"bytes"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Received says what became of a file that was sent to an upload address.
type Received struct {
	Import  string // id; "" when the file was imported before
	State   State
	No      int64  // once applied
	Message string // why it waits for a person
}

// ReceiveByLink takes a file in that was sent to an upload address. It acts for whoever made the address, as long as they may import. Without a
// kept mapping, or where that leaves something open, the file waits for a person; else it is applied. A file that was sent before is not
// taken in again. Without a name it is called after the label of the address, which stands as its sender. Faults: NotFound when the address is unknown, ended, or its maker may no longer import; RateLimited; those of Upload.
func (s *Service) ReceiveByLink(ctx context.Context, id, secret, filename string, body io.Reader) (Received, error) {
	if err := s.workspaceIsThere(ctx); err != nil {
		return Received{}, err
	}
	row, err := s.admitByLink(ctx, id, secret)
	if err != nil {
		return Received{}, err
	}
	actor, err := s.linkHolder(ctx, row)
	if err != nil {
		return Received{}, err
	}
	ctx = context.WithoutCancel(ctx) // what has begun is not left half done because the sender has gone; a body cut off still fails
	files, err := s.files(ctx)
	if err != nil {
		return Received{}, err
	}
	scratch, forget, err := files.Scratch()
	if err != nil {
		return Received{}, err
	}
	defer func() { _ = forget() }() // what stays is cleared away later
	ref, _, err := scratch.Put(ctx, &atMost{body, row.MaxBytes, row.MaxBytes})
	if err != nil {
		return Received{}, err
	}
	if before, known, err := s.receivedBefore(ctx, row.ClientID, ref.SHA256); known || err != nil {
		return before, err
	}
	kept, err := scratch.Get(ref.SHA256)
	if err != nil {
		return Received{}, err
	}
	defer kept.Close()
	body = kept
	if filename == "" {
		if filename, body, err = labelled(row.Label, kept); err != nil {
			return Received{}, err
		}
	}
	sender := actor
	sender.Name = row.Label // who made the address stands in the record of changes
	i, err := s.Upload(ctx, sender, UploadInput{Client: row.ClientID, Filename: filename, Reader: body})
	if err != nil {
		return Received{}, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewUpdate().Model((*linkRow)(nil)).Set("used = used + 1").Where("id = ?", row.ID).Exec(ctx); err != nil {
			return err
		}
		return s.linkEntry(ctx, tx, actor, row, fmt.Sprintf("received %s (SHA-256 %s) at the upload address %s", i.Filename, i.SHA256, row.Label))
	})
	if err != nil {
		return Received{}, err
	}
	return s.applyReceived(ctx, sender, row, i)
}

// labelled names a file that came without a name after who sent it.
func labelled(label string, r io.Reader) (name string, all io.Reader, err error) {
	start := bufio.NewReader(r)
	magic, err := start.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", nil, err
	}
	ending := ".csv"
	switch {
	case bytes.HasPrefix(magic, []byte("PK\x03\x04")):
		ending = ".xlsx"
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		ending = ".csv.gz"
	}
	return strings.NewReplacer("/", "-", "\\", "-").Replace(label) + ending, start, nil
}

// workspaceIsThere holds the workspace that an address names against the list: nobody has signed in to it.
func (s *Service) workspaceIsThere(ctx context.Context) error {
	list, err := s.DB.Workspaces(ctx)
	if err != nil {
		return err
	}
	named, _ := db.Workspace(ctx)
	if !slices.ContainsFunc(list, func(w db.WorkspaceInfo) bool { return w.Slug == named }) {
		return noLink()
	}
	return nil
}

// admitByLink finds the address that the secret opens and counts the file, before anything of it is read. Whoever knows no secret does not get to write.
func (s *Service) admitByLink(ctx context.Context, id, secret string) (row linkRow, err error) {
	find := func(ctx context.Context, tx bun.Tx) error {
		row, err = readLink(ctx, tx, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		same := subtle.ConstantTimeCompare([]byte(row.SecretHash), []byte(secretHash(secret))) == 1
		if err != nil || !same || !row.RevokedAt.IsZero() || !s.now().Before(row.ExpiresAt) {
			return noLink()
		}
		return nil
	}
	if err := s.DB.Read(ctx, find); err != nil {
		return row, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := find(ctx, tx); err != nil {
			return err
		}
		now := s.now()
		if now.Sub(row.HourAt) >= time.Hour {
			row.HourAt, row.HourUsed = now, 0
		}
		if row.HourUsed >= filesPerHour {
			return fault.New(fault.RateLimited, "upload-rate", "%d files came to this address within an hour. Try again at %s UTC.", filesPerHour, row.HourAt.Add(time.Hour).UTC().Format("15:04"))
		}
		row.HourUsed++
		_, err := tx.NewUpdate().Model((*linkRow)(nil)).Set("hour_at = ?, hour_used = ?", row.HourAt, row.HourUsed).Where("id = ?", row.ID).Exec(ctx)
		return err
	})
	return row, err
}

// linkHolder is who the address acts for: whoever made it, with the rights they have now.
func (s *Service) linkHolder(ctx context.Context, row linkRow) (actor access.Actor, err error) {
	if s.Holder == nil {
		return actor, noLink()
	}
	if actor, err = s.Holder(ctx, row.ActorID); fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.NotFound) {
		return actor, noLink()
	}
	if err != nil {
		return actor, err
	}
	for _, action := range []access.Action{access.EvidenceImport, access.EvidenceMap} {
		if access.Require(actor, action, access.Of(row.ClientID)) != nil {
			return actor, noLink()
		}
	}
	return actor, nil
}

// atMost passes on a body until it is longer than the address takes.
type atMost struct {
	r     io.Reader
	left  int64
	limit int64
}

func (a *atMost) Read(p []byte) (int, error) {
	n, err := a.r.Read(p)
	if a.left -= int64(n); a.left < 0 {
		return 0, fault.New(fault.TooLarge, "file-too-large", "The file is larger than the %d bytes that this address takes.", a.limit)
	}
	return n, err
}

// receivedBefore finds the same file among those of the client: applied, or on its way.
func (s *Service) receivedBefore(ctx context.Context, client, sha string) (was Received, known bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		var rows []progressRow
		err := tx.NewSelect().Model(&rows).Join("JOIN crm_upload AS u ON u.id = progress_row.import_id").Where("u.client_id = ? AND (u.sha256 = ? OR EXISTS (SELECT 1 FROM crm_arrival AS a WHERE a.import_id = u.id AND a.sha256 = ?))", client, sha, sha).OrderExpr("u.created_at, u.id").Scan(ctx)
		for _, p := range rows {
			if !known || p.State == Applied && was.State != Applied {
				was, known = Received{Import: p.ImportID, State: p.State, Message: p.Message}, true
				if p.State == Applied {
					was.No = p.No
				}
			}
		}
		return err
	})
	return was, known, err
}

// applyReceived applies the file by the kept mapping of the address. What speaks against it is told, and the file waits for a person.
func (s *Service) applyReceived(ctx context.Context, actor access.Actor, row linkRow, i Import) (Received, error) {
	waits := Received{Import: i.ID, State: i.State, Message: "The file waits for a person to say how it is read."}
	if row.Mapping == "" {
		return waits, nil
	}
	m, err := s.mappingFor(ctx, ImportInput{Client: row.ClientID, Saved: row.Mapping}, nil)
	if err == nil {
		err = s.SetMapping(ctx, actor, row.ClientID, i.ID, m, "")
	}
	if err == nil {
		i, err = s.Apply(ctx, actor, row.ClientID, i.ID)
	}
	switch {
	case err == nil:
		return Received{Import: i.ID, State: i.State, No: i.No}, nil
	case len(fault.All(err)) > 0 && (fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict)):
		waits.Message = "The file waits for a person: " + fault.All(err)[0].Message
		return waits, nil
	}
	return Received{}, err
}
