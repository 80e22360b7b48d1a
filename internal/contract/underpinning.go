package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// UnderpinningTemplate is a commented text to begin a contract with a specialist or vendor with: the host pays, the provider is paid, for its own work only.
func UnderpinningTemplate(name, host, provider string, start cal.Date) string {
	own := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		default:
			return '-'
		}
	}, strings.ToLower(provider)), "-")
	for strings.Contains(own, "--") {
		own = strings.ReplaceAll(own, "--", "-")
	}
	if own == "" || own[0] < 'a' {
		own = "specialist"
	}
	text, _, _ := strings.Cut(Template(name, host, provider, start), "\n## What else can be agreed")
	return strings.NewReplacer(
		"parties:\n", "parties:                        # the client is who pays, the agency who is paid\n",
		"retainer: growth-team", "retainer: "+own+"-team",
		"revenue_share: closed-won", "revenue_share: "+own+"-share",
		"# A share of the revenue that marketing brought.", "# A share of the revenue that its own touches brought: name it as the CRM does.",
		"credits: {all_channels_except: [direct]}  # or channels: [...], or providers: [...]", "credits: {providers: ["+quoted(provider)+"]}",
	).Replace(text)
}

// CheckUnderpinning refuses terms that cannot be those of a contract with a specialist: a share of revenue pays for the touches of named providers only, or it would pay
// for everybody's. Every problem is reported at its field. Fault: Invalid.
func CheckUnderpinning(t Terms) error {
	var faults fault.List
	for i, c := range t.Clauses {
		share, ok := c.(RevenueShare)
		if ok && !share.Attribution.None && share.Attribution.Credits.By == "providers" {
			continue
		}
		if ok {
			faults.Add(fault.New(fault.Invalid, "credits-providers", "this would pay for the touches of everybody; write whose touches earn, as the CRM names them: credits: {providers: [%s]}", quoted(t.Agency)).
				At(fmt.Sprintf("clauses[%d].attribution.credits", i)))
		}
	}
	return placed(t, faults).Err()
}

// EvidenceNames are the names by which rows of evidence say what they belong to under the terms, in order: clauses, milestones, kinds of pieces, and promises of how fast.
func EvidenceNames(t Terms) []string {
	var out []string
	for _, c := range t.Clauses {
		switch c := c.(type) {
		case Milestones:
			for _, m := range c.List {
				out = append(out, evidenceName(m.Name))
			}
		case Deliverables:
			for _, d := range c.List {
				out = append(out, evidenceName(d.Name))
			}
		case ServiceCredits:
			for _, target := range c.Targets {
				out = append(out, evidenceName(target))
			}
		}
		out = append(out, evidenceName(c.ClauseID()))
	}
	if t.Service != nil {
		for _, p := range t.Service.Promises {
			out = append(out, evidenceName(p.Name))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// NamesEvidence reports whether a row of evidence that bears the name is meant by one of the versions, whatever the case and the spaces around it.
func (a Agreement) NamesEvidence(name string) bool {
	return name != "" && slices.ContainsFunc(a.Versions, func(t Terms) bool { return slices.Contains(EvidenceNames(t), evidenceName(name)) })
}

func evidenceName(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// CheckApart refuses terms that use a name of evidence that another contract about the same work uses: a row says only the name, so nobody could tell whose it is.
// Fault: Invalid.
func CheckApart(t Terms, other Agreement) error {
	var faults fault.List
	for _, name := range EvidenceNames(t) {
		if other.NamesEvidence(name) {
			faults.Add(fault.New(fault.Invalid, "name-of-another", "%q is a name in the contract %s too, and a row of evidence says no more than the name; give it another one here, such as %s-2", name, other.Latest().Key, name).At("clauses"))
		}
	}
	return placed(t, faults).Err()
}
