package engine_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// heldBy is the credit of one model by the names of a field.
func heldBy(t interface {
	Helper()
	Fatal(...any)
}, by attribution.By, deals, touches string, how engine.Reading, o engine.Options) map[string]int64 {
	t.Helper()
	book, err := engine.Read([]byte(deals), []byte(touches), how)
	if err != nil || book.LeftOut > 0 {
		t.Fatal(err, book)
	}
	if o.Models == nil {
		o.Models = models("linear")
	}
	sums, err := book.Touches.Run(book.Deals, o)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{"(unattributed)": sums[0].Unattributed}
	for _, c := range book.Touches.By(by, sums[0]) {
		out[c.Name] = c.Minor
	}
	return out
}

// One pot: whichever field the credit is summed by, the parts and what is unattributed are the amounts of the deals; what is not recorded is a part.
func TestCreditByEveryFieldIsOnePot(t *testing.T) {
	const deals = "deal_id,person_id,ts,amount_minor\nD,p,100,12\nE,q,100,7\nF,p,100,-4\n"
	const touches = "touch_id,person_id,ts,channel,provider,campaign,content\n1,p,90,ads,Northlight,spring,banner\n2,p,95,mail,,spring,\n3,p,96,ads,Northlight,autumn,film\n4,p,97,fair,In-house,,film\n"
	for by, want := range map[attribution.By]map[string]int64{
		attribution.ByChannel:  {"ads": 4, "mail": 2, "fair": 2, "(unattributed)": 7},
		attribution.ByCampaign: {"spring": 4, "autumn": 2, "": 2, "(unattributed)": 7},
		attribution.ByContent:  {"banner": 2, "": 2, "film": 4, "(unattributed)": 7},
		attribution.ByProvider: {"Northlight": 4, "": 2, "In-house": 2, "(unattributed)": 7},
	} {
		got := heldBy(t, by, deals, touches, engine.Reading{By: []attribution.By{by}}, engine.Options{})
		if !maps.Equal(got, want) {
			t.Errorf("by %s: %v, want %v", by, got, want)
		}
		all := heldBy(t, by, deals, touches, engine.Reading{By: []attribution.By{attribution.ByCampaign, attribution.ByContent, attribution.ByProvider}}, engine.Options{})
		if !maps.Equal(got, all) {
			t.Errorf("by %s alone %v, with all fields read %v", by, got, all)
		}
	}
	_, err := engine.Read([]byte(deals), []byte("touch_id,person_id,ts,channel\n"), engine.Reading{By: []attribution.By{attribution.ByProvider}})
	if err == nil || !strings.Contains(err.Error(), `touches: the header has no column "provider"; it has touch_id, person_id, ts, channel`) {
		t.Error(err)
	}
}

// near: a unit that is left over may go to any touch with the same rest.
func near(got, want map[string]int64) bool {
	for name, minor := range want {
		if got[name]-minor > 1 || minor-got[name] > 1 {
			return false
		}
	}
	return true
}

