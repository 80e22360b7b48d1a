package fees

import (
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// A crowded month has thousands of short texts and lists. They are made by the line and by the hundred, not one by one.

// text collects what is said in several places and makes one string of it.
type text struct {
	b    []byte
	ends []textEnd
}

// textEnd is where the text of one place ends.
type textEnd struct {
	into *string
	end  int
}

func (t *text) add(words string) *text {
	t.b = append(t.b, words...)
	return t
}

func (t *text) day(d cal.Date) *text {
	t.b = d.AppendWords(t.b)
	return t
}

// money adds an amount in the currency of the credit.
func (t *text) money(c *credited, minor int64) *text {
	t.b = money.New(minor, c.governs.terms.Currency).AppendFormat(t.b)
	return t
}

// end says where what was added since the last end belongs. The place must not move before write.
func (t *text) end(into *string) { t.ends = append(t.ends, textEnd{into, len(t.b)}) }

// write puts the texts into their places.
func (t *text) write() {
	all, from := string(t.b), 0
	for _, e := range t.ends {
		*e.into, from = all[from:e.end], e.end
	}
	clear(t.ends)
	t.b, t.ends = t.b[:0], t.ends[:0]
}

// stock gives lists out of larger ones, each twice as large as the one before.
type stock[T any] struct {
	rest []T
	last int
}

const largestStock = 512

// take is a list of n zero values; it grows into no other.
func (p *stock[T]) take(n int) []T {
	if len(p.rest) < n {
		p.last = max(n, min(2*p.last, largestStock))
		p.rest = make([]T, p.last)
	}
	out := p.rest[:n:n]
	p.rest = p.rest[n:]
	return out
}
