package columnar

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/parquet-go/parquet-go/format"
)

// Limits of a page: what a file may make this room take at once.
const (
	mostBytes  = 256 << 20
	mostValues = 16 << 20
)

// oldDictionary is what files of old call both the dictionary and its numbers.
const oldDictionary format.Encoding = 2

// Chunk goes through the values of one column of a group.
type Chunk struct {
	Null   bool
	Bytes  []byte // of a text; good as long as the chunk
	Number int64  // of the other kinds, as the kind says
	Index  int    // of the value in the dictionary; -1: there is none
	Size   int    // of the dictionary

	column *Column
	codec  format.CompressionCodec
	rest   []byte // pages to come
	left   int    // values to come in all pages

	values   int // to come in this page
	nulls    []uint32
	at       int
	indexes  []uint32
	next     int
	plain    values
	indexed  bool
	dict     values
	haveDict bool
	begun    bool // a page
	buffer   []byte
	unpacker unpacker
}

// values are decoded values, either texts or numbers.
type values struct {
	texts   []byte
	ends    []uint32 // of the texts
	begins  []uint32 // of them and the end of the last, where they were told by their lengths
	numbers []int64
}

// emptied is the room of values that are not used any more.
func (v *values) emptied() values {
	return values{v.texts[:0], v.ends[:0], v.begins[:0], v.numbers[:0]}
}

func (v *values) len() int { return len(v.ends) + len(v.numbers) }

// Chunk begins with a column of a group.
func (f *File) Chunk(group int, c *Column) (*Chunk, error) {
	chunk := new(Chunk)
	return chunk, f.open(group, c, chunk)
}

// open begins in the room of a chunk that is not used any more.
func (f *File) open(group int, c *Column, room *Chunk) error {
	g := &f.meta.RowGroups[group]
	if c.place >= len(g.Columns) {
		return fmt.Errorf("column %q is missing in a part of the file", c.Name)
	}
	m := &g.Columns[c.place].MetaData
	from := m.DataPageOffset
	if d := m.DictionaryPageOffset; d > 0 && d < from {
		from = d
	}
	size := int64(len(f.data))
	switch {
	case m.Type != c.physical:
		return fmt.Errorf("column %q is of another type in a part of the file", c.Name)
	case from < 4 || from > size || m.TotalCompressedSize < 0 || m.TotalCompressedSize > size-from:
		return fmt.Errorf("column %q claims bytes that the file does not have", c.Name)
	case m.NumValues != g.NumRows:
		return fmt.Errorf("column %q claims %d values in a part of %d rows", c.Name, m.NumValues, g.NumRows)
	}
	switch m.Codec {
	case format.Uncompressed, format.Snappy, format.Zstd, format.Gzip:
	default:
		return fmt.Errorf("column %q is compressed by %s; write the file with SNAPPY, ZSTD, GZIP or none", c.Name, m.Codec)
	}
	*room = Chunk{column: c, codec: m.Codec, rest: f.data[from : from+m.TotalCompressedSize], left: int(g.NumRows), Index: -1,
		nulls: room.nulls, indexes: room.indexes, plain: room.plain.emptied(), dict: room.dict.emptied(), buffer: room.buffer, unpacker: room.unpacker}
	return nil
}

// Next goes to the next value. An error: there is none, or the file is damaged.
func (c *Chunk) Next() error {
	for c.values == 0 {
		if err := c.page(); err != nil {
			return fmt.Errorf("column %q: %w", c.column.Name, err)
		}
	}
	c.values--
	c.left--
	if c.Null = c.nulls != nil && c.nulls[c.at] == 0; c.nulls != nil {
		c.at++
	}
	if c.Null {
		c.Bytes, c.Number, c.Index = nil, 0, -1
		return nil
	}
	n := c.next
	c.next++
	from := &c.plain
	if c.Index = -1; c.indexed {
		c.Index = int(c.indexes[n])
		n, from = c.Index, &c.dict
	}
	if from.ends != nil {
		begin := uint32(0)
		if n > 0 {
			begin = from.ends[n-1]
		}
		c.Bytes = from.texts[begin:from.ends[n]:from.ends[n]]
		return nil
	}
	c.Number = from.numbers[n]
	return nil
}

// page reads the next page with values, and the dictionary before it.
func (c *Chunk) page() error {
	if c.left == 0 || len(c.rest) == 0 {
		return fmt.Errorf("it ends before its last row")
	}
	var h format.PageHeader
	size, err := sound(c.rest)
	if err != nil {
		return err
	}
	if err := decode(c.rest[:size], &h); err != nil {
		return err
	}
	c.rest = c.rest[size:]
	if h.CompressedPageSize < 0 || int(h.CompressedPageSize) > len(c.rest) || h.UncompressedPageSize < 0 || h.UncompressedPageSize > mostBytes {
		return fmt.Errorf("a page claims %d bytes, %d unpacked", h.CompressedPageSize, h.UncompressedPageSize)
	}
	body := c.rest[:h.CompressedPageSize]
	c.rest = c.rest[h.CompressedPageSize:]
	if h.CRC != 0 && uint32(h.CRC) != crc32.ChecksumIEEE(body) { // 0: it has none
		return fmt.Errorf("a page is damaged: its checksum is another one")
	}
	switch {
	case h.Type == format.DictionaryPage && h.DictionaryPageHeader.Valid:
		return c.dictionary(&h, body)
	case h.Type == format.DataPage && h.DataPageHeader.Valid:
		return c.first(&h, body)
	case h.Type == format.DataPageV2 && h.DataPageHeaderV2.Valid:
		return c.second(&h, body)
	}
	return nil // an index, or what is to come
}

