package paths_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ofrecord/ofrecord/internal/attribution/paths"
)

// random are paths of so many touches through 100 channels, some of them much used.
func random(touches int) *paths.Table {
	r := rand.New(rand.NewPCG(3, 4))
	var channels []string
	for c := range 100 {
		channels = append(channels, fmt.Sprintf("ch_%03d", c))
	}
	var all []paths.Path
	for n := 0; n < touches; {
		p := paths.Path{Null: paths.Whole(1)}
		for range 1 + r.IntN(11) {
			p.Channels = append(p.Channels, uint16(r.IntN(10)*r.IntN(10)+r.IntN(19)))
		}
		if r.IntN(20) == 0 {
			p.Conversions, p.Value, p.Null = paths.Whole(1), paths.Whole(int64(r.IntN(500))), paths.Whole(0)
		}
		n += len(p.Channels)
		all = append(all, p)
	}
	t, err := paths.New(channels, all)
	if err != nil {
		panic(err)
	}
	return t
}

// BenchmarkMarkov solves chains of 10 million touches and 100 channels. The aims are 60 ms for order 1 and 3 s for order 2.
func BenchmarkMarkov(b *testing.B) {
	t := random(10_000_000)
	for order := 1; order <= 2; order++ {
		b.Run(fmt.Sprint(order), func(b *testing.B) {
			for b.Loop() {
				if _, err := t.Markov(order, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("linear", func(b *testing.B) {
		for b.Loop() {
			t.Linear()
		}
		b.ReportMetric(10e6*float64(b.N)/b.Elapsed().Seconds(), "touches/s")
	})
}
