package ops_test

import (
	"bufio"
	"fmt"
	"testing"

	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/contract"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// BenchmarkADealWhosePathBeginsAnew shows a deal of a client with 100,000 won deals of 50,000 contacts, two of each, where paths begin after the deal before.
func BenchmarkADealWhosePathBeginsAnew(b *testing.B) {
	d, ctx := dbtest.SQLite(b)
	r := newRoom(b, d, ctx)
	const deals, contacts = 100_000, 50_000
	for _, file := range []struct {
		name  string
		write func(*bufio.Writer)
	}{
		{"contacts", func(w *bufio.Writer) {
			fmt.Fprintln(w, "contact_id,company_id,created_at")
			for i := range contacts {
				fmt.Fprintf(w, "p%d,c%d,2024-01-01T00:00:00Z\n", i, i%1000)
			}
		}},
		{"deals", func(w *bufio.Writer) {
			fmt.Fprintln(w, "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed")
			for i := range deals {
				fmt.Fprintf(w, "d%d,,c%d,100.00,USD,2024-01-01T00:00:00Z,2024-%02d-01,won,true,true\n", i, i%1000, 2+i/contacts)
			}
		}},
		{"deal_contacts", func(w *bufio.Writer) {
			fmt.Fprintln(w, "deal_id,contact_id,role")
			for i := range deals {
				fmt.Fprintf(w, "d%d,p%d,\n", i, i%contacts)
			}
		}},
		{"touches", func(w *bufio.Writer) {
			fmt.Fprintln(w, "touch_id,contact_id,at,channel")
			fmt.Fprintln(w, "t1,p7,2024-01-15T00:00:00Z,webinar\nt2,p7,2024-02-15T00:00:00Z,webinar")
		}},
	} {
		if _, err := r.crm.Import(ctx, owner, crmops.ImportInput{Client: acme, Filename: file.name + ".csv", Reader: piped(file.write)}); err != nil {
			b.Fatal(err)
		}
	}
	for _, earlier := range []string{"reused", contract.Reset} {
		b.Run(earlier, func(b *testing.B) {
			for b.Loop() {
				v, err := r.Deal(ctx, owner, acme, fmt.Sprintf("d%d", contacts+7), 0, ops.Asked{EarlierDeals: earlier})
				if err != nil || (v.Journey.Earlier == "d7") != (earlier == contract.Reset) {
					b.Fatalf("after %q, %v", v.Journey.Earlier, err)
				}
			}
		})
	}
}
