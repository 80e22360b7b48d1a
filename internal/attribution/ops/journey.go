package ops

import (
	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/contract"
)

// path is the journey that the rule means.
func (r Rule) path() attribution.Path {
	return attribution.Path{ByAccount: r.Contacts != contract.Associated, Inferred: r.Contacts == contract.AssociatedOrInferred, ToCreation: r.Anchor == "deal-created", Zone: r.Zone}
}
