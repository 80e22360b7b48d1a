package app

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// contractCheck is what to check, and how to print it.
type contractCheck struct {
	paths    []string
	facts    string // folder; empty: nothing is priced
	from, to string // months; empty: the last twelve of which the facts know something
	byMonth  bool
	asJSON   bool
}

// checkedFile is what was found in one text.
type checkedFile struct {
	File      string             `json:"file"`
	Contract  string             `json:"contract,omitempty"`
	Version   int                `json:"version,omitempty"`
	Effective cal.Date           `json:"effective,omitzero"`
	Problems  []problemFound     `json:"problems"`
	Findings  []contract.Finding `json:"findings"`

	faults []*fault.Fault
	terms  contract.Terms
}

type problemFound struct {
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Path   string `json:"path,omitempty"`
	Text   string `json:"text"`
}

func problemsFound(faults []*fault.Fault) []problemFound {
	out := []problemFound{}
	for _, f := range faults {
		out = append(out, problemFound{f.Line, f.Column, f.Field, f.Message})
	}
	return out
}

// checkedContract is all that was found.
type checkedContract struct {
	Files    []checkedFile  `json:"files"`
	Together []problemFound `json:"together"`
	AsIfFrom cal.Date       `json:"as_if_from,omitzero"` // the contract begins after the history, and is priced as if it had begun then
	Prices   *fees.Prices   `json:"prices,omitempty"`

	faults    []*fault.Fault // of the texts together
	agreement contract.Agreement
	unread    []pack.Problem // rows of the facts
}

func (c checkedContract) problems() int {
	n := len(c.faults)
	for _, f := range c.Files {
		n += len(f.faults)
	}
	return n
}

// run checks the texts and, when they can be read and there are facts, prices their choices. Faults: NotFound, TooLarge for a file, Invalid
// for a flag.
func (k contractCheck) run(out io.Writer) error {
	if err := k.checkFlags(); err != nil {
		return err
	}
	checked, err := k.read()
	if err != nil {
		return err
	}
	if k.facts != "" && checked.problems() == 0 {
		if err := k.price(&checked); err != nil {
			return err
		}
	}
	if err := k.print(out, checked); err != nil {
		return err
	}
	if checked.problems() > 0 {
		return errFound
	}
	return nil
}

func (k contractCheck) checkFlags() error {
	var faults fault.List
	if k.facts == "" {
		if k.from != "" || k.to != "" || k.byMonth {
			faults.Add(fault.New(fault.Invalid, "facts", "--from, --to and --by-month are about pricing; name the folder with the facts, too: --facts DIR").At("--facts"))
		}
		return faults.Err()
	}
	for _, f := range k.monthFaults() {
		faults.Add(f)
	}
	if info, err := os.Stat(k.facts); err != nil || !info.IsDir() {
		faults.Add(fault.New(fault.Invalid, "facts", "%q is not a folder; name the folder with deals.csv, touches.csv and so on", k.facts).At("--facts"))
	} else if f := knownFiles(k.facts); f != nil {
		faults.Add(f)
	}
	return faults.Err()
}

func (k contractCheck) read() (checkedContract, error) {
	out := checkedContract{Together: []problemFound{}}
	var versions []contract.Terms
	for _, path := range k.paths {
		source, err := readFile(path, contract.MaxSource)
		if err != nil {
			return out, err
		}
		file := checkedFile{File: path, Findings: []contract.Finding{}}
		file.terms, err = contract.Parse(source)
		file.faults = fault.All(err)
		file.Problems = problemsFound(file.faults)
		if err == nil {
			t := file.terms
			file.Contract, file.Version, file.Effective = t.Key, t.Version, t.Effective
			file.Findings = append(file.Findings, contract.Lint(t)...)
			versions = append(versions, t)
		}
		out.Files = append(out.Files, file)
	}
	if out.problems() > 0 {
		return out, nil
	}
	var err error
	out.agreement, err = contract.NewAgreement(versions...)
	out.faults = fault.All(err)
	out.Together = problemsFound(out.faults)
	return out, nil
}

// price reads the facts, looks at the names in them, and prices the choices of the texts.
func (k contractCheck) price(c *checkedContract) error {
	read, unread, err := pack.ReadFacts(os.DirFS(k.facts), c.agreement)
	if err != nil {
		return err
	}
	c.unread = unread
	known := fees.Known(read.Evidence)
	for i, f := range c.Files {
		c.Files[i].Findings = contract.WithNames(f.Findings, f.terms, known)
	}
	last := fees.LastKnown(read.Evidence, c.agreement)
	months, err := k.months(last)
	if err != nil {
		return err
	}
	pricing := fees.Pricing{Agreement: c.agreement, Evidence: read.Evidence, Months: fees.RunningMonths(c.agreement, months), AsOf: months[len(months)-1].Next().First()}
	if len(pricing.Months) == 0 {
		moved, ok := fees.Backdated(c.agreement.Latest(), months[0].First())
		if !ok {
			return fault.New(fault.Invalid, "months", "the contract does not run in these months, and its text cannot be moved to them; name months from %s on", c.agreement.First().Effective).At("--from")
		}
		c.AsIfFrom = months[0].First()
		pricing.Agreement, pricing.Months = moved, fees.RunningMonths(moved, months)
	}
	prices, err := fees.Price(pricing)
	if err != nil {
		return fault.New(fault.Invalid, "facts", "the contract cannot be priced on these facts: %v", err)
	}
	c.Prices = &prices
	return nil
}

// monthFaults are those of the months that were named.
func (k contractCheck) monthFaults() fault.List {
	var faults fault.List
	for _, m := range []struct{ flag, month string }{{"--from", k.from}, {"--to", k.to}} {
		if m.month == "" {
			continue
		}
		_, err := cal.ParseMonth(m.month)
		for _, f := range fault.All(err) {
			faults.Add(f.At(m.flag))
		}
	}
	return faults
}

// checkedMonths are the months, once they can be read.
func (k contractCheck) checkedMonths(last cal.Date) ([]cal.Month, error) {
	if err := k.monthFaults().Err(); err != nil {
		return nil, err
	}
	return k.months(last)
}

// months are those that were named, or the twelve until the last day of which the facts know something.
func (k contractCheck) months(last cal.Date) ([]cal.Month, error) {
	from, to := cal.MonthOf(last).First().AddMonths(-11, 1), last
	if k.to != "" {
		m, _ := cal.ParseMonth(k.to)
		to = m.First()
		from = to.AddMonths(-11, 1)
	}
	if k.from != "" {
		m, _ := cal.ParseMonth(k.from)
		from = m.First()
	}
	switch {
	case to.IsZero():
		return nil, fault.New(fault.Invalid, "months", "the facts hold nothing that can be charged, so nobody can say which months to price; name them with --from and --to").At("--facts")
	case to.Before(from):
		return nil, fault.New(fault.Invalid, "months", "the last month is before the first; write --from 2026-01 --to 2026-12").At("--to")
	case to.DaysSince(from) > 366*mostPricedYears:
		return nil, fault.New(fault.Invalid, "months", "these are more than %d years; name a shorter time", mostPricedYears).At("--from")
	}
	return fees.MonthsBetween(cal.MonthOf(from), cal.MonthOf(to)), nil
}

// mostPricedYears keeps a slip of the keyboard from computing a century.
const mostPricedYears = 10

func (k contractCheck) print(out io.Writer, c checkedContract) error {
	if !k.asJSON {
		return c.write(out, k.byMonth)
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(c); err != nil {
		return fmt.Errorf("print the check: %w", err)
	}
	return nil
}
