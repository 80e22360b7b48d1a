package pack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Frozen is a statement with the files that it was computed from and their hash.
type Frozen struct {
	Document fees.Document
	Inputs   []File // terms/* and facts/*
	Hash     string
}

// Inputs are the files that a statement of the facts is computed from: the terms, and the part of the facts that it uses. The same files, drafted
// as of the same day, give the same statement.
func Inputs(a contract.Agreement, f fees.Facts) ([]File, error) {
	return encodeInputs(a, fees.Used(a, f))
}

// Freeze drafts a statement from the part of the facts that it uses, in exactly the form in which that part stands in the pack, so that
// whoever reads the pack computes from the same.
func Freeze(a contract.Agreement, f fees.Facts, asOf cal.Date) (Frozen, error) {
	inputs, err := Inputs(a, f)
	if err != nil {
		return Frozen{}, err
	}
	agreement, facts, problems, err := ReadInputs(inputs)
	if err != nil {
		return Frozen{}, fmt.Errorf("read the inputs back: %w", err)
	}
	for _, p := range problems {
		if p.Lost {
			return Frozen{}, fmt.Errorf("read the inputs back: %s", p)
		}
	}
	facts.Period, facts.Evidence.AsOf = f.Period, f.Evidence.AsOf
	statement, issues := fees.Draft(agreement, facts, asOf)
	out := Frozen{Document: fees.Document{Statement: statement, Issues: issues}, Inputs: inputs}
	body, err := out.Document.Encode()
	if err != nil {
		return Frozen{}, err
	}
	out.Hash = Hash(append(slices.Clone(inputs), File{statementFile, body}))
	return out, nil
}

func encodeInputs(a contract.Agreement, f fees.Facts) ([]File, error) {
	var files []File
	for _, t := range a.Versions {
		files = append(files, File{termsFileOf(t.Version), []byte(t.Source)})
	}
	of := map[crm.Kind][]crm.Record{}
	for _, r := range f.Evidence.Records() {
		of[r.Kind] = append(of[r.Kind], r)
	}
	for _, k := range crm.Kinds() {
		if len(of[k]) == 0 {
			continue
		}
		var b bytes.Buffer
		if err := crm.WriteCSV(k, of[k], &b); err != nil {
			return nil, err
		}
		files = append(files, File{factsFolder + crm.FileName(k), b.Bytes()})
	}
	settled, err := indented(f.Settled)
	if err != nil {
		return nil, err
	}
	released, err := indented(f.Released)
	if err != nil {
		return nil, err
	}
	rules, err := indentedJSON(rulesJSON{fees.Rules})
	if err != nil {
		return nil, err
	}
	files = append(files, File{settledFile, settled}, File{releasedFile, released}, File{rulesFile, rules})
	if len(f.Changes) == 0 {
		return files, nil
	}
	changes, err := indented(f.Changes)
	if err != nil {
		return nil, err
	}
	return append(files, File{changesFile, changes}), nil
}

// rulesJSON says by which rules a statement was drafted.
type rulesJSON struct {
	Rules int `json:"rules"`
}

// rulesOf is the number of the rules by which the statement of a pack was drafted. Packs from before it was kept have no such file.
func rulesOf(files []File) (int, error) {
	body, ok := fileOf(files, rulesFile)
	if !ok {
		return 1, nil
	}
	var j rulesJSON
	err := json.Unmarshal(body, &j)
	return j.Rules, err
}

// indented is a list as JSON for people; none is "[]".
func indented[T any](list []T) ([]byte, error) {
	if list == nil {
		list = []T{}
	}
	return indentedJSON(list)
}

func indentedJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}

// ReadInputs reads the agreement and the facts from the files of a pack. The facts lack the period and the number of the evidence, which
// the statement names. The error is a fault of kind Invalid that names the file.
func ReadInputs(files []File) (contract.Agreement, fees.Facts, []Problem, error) {
	var versions []contract.Terms
	byName := map[string][]byte{}
	for _, f := range files {
		if !strings.HasPrefix(f.Name, termsFolder) {
			byName[f.Name] = f.Body
			continue
		}
		t, err := contract.ParseAccepted(f.Body)
		if err != nil {
			return contract.Agreement{}, fees.Facts{}, nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		versions = append(versions, t)
	}
	a, err := contract.NewAgreement(versions...)
	if err != nil {
		return a, fees.Facts{}, nil, fmt.Errorf("%s: %w", strings.TrimSuffix(termsFolder, "/"), err)
	}
	facts, problems, err := readFacts(a, func(name string) (io.ReadCloser, error) {
		body, ok := byName[factsFolder+name]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return io.NopCloser(bytes.NewReader(body)), nil
	})
	return a, facts, problems, err
}

// Split parts the inputs into the terms and the facts.
func Split(inputs []File) (terms, facts []File) {
	for _, f := range inputs {
		if strings.HasPrefix(f.Name, termsFolder) {
			terms = append(terms, f)
			continue
		}
		facts = append(facts, f)
	}
	return terms, facts
}
