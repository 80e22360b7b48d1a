package engine

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/maphash"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution/columnar"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// The places of the wanted columns of deals.
const (
	dealID = iota
	dealPerson
	dealAt
	dealMinor
	dealCreated
	dealLead
	dealCollected
	dealRefundOf
)

func dealColumns(a Anchor) []column {
	return []column{
		{names: []string{"deal_id"}}, {names: []string{"person_id"}}, {names: []string{"ts", "won_at", "closed_on"}}, {names: []string{"amount_minor"}},
		{names: []string{"deal_created", "created_at"}, optional: a != Created}, {names: []string{"lead_created"}, optional: true},
		{names: []string{"collected_at", "collected_on"}, optional: a != Collected}, {names: []string{"refund_of"}, optional: true},
	}
}

// dealRow is a row of deals as it stands in a file.
type dealRow struct {
	line                          int
	id                            string
	person, refundOf              []byte
	minor                         int64
	won, created, lead, collected int64
}

// wrong says what is wrong with a row, whatever the others are.
func (d *dealRow) wrong(minor []byte) string {
	var whole bool
	d.minor, whole = wholeNumber(minor)
	switch {
	case len(d.id) == 0:
		return "a deal without an id"
	case len(d.person) == 0:
		return fmt.Sprintf("deal %s has no person", d.id)
	case !whole:
		return fmt.Sprintf("deal %s: %q is no whole number of minor units", d.id, minor)
	case d.won == Unknown:
		return fmt.Sprintf("deal %s has no instant", d.id)
	}
	return ""
}

// dealParser reads the rows of a part of a file.
type dealParser struct {
	reader
	clock clock
	rows  []dealRow
	bytes []byte
}

// block reads some rows. Their ids are one text.
func (k *dealParser) block(b *block) {
	k.bytes = k.bytes[:0]
	for i := range b.rows {
		k.bytes = append(k.bytes, b.row(i)[dealID]...)
	}
	ids := string(k.bytes)
	for i := range b.rows {
		cells := b.row(i)
		d := dealRow{line: b.lines[i], id: ids[:len(cells[dealID])], person: cells[dealPerson], refundOf: cells[dealRefundOf]}
		ids = ids[len(d.id):]
		text := d.instants(k.clock, cells)
		if text == "" {
			text = d.wrong(cells[dealMinor])
		}
		if text != "" {
			k.tell(d.line, text)
			continue
		}
		k.rows = append(k.rows, d)
	}
}

// instants reads those of a row, or says which cell is none.
func (d *dealRow) instants(k clock, cells [][]byte) string {
	var ok [4]bool
	d.won, ok[0] = k.instant(cells[dealAt], true)
	d.created, ok[1] = k.instant(cells[dealCreated], true)
	d.lead, ok[2] = k.instant(cells[dealLead], true)
	d.collected, ok[3] = k.instant(cells[dealCollected], true)
	for i, column := range [...]int{dealAt, dealCreated, dealLead, dealCollected} {
		if !ok[i] {
			return fmt.Sprintf("deal %s: %q is no instant", d.id, cells[column])
		}
	}
	return ""
}

// dealTaker takes the deals of a file in their order.
type dealTaker struct {
	how      Reading
	book     *Book
	parts    [][]dealRow // those with which nothing is wrong, one part of the file behind the other
	persons  *names
	ids      *names   // of the deals, by their place in the book; nil: nobody asked for one
	refunds  []refund // in the order of the file
	problems []Problem
}

// refund is a deal that takes back a part of another, by the weights of that one.
type refund struct {
	deal, line int
	of         string
}

func (k *dealTaker) tell(line int, text string) { k.problems = append(k.problems, Problem{line, text}) }

// take takes the rows, of each id the first. Ids and persons, which have nothing to do with each other, are numbered beside each other.
func (k *dealTaker) take() error {
	rows, size := 0, 0
	for _, part := range k.parts {
		rows += len(part)
		for i := range part {
			size += len(part[i].id) + len(part[i].person)
		}
	}
	if size > math.MaxUint32 {
		return fmt.Errorf("more deals than can be held at once; split the file")
	}
	var persons []uint32
	differ := false
	var wait sync.WaitGroup
	wait.Go(func() { k.persons, persons = numbered(k.parts, rows/2, personOf) })
	differ = allDiffer(k.parts, rows)
	wait.Wait()
	if !differ {
		var ids []uint32
		if k.ids, ids = numbered(k.parts, rows, idOf); k.ids.len() < rows {
			k.once(ids)
			k.persons, persons = numbered(k.parts, rows/2, personOf)
			k.ids = nil
		}
	}
	k.deals(persons)
	return nil
}

func personOf(d *dealRow) []byte { return d.person }

