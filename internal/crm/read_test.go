package crm

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func TestManyProblemsAreCountedAndTheFirstKept(t *testing.T) {
	var b strings.Builder
	b.WriteString("touch_id,contact_id,at,channel\n")
	for i := range 1500 {
		fmt.Fprintf(&b, "u%d,c,,email\n", i) // doubtful: undated
	}
	for i := range 1200 {
		fmt.Fprintf(&b, "l%d,,2026-01-05,%s\n", i, strings.Repeat("x", 2000)) // lost: of nobody
	}
	records := 0
	problems, err := new(Folder).ReadCSV(KindTouch, strings.NewReader(b.String()), func(Record) error { records++; return nil })
	if err != nil || records != 1500 || len(problems) != 2002 {
		t.Fatalf("%d records, %d problems, %v", records, len(problems), err)
	}
	lost, doubts := problems[2000], problems[2001]
	if !lost.Lost || lost.Line != 2502 || !strings.Contains(lost.Message, ": 200 more problems") {
		t.Errorf("got %+v", lost)
	}
	if doubts.Lost || doubts.Line != 1002 || !strings.Contains(doubts.Message, ": 500 more doubts") {
		t.Errorf("got %+v", doubts)
	}
}

func TestProblemsQuoteLittle(t *testing.T) {
	table := "deal_id,name,amount,currency\nd," + strings.Repeat("n", 200_000) + ",1," + strings.Repeat("q", 200_000) + "\n"
	problems, err := new(Folder).ReadCSV(KindDeal, strings.NewReader(table), func(Record) error { return nil })
	if err != nil || len(problems) != 1 || len(problems[0].Message) > 600 {
		t.Errorf("%d problems, %v", len(problems), err)
	}
}

func TestRowsOfOneFileAndOfAllAreLimited(t *testing.T) {
	rows := func(n int) *strings.Reader { return strings.NewReader("deal_id,name\n" + strings.Repeat("a\n", n)) }
	take := func(Record) error { return nil }
	f := Folder{Zone: time.UTC}
	if _, err := f.ReadCSV(KindDeal, rows(500_000), take); err != nil {
		t.Errorf("as many as may be: %v", err)
	}
	if _, err := f.ReadCSV(KindDeal, rows(500_001), take); fault.Code(err) != "many-rows" || !strings.Contains(err.Error(), "The file has more than 500000 rows") {
		t.Errorf("one more: %v", err)
	}
	f.rows = mostRows - 1
	if _, err := f.ReadCSV(KindDeal, rows(2), take); fault.Code(err) != "many-rows" || !strings.Contains(err.Error(), "together") {
		t.Errorf("with the other files: %v", err)
	}
	f = Folder{bytes: mostBytes}
	if _, err := f.ReadCSV(KindDeal, strings.NewReader("deal_id,name\na,b\n"), take); fault.Code(err) != "many-rows" {
		t.Errorf("with the bytes of the other files: %v", err)
	}
}
