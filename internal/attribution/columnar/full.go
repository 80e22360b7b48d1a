package columnar

import "math"

// Absent is the number that stands in a whole column where there is none.
const Absent = math.MinInt64

// Full is a column of a group with all its values in memory, by their rows.
type Full struct {
	Numbers []int64  // of a column that is no text; Absent where there is none
	Index   []uint32 // of a text: its place in the dictionary
	Dict    Texts    // without a dictionary, every row is a place of its own
}

// Texts stand one behind the other.
type Texts struct {
	bytes []byte
	ends  []uint32
}

// Len is how many there are.
func (t *Texts) Len() int { return len(t.ends) }

// At is a text; good as long as the whole column.
func (t *Texts) At(i uint32) []byte {
	begin := uint32(0)
	if i > 0 {
		begin = t.ends[i-1]
	}
	return t.bytes[begin:t.ends[i]:t.ends[i]]
}

func (t *Texts) add(text []byte) error {
	if len(t.bytes)+len(text) > math.MaxUint32 {
		return errCut
	}
	t.bytes = append(t.bytes, text...)
	t.ends = append(t.ends, uint32(len(t.bytes)))
	return nil
}

// TextsOf are the texts one behind the other. An error: they are more bytes than can be held.
func TextsOf(texts []string) (Texts, error) {
	var t Texts
	for _, text := range texts {
		if err := t.add([]byte(text)); err != nil {
			return Texts{}, err
		}
	}
	return t, nil
}

// Full reads a column of a group into the room of one that is not used any more. A text that is not there is an empty one.
func (f *File) Full(group int, c *Column, room *Full) error {
	chunk, err := f.Chunk(group, c)
	if err != nil {
		return err
	}
	rows := f.Rows(group)
	room.Numbers, room.Index, room.Dict = room.Numbers[:0], room.Index[:0], Texts{room.Dict.bytes[:0], room.Dict.ends[:0]}
	if c.Kind != Text {
		return chunk.allNumbers(room, rows)
	}
	if rows > 0 {
		for chunk.values == 0 { // the dictionary comes before
			if err := chunk.page(); err != nil {
				return err
			}
		}
		if n := chunk.values; chunk.nulls == nil && n == rows { // of one page, as it stands
			if chunk.indexed {
				room.Index, room.Dict = chunk.indexes, Texts{chunk.dict.texts, chunk.dict.ends}
				return nil
			}
			room.Dict = Texts{chunk.plain.texts, chunk.plain.ends}
			room.count(rows)
			return nil
		}
	}
	for range rows {
		if err := chunk.Next(); err != nil {
			return err
		}
		if err := room.Dict.add(chunk.Bytes); err != nil {
			return err
		}
	}
	room.count(rows)
	return nil
}

// count gives every row its own place.
func (w *Full) count(rows int) {
	w.Index = sized(w.Index, rows)
	for i := range w.Index {
		w.Index[i] = uint32(i)
	}
}

func (c *Chunk) allNumbers(room *Full, rows int) error {
	for len(room.Numbers) < rows {
		if err := c.page(); err != nil {
			return err
		}
		if n := c.values; !c.indexed && len(c.plain.numbers) == n { // none is absent
			room.Numbers = append(room.Numbers, c.plain.numbers...)
			c.left -= n
			c.values = 0
			continue
		}
		for c.values > 0 {
			if err := c.Next(); err != nil {
				return err
			}
			n := c.Number
			if c.Null {
				n = Absent
			}
			room.Numbers = append(room.Numbers, n)
		}
	}
	return nil
}
