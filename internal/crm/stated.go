package crm

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// Stated is what a person says of a file where there is no form: on a command line, in an address. What is left out, the file or a kept
// mapping settles.
type Stated struct {
	Decimal      string // as csvin.ParseConvention reads them
	DateOrder    string
	Zone         string
	Currency     string // of amounts in rows without one
	HomeCurrency string // of amounts that the CRM converted
	Won          []string
	Lost         []string
	Open         []string // stages, as exported
	New          []string
	Existing     []string
	Renewal      []string // customer types, as exported
	Columns      []string // "field=header"; "field=" states that no column holds it
	Constants    []string // "field=value" of every row
	Sheet        string   // of a workbook
	Header       int      // line of the header row
}

// Reading is how a file is opened of which nothing else is known.
func (s Stated) Reading() csvin.Options { return csvin.Options{Sheet: s.Sheet, Header: s.Header} }

// Over is the mapping with what is stated in place of what it said. Faults: Invalid, all at once, each at the name that StatedAs gives.
func (s Stated) Over(m Mapping) (Mapping, error) {
	c, err := csvin.ParseConvention(s.Decimal, s.DateOrder, s.Zone)
	faults := fault.List(slices.Clone(fault.All(err)))
	if c.Decimal != 0 {
		m.Convention.Decimal = c.Decimal
	}
	if c.DateOrder != "" {
		m.Convention.DateOrder = c.DateOrder
	}
	if c.Zone != nil {
		m.Convention.Zone = c.Zone
	}
	m.Sheet, m.Header = cmp.Or(s.Sheet, m.Sheet), cmp.Or(s.Header, m.Header)
	m.DefaultCurrency = statedCurrency(s.Currency, m.DefaultCurrency)
	m.HomeCurrency = statedCurrency(s.HomeCurrency, m.HomeCurrency)
	said := slices.Concat(s.Won, s.Lost, s.Open)
	m.WonStages, m.LostStages, m.OpenStages = restated(m.WonStages, s.Won, said), restated(m.LostStages, s.Lost, said), restated(m.OpenStages, s.Open, said)
	m.CustomerTypes = maps.Clone(m.CustomerTypes)
	for t, raws := range map[CustomerType][]string{CustomerNew: s.New, CustomerExisting: s.Existing, CustomerRenewal: s.Renewal} {
		for _, raw := range raws {
			put(&m.CustomerTypes, raw, t)
		}
	}
	m.Columns = pairs("column", "header", m.Columns, s.Columns, &faults)
	m.Constants = pairs("constant", "value", m.Constants, s.Constants, &faults)
	return m, faults.Err()
}

// For is what of it concerns the table: columns and constants of fields that the table has.
func (s Stated) For(p Profile, object string) Stated {
	o, _ := ObjectOf(p, object)
	others := func(line string) bool {
		field, _, ok := strings.Cut(line, "=")
		_, has := o.field(strings.TrimSpace(field))
		return ok && !has
	}
	s.Columns, s.Constants = slices.DeleteFunc(slices.Clone(s.Columns), others), slices.DeleteFunc(slices.Clone(s.Constants), others)
	return s
}

func statedCurrency(text string, was money.Currency) money.Currency {
	if text = strings.ToUpper(strings.TrimSpace(text)); text != "" {
		return money.Currency(text)
	}
	return was
}

// restated is a list of stages without those of which something else is said now, and with those of which this is said.
func restated(was, now, said []string) []string {
	out := slices.DeleteFunc(slices.Clone(was), func(stage string) bool { return slices.Contains(said, stage) })
	return append(out, now...)
}

