package connecttest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const submissionsOf = "/form-integrations/v1/submissions/forms/"

// forms lists the records of the table "forms", by pages.
func (s *Server) forms(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	archived, err2 := strconv.ParseBool(q.Get("archived"))
	types := slices.Sorted(slices.Values(q["formTypes"]))
	if err != nil || err2 != nil || limit < 1 || limit > 100 || !slices.Equal(types, []string{"captured", "flow", "hubspot"}) {
		s.wrong(w, "a list of forms with %v", q)
		return
	}
	if s.hidden["forms"] {
		s.missing(w, "forms")
		return
	}
	all := slices.DeleteFunc(slices.Clone(s.tables["forms"]), func(r Record) bool { return r.Deleted != archived })
	from, _ := strconv.Atoi(q.Get("after"))
	page := all[min(from, len(all)):min(len(all), from+min(limit, s.PageSize))]
	results := []any{}
	for _, f := range page {
		results = append(results, map[string]any{"id": f.ID, "name": f.Values["name"], "formType": "hubspot", "archived": f.Deleted, "fieldGroups": []any{}})
	}
	out := map[string]any{"results": results}
	if from+len(page) < len(all) {
		out["paging"] = map[string]any{"next": map[string]any{"after": fmt.Sprint(from + len(page)), "link": "https://elsewhere.example/"}}
	}
	s.json(w, http.StatusOK, out)
}

// submissions lists the records of the table that is called as the form, the newest first: by their value "at", milliseconds.
func (s *Server) submissions(w http.ResponseWriter, r *http.Request, form string) {
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 || limit > 50 || len(q) > 2 {
		s.wrong(w, "submissions of %s with %v", form, q)
		return
	}
	if s.hidden["forms"] {
		s.missing(w, "forms")
		return
	}
	if !slices.ContainsFunc(s.tables["forms"], func(r Record) bool { return r.ID == form }) {
		s.json(w, http.StatusNotFound, map[string]any{"status": "error", "message": "No form found with guid " + form})
		return
	}
	all := slices.Clone(s.tables[form])
	slices.SortStableFunc(all, func(a, b Record) int { return int(b.Values["at"].(int64) - a.Values["at"].(int64)) })
	from := 0
	if after := q.Get("after"); after != "" { // behind a submission, so that what comes meanwhile moves nothing
		from = 1 + slices.IndexFunc(all, func(r Record) bool { return r.ID == after })
	}
	page := all[from:min(len(all), from+min(limit, s.PageSize))]
	results := []any{}
	for _, one := range page {
		values := []any{}
		for _, name := range []string{"email", "firstname", "message", "utm_source", "utm_medium", "utm_campaign"} {
			if v := one.Values[name]; v != nil {
				values = append(values, map[string]any{"objectTypeId": "0-1", "name": name, "value": v})
			}
		}
		values = append(values, map[string]any{"objectTypeId": "0-2", "name": "email", "value": "office@company.example"})
		results = append(results, map[string]any{"conversionId": one.ID, "submittedAt": one.Values["at"], "values": values, "pageUrl": one.Values["page"]})
	}
	out := map[string]any{"results": results}
	if from+len(page) < len(all) {
		out["paging"] = map[string]any{"next": map[string]any{"after": page[len(page)-1].ID, "link": "limit=50&after=" + strings.ToUpper(form)}}
	}
	s.json(w, http.StatusOK, out)
}
