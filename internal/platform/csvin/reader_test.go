package csvin

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// readAll gives each row as "line:cell|cell" or "line!code".
func readAll(t *testing.T, r io.Reader, opt Options) ([]string, *Reader) {
	t.Helper()
	rd, err := Open(r, opt)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	var out []string
	for rd.Next() {
		row := rd.Row()
		if row.Fault != nil {
			out = append(out, fmt.Sprintf("%d!%s", row.Line, row.Fault.Code))
			continue
		}
		out = append(out, fmt.Sprintf("%d:%s", row.Line, strings.Join(row.Cells, "|")))
	}
	if rd.Err() != nil {
		t.Fatalf("read: %v", rd.Err())
	}
	return out, rd
}

func TestRowsOfOddTables(t *testing.T) {
	cases := []struct {
		name, in  string
		delimiter byte
		want      []string
	}{
		{"plain", "a,b\n1,2\n3,4\n", ',', []string{"2:1|2", "3:3|4"}},
		{"no last line end", "a,b\n1,2", ',', []string{"2:1|2"}},
		{"carriage returns", "a,b\r\n1,2\r\n\r\n3,4\r\n", ',', []string{"2:1|2", "4:3|4"}},
		{"old Macintosh", "a,b\r1,2\r3,4\r", ',', []string{"2:1|2", "3:3|4"}},
		{"semicolons", "a;b\n\"1,5\";2\n3,5;4", ';', []string{"2:1,5|2", "3:3,5|4"}},
		{"tabs", "a\tb\n1\t2\n", '\t', []string{"2:1|2"}},
		{"bars", "a|b\n1|2,5\n", '|', []string{"2:1|2,5"}},
		{"Excel separator line", "sep=;\na;b\n1;2\n", ';', []string{"3:1|2"}},
		{"one column", "name\nAcme\nBeta\n", ',', []string{"2:Acme", "3:Beta"}},
		{"quoted line ends", "a,b\n\"x\ny\r\nz\",2\n3,4\n", ',', []string{"2:x\ny\r\nz|2", "5:3|4"}},
		{"doubled marks", "a,b\n\"5\"\" pipe\",\"\"\"\"\n", ',', []string{"2:5\" pipe|\""}},
		{"JSON in a cell", "a,b\n1,\"{\"\"city\"\":\"\"X\"\"}\"\n", ',', []string{"2:1|{\"city\":\"X\"}"}},
		{"empty quoted cells", "a,b\n\"\",x\n", ',', []string{"2:|x"}},
		{"blank and empty rows", "\n\na,b\n\n,\n\"\",\"\"\n1,2\n", ',', []string{"7:1|2"}},
		{"too few and too many", "a,b\n1\n1,2,3\n4,5\n", ',', []string{"2!column-count", "3!column-count", "4:4|5"}},
		{"mark inside a cell", "a,b\nAcme 5\" pipe,2\n3,4\n", ',', []string{"2!stray-quote", "3:3|4"}},
		{"text behind the mark", "a,b\n\"x\"y,2\n3,4\n", ',', []string{"2!stray-quote", "3:3|4"}},
		{"unclosed mark to the end", "a,b\n\"x,2\n3,4\n5,6\n", ',', []string{"2!quote-not-closed", "3:3|4", "4:5|6"}},
		{"unclosed mark before a quoted row", "a,b\n\"x,2\n3,4\n5,\"six, seven\"\n8,9\n", ',', []string{"2!stray-quote", "3:3|4", "4:5|six, seven", "5:8|9"}},
		{"NUL in a later row", "a,b\n" + strings.Repeat("1,2\n", 60000) + "1,\x00\n3,4\n", ',', nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in))} {
				got, rd := readAll(t, r, Options{})
				want := c.want
				if want == nil {
					got, want = got[len(got)-2:], []string{"60002!nul-byte", "60003:3|4"}
				}
				if !slices.Equal(got, want) {
					t.Errorf("got %q, want %q", got, want)
				}
				if rd.Layout().Delimiter != c.delimiter {
					t.Errorf("delimiter %q, want %q", rd.Layout().Delimiter, c.delimiter)
				}
			}
		})
	}
}

