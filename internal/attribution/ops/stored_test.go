package ops_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// someFiles are imports of one client as a CRM might export them over some weeks: every kind comes again with rows that are new, changed, moved, merged or deleted.
func someFiles(r *rand.Rand) (files [][2]string) {
	contact := func() string { return fmt.Sprint("p", r.IntN(6)) }
	when := func() string {
		return time.Date(2026, 1, 1+r.IntN(60), r.IntN(3)*12, 0, 0, 0, time.UTC).Format(time.RFC3339)
	}
	deleted := func() string { return []string{"", "", "", "", "true"}[r.IntN(5)] }
	var text strings.Builder
	add := func(kind, head string, rows int, row func(i int) string) {
		text.Reset()
		text.WriteString(head + "\n")
		for _, i := range r.Perm(rows) {
			text.WriteString(row(i) + "\n")
		}
		files = append(files, [2]string{kind + ".csv", text.String()})
	}
	for range 2 {
		add("companies", "company_id,name,domain,created_at,deleted", 3, func(i int) string { return fmt.Sprintf("c%d,,c%d.example,%s,%s", i, r.IntN(4), when(), deleted()) })
		add("contacts", "contact_id,company_id,email,created_at,merged_ids,deleted", 6, func(i int) string {
			return fmt.Sprintf("p%d,%s,%d@c%d.example,%s,%s,%s", i, []string{"", "c0", "c1", "c2"}[r.IntN(4)], i, r.IntN(3), when(), []string{"", "old" + contact(), contact()}[r.IntN(3)], deleted())
		})
		add("merges", "merged_id,into,at,deleted", 2, func(i int) string {
			return fmt.Sprintf("%s,%s,%s,%s", []string{"old0", "p5", "audited"}[(i+r.IntN(2))%3], contact(), when(), deleted())
		})
		add("company_merges", "merged_company_id,into_company_id,deleted", 1, func(int) string { return fmt.Sprintf("c%d,c0,%s", 1+r.IntN(2), deleted()) })
		add("deal_merges", "merged_deal_id,into_deal_id,deleted", 2, func(i int) string {
			return fmt.Sprintf("d%d,d%d,%s", i+1, []int{0, 3, 4}[r.IntN(3)], deleted())
		})
		add("account_links", "contact_id,domain,company_id,deleted", 1, func(int) string { return fmt.Sprintf("p%d,,c%d,%s", r.IntN(6), r.IntN(3), deleted()) })
		add("deals", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed,deleted", 7, func(i int) string {
			return fmt.Sprintf("d%d,,c%d,%d.%02d,USD,%s,%s,won,%v,true,%s", i, r.IntN(3), r.IntN(900), r.IntN(100), when(), when()[:10], r.IntN(5) > 0, deleted())
		})
		pairs := map[string]bool{}
		add("deal_contacts", "deal_id,contact_id,role,deleted", 9, func(int) string {
			for {
				if pair := fmt.Sprintf("d%d,%s", r.IntN(6), contact()); !pairs[pair] {
					pairs[pair] = true
					return pair + ",," + deleted()
				}
			}
		})
		for range 2 {
			from := r.IntN(20)
			add("touches", "touch_id,contact_id,at,channel,source,medium,campaign,provider,milestone,seq,deleted", 40, func(i int) string {
				return fmt.Sprintf("%d,%s,%s,ch%d,%s,,%s,%s,%d,%s", from+i, []string{"", "", "old"}[r.IntN(3)]+contact(), when(), r.IntN(4), []string{",", "google,cpc", "(direct),(none)", "partner.example,referral"}[r.IntN(4)], []string{"", "agency"}[r.IntN(2)],
					[]string{"", "", "", "lead-created", "deal-created"}[r.IntN(5)], r.IntN(3), deleted())
			})
		}
		add("payments", "payment_id,deal_id,paid_on,amount,currency,deleted", 8, func(i int) string {
			return fmt.Sprintf("y%d,d%d,%s,%d.00,USD,%s", i, r.IntN(6), when()[:10], r.IntN(90)-20, deleted())
		})
		add("merges", "merged_id,into", 1, func(int) string { return "old" + contact() + "," + contact() })
	}
	return files
}

