package crm

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// Mapping says how a file of one object is read: which column holds which field, and every choice that the file leaves open. It is saved
// with the import, so that the same file reads the same again.
type Mapping struct {
	Profile         Profile                 `json:"profile"`
	Object          string                  `json:"object"`
	Columns         map[string]string       `json:"columns"`             // field -> header
	Constants       map[string]string       `json:"constants,omitempty"` // field -> value of every row, where no column holds it or its cell is blank
	Convention      csvin.Convention        `json:"convention"`
	Sheet           string                  `json:"sheet,omitempty"`            // of a workbook; "": the only one that holds rows
	Header          int                     `json:"header,omitempty"`           // line of the header row; 0: the first row that names columns
	DefaultCurrency money.Currency          `json:"default_currency,omitempty"` // of amounts in rows without a currency; "" leaves them unknown
	HomeCurrency    money.Currency          `json:"home_currency,omitempty"`    // of amounts that the CRM converted
	WonStages       []string                `json:"won_stages,omitempty"`       // ids or labels, compared exactly
	LostStages      []string                `json:"lost_stages,omitempty"`
	OpenStages      []string                `json:"open_stages,omitempty"`
	CustomerTypes   map[string]CustomerType `json:"customer_types,omitempty"` // as exported -> meaning
}

// Candidate is a reading that fits a header row.
type Candidate struct {
	Mapping  Mapping
	Kind     Kind    // "" for a side table
	Score    float64 // 0 to 1
	Missing  []string
	Choices  []Choice // what the person must still state or may state
	Unmapped []string // headers that no field takes
}

// Choice is an open question about a field, with the columns that could answer it.
type Choice struct {
	Field   string
	Options []string
	Words   string
}

// Plain is the mapping of the plain files of this program, in which nothing is left open.
func Plain(k Kind) Mapping {
	m := Mapping{Profile: Generic, Object: strings.TrimSuffix(FileName(k), ".csv"), Columns: map[string]string{},
		Convention: csvin.Convention{Decimal: '.', DateOrder: csvin.YMD, Zone: time.UTC}}
	for _, c := range Columns(k) {
		m.Columns[c] = c
	}
	return m
}

// Reading is how the file itself is opened.
func (m Mapping) Reading() csvin.Options { return csvin.Options{Sheet: m.Sheet, Header: m.Header} }

// Kind is the kind of record that the mapped object gives, "" for a side table.
func (m Mapping) Kind() Kind {
	o, _ := ObjectOf(m.Profile, m.Object)
	return o.Kind
}

// ReadsAll reports whether any column may tell rows apart, as in reports of advertising platforms and in tables whose rows are added up.
func (m Mapping) ReadsAll() bool {
	o, _ := ObjectOf(m.Profile, m.Object)
	return o.report || o.sums
}

// HasAmount reports whether a column holds amounts or numbers with decimals.
func (m Mapping) HasAmount() bool { return m.holds(HoldsAmount) || len(m.measured()) > 0 }

// HasTime reports whether a column holds days or points in time.
func (m Mapping) HasTime() bool { return m.holds(HoldsTime) }

func (m Mapping) holds(is func(field string) bool) bool {
	for field, header := range m.Columns {
		if header != "" && is(field) {
			return true
		}
	}
	return false
}

// Validate checks the mapping against a header row: every problem at its field, with the words to write. An empty list means that
// rows can be decoded.
func (m Mapping) Validate(headers []string) fault.List {
	var faults fault.List
	o, ok := ObjectOf(m.Profile, m.Object)
	if !ok {
		faults.Add(fault.New(fault.Invalid, "object", "There is no table %q in the profile %q. Choose one of: %s.", m.Object, string(m.Profile), objectNames(m.Profile)).At("object"))
		return faults
	}
	for _, field := range slices.Sorted(maps.Keys(m.Columns)) {
		m.validateColumn(o, field, headers, &faults)
	}
	for _, field := range slices.Sorted(maps.Keys(m.Constants)) {
		if _, known := o.field(field); !known {
			faults.Add(unknownField(o, field).At("constants." + field))
		}
	}
	for _, f := range o.Fields {
		if o.sums && f.Stated {
			continue
		}
		if f.Stated && f.Required && m.Columns[f.Name] == "" && m.Constants[f.Name] == "" {
			faults.Add(fault.New(fault.Invalid, f.Name+"-not-stated", "The file does not say its %s. Say what it is for all rows, as the contract names it, such as media.", f.Name).At("constants." + f.Name))
			continue
		}
		if f.Required && m.Columns[f.Name] == "" && m.Constants[f.Name] == "" {
			faults.Add(fault.New(fault.Invalid, "column-missing", "No column is named for %s. Choose the column that holds it; exports call it %s.", f.Name, quotedList(f.Headers)).At("columns." + f.Name))
		}
	}
	if o.report {
		m.validateReport(&faults)
	}
	if o.sums {
		m.validateReadings(headers, &faults)
	}
	if _, visits := o.field("page_url"); visits {
		m.validateVisits(o, &faults)
	}
	if o.Profile == Web && o.Kind == KindPayment {
		m.validatePayments(o, &faults)
	}
	m.validateChoices(&faults)
	return faults
}

