package crm

import (
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

func TestAZoneIsNeededWhereAValueCannotBePlacedWithoutIt(t *testing.T) {
	headers := []string{"when", "amount"}
	for _, c := range []struct {
		field, cell string
		want        bool
	}{
		{"created_at", "2026-02-03 08:00", true},
		{"created_at", "03/02/2026 08:00", true},
		{"created_at", "31/12/2026", true}, // an instant is the start of that day somewhere
		{"created_at", "2026-02-03T08:00:00Z", false},
		{"created_at", "1770105600", false},
		{"created_at", "", false},
		{"closed_on", "2026-02-03", false},
		{"closed_on", "2026-02-03 08:00", false}, // the day as written; its time is dropped
		{"closed_on", "2026-02-03T23:00:00Z", true},
		{"amount", "2026-02-03 08:00", false},
	} {
		m := Mapping{Profile: Generic, Object: "deals", Columns: map[string]string{c.field: "when"}}
		if got := m.Propose(headers, [][]string{{c.cell, "1"}}).NeedsZone; got != c.want {
			t.Errorf("%s of %q: %v", c.field, c.cell, got)
		}
	}
}

func TestAPlainFileIsReadAsItIsWritten(t *testing.T) {
	headers := []string{"deal_id", "amount", "closed_on"}
	for name, c := range map[string]struct {
		amount  string
		days    []string
		decimal byte
		order   csvin.DateOrder
	}{
		"as the format says":           {"14000.00", []string{"2026-03-18"}, '.', csvin.YMD},
		"day in front, comma":          {"31.000,00", []string{"30/10/2026", "05/11/2026"}, ',', csvin.DMY},
		"month in front":               {"12", []string{"10/30/2026"}, '.', csvin.MDY},
		"both ways":                    {"3,100", []string{"05/11/2026"}, 0, ""},
		"one odd day among many":       {"1.5", []string{"2026-03-18", "2026-03-19", "30/10/2026"}, '.', csvin.YMD},
		"nothing depends on the order": {"", nil, '.', csvin.YMD},
	} {
		var rows [][]string
		for _, d := range append(c.days, "") {
			rows = append(rows, []string{"d1", c.amount, d})
		}
		m := Detect(headers)[0].Mapping.AsWritten(headers, rows)
		if m.Convention.Decimal != c.decimal || m.Convention.DateOrder != c.order {
			t.Errorf("%s: %q, %q", name, m.Convention.Decimal, m.Convention.DateOrder)
		}
	}
}
