package engagement

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// PartKey names a part of the final settlement.
type PartKey string

// The parts of the final settlement, in the order of its formula: prorated fees ± retainer balance + non-cancellable commitments − unbilled or
// unspent client funds ± open media credits + earned and tail performance fees − clawback reserve. What is invoiced and not paid comes before, and what disputes hold stands by itself.
const (
	OpenInvoices    PartKey = "open-invoices"
	ProratedFees    PartKey = "prorated-fees"
	RetainerBalance PartKey = "retainer-balance"
	Commitments     PartKey = "commitments"
	ClientFunds     PartKey = "client-funds"
	MediaCredits    PartKey = "media-credits"
	EarnedFees      PartKey = "earned-fees"
	TailFees        PartKey = "tail-fees"
	Disputed        PartKey = "disputed"
	ClawbackReserve PartKey = "clawback-reserve"
)

// PartRule is what a part means and how it counts.
type PartRule struct {
	Key   PartKey
	Name  string
	Means string
	Sign  int // 1: a positive amount is owed by the client; -1: to the client; 0: the amount carries its own sign
}

// PartRules are all parts, in their order.
func PartRules() []PartRule {
	return []PartRule{
		{OpenInvoices, "Open invoices", "What is invoiced and not paid, less what was paid and not applied.", 0},
		{ProratedFees, "Prorated fees", "Fees of the days until the end that are not invoiced yet.", 1},
		{RetainerBalance, "Retainer balance", "The price of hours that were paid for and not used (less than zero: given back), or used and not paid for.", 0},
		{Commitments, "Commitments that cannot be cancelled", "Media and vendors that were booked with the client's consent and run past the end, with the commission on them.", 1},
		{ClientFunds, "Client funds", "Money of the client that the agency holds and has not spent or billed, beside what open invoices deduct.", -1},
		{MediaCredits, "Open media credits", "Makegoods, rebates and volume bonuses that are not passed on yet (less than zero: to the client), or discounts to be given back.", 0},
		{EarnedFees, "Earned performance fees", "Bonus, revenue share and results that were earned until the end and are not invoiced yet.", 1},
		{TailFees, "Performance fees of the tail", "What deals that were created before the end are expected to earn in the tail.", 1},
		{Disputed, "Disputed amounts", "What disputes hold back of locked statements, and what of it was accepted and stands on no statement yet.", 0},
		{ClawbackReserve, "Clawback reserve", "What the agency leaves with the client for fees that may have to be given back.", -1},
	}
}

// RuleOf is the rule of a part; ok is false for a name that is none.
func RuleOf(key PartKey) (PartRule, bool) {
	i := slices.IndexFunc(PartRules(), func(r PartRule) bool { return r.Key == key })
	if i < 0 {
		return PartRule{}, false
	}
	return PartRules()[i], true
}

// Figure is what the program knows of a part from its own records.
type Figure struct {
	Amount money.Amount
	Basis  string // how it comes about, in words
	Source string // the records that it was taken from
	Open   string // why the records do not give the amount, as a sentence; empty: they do
	Rows   []Row  // what it rests on; where the amount is open, what is known of it
}

// Row is one thing that a part rests on.
type Row struct {
	Text   string        `json:"text"`
	Clause string        `json:"clause,omitempty"`    // of the contract
	Ref    string        `json:"statement,omitempty"` // the locked statement that says so
	Amount *money.Amount `json:"amount,omitempty"`    // as it counts in the part
}

// Stated is an amount that a side states, with its evidence. What was stated never changes; a side that states again replaces its own.
type Stated struct {
	Part     PartKey
	Side     contract.Side
	Amount   money.Amount
	Basis    string
	Evidence string
	At       time.Time
	By       string
	ByName   string
}

// Part is one line of the final settlement.
type Part struct {
	Key    PartKey       `json:"part"`
	Name   string        `json:"name"`
	Amount *money.Amount `json:"amount"` // as it counts: more than zero is owed by the client; nil: unknown
	Basis  string        `json:"basis"`
	Source string        `json:"source"`
	Issue  string        `json:"issue,omitempty"` // why it is open
	Rows   []Row         `json:"rows,omitempty"`  // what an amount of the records rests on
	Help   []Row         `json:"-"`               // what the records know of an amount that people state
	Why    string        `json:"-"`               // why people state it: what the records lack
}

// Settlement is the final settlement of a contract: what is owed when the relationship is over.
type Settlement struct {
	Contract string         `json:"contract"`
	Version  int            `json:"version"` // of the contract
	Last     cal.Date       `json:"last_day"`
	Currency money.Currency `json:"currency"`
	Parts    []Part         `json:"parts"`
	Total    *money.Amount  `json:"total"` // nil while a part is unknown; more than zero is owed by the client
}

// Ground is what a settlement is made of.
type Ground struct {
	Contract string
	Terms    contract.Terms
	Known    map[PartKey]Figure // by the program
	Stated   []Stated           // in the order in which they were stated
}

