package crm

import (
	"testing"
	"time"
)

// Values are written for people; a merge says which of the two remains.
func TestWordsOfValues(t *testing.T) {
	zone := time.FixedZone("EDT", -4*3600)
	deal := Deal{ID: "D1"}.Record()
	deal.set("currency", "USD")
	for _, c := range []struct{ field, value, want string }{
		{"amount", "1049308.19", "1,049,308.19 USD"}, {"amount", "-5.00", "\u22125.00 USD"}, {"is_won", "true", "yes"}, {"closed_on", "2026-06-10", "10 Jun 2026"},
		{"created_at", "2023-07-20T04:00:00Z", "20 Jul 2023 00:00 EDT"}, {"name", "true love", "true love"}, {"amount", "", ""}, {"amount", "much", "much"},
	} {
		if got := deal.Words(c.field, c.value, zone); got != c.want {
			t.Errorf("%s %q: %q", c.field, c.value, got)
		}
	}
	if got := (Merge{MergedID: "003A", Into: "003B"}).Record().MergeWords(); got != "003A was merged into 003B, which remains" {
		t.Error(got)
	}
	if got := deal.MergeWords(); got != "" {
		t.Error(got)
	}
}
