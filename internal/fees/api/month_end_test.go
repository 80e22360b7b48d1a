package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	feesapi "github.com/ofrecord/ofrecord/internal/fees/api"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

// monthEnded reads a run until it has come to its end.
func (k *desk) monthEnded(id string) (m feesapi.MonthEnd) {
	k.T.Helper()
	for range 200 {
		k.call(owner, 200, "GET", "/month-ends/"+id, "", &m)
		if m.State == "ended" {
			return m
		}
		time.Sleep(10 * time.Millisecond)
	}
	k.T.Fatal("the month end does not end")
	return m
}

func TestMonthEndThroughTheAPI(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.MoveTo("2026-02-03")
		k.Imported(feestest.Won("A", "200000.00", "2026-01-20"))
		const body = `{"month":"2026-01","submit":false}`
		first := k.send(owner, "POST", "/month-ends", body, "Idempotency-Key", "january")
		again := k.send(owner, "POST", "/month-ends", body, "Idempotency-Key", "january")
		var run feesapi.MonthEnd
		if err := json.Unmarshal(first.Body.Bytes(), &run); err != nil || first.Code != 201 || first.Header().Get("Location") != "/api/v1/month-ends/"+run.ID {
			t.Fatalf("%d %s %v", first.Code, first.Body, err)
		}
		if again.Code != 201 || again.Body.String() != first.Body.String() {
			t.Errorf("the same key gives %d %s", again.Code, again.Body)
		}
		run = k.monthEnded(run.ID)
		if run.Total != 1 || run.Done != 1 || run.Counts != (feesapi.MonthEndCounts{Drafted: 1}) || run.BegunBy != "Olga Owner" || run.EndedAt == nil {
			t.Errorf("%+v", run)
		}

		k.Imported(feestest.Won("A", "210000.00", "2026-01-20"))
		k.call(owner, 201, "POST", "/month-ends", `{"month":"2026-01","submit":true}`, &run)
		run = k.monthEnded(run.ID)
		var outcomes api.List[feesapi.Outcome]
		k.call(owner, 200, "GET", "/month-ends/"+run.ID+"/outcomes?kind=submitted", "", &outcomes)
		if len(outcomes.Items) != 1 || outcomes.Items[0].State != "submitted" || outcomes.Items[0].Total.Amount != "20300.00" || outcomes.Items[0].Difference.Amount != "300.00" || len(outcomes.Items[0].Obstacles) != 0 {
			t.Errorf("%+v", outcomes.Items)
		}

		k.MoveTo("2026-03-03")
		k.call(owner, 201, "POST", "/month-ends", `{"month":"2026-02","submit":true}`, &run)
		run = k.monthEnded(run.ID)
		k.call(owner, 200, "GET", "/month-ends/"+run.ID+"/outcomes", "", &outcomes)
		if run.Counts.Exceptions != 1 || len(outcomes.Items) != 1 || outcomes.Items[0].Obstacles[0].Code != "previous-open" || outcomes.Items[0].Obstacles[0].Mend == "" {
			t.Errorf("%+v, %+v", run.Counts, outcomes.Items)
		}
		var list api.List[feesapi.MonthEnd]
		k.call(owner, 200, "GET", "/month-ends?limit=2", "", &list)
		if len(list.Items) != 2 || list.Items[0].ID != run.ID || list.Next == "" {
			t.Errorf("%+v", list)
		}
		k.call(owner, 422, "POST", "/month-ends", `{"month":"2026-13","submit":false}`, nil)
		k.call(owner, 422, "POST", "/month-ends", `{"month":"2026-03","submit":false}`, nil)
		k.call(owner, 422, "POST", "/month-ends", `{"month":"2026-02"}`, nil)
		k.call(owner, 404, "GET", "/month-ends/nothing", "", nil)
		k.call(owner, 409, "POST", "/month-ends/"+run.ID+"/resume", "", nil)
		for _, who := range []access.Actor{boss, finance, sales, stranger} {
			k.call(who, 403, "POST", "/month-ends", body, nil)
			k.call(who, 403, "GET", "/month-ends", "", nil)
			k.call(who, 403, "GET", "/month-ends/"+run.ID, "", nil)
			k.call(who, 403, "GET", "/month-ends/"+run.ID+"/outcomes", "", nil)
		}
	})
}
