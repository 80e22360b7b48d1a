package engine

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/columnar"
	"github.com/ofrecord/ofrecord/internal/crm/segment"
)

// Segment is the file of the touches of one import, as crm/segment writes it.
type Segment struct {
	Data     []byte
	Replaces bool // some of its touches replace earlier ones
}

// Evidence is the touches of a client as of an import.
type Evidence struct {
	Segments []Segment // of the imports, the oldest first
	Persons  int
	Contacts map[string][]uint32 // the persons that a contact belongs to; touches of other contacts are left out
	By       []attribution.By    // what is read of the labels beside the channel
	Workers  int                 // 0: as many as there are processors
}

// Load puts the evidence in columns: of each touch its last version, those that are deleted or have no instant left out, in the order of
// attribution.Journey. An error: a segment that cannot be read, or more touches than can be held.
func Load(e Evidence) (*Touches, error) {
	l := loader{evidence: e, contacts: newNames(len(e.Contacts)), dead: newNames(16)}
	for contact, persons := range e.Contacts {
		if len(l.contacts.bytes)+len(contact) > math.MaxUint32 {
			return nil, fmt.Errorf("more contacts than can be held at once")
		}
		l.contacts.number([]byte(contact))
		l.persons = append(l.persons, persons)
	}
	workers := workersOf(Options{Workers: e.Workers}, math.MaxInt)
	var size int
	for _, s := range e.Segments {
		size += len(s.Data)
	}
	groups, shift := grouping(e.Persons, 3*size)
	for range workers {
		k := &loading{loader: &l, pile: newPile(groups, shift)}
		k.pile.stored = true
		l.workers = append(l.workers, k)
	}
	for i := len(e.Segments) - 1; i >= 0; i-- { // what replaces is known before what it replaces is read
		if err := l.segment(&e.Segments[i]); err != nil {
			return nil, fmt.Errorf("the touches of an import, file %d of %d: %w", i+1, len(e.Segments), err)
		}
	}
	return l.columns()
}

// loader reads segment after segment, each by all workers.
type loader struct {
	evidence Evidence
	contacts *names
	persons  [][]uint32 // by the number of a contact
	dead     *names     // ids of touches that a later segment replaced
	workers  []*loading
}

// loading is one worker's part.
type loading struct {
	*loader
	pile     pile
	replaced [][]byte // ids of touches of this segment that replace earlier ones
	labels   map[[4]int32]uint32
	fields   [][]byte
	err      error
}

