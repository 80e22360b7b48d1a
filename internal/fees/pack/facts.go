package pack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Problem is what was wrong with a row or column of a file of facts.
type Problem struct {
	File string `json:"file"`
	crm.Problem
}

// String is the problem with its place in front.
func (p Problem) String() string { return fmt.Sprintf("%s, line %d: %s", p.File, p.Line, p.Message) }

// ReadFacts reads a folder of plain files: companies.csv, contacts.csv, deals.csv, deal_contacts.csv, touches.csv, payments.csv,
// carve_outs.csv, settled.json, released.json, changes.json. Each may be missing, and so may columns that nothing is known about. Times without a
// zone are those of the contract. Rows that cannot be read are problems; the error is about a whole file.
func ReadFacts(folder fs.FS, a contract.Agreement) (fees.Facts, []Problem, error) {
	return readFacts(a, func(name string) (io.ReadCloser, error) { return folder.Open(name) })
}

func readFacts(a contract.Agreement, open func(name string) (io.ReadCloser, error)) (fees.Facts, []Problem, error) {
	var facts fees.Facts
	var snapshot crm.Snapshot
	var problems []Problem
	for _, k := range crm.Kinds() {
		file, err := open(crm.FileName(k))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return facts, nil, err
		}
		records, wrong, err := crm.ReadCSV(k, a.First().Zone, file)
		if err = errors.Join(err, file.Close()); err != nil {
			return facts, nil, fmt.Errorf("%s: %w", crm.FileName(k), err)
		}
		for _, p := range wrong {
			problems = append(problems, Problem{crm.FileName(k), p})
		}
		for _, r := range records {
			if err := snapshot.Add(r); err != nil {
				return facts, nil, fmt.Errorf("%s: %w", crm.FileName(k), err)
			}
		}
	}
	facts.Evidence.Snapshot = snapshot
	err := errors.Join(readList(open, "settled.json", &facts.Settled), readList(open, "released.json", &facts.Released), readList(open, "changes.json", &facts.Changes))
	return facts, problems, err
}

func readList[T any](open func(string) (io.ReadCloser, error), name string, into *[]T) error {
	file, err := open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	d := json.NewDecoder(file)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fault.New(fault.Invalid, "facts-json", "%s cannot be read: %v. Write it as in a pack that was downloaded.", name, err)
	}
	return nil
}
