package fees

import (
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// PayableAtEnd is what is payable of a locked statement, by clause: other fees, and those for performance. What disputes hold back is in neither. Together they are what Divide
// says is payable.
func PayableAtEnd(id string, s Statement, lines []LineLife, t contract.Terms) (other, performance []EndRow) {
	conceded := func(i int) bool { return lines[i].State == LineConceded }
	held := func(i int) bool { return lines[i].State == LineDisputed && groupSum(s, s.Lines[i]) > 0 }
	amounts := amountsWithout(s, func(i int) bool { return conceded(i) || held(i) })
	if sumOf(amounts) > sumOf(amountsWithout(s, conceded)) {
		amounts = amountsWithout(s, conceded)
	}
	var order []string
	sums := map[string]int64{}
	for i, l := range s.Lines {
		if !slices.Contains(order, l.Clause) {
			order = append(order, l.Clause)
		}
		sums[l.Clause] += amounts[i].Minor
	}
	for _, clauseID := range order {
		amount := money.New(sums[clauseID], s.Currency)
		clause, _ := t.Clause(clauseID)
		row := EndRow{Text: s.Period.Words() + noticeOf(s.Period, clause, t), Clause: clauseID, Ref: id, Amount: &amount}
		switch clause.(type) {
		case contract.RevenueShare, contract.Scorecard, contract.PerResult:
			performance = append(performance, row)
		default:
			other = append(other, row)
		}
	}
	return other, performance
}

// noticeOf says of a retainer in a month of the notice what of it is owed then.
func noticeOf(month cal.Period, c contract.Clause, t contract.Terms) string {
	end, ends := t.End()
	received := t.Term.Notice.Received
	if _, retainer := c.(contract.Retainer); !retainer || received.IsZero() || !ends || month.Overlap(cal.Period{From: received.AddDays(1), To: end}).IsEmpty() {
		return ""
	}
	return map[string]string{"full": ", during notice: in full", "ramp": ", during notice: by the ramp", "work-only": ", during notice: only work"}[t.Term.Notice.Fee]
}

func sumOf(amounts []money.Amount) (sum int64) {
	for _, a := range amounts {
		sum += a.Minor
	}
	return sum
}
