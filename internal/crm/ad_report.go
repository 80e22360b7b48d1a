package crm

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// adReport is what a decoder remembers of a report: what its rows add up to, and what it says they do.
type adReport struct {
	segments []int // columns that tell rows of the same campaign and day apart
	rows     int64
	sums     map[money.Currency]*big.Rat
	parts    map[string]map[money.Currency]*big.Rat // by type of campaign
	totals   []adTotal
}

// adTotal is a total row of a report.
type adTotal struct {
	label    string
	at       Problem // where it stands
	said     *big.Rat
	text     string
	currency money.Currency // "" when the row does not say it
}

func newAdReport(d *Decoder) *adReport {
	a := &adReport{sums: map[money.Currency]*big.Rat{}, parts: map[string]map[money.Currency]*big.Rat{}}
	mapped := slices.Collect(maps.Values(d.at))
	for i, h := range d.headers {
		if segments[headerKey(h)] && !slices.Contains(mapped, i) {
			a.segments = append(a.segments, i)
		}
	}
	return a
}

// Aside is how many rows so far are no records by their nature: total rows, lines below the table, charges that were not paid.
func (d *Decoder) Aside() int64 {
	return d.aside
}

// End gives the records and the problems that only the whole file shows: readings that rows were added up to, total rows that differ from the sum of the rows.
func (d *Decoder) End() (records []Placed, out []Problem) {
	if d.sums != nil {
		return d.sums.end()
	}
	if d.ads == nil {
		return nil, nil
	}
	for _, t := range d.ads.totals {
		if p, wrong := d.ads.check(t); wrong {
			out = append(out, p)
		}
	}
	return nil, out
}

func (a *adReport) check(t adTotal) (Problem, bool) {
	sums := a.sums
	for part, of := range a.parts {
		if part != "" && strings.Contains(strings.ToLower(t.label), strings.ToLower(part)) {
			sums = of
		}
	}
	currency := t.currency
	if currency == "" && len(sums) == 1 {
		currency = slices.Collect(maps.Keys(sums))[0]
	}
	sum := sums[currency]
	switch {
	case len(sums) > 1 && t.currency == "":
		return t.problem("total-unclear", "The total row %q says %s, and the rows are in several currencies, so it cannot be checked.", t.label, t.text)
	case sum == nil && t.said.Sign() == 0:
		return Problem{}, false
	case sum == nil:
		return t.problem("total-differs", "The total row %q says %s, and no row above or below it has an amount.", t.label, t.text)
	case sum.Cmp(t.said) != 0:
		why := "Rows are missing or counted twice: look at the report's filter, its columns and the rejected rows."
		if a.mayBeRounding(sum, t.said, currency) {
			why = "That may come from the rounding of each row in the report."
		}
		return t.problem("total-differs", "The total row %q says %s, and the %d rows add up to %s %s. %s", t.label, t.text, a.rows, sum.FloatString(currency.Digits()), currency, why)
	}
	return Problem{}, false
}

// mayBeRounding: not more than half a minor unit a row.
func (a *adReport) mayBeRounding(sum, said *big.Rat, c money.Currency) bool {
	off := new(big.Rat).Sub(sum, said)
	off.Abs(off).Mul(off, big.NewRat(2*c.Unit(), 1))
	return off.Cmp(big.NewRat(a.rows, 1)) <= 0
}

func (t adTotal) problem(code, format string, args ...any) (Problem, bool) {
	p := t.at
	p.Code, p.Message = code, fmt.Sprintf(format, args...)
	return p, true
}

// adSpend reads a row of a report: a cost, a total, or a line below the table.
func (r *reading) adSpend() []Record {
	if r.footer() {
		r.d.aside++
		return nil
	}
	said, text, currency, known := r.cost()
	if label, ok := r.totalRow(); ok {
		r.d.aside++
		r.lost, r.problems = false, nil // a total row has no campaign, day or currency, and needs none
		if said != nil {
			p := Problem{Line: r.row.Line}
			if i, ok := r.d.at[r.costField()]; ok {
				p.Column, p.Header, p.Field = i+1, r.d.headers[i], r.costField()
			}
			r.d.ads.totals = append(r.d.ads.totals, adTotal{label, p, said, text, currency})
		}
		return nil
	}
	s := Spend{SpentOn: r.mustDate("spent_on", "The cost has no day that can be read, so it belongs to no period."), Vendor: r.text("vendor"),
		Campaign: firstOf(r.text("campaign"), r.text("campaign_id")), Category: r.text("category"),
		Provider: r.text("provider"), Service: r.text("service"), Brand: r.text("brand"), Market: r.text("market")}
	if s.Vendor == "" {
		s.Vendor = r.d.object.vendor
	}
	if !known && !r.lost {
		r.costUnknown()
	}
	if r.lost {
		return nil
	}
	r.d.ads.add(r.text("campaign_type"), said, currency)
	if s.Net, s.NetKnown = r.minor(said, text, currency); !s.NetKnown {
		return nil
	}
	s.ID = r.costID(s)
	return []Record{s.Record()}
}

