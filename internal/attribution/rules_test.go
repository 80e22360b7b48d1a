package attribution

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// path builds a journey of one touch a day up to the close, with ids a, b, c... and channels of the same name.
func path(n int) Journey {
	j := Journey{Deal: "deal-1", End: closed}
	for i := range n {
		name := string(rune('a' + i))
		j.Touches = append(j.Touches, Touch{ID: name, Channel: name, At: daysBefore(n - 1 - i)})
	}
	return j
}

func at(j Journey, id string) time.Time {
	i := slices.IndexFunc(j.Touches, func(t Touch) bool { return t.ID == id })
	return j.Touches[i].At
}

// show is "a 40.00 b 60.00 | 0.00": credits in order, then the unattributed rest.
func show(r Result) string {
	var b strings.Builder
	for _, c := range r.Credits {
		fmt.Fprintf(&b, "%s %s ", c.Touch.ID, r.Amount(c.Minor))
	}
	return b.String() + "| " + r.Amount(r.Unattributed).String()
}

func usd(text string) money.Amount { return must(money.Parse(text, "USD")) }

func TestModels(t *testing.T) {
	milestones := func(j Journey, lead, deal string) Journey {
		if lead != "" {
			j.LeadCreated = at(j, lead)
		}
		if deal != "" {
			j.DealCreated = at(j, deal)
		}
		return j
	}
	for _, c := range []struct {
		name, model string
		journey     Journey
		want, note  string
	}{
		{"first", "first", path(3), "a 100.00 b 0.00 c 0.00 | 0.00", ""},
		{"last", "last", path(3), "a 0.00 b 0.00 c 100.00 | 0.00", ""},
		{"linear", "linear", path(4), "a 25.00 b 25.00 c 25.00 d 25.00 | 0.00", ""},
		{"no touches are never forced", "linear", path(0), "| 100.00", noteNoTouch},
		{"U of one takes all", "u-shaped", path(1), "a 100.00 | 0.00", noteNoMiddle},
		{"J leans on the last", "j-shaped", path(4), "a 20.00 b 10.00 c 10.00 d 60.00 | 0.00", ""},
		{"J of two, a quarter and the rest", "j-shaped", path(2), "a 25.00 b 75.00 | 0.00", noteNoMiddle},
		{"J of one takes all", "j-shaped", path(1), "a 100.00 | 0.00", noteNoMiddle},
		{"inverse J leans on the first", "inverse-j-shaped", path(4), "a 60.00 b 10.00 c 10.00 d 20.00 | 0.00", ""},
		{"inverse J of two", "inverse-j-shaped", path(2), "a 75.00 b 25.00 | 0.00", noteNoMiddle},
		{"U of two halves", "u-shaped", path(2), "a 50.00 b 50.00 | 0.00", noteNoMiddle},
		{"U of four", "u-shaped", path(4), "a 40.00 b 10.00 c 10.00 d 40.00 | 0.00", ""},
		{"U takes a milestone for a middle touch", "u-shaped", milestones(path(3), "b", "b"), "a 40.00 b 20.00 c 40.00 | 0.00", ""},
		{"W with all roles apart", "w-shaped", milestones(path(5), "b", "d"), "a 30.00 b 30.00 c 5.00 d 30.00 e 5.00 | 0.00", ""},
		{"W where the first touch is also lead creation", "w-shaped", milestones(path(3), "a", "c"), "a 60.00 b 10.00 c 30.00 | 0.00", ""},
		{"W where lead and deal creation coincide", "w-shaped", milestones(path(3), "b", "b"), "a 30.00 b 60.00 c 10.00 | 0.00", ""},
		{"W of one touch", "w-shaped", milestones(path(1), "a", "a"), "a 100.00 | 0.00", noteNoMiddle},
		{"W without middle goes to the anchors in proportion", "w-shaped", milestones(path(3), "b", "c"), "a 33.33 b 33.33 c 33.34 | 0.00", noteNoMiddle},
		{"W without lead creation shares it among the anchors", "w-shaped", milestones(path(3), "", "c"), "a 45.00 b 10.00 c 45.00 | 0.00", noteNoLead},
		{"W without deal creation", "w-shaped", milestones(path(3), "b", ""), "a 45.00 b 45.00 c 10.00 | 0.00", noteNoDeal},
		{"W without milestones", "w-shaped", path(3), "a 90.00 b 5.00 c 5.00 | 0.00", noteNoLead},
		{"full path", "full-path", milestones(path(6), "b", "d"), "a 22.50 b 22.50 c 5.00 d 22.50 e 5.00 f 22.50 | 0.00", ""},
		{"full path of one touch", "full-path", milestones(path(1), "a", "a"), "a 100.00 | 0.00", noteNoMiddle},
		{"full path of two", "full-path", milestones(path(2), "a", "b"), "a 50.00 b 50.00 | 0.00", noteNoMiddle},
		{"full path where the deal is created by the last touch", "full-path", milestones(path(4), "b", "d"), "a 22.50 b 22.50 c 10.00 d 45.00 | 0.00", ""},
		{"J", "custom:20/20/60", path(3), "a 20.00 b 20.00 c 60.00 | 0.00", ""},
		{"HubSpot's U", "custom:first=40,lead=40,middle=20", milestones(path(4), "b", ""), "a 40.00 b 40.00 c 10.00 d 10.00 | 0.00", ""},
		{"sourced, without a source", "custom:lead=100", path(2), "a 0.00 b 0.00 | 100.00", noteNoWeight},
		{"no anchor leaves all to the middle", "custom:lead=60,middle=40", path(2), "a 50.00 b 50.00 | 0.00", noteNoAnchor},
		{"half-life of a day", "time-decay:1d", path(3), "a 14.29 b 28.57 c 57.14 | 0.00", ""},
		{"last non-direct", "last-non-direct:c,d", path(4), "a 0.00 b 100.00 c 0.00 d 0.00 | 0.00", ""},
		{"all direct means the last touch", "last-non-direct:a,b", path(2), "a 0.00 b 100.00 | 0.00", noteAllDirect},
	} {
		r := Credit(c.journey, must(ParseModel(c.model)), Lookback{}, usd("100.00"))
		if show(r) != c.want {
			t.Errorf("%s: %s; want %s", c.name, show(r), c.want)
		}
		if (c.note == "" && len(r.Notes) > 0) || (c.note != "" && !slices.Contains(r.Notes, c.note)) {
			t.Errorf("%s: notes %q; want %q", c.name, r.Notes, c.note)
		}
	}
}

