package fees_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Of 24 deals of 1,000.00, each after a webinar of the agency, 9 were won before webinars ceased to earn on 15 May, one of them before the contract began.
// By the latest text nothing is clear; by the text of each deal's day 9,000.00 of 24,000.00 are, which is poor, too; with six more won before that day it is 15,000.00 of 30,000.00, and fair.
func TestClarityByTheLatestTextAndByThatOfEachDay(t *testing.T) {
	var s crm.Snapshot
	pasts := map[string]crm.Past{}
	won := func(n int, day string) {
		for range n {
			id := fmt.Sprint(len(s.Deals))
			d := wonOn(id, "", day)
			d.Source, d.CreatedAt = "Webinar", time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC).AddDate(0, 0, -40)
			s.Deals, pasts[id] = append(s.Deals, d), crm.Past{SourceKnown: true}
			s.DealContacts = append(s.DealContacts, crm.DealContact{DealID: id, ContactID: "c" + id})
			s.Touches = append(s.Touches, crm.Touch{ID: "t" + id, ContactID: "c" + id, At: d.CreatedAt.AddDate(0, 0, -1), Channel: "webinar", Campaign: "spring"})
		}
	}
	won(1, "2025-12-20")
	won(8, "2026-05-14")
	won(15, "2026-05-15")
	latest := strings.NewReplacer("version: 1", "version: 2", "effective: 2026-01-01", "effective: 2026-05-15", "all_channels_except: [sales call]", "all_channels_except: [webinar]")
	first := agreementNamed(t, "contacts-of-the-account").First()
	second, err := contract.Parse([]byte(latest.Replace(first.Source)))
	if err != nil {
		t.Fatal(err)
	}
	a, err := contract.NewAgreement(first, second)
	if err != nil {
		t.Fatal(err)
	}
	on := cal.MustDate("2026-06-01")
	m := fees.Measure(&s, pasts, on, a)
	if m.Version != 2 || m.Versions != 2 || m.Clarity.Deals != 24 || m.Clarity.Clear.Minor != 0 || m.Clarity.Of.Minor != 2_400_000 || m.Spread != 0 || !m.SpreadOK {
		t.Errorf("by the latest text: %+v", m)
	}
	deals, clear, earned := m.Agreed.Together()
	if deals != 24 || clear.Minor != 900_000 || earned.Of.Minor != 2_400_000 || earned.By[0].Amount.Minor != 900_000 || len(m.Agreed.Versions) != 2 || !m.Agreed.YearOK {
		t.Errorf("by the text of each day %d deals, %s, %+v: %+v", deals, clear, earned, m.Agreed)
	}
	why := strings.Join(fees.Advise(m).Graded[1].Why, " ")
	for _, words := range []string{
		"All deals are measured by the latest text, version 2, and so is the grade", "By the text in force on the day each was won, USD 9,000.00 of USD 24,000.00 of 24 deals is clear, 37.5 %: 9,000.00 of 9,000.00 of 9 deals under version 1, 0.00 of 15,000.00 of 15 deals under version 2.",
		"The four models differ by 0 points by these, and clarity would be graded poor.",
	} {
		if !strings.Contains(why, words) {
			t.Errorf("%s does not say %q", why, words)
		}
	}

	won(6, "2026-05-14")
	if why := strings.Join(fees.Advise(fees.Measure(&s, pasts, on, a)).Graded[1].Why, " "); !strings.Contains(why, "clarity would be graded fair") {
		t.Errorf("half is clear: %s", why)
	}
	one, err := contract.NewAgreement(first)
	if err != nil {
		t.Fatal(err)
	}
	if why := strings.Join(fees.Advise(fees.Measure(&s, pasts, on, one)).Graded[1].Why, " "); !strings.Contains(why, "The contract has one text") || !strings.Contains(why, "USD 30,000.00 of USD 30,000.00") {
		t.Errorf("by one text: %s", why)
	}
}
