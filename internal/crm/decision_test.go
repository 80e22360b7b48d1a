package crm

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// A file that comes after a person's decision: it wins over a blank, and a value that says otherwise is a change like any other.
func TestAFileMeetsWhatAPersonDecided(t *testing.T) {
	day := cal.MustDate
	handed := Delivery{ID: "DLV-1", Milestone: "website-launch", DeliveredOn: day("2026-03-03")}
	with := func(change func(*Delivery)) Delivery { d := handed; change(&d); return d }
	accepted := with(func(d *Delivery) { d.AcceptedOn = day("2026-03-10") })
	returned := with(func(d *Delivery) { d.ReturnedOn = day("2026-03-10") })
	at := func(s string) time.Time {
		x, err := time.Parse("2006-01-02T15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	lead := Lead{ID: "L-1", DeliveredAt: at("2026-03-03T10:00")}
	disputed := lead
	disputed.DisputedAt, disputed.Reason = at("2026-03-04T10:00"), "wrong region"
	upheld := disputed
	upheld.Ruling, upheld.RuledAt = RulingUpheld, at("2026-03-05T10:00")
	later := lead
	later.DisputedAt, later.Reason = at("2026-03-09T10:00"), "wrong region"

	for _, test := range []struct {
		name    string
		acts    map[Act]Record // what a person decided
		before  Record
		said    Record
		want    Record
		kept    string
		against string
	}{
		{"a blank keeps the acceptance", map[Act]Record{ActAccept: accepted.Record()}, accepted.Record(), handed.Record(), accepted.Record(), "accepted_on", ""},
		{"the same is the same", map[Act]Record{ActAccept: accepted.Record()}, accepted.Record(), accepted.Record(), accepted.Record(), "", ""},
		{"another day is a change", map[Act]Record{ActAccept: accepted.Record()}, accepted.Record(), with(func(d *Delivery) { d.AcceptedOn = day("2026-03-12") }).Record(),
			with(func(d *Delivery) { d.AcceptedOn = day("2026-03-12") }).Record(), "", "accepted_on"},
		{"a return that a file makes an acceptance of", map[Act]Record{ActReturn: returned.Record()}, returned.Record(), accepted.Record(), accepted.Record(), "", "returned_on"},
		{"a note changes nothing of it", map[Act]Record{ActAccept: accepted.Record()}, accepted.Record(), with(func(d *Delivery) { d.Note = "tidied" }).Record(),
			with(func(d *Delivery) { d.Note, d.AcceptedOn = "tidied", day("2026-03-10") }).Record(), "accepted_on", ""},
		{"another part is another thing", map[Act]Record{ActAccept: accepted.Record()}, accepted.Record(), with(func(d *Delivery) { d.Part = "50 %" }).Record(),
			with(func(d *Delivery) { d.Part = "50 %" }).Record(), "", "accepted_on"},
		{"a deleted row is deleted", map[Act]Record{ActAccept: accepted.Record()}, accepted.Record(), with(func(d *Delivery) { d.Deleted = true }).Record(),
			with(func(d *Delivery) { d.Deleted = true }).Record(), "", "accepted_on"},
		{"what no person decided is as the file says", nil, accepted.Record(), handed.Record(), handed.Record(), "", ""},
		{"an overruled decision keeps nothing", map[Act]Record{ActAccept: accepted.Record()}, handed.Record(), handed.Record(), handed.Record(), "", ""},
		{"a ruling stays with its dispute", map[Act]Record{ActDispute: disputed.Record(), ActUphold: upheld.Record()}, upheld.Record(), lead.Record(), upheld.Record(), "disputed_at reason ruling ruled_at", ""},
		{"a ruling does not stand before its dispute", map[Act]Record{ActDispute: disputed.Record(), ActUphold: upheld.Record()}, upheld.Record(), later.Record(), later.Record(), "", "disputed_at ruling ruled_at"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var decided Decided
			for _, a := range []Act{ActAccept, ActReturn, ActDispute, ActUphold} {
				if row, ok := test.acts[a]; ok {
					decided = decided.With(a, row)
				}
			}
			met := decided.Meet(test.before, test.said)
			if !slices.Equal(met.Row.Values, test.want.Values) || met.Row.ID != test.want.ID {
				t.Errorf("got %v, want %v", met.Row.Fields(), test.want.Fields())
			}
			if got := strings.Join(met.Kept, " "); got != test.kept {
				t.Errorf("kept %q, want %q", got, test.kept)
			}
			if got := strings.Join(met.Against, " "); got != test.against {
				t.Errorf("against %q, want %q", got, test.against)
			}
		})
	}
}
