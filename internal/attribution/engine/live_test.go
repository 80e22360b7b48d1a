package engine_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/crm/segment"
)

// TestCreditThatFollowsIsCreditComputedAnew: for any sequence of touches that come late, change, move or go, and of deals that change, every deal has the rows
// that the whole would give now, and a deal that no change names has the rows that it had.
func TestCreditThatFollowsIsCreditComputedAnew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewChaCha8([32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))))
		h := someHistory(r)
		window := []attribution.Lookback{{}, must(attribution.ParseLookback("20 days", "drop", nil)), must(attribution.ParseLookback("500 hours", "re-path", nil))}[r.IntN(3)]
		o := engine.Options{Models: everyModel, Lookback: window}
		c := attribution.Link(&h.Snapshot).Conversions(h.Deals, func(int) attribution.Path { return attribution.Path{Zone: time.UTC, ByAccount: true} })
		load := func() *engine.Touches {
			return must(engine.Load(engine.Evidence{Segments: h.segments(len(h.imports)), Persons: c.Persons, Contacts: c.Contacts, By: []attribution.By{attribution.ByProvider}}))
		}
		deals := engine.Deals(c.All, func(i int) int64 { return h.Deals[i].Amount.Minor })
		live := must(load().Live(deals, o))
		was := make([]string, len(deals))
		for i := range deals {
			was[i] = string(live.Credit(i).Rows)
		}
		known, channels := contactsOf(h), 5
		for step := range 1 + r.IntN(12) {
			affected := map[int]bool{}
			if r.IntN(4) == 0 {
				i := r.IntN(len(deals))
				deals[i].Minor, deals[i].End = r.Int64N(90_000), time.Date(2026, 1, 1+r.IntN(80), 0, 0, 0, 0, time.UTC).UnixNano()
				if r.IntN(3) == 0 {
					deals[i].Person = uint32(r.IntN(c.Persons))
				}
				live.SetDeal(i, deals[i])
				affected[i] = true
			} else {
				var late []segment.Touch
				for len(late) == 0 {
					more := someHistory(r).imports
					late = more[0]
				}
				touch := late[0]
				if channels++; r.IntN(5) == 0 {
					touch.Channel = fmt.Sprint("new", channels)
				}
				before, replaced := known[touch.ID]
				touch.Replaces = replaced
				known[touch.ID] = touch.ContactID
				h.imports = append(h.imports, []segment.Touch{touch})
				for _, b := range c.Contacts {
					change := engine.Change{ID: touch.ID, At: engine.Unknown, Seq: touch.Seq, Label: engine.Label{Channel: touch.Channel, Provider: touch.Provider}, Milestone: attribution.Milestone(touch.Milestone)}
					if !touch.At.IsZero() {
						change.At = touch.At.UnixNano()
					}
					change.Gone = touch.Deleted
					switch b.Contact {
					case touch.ContactID:
					case before: // moved away, unless the person has the other contact too
						if change.Gone = true; has(c.Contacts, touch.ContactID, b.Person) {
							continue
						}
					default:
						continue
					}
					for _, i := range live.Touch(b.Person, change) {
						affected[i] = true
					}
				}
			}
			for i := range deals {
				got := live.Credit(i)
				if !affected[i] && string(got.Rows) != was[i] {
					t.Fatalf("step %d: deal %s changed though no change names it", step, got.Deal)
				}
				was[i] = string(got.Rows)
			}
		}
		var text bytes.Buffer
		if _, err := load().Ledger(deals, o, &text); err != nil {
			t.Fatal(err)
		}
		followed := engine.LedgerHeader
		for _, rows := range was { // they are named d0 to d9 in the order of their ids
			followed += rows
		}
		if diff := cmp.Diff(text.String(), followed); diff != "" {
			t.Fatal(diff)
		}
	})
}

func has(all []attribution.Belonging, contact string, person uint32) bool {
	for _, b := range all {
		if b.Contact == contact && b.Person == person {
			return true
		}
	}
	return false
}

// contactsOf says whose each touch is.
func contactsOf(h history) map[string]string {
	out := map[string]string{}
	for _, brought := range h.imports {
		for _, t := range brought {
			out[t.ID] = t.ContactID
		}
	}
	return out
}
