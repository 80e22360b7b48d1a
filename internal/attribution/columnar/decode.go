package columnar

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/bitpack"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"
)

// unpacker unpacks one page after the other.
type unpacker struct {
	zstd *zstd.Decoder
	gzip *gzip.Reader
}

// unpack gives the bytes of a page, of which there must be so many.
func (u *unpacker) unpack(codec format.CompressionCodec, room, body []byte, size int) ([]byte, error) {
	switch codec {
	case format.Snappy:
		if n, err := snappy.DecodedLen(body); err != nil || n != size {
			return nil, errCut
		}
		return snappy.Decode(sized(room, size), body)
	case format.Zstd:
		if u.zstd == nil {
			var err error
			if u.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(mostBytes), zstd.WithDecoderLowmem(true)); err != nil {
				return nil, err
			}
		}
		if err := u.zstd.Reset(bytes.NewReader(body)); err != nil {
			return nil, err
		}
		return exactly(u.zstd, room, size)
	case format.Gzip:
		if u.gzip == nil {
			u.gzip = new(gzip.Reader)
		}
		if err := u.gzip.Reset(bytes.NewReader(body)); err != nil {
			return nil, errCut
		}
		return exactly(u.gzip, room, size)
	}
	if len(body) != size {
		return nil, errCut
	}
	return body, nil
}

// exactly reads so many bytes, after which there must be no more. What is only claimed takes no memory: the room grows as it is filled.
func exactly(r io.Reader, room []byte, size int) ([]byte, error) {
	out := bytes.NewBuffer(room[:0])
	n, err := io.Copy(out, io.LimitReader(r, int64(size)+1))
	if err != nil || n != int64(size) {
		return nil, errCut
	}
	return out.Bytes(), nil
}

// hybrid decodes as many numbers of a width as there is room for: runs of one, and groups of eight packed.
func hybrid(out []uint32, data []byte, width uint) error {
	for len(out) > 0 {
		head, size := binary.Uvarint(data)
		if size <= 0 {
			return errCut
		}
		data = data[size:]
		if head&1 == 0 {
			var b [4]byte
			n := int(width+7) / 8
			if len(data) < n || head>>1 == 0 {
				return errCut
			}
			copy(b[:], data[:n])
			data = data[n:]
			run := int(min(head>>1, uint64(len(out))))
			for i, one := 0, binary.LittleEndian.Uint32(b[:]); i < run; i++ {
				out[i] = one
			}
			out = out[run:]
			continue
		}
		n := int(min(head>>1, uint64(len(out)/8+1))) * 8
		if n == 0 {
			return errCut
		}
		need := n / 8 * int(width)
		if n = min(n, len(out)); (n*int(width)+7)/8 > len(data) {
			return errCut
		}
		packed(out[:n], data, width)
		out, data = out[n:], data[min(need, len(data)):]
	}
	return nil
}

// packed reads numbers that stand bit beside bit: most of them together, and those at the end, behind which there is nothing, one by one.
func packed(out []uint32, data []byte, width uint) {
	if room := len(data) - bitpack.PaddingInt32; width > 0 && room > 0 {
		n := min(room*8/int(width), len(out)) &^ 7
		bitpack.Unpack(out[:n], data, width)
		out, data = out[n:], data[n/8*int(width):]
	}
	var bits uint64
	var have uint
	mask := uint64(1)<<width - 1
	for i := range out {
		for have < width {
			bits |= uint64(data[0]) << have
			data = data[1:]
			have += 8
		}
		out[i] = uint32(bits & mask)
		bits >>= width
		have -= width
	}
}

// plain decodes values that stand one behind the other.
func (v *values) plain(c *Column, body []byte, n int) error {
	switch c.physical {
	case format.ByteArray:
		return v.plainTexts(body, n)
	case format.Int32:
		if len(body) < 4*n {
			return errCut
		}
		v.numbers, v.ends = sized(v.numbers, n), nil
		for i := range v.numbers {
			v.numbers[i] = int64(int32(binary.LittleEndian.Uint32(body[4*i:])))
		}
	case format.Int64:
		if len(body) < 8*n {
			return errCut
		}
		v.numbers, v.ends = sized(v.numbers, n), nil
		for i := range v.numbers {
			v.numbers[i] = int64(binary.LittleEndian.Uint64(body[8*i:]))
		}
	case format.Int96:
		return v.plainOld(body, n)
	case format.Boolean:
		return v.plainBits(body, n)
	}
	return v.inUnit(c)
}