func (l *loader) segment(s *Segment) error {
	p, err := openSegment(s.Data)
	if err != nil {
		return err
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for _, k := range l.workers[:min(len(l.workers), p.file.Groups())] {
		wait.Go(func() {
			k.err = safely(func() error {
				for g := int(next.Add(1)) - 1; g < p.file.Groups(); g = int(next.Add(1)) - 1 {
					if err := k.group(p, g, s.Replaces); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
	wait.Wait()
	for _, k := range l.workers {
		if k.err != nil {
			return k.err
		}
		for _, id := range k.replaced {
			if len(l.dead.bytes)+len(id) > math.MaxUint32 {
				return fmt.Errorf("more changed touches than can be held at once")
			}
			l.dead.number(id)
		}
		k.replaced = k.replaced[:0]
	}
	return nil
}

// stored are the columns of a segment, in the order in which they are read.
var stored = []string{segment.TouchID, segment.ContactID, segment.At, segment.Channel, segment.Campaign, segment.Content, segment.Provider,
	segment.Milestone, segment.Seq, segment.Deleted, segment.Replaces}

const (
	storedID = iota
	storedContact
	storedAt
	storedChannel
	storedCampaign
	storedContent
	storedProvider
	storedMilestone
	storedSeq
	storedDeleted
	storedReplaces
)

func openSegment(data []byte) (*parquet, error) {
	f, err := columnar.Open(data)
	if err != nil {
		return nil, err
	}
	p := &parquet{file: f}
	for _, name := range stored {
		at := slices.IndexFunc(f.Columns, func(c columnar.Column) bool { return c.Name == name })
		if at < 0 {
			return nil, fmt.Errorf("it has no column %q", name)
		}
		p.columns = append(p.columns, &f.Columns[at])
	}
	return p, nil
}

// group reads the rows of a group.
func (k *loading) group(p *parquet, g int, replaces bool) error {
	cells, err := k.cells(p, g, replaces)
	if err != nil {
		return err
	}
	all := slices.Clone(cells)
	var moving []*cursor // of columns that are not alike all over the group
	for i := range all {
		if all[i].chunk != nil {
			moving = append(moving, &all[i])
		}
	}
	k.labels = map[[4]int32]uint32{}
	for i := range p.file.Rows(g) {
		for _, c := range moving {
			if err := c.chunk.Next(); err != nil {
				return err
			}
		}
		if i == 0 {
			moving = slices.DeleteFunc(moving, func(c *cursor) bool { return c.chunk.Alike() })
		}
		if err := k.row(all); err != nil {
			return err
		}
	}
	return nil
}

// cells are the cursors of the columns that are asked for.
func (k *loading) cells(p *parquet, g int, replaces bool) ([]cursor, error) {
	wanted := *p
	wanted.columns = slices.Clone(p.columns)
	for i, by := range map[int]attribution.By{storedCampaign: attribution.ByCampaign, storedContent: attribution.ByContent, storedProvider: attribution.ByProvider} {
		if !slices.Contains(k.evidence.By, by) {
			wanted.columns[i] = nil
		}
	}
	if !replaces {
		wanted.columns[storedReplaces] = nil
	}
	return wanted.cursors(g)
}

// row takes a touch, once for each person that it belongs to.
func (k *loading) row(cells []cursor) error {
	if c := cells[storedReplaces].chunk; c != nil && c.Number == 1 {
		k.replaced = append(k.replaced, slices.Clone(cells[storedID].text()))
	}
	contact := cells[storedContact].once(k.contact)
	if contact == nobodys || cells[storedDeleted].chunk.Number == 1 || cells[storedAt].chunk.Null {
		return nil
	}
	id := cells[storedID].text()
	if len(k.dead.from) > 0 {
		if _, replaced := k.dead.find(k.dead.hash(id), id); replaced {
			return nil
		}
	}
	if len(id) > maxID {
		return fmt.Errorf("the id of a touch has %d bytes; at most %d", len(id), maxID)
	}
	label, ok := k.label(cells[storedChannel : storedProvider+1])
	if !ok {
		return fmt.Errorf("more than %d channels, campaigns, contents and providers", maxLabels)
	}
	r := row{at: cells[storedAt].chunk.Number, label: label}
	switch string(cells[storedMilestone].text()) {
	case string(attribution.LeadCreated):
		r.mark = leadCreation
	case string(attribution.DealCreated):
		r.mark = dealCreation
	}
	for _, person := range k.persons[contact] {
		r.person = person
		k.pile.place(r, id, cells[storedSeq].chunk.Number)
	}
	return nil
}

func (k *loading) contact(id []byte) uint32 {
	hash := k.contacts.hash(id)
	if k.contacts.maybe(hash) == 1 {
		if n, known := k.contacts.find(hash, id); known {
			return n
		}
	}
	return nobodys
}

// label is the number of a label, which is found by the places of its fields in their dictionaries where they have some.
func (k *loading) label(cells []cursor) (uint32, bool) {
	var key [4]int32
	short := true
	for i := range cells {
		if c := cells[i].chunk; c != nil {
			key[i] = int32(c.Index)
			short = short && c.Index >= 0
		}
	}
	if n, known := k.labels[key]; known && short {
		return n, true
	}
	k.fields = k.fields[:0]
	for i := range cells {
		k.fields = append(k.fields, cells[i].text())
	}
	n, ok := k.pile.labels.number(k.fields, moreFields)
	if short {
		k.labels[key] = n
	}
	return n, ok
}

func (l *loader) columns() (*Touches, error) {
	var piles []pile
	var found, size int
	for _, k := range l.workers {
		piles = append(piles, k.pile)
		for _, g := range k.pile.groups {
			for _, some := range g {
				found += len(some.all)
				size += len(some.ids)
			}
		}
	}
	if size > math.MaxUint32 || found > maxTouches {
		return nil, fmt.Errorf("more touches than can be held at once: %d with %d bytes of ids", found, size)
	}
	t := columns(l.evidence.Persons, piles, len(l.workers))
	if n := len(t.Labels); n > maxLabels {
		return nil, fmt.Errorf("%d channels, campaigns, contents and providers; at most %d can be told apart", n, maxLabels)
	}
	return t, nil
}

// Deals are conversions in the engine's form, each with its amount.
func Deals(conversions []attribution.Conversion, minor func(i int) int64) []Deal {
	out := make([]Deal, len(conversions))
	for i, c := range conversions {
		out[i] = Deal{ID: c.Deal, Person: c.Person, End: nanosecondsOf(c.End), LeadCreated: nanosecondsOf(c.LeadCreated), DealCreated: nanosecondsOf(c.DealCreated),
			Since: Unknown, Minor: minor(i)}
	}
	return out
}

func nanosecondsOf(at time.Time) int64 {
	if at.IsZero() {
		return Unknown
	}
	return at.UnixNano()
}
