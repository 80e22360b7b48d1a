package ops

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// FinderName is the name under which the program acts that looks into watched directories.
const FinderName = "the watched directory"

// Finder acts for a watched directory of a workspace.
func Finder(workspace string) access.Actor { return access.Machine(workspace, FinderName) }

// foundQuiet is how long a found file must have lain still on its way before another run takes it up.
const foundQuiet = time.Minute

// Found takes in a file of this digest that lies in a watched directory, and applies it by the kept mapping, or by what the file settles and is stated. What speaks
// against that stands in Message, and the file waits for a person as an upload. The same file is taken in once, whoever looks, how often, and
// wherever a run before was stopped. An answer that is neither Applied nor has a Message says that somebody is at work on it.
// Who: EvidenceImport and EvidenceMap. Faults: TooLarge; Conflict and Unavailable for what is only in the way now.
func (s *Service) Found(ctx context.Context, actor access.Actor, in ImportInput, sha256 string) (Received, error) {
	for _, action := range []access.Action{access.EvidenceImport, access.EvidenceMap} {
		if err := access.Require(actor, action, access.Of(in.Client)); err != nil {
			return Received{}, err
		}
	}
	was, u, err := s.onItsWay(ctx, in.Client, sha256)
	if err != nil {
		return Received{}, err
	}
	switch {
	case u.ID == "":
		if u, err = s.keepFound(ctx, actor, in); err != nil || u.ID == "" {
			return Received{}, err // without an upload another run was faster
		}
	case was.State == Applied || was.State == Applying || was.Message != "":
		return was, nil
	case u.ActorName != FinderName:
		was.Message = fmt.Sprintf("%s uploaded this file on %s. It waits for a person.", u.ActorName, u.CreatedAt.UTC().Format("2 January 2006"))
		return was, nil
	default:
		mine, err := s.takeUpFound(ctx, u)
		if err != nil || !mine {
			return was, err
		}
	}
	return s.applyFound(ctx, actor, in, u)
}

// onItsWay finds the client's upload of a file: the applied one, else the newest.
func (s *Service) onItsWay(ctx context.Context, client, sha256 string) (was Received, u uploadRow, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		was, u, err = uploadOfFile(ctx, tx, client, sha256)
		return err
	})
	return was, u, err
}

func uploadOfFile(ctx context.Context, tx bun.Tx, client, sha256 string) (was Received, u uploadRow, err error) {
	var uploads []uploadRow
	if err := tx.NewSelect().Model(&uploads).Where("client_id = ? AND (sha256 = ? OR EXISTS (SELECT 1 FROM crm_arrival AS a WHERE a.import_id = upload_row.id AND a.sha256 = ?))", client, sha256, sha256).OrderExpr("created_at, id").Scan(ctx); err != nil {
		return was, u, err
	}
	for _, one := range uploads {
		p, err := readProgress(ctx, tx, one.ID)
		if fault.Is(err, fault.NotFound) {
			continue // it was discarded
		}
		if err != nil {
			return was, u, err
		}
		if was.State == Applied {
			break
		}
		was, u = Received{Import: one.ID, State: p.State, No: p.No, Message: p.Message}, one
	}
	return was, u, nil
}

// keepFound keeps the file as an upload. It gives none where the file has become one meanwhile.
func (s *Service) keepFound(ctx context.Context, actor access.Actor, in ImportInput) (u uploadRow, err error) {
	files, err := s.files(ctx)
	if err != nil {
		return u, err
	}
	ref, _, err := files.Put(ctx, in.Reader)
	if err != nil {
		return u, err
	}
	row, progress := s.uploadOf(actor, UploadInput{Client: in.Client, Filename: in.Filename}, ref)
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		u = uploadRow{}
		_, other, err := uploadOfFile(ctx, tx, in.Client, ref.SHA256)
		if err != nil || other.ID != "" {
			return err
		}
		if err := s.insertUpload(ctx, tx, files, &row, progress); err != nil {
			return err
		}
		u = row
		return s.recordFound(ctx, tx, actor, row, fmt.Sprintf("found %s (SHA-256 %s) in the watched directory", row.Filename, row.SHA256))
	})
	return u, err
}

// takeUpFound takes over a found file on which nobody has worked for a while.
func (s *Service) takeUpFound(ctx context.Context, u uploadRow) (mine bool, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		mine = false
		p, err := readProgress(ctx, tx, u.ID)
		if err != nil || p.State != Uploaded && p.State != Checked || s.now().Sub(p.BeatAt) < foundQuiet {
			return err
		}
		mine, p.BeatAt = true, s.now()
		return saveProgress(ctx, tx, p)
	})
	return mine, err
}

// applyFound says how the file is read and applies it.
func (s *Service) applyFound(ctx context.Context, actor access.Actor, in ImportInput, u uploadRow) (Received, error) {
	files, err := s.files(ctx)
	if err != nil {
		return Received{}, err
	}
	if err = openable(files, u.SHA256); err == nil {
		err = s.mapFound(ctx, actor, in, u)
	}
	var i Import
	if err == nil {
		i, err = s.Apply(ctx, actor, in.Client, u.ID)
	}
	switch {
	case err == nil:
		return Received{Import: i.ID, State: i.State, No: i.No}, nil
	case len(fault.All(err)) > 0 && (fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.TooLarge)):
		return s.asideFound(ctx, actor, u, fault.All(err)[0].Message)
	}
	return Received{}, errors.Join(err, s.letGoFound(context.WithoutCancel(ctx), u))
}

// letGoFound leaves the file to the next look, whoever looks.
func (s *Service) letGoFound(ctx context.Context, u uploadRow) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewUpdate().Model((*progressRow)(nil)).Set("beat_at = ?", s.now().Add(-foundQuiet)).Where("import_id = ? AND state IN (?)", u.ID, bun.List([]State{Uploaded, Checked})).Exec(ctx)
		return err
	})
}

func (s *Service) mapFound(ctx context.Context, actor access.Actor, in ImportInput, u uploadRow) error {
	m, err := s.mappingFor(ctx, in, func() (Preview, error) { return s.PreviewOf(ctx, actor, in.Client, u.ID, in.Stated.Reading()) })
	if err != nil {
		return err
	}
	return s.SetMapping(ctx, actor, in.Client, u.ID, m, "")
}

// asideFound leaves the file to a person, with what is wrong with it.
func (s *Service) asideFound(ctx context.Context, actor access.Actor, u uploadRow, message string) (out Received, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		p, err := readProgress(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		out = Received{Import: u.ID, State: p.State, No: p.No, Message: message}
		if p.State == Applied || p.State == Applying {
			return nil
		}
		p.Message, p.BeatAt = message, s.now()
		if err := saveProgress(ctx, tx, p); err != nil {
			return err
		}
		return s.recordFound(ctx, tx, actor, u, fmt.Sprintf("put %s of the watched directory aside: %s", u.Filename, message))
	})
	return out, err
}

func (s *Service) recordFound(ctx context.Context, tx bun.Tx, actor access.Actor, u uploadRow, words string) error {
	_, err := journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{At: s.now(), Action: string(access.EvidenceImport), Client: u.ClientID,
		Subject: journal.Subject{Kind: "upload", ID: u.ID, Name: u.Filename}, Words: words,
		After: journal.Snapshot(map[string]any{"filename": u.Filename, "sha256": u.SHA256, "bytes": u.Bytes})}))
	return err
}