// Each term of a contract that decides which touches count, with what it moves.
func TestTermsOfThePath(t *testing.T) {
	const deals = "deal_id,person_id,ts,amount_minor,deal_created,collected_at\nD,p,100,60,50,200\nE,p,300,90,250,\n"
	const touches = "touch_id,person_id,ts,channel\n1,p,40,a\n2,p,100,b\n3,p,150,c\n4,p,300,d\n"
	linear := engine.Options{}
	for name, of := range map[string]struct {
		how  engine.Reading
		o    engine.Options
		want map[string]int64
	}{
		"won, touches used again":             {engine.Reading{}, linear, map[string]int64{"a": 30 + 23, "b": 30 + 23, "c": 22, "d": 22, "(unattributed)": 0}},
		"the path begins after the last deal": {engine.Reading{Reset: true}, linear, map[string]int64{"a": 30, "b": 30, "c": 45, "d": 45, "(unattributed)": 0}},
		"up to when the deal was created":     {engine.Reading{Anchor: engine.Created}, linear, map[string]int64{"a": 60 + 30, "b": 30, "c": 30, "d": 0, "(unattributed)": 0}},
		"up to the payment; one is not paid":  {engine.Reading{Anchor: engine.Collected}, linear, map[string]int64{"a": 20, "b": 20, "c": 20, "d": 0, "(unattributed)": 90}},
		"the conversion is no touch":          {engine.Reading{}, engine.Options{BeforeEnd: true}, map[string]int64{"a": 60 + 30, "b": 30, "c": 30, "d": 0, "(unattributed)": 0}},
		"that, and the path begins anew":      {engine.Reading{Reset: true}, engine.Options{BeforeEnd: true}, map[string]int64{"a": 60, "b": 0, "c": 90, "d": 0, "(unattributed)": 0}},
		"a channel is excluded":               {engine.Reading{Exclude: []string{"b", "d"}}, linear, map[string]int64{"a": 60 + 45, "c": 45, "(unattributed)": 0}},
		"every channel is excluded":           {engine.Reading{Exclude: []string{"a", "b", "c", "d"}}, linear, map[string]int64{"(unattributed)": 150}},
	} {
		got := heldBy(t, attribution.ByChannel, deals, touches, of.how, of.o)
		if !near(got, of.want) || len(got) != len(of.want) {
			t.Errorf("%s: %v, want %v", name, got, of.want)
		}
	}
	if _, err := engine.Read([]byte("deal_id,person_id,ts,amount_minor\n"), []byte(touches), engine.Reading{Anchor: engine.Collected}); err == nil {
		t.Error("no column says when a deal was collected")
	}
	book := must(engine.Read([]byte(deals), []byte(touches), engine.Reading{Anchor: engine.Collected}))
	if book.Unanchored != 1 {
		t.Error(book.Unanchored)
	}
}

// TestFilesAreCreditedAsTheEvidence: the same deals and touches, once as files and once as the contract's evidence, hold the same under the same terms.
func TestFilesAreCreditedAsTheEvidence(t *testing.T) {
	zone := must(time.LoadLocation("America/New_York"))
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewChaCha8([32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))))
		day := func() cal.Date { return cal.MustDate("2026-03-01").AddDays(r.IntN(20)) }
		deals, touches := "deal_id,person_id,ts,amount_minor,deal_created,collected_at\n", "touch_id,person_id,ts,channel\n"
		var s crm.Snapshot
		for i := range 1 + r.IntN(8) {
			person, won, paid, created := fmt.Sprint("p", r.IntN(2)), day(), day(), day().Start(zone).Add(time.Duration(r.IntN(3))*7*time.Hour)
			d := crm.Deal{ID: fmt.Sprint("d", i), ClosedOn: won, CreatedAt: created, Won: true, Amount: money.New(r.Int64N(100_000), "USD"), AmountKnown: true}
			s.Deals = append(s.Deals, d)
			s.DealContacts = append(s.DealContacts, crm.DealContact{DealID: d.ID, ContactID: person})
			collected := ""
			if r.IntN(3) > 0 {
				s.Payments = append(s.Payments, crm.Payment{ID: d.ID, DealID: d.ID, PaidOn: paid, Amount: money.New(1, "USD")})
				collected = cal.Later(paid, won).String()
			}
			at := created.Format(time.RFC3339)
			if created.Equal(cal.DateOf(created, zone).Start(zone)) {
				at = cal.DateOf(created, zone).String()
			}
			deals += fmt.Sprintf("%s,%s,%s,%d,%s,%s\n", d.ID, person, won, d.Amount.Minor, at, collected)
		}
		for i := range r.IntN(60) {
			touch := crm.Touch{ID: fmt.Sprint("t", i), ContactID: fmt.Sprint("p", r.IntN(2)), At: day().Start(zone).Add(time.Duration(r.IntN(5))*7*time.Hour - time.Duration(r.IntN(2))*time.Nanosecond), Channel: fmt.Sprint("c", r.IntN(3))}
			s.Touches = append(s.Touches, touch)
			touches += fmt.Sprintf("%s,%s,%s,%s\n", touch.ID, touch.ContactID, touch.At.Format(time.RFC3339Nano), touch.Channel)
		}
		anchor := engine.Anchors()[r.IntN(3)]
		path := attribution.Path{Zone: zone, ToCreation: anchor == engine.Created, ToPayment: anchor == engine.Collected, Reset: r.IntN(2) == 0, BeforeDeal: r.IntN(2) == 0}
		if r.IntN(2) == 0 {
			path.Trim.Exclude = []string{"c1"}
		}
		got := heldBy(t, attribution.ByChannel, deals, touches, engine.Reading{Zone: zone, Anchor: anchor, Reset: path.Reset, Exclude: path.Trim.Exclude}, engine.Options{BeforeEnd: path.BeforeDeal})
		want, x := map[string]int64{"(unattributed)": 0}, attribution.Link(&s)
		for _, d := range s.Deals {
			j, _ := x.Journey(d, path)
			result := attribution.Credit(j, models("linear")[0], attribution.Lookback{}, d.Amount)
			want["(unattributed)"] += result.Unattributed
			for _, c := range result.Credits {
				want[c.Touch.Channel] += c.Minor
			}
		}
		for channel, minor := range got {
			if want[channel] != minor {
				t.Errorf("%+v: %s holds %d in files, %d in the evidence\n%s\n%s", path, channel, minor, want[channel], deals, touches)
			}
		}
	})
}

