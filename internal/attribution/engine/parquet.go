package engine

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution/columnar"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// parquet is an open Parquet file with the wanted columns, nil where there is no such column.
type parquet struct {
	file    *columnar.File
	columns []*columnar.Column
	before  []int // rows before each group
	rows    int
}

// openParquet finds the wanted columns; those of instants are at these places, all others are texts or whole numbers.
func openParquet(data []byte, wanted []column, instants ...int) (*parquet, error) {
	f, err := columnar.Open(data)
	if err != nil {
		return nil, err
	}
	p := &parquet{file: f}
	head := make([]string, len(f.Columns))
	for i, c := range f.Columns {
		head[i] = strings.ToLower(strings.TrimSpace(c.Name))
	}
	for i, c := range wanted {
		at, err := c.among(head)
		if err != nil {
			return nil, err
		}
		if at < 0 {
			p.columns = append(p.columns, nil)
			continue
		}
		found := &f.Columns[at]
		isInstant := slices.Contains(instants, i)
		switch {
		case isInstant && found.Kind == columnar.Other:
			return nil, fmt.Errorf("column %q is %s; write timestamps, dates, or seconds since 1970", found.Name, found.Type)
		case !isInstant && found.Kind != columnar.Text && found.Kind != columnar.Whole:
			return nil, fmt.Errorf("column %q is %s; write texts or whole numbers", found.Name, found.Type)
		}
		p.columns = append(p.columns, found)
	}
	for g := range f.Groups() {
		p.before = append(p.before, p.rows)
		p.rows += f.Rows(g)
	}
	return p, nil
}

// cursor goes through a column of a group. The zero cursor is that of a column that is not there.
type cursor struct {
	chunk  *columnar.Chunk
	column *columnar.Column
	digits []byte
	known  []uint32 // of the dictionary's values, what they were found to be
}

func (p *parquet) cursors(group int) ([]cursor, error) {
	out := make([]cursor, len(p.columns))
	for i, c := range p.columns {
		if c == nil {
			continue
		}
		chunk, err := p.file.Chunk(group, c)
		if err != nil {
			return nil, err
		}
		out[i] = cursor{chunk: chunk, column: c}
	}
	return out, nil
}

// next goes to the next row in every column.
func next(all []cursor) error {
	for i := range all {
		if all[i].chunk == nil {
			continue
		}
		if err := all[i].chunk.Next(); err != nil {
			return err
		}
	}
	return nil
}

// text is the cell as it stands in CSV; of an empty one, nothing.
func (c *cursor) text() []byte {
	switch {
	case c.chunk == nil || c.chunk.Null:
		return nil
	case c.column.Kind == columnar.Text:
		return c.chunk.Bytes
	case c.column.Unsigned:
		c.digits = strconv.AppendUint(c.digits[:0], uint64(c.chunk.Number), 10)
	default:
		c.digits = strconv.AppendInt(c.digits[:0], c.chunk.Number, 10)
	}
	return c.digits
}

// once finds what a value is, and of a value of the dictionary once only.
func (c *cursor) once(find func(text []byte) uint32) uint32 {
	if c.chunk == nil || c.chunk.Index < 0 {
		return find(c.text())
	}
	if c.known == nil {
		c.known = make([]uint32, c.chunk.Size)
	}
	known := &c.known[c.chunk.Index]
	if *known == 0 {
		*known = find(c.text()) + 1
	}
	return *known - 1
}

// instant is the cell as an instant; of an empty one, Unknown.
func (c *cursor) instant(k clock, end bool) (int64, bool) {
	if c.chunk == nil || c.chunk.Null {
		return Unknown, true
	}
	n := c.chunk.Number
	switch c.column.Kind {
	case columnar.Text:
		return k.instant(c.chunk.Bytes, end)
	case columnar.Whole:
		return n * 1_000_000_000, n >= -latest && n <= latest
	case columnar.Day:
		if n < -200_000 || n > 200_000 {
			return 0, false
		}
		return k.day(cal.DateOf(time.Unix(n*86_400, 0), time.UTC), end)
	case columnar.Local:
		at := time.Unix(0, n).UTC()
		return nanoseconds(time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), k.zone))
	}
	return n, n != Unknown
}

// safely calls a reader of what a stranger wrote: a defect that it brings to light is an error.
func safely(read func() error) (err error) {
	defer func() {
		if wrong := recover(); wrong != nil {
			err = fmt.Errorf("the Parquet file is damaged: %v", wrong)
		}
	}()
	return read()
}

