package engine_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
)

// ledgerOf is the ledger of two files with its bytes.
func ledgerOf(t interface{ Fatal(...any) }, deals, touches string, how engine.Reading, o engine.Options) (engine.Ledger, string) {
	book, err := engine.Read([]byte(deals), []byte(touches), how)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	l, err := book.Touches.Ledger(book.Deals, o, &text)
	if err != nil {
		t.Fatal(err)
	}
	return l, text.String()
}

// The form of the ledger, line by line: it is promised to whoever repeats a hash.
func TestTheLedgerHasOneForm(t *testing.T) {
	const deals = "deal_id,person_id,ts,amount_minor,refund_of\n10,p,100,5,\n9,p,100,-2,10\n\"D, 1\",q,100,7,\n"
	const touches = "touch_id,person_id,ts,channel\n1,p,40,ads\n2,p,50,\n3,p,60,\"say \"\"hi\"\"\"\n"
	l, text := ledgerOf(t, deals, touches, engine.Reading{}, engine.Options{Models: models("linear", "last", "first")})
	const want = `deal_id,model,touch_id,channel,credit_minor
9,first,1,ads,-2
9,last,3,"say ""hi""",-2
9,linear,1,ads,-1
9,linear,2,"",-1
10,first,1,ads,5
10,last,3,"say ""hi""",5
10,linear,1,ads,2
10,linear,2,"",2
10,linear,3,"say ""hi""",1
"D, 1",first,,,7
"D, 1",last,,,7
"D, 1",linear,,,7
`
	if text != want || l.Rows != 12 {
		t.Errorf("%d rows\n%s", l.Rows, text)
	}
	if sum := sha256.Sum256([]byte(want)); l.Hash != hex.EncodeToString(sum[:]) {
		t.Error(l.Hash)
	}
	if _, err := must(engine.Read([]byte(deals), []byte(touches), engine.Reading{})).Touches.Ledger(nil, engine.Options{Models: models("first", "first")}, nil); err == nil {
		t.Error("a model twice")
	}
}

// TestTheLedgerIsOneWhateverTheOrder: every row of the input can stand anywhere, any number of workers can read and write, and the bytes stay; each model
// sums to the amounts of the deals, by the sums as by the rows.
func TestTheLedgerIsOneWhateverTheOrder(t *testing.T) {
	berlin := must(attribution.ParseLookback("20 days", "drop", nil))
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewChaCha8([32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))))
		var deals, touches []string
		var total int64
		for i := range 1 + r.IntN(400) {
			minor := r.Int64N(100_000) - 20_000
			total += minor
			refund := ""
			if i > 0 && r.IntN(6) == 0 {
				minor, total, refund = -50, total-minor-50, "0"
			}
			person := r.IntN(30)
			if refund != "" {
				person = 0
			}
			if i == 0 {
				person = 0
			}
			deals = append(deals, fmt.Sprintf("%d,p%d,%d,%d,%s,%d\n", i, person, 1_700_000_000+r.IntN(60)*43_200, minor, refund, 1_700_000_000+r.IntN(60)*43_200))
		}
		for i := range r.IntN(900) {
			touches = append(touches, fmt.Sprintf("%d,p%d,%d,c%d\n", i, r.IntN(33), 1_700_000_000+r.IntN(60)*43_200, r.IntN(5)))
			if r.IntN(10) == 0 {
				touches = append(touches, touches[len(touches)-1])
			}
		}
		o := engine.Options{Models: everyModel}
		if r.IntN(2) == 0 {
			o.Lookback = berlin
		}
		reset := r.IntN(2) == 0
		var first engine.Ledger
		var bytes string
		for workers := 1; workers <= 5; workers += 2 {
			how := engine.Reading{Workers: workers, Reset: reset}
			o.Workers = workers
			l, text := ledgerOf(t, "deal_id,person_id,ts,amount_minor,refund_of,deal_created\n"+strings.Join(deals, ""), "touch_id,person_id,ts,channel\n"+strings.Join(touches, ""), how, o)
			for m, sum := range l.Sums {
				if sum != total {
					t.Fatalf("%s: the rows sum to %d of %d", o.Models[m], sum, total)
				}
			}
			if workers == 1 {
				first, bytes = l, text
				checkRows(t, text, l.Rows, total)
			} else if l.Hash != first.Hash || text != bytes {
				t.Fatalf("with %d workers the ledger differs", workers)
			}
			r.Shuffle(len(deals), func(i, j int) { deals[i], deals[j] = deals[j], deals[i] })
			r.Shuffle(len(touches), func(i, j int) { touches[i], touches[j] = touches[j], touches[i] })
		}
	})
}

