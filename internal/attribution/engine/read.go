package engine

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/columnar"
)

// Reading says how the files are read.
type Reading struct {
	Zone     *time.Location   // of instants without one, and of days; nil: UTC
	Workers  int              // 0: as many as there are processors
	By       []attribution.By // what is read of a touch beside its channel; a file without such a column is refused
	Anchor   Anchor           // "": Won
	Reset    bool             // a touch up to an earlier deal of the same person belongs to that deal
	Exclude  []string         // channels whose touches are left out
	Everyone bool             // also the touches of persons without a deal
}

// Anchor is the date of a deal from which its window is measured, and up to which a touch counts.
type Anchor string

// The anchors.
const (
	Created   Anchor = "created"
	Won       Anchor = "won"
	Collected Anchor = "collected"
)

// Anchors are all of them, for messages.
func Anchors() []Anchor { return []Anchor{Created, Won, Collected} }

// Book is what two files say: the deals, and the touches of the persons who have one.
type Book struct {
	Deals      []Deal
	Touches    *Touches
	Rows       int // of touches in the file
	Others     int // of them, touches of persons without a deal
	Excluded   int // of them, touches of the channels that are left out
	Unanchored int // deals whose anchor nobody knows: they stay unattributed
	Buyers     int // persons with a deal: those with the lower numbers
	Counted    int // touches of theirs, each once
	Problems   []FileProblem
	LeftOut    int // rows with a problem; the first of them are told
}

// FileProblem is a problem with the file that it is in: "deals" or "touches".
type FileProblem struct {
	File string
	Problem
}

// Read reads deals and touches from the bytes of files: Parquet, or CSV with a header, delimited by comma, semicolon, tab or bar. Deals have the columns
// deal_id, person_id, ts and amount_minor, and may have deal_created, lead_created, collected_at and refund_of; touches have touch_id, person_id, ts
// and channel, and may have campaign, content and provider. An instant is a whole number of seconds since 1970, or is written as
// 2026-03-01T09:30:00Z, as 2026-03-01 09:30:00, or as a day: a deal counts at the end of its day, a touch at its beginning; in Parquet it may be a date
// or a timestamp. An error: a file that has no such columns, is damaged, or has more than can be held.
func Read(deals, touches []byte, how Reading) (*Book, error) {
	b := &Book{}
	if how.Zone == nil {
		how.Zone = time.UTC
	}
	if how.Workers <= 0 {
		how.Workers = runtime.GOMAXPROCS(0)
	}
	asked := how.By
	how.By = nil
	for _, by := range moreFields {
		if slices.Contains(asked, by) {
			how.By = append(how.By, by)
		}
	}
	persons, err := b.readDeals(deals, how)
	if err != nil {
		return nil, fmt.Errorf("deals: %w", err)
	}
	if err := b.readTouches(touches, how, persons); err != nil {
		return nil, fmt.Errorf("touches: %w", err)
	}
	return b, nil
}

func (b *Book) tell(file string, problems []Problem) {
	b.LeftOut += len(problems)
	for _, p := range problems[:min(len(problems), maxProblems)] {
		b.Problems = append(b.Problems, FileProblem{file, p})
	}
}

// moreFields are those of a label beside the channel.
var moreFields = []attribution.By{attribution.ByCampaign, attribution.ByContent, attribution.ByProvider}

// The places of the wanted columns of touches; those of the other fields come behind.
const (
	touchID = iota
	touchPerson
	touchAt
	touchChannel
)

func touchColumns(by []attribution.By) []column {
	out := []column{{names: []string{"touch_id"}}, {names: []string{"person_id"}}, {names: []string{"ts", "occurred_at", "at"}}, {names: []string{"channel"}}}
	for _, field := range by {
		out = append(out, column{names: []string{string(field)}})
	}
	return out
}

func (b *Book) readTouches(data []byte, how Reading, persons *names) error {
	if columnar.Is(data) {
		return b.parquetTouches(data, how, persons)
	}
	t, err := openTable(data, touchColumns(how.By))
	if err != nil {
		return err
	}
	b.Buyers = persons.len()
	if how.Everyone {
		if err := t.everyone(persons); err != nil {
			return err
		}
	}
	groups, shift := grouping(persons.len(), len(data))
	takers, readers := make([]*taker, how.Workers), make([]*reader, how.Workers)
	for i := range takers {
		takers[i] = newTaker(how, persons, newPile(groups, shift))
		readers[i] = &takers[i].reader
	}
	problems, rows := t.read(readers)
	b.Rows = rows
	b.tell("touches", problems)
	return b.put(takers, persons.len(), how.Workers)
}

