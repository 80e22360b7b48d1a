package crm

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func genText() *rapid.Generator[string] {
	return rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune("'=+-@\"\n\r\t,; aé€|0")), rapid.Rune().Filter(func(r rune) bool { return r != 0 && r != '\ufeff' && r != '\ufffd' })))
}

func genID() *rapid.Generator[string] {
	return rapid.StringMatching(`[a-zA-Z=+@-][a-zA-Z0-9=|%_-]{0,12}`)
}

func genSnapshot(t *rapid.T) Snapshot {
	text, id := genText(), genID()
	maybe := func(name string) string { return rapid.OneOf(rapid.Just(""), text).Draw(t, name) }
	instant := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "none") {
			return time.Time{}
		}
		return time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "s"), rapid.Int64Range(0, 999999999).Draw(t, "ns")).UTC()
	})
	amount := func(name string) money.Amount {
		return money.New(rapid.Int64Range(-money.MaxMinor, money.MaxMinor).Draw(t, name), rapid.SampledFrom([]money.Currency{"USD", "JPY", "KWD"}).Draw(t, name))
	}
	date := cal.MustDate("2024-01-01").AddDays(rapid.IntRange(0, 1000).Draw(t, "date"))
	deleted := rapid.Bool().Draw(t, "deleted")
	d := Deal{ID: id.Draw(t, "deal"), Name: maybe("name"), CompanyID: id.Draw(t, "company"), CreatedAt: instant.Draw(t, "created"), ClosedOn: date, Stage: maybe("stage"),
		CustomerType: rapid.SampledFrom([]CustomerType{"", CustomerNew, CustomerRenewal}).Draw(t, "type"), Source: maybe("source"), Owner: maybe("owner"), Deleted: deleted}
	if d.CustomerType == "" || rapid.Bool().Draw(t, "typed") {
		d.CustomerTypeText = maybe("typetext")
	}
	if d.AmountKnown = rapid.Bool().Draw(t, "known"); d.AmountKnown {
		d.Amount = amount("amount")
	} else {
		d.AmountText = rapid.SampledFrom([]string{"", "12.50", "-3"}).Draw(t, "text")
	}
	if d.HomeKnown = rapid.Bool().Draw(t, "home"); d.HomeKnown {
		d.HomeAmount = amount("homeamount")
	}
	if d.OutcomeKnown = rapid.Bool().Draw(t, "outcome"); d.OutcomeKnown {
		d.Closed = rapid.Bool().Draw(t, "closed")
		d.Won = d.Closed && rapid.Bool().Draw(t, "won")
	}
	p := Payment{ID: id.Draw(t, "payment"), DealID: d.ID, PaidOn: date, Amount: amount("paid"), Kind: Paid, Deleted: deleted}
	if p.Amount.Minor < 0 {
		p.Kind = Refund
	}
	day := cal.MustDate("2024-02-01").AddDays(rapid.IntRange(0, 800).Draw(t, "day"))
	at := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	later := at.Add(time.Duration(rapid.Int64Range(0, 1e15).Draw(t, "later")))
	return Snapshot{
		Companies:    []Company{{ID: id.Draw(t, "company"), Name: maybe("name"), Domain: rapid.SampledFrom([]string{"", "acme.example"}).Draw(t, "domain"), CreatedAt: instant.Draw(t, "created"), Deleted: deleted}},
		Contacts:     []Contact{{ID: id.Draw(t, "contact"), CompanyID: d.CompanyID, Email: rapid.SampledFrom([]string{"", "a+b@x.example", "=a@x"}).Draw(t, "email"), Name: maybe("name"), MergedIDs: rapid.SampledFrom([][]string{nil, {"-1", "=2"}, {"=", "a"}, {"a b", "c,d"}}).Draw(t, "merged"), Deleted: deleted}},
		Deals:        []Deal{d},
		DealContacts: []DealContact{{DealID: d.ID, ContactID: id.Draw(t, "contact"), Role: maybe("role"), Deleted: deleted}},
		Touches: []Touch{{ID: id.Draw(t, "touch"), ContactID: id.Draw(t, "contact"), At: instant.Draw(t, "at"), Channel: maybe("channel"), Campaign: maybe("campaign"),
			Content: maybe("content"), Provider: maybe("provider"), Milestone: rapid.SampledFrom([]Milestone{"", LeadCreated}).Draw(t, "milestone"), Seq: rapid.Int64().Draw(t, "seq"), Deleted: deleted,
			Visit: visitOf(maybe("source"), maybe("medium"), "", maybe("click"))}},
		Payments:  []Payment{p},
		CarveOuts: []CarveOut{{List: id.Draw(t, "list"), DealID: d.ID, CompanyID: d.CompanyID, Company: maybe("company"), Reason: maybe("reason")}},

		TimeEntries: []TimeEntry{{ID: id.Draw(t, "entry"), WorkedOn: day, Person: maybe("person"), Role: maybe("role"), Minutes: rapid.Int64Range(1, minutesOfADay).Draw(t, "minutes"),
			Clause: maybe("clause"), Note: maybe("note"), Deleted: deleted}},
		MetricReadings: []MetricReading{{Metric: id.Draw(t, "metric"), From: day, Through: day.AddDays(rapid.IntRange(0, 90).Draw(t, "days")),
			Value: rapid.SampledFrom([]string{"0", "-3.5", "1300000"}).Draw(t, "value"), Broken: deleted, Note: maybe("note"), Deleted: deleted}},
		Leads: []Lead{{ID: id.Draw(t, "lead"), DeliveredAt: at, Clause: maybe("clause"), Key: rapid.SampledFrom([]string{"", "a+b@x.example"}).Draw(t, "key"), AcceptedAt: later,
			DisputedAt: later, Reason: maybe("reason"), Ruling: RulingUpheld, RuledAt: later, Deleted: deleted}},
		Deliveries: []Delivery{{ID: id.Draw(t, "delivery"), Milestone: id.Draw(t, "milestone name"), DeliveredOn: day, AcceptedOn: day,
			Part: rapid.SampledFrom([]string{"", "50 %", "12.5 %"}).Draw(t, "part"), Note: maybe("note"), Deleted: deleted}},
		Spend: []Spend{{ID: id.Draw(t, "spend"), SpentOn: day, Vendor: maybe("vendor"), Campaign: maybe("campaign"), Category: id.Draw(t, "category"), Net: money.New(rapid.Int64Range(-1e9, 1e9).Draw(t, "net"), "USD"),
			NetKnown: true, Deleted: deleted}},
		SLAMisses: []SLAMiss{{ID: id.Draw(t, "miss"), MissedOn: day, Target: maybe("target"), Note: maybe("note"), Excused: deleted, Deleted: deleted}},
	}
}

