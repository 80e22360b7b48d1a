package engine

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"

	"github.com/ofrecord/ofrecord/internal/attribution"
)

// LedgerHeader is the first line of a ledger.
const LedgerHeader = "deal_id,model,touch_id,channel,credit_minor\n"

// Ledger is a written ledger of credits.
type Ledger struct {
	Hash string // SHA-256 of its bytes, in hexadecimal digits
	Rows int
	Sums []int64 // by model, in the order of the options: what its rows sum to, the amounts of the deals
}

// Ledger writes the credit of each touch of each deal under each model in the one form that there is of it, so that equal credit has equal bytes. It
// is CSV: the header; then the deals by their ids, those that are whole numbers as numbers before the others; of a deal the models by their text; of a
// model the touches in the order of the journey, and at last what is unattributed, with neither touch nor channel. A row that holds nothing is not
// there. A text is quoted where it has a comma, a quote, a line end, or is empty and names a channel; a line ends in LF. A nil writer only counts the
// hash. An error: that of the writer, a model that is named twice, or amounts that exceed what can be counted.
func (t *Touches) Ledger(deals []Deal, o Options, out io.Writer) (Ledger, error) {
	if err := countable(deals); err != nil {
		return Ledger{}, err
	}
	if twice, ok := namedTwice(o.Models); ok {
		return Ledger{}, fmt.Errorf("the ledger can hold the model %s once only", twice)
	}
	w := newLedgerWriter(t, deals, o)
	if out == nil {
		out = io.Discard
	}
	hash := sha256.New()
	both := io.MultiWriter(hash, out)
	if _, err := io.WriteString(both, LedgerHeader); err != nil {
		return Ledger{}, err
	}
	l := Ledger{Sums: make([]int64, len(o.Models))}
	if err := w.write(func(p *page) error {
		l.Rows += p.rows
		for m, sum := range p.sums {
			l.Sums[m] += sum
		}
		_, err := both.Write(p.text)
		return err
	}); err != nil {
		return Ledger{}, fmt.Errorf("the ledger of credits: %w", err)
	}
	l.Hash = hex.EncodeToString(hash.Sum(nil))
	return l, nil
}

// ledgerWriter writes pages by many workers, and gives them out in their order.
type ledgerWriter struct {
	touches *Touches
	deals   []Deal
	order   []uint32 // of the deals
	options Options
	plans   []plan
	models  []int    // the plans in their order
	texts   [][]byte // of the plans
}

// page is the rows of some deals.
type page struct {
	text []byte
	rows int
	sums []int64
}

// dealsOfAPage is so many that a page is written in one go.
const dealsOfAPage = 512

func newLedgerWriter(t *Touches, deals []Deal, o Options) *ledgerWriter {
	w := &ledgerWriter{touches: t, deals: deals, options: o, plans: t.plans(o), order: make([]uint32, len(deals))}
	for i := range w.order {
		w.order[i] = uint32(i)
	}
	slices.SortFunc(w.order, func(a, b uint32) int {
		return cmp.Or(compareIDs([]byte(deals[a].ID), []byte(deals[b].ID)), cmp.Compare(a, b))
	})
	for m := range w.plans {
		w.models = append(w.models, m)
		w.texts = append(w.texts, appendText(nil, w.plans[m].model.String()))
	}
	slices.SortStableFunc(w.models, func(a, b int) int { return bytes.Compare(w.texts[a], w.texts[b]) })
	return w
}

func (w *ledgerWriter) write(each func(*page) error) error {
	workers := workersOf(w.options, len(w.deals))
	pages := (len(w.order) + dealsOfAPage - 1) / dealsOfAPage
	done, free := make([]chan *page, workers), make([]chan *page, workers)
	stop := make(chan struct{})
	var wait sync.WaitGroup
	for k := range workers {
		done[k], free[k] = make(chan *page, 2), make(chan *page, 3)
		for range 3 {
			free[k] <- &page{sums: make([]int64, len(w.plans))}
		}
		wait.Go(func() {
			s := newScratch(w.touches, w.options)
			for n := k; n < pages; n += workers {
				select {
				case p := <-free[k]:
					w.page(s, p, w.order[n*dealsOfAPage:min((n+1)*dealsOfAPage, len(w.order))])
					done[k] <- p
				case <-stop:
					return
				}
			}
		})
	}
	var err error
	for n := 0; n < pages && err == nil; n++ {
		p := <-done[n%workers]
		err = each(p)
		free[n%workers] <- p
	}
	close(stop)
	wait.Wait()
	return err
}

// page writes the rows of some deals.
func (w *ledgerWriter) page(s *scratch, p *page, deals []uint32) {
	p.text, p.rows = p.text[:0], 0
	clear(p.sums)
	for _, i := range deals {
		d := &w.deals[i]
		s.begin(d)
		for _, m := range w.models {
			w.deal(s, p, m)
		}
	}
}

// deal writes the rows of a deal under a model.
func (w *ledgerWriter) deal(s *scratch, p *page, m int) {
	switch who, touch := s.divide(&w.plans[m]); who {
	case nobody:
		w.row(p, s, m, -1, s.deal.Minor)
	case one:
		w.row(p, s, m, touch, s.deal.Minor)
	case some:
		var rest int64
		for i, part := range s.parts[:s.at.end-s.at.first] {
			if i < s.at.outside {
				rest += s.minor(part)
			} else {
				w.row(p, s, m, s.at.first+i, s.minor(part))
			}
		}
		w.row(p, s, m, -1, rest)
	}
}

// row writes what a touch holds, or, of no touch, what is unattributed.
func (w *ledgerWriter) row(p *page, s *scratch, m, touch int, minor int64) {
	if minor == 0 {
		return
	}
	p.rows++
	p.sums[m] += minor
	p.text = appendText(p.text, s.deal.ID)
	p.text = append(append(p.text, ','), w.texts[m]...)
	p.text = append(p.text, ',')
	if touch >= 0 {
		p.text = append(appendText(p.text, s.touches.id(touch)), ',')
		if channel := s.touches.Labels[s.touches.label[touch]].Channel; channel == "" {
			p.text = append(p.text, `""`...)
		} else {
			p.text = appendText(p.text, channel)
		}
	} else {
		p.text = append(p.text, ',')
	}
	p.text = append(strconv.AppendInt(append(p.text, ','), minor, 10), '\n')
}

// appendText appends a cell of CSV, quoted where it has to be.
func appendText[T string | []byte](to []byte, text T) []byte {
	quoted := false
	for i := range len(text) {
		c := text[i]
		quoted = quoted || c == ',' || c == '"' || c == '\n' || c == '\r'
	}
	if !quoted {
		return append(to, text...)
	}
	to = append(to, '"')
	for i := range len(text) {
		if text[i] == '"' {
			to = append(to, '"')
		}
		to = append(to, text[i])
	}
	return append(to, '"')
}

// namedTwice finds a model that stands twice among all: a ledger tells models apart by their text.
func namedTwice(all []attribution.Model) (string, bool) {
	seen := map[string]bool{}
	for _, m := range all {
		text := m.String()
		if seen[text] {
			return text, true
		}
		seen[text] = true
	}
	return "", false
}