// somePath is one that a contract may mean.
func somePath(r *rand.Rand) attribution.Path {
	naming := []*channel.Naming{nil, {Grouping: channel.GA4, Rules: []channel.Rule{{Channel: "ch1", Source: "partner*"}}}}[r.IntN(2)]
	return attribution.Path{Zone: time.UTC, Channels: naming, ByAccount: r.IntN(2) == 0, ToCreation: r.IntN(3) == 0, ToPayment: r.IntN(3) == 0, BeforeDeal: r.IntN(2) == 0, Reset: r.IntN(2) == 0,
		Trim: attribution.Trim{Exclude: [][]string{nil, {"ch1"}}[r.IntN(2)], Collapse: r.IntN(2) == 0, Steps: []int{0, 3}[r.IntN(2)]}}
}

var storedModels = func() (out []attribution.Model) {
	for _, text := range []string{"first", "last", "last-non-direct:ch0", "linear", "u-shaped", "w-shaped", "full-path", "j-shaped", "time-decay:7d"} {
		m, err := attribution.ParseModel(text)
		if err != nil {
			panic(err)
		}
		out = append(out, m)
	}
	return out
}()

// TestCreditFromTheStoreIsThatOfTheEvidence: for random histories of imports and as of any of them, every won deal has touch by touch and unit by unit what
// attribution.Credit gives; where files are gone or damaged too.
func TestCreditFromTheStoreIsThatOfTheEvidence(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		for seed := range uint64(8) {
			chance, client := rand.New(rand.NewPCG(seed, 7)), fmt.Sprint("org_", seed)
			for _, file := range someFiles(chance) {
				_, err := r.crm.Import(ctx, owner, crmops.ImportInput{Client: client, Filename: file[0], Reader: strings.NewReader(file[1])})
				must(t, err)
			}
			if seed == 3 {
				r.spoil(client)
			}
			for range 3 {
				asOf := int64(3 + chance.IntN(12))
				path := somePath(chance)
				window, err := attribution.ParseLookback([]string{"none", "20 days", "500 hours"}[chance.IntN(3)], []string{"drop", "renormalise", "re-path"}[chance.IntN(3)], time.UTC)
				must(t, err)
				must(t, d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
					s, err := r.Stored(ctx, tx, client, asOf, path)
					if err != nil {
						return err
					}
					e, err := crmops.EvidenceAt(ctx, tx, client, asOf)
					if err != nil {
						return err
					}
					var text bytes.Buffer
					if _, err := s.Touches.Ledger(s.Deals, ops.Terms{Models: storedModels, Lookback: window, Path: path}.Options(), &text); err != nil {
						return err
					}
					if diff := cmp.Diff(oneByOne(e.Snapshot, path, window), creditsOf(t, text.String())); diff != "" {
						t.Errorf("seed %d as of %d: %s", seed, asOf, diff)
					}
					return nil
				}))
			}
		}
	})
}

// oneByOne is the credit of each won deal by itself.
func oneByOne(s crm.Snapshot, path attribution.Path, window attribution.Lookback) map[[3]string]int64 {
	out, x := map[[3]string]int64{}, attribution.Link(&s)
	for _, d := range s.Deals {
		if !d.Won || d.Deleted || !d.AmountKnown {
			continue
		}
		j, _ := x.Journey(d, path)
		for _, m := range storedModels {
			c := attribution.Credit(j, m, window, d.Amount)
			for _, touch := range c.Credits {
				if touch.Minor != 0 {
					out[[3]string{d.ID, m.String(), touch.Touch.ID}] = touch.Minor
				}
			}
			if c.Unattributed != 0 {
				out[[3]string{d.ID, m.String(), ""}] = c.Unattributed
			}
		}
	}
	return out
}