func (m Mapping) validateColumn(o Object, field string, headers []string, faults *fault.List) {
	header := m.Columns[field]
	at := "columns." + field
	if _, known := o.field(field); !known {
		faults.Add(unknownField(o, field).At(at))
		return
	}
	if header == "" {
		return
	}
	n := 0
	for _, h := range headers {
		if h == header {
			n++
		}
	}
	switch {
	case n == 0 && o.Profile == Generic && header == field && slices.Contains(laterColumns[o.Kind], field): // a plain file has it only where some row needs it
	case n > 1:
		faults.Add(fault.New(fault.Invalid, "column-twice", "The file has %d columns named %q. Rename or remove one and export again.", n, header).At(at))
	case n == 0:
		if near := nearHeader(header, headers); near != "" {
			faults.Add(fault.New(fault.Invalid, "column-unknown", "The file has no column %q for %s. Did you mean %q?", header, field, near).At(at))
			return
		}
		faults.Add(fault.New(fault.Invalid, "column-unknown", "The file has no column %q for %s. Its columns are: %s.", header, field, quotedList(headers)).At(at))
	}
}

func (m Mapping) validateChoices(faults *fault.List) {
	for _, c := range []struct {
		field    string
		currency money.Currency
	}{{"default_currency", m.DefaultCurrency}, {"home_currency", m.HomeCurrency}} {
		if c.currency == "" {
			continue
		}
		if known, err := money.ParseCurrency(string(c.currency)); err != nil || known != c.currency {
			faults.Add(fault.New(fault.Invalid, "currency", "%q is not a currency code. Write one of ISO 4217 in capitals, such as USD or EUR.", string(c.currency)).At(c.field))
		}
	}
	meaning := map[string]string{}
	for _, l := range []struct {
		field  string
		stages []string
	}{{"won_stages", m.WonStages}, {"lost_stages", m.LostStages}, {"open_stages", m.OpenStages}} {
		for _, s := range l.stages {
			if other := meaning[s]; other != "" && other != l.field {
				faults.Add(fault.New(fault.Invalid, "stage-twice", "The stage %q is both in %s and in %s. Keep it in one.", s, other, l.field).At(l.field))
			}
			meaning[s] = l.field
		}
	}
	for _, raw := range slices.Sorted(maps.Keys(m.CustomerTypes)) {
		t := m.CustomerTypes[raw]
		if t != "" && t != CustomerNew && t != CustomerExisting && t != CustomerRenewal {
			faults.Add(fault.New(fault.Invalid, "customer-type", "%q is not a customer type. Write new, existing or renewal.", string(t)).At("customer_types." + raw))
		}
	}
	if m.HasAmount() && m.Convention.Decimal == 0 {
		faults.Add(fault.New(fault.Invalid, "decimal-not-stated", "The file has amounts, and the decimal mark is not stated. Choose point or comma.").At("convention.decimal"))
	}
}

func unknownField(o Object, field string) *fault.Fault {
	names := make([]string, len(o.Fields))
	for i, f := range o.Fields {
		names[i] = f.Name
	}
	return fault.New(fault.Invalid, "field-unknown", "%s has no field %q. Its fields are: %s.", o.Name, field, strings.Join(names, ", "))
}

func objectNames(p Profile) string {
	var names []string
	for _, o := range objects {
		if o.Profile == p {
			names = append(names, o.Name)
		}
	}
	if names == nil {
		return "as the profile " + profileNames()
	}
	return strings.Join(names, ", ")
}

// Profiles lists the systems whose exports are known.
func Profiles() (out []Profile) {
	for _, o := range objects {
		if !slices.Contains(out, o.Profile) {
			out = append(out, o.Profile)
		}
	}
	return out
}

func profileNames() string {
	var names []string
	for _, p := range Profiles() {
		names = append(names, string(p))
	}
	return strings.Join(names, ", ")
}

// cutHeaderCurrency takes the currency off the name of a column: "Amount spent (EUR)".
func cutHeaderCurrency(header string) (name string, c money.Currency) {
	h := strings.TrimSpace(header)
	if len(h) < 6 || h[len(h)-1] != ')' || h[len(h)-5] != '(' {
		return header, ""
	}
	code := h[len(h)-4 : len(h)-1]
	if known, err := money.ParseCurrency(code); err != nil || string(known) != code {
		return header, ""
	}
	return strings.TrimSpace(h[:len(h)-5]), money.Currency(code)
}

func nearHeader(header string, headers []string) string {
	for _, h := range headers {
		if headerKey(h) == headerKey(header) {
			return h
		}
	}
	return ""
}

func quotedList(names []string) string {
	if len(names) > 12 {
		names = append(slices.Clone(names[:12]), "…")
	}
	q := make([]string, 0, len(names))
	for _, n := range names {
		if n != "" {
			q = append(q, `"`+n+`"`)
		}
	}
	if len(q) == 0 {
		return "by no usual name"
	}
	return strings.Join(q, ", ")
}