func TestMilestoneRoles(t *testing.T) {
	roles := func(j Journey) (lead, deal string) {
		for _, c := range Credit(j, must(ParseModel("w-shaped")), Lookback{}, usd("1.00")).Credits {
			if c.Roles.Has(LeadCreation) {
				lead += c.Touch.ID
			}
			if c.Roles.Has(DealCreation) {
				deal += c.Touch.ID
			}
		}
		return lead, deal
	}
	j := path(5)
	j.LeadCreated, j.DealCreated = at(j, "b").Add(time.Hour), at(j, "d").Add(-time.Nanosecond)
	if lead, deal := roles(j); lead != "b" || deal != "c" {
		t.Errorf("the last touch at or before the milestone: lead %q deal %q", lead, deal)
	}
	j.Touches[2].Milestone, j.Touches[3].Milestone, j.Touches[4].Milestone = LeadCreated, LeadCreated, DealCreated
	if lead, deal := roles(j); lead != "c" || deal != "e" {
		t.Errorf("what the CRM says wins, for a lead the earliest: lead %q deal %q", lead, deal)
	}
	j = path(2)
	j.LeadCreated, j.DealCreated = at(j, "a").Add(-time.Second), at(j, "a")
	if lead, deal := roles(j); lead != "" || deal != "a" {
		t.Errorf("nobody before the lead was created: lead %q deal %q", lead, deal)
	}
}

