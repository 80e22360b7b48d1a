package contract

import (
	"bytes"
	"encoding/json"
	"regexp"
)

// JSONSchema is the form of a contract as JSON Schema (draft 2020-12), for editors that check while one writes. Parse checks more: dates
// that exist, amounts against the currency, choices that need or exclude each other.
func JSONSchema() []byte {
	schema := members{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"title", "Contract"},
		{"description", "One version of a contract between a client and an agency."},
	}
	schema = append(schema, objectSchema(document.fields)...)
	var out bytes.Buffer
	raw, err := json.Marshal(schema)
	if err == nil {
		err = json.Indent(&out, raw, "", "  ")
	}
	if err != nil {
		panic("contract: schema: " + err.Error()) // only texts and lists are in it
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// members is a JSON object whose keys keep the order of the document.
type members []member

type member struct {
	key   string
	value any
}

// MarshalJSON writes the members in their order.
func (m members) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	for i, e := range m {
		if i > 0 {
			out.WriteByte(',')
		}
		for j, part := range []any{e.key, e.value} {
			if j == 1 {
				out.WriteByte(':')
			}
			write := json.NewEncoder(&out)
			write.SetEscapeHTML(false)
			if err := write.Encode(part); err != nil {
				return nil, err
			}
		}
	}
	return append(append([]byte{'{'}, out.Bytes()...), '}'), nil
}

func objectSchema(fields []spec) members {
	var properties members
	required := []string{}
	for _, f := range fields {
		properties = append(properties, member{f.key, schemaOf(f)})
		if !f.optional {
			required = append(required, f.key)
		}
	}
	return members{{"type", "object"}, {"properties", properties}, {"required", required}, {"additionalProperties", false}}
}

func schemaOf(s spec) members {
	var out members
	if s.doc != "" {
		out = append(out, member{"description", s.doc})
	}
	switch {
	case s.scalar != nil:
		return append(out, scalarSchema(*s.scalar)...)
	case s.either != nil:
		kinds := []members{}
		for _, kind := range s.either {
			kinds = append(kinds, append(members{{"title", kind.key}, {"description", kind.doc}}, objectSchema(kind.fields)...))
		}
		return append(out, members{{"type", "array"}, {"minItems", 1}, {"items", members{{"oneOf", kinds}}}}...)
	case s.items != nil:
		return append(out, members{{"type", "array"}, {"items", schemaOf(*s.items)}}...)
	case s.instead != nil:
		return append(out, member{"oneOf", []members{scalarSchema(*s.instead), objectSchema(s.fields)}})
	default:
		return append(out, objectSchema(s.fields)...)
	}
}

// scalarSchema lets a text be written without quotes where YAML takes it for a number.
func scalarSchema(s scalar) members {
	switch {
	case s.choices != nil:
		return members{{"enum", s.choices}}
	case s.number:
		return members{{"type", "integer"}, {"minimum", s.low}, {"maximum", s.high}}
	}
	out := members{{"type", "string"}}
	if s.pattern == "" || regexp.MustCompile(s.pattern).MatchString("12") {
		out = members{{"type", []string{"string", "number"}}}
	}
	if s.pattern != "" {
		out = append(out, member{"pattern", s.pattern})
	}
	if s.example() != "" {
		out = append(out, member{"examples", []string{s.example()}})
	}
	return out
}
