package segment_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/segment"
)

func some(n int) []segment.Touch {
	out := make([]segment.Touch, n)
	for i := range out {
		out[i] = segment.Touch{Line: int64(i/2 + 2), Replaces: i%7 == 0, Touch: crm.Touch{ID: fmt.Sprintf("t%06d", i), ContactID: fmt.Sprint("p", i%31),
			At: time.Date(2026, 1, 1, 0, 0, i, i, time.UTC), Channel: fmt.Sprint("ch", i%5), Campaign: fmt.Sprint("c", i%3), Provider: "agency", Seq: int64(i % 2), Deleted: i%11 == 0}}
		if i%13 == 0 {
			out[i].At = time.Time{}
		}
		if i%17 == 0 {
			out[i].Milestone = crm.LeadCreated
		}
	}
	return out
}

// written in pieces of the given size.
func written(t testing.TB, touches []segment.Touch, piece int) []byte {
	t.Helper()
	var out bytes.Buffer
	w := segment.NewWriter(&out)
	for at := 0; at < len(touches); at += piece {
		if err := w.Write(touches[at:min(at+piece, len(touches))]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestTheSameRowsGiveTheSameBytes: the pieces in which they come do not matter. The hash is that of this version of the program: who changes the columns, their
// encoding or the library gives the form another number and says so, since files that were written before are then made anew with other bytes.
func TestTheSameRowsGiveTheSameBytes(t *testing.T) {
	touches := some(150_000)
	want := written(t, touches, len(touches))
	for _, piece := range []int{7, 999, 8_000, 1 << 16} {
		if got := written(t, touches, piece); !bytes.Equal(got, want) {
			t.Fatalf("other bytes when given in pieces of %d", piece)
		}
	}
	sum := sha256.Sum256(written(t, some(1000), 1000))
	if got := hex.EncodeToString(sum[:8]); got != "91952ca6b9f7ce57" {
		t.Errorf("the bytes of the form are %s", got)
	}
}

// TestOthersReadWhatIsWritten: the file is read as any Parquet file by its schema.
func TestOthersReadWhatIsWritten(t *testing.T) {
	type row struct {
		TouchID   string     `parquet:"touch_id"`
		ContactID string     `parquet:"contact_id"`
		At        *time.Time `parquet:"at,optional,timestamp(nanosecond)"`
		Channel   string     `parquet:"channel"`
		Milestone string     `parquet:"milestone"`
		Seq       int64      `parquet:"seq"`
		Deleted   bool       `parquet:"deleted"`
		Replaces  bool       `parquet:"replaces"`
	}
	touches := some(70_000)
	data := written(t, touches, 999)
	rows, err := parquet.Read[row](bytes.NewReader(data), int64(len(data)))
	if err != nil || len(rows) != len(touches) {
		t.Fatal(len(rows), err)
	}
	for i, r := range rows {
		want := touches[i]
		var at time.Time
		if r.At != nil {
			at = *r.At
		}
		if r.TouchID != want.ID || r.ContactID != want.ContactID || !at.Equal(want.At) || r.Channel != want.Channel || r.Milestone != string(want.Milestone) ||
			r.Seq != want.Seq || r.Deleted != want.Deleted || r.Replaces != want.Replaces {
			t.Fatalf("row %d is %+v, want %+v", i, r, want)
		}
	}
}

func TestTouchesOutOfOrderAreRefused(t *testing.T) {
	touches := some(4)
	touches[1], touches[2] = touches[2], touches[1]
	if err := segment.NewWriter(&bytes.Buffer{}).Write(touches); err == nil {
		t.Fatal("taken")
	}
	segment.Sort(touches)
	if err := segment.NewWriter(&bytes.Buffer{}).Write(touches); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkWrite(b *testing.B) {
	touches := some(1_000_000)
	var size int
	for b.Loop() {
		size = len(written(b, touches, 8000))
	}
	b.ReportMetric(float64(len(touches))*float64(b.N)/b.Elapsed().Seconds(), "touches/s")
	b.ReportMetric(float64(size)/float64(len(touches)), "B/touch")
}
