package columnar_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/attribution/columnar"
)

// record is a row as other programs write it.
type record struct {
	Plain    string    `parquet:"plain"`
	Dict     string    `parquet:"dict,dict"`
	Maybe    *string   `parquet:"maybe,optional,dict"`
	Number   int64     `parquet:"number"`
	Delta    int64     `parquet:"delta,delta"`
	Narrow   int32     `parquet:"narrow"`
	Unsigned uint32    `parquet:"unsigned"`
	Perhaps  *int64    `parquet:"perhaps,optional"`
	Millis   time.Time `parquet:"millis,timestamp(millisecond)"`
	Micros   time.Time `parquet:"micros,timestamp(microsecond)"`
	Nanos    time.Time `parquet:"nanos,timestamp(nanosecond)"`
	Truth    bool      `parquet:"truth"`
	Nested   struct {
		A string `parquet:"a"`
		B int64  `parquet:"b"`
	} `parquet:"nested"`
	Last string `parquet:"last,optional"`
}

func some(r *rand.Rand, n int) []record {
	out := make([]record, n)
	for i := range out {
		out[i] = record{Plain: strings.Repeat("x", r.IntN(5)) + fmt.Sprint(i), Dict: fmt.Sprint("d", r.IntN(7)), Number: r.Int64() - r.Int64(), Delta: int64(i) * 3,
			Narrow: int32(r.IntN(1000) - 500), Unsigned: r.Uint32(), Millis: time.UnixMilli(r.Int64N(2e12)).UTC(), Micros: time.UnixMicro(r.Int64N(2e15)).UTC(), Nanos: time.Unix(0, r.Int64N(2e18)).UTC(), Last: fmt.Sprint(i % 3), Truth: r.IntN(3) == 0}
		if r.IntN(3) > 0 {
			text := fmt.Sprint("m", r.IntN(4))
			out[i].Maybe, out[i].Perhaps = &text, &out[i].Number
		}
	}
	return out
}

