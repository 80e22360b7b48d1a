package ops

import (
	"context"
	"slices"
	"sync"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Memory reads evidence as EvidenceAt does, and keeps the newest that it read of each client: what was known as of an import never changes, unless it was rewritten in place, so
// that of a later one is read only in the kinds of which something changed since. The zero value is ready, for many goroutines.
type Memory struct {
	// Bytes is about how much it keeps, the clients that were used last; 64 MB when zero. What is larger by itself is not kept.
	Bytes int64

	mu   sync.Mutex
	kept []*remembered // the last used first
}

const memoryBytes = 64 << 20

// remembered never changes. The import stands by its id, which no other import of any workspace has; its number alone would not tell evidence
// from that of a client of the same id in another database.
type remembered struct {
	workspace, client, importID string
	rewritten                   int64 // how often the evidence was rewritten in place
	read
}

// EvidenceAt gives what the function of the same name gives, in lists that are the caller's own.
func (m *Memory) EvidenceAt(ctx context.Context, tx bun.Tx, client string, n int64) (crm.Evidence, error) {
	workspace, _ := db.Workspace(ctx)
	rewritten, err := rewritten(ctx, tx, client)
	if err != nil {
		return crm.Evidence{}, err
	}
	was := m.find(workspace, client, rewritten)
	from := n
	if was != nil && was.evidence.AsOf <= n {
		from = was.evidence.AsOf
	}
	var since []resultRow
	err = tx.NewSelect().Model(&since).Where("client_id = ? AND no BETWEEN ? AND ?", client, from, n).OrderExpr("no").Scan(ctx)
	if err != nil {
		return crm.Evidence{}, err
	}
	if len(since) == 0 || since[len(since)-1].No != n {
		return EvidenceAt(ctx, tx, client, n)
	}
	now := &remembered{workspace: workspace, client: client, importID: since[len(since)-1].ImportID, rewritten: rewritten}
	var earlier *read
	var changed map[crm.Kind]bool
	if was != nil && since[0].ImportID == was.importID {
		earlier = &was.read
		if changed, err = changedKinds(since[1:]); err != nil {
			return crm.Evidence{}, err
		}
		if changed[crm.KindDeal] { // which of the deals that are one remains hangs on which are there
			merged, err := tx.NewSelect().TableExpr("crm_row").Where("client_id = ? AND kind = ? AND import_no <= ?", client, string(crm.KindDealMerge), n).Exists(ctx)
			if err != nil {
				return crm.Evidence{}, err
			}
			for _, k := range joinedKinds[crm.KindDealMerge] {
				changed[k] = changed[k] || merged
			}
		}
	}
	if now.read, err = readEvidence(ctx, tx, client, n, earlier, changed); err != nil {
		return crm.Evidence{}, err
	}
	m.keep(now)
	return crm.Evidence{AsOf: n, Snapshot: now.evidence.Snapshot.Clone()}, nil
}

// changedKinds are the kinds of which imports brought something new or changed.
func changedKinds(imports []resultRow) (map[crm.Kind]bool, error) {
	changed := map[crm.Kind]bool{}
	for _, row := range imports {
		t, err := decodeTally(row.Tally)
		if err != nil {
			return nil, err
		}
		for k, n := range t.Kinds {
			changed[k] = changed[k] || n.New+n.Changed > 0
		}
	}
	for merge, kinds := range joinedKinds {
		for _, k := range kinds {
			changed[k] = changed[k] || changed[merge]
		}
	}
	return changed, nil
}

// find forgets what was rewritten since.
func (m *Memory) find(workspace, client string, rewritten int64) *remembered {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.index(workspace, client)
	if i < 0 {
		return nil
	}
	if m.kept[i].rewritten != rewritten {
		m.kept = slices.Delete(m.kept, i, i+1)
		return nil
	}
	found := m.kept[i]
	m.kept = slices.Insert(slices.Delete(m.kept, i, i+1), 0, found)
	return found
}

func (m *Memory) index(workspace, client string) int {
	return slices.IndexFunc(m.kept, func(r *remembered) bool { return r.workspace == workspace && r.client == client })
}

func (m *Memory) keep(r *remembered) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.index(r.workspace, r.client); i >= 0 {
		if m.kept[i].importID != r.importID && m.kept[i].evidence.AsOf >= r.evidence.AsOf {
			return // somebody asked for an older one
		}
		m.kept = slices.Delete(m.kept, i, i+1)
	}
	room := m.Bytes
	if room == 0 {
		room = memoryBytes
	}
	if r.size() > room {
		return
	}
	m.kept = slices.Insert(m.kept, 0, r)
	for i, k := range m.kept {
		if room -= k.size(); room < 0 {
			m.kept = slices.Delete(m.kept, i, len(m.kept))
			return
		}
	}
}

func (r *remembered) size() (bytes int64) {
	for _, n := range r.bytes {
		bytes += n
	}
	return bytes
}
