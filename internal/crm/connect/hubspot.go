package connect

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// The limits that HubSpot publishes: records to a page of a list, and inputs to a batch of associations.
const (
	hubSpotPage  = "100"
	hubSpotBatch = 100
)

var hubSpot = System{
	Profile: crm.HubSpot, Name: "HubSpot",
	Tables: []Table{
		{Object: "stages", Key: 1, resource: "stages", fixed: true, Columns: []Field{
			{Name: "stage_id"}, {Name: "label"}, {Name: "closed_won"}, {Name: "is_closed"}, {Name: "probability"}}},
		{Object: "companies", Key: 1, Gone: true, resource: "companies", modified: "hs_lastmodifieddate", Columns: []Field{
			{Name: "id", own: true}, {Name: "name", Needed: true}, {Name: "domain"}, {Name: "createdate"}, {Name: "archived", own: true}}},
		{Object: "contacts", Key: 1, Gone: true, resource: "contacts", modified: "lastmodifieddate", Columns: []Field{
			{Name: "id", own: true}, {Name: "email", Needed: true}, {Name: "firstname"}, {Name: "lastname"}, {Name: "associatedcompanyid"}, {Name: "createdate"},
			{Name: "hs_merged_object_ids"}, {Name: "archived", own: true}}},
		{Object: "deals", Key: 1, Gone: true, Beside: "stages", resource: "deals", modified: "hs_lastmodifieddate", Columns: []Field{
			{Name: "id", own: true}, {Name: "dealname", Needed: true}, {Name: "hs_primary_associated_company", Header: "Primary Associated Company ID"},
			{Name: "amount"}, {Name: "deal_currency_code"}, {Name: "amount_in_home_currency"}, {Name: "createdate"}, {Name: "closedate"}, {Name: "dealstage"},
			{Name: "hs_is_closed_won"}, {Name: "hs_is_closed"}, {Name: "dealtype"}, {Name: "hs_analytics_source"}, {Name: "hubspot_owner_id"}, {Name: "archived", own: true}}},
		{Object: "deal_contacts", Key: 2, Gone: true, resource: "deals", modified: "hs_lastmodifieddate", fixed: true, Columns: []Field{
			{Name: "deal_id"}, {Name: "contact_id"}, {Name: "category"}, {Name: "label"}, {Name: "archived"}}},
		forms,
	},
	describe: func(t Table) Request {
		return Request{Method: get, Path: "/crm/v3/properties/" + t.resource}
	},
	fields: func(_ Table, body []byte) ([]string, error) {
		var in struct {
			Results []struct {
				Name string `json:"name"`
			} `json:"results"`
		}
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, err
		}
		if in.Results == nil {
			return nil, errors.New("no results")
		}
		out := make([]string, len(in.Results))
		for i, r := range in.Results {
			out[i] = r.Name
		}
		return out, nil
	},
	ask: askHubSpot, read: readHubSpot, judge: judgeHubSpot,
	without: func(t Table, c Cursor, r Response) (Cursor, bool) {
		if t.Object != forms.Object {
			return c, false
		}
		return withoutForm(c, r)
	},
}

func askHubSpot(t Table, c Cursor) (Request, error) {
	switch {
	case t.Object == "stages":
		return Request{Method: get, Path: "/crm/v3/pipelines/deals"}, nil
	case t.Object == forms.Object:
		return askForms(c)
	case len(c.Links) > 0:
		body, err := json.Marshal(map[string]any{"inputs": c.Links[:min(len(c.Links), hubSpotBatch)]})
		return Request{Method: post, Path: "/crm/v4/associations/deals/contacts/batch/read", JSON: body}, err
	}
	if c.Since != "" && !c.Archived {
		return searchHubSpot(t, c)
	}
	q := url.Values{"limit": {hubSpotPage}, "archived": {strconv.FormatBool(c.Archived)}}
	if c.After != "" {
		q.Set("after", c.After)
	}
	if t.Object != "deal_contacts" {
		q.Set("properties", strings.Join(t.names(c), ","))
	}
	return Request{Method: get, Path: "/crm/v3/objects/" + t.resource, Query: q}, nil
}

