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
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
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
	Contacts []attribution.Belonging // those of a contact together; touches of other contacts are left out
	By       []attribution.By        // what is read of the labels beside the channel
	Channels *channel.Naming         // by which channels are named; nil: they are as they were imported
	Exclude  []string                // channels, as they are named, whose touches are left out
	Workers  int                     // 0: as many as there are processors
}

// Load puts the evidence in columns: of each touch its last version, those that are deleted or have no instant left out, in the order of
// attribution.Journey. An error: a segment that cannot be read, or more touches than can be held.
func Load(e Evidence) (*Touches, error) {
	l := loader{evidence: e, contacts: newNames(len(e.Contacts)), dead: newNames(16)}
	for i, c := range e.Contacts {
		if i == 0 || c.Contact != e.Contacts[i-1].Contact {
			if len(l.contacts.bytes)+len(c.Contact) > math.MaxUint32 {
				return nil, fmt.Errorf("more contacts than can be held at once")
			}
			if _, added := l.contacts.number([]byte(c.Contact)); !added {
				return nil, fmt.Errorf("the persons of contact %q do not stand together", c.Contact)
			}
			l.from = append(l.from, uint32(i))
		}
	}
	l.from = append(l.from, uint32(len(e.Contacts)))
	for i := range l.wanted {
		by, optional := storedFields[i]
		l.wanted[i] = !optional || slices.Contains(e.By, by)
	}
	l.wanted[storedSource], l.wanted[storedMedium] = e.Channels != nil, e.Channels != nil
	workers := workersOf(Options{Workers: e.Workers}, math.MaxInt)
	var size int
	for _, s := range e.Segments {
		size += len(s.Data)
	}
	groups, shift := grouping(e.Persons, 3*size)
	for range workers {
		k := &loading{loader: &l, pile: newPile(groups, shift), numbered: map[uint64]uint32{}}
		k.pile.stored = true
		for c := storedChannel; c <= storedProvider; c++ {
			k.names[c] = newNames(64)
		}
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
	from     []uint32 // of contact n: evidence.Contacts[from[n]:from[n+1]]
	dead     *names   // ids of touches that a later segment replaced
	wanted   [storedColumns]bool
	workers  []*loading
}

// loading is one worker's part.
type loading struct {
	*loader
	pile     pile
	replaced [][]byte // ids of touches of this segment that replace earlier ones
	fields   [][]byte
	names    [storedColumns]*names   // of the fields of labels, over all groups
	numbers  [storedColumns][]uint32 // of the names in the dictionaries of the group
	numbered map[uint64]uint32       // labels by the numbers of their fields
	sizes    [storedColumns]int      // how many names each field had when the labels were put in order
	naming   naming
	labels   []uint32 // by the numbers of their fields, where there are few: the number of the label and 1
	cells    [storedColumns]columnar.Full
	known    []uint32 // by the place in the dictionary of contacts: the number of the contact, or nobodys
	warmed   uint64
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
	segment.Milestone, segment.Seq, segment.Deleted, segment.Replaces, segment.Source, segment.Medium}

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
	storedSource
	storedMedium
	storedColumns
)

// storedFields are the columns that are read only where they are asked for.
var storedFields = map[int]attribution.By{storedCampaign: attribution.ByCampaign, storedContent: attribution.ByContent, storedProvider: attribution.ByProvider}

func openSegment(data []byte) (*parquet, error) {
	f, err := columnar.Open(data)
	if err != nil {
		return nil, err
	}
	p := &parquet{file: f}
	for i, name := range stored {
		at := slices.IndexFunc(f.Columns, func(c columnar.Column) bool { return c.Name == name })
		if at < 0 && i >= storedSource { // a file of before they were kept
			p.columns = append(p.columns, nil)
			continue
		}
		if at < 0 {
			return nil, fmt.Errorf("it has no column %q", name)
		}
		c := &f.Columns[at]
		if isText := i == storedID || i == storedContact || i >= storedChannel && i <= storedMilestone || i >= storedSource; isText != (c.Kind == columnar.Text) || c.Kind == columnar.Other {
			return nil, fmt.Errorf("column %q is %s", name, c.Type)
		}
		p.columns = append(p.columns, c)
	}
	return p, nil
}

