package columnar

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const magic = "PAR1"

// Is tells whether the bytes begin as a Parquet file.
func Is(data []byte) bool { return bytes.HasPrefix(data, []byte(magic)) }

// File is a file whose metadata were read.
type File struct {
	Columns []Column
	data    []byte
	meta    format.FileMetaData
}

// Kind is what the values of a column are.
type Kind int

// The kinds.
const (
	Other   Kind = iota // nothing that is read here
	Text                // bytes
	Whole               // a whole number
	Day                 // days since 1970
	Instant             // nanoseconds since 1970, UTC
	Local               // the same of a clock on a wall: in which zone, the file does not say
	Truth               // 1 or 0
)

// Column is a column at the top of the schema.
type Column struct {
	Name     string
	Kind     Kind
	Type     string // as the file says, for people
	Unsigned bool   // a whole number above zero, of which Chunk.Number has the bits
	place    int    // of its chunks in a group
	physical format.Type
	optional bool
	unit     int64 // nanoseconds of an instant's unit
}

// mostRows of a file; so many touches can be held.
const mostRows = math.MaxUint32

// Open reads the metadata. An error says what is wrong with the file.
func Open(data []byte) (*File, error) {
	if len(data) < 12 || !Is(data) || string(data[len(data)-4:]) != magic {
		return nil, fmt.Errorf("the Parquet file does not end as one: is it cut off, or encrypted?")
	}
	size := int64(binary.LittleEndian.Uint32(data[len(data)-8:]))
	if size > int64(len(data)-12) {
		return nil, fmt.Errorf("the Parquet file says that its metadata have %d bytes, more than the file", size)
	}
	f := &File{data: data[:int64(len(data)-8)-size]}
	if err := decode(data[int64(len(data)-8)-size:len(data)-8], &f.meta); err != nil {
		return nil, fmt.Errorf("the metadata of the Parquet file: %w", err)
	}
	if err := f.schema(); err != nil {
		return nil, err
	}
	var rows int64
	for i := range f.meta.RowGroups {
		g := &f.meta.RowGroups[i]
		if g.NumRows < 0 || g.NumRows > mostRows || rows+g.NumRows > mostRows {
			return nil, fmt.Errorf("the Parquet file claims more rows than can be held")
		}
		rows += g.NumRows
	}
	return f, nil
}

// decode reads a structure whose lists and texts are no longer than its bytes.
func decode(data []byte, into any) error {
	n, err := sound(data)
	if err != nil {
		return err
	}
	var protocol thrift.CompactProtocol
	return thrift.Unmarshal(&protocol, data[:n], into)
}

// Groups is the number of groups, and Rows that of the rows of one.
func (f *File) Groups() int { return len(f.meta.RowGroups) }

// Rows of a group.
func (f *File) Rows(group int) int { return int(f.meta.RowGroups[group].NumRows) }

// schema finds the columns at the top.
func (f *File) schema() error {
	all := f.meta.Schema
	if len(all) == 0 {
		return fmt.Errorf("the Parquet file has no schema")
	}
	leaf := 0
	for at := 1; at < len(all); {
		e := &all[at]
		if children(e) == 0 {
			f.Columns = append(f.Columns, columnOf(e, leaf))
			leaf++
			at++
			continue
		}
		for open := int64(1); open > 0; at++ { // all that is below it
			if at >= len(all) {
				return fmt.Errorf("the schema of the Parquet file is cut off")
			}
			if n := children(&all[at]); n > 0 {
				open += n
			} else {
				leaf++
			}
			open--
		}
	}
	return nil
}

func children(e *format.SchemaElement) int64 {
	if !e.NumChildren.Valid {
		return 0
	}
	return max(0, int64(e.NumChildren.V))
}

// columnOf is the column of a leaf.
func columnOf(e *format.SchemaElement, place int) Column {
	c := Column{Name: e.Name, place: place, physical: e.Type.V, Type: e.Type.V.String()}
	c.optional = e.RepetitionType.Valid && e.RepetitionType.V == format.Optional
	if e.LogicalType.Value != nil {
		c.Type = e.LogicalType.String()
	}
	if !e.Type.Valid || e.RepetitionType.Valid && e.RepetitionType.V == format.Repeated {
		return c
	}
	switch e.Type.V {
	case format.ByteArray:
		if _, decimal := e.LogicalType.Value.(*format.DecimalType); !decimal && !converted(e, decimalType) {
			c.Kind = Text
		}
	case format.Int96:
		c.Kind, c.unit = Instant, 1
	case format.Boolean:
		c.Kind = Truth
	case format.Int32, format.Int64:
		c.Kind, c.unit = wholeKind(e)
		if l, ok := e.LogicalType.Value.(*format.IntType); ok {
			c.Unsigned = !l.IsSigned
		}
	}
	return c
}

// The old names of what a number means.
const (
	decimalType     = 5
	dateType        = 6
	timeMillis      = 7
	timeMicros      = 8
	timestampMillis = 9
	timestampMicros = 10
)

func converted(e *format.SchemaElement, to int) bool {
	return e.ConvertedType.Valid && int(e.ConvertedType.V) == to
}

func wholeKind(e *format.SchemaElement) (Kind, int64) {
	switch l := e.LogicalType.Value.(type) {
	case *format.TimestampType:
		if l.Unit.Value == nil {
			return Other, 0
		}
		if unit := int64(l.Unit.Value.Duration()); l.IsAdjustedToUTC {
			return Instant, unit
		} else {
			return Local, unit
		}
	case *format.DateType:
		return Day, 0
	case *format.IntType:
		return Whole, 0
	case nil:
	default:
		return Other, 0
	}
	switch {
	case converted(e, timestampMillis):
		return Instant, 1_000_000
	case converted(e, timestampMicros):
		return Instant, 1_000
	case converted(e, dateType):
		return Day, 0
	case converted(e, decimalType), converted(e, timeMillis), converted(e, timeMicros):
		return Other, 0
	}
	return Whole, 0
}
