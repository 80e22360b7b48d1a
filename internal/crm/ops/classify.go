package ops

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// ground is what an import is compared with: everything of its client before its number.
type ground struct {
	client  string
	no      int64
	known   map[crm.Kind]int64
	decided map[crm.Kind]bool // kinds of rows about which people decided something
	erasing *crm.Erasing      // nil: nobody was erased
	hashing *crm.Hashing      // nil: addresses stay what they are
}

func (s *Service) readGround(ctx context.Context, tx bun.Tx, client string, no int64) (ground, error) {
	counts, err := known(ctx, tx, client, no)
	if err != nil {
		return ground{}, err
	}
	decided, err := decidedKinds(ctx, tx, client, no)
	if err != nil {
		return ground{}, err
	}
	erasing, err := s.erasing(ctx, tx, client)
	if err != nil {
		return ground{}, err
	}
	hashing, err := s.hashing(ctx, tx, client)
	return ground{client: client, no: no, known: counts, decided: decided, erasing: erasing, hashing: hashing}, err
}

// classify tells what is new, changed and unchanged in a chunk, and gives the records that need a version. Both the check and the import
// itself come this way.
func (g ground) classify(ctx context.Context, tx bun.Tx, c chunk) (fresh []item, t Tally, err error) {
	c = g.hash(g.erase(c))
	t = c.tally
	byKind := map[crm.Kind][]item{}
	for _, it := range c.items {
		byKind[it.rec.Kind] = append(byKind[it.rec.Kind], it)
	}
	for _, k := range crm.Kinds() {
		items := byKind[k]
		if len(items) == 0 {
			continue
		}
		if g.known[k] == 0 {
			t.count(k, KindTally{New: int64(len(items))})
			fresh = append(fresh, items...)
			continue
		}
		items, err := g.meet(ctx, tx, k, items, &t)
		if err != nil {
			return nil, t, err
		}
		differing, err := g.compare(ctx, tx, k, items, &t)
		if err != nil {
			return nil, t, err
		}
		fresh = append(fresh, differing...)
	}
	return fresh, t, nil
}

func (g ground) compare(ctx context.Context, tx bun.Tx, k crm.Kind, items []item, t *Tally) (fresh []item, err error) {
	ids := make([]string, len(items))
	for i, it := range items {
		ids[i] = it.rec.ID
	}
	was, err := before(ctx, tx, g.client, k, g.no, ids, false)
	if err != nil {
		return nil, err
	}
	var changed []item
	for _, it := range items {
		switch v, there := was[it.rec.ID]; {
		case !there:
			t.count(k, KindTally{New: 1})
			fresh = append(fresh, it)
		case v.Hash == it.hash:
			t.count(k, KindTally{Unchanged: 1})
		default:
			it.known = true
			fresh = append(fresh, it)
			changed = append(changed, it)
		}
	}
	return fresh, g.fields(ctx, tx, k, changed, t)
}

// fields counts which fields differ in changed records.
func (g ground) fields(ctx context.Context, tx bun.Tx, k crm.Kind, changed []item, t *Tally) error {
	ids := make([]string, len(changed))
	for i, it := range changed {
		ids[i] = it.rec.ID
	}
	was, err := before(ctx, tx, g.client, k, g.no, ids, true)
	if err != nil {
		return err
	}
	for _, it := range changed {
		old, err := was[it.rec.ID].record(k)
		if err != nil {
			return err
		}
		t.changed(it, deltasOf(old, it.rec))
	}
	return nil
}

// deltasOf lists the fields in which two versions of a record differ, in the order of the columns.
func deltasOf(old, new crm.Record) []FieldDelta {
	var out []FieldDelta
	for _, c := range crm.Columns(new.Kind) {
		if before, after := old.Get(c), new.Get(c); before != after {
			out = append(out, FieldDelta{c, before, after})
		}
	}
	return out
}
