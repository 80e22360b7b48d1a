package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// VerifyPayments compares every payment, refund and reversal of the workspace, and all that was applied, with what the record tells. It gives how
// many hold and those that do not.
func VerifyPayments(ctx context.Context, tx bun.Tx) (held int, altered []Altered, err error) {
	told, err := journalops.About(ctx, tx, "payment")
	if err != nil {
		return 0, nil, fmt.Errorf("read what the record tells of payments: %w", err)
	}
	seen := map[string]bool{}
	err = db.EachRow(ctx, tx.NewSelect().Model((*paymentRow)(nil)).OrderExpr("id"), func(p paymentRow, unreadable error) error {
		seen[p.ID] = true
		reason := "was altered: it cannot be read"
		if unreadable == nil {
			reason = p.alteration(told[p.ID])
		}
		if reason != "" {
			altered = append(altered, Altered{"payment", p.ID, reason})
			return nil
		}
		held++
		return nil
	})
	if err != nil {
		return held, altered, err
	}
	for _, id := range slices.Sorted(maps.Keys(told)) {
		if !seen[id] {
			altered = append(altered, Altered{"payment", id, "is told of in the record but is not kept"})
		}
	}
	applied, err := alteredApplied(ctx, tx, told)
	return held, append(altered, applied...), err
}

// alteration tells in words how a payment that is kept differs from what was recorded; empty when it does not.
func (p paymentRow) alteration(told []journal.Entry) string {
	if len(told) == 0 {
		return "was put in beside the record: no entry tells of it"
	}
	e := told[0]
	var then recordedPayment
	if err := json.Unmarshal([]byte(e.After), &then); err != nil {
		return fmt.Sprintf("was altered: entry %d of the record does not tell what was paid", e.Seq)
	}
	amount := money.New(p.Minor, money.Currency(p.Currency)).FormatWith()
	switch {
	case p.Kind != then.Kind || amount != then.Amount || p.PaidOn != then.On || p.Reference != then.Reference || p.OfID != then.Of || e.Client != p.ClientID:
		return fmt.Sprintf("was altered: %s of %s on %s is kept where entry %d of the record tells of %s of %s on %s", p.Kind, amount, p.PaidOn, e.Seq, then.Kind, then.Amount, then.On)
	case !e.At.Equal(p.RecordedAt) || e.ActorID != p.RecordedBy || e.ActorName != p.RecordedByName:
		return fmt.Sprintf("was altered: who recorded it, or when, is not what entry %d of the record tells", e.Seq)
	case then.Row != "" && then.Row != p.digest():
		return fmt.Sprintf("was altered: what is kept of it is not what entry %d of the record tells", e.Seq)
	}
	return ""
}

// tellings are what the record tells of what was applied, by source and place: "pay_1/2".
type tellings struct {
	keys map[string]journal.Entry // of what was applied, whole
	old  map[string]bool          // client and time of entries from before they told what was applied
}

func (t *tellings) read(e journal.Entry) {
	var then struct {
		Row     string   `json:"row"`
		Applied []string `json:"applied"`
	}
	_ = json.Unmarshal([]byte(e.After), &then) // nothing there: nothing told
	if then.Row == "" && then.Applied == nil {
		t.old[clientAt(e.Client, e.At.UnixMicro())] = true
	}
	for _, key := range then.Applied {
		t.keys[key] = e
	}
}

func clientAt(client string, micro int64) string { return fmt.Sprintf("%s %d", client, micro) }

// alteredApplied compares what is kept as applied with what the record tells, both ways.
func alteredApplied(ctx context.Context, tx bun.Tx, payments map[string][]journal.Entry) ([]Altered, error) {
	told := tellings{map[string]journal.Entry{}, map[string]bool{}}
	invoices, err := journalops.About(ctx, tx, "invoice")
	if err != nil {
		return nil, err
	}
	accounts, err := journalops.About(ctx, tx, "account")
	if err != nil {
		return nil, err
	}
	for _, entries := range []map[string][]journal.Entry{payments, invoices, accounts} {
		for _, all := range entries {
			for _, e := range all {
				if e.Action == string(access.PaymentRecord) || e.Action == string(access.InvoiceCredit) {
					told.read(e)
				}
			}
		}
	}
	var out []Altered
	err = db.EachRow(ctx, tx.NewSelect().Model((*appliedRow)(nil)).OrderExpr("source_id, seq"), func(a appliedRow, unreadable error) error {
		e, ok := told.keys[a.key()]
		delete(told.keys, a.key())
		switch {
		case unreadable != nil:
			out = append(out, Altered{"payment", a.SourceID, "was altered: what it paid cannot be read"})
		case !ok && told.old[clientAt(a.ClientID, a.At.UnixMicro())]:
		case !ok:
			out = append(out, Altered{"payment", a.SourceID, fmt.Sprintf("was altered: no entry of the record tells that it paid line %d of %s", a.Line, a.TargetID)})
		case e.Client != a.ClientID || !e.At.Equal(a.At) || e.ActorID != a.ByID:
			out = append(out, Altered{"payment", a.SourceID, fmt.Sprintf("was altered: who applied it, or when, is not what entry %d of the record tells", e.Seq)})
		}
		return nil
	})
	for _, key := range slices.Sorted(maps.Keys(told.keys)) {
		source, _, _ := strings.Cut(key, "/")
		out = append(out, Altered{"payment", source, fmt.Sprintf("was altered: what entry %d of the record tells that it paid is no longer kept", told.keys[key].Seq)})
	}
	return out, err
}

// Unbound counts the invoices and payments whose entries in the record are from before it kept a digest of all that is kept of them.
func Unbound(ctx context.Context, tx bun.Tx) (int, error) {
	n := 0
	for _, kind := range []string{"invoice", "payment"} {
		told, err := journalops.About(ctx, tx, kind)
		if err != nil {
			return n, err
		}
		for _, entries := range told {
			i := slices.IndexFunc(entries, func(e journal.Entry) bool { return issues(e) || e.Action == string(access.PaymentRecord) })
			if i >= 0 && !strings.Contains(entries[i].After, `"row":`) {
				n++
			}
		}
	}
	return n, nil
}
