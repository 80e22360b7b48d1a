package api

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func returnsOf(v ops.Returns) Returns {
	out := Returns{AsOf: v.AsOf, Latest: v.Latest, From: v.From.String(), To: v.To.String(), By: string(v.By), Agreed: v.Asked.Model+v.Asked.Lookback+v.Asked.Edge == "",
		Months: []string{}, Rows: []Row{}, Others: []Grouping{}, Fees: []Fee{}, Acquisition: []Acquisition{}, LeftOut: LeftOut{len(v.LeftOut), len(v.Returns.LeftOut)}}
	for _, m := range v.Returns.Months {
		out.Months = append(out.Months, m.String())
	}
	kinds := map[attribution.RowKind]string{attribution.Named: "named", attribution.Unnamed: "not-recorded", attribution.Unattributed: "unattributed"}
	for _, r := range v.Returns.Rows {
		out.Rows = append(out.Rows, rowOf(kinds[r.Kind], r, v.Gross))
	}
	out.Total = rowOf("total", v.Returns.Total, v.Gross)
	for _, by := range slices.Sorted(maps.Keys(v.Others)) {
		out.Others = append(out.Others, Grouping{string(by), partOf(v.Others[by], v.Gross)})
	}
	for _, m := range slices.SortedFunc(maps.Keys(v.Fees), func(a, b cal.Month) int { return a.First().Cmp(b.First()) }) {
		out.Fees = append(out.Fees, Fee{m.String(), moneyOf(v.Fees[m])})
	}
	for i, m := range v.Returns.Months {
		a := v.AcquisitionIn(i)
		one := Acquisition{Month: m.String(), Untold: v.Untold[m]}
		if one.Untold == 0 {
			customers := v.New[m]
			one.Customers = &customers
		}
		for _, gap := range v.Gaps(i) {
			one.Missing = append(one.Missing, string(gap))
		}
		one.CAC = cacOf(a)
		out.Acquisition = append(out.Acquisition, one)
	}
	a := v.Acquisition()
	out.CAC = CAC{Months: len(a.Months), Customers: a.Customers, Cost: moneyOf(a.Cost), Each: cacOf(a)}
	return out
}

func cacOf(a ops.Acquisition) *Money {
	each, ok := a.Each()
	if !ok {
		return nil
	}
	out := moneyOf(each)
	return &out
}

func rowOf(kind string, r attribution.ReturnRow, margin *money.Ratio) Row {
	out := Row{Kind: kind, Name: r.Name, Months: []Part{}, Total: partOf(r.Total, margin)}
	for _, m := range r.Months {
		out.Months = append(out.Months, partOf(m, margin))
	}
	return out
}

func partOf(r attribution.Return, margin *money.Ratio) Part {
	out := Part{Revenue: moneyOf(r.Revenue), Deals: r.Deals, Costed: moneyOf(r.Costed), Uncosted: moneyOf(r.Uncosted())}
	if r.Spent {
		spend := moneyOf(r.Spend)
		out.Spend = &spend
	}
	if r.Told {
		against := moneyOf(r.Against)
		out.Against = &against
	}
	if n, ok := r.Multiple(); ok {
		out.Multiple = hundredths(n)
	}
	if margin != nil {
		if n, ok := r.ROMI(*margin); ok {
			out.ROMI = hundredths(n)
		}
	}
	return out
}

// hundredths are written with two decimals: "-3.50".
func hundredths(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}
