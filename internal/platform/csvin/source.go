package csvin

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// counted counts the bytes that came out of a reader.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// guarded passes on decompressed (or plain) bytes until a limit is reached.
type guarded struct {
	r          io.Reader
	compressed *counted // nil for a plain file
	limits     Limits
	n          int64
}

func (g *guarded) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	g.n += int64(n)
	if g.n > g.limits.MaxBytes {
		return 0, fault.New(fault.TooLarge, "file-too-large",
			"The table is larger than %s. Split the export into smaller files, for example one a year.", bytesInWords(g.limits.MaxBytes))
	}
	if g.compressed != nil && g.n > g.limits.RatioFrom && g.n > g.limits.MaxRatio*g.compressed.n {
		return 0, fault.New(fault.TooLarge, "gzip-expands-too-much",
			"The gzip file grows to more than %d times its size, which no real export does. Upload the CSV file itself.", g.limits.MaxRatio)
	}
	if err != nil && err != io.EOF && g.compressed != nil && len(fault.All(err)) == 0 {
		err = fault.New(fault.Invalid, "gzip-damaged",
			"The gzip file is damaged or cut off after %s of table. Export or upload it again.", bytesInWords(g.n)).Because(err)
	}
	return n, err
}

// unpack undoes gzip and puts the guard in front; it refuses archives.
func unpack(r io.Reader, limits Limits) (io.Reader, bool, error) {
	in := &counted{r: r}
	br := bufio.NewReaderSize(in, 64<<10)
	magic, err := br.Peek(8)
	if err != nil && err != io.EOF {
		return nil, false, fmt.Errorf("read the start of the file: %w", err)
	}
	if !bytes.HasPrefix(magic, []byte{0x1f, 0x8b}) {
		return &guarded{r: br, limits: limits}, false, refuseKnownFormat(magic)
	}
	zr, err := gzip.NewReader(br)
	if err != nil {
		return nil, false, fault.New(fault.Invalid, "gzip-damaged", "The file begins like a gzip file but cannot be opened. Export or upload it again.").Because(err)
	}
	inner := bufio.NewReaderSize(&guarded{r: zr, compressed: in, limits: limits}, 64<<10)
	magic, err = inner.Peek(8)
	if err != nil && err != io.EOF {
		return nil, false, err
	}
	if bytes.HasPrefix(magic, []byte{0x1f, 0x8b}) {
		return nil, false, fault.New(fault.Invalid, "gzip-in-gzip", "The gzip file holds another gzip file. Unpack it once and upload the result.")
	}
	return inner, true, refuseKnownFormat(magic)
}

// refuseKnownFormat names the formats people upload by mistake and says what to do instead.
func refuseKnownFormat(magic []byte) error {
	known := []struct{ prefix, code, message string }{
		{"PK\x03\x04", "file-is-zip", "This is a zip archive or an Excel workbook within a gzip file. Unpack it once and upload what is in it."},
		{"PK\x05\x06", "file-is-zip", "This is an empty zip archive. Unpack or export again and upload the CSV file."},
		{"\xd0\xcf\x11\xe0", "file-is-xls", "This is an old Excel workbook (.xls) or one with a password. Open it and choose Save as, .xlsx or CSV UTF-8, without a password."},
		{"%PDF-", "file-is-pdf", "This is a PDF document. Export the report as CSV instead."},
		{"PAR1", "file-is-parquet", "This is a Parquet file. Export the table as CSV instead."},
		{"SQLite f", "file-is-sqlite", "This is an SQLite database. Export the table as CSV instead."},
		{"7z\xbc\xaf", "file-is-7z", "This is a 7-Zip archive. Unpack it and upload the CSV files one by one."},
		{"BZh", "file-is-bzip2", "This is a bzip2 file. Unpack it, or pack it with gzip, and upload again."},
		{"\x28\xb5\x2f\xfd", "file-is-zstd", "This is a Zstandard file. Unpack it, or pack it with gzip, and upload again."},
		{"\xfd7zXZ", "file-is-xz", "This is an xz file. Unpack it, or pack it with gzip, and upload again."},
		{"<!DOCTYP", "file-is-html", "This is a web page, probably a sign-in page instead of the export. Download the export again while signed in."},
		{"<html", "file-is-html", "This is a web page, probably a sign-in page or a report saved as HTML. Export it as CSV."},
	}
	for _, k := range known {
		if bytes.HasPrefix(magic, []byte(k.prefix)) {
			return fault.New(fault.Invalid, k.code, "%s", k.message)
		}
	}
	return nil
}

func bytesInWords(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
