package app

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
)

// The rows beside those of names: what no touch holds, and what touches hold of which the name is not recorded.
const (
	unattributed = "(unattributed)"
	notRecorded  = "(not recorded)"
)

func (k crediting) print(out io.Writer, book *engine.Book, sums []engine.Sums, l engine.Ledger) error {
	names := modelTexts(k.models)
	rows := [][]string{append([]string{k.by}, names...)}
	add := func(name string, of func(m int) int64) {
		row := []string{name}
		for m := range sums {
			row = append(row, strconv.FormatInt(of(m), 10))
		}
		rows = append(rows, row)
	}
	credits := make([][]engine.Credit, len(sums))
	for m, s := range sums {
		credits[m] = book.Touches.By(attribution.By(k.by), s)
	}
	total := k.checked(book, sums)
	for c, first := range credits[0] {
		if first.Name != "" {
			add(first.Name, func(m int) int64 { return credits[m][c].Minor })
		}
	}
	if len(credits[0]) > 0 && credits[0][0].Name == "" {
		add(notRecorded, func(m int) int64 { return credits[m][0].Minor })
	}
	add(unattributed, func(m int) int64 { return sums[m].Unattributed })
	switch k.format {
	case "csv":
		return csv.NewWriter(out).WriteAll(rows)
	case "json":
		return k.writeCredits(out, book, names, sums, credits, total, l)
	}
	add("total", func(m int) int64 { return sums[m].Total() })
	writeTable(out, rows)
	k.writeCounts(out, book, total)
	if l.Hash != "" {
		fmt.Fprintf(out, "Ledger of %d credits, SHA-256 %s.\n", l.Rows, l.Hash)
	}
	return nil
}

// checked is the amounts of the deals, which every model sums to.
func (k crediting) checked(book *engine.Book, sums []engine.Sums) int64 {
	var total int64
	for i := range book.Deals {
		total += book.Deals[i].Minor
	}
	for _, s := range sums {
		if s.Total() != total {
			panic(fmt.Sprintf("app: %s credits %d of %d", s.Model, s.Total(), total))
		}
	}
	return total
}

func (k crediting) writeCounts(out io.Writer, book *engine.Book, total int64) {
	of := fmt.Sprintf("of their persons of %d", book.Rows)
	if k.stored {
		of = "on their paths, each as often as a path has it"
	}
	fmt.Fprintf(out, "\n%s, %d %s %s. Minor units; each column sums to the amounts of the deals, %d.\n", counted(len(book.Deals), "deal"), book.Counted, agreeing(book.Counted, "touch", "touches"), of, total)
	if book.Touches.Copies > 0 {
		fmt.Fprintf(out, "%d touches stand in the file more than once and count once.\n", book.Touches.Copies)
	}
	if book.Excluded > 0 {
		fmt.Fprintf(out, "%d touches of excluded channels were left out.\n", book.Excluded)
	}
	if book.Unanchored > 0 {
		fmt.Fprintf(out, "%d deals were not %s as far as the file says, and stay unattributed.\n", book.Unanchored, k.anchor)
	}
}

// plurals are the keys of the credits in JSON.
var plurals = map[attribution.By]string{attribution.ByChannel: "channels", attribution.ByCampaign: "campaigns", attribution.ByContent: "contents", attribution.ByProvider: "providers"}

// writeCredits prints the credits for programs.
func (k crediting) writeCredits(out io.Writer, book *engine.Book, names []string, sums []engine.Sums, credits [][]engine.Credit, total int64, l engine.Ledger) error {
	models := make([]map[string]any, len(sums))
	for i, s := range sums {
		held, unnamed := map[string]int64{}, int64(0)
		for _, c := range credits[i] {
			if c.Name == "" {
				unnamed = c.Minor
				continue
			}
			held[c.Name] = c.Minor
		}
		models[i] = map[string]any{"model": names[i], "terms": s.Model.String(), plurals[attribution.By(k.by)]: held, "not_recorded": unnamed, "unattributed": s.Unattributed}
	}
	return writeJSON(out, struct {
		By         string           `json:"by"`
		Deals      int              `json:"deals"`
		Touches    int              `json:"touches"`
		Others     int              `json:"touches_of_others"`
		Excluded   int              `json:"touches_excluded"`
		Copies     int              `json:"copies"`
		LeftOut    int              `json:"left_out"`
		Unanchored int              `json:"deals_without_anchor"`
		Total      int64            `json:"total"`
		Models     []map[string]any `json:"models"`
		Ledger     string           `json:"ledger_sha256"`
		Credits    int              `json:"ledger_rows"`
	}{k.by, len(book.Deals), book.Counted, book.Others, book.Excluded, book.Touches.Copies, book.LeftOut, book.Unanchored, total, models, l.Hash, l.Rows})
}
