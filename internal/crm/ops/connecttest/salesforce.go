package connecttest

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/connect"
)

// What opens the server that Salesforce starts.
const (
	SalesforceKey    = "3MVG9-test-consumer-key"
	SalesforceSecret = "71F2-test-consumer-secret"
)

const salesforceAPI = "/services/data/v62.0"

var salesforceFields = map[string]string{
	"Campaign":               "Id Name Type NumberOfContacts IsDeleted CreatedDate Status",
	"Lead":                   "Id ConvertedContactId Email FirstName LastName CreatedDate IsDeleted IsConverted",
	"Account":                "Id Name Website CreatedDate IsDeleted BillingCity",
	"Contact":                "Id AccountId Email FirstName LastName CreatedDate MasterRecordId IsDeleted",
	"Opportunity":            "Id Name AccountId Amount CreatedDate CloseDate StageName IsWon IsClosed Type LeadSource OwnerId IsDeleted Probability CurrencyIsoCode",
	"OpportunityContactRole": "Id OpportunityId ContactId Role IsDeleted IsPrimary",
	"CampaignMember":         "Id CampaignId ContactId LeadId FirstRespondedDate CreatedDate Status IsDeleted",
}

// Salesforce starts a Salesforce whose queries give pages of that size.
func Salesforce(t testing.TB, pageSize int) *Server {
	system, _ := connect.SystemOf(crm.Salesforce)
	s := start(t, system, pageSize)
	s.answer = s.salesforce
	return s
}

// Forget makes every place between two pages unknown, as time does.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issued += 1000
}

func (s *Server) salesforce(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/services/oauth2/token" {
		s.signIn(w, r)
		return
	}
	if s.token == "" || r.Header.Get("Authorization") != "Bearer "+s.token {
		s.refuse(w, http.StatusUnauthorized, "INVALID_SESSION_ID", "Session expired or invalid")
		return
	}
	w.Header().Set("Sforce-Limit-Info", "api-usage=18/5000")
	path, ok := strings.CutPrefix(r.URL.Path, salesforceAPI)
	switch {
	case !ok || r.Method != http.MethodGet:
		s.wrong(w, "%s %s is not part of what was agreed", r.Method, r.URL.Path)
	case strings.HasPrefix(path, "/sobjects/") && strings.HasSuffix(path, "/describe"):
		s.describe(w, strings.TrimSuffix(strings.TrimPrefix(path, "/sobjects/"), "/describe"))
	case path == "/queryAll":
		s.query(w, r.URL.Query().Get("q"), 0)
	case strings.HasPrefix(path, "/query/"):
		s.more(w, strings.TrimPrefix(path, "/query/"))
	default:
		s.wrong(w, "%s is not part of what was agreed", r.URL.Path)
	}
}

func (s *Server) refuse(w http.ResponseWriter, status int, code, message string) {
	s.json(w, status, []any{map[string]any{"message": message, "errorCode": code}})
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.URL.RawQuery != "" || r.ParseForm() != nil || r.Form.Get("grant_type") != "client_credentials" {
		s.wrong(w, "a sign-in as %s with %q", r.Method, r.URL.RawQuery)
		return
	}
	if r.Form.Get("client_id") != SalesforceKey || r.Form.Get("client_secret") != SalesforceSecret {
		s.json(w, http.StatusBadRequest, map[string]any{"error": "invalid_client", "error_description": "invalid client credentials " + r.Form.Get("client_secret")})
		return
	}
	s.issued++
	s.token = fmt.Sprintf("00Dxx!session-%d", s.issued)
	s.json(w, http.StatusOK, map[string]any{"access_token": s.token, "instance_url": s.HTTP.URL, "token_type": "Bearer", "signature": "x", "issued_at": "1", "id": s.HTTP.URL + "/id/x"})
}

func (s *Server) describe(w http.ResponseWriter, object string) {
	if s.hidden[object] || salesforceFields[object] == "" {
		s.refuse(w, http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist")
		return
	}
	fields := []any{}
	for _, name := range s.fieldsOf(object) {
		fields = append(fields, map[string]any{"name": name, "type": "string", "label": name})
	}
	s.json(w, http.StatusOK, map[string]any{"name": object, "queryable": true, "fields": fields})
}

func (s *Server) fieldsOf(object string) []string {
	return slices.DeleteFunc(strings.Fields(salesforceFields[object]), func(f string) bool { return s.hidden[object+"."+f] })
}

var soql = regexp.MustCompile(`^SELECT ([A-Za-z_,]+) FROM ([A-Za-z]+)(?: WHERE(?: SystemModstamp >= (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ))?(?: AND)?(?: ?Id > '([A-Za-z0-9]{18})')?)? ORDER BY Id$`)

// place is one between two pages of a query, known until its era ends.
type place struct {
	query string
	from  int
	era   int
}

// query answers from a row on.
func (s *Server) query(w http.ResponseWriter, q string, from int) {
	m := soql.FindStringSubmatch(q)
	if m == nil {
		s.T.Errorf("Salesforce: this query is no SOQL that was agreed: %s", q)
		s.refuse(w, http.StatusBadRequest, "MALFORMED_QUERY", "unexpected token")
		return
	}
	object, fields := m[2], strings.Split(m[1], ",")
	for _, f := range fields {
		if !slices.Contains(s.fieldsOf(object), f) {
			s.T.Errorf("Salesforce: the field %s of %s was asked for and is not shown", f, object)
			s.refuse(w, http.StatusBadRequest, "INVALID_FIELD", "No such column '"+f+"' on entity '"+object+"'")
			return
		}
	}
	since, err := time.Parse(time.RFC3339, cmp.Or(m[3], "1999-01-01T00:00:00Z"))
	if err != nil {
		s.wrong(w, "since %s", m[3])
		return
	}
	all := slices.DeleteFunc(slices.Clone(s.tables[object]), func(r Record) bool { return r.ID <= m[4] || r.Modified.Before(since) })
	page := all[min(from, len(all)):min(len(all), from+s.PageSize)]
	records := []any{}
	for _, r := range page {
		values := map[string]any{"attributes": map[string]any{"type": object, "url": salesforceAPI + "/sobjects/" + object + "/" + r.ID}}
		for _, f := range fields {
			values[f] = r.Values[f]
		}
		values["Id"] = r.ID
		if slices.Contains(fields, "IsDeleted") {
			values["IsDeleted"] = r.Deleted
		}
		records = append(records, values)
	}
	out := map[string]any{"totalSize": len(all), "done": from+len(page) >= len(all), "records": records}
	if from+len(page) < len(all) {
		s.places = append(s.places, place{q, from + len(page), s.issued})
		out["nextRecordsUrl"] = fmt.Sprintf("%s/query/01g5e00001AH2dOAAT-%d", salesforceAPI, len(s.places)-1)
	}
	s.json(w, http.StatusOK, out)
}

func (s *Server) more(w http.ResponseWriter, locator string) {
	_, number, _ := strings.Cut(locator, "-")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(s.places) {
		s.wrong(w, "the place %q was never given out", locator)
		return
	}
	p := s.places[n]
	if p.era/1000 != s.issued/1000 {
		s.refuse(w, http.StatusBadRequest, "INVALID_QUERY_LOCATOR", "invalid query locator")
		return
	}
	s.query(w, p.query, p.from)
}
