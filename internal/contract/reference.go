package contract

import (
	"fmt"
	"strings"
)

// Reference is every key of a contract as Markdown tables: what it means, how it is written, whether it must be there.
func Reference() []byte {
	var r reference
	r.table("The whole", "", document.fields)
	return []byte(strings.TrimLeft(r.String(), "\n"))
}

// reference writes one table for each place that holds keys, outermost first.
type reference struct{ strings.Builder }

func (r *reference) table(heading, doc string, fields []spec) {
	fmt.Fprintf(r, "\n### %s\n", heading)
	if doc != "" {
		fmt.Fprintf(r, "%s\n", doc)
	}
	r.WriteString("\n| key | meaning | written as | needed |\n|---|---|---|---|\n")
	for _, f := range fields {
		needed := "yes"
		if f.optional {
			needed = "no"
		}
		fmt.Fprintf(r, "| `%s` | %s | %s | %s |\n", f.key, cell(f.doc), written(f), needed)
	}
	for _, f := range fields {
		r.below(within(heading, f.key), f)
	}
}

func (r *reference) below(heading string, s spec) {
	switch {
	case s.either != nil:
		for _, kind := range s.either {
			r.table("`- "+kind.key+":`", kind.doc, kind.fields)
		}
	case s.items != nil && s.items.fields != nil:
		r.table(heading, s.doc, s.items.fields)
	case s.fields != nil:
		r.table(heading, s.doc, s.fields)
	}
}

// within names the place of a key: "`term.renewal`".
func within(heading, key string) string {
	if !strings.HasPrefix(heading, "`") {
		return "`" + key + "`"
	}
	outer := strings.TrimSuffix(strings.TrimPrefix(strings.Trim(heading, "`"), "- "), ":")
	return "`" + outer + "." + key + "`"
}

// written is the form of a key's value.
func written(s spec) string {
	switch {
	case s.scalar != nil:
		return form(*s.scalar)
	case s.either != nil:
		return "a list of clauses, each beginning with its kind and name"
	case s.items != nil && s.items.scalar != nil:
		return "a list, each a " + form(*s.items.scalar)
	case s.items != nil:
		return "a list"
	case s.instead != nil:
		return form(*s.instead) + ", or keys"
	default:
		return "keys"
	}
}

func form(s scalar) string {
	switch {
	case s.choices != nil:
		return "`" + strings.Join(s.choices, "`, `") + "`"
	case s.number:
		return s.write
	case s.example() == "":
		return s.name
	default:
		return s.name + ": `" + s.example() + "`"
	}
}

// example is a value that can be written as it stands.
func (s scalar) example() string {
	first, _, _ := strings.Cut(s.write, ", or ")
	if s.check(first) != nil || strings.HasPrefix(first, "a ") {
		return ""
	}
	return first
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
