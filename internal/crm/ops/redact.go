package ops

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// redactor takes erased people out of stored files, and puts hashes in the place of addresses.
type redactor struct {
	*crm.Erasing              // nil: nobody was erased
	hashing      *crm.Hashing // nil: addresses stay
	keep         map[string]bool
}

// idFields are what stays of a person's row in a file of contacts, by the mapping: what other rows are joined by.
var idFields = []string{"contact_id", "company_id", "converted_contact_id", "merged_ids", "merged_into", "created_at", "deleted"}

// rowsOf says how rows of a file are treated.
type rowsOf struct {
	kind    crm.Kind
	whole   bool              // those of erased people are blanked but for ids, as in files of contacts
	results bool              // an address in them tells results apart
	fields  map[string]string // by the header of their column, as it was mapped
	at      map[int]string    // by the place of their column, once the header was read
}

// place finds the mapped columns in the header, and tells whether this is it.
func (o *rowsOf) place(cells []string) (header bool) {
	if o.at != nil || len(o.fields) == 0 {
		return false
	}
	at, found := map[int]string{}, map[string]bool{}
	for i, c := range cells {
		if field, mapped := o.fields[c]; mapped {
			at[i], found[c] = field, true
		}
	}
	if len(found) == len(o.fields) {
		o.at = at
		return true
	}
	return false
}

func (o *rowsOf) id(place int) bool { return slices.Contains(idFields, o.at[place]) }

// removedFile stands in the place of a workbook out of which what must go cannot be taken.
const removedFile = "removed\nThis file was removed: it held data of people that is not kept.\n"

// file puts a rewritten copy of a stored file into the store; changed is false when nothing of it is to be changed.
func (r redactor) file(ctx context.Context, files *blob.Store, sha string, of *rowsOf) (ref blob.Ref, changed bool, err error) {
	if r.hashing != nil && r.hashing.KeysOnly && !of.results {
		r.hashing = nil
	}
	layout, err := layoutOf(files, sha)
	if err != nil {
		return ref, false, err
	}
	if layout.Workbook && r.Erasing == nil {
		return r.workbook(ctx, files, sha)
	}
	if layout.Workbook {
		if named, err := r.named(files, sha, layout); err != nil || named {
			return removed(ctx, files, err)
		}
		return r.workbook(ctx, files, sha)
	}
	f, err := files.Get(sha)
	if err != nil {
		return ref, false, err
	}
	defer f.Close()
	out, in := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		changed, err = r.text(f, in, layout, of)
		_ = in.CloseWithError(err)
	}()
	ref, existed, putErr := files.Put(ctx, out)
	_ = out.Close()
	<-done
	if err := errors.Join(putErr, err); err != nil {
		return ref, false, err
	}
	if !changed && !existed { // the same text, packed otherwise
		return ref, false, files.Remove(ref.SHA256)
	}
	return ref, changed, nil
}

func removed(ctx context.Context, files *blob.Store, err error) (blob.Ref, bool, error) {
	if err != nil {
		return blob.Ref{}, false, err
	}
	ref, _, err := files.Put(ctx, strings.NewReader(removedFile))
	return ref, err == nil, err
}

func layoutOf(files *blob.Store, sha string) (csvin.Layout, error) {
	f, err := files.Get(sha)
	if err != nil {
		return csvin.Layout{}, err
	}
	defer f.Close()
	table, err := csvin.Open(f, csvin.Options{})
	if err != nil { // what cannot be read as one table is looked at as a whole
		sheets, _ := sheetsOf(files, sha)
		return csvin.Layout{Workbook: true, Sheets: sheets}, nil
	}
	return table.Layout(), nil
}

// named says whether a file tells of the people, whatever its form.
func (r redactor) named(files *blob.Store, sha string, layout csvin.Layout) (bool, error) {
	sheets := []string{layout.Sheet}
	if len(layout.Sheets) > 0 {
		sheets = nil
		for _, s := range layout.Sheets {
			if !s.Empty {
				sheets = append(sheets, s.Name)
			}
		}
	}
	for _, sheet := range sheets {
		f, err := files.Get(sha)
		if err != nil {
			return false, err
		}
		table, err := csvin.Open(f, csvin.Options{Sheet: sheet})
		if err != nil {
			return true, f.Close() // nobody can tell, so it does not stay
		}
		for found := false; !found && table.Next(); {
			if found = r.concerns(table.Row().Cells); found {
				return true, f.Close()
			}
		}
		if err := f.Close(); err != nil {
			return false, err
		}
	}
	return false, nil
}

