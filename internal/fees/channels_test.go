package fees_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
)

const byContract = "{grouping: ga4-1, rules: [{channel: Partners, source: partner*, medium: referral}], without_visit: as-imported}"

// named is the worked example channels-ga4 with something else said, and its touches imported otherwise.
func named(t *testing.T, changed ...string) *txtar.Archive {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/channels-ga4.txtar")
	if err != nil {
		t.Fatal(err)
	}
	all := strings.NewReplacer(changed...)
	for i := range archive.Files {
		archive.Files[i].Data = []byte(all.Replace(string(archive.Files[i].Data)))
	}
	return archive
}

// TestWhoNamesTheChannels: the figures of docs/contract.md for a deal of 10,000.00 with three visits and a call.
func TestWhoNamesTheChannels(t *testing.T) {
	const said, none = "      channels: " + byContract + "\n", "[Direct, Sales call]"
	for _, c := range []struct {
		said, credits, want string
	}{
		{"", none, "225.00"},
		{"as-imported", none, "225.00"},
		{"{grouping: ga4-1, without_visit: as-imported}", none, "150.00"},
		{byContract, none, "150.00"},
		{byContract, "[Direct, Sales call, Partners]", "75.00"},
		{"{grouping: ga4-1, without_visit: as-imported}", "[Direct, Sales call, Partners]", "150.00"},
		{"{grouping: none, rules: [{channel: Partners, source: partner*}], unnamed: as-imported, without_visit: as-imported}", "[Partners, Sales call]", "150.00"},
		{"{grouping: none, rules: [{channel: Partners, source: partner*}], unnamed: Direct, without_visit: as-imported}", none, "75.00"},
	} {
		line := ""
		if c.said != "" {
			line = "      channels: " + c.said + "\n"
		}
		if got := computed(t, named(t, said, line, none, c.credits)); !strings.Contains(got, "total: "+c.want) {
			t.Errorf("%q but %s: want %s, got\n%s", c.said, c.credits, c.want, got)
		}
	}
}

// draftNamed is the statement of March of that example.
func draftNamed(t *testing.T, archive *txtar.Archive) (contract.Agreement, fees.Facts, fees.Statement) {
	t.Helper()
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	terms, err := contract.Parse([]byte(files["contract.yaml"]))
	if err != nil {
		t.Fatal(err)
	}
	a, err := contract.NewAgreement(terms)
	if err != nil {
		t.Fatal(err)
	}
	facts, _, err := pack.ReadFacts(folder(files, ""), a)
	if err != nil {
		t.Fatal(err)
	}
	facts.Period = cal.MonthOf(cal.MustDate("2026-03-01")).Period()
	s, _ := fees.Draft(a, facts, longAfter)
	return a, facts, s
}

