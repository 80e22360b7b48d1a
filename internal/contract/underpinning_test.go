package contract_test

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func underpinning(t *testing.T, change ...string) contract.Terms {
	t.Helper()
	text := contract.UnderpinningTemplate("social", "Northlight LLC", "Brightpath & Co. (West)", cal.MustDate("2026-01-01"))
	terms, err := contract.Parse([]byte(strings.NewReplacer(change...).Replace(text)))
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

func TestATextForASpecialistCanBeBegunWith(t *testing.T) {
	terms := underpinning(t)
	if err := contract.CheckUnderpinning(terms); err != nil {
		t.Error(err)
	}
	if terms.Client != "Northlight LLC" || terms.Agency != "Brightpath & Co. (West)" || terms.Clauses[0].ClauseID() != "brightpath-co-west-team" {
		t.Errorf("%s pays %s by %s", terms.Client, terms.Agency, terms.Clauses[0].ClauseID())
	}
}

// A share of everybody's revenue would pay a specialist for the work of others.
func TestASpecialistsShareNamesWhoseTouchesEarn(t *testing.T) {
	terms := underpinning(t, `credits: {providers: [Brightpath & Co. (West)]}`, "credits: {all_channels_except: [direct]}", `credits: {providers: ["Brightpath & Co. (West)"]}`, "credits: {all_channels_except: [direct]}")
	all := fault.All(contract.CheckUnderpinning(terms))
	if len(all) != 1 || all[0].Code != "credits-providers" || !strings.HasSuffix(all[0].Field, "credits") || all[0].Line == 0 {
		t.Errorf("%v", all)
	}
}

func TestANameOfEvidenceBelongsToOneContract(t *testing.T) {
	own, err := contract.Parse([]byte(contract.Template("growth", "Acme", "Northlight LLC", cal.MustDate("2026-01-01"))))
	if err != nil {
		t.Fatal(err)
	}
	growth := contract.Agreement{Versions: []contract.Terms{own}}
	if err := contract.CheckApart(underpinning(t), growth); err != nil {
		t.Errorf("names of its own: %v", err)
	}
	all := fault.All(contract.CheckApart(underpinning(t, "brightpath-co-west-team", "growth-team"), growth))
	if len(all) != 1 || all[0].Code != "name-of-another" || !strings.Contains(all[0].Message, "growth-team") {
		t.Errorf("%v", all)
	}
	if !growth.NamesEvidence(" Growth-Team ") || growth.NamesEvidence("") || growth.NamesEvidence("social") {
		t.Error("a name is taken for another")
	}
}