func TestPlainFilesReadBackIdentically(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		in := genSnapshot(rt)
		byKind := map[Kind][]Record{}
		for _, r := range in.Records() {
			byKind[r.Kind] = append(byKind[r.Kind], r)
		}
		var out Snapshot
		for _, k := range Kinds() {
			var buf bytes.Buffer
			if err := WriteCSV(k, byKind[k], &buf); err != nil {
				rt.Fatal(err)
			}
			written := buf.String()
			for _, p := range decodeInto(t, Plain(k), nil, &buf, &out) {
				if p.Code != "touch-undated" && p.Code != "currency-unknown" && p.Code != "stage-unknown" {
					rt.Fatalf("%+v in\n%s", p, written)
				}
			}
		}
		before, after := in.Records(), out.Records()
		if diff := cmp.Diff(before, after); diff != "" {
			rt.Fatal(diff)
		}
		for i := range before {
			if before[i].Hash() != after[i].Hash() {
				rt.Fatal("another hash")
			}
		}
	})
}

func TestPlainFilesDoNotDependOnTheOrderOfRecords(t *testing.T) {
	a, b := Company{ID: "a", Name: "=x"}.Record(), Company{ID: "b"}.Record()
	var one, two bytes.Buffer
	WriteCSV(KindCompany, []Record{a, b}, &one)
	WriteCSV(KindCompany, []Record{b, a}, &two)
	if one.String() != two.String() || !strings.Contains(one.String(), "a,'=x,") {
		t.Errorf("%q, %q", one.String(), two.String())
	}
	if err := WriteCSV(KindDeal, []Record{a}, &one); err == nil {
		t.Error("a company in the file of deals")
	}
}

func TestPlainHeadersAreRecognised(t *testing.T) {
	for _, k := range Kinds() {
		if c := Detect(Columns(k)); len(c) == 0 || c[0].Mapping.Profile != Generic || c[0].Kind != k {
			t.Errorf("%s: %+v", k, c)
		}
		if got, ok := KindOfFile(FileName(k) + ".gz"); !ok || got != k {
			t.Errorf("%s is of kind %s", FileName(k), got)
		}
	}
	for header, want := range map[string]Kind{
		"deal_id,name,company_id,amount,currency,closed_on,is_won": KindDeal, "deal_id,contact_id,role": KindDealContact, "deal_id,contact_id": KindDealContact,
		"touch_id,contact_id,at,channel": KindTouch, "contact_id,company_id,email,name,created_at": KindContact, "list,deal_id,company_id,company,reason": KindCarveOut,
	} {
		if c := Detect(strings.Split(header, ",")); len(c) == 0 || c[0].Kind != want || c[0].Mapping.Profile != Generic {
			t.Errorf("%s: %+v", header, c)
		}
	}
}

// Given the two columns that contacts and links to accounts share, then the name of the file, or whoever states the kind, says which.
func TestLeastColumnsAreToldByTheName(t *testing.T) {
	least := []string{"contact_id", "company_id"}
	if c := Detect(least); len(c) > 0 {
		t.Errorf("%+v", c)
	}
	for name, want := range map[string]Kind{"contacts.csv": KindContact, "Contacts-2026.csv.gz": KindContact, "account_links.csv": KindAccountLink} {
		if c := DetectFile(name, least); len(c) != 1 || c[0].Kind != want || !c[0].Mapping.FitsOthers() {
			t.Errorf("%s: %+v", name, c)
		}
		if c, ok := DetectAs(want, least); !ok || c.Kind != want {
			t.Errorf("%s: %+v", want, c)
		}
	}
	if c := DetectFile("export.csv", least); len(c) > 0 {
		t.Errorf("%+v", c)
	}
	if c := DetectFile("contacts.csv", []string{"deal_id", "contact_id"}); len(c) == 0 || c[0].Kind != KindDealContact {
		t.Errorf("%+v", c)
	}
	for _, k := range Kinds() {
		if c := DetectFile("contacts.csv", Columns(k)); k != KindContact && k != KindAccountLink && c[0].Kind != k {
			t.Errorf("%s: %+v", k, c[0])
		}
		if Plain(k).FitsOthers() {
			t.Errorf("the full columns of %s are those of others", k)
		}
	}
}
