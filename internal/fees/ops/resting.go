package ops

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
)

// standing is a statement that stands, in a few words.
type standing struct{ Summary }

// standingOf are the statements of the agency's own contracts with a client that are locked, those that are submitted and wait, and the open draft of each month. The newest period comes first.
func standingOf(ctx context.Context, tx bun.Tx, client string) ([]standing, error) {
	have, err := contractops.ProvidersOf(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	var rows []statementRow
	err = own(tx.NewSelect().Model(&rows).Column(briefly...).Where("client_id = ?", client), "contract_id", have).
		OrderExpr("period_from DESC, contract_id, revision DESC").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list what rests on evidence: %w", err)
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	events, err := readEvents(ctx, tx, ids...)
	if err != nil {
		return nil, err
	}
	var out []standing
	for i, r := range rows {
		st := standing{r.summary()}
		st.State = stateOf(events[r.ID])
		newest := i == 0 || rows[i-1].ContractID != r.ContractID || rows[i-1].PeriodFrom != r.PeriodFrom
		if st.State == fees.Locked || st.State == fees.Submitted || st.State == fees.Drafted && newest {
			out = append(out, st)
		}
	}
	return out, nil
}

// Resting are the statements of a client that stand: those that are locked, and those that are submitted and wait; and the open draft of each month, which is within the agency. Each tells
// which records of evidence were frozen with it as deciding it. The newest period comes first. It decides no access: the caller has.
func (s *Service) Resting(ctx context.Context, tx bun.Tx, client string) ([]crmops.Resting, error) {
	stand, err := standingOf(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	var out []crmops.Resting
	for _, st := range stand {
		used, err := s.usedBy(ctx, tx, st.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, crmops.Resting{ID: st.ID, Name: st.Name(), State: string(st.State), Import: st.Import, Total: st.Total, Uses: used.has})
	}
	return out, nil
}

// Cost computes a statement that stands again from the newest evidence. Who may, faults: see Difference.
func (s *Service) Cost(ctx context.Context, actor access.Actor, statement string) (crmops.Cost, error) {
	d, err := s.Difference(ctx, actor, statement)
	return crmops.Cost{AsOf: d.To, Now: d.Now, Left: d.Left()}, err
}

// usedRows are the records that a statement was computed from, each as 64 bits of its kind and id, in order: among a hundred thousand the chance that
// another record is taken for one of them is one in 10^14.
type usedRows []uint64

func (u usedRows) has(k crm.Kind, id string) bool {
	_, found := slices.BinarySearch(u, rowMark(k, id))
	return found
}

func rowMark(k crm.Kind, id string) uint64 {
	h := fnv.New128a()
	_, _ = h.Write([]byte(recordOf(k, id))) // a hash takes everything
	sum := h.Sum(nil)
	var mark uint64
	for _, b := range sum[:8] {
		mark = mark<<8 | uint64(b)
	}
	return mark
}

func recordOf(k crm.Kind, id string) string { return string(k) + "\x00" + id }

// usedShelf keeps what statements used: it never changes. Its zero value is empty.
type usedShelf struct {
	mu   sync.Mutex
	kept map[string]usedRows
	rows int
}

// mostUsed is how many records are kept, 8 bytes each.
const mostUsed = 8_000_000

func (s *Service) usedBy(ctx context.Context, tx bun.Tx, id string) (usedRows, error) {
	s.used.mu.Lock()
	found, ok := s.used.kept[id]
	s.used.mu.Unlock()
	if ok {
		return found, nil
	}
	row, err := readRow(ctx, tx, id, "id", "terms", "facts")
	if err != nil {
		return nil, err
	}
	files, err := row.files()
	if err != nil {
		return nil, err
	}
	_, facts, _, err := pack.ReadInputs(files)
	if err != nil {
		return nil, fmt.Errorf("read what statement %s used: %w", id, err)
	}
	var used usedRows
	for _, r := range facts.Evidence.Records() {
		used = append(used, rowMark(r.Kind, r.ID))
	}
	slices.Sort(used)
	s.used.put(id, used)
	return used, nil
}

func (u *usedShelf) put(id string, used usedRows) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.kept == nil || u.rows+len(used) > mostUsed {
		u.kept, u.rows = map[string]usedRows{}, 0
	}
	if _, again := u.kept[id]; !again {
		u.kept[id] = used
		u.rows += len(used)
	}
}
