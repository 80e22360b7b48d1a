package ops

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
)

// Altered is a notice or a settlement that is not what the record tells.
type Altered struct {
	What   string // "notice ntc_..."
	Reason string
}

// Error says what and why.
func (a Altered) Error() string { return a.What + " " + a.Reason }

// VerifyNotices compares every notice with the record. It decides no access.
func VerifyNotices(ctx context.Context, tx bun.Tx) (held int, altered []Altered, err error) {
	var rows []noticeRow
	if err := tx.NewSelect().Model(&rows).OrderExpr("contract_id, seq").Scan(ctx); err != nil {
		return 0, nil, err
	}
	entries, err := journalops.About(ctx, tx, "notice")
	if err != nil {
		return 0, nil, err
	}
	kept := map[string]bool{}
	for _, r := range rows {
		kept[r.ID] = true
		var body noticeBody
		told := given(entries[r.ID])
		broken := json.Unmarshal([]byte(r.Body), &body) != nil
		if broken || told != r.Body || body.Effect.Received.String() != r.ReceivedOn || body.Effect.End.String() != r.EndsOn {
			altered = append(altered, Altered{"notice " + r.ID, "is not what the record tells"})
			continue
		}
		held++
	}
	for id := range entries {
		if !kept[id] {
			altered = append(altered, Altered{"notice " + id, "is missing: the record tells of it"})
		}
	}
	return held, altered, nil
}

// given is a notice as the record tells it.
func given(entries []journal.Entry) string {
	for _, e := range entries {
		var body noticeBody
		if e.Action == string(access.NoticeGive) && json.Unmarshal([]byte(e.After), &body) == nil && body.Version > 0 {
			return e.After
		}
	}
	return ""
}

// VerifySettlements recomputes the hash of every frozen settlement and compares it with the record. It decides no access.
func VerifySettlements(ctx context.Context, tx bun.Tx) (held int, altered []Altered, err error) {
	var rows []settlementRow
	if err := tx.NewSelect().Model(&rows).OrderExpr("contract_id").Scan(ctx); err != nil {
		return 0, nil, err
	}
	entries, err := journalops.About(ctx, tx, "settlement")
	if err != nil {
		return 0, nil, err
	}
	closed := map[string]string{}
	for id, all := range entries {
		for _, e := range all {
			var after struct {
				SHA256 string `json:"sha256"`
				Closed bool   `json:"closed"`
			}
			if json.Unmarshal([]byte(e.After), &after) == nil && after.Closed {
				closed[id] = after.SHA256
			}
		}
	}
	for _, r := range rows {
		var s engagement.Settlement
		what := "settlement of contract " + r.ContractID
		if json.Unmarshal([]byte(r.Body), &s) != nil || s.Total == nil {
			altered = append(altered, Altered{what, "cannot be read"})
			continue
		}
		text, sha := s.Encode()
		if string(text) != r.Body || sha != r.SHA256 || sha != closed[r.ContractID] || s.Total.Minor != r.TotalMinor || string(s.Currency) != r.Currency {
			altered = append(altered, Altered{what, fmt.Sprintf("is not what the record tells: it was closed as %.12s…", closed[r.ContractID])})
		} else {
			held++
		}
		delete(closed, r.ContractID)
	}
	for id := range closed {
		altered = append(altered, Altered{"settlement of contract " + id, "is missing: the record tells that it was closed"})
	}
	return held, altered, nil
}