// searchHubSpot asks for what has changed, in the order of the ids, and goes on behind the last one: a search gives no more than its first 10,000
// by place. What is archived it does not find; that is listed whole.
func searchHubSpot(t Table, c Cursor) (Request, error) {
	type filter struct {
		Property string `json:"propertyName"`
		Operator string `json:"operator"`
		Value    string `json:"value"`
	}
	since, err := c.since()
	if err != nil {
		return Request{}, err
	}
	filters := []filter{{t.modified, "GTE", strconv.FormatInt(since.UnixMilli(), 10)}}
	if c.Last != "" {
		if !digits(c.Last) {
			return Request{}, fmt.Errorf("%.40q is no id of HubSpot", c.Last)
		}
		filters = append(filters, filter{"hs_object_id", "GT", c.Last})
	}
	properties := []string{}
	if t.Object != "deal_contacts" {
		properties = t.names(c)
	}
	body, err := json.Marshal(map[string]any{"filterGroups": []any{map[string]any{"filters": filters}}, "properties": properties,
		"sorts": []any{map[string]string{"propertyName": "hs_object_id", "direction": "ASCENDING"}}, "limit": hubSpotBatch})
	return Request{Method: post, Path: "/crm/v3/objects/" + t.resource + "/search", JSON: body}, err
}

func readHubSpot(t Table, c Cursor, body []byte) (Page, error) {
	switch {
	case t.Object == "stages":
		return readStages(c, body)
	case t.Object == forms.Object:
		return readForms(t, c, body)
	case len(c.Links) > 0:
		return readLinks(c, body)
	}
	return readObjects(t, c, body)
}

// readObjects reads a page of a list. Those that are not archived come first, then those that are.
func readObjects(t Table, c Cursor, body []byte) (Page, error) {
	var in struct {
		Results []struct {
			ID         string                     `json:"id"`
			Properties map[string]json.RawMessage `json:"properties"`
			Archived   bool                       `json:"archived"`
		} `json:"results"`
		Paging hubSpotPaging `json:"paging"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return Page{}, err
	}
	if in.Results == nil {
		return Page{}, errors.New("no results")
	}
	p := Page{Next: c}
	for _, r := range in.Results {
		if !digits(r.ID) {
			return Page{}, fmt.Errorf("%.40q is no id of HubSpot", r.ID)
		}
		if c.Since != "" && !c.Archived {
			p.Next.Last = r.ID
		}
		if t.Object == "deal_contacts" {
			p.Next.Links = append(p.Next.Links, Link{ID: r.ID})
			continue
		}
		row := make([]string, 0, len(t.Columns))
		for _, f := range t.asked(c) {
			cell, err := cellOf(r.Properties[f.Name])
			switch {
			case err != nil:
				return Page{}, err
			case f.Name == "id":
				cell = r.ID
			case f.Name == "archived":
				cell = strconv.FormatBool(r.Archived || c.Archived)
			}
			row = append(row, cell)
		}
		p.Rows = append(p.Rows, row)
	}
	p.Next.After = in.Paging.Next.After
	if c.Since != "" && !c.Archived && p.Next.After != "" {
		p.Next.After = "" // behind the last id, not at a place
		if len(in.Results) == 0 {
			return Page{}, errors.New("a page without records is not the last")
		}
		return p, nil
	}
	if p.Next.After == "" {
		p.Next.Done = c.Archived || t.Object == "deal_contacts"
		p.Next.Archived = !p.Next.Done
		if t.Object == "deal_contacts" && len(p.Next.Links) > 0 {
			p.Next.Done, p.Next.After = false, lastLinks
		}
	}
	return p, nil
}

// lastLinks stands where the next page would, when there is none and links are still to come.
const lastLinks = "-"

type hubSpotPaging struct {
	Next struct {
		After string `json:"after"`
	} `json:"next"`
}

// readLinks reads which contacts the deals of a page have. A deal of which HubSpot says that it has none is answered; what it could not
// answer otherwise is asked again, by an error.
func readLinks(c Cursor, body []byte) (Page, error) {
	var in struct {
		Results []struct {
			From struct {
				ID string `json:"id"`
			} `json:"from"`
			To []struct {
				ID    json.Number `json:"toObjectId"`
				Types []struct {
					Category string  `json:"category"`
					Label    *string `json:"label"`
				} `json:"associationTypes"`
			} `json:"to"`
			Paging hubSpotPaging `json:"paging"`
		} `json:"results"`
		Errors []struct {
			SubCategory json.RawMessage `json:"subCategory"`
			Category    string          `json:"category"`
			Message     string          `json:"message"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return Page{}, err
	}
	if in.Results == nil {
		return Page{}, errors.New("no results")
	}
	for _, e := range in.Errors {
		if !strings.Contains(string(e.SubCategory), "NO_ASSOCIATIONS_FOUND") && e.Category != "OBJECT_NOT_FOUND" {
			return Page{}, fmt.Errorf("some links could not be had (%.80s)", e.Category)
		}
	}
	p := Page{Next: c}
	p.Next.Links = append([]Link(nil), c.Links[min(len(c.Links), hubSpotBatch):]...)
	for _, r := range in.Results {
		for _, to := range r.To {
			if !digits(r.From.ID) || !digits(to.ID.String()) {
				return Page{}, errors.New("a link without ids")
			}
			row := []string{r.From.ID, to.ID.String(), "", "", "false"}
			var labels []string
			for _, kind := range to.Types {
				row[2] = kind.Category
				if kind.Label != nil && *kind.Label != "" {
					labels = append(labels, *kind.Label)
				}
			}
			row[3] = strings.Join(labels, ", ")
			p.Rows = append(p.Rows, row)
		}
		if r.Paging.Next.After != "" {
			if slices.Contains(c.Links, Link{ID: r.From.ID, After: r.Paging.Next.After}) {
				return Page{}, errors.New("the next links are the same links again")
			}
			p.Next.Links = append(p.Next.Links, Link{ID: r.From.ID, After: r.Paging.Next.After})
		}
	}
	if len(p.Next.Links) == 0 && c.After == lastLinks {
		p.Next.After, p.Next.Done = "", true
	}
	return p, nil
}