// Settle makes the final settlement. An amount that neither the records nor a side gives is unknown, never zero, and has its issue, with what the records lack; so has one
// that the sides state differently. What the contract does not decide both sides must state alike. A stated amount goes before a known one
// only where both sides state it. Fault: Conflict while the contract has no end.
func Settle(g Ground) (Settlement, error) {
	end, ends := g.Terms.End()
	if !ends {
		return Settlement{}, fault.New(fault.Conflict, "no-end", "The contract has no end yet. Give notice, and accept the amendment that ends it.")
	}
	out := Settlement{Contract: g.Contract, Version: g.Terms.Version, Last: end.AddDays(-1), Currency: g.Terms.Currency}
	total := money.New(0, g.Terms.Currency)
	complete := true
	for _, rule := range PartRules() {
		p := g.part(rule)
		if p.Amount == nil || p.Issue != "" {
			complete = false
		} else {
			total = total.Add(*p.Amount)
		}
		out.Parts = append(out.Parts, p)
	}
	if complete {
		out.Total = &total
	}
	return out, nil
}

func (g Ground) part(rule PartRule) Part {
	p := Part{Key: rule.Key, Name: rule.Name}
	agency, byAgency := g.last(rule.Key, contract.AgencySide)
	client, byClient := g.last(rule.Key, contract.ClientSide)
	known, told := g.Known[rule.Key]
	isKnown := told && known.Open == ""
	silent := rule.Key == RetainerBalance && g.Terms.Term.Exit == nil && !isKnown
	p.Help, p.Why = known.Rows, known.Open
	switch {
	case rule.Key == RetainerBalance && !told && !silent && g.Terms.Term.Exit.RetainerBalance == "forfeit" && !byAgency && !byClient:
		zero := money.New(0, g.Terms.Currency)
		p.Amount, p.Basis, p.Source = &zero, "What was paid for and not used is lost.", "the contract, term.exit"
	case byAgency && byClient && agency.Amount != client.Amount:
		p.Basis = fmt.Sprintf("The agency states %s, the client %s.", agency.Amount.Format(), client.Amount.Format())
		p.Issue = "The two sides state different amounts. One of them has to state it again."
	case byAgency && byClient:
		p.state(rule, client, "both sides: "+agency.Evidence)
		if client.Evidence != agency.Evidence {
			p.Source += "; " + client.Evidence
		}
	case isKnown:
		amount := signed(rule, known.Amount)
		p.Amount, p.Basis, p.Source = &amount, known.Basis, known.Source
		p.Rows, p.Help = known.Rows, nil
	case byAgency:
		p.state(rule, agency, "the agency: "+agency.Evidence)
	case byClient:
		p.state(rule, client, "the client: "+client.Evidence)
	default:
		p.Issue = strings.TrimSpace(known.Open + " Nobody has stated it yet. Write 0.00 with the reason where there is nothing.")
	}
	if silent && !(byAgency && byClient) {
		p.Issue = "The contract does not say whether it is forfeit or credited, so both sides must state the same amount."
	}
	return p
}

func (p *Part) state(rule PartRule, s Stated, source string) {
	amount := signed(rule, s.Amount)
	p.Amount, p.Basis, p.Source = &amount, s.Basis, source
}

func signed(rule PartRule, a money.Amount) money.Amount {
	if rule.Sign < 0 {
		return a.Neg()
	}
	return a
}

// last is what a side stated of a part most recently.
func (g Ground) last(key PartKey, side contract.Side) (Stated, bool) {
	for _, s := range slices.Backward(g.Stated) {
		if s.Part == key && s.Side == side {
			return s, true
		}
	}
	return Stated{}, false
}

// CheckStated refuses a statement that nobody could follow. Faults: Invalid, each at its field.
func CheckStated(s Stated) error {
	var faults fault.List
	rule, ok := RuleOf(s.Part)
	if !ok {
		faults.Add(fault.New(fault.Invalid, "settlement-part", "Choose one of the parts of the settlement.").At("part"))
	}
	if ok && rule.Sign != 0 && s.Amount.Minor < 0 {
		faults.Add(fault.New(fault.Invalid, "settlement-sign", "Write the amount without a minus: how it counts follows from the part.").At("amount"))
	}
	if s.Basis == "" {
		faults.Add(fault.New(fault.Invalid, "settlement-basis", "Write how the amount comes about.").At("basis"))
	}
	if s.Evidence == "" {
		faults.Add(fault.New(fault.Invalid, "settlement-evidence", "Write where the evidence is kept, such as the confirmation of the vendor of 3 June.").At("evidence"))
	}
	return faults.Err()
}

// Issues are the parts that keep the settlement from being closed.
func (s Settlement) Issues() []Part {
	var out []Part
	for _, p := range s.Parts {
		if p.Issue != "" {
			out = append(out, p)
		}
	}
	return out
}

// Encode is the settlement as it is frozen, and its SHA-256 in hex.
func (s Settlement) Encode() (text []byte, sha string) {
	text, err := json.Marshal(s)
	if err != nil {
		panic("engagement: " + err.Error()) // it holds only texts and numbers
	}
	sum := sha256.Sum256(text)
	return text, hex.EncodeToString(sum[:])
}

// Words are the result: "Acme owes Northlight 4,310.00 USD".
func (s Settlement) Words(client, agency string) string {
	switch {
	case s.Total == nil:
		return "It is not known yet what is owed."
	case s.Total.Minor > 0:
		return fmt.Sprintf("%s owes %s %s.", client, agency, s.Total.FormatWith())
	case s.Total.Minor < 0:
		return fmt.Sprintf("%s owes %s %s.", agency, client, s.Total.Neg().FormatWith())
	default:
		return "Nobody owes anything."
	}
}
