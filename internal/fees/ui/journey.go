package ui

import (
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// middleTouch ends the roles of a touch that only shares the middle part: what else it is, such as the last one, weighs nothing.
const middleTouch = "middle touch"

// journey adds the touches of a deal: those that were credited as a line in time, those that do not count with the reason.
func (s sheet) journey(l fees.Line, v *reason) {
	var counts, ignored []fees.Credited
	earning := 0
	for _, t := range l.Basis.Touches {
		switch {
		case t.Ignored != "":
			ignored = append(ignored, t)
			continue
		case t.Earns:
			earning++
		}
		counts = append(counts, t)
	}
	if len(counts) > 0 {
		v.journey = &kit.JourneyView{Label: "Journey of the deal: " + l.Text, Touches: s.touches(counts, l.Amount.Currency), End: end(l.Basis), Won: true}
		v.earning = strconv.Itoa(earning) + " of " + countedAs(len(counts), "counted touch earns", "counted touches earn") + " under the contract; the rate applies to their credit only."
	}
	if len(v.shown()) < len(counts) {
		v.folds = append(v.folds, fold{"All " + strconv.Itoa(len(counts)) + " counted touches with their credit", s.creditTable(counts, l.Amount.Currency)})
	}
	if len(ignored) > 0 {
		v.folds = append(v.folds, fold{countedAs(len(ignored), "touch that does not count", "touches that do not count"), s.ignoredTable(ignored)})
	}
}

func (v reason) shown() []kit.Touch {
	if v.journey == nil {
		return nil
	}
	return v.journey.Touches
}

func (s sheet) touches(all []fees.Credited, c money.Currency) []kit.Touch {
	whole := creditOf(all, c)
	return kit.Condense(all, together,
		func(t fees.Credited) kit.Touch { return s.touch(t, whole, c) },
		func(run []fees.Credited) kit.Touch { return s.several(run, whole, c) })
}

// together is what neighbouring touches must share to be shown as one: that they hold no role of their own, and neither begin nor end the journey.
func together(t fees.Credited) string {
	switch {
	case strings.Contains(t.Roles, "first touch"), strings.Contains(t.Roles, "last touch"):
		return ""
	case t.Roles == "":
		return "touches"
	case strings.HasSuffix(t.Roles, middleTouch):
		return middleTouch + "es"
	default:
		return ""
	}
}

// creditOf is the credit of touches together, in minor units.
func creditOf(all []fees.Credited, c money.Currency) int64 {
	var sum int64
	for _, t := range all {
		if a, err := money.ParseSum(t.Credit, c); err == nil {
			sum += a.Minor
		}
	}
	return sum
}

// permille is a part for the eye; what is credited at all is never nothing.
func permille(part, whole int64) int {
	if part == 0 || whole == 0 {
		return 0
	}
	return max(1, int(part*1000/whole))
}

func (s sheet) touch(t fees.Credited, whole int64, c money.Currency) kit.Touch {
	return kit.Touch{When: s.day(t.At), Channel: t.Channel, Detail: detail(t), Mark: sentence(t.Roles), Share: t.Share, Amount: decimal(t.Credit, c),
		Credit: permille(creditOf([]fees.Credited{t}, c), whole), Word: earns(t), Earns: t.Earns}
}

// several are neighbouring touches of one group, shown as one.
func (s sheet) several(all []fees.Credited, whole int64, c money.Currency) kit.Touch {
	sum, earning := creditOf(all, c), 0
	for _, t := range all {
		if t.Earns {
			earning++
		}
	}
	return kit.Touch{When: s.day(all[0].At), Channel: strconv.Itoa(len(all)) + " " + together(all[0]), Share: "together", Amount: figures(money.New(sum, c)),
		Credit: permille(sum, whole), Word: strconv.Itoa(earning) + " of them " + verb(earning), Earns: earning > 0}
}

func verb(n int) string {
	if n == 1 {
		return "earns"
	}
	return "earn"
}

func earns(t fees.Credited) string {
	if t.Earns {
		return "earns"
	}
	return "does not earn"
}

func (s sheet) creditTable(all []fees.Credited, c money.Currency) kit.TableView {
	v := kit.TableView{Caption: "Counted touches with their credit", Quiet: true, Cards: true, Columns: []kit.Column{
		{Title: "When"}, {Title: "Channel"}, {Title: "Role"}, {Title: "Share", Align: kit.End}, {Title: "Credit", Align: kit.End}, {Title: "Under the contract"}}}
	for _, t := range all {
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{s.day(t.At), kit.TwoLines(kit.Text(t.Channel), detail(t)), kit.Text(t.Roles), kit.Text(t.Share),
			kit.Text(decimal(t.Credit, c)), kit.Text(earns(t))}})
	}
	v.Foot = []kit.Row{{Total: true, Cells: []templ.Component{kit.Text("Together"), nil, nil, nil, kit.Text(figures(money.New(creditOf(all, c), c))), nil}}}
	return v
}

func (s sheet) ignoredTable(all []fees.Credited) kit.TableView {
	v := kit.TableView{Caption: "Touches that do not count for this deal", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "When"}, {Title: "Channel"}, {Title: "Why it does not count"}}}
	for _, t := range all {
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{s.day(t.At), kit.TwoLines(kit.Text(t.Channel), detail(t)), kit.Text(t.Ignored)}})
	}
	return v
}

func detail(t fees.Credited) string {
	var words []string
	imported := t.Imported
	if imported != "" {
		imported = "imported as " + imported
	}
	for _, w := range []string{imported, t.Campaign, t.Provider} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, " · ")
}

// day is the date of an instant in the contract's zone; what is no instant is shown as it stands.
func (s sheet) day(at string) templ.Component {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return kit.Text(at)
	}
	return kit.DateText(cal.DateOf(t, s.Terms.Zone))
}

// end is how the journey ended.
func end(b fees.Basis) string {
	won, revenue := "", ""
	for _, in := range b.Inputs {
		switch in.Name {
		case "deal won":
			won = "Won " + in.Value
		case "revenue to date":
			revenue = " · " + trueMinus(in.Value)
		}
	}
	return won + revenue
}
