package crm

import (
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Rows of results, hours and spend that cannot be what they say are lost, with the reason; the others are read.
func TestResultsThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct {
		kind  Kind
		table string
		codes string // of the lost rows, in order
		kept  int
	}{
		"hours": {KindTimeEntry, "entry_id,worked_on,minutes\nE1,2026-02-30,60\nE2,2026-02-01,0\nE3,2026-02-01,1441\nE4,2026-02-01,1.5\n,2026-02-01,60\nE6,2026-02-01,90\n",
			"date-missing minutes minutes whole-number id-missing", 1},
		"readings": {KindMetricReading, "metric,from,through,value,broken\nmql,2026-01-01,2026-03-31,,\nmql,2026-03-31,2026-01-01,5,\n,2026-01-01,2026-03-31,5,\nmql,2026-01-01,2026-03-31,many,\nmql,2026-01-01,2026-03-31,,true\nmql,2026-04-01,2026-06-30,112,\n",
			"value-missing period-reversed metric-missing value-missing", 2},
		"leads": {KindLead, "lead_id,delivered_at,accepted_at,disputed_at,ruling,ruled_at\nL1,,,,,\nL2,2026-03-02T10:00:00Z,2026-03-01T10:00:00Z,,,\nL3,2026-03-02T10:00:00Z,,2026-03-03T10:00:00Z,maybe,2026-03-04T10:00:00Z\nL4,2026-03-02T10:00:00Z,,2026-03-03T10:00:00Z,upheld,\nL5,2026-03-02T10:00:00Z,,,denied,2026-03-04T10:00:00Z\nL6,2026-03-02T10:00:00Z,,2026-03-03T10:00:00Z,upheld,2026-03-04T10:00:00Z\n",
			"lead-undated before-delivery ruling ruling-half ruling-without-dispute", 1},
		"deliveries": {KindDelivery, "delivery_id,milestone,delivered_on,accepted_on,returned_on,part\nM1,,2026-03-02,,,\nM2,launch,2026-03-02,2026-03-01,,\nM3,launch,2026-03-02,2026-03-03,2026-03-04,\nM4,launch,2026-03-02,,,150 %\nM5,launch,2026-03-02,,,0 %\nM6,launch,2026-03-02,2026-03-04,,50 %\n",
			"milestone-missing before-delivery accepted-and-returned part part", 1},
		"spend": {KindSpend, "spend_id,spent_on,category,net,gross,currency\nS1,2026-03-02,media,,,USD\nS2,2026-03-02,,10,,USD\nS3,2026-03-02,media,10,,\nS4,2026-03-02,media,850000.00,1000000.00,USD\n",
			"spend-amount-unknown category-missing spend-amount-unknown", 1},
		"misses": {KindSLAMiss, "miss_id,missed_on,excused\nX1,,\nX2,2026-03-02,perhaps\nX3,2026-03-02,yes\n", "date-missing", 2},
	} {
		t.Run(name, func(t *testing.T) {
			// given the plain file of the kind, when it is read
			s, problems := decode(t, Plain(c.kind).only(c.table), nil, c.table)
			// then each row is either kept or lost for its reason
			var lost []string
			for _, p := range problems {
				if p.Lost && !slices.Contains(lost, p.Code+" "+p.Message) {
					lost = append(lost, p.Code)
				}
			}
			if got := strings.Join(lost, " "); got != c.codes || len(s.Records()) != c.kept {
				t.Errorf("lost %q, kept %d: %+v", got, len(s.Records()), problems)
			}
		})
	}
}

// only keeps the columns that the table has.
func (m Mapping) only(table string) Mapping {
	header, _, _ := strings.Cut(table, "\n")
	for c := range m.Columns {
		if !slices.Contains(strings.Split(header, ","), c) {
			delete(m.Columns, c)
		}
	}
	return m
}

// What a row of spend says of its provider, service, brand and market is read back; a row without them is the bytes that it always was.
func TestSpendSaysWhoseWorkItWas(t *testing.T) {
	plain := Spend{ID: "s1", SpentOn: cal.MustDate("2026-03-31"), Vendor: "Search ads", Category: "media", Net: money.New(100, "USD"), NetKnown: true}
	said := plain
	said.Provider, said.Service, said.Brand, said.Market = "Roster Two", "paid-media", "Acme", "US"
	for _, s := range []Spend{plain, said} {
		if got, err := s.Record().Spend(); err != nil || got != s {
			t.Errorf("%v, %+v", err, got)
		}
	}
	if plain.Record().Hash() == said.Record().Hash() {
		t.Error("two rows have one hash")
	}
	if got := plain.Record().Hash().String(); got != "0129d0137c9bf66f5632e6d76421dd07fda3b239b5653a33ee7c10c1eee42eea" {
		t.Errorf("the hash of a row without them became %s", got)
	}
	if said.ByAgency("Northlight") || !said.ByAgency("roster  two") || !plain.ByAgency("Northlight") {
		t.Error("whose work it was")
	}
}
