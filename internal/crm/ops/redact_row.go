package ops

import (
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// rowsOf says how rows of a file are treated.
type rowsOf struct {
	kind    crm.Kind
	results bool              // an address in them tells results apart
	all     bool              // evidence is read from every column
	fields  map[string]string // by the header of their column, as it was mapped
	read    map[string]bool   // headers of columns from which any import of the file read evidence
	stated  map[string]string // what the mapping states of all rows
	reading csvin.Options     // of the table that was read

	header int64          // line of the header; 0: none was found
	at     map[int]string // field by the place of its column
	kept   map[int]bool   // places from which evidence is read
}

// place finds the columns in the header.
func (o *rowsOf) place(line int, header []string) {
	o.header, o.at, o.kept = int64(line), map[int]string{}, map[int]bool{}
	for i, h := range header {
		if field, mapped := o.fields[h]; mapped {
			o.at[i] = field
		}
		o.kept[i] = o.all || o.read[h] && h != ""
	}
}

func (o *rowsOf) cell(plain []string, field string) string {
	for i, f := range o.at {
		if f == field && i < len(plain) && plain[i] != "" {
			return plain[i]
		}
	}
	return o.stated[field]
}

// rowsIn says how rows of a file that was read by a mapping, or would be, are treated.
func rowsIn(m crm.Mapping) *rowsOf {
	out := &rowsOf{kind: m.Kind(), results: m.Kind() == crm.KindLead, all: m.ReadsAll(), fields: map[string]string{}, read: map[string]bool{}, stated: m.Constants, reading: m.Reading()}
	for field, header := range m.Columns {
		if h := strings.TrimSpace(header); h != "" && !crm.Stays(out.kind, out.fields[h]) { // of two fields of one column an id decides
			out.fields[h] = field
		}
	}
	out.also(m)
	return out
}

// also lets columns stay that another import of the same file read.
func (o *rowsOf) also(m crm.Mapping) {
	for _, header := range m.Columns {
		o.read[strings.TrimSpace(header)] = true
	}
	o.all = o.all || m.ReadsAll()
}

// personFields are the fields that hold ids of contacts and leads. What another field holds, such as the number of a deal, may be the same word and tells nobody.
var personFields = []string{"contact_id", "contact_ids", "converted_contact_id", "merged_ids", "merged_into", "merged_id", "into", "lead_id", "record_id", "one_id", "other_id"}

// person says whether a row carries an id or an address of a person who was erased.
func (r redactor) person(plain []string, of *rowsOf) bool {
	if r.Erasing.Empty() {
		return false
	}
	for i, cell := range plain {
		if cell == "" {
			continue
		}
		field, mapped := of.at[i]
		if (!mapped || slices.Contains(personFields, field)) && r.Carries(cell) || r.Addressed(cell) {
			return true
		}
	}
	return false
}

// row redacts the cells of a row that stands on these lines, and tells whether it is one of a person who was erased. Of such a row stay the cells from which evidence is
// read, with what the evidence says instead of what told of the person, and ids.
func (r redactor) row(plain []string, first, last int64, of *rowsOf) (is []string, person bool) {
	is = slices.Clone(plain)
	head := first <= of.header // the name of a column of addresses is none, and by it the column is found
	if head {
		of = &rowsOf{kind: of.kind}
	}
	if !head {
		person = r.person(plain, of)
	}
	if r.Erasing != nil {
		for i, cell := range plain {
			switch {
			case crm.Joins(of.at[i]), r.keep[cell], r.IDs[cell] != "":
			case person && !of.kept[i]:
				is[i] = ""
			default:
				is[i] = r.Text(cell)
			}
		}
		if person {
			r.told(is, plain, of)
		}
	}
	r.hash(is, of)
	return is, person
}

// told puts what the evidence says into the cells of a person's row that tell of the person in its own words.
func (r redactor) told(is, plain []string, of *rowsOf) {
	instead := map[string]string{}
	switch of.kind {
	case crm.KindContact:
		address, name, own := r.Contact(of.cell(plain, "contact_id"), of.cell(plain, "email"))
		if !own {
			return
		}
		instead["email"] = address
		for _, field := range []string{"name", "first_name", "last_name"} { // the first of them that holds something is the name
			if of.cell(plain, field) != "" {
				instead[field], name = name, ""
			}
		}
	case crm.KindEdit:
		if of.cell(plain, "of") == string(crm.KindContact) && r.Carries(of.cell(plain, "record_id")) {
			instead["before"], instead["after"] = "", ""
		}
	case crm.KindLead: // its number is read only where it has no address
		if of.cell(plain, "email") != "" {
			instead["phone"] = ""
		}
	}
	for i, field := range of.at {
		if text, there := instead[field]; there && i < len(is) && is[i] != "" {
			is[i] = text
		}
	}
}