func idOf(d *dealRow) []byte { return []byte(d.id) }

// deals are the deals of the rows, one part beside the other.
func (k *dealTaker) deals(persons []uint32) {
	k.book.Deals = make([]Deal, len(persons))
	refunds := make([][]refund, len(k.parts))
	var wait sync.WaitGroup
	begins := 0
	for p, part := range k.parts {
		from := begins
		begins += len(part)
		wait.Go(func() {
			for i := range part {
				row := &part[i]
				k.book.Deals[from+i] = k.one(row, persons[from+i])
				if len(row.refundOf) > 0 {
					refunds[p] = append(refunds[p], refund{from + i, row.line, string(row.refundOf)})
				}
			}
		})
	}
	wait.Wait()
	k.refunds = slices.Concat(refunds...)
	if len(k.refunds) > 0 && k.ids == nil {
		k.ids, _ = numbered(k.parts, len(persons), idOf)
	}
}

// allDiffer says whether no two rows have one id. It knows ids by their hashes: false may also say that two of these are alike.
func allDiffer(parts [][]dealRow, rows int) bool {
	size := 16
	for size < 2*rows {
		size *= 2
	}
	seen, seed, mask := make([]uint64, size), maphash.MakeSeed(), uint64(size-1)
	var hashes [together]uint64
	var near uint64
	for _, rows := range parts {
		for low := 0; low < len(rows); low += together { // where they stand in memory is waited for together
			some := rows[low:min(low+together, len(rows))]
			for i := range some {
				hashes[i] = max(1, maphash.String(seed, some[i].id))
				near += seen[hashes[i]&mask]
			}
			for _, hash := range hashes[:len(some)] {
				at := hash & mask
				for ; seen[at] != 0; at = (at + 1) & mask {
					if seen[at] == hash {
						return false
					}
				}
				seen[at] = hash
			}
		}
	}
	runtime.KeepAlive(near)
	return true
}

// once keeps one of the rows of an id that say the same, and none of those that do not: which one counts must not hang on their order.
func (k *dealTaker) once(numbers []uint32) {
	first := make([]*dealRow, k.ids.len())
	differ := make([]bool, k.ids.len())
	i := 0
	for p := range k.parts {
		for r := range k.parts[p] {
			row, n := &k.parts[p][r], numbers[i]
			i++
			if first[n] == nil {
				first[n] = row
			} else if !row.says(first[n]) {
				differ[n] = true
			}
		}
	}
	kept := make([][]dealRow, len(k.parts))
	taken := make([]bool, len(differ))
	i = 0
	for p := range k.parts {
		for r := range k.parts[p] {
			row, n := &k.parts[p][r], numbers[i]
			i++
			switch {
			case differ[n]:
				k.tell(row.line, fmt.Sprintf("deal %s stands in the file more than once, and not alike: none of them counts", row.id))
			case taken[n]:
				k.tell(row.line, fmt.Sprintf("deal %s stands in the file twice", row.id))
			default:
				taken[n] = true
				kept[p] = append(kept[p], *row)
			}
		}
	}
	k.parts = kept
}

// says whether a row says the same of its deal as another.
func (d *dealRow) says(other *dealRow) bool {
	return bytes.Equal(d.person, other.person) && bytes.Equal(d.refundOf, other.refundOf) && d.minor == other.minor && d.won == other.won && d.created == other.created &&
		d.lead == other.lead && d.collected == other.collected
}

// one is the deal of a row.
func (k *dealTaker) one(row *dealRow, person uint32) Deal {
	return Deal{ID: row.id, Person: person, Minor: row.minor, End: k.anchor(row), LeadCreated: row.lead, DealCreated: row.created, Since: Unknown, Won: row.won, Lasts: k.lasts(row)}
}

// numbered numbers a text of the rows, of which about so many are different.
func numbered(parts [][]dealRow, most int, of func(*dealRow) []byte) (*names, []uint32) {
	n := newNames(most)
	var numbers []uint32
	var hashes [together]uint64
	for _, rows := range parts {
		numbers = slices.Grow(numbers, len(rows))
		for low := 0; low < len(rows); low += together { // where they stand in memory is waited for together
			some := rows[low:min(low+together, len(rows))]
			for i := range some {
				hashes[i] = n.hash(of(&some[i]))
				n.warmed += n.warm(hashes[i])
			}
			for i := range some {
				text := of(&some[i])
				number, known := n.find(hashes[i], text)
				if !known {
					number = n.add(hashes[i], text)
				}
				numbers = append(numbers, number)
			}
		}
	}
	return n, numbers
}