// TestALineSaysWhoNamedItsChannels: each touch with its channel, and the one that it was imported with, and by what it was named.
func TestALineSaysWhoNamedItsChannels(t *testing.T) {
	_, _, s := draftNamed(t, named(t))
	if len(s.Lines) != 1 {
		t.Fatalf("%+v", s.Lines)
	}
	var got []string
	for _, touch := range s.Lines[0].Basis.Touches {
		got = append(got, fmt.Sprintf("%s %s<%s> %t", touch.Touch, touch.Channel, touch.Imported, touch.Earns))
	}
	if want := []string{"t1 Partners<Web> true", "t2 Paid Search<Web> true", "t3 Direct<Web> false", "t4 Sales call<> false"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if note := "Channels of visits are named by 1 rule of the contract, then ga4-1, whatever the import said."; !slices.Contains(s.Lines[0].Basis.Notes, note) {
		t.Errorf("%q", s.Lines[0].Basis.Notes)
	}
	_, _, s = draftNamed(t, named(t, byContract, "as-imported"))
	if len(s.Lines[0].Basis.Notes) != 1 || s.Lines[0].Basis.Touches[0].Channel != "Web" || s.Lines[0].Basis.Touches[0].Imported != "" {
		t.Errorf("%+v", s.Lines[0].Basis)
	}
}

// TestAFeeDoesNotHangOnTheMappingOfTheImport: where the contract names channels, whatever the imports called them; whatever the model, what is left out, and what
// is collapsed.
func TestAFeeDoesNotHangOnTheMappingOfTheImport(t *testing.T) {
	ga4 := &channel.Naming{Grouping: channel.GA4}
	moved := false
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.SampledFrom([]string{"google", "partner.example", "facebook.com", "(direct)", "newsletter", ""})
		medium := rapid.SampledFrom([]string{"cpc", "organic", "referral", "(none)", "email"})
		rows := []string{"touch_id,contact_id,at,channel,campaign,source,medium"}
		visits := map[string]channel.Visit{}
		for i := range rapid.IntRange(1, 7).Draw(r, "touches") {
			v := channel.Visit{Source: text.Draw(r, "source"), Medium: medium.Draw(r, "medium"), Campaign: rapid.SampledFrom([]string{"", "spring shop"}).Draw(r, "campaign")}
			id := fmt.Sprint("t", i)
			visits[id] = v
			rows = append(rows, strings.Join([]string{id, "c1", fmt.Sprintf("2026-02-%02d", 1+rapid.IntRange(0, 20).Draw(r, "day")), "CHANNEL-" + id, v.Campaign, v.Source, v.Medium}, ","))
		}
		terms := []string{
			rapid.SampledFrom([]string{"model: linear", "model: first", "model: w-shaped", "model: last-non-direct\n      direct_channels: [Direct]"}).Draw(r, "model"),
			rapid.SampledFrom([]string{"", "      repeats: collapsed\n"}).Draw(r, "repeats"), rapid.SampledFrom([]string{"", "      excluded_channels: [Direct, Referral]\n"}).Draw(r, "excluded"),
		}
		imported := func(channels string, name func(id string) string) string {
			table := strings.Join(rows, "\n") + "\n"
			for id := range visits {
				table = strings.ReplaceAll(table, "CHANNEL-"+id+",", name(id)+",")
			}
			archive := named(t, byContract, channels, "model: linear", terms[0], "      contacts: associated\n", terms[1]+terms[2]+"      contacts: associated\n")
			for i, f := range archive.Files {
				if f.Name == "touches.csv" {
					archive.Files[i].Data = []byte(table)
				}
			}
			_, _, s := draftNamed(t, archive)
			for i := range s.Lines {
				for k := range s.Lines[i].Basis.Touches {
					s.Lines[i].Basis.Touches[k].Imported = ""
				}
			}
			return fmt.Sprintf("%+v", s.Lines)
		}
		const grouping = "{grouping: ga4-1, without_visit: as-imported}"
		web := func(string) string { return "Web" }
		byGrouping := func(id string) string { return ga4.Channel(visits[id]) }
		a, b := imported(grouping, web), imported(grouping, byGrouping)
		if a != b {
			r.Fatalf("imported as Web:\n%s\nby the grouping:\n%s", a, b)
		}
		moved = moved || imported("as-imported", web) != imported("as-imported", byGrouping)
	})
	if !moved {
		t.Error("no mapping ever moved what is as imported, so nothing was shown")
	}
}

// TestChannelsArePriced: what each choice is worth tells as imported and by the grouping, where the text says one of them, and where it is silent.
func TestChannelsArePriced(t *testing.T) {
	const path = "clauses.share.attribution.channels"
	for _, c := range []struct{ said, written, other, total string }{
		{"      channels: " + byContract + "\n", "as written", "as-imported", "225.00"},
		{"      channels: as-imported\n", "as-imported", "ga4-1", "150.00"},
		{"", "as-imported (not said)", "ga4-1", "150.00"},
	} {
		a, facts, _ := draftNamed(t, named(t, "      channels: "+byContract+"\n", c.said))
		prices, err := fees.Price(fees.Pricing{Agreement: a, Evidence: facts.Evidence, Months: []cal.Month{cal.MonthOf(cal.MustDate("2026-03-01"))}, AsOf: longAfter})
		if err != nil {
			t.Fatal(err)
		}
		got := readings(t, prices, path)
		if got[c.other] != c.total || got[c.written] == "" {
			t.Errorf("%q: %v", c.said, got)
		}
	}
}

// TestNamesAreLookedForAsTheContractNamesThem and not as the import did.
func TestNamesAreLookedForAsTheContractNamesThem(t *testing.T) {
	for _, c := range []struct{ said, credits, want string }{
		{byContract, "[Direct, Sales call]", ""},
		{byContract, "[Direct, Sales call, Web]", `"Web"`},
		{"as-imported", "[Web, Sales call]", ""},
		{"as-imported", "[Direct, Sales call]", `"Direct"`},
	} {
		a, facts, _ := draftNamed(t, named(t, byContract, c.said, "[Direct, Sales call]", c.credits))
		var got []string
		for _, f := range contract.LintNames(a.First(), fees.Known(facts.Evidence)) {
			if f.Code == "channel-unknown" {
				got = append(got, f.Text)
			}
		}
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
			t.Errorf("%s but %s: %q", c.said, c.credits, got)
		}
	}
}
