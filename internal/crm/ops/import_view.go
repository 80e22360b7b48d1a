package ops

import (
	"context"
	"io"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// State is how far an import is.
type State string

// The states. An import that applies always ends as applied; it is stalled while nobody works on it.
const (
	Uploaded State = "uploaded" // the file is there; its mapping may be changed
	Checking State = "checking"
	Checked  State = "checked" // the dry run is done: Tally says what applying would do
	Applying State = "applying"
	Applied  State = "applied"
)

// Import is one file on its way into the evidence, or in it.
type Import struct {
	ID         string
	Client     string
	No         int64 // 0 until it is applied
	State      State
	Stalled    bool // applying or checking, and nobody has worked on it lately
	Kind       crm.Kind
	Filename   string
	SHA256     string
	Bytes      int64
	Mapping    crm.Mapping
	Tally      Tally // of the check, of the import so far, or of the result
	RowsDone   int64
	BytesDone  int64
	Message    string // what went wrong last
	ActorID    string
	ActorName  string
	UploadedAt time.Time
	AppliedAt  time.Time
	SideReads  []SideRead
}

// Unchanging reports that the import said nothing new.
func (i Import) Unchanging() bool { return i.Tally.New == 0 && i.Tally.Changed == 0 }

func (s *Service) view(u uploadRow, p progressRow) (Import, error) {
	m, err := decodeMapping(p.Mapping)
	if err != nil {
		return Import{}, err
	}
	t, err := decodeTally(p.Tally)
	if err != nil {
		return Import{}, err
	}
	i := Import{ID: u.ID, Client: u.ClientID, State: p.State, Kind: m.Kind(), Filename: u.Filename, SHA256: u.SHA256, Bytes: u.Bytes,
		Mapping: m, Tally: t, RowsDone: p.RowsDone, BytesDone: p.BytesDone, Message: p.Message,
		ActorID: u.ActorID, ActorName: u.ActorName, UploadedAt: u.CreatedAt.UTC()}
	if p.State == Checked { // the whole file was read
		i.RowsDone, i.BytesDone = t.Rows, u.Bytes
	}
	i.Stalled = s.stalled(p)
	return i, nil
}

// stalled reports whether a check or an import has begun and nobody works on it.
func (s *Service) stalled(p progressRow) bool {
	return (p.State == Applying || p.State == Checking) && (p.Holder == "" || s.now().Sub(p.BeatAt) > quiet)
}

// full reads an import in whatever state.
func (s *Service) full(ctx context.Context, tx bun.Tx, client, id string) (Import, error) {
	u, err := readUpload(ctx, tx, client, id)
	if err != nil {
		return Import{}, err
	}
	p, err := readProgress(ctx, tx, id)
	if err != nil {
		return Import{}, err
	}
	if p.State == Applied {
		return one(applied(ctx, tx, "r.client_id = ? AND r.import_id = ?", client, id))
	}
	i, err := s.view(u, p)
	if err != nil || p.State != Applying {
		return i, err
	}
	row, err := readImport(ctx, tx, id)
	if err == nil {
		i.SideReads, err = decodeSideReads(row.SideReads)
	}
	return i, err
}

// appliedRow is an import with its result and its upload.
type appliedRow struct {
	ID         string
	ClientID   string
	No         int64
	Kind       string
	Filename   string
	SHA256     string
	Bytes      int64
	Mapping    string
	SideReads  string
	ActorID    string
	ActorName  string
	Tally      string
	AppliedAt  time.Time
	UploadedAt time.Time
}

// applied reads finished imports. The condition names the columns of crm_result as r and those of crm_import as i.
func applied(ctx context.Context, tx bun.Tx, where string, args ...any) ([]Import, error) {
	var rows []appliedRow
	err := tx.NewRaw(`SELECT i.id, i.client_id, r.no, i.kind, i.filename, i.sha256, i.bytes, i.mapping, i.side_reads, i.actor_id, i.actor_name, r.tally,
		r.applied_at, u.created_at AS uploaded_at
		FROM crm_result r JOIN crm_import i ON i.id = r.import_id JOIN crm_upload u ON u.id = i.id WHERE `+where, args...).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	out := make([]Import, len(rows))
	for n, row := range rows {
		i := Import{ID: row.ID, Client: row.ClientID, No: row.No, State: Applied, Kind: crm.Kind(row.Kind), Filename: row.Filename, SHA256: row.SHA256, Bytes: row.Bytes,
			BytesDone: row.Bytes, ActorID: row.ActorID, ActorName: row.ActorName, AppliedAt: row.AppliedAt.UTC(), UploadedAt: row.UploadedAt.UTC()}
		if i.Mapping, err = decodeMapping(row.Mapping); err != nil {
			return nil, err
		}
		if i.Tally, err = decodeTally(row.Tally); err != nil {
			return nil, err
		}
		if i.SideReads, err = decodeSideReads(row.SideReads); err != nil {
			return nil, err
		}
		i.RowsDone = i.Tally.Rows
		out[n] = i
	}
	return out, nil
}

func one(list []Import, err error) (Import, error) {
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "import", "There is no such import.")
	}
	if err != nil {
		return Import{}, err
	}
	return list[0], nil
}

// Show gives one import, whatever its state. Who: EvidenceSee. Faults: NotFound.
func (s *Service) Show(ctx context.Context, actor access.Actor, client, id string) (out Import, err error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = s.full(ctx, tx, client, id)
		return err
	})
	return out, err
}

// ShowNo gives the applied import of that number. Who: EvidenceSee. Faults: NotFound.
func (s *Service) ShowNo(ctx context.Context, actor access.Actor, client string, no int64) (out Import, err error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		out, err = one(applied(ctx, tx, "r.client_id = ? AND r.no = ?", client, no))
		return err
	})
	return out, err
}

// ImportList gives the applied imports of the client, newest first. Who: EvidenceSee.
func (s *Service) ImportList(ctx context.Context, actor access.Actor, client string, offset, limit int) (list []Import, total int64, err error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return nil, 0, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		if total, err = lastNo(ctx, tx, client); err != nil { // numbers have no gap
			return err
		}
		list, err = applied(ctx, tx, "r.client_id = ? ORDER BY r.no DESC LIMIT ? OFFSET ?", client, limit, offset)
		return err
	})
	return list, total, err
}

// Pending gives the uploads that are not applied yet, newest first, at most 20. Who: EvidenceSee.
func (s *Service) Pending(ctx context.Context, actor access.Actor, client string) (list []Import, err error) {
	if err := access.Require(actor, access.EvidenceSee, access.Of(client)); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		var rows []progressRow
		if err := tx.NewSelect().Model(&rows).Where("client_id = ? AND state <> ?", client, Applied).OrderExpr("beat_at DESC").Limit(20).Scan(ctx); err != nil {
			return err
		}
		for _, p := range rows {
			i, err := s.full(ctx, tx, client, p.ImportID)
			if err != nil {
				return err
			}
			list = append(list, i)
		}
		return nil
	})
	return list, err
}

// File opens the uploaded file as it arrived; the caller closes it. Reading it to its end proves that it is unchanged. Who: EvidenceSee.
func (s *Service) File(ctx context.Context, actor access.Actor, client, id string) (io.ReadCloser, error) {
	i, err := s.Show(ctx, actor, client, id)
	if err != nil {
		return nil, err
	}
	files, err := s.files(ctx)
	if err != nil {
		return nil, err
	}
	return files.Get(i.SHA256)
}
