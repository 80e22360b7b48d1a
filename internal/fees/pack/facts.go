package pack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

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

// ReadFacts reads a folder of plain files: companies.csv, contacts.csv, deals.csv and so on, each also as .csv.gz, settled.json,
// released.json, changes.json. Each may be missing, and so may columns that nothing is known about. Times without a zone are those of the
// contract. Rows that cannot be read are problems; the error is about whole files, each fault with the file as its field.
func ReadFacts(folder fs.FS, a contract.Agreement) (fees.Facts, []Problem, error) {
	return readFacts(a, func(name string) (io.ReadCloser, error) {
		file, err := folder.Open(name)
		if errors.Is(err, fs.ErrNotExist) && strings.HasSuffix(name, ".csv") {
			return folder.Open(name + ".gz")
		}
		return file, err
	})
}

// Table reports whether ReadFacts reads a table of this name.
func Table(name string) bool {
	return slices.Contains(Tables(), strings.TrimSuffix(name, ".gz"))
}

// Tables are the names of the tables that ReadFacts reads.
func Tables() []string {
	var names []string
	for _, k := range crm.Kinds() {
		names = append(names, crm.FileName(k))
	}
	return names
}

func readFacts(a contract.Agreement, open func(name string) (io.ReadCloser, error)) (fees.Facts, []Problem, error) {
	var facts fees.Facts
	var problems []Problem
	var faults fault.List
	folder := crm.Folder{Zone: a.First().Zone}
	for _, k := range crm.Kinds() {
		name := crm.FileName(k)
		faults = append(faults, reading(name, open, func(file io.Reader) error {
			wrong, err := folder.ReadCSV(k, file, facts.Evidence.Add)
			for _, p := range wrong {
				problems = append(problems, Problem{name, p})
			}
			return err
		})...)
	}
	if err := errors.Join(facts.Evidence.FollowDealMerges(), facts.Evidence.FollowCompanyMerges()); err != nil {
		return facts, problems, err
	}
	facts.Evidence.FollowMerges()
	faults = append(faults, readList(open, "settled.json", &facts.Settled)...)
	faults = append(faults, readList(open, "released.json", &facts.Released)...)
	faults = append(faults, readList(open, "changes.json", &facts.Changes)...)
	return facts, problems, faults.Err()
}

func readList[T any](open func(string) (io.ReadCloser, error), name string, into *[]T) fault.List {
	return reading(name, open, func(file io.Reader) error {
		body, err := io.ReadAll(io.LimitReader(file, mostTextBytes+1))
		if err != nil {
			return err
		}
		if len(body) > mostTextBytes {
			return fault.New(fault.TooLarge, "facts-json", "The file is larger than %d MB.", mostTextBytes>>20)
		}
		if f := crowded(body); f != nil {
			return f
		}
		d := json.NewDecoder(bytes.NewReader(body))
		d.DisallowUnknownFields()
		if err := d.Decode(into); err != nil {
			return fault.New(fault.Invalid, "facts-json", "It cannot be read: %v. Write it as in a pack that was downloaded.", err)
		}
		return nil
	})
}

// reading hands an open file to read, if there is one. Whatever goes wrong is a fault that names the file.
func reading(name string, open func(string) (io.ReadCloser, error), read func(io.Reader) error) fault.List {
	file, err := open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = errors.Join(read(file), file.Close())
	}
	if err == nil {
		return nil
	}
	var named fault.List
	for _, f := range fault.All(err) {
		f = f.At(name)
		f.Message = fault.Excerpt(f.Message, longestWords)
		named.Add(f)
	}
	if len(named) > 0 {
		return named
	}
	cause := err
	var path *fs.PathError
	if errors.As(err, &path) {
		cause = path.Err
	}
	return fault.List{fault.New(fault.Invalid, "facts-file", "It cannot be read: %v. Put a file of this name in its place, or take it away.", cause).At(name).Because(err)}
}
