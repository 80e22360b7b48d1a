package connect

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// hubSpotSubmissions is how many submissions of a form HubSpot gives at once, the newest first.
const hubSpotSubmissions = "50"

// hubSpotForms are the types of forms whose submissions are people who left their address: comments below articles are not among them.
var hubSpotForms = []string{"hubspot", "captured", "flow"}

// forms is the table of submissions. There is no asking for what changed: of each form the pages are read until they are older. Of what people filled in, the address and the UTM
// parameters are kept, which forms carry in hidden fields, and nothing else.
var forms = Table{Object: "forms", Key: 1, Gone: true, Part: "formId", Optional: true, fixed: true, resource: "forms", modified: "submittedAt",
	Person: &Person{Address: "email", Table: "contacts", TableAddress: "email", Column: "contactId"},
	Columns: []Field{{Name: "conversionId"}, {Name: "formId"}, {Name: "formName"}, {Name: "submittedAt"}, {Name: "pageUrl"}, {Name: "email"}, {Name: "contactId"},
		{Name: "utm_source"}, {Name: "utm_medium"}, {Name: "utm_campaign"}, {Name: "utm_content"}, {Name: "utm_term"}, {Name: "archived"}}}

func askForms(c Cursor) (Request, error) {
	if len(c.Links) == 0 {
		q := url.Values{"limit": {hubSpotPage}, "archived": {strconv.FormatBool(c.Archived)}, "formTypes": hubSpotForms}
		if c.After != "" {
			q.Set("after", c.After)
		}
		return Request{Method: get, Path: "/marketing/v3/forms", Query: q}, nil
	}
	form := c.Links[0]
	if !formID(form.ID) {
		return Request{}, fmt.Errorf("%.40q is no id of a form", form.ID)
	}
	q := url.Values{"limit": {hubSpotSubmissions}}
	if form.After != "" {
		q.Set("after", form.After)
	}
	return Request{Method: get, Path: "/form-integrations/v1/submissions/forms/" + form.ID, Query: q}, nil
}

func readForms(t Table, c Cursor, body []byte) (Page, error) {
	if len(c.Links) > 0 {
		return readSubmissions(t, c, body)
	}
	var in struct {
		Results []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
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
	for _, f := range in.Results {
		if !formID(f.ID) {
			return Page{}, fmt.Errorf("%.40q is no id of a form", f.ID)
		}
		p.Next.Links = append(p.Next.Links, Link{ID: f.ID, Name: f.Name})
	}
	if p.Next.After = in.Paging.Next.After; p.Next.After == "" {
		p.Next.After = map[bool]string{true: lastLinks}[c.Archived] // those that are archived come last
		p.Next.Archived = true
	}
	return nextForm(p), nil
}

// nextForm ends the table behind the last form.
func nextForm(p Page) Page {
	if len(p.Next.Links) == 0 && p.Next.After == lastLinks {
		p.Next.After, p.Next.Done = "", true
	}
	return p
}

type hubSpotSubmission struct {
	ID     string      `json:"conversionId"`
	At     json.Number `json:"submittedAt"`
	Page   string      `json:"pageUrl"`
	Values []struct {
		Name   string          `json:"name"`
		Value  json.RawMessage `json:"value"`
		Object string          `json:"objectTypeId"`
	} `json:"values"`
}

// readSubmissions reads a page of the first form. What is older than asked for is left out, and so is all behind it.
func readSubmissions(t Table, c Cursor, body []byte) (Page, error) {
	var in struct {
		Results []hubSpotSubmission `json:"results"`
		Paging  hubSpotPaging       `json:"paging"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return Page{}, err
	}
	if in.Results == nil {
		return Page{}, errors.New("no results")
	}
	var since time.Time
	if c.Since != "" {
		var err error
		if since, err = c.since(); err != nil {
			return Page{}, err
		}
	}
	form, p, after := c.Links[0], Page{Next: c}, in.Paging.Next.After
	for _, s := range in.Results {
		ms, err := s.At.Int64()
		if err != nil || ms <= 0 || ms > latest {
			return Page{}, fmt.Errorf("the submission of %.40q is no time", s.At.String())
		}
		at := time.UnixMilli(ms).UTC()
		if at.Before(since) {
			after = ""
			continue
		}
		row, err := s.row(t, form, at)
		if err != nil {
			return Page{}, err
		}
		p.Rows = append(p.Rows, row)
	}
	switch {
	case after == form.After && after != "":
		return Page{}, errors.New("the next page is the same page again")
	case after != "":
		p.Next.Links = slices.Clone(c.Links)
		p.Next.Links[0].After = after
		return p, nil
	}
	p.Next.Links = slices.Clone(c.Links[1:])
	if c.Since == "" {
		p.Next.Whole = append(slices.Clone(c.Whole), form.ID)
	}
	return nextForm(p), nil
}

// latest is the last millisecond of the year 9999.
const latest = 253402300799999

func (s hubSpotSubmission) row(t Table, form Link, at time.Time) ([]string, error) {
	cells := map[string]string{"conversionId": cmp.Or(s.ID, form.ID+"-"+s.At.String()), "formId": form.ID, "formName": form.Name,
		"submittedAt": at.Format("2006-01-02T15:04:05.000Z"), "pageUrl": s.Page, "archived": "false"}
	for _, v := range s.Values {
		name := strings.ToLower(v.Name)
		if name != "email" && !strings.HasPrefix(name, "utm_") || v.Object != "" && v.Object != contactType {
			continue
		}
		text, err := cellOf(v.Value)
		if err != nil {
			return nil, err
		}
		if cells[name] == "" {
			cells[name] = strings.TrimSpace(text)
		}
	}
	row := make([]string, len(t.Columns))
	for i, f := range t.Columns {
		row[i] = strings.ReplaceAll(cells[f.Name], "\x00", "")
	}
	return row, nil
}

// contactType is how HubSpot calls the object of contacts in fields of forms.
const contactType = "0-1"

// withoutForm goes on behind a form that was deleted since it was listed. What an earlier pull had of it stays.
func withoutForm(c Cursor, r Response) (Cursor, bool) {
	if r.Status != notFound || len(c.Links) == 0 {
		return c, false
	}
	c.Links = slices.Clone(c.Links[1:])
	return nextForm(Page{Next: c}).Next, true
}

// formID reports an id of a form.
func formID(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(strings.ToLower(id), "0123456789abcdefghijklmnopqrstuvwxyz-") == ""
}