func creditsOf(t *testing.T, text string) map[[3]string]int64 {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	must(t, err)
	out := map[[3]string]int64{}
	for _, row := range rows[1:] {
		if out[[3]string{row[0], row[1], row[2]}], err = strconv.ParseInt(row[4], 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// spoil takes the first file of touches of a client away and damages the second.
func (r room) spoil(client string) {
	r.t.Helper()
	found, err := r.crm.Segments(r.ctx, owner, client)
	must(r.t, err)
	path := func(sha string) string { return filepath.Join(r.files, sha[:2], sha[2:]) }
	must(r.t, os.Remove(path(found[0].SHA256)))
	must(r.t, os.WriteFile(path(found[1].SHA256), []byte("PAR1"), 0o600))
}

// TestAComparisonIsTheCreditOfItsDeals: rows, deals and what nobody holds are what attribution.Aggregate makes of the credit of each deal by itself, under every model.
func TestAComparisonIsTheCreditOfItsDeals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.Now = func() time.Time { return time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC) }
		for seed := range uint64(4) {
			chance, client := rand.New(rand.NewPCG(seed, 11)), fmt.Sprint("org_", seed)
			for _, file := range someFiles(chance) {
				_, err := r.crm.Import(ctx, owner, crmops.ImportInput{Client: client, Filename: file[0], Reader: strings.NewReader(file[1])})
				must(t, err)
			}
			window := []string{"none", "20 days", "500 hours"}[chance.IntN(3)]
			edge := []string{"drop", "renormalise", "re-path"}[chance.IntN(3)]
			path := attribution.Path{ByAccount: true, BeforeDeal: chance.IntN(2) == 0, Reset: chance.IntN(2) == 0, Zone: time.UTC}
			asked := ops.Asked{Lookback: window, Edge: edge}
			if path.BeforeDeal {
				asked.AtTheDeal = "left-out"
			}
			if path.Reset {
				asked.EarlierDeals = "reset"
			}
			v, err := r.Compare(ctx, owner, client, ops.CompareInput{Asked: asked})
			must(t, err)
			must(t, d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
				e, err := crmops.EvidenceAt(ctx, tx, client, v.AsOf)
				if err != nil {
					return err
				}
				x := attribution.Link(&e.Snapshot)
				rule := v.Rules[0]
				for column, head := range v.Heads {
					var all []attribution.Result
					creditless := 0
					for _, deal := range e.Deals {
						if deal.Won && !deal.Deleted && deal.AmountKnown {
							j, _ := x.Journey(deal, path)
							result := attribution.Credit(j, head.Models[0], rule.Lookback, deal.Amount)
							if all = append(all, result); result.Unattributed == deal.Amount.Minor {
								creditless++
							}
						}
					}
					table := v.Tables[0]
					if table.Deals != len(all) || table.Creditless[column] != creditless {
						t.Errorf("seed %d, %s: %d deals, %d without credit; %d, %d", seed, head.Models[0], table.Deals, table.Creditless[column], len(all), creditless)
					}
					for by, got := range map[attribution.By][]ops.CompareRow{attribution.ByChannel: table.ByChannel, attribution.ByProvider: table.ByProvider} {
						want := attribution.Aggregate(all, by)
						if len(got) != len(want) {
							t.Fatalf("seed %d, %s: %d rows by %s, not %d", seed, head.Models[0], len(got), by, len(want))
						}
						for i := range want {
							if got[i].Label() != want[i].Label() || got[i].Amounts[column] != want[i].Amount || got[i].Deals < want[i].Deals {
								t.Errorf("seed %d, %s by %s: %+v, not %+v", seed, head.Models[0], by, got[i], want[i])
							}
						}
					}
				}
				return nil
			}))
		}
	})
}

// TestTheEarlierDealIsThatOfTheWholeEvidence: the page of a deal, which reads only deals that share contacts with it, begins its journey where all deals together
// say, through merges of contacts and contacts of companies too.
func TestTheEarlierDealIsThatOfTheWholeEvidence(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		path := attribution.Path{ByAccount: true, Reset: true, Zone: time.UTC}
		reset := 0
		for seed := range uint64(6) {
			chance, client := rand.New(rand.NewPCG(seed, 12)), fmt.Sprint("org_", seed)
			for _, file := range someFiles(chance) {
				_, err := r.crm.Import(ctx, owner, crmops.ImportInput{Client: client, Filename: file[0], Reader: strings.NewReader(file[1])})
				must(t, err)
			}
			var whole crm.Evidence
			must(t, d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
				n, err := crmops.LatestImport(ctx, tx, client)
				if err != nil {
					return err
				}
				whole, err = crmops.EvidenceAt(ctx, tx, client, n)
				return err
			}))
			x := attribution.Link(&whole.Snapshot)
			for i, deal := range whole.Deals {
				since, earlier := x.Since(deal, path)
				if deal.Deleted || earlier == "" && i%10 > 0 {
					continue
				}
				if earlier != "" {
					reset++
				}
				v, err := r.Deal(ctx, owner, client, deal.ID, 0, ops.Asked{EarlierDeals: "reset"})
				must(t, err)
				if !v.Journey.Since.Equal(since) || v.Journey.Earlier != earlier {
					t.Errorf("seed %d: %s begins after %q, %s, and by all deals after %q, %s", seed, deal.ID, v.Journey.Earlier, v.Journey.Since, earlier, since)
				}
			}
		}
		if reset < 10 {
			t.Errorf("only %d journeys begin after another deal", reset)
		}
	})
}
