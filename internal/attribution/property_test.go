package attribution

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"pgregory.net/rapid"
)

var (
	somewhere = []*time.Location{nil, time.UTC, must(time.LoadLocation("America/Sao_Paulo")), must(time.LoadLocation("Europe/Berlin"))}

	anyTouch = rapid.Custom(func(t *rapid.T) Touch {
		return Touch{
			ID:        rapid.StringMatching(`t[0-9]{1,2}`).Draw(t, "id"),
			Channel:   rapid.SampledFrom([]string{"direct", "email", "search", "", "a > b"}).Draw(t, "channel"),
			Provider:  rapid.SampledFrom([]string{"agency", "client", ""}).Draw(t, "provider"),
			At:        closed.Add(-time.Duration(rapid.IntRange(-48, 24*250).Draw(t, "hours before the close")) * time.Hour),
			Seq:       int64(rapid.IntRange(0, 2).Draw(t, "seq")),
			Milestone: rapid.SampledFrom([]Milestone{"", "", "", "", LeadCreated, DealCreated}).Draw(t, "milestone"),
		}
	})
	anyInstant = rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.IntRange(0, 3).Draw(t, "known") == 0 {
			return time.Time{}
		}
		return closed.Add(-time.Duration(rapid.IntRange(0, 24*250).Draw(t, "hours")) * time.Hour)
	})
	anyTrim = rapid.Custom(func(t *rapid.T) Trim {
		return Trim{Exclude: rapid.SampledFrom([][]string{nil, nil, {"email"}, {"", "a > b"}}).Draw(t, "excluded"), Collapse: rapid.Bool().Draw(t, "collapse"),
			Steps: rapid.SampledFrom([]int{0, 0, 1, 3, 8}).Draw(t, "steps")}
	})
	anyJourney = rapid.Custom(func(t *rapid.T) Journey {
		return Journey{
			Deal:        rapid.StringMatching(`deal-[0-9]{1,3}`).Draw(t, "deal"),
			Touches:     rapid.SliceOfN(anyTouch, 0, 12).Draw(t, "touches"),
			LeadCreated: anyInstant.Draw(t, "lead created"),
			DealCreated: anyInstant.Draw(t, "deal created"),
			Since:       anyInstant.Draw(t, "since"),
			Moment:      anyInstant.Draw(t, "moment"),
			End:         closed,
			Trim:        anyTrim.Draw(t, "trim"),
		}
	})
	anyModel = rapid.Custom(func(t *rapid.T) Model {
		text := rapid.SampledFrom([]string{
			"first", "last", "linear", "u-shaped", "w-shaped", "full-path", "j-shaped", "inverse-j-shaped", "last-non-direct", "time-decay:7d", "time-decay:5m", "custom:30/20/50",
			"custom:0/100/0", "custom:first=40,lead=40,middle=20", "custom:lead=100", "custom:deal=33.33,lead=33.33,middle=33.34",
		}).Draw(t, "model")
		if text == "custom:0/100/0" && rapid.Bool().Draw(t, "data-driven") {
			return ByEffects(effectsOf(map[string]int64{"direct": 12345, "email": EffectUnit / 3, "search": EffectUnit, "": 0}))
		}
		return must(ParseModel(text))
	})
	anyLookback = rapid.Custom(func(t *rapid.T) Lookback {
		return Lookback{
			Span: rapid.SampledFrom([]cal.Span{{}, {N: 0, Unit: cal.Days}, {N: 90, Unit: cal.Days}, {N: 3, Unit: cal.Months}, {N: 2160, Unit: cal.Hours}}).Draw(t, "span"),
			Edge: rapid.SampledFrom([]Edge{Drop, Renormalise, RePath}).Draw(t, "edge"),
			Zone: rapid.SampledFrom(somewhere).Draw(t, "zone"),
		}
	})
	anyTotal = rapid.Map(rapid.Int64Range(-money.MaxMinor, money.MaxMinor), func(n int64) money.Amount { return money.New(n, "EUR") })
)

func TestCreditsAndUnattributedSumToTheTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j, total := anyJourney.Draw(t, "journey"), anyTotal.Draw(t, "total")
		r := Credit(j, anyModel.Draw(t, "model"), anyLookback.Draw(t, "lookback"), total)
		sum, weight, dropped := r.Unattributed, int64(0), int64(0)
		for _, c := range r.Credits {
			sum += c.Minor
			weight += c.Weight
			if c.Minor != 0 && (c.Minor < 0) != (total.Minor < 0) {
				t.Fatalf("credit %d of %d has the other sign", c.Minor, total.Minor)
			}
		}
		for _, g := range r.Ignored {
			weight += g.Weight
			dropped += g.Minor
		}
		if sum != total.Minor || weight != r.Whole {
			t.Fatalf("%d of %d credited, weights %d of %d", sum, total.Minor, weight, r.Whole)
		}
		if r.Whole > 0 && dropped != r.Unattributed {
			t.Fatalf("%d unattributed, %d explained", r.Unattributed, dropped)
		}
		if len(r.Credits)+len(r.Ignored) != len(j.Touches) {
			t.Fatalf("%d touches in, %d credits and %d ignored out", len(j.Touches), len(r.Credits), len(r.Ignored))
		}
		for _, by := range []By{ByChannel, ByCampaign, ByProvider} {
			var rows money.Amount
			for _, row := range Aggregate([]Result{r, r}, by) {
				rows = rows.Add(row.Amount)
			}
			if rows.Minor != 2*total.Minor {
				t.Fatalf("by %s: %d of twice %d", by, rows.Minor, total.Minor)
			}
		}
	})
}

// TestDealsCreditedInOneRoomAreCreditedAsEachAlone: what stands in the room of the deal before changes nothing, and what touches hold of another total is
// what crediting that total gives them.
func TestDealsCreditedInOneRoomAreCreditedAsEachAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var room Crediting
		earns := func(channel, _ string) bool { return channel == "email" }
		for range 3 {
			j, m, w, total, other := anyJourney.Draw(t, "journey"), anyModel.Draw(t, "model"), anyLookback.Draw(t, "lookback"), anyTotal.Draw(t, "total"), anyTotal.Draw(t, "other total")
			r, holdings := room.Credit(&j, &m, w, total)
			got, want := *r, Credit(j, m, w, total)
			for _, h := range holdings {
				got.Credits = append(got.Credits, TouchCredit{*h.Touch, h.Roles, h.Weight, h.Minor})
			}
			if len(want.Credits) == 0 {
				want.Credits = nil
			}
			for _, r := range []*Result{&got, &want} { // none is none
				if len(r.Ignored) == 0 {
					r.Ignored = nil
				}
				if len(r.Notes) == 0 {
					r.Notes = nil
				}
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("%+v\n%+v", got, want)
			}
			portion := func(r Result) int64 {
				return r.Portion(func(c Touch) bool { return earns(c.Channel, c.Provider) }).Amount.Minor
			}
			for _, weigh := range []func(){func() {}, func() { room.Weigh(&j, &m, w) }} {
				weigh()
				for _, of := range []money.Amount{total, other, money.New(0, "EUR")} {
					if held := room.Held(of.Minor, earns); held != portion(Credit(j, m, w, of)) {
						t.Fatalf("of %s the touches hold %d, want %d", of, held, portion(Credit(j, m, w, of)))
					}
				}
			}
		}
	})
}

// TestTouchesThatHoldAllHoldAll: where nothing has to be divided, dividing gives everything to the touches that belong.
func TestTouchesThatHoldAllHoldAll(t *testing.T) {
	all := 0
	rapid.Check(t, func(t *rapid.T) {
		j, m, w, total := anyJourney.Draw(t, "journey"), anyModel.Draw(t, "model"), anyLookback.Draw(t, "lookback"), anyTotal.Draw(t, "total")
		earning := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"direct", "email", "search", "", "a > b"}), rapid.ID).Draw(t, "earning")
		earns := func(channel, _ string) bool { return slices.Contains(earning, channel) }
		d := crm.Deal{ID: j.Deal, CreatedAt: j.DealCreated, ClosedOn: cal.DateOf(closed, time.UTC)}
		s := crm.Snapshot{Contacts: []crm.Contact{{ID: "c", CreatedAt: j.LeadCreated}}, DealContacts: []crm.DealContact{{DealID: d.ID, ContactID: "c"}}}
		for _, touch := range j.Touches {
			s.Touches = append(s.Touches, crm.Touch{ID: touch.ID, ContactID: "c", At: touch.At, Seq: touch.Seq, Channel: touch.Channel, Provider: touch.Provider, Milestone: crm.Milestone(touch.Milestone)})
		}
		p := Path{ToCreation: rapid.Bool().Draw(t, "to creation"), ToPayment: rapid.Bool().Draw(t, "to payment"), BeforeDeal: rapid.Bool().Draw(t, "before the deal"), Reset: rapid.Bool().Draw(t, "reset"), Trim: j.Trim, Zone: time.UTC}
		d.Won = true
		s.Deals = []crm.Deal{d}
		if before := j.Since; !before.IsZero() {
			s.Deals = append(s.Deals, crm.Deal{ID: "before", CreatedAt: before, ClosedOn: cal.DateOf(before, time.UTC), Won: true})
			s.DealContacts = append(s.DealContacts, crm.DealContact{DealID: "before", ContactID: "c"})
			s.Payments = []crm.Payment{{ID: "p", DealID: d.ID, PaidOn: d.ClosedOn, Amount: usd("1.00")}, {ID: "q", DealID: "before", PaidOn: cal.DateOf(before, time.UTC), Amount: usd("1.00")}}
		}
		x := Link(&s)
		var room Crediting
		holds := room.HoldsAll(x, &d, p, &m, w, earns)
		journey, _ := room.Journey(x, &d, p)
		room.Weigh(journey, &m, w)
		if held := room.Held(total.Minor, earns); holds && held != total.Minor {
			t.Fatalf("they hold %d of %d", held, total.Minor)
		}
		if holds {
			all++
		}
	})
	if all == 0 {
		t.Error("nothing was ever held whole")
	}
}

func TestOrderOfTheInputChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j, m, w, total := anyJourney.Draw(t, "journey"), anyModel.Draw(t, "model"), anyLookback.Draw(t, "lookback"), anyTotal.Draw(t, "total")
		want := Credit(j, m, w, total)
		j.Touches = rapid.Permutation(j.Touches).Draw(t, "shuffled")
		if got := Credit(j, m, w, total); !reflect.DeepEqual(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

// Copies of a touch that contradict each other count once, in order already or not.
func TestContradictingCopiesCountOnceInEitherOrder(t *testing.T) {
	at := time.Date(2026, time.July, 1, 15, 0, 0, 0, time.UTC)
	one, other := Touch{ID: "t0", Channel: "direct", Provider: "agency", At: at}, Touch{ID: "t0", Channel: "direct", Provider: "client", At: at}
	m, err := ParseModel("first")
	if err != nil {
		t.Fatal(err)
	}
	for _, touches := range [][]Touch{{one, other}, {other, one}} {
		r := Credit(Journey{Deal: "d", Touches: touches, End: at}, m, Lookback{}, money.New(100, "EUR"))
		if len(r.Credits) != 1 || r.Credits[0].Touch != one || len(r.Ignored) != 1 || r.Ignored[0].Reason != Duplicate {
			t.Errorf("%+v", r)
		}
	}
}

func TestTouchAfterTheEndChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j, m, w, total := anyJourney.Draw(t, "journey"), anyModel.Draw(t, "model"), anyLookback.Draw(t, "lookback"), anyTotal.Draw(t, "total")
		want := Credit(j, m, w, total)
		late := anyTouch.Draw(t, "late")
		late.At = j.End.Add(time.Duration(rapid.Int64Range(1, int64(1000*time.Hour)).Draw(t, "after")))
		j.Touches = append([]Touch{late}, j.Touches...)
		got := Credit(j, m, w, total)
		if !reflect.DeepEqual(got.Credits, want.Credits) || got.Unattributed != want.Unattributed || len(got.Ignored) != len(want.Ignored)+1 {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestRefundMirrorsTheCredit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j, m, w, total := anyJourney.Draw(t, "journey"), anyModel.Draw(t, "model"), anyLookback.Draw(t, "lookback"), anyTotal.Draw(t, "total")
		credit, refund := Credit(j, m, w, total), Credit(j, m, w, total.Neg())
		if credit.Unattributed != -refund.Unattributed {
			t.Fatalf("unattributed %d and %d", credit.Unattributed, refund.Unattributed)
		}
		for i := range credit.Credits {
			if c, d := credit.Credits[i], refund.Credits[i]; c.Minor != -d.Minor || c.Weight != d.Weight {
				t.Fatalf("%v against %v", c, d)
			}
		}
	})
}

func TestDropKeepsTheCreditOfTheWholePath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j, m, w, total := anyJourney.Draw(t, "journey"), anyModel.Draw(t, "model"), anyLookback.Draw(t, "lookback"), anyTotal.Draw(t, "total")
		w.Edge = Drop
		unlimited, dropped := Credit(j, m, Lookback{}, total), Credit(j, m, w, total)
		cut := len(unlimited.Credits) - len(dropped.Credits)
		for i, c := range dropped.Credits {
			if c != unlimited.Credits[cut+i] {
				t.Fatalf("%v became %v", unlimited.Credits[cut+i], c)
			}
		}
	})
}

