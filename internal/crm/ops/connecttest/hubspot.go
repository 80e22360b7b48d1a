package connecttest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/connect"
)

// HubSpotToken opens the server that HubSpot starts.
const HubSpotToken = "pat-eu1-5a1f0000-test-token"

// linksToAPage is how many links of one record the server gives at once.
const linksToAPage = 2

var hubSpotProperties = map[string]string{
	"companies": "name domain createdate hs_object_id hs_lastmodifieddate lifecyclestage",
	"contacts":  "email firstname lastname associatedcompanyid createdate hs_merged_object_ids hs_object_id lastmodifieddate",
	"deals": "dealname hs_primary_associated_company amount deal_currency_code amount_in_home_currency createdate closedate dealstage hs_is_closed_won hs_is_closed " +
		"dealtype hs_analytics_source hubspot_owner_id hs_object_id hs_lastmodifieddate",
}

// HubSpot starts a HubSpot whose lists give pages of that size at most.
func HubSpot(t testing.TB, pageSize int) *Server {
	system, _ := connect.SystemOf(crm.HubSpot)
	s := start(t, system, pageSize)
	s.token = HubSpotToken
	s.answer = s.hubSpot
	return s
}

func (s *Server) hubSpot(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+s.token {
		s.json(w, http.StatusUnauthorized, map[string]any{"status": "error", "category": "INVALID_AUTHENTICATION",
			"message": "Authentication credentials not found: " + r.Header.Get("Authorization")}) // it repeats what it was given, at its worst
		return
	}
	head := w.Header()
	head.Set("X-HubSpot-RateLimit-Interval-Milliseconds", "10000")
	head.Set("X-HubSpot-RateLimit-Max", "190")
	head.Set("X-HubSpot-RateLimit-Remaining", "189")
	switch path := r.URL.Path; {
	case path == "/crm/v3/pipelines/deals" && r.Method == http.MethodGet:
		s.json(w, http.StatusOK, map[string]any{"results": []any{map[string]any{"id": "default", "label": "Sales", "stages": []any{
			stage("open1", "Qualified", "false", "0.2"), stage("won1", "Won", "true", "1.0"), stage("lost1", "Lost", "true", "0.0")}}}})
	case strings.HasPrefix(path, "/crm/v3/properties/") && r.Method == http.MethodGet:
		s.properties(w, strings.TrimPrefix(path, "/crm/v3/properties/"))
	case strings.HasPrefix(path, "/crm/v3/objects/") && strings.HasSuffix(path, "/search") && r.Method == http.MethodPost:
		s.search(w, r, strings.TrimSuffix(strings.TrimPrefix(path, "/crm/v3/objects/"), "/search"))
	case strings.HasPrefix(path, "/crm/v3/objects/") && r.Method == http.MethodGet:
		s.list(w, r, strings.TrimPrefix(path, "/crm/v3/objects/"))
	case path == "/marketing/v3/forms" && r.Method == http.MethodGet:
		s.forms(w, r)
	case strings.HasPrefix(path, submissionsOf) && r.Method == http.MethodGet:
		s.submissions(w, r, strings.TrimPrefix(path, submissionsOf))
	case path == "/crm/v4/associations/deals/contacts/batch/read" && r.Method == http.MethodPost:
		s.associations(w, r)
	default:
		s.wrong(w, "%s %s is not part of what was agreed", r.Method, path)
	}
}

func stage(id, label, closed, probability string) any {
	return map[string]any{"id": id, "label": label, "archived": false, "metadata": map[string]any{"isClosed": closed, "probability": probability}}
}

// missing says that the app lacks a scope.
func (s *Server) missing(w http.ResponseWriter, scope string) {
	s.json(w, http.StatusForbidden, map[string]any{"status": "error", "category": "MISSING_SCOPES", "message": "This app hasn't been granted all required scopes to make this call.",
		"errors": []any{map[string]any{"message": "One or more of the following scopes are required.", "context": map[string]any{"requiredGranularScopes": []string{scope}}}}})
}

func (s *Server) properties(w http.ResponseWriter, object string) {
	if s.hidden[object] {
		s.missing(w, "crm.objects."+object+".read")
		return
	}
	var out []any
	for _, name := range strings.Fields(hubSpotProperties[object]) {
		if !s.hidden[object+"."+name] {
			out = append(out, map[string]any{"name": name, "type": "string", "hidden": false})
		}
	}
	s.json(w, http.StatusOK, map[string]any{"results": out})
}

func (s *Server) list(w http.ResponseWriter, r *http.Request, object string) {
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	archived, err2 := strconv.ParseBool(q.Get("archived"))
	if err != nil || err2 != nil || limit < 1 || limit > 100 || hubSpotProperties[object] == "" {
		s.wrong(w, "a list of %s with %v", object, q)
		return
	}
	asked := []string{"hs_object_id"}
	if names := q.Get("properties"); names != "" {
		asked = append(asked, strings.Split(names, ",")...)
	}
	all := slices.DeleteFunc(slices.Clone(s.tables[object]), func(r Record) bool { return r.Deleted != archived })
	from := 0
	if after := q.Get("after"); after != "" { // the list goes on behind an id, so that what changes meanwhile moves nothing
		from = slices.IndexFunc(all, func(r Record) bool { return len(r.ID) > len(after) || len(r.ID) == len(after) && r.ID > after })
		if from < 0 {
			from = len(all)
		}
	}
	page := all[from:min(len(all), from+min(limit, s.PageSize))]
	out := map[string]any{"results": s.objects(object, asked, page)}
	if from+len(page) < len(all) {
		after := page[len(page)-1].ID
		out["paging"] = map[string]any{"next": map[string]any{"after": after, "link": "https://elsewhere.example/steal?after=" + after}}
	}
	s.json(w, http.StatusOK, out)
}

