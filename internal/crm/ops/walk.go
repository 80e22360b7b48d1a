package ops

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// item is a record on its way into storage.
type item struct {
	rec  crm.Record
	hash string
	link string
	line int64
	body string

	known bool // an earlier import brought a version of it
}

// reject is a problem of one row, as it is kept.
type reject struct {
	Seq    int64
	Line   int64
	Column int64
	Header string
	Code   string
	Reason string
	Raw    string
	Lost   bool
}

// chunk is a run of rows of the file, decoded.
type chunk struct {
	items   []item
	rejects []reject
	tally   Tally // of what the file alone tells: rows, rejected, problems
	rows    int64 // of the file, up to the end of this chunk
	bytes   int64 // of the file, up to about the end of this chunk
}

// source is a stored file and how to read it.
type source struct {
	files   *blob.Store
	sha     string
	mapping crm.Mapping
	ref     *crm.Reference
	chunk   int64 // rows to a chunk
	skip    int64 // rows that are already stored: decoded, because later rows may depend on them, and not handed over
	erasing *crm.Erasing
}

// walk decodes the file and hands it over in chunks, the next one being decoded while one is taken. The chunks do not depend on where an
// earlier walk stopped. Faults: those of the file as a whole.
func (src source) walk(ctx context.Context, take func(context.Context, chunk) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	chunks := make(chan chunk, 2)
	failed := make(chan error, 1)
	go func() {
		defer close(chunks)
		failed <- src.produce(ctx, chunks)
	}()
	for c := range chunks {
		if err := take(ctx, c); err != nil {
			cancel()
			for range chunks { // until the producer has noticed
			}
			return err
		}
	}
	return <-failed
}

// counting counts bytes for another goroutine to read.
type counting struct {
	r io.Reader
	n atomic.Int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func (src source) produce(ctx context.Context, out chan<- chunk) error {
	f, err := src.files.Get(src.sha)
	if err != nil {
		return err
	}
	defer f.Close()
	in := &counting{r: f}
	table, err := csvin.Open(in, src.mapping.Reading())
	if err != nil {
		return err
	}
	decoder, faults := src.mapping.Bind(table.Header(), src.ref)
	if err := faults.Err(); err != nil {
		return err
	}
	decoder.Above(table.Layout().Preamble)
	w := walker{decoder: decoder, delimiter: string(rune(cmp.Or(table.Layout().Delimiter, ';'))), kept: map[string]int{}, redactor: redactor{Erasing: src.erasing}, of: rowsIn(src.mapping)}
	w.of.place(table.HeaderLine(), table.Header())
	for table.Next() {
		if w.rows > src.skip && w.rows%src.chunk == 0 { // only now is it known that it is not the last one
			if err := w.send(ctx, out, in.n.Load()); err != nil {
				return err
			}
		}
		w.rows++
		if w.rows > maxRows {
			return fault.New(fault.TooLarge, "too-many-rows", "The file has more than %d rows. Split the export, for example one file a year.", maxRows)
		}
		w.row(table.Row(), w.rows > src.skip)
	}
	if err := table.Err(); err != nil {
		return err
	}
	w.end(w.rows > src.skip)
	return w.send(ctx, out, in.n.Load())
}

// walker turns rows into chunks.
type walker struct {
	decoder   *crm.Decoder
	delimiter string
	seen      seen
	rows      int64
	seq       int64
	kept      map[string]int
	next      chunk

	redactor redactor // of erased people
	of       *rowsOf
}

func (w *walker) send(ctx context.Context, out chan<- chunk, bytes int64) error {
	w.next.rows, w.next.bytes = w.rows, bytes
	select {
	case out <- w.next:
		w.next = chunk{items: make([]item, 0, len(w.next.items))}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *walker) row(row csvin.Row, fresh bool) {
	aside := w.decoder.Aside()
	records, problems := w.decoder.Decode(row)
	lost := len(problems) > 0 && len(records) == 0 && problemsLose(problems)
	for i, r := range records {
		first, again := w.seen.add(r.Kind, r.ID, row.Line)
		if again {
			problems = append(problems, crm.Problem{Line: row.Line, Code: "id-repeated", Lost: i == 0,
				Message: fmt.Sprintf("The id %q stands on line %d already. That row is taken and this one is left out.", r.ID, first)})
			if lost = lost || i == 0; lost {
				break // without its deal, a row's associations are left out too
			}
			continue
		}
		if fresh {
			w.next.items = append(w.next.items, itemOf(r, row.Line))
		}
	}
	for _, p := range problems {
		p.Lost = p.Lost || lost // none is a doubt about a row that is taken
		w.problem(p, row, fresh)
	}
	if !fresh {
		return
	}
	w.next.tally.Rows++
	w.next.tally.Aside += w.decoder.Aside() - aside
	if lost {
		w.next.tally.Rejected++
	}
}

// end takes what only the whole file shows.
func (w *walker) end(fresh bool) {
	records, problems := w.decoder.End()
	for _, p := range problems {
		w.problem(p, csvin.Row{}, fresh)
	}
	for _, r := range records {
		if fresh {
			w.next.items = append(w.next.items, itemOf(r.Record, r.Line))
		}
	}
}

func itemOf(r crm.Record, line int) item {
	return item{rec: r, hash: r.Hash().String(), link: linkOf(r), line: int64(line), body: bodyOf(r)}
}

func problemsLose(problems []crm.Problem) bool {
	for _, p := range problems {
		if p.Lost {
			return true
		}
	}
	return false
}

func (w *walker) problem(p crm.Problem, row csvin.Row, fresh bool) {
	w.seq++
	w.kept[p.Code]++
	r := reject{Seq: w.seq, Line: int64(p.Line), Column: int64(p.Column), Header: p.Header, Code: p.Code, Reason: p.Message, Lost: p.Lost}
	if !fresh {
		return
	}
	theirs := w.redactor.person(row.Cells, w.of)
	if theirs {
		r.Reason = crm.WithoutQuotes(r.Reason)
	}
	w.next.tally.problem(r)
	if w.kept[p.Code] > keptPerCode {
		return
	}
	switch {
	case theirs:
		r.Raw = erased
	case p.Column > 0 && p.Column <= len(row.Cells):
		r.Raw = cut(row.Cells[p.Column-1])
	default:
		r.Raw = cut(strings.Join(row.Cells, w.delimiter))
	}
	w.next.rejects = append(w.next.rejects, r)
}

// cut keeps the start of a long text.
func cut(s string) string {
	const limit = 1000
	if len(s) <= limit {
		return s
	}
	n := limit
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
