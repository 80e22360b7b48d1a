package ops

import "github.com/ofrecord/ofrecord/internal/attribution"

// path is the journey that the rule means.
func (r Rule) path() attribution.Path {
	return attribution.Path{ByAccount: r.Contacts == "associated-or-account", ToCreation: r.Anchor == "deal-created", Zone: r.Zone}
}
