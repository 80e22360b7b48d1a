package engine

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Reading says how the files are read.
type Reading struct {
	Zone    *time.Location // of instants without one, and of days; nil: UTC
	Workers int            // 0: as many as there are processors
}

// Book is what two files say: the deals, and the touches of the persons who have one.
type Book struct {
	Deals    []Deal
	Touches  *Touches
	Rows     int // of touches in the file
	Others   int // of them, touches of persons without a deal
	Problems []FileProblem
	LeftOut  int // rows with a problem; the first of them are told
}

// FileProblem is a problem with the file that it is in: "deals" or "touches".
type FileProblem struct {
	File string
	Problem
}

// Read reads deals and touches from CSV bytes with a header, delimited by comma, semicolon, tab or bar. Deals have the columns deal_id, person_id, ts
// and amount_minor, and may have deal_created and lead_created; touches have touch_id, person_id, ts and channel. An instant is a whole number of
// seconds since 1970, or is written as 2026-03-01T09:30:00Z, as 2026-03-01 09:30:00, or as a day: a deal counts at the end of its day, a touch at its
// beginning. An error: a file that has no such columns, or more than can be held.
func Read(deals, touches []byte, how Reading) (*Book, error) {
	b := &Book{}
	if how.Zone == nil {
		how.Zone = time.UTC
	}
	if how.Workers <= 0 {
		how.Workers = runtime.GOMAXPROCS(0)
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

func (b *Book) readDeals(data []byte, how Reading) (*names, error) {
	t, err := openTable(data, 4, "deal_id", "person_id", "ts|won_at|closed_on", "amount_minor", "deal_created|created_at", "lead_created")
	if err != nil {
		return nil, err
	}
	persons := newNames(1 << 10)
	seen := map[string]bool{}
	problems, _ := t.read(1, func(int) func([][]byte) string {
		return func(cells [][]byte) string {
			d := Deal{ID: string(cells[0]), Since: Unknown}
			switch {
			case d.ID == "":
				return "a deal without an id"
			case seen[d.ID]:
				return fmt.Sprintf("deal %s stands in the file twice", d.ID)
			case len(cells[1]) == 0:
				return fmt.Sprintf("deal %s has no person", d.ID)
			}
			var ok bool
			if d.Minor, ok = wholeNumber(cells[3]); !ok {
				return fmt.Sprintf("deal %s: %q is no whole number of minor units", d.ID, cells[3])
			}
			for _, at := range []struct {
				into *int64
				cell []byte
			}{{&d.End, cells[2]}, {&d.DealCreated, cells[4]}, {&d.LeadCreated, cells[5]}} {
				if *at.into, ok = instantOf(at.cell, how.Zone, true); !ok {
					return fmt.Sprintf("deal %s: %q is no instant", d.ID, at.cell)
				}
			}
			if d.End == Unknown {
				return fmt.Sprintf("deal %s has no instant", d.ID)
			}
			seen[d.ID] = true
			persons = persons.roomForOne()
			d.Person = persons.number(cells[1])
			b.Deals = append(b.Deals, d)
			return ""
		}
	})
	b.tell("deals", problems)
	return persons, nil
}

// part is what one reader of touches found.
type part struct {
	slabs    []rows
	channels *channels
	others   int
}

// add takes a row into the last slab.
func (p *part) add(r row, id []byte) {
	if n := len(p.slabs); n == 0 || len(p.slabs[n-1].all) == slab {
		p.slabs = append(p.slabs, rows{make([]row, 0, slab), make([]byte, 0, 10*slab)})
	}
	last := &p.slabs[len(p.slabs)-1]
	r.id = uint32(len(last.ids))
	last.all, last.ids = append(last.all, r), append(last.ids, id...)
}

func (b *Book) readTouches(data []byte, how Reading, persons *names) error {
	t, err := openTable(data, 4, "touch_id", "person_id", "ts|occurred_at|at", "channel")
	if err != nil {
		return err
	}
	parts := make([]part, max(1, how.Workers))
	problems, rows := t.read(len(parts), func(i int) func([][]byte) string {
		p := &parts[i]
		p.channels = newChannels()
		return func(cells [][]byte) string { return p.take(cells, how, persons) }
	})
	b.Rows = rows
	b.tell("touches", problems)
	all, names, size := make([]rowsOf, 0, len(parts)), []string(nil), 0
	for _, p := range parts {
		b.Others += p.others
		for _, some := range p.slabs {
			all = append(all, rowsOf{some, p.channels.names})
			size += len(some.ids)
		}
		if p.channels != nil {
			names = append(names, p.channels.names...)
		}
	}
	if size > math.MaxUint32 || len(all) > maxTouches/slab {
		return fmt.Errorf("more touches than can be held at once; split the files by person")
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > maxChannels {
		return fmt.Errorf("%d channels; at most %d can be told apart", len(names), maxChannels)
	}
	b.Touches = columns(len(persons.text), renumbered(all, names), names)
	return nil
}

func (p *part) take(cells [][]byte, how Reading, persons *names) string {
	person, ours := persons.find(cells[1])
	if !ours {
		p.others++
		return ""
	}
	at, ok := instantOf(cells[2], how.Zone, false)
	switch {
	case len(cells[0]) == 0:
		return "a touch without an id"
	case len(cells[0]) > maxID:
		return "the id of the touch is too long"
	case !ok:
		return fmt.Sprintf("touch %s: %q is no instant", cells[0], cells[2])
	case at == Unknown:
		return fmt.Sprintf("touch %s has no instant", cells[0])
	}
	channel, ok := p.channels.number(cells[3])
	if !ok {
		return fmt.Sprintf("touch %s: more channels than can be told apart", cells[0])
	}
	p.add(row{at: at, person: person, channel: channel, length: uint16(len(cells[0]))}, cells[0])
	return ""
}

// wholeNumber reads a whole number that fits.
func wholeNumber(cell []byte) (int64, bool) {
	negative := len(cell) > 0 && cell[0] == '-'
	digits := cell
	if negative {
		digits = cell[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	var n int64
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if negative {
		n = -n
	}
	return n, true
}

// latest second that nanoseconds can tell.
const latest = math.MaxInt64 / 1_000_000_000

// instantOf reads an instant; an empty cell is unknown. A day is its end or its beginning.
func instantOf(cell []byte, zone *time.Location, end bool) (int64, bool) {
	if len(cell) == 0 {
		return Unknown, true
	}
	if seconds, ok := wholeNumber(cell); ok {
		return seconds * 1_000_000_000, seconds >= -latest && seconds <= latest
	}
	text := string(cell)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return nanoseconds(at)
		}
	}
	day, err := cal.ParseDate(text)
	if err != nil {
		return 0, false
	}
	if end {
		at, ok := nanoseconds(day.AddDays(1).Start(zone))
		return at - 1, ok
	}
	return nanoseconds(day.Start(zone))
}

func nanoseconds(at time.Time) (int64, bool) {
	return at.UnixNano(), at.Unix() > -latest && at.Unix() < latest
}
