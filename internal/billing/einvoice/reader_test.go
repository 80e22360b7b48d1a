package einvoice_test

import (
	"bytes"
	"encoding/xml"
	"math/big"
	"strings"

	"pgregory.net/rapid"
)

// element is one element of a document, read from its bytes and from nothing else. Names are "cbc:ID", "cac:Party", "Invoice".
type element struct {
	name string
	attr map[string]string
	text string
	kids []*element
}

var prefixes = map[string]string{
	"urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2": "cac:",
	"urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2":     "cbc:",
	"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2":                   "",
	"urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2":                "",
}

func parse(t rapid.TB, body []byte) *element {
	t.Helper()
	top := &element{}
	open := []*element{top}
	for d := xml.NewDecoder(bytes.NewReader(body)); ; {
		token, err := d.Token()
		if token == nil {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		last := open[len(open)-1]
		switch x := token.(type) {
		case xml.StartElement:
			prefix, known := prefixes[x.Name.Space]
			if !known {
				t.Fatalf("<%s> is of the name space %q", x.Name.Local, x.Name.Space)
			}
			e := &element{name: prefix + x.Name.Local, attr: map[string]string{}}
			for _, a := range x.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			last.kids = append(last.kids, e)
			open = append(open, e)
		case xml.EndElement:
			last.text = strings.TrimSpace(last.text)
			open = open[:len(open)-1]
		case xml.CharData:
			last.text += string(x)
		}
	}
	return top.kids[0]
}

// all are the elements at a path below: "cac:TaxTotal/cac:TaxSubtotal".
func (e *element) all(path string) []*element {
	found := []*element{e}
	for _, name := range strings.Split(path, "/") {
		var next []*element
		for _, f := range found {
			for _, k := range f.kids {
				if k.name == name {
					next = append(next, k)
				}
			}
		}
		found = next
	}
	return found
}

func (e *element) has(path string) bool { return len(e.all(path)) > 0 }

// says is the text of the first element at a path; empty without one.
func (e *element) says(path string) string {
	if found := e.all(path); len(found) > 0 {
		return found[0].text
	}
	return ""
}

// within are the elements of a name at any depth.
func (e *element) within(name string) []*element {
	var out []*element
	for _, k := range e.kids {
		if k.name == name {
			out = append(out, k)
		}
		out = append(out, k.within(name)...)
	}
	return out
}

func (e *element) credit() bool { return e.name == "CreditNote" }

func (e *element) lines() []*element {
	return append(e.all("cac:InvoiceLine"), e.all("cac:CreditNoteLine")...)
}

func (e *element) quantity() *element {
	for _, name := range []string{"cbc:InvoicedQuantity", "cbc:CreditedQuantity"} {
		if q := e.all(name); len(q) > 0 {
			return q[0]
		}
	}
	return &element{}
}

func (e *element) amount(path string) *big.Rat { return number(e.says(path)) }

// number is the number that a text says; of what says none, one that equals no amount.
func number(text string) *big.Rat {
	if r, ok := new(big.Rat).SetString(text); ok {
		return r
	}
	return big.NewRat(-1, 999_999_937)
}

func sum(all []*element, path string) *big.Rat {
	out := new(big.Rat)
	for _, e := range all {
		out.Add(out, e.amount(path))
	}
	return out
}

func same(a, b *big.Rat) bool { return a.Cmp(b) == 0 }

// every reports whether all of them hold.
func every(all []*element, holds func(*element) bool) bool {
	for _, e := range all {
		if !holds(e) {
			return false
		}
	}
	return true
}
