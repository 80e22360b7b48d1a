package ops

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/work"
)

// Altered is a deliverable that is not what the record tells.
type Altered struct {
	What   string // "deliverable del_..., step 3"
	Reason string
}

// Error says what and why.
func (a Altered) Error() string { return a.What + " " + a.Reason }

// toldStep is a step as the record keeps it.
type toldStep struct {
	Step    work.Step `json:"step"`
	Seq     int64     `json:"seq"`
	Version int       `json:"version"`
	SHA256  string    `json:"sha256"`
}

// VerifyDeliverables compares every step of a deliverable, with the SHA-256 of the file that it is about, and every acceptance with the record. It decides no access.
func VerifyDeliverables(ctx context.Context, tx bun.Tx) (held int, altered []Altered, err error) {
	entries, err := journalops.About(ctx, tx, "deliverable")
	if err != nil {
		return 0, nil, err
	}
	told := map[string]map[int64]toldStep{}
	for id, all := range entries {
		told[id] = map[int64]toldStep{}
		for _, e := range all {
			var t toldStep
			if json.Unmarshal([]byte(e.After), &t) == nil && t.Seq > 0 {
				told[id][t.Seq] = t
			}
		}
	}
	var rows []stepRow
	if err := tx.NewSelect().Model(&rows).OrderExpr("deliverable_id, seq").Scan(ctx); err != nil {
		return 0, nil, err
	}
	broken := map[string]bool{}
	seen := map[string]bool{}
	kept := map[string]stepRow{} // by deliverable and file
	note := func(id, reason string) {
		altered, broken[id] = append(altered, Altered{"deliverable " + id, reason}), true
	}
	for _, r := range rows {
		seen[r.DeliverableID] = true
		t, ok := told[r.DeliverableID][r.Seq]
		delete(told[r.DeliverableID], r.Seq)
		switch {
		case !ok && r.Step == string(work.StepProposed):
		case !ok || string(t.Step) != r.Step || t.Version != r.Version || t.SHA256 != r.SHA256:
			note(r.DeliverableID, "has a step that is not what the record tells")
		}
		kept[r.DeliverableID+" "+r.Step+" "+r.SHA256] = r
	}
	for id, left := range told {
		if len(left) > 0 {
			note(id, "lacks a step that the record tells of")
		}
	}
	if err := verifyAcceptances(ctx, tx, kept, note); err != nil {
		return 0, nil, err
	}
	for id := range seen {
		if !broken[id] {
			held++
		}
	}
	return held, altered, nil
}

// verifyAcceptances compares what counts as accepted with the steps.
func verifyAcceptances(ctx context.Context, tx bun.Tx, kept map[string]stepRow, note func(id, reason string)) error {
	var accepted []acceptedRow
	if err := tx.NewSelect().Model(&accepted).OrderExpr("deliverable_id").Scan(ctx); err != nil {
		return err
	}
	for _, a := range accepted {
		if r, ok := kept[a.DeliverableID+" "+a.How+" "+a.SHA256]; !ok || r.Version != a.Version {
			note(a.DeliverableID, "is accepted otherwise than its steps tell")
		}
	}
	return nil
}
