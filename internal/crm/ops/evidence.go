package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// LatestImport is the number of the client's newest import, 0 when there is none.
func LatestImport(ctx context.Context, tx bun.Tx, client string) (int64, error) {
	return lastNo(ctx, tx, client)
}

// LatestImportAt is when the client's newest import was applied; zero when there is none.
func LatestImportAt(ctx context.Context, tx bun.Tx, client string) (time.Time, error) {
	var rows []resultRow
	err := tx.NewSelect().Model(&rows).Column("applied_at").Where("client_id = ?", client).OrderExpr("no DESC").Limit(1).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return time.Time{}, err
	}
	return rows[0].AppliedAt.UTC(), nil
}

// EvidenceAt is what the client's CRM said as of import n, for statements: all companies, contacts, deals, associations, payments and
// carve-outs, and of the touches those that a fee can rest on: touches of contacts that are associated with a won deal or belong to the
// company of one, as the CRM says or as crm.Accounts infers, under their own id or one that was merged into them. A client with millions of touches can be drafted that way.
// Deleted records are there, flagged. Records of a kind come in the order of their ids. It decides no access: the caller has.
func EvidenceAt(ctx context.Context, tx bun.Tx, client string, n int64) (crm.Evidence, error) {
	r, err := readEvidence(ctx, tx, client, n, nil, nil)
	return r.evidence, err
}

// SpendAt are the rows of spend as of import n, deleted ones too, in the order of their ids. It decides no access: the caller has.
func SpendAt(ctx context.Context, tx bun.Tx, client string, n int64) ([]crm.Spend, error) {
	var s crm.Snapshot
	if _, err := addKind(ctx, tx, client, crm.KindSpend, n, &s); err != nil {
		return nil, fmt.Errorf("read the spend as of import %d: %w", n, err)
	}
	return s.Spend, nil
}

// readOrder is the kinds that fees can rest on. What people state of accounts comes before the touches, which are chosen by it; merges are followed with the
// contacts; no fee rests on edits, or on what looks alike.
var readOrder = []crm.Kind{crm.KindAccountLink, crm.KindCompany, crm.KindContact, crm.KindDeal, crm.KindDealContact, crm.KindTouch, crm.KindPayment, crm.KindCarveOut,
	crm.KindTimeEntry, crm.KindMetricReading, crm.KindLead, crm.KindDelivery, crm.KindSpend, crm.KindSLAMiss}

// read is evidence as it was read, with what it takes to read it on to a later import.
type read struct {
	evidence crm.Evidence
	bearing  []string           // the contacts whose touches are there
	bytes    map[crm.Kind]int64 // about how much memory the records of a kind take
}

// readEvidence reads the evidence as of import n. Kinds of which nothing changed since an earlier import it takes from what was read as of that one.
func readEvidence(ctx context.Context, tx bun.Tx, client string, n int64, earlier *read, changed map[crm.Kind]bool) (read, error) {
	out := read{evidence: crm.Evidence{AsOf: n}, bytes: map[crm.Kind]int64{}}
	e := &out.evidence.Snapshot
	for _, k := range readOrder {
		same := earlier != nil && !changed[k] && (k != crm.KindContact || !changed[crm.KindMerge])
		if k == crm.KindTouch {
			out.bearing = bearing(e)
			same = same && slices.Equal(out.bearing, earlier.bearing)
		}
		if same {
			e.Take(k, &earlier.evidence.Snapshot)
			out.bytes[k] = earlier.bytes[k]
			continue
		}
		var err error
		if k == crm.KindTouch {
			out.bytes[k], err = addTouchesOf(ctx, tx, client, n, out.bearing, e)
		} else {
			out.bytes[k], err = addKind(ctx, tx, client, k, n, e)
		}
		if err != nil {
			return read{}, fmt.Errorf("read the evidence as of import %d: %w", n, err)
		}
		if k == crm.KindContact {
			if err := followMerges(ctx, tx, client, n, e); err != nil {
				return read{}, err
			}
		}
	}
	joined, err := dealsAsOne(ctx, tx, client, n)
	if err != nil {
		return read{}, fmt.Errorf("read which deals are one as of import %d: %w", n, err)
	}
	e.DealMerges = joined.Doubtful()
	return out, nil
}