func TestWindowEdges(t *testing.T) {
	berlin := must(time.LoadLocation("Europe/Berlin"))
	// Clocks went forward on 29 March 2026: three calendar days before 31 March is 71 hours earlier.
	end := time.Date(2026, 3, 31, 12, 0, 0, 0, berlin)
	for _, c := range []struct {
		span string
		zone *time.Location
		want time.Time
	}{
		{"3 days", berlin, time.Date(2026, 3, 28, 0, 0, 0, 0, berlin)},
		{"72 hours", berlin, time.Date(2026, 3, 28, 11, 0, 0, 0, berlin)},
		{"3 days", nil, time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC)},
		{"1 month", berlin, time.Date(2026, 2, 28, 0, 0, 0, 0, berlin)},
		{"2 weeks", berlin, time.Date(2026, 3, 17, 0, 0, 0, 0, berlin)},
		{"0 days", berlin, time.Date(2026, 3, 31, 0, 0, 0, 0, berlin)},
	} {
		w := must(ParseLookback(c.span, "drop", c.zone))
		opens, ok := w.Opens(end)
		if !ok || !opens.Equal(c.want) {
			t.Errorf("%s opens %s; want %s", c.span, opens, c.want)
		}
		j := Journey{Deal: "d", End: end, Touches: []Touch{{ID: "late", At: c.want.Add(-1)}, {ID: "in", At: c.want}, {ID: "end", At: end}}}
		r := Credit(j, must(ParseModel("linear")), w, usd("3.00"))
		if show(r) != "in 1.00 end 1.00 | 1.00" || r.Ignored[0].Reason != OutsideLookback || r.Ignored[0].Minor != 100 {
			t.Errorf("%s: %s, ignored %v; both ends belong to the window", c.span, show(r), r.Ignored)
		}
	}
	if _, limited := must(ParseLookback("none", "", nil)).Opens(end); limited {
		t.Error("none has no limit")
	}
}

func TestEdgesWithoutRemainingWeight(t *testing.T) {
	j := path(3)
	for edge, want := range map[string]string{
		"drop": "b 0.00 c 0.00 | 10.00", "renormalise": "b 0.00 c 0.00 | 10.00", "re-path": "b 10.00 c 0.00 | 0.00",
	} {
		r := Credit(j, must(ParseModel("first")), must(ParseLookback("1 day", edge, nil)), usd("10.00"))
		if show(r) != want {
			t.Errorf("first touch outside the window, %s: %s; want %s", edge, show(r), want)
		}
	}
	r := Credit(j, must(ParseModel("linear")), must(ParseLookback("1 day", "re-path", nil)), usd("10.00"))
	j.End = daysBefore(-30)
	if empty := Credit(j, must(ParseModel("linear")), r.Lookback, usd("10.00")); show(empty) != "| 10.00" || len(empty.Ignored) != 3 {
		t.Errorf("nothing in the window: %s", show(empty))
	}
}

func TestModelTexts(t *testing.T) {
	for text, canonical := range map[string]string{
		"first": "first", " linear ": "linear", "j-shaped": "j-shaped", "inverse-j-shaped": "inverse-j-shaped", "w-shaped": "w-shaped", "full-path": "full-path", "u-shaped": "u-shaped", "last": "last",
		"last-non-direct": "last-non-direct:direct", "last-non-direct:ch_000, (none)": "last-non-direct:ch_000,(none)",
		"last-non-direct:a%2Cb%25,c": "last-non-direct:a%2Cb%25,c",
		"time-decay:7d":              "time-decay:7d", "time-decay: 7 days": "time-decay:7d", "time-decay:2w": "time-decay:14d", "time-decay:36h": "time-decay:36h",
		"time-decay:90m": "time-decay:90m", "custom:30/20/50": "custom:30/20/50", "custom:22.5/55/22.50 %": "custom:22.5/55/22.5",
		"custom:first=40,lead=40,middle=20": "custom:first=40,lead=40,middle=20",
	} {
		m, err := ParseModel(text)
		if err != nil || m.String() != canonical {
			t.Errorf("%q reads %q, %v; want %q", text, m, err, canonical)
			continue
		}
		again, err := ParseModel(m.String())
		if err != nil || again.String() != canonical {
			t.Errorf("%q does not read back: %v", canonical, err)
		}
	}
	for _, bad := range []string{
		"", "markov", "W", "first:7d", "linear:", "time-decay", "time-decay:", "time-decay:0d", "time-decay:3 months", "time-decay:5 working days",
		"time-decay:-1d", "time-decay:99999d", "custom:", "custom:30/20/49", "custom:33.33/33.33/33.33", "custom:30/20", "custom:-10/50/60",
		"custom:33.333/33.333/33.334", "custom:first=50,first=50", "custom:opening=100", "custom:200/-50/-50", "custom:101/0/0", "last-non-direct:,", "last-non-direct:",
	} {
		if m, err := ParseModel(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q reads %q, %v; want a refusal", bad, m, err)
		}
	}
	for _, bad := range [][2]string{{"", "drop"}, {"180 days", ""}, {"180 days", "keep"}, {"5 working days", "drop"}, {"forever", "drop"}} {
		if _, err := ParseLookback(bad[0], bad[1], nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("lookback %q %q: %v; want a refusal", bad[0], bad[1], err)
		}
	}
}

