package ops_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

var engines = []struct {
	name string
	open func(testing.TB) (*db.DB, context.Context)
}{{db.SQLite, dbtest.SQLite}, {db.Postgres, dbtest.Postgres}}

// copies adds so many clients, each with the contract and the evidence of the first.
func (k *desk) copies(b *testing.B, d *db.DB, n int) {
	b.Helper()
	err := d.Write(k.Ctx, func(ctx context.Context, tx bun.Tx) error {
		for i := range n {
			org, contract, version := fmt.Sprintf("org_%04d", i), fmt.Sprintf("ctr_%04d", i), fmt.Sprintf("cver_%04d", i)
			for _, q := range []struct {
				sql  string
				args []any
			}{
				{"INSERT INTO org (id, kind, name, created_at) VALUES (?, 'client', ?, ?)", []any{org, fmt.Sprintf("Client %04d", i), k.Clock()}},
				{"INSERT INTO contract (id, client_id, name, created_at) VALUES (?, ?, 'growth', ?)", []any{contract, org, k.Clock()}},
				{"INSERT INTO contract_version SELECT ?, ?, number, attempt, effective, source, sha256, proposed_at, proposed_by, proposed_by_name FROM contract_version WHERE contract_id = ?", []any{version, contract, k.Contract}},
				{"INSERT INTO contract_acceptance SELECT ?, a.side, a.accepted_at, a.accepted_by, a.accepted_by_name, a.paper_reference, a.paper_signatory, a.paper_signed_on " +
					"FROM contract_acceptance AS a JOIN contract_version AS v ON v.id = a.version_id WHERE v.contract_id = ?", []any{version, k.Contract}},
				{"INSERT INTO crm_row SELECT ?, kind, ext_id, import_no, hash, link, line, body FROM crm_row WHERE client_id = 'org_acme'", []any{org}},
				{"INSERT INTO crm_result SELECT import_id || ?, ?, no, tally, applied_at FROM crm_result WHERE client_id = 'org_acme'", []any{"-" + org, org}},
			} {
				if _, err := tx.ExecContext(ctx, q.sql, q.args...); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkMonthEnd ends a month of 1,000 engagements with 50 deals each, first drafting, then again with nothing changed. The aim is less than
// 30 s on SQLite.
func BenchmarkMonthEnd(b *testing.B) {
	const engagements, deals = 1000, 50
	for _, engine := range engines {
		b.Run(engine.name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				d, ctx := engine.open(b)
				k := newDesk(b, d, ctx)
				s := k.importing(b, d)
				k.MoveTo("2026-02-02")
				k.take(b, s, cal.Month{Year: 2026, Month: time.January}, 1, deals)
				k.copies(b, d, engagements-1)
				b.StartTimer()
				for _, pass := range []struct {
					name string
					kind fees.OutcomeKind
				}{{"draft", fees.OutcomeDrafted}, {"again", fees.OutcomeUnchanged}} {
					start := time.Now()
					run, err := k.MonthEnd(ctx, owner, ops.MonthEndInput{Month: cal.Month{Year: 2026, Month: time.January}}, nil)
					if err != nil || run.Count(pass.kind) != engagements {
						b.Fatalf("%v, %s", err, run.Words())
					}
					b.ReportMetric(time.Since(start).Seconds(), pass.name+"-s")
				}
			}
		})
	}
}

// BenchmarkDraftOfTheTenthYear drafts the month after one, nine and ten years of 50 deals a year, with every month before it locked: as a program
// does that has just started, after an import that changed a deal of the month, and with nothing changed. The tenth year
// is to cost at most a fifth more than the ninth: what a statement costs grows with the years of its evidence, and no faster.
func BenchmarkDraftOfTheTenthYear(b *testing.B) {
	for _, engine := range engines {
		for _, years := range []int{1, 9, 10} {
			b.Run(fmt.Sprintf("%s/%d", engine.name, years), func(b *testing.B) {
				d, ctx := engine.open(b)
				k := newDeskUnder(b, d, ctx, strings.Replace(text, "length: 12 months", "length: 240 months", 1))
				s := k.importing(b, d)
				k.MoveTo("2045-01-02")
				k.take(b, s, cal.Month{Year: 2026, Month: time.January}, 12*years+1, 4)
				month := cal.Month{Year: 2026, Month: time.January}
				for range 12 * years {
					st := must(k.Submit(ctx, owner, ops.SubmitInput{Statement: k.Drafted(month.String()).Statement.ID}))(b)
					must(k.AcceptRest(ctx, finance, st.ID))(b)
					must(k.Lock(ctx, owner, ops.LockInput{Statement: st.ID, Seen: -1}))(b)
					month = month.Next()
				}
				in := ops.DraftInput{Contract: k.Contract, Month: month}
				must(k.Draft(ctx, owner, in))(b)
				amount := 5000
				change := func() {
					amount++
					file := fmt.Sprintf("deal_id,name,amount,currency,created_at,closed_on,is_won,is_closed\nd%s-0,Deal,%d.00,USD,%sT12:00:00Z,%s,true,true\n", month, amount, month.First().AddDays(-40), month.First())
					must(s.Import(ctx, owner, crmops.ImportInput{Client: "org_acme", Filename: "deals.csv", Reader: strings.NewReader(file)}))(b)
				}
				for _, c := range []struct {
					name   string
					before func()
					same   bool
				}{{"started", func() { change(); k.Evidence = remembered() }, false}, {"changed", change, false}, {"again", func() {}, true}} {
					b.Run(c.name, func(b *testing.B) {
						for b.Loop() {
							b.StopTimer()
							c.before()
							b.StartTimer()
							if must(k.Draft(ctx, owner, in))(b).Same != c.same {
								b.Fatalf("the draft is the same: %v", !c.same)
							}
						}
					})
				}
			})
		}
	}
}
