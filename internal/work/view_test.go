package work

import (
	"net/url"
	"slices"
	"testing"
)

func TestAViewKeepsWhatItFiltersBy(t *testing.T) {
	asked := url.Values{"stage": {"new"}, "q": {"fair"}, "after": {"1-2"}, "page": {"3"}, "priority": {""}}
	if got := ViewFilter(asked); got != "q=fair&stage=new" {
		t.Error(got)
	}
	forms := Forms{{Category: "web", Title: "Web"}}
	if got := Vanished(url.Values{"category": {"print"}, "stage": {"new"}, "who": {"me"}}, forms); !slices.Equal(got, []string{"the category print"}) {
		t.Error(got)
	}
	if got := Vanished(url.Values{"category": {"web"}, "stage": {"limbo"}, "priority": {"asap"}, "who": {"acc_1"}}, forms); len(got) != 3 {
		t.Error(got)
	}
}
