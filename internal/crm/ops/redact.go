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

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// redactor takes erased people out of stored files.
type redactor struct {
	*crm.Erasing
	keep map[string]bool // ids that stay in rows of theirs
}

// idFields are what stays of a person's row in a file of contacts, by the mapping: what other rows are joined by.
var idFields = []string{"contact_id", "company_id", "converted_contact_id", "merged_ids", "merged_into", "created_at", "deleted"}

// rowsOf says how rows of people in a file are treated.
type rowsOf struct {
	whole   bool            // blanked but for ids, as in files of contacts
	headers map[string]bool // of the columns that hold ids
	kept    map[int]bool    // their places, once the header was read
}

// contactRows is for a file that was read, or would be, by a mapping.
func contactRows(m crm.Mapping) *rowsOf {
	out := &rowsOf{whole: true, headers: map[string]bool{}}
	for _, f := range idFields {
		if h := m.Columns[f]; h != "" {
			out.headers[strings.TrimSpace(h)] = true
		}
	}
	return out
}

// place finds the columns of ids in the header.
func (o *rowsOf) place(cells []string) {
	if o.kept != nil || len(o.headers) == 0 {
		return
	}
	found := map[int]bool{}
	for i, c := range cells {
		if o.headers[c] {
			found[i] = true
		}
	}
	if len(found) >= len(o.headers) {
		o.kept = found
	}
}

// removedFile stands in the place of a file out of which one person cannot be taken: a workbook, or a text of two bytes a letter.
const removedFile = "removed\nThis file was removed: it held data of a person who was erased.\n"

// file puts a copy of a stored file without the people into the store; changed is false when the file does not tell of them.
func (r redactor) file(ctx context.Context, files *blob.Store, sha string, of *rowsOf) (ref blob.Ref, changed bool, err error) {
	layout, err := layoutOf(files, sha)
	if err != nil {
		return ref, false, err
	}
	if layout.Workbook || layout.Encoding != csvin.UTF8 && layout.Encoding != csvin.Windows1252 {
		if changed, err = r.named(files, sha, layout); err != nil || !changed {
			return ref, false, err
		}
		ref, _, err = files.Put(ctx, strings.NewReader(removedFile))
		return ref, true, err
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

func layoutOf(files *blob.Store, sha string) (csvin.Layout, error) {
	f, err := files.Get(sha)
	if err != nil {
		return csvin.Layout{}, err
	}
	defer f.Close()
	table, err := csvin.Open(f, csvin.Options{})
	if err != nil {
		return csvin.Layout{Workbook: true}, nil // what cannot be read as a text is looked at as a whole
	}
	return table.Layout(), nil
}

// named says whether a file tells of the people, whatever its form.
func (r redactor) named(files *blob.Store, sha string, layout csvin.Layout) (bool, error) {
	sheets := []string{layout.Sheet}
	if len(layout.Sheets) > 0 {
		sheets = nil
		for _, s := range layout.Sheets {
			sheets = append(sheets, s.Name)
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
	of.place(plain)
	if !r.concerns(plain) {
		return record
	}
	for i, cell := range plain {
		redacted := r.Text(cell)
		switch id := r.IDs[cell] != "" || r.keep[cell] || of.kept[i] && redacted == cell; {
		case id, !of.whole && redacted == cell:
		case of.whole:
			cells[i] = ""
		default:
			cells[i] = `"` + strings.ReplaceAll(redacted, `"`, `""`) + `"`
		}
	}
	text = strings.Join(cells, string(layout.Delimiter)) + end
	if layout.Encoding == csvin.Windows1252 {
		if encoded, err := charmap.Windows1252.NewEncoder().String(text); err == nil {
			text = encoded
		}
	}
	return []byte(text)
}

// concerns says whether cells tell of the people.
func (r redactor) concerns(cells []string) bool {
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
