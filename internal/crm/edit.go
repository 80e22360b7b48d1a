package crm

import (
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// Edit is one change of one field as the CRM's own history tells it: who changed what, when. No fee rests on it; it explains what imports say.
type Edit struct {
	ID       string
	Of       Kind   // of the record: a company, a contact or a deal
	RecordID string // of the record that was changed
	Field    string // our name of it where there is one, else the CRM's
	At       time.Time
	By       string // as the CRM names or numbers the person or the process
	Before   string // as the CRM wrote it; "" where the history does not tell, too
	After    string
	Deleted  bool
}

// Record is the canonical form.
func (e Edit) Record() Record {
	return newRecord(KindEdit, e.ID, string(e.Of), e.RecordID, e.Field, instantText(e.At), e.By, e.Before, e.After, flagText(e.Deleted))
}

// Edit reads the typed record back.
func (r Record) Edit() (Edit, error) {
	c := canon{r: r}
	c.want(KindEdit)
	return Edit{ID: c.text("edit_id"), Of: Kind(c.text("of")), RecordID: c.text("record_id"), Field: c.text("field"), At: c.instant("at"), By: c.text("by"),
		Before: c.text("before"), After: c.text("after"), Deleted: c.flag("deleted")}, c.err
}

// Tells reports whether the edit left the field as a record says it.
func (e Edit) Tells(r Record, field string) bool {
	return !e.Deleted && e.Of == r.Kind && e.RecordID == r.ID && e.Field == field && sameValue(e.After, r.Get(field))
}

// sameValue compares texts, and plain decimals by what they are worth.
func sameValue(a, b string) bool {
	worth := func(s string) string {
		if strings.Contains(s, ".") && strings.Trim(s, "-0123456789.") == "" {
			return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
		}
		return s
	}
	return worth(a) == worth(b)
}

// History puts edits of one record in the order in which they were made and fills in what a field said before from the edit before it, where the CRM
// tells only what it said after. Edits that changed nothing and deleted ones are left out.
func History(edits []Edit) []Edit {
	sorted := slices.Clone(edits)
	slices.SortFunc(sorted, func(a, b Edit) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	last := map[string]string{}
	var out []Edit
	for _, e := range sorted {
		key := string(e.Of) + "\x00" + e.RecordID + "\x00" + e.Field
		before, known := last[key]
		if e.Before == "" && known {
			e.Before = before
		}
		if e.Deleted || (known || e.Before != "") && sameValue(e.Before, e.After) {
			continue
		}
		last[key] = e.After
		out = append(out, e)
	}
	return out
}

// edit reads a row that tells of one field.
func (r *reading) edit() []Record {
	if r.d.object.Name == "OpportunityHistory" {
		return r.states()
	}
	e := Edit{ID: r.id("edit_id"), Of: r.editOf(), RecordID: r.mustID("record_id"), At: r.instant("at"), By: r.text("by"), Deleted: r.deleted()}
	e.Field = r.fieldOf(e.Of, r.text("field"))
	if e.Field == "" && !r.lost {
		r.lose("field", "field-missing", "The row does not say which field was changed.")
	}
	e.Before, e.After = r.valueOf(e.Field, "before"), r.valueOf(e.Field, "after")
	return r.edits(e)
}

// states reads a row that tells what an opportunity's stage, amount and close date were from then on.
func (r *reading) states() []Record {
	e := Edit{Of: KindDeal, RecordID: r.mustID("record_id"), At: r.instant("at"), By: r.text("by"), Deleted: r.deleted()}
	id := r.mustID("edit_id")
	var out []Record
	for _, field := range []string{"stage", "amount", "closed_on"} {
		if _, mapped := r.d.at[field]; !mapped || r.text(field) == "" {
			continue
		}
		e.ID, e.Field, e.After = joinID(id, field), field, r.valueOf(field, field)
		out = append(out, r.edits(e)...)
	}
	return out
}

func (r *reading) edits(e Edit) []Record {
	if e.At.IsZero() && !r.lost {
		r.lose("at", "edit-undated", "The row does not say when the field was changed.")
	}
	if e.ID == "" {
		e.ID = joinID(string(e.Of), e.RecordID, e.Field, instantText(e.At))
	}
	return []Record{e.Record()}
}

func (r *reading) editOf() Kind {
	switch {
	case r.d.m.Profile == Generic:
		k := Kind(r.text("of"))
		if !slices.Contains([]Kind{KindCompany, KindContact, KindDeal}, k) {
			r.lose("of", "edit-of", "%q is none of company, contact, deal.", k)
		}
		return k
	case r.d.object.Name == "contact_property_history":
		return KindContact
	}
	return KindDeal
}

// fieldOf is our name of a field that the CRM's history names.
func (r *reading) fieldOf(of Kind, name string) string {
	if r.d.m.Profile == Generic {
		return name
	}
	for _, o := range objects {
		if o.Profile != r.d.m.Profile || o.Kind != of {
			continue
		}
		for _, f := range o.Fields {
			if slices.ContainsFunc(f.Headers, func(h string) bool { return headerKey(h) == headerKey(name) }) && slices.Contains(Columns(of), f.Name) {
				return f.Name
			}
		}
	}
	return name
}

// valueOf is a value of the history in the form in which records have it, where it can be read so; else as it stands.
func (r *reading) valueOf(field, column string) string {
	text := r.text(column)
	c := r.d.m.Convention
	if c.Decimal == 0 {
		c.Decimal = '.'
	}
	switch {
	case text == "" || r.d.m.Profile == Generic:
	case slices.Contains(amountFields, field):
		if n, err := c.Number(text); err == nil {
			return n.Text
		}
	case slices.Contains(dayFields, field):
		if d, err := c.Date(text); err == nil {
			return d.String()
		}
	case slices.Contains(instantFields, field):
		if t, err := c.Instant(text); err == nil {
			return instantText(t)
		}
	case slices.Contains([]string{"is_won", "is_closed"}, field):
		if on, err := csvin.Bool(text); err == nil {
			return map[bool]string{true: "true", false: "false"}[on]
		}
	case r.d.m.Profile == Salesforce && slices.Contains([]string{"company_id", "owner"}, field):
		return longSalesforceID(text)
	}
	return text
}
