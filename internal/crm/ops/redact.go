package ops

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
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

// removedFile stands in the place of a workbook out of which what must go cannot be taken.
const removedFile = "removed\nThis file was removed: it held data of people that is not kept.\n"

// copied is what became of a stored file.
type copied struct {
	was     string
	is      blob.Ref
	changed bool
	people  []int64 // lines of the rows of erased people
}

// file puts a rewritten copy of a stored file into the store; nothing of it is changed where nothing is to be.
func (r redactor) file(ctx context.Context, files *blob.Store, sha string, of *rowsOf) (out copied, err error) {
	out.was = sha
	defer func() { out.changed = out.changed && out.is.SHA256 != sha }()
	if r.hashing != nil && r.hashing.KeysOnly && !of.results {
		r.hashing = nil
	}
	layout, err := of.open(files, sha)
	if err != nil {
		return out, err
	}
	if layout.Workbook {
		if r.Erasing != nil {
			if out, err = r.sheets(ctx, files, sha, layout, of); err != nil || out.changed {
				return out, err
			}
		}
		out.is, out.changed, err = r.workbook(ctx, files, sha)
		return out, err
	}
	f, err := files.Get(sha)
	if err != nil {
		return out, err
	}
	defer f.Close()
	to, in := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		out.changed, out.people, err = r.text(f, in, layout, of)
		_ = in.CloseWithError(err)
	}()
	ref, existed, putErr := files.Put(ctx, to)
	_ = to.Close()
	<-done
	if err := errors.Join(putErr, err); err != nil {
		return out, err
	}
	out.is = ref
	if !out.changed && !existed { // the same text, packed otherwise
		return out, files.Remove(ref.SHA256)
	}
	return out, nil
}

func removed(ctx context.Context, files *blob.Store, err error) (blob.Ref, bool, error) {
	if err != nil {
		return blob.Ref{}, false, err
	}
	ref, _, err := files.Put(ctx, strings.NewReader(removedFile))
	return ref, err == nil, err
}

func layoutOf(files *blob.Store, sha string) (csvin.Layout, error) {
	return new(rowsOf).open(files, sha)
}

// open finds the header of the table that is read, and its columns.
func (o *rowsOf) open(files *blob.Store, sha string) (csvin.Layout, error) {
	f, err := files.Get(sha)
	if err != nil {
		return csvin.Layout{}, err
	}
	defer f.Close()
	table, err := csvin.Open(f, o.reading)
	if err != nil && o.reading != (csvin.Options{}) { // another file stands in the place of the one that was read
		return new(rowsOf).open(files, sha)
	}
	if err != nil { // what cannot be read as one table is looked at as a whole
		sheets, _ := sheetsOf(files, sha)
		return csvin.Layout{Workbook: true, Sheets: sheets}, nil
	}
	o.place(table.HeaderLine(), table.Header())
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
func (r redactor) text(from io.Reader, to io.Writer, layout csvin.Layout, of *rowsOf) (changed bool, people []int64, err error) {
	if layout.Gzip {
		packed, err := gzip.NewReader(from)
		if err != nil {
			return false, nil, err
		}
		from = packed
		pack := gzip.NewWriter(to)
		defer func() { err = errors.Join(err, pack.Close()) }()
		to = pack
	}
	if endian, wide := map[csvin.Encoding]unicode.Endianness{csvin.UTF16LE: unicode.LittleEndian, csvin.UTF16BE: unicode.BigEndian}[layout.Encoding]; wide { // it is UTF-8 from then on
		from = transform.NewReader(from, unicode.UTF16(endian, unicode.UseBOM).NewDecoder())
		if _, err := io.WriteString(to, "\ufeff"); err != nil {
			return false, nil, err
		}
	}
	in, out := newRecords(from, layout.Delimiter), bufio.NewWriterSize(to, 1<<16)
	for line := int64(1); ; {
		record, lines, readErr := in.next()
		if len(record) > 0 {
			redacted, person := r.record(record, line, lines, layout, of)
			changed = changed || !bytes.Equal(redacted, record)
			if person {
				people = append(people, line)
			}
			if _, err := out.Write(redacted); err != nil {
				return changed, people, err
			}
		}
		line += lines
		if errors.Is(readErr, io.EOF) {
			return changed, people, out.Flush()
		}
		if readErr != nil {
			return changed, people, readErr
		}
	}
}

func (r redactor) record(record []byte, line, lines int64, layout csvin.Layout, of *rowsOf) (redacted []byte, person bool) {
	text := string(record)
	if layout.Encoding == csvin.Windows1252 {
		decoded, err := charmap.Windows1252.NewDecoder().String(text)
		if err != nil {
			return record, false
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
	is, person := r.row(plain, line, line+lines-1, of)
	changed, wrong := false, -1
	for i := range cells {
		if is[i] == plain[i] {
			continue
		}
		wrong = i
		breaks := ""
		if is[i] == "" { // the lines of what follows stay what they are
			breaks = strings.Repeat("\n", strings.Count(cells[i], "\n"))
		}
		changed, cells[i] = true, quoted(is[i]+breaks)
		if is[i]+breaks == "" {
			cells[i] = ""
		}
	}
	if !changed {
		return record, person
	}
	if damaged(body, layout.Delimiter) && !damaged(strings.Join(cells, string(layout.Delimiter)), layout.Delimiter) { // it gave no record, and gives none
		cells[wrong] = erased + `"`
	}
	text = strings.Join(cells, string(layout.Delimiter)) + end
	if layout.Encoding == csvin.Windows1252 {
		if encoded, err := charmap.Windows1252.NewEncoder().String(text); err == nil {
			text = encoded
		}
	}
	return []byte(text), person
}

// hash puts hashes in the place of the addresses of a row that are nobody's who was erased.
func (r redactor) hash(cells []string, of *rowsOf) {
	if r.hashing == nil {
		return
	}
	for i, cell := range cells {
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
		cells[i] = is
	}
}

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