// A refund has the path and the weights of its deal, whenever it came, and takes each unit back where the deal gave it.
func TestRefundsHaveTheWeightsOfTheirDeal(t *testing.T) {
	const touches = "touch_id,person_id,ts,channel\n1,p,40,a\n2,p,50,b\n3,p,60,c\n4,p,150,late\n5,p,160,late\n"
	deals := "deal_id,person_id,ts,amount_minor,refund_of\nD,p,100,100,\nR,p,200,-100,D\n"
	if got, want := heldBy(t, attribution.ByChannel, deals, touches, engine.Reading{}, engine.Options{}), map[string]int64{"a": 0, "b": 0, "c": 0, "late": 0, "(unattributed)": 0}; !maps.Equal(got, want) {
		t.Errorf("a deal and its refund: %v", got)
	}
	var many, theirs strings.Builder
	many.WriteString("deal_id,person_id,ts,amount_minor,refund_of\n")
	theirs.WriteString("touch_id,person_id,ts,channel\n")
	for i := range 30 {
		fmt.Fprintf(&many, "%d,%d,100,100,\n%d,%d,200,-100,%d\n", i, i, i+1000, i, i)
		fmt.Fprintf(&theirs, "%d,%d,10,a\n%d,%d,20,b\n%d,%d,30,c\n", 3*i, i, 3*i+1, i, 3*i+2, i)
	}
	if got, want := heldBy(t, attribution.ByChannel, many.String(), theirs.String(), engine.Reading{}, engine.Options{}), map[string]int64{"a": 0, "b": 0, "c": 0, "(unattributed)": 0}; !maps.Equal(got, want) {
		t.Errorf("thirty deals and their refunds: %v", got)
	}
	half := heldBy(t, attribution.ByChannel, strings.ReplaceAll(deals, "-100", "-50"), touches, engine.Reading{Reset: true}, engine.Options{})
	if half["late"] != 0 || half["a"]+half["b"]+half["c"] != 50 || half["a"] < 16 || half["a"] > 17 {
		t.Errorf("a deal and half of it back: %v", half)
	}
	book := must(engine.Read([]byte(deals+"S,p,200,-1,R\nT,p,200,-1,X\nU,q,200,-1,D\n"), []byte(touches), engine.Reading{}))
	var told []string
	for _, p := range book.Problems {
		told = append(told, p.Problem.String())
	}
	want := []string{"line 4: deal S is a refund of R, which is a refund itself; name the deal", "line 5: deal T is a refund of X, which is not in the file", "line 6: deal U is a refund of D, which is a deal of another person"}
	if !reflect.DeepEqual(told, want) || len(book.Deals) != 2 {
		t.Errorf("%q, %d deals", told, len(book.Deals))
	}
}
