package engine_test

import (
	"bytes"
	"encoding/csv"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/attribution/paths"
)

func frozen(t interface{ Fatal(...any) }, deals, touches string, workers int, order int) (*engine.Book, attribution.Effects) {
	book, err := engine.Read([]byte(deals), []byte(touches), engine.Reading{Everyone: true, Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	e, err := book.Touches.Freeze(book.Deals, order, engine.Options{Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	return book, e
}

const (
	learnDeals   = "deal_id,person_id,ts,amount_minor,refund_of\nD,p,100,100,\nE,q,100,100000000,\nR,p,120,-10,D\n"
	learnTouches = "touch_id,person_id,ts,channel\n1,p,10,ads\n2,p,20,mail\n3,q,10,rare\n4,q,20,ads\n5,x,10,ads\n6,y,10,mail\n7,y,20,ads\n8,p,110,late\n"
)

// The effects are those of the chain over the same journeys: each deal once, whatever it was worth; what a person was touched after the last deal, or without one, once; refunds not.
func TestEffectsAreThoseOfTheChain(t *testing.T) {
	for order := 1; order <= 2; order++ {
		_, e := frozen(t, learnDeals, learnTouches, 0, order)
		table, _, err := paths.Read(strings.NewReader("path,total_conversions,total_null\nads > mail,1,0\nrare > ads,1,0\nads,0,1\nmail > ads,0,1\nlate,0,1\n"), paths.Separator)
		if err != nil {
			t.Fatal(err)
		}
		if e.Conversions != 2 || e.Others != 3 {
			t.Errorf("%+v", e)
		}
		for _, row := range must(table.Markov(order, 1)).Rows {
			want := strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(100*row.Effect, 'f', 9, 64), "0"), ".") + " %"
			if got := attribution.Percent(e.Channels[row.Channel]); got != want {
				t.Errorf("order %d, %s: %s, want %s", order, row.Channel, got, want)
			}
		}
	}
}

// The money of a deal stays with the channels of its own path: a rare channel on the path of the largest deal is paid for that one.
func TestARareChannelKeepsTheMoneyOfItsOwnDeal(t *testing.T) {
	book, e := frozen(t, learnDeals, learnTouches, 0, 1)
	sums := must(book.Touches.Run(book.Deals, engine.Options{Models: []attribution.Model{attribution.ByEffects(e)}}))
	rare := int64(float64(e.Channels["rare"]) / float64(e.Channels["rare"]+e.Channels["ads"]) * 100_000_000)
	for _, c := range book.Touches.By(attribution.ByChannel, sums[0]) {
		if c.Name == "rare" && (c.Minor < rare-1 || c.Minor > rare+1 || rare < 10_000_000) {
			t.Errorf("rare holds %d, want %d", c.Minor, rare)
		}
	}
	if sums[0].Total() != 100_000_090 {
		t.Error(sums[0].Total())
	}
}

// A journey that comes to light later would change the effects, but changes no credit that rests on frozen ones.
func TestALateJourneyChangesNoFrozenCredit(t *testing.T) {
	_, e := frozen(t, learnDeals, learnTouches, 0, 1)
	late := learnTouches + "9,z,10,rare\n10,z2,10,rare\n"
	_, other := frozen(t, learnDeals, late, 0, 1)
	if e.Hash() == other.Hash() {
		t.Fatal("the journey changes nothing, so this shows nothing")
	}
	read, err := attribution.ParseEffects(e.Text())
	if err != nil {
		t.Fatal(err)
	}
	before, _ := ledgerOf(t, learnDeals, learnTouches, engine.Reading{}, engine.Options{Models: []attribution.Model{attribution.ByEffects(e)}})
	after, _ := ledgerOf(t, learnDeals, late, engine.Reading{}, engine.Options{Models: []attribution.Model{attribution.ByEffects(read)}})
	if before.Hash != after.Hash {
		t.Error("the ledger differs")
	}
}

func TestFreezingIsRefused(t *testing.T) {
	book := must(engine.Read([]byte("deal_id,person_id,ts,amount_minor\nD,p,100,100\n"), []byte("touch_id,person_id,ts,channel\n1,x,10,ads\n"), engine.Reading{Everyone: true}))
	if _, err := book.Touches.Freeze(book.Deals, 1, engine.Options{}); err == nil {
		t.Error("no deal has a touch")
	}
	book, _ = frozen(t, learnDeals, learnTouches, 0, 1)
	if _, err := book.Touches.Freeze(book.Deals, 5, engine.Options{}); err == nil {
		t.Error("order 5")
	}
	if got := book.Touches.Unweighed(attribution.ByEffects(attribution.Effects{Order: 1, Channels: map[string]int64{"ads": 1, "late": 0}})); strings.Join(got, ",") != "mail,rare" {
		t.Error(got)
	}
}

// TestEffectsDoNotDependOnTheOrder of the rows or on the workers.
func TestEffectsDoNotDependOnTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewChaCha8([32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))))
		deals, touches := csvOf(300 + r.IntN(300))
		lines := strings.SplitAfter(strings.TrimSuffix(string(touches), "\n"), "\n")
		rows := append([]string{}, lines[1:]...)
		rows[len(rows)-1] += "\n"
		order := 1 + r.IntN(2)
		_, first := frozen(t, string(deals), lines[0]+strings.Join(rows, ""), 1, order)
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		_, again := frozen(t, string(deals), lines[0]+strings.Join(rows, ""), 3, order)
		if !bytes.Equal(first.Text(), again.Text()) {
			t.Fatalf("%s\n%s", first.Text(), again.Text())
		}
	})
}

