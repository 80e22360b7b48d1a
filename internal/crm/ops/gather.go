package ops

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// recordBytes is about what a record takes beside its texts.
const recordBytes = 200

// gathered is the records of a kind while they are read.
type gathered struct {
	kind       crm.Kind
	part       crm.Snapshot
	values     []string // of one record after the other: the snapshot has its own
	last       string   // the id of the last record
	disorderly bool     // they did not come in the order of the bytes of their ids
	bytes      int64    // about how much memory they take
}

func (g *gathered) add(v version) error {
	r, err := v.recordIn(g.kind, g.values)
	if err != nil {
		return err
	}
	g.disorderly = g.disorderly || v.ID < g.last
	g.last = v.ID
	g.bytes += recordBytes + int64(len(v.Body))
	return g.part.Add(r)
}

// end puts the records with those of the snapshot, in the order of their ids.
func (g *gathered) end(s *crm.Snapshot) error {
	if g.disorderly { // engines sort texts differently
		records := g.part.Records()
		slices.SortFunc(records, func(a, b crm.Record) int { return strings.Compare(a.ID, b.ID) })
		g.part = crm.Snapshot{}
		for _, r := range records {
			if err := g.part.Add(r); err != nil {
				return err
			}
		}
	}
	s.Take(g.kind, &g.part)
	return nil
}

// someRows are handed on together.
const someRows = 256

// addKind adds the records of a kind as of import n, of which the snapshot has none yet, in the order of their ids. What the database gives is made into
// records meanwhile. It tells about how much memory they take.
func addKind(ctx context.Context, tx bun.Tx, client string, k crm.Kind, n int64, s *crm.Snapshot) (int64, error) {
	g := gathered{kind: k, values: make([]string, len(crm.Columns(k)))}
	batches, done := make(chan []version, 4), make(chan error, 1)
	go func() {
		var err error
		for batch := range batches {
			for i := 0; i < len(batch) && err == nil; i++ {
				err = g.add(batch[i])
			}
		}
		done <- err
	}()
	var batch []version
	err := eachBodyAsOf(ctx, tx, client, k, n, func(v version) error {
		if batch = append(batch, v); len(batch) == someRows {
			batches <- batch
			batch = make([]version, 0, someRows)
		}
		return nil
	})
	batches <- batch
	close(batches)
	if made := <-done; err == nil {
		err = made
	}
	if err == nil {
		err = g.end(s)
	}
	return g.bytes, err
}

// addTouchesOf adds the touches of some contacts as of import n, and tells about how much memory they take.
func addTouchesOf(ctx context.Context, tx bun.Tx, client string, n int64, contacts []string, s *crm.Snapshot) (bytes int64, err error) {
	var found []crm.Record
	err = eachIn(ctx, tx, client, crm.KindTouch, n, "link", contacts, func(v version) error {
		r, err := v.record(crm.KindTouch)
		found = append(found, r)
		bytes += recordBytes + int64(len(v.Body))
		return err
	})
	if err == nil {
		err = addInOrder(s, found)
	}
	return bytes, err
}
