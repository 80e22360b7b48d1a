package contract

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// before is a text from before a clawback had to be written.
func before(t *testing.T) string {
	t.Helper()
	text := strings.ReplaceAll(closed(t), "    clawback: 180 days\n", "")
	if strings.Contains(text, "clawback") {
		t.Fatal("a clawback is left")
	}
	return text
}

func TestAnAcceptedTextFromBeforeTheClawbackStaysReadable(t *testing.T) {
	old := before(t)
	terms, err := ParseAccepted([]byte(old))
	if err != nil {
		t.Fatal(err)
	}
	shares := 0
	for _, c := range terms.Clauses {
		if r, ok := c.(RevenueShare); ok {
			shares++
			if !r.Clawback.Unlimited {
				t.Errorf("%s: clawback %s", r.ID, r.Clawback)
			}
		}
	}
	if shares == 0 || terms.Source != old {
		t.Errorf("%d shares", shares)
	}
	t.Run("its words tell it", func(t *testing.T) {
		if !strings.Contains(said(terms), "taken back, however late") {
			t.Error("the words do not say how long refunds are taken back")
		}
	})
	t.Run("what it leaves open is found at the clause", func(t *testing.T) {
		found := 0
		for _, f := range Lint(terms) {
			if f.Code == "clawback-unlimited" && f.Line > 0 && f.Clause != "" {
				found++
			}
		}
		if found != shares {
			t.Errorf("%d findings of %d shares", found, shares)
		}
	})
	t.Run("its other readings are read", func(t *testing.T) {
		if len(Alternatives(terms)) == 0 {
			t.Error("none")
		}
	})
	t.Run("an amendment that writes it is compared", func(t *testing.T) {
		if changes := Compare(terms, parsed(t, closed(t))); len(changes) != shares {
			t.Errorf("%+v", changes)
		}
	})
}

func TestANewTextHasToSayItsClawback(t *testing.T) {
	_, err := Parse([]byte(before(t)))
	faults := fault.All(err)
	if len(faults) == 0 {
		t.Fatal("it was read")
	}
	for _, f := range faults {
		if f.Code != "missing" || !strings.HasSuffix(f.Field, ".clawback") || f.Line == 0 {
			t.Errorf("%+v", f)
		}
	}
}

func TestAnAcceptedTextLacksNothingElse(t *testing.T) {
	for _, key := range []string{"    tail: 60 days\n", "rounding: half-up\n", "    other_currency: hold\n"} {
		if _, err := ParseAccepted([]byte(strings.ReplaceAll(before(t), key, ""))); err == nil {
			t.Errorf("read without %s", key)
		}
	}
}

func said(t Terms) string {
	var all []string
	for _, s := range Words(t) {
		all = append(all, s.Sentences...)
	}
	return strings.Join(all, "\n")
}

// What only a new text may not say: an accepted one of it stays readable.
func TestAnAcceptedTextMaySayWhatANewOneMayNot(t *testing.T) {
	text := edited(t, closed(t), []string{"fee: 10,000.00 per month", "fee: 0.00 per month", "when: crm_hygiene < 60", "when: bonus < 60"})
	if _, err := Parse([]byte(text)); len(fault.All(err)) != 2 {
		t.Errorf("%v", err)
	}
	if _, err := ParseAccepted([]byte(text)); err != nil {
		t.Error(err)
	}
}