// costUnknown loses a row without a cost in a known currency, and says why unless that was told where its cell could not be read.
func (r *reading) costUnknown() {
	for i, p := range r.problems {
		if p.Field == r.costField() || p.Field == "currency" {
			r.problems[i].Lost, r.lost = true, true
		}
	}
	switch {
	case r.lost:
	case nothing(r.raw(r.costField())):
		r.lose(r.costField(), "spend-amount-unknown", "The row has no cost. Export the report with its cost, or leave such rows out.")
	default:
		r.lose("currency", "spend-amount-unknown", "The row has a cost and no currency. Export the currency column, or state the currency of this file.")
	}
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func (a *adReport) add(part string, said *big.Rat, c money.Currency) {
	a.rows++
	if a.sums[c] == nil {
		a.sums[c] = new(big.Rat)
	}
	a.sums[c].Add(a.sums[c], said)
	if part == "" || len(a.parts) > 100 && a.parts[part] == nil {
		return
	}
	if a.parts[part] == nil {
		a.parts[part] = map[money.Currency]*big.Rat{}
	}
	if a.parts[part][c] == nil {
		a.parts[part][c] = new(big.Rat)
	}
	a.parts[part][c].Add(a.parts[part][c], said)
}

// costField is the field that holds the cost of the row: in units of the currency, else in millionths of them.
func (r *reading) costField() string {
	if _, mapped := r.d.at["net"]; mapped {
		return "net"
	}
	return "micros"
}

// cost is the exact cost of the row in units of its currency, nil where there is none. Without a currency, known is false.
func (r *reading) cost() (said *big.Rat, text string, c money.Currency, known bool) {
	field := r.costField()
	text = r.raw(field)
	if nothing(text) {
		return nil, "", "", false
	}
	n, err := r.number(field, text)
	if err == nil && field == "micros" && strings.Contains(n.Text, ".") {
		r.problem(field, "whole-number", "%q is no whole number of millionths.", text)
		return nil, text, "", false
	}
	if err != nil {
		r.unreadable(field, err)
		return nil, text, "", false
	}
	said, ok := new(big.Rat).SetString(n.Text)
	if !ok {
		return nil, text, "", false
	}
	if field == "micros" {
		said.Quo(said, big.NewRat(1_000_000, 1))
	}
	if nothing(r.raw("currency")) && r.raw("currency") != "" {
		return said, text, "", false
	}
	c, known = r.currency("currency", field, n, r.d.m.DefaultCurrency)
	return said, text, c, known
}

// nothing reports whether a cell says that there is no value, as reports write it.
func nothing(cell string) bool {
	switch strings.TrimSpace(cell) {
	case "", "-", "--", "—", "–", "(not set)":
		return true
	}
	return false
}

// minor brings an exact cost to whole minor units. What is left over follows the stated rounding; without one the row is lost.
func (r *reading) minor(said *big.Rat, text string, c money.Currency) (money.Amount, bool) {
	scaled := new(big.Rat).Mul(said, big.NewRat(c.Unit(), 1))
	if scaled.IsInt() && scaled.Num().IsInt64() {
		return money.New(scaled.Num().Int64(), c), true
	}
	mode, err := money.ParseRounding(r.d.m.Constants["rounding"])
	if err != nil && !scaled.IsInt() {
		r.lose(r.costField(), "rounding-not-stated", "The cost %s is %s %s, finer than %s has units. State how such costs are rounded, row by row: rounding = half-even, half-up or down.",
			text, said.FloatString(6), c, c)
		return money.Amount{}, false
	}
	// a rest below, at or above one half is a quarter, two or three: money knows how to round those
	quo, rest := new(big.Int).QuoRem(scaled.Num(), scaled.Denom(), new(big.Int))
	quarter := int64(1 + new(big.Int).Mul(rest.Abs(rest), big.NewInt(2)).Cmp(scaled.Denom()) + 1)
	if scaled.IsInt() {
		quarter = 0
	}
	if scaled.Sign() < 0 {
		quarter = -quarter
	}
	quo.Mul(quo, big.NewInt(4)).Add(quo, big.NewInt(quarter))
	if !quo.IsInt64() {
		r.lose(r.costField(), "amount-too-large", "The cost %s is larger than any that can be counted.", text)
		return money.Amount{}, false
	}
	return money.New(money.MulDiv(quo.Int64(), 1, 4, mode), c), true
}

// costID tells rows of reports apart, in the same way in every later report of the same columns: by vendor, day, account, campaign, ad group and
// ad, by their ids where the report has them, and by what else divides them.
func (r *reading) costID(s Spend) string {
	parts := []string{string(r.d.m.Profile), s.SpentOn.String(), r.text("account"), firstOf(r.text("campaign_id"), r.text("campaign")),
		firstOf(r.text("ad_group_id"), r.text("ad_group")), firstOf(r.text("ad_id"), r.text("ad")), r.text("segment"), r.segment()}
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], "|", "%7C")
	}
	return strings.TrimRight(strings.Join(parts, "|"), "|")
}

