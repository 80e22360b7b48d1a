package connect

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// salesforceAPI is the version of the REST API that is spoken. Salesforce keeps versions for at least three years.
const salesforceAPI = "/services/data/v62.0"

// leastLeft is how much of the organisation's daily requests a pull leaves to everybody else, in per cent.
const leastLeft = 5

var salesforce = System{
	Profile: crm.Salesforce, Name: "Salesforce",
	Tables: []Table{
		{Object: "Campaign", Key: 1, Optional: true, Columns: fieldsOf("Id! Name! Type! NumberOfContacts")},
		{Object: "Lead", Key: 1, Optional: true, Columns: fieldsOf("Id! ConvertedContactId! Email FirstName LastName CreatedDate IsDeleted")},
		{Object: "Account", Key: 1, modified: "SystemModstamp", Columns: fieldsOf("Id! Name! Website CreatedDate IsDeleted")},
		{Object: "Contact", Key: 1, modified: "SystemModstamp", Columns: fieldsOf("Id! AccountId Email! FirstName LastName CreatedDate MasterRecordId IsDeleted")},
		{Object: "Opportunity", Key: 1, modified: "SystemModstamp", Columns: fieldsOf("Id! Name AccountId Amount CurrencyIsoCode CreatedDate CloseDate! StageName! IsWon IsClosed Type LeadSource OwnerId IsDeleted")},
		{Object: "OpportunityContactRole", Key: 2, LiveWins: true, Columns: fieldsOf("OpportunityId! ContactId! Id! Role IsDeleted")},
		{Object: "CampaignMember", Key: 1, Optional: true, Columns: fieldsOf("Id! CampaignId! ContactId LeadId FirstRespondedDate CreatedDate Status IsDeleted")},
	},
	describe: func(t Table) Request {
		return Request{Method: get, Path: salesforceAPI + "/sobjects/" + t.Object + "/describe"}
	},
	fields: func(_ Table, body []byte) ([]string, error) {
		var in struct {
			Queryable bool `json:"queryable"`
			Fields    []struct {
				Name string `json:"name"`
			} `json:"fields"`
		}
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, err
		}
		if in.Fields == nil {
			return nil, errors.New("no fields")
		}
		if !in.Queryable {
			return nil, nil
		}
		out := make([]string, len(in.Fields))
		for i, f := range in.Fields {
			out[i] = f.Name
		}
		return out, nil
	},
	ask: askSalesforce, read: readSalesforce, judge: judgeSalesforce,
	signIn: func(c Credentials) Request {
		return Request{Method: post, Path: "/services/oauth2/token",
			Form: url.Values{"grant_type": {"client_credentials"}, "client_id": {c.ID}, "client_secret": {c.Secret}}}
	},
	token: salesforceToken,
}

// fieldsOf reads names of fields; "!" marks those without which the table says nothing.
func fieldsOf(names string) (out []Field) {
	for _, n := range strings.Fields(names) {
		name, needed := strings.CutSuffix(n, "!")
		out = append(out, Field{Name: name, Needed: needed})
	}
	return out
}

// askSalesforce asks for records in the order of their ids, deleted ones too. Ids never change, so that a record that changes meanwhile is
// neither missed nor doubled, and a place that Salesforce forgot is found again. A record that was deleted has changed at that moment.
func askSalesforce(t Table, c Cursor) (Request, error) {
	if c.After != "" {
		return Request{Method: get, Path: c.After}, nil
	}
	soql := "SELECT " + strings.Join(t.names(c), ",") + " FROM " + t.Object
	var where []string
	if c.Since != "" {
		since, err := c.since()
		if err != nil {
			return Request{}, err
		}
		where = append(where, t.modified+" >= "+since.Format("2006-01-02T15:04:05Z"))
	}
	if c.Last != "" {
		if !recordID(c.Last) {
			return Request{}, fmt.Errorf("%.40q is no id of Salesforce", c.Last)
		}
		where = append(where, "Id > '"+c.Last+"'")
	}
	if len(where) > 0 {
		soql += " WHERE " + strings.Join(where, " AND ")
	}
	return Request{Method: get, Path: salesforceAPI + "/queryAll", Query: url.Values{"q": {soql + " ORDER BY Id"}}}, nil
}