// put puts what was read in columns.
func (b *Book) put(takers []*taker, persons, workers int) error {
	piles := make([]pile, len(takers))
	found, size := 0, 0
	for i, k := range takers {
		b.Others += k.others
		b.Excluded += k.excluded
		piles[i] = k.pile
		for _, g := range k.pile.groups {
			for _, some := range g {
				found += len(some.all)
				size += len(some.ids)
			}
		}
	}
	if size > math.MaxUint32 || found > maxTouches {
		return fmt.Errorf("more touches than can be held at once; split the files by person")
	}
	b.Touches = columns(persons, piles, workers)
	b.Counted = int(b.Touches.from[b.Buyers])
	b.Others += b.Touches.Len() - b.Counted
	if n := len(b.Touches.Labels); n > maxLabels {
		return fmt.Errorf("%d channels, campaigns, contents and providers; at most %d can be told apart", n, maxLabels)
	}
	return nil
}

// grouping is how many groups the touches of a file are read into, and by how many bits a person's number is shifted to that of the group. A group is
// small enough to be put in order where it is quick.
func grouping(persons, size int) (groups, shift int) {
	for groups = 1; groups < 64 && groups < size>>20; {
		groups *= 2
	}
	for persons > groups<<shift {
		shift++
	}
	return groups, shift
}

// everyone numbers all persons of a file of touches.
func (t *table) everyone(persons *names) error {
	full := false
	r := &reader{take: func(b *block) {
		for i := range b.rows {
			person := b.row(i)[touchPerson]
			if full = full || len(persons.bytes) > math.MaxUint32-len(person); !full && len(person) > 0 {
				persons.number(person)
			}
		}
	}}
	t.read([]*reader{r})
	if full {
		return fmt.Errorf("more persons than can be held at once")
	}
	return nil
}

// taker takes the touches of a part of a file.
type taker struct {
	reader
	how      Reading
	persons  *names
	pile     pile
	others   int
	excluded int
	exclude  map[string]bool
	clock    clock
	hashes   [together]uint64
	ours     [together]int // rows of the block
	warmed   uint64
}

func newTaker(how Reading, persons *names, p pile) *taker {
	k := &taker{how: how, persons: persons, pile: p, exclude: map[string]bool{}, clock: clock{zone: how.Zone}}
	for _, channel := range how.Exclude {
		k.exclude[channel] = true
	}
	k.reader.take = k.block
	return k
}

// block takes the touches of persons that are known. Each step goes over all rows, so that their places in memory are waited for together.
func (k *taker) block(b *block) {
	for i := range b.rows {
		k.hashes[i] = k.persons.hash(b.row(i)[touchPerson])
	}
	n := 0
	for i, hash := range k.hashes[:b.rows] {
		k.ours[n] = i
		n += k.persons.maybe(hash)
	}
	for _, i := range k.ours[:n] {
		k.warmed += k.persons.warm(k.hashes[i])
	}
	k.others += b.rows - n
	for _, i := range k.ours[:n] {
		cells := b.row(i)
		person, ours := k.persons.find(k.hashes[i], cells[touchPerson])
		if !ours {
			k.others++
			continue
		}
		if text := k.one(cells, person); text != "" {
			k.tell(b.lines[i], text)
		}
	}
}

// one takes a touch of a person, or says what is wrong with it.
func (k *taker) one(cells [][]byte, person uint32) string {
	at, ok := k.clock.instant(cells[touchAt], false)
	if !ok {
		return fmt.Sprintf("touch %s: %q is no instant", cells[touchID], cells[touchAt])
	}
	label := k.label(cells[touchChannel:])
	return k.add(cells[touchID], person, at, label)
}

// The labels beyond those that there can be.
const (
	leftOut = maxLabels + iota // the channel is excluded
	tooMany
)

// label is the number of a label, or one beyond.
func (k *taker) label(fields [][]byte) uint32 {
	if len(k.exclude) > 0 && k.exclude[string(fields[0])] {
		return leftOut
	}
	if n, ok := k.pile.labels.number(fields, k.how.By); ok {
		return n
	}
	return tooMany
}

func (k *taker) add(id []byte, person uint32, at int64, label uint32) string {
	switch {
	case len(id) == 0:
		return "a touch without an id"
	case len(id) > maxID:
		return "the id of the touch is too long"
	case at == Unknown:
		return fmt.Sprintf("touch %s has no instant", id)
	case label == tooMany:
		return fmt.Sprintf("touch %s: more channels, campaigns, contents and providers than can be told apart", id)
	case label == leftOut:
		k.excluded++
		return ""
	}
	k.pile.add(row{at: at, person: person, label: label}, id)
	return ""
}
