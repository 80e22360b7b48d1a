package contract

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

func TestWhenAnInvoiceIsDue(t *testing.T) {
	for _, c := range []struct{ due, from, discount, issued, want, until string }{
		{"30 days", "issue", "10 days", "2026-04-07", "2026-05-07", "2026-04-17"},
		{"30 days", "end-of-month", "10 days", "2026-04-07", "2026-05-30", "2026-05-10"},
		{"10 working days", "issue", "3 working days", "2026-04-07", "2026-04-21", "2026-04-10"},
		{"0 days", "issue", "0 days", "2026-04-07", "2026-04-07", "2026-04-07"},
	} {
		text := edited(t, closed(t), []string{"  due: 30 days", "  due: " + c.due, "counted_from: issue", "counted_from: " + c.from, "within: 10 days, on: with-tax", "within: " + c.discount + ", on: with-tax"})
		terms := parsed(t, text)
		issued := cal.MustDate(c.issued)
		if due, until := terms.Payment.DueOn(issued, terms.Calendar), terms.Payment.DiscountUntil(issued, terms.Calendar); due.String() != c.want || until.String() != c.until {
			t.Errorf("%s from %s of %s: due %s, early until %s; want %s, %s", c.due, c.from, c.issued, due, until, c.want, c.until)
		}
	}
}

func TestPaymentIsSaidInWords(t *testing.T) {
	var words []string
	for _, s := range Words(parsed(t, closed(t))) {
		if s.Heading == "Payment" {
			words = s.Sentences
		}
	}
	all := strings.Join(words, "\n")
	for _, want := range []string{"due 30 days after the day of issue", "with tax, bears a late charge of 1.5 % per month", "within 5 days after the due day bears no charge", "a month has 30",
		"Nothing is charged on late charges", "at most 10 % of the amount with tax", "What a credit note takes back bears none", "No tax is charged on it", "within 10 days after the day of issue costs 2 % of the amount with tax less", "takes off its share"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in\n%s", want, all)
		}
	}
	for _, s := range Words(parsed(t, read(t, "testdata/good.yaml"))) {
		if s.Heading == "Payment" {
			t.Errorf("a contract that says nothing of payment says %v", s.Sentences)
		}
	}
}
