package fees_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// workOf is an hour, a result, a delivery, a miss and a purchase, each by the names given.
func workOf(clause, milestone, promise, vendor string) crm.Snapshot {
	day := cal.MustDate("2026-01-05")
	return crm.Snapshot{
		TimeEntries: []crm.TimeEntry{{ID: "te-" + clause, WorkedOn: day, Person: "P", Minutes: 60, Clause: clause}},
		Leads:       []crm.Lead{{ID: "l-" + clause, Clause: clause}},
		Deliveries:  []crm.Delivery{{ID: "d-" + milestone, Milestone: milestone, DeliveredOn: day}},
		SLAMisses:   []crm.SLAMiss{{ID: "m-" + promise, MissedOn: day, Target: promise}},
		Spend:       []crm.Spend{{ID: "s-" + vendor, SpentOn: day, Vendor: vendor, Net: money.New(100, "USD"), NetKnown: true}},
	}
}

func together(a, b crm.Snapshot) crm.Evidence {
	a.TimeEntries, a.Leads, a.Deliveries = append(a.TimeEntries, b.TimeEntries...), append(a.Leads, b.Leads...), append(a.Deliveries, b.Deliveries...)
	a.SLAMisses, a.Spend = append(a.SLAMisses, b.SLAMisses...), append(a.Spend, b.Spend...)
	return crm.Evidence{AsOf: 1, Snapshot: a}
}

// idsOf are the rows, by kind and id.
func idsOf(e crm.Evidence) []string {
	var out []string
	for _, r := range e.Records() {
		out = append(out, string(r.Kind)+" "+r.ID)
	}
	return out
}

// brightpath is an agreement with a specialist that names a clause, a milestone and a promise of its own.
func brightpath(t *testing.T) contract.Agreement {
	t.Helper()
	terms := contract.Terms{Agency: "Brightpath", Clauses: []contract.Clause{contract.Milestones{ID: "social", List: []contract.Milestone{{Name: "Launch film"}}}},
		Service: &contract.ServiceLevels{Promises: []contract.Promised{{Name: "social-draft"}}}}
	return contract.Agreement{Versions: []contract.Terms{terms}}
}

func TestOnlyItsOwnRowsCountUnderASpecialistsContract(t *testing.T) {
	own, theirs := workOf("growth", "Site", "first-draft", "Google"), workOf("social", "launch film ", "social-draft", "brightpath")
	readings := []crm.MetricReading{{Metric: "pipeline"}}
	e := together(own, theirs)
	e.MetricReadings = readings

	got := fees.UnderProvider(e, brightpath(t))
	want := crm.Evidence{AsOf: 1, Snapshot: theirs}
	want.MetricReadings = readings
	if diff := cmp.Diff(idsOf(want), idsOf(got)); diff != "" {
		t.Error(diff)
	}
}

// The agency's own contract is as if the specialist's rows were not there, and what names nobody stays its own.
func TestASpecialistsRowsChangeNothingUnderTheAgencysContract(t *testing.T) {
	own, theirs := workOf("growth", "Site", "first-draft", "Google"), workOf("social", "Launch film", "social-draft", "Google")
	theirs.Spend = nil
	own.TimeEntries = append(own.TimeEntries, crm.TimeEntry{ID: "te-unnamed", Minutes: 30})
	if diff := cmp.Diff(idsOf(together(own, crm.Snapshot{})), idsOf(fees.WithoutProviders(together(own, theirs), []contract.Agreement{brightpath(t)}))); diff != "" {
		t.Error(diff)
	}
	whole := together(own, theirs)
	if diff := cmp.Diff(idsOf(whole), idsOf(fees.WithoutProviders(whole, nil))); diff != "" {
		t.Error(diff)
	}
}