func TestModelIsTextInDocuments(t *testing.T) {
	var m Model
	if err := m.UnmarshalText([]byte("custom:30/20/50")); err != nil || string(must(m.MarshalText())) != "custom:30/20/50" {
		t.Fatal(m, err)
	}
	if err := m.UnmarshalText([]byte("custom:30/20/51")); !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
	if err := m.UnmarshalText(nil); err != nil || !m.IsZero() {
		t.Fatal("the empty text is no model")
	}
	direct := must(ParseModel("last-non-direct")).WithDirect("a,b", "c")
	if direct.String() != "last-non-direct:a%2Cb,c" || must(ParseModel("first")).WithDirect("x").String() != "first" {
		t.Fatal(direct)
	}
}

func TestWhyMultipliesOut(t *testing.T) {
	w := must(ParseLookback("180 days", "drop", nil))
	r := Credit(d3(), must(ParseModel("w-shaped")), w, usd("100000.00"))
	for i, want := range []string{
		"lead creation: 30 % of 100,000.00 is 30,000.00",
		"middle touch: 10 % of 100,000.00 is 10,000.00",
		"deal creation: 30 % of 100,000.00 is 30,000.00",
	} {
		if r.Why(i) != want {
			t.Errorf("got %q, want %q", r.Why(i), want)
		}
	}
	if got, want := r.WhyIgnored(0), "the touch came before the lookback window opened: its 30 % of 100,000.00, 30,000.00, is unattributed"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for model, want := range map[string]string{
		"linear":                     "one of 2 touches with equal weight: 50 % of 1.00 is 0.50",
		"first":                      "first touch: 100 % of 1.00 is 1.00",
		"last":                       "not the last touch: 0 % of 1.00 is 0.00",
		"last-non-direct:b":          "last touch through a channel other than b: 100 % of 1.00 is 1.00",
		"last-non-direct:newsletter": "not the last touch through a channel other than newsletter: 0 % of 1.00 is 0.00",
		"time-decay:1d":              "1 day before the newest touch, with a half-life of 1d: 1/3 of 1.00 is 0.33",
	} {
		if got := Credit(path(2), must(ParseModel(model)), Lookback{}, usd("1.00")).Why(0); got != want {
			t.Errorf("%s: %q, want %q", model, got, want)
		}
	}
}

