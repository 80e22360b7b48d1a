package paths

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// Problem is what was wrong with a row, which is left out.
type Problem struct {
	Line int
	Text string
}

// String is "line 7: ...".
func (p Problem) String() string { return fmt.Sprintf("line %d: %s", p.Line, p.Text) }

// Separator of channels in a path, unless another one is named.
const Separator = " > "

// Read reads aggregated paths: CSV with the columns path, total_conversions, total_conversion_value and total_null, of which the last two may be left
// out. Channels are separated by the separator and taken exactly as they are written. An error: no such columns, or more than can be counted.
func Read(in io.Reader, separator string) (*Table, []Problem, error) {
	r := csv.NewReader(in)
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	header, err := r.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("the file has no header: %w", err)
	}
	at := map[string]int{}
	for i, name := range header {
		at[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))] = i
	}
	for _, name := range []string{"path", "total_conversions"} {
		if _, ok := at[name]; !ok {
			return nil, nil, fmt.Errorf("the header has no column %q; it has %s", name, strings.Join(header, ", "))
		}
	}
	b := builder{separator: separator, numbers: map[string]uint16{}}
	width := len(header)
	var problems []Problem
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			var wrong *csv.ParseError
			if !errors.As(err, &wrong) {
				return nil, nil, err
			}
			problems = append(problems, Problem{wrong.StartLine, wrong.Err.Error()})
			continue
		}
		line, _ := r.FieldPos(0)
		if len(record) != width {
			problems = append(problems, Problem{line, fmt.Sprintf("the row has %d cells, the header %d", len(record), width)})
			continue
		}
		if text := b.take(record, at); text != "" {
			problems = append(problems, Problem{line, text})
		}
	}
	t, err := New(b.channels, b.paths)
	return t, problems, err
}

// builder collects paths.
type builder struct {
	separator string
	numbers   map[string]uint16
	channels  []string
	paths     []Path
}

func (b *builder) take(record []string, at map[string]int) string {
	var p Path
	for _, of := range []struct {
		name string
		into *Decimal
	}{{"total_conversions", &p.Conversions}, {"total_conversion_value", &p.Value}, {"total_null", &p.Null}} {
		i, there := at[of.name]
		if !there {
			continue
		}
		n, ok := ParseDecimal(strings.TrimSpace(record[i]))
		if !ok {
			return fmt.Sprintf("%s %q is no number", of.name, record[i])
		}
		*of.into = n
	}
	switch {
	case p.Conversions.Sign() < 0 || p.Null.Sign() < 0:
		return "a path that happened less than not at all"
	case p.Conversions.Sign() == 0 && p.Value.Sign() != 0:
		return "a value without a conversion"
	}
	if text := record[at["path"]]; strings.TrimSpace(text) != "" {
		for _, name := range strings.Split(text, b.separator) {
			number, known := b.numbers[name]
			if !known {
				if len(b.channels) == math.MaxUint16 {
					return "more channels than can be told apart"
				}
				number = uint16(len(b.channels))
				name = strings.Clone(name)
				b.numbers[name] = number
				b.channels = append(b.channels, name)
			}
			p.Channels = append(p.Channels, number)
		}
	}
	b.paths = append(b.paths, p)
	return ""
}