func (s *Server) objects(object string, asked []string, page []Record) []any {
	results := []any{}
	for _, r := range page {
		values := map[string]any{"an_extra_field": "x"}
		for _, name := range asked {
			if s.hidden[object+"."+name] {
				s.T.Errorf("HubSpot: the property %s of %s was asked for and does not exist", name, object)
			}
			values[name] = r.Values[name]
		}
		values["hs_object_id"] = r.ID
		results = append(results, map[string]any{"id": r.ID, "properties": values, "archived": r.Deleted, "createdAt": "2026-01-01T00:00:00.000Z", "unknown": map[string]any{}})
	}
	return results
}

// mostFound is how many records one search gives by place, in small: the real one gives 10,000.
const mostFound = 6

type hubSpotFilter struct {
	Property string `json:"propertyName"`
	Operator string `json:"operator"`
	Value    string `json:"value"`
}

// search answers the filters that were agreed: changed since, and behind an id; of records that are not archived only.
func (s *Server) search(w http.ResponseWriter, r *http.Request, object string) {
	var in struct {
		Groups []struct {
			Filters []hubSpotFilter `json:"filters"`
		} `json:"filterGroups"`
		Properties []string            `json:"properties"`
		Sorts      []map[string]string `json:"sorts"`
		Limit      int                 `json:"limit"`
		After      string              `json:"after"`
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &in)
	}
	modified := map[string]string{"companies": "hs_lastmodifieddate", "contacts": "lastmodifieddate", "deals": "hs_lastmodifieddate"}[object]
	if err != nil || modified == "" || len(in.Groups) != 1 || in.Limit < 1 || in.Limit > 200 || len(in.Sorts) != 1 || in.Sorts[0]["propertyName"] != "hs_object_id" || in.Sorts[0]["direction"] != "ASCENDING" {
		s.wrong(w, "a search of %s: %s: %v", object, body, err)
		return
	}
	all := slices.DeleteFunc(slices.Clone(s.tables[object]), func(r Record) bool { return r.Deleted })
	for _, f := range in.Groups[0].Filters {
		ms, err := strconv.ParseInt(f.Value, 10, 64)
		switch {
		case err == nil && f.Property == modified && f.Operator == "GTE":
			all = slices.DeleteFunc(all, func(r Record) bool { return r.Modified.UnixMilli() < ms })
		case err == nil && f.Property == "hs_object_id" && f.Operator == "GT":
			all = slices.DeleteFunc(all, func(r Record) bool { id, _ := strconv.ParseInt(r.ID, 10, 64); return id <= ms })
		default:
			s.wrong(w, "a search of %s by %+v", object, f)
			return
		}
	}
	from, _ := strconv.Atoi(in.After)
	if from >= mostFound {
		s.json(w, http.StatusBadRequest, map[string]any{"status": "error", "category": "VALIDATION_ERROR", "message": "There was a problem with the request: a search gives no more than so many results"})
		return
	}
	page := all[min(from, len(all)):min(len(all), from+min(in.Limit, s.PageSize))]
	out := map[string]any{"total": len(all), "results": s.objects(object, in.Properties, page)}
	if from+len(page) < len(all) {
		out["paging"] = map[string]any{"next": map[string]any{"after": strconv.Itoa(from + len(page)), "link": "https://elsewhere.example/"}}
	}
	s.json(w, http.StatusOK, out)
}

func (s *Server) associations(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Inputs []connect.Link `json:"inputs"`
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &in)
	}
	if err != nil || len(in.Inputs) == 0 || len(in.Inputs) > 100 || r.Header.Get("Content-Type") != "application/json" {
		s.wrong(w, "associations of %d inputs: %v", len(in.Inputs), err)
		return
	}
	results, errs := []any{}, []any{}
	for _, link := range in.Inputs {
		contacts := s.links[link.ID]
		if len(contacts) == 0 {
			errs = append(errs, map[string]any{"status": "error", "category": "OBJECT_NOT_FOUND", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
				"message": "No contact is associated with deal " + link.ID, "context": map[string]any{"fromObjectId": []string{link.ID}}})
			continue
		}
		from := 0
		if link.After != "" {
			from, _ = strconv.Atoi(link.After)
		}
		to := []any{}
		for _, c := range contacts[from:min(len(contacts), from+linksToAPage)] {
			id, _ := strconv.ParseInt(c, 10, 64)
			to = append(to, map[string]any{"toObjectId": id, "associationTypes": []any{
				map[string]any{"category": "HUBSPOT_DEFINED", "typeId": 3, "label": nil}, map[string]any{"category": "USER_DEFINED", "typeId": 28, "label": "Decision maker"}}})
		}
		result := map[string]any{"from": map[string]any{"id": link.ID}, "to": to}
		if from+linksToAPage < len(contacts) {
			result["paging"] = map[string]any{"next": map[string]any{"after": fmt.Sprint(from + linksToAPage)}}
		}
		results = append(results, result)
	}
	status := http.StatusOK
	out := map[string]any{"status": "COMPLETE", "results": results}
	if len(errs) > 0 {
		status = http.StatusMultiStatus
		out["numErrors"], out["errors"] = len(errs), errs
	}
	s.json(w, status, out)
}
