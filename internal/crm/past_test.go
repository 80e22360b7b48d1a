package crm

import (
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// What imports said of one deal, created on 1 March, tells its past.
func TestThePastOfADeal(t *testing.T) {
	at := func(on, closes, stage, source string, won bool) SaidDeal {
		d := Deal{ID: "d", OutcomeKnown: true, CreatedAt: noon("2026-03-01"), Stage: stage, Source: source, Won: won, Closed: won}
		if closes != "" {
			d.ClosedOn = cal.MustDate(closes)
		}
		return SaidDeal{cal.MustDate(on), d}
	}
	for _, c := range []struct {
		name string
		said []SaidDeal
		want Past
	}{
		{"nothing", nil, Past{}},
		{"first seen when it was won", []SaidDeal{at("2026-06-30", "2026-06-10", "won", "Webinar", true)}, Past{}},
		{"first seen on the thirtieth day", []SaidDeal{at("2026-03-31", "2026-05-31", "new", "Webinar", false)}, Past{Forecast: cal.MustDate("2026-05-31"), Stages: true, SourceKnown: true}},
		{"and a day later", []SaidDeal{at("2026-04-01", "2026-05-31", "new", "Webinar", false)}, Past{}},
		{"pushed twice, drawn in once", []SaidDeal{at("2026-03-02", "2026-05-31", "new", "Webinar", false), at("2026-04-02", "2026-06-30", "offer", "Webinar", false), at("2026-05-02", "2026-06-15", "offer", "Webinar", false),
			at("2026-06-02", "2026-07-15", "offer", "Webinar", false), at("2026-08-02", "2026-08-01", "won", "Webinar", true)},
			Past{Forecast: cal.MustDate("2026-05-31"), Pushes: 2, Stages: true, SourceKnown: true}},
		{"without a close date at first", []SaidDeal{at("2026-03-02", "", "", "", false), at("2026-04-02", "2026-06-30", "offer", "Webinar", false)}, Past{}},
		{"its source entered late", []SaidDeal{at("2026-03-02", "2026-05-31", "new", "", false), at("2026-03-20", "2026-05-31", "new", "Webinar", false)}, Past{Forecast: cal.MustDate("2026-05-31"), Stages: true, SourceKnown: true}},
		{"changed and changed back", []SaidDeal{at("2026-03-02", "2026-05-31", "new", "Webinar", false), at("2026-04-02", "2026-05-31", "new", "Fair", false), at("2026-05-02", "2026-05-31", "new", "Webinar", false)},
			Past{Forecast: cal.MustDate("2026-05-31"), Stages: true, SourceKnown: true, SourceChanged: true}},
		{"seen late, its stage moved since", []SaidDeal{at("2026-05-02", "2026-06-30", "new", "Webinar", false), at("2026-06-02", "2026-06-30", "offer", "Webinar", false)}, Past{Stages: true}},
	} {
		if got := PastOf(c.said, nil, time.UTC); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

// The CRM's own history tells what was between two imports, and before the first.
func TestThePastOfADealByTheHistoryOfTheCRM(t *testing.T) {
	edit := func(field, at, before, after string) Edit {
		return Edit{Of: KindDeal, RecordID: "d", Field: field, At: noon(at), Before: before, After: after}
	}
	won := []SaidDeal{{cal.MustDate("2026-09-30"), Deal{ID: "d", OutcomeKnown: true, Won: true, Closed: true, CreatedAt: noon("2026-03-01"), ClosedOn: cal.MustDate("2026-09-10"), Source: "Fair", Stage: "won"}}}
	for _, c := range []struct {
		name  string
		edits []Edit
		want  Past
	}{
		{"its close date pushed twice, and written at the close", []Edit{edit("closed_on", "2026-04-10", "2026-05-31", "2026-06-30"), edit("closed_on", "2026-06-20", "2026-06-30", "2026-08-31"), edit("closed_on", "2026-09-10", "2026-08-31", "2026-09-10")},
			Past{Forecast: cal.MustDate("2026-05-31"), Pushes: 2}},
		{"drawn in", []Edit{edit("closed_on", "2026-04-10", "2026-05-31", "2026-05-01")}, Past{Forecast: cal.MustDate("2026-05-31")}},
		{"told only what was said after, soon", []Edit{edit("closed_on", "2026-03-01", "", "2026-05-31")}, Past{Forecast: cal.MustDate("2026-05-31")}},
		{"and late", []Edit{edit("closed_on", "2026-06-01", "", "2026-07-31")}, Past{}},
		{"its source changed", []Edit{edit("source", "2026-05-01", "Webinar", "Fair")}, Past{SourceKnown: true, SourceChanged: true}},
		{"its source written at the start", []Edit{edit("source", "2026-03-02", "", "Fair")}, Past{SourceKnown: true}},
		{"moved to a stage", []Edit{edit("stage", "2026-05-01", "new", "offer")}, Past{Stages: true}},
	} {
		if got := PastOf(won, c.edits, time.UTC); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}
