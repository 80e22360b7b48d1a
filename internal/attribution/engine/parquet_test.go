package engine_test

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
)

type parquetDeal struct {
	ID        int64   `parquet:"deal_id"`
	Person    string  `parquet:"Person_ID,dict"`
	Won       int32   `parquet:"closed_on,date"`
	Minor     int64   `parquet:"amount_minor"`
	RefundOf  *int64  `parquet:"refund_of,optional"`
	Lead      *string `parquet:"lead_created,optional"`
	OfNoUse   float64 `parquet:"x"`
	Collected *int64  `parquet:"collected_at,optional"`
}

type parquetTouch struct {
	Channel  *string   `parquet:"channel,optional,dict"`
	ID       string    `parquet:"touch_id"`
	At       time.Time `parquet:"ts,timestamp(microsecond)"`
	Person   string    `parquet:"person_id,dict"`
	Provider string    `parquet:"provider,dict"`
}

func parquetOf[T any](tb testing.TB, rows []T, options ...parquet.WriterOption) []byte {
	return parquetIn(tb, 1000, rows, options...)
}

// parquetIn writes groups of so many rows.
func parquetIn[T any](tb testing.TB, group int, rows []T, options ...parquet.WriterOption) []byte {
	var out bytes.Buffer
	w := parquet.NewGenericWriter[T](&out, options...)
	for at := 0; at < len(rows); at += group {
		if _, err := w.Write(rows[at:min(at+group, len(rows))]); err != nil {
			tb.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// The same facts in Parquet and in CSV have the same ledger, by any number of workers.
func TestParquetIsReadAsCSVIs(t *testing.T) {
	var deals []parquetDeal
	var touches []parquetTouch
	csvDeals, csvTouches := "deal_id,person_id,closed_on,amount_minor,refund_of,lead_created,collected_at\n", "touch_id,person_id,ts,channel,provider\n"
	for i := range 1500 {
		d := parquetDeal{ID: int64(i), Person: fmt.Sprint("p", i%700), Won: int32(20_000 + i%90), Minor: int64(i*37 - 4_000)}
		day := time.Unix(int64(d.Won)*86_400, 0).UTC().Format("2006-01-02")
		of, lead, collected := "", "", ""
		if i >= 1400 {
			n := int64(i - 1400)
			d.Person, d.RefundOf, of = fmt.Sprint("p", n%700), &n, fmt.Sprint(n)
		} else if i%3 == 0 {
			lead = "2024-10-01T08:00:00Z"
			seconds := int64(1_730_000_000 + i)
			d.Lead, d.Collected, collected = &lead, &seconds, fmt.Sprint(seconds)
		}
		deals = append(deals, d)
		csvDeals += fmt.Sprintf("%d,%s,%s,%d,%s,%s,%s\n", d.ID, d.Person, day, d.Minor, of, lead, collected)
	}
	for i := range 4000 {
		k := parquetTouch{ID: strconv.Itoa(i), At: time.UnixMicro(1_725_000_000_000_000 + int64(i)*2_500_000_001).UTC(), Person: fmt.Sprint("p", i*31%900), Provider: fmt.Sprint("agency ", i%3)}
		channel := fmt.Sprint("c", i%5)
		if i%11 != 0 {
			k.Channel = &channel
		} else {
			channel = ""
		}
		touches = append(touches, k)
		csvTouches += fmt.Sprintf("%s,%s,%s,%s,%s\n", k.ID, k.Person, k.At.Format(time.RFC3339Nano), channel, k.Provider)
	}
	o := engine.Options{Models: everyModel, Lookback: must(attribution.ParseLookback("60 days", "drop", must(time.LoadLocation("Europe/Berlin"))))}
	for _, how := range []engine.Reading{{}, {By: []attribution.By{attribution.ByProvider}, Zone: must(time.LoadLocation("America/Sao_Paulo")), Workers: 3}, {Anchor: engine.Collected, Exclude: []string{"c1"}, Everyone: true}} {
		want, _ := ledgerOf(t, csvDeals, csvTouches, how, o)
		got, _ := ledgerOf(t, string(parquetOf(t, deals, parquet.Compression(&parquet.Zstd))), string(parquetOf(t, touches, parquet.Compression(&parquet.Snappy))), how, o)
		if got.Hash != want.Hash || got.Rows != want.Rows || got.Rows < 10_000 {
			t.Errorf("%+v: %d rows in Parquet, %d in CSV", how, got.Rows, want.Rows)
		}
		mixed, _ := ledgerOf(t, csvDeals, string(parquetOf(t, touches)), how, o)
		if mixed.Hash != want.Hash {
			t.Errorf("%+v: Parquet beside CSV differs", how)
		}
	}
}

// What cannot be what it should be is refused by its name; a row that is wrong is told by its number.
func TestParquetThatCannotBeReadIsTold(t *testing.T) {
	touches := parquetOf(t, []parquetTouch{{ID: "1", Person: "p", At: time.Unix(1, 0)}})
	deals := parquetOf(t, []parquetDeal{{ID: 1, Person: "p", Won: 20_000, Minor: 5}, {ID: 1, Person: "p", Won: 20_000, Minor: 5}})
	type withFloat struct {
		ID     string  `parquet:"deal_id"`
		Person string  `parquet:"person_id"`
		At     int64   `parquet:"ts"`
		Minor  float64 `parquet:"amount_minor"`
	}
	for name, of := range map[string]struct{ deals, touches, want string }{
		"an amount that is no whole number": {string(parquetOf(t, []withFloat{{"1", "p", 1, 1.5}})), string(touches), `deals: column "amount_minor" is DOUBLE; write texts or whole numbers`},
		"a missing column":                  {string(deals), string(deals), `touches: the header has no column "touch_id"`},
		"a file that is cut off":            {string(deals), string(touches[:len(touches)-9]), "touches: the Parquet file does not end as one"},
		"a page that is cut out":            {string(deals), string(touches[:8]) + string(touches[40:]), "touches: "},
	} {
		_, err := engine.Read([]byte(of.deals), []byte(of.touches), engine.Reading{})
		if err == nil || !strings.Contains(err.Error(), of.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	book := must(engine.Read(deals, touches, engine.Reading{}))
	if len(book.Problems) != 1 || book.Problems[0].Line != 2 || len(book.Deals) != 1 {
		t.Errorf("%v", book.Problems)
	}
}

// BenchmarkParquet reads Parquet bytes into columns, and credits six models from them.
func BenchmarkParquet(b *testing.B) {
	const n = 1_000_000
	deals, text := csvOf(n)
	var touches []parquetTouch
	for i, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n"))[1:] {
		cells := strings.Split(string(line), ",")
		touches = append(touches, parquetTouch{ID: strconv.Itoa(i), Person: cells[1], At: time.Unix(must(strconv.ParseInt(cells[2], 10, 64)), 0), Channel: &cells[3]})
	}
	data := parquetIn(b, 122_880, touches, parquet.Compression(&parquet.Snappy))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	began := processorTime()
	for b.Loop() {
		book := must(engine.Read(deals, data, engine.Reading{}))
		must(book.Touches.Run(book.Deals, sixModels()))
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "touches/s")
	b.ReportMetric(float64((processorTime()-began).Nanoseconds())/n/float64(b.N), "cpu-ns/touch")
}
