package paper_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/paper"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func document(t *testing.T, lines int) billing.Document {
	t.Helper()
	side := func(s billing.Side, in billing.ProfileInput) billing.Party {
		p, err := billing.ReadProfile(s, in)
		if err != nil {
			t.Fatal(err)
		}
		return billing.Party{Org: "org_" + string(s), Profile: p}
	}
	c := billing.Claim{
		Issuer: side(billing.Issuer, billing.ProfileInput{Name: "Północne Światło sp. z o.o.", Street: "ul. Długa 1", City: "Łódź", PostalCode: "90-001", Country: "PL", TaxID: "PL9551893317",
			Email: "faktury@northlight.example", Account: "PL61109010140000071219812874", BIC: "WBKPPLPP", Bank: "Santander", Footer: "Północne Światło · Łódź · KRS 0000123456"}),
		Customer: side(billing.Customer, billing.ProfileInput{Name: "Acme Robotics, Inc.", Street: "2 Side St", City: "Boston", Region: "MA", PostalCode: "02108", Country: "US", Treatment: "none",
			Reason: "Service to a business outside the European Union.", TermsDays: "30", Reference: "Marketing"}),
		Statement: billing.Reference{ID: "st_1", Hash: strings.Repeat("3f5a", 16)}, Contract: "northlight-acme-growth",
		Document: fees.Statement{Currency: "USD", Period: cal.Period{From: cal.MustDate("2026-03-01"), To: cal.MustDate("2026-04-01")}},
		Terms:    billing.Terms{IssuedOn: cal.MustDate("2026-04-07"), DueOn: cal.MustDate("2026-05-07"), PurchaseOrder: "4500-1", PaymentLink: "https://pay.example/i/1", Note: "Thank you."},
	}
	for i := range lines {
		amount := money.New(14_000_00-int64(i)*1_250_01, "USD")
		c.Document.Lines = append(c.Document.Lines, fees.Line{No: i + 1, Clause: "team", Text: fmt.Sprintf("Mirefield Plastics – line upgrade, deal %d of the month with a name that needs a second line", i+1), Quantity: "38,666.67", Unit: "USD credited", RateText: "3 %", Amount: amount})
		c.Payable = append(c.Payable, amount)
	}
	d, err := billing.Issue(c)
	if err != nil {
		t.Fatal(err)
	}
	d.Number = billing.Number{Series: "INV", Year: 2026, Serial: 12}
	return d
}

func TestThePaperSaysWhatTheDocumentSays(t *testing.T) {
	d := document(t, 14)
	body, err := paper.PDF(d)
	if err != nil {
		t.Fatal(err)
	}
	again, err := paper.PDF(d)
	if err != nil || !bytes.Equal(body, again) {
		t.Errorf("two prints differ: %v", err)
	}
	text := textOf(t, body)
	for _, want := range []string{"Invoice INV-2026-0012", "Północne Światło sp. z o.o.", "90-001 Łódź", "PL9551893317", "Acme Robotics, Inc.", "14,000.00", "−", d.Payable.Format(), "7 May 2026", "4500-1", "PL61109010140000071219812874",
		"https://pay.example/i/1", "outside the European Union", strings.Repeat("3f5a", 16), "continued", "1 of 2", "2 of 2"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not on the paper", want)
		}
	}
}

func TestThePaperSaysWhatPayingEarlyAndLateComesTo(t *testing.T) {
	d := document(t, 1) // 14,000.00
	d.Agreed = &billing.Agreed{
		Contract: "growth", Rounding: money.HalfUp, GraceUntil: cal.MustDate("2026-05-12"), DiscountUntil: cal.MustDate("2026-04-17"),
		Late:     &contract.LateCharge{Rate: money.NewRatio(15, 1000), Per: contract.EveryMonth},
		Discount: &contract.EarlyDiscount{Rate: money.Percent(2), On: "with-tax", Partial: "pro-rata"},
	}
	body, err := paper.PDF(d)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(textOf(t, body)), " ")
	for _, want := range []string{"2 % less if paid by 17 Apr 2026: USD 13,720.00 in the place of 14,000.00.", "a late charge of 1.5 % per month by the contract, unless paid until 12 May 2026."} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not on the paper: %s", want, text)
		}
	}
}

func TestLongInvoicesGoOverSeveralPages(t *testing.T) {
	d := document(t, 14)
	for range 60 {
		d.Lines = append(d.Lines, d.Lines[0])
	}
	body, err := paper.PDF(d)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(textOf(t, body), "INV-2026-0012, continued"); n < 3 {
		t.Errorf("%d pages more", n)
	}
}

// textOf reads a PDF as a person would copy it.
func textOf(t *testing.T, body []byte) string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("pdftotext is missing (install poppler-utils)")
		}
		t.Skip("pdftotext is not here (install poppler-utils)")
	}
	file := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
	if keep := os.Getenv("OFRECORD_PAPER"); keep != "" {
		_ = os.WriteFile(keep, body, 0o600)
	}
	out, err := exec.Command("pdftotext", "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestThePaperHasATrueMinusInFormulas(t *testing.T) {
	d := document(t, 1)
	d.Lines[0].Detail = "-6,666.67 USD credited × 3 % of 2026-05 (-200.00)"
	body, err := paper.PDF(d)
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(strings.Fields(textOf(t, body)), " "); !strings.Contains(text, "−6,666.67 USD credited × 3 % of 2026-05 (−200.00)") {
		t.Error(text)
	}
}
