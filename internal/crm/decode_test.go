package crm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// decode reads a table given as text.
func decode(t testing.TB, m Mapping, ref *Reference, table string) (Snapshot, []Problem) {
	t.Helper()
	var s Snapshot
	problems := decodeInto(t, m, ref, strings.NewReader(table), &s)
	return s, problems
}

func decodeInto(t testing.TB, m Mapping, ref *Reference, in io.Reader, s *Snapshot) []Problem {
	t.Helper()
	rd, err := csvin.Open(in, csvin.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d, faults := m.Bind(rd.Header(), ref)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	var problems []Problem
	for rd.Next() {
		records, ps := d.Decode(rd.Row())
		problems = append(problems, ps...)
		for _, r := range records {
			if err := s.Add(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	if rd.Err() != nil {
		t.Fatal(rd.Err())
	}
	return problems
}

func detected(t testing.TB, table string) Candidate {
	t.Helper()
	header, _, _ := strings.Cut(table, "\n")
	c := Detect(strings.Split(header, ","))
	if len(c) == 0 {
		t.Fatalf("nothing fits %s", header)
	}
	return c[0]
}

const hubspotDeals = `Record ID,Deal Name,Deal Stage,Close Date,Create Date,Amount,Amount in company currency,Currency,Deal Type,Is Closed Won,Is Deal Closed?,Associated Contact IDs,Associated Company IDs,Deal owner
101,Acme,Closed Won,2024-02-28 10:20,2024-01-15 09:00,"14,000.00","12,800.50",usd,New Business,true,true,501;502,900,Ann
102,Beta,closedlost,2024-03-31 00:00,2024-03-01 09:00,,,,existingbusiness,false,true,,900;901,Ann
103,Gamma,987654,,2024-03-01 09:00,500,,,Partner,,,503,,
104,Delta,appointment,31.12.2024,2024-03-01 09:00,1.2.3,7,XXX,,,,,,
1.04E+11,Epsilon,,,,,,,,,,,,
,Zeta,,,,,,,,,,,,
`

func TestHubSpotDealsExport(t *testing.T) {
	c := detected(t, hubspotDeals)
	if c.Mapping.Profile != HubSpot || c.Mapping.Object != "deals" || len(c.Unmapped) != 0 {
		t.Fatalf("detected %+v", c)
	}
	m := c.Mapping
	m.Convention = utcPoint
	m.HomeCurrency = "EUR"
	m.OpenStages = []string{"appointment"}
	s, problems := decode(t, m, nil, hubspotDeals)
	want := Deal{ID: "101", Name: "Acme", CompanyID: "900", Amount: money.New(1400000, "USD"), AmountKnown: true,
		HomeAmount: money.New(1280050, "EUR"), HomeKnown: true, CreatedAt: time.Date(2024, 1, 15, 9, 0, 0, 0, time.UTC), ClosedOn: cal.MustDate("2024-02-28"),
		Stage: "Closed Won", OutcomeKnown: true, Won: true, Closed: true, CustomerType: CustomerNew, CustomerTypeText: "New Business", Owner: "Ann"}
	if diff := cmp.Diff(want, s.Deals[0], cmp.Comparer(func(a, b cal.Date) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	if s.Deals[1].AmountKnown || s.Deals[1].CustomerType != CustomerExisting || s.Deals[1].Won || !s.Deals[1].Closed {
		t.Errorf("lost deal: %+v", s.Deals[1])
	}
	if s.Deals[2].AmountText != "500" || s.Deals[2].AmountKnown || s.Deals[2].OutcomeKnown {
		t.Errorf("amount without currency: %+v", s.Deals[2])
	}
	if !s.Deals[3].OutcomeKnown || s.Deals[3].Closed {
		t.Errorf("open deal: %+v", s.Deals[3])
	}
	links := []DealContact{{DealID: "101", ContactID: "501"}, {DealID: "101", ContactID: "502"}, {DealID: "103", ContactID: "503"}}
	if !slices.Equal(s.DealContacts, links) {
		t.Errorf("associations: %+v", s.DealContacts)
	}
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%d:%d %s %s %v", p.Line, p.Column, p.Field, p.Code, p.Lost))
	}
	wantProblems := []string{
		"3:13 company_id several-ids false",
		"4:6 amount currency-unknown false", "4:9 customer_type customer-type-unknown false", "4:3 stage stage-unknown false",
		"5:4 closed_on date-order-not-stated false", "5:6 amount amount-two-decimal-marks false",
		"6:1 deal_id id-damaged true", "7:1 deal_id id-missing true",
	}
	m.Convention.DateOrder = csvin.DMY
	if !slices.Equal(got, wantProblems) {
		t.Errorf("problems:\n%s", strings.Join(got, "\n"))
	}
}

func TestStagesFromTheTableOrFromThePerson(t *testing.T) {
	table := "deal_id,property_dealname,deal_pipeline_stage_id\n1,A,s-won\n2,B,s-lost\n3,C,s-open\n4,D,s-other\n"
	ref := &Reference{}
	stages := "stage_id,label,closed_won,is_closed\ns-won,Won,TRUE,TRUE\ns-lost,Lost,FALSE,TRUE\ns-open,Talk,FALSE,FALSE\n"
	decode(t, detected(t, stages).Mapping, ref, stages)
	byTable, p1 := decode(t, detected(t, table).Mapping, ref, table)
	stated := detected(t, table).Mapping
	stated.WonStages, stated.LostStages, stated.OpenStages = []string{"s-won"}, []string{"s-lost"}, []string{"s-open"}
	byPerson, p2 := decode(t, stated, nil, table)
	if diff := cmp.Diff(byTable.Deals, byPerson.Deals, cmp.Comparer(func(a, b cal.Date) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	d := byTable.Deals
	if !d[0].Won || d[1].Won || !d[1].Closed || d[2].Closed || !d[2].OutcomeKnown || d[3].OutcomeKnown {
		t.Errorf("outcomes: %+v", d)
	}
	if codes(p1)["stage-unknown"] != 1 || codes(p2)["stage-unknown"] != 1 {
		t.Errorf("problems: %v, %v", p1, p2)
	}
}

func TestSalesforceIDsLeadsAndReports(t *testing.T) {
	if got := longSalesforceID("001A000000abcDE"); got != "001A000000abcDEIAY" || longSalesforceID(got) != got {
		t.Errorf("id %s", got)
	}
	ref := &Reference{}
	leads := "Id,ConvertedContactId,Email,Name\n00Q1,0031,a@x.example,A\n00Q2,,b@x.example,B\n"
	s, _ := decode(t, detected(t, leads).Mapping, ref, leads)
	if len(s.Contacts) != 1 || s.Contacts[0].ID != "00Q2" {
		t.Errorf("leads: %+v", s.Contacts)
	}
	members := "Id,CampaignId,ContactId,LeadId,FirstRespondedDate,Status\nm1,c1,,00Q1,2024-01-05,Responded\nm2,c1,,00Q2,2024-01-06,Sent\n"
	m := detected(t, members).Mapping
	m.Convention = utcPoint
	s, problems := decode(t, m, ref, members)
	if s.Touches[0].ContactID != "0031" || s.Touches[1].ContactID != "00Q2" || codes(problems)["campaign-unknown"] != 2 {
		t.Errorf("touches: %+v, %v", s.Touches, problems)
	}
	report := "Opportunity ID,Opportunity Name,Account ID,Amount,Amount Currency,Close Date,Stage,Won,Closed\n0061,A,001,5,EUR,2024-01-31,Closed Won,1,1\n"
	m = detected(t, report).Mapping
	m.Convention = utcPoint
	s, problems = decode(t, m, nil, report)
	if len(problems) > 0 || s.Deals[0].Amount != money.New(500, "EUR") || !s.Deals[0].Won {
		t.Errorf("report: %+v, %v", s.Deals, problems)
	}
}

func TestCurrencyIsStatedNeverGuessed(t *testing.T) {
	cases := []struct {
		amount, currency string
		fallback         money.Currency
		want             string
	}{
		{"5", "EUR", "USD", "EUR 5.00"},
		{"5", "", "USD", "USD 5.00"},
		{"$5", "", "", "currency-unknown 5"},
		{"$5", "", "CAD", "CAD 5.00"},
		{"€5", "", "", "EUR 5.00"},
		{"€5", "", "USD", "currency-contradicts 5"},
		{"EUR 5", "USD", "", "currency-contradicts 5"},
		{"5", "bitcoin", "USD", "currency-unknown 5"},
		{"5.123", "EUR", "", "amount-digits "},
		{"5.5", "JPY", "", "amount-digits "},
		{"5.500", "KWD", "", "KWD 5.500"},
		{"", "EUR", "", " "},
	}
	for _, c := range cases {
		m := Plain(KindDeal)
		m.DefaultCurrency = c.fallback
		m.Columns = map[string]string{"deal_id": "deal_id", "amount": "amount", "currency": "currency"}
		s, problems := decode(t, m, nil, "deal_id,amount,currency\n1,"+c.amount+","+c.currency+"\n")
		got := s.Deals[0].Amount.FormatWith()
		if !s.Deals[0].AmountKnown {
			got = ""
			for _, p := range problems {
				got += p.Code
			}
			got += " " + s.Deals[0].AmountText
		}
		if got != c.want {
			t.Errorf("%+v: got %q", c, got)
		}
	}
}

func TestPaymentsAndCarveOuts(t *testing.T) {
	table := "payment_id,deal_id,paid_on,amount,currency,kind\n1,d,2024-01-05,100,USD,payment\n2,d,2024-01-06,40,USD,refund\n3,d,2024-01-07,-5,USD,\n" +
		"4,d,2024-01-08,-5,USD,payment\n5,d,2024-02-30,5,USD,\n6,d,2024-01-09,,USD,\n7,d,2024-01-09,5,USD,gift\n"
	m := Plain(KindPayment)
	delete(m.Columns, "deleted")
	s, problems := decode(t, m, nil, table)
	if len(s.Payments) != 3 || s.Payments[1].Amount.Minor != -4000 || s.Payments[2].Kind != Refund {
		t.Errorf("payments: %+v", s.Payments)
	}
	lost := 0
	for _, p := range problems {
		if p.Lost {
			lost++
		}
	}
	if lost != 4 {
		t.Errorf("problems: %+v", problems)
	}
	m = detected(t, "list,deal_id,company,reason").Mapping
	s, problems = decode(t, m, nil, "list,deal_id,company,reason\nhouse accounts,d1,,old\nhouse accounts,,Acme,\n,d2,,\nx,,,\n")
	if len(s.CarveOuts) != 2 || codes(problems)["list-missing"] != 1 || codes(problems)["carve-out-empty"] != 1 {
		t.Errorf("carve-outs: %+v, %v", s.CarveOuts, problems)
	}
}

func TestValidateNamesTheWordsToWrite(t *testing.T) {
	headers := []string{"Deal ID", "amount", "amount", "Stage"}
	m := Mapping{Profile: Generic, Object: "deals", DefaultCurrency: "dollars",
		Columns:   map[string]string{"deal_id": "deal_id", "amount": "amount", "stage": "Phase", "colour": "Stage"},
		WonStages: []string{"x"}, LostStages: []string{"x"}, CustomerTypes: map[string]CustomerType{"A": "b"}, Constants: map[string]string{"size": "1"}}
	var got []string
	for _, f := range m.Validate(headers) {
		got = append(got, f.Field+" "+f.Code)
	}
	want := []string{"columns.amount column-twice", "columns.colour field-unknown", "columns.deal_id column-unknown", "columns.stage column-unknown",
		"constants.size field-unknown", "default_currency currency", "lost_stages stage-twice", "customer_types.A customer-type", "convention.decimal decimal-not-stated"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if f := m.Validate(headers)[2]; !strings.Contains(f.Message, `Did you mean "Deal ID"?`) {
		t.Errorf("message: %s", f.Message)
	}
	if f := (Mapping{Profile: "zoho"}).Validate(nil); fault.Code(f.Err()) != "object" {
		t.Errorf("unknown profile: %v", f)
	}
}

func TestMappingSurvivesJSON(t *testing.T) {
	m := detected(t, hubspotDeals).Mapping
	m.Convention = csvin.Convention{Decimal: ',', DateOrder: csvin.DMY, Zone: time.UTC}
	m.DefaultCurrency, m.WonStages, m.CustomerTypes = "EUR", []string{"w"}, map[string]CustomerType{"Partner": CustomerExisting}
	b, err := json.Marshal(m)
	var back Mapping
	if err == nil {
		err = json.Unmarshal(b, &back)
	}
	again, _ := json.Marshal(back)
	if err != nil || !bytes.Equal(b, again) {
		t.Errorf("%s\n%s\n%v", b, again, err)
	}
}

func TestOnlyTheValuesOfARecordMakeItsHash(t *testing.T) {
	d := Deal{ID: "1", Name: "A", Amount: money.New(100, "USD"), AmountKnown: true}
	base := d.Record().Hash()
	// The hash is part of stored imports: it must never change by itself.
	if got := base.String(); got != "9d8311a3ffa081384def5009bf9dcc710ae896bc1886e86c1764663561fb4ebe" {
		t.Errorf("hash %s", got)
	}
	d.Amount.Minor++
	if d.Record().Hash() == base {
		t.Error("another amount, the same hash")
	}
	a := DealContact{DealID: "a|b", ContactID: "c"}.Record()
	b := DealContact{DealID: "a", ContactID: "b|c"}.Record()
	if a.ID == b.ID {
		t.Error("two associations, one id")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(hubspotDeals, uint8(0), ".", "dmy")
	f.Add("touch_id,contact_id,at,channel\n1,2,2024-01-01T00:00:00Z,x\n", uint8(4), ",", "mdy")
	f.Add("payment_id,deal_id,paid_on,amount,currency,kind\n1,d,2024-01-05,(100),USD,refund\n", uint8(5), ".", "")
	f.Fuzz(func(t *testing.T, table string, pick uint8, decimal, order string) {
		rd, err := csvin.Open(strings.NewReader(table), csvin.Options{})
		if err != nil {
			return
		}
		o := Objects()[int(pick)%len(Objects())]
		m := Mapping{Profile: o.Profile, Object: o.Name, Columns: map[string]string{}}
		for i, field := range o.Fields {
			m.Columns[field.Name] = rd.Header()[i%len(rd.Header())]
		}
		m.Convention, _ = csvin.ParseConvention(decimal, order, "UTC")
		d, faults := m.Bind(rd.Header(), nil)
		if len(faults) > 0 {
			return
		}
		for rd.Next() {
			records, problems := d.Decode(rd.Row())
			if o.Kind != "" && len(records) == 0 && len(problems) == 0 && o.Name != "Lead" {
				t.Fatal("a row vanished")
			}
			var s Snapshot
			for _, r := range records {
				if r.ID == "" || s.Add(r) != nil {
					t.Fatalf("record %+v is not canonical", r)
				}
			}
			for i, again := range s.Records() {
				if again.Hash() != records[i].Hash() {
					t.Fatalf("%+v became %+v", records[i], again)
				}
			}
			Hygiene(&s, time.UTC, nil)
		}
	})
}