func utf16Bytes(s string, big, bom bool) []byte {
	units := utf16.Encode([]rune(s))
	if bom {
		units = append([]uint16{0xfeff}, units...)
	}
	var out []byte
	for _, u := range units {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

func TestEncodings(t *testing.T) {
	table := "name,amount\nMüller €,1\n\"žluť, kůň\",2\n"
	latin := []byte("name,amount\nM\xfcller \x80,1\n\"K\x9an, \xe9\",2\n")
	want := []string{"2:Müller €|1", "3:žluť, kůň|2"}
	cases := []struct {
		name string
		in   []byte
		want []string
		enc  Encoding
		bom  bool
	}{
		{"utf-8", []byte(table), want, UTF8, false},
		{"utf-8 with mark", append([]byte("\xef\xbb\xbf"), table...), want, UTF8, true},
		{"utf-16 little endian with mark", utf16Bytes(table, false, true), want, UTF16LE, true},
		{"utf-16 big endian with mark", utf16Bytes(table, true, true), want, UTF16BE, true},
		{"utf-16 little endian without mark", utf16Bytes(table, false, false), want, UTF16LE, false},
		{"utf-16 big endian without mark", utf16Bytes(table, true, false), want, UTF16BE, false},
		{"windows-1252", latin, []string{"2:Müller €|1", "3:Kšn, é|2"}, Windows1252, false},
		{"windows-1252 late", append([]byte("name,amount\n"+strings.Repeat("x,1\n", 50000)), "M\xfcller,2\n"...), nil, Windows1252, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, rd := readAll(t, bytes.NewReader(c.in), Options{})
			if c.want == nil {
				got, c.want = got[len(got)-1:], []string{"50002:Müller|2"}
			}
			l := rd.Layout()
			if !slices.Equal(got, c.want) || l.Encoding != c.enc || l.BOM != c.bom || l.Fallback != (c.enc == Windows1252) {
				t.Errorf("got %q as %+v", got, l)
			}
		})
	}
	t.Run("bad bytes in a UTF-8 file are a row fault", func(t *testing.T) {
		for _, between := range []int{0, 50000} {
			in := "name,amount\nMüller Söhne,1\n" + strings.Repeat("x,1\n", between) + "M\xfcller,2\nx,3\n"
			got, _ := readAll(t, strings.NewReader(in), Options{})
			want := []string{fmt.Sprintf("%d!not-utf8", 3+between), fmt.Sprintf("%d:x|3", 4+between)}
			if tail := got[len(got)-2:]; !slices.Equal(tail, want) {
				t.Errorf("got %q", tail)
			}
		}
	})
}

func gzipped(b []byte) []byte {
	var buf bytes.Buffer
	w, _ := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	w.Write(b)
	w.Close()
	return buf.Bytes()
}

func TestRefusals(t *testing.T) {
	bomb := gzipped(append([]byte("a,b\n"), bytes.Repeat([]byte("1,2\n"), 1<<19)...))
	cases := []struct {
		name string
		in   []byte
		code string
	}{
		{"empty", nil, "file-empty"},
		{"blank", []byte("\n\n ,\n"), "file-empty"},
		{"zip or xlsx", []byte("PK\x03\x04rest"), "file-is-zip"},
		{"zip in gzip", gzipped([]byte("PK\x03\x04rest")), "file-is-zip"},
		{"gzip in gzip", gzipped(gzipped([]byte("a,b\n"))), "gzip-in-gzip"},
		{"pdf", []byte("%PDF-1.7"), "file-is-pdf"},
		{"binary", append([]byte("a,b\n"), 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 0, 9), "file-is-binary"},
		{"bomb", bomb, "gzip-expands-too-much"},
		{"cut gzip", gzipped([]byte(strings.Repeat("some,row,1\n", 1)))[:20], "gzip-damaged"},
		{"broken header", []byte("a,\"b\n1,2\n"), "quote-not-closed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			rd, err := Open(bytes.NewReader(c.in), Options{Limits: Limits{RatioFrom: 1 << 20}})
			for err == nil && rd.Next() {
			}
			if err == nil {
				err = rd.Err()
			}
			if fault.Code(err) != c.code {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestGzipIsReadAndACutOneNeverLooksWhole(t *testing.T) {
	var table bytes.Buffer
	table.WriteString("a,b\n")
	for range 200000 {
		fmt.Fprintf(&table, "%d,%d\n", rand.Int64(), rand.Int64())
	}
	packed := gzipped(table.Bytes())
	got, rd := readAll(t, bytes.NewReader(packed), Options{})
	if len(got) != 200000 || !rd.Layout().Gzip {
		t.Fatalf("read %d rows", len(got))
	}
	rd, err := Open(bytes.NewReader(packed[:len(packed)-100]), Options{})
	for err == nil && rd.Next() {
	}
	if err == nil && fault.Code(rd.Err()) != "gzip-damaged" {
		t.Errorf("a cut file ended with %v", rd.Err())
	}
	broken := errors.New("connection lost")
	rd, err = Open(io.MultiReader(bytes.NewReader(table.Bytes()), iotest.ErrReader(broken)), Options{})
	for err == nil && rd.Next() {
	}
	if !errors.Is(rd.Err(), broken) {
		t.Errorf("a broken source ended with %v", rd.Err())
	}
}

func TestLimitsAreRowFaultsAndReadingGoesOn(t *testing.T) {
	opt := Options{Limits: Limits{MaxRowBytes: 200, MaxCellBytes: 100}}
	in := "a,b\n" + strings.Repeat("x", 500000) + ",1\n1,2\n" + strings.Repeat("y", 120) + ",1\n3,4\n\"" +
		strings.Repeat("z\n", 200) + "\",1\n5,6\n"
	got, _ := readAll(t, strings.NewReader(in), opt)
	want := []string{"2!row-too-long", "3:1|2", "4!cell-too-long", "5:3|4", "6!quote-not-closed"}
	if !slices.Equal(got[:5], want) || got[len(got)-1] != "207:5|6" {
		t.Errorf("got %q … %q", got[:5], got[len(got)-2:])
	}
	if _, err := Open(strings.NewReader(strings.Repeat("c,", 3000)+"c\n"), Options{}); fault.Code(err) != "too-many-columns" {
		t.Errorf("got %v", err)
	}
	rd, _ := Open(strings.NewReader("a,b\n"+strings.Repeat("1,2\n", 100000)), Options{Limits: Limits{MaxBytes: 300000}})
	for rd.Next() {
	}
	if fault.Code(rd.Err()) != "file-too-large" {
		t.Errorf("got %v", rd.Err())
	}
}

func TestStrayMarksCostLinearTime(t *testing.T) {
	in := "a,b\n" + strings.Repeat("\"x,1\n2,3\n", 40000)
	got, _ := readAll(t, strings.NewReader(in), Options{})
	good := 0
	for _, g := range got {
		if strings.HasSuffix(g, ":2|3") {
			good++
		}
	}
	if good != 40000 {
		t.Errorf("kept %d of 40000 good rows", good)
	}
}

func FuzzReader(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a;b\n\"x\ny\";2\n\"", "\xff\xfea\x00,\x00", "a,b\n\"x\"y\n\xfc,1\n", "sep=|\na|b\r1|2\r"} {
		f.Add([]byte(s), 64)
	}
	f.Fuzz(func(t *testing.T, in []byte, limit int) {
		opt := Options{Limits: Limits{MaxRowBytes: 16 + limit&1023, MaxCellBytes: 16 + limit&255}}
		var runs [2][]string
		for i, r := range []io.Reader{bytes.NewReader(in), iotest.HalfReader(bytes.NewReader(in))} {
			rd, err := Open(r, opt)
			if err != nil {
				runs[i] = []string{err.Error()}
				continue
			}
			line := rd.HeaderLine()
			for rd.Next() {
				row := rd.Row()
				if row.Line <= line || row.LastLine < row.Line {
					t.Fatalf("row at line %d behind line %d", row.Line, line)
				}
				line = row.LastLine
				if row.Fault == nil && len(row.Cells) != len(rd.Header()) {
					t.Fatal("a good row of the wrong width")
				}
				runs[i] = append(runs[i], fmt.Sprint(row.Line, row.Cells, row.Fault))
			}
		}
		if !slices.Equal(runs[0], runs[1]) {
			t.Fatalf("the result depends on how the bytes arrive:\n%q\n%q", runs[0], runs[1])
		}
	})
}

func BenchmarkReader(b *testing.B) {
	const rows = 200000
	for name, format := range map[string]string{"plain": "%d,%d,%d,ch_%03d\n", "quoted": "%d,%d,%d,\"ch, \"\"%03d\"\"\"\n"} {
		var table bytes.Buffer
		table.WriteString("touch_id,person_id,ts,channel\n")
		for i := range rows {
			fmt.Fprintf(&table, format, i, i%16263, 1704068157+i, i%12)
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(table.Len()))
			b.ReportAllocs()
			for b.Loop() {
				rd, err := Open(bytes.NewReader(table.Bytes()), Options{})
				if err != nil {
					b.Fatal(err)
				}
				for rd.Next() {
				}
				if rd.Counts().Rows != rows {
					b.Fatal(rd.Counts())
				}
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