// TestTermsOnlyTakeTouchesAway: no term adds a touch to a path, and of two the tighter one leaves no touch that the looser one does not.
func TestTermsOnlyTakeTouchesAway(t *testing.T) {
	touches := func(r Result) (out []string) {
		for _, c := range r.Credits {
			out = append(out, c.Touch.ID+c.Touch.Channel+c.Touch.Provider+c.Touch.At.String())
		}
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		j, m, w, total := anyJourney.Draw(t, "journey"), anyModel.Draw(t, "model"), anyLookback.Draw(t, "lookback"), anyTotal.Draw(t, "total")
		within := func(what string, tight, loose Journey, tighter, looser Lookback) {
			all := touches(Credit(loose, m, looser, total))
			for _, touch := range touches(Credit(tight, m, tighter, total)) {
				if !slices.Contains(all, touch) {
					t.Fatalf("%s adds %s to %v", what, touch, all)
				}
			}
		}
		loose := j
		loose.Since = time.Time{}
		if !j.Trim.Collapse { // the first of a run stands for it: where that falls away, the second does
			within("a deal before", j, loose, w, w)
			narrower := w
			narrower.Span = cal.Span{N: 40, Unit: cal.Days}
			if w.Span.IsZero() || w.Span.N > 0 { // 90 days or more
				within("a narrower window", j, j, narrower, w)
			}
		}
		loose = j
		loose.Moment, loose.Trim.Steps = time.Time{}, 0
		if !j.Trim.Collapse {
			within("the day of the deal", j, loose, w, w)
		}
		loose = j
		loose.Trim.Steps = 0
		within("a limit of steps", j, loose, w, w)
		loose = j
		loose.Trim.Collapse, loose.Trim.Steps = false, 0
		within("collapsing repeats", j, loose, w, w)
		loose.Trim.Exclude = nil
		within("an excluded channel", j, loose, w, w)
	})
}

func TestEdgesAgreeWhenNothingFallsOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j, m, w, total := anyJourney.Draw(t, "journey"), anyModel.Draw(t, "model"), anyLookback.Draw(t, "lookback"), anyTotal.Draw(t, "total")
		w.Span = cal.Span{N: 300, Unit: cal.Days}
		got, want := Credit(j, m, w, total), Credit(j, m, Lookback{}, total)
		if !reflect.DeepEqual(got.Credits, want.Credits) || got.Unattributed != want.Unattributed {
			t.Fatalf("%s: got %v, want %v", w, got, want)
		}
	})
}

func TestInputIsLeftAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := anyJourney.Draw(t, "journey")
		before := append([]Touch{}, j.Touches...)
		Credit(j, anyModel.Draw(t, "model"), anyLookback.Draw(t, "lookback"), anyTotal.Draw(t, "total"))
		for i := range before {
			if j.Touches[i] != before[i] {
				t.Fatalf("touch %d was changed", i)
			}
		}
	})
}

func FuzzParseModel(f *testing.F) {
	for _, s := range []string{"first", "time-decay:7d", "custom:30/20/50", "custom:first=40,lead=40,middle=20", "last-non-direct:a,b%2C", "custom:%/%/%", "time-decay: 7  days"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseModel(text)
		if err != nil {
			return
		}
		again, err := ParseModel(m.String())
		if err != nil || !reflect.DeepEqual(m, again) {
			t.Fatalf("%q reads %q, which reads %q, %v", text, m, again, err)
		}
		r := Credit(path(4), m, Lookback{}, money.New(1001, "USD"))
		sum := r.Unattributed
		for _, c := range r.Credits {
			sum += c.Minor
		}
		if sum != 1001 {
			t.Fatalf("%q credits %d of 1001", text, sum)
		}
	})
}

func FuzzParseLookback(f *testing.F) {
	f.Add("180 days", "drop")
	f.Add("100000 years", "re-path")
	f.Add(" none ", "")
	f.Add("5 working days", "renormalise")
	f.Fuzz(func(t *testing.T, span, edge string) {
		w, err := ParseLookback(span, edge, time.UTC)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		end := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
		if opens, limited := w.Opens(end); limited && opens.After(end) {
			t.Fatalf("%s opens %s", w, opens)
		}
		text, kept, _ := strings.Cut(w.String(), ", ")
		if again, err := ParseLookback(text, kept, time.UTC); err != nil || again != w {
			t.Fatalf("%q, %q reads %s, which reads %s, %v", span, edge, w, again, err)
		}
	})
}
