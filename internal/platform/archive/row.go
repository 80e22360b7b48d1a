package archive

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// instantForm is RFC 3339 in UTC with all six decimals.
const instantForm = "2006-01-02T15:04:05.000000Z"

// appendRow writes one row as a line of JSON, the columns in their order.
func appendRow(line []byte, t db.Table, values []any) ([]byte, error) {
	line = append(line, '{')
	for i, c := range t.Columns {
		if i > 0 {
			line = append(line, ',')
		}
		line = strconv.AppendQuote(line, c.Name)
		line = append(line, ':')
		var err error
		if line, err = appendValue(line, values[i]); err != nil {
			return nil, fmt.Errorf("table %s, column %s: %w", t.Name, c.Name, err)
		}
	}
	return append(line, '}', '\n'), nil
}

func appendValue(line []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(line, "null"...), nil
	case bool:
		return strconv.AppendBool(line, v), nil
	case int64:
		return strconv.AppendInt(line, v, 10), nil
	case time.Time:
		return v.AppendFormat(append(line, '"'), instantForm+`"`), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v is no number that can be saved", v)
		}
		return strconv.AppendFloat(line, v, 'g', -1, 64), nil
	case string:
		if !utf8.ValidString(v) {
			return fmt.Appendf(line, `{"base64":%q}`, base64.StdEncoding.EncodeToString([]byte(v))), nil
		}
		return appendText(line, v)
	}
	return nil, fmt.Errorf("a value of type %T cannot be saved", value)
}

func appendText(line []byte, text string) ([]byte, error) {
	out := bytes.NewBuffer(line)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(text)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

// parseRow reads a line back into values for the target's columns. Every column must be there, and no other.
func parseRow(line []byte, t db.Table, engine string) ([]any, error) {
	var cells map[string]json.RawMessage
	if err := json.Unmarshal(line, &cells); err != nil {
		return nil, err
	}
	if len(cells) != len(t.Columns) {
		return nil, fmt.Errorf("%d columns instead of %d", len(cells), len(t.Columns))
	}
	values := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		cell, ok := cells[c.Name]
		if !ok {
			return nil, fmt.Errorf("no column %s", c.Name)
		}
		var err error
		if values[i], err = parseValue(cell, c.Type); err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Name, err)
		}
		if text, ok := values[i].(string); ok && engine == db.Postgres && (strings.ContainsRune(text, 0) || !utf8.ValidString(text)) {
			return nil, fault.New(fault.Invalid, "archive-text",
				"table %s, column %s holds a character that PostgreSQL cannot keep; restore this backup into a SQLite file", t.Name, c.Name)
		}
	}
	return values, nil
}

func parseValue(cell json.RawMessage, kind db.ColumnType) (any, error) {
	if string(cell) == "null" {
		return nil, nil
	}
	switch kind {
	case db.Text:
		return parseText(cell)
	case db.Integer:
		return strconv.ParseInt(string(cell), 10, 64)
	case db.Number:
		return strconv.ParseFloat(string(cell), 64)
	case db.Boolean:
		return strconv.ParseBool(string(cell))
	case db.Instant:
		var text string
		if err := json.Unmarshal(cell, &text); err != nil {
			return nil, err
		}
		return time.Parse(instantForm, text)
	}
	return nil, fmt.Errorf("unknown type %s", kind)
}

func parseText(cell json.RawMessage) (any, error) {
	if cell[0] != '{' {
		var text string
		err := json.Unmarshal(cell, &text)
		return text, err
	}
	var packed map[string][]byte
	if err := json.Unmarshal(cell, &packed); err != nil {
		return nil, err
	}
	raw, ok := packed["base64"]
	if !ok {
		return nil, errors.New("an object that is no text")
	}
	return string(raw), nil
}