// text copies a text table, record by record, as it is written.
func (r redactor) text(from io.Reader, to io.Writer, layout csvin.Layout, of *rowsOf) (changed bool, err error) {
	if layout.Gzip {
		packed, err := gzip.NewReader(from)
		if err != nil {
			return false, err
		}
		from = packed
		pack := gzip.NewWriter(to)
		defer func() { err = errors.Join(err, pack.Close()) }()
		to = pack
	}
	if endian, wide := map[csvin.Encoding]unicode.Endianness{csvin.UTF16LE: unicode.LittleEndian, csvin.UTF16BE: unicode.BigEndian}[layout.Encoding]; wide { // it is UTF-8 from then on
		from = transform.NewReader(from, unicode.UTF16(endian, unicode.UseBOM).NewDecoder())
		if _, err := io.WriteString(to, "\ufeff"); err != nil {
			return false, err
		}
	}
	in, out := bufio.NewReaderSize(from, 1<<16), bufio.NewWriterSize(to, 1<<16)
	for {
		record, readErr := nextRecord(in)
		if len(record) > 0 {
			redacted := r.record(record, layout, of)
			changed = changed || !bytes.Equal(redacted, record)
			if _, err := out.Write(redacted); err != nil {
				return changed, err
			}
		}
		if errors.Is(readErr, io.EOF) {
			return changed, out.Flush()
		}
		if readErr != nil {
			return changed, readErr
		}
	}
}

// longestRecord is how far an open quote is followed.
const longestRecord = 1 << 20

// nextRecord is a line, or several of them while a quote is open.
func nextRecord(in *bufio.Reader) ([]byte, error) {
	var record []byte
	for {
		line, err := in.ReadBytes('\n')
		record = append(record, line...)
		if err != nil || bytes.Count(record, []byte{'"'})%2 == 0 || len(record) > longestRecord {
			return record, err
		}
	}
}

func (r redactor) record(record []byte, layout csvin.Layout, of *rowsOf) []byte {
	text := string(record)
	if layout.Encoding == csvin.Windows1252 {
		decoded, err := charmap.Windows1252.NewDecoder().String(text)
		if err != nil {
			return record
		}
		text = decoded
	}
	body := strings.TrimRight(text, "\r\n")
	end := text[len(body):]
	cells := splitCells(body, layout.Delimiter)
	plain := make([]string, len(cells))
	for i, c := range cells {
		plain[i] = plainCell(c)
	}
	columns := of
	if of.place(plain) { // the name of a column of addresses is none, and by it the column is found
		columns = &rowsOf{kind: of.kind}
	}
	hashed := r.hash(cells, plain, columns)
	if !r.concerns(plain) {
		if !hashed {
			return record
		}
	} else {
		r.blank(cells, plain, of)
	}
	text = strings.Join(cells, string(layout.Delimiter)) + end
	if layout.Encoding == csvin.Windows1252 {
		if encoded, err := charmap.Windows1252.NewEncoder().String(text); err == nil {
			text = encoded
		}
	}
	return []byte(text)
}

// blank takes a person out of a row.
func (r redactor) blank(cells, plain []string, of *rowsOf) {
	for i, cell := range plain {
		redacted := r.Text(cell)
		switch id := r.IDs[cell] != "" || r.keep[cell] || of.id(i) && redacted == cell; {
		case id, !of.whole && redacted == cell:
		case of.whole:
			cells[i] = ""
		default:
			cells[i] = quoted(redacted)
		}
	}
}

// hash puts hashes in the place of the addresses of a row that are nobody's who was erased.
func (r redactor) hash(cells, plain []string, of *rowsOf) (changed bool) {
	if r.hashing == nil {
		return false
	}
	for i, cell := range plain {
		if r.Erasing != nil && r.Text(cell) != cell {
			continue
		}
		is := cell
		switch field := of.at[i]; {
		case cell == "" || crm.Stays(of.kind, field):
		case field == "dedupe_key", of.results && field == "email":
			is = r.hashing.Key(strings.ToLower(cell))
			if is == strings.ToLower(cell) {
				is = cell
			}
		case field == "email" && !r.hashing.KeysOnly:
			is = r.hashing.Address(cell)
		default:
			is = r.hashing.Text(cell)
		}
		if is != cell {
			cells[i], plain[i], changed = quoted(is), is, true
		}
	}
	return changed
}

func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }

// concerns says whether cells tell of people who were erased.
func (r redactor) concerns(cells []string) bool {
	if r.Erasing == nil {
		return false
	}
	for _, c := range cells {
		if r.IDs[c] != "" || r.Text(c) != c {
			return true
		}
	}
	return false
}

func splitCells(line string, delimiter byte) []string {
	var out []string
	quoted, from := false, 0
	for i := range len(line) {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == delimiter && !quoted:
			out, from = append(out, line[from:i]), i+1
		}
	}
	return append(out, line[from:])
}

func plainCell(c string) string {
	c = strings.TrimSpace(strings.TrimPrefix(c, "\ufeff"))
	if len(c) >= 2 && c[0] == '"' && c[len(c)-1] == '"' {
		c = strings.ReplaceAll(c[1:len(c)-1], `""`, `"`)
	}
	return strings.TrimSpace(c)
}
