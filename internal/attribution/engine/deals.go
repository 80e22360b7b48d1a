package engine

import (
	"cmp"
	"fmt"
	"math"
	"slices"
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

// dealReader takes the deals of a file.
type dealReader struct {
	reader
	how     Reading
	clock   clock
	book    *Book
	persons *names
	ids     *names   // of the deals, by their place in the book
	refunds []refund // in the order of the file
}

// refund is a deal that takes back a part of another, by the weights of that one.
type refund struct {
	deal, line int
	of         string
}

func newDealReader(b *Book, how Reading, size int) *dealReader {
	most := min(size/16, 1<<20)
	k := &dealReader{how: how, clock: clock{zone: how.Zone}, book: b, persons: newNames(most), ids: newNames(most)}
	k.take = func(line int, cells [][]byte) {
		if text := k.one(line, cells); text != "" {
			k.tell(line, text)
		}
	}
	return k
}

func (b *Book) readDeals(data []byte, how Reading) (*names, error) {
	t, err := openTable(data, dealColumns(how.Anchor))
	if err != nil {
		return nil, err
	}
	k := newDealReader(b, how, len(data))
	k.done = k.refund
	problems, _ := t.read([]*reader{&k.reader})
	b.tell("deals", problems)
	return k.persons, b.anchored(how)
}

// anchored ends the reading of deals.
func (b *Book) anchored(how Reading) error {
	for i := range b.Deals {
		if b.Deals[i].End == Unknown {
			b.Unanchored++
		}
	}
	if how.Reset {
		Reset(b.Deals)
	}
	return nil
}

func (k *dealReader) one(line int, cells [][]byte) string {
	d := Deal{Since: Unknown}
	if len(cells[dealID]) == 0 {
		return "a deal without an id"
	}
	d.ID = string(cells[dealID])
	hash := k.ids.hash(cells[dealID])
	_, seen := k.ids.find(hash, cells[dealID])
	switch {
	case seen:
		return fmt.Sprintf("deal %s stands in the file twice", d.ID)
	case len(cells[dealPerson]) == 0:
		return fmt.Sprintf("deal %s has no person", d.ID)
	case len(k.persons.bytes)+len(cells[dealPerson]) > math.MaxUint32 || len(k.ids.bytes)+len(cells[dealID]) > math.MaxUint32:
		return fmt.Sprintf("deal %s: more deals than can be held at once", d.ID)
	}
	var ok bool
	if d.Minor, ok = wholeNumber(cells[dealMinor]); !ok {
		return fmt.Sprintf("deal %s: %q is no whole number of minor units", d.ID, cells[dealMinor])
	}
	var won, collected int64
	for _, at := range []struct {
		into *int64
		cell []byte
	}{{&won, cells[dealAt]}, {&d.DealCreated, cells[dealCreated]}, {&d.LeadCreated, cells[dealLead]}, {&collected, cells[dealCollected]}} {
		if *at.into, ok = k.clock.instant(at.cell, true); !ok {
			return fmt.Sprintf("deal %s: %q is no instant", d.ID, at.cell)
		}
	}
	if won == Unknown {
		return fmt.Sprintf("deal %s has no instant", d.ID)
	}
	switch k.how.Anchor {
	case Created:
		d.End = d.DealCreated
	case Collected:
		d.End = collected
	default:
		d.End = won
	}
	if of := cells[dealRefundOf]; len(of) > 0 {
		k.refunds = append(k.refunds, refund{len(k.book.Deals), line, string(of)})
	}
	k.ids.add(hash, cells[dealID])
	d.Person, _ = k.persons.number(cells[dealPerson])
	k.book.Deals = append(k.book.Deals, d)
	return ""
}

// refund gives each refund the path and the weights of its deal. One whose deal is not there is told and left out.
func (k *dealReader) refund() {
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
			d.RefundOf, d.End, d.LeadCreated, d.DealCreated = of.ID, of.End, of.LeadCreated, of.DealCreated
			continue
		}
		gone[r.deal] = true
	}
	at := -1
	k.book.Deals = slices.DeleteFunc(k.book.Deals, func(Deal) bool { at++; return gone[at] })
}

// Reset lets the path of each deal begin after the deal before it of the same person: Since is the end of the latest earlier one. Deals of the same
// instant share a path; a refund has the path of its deal.
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
	for n, i := range order[min(1, len(order)):] {
		switch before := &deals[order[n]]; {
		case before.Person != deals[i].Person:
		case before.End < deals[i].End:
			deals[i].Since = before.End
		default:
			deals[i].Since = before.Since
		}
	}
}
