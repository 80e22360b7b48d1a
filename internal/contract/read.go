package contract

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// value is a checked node of the document, with its place.
type value struct {
	text   string
	fields map[string]*value
	items  []*value
	path   string
	line   int
	column int

	node   ast.Node     // as it is written
	key    *token.Token // under which it stands; nil in a list
	inFlow bool         // stands between braces
}

// reader walks the YAML along the specification and collects every problem.
type reader struct {
	faults   fault.List
	accepted bool   // the text may lack what is needed only since later
	form     []spec // nil: that of a contract
}

// readDocument checks a text that was read before against the specification: it may lack what a text has to say only since later. The value is usable
// only where no fault was found.
func readDocument(source []byte) (*value, fault.List) {
	return (&reader{accepted: true}).document(source)
}

func (r *reader) document(source []byte) (*value, fault.List) {
	source = plainLines(source)
	if f := guard(source); f != nil {
		r.faults.Add(f)
		return nil, r.faults
	}
	file, err := parser.ParseBytes(source, 0)
	if err != nil {
		r.faults.Add(syntaxFault(err))
		return nil, r.faults
	}
	switch {
	case len(file.Docs) == 0 || file.Docs[0].Body == nil:
		r.faults.Add(fault.New(fault.Invalid, "contract-empty", "the contract is empty; begin with: contract: a-short-name"))
		return nil, r.faults
	case len(file.Docs) > 1:
		second := file.Docs[1].Start
		r.problem(second, "", "contract-documents", "a second document begins here; keep one contract in one text")
		return nil, r.faults
	}
	form := r.form
	if form == nil {
		form = document.fields
	}
	v := r.object(file.Docs[0].Body, form, "")
	byPlace(r.faults)
	if more := len(r.faults) - maxFaults; more > 0 {
		r.faults = append(r.faults[:maxFaults], fault.New(fault.Invalid, "more", "and %d more problems; mend these first", more))
	}
	return v, r.faults
}

