package engine_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
)

const (
	someDeals   = "deal_id,person_id,ts,amount_minor\nD1,p,2026-03-01T00:00:00Z,1000\nD2,q,2026-03-05,-300\n"
	someTouches = "touch_id,person_id,ts,channel\n1,p,2026-02-01T00:00:00Z,ads\n2,p,1772000000,mail\n3,nobody,1772000000,ads\n4,q,2026-03-05,\n"
)

func credited(t testing.TB, deals, touches string, workers int) map[string]int64 {
	t.Helper()
	book, err := engine.Read([]byte(deals), []byte(touches), engine.Reading{Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	sums, err := book.Touches.Run(book.Deals, engine.Options{Models: models("linear"), Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{"(unattributed)": sums[0].Unattributed}
	for _, c := range book.Touches.By(attribution.ByChannel, sums[0]) {
		out[c.Name] = c.Minor
	}
	return out
}

// Delimiters, quotes, line ends, byte order marks, the order of columns and rows, and further columns change nothing.
func TestFilesOfManyForms(t *testing.T) {
	want := map[string]int64{"ads": 500, "mail": 500, "": -300, "(unattributed)": 0}
	for name, form := range map[string]func(string) string{
		"as it is":        func(s string) string { return s },
		"semicolons":      func(s string) string { return strings.ReplaceAll(s, ",", ";") },
		"Windows":         func(s string) string { return "\ufeff" + strings.ReplaceAll(s, "\n", "\r\n") },
		"quoted":          func(s string) string { return strings.ReplaceAll(s, "p,2026", `"p",2026`) },
		"no last newline": func(s string) string { return strings.TrimSuffix(s, "\n") },
		"blank lines":     func(s string) string { return strings.ReplaceAll(s, "\n", "\n\n") },
		"another column": func(s string) string {
			lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
			for i := range lines {
				lines[i] = "x" + fmt.Sprint(i) + "," + lines[i]
			}
			return strings.Join(lines, "\n")
		},
	} {
		for workers := 1; workers <= 3; workers++ {
			if got := credited(t, form(someDeals), form(someTouches), workers); !reflect.DeepEqual(got, want) {
				t.Errorf("%s, %d workers: %v", name, workers, got)
			}
		}
	}
}

// A deal that stands in a file twice counts once where both rows say the same, and not at all where they differ, whatever their order; who stands only in such rows is
// no buyer.
func TestDealsThatStandTwice(t *testing.T) {
	const touches = "touch_id,person_id,ts,channel\n1,p,90,a\n2,z,90,b\n"
	rows := []string{"D,p,100,10\n", "X,p,100,1000\n", "X,z,100,9000\n", "D,p,100,10\n"}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}} {
		deals := "deal_id,person_id,ts,amount_minor\n"
		for _, i := range order {
			deals += rows[i]
		}
		for workers := 1; workers <= 3; workers++ {
			book, err := engine.Read([]byte(deals), []byte(touches), engine.Reading{Workers: workers})
			if err != nil || len(book.Deals) != 1 || book.Deals[0].ID != "D" || book.Buyers != 1 || book.LeftOut != 3 {
				t.Errorf("%q: %+v, %v", deals, book, err)
			}
		}
	}
}

// A row that cannot be read is told with its line, and the others count.
func TestRowsWithProblemsAreTold(t *testing.T) {
	book, err := engine.Read([]byte(someDeals+"D2,q,2026-03-05,-300\nD3,p,1,1.5\nD4,,1,1\n,p,1,1\nD5,p,soon,1\nD6,p,,1\n"), []byte(someTouches+"5,p,never,ads\n,p,1,ads\n6,p\n7,p,1,ads,ads\n8,p,,ads\n"), engine.Reading{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range book.Problems {
		got = append(got, fmt.Sprint(p.File, " ", p.Problem.Line))
	}
	want := []string{"deals 4", "deals 5", "deals 6", "deals 7", "deals 8", "deals 9", "touches 6", "touches 7", "touches 8", "touches 9", "touches 10"}
	if !reflect.DeepEqual(got, want) || book.LeftOut != len(want) || len(book.Deals) != 2 || book.Buyers != 2 || book.Others != 1 {
		t.Errorf("%v, %d left out, %d deals", book.Problems, book.LeftOut, len(book.Deals))
	}
	if _, err := engine.Read([]byte("id\n1\n"), []byte(someTouches), engine.Reading{}); err == nil || !strings.Contains(err.Error(), `no column "deal_id"`) {
		t.Error(err)
	}
	if _, err := book.Touches.Run([]engine.Deal{{ID: "a", Minor: 1 << 62}, {ID: "b", Minor: -1 << 62}, {ID: "c", Minor: 1 << 62}}, engine.Options{Models: models("first")}); err == nil {
		t.Error("sums beyond what can be counted")
	}
}

// Each of these is what a public engine gets wrong.
func TestWhatOtherEnginesGetWrong(t *testing.T) {
	const head = "touch_id,person_id,ts,channel\n"
	for name, of := range map[string]struct {
		deals, touches string
		want           map[string]int64
	}{
		"a touch after the deal earns nothing":           {"D,p,100,10\n", "1,p,90,a\n2,p,101,b\n", map[string]int64{"a": 10, "b": 0, "(unattributed)": 0}},
		"a deal without a touch is unattributed":         {"D,p,100,10\nE,q,100,7\n", "1,p,90,a\n", map[string]int64{"a": 10, "(unattributed)": 7}},
		"a second deal is not split over both":           {"D,p,100,10\nE,p,200,7\n", "1,p,90,a\n", map[string]int64{"a": 17, "(unattributed)": 0}},
		"two deals in one second stay two":               {"D,p,100,10\nE,p,100,7\n", "1,p,90,a\n", map[string]int64{"a": 17, "(unattributed)": 0}},
		"a touch that is given twice counts once":        {"D,p,100,10\n", "1,p,90,a\n1,p,90,a\n2,p,95,b\n", map[string]int64{"a": 5, "b": 5, "(unattributed)": 0}},
		"names that differ in a number are two channels": {"D,p,100,10\n", "1,p,90,campaign 1\n2,p,95,campaign 2\n", map[string]int64{"campaign 1": 5, "campaign 2": 5, "(unattributed)": 0}},
		"a channel may have any sign in its name":        {"D,p,100,10\n", "1,p,90,a > b\n", map[string]int64{"a > b": 10, "(unattributed)": 0}},
		"ids that are numbers stand in their order":      {"D,p,100,10\n", "10,p,90,b\n9,p,90,a\n", map[string]int64{"a": 5, "b": 5, "(unattributed)": 0}},
	} {
		got := credited(t, "deal_id,person_id,ts,amount_minor\n"+of.deals, head+of.touches, 2)
		if !reflect.DeepEqual(got, of.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
	b := engine.NewBuilder(1)
	for i := range 3 {
		if err := b.Add(0, fmt.Sprint(i), time.Unix(0, 0).AddDate(i*40, 0, 0), engine.Label{Channel: fmt.Sprint("c", i)}); err != nil {
			t.Fatal(err)
		}
	}
	sums := must(b.Touches().Run([]engine.Deal{{ID: "D", End: time.Unix(0, 0).AddDate(100, 0, 0).UnixNano(), LeadCreated: engine.Unknown, DealCreated: engine.Unknown, Since: engine.Unknown, Minor: 99}}, engine.Options{Models: models("time-decay:1h"), Lookback: attribution.Lookback{}}))
	if sums[0].Labels[2] != 99 {
		t.Errorf("a decay over 80 years loses money: %v", sums[0])
	}
}

// Rows are cut alike by the quick way and by the one for files with quotes, however long they are, whatever ends them and however many cells they have.
func TestBothWaysOfCuttingRowsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 9))
	for range 200 {
		var rows strings.Builder
		for i := range r.IntN(40) {
			cells := []string{fmt.Sprint(i, strings.Repeat("x", r.IntN(70))), "p", "1772000000", fmt.Sprint("ch", r.IntN(3)), "more"}[:[]int{4, 4, 4, 4, 4, 3, 5}[r.IntN(7)]]
			if r.IntN(9) == 0 {
				cells = nil
			}
			rows.WriteString(strings.Join(cells, ",") + []string{"\n", "\n", "\r\n"}[r.IntN(3)])
		}
		body := rows.String()
		if r.IntN(2) == 0 {
			body = strings.TrimRight(body, "\r\n")
		}
		quick, err := engine.Read([]byte(someDeals), []byte("touch_id,person_id,ts,channel\n"+body), engine.Reading{Workers: 1 + r.IntN(3)})
		if err != nil {
			t.Fatal(err)
		}
		slow, err := engine.Read([]byte(someDeals), []byte("touch_id,person_id,ts,\"channel\"\n"+body), engine.Reading{})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := cutRows(t, quick), cutRows(t, slow); got != want {
			t.Fatalf("%q\n%s\n%s", body, got, want)
		}
	}
}

// cutRows says what was read of a file, but for the words of its problems.
func cutRows(t *testing.T, b *engine.Book) string {
	t.Helper()
	var lines []int
	for _, p := range b.Problems {
		lines = append(lines, p.Line)
	}
	l := must(b.Touches.Ledger(b.Deals, engine.Options{Models: models("linear")}, nil))
	return fmt.Sprintf("%d rows, %d touches, left out %d at %v, ledger %s", b.Rows, b.Touches.Len(), b.LeftOut, lines, l.Hash)
}

// FuzzRead: whatever the bytes, they are read or refused, by any number of workers alike, and all money is somewhere.
func FuzzRead(f *testing.F) {
	f.Add([]byte(someDeals), []byte(someTouches))
	f.Add([]byte("deal_id;person_id;ts;amount_minor\n\"a\";b;1;2\n"), []byte("touch_id|person_id|ts|channel\n1|b|0|\n"))
	f.Fuzz(func(t *testing.T, deals, touches []byte) {
		one, err := engine.Read(deals, touches, engine.Reading{Workers: 1})
		if err != nil {
			return
		}
		two, err := engine.Read(deals, touches, engine.Reading{Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		a, errA := one.Touches.Run(one.Deals, engine.Options{Models: everyModel, Workers: 1})
		b, errB := two.Touches.Run(two.Deals, engine.Options{Models: everyModel, Workers: 2})
		if (errA == nil) != (errB == nil) || !reflect.DeepEqual(a, b) || !reflect.DeepEqual(one.Problems, two.Problems) {
			t.Errorf("%v %v\n%v %v", a, errA, b, errB)
		}
		var total int64
		for _, d := range one.Deals {
			total += d.Minor
		}
		for _, s := range a {
			if s.Total() != total {
				t.Errorf("%s: %d of %d", s.Model, s.Total(), total)
			}
		}
	})
}
