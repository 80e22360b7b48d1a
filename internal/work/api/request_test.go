package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	workapi "github.com/ofrecord/ofrecord/internal/work/api"
)

type listed struct {
	Items []workapi.Request `json:"items"`
	Next  string            `json:"next"`
}

// Seven requests in pages of three: each once, whatever is opened meanwhile at the end of the list.
func TestRequestsArePaged(t *testing.T) {
	k := newDesk(t)
	k.who = product
	brief := map[string]string{"what": "a page"}
	for i := range 7 {
		k.callOf("requests", http.StatusCreated, "POST", "", workapi.NewRequest{Title: fmt.Sprintf("page %d", i), Category: "other", Priority: "normal", Brief: brief}, nil)
	}
	var got []string
	after := ""
	for pages := 0; pages < 4; pages++ {
		var l listed
		k.callOf("requests", http.StatusOK, "GET", "?limit=3&after="+url.QueryEscape(after), nil, &l)
		for _, r := range l.Items {
			got = append(got, r.Title)
		}
		if after = l.Next; after == "" {
			break
		}
	}
	if len(got) != 7 || len(slices.Compact(slices.Sorted(slices.Values(got)))) != 7 {
		t.Errorf("%v", got)
	}
	var found listed
	if k.callOf("requests", http.StatusOK, "GET", "?words=R-5", nil, &found); len(found.Items) != 1 || found.Items[0].Title != "page 4" {
		t.Errorf("%+v", found)
	}
	if problem := k.callOf("requests", http.StatusUnprocessableEntity, "GET", "?after=nowhere", nil, nil); !strings.Contains(problem, "after") {
		t.Error(problem)
	}
	k.callOf("requests", http.StatusUnprocessableEntity, "GET", "?priority=asap", nil, nil)
}

func TestProblemsOfRequestsStandAtTheirField(t *testing.T) {
	k := newDesk(t)
	k.who = product
	problem := k.callOf("requests", http.StatusUnprocessableEntity, "POST", "", workapi.NewRequest{Title: "page", Category: "other", Brief: map[string]string{}}, nil)
	for _, say := range []string{"brief.what", "priority", "Choose a priority"} {
		if !strings.Contains(problem, say) {
			t.Errorf("lacks %q: %s", say, problem)
		}
	}
	if problem = k.callOf("requests", http.StatusUnprocessableEntity, "POST", "", workapi.NewRequest{Title: "page", Category: "other", Priority: "low", Impact: "high", Urgency: "low", Brief: map[string]string{"what": "x"}}, nil); !strings.Contains(problem, "No contract says") {
		t.Error(problem)
	}
	var made workapi.Whole
	k.callOf("requests", http.StatusCreated, "POST", "", workapi.NewRequest{Title: "page", Category: "other", Priority: "low", Brief: map[string]string{"what": "x"}}, &made)
	k.callOf("requests", http.StatusNotFound, "GET", "/req_none", nil, nil)
	k.callOf("requests", http.StatusUnprocessableEntity, "POST", "/"+made.ID+"/answers", workapi.NewAnswer{Text: ""}, nil)
	k.callOf("requests", http.StatusOK, "POST", "/"+made.ID+"/answers", workapi.NewAnswer{Text: "one more thing"}, &made)
	if len(made.Messages) != 1 || made.Messages[0].Visibility != "client" {
		t.Errorf("%+v", made.Messages)
	}
	k.who = person("acc_aud", "Ada Auditor", access.Membership{Role: access.Auditor, Org: "org_acme", OrgKind: access.Client})
	k.callOf("requests", http.StatusOK, "GET", "/"+made.ID, nil, nil)
	k.callOf("requests", http.StatusForbidden, "POST", "/"+made.ID+"/answers", workapi.NewAnswer{Text: "no"}, nil)
	k.who = person("acc_str", "Sam Stranger", access.Membership{Role: access.ClientExecutive, Org: "org_bolt", OrgKind: access.Client})
	k.callOf("requests", http.StatusNotFound, "GET", "/"+made.ID, nil, nil)
}
