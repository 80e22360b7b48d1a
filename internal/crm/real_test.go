package crm

import (
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/datatest"
)

// realFile opens one of the published exports.
func realFile(t testing.TB, name string) *csvin.Reader {
	t.Helper()
	rd, err := csvin.Open(datatest.Open(t, name), csvin.Options{})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return rd
}

var utcPoint = csvin.Convention{Decimal: '.', DateOrder: csvin.YMD, Zone: time.UTC}

// readReal decodes a whole file by the mapping that Detect proposes, after the test has stated its choices.
func readReal(t testing.TB, name, object string, ref *Reference, state func(*Mapping)) ([]Record, []Problem) {
	t.Helper()
	rd := realFile(t, name)
	candidates := Detect(rd.Header())
	if len(candidates) == 0 || candidates[0].Mapping.Object != object {
		for _, c := range candidates {
			t.Logf("%s looks like %s %s, %.2f", name, c.Mapping.Profile, c.Mapping.Object, c.Score)
		}
		t.Fatalf("%s was not recognised as %s", name, object)
	}
	m := candidates[0].Mapping
	m.Convention = utcPoint
	if state != nil {
		state(&m)
	}
	d, faults := m.Bind(rd.Header(), ref)
	if err := faults.Err(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var records []Record
	var problems []Problem
	for rd.Next() {
		rs, ps := d.Decode(rd.Row())
		records = append(records, rs...)
		problems = append(problems, ps...)
	}
	if rd.Err() != nil || rd.Counts().Rejected > 0 {
		t.Fatalf("%s: %v, %+v", name, rd.Err(), rd.Counts())
	}
	return records, problems
}

func codes(problems []Problem) map[string]int {
	n := map[string]int{}
	for _, p := range problems {
		n[p.Code]++
	}
	return n
}

func TestSalesforceExport(t *testing.T) {
	ref := &Reference{}
	usd := func(m *Mapping) { m.DefaultCurrency = "USD" }
	readReal(t, "salesforce/Campaign.csv", "Campaign", ref, nil)
	leads, _ := readReal(t, "salesforce/Lead.csv", "Lead", ref, nil)
	companies, p1 := readReal(t, "salesforce/Account.csv", "Account", ref, nil)
	contacts, p2 := readReal(t, "salesforce/Contact.csv", "Contact", ref, nil)
	deals, p3 := readReal(t, "salesforce/Opportunity.csv", "Opportunity", ref, usd)
	touches, p4 := readReal(t, "salesforce/CampaignMember.csv", "CampaignMember", ref, func(m *Mapping) { m.Columns["at_fallback"] = "Added_Date__c" })
	if got := []int{len(ref.Campaigns), len(leads), len(companies), len(contacts), len(deals), len(touches)}; !slices.Equal(got, []int{8, 60, 22, 102, 50, 68}) {
		t.Errorf("campaigns, leads, accounts, contacts, opportunities, members: %v", got)
	}
	if problems := slices.Concat(p1, p2, p3, p4); len(problems) > 0 {
		t.Errorf("%d problems, the first: %+v", len(problems), problems[0])
	}
	var s Snapshot
	for _, r := range slices.Concat(leads, companies, contacts, deals, touches) {
		if err := s.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	won, lost, open, minor := 0, 0, 0, int64(0)
	for _, d := range s.Deals {
		switch {
		case !d.OutcomeKnown || !d.AmountKnown:
			t.Errorf("deal %s: outcome or amount unknown", d.ID)
		case d.Won:
			won++
			minor += d.Amount.Minor
		case d.Closed:
			lost++
		default:
			open++
		}
	}
	if won != 12 || lost != 3 || open != 35 || minor != 1054256298 {
		t.Errorf("won %d (%d minor units), lost %d, open %d", won, minor, lost, open)
	}
	channels := map[string]int{}
	for _, c := range s.Touches {
		channels[c.Channel]++
		if c.At.IsZero() || c.ContactID == "" || c.Campaign == "" {
			t.Errorf("touch %+v", c)
		}
	}
	if channels["Email"] != 29 || channels["web marketing"] != 20 || channels["event"] != 13 || channels["social media"] != 6 {
		t.Errorf("touches by channel: %v", channels)
	}
	issues := map[string]int{}
	for _, i := range Hygiene(&s, time.UTC, nil) {
		issues[i.Code]++
	}
	if issues["won-linked-through-account"] != 9 || issues["won-without-contacts"] != 3 || issues["closed-before-created"] != 15 {
		t.Errorf("the 12 won deals have no contacts of their own, and the issues must say so: %v", issues)
	}
}

func TestSalesforceMembersWithoutAStatedDate(t *testing.T) {
	_, problems := readReal(t, "salesforce/CampaignMember.csv", "CampaignMember", &Reference{}, nil)
	if c := codes(problems); c["touch-undated"] != 68 || c["campaign-unknown"] != 68 {
		t.Errorf("problems: %v", c)
	}
	rd := realFile(t, "salesforce/CampaignMember.csv")
	choices := Detect(rd.Header())[0].Choices
	if len(choices) != 1 || !slices.Equal(choices[0].Options, []string{"Added_Date__c", "CreatedDate"}) {
		t.Errorf("choices: %+v", choices)
	}
}

func TestSalesforceWarehouseCopy(t *testing.T) {
	deals, problems := readReal(t, "salesforce-api/sf_opportunity_data.csv", "Opportunity", nil, func(m *Mapping) { m.DefaultCurrency = "USD" })
	known := 0
	for _, r := range deals {
		d, err := r.Deal()
		if err != nil || !d.Deleted || d.ClosedOn.IsZero() || !d.OutcomeKnown {
			t.Errorf("deal %+v, %v", d, err)
		}
		if d.AmountKnown {
			known++
		}
	}
	if len(deals) != 10 || known != 4 || codes(problems)["customer-type-unknown"] != 10 || len(problems) != 10 {
		t.Errorf("%d deals, %d with an amount, problems %v", len(deals), known, codes(problems))
	}
	for file, want := range map[string]struct {
		object string
		n      int
	}{"sf_account_data": {"Account", 10}, "sf_contact_data": {"Contact", 4}, "sf_lead_data": {"Lead", 0}} { // the lead was converted
		records, problems := readReal(t, "salesforce-api/"+file+".csv", want.object, nil, nil)
		if len(records) != want.n || len(problems) > 0 {
			t.Errorf("%s: %d records, %v", file, len(records), problems)
		}
	}
}

func TestHubSpotWarehouseCopy(t *testing.T) {
	ref := &Reference{}
	readReal(t, "hubspot/deal_pipeline_stage_data.csv", "stages", ref, nil)
	readReal(t, "hubspot/deal_company_data.csv", "deal_companies", ref, nil)
	readReal(t, "hubspot/contact_merge_audit_data.csv", "contact_merges", ref, nil)
	readReal(t, "hubspot/merged_deal_data.csv", "deal_merges", ref, nil)
	deals, p1 := readReal(t, "hubspot/deal_data.csv", "deals", ref, nil)
	contacts, p2 := readReal(t, "hubspot/contact_data.csv", "contacts", ref, nil)
	companies, p3 := readReal(t, "hubspot/company_data.csv", "companies", ref, nil)
	links, p4 := readReal(t, "hubspot/deal_contact_data.csv", "deal_contacts", ref, nil)
	touches, p5 := readReal(t, "hubspot/contact_form_submission_data.csv", "form_submissions", ref, func(m *Mapping) {
		m.Constants = map[string]string{"channel": "form"}
	})
	if got := []int{len(deals), len(contacts), len(companies), len(links), len(touches), len(ref.DealCompany), len(ref.DealInto), len(ref.Merged)}; !slices.Equal(got, []int{44, 22, 24, 11, 5, 2, 14, 4}) {
		t.Errorf("deals, contacts, companies, links, touches, deal companies, deal merges, contact merges: %v", got)
	}
	if len(ref.Stages) != 142 {
		t.Errorf("71 stages by id and label: %d", len(ref.Stages))
	}
	if problems := slices.Concat(p1, p2, p3, p4, p5); len(problems) > 0 {
		t.Errorf("%d problems: %v, the first %+v", len(problems), codes(problems), problems[0])
	}
	var s Snapshot
	for _, r := range slices.Concat(deals, contacts, companies, links, touches) {
		if err := s.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range s.Deals {
		if d.AmountKnown || d.AmountText != "" || d.OutcomeKnown || d.CreatedAt.IsZero() {
			t.Errorf("an empty amount and stage are unknown: %+v", d)
		}
	}
	i := slices.IndexFunc(s.Contacts, func(c Contact) bool { return c.ID == "78971951" })
	if i < 0 || !slices.Equal(s.Contacts[i].MergedIDs, []string{"46897301", "76226001", "76340251"}) {
		t.Errorf("merged contact: %+v", s.Contacts)
	}
	issues := map[string]int{}
	for _, i := range Hygiene(&s, time.UTC, nil) {
		issues[i.Code]++
	}
	if issues["deal-without-amount"] != 44 || issues["deal-outcome-unknown"] != 44 {
		t.Errorf("hygiene: %v", issues)
	}
}

func TestHistoryTablesAreNotTakenForTheTableItself(t *testing.T) {
	for _, name := range []string{"salesforce-api/sf_opportunity_history_data.csv", "salesforce/Task.csv",
		"hubspot/email_event_data.csv", "hubspot/owner_data.csv", "hubspot/engagement_data.csv", "hubspot/engagement_contact_data.csv",
		"hubspot/deal_stage_data.csv", "hubspot/deal_pipeline_data.csv", "hubspot/property_option_data.csv", "hubspot/engagement_deal_data.csv", "hubspot/email_campaign_data.csv"} {
		if c := Detect(realFile(t, name).Header()); len(c) > 0 {
			t.Errorf("%s looks like %s %s, %.2f", name, c[0].Mapping.Profile, c[0].Mapping.Object, c[0].Score)
		}
	}
	for name, object := range map[string]string{"hubspot/deal_property_history_data.csv": "deal_property_history", "hubspot/contact_property_history_data.csv": "contact_property_history"} {
		if c := Detect(realFile(t, name).Header()); len(c) != 1 || c[0].Mapping.Object != object || c[0].Kind != KindEdit {
			t.Errorf("%s is not taken for a history alone: %+v", name, c)
		}
	}
}

// The synthetic hundred thousand use seconds since 1970 and names of their own: the columns are mapped by hand.
func TestAHundredThousandTouches(t *testing.T) {
	rd := realFile(t, "events-100k/touches.csv")
	m := Mapping{Profile: Generic, Object: "touches", Columns: map[string]string{"touch_id": "touch_id", "contact_id": "person_id", "at": "ts", "channel": "channel"}}
	d, faults := m.Bind(rd.Header(), nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	n := 0
	for rd.Next() {
		records, problems := d.Decode(rd.Row())
		if len(records) != 1 || len(problems) > 0 {
			t.Fatal(problems)
		}
		n++
	}
	if n != 100000 {
		t.Errorf("%d touches", n)
	}
}

func TestProposedConventionOfRealExports(t *testing.T) {
	cases := []struct {
		file           string
		decimal, order csvin.Finding
		zone           bool
	}{
		{"salesforce/Opportunity.csv", csvin.Proven, csvin.Proven, false},
		{"salesforce-api/sf_opportunity_data.csv", csvin.Absent, csvin.Proven, true},
		{"hubspot/deal_data.csv", csvin.Absent, csvin.Proven, true},
	}
	for _, c := range cases {
		rd := realFile(t, c.file)
		m := Detect(rd.Header())[0].Mapping
		var rows [][]string
		for rd.Next() {
			rows = append(rows, slices.Clone(rd.Row().Cells))
		}
		p := m.Propose(rd.Header(), rows)
		if p.Decimal.Finding != c.decimal || p.DateOrder.Finding != c.order || p.NeedsZone != c.zone || p.HeaderDoubts != "" {
			t.Errorf("%s: %+v", c.file, p)
		}
	}
}
