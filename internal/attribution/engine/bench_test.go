package engine_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/segment"
)

// processorTime is what the program computed so far, by all processors: other work on the machine does not count in it.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// many are n touches of n/6 persons over two years, a few of whom have many, and a deal for every 27 touches.
func many(n int) (*engine.Touches, []engine.Deal) {
	r := rand.New(rand.NewPCG(1, 2))
	persons := n / 6
	b := engine.NewBuilder(persons)
	span := 2 * 365 * 86_400
	for i := range n {
		person := r.IntN(persons)
		if r.IntN(2) == 0 {
			person /= 8
		}
		when := time.Unix(1_704_067_200+int64(i)*int64(span)/int64(n), 0)
		if err := b.Add(person, strconv.Itoa(i), when, engine.Label{Channel: fmt.Sprintf("ch_%03d", r.IntN(10)*r.IntN(10))}); err != nil {
			panic(err)
		}
	}
	deals := make([]engine.Deal, n/27)
	for i := range deals {
		deals[i] = engine.Deal{ID: strconv.Itoa(i), Person: uint32(r.IntN(persons) / 4), End: (1_704_067_200 + int64(r.IntN(span))) * 1e9, LeadCreated: engine.Unknown, DealCreated: engine.Unknown, Since: engine.Unknown, Minor: 1 + r.Int64N(50_000)}
	}
	return b.Touches(), deals
}

// BenchmarkRun credits six models exactly from touches in memory. The aim is 40 million touches a second on two processors, and the same at every size.
func BenchmarkRun(b *testing.B) {
	o := sixModels()
	for _, n := range []int{100_000, 1_000_000, 10_000_000} {
		touches, deals := many(n)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := touches.Run(deals, o); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "touches/s")
			b.ReportMetric(float64(touches.Bytes())/float64(n), "B/touch")
		})
	}
}

// csvOf writes touches and deals as files have them: every sixth touch or so is of a person with a deal.
func csvOf(n int) (deals, touches []byte) {
	r := rand.New(rand.NewPCG(1, 2))
	persons, span := n/6, 2*365*86_400
	touches = append(touches, "touch_id,person_id,ts,channel\n"...)
	for i := range n {
		touches = strconv.AppendInt(touches, int64(i), 10)
		touches = append(touches, ',')
		person := r.IntN(persons)
		if r.IntN(2) == 0 {
			person /= 8
		}
		touches = strconv.AppendInt(touches, int64(person), 10)
		touches = append(touches, ',')
		touches = strconv.AppendInt(touches, 1_704_067_200+int64(i)*int64(span)/int64(n), 10)
		touches = append(touches, fmt.Sprintf(",ch_%03d\n", r.IntN(10)*r.IntN(10))...)
	}
	deals = append(deals, "deal_id,person_id,ts,amount_minor\n"...)
	for i := range n / 27 {
		deals = append(deals, fmt.Sprintf("%d,%d,%d,%d\n", i, r.IntN(persons)/4, 1_704_067_200+r.IntN(span), 1+r.IntN(50_000))...)
	}
	return deals, touches
}

// BenchmarkRead reads CSV bytes into columns, and credits six models from them. The aim is 15 million touches a second on two processors.
func BenchmarkRead(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000, 10_000_000} {
		deals, touches := csvOf(n)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.SetBytes(int64(len(deals) + len(touches)))
			b.ReportAllocs()
			began := processorTime()
			for b.Loop() {
				book, err := engine.Read(deals, touches, engine.Reading{})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := book.Touches.Run(book.Deals, sixModels()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "touches/s")
			b.ReportMetric(float64((processorTime()-began).Nanoseconds())/float64(n)/float64(b.N), "cpu-ns/touch")
		})
	}
}

