package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// subject is the kind of what the record tells of credit.
const subject = "credit"

// told is what an entry of the record tells of the lines that were recorded with it.
type told struct {
	AsOf   int64  `json:"as_of"`
	Deals  int    `json:"deals"`
	SHA256 string `json:"sha256"` // of the lines
	Terms  string `json:"terms"`
}

// digest puts lines that are recorded together in order, and gives their hash.
func digest(rows []creditRow) string {
	slices.SortFunc(rows, func(a, b creditRow) int { return strings.Compare(a.DealID, b.DealID) })
	sum := sha256.New()
	for _, r := range rows {
		fmt.Fprintf(sum, "%s %d %d:%s\n", r.SHA256, r.Minor, len(r.DealID), r.DealID)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// AlteredCredit is recorded credit that is kept otherwise than the record tells.
type AlteredCredit struct {
	Client string
	AsOf   int64
	Reason string
}

// Error says which and why.
func (a AlteredCredit) Error() string {
	return fmt.Sprintf("credit of client %s as of import %d %s", a.Client, a.AsOf, a.Reason)
}

// batch names lines that were recorded together.
type batch struct {
	client, terms string
	asOf          int64
	at            time.Time
}

// VerifyCredits compares every line of credit of the workspace with what the record tells of those that were recorded with it. It gives how many hold, and
// what does not.
func VerifyCredits(ctx context.Context, tx bun.Tx) (held int, altered []AlteredCredit, err error) {
	about, err := journalops.About(ctx, tx, subject)
	if err != nil {
		return 0, nil, fmt.Errorf("read what the record tells of credit: %w", err)
	}
	expected := map[batch]told{}
	for _, entries := range about {
		for _, e := range entries {
			var t told
			if json.Unmarshal([]byte(e.After), &t) == nil {
				expected[batch{e.Client, t.Terms, t.AsOf, e.At.UTC()}] = t
			}
		}
	}
	var open batch
	var rows []creditRow
	end := func() {
		if len(rows) == 0 {
			return
		}
		t, known := expected[open]
		delete(expected, open)
		switch {
		case !known:
			altered = append(altered, AlteredCredit{open.client, open.asOf, "was put in beside the record: no entry tells of it"})
		case t.SHA256 != digest(rows) || t.Deals != len(rows):
			altered = append(altered, AlteredCredit{open.client, open.asOf, "was altered: it is not what the record tells"})
		default:
			held += len(rows)
		}
		rows = rows[:0]
	}
	query := tx.NewSelect().Model((*creditRow)(nil)).OrderExpr("client_id, terms, as_of, credited_at, deal_id")
	err = db.EachRow(ctx, query, func(r creditRow, unreadable error) error {
		if unreadable != nil {
			altered = append(altered, AlteredCredit{r.ClientID, r.AsOf, "was altered: it cannot be read"})
			return nil
		}
		if b := (batch{r.ClientID, r.Terms, r.AsOf, r.CreditedAt.UTC()}); b != open {
			end()
			open = b
		}
		rows = append(rows, r)
		return nil
	})
	if err != nil {
		return held, altered, fmt.Errorf("read the recorded credit: %w", err)
	}
	end()
	for b := range expected {
		altered = append(altered, AlteredCredit{b.client, b.asOf, "is told of in the record but is not kept"})
	}
	slices.SortFunc(altered, func(a, b AlteredCredit) int { return strings.Compare(a.Error(), b.Error()) })
	return held, altered, nil
}
