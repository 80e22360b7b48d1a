package pack

import (
	"fmt"
	"io/fs"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Preview computes a statement from files, without a server: the texts of a contract's versions, and a folder as ReadFacts reads it.
// What was wrong with rows of the folder stands first among the issues. Faults: Invalid, all problems of the texts at their lines.
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
	read.Period = month.Period()
	statement, issues, err := draft(agreement, read, asOf)
	if err != nil {
		return fees.Document{}, fault.New(fault.Invalid, "facts", "The statement cannot be computed from these facts: %v.", err)
	}
	return fees.Document{Statement: statement, Issues: slices.Concat(rowIssues(problems), issues)}, nil
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
