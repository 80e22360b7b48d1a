package app

import (
	"strings"
	"testing"
)

// TestCreditOfAClient: given two won deals, when a touch of the contact of one comes late, then only that one is recorded again, and what was recorded holds.
func TestCreditOfAClient(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		command := func(exit int, args ...string) string {
			return k.run(exit, append([]string{"attribution", "credit", "--client", "Acme", "--models", "first,linear"}, args...)...)
		}
		k.run(66, "attribution", "credit", "--client", "Acme", "--record")
		k.holds(command(66), "Nothing was imported")
		k.imports(exitDone, k.file("contacts.csv", "contact_id,company_id\np1,c1\n"))
		k.holds(command(exitDone), "total               0       0", "0 deals, 0 touches", "As of import 1 no won deal has an amount.")
		k.imports(exitDone, k.file("deals.csv", "deal_id,name,amount,currency,created_at,closed_on,is_won,is_closed\nd1,Boreal line,100.01,USD,2026-01-01,2026-03-14,true,true\nd2,Orchard,900.00,USD,2026-01-01,2026-03-20,true,true\nd3,Fjord,,,2026-01-01,2026-03-20,true,true\n"))
		k.imports(exitDone, k.file("deal_contacts.csv", "deal_id,contact_id,role\nd1,p1,\nd2,p2,\n"))
		k.imports(exitDone, k.file("touches.csv", "touch_id,contact_id,at,channel\nt1,p1,2026-01-02T10:00:00Z,e-mail\nt2,p1,2026-01-03T10:00:00Z,webinar\nt3,p2,2026-02-03T10:00:00Z,webinar\n"))
		k.holds(k.run(exitDone, "attribution", "credit", "--client", "Acme", "--as-of", "2", "--models", "first", "--contacts", "associated"), "(unattributed)  100001")
		// 100.01 in two halves: 50.01 and 50.00; which of them is fixed by a hash. 900.00 are the webinar's.
		k.holds(command(exitDone), "channel          first  linear\n", "(unattributed)       0       0\n", "total           100001  100001", "2 deals, 3 touches",
			"As of import 4, in USD: first linear; none; deal-won; associated-or-account; UTC", "1 won deal without an amount is not in it.")
		k.holds(command(exitDone, "--format", "csv"), "e-mail,10001,5000\n", "webinar,90000,95001\n")
		first := command(exitDone, "--record")
		k.holds(first, "Recorded as of import 4: 2 deals", "  d1  ", "  d2  ")
		k.holds(command(exitDone, "--record"), "Nothing to record")
		k.imports(exitDone, k.file("late.csv", "touch_id,contact_id,at,channel\nt4,p1,2025-12-01T10:00:00Z,trade fair\n"))
		late := command(exitDone, "--record", "--format", "csv")
		k.holds(late, "trade fair,10001,3334\n", "Recorded as of import 5: 1 deal of which", "  d1  ")
		if strings.Contains(late, "  d2  ") {
			t.Error(late)
		}
		k.holds(command(exitDone, "--format", "csv", "--as-of", "4"), "e-mail,10001,5000\n")
		k.holds(k.run(exitDone, "journal", "verify"), "3 credited deals hold\n")

		k.imports(exitDone, k.file("visits.csv", "touch_id,contact_id,at,channel,source,medium\nt3,p2,2026-02-03T10:00:00Z,webinar,google,cpc\n"))
		k.holds(command(exitDone, "--grouping", "ga4-1"), "Paid Search      90000   90000\n", "; UTC; channels by ga4-1")
		k.imports(exitDone, k.file("euro.csv", "deal_id,name,amount,currency,created_at,closed_on,is_won,is_closed\nd4,Alp,10.00,EUR,2026-01-01,2026-03-14,true,true\n"))
		k.holds(command(exitUsage), "--currency: Won deals are in EUR, USD.")
		k.holds(command(exitDone, "--currency", "eur", "--contacts", "associated", "--anchor", "created", "--window", "30d", "--zone", "Europe/Berlin"), "(unattributed)   1000    1000", "2 won deals in another currency are not in it.",
			"30 days, re-path; deal-created; associated; Europe/Berlin")
		for _, wrong := range []struct {
			words string
			args  []string
		}{{"--anchor: ", []string{"--anchor", "collected"}}, {"--contacts: ", []string{"--contacts", "all"}}, {"--models: ", []string{"--models", "data-driven"}},
			{"--record: ", []string{"--record", "--as-of", "4"}}, {"--zone: ", []string{"--zone", "Mars"}}, {"--grouping: there is no \"ga4\"; write as-imported, ga4-1", []string{"--grouping", "ga4"}}} {
			k.holds(command(exitUsage, wrong.args...), wrong.words)
		}
		command(66, "--as-of", "99")
		k.run(exitUsage, "attribution", "credit")
	})
}
