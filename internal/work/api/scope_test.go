package api_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/work"
	workapi "github.com/ofrecord/ofrecord/internal/work/api"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

func TestTheScopeOfARequestThroughTheAPI(t *testing.T) {
	k := newDesk(t)
	k.ops.Scoping.Resolve = func(_ context.Context, _ bun.Tx, _ access.Actor, in ops.ScopeAsk) (work.Scope, error) {
		costs := money.New(75_000, "USD")
		found := engagement.Intake{Version: 1, SOW: "SOW 2026", Missing: "How long will it take?"}
		if in.Ask.Estimate {
			found = engagement.Intake{Answer: engagement.AnswerPreApproved, Version: 1, SOW: "SOW 2026", Work: contract.ScopeWork{Name: in.Ask.Work, Of: "team"}, Above: 300, Costs: &costs, Reasons: []string{"5 hours above."}}
		}
		out := work.Scope{Contract: in.Contract, Ask: in.Ask, Found: found, Answer: found.Answer}
		if in.Answer != "" {
			out.Answer, out.Reason = in.Answer, in.Reason
		}
		return out, nil
	}
	var r workapi.Whole
	k.call(http.StatusCreated, "POST", "/requests", workapi.NewRequest{Title: "Banner", Category: "other", Priority: "normal", Brief: map[string]string{"what": "A banner"}}, &r)
	if r.Scope != "open" || r.Answer == nil || r.Answer.Missing != "How long will it take?" || r.Answer.Words != "scope is open" {
		t.Errorf("%+v", r)
	}
	at := "/requests/" + r.ID
	k.call(http.StatusOK, "POST", at+"/scope", workapi.ScopeAsked{Contract: "ctr", Work: "campaigns", Minutes: 420}, &r)
	if w := r.Answer; r.Scope != "overage-pre-approved" || w.Costs != "750.00" || w.Currency != "USD" || w.Contract != "ctr" || w.Work != "campaigns" || w.Retainer != "team" || w.Minutes != 420 || w.Found != "" {
		t.Errorf("%+v", r.Answer)
	}
	k.call(http.StatusOK, "POST", at+"/scope", workapi.ScopeAsked{Minutes: 420, Answer: "in-scope", Reason: "Goodwill."}, &r)
	if r.Scope != "in-scope" || r.Answer.Found != "overage-pre-approved" || r.Answer.Reason != "Goodwill." {
		t.Errorf("%+v", r.Answer)
	}
	k.call(http.StatusUnprocessableEntity, "POST", at+"/scope", workapi.ScopeAsked{Category: "radio"}, nil)
	k.call(http.StatusUnprocessableEntity, "POST", at+"/scope", workapi.ScopeAsked{Answer: "perhaps"}, nil)
	k.who = product
	k.call(http.StatusForbidden, "POST", at+"/scope", workapi.ScopeAsked{Minutes: 60}, nil)
	var seen workapi.Whole
	k.call(http.StatusOK, "GET", at, nil, &seen)
	if seen.Scope != "in-scope" || seen.Answer == nil || seen.Events[len(seen.Events)-1].Words != "decided how it stands to the scope: in scope" {
		t.Errorf("%+v", seen)
	}
}
