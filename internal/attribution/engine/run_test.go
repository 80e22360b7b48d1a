package engine_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func models(texts ...string) []attribution.Model {
	var out []attribution.Model
	for _, text := range texts {
		out = append(out, must(attribution.ParseModel(text)))
	}
	return out
}

var everyModel = append(models("first", "last", "last-non-direct:c0", "linear", "u-shaped", "w-shaped", "full-path", "j-shaped", "inverse-j-shaped", "time-decay:7d", "custom:30/20/50", "custom:first=40,lead=40,middle=20", "custom:lead=100", "custom:0/100/0"),
	attribution.ByEffects(attribution.Effects{Order: 1, Unit: attribution.EffectUnit, Channels: map[string]int64{"c0": 0, "c1": 12_345, "c2": attribution.EffectUnit / 3, "c3": attribution.EffectUnit}}))

func instant(ns int64) time.Time {
	if ns == engine.Unknown {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

// TestManyDealsAreCreditedAsOne: channel by channel and unit by unit, whatever the window, the order and the number of workers.
func TestManyDealsAreCreditedAsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewChaCha8([32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))))
		day := int64(24 * time.Hour)
		persons := 1 + r.IntN(6)
		type given struct {
			person int
			touch  attribution.Touch
		}
		var all []given
		for i := range r.IntN(140) {
			g := given{r.IntN(persons), attribution.Touch{ID: fmt.Sprint(i), Seq: int64(i), At: instant(1_700_000_000e9 + int64(r.IntN(40))*day + int64(r.IntN(3))*day/7), Channel: fmt.Sprintf("c%d", r.IntN(5))}}
			if all = append(all, g); r.IntN(10) == 0 {
				all = append(all, g)
			}
		}
		var deals []engine.Deal
		known := func() int64 {
			if r.IntN(3) == 0 {
				return engine.Unknown
			}
			return 1_700_000_000e9 + int64(r.IntN(60))*day
		}
		for i := range 1 + r.IntN(12) {
			deals = append(deals, engine.Deal{ID: fmt.Sprint("d", i), Person: uint32(r.IntN(persons)), End: known(), LeadCreated: known(), DealCreated: known(), Since: known(), Minor: r.Int64N(2_000_000) - 500_000})
		}
		windows := []attribution.Lookback{{}}
		for _, edge := range []string{"drop", "renormalise", "re-path"} {
			windows = append(windows, must(attribution.ParseLookback("240 hours", edge, nil)), must(attribution.ParseLookback("20 days", edge, must(time.LoadLocation("Europe/Berlin")))))
		}
		trim := attribution.Trim{Collapse: r.IntN(2) == 0, Steps: []int{0, 0, 1, 3}[r.IntN(4)]}
		o := engine.Options{Models: everyModel, Lookback: windows[r.IntN(len(windows))], Workers: 1 + r.IntN(3), BeforeEnd: r.IntN(2) == 0, Collapse: trim.Collapse, Steps: trim.Steps}
		for i := range deals {
			deals[i].Lasts = []int64{-1, 0, day - 1}[r.IntN(3)]
		}

		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		b := engine.NewBuilder(persons)
		for _, g := range all {
			if err := b.Add(g.person, g.touch.ID, g.touch.At, engine.Label{Channel: g.touch.Channel}); err != nil {
				t.Fatal(err)
			}
		}
		touches := b.Touches()
		sums, err := touches.Run(deals, o)
		if err != nil {
			t.Fatal(err)
		}
		for m, model := range o.Models {
			want := map[string]int64{}
			var rest, total int64
			for _, d := range deals {
				j := attribution.Journey{Deal: d.ID, End: instant(d.End), LeadCreated: instant(d.LeadCreated), DealCreated: instant(d.DealCreated), Since: instant(d.Since), Trim: trim}
				if o.BeforeEnd && d.Lasts >= 0 && d.End != engine.Unknown {
					j.Moment = instant(d.End - d.Lasts)
				}
				for _, g := range all {
					if g.person == int(d.Person) {
						j.Touches = append(j.Touches, g.touch)
					}
				}
				result := attribution.Credit(j, model, o.Lookback, money.New(d.Minor, "USD"))
				for _, c := range result.Credits {
					want[c.Touch.Channel] += c.Minor
				}
				rest += result.Unattributed
				total += d.Minor
			}
			if sums[m].Unattributed != rest || sums[m].Total() != total {
				t.Errorf("%s, %s: unattributed %d of %d, want %d of %d", model, o.Lookback, sums[m].Unattributed, sums[m].Total(), rest, total)
			}
			for _, c := range touches.By(attribution.ByChannel, sums[m]) {
				if c.Minor != want[c.Name] {
					t.Errorf("%s, %s: %s holds %d, want %d", model, o.Lookback, c.Name, c.Minor, want[c.Name])
				}
			}
		}
	})
}
