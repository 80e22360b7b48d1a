package ops_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/crm/ops/connecttest"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func TestHubSpotSaysWhichScopeIsMissing(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.server.Hide("companies")
		_, err := r.tryPull()
		if fault.Code(err) != "pull-failed" || !strings.Contains(err.Error(), "crm.objects.companies.read") {
			t.Error(err)
		}
	})
}

// Given the daily limit of either system, then nothing is waited for.
func TestDailyLimitsAreNotWaitedFor(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter){
		"HubSpot": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = io.WriteString(w, `{"status":"error","message":"You have reached your daily limit.","errorType":"RATE_LIMIT","policyName":"DAILY"}`)
		},
		"Salesforce": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`)
		},
	} {
		for _, h := range harnesses {
			if h.name != name {
				continue
			}
			d, ctx := sqliteFor(t)
			r := h.rig(t, d, ctx, 2)
			r.fill(2)
			r.onPage(func(_ int, w http.ResponseWriter, _ *http.Request) bool { answer(w); return true })
			if _, err := r.tryPull(); fault.Code(err) != "pull-failed" || !strings.Contains(err.Error(), "used up") || r.waited() != 0 {
				t.Errorf("%s: %v, waited %v", name, err, r.waited())
			}
		}
	}
}

// Given Salesforce's other refusals, then what may pass is waited for, and what belongs to others is left to them.
func TestSalesforceLimits(t *testing.T) {
	d, ctx := sqliteFor(t)
	r := harnesses[1].rig(t, d, ctx, 2)
	r.fill(3)
	r.onPage(func(n int, w http.ResponseWriter, _ *http.Request) bool {
		if n != 2 {
			return false
		}
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `[{"message":"ConcurrentRequests (Concurrent API Requests) Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`)
		return true
	})
	r.take()
	if r.waited() == 0 {
		t.Error("it asked again at once")
	}
	r.onPage(func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Sforce-Limit-Info", "api-usage=4751/5000")
		_, _ = io.WriteString(w, `{"totalSize":0,"done":true,"records":[]}`)
		return true
	})
	if _, err := r.tryPull(); fault.Code(err) != "pull-failed" || !strings.Contains(err.Error(), "4751 of the organisation's 5000") {
		t.Error(err)
	}
}

// Given a place between pages that Salesforce forgot, as it does after a while, then the pull goes on behind the last row.
func TestSalesforceForgetsAPlace(t *testing.T) {
	d, ctx := sqliteFor(t)
	r := harnesses[1].rig(t, d, ctx, 2)
	r.fill(5)
	r.onPage(func(n int, _ http.ResponseWriter, req *http.Request) bool {
		if strings.Contains(req.URL.Path, "/query/") && n < 12 {
			r.server.Forget()
		}
		return false
	})
	r.take()
	r.holds(1, 2, 3, 4, 5)
	for _, object := range []string{"Contact", "Opportunity"} {
		if table := r.stateOf(object); table.Rows != 5 {
			t.Errorf("%d rows of 5 of %s were pulled", table.Rows, object)
		}
	}
}

// Given a contact role that was taken away and one of the same pair that stands, then the pair stands, whichever is the older.
func TestSalesforceRolesOfOnePair(t *testing.T) {
	d, ctx := sqliteFor(t)
	r := harnesses[1].rig(t, d, ctx, 2)
	r.fill(2)
	role := func(n int, deleted bool) connecttest.Record {
		return connecttest.Record{ID: r.id(ofRole, n), Deleted: deleted, Values: map[string]any{"OpportunityId": r.id(ofDeal, 1), "ContactId": r.id(ofContact, 1)}}
	}
	r.server.Put("OpportunityContactRole", role(1, true), role(99_999, true))
	r.take()
	r.holds(1, 2)
}

func TestSalesforceTokensOfOtherHostsAreRefused(t *testing.T) {
	d, ctx := sqliteFor(t)
	r := harnesses[1].rig(t, d, ctx, 2)
	r.server.Before = func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		_, _ = io.WriteString(w, `{"access_token":"x","instance_url":"https://elsewhere.example"}`)
		return true
	}
	if _, err := r.tryPull(); fault.Code(err) != "pull-failed" || !strings.Contains(err.Error(), "another address") || r.server.Requests() != 1 {
		t.Error(err)
	}
	r.conn.Credentials.Secret = "wrong-secret-of-a-person"
	r.server.Before = nil
	if _, err := r.tryPull(); fault.Code(err) != "pull-failed" || !strings.Contains(err.Error(), "invalid_client") || strings.Contains(err.Error(), "wrong-secret") {
		t.Error(err)
	}
}
