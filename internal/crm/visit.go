package crm

import (
	"net/url"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/channel"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Origin is where a visit came from, as the parameters of its address say. The names are those of the UTM parameters. Source and Medium are
// "(direct)" and "(none)" where nothing says it, as Google Analytics writes it.
type Origin struct {
	Source, Medium, Campaign, Content, Term string
	ClickID                                 string // "gclid=…": the id by which an advertising platform knows the click
}

// visit is what its channel is named by.
func (o Origin) visit() channel.Visit {
	return channel.Visit{Source: o.Source, Medium: o.Medium, Campaign: o.Campaign}
}

// clickIDs are the parameters of advertising platforms, and what they say of a visit that has no UTM parameters. That of Meta ("fbclid") is
// also on links that nobody paid for.
var clickIDs = []struct{ name, source, medium string }{
	{"gclid", "google", "cpc"}, {"gbraid", "google", "cpc"}, {"wbraid", "google", "cpc"}, {"dclid", "google", "cpm"}, {"msclkid", "bing", "cpc"},
	{"li_fat_id", "linkedin", "cpc"}, {"ttclid", "tiktok", "cpc"}, {"twclid", "twitter", "cpc"}, {"fbclid", "facebook.com", "referral"},
}

// OriginOf reads the address of a landing page and, where that says nothing, the address that led to it. Both may lack their scheme.
func OriginOf(page, referrer string) Origin {
	o, host, tagged := tagsOf(page)
	if tagged {
		return o
	}
	_, from := query(referrer)
	if from == "" || from == host {
		o.Source, o.Medium = "(direct)", "(none)"
		return o
	}
	o.Source, o.Medium = from, "referral"
	if channel.IsSearch(from) {
		o.Medium = "organic"
	}
	return o
}

// tagsOf is what the parameters of an address say; tagged where they say source or medium.
func tagsOf(page string) (o Origin, host string, tagged bool) {
	q, host := query(page)
	get := func(name string) string { return strings.TrimSpace(q.Get(name)) }
	o = Origin{Source: get("utm_source"), Medium: get("utm_medium"), Campaign: get("utm_campaign"), Content: get("utm_content"), Term: get("utm_term")}
	tagged = o.Source != "" || o.Medium != ""
	for _, c := range clickIDs {
		id := get(c.name)
		if id == "" {
			continue
		}
		if o.ClickID == "" {
			o.ClickID = c.name + "=" + id
		}
		if !tagged {
			o.Source, o.Medium, tagged = c.source, c.medium, true
		}
	}
	return o, host, tagged
}

// query is the query of an address, its parameters by names in lower case, and the host, without "www.".
func query(address string) (url.Values, string) {
	address = strings.TrimSpace(address)
	if address == "" {
		return nil, ""
	}
	if !strings.Contains(address, "://") && !strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "?") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil { // what is not an address may still have parameters behind a question mark
		_, rest, _ := strings.Cut(address, "?")
		u = &url.URL{RawQuery: rest}
	}
	raw, _ := url.ParseQuery(strings.ReplaceAll(u.RawQuery, ";", "%3B")) // parameters that cannot be read are left out
	out := url.Values{}
	for name, values := range raw {
		if name = strings.ToLower(name); len(values) > 0 && !out.Has(name) {
			out[name] = values
		}
	}
	return out, strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

// visit fills in what the address of a touch says and no column does, and settles its channel by the stated rules.
func (r *reading) visit(t *Touch) {
	o := OriginOf(r.raw("page_url"), r.raw("referrer"))
	_, form := r.d.object.field("channel_otherwise")
	if form { // the page of a form is none that somebody landed on: where it is not tagged it does not tell where from
		o, _, _ = tagsOf(r.raw("page_url"))
	}
	for _, own := range []struct {
		to   *string
		text string
	}{{&o.Source, r.text("source")}, {&o.Medium, r.text("medium")}, {&o.Campaign, t.Campaign}, {&o.Content, t.Content}, {&o.Term, r.text("term")}} {
		if own.text != "" {
			*own.to = own.text
		}
	}
	t.Campaign, t.Content = o.Campaign, o.Content
	t.Visit = visitOf(o.Source, o.Medium, o.Term, o.ClickID)
	switch {
	case t.Channel != "":
	case form:
		t.Channel = r.formChannel(o)
		t.Content = firstOf(t.Content, r.text("form"))
	default:
		t.Channel = r.d.channels.Channel(o.visit())
	}
	if t.ID == "" {
		t.ID = joinID(t.ContactID, instantText(t.At), o.Source, o.Medium, o.Campaign)
	}
}

// NoChannel is stated of touches that are to have no channel.
const NoChannel = "none"

// formChannel is the channel of a form that was filled in: as its page is tagged, else what is stated of the others.
func (r *reading) formChannel(o Origin) string {
	name := ""
	switch {
	case o.Source != "" || o.Medium != "":
		name = r.d.channels.Channel(o.visit())
	case o.Campaign != "":
		rules := channel.Naming{Rules: r.d.channels.Rules}
		name = rules.Channel(o.visit())
	}
	if other := r.d.m.Constants["channel_otherwise"]; name == "" && other != NoChannel {
		return other
	}
	return name
}

// validateVisits asks by which rules the channel of a visit is told, unless a column or a constant says it.
func (m Mapping) validateVisits(o Object, faults *fault.List) {
	_, err := ParseChannels(m.Constants["channel_grouping"], m.Constants["channel_rules"])
	for _, f := range fault.All(err) {
		faults.Add(f)
	}
	_, form := o.field("channel_otherwise")
	switch {
	case m.Columns["channel"] != "" || m.Constants["channel"] != "":
	case m.Constants["channel_grouping"] != "" || m.Constants["channel_rules"] != "":
		if form && m.Constants["channel_otherwise"] == "" {
			faults.Add(fault.New(fault.Invalid, "channel-otherwise-not-stated",
				"Through which channel came a submission whose page does not say it? State channel_otherwise = form, or as you call it; %s leaves them without a channel, and they earn no credit.", NoChannel).At("constants.channel_otherwise"))
		}
	default:
		faults.Add(fault.New(fault.Invalid, "channel-grouping-not-stated",
			"No column says through which channel the visits came. State channel_grouping = %s for the default channel group of Google Analytics 4, or channel_rules of your own.", channel.GA4).At("constants.channel_grouping"))
	}
}