func (b *Book) readDeals(data []byte, how Reading) (*names, error) {
	if columnar.Is(data) {
		return b.parquetDeals(data, how)
	}
	t, err := openTable(data, dealColumns(how.Anchor))
	if err != nil {
		return nil, err
	}
	parsers, readers := make([]*dealParser, how.Workers), make([]*reader, how.Workers)
	most := bytes.Count(t.body, []byte("\n"))/how.Workers + together
	for i := range parsers {
		parsers[i] = &dealParser{clock: clock{zone: how.Zone}, rows: make([]dealRow, 0, most+most/32)}
		parsers[i].take = parsers[i].block
		readers[i] = &parsers[i].reader
	}
	problems, _ := t.read(readers)
	k := &dealTaker{how: how, book: b, problems: problems}
	for _, p := range parsers {
		before := 0
		if len(p.rows) > 0 {
			before = t.linesBefore(&p.reader)
		}
		for i := range p.rows {
			p.rows[i].line += before
		}
		k.parts = append(k.parts, p.rows)
	}
	return k.end()
}

// end ends the reading of deals.
func (k *dealTaker) end() (*names, error) {
	if err := k.take(); err != nil {
		return nil, err
	}
	k.refund()
	slices.SortStableFunc(k.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	k.book.tell("deals", k.problems)
	k.book.anchored(k.how)
	return k.persons, nil
}

// anchored counts the deals without an anchor, and resets paths where that is agreed.
func (b *Book) anchored(how Reading) {
	for i := range b.Deals {
		if b.Deals[i].End == Unknown {
			b.Unanchored++
		}
	}
	if how.Reset {
		Reset(b.Deals)
	}
}

func (k *dealTaker) anchor(row *dealRow) int64 {
	switch k.how.Anchor {
	case Created:
		if row.created > row.won { // it was won before: what came later did not lead to it
			return row.won
		}
		return row.created
	case Collected:
		return row.collected
	}
	return row.won
}

// lasts is how long before its end a conversion began: a day where only that is known, whose end is the last nanosecond; else no time.
func (k *dealTaker) lasts(row *dealRow) int64 {
	end := k.anchor(row)
	if end == Unknown || (end+1)%1_000_000_000 != 0 {
		return 0
	}
	day := cal.DateOf(time.Unix(0, end), k.how.Zone)
	if last, _ := (clock{k.how.Zone}).day(day, true); last != end {
		return 0
	}
	return end - day.Start(k.how.Zone).UnixNano()
}

// refund gives each refund the path and the weights of its deal. One whose deal is not there is told and left out.
func (k *dealTaker) refund() {
	if len(k.refunds) == 0 {
		return
	}
	isRefund := make([]bool, len(k.book.Deals))
	for _, r := range k.refunds {
		isRefund[r.deal] = true
	}
	gone := make([]bool, len(k.book.Deals))
	for _, r := range k.refunds {
		d := &k.book.Deals[r.deal]
		number, known := k.ids.find(k.ids.hash([]byte(r.of)), []byte(r.of))
		switch {
		case !known:
			k.tell(r.line, fmt.Sprintf("deal %s is a refund of %s, which is not in the file", d.ID, r.of))
		case isRefund[number]:
			k.tell(r.line, fmt.Sprintf("deal %s is a refund of %s, which is a refund itself; name the deal", d.ID, r.of))
		case d.Person != k.book.Deals[number].Person:
			k.tell(r.line, fmt.Sprintf("deal %s is a refund of %s, which is a deal of another person", d.ID, r.of))
		default:
			of := &k.book.Deals[number]
			d.RefundOf, d.End, d.LeadCreated, d.DealCreated, d.Won, d.Lasts = of.ID, of.End, of.LeadCreated, of.DealCreated, of.Won, of.Lasts
			continue
		}
		gone[r.deal] = true
	}
	at := -1
	k.book.Deals = slices.DeleteFunc(k.book.Deals, func(Deal) bool { at++; return gone[at] })
}

// Reset lets the path of each deal begin after the deal before it of the same person: Since is the end of the latest that ended earlier and was won by then.
// Deals of the same instant share a path; a refund has the path of its deal.
func Reset(deals []Deal) {
	order := make([]int, 0, len(deals))
	for i := range deals {
		if deals[i].Since = Unknown; deals[i].End != Unknown {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(deals[a].Person, deals[b].Person), cmp.Compare(deals[a].End, deals[b].End))
	})
	for n, i := range order {
		d := &deals[i]
		for ; n > 0 && deals[order[n-1]].Person == d.Person; n-- {
			if before := &deals[order[n-1]]; before.End == d.End && before.Won == d.Won {
				d.Since = before.Since
				break
			} else if before.End < d.End && before.Won <= d.Won {
				d.Since = before.End
				break
			}
		}
	}
}
