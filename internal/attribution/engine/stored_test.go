package engine_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/segment"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// history is imports of touches, one after the other, with everything else as it was at the last.
type history struct {
	crm.Snapshot
	imports [][]segment.Touch
}

// someHistory is a few contacts, some merged into others or in a circle, who belong to some deals alone and together, and imports of touches that come again,
// changed, deleted, or moved to another contact.
func someHistory(r *rand.Rand) history {
	var h history
	contact := func() string { return fmt.Sprint("p", r.IntN(7)) }
	at := func() time.Time {
		return time.Date(2026, 1, 1+r.IntN(60), r.IntN(3)*12, 0, 0, r.IntN(2), time.UTC)
	}
	for i := range 7 {
		c := crm.Contact{ID: fmt.Sprint("p", i), CompanyID: fmt.Sprint("c", r.IntN(3)), CreatedAt: at(), Deleted: r.IntN(9) == 0}
		for range r.IntN(3) - 1 {
			c.MergedIDs = append(c.MergedIDs, []string{contact(), "old" + contact()}[r.IntN(2)])
		}
		h.Contacts = append(h.Contacts, c)
	}
	for i := range 1 + r.IntN(6) {
		d := crm.Deal{ID: fmt.Sprint("d", i), CompanyID: fmt.Sprint("c", r.IntN(4)), Amount: money.New(r.Int64N(200_000)-50_000, "USD"), AmountKnown: true, Won: true}
		if r.IntN(4) > 0 {
			d.CreatedAt = at()
		}
		if r.IntN(6) > 0 {
			d.ClosedOn = cal.DateOf(at(), time.UTC)
		}
		h.Deals = append(h.Deals, d)
		for n := range r.IntN(3) {
			h.Payments = append(h.Payments, crm.Payment{ID: fmt.Sprint(d.ID, "-", n), DealID: d.ID, PaidOn: cal.DateOf(at(), time.UTC), Amount: money.New(r.Int64N(300)-100, "USD"), Deleted: r.IntN(8) == 0})
		}
		for range r.IntN(4) {
			h.DealContacts = append(h.DealContacts, crm.DealContact{DealID: d.ID, ContactID: contact(), Deleted: r.IntN(6) == 0})
		}
	}
	known := map[string]bool{}
	for range 1 + r.IntN(4) {
		var brought []segment.Touch
		in := map[string]bool{}
		for line := range r.IntN(40) {
			t := segment.Touch{Line: int64(line), Touch: crm.Touch{ID: strconv.Itoa(r.IntN(60)), ContactID: contact(), At: at(), Seq: int64(r.IntN(3) - 1), Channel: fmt.Sprint("c", r.IntN(5)),
				Provider: []string{"", "agency"}[r.IntN(2)], Deleted: r.IntN(8) == 0}}
			if r.IntN(5) == 0 {
				t.ContactID = "old" + t.ContactID
			}
			if r.IntN(12) == 0 {
				t.At = time.Time{}
			}
			if r.IntN(8) == 0 {
				t.Milestone = []crm.Milestone{crm.LeadCreated, crm.DealCreated}[r.IntN(2)]
			}
			if in[t.ID] {
				continue
			}
			if r.IntN(3) > 0 {
				t.Campaign = []string{"", "spring", "fair"}[r.IntN(3)]
				t.Visit = &crm.Visit{Source: []string{"google", "(direct)", "partner.example", ""}[r.IntN(4)], Medium: []string{"cpc", "(none)", "referral", "email"}[r.IntN(4)]}
			}
			in[t.ID], t.Replaces = true, known[t.ID]
			brought = append(brought, t)
		}
		for id := range in {
			known[id] = true
		}
		h.imports = append(h.imports, brought)
	}
	return h
}

// asOf is the snapshot with the touches of the first n imports.
func (h *history) asOf(n int) crm.Snapshot {
	s := h.Snapshot.Clone()
	last := map[string]crm.Touch{}
	for _, brought := range h.imports[:n] {
		for _, t := range brought {
			last[t.ID] = t.Touch
		}
	}
	for _, t := range last {
		s.Touches = append(s.Touches, t)
	}
	return s
}

func (h *history) segments(n int) (out []engine.Segment) {
	for _, brought := range h.imports[:n] {
		if len(brought) == 0 {
			continue
		}
		var b bytes.Buffer
		w := segment.NewWriter(&b)
		err := w.Write(brought)
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			panic(err)
		}
		_, replaced := w.Rows()
		out = append(out, engine.Segment{Data: b.Bytes(), Replaces: replaced > 0})
	}
	return out
}

