package channel

import (
	"fmt"
	"slices"
	"strings"
)

// Visit is what the channel of a touch is named by, as crm.Origin has it.
type Visit struct {
	Source, Medium, Campaign string
}

// Known says whether anything tells where the visit came from: a campaign alone does not.
func (v Visit) Known() bool { return v.Source != "" || v.Medium != "" }

// Rule names a channel by patterns, in which * stands for any text. All that are stated must fit, in any case of letters.
type Rule struct {
	Channel                  string
	Source, Medium, Campaign string
}

// Naming names the channel of a visit: own rules first, in their order, then a published grouping.
type Naming struct {
	Grouping string // "" or GA4
	Rules    []Rule
	Unnamed  string // the channel of a visit that neither names; "": the one that it was imported with
}

// Groupings are the published ones, each with its number.
func Groupings() []string { return []string{GA4} }

// Channel is the channel of a visit, "" where neither a rule nor a grouping is stated that tells it.
func (n *Naming) Channel(v Visit) string {
	for _, r := range n.Rules {
		if Fits(r.Source, v.Source) && Fits(r.Medium, v.Medium) && Fits(r.Campaign, v.Campaign) {
			return r.Channel
		}
	}
	if n.Grouping == GA4 {
		return ga4Channel(v)
	}
	return ""
}

// Named is the channel of the visit of a touch, "" where the touch keeps the one that it was imported with: nothing is known of a visit, or there is no naming,
// or it names nothing.
func (n *Naming) Named(v Visit) string {
	if n == nil || !v.Known() {
		return ""
	}
	if named := n.Channel(v); named != "" {
		return named
	}
	return n.Unnamed
}

// Of is the channel of a touch that was imported with one.
func (n *Naming) Of(imported string, v Visit) string {
	if named := n.Named(v); named != "" {
		return named
	}
	return imported
}

// Names are all channels that visits can have by it, each once. Closed says that there are no others: false where a visit may keep the one that it was
// imported with.
func (n *Naming) Names() (names []string, closed bool) {
	add := func(more ...string) {
		for _, name := range more {
			if name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	for _, r := range n.Rules {
		add(r.Channel)
	}
	if n.Grouping == GA4 {
		add(ga4Names...)
		return names, true
	}
	add(n.Unnamed)
	return names, n.Unnamed != ""
}

// String names it: namings that say the same have the same text, such as "ga4-1".
func (n *Naming) String() string {
	if n == nil {
		return "as-imported"
	}
	var said []string
	for _, r := range n.Rules {
		said = append(said, fmt.Sprintf("%q of %q %q %q", r.Channel, r.Source, r.Medium, r.Campaign))
	}
	if n.Grouping != "" {
		return strings.Join(append(said, n.Grouping), ", ")
	}
	return strings.Join(append(said, fmt.Sprintf("else %q", n.Unnamed)), ", ")
}

// Fits compares a text with a pattern in which * stands for any text; no pattern fits all.
func Fits(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	pieces := strings.Split(strings.ToLower(pattern), "*")
	text = strings.ToLower(text)
	rest, ok := strings.CutPrefix(text, pieces[0])
	if !ok || len(pieces) == 1 {
		return ok && rest == ""
	}
	for _, p := range pieces[1 : len(pieces)-1] {
		_, after, found := strings.Cut(rest, p)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, pieces[len(pieces)-1])
}