// group reads the rows of a group.
func (k *loading) group(p *parquet, g int, replaces bool) error {
	for i, c := range p.columns {
		if k.wanted[i] && (i != storedReplaces || replaces) || i == storedCampaign && k.evidence.Channels != nil {
			if c == nil {
				return fmt.Errorf("it has no column %q, by which channels are named", stored[i])
			}
			if err := p.file.Full(g, c, &k.cells[i]); err != nil {
				return fmt.Errorf("column %q: %w", c.Name, err)
			}
		}
	}
	if k.evidence.Channels != nil {
		if err := k.nameChannels(); err != nil {
			return err
		}
	}
	if replaces {
		for i, yes := range k.cells[storedReplaces].Numbers {
			if yes == 1 {
				k.replaced = append(k.replaced, slices.Clone(k.text(storedID, i)))
			}
		}
	}
	k.sizeLabels()
	k.people()
	for i, contact := range k.cells[storedContact].Index {
		if n := k.known[contact]; n != nobodys {
			if err := k.row(i, n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k *loading) text(column, row int) []byte {
	w := &k.cells[column]
	return w.Dict.At(w.Index[row])
}

// people finds the numbers of the contacts of the group. Each step goes over all of them, so that their places in memory are waited for together.
func (k *loading) people() {
	dict := &k.cells[storedContact].Dict
	k.known = slices.Grow(k.known[:0], dict.Len())[:dict.Len()]
	var hashes [together]uint64
	for low := 0; low < dict.Len(); low += together {
		some := hashes[:min(together, dict.Len()-low)]
		for i := range some {
			some[i] = k.contacts.hash(dict.At(uint32(low + i)))
		}
		for i, hash := range some {
			k.known[low+i] = nobodys
			if k.contacts.maybe(hash) == 1 {
				k.known[low+i] = 0
				k.warmed += k.contacts.warm(hash)
			}
		}
		for i, hash := range some {
			if k.known[low+i] == nobodys {
				continue
			}
			n, ours := k.contacts.find(hash, dict.At(uint32(low+i)))
			if !ours {
				n = nobodys
			}
			k.known[low+i] = n
		}
	}
}

// row takes a touch of a contact, once for each person that it belongs to.
func (k *loading) row(i int, contact uint32) error {
	at := k.cells[storedAt].Numbers[i]
	if at == columnar.Absent || k.cells[storedDeleted].Numbers[i] == 1 {
		return nil
	}
	if e := k.evidence.Exclude; len(e) > 0 && slices.Contains(e, string(k.text(storedChannel, i))) {
		return nil
	}
	id := k.text(storedID, i)
	if len(k.dead.from) > 0 {
		if _, replaced := k.dead.find(k.dead.hash(id), id); replaced {
			return nil
		}
	}
	if len(id) > maxID {
		return fmt.Errorf("the id of a touch has %d bytes; at most %d", len(id), maxID)
	}
	label, ok := k.label(i)
	if !ok {
		return fmt.Errorf("more than %d channels, campaigns, contents and providers", maxLabels)
	}
	r := row{at: at, label: label}
	switch string(k.text(storedMilestone, i)) {
	case string(attribution.LeadCreated):
		r.mark = leadCreation
	case string(attribution.DealCreated):
		r.mark = dealCreation
	}
	for _, c := range k.evidence.Contacts[k.from[contact]:k.from[contact+1]] {
		r.person = c.Person
		k.pile.place(r, id, k.cells[storedSeq].Numbers[i])
	}
	return nil
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

// Deals are conversions in the engine's form, each with its amount. Where the path of any leaves out what comes with the deal, credit them with BeforeEnd.
func Deals(conversions []attribution.Conversion, minor func(i int) int64) []Deal {
	out := make([]Deal, len(conversions))
	for i, c := range conversions {
		out[i] = Deal{ID: c.Deal, Person: c.Person, End: nanosecondsOf(c.End), LeadCreated: nanosecondsOf(c.LeadCreated), DealCreated: nanosecondsOf(c.DealCreated),
			Since: nanosecondsOf(c.Since), Lasts: -1, Minor: minor(i)}
		if !c.Moment.IsZero() {
			out[i].Lasts = int64(c.End.Sub(c.Moment))
		}
	}
	return out
}

func nanosecondsOf(at time.Time) int64 {
	if at.IsZero() {
		return Unknown
	}
	return at.UnixNano()
}