func (c *Chunk) dictionary(h *format.PageHeader, body []byte) error {
	d := &h.DictionaryPageHeader.V
	if c.haveDict || d.NumValues < 0 || d.NumValues > mostValues || d.Encoding != format.Plain && d.Encoding != oldDictionary {
		return fmt.Errorf("a dictionary of %d values by %s cannot be read", d.NumValues, d.Encoding)
	}
	body, err := c.unpack(body, int(h.UncompressedPageSize))
	if err != nil {
		return err
	}
	c.haveDict, c.Size = true, int(d.NumValues)
	return c.dict.plain(c.column, body, c.Size)
}

// first reads a page of the first form: levels and values are packed together, each list of levels behind its length.
func (c *Chunk) first(h *format.PageHeader, body []byte) error {
	d := &h.DataPageHeader.V
	if err := c.begin(int(d.NumValues)); err != nil {
		return err
	}
	body, err := c.unpack(body, int(h.UncompressedPageSize))
	if err != nil {
		return err
	}
	var levels []byte
	if c.column.optional {
		if d.DefinitionLevelEncoding != format.RLE || len(body) < 4 {
			return fmt.Errorf("the places of empty values by %s cannot be read", d.DefinitionLevelEncoding)
		}
		n := binary.LittleEndian.Uint32(body)
		if body = body[4:]; uint64(n) > uint64(len(body)) {
			return errCut
		}
		levels, body = body[:n], body[n:]
	}
	return c.take(levels, body, d.Encoding)
}

// second reads a page of the second form: only the values are packed.
func (c *Chunk) second(h *format.PageHeader, body []byte) error {
	d := &h.DataPageHeaderV2.V
	if err := c.begin(int(d.NumValues)); err != nil {
		return err
	}
	before := int64(d.DefinitionLevelsByteLength) + int64(d.RepetitionLevelsByteLength)
	if d.DefinitionLevelsByteLength < 0 || d.RepetitionLevelsByteLength != 0 || before > int64(len(body)) || before > int64(h.UncompressedPageSize) {
		return errCut
	}
	levels, body := body[:before], body[before:]
	if !d.IsCompressed.Valid || d.IsCompressed.V {
		var err error
		if body, err = c.unpack(body, int(int64(h.UncompressedPageSize)-before)); err != nil {
			return err
		}
	}
	return c.take(levels, body, d.Encoding)
}

// unpack gives the bytes of a page in the room of the page before it: what is decoded from them is a copy.
func (c *Chunk) unpack(body []byte, size int) ([]byte, error) {
	out, err := c.unpacker.unpack(c.codec, c.buffer[:0], body, size)
	if err == nil && c.codec != format.Uncompressed {
		c.buffer = out
	}
	return out, err
}

func (c *Chunk) begin(n int) error {
	if n < 0 || n > c.left || n > mostValues {
		return fmt.Errorf("a page claims %d values of %d", n, c.left)
	}
	if c.begun && c.column.Kind == Text { // the texts of the page before are still good
		c.plain = values{}
	}
	c.values, c.at, c.next, c.nulls, c.begun = n, 0, 0, c.nulls[:0], true
	return nil
}

// take decodes the values of a page.
func (c *Chunk) take(levels, body []byte, e format.Encoding) error {
	n := c.values
	if c.column.optional {
		c.nulls = sized(c.nulls, n)
		if err := hybrid(c.nulls, levels, 1); err != nil {
			return err
		}
		for _, there := range c.nulls {
			n -= int(1 - there)
		}
	} else {
		c.nulls = nil
	}
	c.indexed = e == format.RLEDictionary || e == oldDictionary
	switch {
	case c.indexed:
		return c.numbered(body, n)
	case e == format.Plain:
		return c.plain.plain(c.column, body, n)
	case e == format.DeltaBinaryPacked || e == format.DeltaLengthByteArray:
		return c.plain.differences(c.column, body, n)
	}
	return fmt.Errorf("values by %s cannot be read; write the file with PLAIN, RLE_DICTIONARY, DELTA_BINARY_PACKED or DELTA_LENGTH_BYTE_ARRAY", e)
}

// numbered reads numbers of the dictionary.
func (c *Chunk) numbered(body []byte, n int) error {
	if c.indexes = sized(c.indexes, n); n == 0 {
		return nil
	}
	if len(body) == 0 || body[0] > 32 {
		return errCut
	}
	if err := hybrid(c.indexes, body[1:], uint(body[0])); err != nil {
		return err
	}
	size := uint32(c.dict.len())
	for _, i := range c.indexes {
		if i >= size {
			return fmt.Errorf("value %d of a dictionary of %d", i, size)
		}
	}
	return nil
}

func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