// plainBits takes truths, a bit each.
func (v *values) plainBits(body []byte, n int) error {
	if len(body) < (n+7)/8 {
		return errCut
	}
	v.numbers, v.ends = sized(v.numbers, n), nil
	for i := range v.numbers {
		v.numbers[i] = int64(body[i/8] >> (i % 8) & 1)
	}
	return nil
}

// plainTexts takes texts out from between their lengths.
func (v *values) plainTexts(body []byte, n int) error {
	if 4*int64(n) > int64(len(body)) {
		return errCut
	}
	v.texts, v.ends, v.numbers = slices.Grow(v.texts[:0], len(body)-4*n), slices.Grow(v.ends[:0], n), nil
	for range n {
		if len(body) < 4 {
			return errCut
		}
		size := binary.LittleEndian.Uint32(body)
		if body = body[4:]; uint64(size) > uint64(len(body)) {
			return errCut
		}
		v.texts = append(v.texts, body[:size]...)
		v.ends = append(v.ends, uint32(len(v.texts)))
		body = body[size:]
	}
	return nil
}

// plainOld reads instants of twelve bytes: nanoseconds of a Julian day.
func (v *values) plainOld(body []byte, n int) error {
	if len(body) < 12*n {
		return errCut
	}
	v.numbers, v.ends = sized(v.numbers, n), nil
	for i := range v.numbers {
		day := int64(binary.LittleEndian.Uint32(body[12*i+8:])) - 2_440_588
		ns := int64(binary.LittleEndian.Uint64(body[12*i:]))
		if day < -100_000 || day > 100_000 || ns < 0 || ns > 86_400_000_000_000 {
			return fmt.Errorf("an instant beyond what can be told")
		}
		v.numbers[i] = day*86_400_000_000_000 + ns
	}
	return nil
}

// differences decodes numbers, or lengths of texts, that are told by their differences.
func (v *values) differences(c *Column, body []byte, n int) error {
	_, a := binary.Uvarint(body)
	if a <= 0 {
		return errCut
	}
	_, b := binary.Uvarint(body[a:])
	if b <= 0 {
		return errCut
	}
	if total, size := binary.Uvarint(body[a+b:]); size <= 0 || total != uint64(n) {
		return errCut
	}
	var err error
	switch c.physical {
	case format.Int64:
		v.ends = nil
		v.numbers, err = new(delta.BinaryPackedEncoding).DecodeInt64(v.numbers[:0], body)
	case format.Int32:
		var narrow []int32
		narrow, err = new(delta.BinaryPackedEncoding).DecodeInt32(nil, body)
		v.ends, v.numbers = nil, v.numbers[:0]
		for _, number := range narrow {
			v.numbers = append(v.numbers, int64(number))
		}
	case format.ByteArray:
		return v.lengths(body, n)
	}
	if err != nil || len(v.numbers) != n {
		return errCut
	}
	return v.inUnit(c)
}

func (v *values) lengths(body []byte, n int) error {
	texts, offsets, err := new(delta.LengthByteArrayEncoding).DecodeByteArray(v.texts[:0], body, v.begins[:0])
	if err != nil || len(offsets) != n+1 {
		return errCut
	}
	for i := 1; i < len(offsets); i++ {
		if offsets[i] < offsets[i-1] || uint64(offsets[i]) > uint64(len(texts)) {
			return errCut
		}
	}
	v.texts, v.begins, v.ends, v.numbers = texts, offsets, offsets[1:], nil
	return nil
}

// inUnit makes nanoseconds of instants, and takes the sign from numbers that have none.
func (v *values) inUnit(c *Column) error {
	if c.Unsigned && c.physical == format.Int32 {
		for i := range v.numbers {
			v.numbers[i] &= math.MaxUint32
		}
	}
	if c.unit <= 1 || c.Kind != Instant && c.Kind != Local {
		return nil
	}
	for i, n := range v.numbers {
		if n > math.MaxInt64/c.unit || n < -math.MaxInt64/c.unit {
			return fmt.Errorf("an instant beyond what can be told")
		}
		v.numbers[i] = n * c.unit
	}
	return nil
}
