package fees

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// statementJSON is the printed form of a statement, the same wherever one is printed as JSON. Amounts are decimal strings.
type statementJSON struct {
	Contract   string         `json:"contract"`
	Client     string         `json:"client"`
	Agency     string         `json:"agency"`
	Currency   money.Currency `json:"currency"`
	Period     cal.Period     `json:"period"`
	AsOf       cal.Date       `json:"as_of"`
	Evidence   int64          `json:"evidence_as_of_import"`
	Versions   []Version      `json:"contract_versions"`
	Lines      []lineJSON     `json:"lines"`
	Total      string         `json:"total"`
	Considered []Considered   `json:"considered"`
}

type lineJSON struct {
	No       int      `json:"no"`
	Clause   string   `json:"clause"`
	Kind     LineKind `json:"kind"`
	Text     string   `json:"text"`
	Quantity string   `json:"quantity"`
	Unit     string   `json:"unit"`
	Rate     string   `json:"rate"`
	RateText string   `json:"rate_text"`
	Amount   string   `json:"amount"`
	With     int      `json:"with,omitempty"`
	Deal     string   `json:"deal,omitempty"`
	Events   []string `json:"events,omitempty"`
	CountsOn cal.Date `json:"counts_on,omitzero"`
	Credited string   `json:"credited,omitempty"`
	Basis    Basis    `json:"basis"`
}

// MarshalJSON writes the printed form.
func (s Statement) MarshalJSON() ([]byte, error) {
	j := statementJSON{
		Contract: s.Contract, Client: s.Client, Agency: s.Agency, Currency: s.Currency, Period: s.Period, AsOf: s.AsOf, Evidence: s.Evidence,
		Versions: s.Versions, Lines: []lineJSON{}, Total: money.New(s.Total.Minor, s.Currency).String(), Considered: s.Considered,
	}
	if j.Considered == nil {
		j.Considered = []Considered{}
	}
	for _, l := range s.Lines {
		j.Lines = append(j.Lines, lineJSON{l.No, l.Clause, l.Kind, l.Text, l.Quantity, l.Unit, l.Rate, l.RateText, l.Amount.String(), l.With, l.Deal, l.Events, l.CountsOn, l.credited(), l.Basis})
	}
	return plainJSON(j)
}

// credited is the revenue that the line credits as a decimal; empty where the clause has no schedule.
func (l Line) credited() string {
	if l.Credited == 0 {
		return ""
	}
	return money.New(l.Credited, l.Amount.Currency).String()
}

// UnmarshalJSON reads the printed form.
func (s *Statement) UnmarshalJSON(b []byte) error {
	var j statementJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	currency, err := money.ParseCurrency(string(j.Currency))
	if err != nil {
		return err
	}
	total, err := money.ParseSum(j.Total, currency)
	if err != nil {
		return fmt.Errorf("total: %w", err)
	}
	*s = Statement{
		Contract: j.Contract, Client: j.Client, Agency: j.Agency, Currency: currency, Period: j.Period, AsOf: j.AsOf, Evidence: j.Evidence,
		Versions: j.Versions, Total: total, Considered: j.Considered,
	}
	for _, l := range j.Lines {
		amount, err := money.ParseSum(l.Amount, currency)
		if err != nil {
			return fmt.Errorf("line %d: %w", l.No, err)
		}
		var credited money.Amount
		if l.Credited != "" {
			if credited, err = money.ParseSum(l.Credited, currency); err != nil {
				return fmt.Errorf("line %d: credited: %w", l.No, err)
			}
		}
		s.Lines = append(s.Lines, Line{l.No, l.Clause, l.Kind, l.Text, l.Quantity, l.Unit, l.Rate, l.RateText, amount, l.With, l.Deal, l.Events, l.CountsOn, credited.Minor, l.Basis})
	}
	return s.addable()
}

// addable refuses lines of which some sum would leave int64: no program has drafted them.
func (s *Statement) addable() error {
	sum := new(big.Int)
	for _, l := range s.Lines {
		for _, minor := range []int64{l.Amount.Minor, l.Credited} {
			sum.Add(sum, new(big.Int).Abs(big.NewInt(minor)))
		}
	}
	if !sum.IsInt64() {
		return errors.New("the lines sum to more than any money")
	}
	return nil
}

// Document is a statement with what a reader should know about it: the JSON that programs get.
type Document struct {
	Statement Statement `json:"statement"`
	Issues    []Issue   `json:"issues"`
}

// Encode writes the document, indented, with "<" and "&" as they are.
func (d Document) Encode() ([]byte, error) {
	if d.Issues == nil {
		d.Issues = []Issue{}
	}
	compact, err := plainJSON(d)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, compact, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// plainJSON is json.Marshal without HTML escapes: statements are read by people too.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// Digest is the SHA-256 of the document's encoding, in hex.
func (d Document) Digest() (string, error) {
	b, err := d.Encode()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}
