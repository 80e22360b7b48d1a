package ui

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// writeCSV sends rows as a file. Cells that a spreadsheet would take for a formula are made harmless.
func writeCSV(w http.ResponseWriter, name string, rows [][]string) error {
	web.Attach(w, name, "text/csv; charset=utf-8")
	out := csv.NewWriter(w)
	for _, row := range rows {
		for i, cell := range row {
			row[i] = csvin.Neutralise(cell)
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// download is every touch of the deal with the credit under each model: those that count in their order, then the others with the reason.
func (p dealPage) download(w http.ResponseWriter) error {
	head := []string{"deal_id", "as_of_import", "touch_id", "at", "contact_id", "contact", "channel", "campaign", "content", "provider", "earns", "roles", "no_credit_because"}
	for _, c := range p.Columns {
		head = append(head, "share "+c.Model.String(), "credit "+c.Model.String())
	}
	head = append(head, "currency")
	rows := [][]string{head}
	row := func(t attribution.Touch, roles attribution.Roles, because string) []string {
		at, earns := "", ""
		if p.Rule.Clause != nil {
			earns = strconv.FormatBool(p.Rule.Earns(t))
		}
		if !t.At.IsZero() {
			at = t.At.In(p.Rule.Zone).Format(time.RFC3339)
		}
		return []string{p.Deal.ID, strconv.FormatInt(p.AsOf, 10), t.ID, at, t.Contact, p.names[t.Contact], t.Channel, t.Campaign, t.Content,
			t.Provider, earns, roles.String(), because}
	}
	currency := string(p.Total.Amount.Currency)
	if len(p.Columns) == 0 {
		for _, t := range sorted(p.Journey.Touches) {
			rows = append(rows, append(row(t, 0, "the deal is not won"), currency))
		}
		return writeCSV(w, "deal.csv", rows)
	}
	main := p.Columns[0].Result
	for i, tc := range main.Credits {
		cells := row(tc.Touch, tc.Roles, "")
		for k := range p.Columns {
			r := &p.Columns[k].Result
			cells = append(cells, r.Share(r.Credits[i].Weight).String(), p.plain(r, r.Credits[i].Minor))
		}
		rows = append(rows, append(cells, currency))
	}
	for i, g := range main.Ignored {
		because := main.WhyIgnored(i)
		if !p.Total.Known {
			because = g.Reason.Words()
		}
		cells := row(g.Touch, 0, because)
		for range p.Columns {
			cells = append(cells, "", "")
		}
		rows = append(rows, append(cells, currency))
	}
	cells := row(attribution.Touch{}, 0, "unattributed")
	cells[10] = ""
	for k := range p.Columns {
		cells = append(cells, "", p.plain(&p.Columns[k].Result, p.Columns[k].Result.Unattributed))
	}
	return writeCSV(w, "deal.csv", append(rows, append(cells, currency)))
}

// plain is an amount as a number, "" where the amount of the deal is not known.
func (p dealPage) plain(r *attribution.Result, minor int64) string {
	if !p.Total.Known {
		return ""
	}
	return r.Amount(minor).String()
}
