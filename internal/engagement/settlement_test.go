package engagement

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func ending(t testing.TB, exit string) contract.Terms {
	return termAgreed(t, term("12 months", "kind: none", "period: 90 days, fee: full")+exit).Latest()
}

const (
	forfeit = "  exit: {retainer_balance: forfeit}\n"
	credit  = "  exit: {retainer_balance: credit}\n"
)

func stated(side contract.Side, part PartKey, minor int64) Stated {
	return Stated{Part: part, Side: side, Amount: usd(minor), Basis: "as listed", Evidence: "folder Exit"}
}

// whole states every part: fees of half a month, hours given back, a booking that cannot be cancelled, funds and credits of the client, fees
// that were earned and that the tail will earn, and a reserve for refunds.
func whole() []Stated {
	var out []Stated
	for part, minor := range map[PartKey]int64{OpenInvoices: 1_000_00, ProratedFees: 7_000_00, RetainerBalance: -1_500_00, Commitments: 12_000_00,
		ClientFunds: 4_000_00, MediaCredits: -750_00, EarnedFees: 3_200_00, TailFees: 900_00, Disputed: 0, ClawbackReserve: 600_00} {
		out = append(out, stated(contract.AgencySide, part, minor))
	}
	return out
}

// 1,000 + 7,000 − 1,500 + 12,000 − 4,000 − 750 + 3,200 + 900 − 600 = 17,250.
func TestTheWholeFormula(t *testing.T) {
	s, err := Settle(Ground{Terms: ending(t, credit), Stated: whole()})
	if err != nil || s.Total == nil || *s.Total != usd(17_250_00) {
		t.Fatalf("total %v, %v", s.Total, err)
	}
	if got := s.Words("Acme", "Northlight"); got != "Acme owes Northlight USD 17,250.00." {
		t.Error(got)
	}
}

func TestUnknownIsNeverZero(t *testing.T) {
	for _, rule := range PartRules() {
		var all []Stated
		for _, s := range whole() {
			if s.Part != rule.Key {
				all = append(all, s)
			}
		}
		s, _ := Settle(Ground{Terms: ending(t, credit), Stated: all})
		if s.Total != nil || len(s.Issues()) != 1 || s.Issues()[0].Key != rule.Key {
			t.Errorf("without %s: total %v, issues %+v", rule.Key, s.Total, s.Issues())
		}
	}
}

func TestTheRetainerBalanceByContract(t *testing.T) {
	balance := func(exit string, all ...Stated) Part {
		s, err := Settle(Ground{Terms: ending(t, exit), Stated: all})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range s.Parts {
			if p.Key == RetainerBalance {
				return p
			}
		}
		return Part{}
	}
	byAgency, byClient := stated(contract.AgencySide, RetainerBalance, -500_00), stated(contract.ClientSide, RetainerBalance, -500_00)
	if p := balance(forfeit); p.Amount == nil || !p.Amount.IsZero() || p.Issue != "" {
		t.Errorf("forfeit: %+v", p)
	}
	if p := balance(credit, byAgency); p.Amount == nil || p.Amount.Minor != -500_00 || p.Issue != "" {
		t.Errorf("credit: %+v", p)
	}
	if p := balance("", byAgency); !strings.Contains(p.Issue, "contract does not say") {
		t.Errorf("silent, stated by one side: %+v", p)
	}
	if p := balance("", byAgency, byClient); p.Issue != "" || p.Amount == nil || p.Amount.Minor != -500_00 {
		t.Errorf("silent, stated by both: %+v", p)
	}
	if p := balance("", byAgency, stated(contract.ClientSide, RetainerBalance, -600_00)); !strings.Contains(p.Issue, "different amounts") || p.Amount != nil {
		t.Errorf("silent, stated differently: %+v", p)
	}
}

func TestWhatTheRecordsKnowIsNotOverruledByOneSide(t *testing.T) {
	g := Ground{Terms: ending(t, credit), Known: map[PartKey]Figure{OpenInvoices: {Amount: usd(250_00), Basis: "2 invoices", Source: "invoices"}},
		Stated: []Stated{stated(contract.AgencySide, OpenInvoices, 900_00)}}
	s, _ := Settle(g)
	if p := s.Parts[0]; p.Amount.Minor != 250_00 || p.Source != "invoices" {
		t.Errorf("%+v", p)
	}
	g.Stated = append(g.Stated, stated(contract.ClientSide, OpenInvoices, 900_00))
	if s, _ := Settle(g); s.Parts[0].Amount.Minor != 900_00 {
		t.Errorf("both say otherwise: %+v", s.Parts[0])
	}
}

