package crm

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/channel"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// readTable reads a table as its columns tell and as is stated, and gives its records, each in short, and its problems.
func readTable(t *testing.T, object, table string, stated Stated) (got []string) {
	t.Helper()
	r, err := csvin.Open(strings.NewReader(table), csvin.Options{})
	if err != nil {
		t.Fatal(err)
	}
	found := Detect(r.Header())
	if len(found) == 0 || found[0].Mapping.Profile != Web || found[0].Mapping.Object != object || len(found) > 1 && found[1].Score > found[0].Score-0.05 {
		t.Fatalf("%q fits %+v", r.Header(), found)
	}
	m, err := stated.Over(found[0].Mapping)
	if err != nil {
		t.Fatal(err)
	}
	d, faults := m.Bind(r.Header(), nil)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	for r.Next() {
		records, problems := d.Decode(r.Row())
		for _, rec := range records {
			got = append(got, strings.Join(rec.Values[:min(6, len(rec.Values))], " "))
		}
		for _, p := range problems {
			got = append(got, fmt.Sprintf("!%s %d %t", p.Code, p.Line, p.Lost))
		}
	}
	return got
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestCallsBecomeLeads(t *testing.T) {
	got := readTable(t, "calls", "Call ID,Call time,Caller ID,Tracking number,Duration\nCAL1,2026-03-02 14:05,+1 (555) 010-0001,x,90\nCAL2,2026-03-02 14:06,Anonymous,x,3\nCAL3,,+15550100002,x,3\n",
		Stated{Zone: "America/New_York", Constants: []string{"clause=calls"}})
	same(t, got, "CAL1 2026-03-02T19:05:00Z calls +15550100001  ", "CAL2 2026-03-02T19:06:00Z calls anonymous  ", "!lead-undated 4 true")
}

func TestFormsBecomeLeads(t *testing.T) {
	got := readTable(t, "forms", "id,created_time,form_name,full_name,email,phone_number\nl:1,2026-03-02T14:05:00-05:00,Cells,Ann,ANN@boreal.example,+1555\n,2026-03-03T14:05:00-05:00,Cells,Bo,bo@boreal.example,\n,2026-03-03T14:05:00-05:00,Cells,,,\n", Stated{})
	same(t, got, "l:1 2026-03-02T19:05:00Z  ann@boreal.example  ", "2026-03-03T19:05:00Z|bo@boreal.example 2026-03-03T19:05:00Z  bo@boreal.example  ", "!id-missing 4 true")
}

func TestChargesBecomePayments(t *testing.T) {
	table := "id,Created (UTC),Amount,Amount Refunded,Currency,Status,Refunded date (UTC),deal_id (metadata)\n" +
		"ch_1,2026-03-02 14:05,\"1,200.00\",0.00,usd,Paid,,d1\nch_2,2026-03-03 14:05,50.00,50.00,usd,Refunded,2026-04-01 10:00,d1\nch_3,2026-03-04 14:05,70.00,0.00,usd,Failed,,d1\n" +
		"ch_4,2026-03-04 14:05,70.00,20.00,usd,Partially refunded,,d1\nch_5,2026-03-04 14:05,70.00,0.00,usd,Odd,,d1\nch_6,2026-03-04 14:05,70.00,0.00,usd,Paid,,\n"
	same(t, readTable(t, "charges", table, Stated{Decimal: "point"}),
		"ch_1 d1 2026-03-02 1200.00 USD payment", "ch_2 d1 2026-03-03 50.00 USD payment", "ch_2|refund d1 2026-04-01 -50.00 USD refund", "!refund-undated 5 true", "!status-unknown 6 true", "!payment-of-no-deal 7 false")
}

func TestBankMovementsBecomePayments(t *testing.T) {
	german := "Buchungstag;Verwendungszweck;Betrag;Währung\n02.03.2026;Rechnung D-17, danke;1.200,50;EUR\n03.03.2026;Miete;-900,00;EUR\n04.03.2026;Gutschrift D-17;-100,00;EUR\n"
	got := readTable(t, "bank", german, Stated{Decimal: "comma", DateOrder: "dmy", Constants: []string{"deal_pattern=d-*"}})
	for i := range got {
		if id, rest, ok := strings.Cut(got[i], " "); ok && strings.HasPrefix(id, "bank-") {
			got[i] = rest
		}
	}
	same(t, got, "D-17 2026-03-02 1200.50 EUR payment", "!payment-of-no-deal 3 false", "D-17 2026-03-04 -100.00 EUR refund")

	columns := "Transaction ID,Transaction date,Description,Paid in,Paid out\nb1,2026-03-02,INV-9 thanks,1200.00,\nb2,2026-03-03,INV-9 back,,200.00\nb3,2026-03-03,INV-9,1.00,2.00\n"
	same(t, readTable(t, "bank", columns, Stated{Decimal: "point", Currency: "USD", Constants: []string{"deal_pattern=INV-*"}}),
		"b1 INV-9 2026-03-02 1200.00 USD payment", "b2 INV-9 2026-03-03 -200.00 USD refund", "!both-ways 4 true")

	m := Detect([]string{"Buchungstag", "Verwendungszweck", "Betrag"})[0].Mapping
	if faults := m.Validate([]string{"Buchungstag", "Verwendungszweck", "Betrag"}); len(faults) == 0 || faults[0].Code != "deal-not-stated" {
		t.Errorf("which deal a row pays is asked: %v", faults)
	}
}

func FuzzWeb(f *testing.F) {
	f.Add("x", "2026-03-02", "INV-9 a", "1.00", "", "USD")
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g string) {
		for _, o := range webObjects {
			m := Mapping{Profile: Web, Object: o.Name, Columns: map[string]string{}, Convention: csvin.Convention{Decimal: '.'}, DefaultCurrency: "USD", Constants: map[string]string{}}
			for field, value := range map[string]string{"deal_pattern": "INV-*", "channel_grouping": channel.GA4} {
				if _, has := o.field(field); has {
					m.Constants[field] = value
				}
			}
			var headers, cells []string
			for i, field := range o.Fields {
				if !field.Stated {
					m.Columns[field.Name] = field.Name
					headers, cells = append(headers, field.Name), append(cells, []string{a, b, c, d, e, g}[i%6])
				}
			}
			decoder, faults := m.Bind(headers, nil)
			if err := faults.Err(); err != nil {
				t.Fatal(err)
			}
			records, _ := decoder.Decode(csvin.Row{Line: 2, Cells: cells})
			for _, r := range records {
				if r.ID == "" {
					t.Fatalf("%s: a record without an id: %+v", o.Name, r)
				}
			}
		}
	})
}
