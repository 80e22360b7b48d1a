package ops_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const killedMonthEnd = "OFRECORD_TEST_MONTH_END_IN"

// A process that is killed in a month end leaves whole statements only, each with its entry in the record, and the next run goes on to the end.
func TestKilledInAMonthEnd(t *testing.T) {
	if url := os.Getenv(killedMonthEnd); url != "" {
		endMonthOf(t, url)
		return
	}
	for engine, begin := range fresh {
		t.Run(engine, func(t *testing.T) {
			for _, pause := range []time.Duration{10, 40, 80, 120} {
				t.Run(fmt.Sprint(int(pause)), func(t *testing.T) { killInAMonthEnd(t, begin(t), pause*time.Millisecond) })
			}
		})
	}
}

func killInAMonthEnd(t *testing.T, url string, pause time.Duration) {
	const clients = 12
	d, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ctx := db.WithWorkspace(t.Context(), dbtest.Workspace)
	h := newHouse(t, d, ctx)
	for i := range clients {
		h.client(fmt.Sprintf("Client%02d", i))
	}
	h.MoveTo("2026-04-02")
	var runs ops.MonthEndPage
	for runs.Total == 0 { // killed before it began: let it live longer
		killChild(t, "TestKilledInAMonthEnd", killedMonthEnd+"="+url, pause)
		settled(t, d, ctx)
		runs = must(h.MonthEnds(ctx, owner, 1))(t)
		pause *= 2
	}
	t.Logf("killed after %d of %d", runs.Runs[0].Done, runs.Runs[0].Total)
	if runs.Runs[0].Running {
		_, err = h.MonthEnd(ctx, owner, ops.MonthEndInput{Month: march, Submit: true}, nil)
		wantFault(t, err, fault.Conflict, "month-end-running") // nobody knows yet that the process is gone
	}
	h.MoveTo("2026-04-03")
	whole := must(h.MonthEnd(ctx, owner, ops.MonthEndInput{Month: march, Submit: true}, nil))(t)
	if runs.Runs[0].Running && (whole.ID != runs.Runs[0].ID || whole.Count(fees.OutcomeSubmitted) != clients) {
		t.Errorf("it did not go on: %s", told(whole))
	}
	if whole.Done != clients+1 || whole.Running {
		t.Errorf("it did not come to its end: %+v", whole)
	}
	var statements, drafts, submits, events int
	err = d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		for q, into := range map[string]*int{
			"SELECT count(*) FROM statement": &statements, "SELECT count(*) FROM statement_event": &events,
			"SELECT count(*) FROM journal_entry WHERE action = 'statement.draft'":  &drafts,
			"SELECT count(*) FROM journal_entry WHERE action = 'statement.submit'": &submits,
		} {
			if err := tx.NewRaw(q).Scan(ctx, into); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || statements != clients+1 || drafts != clients+1 || events != clients || submits != clients {
		t.Errorf("%d statements, %d drafted, %d submitted, %d told of: %v", statements, drafts, events, submits, err)
	}
}

// endMonthOf is the process that is killed.
func endMonthOf(t *testing.T, url string) {
	d, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	k := &desk{&feestest.Bench{T: t, Ctx: db.WithWorkspace(t.Context(), dbtest.Workspace)}}
	k.MoveTo("2026-04-02")
	k.Service = &ops.Service{DB: d, Now: k.Clock, Random: rand.Reader, Parties: partyops.New(partyops.Options{DB: d, Now: k.Clock, PublicURL: "https://example.test"}),
		Evidence:     func(context.Context, bun.Tx, string, int64) (crm.Evidence, error) { return crm.Evidence{AsOf: 1}, nil },
		NewestImport: func(context.Context, bun.Tx, string) (int64, error) { return 1, nil },
		ImportedAt:   func(context.Context, bun.Tx, string) (time.Time, error) { return k.Clock(), nil },
	}
	fmt.Println("begin")
	_, _ = k.MonthEnd(k.Ctx, owner, ops.MonthEndInput{Month: march, Submit: true}, nil)
	time.Sleep(time.Second)
}
