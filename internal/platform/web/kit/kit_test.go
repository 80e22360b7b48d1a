package kit

import (
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func TestAmountsReadAsFigures(t *testing.T) {
	for minor, want := range map[int64]string{2431000: "24,310.00", -140000: "−1,400.00", 0: "0.00"} {
		if got := amountText(money.New(minor, "USD")); got != want {
			t.Errorf("%d: %s", minor, got)
		}
	}
}

func TestListFallsBackToTheFirstSort(t *testing.T) {
	parse := func(query string) List {
		return ParseList(httptest.NewRequest("GET", "/deals?"+query, nil), "-closed", "name")
	}
	if l := parse(""); l.Sort != "closed" || !l.Desc || l.Page != 1 || l.Offset() != 0 || l.Filtered() {
		t.Errorf("%+v", l)
	}
	if l := parse("sort=password&page=-3"); l.Sort != "closed" || !l.Desc || l.Page != 1 {
		t.Errorf("%+v", l)
	}
	l := parse("sort=name&page=3&state=held&format=xlsx")
	if l.Sort != "name" || l.Desc || l.Offset() != 100 || !l.Filtered() || l.Format() != "xlsx" {
		t.Errorf("%+v", l)
	}
	if c := l.Sortable("name", "Deal", Start); c.Sorted != Ascending || c.SortHref != "/deals?sort=-name&state=held" {
		t.Errorf("%+v", c)
	}
	if p := l.Pager(130); p.First != 101 || p.Last != 130 || p.Next != "" || p.Previous != "/deals?page=2&sort=name&state=held" {
		t.Errorf("%+v", p)
	}
	if p := parse("page=9").Pager(60); p.text() != "no rows on this page, 60 in all" || p.Previous != "/deals?page=2" {
		t.Errorf("%+v %s", p, p.text())
	}
	if p := parse("").Pager(50); p != nil {
		t.Errorf("one page needs no pager: %+v", p)
	}
}

func TestCondenseShowsRunsOfALongJourneyAsOne(t *testing.T) {
	condensed := func(all string) string {
		out := ""
		for _, touch := range Condense([]rune(all), func(r rune) string { return strings.Trim(string(r), "F") },
			func(r rune) Touch { return Touch{Channel: string(r)} },
			func(run []rune) Touch { return Touch{Channel: strconv.Itoa(len(run)) + string(run[0])} }) {
			out += " " + touch.Channel
		}
		return out
	}
	for all, want := range map[string]string{
		"":               "",
		"FmmmmmmF":       " F m m m m m m F",
		"FmmmmmmmF":      " F 7m F",
		"ooooFFFmmFmmmm": " 4o F F F m m F 4m",
	} {
		if got := condensed(all); got != want {
			t.Errorf("%s:%s, want%s", all, got, want)
		}
	}
}

func TestInputKeepsWhatWasTypedAndPlacesEachFault(t *testing.T) {
	fields := []Field{{Name: "rate", Label: "Rate"}, {Name: "secret", Label: "Secret", Kind: Password}}
	in := Input{
		Values: url.Values{"rate": {"3 %%"}, "secret": {"hunter2"}},
		Err: fault.List{
			fault.New(fault.Invalid, "rate", "write a rate such as 3 %%").At("rate"),
			fault.New(fault.Invalid, "period", "choose a period").At("period"),
			fault.New(fault.Invalid, "yaml", "indent by two spaces").AtLine(12, 3),
		},
	}
	filled := in.Fill(fields)
	if filled[0].Value != "3 %%" || filled[0].Error != "Write a rate such as 3 %." || filled[1].Value != "" {
		t.Errorf("%+v", filled)
	}
	want := []Link{{"Rate: write a rate such as 3 %.", "#f-rate"}, {"Period: choose a period.", ""}, {"Line 12: indent by two spaces.", ""}}
	for i, got := range in.problems(fields) {
		if got != want[i] {
			t.Errorf("%+v, want %+v", got, want[i])
		}
	}
	if in.Status() != 422 || (Input{}).Status() != 0 {
		t.Error(in.Status())
	}
}

func TestUnknownLeavesAGapInTheLine(t *testing.T) {
	one, two := 1.0, 2.0
	if got := (SparkView{Values: []*float64{&one, nil, &two, &two}}).segments(); len(got) != 2 {
		t.Errorf("%q", got)
	}
	if got := (SparkView{}).segments(); got != nil {
		t.Errorf("%q", got)
	}
}

func TestBarStaysWithinItsRail(t *testing.T) {
	for in, want := range map[int]string{-5: "0.0", 500: "100.0", 4000: "200.0"} {
		if got := permille(in); got != want {
			t.Errorf("%d: %s", in, got)
		}
	}
}

func TestBarBeginsWhereItIsToldTo(t *testing.T) {
	var b strings.Builder
	if err := Bar(BarView{Label: "a range", From: 250, Fill: 750, Mark: 500}).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); !strings.Contains(got, `class="bar-fill" x="50.0" y="2" width="100.0"`) {
		t.Error(got)
	}
}

func TestShortHashKeepsItsKindAndEnds(t *testing.T) {
	if got := shortHash("sha256:5f1c0b7be3a94c6d90d2a2b8cf51f0aa4be5d7f00a83c7126d9f86ed0d7b1c22"); got != "sha256:5f1c0b7b…7b1c22" {
		t.Error(got)
	}
	if got := shortHash("abc"); got != "abc" {
		t.Error(got)
	}
}

func TestCountGroupsThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1312: "1,312", 1234567: "1,234,567"} {
		if got := count(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}