// creditsOf are the rows of a ledger, by deal, model and touch.
func creditsOf(text string) map[[3]string]int64 {
	out := map[[3]string]int64{}
	for _, row := range must(csv.NewReader(strings.NewReader(text)).ReadAll())[1:] {
		out[[3]string{row[0], row[1], row[2]}] += must(strconv.ParseInt(row[4], 10, 64))
	}
	return out
}

// TestCreditFromSegmentsIsThatOfTheEvidence: deal by deal, touch by touch and unit by unit what attribution.Credit gives on the snapshot as of each import.
func TestCreditFromSegmentsIsThatOfTheEvidence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewChaCha8([32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))))
		h := someHistory(r)
		n := 1 + r.IntN(len(h.imports))
		zone := []*time.Location{time.UTC, must(time.LoadLocation("America/New_York"))}[r.IntN(2)]
		trim := attribution.Trim{Exclude: [][]string{nil, {"c1"}, {"c0", "c3"}, {"Direct", "Paid Search", "c2"}}[r.IntN(4)], Collapse: r.IntN(2) == 0, Steps: []int{0, 0, 1, 3}[r.IntN(4)]}
		paths := []attribution.Path{
			{Zone: zone, ByAccount: r.IntN(2) == 0, ToCreation: r.IntN(3) == 0, Reset: r.IntN(2) == 0, BeforeDeal: r.IntN(2) == 0, Trim: trim},
			{Zone: zone, ByAccount: true, ToPayment: r.IntN(3) == 0, Reset: r.IntN(2) == 0, BeforeDeal: r.IntN(2) == 0, Trim: trim},
		}
		naming := []*channel.Naming{nil, {Grouping: channel.GA4}, {Rules: []channel.Rule{{Channel: "c3", Campaign: "fair"}, {Channel: "c0", Source: "g*"}}}}[r.IntN(3)]
		paths[0].Channels, paths[1].Channels = naming, naming
		path := func(i int) attribution.Path { return paths[i%2] }
		window := []attribution.Lookback{{}, must(attribution.ParseLookback("20 days", "drop", zone)), must(attribution.ParseLookback("20 days", "renormalise", zone)),
			must(attribution.ParseLookback("500 hours", "re-path", zone))}[r.IntN(4)]

		whole := h.asOf(n)
		want, x := map[[3]string]int64{}, attribution.Link(&whole)
		for i, d := range h.Deals {
			j, _ := x.Journey(d, path(i))
			for _, m := range everyModel {
				c := attribution.Credit(j, m, window, d.Amount)
				for _, touch := range c.Credits {
					if touch.Minor != 0 {
						want[[3]string{d.ID, m.String(), touch.Touch.ID}] += touch.Minor
					}
				}
				if c.Unattributed != 0 {
					want[[3]string{d.ID, m.String(), ""}] += c.Unattributed
				}
			}
		}

		c := attribution.Link(&h.Snapshot).Conversions(h.Deals, path)
		touches, err := engine.Load(engine.Evidence{Segments: h.segments(n), Persons: c.Persons, Contacts: c.Contacts, By: []attribution.By{attribution.ByProvider}, Channels: naming, Exclude: trim.Exclude, Workers: 1 + r.IntN(3)})
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		_, err = touches.Ledger(engine.Deals(c.All, func(i int) int64 { return h.Deals[i].Amount.Minor }), engine.Options{Models: everyModel, Lookback: window, BeforeEnd: true, Collapse: trim.Collapse, Steps: trim.Steps}, &text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, creditsOf(text.String())); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestWhatASegmentBringsIsRead, but for the lines.
func TestWhatASegmentBringsIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := someHistory(rand.New(rand.NewChaCha8([32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed")))))
		segments := h.segments(len(h.imports))
		for _, brought := range h.imports {
			if len(brought) == 0 {
				continue
			}
			got, err := engine.SegmentTouches(segments[0].Data)
			if err != nil {
				t.Fatal(err)
			}
			segments = segments[1:]
			for i := range brought {
				brought[i].Line = 0
				brought[i].At = brought[i].At.UTC()
			}
			if diff := cmp.Diff(brought, got); diff != "" {
				t.Fatal(diff)
			}
		}
	})
	if _, err := engine.SegmentTouches([]byte("PAR1PAR1")); err == nil {
		t.Error("read")
	}
}

// TestADamagedSegmentIsAnError and nothing is credited from half of it.
func TestADamagedSegmentIsAnError(t *testing.T) {
	h := someHistory(rand.New(rand.NewPCG(1, 2)))
	whole := h.segments(1)[0]
	for _, data := range [][]byte{nil, whole.Data[:len(whole.Data)/2], append([]byte("PAR1"), whole.Data[20:]...)} {
		_, err := engine.Load(engine.Evidence{Segments: []engine.Segment{{Data: data}}, Persons: 1, Contacts: []attribution.Belonging{{Contact: "p1"}}})
		if err == nil {
			t.Error("read")
		}
	}
}

// TestManyNamesAreToldApart: more campaigns than the short keys of labels have room for, in several groups of rows, with two providers each.
func TestManyNamesAreToldApart(t *testing.T) {
	const names = 70_000
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	brought := make([]segment.Touch, 0, 2*names)
	for i := range 2 * names {
		brought = append(brought, segment.Touch{Line: int64(i), Touch: crm.Touch{ID: strconv.Itoa(i), ContactID: "p", At: at, Channel: "c", Campaign: strconv.Itoa(i % names), Provider: []string{"", "agency"}[i/names]}})
	}
	h := history{imports: [][]segment.Touch{brought}}
	touches, err := engine.Load(engine.Evidence{Segments: h.segments(1), Persons: 1, Contacts: []attribution.Belonging{{Contact: "p"}}, By: []attribution.By{attribution.ByCampaign, attribution.ByProvider}})
	if err != nil {
		t.Fatal(err)
	}
	if len(touches.Labels) != 2*names || touches.Len() != 2*names {
		t.Fatalf("%d labels of %d touches", len(touches.Labels), touches.Len())
	}
	sums := must(touches.Run([]engine.Deal{{ID: "d", End: at.UnixNano(), LeadCreated: engine.Unknown, DealCreated: engine.Unknown, Since: engine.Unknown, Minor: 2 * names}},
		engine.Options{Models: []attribution.Model{must(attribution.ParseModel("linear"))}}))
	for l, minor := range sums[0].Labels {
		if minor != 1 {
			t.Fatalf("%+v holds %d", touches.Labels[l], minor)
		}
	}
}

// TestAFileOfBeforeVisitsWereKept is read as ever, and not where the channels of visits are named.
func TestAFileOfBeforeVisitsWereKept(t *testing.T) {
	type old struct {
		TouchID   string `parquet:"touch_id"`
		ContactID string `parquet:"contact_id,dict"`
		At        *int64 `parquet:"at,optional,timestamp(nanosecond)"`
		Channel   string `parquet:"channel,dict"`
		Campaign  string `parquet:"campaign,dict"`
		Content   string `parquet:"content,dict"`
		Provider  string `parquet:"provider,dict"`
		Milestone string `parquet:"milestone,dict"`
		Seq       int64  `parquet:"seq"`
		Deleted   bool   `parquet:"deleted"`
		Replaces  bool   `parquet:"replaces"`
	}
	var b bytes.Buffer
	at := int64(1)
	w := parquet.NewGenericWriter[old](&b, parquet.Compression(&parquet.Uncompressed), parquet.DataPageVersion(2), parquet.DefaultEncodingFor(parquet.Int64, &parquet.DeltaBinaryPacked),
		parquet.DefaultEncodingFor(parquet.ByteArray, &parquet.DeltaLengthByteArray))
	if _, err := w.Write([]old{{TouchID: "t", ContactID: "p", At: &at, Channel: "Web"}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	e := engine.Evidence{Segments: []engine.Segment{{Data: b.Bytes()}}, Persons: 1, Contacts: []attribution.Belonging{{Contact: "p"}}}
	if touches, err := engine.Load(e); err != nil || touches.Len() != 1 || touches.Labels[0].Channel != "Web" {
		t.Fatal(touches, err)
	}
	if touches, err := engine.SegmentTouches(b.Bytes()); err != nil || len(touches) != 1 || touches[0].Visit != nil {
		t.Fatal(touches, err)
	}
	e.Channels = &channel.Naming{Grouping: channel.GA4}
	if _, err := engine.Load(e); err == nil {
		t.Error("channels were named without what they are named by")
	}
}
