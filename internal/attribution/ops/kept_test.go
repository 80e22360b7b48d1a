package ops_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

var keptTerms = ops.Terms{Models: storedModels, Path: attribution.Path{Zone: time.UTC, ByAccount: true, Inferred: true}}

// recorded is the last line of each deal.
func (r room) recorded(client string) map[string]string {
	r.t.Helper()
	out := map[string]string{}
	must(r.t, r.DB.Read(r.ctx, func(ctx context.Context, tx bun.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT deal_id, sha256 FROM attribution_credit WHERE client_id = ? ORDER BY as_of", client)
		if err != nil {
			return err
		}
		defer rows.Close()
		clear(out)
		for rows.Next() {
			var deal, hash string
			if err := rows.Scan(&deal, &hash); err != nil {
				return err
			}
			out[deal] = hash
		}
		return rows.Err()
	}))
	return out
}

// TestKeptCreditIsThatComputedAnew: carried on from import to import, whatever they bring, every deal is recorded as it would be by one who begins now.
func TestKeptCreditIsThatComputedAnew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		for seed := range uint64(5) {
			chance, client, other := rand.New(rand.NewPCG(seed, 9)), fmt.Sprint("org_", seed), fmt.Sprint("org_anew_", seed)
			terms := keptTerms
			if seed > 0 {
				terms.Path = somePath(chance)
			}
			var kept *ops.KeptCredit
			files := someFiles(chance)
			for n, file := range append(files, someFiles(chance)[7:9]...) {
				for _, c := range []string{client, other} {
					_, err := r.crm.Import(ctx, owner, crmops.ImportInput{Client: c, Filename: file[0], Reader: strings.NewReader(file[1])})
					must(t, err)
				}
				if n < 7 || chance.IntN(3) == 0 {
					continue // several imports at once
				}
				var err error
				if kept == nil {
					kept, _, err = r.Keep(ctx, owner, client, terms)
				} else {
					_, err = kept.Advance(ctx, owner)
				}
				must(t, err)
			}
			_, err := kept.Advance(ctx, owner)
			must(t, err)
			if again, err := kept.Advance(ctx, owner); err != nil || len(again) > 0 {
				t.Fatalf("recorded again: %v %v", again, err)
			}
			_, _, err = r.Keep(ctx, owner, other, terms)
			must(t, err)
			got, want := r.recorded(client), r.recorded(other)
			for deal, hash := range got {
				if want[deal] == "" && strings.HasPrefix(hash, "e3b0c442") { // not won any more: the other never heard of it
					delete(got, deal)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
				t.Errorf("seed %d, %d deals: %s", seed, len(want), diff)
			}
			if _, changed, err := r.Keep(ctx, owner, client, terms); err != nil || len(changed) > 0 {
				t.Errorf("one who begins now records %v, %v", changed, err)
			}
		}
	})
}

// TestALateTouchRecordsItsDealOnly: given two won deals, when a touch of the contact of one comes late, then a line of that one is recorded, and the journal says so.
func TestALateTouchRecordsItsDealOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		kept, first, err := r.Keep(ctx, owner, acme, keptTerms)
		must(t, err)
		if len(first) != 2 || first[0].Deal != "D3" || first[1].Deal != "D7" {
			t.Fatalf("%+v", first)
		}
		r.take("late.csv", "touch_id,contact_id,at,channel,campaign,provider\nt9,p1,2026-06-01T12:00:00Z,trade fair,,agency\n")
		late, err := kept.Advance(ctx, owner)
		if err != nil || len(late) != 1 || late[0].Deal != "D3" || late[0].Hash == first[0].Hash {
			t.Fatalf("%+v %v", late, err)
		}
		if got := r.recorded(acme); got["D3"] != late[0].Hash || got["D7"] != first[1].Hash {
			t.Errorf("%v", got)
		}
		if _, _, err := r.Keep(ctx, specialist, acme, keptTerms); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, err := kept.Advance(ctx, stranger); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, _, err := r.Keep(ctx, owner, "org_bolt", keptTerms); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}
