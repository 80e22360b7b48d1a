package ops

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/segment"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
)

// Segment is the file of the touches that one import brought.
type Segment struct {
	No       int64  // of the import
	SHA256   string // of the file; "": it was not written yet
	Form     string
	Rows     int64
	Replaced int64 // rows of touches that an earlier import had brought
	Bytes    int64
}

type segmentRow struct {
	bun.BaseModel `bun:"table:crm_segment"`

	ClientID  string    `bun:"client_id,pk"`
	ImportNo  int64     `bun:"import_no,pk"`
	Seq       int64     `bun:"seq,pk"` // 1, and one more each time that it was made anew with other bytes
	SHA256    string    `bun:"sha256"`
	Form      string    `bun:"form"`
	Rows      int64     `bun:"row_count"`
	Replaced  int64     `bun:"replaced"`
	Bytes     int64     `bun:"bytes"`
	WrittenAt time.Time `bun:"written_at"`
}

func (r segmentRow) segment() Segment {
	return Segment{r.ImportNo, r.SHA256, r.Form, r.Rows, r.Replaced, r.Bytes}
}

// mostSegmentBytes is room for the most rows that a file may have: the limit of uploads is no limit of what is made of them.
const mostSegmentBytes = 64 << 30

// spool writes the segment of an import while its rows are read.
type spool struct {
	writer *segment.Writer
	pipe   *io.PipeWriter
	stored chan stored
	sorted []segment.Touch
}

type stored struct {
	ref blob.Ref
	err error
}

func (s *Service) openSpool(ctx context.Context) (*spool, error) {
	files, err := s.files(ctx)
	if err != nil {
		return nil, err
	}
	own := *files
	own.MaxBytes = mostSegmentBytes
	out, in := io.Pipe()
	p := &spool{writer: segment.NewWriter(in), pipe: in, stored: make(chan stored, 1)}
	go func() {
		ref, _, err := own.Put(ctx, out)
		_ = out.CloseWithError(errors.Join(err, errSpoolEnded)) // whoever still writes is told
		p.stored <- stored{ref, err}
	}()
	return p, nil
}

var errSpoolEnded = errors.New("the file of the import's touches was ended")

// add takes touches of the next lines.
func (p *spool) add(touches []segment.Touch) error {
	segment.Sort(touches)
	return p.writer.Write(touches)
}

// items takes the touches among the records of the next lines.
func (p *spool) items(items []item) error {
	p.sorted = p.sorted[:0]
	for i := range items {
		it := &items[i]
		if it.rec.Kind != crm.KindTouch {
			continue
		}
		t, err := it.rec.Touch()
		if err != nil {
			return err
		}
		p.sorted = append(p.sorted, segment.Touch{Touch: t, Line: it.line, Replaces: it.known})
	}
	return p.add(p.sorted)
}

// drop leaves nothing of what was written.
func (p *spool) drop() {
	_ = p.pipe.CloseWithError(errSpoolEnded)
	<-p.stored
}

// end keeps the file; of no rows there is none.
func (p *spool) end() (Segment, error) {
	rows, replaced := p.writer.Rows()
	if rows == 0 {
		p.drop()
		return Segment{}, nil
	}
	if err := p.writer.Close(); err != nil {
		p.drop()
		return Segment{}, fmt.Errorf("write the touches of the import: %w", err)
	}
	_ = p.pipe.Close()
	done := <-p.stored
	return Segment{SHA256: done.ref.SHA256, Form: segment.Format, Rows: rows, Replaced: replaced, Bytes: done.ref.Bytes}, done.err
}

// segmentOf writes the segment of an import from its rows in the database: the same bytes as from its file.
func (s *Service) segmentOf(ctx context.Context, client string, no int64) (made Segment, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		p, err := s.openSpool(ctx)
		if err != nil {
			return err
		}
		if err := EachTouchOf(ctx, tx, client, no, p.add); err != nil {
			p.drop()
			return err
		}
		made, err = p.end()
		return err
	})
	made.No = no
	return made, err
}

// EachTouchOf hands over the touches that one import brought, in the order of the lines of its file, and those of a line together. It decides no access.
func EachTouchOf(ctx context.Context, tx bun.Tx, client string, no int64, take func([]segment.Touch) error) error {
	rows, err := tx.QueryContext(ctx, `SELECT r.ext_id, r.line, r.body, EXISTS (SELECT 1 FROM crm_row p WHERE p.client_id = r.client_id AND p.kind = r.kind
		AND p.ext_id = r.ext_id AND p.import_no < r.import_no) FROM crm_row r WHERE r.client_id = ? AND r.kind = ? AND r.import_no = ? ORDER BY r.line`,
		client, string(crm.KindTouch), no)
	if err != nil {
		return err
	}
	defer rows.Close()
	var line []segment.Touch
	for rows.Next() {
		var v version
		var t segment.Touch
		if err := rows.Scan(&v.ID, &t.Line, &v.Body, &t.Replaces); err != nil {
			return err
		}
		r, err := v.record(crm.KindTouch)
		if err == nil {
			t.Touch, err = r.Touch()
		}
		if err != nil {
			return fmt.Errorf("read the stored touch %q: %w", v.ID, err)
		}
		if len(line) > 0 && line[0].Line != t.Line {
			if err := take(line); err != nil {
				return err
			}
			line = line[:0]
		}
		line = append(line, t)
	}
	if err := rows.Err(); err != nil || len(line) == 0 {
		return err
	}
	return take(line)
}

