package ui_test

import (
	"context"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// The dry run of a file says what it leaves of people's decisions, and which it contradicts.
func TestADryRunSaysHowAFileMeetsDecisions(t *testing.T) {
	s := newSite(t)
	take := func(text string) page {
		t.Helper()
		return s.settled(s.submit(s.upload("deliveries.csv", []byte(text)), nil))
	}
	const head = "delivery_id,milestone,delivered_on,accepted_on\n"
	first := take(head + "DLV-1,website-launch,2026-03-03,\nDLV-2,crm-cleanup,2026-03-03,\n")
	s.settled(s.submit(s.get(first.path+"/apply"), nil)).says(200, "Applied")
	row := func(id, milestone string) ops.DecidedRow {
		return ops.DecidedRow{Seen: 1, Row: crm.Delivery{ID: id, Milestone: milestone, DeliveredOn: cal.MustDate("2026-03-03"), AcceptedOn: cal.MustDate("2026-03-10")}.Record()}
	}
	_, err := s.ops.Decide(s.ctx, access.Actor{Account: "acc_fin", Name: "Finn Finance"}, "org_acme", func(context.Context, bun.Tx) (ops.DecisionInput, error) {
		return ops.DecisionInput{Act: crm.ActAccept, Side: access.Client, Role: access.ClientFinance, Rows: []ops.DecidedRow{row("DLV-1", "website-launch"), row("DLV-2", "crm-cleanup")}, At: time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)}, nil
	}, func(context.Context, bun.Tx, []ops.Decision) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	s.get(at+"/imports/2").says(200, "Import 2", "decision-accept-2026-03-10.csv", "Finn Finance")

	check := take(head + "DLV-1,website-launch,2026-03-03,\nDLV-2,crm-cleanup,2026-03-03,2026-03-20\n")
	check.says(200, "1 row of the file leaves blank what a person decided in the program. The decision stays.", "The file says otherwise than people decided", "1 row. Applying it makes the file's word count",
		"DLV-2 · accepted on", "10 Mar 2026", "20 Mar 2026")
	s.settled(s.submit(s.get(check.path+"/apply"), nil)).says(200, "Import 3", "Its word counts now")
}
