package ops_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// importing gives the desk the evidence of real imports.
func (k *desk) importing(t testing.TB, d *db.DB) *crmops.Service {
	t.Helper()
	files, err := blob.Open(filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	s := &crmops.Service{DB: d, Files: files, Now: k.Clock, Random: rand.Reader}
	t.Cleanup(s.Close)
	k.NewestImport, k.ImportedAt = crmops.LatestImport, crmops.LatestImportAt
	k.Evidence = remembered()
	return s
}

// remembered gives evidence as a program does that has just started: it remembers nothing yet.
func remembered() func(ctx context.Context, tx bun.Tx, client string, n int64) (crm.Evidence, error) {
	var memory crmops.Memory
	return func(ctx context.Context, tx bun.Tx, client string, n int64) (_ crm.Evidence, err error) {
		if n == 0 {
			if n, err = crmops.LatestImport(ctx, tx, client); err != nil {
				return crm.Evidence{}, err
			}
		}
		return memory.EvidenceAt(ctx, tx, client, n)
	}
}

// take imports deals won in these months, so many a month, each with a contact and four touches.
func (k *desk) take(t testing.TB, s *crmops.Service, from cal.Month, months, each int) {
	t.Helper()
	tables := map[string]*strings.Builder{"contacts": {}, "deals": {}, "deal_contacts": {}, "touches": {}}
	add := func(table, format string, args ...any) { fmt.Fprintf(tables[table], format+"\n", args...) }
	add("contacts", "contact_id,company_id,email")
	add("deals", "deal_id,name,amount,currency,created_at,closed_on,is_won,is_closed")
	add("deal_contacts", "deal_id,contact_id")
	add("touches", "touch_id,contact_id,at,channel,campaign")
	month := from
	for m := range months {
		for i := range each {
			id := fmt.Sprintf("%s-%d", month, i)
			day := month.First().AddDays(i % 27)
			add("contacts", "c%s,,c%s@example.com", id, id)
			add("deals", "d%s,Deal %s,%d.00,USD,%sT12:00:00Z,%s,true,true", id, id, 1000+100*m+i, day.AddDays(-40), day)
			add("deal_contacts", "d%s,c%s", id, id)
			for touch := range 4 {
				add("touches", "t%s-%d,c%s,%sT09:00:00Z,webinar,spring", id, touch, id, day.AddDays(-7*(touch+1)))
			}
		}
		month = month.Next()
	}
	for _, name := range []string{"contacts", "deals", "deal_contacts", "touches"} {
		if _, err := s.Import(k.Ctx, owner, crmops.ImportInput{Client: "org_acme", Filename: name + ".csv", Reader: strings.NewReader(tables[name].String())}); err != nil {
			t.Fatal(err)
		}
	}
}

// Whatever happens between two drafts, the second is the one that is computed from nothing: by a program that has just started, and has no draft
// to compare with, for the one that there was is withdrawn.
func TestADraftFromMemoryIsTheOneFromNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDeskUnder(t, d, ctx, feestest.Rewritten(text, "created_from: 2026-01-01", "created_from: 2025-11-01"))
		s := k.importing(t, d)
		day := cal.MustDate("2026-04-02")
		k.MoveTo(day.String())
		k.take(t, s, cal.Month{Year: 2026, Month: time.January}, 3, 2)
		deal := func(id, amount, created, closed, won string) func() {
			return func() {
				file := fmt.Sprintf("deal_id,name,amount,currency,created_at,closed_on,is_won,is_closed\n%s,Deal,%s,USD,%sT12:00:00Z,%s,%s,true\n", id, amount, created, closed, won)
				must(s.Import(ctx, owner, crmops.ImportInput{Client: "org_acme", Filename: "deals.csv", Reader: strings.NewReader(file)}))(t)
			}
		}
		var january, february ops.Statement
		for _, step := range []struct {
			name    string
			happens func()
			same    bool
		}{
			{"nothing", func() {}, true},
			{"an amended deal", deal("d2026-03-0", "90000.00", "2026-02-01", "2026-03-01", "true"), false},
			{"a lock over a dispute", func() { january = k.Locked("2026-01", 1) }, false},
			{"an amended deal of what is locked", deal("d2026-01-1", "2500.00", "2025-12-01", "2026-01-02", "true"), false},
			{"another amendment of it", deal("d2026-01-1", "2600.00", "2025-12-01", "2026-01-02", "true"), false},
			{"a release after the lock", func() {
				must(k.Release(ctx, finance, ops.ResolveInput{Statement: january.ID, Line: 1, Amount: "4500.00", Text: "a part"}))(t)
			}, false},
			{"the rest given up", func() { must(k.Waive(ctx, owner, ops.ResolveInput{Statement: january.ID, Line: 1}))(t) }, true},
			{"a line conceded, and a lock that carries the release", func() {
				february = k.Submitted("2026-02")
				must(k.Dispute(ctx, finance, ops.LineInput{Statement: february.ID, Line: 1, Text: "not ours"}))(t)
				must(k.Concede(ctx, owner, ops.LineInput{Statement: february.ID, Line: 1}))(t)
				must(k.AcceptRest(ctx, finance, february.ID))(t)
				must(k.Lock(ctx, owner, ops.LockInput{Statement: february.ID, Seen: -1}))(t)
			}, false},
			{"a deal lost after all", deal("d2026-03-1", "1101.00", "2026-02-02", "2026-03-02", "false"), false},
			{"an upload that is discarded", func() {
				up := must(s.Upload(ctx, owner, crmops.UploadInput{Client: "org_acme", Filename: "deals.csv", Reader: strings.NewReader("deal_id,name\nd9,Gone\n")}))(t)
				if err := s.Discard(ctx, owner, "org_acme", up.ID); err != nil {
					t.Fatal(err)
				}
			}, true},
		} {
			k.Drafted("2026-03")
			step.happens()
			warm := k.Drafted("2026-03")
			if warm.Same != step.same {
				t.Errorf("%s: the draft is the same: %v", step.name, warm.Same)
			}
			must(k.Submit(ctx, owner, ops.SubmitInput{Statement: warm.Statement.ID}))(t)
			must(k.Withdraw(ctx, owner, warm.Statement.ID, "drafted anew"))(t)
			day = day.AddDays(1)
			k.MoveTo(day.String())
			started := &ops.Service{DB: d, Now: k.Clock, Random: rand.Reader, Parties: k.Parties, PublicURL: k.PublicURL, Evidence: remembered(), NewestImport: k.NewestImport, ImportedAt: k.ImportedAt}
			cold := must(started.Draft(ctx, owner, ops.DraftInput{Contract: k.Contract, Month: cal.Month{Year: 2026, Month: time.March}}))(t)
			if cold.Same || cold.Statement.AsOf != day {
				t.Fatalf("%s: it was not computed anew", step.name)
			}
			got, want := warm.Statement.Document, cold.Statement.Document
			got.Statement.AsOf = want.Statement.AsOf
			if got, want := must(got.Encode())(t), must(want.Encode())(t); string(got) != string(want) {
				t.Errorf("%s: from memory comes\n%s\nfrom nothing\n%s", step.name, got, want)
			}
			started.Close()
		}
	})
}