// SegmentsAt are the segments of the imports up to import n, the oldest first; of an import whose touches have none yet, without a hash. It decides no access.
func SegmentsAt(ctx context.Context, tx bun.Tx, client string, n int64) ([]Segment, error) {
	var results []resultRow
	if err := tx.NewSelect().Model(&results).Where("client_id = ? AND no <= ?", client, n).OrderExpr("no").Scan(ctx); err != nil {
		return nil, err
	}
	return segmentsOf(ctx, tx, client, results)
}

// Since is what the imports after one brought.
type Since struct {
	Latest   int64             // the newest import; that one, if none came after it
	Changed  map[crm.Kind]bool // kinds of which something is new or changed
	Segments []Segment         // as SegmentsAt has them
}

// SinceImport is what came after import n. It decides no access.
func SinceImport(ctx context.Context, tx bun.Tx, client string, n int64) (Since, error) {
	var results []resultRow
	if err := tx.NewSelect().Model(&results).Where("client_id = ? AND no > ?", client, n).OrderExpr("no").Scan(ctx); err != nil {
		return Since{}, err
	}
	out := Since{Latest: n}
	if len(results) == 0 {
		return out, nil
	}
	out.Latest = results[len(results)-1].No
	var err error
	if out.Changed, err = changedKinds(results); err == nil {
		out.Segments, err = segmentsOf(ctx, tx, client, results)
	}
	return out, err
}

// segmentsOf are those of some imports, which come one after the other.
func segmentsOf(ctx context.Context, tx bun.Tx, client string, results []resultRow) (out []Segment, err error) {
	if len(results) == 0 {
		return nil, nil
	}
	var rows []segmentRow
	err = tx.NewSelect().Model(&rows).Where("client_id = ? AND import_no >= ? AND import_no <= ?", client, results[0].No, results[len(results)-1].No).OrderExpr("import_no, seq").Scan(ctx)
	if err != nil {
		return nil, err
	}
	newest := map[int64]segmentRow{}
	for _, r := range rows {
		newest[r.ImportNo] = r
	}
	for _, r := range results {
		t, err := decodeTally(r.Tally)
		if err != nil {
			return nil, err
		}
		switch row, written := newest[r.No]; {
		case written:
			out = append(out, row.segment())
		case t.touches() > 0:
			out = append(out, Segment{No: r.No, Rows: t.touches()})
		}
	}
	return out, nil
}

// touches is how many versions of touches there are of the import.
func (t Tally) touches() int64 { return t.Kinds[crm.KindTouch].New + t.Kinds[crm.KindTouch].Changed }

// OpenSegment opens the file of a segment; its reader tells at the end when it is not what was written. It decides no access. Fault: NotFound.
func (s *Service) OpenSegment(ctx context.Context, sha string) (io.ReadCloser, error) {
	files, err := s.files(ctx)
	if err != nil {
		return nil, err
	}
	return files.Get(sha)
}

// addSegment notes a segment that was written, unless the same one is noted already.
func (s *Service) addSegment(ctx context.Context, tx bun.Tx, client string, made Segment) (added bool, err error) {
	var last segmentRow
	err = tx.NewSelect().Model(&last).Where("client_id = ? AND import_no = ?", client, made.No).OrderExpr("seq DESC").Limit(1).Scan(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	if last.SHA256 == made.SHA256 {
		return false, nil
	}
	row := segmentRow{ClientID: client, ImportNo: made.No, Seq: last.Seq + 1, SHA256: made.SHA256, Form: made.Form, Rows: made.Rows, Replaced: made.Replaced,
		Bytes: made.Bytes, WrittenAt: s.now()}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return err == nil, err
}

// FormerContacts says of which contact each of the touches was before import n. It decides no access.
func FormerContacts(ctx context.Context, tx bun.Tx, client string, n int64, touches []string) (map[string]string, error) {
	was, err := before(ctx, tx, client, crm.KindTouch, n, touches, true)
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(was))
	for id, v := range was {
		r, err := v.record(crm.KindTouch)
		if err != nil {
			return nil, err
		}
		out[id] = r.Get("contact_id")
	}
	return out, nil
}
