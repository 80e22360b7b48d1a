package ui

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/attribution"
)

// download is every name and month in which there is something.
func (p returnsPage) download(w http.ResponseWriter) error {
	rows := [][]string{{string(p.By), "month", "credit", "credit_of_known_spend", "credit_without_known_spend", "deals", "spend", "spend_held", "currency"}}
	for _, row := range p.Returns.Returns.Rows {
		for i, m := range p.Returns.Returns.Months {
			x := row.Months[i]
			spend, held := spendCells(x)
			if x.Spent || x.Revenue.Minor != 0 {
				rows = append(rows, []string{row.Label(), m.String(), x.Revenue.String(), x.Costed.String(), x.Uncosted().String(), strconv.Itoa(x.Deals), spend, held, string(x.Revenue.Currency)})
			}
		}
	}
	return writeCSV(w, "returns.csv", rows)
}

// spendCells are spend, and the part of it that credit is held against; what is not known is empty.
func spendCells(x attribution.Return) (spend, held string) {
	if x.Spent {
		spend = x.Spend.String()
	}
	if x.Told {
		held = x.Against.String()
	}
	return spend, held
}

// downloadMonths is all names together, month by month; what is not known is empty.
func (p returnsPage) downloadMonths(w http.ResponseWriter) error {
	rows := [][]string{{"month", "credit", "credit_of_known_spend", "credit_without_known_spend", "deals", "spend", "spend_held", "agency_fee", "new_customers", "cac", "currency", "cac_not_known_for"}}
	for i, m := range p.Returns.Returns.Months {
		x := p.Returns.Returns.Total.Months[i]
		spend, held := spendCells(x)
		var charged, customers, cac, gaps string
		if fee, locked := p.Fees[m]; locked {
			charged = fee.String()
		}
		if p.Untold[m] == 0 {
			customers = strconv.Itoa(p.New[m])
		}
		if each, ok := p.AcquisitionIn(i).Each(); ok {
			cac = each.String()
		}
		for _, gap := range p.Gaps(i) {
			gaps = strings.TrimPrefix(gaps+"; "+string(gap), "; ")
		}
		rows = append(rows, []string{m.String(), x.Revenue.String(), x.Costed.String(), x.Uncosted().String(), strconv.Itoa(x.Deals), spend, held, charged, customers, cac, string(x.Revenue.Currency), gaps})
	}
	return writeCSV(w, "returns-by-month.csv", rows)
}
