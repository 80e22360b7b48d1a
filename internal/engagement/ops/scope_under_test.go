package ops

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Of several contracts in force the one decides that was chosen, or that names the work; where that is none or more than one, a person is asked.
func TestWhichContractDecidesTheScope(t *testing.T) {
	scope := func(otherwise contract.Covered, work ...string) *contract.Scope {
		s := &contract.Scope{SOW: "SOW", Otherwise: otherwise}
		for _, name := range work {
			s.Work = append(s.Work, contract.ScopeWork{Name: name, Category: strings.TrimRight(name, "12"), Is: contract.InScope})
		}
		return s
	}
	of := func(id string, s *contract.Scope) Scoped {
		return Scoped{Contract: id, Name: id, Terms: contract.Terms{Scope: s}}
	}
	media, design := of("media", scope(contract.ByChangeOrder, "search1", "pr1")), of("design", scope(contract.ByChangeOrder, "web1", "pr2"))
	strict, silent := of("strict", scope(contract.NotOffered, "seo1")), of("silent", nil)
	for name, c := range map[string]struct {
		list []Scoped
		ask  ResolveInput
		want string // the contract; with a word of what is missing after a blank
	}{
		"by the category":                    {[]Scoped{media, design, silent}, ResolveInput{Ask: engagement.Ask{Category: "web"}}, "design"},
		"by the kind of work":                {[]Scoped{media, design}, ResolveInput{Ask: engagement.Ask{Category: "pr", Work: "pr2"}}, "design"},
		"the one that was chosen":            {[]Scoped{media, design}, ResolveInput{Contract: "media", Ask: engagement.Ask{Category: "web"}}, "media"},
		"two name it":                        {[]Scoped{media, design}, ResolveInput{Ask: engagement.Ask{Category: "pr"}}, " several contracts: media, design"},
		"nobody names it, and all say one":   {[]Scoped{media, design, silent}, ResolveInput{Ask: engagement.Ask{Category: "radio"}}, "media"},
		"nobody names it, and they differ":   {[]Scoped{media, strict}, ResolveInput{Ask: engagement.Ask{Category: "radio"}}, " do not say the same"},
		"none has a scope":                   {[]Scoped{silent}, ResolveInput{Ask: engagement.Ask{Category: "radio"}}, "silent"},
		"none is in force":                   {nil, ResolveInput{Ask: engagement.Ask{Category: "radio", Day: cal.MustDate("2026-03-10")}}, " No contract is in force on 10 Mar 2026"},
		"the one that was chosen is not any": {[]Scoped{media}, ResolveInput{Contract: "design", Ask: engagement.Ask{Day: cal.MustDate("2026-03-10")}}, " not in force"},
	} {
		at, missing := under(c.list, c.ask)
		id, words, _ := strings.Cut(c.want, " ")
		if at.Contract != id || (words == "") != (missing == "") || !strings.Contains(missing, words) {
			t.Errorf("%s: %q, %q", name, at.Contract, missing)
		}
	}
}