func pairs(name, what string, was map[string]string, lines []string, faults *fault.List) map[string]string {
	out := maps.Clone(was)
	for _, line := range lines {
		field, value, ok := strings.Cut(line, "=")
		if field = strings.TrimSpace(field); !ok || field == "" {
			faults.Add(fault.New(fault.Invalid, name, "Write %q as field=%s.", line, what).At(name))
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[field] = strings.TrimSpace(value)
	}
	return out
}

// StatedAs is the name under which a place of a mapping is stated: "zone" for "convention.zone". A place that no mapping has is its own name.
func StatedAs(place string) string {
	head, rest, _ := strings.Cut(place, ".")
	switch head {
	case "convention":
		return rest
	case "columns", "constants":
		return strings.TrimSuffix(head, "s")
	case "default_currency":
		return "currency"
	case "won_stages", "lost_stages", "open_stages":
		return strings.TrimSuffix(head, "_stages")
	}
	return place
}

// Open asks what a file leaves open for all its rows and the mapping does not state: which column dates touches without a date, in which zone
// its days begin, which currency amounts are in, through which channel touches came. A field whose column is stated as "" is answered: it stays unknown.
func (m Mapping) Open(headers []string, rows [][]string) (faults fault.List) {
	o, _ := ObjectOf(m.Profile, m.Object)
	m.askDates(o, headers, rows, &faults)
	m.askZone(headers, rows, &faults)
	m.askCurrency("default_currency", m.DefaultCurrency, "currency", []string{"amount", "net", "gross", "micros", "credit", "debit"}, headers, rows, &faults)
	m.askCurrency("home_currency", m.HomeCurrency, "home_currency", []string{"home_amount"}, headers, rows, &faults)
	if _, pages := o.field("page_url"); o.Profile == HubSpot && o.Kind == KindTouch && !pages && !m.says("channel") {
		faults.Add(fault.New(fault.Invalid, "channel-not-stated", "Through which channel did these touches come? No column says it. State channel=form, or as you call it.").At("constants.channel"))
	}
	return faults
}

// askDates asks for the column that stands in for a blank date, where the table has columns that could.
func (m Mapping) askDates(o Object, headers []string, rows [][]string, faults *fault.List) {
	for _, f := range o.Fields {
		if !f.Choice || m.says(f.Name) || !slices.Contains(m.cells(strings.TrimSuffix(f.Name, "_fallback"), headers, rows), "") {
			continue
		}
		if ch, ok := f.choice(keyed(headers)); ok {
			faults.Add(fault.New(fault.Invalid, "date-column-not-stated", "%s State %s=%s, or %s= for none.",
				ch.Words, f.Name, strings.Join(ch.Options, " or "+f.Name+"="), f.Name).At("columns." + f.Name))
		}
	}
}

// askZone asks for the zone of days that stand for a time, and of times that stand for a day.
func (m Mapping) askZone(headers []string, rows [][]string, faults *fault.List) {
	for _, field := range slices.Sorted(maps.Keys(m.Columns)) {
		read := func(cell string) (err error) { _, err = m.Convention.Instant(cell); return err }
		switch {
		case field == "at", field == "at_fallback", strings.HasSuffix(field, "_at"):
		case strings.HasSuffix(field, "_on"):
			read = func(cell string) (err error) { _, err = m.Convention.Date(cell); return err }
		default:
			continue
		}
		for _, cell := range m.cells(field, headers, rows) {
			var unreadable *csvin.ValueError
			if errors.As(read(cell), &unreadable) && unreadable.Code == "zone-missing" {
				faults.Add(fault.New(fault.Invalid, "zone-not-stated", "Which time zone is that of the column %q? It decides what %q means. Write a name such as Europe/Berlin, or UTC.",
					m.Columns[field], cell).At("convention.zone"))
				return
			}
		}
	}
}

// askCurrency asks for the currency of amounts that carry no mark, where neither a column nor the mapping says it.
func (m Mapping) askCurrency(place string, stated money.Currency, field string, amounts, headers []string, rows [][]string, faults *fault.List) {
	if stated != "" || m.says(field) {
		return
	}
	if i := slices.IndexFunc(amounts, func(amount string) bool { return m.unmarked(amount, headers, rows) }); i >= 0 {
		faults.Add(fault.New(fault.Invalid, "currency-not-stated", "In which currency are the amounts of the column %q? Nothing in the file says it. Write a code such as USD or EUR.",
			m.Columns[amounts[i]]).At(place))
	}
}

// says reports whether the mapping states where the field comes from, be it from nowhere.
func (m Mapping) says(field string) bool {
	_, column := m.Columns[field]
	return column || m.Constants[field] != ""
}

// cells are the values of the field's column in the sample, blank ones among them.
func (m Mapping) cells(field string, headers []string, rows [][]string) (out []string) {
	i := -1
	if header := m.Columns[field]; header != "" {
		i = slices.Index(headers, header)
	}
	for _, row := range rows {
		switch {
		case i < 0:
			out = append(out, "")
		case i < len(row):
			out = append(out, strings.TrimSpace(row[i]))
		}
	}
	return out
}

// unmarked reports whether some amount of the sample carries no mark of its currency.
func (m Mapping) unmarked(field string, headers []string, rows [][]string) bool {
	if _, named := cutHeaderCurrency(m.Columns[field]); named != "" {
		return false
	}
	return slices.ContainsFunc(m.cells(field, headers, rows), func(cell string) bool {
		if cell == "" {
			return false
		}
		n, err := m.Convention.Number(cell)
		for _, decimal := range []byte{'.', ','} { // the question of the mark must not hide this one
			if err != nil && m.Convention.Decimal == 0 {
				n, err = csvin.Convention{Decimal: decimal}.Number(cell)
			}
		}
		return err == nil && currencyOfMark(n.Mark) == ""
	})
}