func (r *reading) segment() string {
	var b []byte
	any := false
	for _, i := range r.d.ads.segments {
		b = appendNetstring(b, headerKey(r.d.headers[i]))
		b = appendNetstring(b, r.row.Cells[i])
		any = any || r.row.Cells[i] != ""
	}
	if !any {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}

// totalWords begin the label of a total row, in the languages of the reports.
var totalWords = []string{"total", "totals", "grand total", "summe", "gesamt", "gesamtsumme", "insgesamt", "gesamtergebnis", "totale", "totaal", "total général", "totaux", "totales", "total general", "suma total"}

func totalLabel(cell string) bool {
	label := strings.ToLower(strings.TrimSpace(cell))
	for _, w := range totalWords {
		if rest, ok := strings.CutPrefix(label, w); ok && (rest == "" || strings.ContainsAny(rest[:1], ":-(") || strings.HasPrefix(rest, " -") || strings.HasPrefix(rest, " –")) {
			return true
		}
	}
	return false
}

// IsTotal reports whether a row says of itself that it is a total, in its first cell or behind the last: such a row is checked and never counted.
func IsTotal(cells []string) bool {
	return len(cells) > 0 && (totalLabel(cells[0]) || totalLabel(cells[len(cells)-1]))
}

// totalRow recognises a total: a row without a day that begins with the word, or one that names nothing that the other rows name.
func (r *reading) totalRow() (label string, ok bool) {
	_, hasDay := r.d.at["spent_on"]
	if day := r.d.at["spent_on"]; hasDay && !nothing(r.row.Cells[day]) && !totalLabel(r.row.Cells[day]) {
		return "", false
	}
	for _, c := range r.row.Cells {
		if nothing(c) {
			continue
		}
		if totalLabel(c) {
			return strings.TrimSpace(c), true
		}
		break
	}
	mapped := false
	for _, field := range []string{"campaign_id", "campaign", "ad_group_id", "ad_group", "ad_id", "ad"} {
		i, has := r.d.at[field]
		if has && strings.TrimSpace(r.row.Cells[i]) != "" {
			return "", false
		}
		mapped = mapped || has
	}
	return "without a name", mapped
}

// footer recognises a line below the table: text in one cell and nothing else.
func (r *reading) footer() bool {
	filled := 0
	for _, c := range r.row.Cells {
		if strings.TrimSpace(c) != "" {
			filled++
		}
	}
	return filled == 1 && len(r.d.headers) > 2 && r.row.Cells[0] != "" && !totalLabel(r.row.Cells[0])
}

// mended brings a row of a report that has another number of cells to that of the header, where it is a total row or a line below the table.
func (d *Decoder) mended(cells []string) ([]string, bool) {
	if d.ads == nil && d.sums == nil || len(cells) == 0 {
		return nil, false
	}
	last := cells[len(cells)-1]
	switch {
	case len(cells) == 1 && len(d.headers) > 2, totalLabel(cells[0]) && len(cells) < len(d.headers):
		out := make([]string, len(d.headers))
		copy(out, cells)
		return out, true
	case len(cells) == len(d.headers)+1 && totalLabel(last):
		out := slices.Clone(cells[:len(d.headers)])
		for i, c := range out {
			if c == "" {
				out[i] = last
				return out, true
			}
		}
	}
	return nil, false
}

// AskRounding asks how costs are rounded that are finer than the minor unit of their currency, where the sample has one.
func (m Mapping) AskRounding(headers []string, rows [][]string) (faults fault.List) {
	if o, _ := ObjectOf(m.Profile, m.Object); !o.report || m.Constants["rounding"] != "" {
		return nil
	}
	d, wrong := m.Bind(headers, nil)
	if len(wrong) > 0 {
		return nil // those are asked first
	}
	for _, cells := range rows {
		_, problems := d.Decode(csvin.Row{Cells: cells})
		for _, p := range problems {
			if p.Code == "rounding-not-stated" {
				faults.Add(fault.New(fault.Invalid, p.Code, "%s", p.Message).At("constants.rounding"))
				return faults
			}
		}
	}
	return nil
}

// validateReport asks what a report leaves open for all its rows.
func (m Mapping) validateReport(faults *fault.List) {
	if m.Columns["spent_on"] == "" && m.Constants["spent_on"] == "" {
		faults.Add(fault.New(fault.Invalid, "day-not-stated", "No column says on which day the cost was spent. Export the report by day, or state the last day of the report: spent_on = 2026-03-31.").At("columns.spent_on"))
	}
	if m.Columns["net"] == "" && m.Columns["micros"] == "" {
		faults.Add(fault.New(fault.Invalid, "cost-not-stated", "Choose the column that holds the cost.").At("columns.net"))
	}
	if mode := m.Constants["rounding"]; mode != "" {
		if _, err := money.ParseRounding(mode); err != nil {
			faults.Add(fault.New(fault.Invalid, "rounding", "%s", firstMessage(err)).At("constants.rounding"))
		}
	}
}