func readSalesforce(t Table, c Cursor, body []byte) (Page, error) {
	var in struct {
		Done    *bool                        `json:"done"`
		Next    string                       `json:"nextRecordsUrl"`
		Records []map[string]json.RawMessage `json:"records"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return Page{}, err
	}
	if in.Done == nil || in.Records == nil {
		return Page{}, errors.New("no records")
	}
	p := Page{Next: c}
	for _, r := range in.Records {
		row := make([]string, 0, len(t.Columns))
		for _, f := range t.asked(c) {
			cell, err := cellOf(r[f.Name])
			if err != nil {
				return Page{}, err
			}
			row = append(row, cell)
			if f.Name == "Id" {
				if !recordID(cell) {
					return Page{}, fmt.Errorf("%.40q is no id of Salesforce", cell)
				}
				p.Next.Last = cell
			}
		}
		p.Rows = append(p.Rows, row)
	}
	p.Next.After, p.Next.Done = "", *in.Done
	if p.Next.Done {
		return p, nil
	}
	next, err := url.Parse(in.Next)
	if err != nil || next.Scheme != "" || next.Host != "" || next.RawQuery != "" || !queryPath(next.Path) {
		return Page{}, errors.New("the address of the next page is none of this API")
	}
	p.Next.After = next.Path
	return p, nil
}

// queryPath reports a place between pages: a path of the API, down which nothing leads elsewhere.
func queryPath(path string) bool {
	locator, ok := strings.CutPrefix(path, salesforceAPI+"/query/")
	return ok && locator != "" && !strings.ContainsAny(locator, "/.\\%")
}

// judgeSalesforce knows Salesforce's own words.
func judgeSalesforce(r Response) Verdict {
	v := byStatus(r.Status)
	if v.Outcome == Fine {
		if used, most, ok := usage(r.Header("Sforce-Limit-Info")); ok && (most-used)*100 < most*leastLeft {
			return Verdict{Outcome: Refused, Words: fmt.Sprintf("%d of the organisation's %d requests of 24 hours are used. The rest is left to others; the next pull tries again.", used, most)}
		}
		return v
	}
	code, message := salesforceError(r.Body)
	switch code {
	case "REQUEST_LIMIT_EXCEEDED":
		if strings.Contains(message, "Concurrent") {
			return Verdict{Outcome: Limited, Words: "Too many requests run at once in the organisation."}
		}
		return Verdict{Outcome: Refused, Words: "The organisation's requests of 24 hours are used up. The next pull tries again."}
	case "SERVER_UNAVAILABLE", "UNABLE_TO_LOCK_ROW", "QUERY_TIMEOUT":
		return Verdict{Outcome: Unwell, Words: "It was not available (" + code + ")."}
	case "INVALID_SESSION_ID":
		return Verdict{Outcome: Expired, Words: "It did not take the token (" + code + ")."}
	case "INVALID_QUERY_LOCATOR":
		return Verdict{Outcome: Lapsed, Words: "It forgot the place between two pages."}
	case "NOT_FOUND", "INVALID_TYPE":
		return Verdict{Outcome: Absent, Words: "The user of the app does not see it."}
	case "API_DISABLED_FOR_ORG", "INSUFFICIENT_ACCESS", "API_CURRENTLY_DISABLED":
		return Verdict{Outcome: Refused, Words: "The user of the app may not use the API (" + code + ")."}
	case "invalid_client", "invalid_client_id", "invalid_grant", "unauthorized_client", "inactive_user", "inactive_org":
		return Verdict{Outcome: Refused, Words: "It did not take the credentials (" + code + "). Check key, secret and user of the app, and the client credentials flow."}
	}
	return v
}

// salesforceError reads the code of an error: a list from the API, an object from the sign-in.
func salesforceError(body []byte) (code, message string) {
	var list []struct {
		Code    string `json:"errorCode"`
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &list) == nil && len(list) > 0 {
		return list[0].Code, list[0].Message
	}
	var one struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(body, &one) // an answer without the usual words has no code
	return one.Error, ""
}

// usage reads "api-usage=18/5000".
func usage(header string) (used, most int64, ok bool) {
	for _, part := range strings.Split(header, ",") {
		counts, found := strings.CutPrefix(strings.TrimSpace(part), "api-usage=")
		if !found {
			continue
		}
		a, b, _ := strings.Cut(counts, "/")
		used, err := strconv.ParseInt(a, 10, 64)
		most, err2 := strconv.ParseInt(b, 10, 64)
		return used, most, err == nil && err2 == nil && most > 0
	}
	return 0, 0, false
}

// salesforceToken takes a token only for the host that was asked.
func salesforceToken(base *url.URL, body []byte) (string, error) {
	var in struct {
		Token    string `json:"access_token"`
		Instance string `json:"instance_url"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return "", errors.New("the answer to the sign-in cannot be read")
	}
	instance, err := url.Parse(in.Instance)
	if in.Token == "" || err != nil || !strings.EqualFold(instance.Host, base.Host) {
		return "", fmt.Errorf("the sign-in answered for another address; write the organisation's own, https://NAME.my.salesforce.com")
	}
	return in.Token, nil
}
