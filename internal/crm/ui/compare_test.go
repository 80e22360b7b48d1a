package ui_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

const (
	dealsBefore = "deal_id,name,amount,currency,closed_on,is_won,is_closed\nd1,Boreal line,12000.00,USD,2026-03-14,true,true\nd2,Kestrel cell,4400.00,USD,2026-06-30,false,false\n"
	dealsAfter  = "deal_id,name,amount,currency,closed_on,is_won,is_closed\nd1,Boreal line,13500.00,USD,2026-04-02,true,true\nd3,=Orchard,900.00,USD,2026-03-20,true,true\n"
)

func (s *site) take(name, text string) {
	s.t.Helper()
	_, err := s.ops.Import(s.ctx, s.actor, ops.ImportInput{Client: "org_acme", Filename: name, Reader: strings.NewReader(text)})
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestComparisonPageTellsWhatChangedAndWhatItWouldCost(t *testing.T) {
	// given two exports of deals and a locked statement on the first
	s := newSite(t)
	s.take("deals.csv", dealsBefore)
	s.take("deals.csv", dealsAfter)
	usd := func(minor int64) money.Amount { return money.New(minor, "USD") }
	s.ops.Resting = func(context.Context, bun.Tx, string) ([]ops.Resting, error) {
		return []ops.Resting{{ID: "stm_1", Name: "Statement of March 2026", State: "locked", Import: 1, Total: usd(1_200_00),
			Uses: func(k crm.Kind, id string) bool { return k == crm.KindDeal && id == "d1" }}}, nil
	}
	s.ops.Cost = func(_ context.Context, _ access.Actor, statement string) (ops.Cost, error) {
		return ops.Cost{AsOf: 2, Now: usd(90_00), Left: usd(-1_110_00)}, nil
	}
	s.ops.CostBetween = func(_ context.Context, _ access.Actor, in ops.Between) ([]ops.MonthCost, int, error) {
		if in.From != 1 || in.To != 2 || in.Until.IsZero() || in.Most != ops.Costed {
			t.Errorf("asked for %+v", in)
		}
		return []ops.MonthCost{{Statement: "stm_1", Name: "Statement of March 2026", State: "locked", Import: 1, Differs: usd(-1_500_00)},
			{Name: "April 2026", Differs: usd(27_00), Held: []string{"=Orchard has no amount."}}, {Name: "May 2026", Differs: usd(0)}}, 3, nil
	}
	// when they are compared
	p := s.get(at + "/compare?from=1&to=2")
	// then the page says it field by field, with the statement and the way to its cost
	for _, want := range []string{"12,000.00 USD", "13,500.00 USD", "14 Mar 2026", "2 Apr 2026", "Statement of March 2026 (locked)", "USD 900.00", "not in the file of import 2", "not computed"} {
		if !strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(p.Text(), "\u00a0", " ")), " "), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if n := p.Find(`a[href$="/statements/stm_1/later"]`).Length(); n != 2 {
		t.Errorf("%d links to the cost line by line", n)
	}
	if p := s.get(at + "/compare?from=1&to=2&cost=yes"); strings.Count(p.Text(), "USD\u00a0\u22121,110.00") != 2 || !strings.Contains(p.Text(), "Together") {
		t.Error("the cost is not shown where it is asked for")
	} else {
		for _, want := range []string{"USD\u00a0\u22121,500.00", "April 2026", "no statement yet", "USD\u00a027.00", "USD\u00a0\u22121,473.00", "without 1 thing held for want of a fact", "Not computed, and in no sum: 3 older months"} {
			if !strings.Contains(p.Text(), want) {
				t.Errorf("the cost of the difference does not say %q", want)
			}
		}
		if strings.Contains(p.Text(), "May 2026") {
			t.Error("a month that it does not change is told")
		}
	}
	if p := s.get(at + "/compare?from=1&to=2&touching=locked"); strings.Contains(p.Text(), "=Orchard") || !strings.Contains(p.Text(), "Boreal line") {
		t.Error("only records that a locked statement rests on")
	}
	if p := s.get(at + "/compare"); !strings.Contains(p.Text(), "From import 1 (deals.csv") {
		t.Error("without moments, and of one day, it is what the newest import changed")
	} else if tabs := p.Find(`a[href*="compare?from="]`).Text(); !strings.Contains(tabs, "Since the last locked statement") {
		t.Errorf("what is asked for most is offered: %s", tabs)
	}
	// and what cannot be compared is said at its field
	for _, q := range []string{"from=x", "from=2&to=1", "to_day=2026-02-31", "kind=nothing"} {
		if p := s.get(at + "/compare?" + q); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(), "That cannot be compared") {
			t.Errorf("%s: status %d", q, p.status)
		}
	}
	if p := s.get(at + "/compare?from=9"); p.status != http.StatusNotFound {
		t.Errorf("an import that is not there: %d", p.status)
	}
	// and the files hold the same rows
	file := s.get(at + "/compare.csv?from=1&to=2&fate=changed")
	if want := "kind,id,fate,field,before,after,import,line,deals,statements,changed_at,changed_by,deal_names,statement_names\n" +
		"deal,d1,changed,amount,12000.00,13500.00,2,2,d1,stm_1,,,Boreal line,Statement of March 2026 (locked)\ndeal,d1,changed,closed_on,2026-03-14,2026-04-02,2,2,d1,stm_1,,,Boreal line,Statement of March 2026 (locked)\n"; file.body != want {
		t.Errorf("the file is\n%s", file.body)
	}
	costs := s.get(at + "/compare-costs.csv?from=1&to=2&fate=changed")
	if want := "id,name,state,import,currency,as_given,computed_again,still_to_correct,this_difference,held\n" +
		"stm_1,Statement of March 2026,locked,1,USD,1200.00,90.00,-1110.00,-1500.00,0\n,April 2026,,,USD,,,,27.00,1\n"; costs.body != want {
		t.Errorf("the file of costs is\n%s", costs.body)
	}
	if file := s.get(at + "/compare.csv?from=1&to=2&fate=new"); !strings.Contains(file.body, "name,,'=Orchard") {
		t.Errorf("a formula is made harmless: %s", file.body)
	}
	var document struct {
		Rows []ops.ComparedRecord
		ops.ComparedDocument
	}
	if err := json.Unmarshal([]byte(s.get(at+"/compare.json?from=1&to=2").body), &document); err != nil || len(document.Rows) != 2 || document.Revenue[0].Net != "2400.00" || document.Rows[1].After["amount"] != "900.00" {
		t.Errorf("%v: %+v", err, document)
	}
}

