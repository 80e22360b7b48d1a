package segment

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// Format is the version of the columns and their encoding. Another one gives other bytes for the same rows.
const Format = "ofrecord-segment-2"

// The columns, all of them required but the instant. A text that is not recorded is empty.
const (
	TouchID   = "touch_id"
	ContactID = "contact_id"
	At        = "at" // nanoseconds, UTC; null: not recorded
	Channel   = "channel"
	Campaign  = "campaign"
	Content   = "content"
	Provider  = "provider"
	Source    = "source" // of the visit; since this version, as the medium is
	Medium    = "medium"
	Milestone = "milestone"
	Seq       = "seq"
	Deleted   = "deleted"
	Replaces  = "replaces"
)

// record is a row of the file. Ids come as their lengths and their bytes, instants and numbers as differences, what repeats by a dictionary.
type record struct {
	TouchID   string `parquet:"touch_id"`
	ContactID string `parquet:"contact_id,dict"`
	At        *int64 `parquet:"at,optional,timestamp(nanosecond)"`
	Channel   string `parquet:"channel,dict"`
	Campaign  string `parquet:"campaign,dict"`
	Content   string `parquet:"content,dict"`
	Provider  string `parquet:"provider,dict"`
	Source    string `parquet:"source,dict"`
	Medium    string `parquet:"medium,dict"`
	Milestone string `parquet:"milestone,dict"`
	Seq       int64  `parquet:"seq"`
	Deleted   bool   `parquet:"deleted"`
	Replaces  bool   `parquet:"replaces"`
}

// Touch is a row of a segment.
type Touch struct {
	crm.Touch
	Line     int64 // of the file that was imported
	Replaces bool
}

// rowsOfAGroup are decoded by one reader at a time.
const rowsOfAGroup = 1 << 16

// Writer writes a segment.
type Writer struct {
	out      *parquet.GenericWriter[record]
	group    []record
	instants []int64
	rows     int64
	replaced int64
	last     Touch
}

// NewWriter writes to out, which is the caller's.
func NewWriter(out io.Writer) *Writer {
	return &Writer{
		out: parquet.NewGenericWriter[record](out, parquet.CreatedBy("ofrecord", Format, ""), parquet.Compression(&parquet.Uncompressed), parquet.DataPageVersion(2),
			parquet.MaxRowsPerRowGroup(rowsOfAGroup), parquet.PageBufferSize(4<<20), parquet.DefaultEncodingFor(parquet.ByteArray, &parquet.DeltaLengthByteArray), parquet.DefaultEncodingFor(parquet.Int64, &parquet.DeltaBinaryPacked)),
		group: make([]record, 0, rowsOfAGroup), instants: make([]int64, 0, rowsOfAGroup),
	}
}

// Write takes the next touches of the file, in the order of its lines, and of one line in the order of their ids: Sort puts them so. An error: they are
// not, or that of the writer.
func (w *Writer) Write(touches []Touch) error {
	for i := range touches {
		t := &touches[i]
		if w.rows > 0 && compare(w.last, *t) >= 0 {
			return fmt.Errorf("touch %q of line %d comes after %q of line %d", t.ID, t.Line, w.last.ID, w.last.Line)
		}
		w.last = *t
		w.add(t)
		if len(w.group) == rowsOfAGroup {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *Writer) add(t *Touch) {
	r := record{TouchID: t.ID, ContactID: t.ContactID, Channel: t.Channel, Campaign: t.Campaign, Content: t.Content, Provider: t.Provider, Milestone: string(t.Milestone),
		Seq: t.Seq, Deleted: t.Deleted, Replaces: t.Replaces}
	if t.Visit != nil {
		r.Source, r.Medium = t.Visit.Source, t.Visit.Medium
	}
	if !t.At.IsZero() {
		w.instants = append(w.instants, t.At.UnixNano())
		r.At = &w.instants[len(w.instants)-1]
	}
	w.group = append(w.group, r)
	w.rows++
	if t.Replaces {
		w.replaced++
	}
}

// flush writes a group in one go, so that where pages end depends on nothing but its rows.
func (w *Writer) flush() error {
	if len(w.group) == 0 {
		return nil
	}
	if _, err := w.out.Write(w.group); err != nil {
		return err
	}
	w.group, w.instants = w.group[:0], w.instants[:0]
	return w.out.Flush()
}

// Close ends the file.
func (w *Writer) Close() error {
	if err := w.flush(); err != nil {
		return err
	}
	return w.out.Close()
}

// Rows that were written, and how many of them replace earlier ones.
func (w *Writer) Rows() (rows, replaced int64) { return w.rows, w.replaced }

// Sort puts touches in the order in which a segment has them.
func Sort(touches []Touch) { slices.SortFunc(touches, compare) }

func compare(a, b Touch) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.ID, b.ID)) }
