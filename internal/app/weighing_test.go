package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
)

func TestWhatAContractSaysOfTheEvidence(t *testing.T) {
	closed := demoTerms(t, "v1.yaml")
	changed := func(was, is string) contract.Terms { return demoTerms(t, "v1.yaml", was, is) }
	for name, c := range map[string]struct {
		terms []contract.Terms
		want  crm.Weighing
	}{
		"closed":    {[]contract.Terms{closed}, crm.Weighing{DealsEarn: true, Currency: "USD", AmountDecides: true, RefundsDecide: true, TypeDecides: true}},
		"collected": {[]contract.Terms{demoTerms(t, "v2.yaml")}, crm.Weighing{DealsEarn: true, Currency: "USD", PaymentsDecide: true, RefundsDecide: true, TypeDecides: true}},
		"home amounts": {[]contract.Terms{changed("other_currency: hold", "other_currency: home-amount")},
			crm.Weighing{DealsEarn: true, Currency: "USD", AmountDecides: true, HomeAmount: true, RefundsDecide: true, TypeDecides: true}},
		"an unknown type is eligible": {[]contract.Terms{changed("unknown_type: hold", "unknown_type: eligible")},
			crm.Weighing{DealsEarn: true, Currency: "USD", AmountDecides: true, RefundsDecide: true}},
		"two contracts": {[]contract.Terms{closed, demoTerms(t, "v2.yaml", "currency: USD", "currency: EUR")},
			crm.Weighing{DealsEarn: true, AmountDecides: true, PaymentsDecide: true, RefundsDecide: true, TypeDecides: true}},
		"no share": {[]contract.Terms{{Currency: "USD"}}, crm.Weighing{Currency: "USD"}},
	} {
		if got := weighing(c.terms...); *got != c.want {
			t.Errorf("%s: %+v", name, *got)
		}
	}
	if weighing() != nil {
		t.Error("no contract weighs")
	}
}

// demoTerms are those of a contract of the sample year, with a word changed.
func demoTerms(t *testing.T, name string, change ...string) contract.Terms {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("demo", "contracts", name))
	if err != nil {
		t.Fatal(err)
	}
	terms, err := contract.Parse([]byte(strings.NewReplacer(change...).Replace(string(text))))
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

// TestTheEvidencePageWeighsByTheContractInForce: in the sample year the second version counts payments, so an amount that lacks blocks nothing.
func TestTheEvidencePageWeighsByTheContractInForce(t *testing.T) {
	p, made := demoProgram(t)
	ctx := access.WithActor(p.inWorkspace(t.Context()), p.operator())
	w := p.weighingOf(ctx, made.Client)
	if w == nil || w.AmountDecides || !w.PaymentsDecide || w.Currency != "USD" {
		t.Fatalf("%+v", w)
	}
	if w := p.weighingOf(ctx, "org_nobody"); w != nil {
		t.Errorf("a client without a contract: %+v", w)
	}
}
