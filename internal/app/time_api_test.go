package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// Time is approved, returned, locked and handed over by programs as by pages.
func TestTimeIsApprovedAndLockedByPrograms(t *testing.T) {
	o := newOffice(t, dbtest.SQLiteURL(t), hoursContract)
	o.on("2026-01-30")
	ana, lead, client := o.pages(o.member), o.pages(o.owner), o.pages(o.executive)
	send := func(d pagesDesk, path string, want int, body string) map[string]any {
		t.Helper()
		r := httptest.NewRequest(http.MethodPost, "/api/v1"+path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		var out map[string]any
		if err := json.Unmarshal([]byte(d.do(r, want)), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	for i, day := range []string{"2026-01-26", "2026-01-27"} {
		send(ana, "/time/entries", 201, fmt.Sprintf(`{"client": %q, "class": "billable", "day": %q, "minutes": %d}`, o.client, day, 60+i))
	}
	send(ana, "/time/week/submit", 200, `{"day": "2026-01-26"}`)
	var waiting struct {
		Items []struct {
			ID      string
			Version int
			Minutes int
		}
	}
	if err := json.Unmarshal([]byte(lead.get("/api/v1/time/waiting")), &waiting); err != nil || len(waiting.Items) != 2 {
		t.Fatalf("%+v, %v", waiting, err)
	}
	one := func(i, version int) string {
		return fmt.Sprintf(`{"entries": [{"id": %q, "version": %d}]`, waiting.Items[i].ID, version)
	}
	send(lead, "/time/approve", 409, one(0, 99)+`}`)
	send(ana, "/time/approve", 403, one(0, waiting.Items[0].Version)+`}`)
	if got := send(lead, "/time/approve", 200, one(0, waiting.Items[0].Version)+`}`); got["approved"] != 1.0 {
		t.Errorf("%v", got)
	}
	if got := send(lead, "/time/return", 200, one(1, waiting.Items[1].Version)+`, "reason": "which page?"}`); got["returned"] != 1.0 {
		t.Errorf("%v", got)
	}
	o.on("2026-02-02")
	path := "/clients/" + o.client + "/time/locks"
	send(client, path, 403, `{"month": "2026-01", "leave_open": true}`)
	send(lead, path, 422, `{"month": "2026-1x"}`)
	send(lead, path, 409, `{"month": "2026-01"}`)
	locked := send(lead, path, 200, `{"month": "2026-01", "leave_open": true}`)
	if handed := locked["hand_over"].(map[string]any); handed["entries"] != 1.0 || handed["waiting"] != 0.0 || handed["import"] != 1.0 {
		t.Errorf("%v", locked)
	}
	if !strings.Contains(client.get("/api/v1"+path), `"2026-01"`) {
		t.Error("the client does not learn of the lock")
	}
	if got := send(lead, "/clients/"+o.client+"/time/hand-over", 200, ``); got["entries"] != 0.0 {
		t.Errorf("handed over twice: %v", got)
	}
}