func written(tb testing.TB, rows []record, options ...parquet.WriterOption) []byte {
	var out bytes.Buffer
	w := parquet.NewGenericWriter[record](&out, options...)
	for at := 0; at < len(rows); at += 100 {
		if _, err := w.Write(rows[at:min(at+100, len(rows))]); err != nil {
			tb.Fatal(err)
		}
		if at%300 == 200 {
			if err := w.Flush(); err != nil {
				tb.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// column are all values of a column as text.
func column(f *columnar.File, name string) ([]string, error) {
	var out []string
	for i := range f.Columns {
		c := &f.Columns[i]
		if c.Name != name {
			continue
		}
		for g := range f.Groups() {
			chunk, err := f.Chunk(g, c)
			if err != nil {
				return nil, err
			}
			for range f.Rows(g) {
				if err := chunk.Next(); err != nil {
					return nil, err
				}
				switch {
				case chunk.Null:
					out = append(out, "-")
				case c.Kind == columnar.Text:
					out = append(out, string(chunk.Bytes))
				default:
					out = append(out, fmt.Sprint(chunk.Number))
				}
			}
		}
		return out, nil
	}
	return nil, fmt.Errorf("no column %s", name)
}

// TestColumnsAreReadAsTheyWereWritten: by every codec, in both forms of a page, over many groups and pages.
func TestColumnsAreReadAsTheyWereWritten(t *testing.T) {
	for name, codec := range map[string]compress.Codec{"none": &parquet.Uncompressed, "snappy": &parquet.Snappy, "zstd": &parquet.Zstd, "gzip": &parquet.Gzip} {
		for form := 1; form <= 2; form++ {
			rows := some(rand.New(rand.NewPCG(1, uint64(form))), 2_000)
			f, err := columnar.Open(written(t, rows, parquet.Compression(codec), parquet.DataPageVersion(form), parquet.PageBufferSize(1<<10)))
			if err != nil {
				t.Fatal(name, err)
			}
			for field, of := range map[string]func(record) string{
				"plain": func(r record) string { return r.Plain }, "dict": func(r record) string { return r.Dict }, "number": func(r record) string { return fmt.Sprint(r.Number) },
				"delta": func(r record) string { return fmt.Sprint(r.Delta) }, "narrow": func(r record) string { return fmt.Sprint(r.Narrow) },
				"unsigned": func(r record) string { return fmt.Sprint(r.Unsigned) }, "millis": func(r record) string { return fmt.Sprint(r.Millis.UnixNano()) },
				"micros": func(r record) string { return fmt.Sprint(r.Micros.UnixNano()) }, "nanos": func(r record) string { return fmt.Sprint(r.Nanos.UnixNano()) },
				"last": func(r record) string { return r.Last },
				"truth": func(r record) string {
					if r.Truth {
						return "1"
					}
					return "0"
				},
				"maybe": func(r record) string {
					if r.Maybe == nil {
						return "-"
					}
					return *r.Maybe
				},
			} {
				got, err := column(f, field)
				if err != nil || len(got) != len(rows) {
					t.Fatalf("%s, form %d, %s: %d values, %v", name, form, field, len(got), err)
				}
				for i, r := range rows {
					if got[i] != of(r) {
						t.Fatalf("%s, form %d, %s: row %d is %q, want %q", name, form, field, i, got[i], of(r))
					}
				}
			}
		}
	}
}

// whole are all values of a column as text, read group by group into one room.
func whole(f *columnar.File, name string, w *columnar.Full) ([]string, error) {
	var out []string
	for i := range f.Columns {
		c := &f.Columns[i]
		if c.Name != name {
			continue
		}
		for g := range f.Groups() {
			if err := f.Full(g, c, w); err != nil {
				return nil, err
			}
			for row := range f.Rows(g) {
				switch {
				case c.Kind == columnar.Text:
					out = append(out, string(w.Dict.At(w.Index[row])))
				case w.Numbers[row] == columnar.Absent:
					out = append(out, "-")
				default:
					out = append(out, fmt.Sprint(w.Numbers[row]))
				}
			}
		}
	}
	return out, nil
}

// TestAWholeColumnIsWhatItsValuesAre: read at once as one by one, but that a text that is not there is empty, whatever was in the room before.
func TestAWholeColumnIsWhatItsValuesAre(t *testing.T) {
	var room columnar.Full
	for form := 1; form <= 2; form++ {
		for _, size := range []int{1 << 10, 1 << 20} {
			f, err := columnar.Open(written(t, some(rand.New(rand.NewPCG(5, uint64(form))), 2_000), parquet.DataPageVersion(form), parquet.PageBufferSize(size)))
			if err != nil {
				t.Fatal(err)
			}
			for i := range f.Columns {
				c := &f.Columns[i]
				if c.Kind == columnar.Other {
					continue
				}
				want, err := column(f, c.Name)
				if err != nil {
					t.Fatal(err)
				}
				got, err := whole(f, c.Name, &room)
				if err != nil || len(got) != len(want) {
					t.Fatalf("%s: %d values, %v", c.Name, len(got), err)
				}
				for i := range got {
					if got[i] != want[i] && (c.Kind != columnar.Text || want[i] != "-" || got[i] != "") {
						t.Fatalf("%s, row %d: %q, want %q", c.Name, i, got[i], want[i])
					}
				}
			}
		}
	}
}

func TestTextsByTheirLengthsAreRead(t *testing.T) {
	type text struct {
		Lengths string `parquet:"lengths"`
	}
	var out bytes.Buffer
	w := parquet.NewGenericWriter[text](&out, parquet.NewSchema("r", parquet.Group{"lengths": parquet.Encoded(parquet.String(), &parquet.DeltaLengthByteArray)}))
	if _, err := w.Write([]text{{"a"}, {""}, {"ccc"}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := columnar.Open(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := column(f, "lengths"); err != nil || strings.Join(got, "|") != "a||ccc" {
		t.Error(got, err)
	}
	var room columnar.Full
	for range 2 {
		if got, err := whole(f, "lengths", &room); err != nil || strings.Join(got, "|") != "a||ccc" {
			t.Error(got, err)
		}
	}
}

// TestTextsStayAsLongAsTheChunk: those of one page when the next one is read.
func TestTextsStayAsLongAsTheChunk(t *testing.T) {
	rows := some(rand.New(rand.NewPCG(7, 7)), 2_000)
	for form := 1; form <= 2; form++ {
		f, err := columnar.Open(written(t, rows, parquet.DataPageVersion(form), parquet.PageBufferSize(1<<10), parquet.MaxRowsPerRowGroup(2_000)))
		if err != nil {
			t.Fatal(err)
		}
		row := 0
		for g := range f.Groups() {
			chunk, err := f.Chunk(g, &f.Columns[0])
			if err != nil || f.Columns[0].Name != "plain" {
				t.Fatal(f.Columns[0].Name, err)
			}
			texts := make([][]byte, f.Rows(g))
			for i := range texts {
				if err := chunk.Next(); err != nil {
					t.Fatal(err)
				}
				texts[i] = chunk.Bytes
			}
			for _, text := range texts {
				if string(text) != rows[row].Plain {
					t.Fatalf("row %d is %q, want %q", row, text, rows[row].Plain)
				}
				row++
			}
		}
	}
}

// all reads every column of a file, as far as it goes.
func all(data []byte) {
	f, err := columnar.Open(data)
	if err != nil {
		return
	}
	var room columnar.Full
	for _, c := range f.Columns {
		_, _ = column(f, c.Name)
		_, _ = whole(f, c.Name, &room)
	}
}

// TestDamagedFilesAreErrors: no byte that is another, and no end that is missing, does more than make an error, or takes memory for a mere claim.
func TestDamagedFilesAreErrors(t *testing.T) {
	data := written(t, some(rand.New(rand.NewPCG(3, 4)), 300), parquet.Compression(&parquet.Zstd), parquet.PageBufferSize(1<<10))
	for n := range data {
		if n%7 == 0 {
			all(data[:n])
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	tries := 0
	rapid.Check(t, func(t *rapid.T) {
		tries++
		broken := bytes.Clone(data)
		for range rapid.IntRange(1, 4).Draw(t, "bytes") {
			broken[rapid.IntRange(0, len(broken)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		all(broken)
	})
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / uint64(tries); each > 64<<20 {
		t.Errorf("%d MiB for a file of %d KiB", each>>20, len(data)>>10)
	}
}

// TestAFlippedBitOfAPageIsFound: files tell a checksum of each page; one bit that is another makes an error, and no other values.
func TestAFlippedBitOfAPageIsFound(t *testing.T) {
	rows := some(rand.New(rand.NewPCG(9, 9)), 200)
	for form := 1; form <= 2; form++ {
		data := written(t, rows, parquet.Compression(&parquet.Uncompressed), parquet.DataPageVersion(form))
		at := bytes.Index(data, []byte(rows[100].Plain))
		if at < 0 {
			t.Fatal("the text does not stand in the file")
		}
		data[at] ^= 1
		f, err := columnar.Open(data)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := column(f, "plain"); err == nil || !strings.Contains(err.Error(), "checksum") {
			t.Errorf("form %d: %v", form, err)
		}
		if _, err := column(f, "number"); err != nil {
			t.Errorf("form %d, another column: %v", form, err)
		}
	}
}

func TestClaimsAreRefused(t *testing.T) {
	data := written(t, some(rand.New(rand.NewPCG(3, 4)), 10))
	longer := bytes.Clone(data)
	binary.LittleEndian.PutUint32(longer[len(longer)-8:], 1<<31)
	for name, of := range map[string][]byte{"cut": data[:len(data)-1], "the metadata are longer than the file": longer, "nothing": []byte("PAR1PAR1")} {
		if _, err := columnar.Open(of); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := columnar.Open(written(t, nil)); err != nil {
		t.Error("no rows:", err)
	}
}

// FuzzOpen: whatever the bytes, they are read or refused.
func FuzzOpen(f *testing.F) {
	f.Add(written(f, some(rand.New(rand.NewPCG(1, 1)), 40), parquet.Compression(&parquet.Snappy)))
	f.Add(written(f, some(rand.New(rand.NewPCG(1, 1)), 5), parquet.DataPageVersion(1)))
	f.Add([]byte("PAR1PAR1PAR1"))
	f.Fuzz(func(_ *testing.T, data []byte) { all(data) })
}
