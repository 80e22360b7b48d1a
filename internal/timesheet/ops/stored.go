package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/uptrace/bun"

	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// Altered is approved time, or a file of it, that is not what was approved and recorded.
type Altered struct {
	What   string // "file time-1.csv of client org_..."
	Reason string
}

// Error says what and why.
func (a Altered) Error() string { return a.What + " " + a.Reason }

// VerifyTime compares every file of time with its SHA-256 and with the record, and what money depends on of each approved entry with its entry. It decides no access.
func VerifyTime(ctx context.Context, tx bun.Tx) (held int, altered []Altered, err error) {
	entries, err := journalops.About(ctx, tx, "time")
	if err != nil {
		return 0, nil, err
	}
	var files []handOverRow
	if err := tx.NewSelect().Model(&files).OrderExpr("client_id, no").Scan(ctx); err != nil {
		return 0, nil, err
	}
	for _, f := range files {
		sum := sha256.Sum256([]byte(f.File))
		recorded := false
		for _, e := range entries[f.ClientID] {
			recorded = recorded || strings.Contains(e.Words, f.Filename+" (SHA-256 "+f.SHA256+")")
		}
		if hex.EncodeToString(sum[:]) != f.SHA256 || !recorded {
			altered = append(altered, Altered{"file " + f.Filename + " of client " + f.ClientID, "is not what the record tells"})
			continue
		}
		held++
	}
	total, err := tx.NewSelect().Model((*approvedRow)(nil)).Count(ctx)
	if err != nil {
		return 0, nil, err
	}
	var otherwise []approvedRow
	same := "EXISTS (SELECT 1 FROM time_entry AS e WHERE e.entry_id = approved_row.entry_id AND e.version = approved_row.version AND e.minutes = approved_row.minutes " +
		"AND e.class = approved_row.class AND e.worked_on = approved_row.worked_on AND e.client_id = approved_row.client_id AND e.state = ?)"
	if err := tx.NewSelect().Model(&otherwise).Where("NOT "+same, string(timesheet.Approved)).OrderExpr("entry_id").Scan(ctx); err != nil {
		return 0, nil, err
	}
	for _, a := range otherwise {
		altered = append(altered, Altered{"entry " + a.EntryID, "is not what was approved"})
	}
	return held + int(total) - len(otherwise), altered, nil
}
