package ops

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// VerifyProfiles compares every version of every billing profile of the workspace with what the record tells. It gives how many profiles hold
// and those that do not.
func VerifyProfiles(ctx context.Context, tx bun.Tx) (held int, altered []Altered, err error) {
	told, err := journalops.About(ctx, tx, "billing-profile")
	if err != nil {
		return 0, nil, fmt.Errorf("read what the record tells of billing profiles: %w", err)
	}
	kept, reasons := map[string]int{}, map[string]string{}
	err = db.EachRow(ctx, tx.NewSelect().Model((*profileRow)(nil)).OrderExpr("org_id, version"), func(p profileRow, unreadable error) error {
		kept[p.OrgID]++
		reason := fmt.Sprintf("was altered: version %d of it cannot be read", p.Version)
		if unreadable == nil {
			reason = p.alteration(told[p.OrgID], kept[p.OrgID])
		}
		if reasons[p.OrgID] == "" {
			reasons[p.OrgID] = reason
		}
		return nil
	})
	for id, entries := range told {
		if reasons[id] == "" && kept[id] < len(entries) {
			reasons[id] = fmt.Sprintf("was altered: the version of entry %d of the record is not kept", entries[kept[id]].Seq)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(reasons)) {
		if reasons[id] == "" {
			held++
			continue
		}
		altered = append(altered, Altered{"billing profile", id, reasons[id]})
	}
	return held, altered, err
}

// alteration tells in words how a version that is kept, the nth, differs from what was entered; empty when it does not.
func (p profileRow) alteration(told []journal.Entry, nth int) string {
	if p.Version != nth || nth > len(told) {
		return fmt.Sprintf("was put in beside the record: no entry tells of version %d", p.Version)
	}
	e := told[nth-1]
	var compact bytes.Buffer
	if json.Compact(&compact, []byte(p.Document)) != nil || compact.String() != p.Document || journal.Snapshot(json.RawMessage(p.Document)) != e.After {
		return fmt.Sprintf("was altered: version %d is not what entry %d of the record tells", p.Version, e.Seq)
	}
	if !e.At.Equal(p.MadeAt) || e.ActorID != p.MadeBy || e.ActorName != p.MadeByName {
		return fmt.Sprintf("was altered: who entered version %d, or when, is not what entry %d of the record tells", p.Version, e.Seq)
	}
	return ""
}