// The agency sees its open draft among the statements on earlier evidence, as one that is not locked and has nothing to correct; the client does not know of it.
func TestComparisonPageTellsTheAgencyOfItsDraft(t *testing.T) {
	s := newSite(t)
	s.take("deals.csv", dealsBefore)
	s.take("deals.csv", dealsAfter)
	usd := func(minor int64) money.Amount { return money.New(minor, "USD") }
	s.ops.Resting = func(context.Context, bun.Tx, string) ([]ops.Resting, error) {
		return []ops.Resting{{ID: "stm_2", Name: "Statement of April 2026", State: "draft", Import: 1, Total: usd(500_00), Uses: func(crm.Kind, string) bool { return true }}}, nil
	}
	s.ops.Cost = func(context.Context, access.Actor, string) (ops.Cost, error) {
		return ops.Cost{AsOf: 2, Now: usd(540_00), Left: usd(40_00)}, nil
	}
	p := s.get(at + "/compare?from=1&to=2&cost=yes")
	if text := p.Text(); !strings.Contains(text, "Statement of April 2026") || !strings.Contains(text, "not locked") || !strings.Contains(text, "draft it again") || strings.Contains(text, "Together") {
		t.Errorf("got %s", text)
	}
	s.actor = access.Actor{Account: "acc_fin", Name: "Fay Finance", Memberships: []access.Membership{{Role: access.ClientFinance, Org: "org_acme", OrgKind: access.Client}}}
	if p := s.get(at + "/compare?from=1&to=2&cost=yes"); p.status != http.StatusOK || strings.Contains(p.Text(), "Statement of April 2026") {
		t.Errorf("status %d: the client sees a draft", p.status)
	}
}

func TestComparisonOfNothing(t *testing.T) {
	s := newSite(t)
	if p := s.get(at + "/compare"); !strings.Contains(p.Text(), "No evidence yet") {
		t.Error("before the first import")
	}
	s.take("deals.csv", dealsBefore)
	s.take("deals.csv", dealsBefore)
	if p := s.get(at + "/compare"); !strings.Contains(p.Text(), "Nothing differs") || strings.Contains(p.Text(), "not in the file") {
		t.Error("the same file twice")
	}
	s.take("deals.csv", strings.Join(strings.SplitAfter(dealsBefore, "\n")[:2], ""))
	if p := s.get(at + "/compare"); !strings.Contains(p.Text(), "of every record that is known. 1 known record of deals is not in the file of import 3") || p.Find(".notice").Length() > 0 {
		t.Errorf("a part of the file: %s", p.Text())
	}
}

func TestImportPageSaysThatItIsPinned(t *testing.T) {
	s := newSite(t)
	s.take("deals.csv", dealsBefore)
	s.take("deals.csv", dealsAfter)
	s.ops.Resting = func(context.Context, bun.Tx, string) ([]ops.Resting, error) {
		none := func(crm.Kind, string) bool { return false }
		return []ops.Resting{{ID: "stm_2", Name: "Statement of April 2026", State: "submitted", Import: 2, Uses: none}, {ID: "stm_1", Name: "Statement of March 2026", State: "locked", Import: 1, Uses: none}}, nil
	}
	if p := s.get(at + "/imports/1"); !strings.Contains(p.Text(), "Pinned by the statement of March 2026") || p.Find(`a[href$="/statements/stm_1"]`).Length() != 1 {
		t.Error("a locked statement rests on import 1")
	}
	if p := s.get(at + "/imports/2"); strings.Contains(p.Text(), "Pinned") || !strings.Contains(p.Text(), "no locked statement rests on it yet") {
		t.Error("only a submitted one rests on import 2")
	}
}
