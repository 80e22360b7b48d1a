package contract

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// editing changes a text at the places of its values and leaves everything else as it was written, notes included. What it cannot change
// for certain (a value over several lines) makes it fail, and the text stays.
type editing struct {
	text   string
	starts []int // of lines
	pieces []piece
	failed bool
}

// piece is text in place of another.
type piece struct {
	from, to int
	text     string
}

func edit(source string) *editing {
	e := &editing{text: string(plainLines([]byte(source))), starts: []int{0}}
	for i, c := range []byte(e.text) {
		if c == '\n' {
			e.starts = append(e.starts, i+1)
		}
	}
	return e
}

// result is the edited text; ok is false when an edit could not be made.
func (e *editing) result() (text string, ok bool) {
	slices.SortStableFunc(e.pieces, func(a, b piece) int { return cmp.Compare(a.from, b.from) })
	var out strings.Builder
	at := 0
	for _, p := range e.pieces {
		if p.from < at && p.text != "" {
			return "", false
		}
		out.WriteString(e.text[at:max(at, p.from)])
		out.WriteString(p.text)
		at = max(at, p.to)
	}
	out.WriteString(e.text[at:])
	return out.String(), !e.failed
}

func (e *editing) put(from, to int, text string) { e.pieces = append(e.pieces, piece{from, to, text}) }

// set writes another value in the place of one.
func (e *editing) set(v *value, text string) {
	if from, to, ok := e.span(v.node); ok {
		e.put(from, to, text)
		return
	}
	e.failed = true
}

// remove takes out a key with its value, which is not the first of its list entry.
func (e *editing) remove(v *value) {
	_, to, ok := e.span(v.node)
	from, known := e.offset(v.key)
	switch {
	case !ok || !known:
		e.failed = true
	case v.inFlow:
		rest := strings.TrimLeft(e.text[to:], " \n")
		if strings.HasPrefix(rest, ",") {
			e.put(from, len(e.text)-len(strings.TrimLeft(rest[1:], " ")), "")
			return
		}
		before := strings.TrimRight(e.text[:from], " \n")
		e.put(len(strings.TrimSuffix(before, ",")), to, "")
	default:
		start := strings.LastIndexByte(e.text[:from], '\n') + 1
		if strings.TrimSpace(e.text[start:from]) != "" {
			e.failed = true
			return
		}
		e.put(start, min(e.lineEnd(to)+1, len(e.text)), "")
	}
}

// insert writes a key after another one of the same keys.
func (e *editing) insert(after *value, key, text string) {
	_, to, ok := e.span(after.node)
	switch {
	case !ok || after.key == nil:
		e.failed = true
	case after.inFlow:
		e.put(to, to, ", "+key+": "+text)
	default:
		end := e.lineEnd(to)
		e.put(end, end, "\n"+strings.Repeat(" ", after.key.Position.Column-1)+key+": "+text)
	}
}

// lineEnd is where the line ends in which a place stands.
func (e *editing) lineEnd(at int) int {
	if i := strings.IndexByte(e.text[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(e.text)
}

// offset of a token: its column counts characters, not bytes.
func (e *editing) offset(t *token.Token) (int, bool) {
	if t == nil || t.Position == nil || t.Position.Line < 1 || t.Position.Line > len(e.starts) {
		return 0, false
	}
	at := e.starts[t.Position.Line-1]
	for range t.Position.Column - 1 {
		if at >= len(e.text) || e.text[at] == '\n' {
			return 0, false
		}
		_, size := utf8.DecodeRuneInString(e.text[at:])
		at += size
	}
	return at, true
}

// span is where a node stands.
func (e *editing) span(n ast.Node) (from, to int, ok bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		if n.IsFlowStyle {
			return e.between(n.Start, n.End)
		}
		if len(n.Values) == 0 {
			return 0, 0, false
		}
		return e.fromTo(n.Values[0].Key.GetToken(), n.Values[len(n.Values)-1].Value)
	case *ast.MappingValueNode:
		return e.fromTo(n.Key.GetToken(), n.Value)
	case *ast.SequenceNode:
		if n.IsFlowStyle {
			return e.between(n.Start, n.End)
		}
		if len(n.Values) == 0 {
			return 0, 0, false
		}
		return e.fromTo(n.Start, n.Values[len(n.Values)-1])
	default:
		return e.scalar(n)
	}
}

func (e *editing) between(first, last *token.Token) (from, to int, ok bool) {
	from, known := e.offset(first)
	to, ok = e.offset(last)
	return from, to + 1, known && ok
}

func (e *editing) fromTo(first *token.Token, last ast.Node) (from, to int, ok bool) {
	from, known := e.offset(first)
	_, to, ok = e.span(last)
	return from, to, known && ok
}

// scalar finds the end of a value that stands on one line, in quotes or plain.
func (e *editing) scalar(n ast.Node) (from, to int, ok bool) {
	if _, one := scalarText(n); !one || n.Type() == ast.LiteralType {
		return 0, 0, false
	}
	from, ok = e.offset(n.GetToken())
	if !ok || from >= len(e.text) {
		return 0, 0, false
	}
	switch quote := e.text[from]; quote {
	case '"', '\'':
		for i := from + 1; i < len(e.text) && e.text[i] != '\n'; i++ {
			switch {
			case quote == '"' && e.text[i] == '\\', quote == '\'' && strings.HasPrefix(e.text[i:], "''"):
				i++
			case e.text[i] == quote:
				return from, i + 1, true
			}
		}
		return 0, 0, false
	default:
		text := strings.TrimSpace(n.GetToken().Value)
		return from, from + len(text), text != "" && strings.HasPrefix(e.text[from:], text)
	}
}

// add writes entries at the end of a list.
func (e *editing) add(list *value, entries []string) {
	if len(entries) == 0 {
		return
	}
	n, ok := list.node.(*ast.SequenceNode)
	if !ok || len(list.items) == 0 {
		e.failed = true
		return
	}
	_, to, known := e.span(n)
	switch {
	case !known:
		e.failed = true
	case n.IsFlowStyle:
		e.put(to-1, to-1, ", "+strings.Join(entries, ", "))
	default:
		dash, end := strings.Repeat(" ", n.Start.Position.Column-1)+"- ", e.lineEnd(to)
		e.put(end, end, "\n"+dash+strings.Join(entries, "\n"+dash))
	}
}

// replace writes an entry of a list anew.
func (e *editing) replace(item *value, text string) {
	from, to, ok := e.span(item.node)
	if !ok {
		e.failed = true
		return
	}
	e.put(from, to, text)
}
