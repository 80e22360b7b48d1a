package columnar

import "math"

// Absent is the number that stands in a whole column where there is none.
const Absent = math.MinInt64

// Full is a column of a group with all its values in memory, by their rows.
type Full struct {
	Numbers []int64  // of a column that is no text; Absent where there is none
	Index   []uint32 // of a text: its place in the dictionary
	Dict    Texts    // without a dictionary, every row is a place of its own

	chunk   Chunk
	numbers []int64 // room for what does not stand in the chunk as it is wanted
	texts   Texts
	places  []uint32 // 0, 1, 2 …
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
	if err := f.open(group, c, &room.chunk); err != nil {
		return err
	}
	chunk, rows := &room.chunk, f.Rows(group)
	room.Numbers, room.Index, room.Dict = nil, nil, Texts{}
	if c.Kind != Text {
		return room.takeNumbers(rows)
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
			room.Index, room.Dict = room.count(rows), Texts{chunk.plain.texts, chunk.plain.ends}
			return nil
		}
	}
	room.texts = Texts{room.texts.bytes[:0], room.texts.ends[:0]}
	for range rows {
		if err := chunk.Next(); err != nil {
			return err
		}
		if err := room.texts.add(chunk.Bytes); err != nil {
			return err
		}
	}
	room.Index, room.Dict = room.count(rows), room.texts
	return nil
}

// count gives every row its own place.
func (w *Full) count(rows int) []uint32 {
	for i := len(w.places); i < rows; i++ {
		w.places = append(w.places, uint32(i))
	}
	return w.places[:rows]
}

func (w *Full) takeNumbers(rows int) error {
	c := &w.chunk
	w.numbers = w.numbers[:0]
	for len(w.numbers) < rows {
		if err := c.page(); err != nil {
			return err
		}
		if n := c.values; !c.indexed && len(c.plain.numbers) == n { // none is absent
			if n == rows {
				w.Numbers = c.plain.numbers
				return nil
			}
			w.numbers = append(w.numbers, c.plain.numbers...)
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
			w.numbers = append(w.numbers, n)
		}
	}
	w.Numbers = w.numbers
	return nil
}
