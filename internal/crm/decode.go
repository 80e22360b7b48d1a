package crm

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// Problem is what was wrong with one row.
type Problem struct {
	Line    int    `json:"line"`             // physical line of the file
	Column  int    `json:"column,omitempty"` // from 1; 0 when it concerns the row
	Header  string `json:"header,omitempty"`
	Field   string `json:"field,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Lost    bool   `json:"lost"` // the row gave no record
}

// Decoder reads the rows of one file. It is not safe for use by several goroutines.
type Decoder struct {
	m       Mapping
	object  Object
	ref     *Reference
	headers []string
	at      map[string]int // field -> column from 0
	pos     map[string]int // header -> column from 0
	aside   int64
	ads     *adReport // of a report of an advertising platform
	sums    *summing  // of a report whose rows are added up

	visits   bool // touches are known by their addresses
	channels channel.Naming
}

// Bind prepares a mapping for a file with this header row. Side tables and leads feed ref, which other files of the same import share; nil
// stands for an empty one. The list is that of Validate.
func (m Mapping) Bind(headers []string, ref *Reference) (*Decoder, fault.List) {
	if faults := m.Validate(headers); len(faults) > 0 {
		return nil, faults
	}
	if ref == nil {
		ref = &Reference{}
	}
	o, _ := ObjectOf(m.Profile, m.Object)
	d := &Decoder{m: m, object: o, ref: ref, headers: headers, at: map[string]int{}, pos: map[string]int{}}
	for i, h := range headers {
		d.pos[h] = i
	}
	for field, header := range m.Columns {
		if i, there := d.pos[header]; there && header != "" {
			d.at[field] = i
		}
	}
	if o.report {
		d.ads = newAdReport(d)
	}
	if o.sums {
		d.sums = newSumming(d)
	}
	_, d.visits = o.field("page_url")
	d.channels, _ = ParseChannels(m.Constants["channel_grouping"], m.Constants["channel_rules"]) // Validate has told what is wrong with them
	return d, nil
}

// Decode reads one row. It gives the records that the row holds (a HubSpot deal also gives its associations) and all problems; a row that
// csvin rejected, or whose id or substance cannot be read, gives no record and a problem with Lost set.
func (d *Decoder) Decode(row csvin.Row) ([]Record, []Problem) {
	r := &reading{d: d, row: row}
	if row.Fault != nil && row.Fault.Code == "column-count" {
		if cells, ok := d.mended(row.Cells); ok {
			r.row.Cells, r.row.Fault = cells, nil
			row = r.row
		}
	}
	if row.Fault != nil {
		line := row.Fault.Line
		if line == 0 {
			line = row.Line
		}
		return nil, d.unread(Problem{Line: line, Code: row.Fault.Code, Message: row.Fault.Message, Lost: true})
	}
	if len(row.Cells) != len(d.headers) {
		return nil, d.unread(Problem{Line: row.Line, Code: "column-count", Message: fmt.Sprintf("The row has %d cells where the header has %d.", len(row.Cells), len(d.headers)), Lost: true})
	}
	records := r.records()
	if r.lost {
		return nil, r.problems
	}
	return records, r.problems
}

// unread is a row of which nothing can be told. What rows are added up to is not whole then.
func (d *Decoder) unread(p Problem) []Problem {
	if d.sums != nil && p.Code != "another-table" {
		d.sums.spoil(p)
	}
	return []Problem{p}
}

// reading is the decoding of one row.
type reading struct {
	d        *Decoder
	row      csvin.Row
	problems []Problem
	lost     bool
}

func (r *reading) records() []Record {
	switch r.d.object.Kind {
	case KindCompany:
		return r.company()
	case KindContact:
		return r.contact()
	case KindDeal:
		return r.deal()
	case KindDealContact:
		return r.dealContact()
	case KindTouch:
		return r.touch()
	case KindPayment:
		if r.d.m.Profile == Web {
			return r.webPayment()
		}
		return r.payment()
	case KindCarveOut:
		return r.carveOut()
	case KindTimeEntry:
		return r.timeEntry()
	case KindMetricReading:
		if r.d.sums != nil {
			return r.summed()
		}
		return r.metricReading()
	case KindLead:
		if r.d.m.Profile == Web {
			return r.webLead()
		}
		return r.lead()
	case KindDelivery:
		return r.delivery()
	case KindSpend:
		if r.d.ads != nil {
			return r.adSpend()
		}
		return r.spend()
	case KindSLAMiss:
		return r.slaMiss()
	case KindMerge:
		return r.merge()
	case KindEdit:
		return r.edit()
	case KindAccountLink:
		return r.accountLink()
	case KindDifferent:
		return r.different()
	case KindCompanyMerge:
		return r.companyMerge()
	case KindDealMerge:
		return r.dealMerge()
	}
	r.learn()
	return nil
}

func (r *reading) problem(field, code, format string, args ...any) {
	p := Problem{Line: r.row.Line, Field: field, Code: code, Message: fmt.Sprintf(format, args...)}
	if i, ok := r.d.at[field]; ok {
		p.Column, p.Header = i+1, r.d.headers[i]
	}
	r.problems = append(r.problems, p)
}

// lose reports a problem that costs the row.
func (r *reading) lose(field, code, format string, args ...any) {
	r.problem(field, code, format, args...)
	r.problems[len(r.problems)-1].Lost = true
	r.lost = true
}

// raw is the cell of a field, or its constant where the cell is blank.
func (r *reading) raw(field string) string {
	if i, ok := r.d.at[field]; ok {
		if cell := r.row.Cells[i]; strings.TrimSpace(cell) != "" {
			return cell
		}
	}
	return r.d.m.Constants[field]
}

// text is a cell as it stands in the plain files, and without surrounding spaces elsewhere.
func (r *reading) text(field string) string {
	if r.d.m.Profile == Generic {
		if i, ok := r.d.at[field]; ok && r.row.Cells[i] != "" {
			return csvin.Restore(r.row.Cells[i])
		}
		return r.d.m.Constants[field]
	}
	return strings.TrimSpace(r.raw(field))
}

// id reads an identifier. Ids that a spreadsheet turned into "1.2E+10" are lost; Salesforce ids of 15 characters become those of 18.
func (r *reading) id(field string) string {
	s := r.text(field)
	if mantissa, exponent, ok := strings.Cut(strings.ToUpper(s), "E+"); ok && s != "" && digitsAndPoint(mantissa) && digitsAndPoint(exponent) {
		r.lose(field, "id-damaged", "The id %q was shortened by a spreadsheet program. Export again and upload the file without opening it there.", s)
		return ""
	}
	if r.d.m.Profile == Salesforce {
		return longSalesforceID(s)
	}
	return s
}

func digitsAndPoint(s string) bool { return s != "" && strings.Trim(s, "0123456789.,") == "" }

// mustID is an id without which the row means nothing.
func (r *reading) mustID(field string) string {
	s := r.id(field)
	if s == "" && !r.lost {
		r.lose(field, "id-missing", "The row has no %s, so it cannot be told from others. Export the id column.", strings.ReplaceAll(field, "_", " "))
	}
	return s
}

// ids splits a cell that holds several.
func (r *reading) ids(field string) []string {
	var out []string
	separators := ";, \n"
	if r.d.m.Profile == Generic {
		separators = ";"
	}
	for _, s := range strings.FieldsFunc(r.text(field), func(c rune) bool { return strings.ContainsRune(separators, c) }) {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// LongID is the form in which an id of Salesforce stands in the evidence, and every other id as it is.
func LongID(id string) string { return longSalesforceID(strings.TrimSpace(id)) }

// longSalesforceID gives the 18-character form of a 15-character id: three characters that say which letters are capitals.
func longSalesforceID(s string) string {
	if len(s) != 15 {
		return s
	}
	out := []byte(s)
	for block := range 3 {
		bits := 0
		for i := range 5 {
			c := s[block*5+i]
			switch {
			case c >= 'A' && c <= 'Z':
				bits |= 1 << i
			case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			default:
				return s
			}
		}
		out = append(out, "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits])
	}
	return string(out)
}

func (r *reading) unreadable(field string, err error) {
	var v *csvin.ValueError
	if errors.As(err, &v) {
		r.problem(field, v.Code, "%s", v.Message)
		return
	}
	r.problem(field, "unreadable", "%v", err)
}

func (r *reading) instant(field string) time.Time {
	s := r.raw(field)
	if s == "" {
		return time.Time{}
	}
	t, err := r.d.m.Convention.Instant(s)
	if err != nil {
		r.unreadable(field, err)
		return time.Time{}
	}
	return t
}

func (r *reading) date(field string) cal.Date {
	s := r.raw(field)
	if s == "" {
		return cal.Date{}
	}
	d, err := r.d.m.Convention.Date(s)
	if err != nil {
		r.unreadable(field, err)
		return cal.Date{}
	}
	return d
}

// mustDate is a date without which the row means nothing; otherwise says so.
func (r *reading) mustDate(field, otherwise string) cal.Date {
	d := r.date(field)
	if d.IsZero() && !r.lost {
		r.lose(field, "date-missing", "%s", otherwise)
	}
	return d
}

// wholeNumber is a count without which the row means nothing.
func (r *reading) wholeNumber(field string) int64 {
	s := strings.TrimSpace(r.raw(field))
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		r.lose(field, "whole-number", "%q is no whole number.", s)
	}
	return n
}

// flag reads yes or no. A blank cell is unknown, except in Salesforce, which writes no as blank.
func (r *reading) flag(field string) (on, known bool) {
	_, mapped := r.d.at[field]
	s := r.raw(field)
	if s == "" {
		return false, mapped && r.d.m.Profile == Salesforce
	}
	on, err := csvin.Bool(s)
	if err != nil {
		r.unreadable(field, err)
		return false, false
	}
	return on, true
}

// deleted joins the two ways in which exports say that a row is gone.
func (r *reading) deleted() bool {
	gone, _ := r.flag("deleted")
	active, known := r.flag("active")
	return gone || known && !active
}

// amount reads an amount and its currency. When only the currency is unknown, plain holds the number.
func (r *reading) amount(field, currencyField string, fallback money.Currency) (a money.Amount, plain string, known bool) {
	s := r.raw(field)
	if s == "" {
		return money.Amount{}, "", false
	}
	n, err := r.number(field, s)
	if err != nil {
		r.unreadable(field, err)
		return money.Amount{}, "", false
	}
	currency, ok := r.currency(currencyField, field, n, fallback)
	if !ok {
		return money.Amount{}, n.Text, false
	}
	a, err = money.Parse(n.Text, currency)
	if err != nil {
		r.problem(field, fault.Code(err), "%s", firstMessage(err))
		return money.Amount{}, "", false
	}
	return a, "", true
}

// number reads a number by the convention of the file. A number of a workbook has none: it is what it is.
func (r *reading) number(field, text string) (csvin.Number, error) {
	c := r.d.m.Convention
	if i, ok := r.d.at[field]; ok && r.row.Exact(i) {
		c.Decimal = '.'
	}
	return c.Number(text)
}

func firstMessage(err error) string {
	if all := fault.All(err); len(all) > 0 {
		return all[0].Message
	}
	return err.Error()
}

// currency settles the currency of an amount: its column, else the mapping's statement, else a code beside the number.
func (r *reading) currency(field, amountField string, n csvin.Number, fallback money.Currency) (money.Currency, bool) {
	beside := currencyOfMark(n.Mark)
	if i, ok := r.d.at[amountField]; ok && beside == "" {
		_, beside = cutHeaderCurrency(r.d.headers[i])
	}
	code := strings.TrimSpace(r.raw(field))
	c := fallback
	if code != "" {
		parsed, err := money.ParseCurrency(code)
		if err != nil {
			r.problem(field, "currency-unknown", "%q is not a currency code. Write one of ISO 4217, such as USD or EUR.", code)
			return "", false
		}
		c = parsed
	}
	switch {
	case c == "" && beside == "":
		r.problem(amountField, "currency-unknown", "The amount %s has no currency. Export the currency column, or state the currency of this file.", n.Text)
		return "", false
	case c == "":
		return beside, true
	case beside != "" && beside != c:
		r.problem(amountField, "currency-contradicts", "The amount is marked %s, but its currency is stated as %s. Correct the row or the stated currency.", firstOf(n.Mark, string(beside)), c)
		return "", false
	}
	return c, true
}

// currencyOfMark knows codes and the marks that only one currency uses. A dollar sign is none of them.
func currencyOfMark(mark string) money.Currency {
	switch mark {
	case "":
		return ""
	case "€":
		return "EUR"
	case "₹":
		return "INR"
	case "US$":
		return "USD"
	}
	if c, err := money.ParseCurrency(mark); err == nil && string(c) == mark {
		return c
	}
	return ""
}