// What the records lack is said where nobody has stated the part, and beside what was stated; what they rest on belongs to the text only where the amount is theirs.
func TestWhatTheRecordsLackIsSaid(t *testing.T) {
	rows := []Row{{Text: "Spend after the end: S1", Amount: new(money.Amount)}}
	g := Ground{Terms: ending(t, credit), Known: map[PartKey]Figure{
		Commitments:     {Amount: usd(0), Open: "Orders are not kept here.", Rows: rows},
		RetainerBalance: {Amount: usd(-400_00), Basis: "2 hours", Rows: rows}}}
	of := func(key PartKey) Part {
		s, err := Settle(g)
		if err != nil {
			t.Fatal(err)
		}
		return s.Parts[slices.IndexFunc(s.Parts, func(p Part) bool { return p.Key == key })]
	}
	if p := of(Commitments); p.Amount != nil || !strings.HasPrefix(p.Issue, "Orders are not kept here. Nobody") || len(p.Help) != 1 || p.Rows != nil {
		t.Errorf("open: %+v", p)
	}
	if p := of(RetainerBalance); p.Amount == nil || *p.Amount != usd(-400_00) || len(p.Rows) != 1 || p.Help != nil {
		t.Errorf("known: %+v", p)
	}
	g.Stated = []Stated{stated(contract.AgencySide, Commitments, 500_00), stated(contract.AgencySide, RetainerBalance, -1)}
	if p := of(Commitments); *p.Amount != usd(500_00) || p.Issue != "" || p.Why == "" || p.Rows != nil {
		t.Errorf("stated: %+v", p)
	}
	if p := of(RetainerBalance); *p.Amount != usd(-400_00) {
		t.Errorf("one side overrules what the contract and the hours give: %+v", p)
	}
	g.Terms = ending(t, "")
	if p := of(RetainerBalance); p.Issue != "" {
		t.Errorf("nothing is silent where the records know: %+v", p)
	}
}

func TestAContractWithoutAnEndIsNotSettled(t *testing.T) {
	_, err := Settle(Ground{Terms: termAgreed(t, term("open-ended", "kind: evergreen", "period: 90 days, fee: full")).Latest()})
	if fault.Code(err) != "no-end" {
		t.Errorf("got %v", err)
	}
}

func TestWhatCannotBeStated(t *testing.T) {
	for want, s := range map[string]Stated{
		"settlement-part":     {Part: "other", Basis: "x", Evidence: "x"},
		"settlement-sign":     {Part: ClientFunds, Amount: usd(-1), Basis: "x", Evidence: "x"},
		"settlement-basis":    {Part: ClientFunds, Amount: usd(1), Evidence: "x"},
		"settlement-evidence": {Part: MediaCredits, Amount: usd(-1), Basis: "x"},
	} {
		if err := CheckStated(s); fault.Code(err) != want {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

// The total is the sum of the parts as they count, and the hash changes with any of them.
func TestTheTotalIsTheSumOfItsParts(t *testing.T) {
	terms := ending(t, credit)
	rapid.Check(t, func(rt *rapid.T) {
		var all []Stated
		for _, r := range PartRules() {
			all = append(all, stated(contract.AgencySide, r.Key, rapid.Int64Range(0, 1e9).Draw(rt, string(r.Key))))
		}
		s, _ := Settle(Ground{Terms: terms, Stated: all})
		var sum int64
		for _, p := range s.Parts {
			sum += p.Amount.Minor
		}
		if s.Total.Minor != sum {
			rt.Fatalf("total %d, parts %d", s.Total.Minor, sum)
		}
		_, before := s.Encode()
		all[rapid.IntRange(0, len(all)-1).Draw(rt, "part")].Amount.Minor++
		s, _ = Settle(Ground{Terms: terms, Stated: all})
		if _, after := s.Encode(); after == before {
			rt.Fatal("another amount has the same hash")
		}
	})
}

func TestTheChecklist(t *testing.T) {
	events := TemplateItems(termDay("2026-12-31"))
	items := FoldItems(events)
	if len(items) != len(events) || items[0].DueOn != termDay("2026-12-31") || items[0].Area != Accounts {
		t.Fatalf("%+v", items[0])
	}
	item := items[0]
	for _, c := range []struct {
		state ItemState
		kind  ItemEventKind
		side  contract.Side
		note  string
		code  string
		again bool
	}{
		{ItemOpen, ItemWasDone, contract.ClientSide, "x", "item-owner", false},
		{ItemOpen, ItemWasDone, contract.AgencySide, " ", "item-evidence", false},
		{ItemOpen, ItemWasDone, contract.AgencySide, "moved", "", false},
		{ItemDone, ItemWasDone, contract.AgencySide, "moved", "", true},
		{ItemConfirmed, ItemWasDone, contract.AgencySide, "moved", "item-confirmed", false},
		{ItemOpen, ItemAgreed, contract.ClientSide, "", "item-open", false},
		{ItemDone, ItemAgreed, contract.AgencySide, "", "item-own", false},
		{ItemDone, ItemAgreed, contract.ClientSide, "", "", false},
		{ItemDone, ItemReopened, contract.ClientSide, "", "item-reason", false},
		{ItemConfirmed, ItemReopened, contract.AgencySide, "one account is missing", "", false},
	} {
		item.State = c.state
		if again, err := item.May(c.kind, c.side, c.note); fault.Code(err) != c.code || again != c.again {
			t.Errorf("%s %s by %s: %v, again %v", c.state, c.kind, c.side, err, again)
		}
	}
	events = append(events, ItemEvent{Item: "t01", Kind: ItemWasDone}, ItemEvent{Item: "t01", Kind: ItemAgreed}, ItemEvent{Item: "unknown", Kind: ItemAgreed})
	if got := FoldItems(events)[0]; got.State != ItemConfirmed || len(got.Past) != 3 {
		t.Errorf("%+v", got)
	}
	due := HandoverDates("ct_1", FoldItems(events))
	if len(due) != 1 || due[0].Words != "10 items of the transition are not confirmed yet." {
		t.Errorf("%+v", due)
	}
}