// byPlace puts problems into the order of the text. What is missing stands where the part begins that should hold it.
func byPlace(faults fault.List) {
	slices.SortStableFunc(faults, func(a, b *fault.Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// plainLines is the text as its places are counted: without a mark in front, and with one sign at the end of a line.
func plainLines(source []byte) []byte {
	return bytes.ReplaceAll(bytes.TrimPrefix(source, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
}

func syntaxFault(err error) *fault.Fault {
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) && syntax.GetToken() != nil {
		at := syntax.GetToken().Position
		if twice := writtenTwice.FindStringSubmatch(syntax.GetMessage()); twice != nil {
			return fault.New(fault.Invalid, "duplicate-key", "%q is written in line %s already; keep one of the two", twice[1], twice[2]).AtLine(at.Line, at.Column)
		}
		if mend, ok := indentation[syntax.GetMessage()]; ok {
			return fault.New(fault.Invalid, "yaml", "%s", mend).AtLine(at.Line, at.Column)
		}
		return fault.New(fault.Invalid, "yaml", "this is not valid YAML: %s", syntax.GetMessage()).AtLine(at.Line, at.Column)
	}
	return fault.New(fault.Invalid, "yaml", "this is not valid YAML: %s", firstLine(err.Error()))
}

var writtenTwice = regexp.MustCompile(`^mapping key "(.*)" already defined at \[([0-9]+):[0-9]+\]$`)

// indentation says in plain words how to mend what is mistyped most often; the reader of YAML only says that it met something.
var indentation = map[string]string{
	"value is not allowed in this context":         "this line begins in another column than the keys that it belongs to; begin it in the same column as they do",
	"mapping value is not allowed in this context": "this line or the next begins in another column than the keys that it belongs to; begin all keys of one part in the same column",
	"non-map value is specified":                   "a key is expected here; write it with a colon and a space after it, as in fee: 14,000.00 per month, in the same column as the keys above it",
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func (r *reader) problem(at *token.Token, path, code, format string, args ...any) {
	f := fault.New(fault.Invalid, code, format, args...).At(path)
	if at != nil && at.Position != nil {
		f = f.AtLine(at.Position.Line, at.Position.Column)
	}
	r.faults.Add(f)
}

func (r *reader) read(node ast.Node, s spec, path string) *value {
	if isReference(node) {
		r.problem(node.GetToken(), path, "yaml-reference", "write the value itself here: references (&, *, <<) and tags (!) are not read in a contract")
		return nil
	}
	switch {
	case s.scalar != nil:
		return r.scalar(node, s, path)
	case s.items != nil:
		return r.list(node, path, func(n ast.Node, p string) *value { return r.read(n, *s.items, p) })
	case s.either != nil:
		return r.list(node, path, func(n ast.Node, p string) *value { return r.oneOf(n, s.either, p) })
	case s.instead != nil:
		return r.wordOrKeys(node, s, path)
	default:
		return r.object(node, s.fields, path)
	}
}

func place(node ast.Node, path string) *value {
	v := &value{path: path, node: node}
	if t := beginning(node); t != nil && t.Position != nil {
		v.line, v.column = t.Position.Line, t.Position.Column
	}
	return v
}

// beginning is the first piece of a node: of keys without braces, the first key.
func beginning(node ast.Node) *token.Token {
	switch n := node.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return n.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	}
	return node.GetToken()
}

// scalarText is the text as it was written, for the kinds of node that are one piece.
func scalarText(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return node.GetToken().Value, true
	}
	return "", false
}

func (r *reader) scalar(node ast.Node, s spec, path string) *value {
	v := place(node, path)
	text, ok := scalarText(node)
	if !ok {
		if node.Type() == ast.NullType {
			r.problem(beginning(node), path, "missing", "nothing is written here; write it as %s", s.scalar.write)
			return v
		}
		r.problem(beginning(node), path, "type", "a single value belongs here; write it as %s", s.scalar.write)
		return v
	}
	v.text = strings.TrimSpace(text)
	if err := s.scalar.check(v.text); err != nil {
		r.problem(beginning(node), path, "value", "%s", naming(v.text, err))
	}
	return v
}

// naming says what was written, unless the message begins with it.
func naming(text string, err error) string {
	message := err.Error()
	if strings.HasPrefix(message, text) || strings.HasPrefix(message, strconv.Quote(text)) {
		return message
	}
	return fmt.Sprintf("%q: %s", shorten(text), message)
}

func shorten(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return s
}

// wordOrKeys reads keys, or the word that may stand in their place; what it gives has no fields then.
func (r *reader) wordOrKeys(node ast.Node, s spec, path string) *value {
	text, word := scalarText(node)
	if !word {
		return r.object(node, s.fields, path)
	}
	v := place(node, path)
	v.text = strings.TrimSpace(text)
	if s.instead.check(v.text) != nil {
		r.problem(beginning(node), path, "value", "%q: write %s, or keys: %s", shorten(v.text), s.instead.write, strings.Join(keysOf(s.fields), ", "))
	}
	return v
}

func (r *reader) list(node ast.Node, path string, each func(ast.Node, string) *value) *value {
	v := place(node, path)
	seq, ok := node.(*ast.SequenceNode)
	if !ok {
		r.problem(beginning(node), path, "type", "a list belongs here; begin each entry with a hyphen, or write [] for none")
		return v
	}
	for i, item := range seq.Values {
		v.items = append(v.items, each(item, fmt.Sprintf("%s[%d]", path, i)))
	}
	return v
}

func mappingValues(node ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func isFlow(node ast.Node) bool {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.IsFlowStyle
	case *ast.SequenceNode:
		return n.IsFlowStyle
	}
	return false
}

func isReference(node ast.Node) bool {
	switch node.Type() {
	case ast.AliasType, ast.AnchorType, ast.TagType:
		return true
	}
	return false
}

func keyText(kv *ast.MappingValueNode) string { return kv.Key.GetToken().Value }

// oneOf reads an entry whose kind is told by the key that names it: "- retainer: growth-team".
func (r *reader) oneOf(node ast.Node, kinds []spec, path string) *value {
	pairs, ok := mappingValues(node)
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.key
		for _, kv := range pairs {
			if ok && keyText(kv) == k.key {
				return r.object(node, k.fields, path)
			}
		}
	}
	first := ""
	if len(pairs) > 0 {
		first = fmt.Sprintf("%q is not a kind of clause; ", keyText(pairs[0]))
	}
	r.problem(beginning(node), path, "clause-kind", "%sbegin the clause with its kind and name, such as - %s: growth-team (known kinds: %s)", first, names[0], strings.Join(names, ", "))
	return nil
}

func (r *reader) object(node ast.Node, fields []spec, path string) *value {
	v := place(node, path)
	v.fields = map[string]*value{}
	pairs, ok := mappingValues(node)
	if !ok {
		r.problem(beginning(node), path, "type", "keys belong here: %s", strings.Join(keysOf(fields), ", "))
		return v
	}
	for _, kv := range pairs {
		r.pair(v, node, kv, fields, path)
	}
	for _, f := range fields {
		if _, written := v.fields[f.key]; !written && !f.optional && !(r.accepted && f.since != "") {
			r.problem(beginning(node), join(path, f.key), "missing", "%q is missing; %s", f.key, f.toWrite())
		}
	}
	return v
}

func (r *reader) pair(v *value, node ast.Node, kv *ast.MappingValueNode, fields []spec, path string) {
	key := keyText(kv)
	if kv.Key.IsMergeKey() {
		r.problem(kv.Key.GetToken(), join(path, key), "yaml-reference", "write the keys themselves here: references (&, *, <<) are not read in a contract")
		return
	}
	for _, f := range fields {
		if f.key == key {
			child := r.read(kv.Value, f, join(path, key))
			if child != nil {
				child.key, child.inFlow = kv.Key.GetToken(), isFlow(node)
			}
			v.fields[key] = child
			return
		}
	}
	hint := "known here: " + strings.Join(keysOf(fields), ", ")
	if near := nearest(key, keysOf(fields)); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	} else if key == "currency" && path != "" {
		hint = "all amounts are in the currency of the contract; a clause in another one needs a contract of its own"
	} else if kv.Value.Type() == ast.NullType && len(key) > 0 && key[0] >= '0' && key[0] <= '9' {
		hint = "inside { } a comma separates entries; put an amount with commas on a line of its own or leave its commas out"
	}
	r.problem(kv.Key.GetToken(), join(path, key), "unknown-key", "%q is not known here; %s", shorten(key), hint)
}

// toWrite tells what to put for a missing key.
func (s spec) toWrite() string {
	switch {
	case s.scalar != nil && s.scalar.choices != nil:
		return fmt.Sprintf("write %s: and one of %s", s.key, s.scalar.write)
	case s.scalar != nil:
		return fmt.Sprintf("write, for example, %s: %s", s.key, s.scalar.write)
	case s.items != nil && strings.Contains(s.doc, "Write [] for none"):
		return fmt.Sprintf("write %s: and its entries, each beginning with a hyphen, or %s: [] for none", s.key, s.key)
	case s.items != nil || s.either != nil:
		return fmt.Sprintf("write %s: and its entries, each beginning with a hyphen", s.key)
	case s.instead != nil:
		return fmt.Sprintf("write %s: %s, or %s: with %s", s.key, s.instead.write, s.key, strings.Join(keysOf(s.fields), ", "))
	default:
		return fmt.Sprintf("write %s: with %s", s.key, strings.Join(keysOf(s.fields), ", "))
	}
}

func keysOf(fields []spec) []string {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	return keys
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// nearest is the known key within two edits, for "did you mean".
func nearest(key string, known []string) string {
	best, least := "", 3
	for _, k := range known {
		if d := edits(strings.ToLower(key), k); d < least && d < len(k) {
			best, least = k, d
		}
	}
	return best
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