func readStages(c Cursor, body []byte) (Page, error) {
	var in struct {
		Results []struct {
			Stages []struct {
				ID       string                     `json:"id"`
				Label    string                     `json:"label"`
				Metadata map[string]json.RawMessage `json:"metadata"`
			} `json:"stages"`
		} `json:"results"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return Page{}, err
	}
	if in.Results == nil {
		return Page{}, errors.New("no results")
	}
	p := Page{Next: c}
	p.Next.Done = true
	for _, pipeline := range in.Results {
		for _, s := range pipeline.Stages {
			closed, err := cellOf(s.Metadata["isClosed"])
			probability, err2 := cellOf(s.Metadata["probability"])
			if err := errors.Join(err, err2); err != nil {
				return Page{}, err
			}
			won := strings.TrimRight(strings.TrimRight(probability, "0"), ".") == "1" // HubSpot's own rule: a closed stage of 100 % is won
			p.Rows = append(p.Rows, []string{s.ID, s.Label, strconv.FormatBool(won && closed == "true"), closed, probability})
		}
	}
	return p, nil
}

// judgeHubSpot knows HubSpot's own words: the daily limit is not waited for, and missing scopes are named.
func judgeHubSpot(r Response) Verdict {
	v := byStatus(r.Status)
	var in struct {
		Category   string `json:"category"`
		PolicyName string `json:"policyName"`
		Errors     []struct {
			Context struct {
				Required []string `json:"requiredGranularScopes"`
			} `json:"context"`
		} `json:"errors"`
	}
	if v.Outcome == Fine {
		if r.Header("X-HubSpot-RateLimit-Remaining") == "0" { // wait before, not after, the limit says no
			v.After = interval(r)
		}
		return v
	}
	_ = json.Unmarshal(r.Body, &in) // an answer without the usual words is judged by its status
	switch {
	case r.Status == tooMany && in.PolicyName == "DAILY":
		return Verdict{Outcome: Refused, Words: "The account's requests of this day are used up. The next pull tries again."}
	case r.Status == tooMany:
		v.After = interval(r)
	case r.Status == forbidden && in.Category == "MISSING_SCOPES":
		v = Verdict{Outcome: Absent, Words: "The private app lacks a scope."}
		for _, e := range in.Errors {
			if len(e.Context.Required) > 0 {
				v.Words = "The private app lacks the scope " + strings.Join(e.Context.Required, " or ") + "."
			}
		}
	case r.Status == notFound:
		return Verdict{Outcome: Absent, Words: "This account does not have it."}
	}
	return v
}

// interval is the span that HubSpot counts requests in.
func interval(r Response) time.Duration {
	ms, err := strconv.ParseInt(r.Header("X-HubSpot-RateLimit-Interval-Milliseconds"), 10, 64)
	if err != nil || ms <= 0 || ms > int64(Longest/time.Millisecond) {
		return 10 * time.Second
	}
	return time.Duration(ms) * time.Millisecond
}