// followMerges lets the contacts of a snapshot be known under the ids that were merged into them as of import n.
func followMerges(ctx context.Context, tx bun.Tx, client string, n int64, s *crm.Snapshot) error {
	if _, err := addKind(ctx, tx, client, crm.KindMerge, n, s); err != nil {
		return fmt.Errorf("read the merges as of import %d: %w", n, err)
	}
	s.FollowMerges()
	return nil
}

// bearing lists the contacts, by every id they are known under, whose touches can bear a fee.
func bearing(s *crm.Snapshot) []string {
	companies := map[string]bool{}
	linked := linkedTo(s, func(d crm.Deal) bool {
		companies[d.CompanyID] = companies[d.CompanyID] || d.Won && d.CompanyID != ""
		return d.Won
	})
	for _, c := range s.Contacts {
		linked[c.ID] = linked[c.ID] || companies[c.CompanyID]
	}
	for id, a := range crm.Accounts(s) { // whether what is inferred counts is a term of the contract
		linked[id] = linked[id] || a.Inferred() && companies[a.CompanyID]
	}
	return underAllIDs(s, linked)
}

// linkedTo are the contacts that are associated with some of the deals.
func linkedTo(s *crm.Snapshot, some func(crm.Deal) bool) map[string]bool {
	deals, linked := map[string]bool{}, map[string]bool{}
	for _, d := range s.Deals {
		deals[d.ID] = some(d)
	}
	for _, dc := range s.DealContacts {
		if deals[dc.DealID] {
			linked[dc.ContactID] = true
		}
	}
	return linked
}

// underAllIDs lists contacts by every id they are known under.
func underAllIDs(s *crm.Snapshot, linked map[string]bool) []string {
	for grown := true; grown; { // merges of merges
		grown = false
		for _, c := range s.Contacts {
			ids := append([]string{c.ID}, c.MergedIDs...)
			known := 0
			for _, id := range ids {
				if linked[id] {
					known++
				}
			}
			if known > 0 && known < len(ids) {
				grown = true
				for _, id := range ids {
					linked[id] = true
				}
			}
		}
	}
	maps.DeleteFunc(linked, func(id string, on bool) bool { return !on || id == "" })
	return slices.Sorted(maps.Keys(linked))
}

// StateHash is the SHA-256 over kind, id and hash of every record as of import n: equal evidence has an equal one, on every engine.
func StateHash(ctx context.Context, tx bun.Tx, client string, n int64) (string, error) {
	sum := sha256.New()
	for _, k := range crm.Kinds() {
		var lines []string
		err := eachSaid(ctx, tx, client, k, n, func(v version) error {
			lines = append(lines, v.ID+"\x00"+v.Hash)
			return nil
		})
		if err != nil {
			return "", err
		}
		slices.Sort(lines)
		fmt.Fprintf(sum, "%s %d\n", k, len(lines))
		for _, l := range lines {
			fmt.Fprintf(sum, "%d:%s\n", len(l), l)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// KindsAt is what the client's CRM said of some kinds as of import n; records of a kind come in the order of their ids, and merges are not followed yet. It
// decides no access: the caller has.
func KindsAt(ctx context.Context, tx bun.Tx, client string, n int64, kinds ...crm.Kind) (s crm.Snapshot, err error) {
	for _, k := range kinds {
		if _, err := addKind(ctx, tx, client, k, n, &s); err != nil {
			return s, fmt.Errorf("read the evidence as of import %d: %w", n, err)
		}
	}
	return s, nil
}