// checkRows reads a ledger as anybody would, and sums it.
func checkRows(t *rapid.T, text string, rows int, total int64) {
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(all) != rows+1 {
		t.Fatal(err, len(all), rows)
	}
	sums := map[string]int64{}
	for _, row := range all[1:] {
		sums[row[1]] += must(strconv.ParseInt(row[4], 10, 64))
	}
	for model, sum := range sums {
		if sum != total {
			t.Fatalf("%s: %d of %d", model, sum, total)
		}
	}
}

// referenceHash is the ledger of events-100k under eleven models with a window of 90 days: whoever changes it changes what was paid.
const referenceHash = "de8a13c225cf9149131156d88fc6d8c101b6759f11780df96e4a5a0d2edae1d0"

func referenceLedger(t testing.TB, workers int) engine.Ledger {
	book := must(engine.Read(bytesOf(t, referenceFile(t, "events-100k", "deals.csv")), bytesOf(t, referenceFile(t, "events-100k", "touches.csv")), engine.Reading{Workers: workers}))
	return must(book.Touches.Ledger(book.Deals, engine.Options{
		Models:   models("first", "last", "last-non-direct:ch_000", "linear", "u-shaped", "w-shaped", "full-path", "j-shaped", "inverse-j-shaped", "time-decay:7d", "custom:30/20/50"),
		Lookback: must(attribution.ParseLookback("2160 hours", "re-path", nil)), Workers: workers,
	}, nil))
}

func TestTheReferenceLedger(t *testing.T) {
	for _, procs := range []int{1, 2, 5} {
		before := runtime.GOMAXPROCS(procs)
		for _, workers := range []int{0, 1, 2, 7} {
			if l := referenceLedger(t, workers); l.Hash != referenceHash {
				t.Errorf("%d processors, %d workers: %s of %d rows", procs, workers, l.Hash, l.Rows)
			}
		}
		runtime.GOMAXPROCS(before)
	}
}

// The same program built for a later processor, which may fuse a product and a sum of floating point numbers, writes the same ledger, and freezes the same effects.
func TestTheReferencesOnAnotherLevelOfTheProcessor(t *testing.T) {
	if runtime.GOARCH != "amd64" || os.Getenv("GOAMD64") != "" || testing.Short() {
		t.Skip("it is built for one level only")
	}
	referenceFile(t, "events-100k", "deals.csv")
	cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-short", "-run", "^TestTheReference(Ledger|Effects)$", ".")
	cmd.Env = append(os.Environ(), "GOAMD64=v3", "OFRECORD_DATA="+filepath.Dir(filepath.Dir(referenceFile(t, "events-100k", "deals.csv"))))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestALedgerThatCannotBeWrittenIsAnError(t *testing.T) {
	touches, deals := many(60_000)
	if _, err := touches.Ledger(deals, sixModels(), failing{}); err == nil {
		t.Error("no error")
	}
}

// Large files are put in order in groups of persons: touches that stand in them twice leave no trace in any of them.
func TestCopiesInALargeFileLeaveNoTrace(t *testing.T) {
	deals, touches := csvOf(120_000)
	want, _ := ledgerOf(t, string(deals), string(touches), engine.Reading{Workers: 1}, sixModels())
	lines := strings.SplitAfter(string(touches), "\n")
	for i := 1; i < 120_000; i += 7 {
		lines = append(lines, lines[i])
	}
	if len(touches) < 3<<20 {
		t.Fatal("the file is too small for more than one group")
	}
	got, _ := ledgerOf(t, string(deals), strings.Join(lines, ""), engine.Reading{Workers: 3}, sixModels())
	if got.Hash != want.Hash || want.Rows < 10_000 {
		t.Errorf("%d rows, %d without copies", got.Rows, want.Rows)
	}
}