// BenchmarkLedger writes the credit of every touch of a million touches under six models, and its hash.
func BenchmarkLedger(b *testing.B) {
	touches, deals := many(1_000_000)
	var rows int
	for b.Loop() {
		rows = must(touches.Ledger(deals, sixModels(), nil)).Rows
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkFreeze learns the effects of the channels from the journeys of a million touches.
func BenchmarkFreeze(b *testing.B) {
	touches, deals := many(1_000_000)
	for b.Loop() {
		must(touches.Freeze(deals, 1, engine.Options{}))
	}
}

func sixModels() engine.Options {
	return engine.Options{Models: models("first", "last", "last-non-direct:ch_000", "linear", "u-shaped", "time-decay:7d"), Lookback: must(attribution.ParseLookback("2160 hours", "re-path", nil))}
}

// stored are n touches as the file of one import, in the order of time, a deal for every 27, and the contacts of the deals: those of csvOf, or, where all
// is wanted, every touch is of a contact with a deal.
func stored(n int, all bool) (engine.Evidence, []engine.Deal) {
	r := rand.New(rand.NewPCG(1, 2))
	contacts, span := n/6, 2*365*86_400
	e := engine.Evidence{By: []attribution.By{attribution.ByProvider}}
	contact := func(i int) string { return fmt.Sprintf("%08x", uint32(i)*0x9e3779b9) }
	var file bytes.Buffer
	w := segment.NewWriter(&file)
	for i := range n {
		who := r.IntN(contacts)
		if r.IntN(2) == 0 {
			who /= 8
		}
		t := segment.Touch{Line: int64(i), Touch: crm.Touch{ID: strconv.Itoa(i), ContactID: contact(who), At: time.Unix(1_704_067_200+int64(i)*int64(span)/int64(n), 0),
			Channel: fmt.Sprintf("ch_%03d", r.IntN(10)*r.IntN(10)), Campaign: fmt.Sprint("campaign-", r.IntN(400)), Provider: []string{"agency", "client"}[r.IntN(2)]}}
		if err := w.Write([]segment.Touch{t}); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	e.Segments = []engine.Segment{{Data: file.Bytes()}}
	deals, person := make([]engine.Deal, n/27), make([]uint32, contacts) // the number and 1
	want := func(who int) uint32 {
		if person[who] == 0 {
			e.Contacts = append(e.Contacts, attribution.Belonging{Contact: contact(who), Person: uint32(e.Persons)})
			e.Persons++
			person[who] = uint32(e.Persons)
		}
		return person[who] - 1
	}
	for i := range deals {
		deals[i] = engine.Deal{ID: strconv.Itoa(i), Person: want(r.IntN(contacts) / 4), End: (1_704_067_200 + int64(r.IntN(span))) * 1e9, LeadCreated: engine.Unknown, DealCreated: engine.Unknown, Since: engine.Unknown, Minor: 1 + r.Int64N(50_000)}
	}
	for who := 0; all && who < contacts; who++ {
		want(who)
	}
	return e, deals
}

// BenchmarkLoad puts the file of an import in columns and credits six models from them.
func BenchmarkLoad(b *testing.B) {
	for _, all := range []bool{false, true} {
		for _, n := range []int{100_000, 1_000_000, 10_000_000} {
			e, deals := stored(n, all)
			b.Run(fmt.Sprintf("%d/all=%v", n, all), func(b *testing.B) {
				b.SetBytes(int64(len(e.Segments[0].Data)))
				began := processorTime()
				var touches *engine.Touches
				for b.Loop() {
					touches = must(engine.Load(e))
					must(touches.Run(deals, sixModels()))
				}
				b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "touches/s")
				b.ReportMetric(float64((processorTime()-began).Nanoseconds())/float64(n)/float64(b.N), "cpu-ns/touch")
				b.ReportMetric(float64(touches.Bytes())/float64(touches.Len()), "B/touch")
			})
		}
	}
}

// BenchmarkLateTouch takes a late touch and computes its deal anew under six models, with the rows of the ledger and their hash, among a million touches. The aim
// is 5 microseconds.
func BenchmarkLateTouch(b *testing.B) {
	e, deals := stored(1_000_000, false)
	live := must(must(engine.Load(e)).Live(deals, sixModels()))
	changed := 0
	began := processorTime()
	for i := 0; b.Loop(); i++ {
		d := deals[i%len(deals)]
		for _, n := range live.Touch(d.Person, engine.Change{ID: "late", At: d.End - int64(i%1000)*1e9, Label: engine.Label{Channel: "ch_003", Provider: "agency"}})[:1] {
			live.Credit(n)
			changed++
		}
	}
	if changed < b.N {
		b.Fatal("no deal changed")
	}
	b.ReportMetric(float64((processorTime()-began).Nanoseconds())/float64(b.N), "cpu-ns/op")
}
