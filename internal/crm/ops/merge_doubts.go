package ops

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// seqOfDoubts is where the numbers of problems begin that only the evidence before an import shows: behind all that its file shows by itself.
const seqOfDoubts = 1 << 40

// doubtMerges tells of rows which say that deals are one and name a deal that the evidence does not have. They are taken.
func (g ground) doubtMerges(ctx context.Context, tx bun.Tx, c chunk, t *Tally) (out []reject, err error) {
	var named []string
	for _, it := range c.items {
		if it.rec.Kind == crm.KindDealMerge && it.rec.Get("deleted") == "" {
			named = append(named, it.rec.Get("merged_deal_id"), it.rec.Get("into_deal_id"))
		}
	}
	if len(named) == 0 {
		return nil, nil
	}
	known, err := bodiesOf(ctx, tx, g.client, crm.KindDeal, g.no-1, distinctIDs(named))
	if err != nil {
		return nil, err
	}
	for _, it := range c.items {
		if it.rec.Kind != crm.KindDealMerge || it.rec.Get("deleted") != "" {
			continue
		}
		for i, column := range []string{"merged_deal_id", "into_deal_id"} {
			id := it.rec.Get(column)
			if _, ok := known[id]; ok {
				continue
			}
			r := reject{Seq: seqOfDoubts + 2*it.line + int64(i), Line: it.line, Header: column, Code: "merge-of-unknown-deal", Raw: id,
				Reason: fmt.Sprintf("There is no deal %s in the evidence: as long as it is not there, this row has no effect on what is counted of the other deal.", id)}
			if g.hashing != nil {
				r.Raw, r.Reason = g.hashing.Text(r.Raw), g.hashing.Text(r.Reason)
			}
			t.problem(r)
			if len(out) < keptPerCode {
				out = append(out, r)
			}
		}
	}
	return slices.Clip(out), nil
}