// referenceEffects is the hash of the effects of order 1 and 2 of events-100k.
var referenceEffects = [2]string{"24354a28a77e3e000455aa16a59a9ee79db8493cd023ca2d7106a514467f6008", "47205db4a552abf87684c1d6c5924a4650fbae531e047e80c43ba29e39e66b06"}

func TestTheReferenceEffects(t *testing.T) {
	deals, touches := bytesOf(t, referenceFile(t, "events-100k", "deals.csv")), bytesOf(t, referenceFile(t, "events-100k", "touches.csv"))
	for i, want := range referenceEffects {
		if _, e := frozen(t, string(deals), string(touches), 0, i+1); e.Hash() != want {
			t.Errorf("order %d: %s\n%s", i+1, e.Hash(), e.Text())
		}
	}
}

// From the touches and deals themselves come the removal effects that an exact chain gives of the same journeys as path strings: a window of 90 times 24 hours
// before each deal, and no window for what did not convert.
func TestEffectsOfTheReferenceJourneys(t *testing.T) {
	deals, touches := bytesOf(t, referenceFile(t, "events-100k", "deals.csv")), bytesOf(t, referenceFile(t, "events-100k", "touches.csv"))
	book := must(engine.Read(deals, touches, engine.Reading{Everyone: true}))
	window, err := attribution.ParseLookback("2160 hours", "drop", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	e := must(book.Touches.Freeze(book.Deals, 1, engine.Options{Lookback: window}))
	if e.Conversions != 3731 || e.Others != 13_255 {
		t.Errorf("%d converted, %d did not", e.Conversions, e.Others)
	}
	rows := must(csv.NewReader(bytes.NewReader(bytesOf(t, referenceFile(t, "events-100k", "expected_markov1.csv")))).ReadAll())
	for _, row := range rows[1:] {
		want := must(strconv.ParseFloat(row[3], 64))
		if got := float64(e.Channels[row[0]]) / attribution.EffectUnit; math.Abs(got-want) > 1e-11 {
			t.Errorf("%s: %g, want %g", row[0], got, want)
		}
	}
	if len(e.Channels) != len(rows)-1 {
		t.Errorf("%d channels of %d", len(e.Channels), len(rows)-1)
	}
}