func (b *Book) parquetDeals(data []byte, how Reading) (*names, error) {
	p, err := openParquet(data, dealColumns(how.Anchor), dealAt, dealCreated, dealLead, dealCollected)
	if err != nil {
		return nil, err
	}
	k := &dealTaker{how: how, book: b}
	err = safely(func() error {
		for g := range p.file.Groups() {
			if err := k.group(p, g); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return k.end()
}

func (k *dealTaker) group(p *parquet, g int) error {
	cells, err := p.cursors(g)
	if err != nil {
		return err
	}
	zone := clock{zone: k.how.Zone}
	var rows []dealRow
	for i := range p.file.Rows(g) {
		if err := next(cells); err != nil {
			return err
		}
		row := dealRow{line: p.before[g] + i + 1, id: string(cells[dealID].text()), person: bytes.Clone(cells[dealPerson].text()), refundOf: bytes.Clone(cells[dealRefundOf].text())}
		text := ""
		for _, at := range []struct {
			into *int64
			cell int
		}{{&row.won, dealAt}, {&row.created, dealCreated}, {&row.lead, dealLead}, {&row.collected, dealCollected}} {
			var ok bool
			if *at.into, ok = cells[at.cell].instant(zone, true); !ok {
				text = fmt.Sprintf("deal %s: no instant that can be told", row.id)
			}
		}
		if text == "" {
			text = row.wrong(cells[dealMinor].text())
		}
		if text != "" {
			k.tell(row.line, text)
		} else {
			rows = append(rows, row)
		}
	}
	k.parts = append(k.parts, rows)
	return nil
}

func (b *Book) parquetTouches(data []byte, how Reading, persons *names) error {
	p, err := openParquet(data, touchColumns(how.By), touchAt)
	if err != nil {
		return err
	}
	b.Buyers, b.Rows = persons.len(), p.rows
	if how.Everyone {
		if err := safely(func() error { return p.everyone(persons) }); err != nil {
			return err
		}
	}
	groups, shift := grouping(persons.len(), 30*min(p.rows, 64*len(data)))
	takers, errs := make([]*taker, how.Workers), make([]error, how.Workers)
	var wait sync.WaitGroup
	for w := range takers {
		takers[w] = newTaker(how, persons, newPile(groups, shift))
		wait.Go(func() {
			errs[w] = safely(func() error {
				all := p.file.Groups()
				for g := all * w / len(takers); g < all*(w+1)/len(takers); g++ { // those beside each other, as files are in the order of time
					if err := takers[w].group(p, g); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
	wait.Wait()
	var problems []Problem
	for w, k := range takers {
		if errs[w] != nil {
			return errs[w]
		}
		problems = append(problems, k.problems...)
	}
	slices.SortFunc(problems, func(a, b Problem) int { return a.Line - b.Line })
	b.tell("touches", problems)
	return b.put(takers, persons.len(), how.Workers)
}

// everyone numbers all persons of a file of touches.
func (p *parquet) everyone(persons *names) error {
	only := &parquet{file: p.file, columns: []*columnar.Column{p.columns[touchPerson]}}
	for g := range p.file.Groups() {
		cells, err := only.cursors(g)
		if err != nil {
			return err
		}
		for range p.file.Rows(g) {
			if err := next(cells); err != nil {
				return err
			}
			if text := cells[0].text(); len(text) > 0 {
				if len(persons.bytes)+len(text) > math.MaxUint32 {
					return fmt.Errorf("more persons than can be held at once")
				}
				cells[0].once(func(text []byte) uint32 {
					number, _ := persons.number(text)
					return number
				})
			}
		}
	}
	return nil
}

// nobodys is the number of a person without a deal.
const nobodys = math.MaxUint32 - 1

func (k *taker) group(p *parquet, g int) error {
	cells, err := p.cursors(g)
	if err != nil {
		return err
	}
	person := func(text []byte) uint32 {
		hash := k.persons.hash(text)
		if k.persons.maybe(hash) == 1 {
			if n, ours := k.persons.find(hash, text); ours {
				return n
			}
		}
		return nobodys
	}
	for i := range p.file.Rows(g) {
		if err := next(cells); err != nil {
			return err
		}
		n := cells[touchPerson].once(person)
		if n == nobodys {
			k.others++
			continue
		}
		if text := k.cell(cells, n); text != "" {
			k.tell(p.before[g]+i+1, text)
		}
	}
	return nil
}

// cell takes a touch of a person, or says what is wrong with it.
func (k *taker) cell(cells []cursor, person uint32) string {
	id := cells[touchID].text()
	at, ok := cells[touchAt].instant(k.clock, false)
	if !ok {
		return fmt.Sprintf("touch %s: no instant that can be told", id)
	}
	var label uint32
	if fields := cells[touchChannel:]; len(fields) == 1 {
		label = fields[0].once(func(channel []byte) uint32 { return k.label([][]byte{channel}) })
	} else {
		texts := make([][]byte, len(fields))
		for i := range fields {
			texts[i] = fields[i].text()
		}
		label = k.label(texts)
	}
	return k.add(id, person, at, label)
}