func TestDefectsOfTheCallerPanic(t *testing.T) {
	for name, call := range map[string]func(){
		"no model": func() { Credit(path(1), Model{}, Lookback{}, usd("1.00")) },
		"no edge": func() {
			w := must(ParseLookback("1 day", "drop", nil))
			w.Edge = ""
			Credit(path(1), must(ParseModel("first")), w, usd("1.00"))
		},
		"unknown grouping": func() { Among("colour", "red")(Touch{}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}

// What does not divide evenly is told as it multiplies out, and the cent beside it.
func TestWhyTellsTheRest(t *testing.T) {
	r := Credit(path(12), must(ParseModel("linear")), Lookback{}, usd("31000.00"))
	more := 0
	for i, c := range r.Credits {
		want := "one of 12 touches with equal weight: 1/12 of 31,000.00 is 2,583.33"
		if c.Minor == 258334 {
			more++
			want += ", plus 0.01 so that the parts add up to 31,000.00"
		}
		if got := r.Why(i); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if more != 4 {
		t.Errorf("%d touches hold a cent more", more)
	}
	r = Credit(path(3), must(ParseModel("linear")), Lookback{}, usd("0.02"))
	for i, c := range r.Credits {
		want := "one of 3 touches with equal weight: 1/3 of 0.02 is 0.01"
		if c.Minor == 0 {
			want += ", less 0.01 so that the parts add up to 0.02"
		}
		if got := r.Why(i); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestWhyNamesOnlyRolesThatTheModelWeighs(t *testing.T) {
	j := path(3)
	j.Touches[1].Milestone = LeadCreated
	for model, want := range map[string]string{
		"u-shaped":                        "middle touch: 20 % of 100.00 is 20.00",
		"custom:first=50,lead=10,last=40": "lead creation: 10 % of 100.00 is 10.00",
	} {
		if got := Credit(j, must(ParseModel(model)), Lookback{}, usd("100.00")).Why(1); got != want {
			t.Errorf("%s: got %q, want %q", model, got, want)
		}
	}
	for model, want := range map[string]Roles{"linear": 0, "first": First, "u-shaped": First | Middle | Last, "w-shaped": First | LeadCreation | DealCreation | Middle} {
		if got := must(ParseModel(model)).Weighs(); got != want {
			t.Errorf("%s weighs %q, want %q", model, got, want)
		}
	}
}

// What takes touches out of a path, one term after the other, with the reason of each touch that is left out.
func TestTouchesThatMakeNoPath(t *testing.T) {
	j := Journey{Deal: "deal-1", End: closed, Earlier: "deal-0", Touches: []Touch{
		{ID: "a", Channel: "email", Provider: "agency", At: daysBefore(9)},
		{ID: "b", Channel: "email", Provider: "agency", At: daysBefore(8)},
		{ID: "c", Channel: "email", Provider: "client", At: daysBefore(7)},
		{ID: "d", Channel: "direct", At: daysBefore(6)},
		{ID: "e", Channel: "email", Provider: "client", At: daysBefore(5)},
		{ID: "f", Channel: "email", Provider: "client", At: daysBefore(4), Milestone: DealCreated},
		{ID: "g", Channel: "email", Provider: "client", At: daysBefore(3)},
		{ID: "h", Channel: "fair", At: closed},
	}}
	for _, c := range []struct {
		name string
		with func(*Journey)
		want string
		why  map[string]Reason
	}{
		{"all", func(*Journey) {}, "abcdefgh", nil},
		{"after the deal before, whose last instant is b's", func(j *Journey) { j.Since = daysBefore(8) }, "cdefgh", map[string]Reason{"a": EarlierDeal, "b": EarlierDeal}},
		{"the deal is no touch", func(j *Journey) { j.Moment = closed }, "abcdefg", map[string]Reason{"h": AtTheDeal}},
		{"nor is its day", func(j *Journey) { j.Moment = daysBefore(3) }, "abcdef", map[string]Reason{"g": AtTheDeal, "h": AtTheDeal}},
		{"no direct visits", func(j *Journey) { j.Trim.Exclude = []string{"direct"} }, "abcefgh", map[string]Reason{"d": Excluded}},
		{"another provider, and a milestone, repeat nothing", func(j *Journey) { j.Trim.Collapse = true }, "acdefh", map[string]Reason{"b": Repeated, "g": Repeated}},
		{"what an excluded channel parted is a repeat", func(j *Journey) { j.Trim = Trim{Exclude: []string{"direct"}, Collapse: true} }, "acfh", map[string]Reason{"b": Repeated, "d": Excluded, "e": Repeated, "g": Repeated}},
		{"the newest two", func(j *Journey) { j.Trim.Steps = 2 }, "gh", map[string]Reason{"a": BeyondSteps, "f": BeyondSteps}},
		{"the newest two without repeats", func(j *Journey) { j.Trim = Trim{Collapse: true, Steps: 2} }, "fh", map[string]Reason{"e": BeyondSteps, "g": Repeated}},
	} {
		of := j
		c.with(&of)
		r := Credit(of, must(ParseModel("linear")), Lookback{}, usd("80.00"))
		got, why := "", map[string]Reason{}
		for _, credit := range r.Credits {
			got += credit.Touch.ID
		}
		for _, g := range r.Ignored {
			why[g.Touch.ID] = g.Reason
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		for id, want := range c.why {
			if why[id] != want {
				t.Errorf("%s: %s is left out as %q, want %q", c.name, id, why[id], want)
			}
		}
		if told := slices.Contains(r.Notes, fmt.Sprintf(noteEarlier, "deal-0")); told != !of.Since.IsZero() {
			t.Errorf("%s: the notes are %q", c.name, r.Notes)
		}
	}
	// In a window that is re-pathed, the first of a run inside it stands for the run; where touches before it keep their weight, the first of all.
	j.Trim.Collapse = true
	for edge, want := range map[string]string{"re-path": "b 16.00 c 16.00 d 16.00 e 16.00 f 16.00 h 16.00 | 0.00", "drop": "c 16.00 d 16.00 e 16.00 f 16.00 h 16.00 | 16.00"} {
		if got := show(Credit(j, must(ParseModel("linear")), must(ParseLookback("8 days", edge, time.UTC)), usd("96.00"))); got != want {
			t.Errorf("%s: %s, want %s", edge, got, want)
		}
	}
}
