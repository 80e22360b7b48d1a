package pack

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Preview computes a statement from files, without a server: the texts of a contract's versions, and a folder as ReadFacts reads it.
// What was wrong with rows of the folder, and which of its tables were not read, stands first among the issues. Faults: Invalid, all problems
// of the texts at their lines, or those of whole files at their names; TooLarge.
func Preview(texts [][]byte, facts fs.FS, month cal.Month, asOf cal.Date) (fees.Document, error) {
	var versions []contract.Terms
	var faults fault.List
	for i, text := range texts {
		t, err := contract.Parse(text)
		for _, f := range fault.All(err) {
			if len(texts) > 1 {
				f.Message = fmt.Sprintf("(contract %d) %s", i+1, f.Message)
			}
			faults.Add(f)
		}
		if err != nil && len(fault.All(err)) == 0 {
			return fees.Document{}, err
		}
		versions = append(versions, t)
	}
	if err := faults.Err(); err != nil {
		return fees.Document{}, err
	}
	agreement, err := contract.NewAgreement(versions...)
	if err != nil {
		return fees.Document{}, err
	}
	read, problems, err := ReadFacts(facts, agreement)
	if err != nil {
		return fees.Document{}, err
	}
	unread, err := unreadTables(facts)
	if err != nil {
		return fees.Document{}, err
	}
	read.Period = month.Period()
	statement, issues, err := draft(agreement, read, asOf)
	if err != nil {
		return fees.Document{}, fault.New(fault.Invalid, "facts", "The statement cannot be computed from these facts: %v.", err)
	}
	return fees.Document{Statement: statement, Issues: slices.Concat(unread, rowIssues(problems), issues)}, nil
}

// unreadTables warns of tables whose names are not those that are read: a misspelt file counts as if nothing was known.
func unreadTables(folder fs.FS) ([]fees.Issue, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, fmt.Errorf("list the files of the facts: %w", err)
	}
	var out []fees.Issue
	for _, e := range entries {
		lower := strings.ToLower(e.Name())
		if !strings.HasSuffix(strings.TrimSuffix(lower, ".gz"), ".csv") {
			continue
		}
		text := ""
		switch plain, packed := strings.CutSuffix(e.Name(), ".gz"); {
		case !Table(e.Name()):
			text = "This file was not read: its name is none of " + strings.Join(Tables(), ", ") + ". If it belongs to the facts, rename it."
		case packed && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == plain }):
			text = "This file was not read: " + plain + " stands beside it and was taken."
		default:
			continue
		}
		out = append(out, fees.Issue{Severity: fees.Warning, Code: "file-unread", Subject: e.Name(), Text: text})
	}
	return out, nil
}

func rowIssues(problems []Problem) []fees.Issue {
	var out []fees.Issue
	for _, p := range problems {
		severity := fees.Warning
		if p.Lost {
			severity = fees.Problem
		}
		out = append(out, fees.Issue{Severity: severity, Code: p.Code, Subject: fmt.Sprintf("%s line %d", p.File, p.Line), Text: p.Message})
	}
	return out
}
