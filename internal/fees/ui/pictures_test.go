//go:build pictures

package ui_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// TestPictures takes pictures of the pages, for eyes: OFRECORD_PICTURES=FOLDER go test -tags pictures -run Pictures.
func TestPictures(t *testing.T) {
	dir := os.Getenv("OFRECORD_PICTURES")
	if dir == "" {
		t.Fatal("OFRECORD_PICTURES is not set: give a folder for pictures of the pages")
	}
	d, ctx := dbtest.SQLite(t)
	k := newDesk(t, d, ctx)
	base := "/clients/org_acme/statements"
	shoot := k.shooter(dir)
	shoot("empty", owner, base)
	k.January()
	shoot("draft-form", owner, base+"/draft")
	st := k.Drafted("2026-01").Statement
	shoot("draft", owner, base+"/"+st.ID)
	shoot("submit", owner, base+"/"+st.ID+"/submit")
	must(k.Submit(ctx, owner, ops.SubmitInput{Statement: st.ID}))(t)
	must(k.Dispute(ctx, finance, ops.LineInput{Statement: st.ID, Line: 2, Text: "Boreal Freight came through our own fair stand in Hannover.\nThe webinar was after the offer."}))(t)
	must(k.Answer(ctx, owner, ops.LineInput{Statement: st.ID, Line: 2, Text: "The first touch was the search campaign, eleven days before the fair. See the journey."}))(t)
	must(k.Accept(ctx, finance, st.ID, 1))(t)
	shoot("review-client", finance, base+"/"+st.ID)
	shoot("review-open", finance, base+"/"+st.ID)
	shoot("review-agency-open", owner, base+"/"+st.ID)
	shoot("accept", finance, base+"/"+st.ID+"/accept")
	must(k.AcceptRest(ctx, finance, st.ID))(t)
	shoot("lock", owner, base+"/"+st.ID+"/lock")
	must(k.Lock(ctx, owner, ops.LockInput{Statement: st.ID, Seen: -1}))(t)
	k.Imported(feestest.WonAfter("D-1", "Boreal Freight", "44000.00", "2026-01-20", "paid search/robot cells", "webinar/Palletising"), feestest.WonAfter("D-2", "Kestrel Foods", "90000.00", "2026-01-28", "webinar"))
	shoot("locked", finance, base+"/"+st.ID)
	shoot("later", finance, base+"/"+st.ID+"/later")
	k.MoveTo("2026-03-03")
	k.Drafted("2026-02")
	shoot("list", finance, base)

	shoot("month-ends-empty", owner, "/month-ends")
	shoot("month-end-form", owner, "/month-ends/new")
	for _, name := range []string{"Boreal Freight", "Kestrel Foods", "Orchard Labs", "Palisade Medical Devices and Instruments"} {
		k.engagement(name, "2026-02-01")
	}
	k.engagement("Quarry Software", "2026-01-01")
	february := cal.Month{Year: 2026, Month: time.February}
	must(k.MonthEnd(ctx, owner, ops.MonthEndInput{Month: february}, nil))(t)
	k.Imported(feestest.WonAfter("D-9", "Granite Works", "12000.00", "2026-02-10", "webinar"), feestest.WonAfter("D-3", "Lumen", "0.00", "2026-02-11", "webinar"))
	half, stop := context.WithCancel(ctx)
	_, _ = k.MonthEnd(half, owner, ops.MonthEndInput{Month: february}, func(s ops.MonthEndStep) {
		if s.Done == 2 {
			shoot("month-end-running", owner, "/month-ends/"+must(k.MonthEnds(ctx, owner, 1))(t).Runs[0].ID)
			stop()
		}
	})
	run := must(k.MonthEnds(ctx, owner, 1))(t).Runs[0]
	shoot("month-end-interrupted", owner, "/month-ends/"+run.ID)
	must(k.MonthEnd(ctx, owner, ops.MonthEndInput{Month: february}, nil))(t)
	k.Imported(feestest.WonAfter("D-9", "Granite Works", "15000.00", "2026-02-10", "webinar"))
	ended := must(k.MonthEnd(ctx, owner, ops.MonthEndInput{Month: february, Submit: true}, nil))(t)
	shoot("month-end", owner, "/month-ends/"+ended.ID)
	shoot("month-end-submitted", owner, "/month-ends/"+ended.ID+"?kind=submitted")
	shoot("month-ends", owner, "/month-ends")
}

// shooter takes pictures of a page as a person sees it.
func (k *desk) shooter(dir string) func(name string, who access.Actor, path string) {
	t := k.T.(*testing.T)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return func(name string, who access.Actor, path string) {
		if only := os.Getenv("OFRECORD_PICTURE"); only != "" && only != name {
			return
		}
		handler := k.handler(who)
		if strings.HasSuffix(name, "-open") {
			handler = opened(handler)
		}
		server := httptest.NewServer(handler)
		defer server.Close()
		for _, v := range []struct{ name, size, scheme string }{{"wide-light", "1440,2400", "1"}, {"wide-dark", "1440,2400", "0"}, {"narrow-light", "390,4200", "1"}, {"narrow-dark", "390,4200", "0"}} {
			chromium(t, "--blink-settings=preferredColorScheme="+v.scheme, "--window-size="+v.size, "--screenshot="+filepath.Join(dir, name+"-"+v.name+".png"), server.URL+path)
		}
		chromium(t, "--no-pdf-header-footer", "--print-to-pdf="+filepath.Join(dir, name+".pdf"), server.URL+path)
		if made, err := filepath.Glob(filepath.Join(dir, name+"-*.png")); err != nil || len(made) < 4 {
			t.Errorf("%s: pictures %v, %v", name, made, err)
		}
	}
}

// TestPicturesOfApprovals takes pictures of what waits for a decision.
func TestPicturesOfApprovals(t *testing.T) {
	dir := os.Getenv("OFRECORD_PICTURES")
	if dir == "" {
		t.Fatal("OFRECORD_PICTURES is not set: give a folder for pictures of the pages")
	}
	d, ctx := dbtest.SQLite(t)
	k := newDeskUnder(t, d, ctx, feestest.MilestoneText)
	k.WithRows()
	shoot := k.shooter(dir)
	shoot("approvals-empty", owner, approvals)
	k.MoveTo("2026-03-03")
	must(k.HandOver(ctx, owner, ops.HandOverInput{Client: "org_acme", Milestone: "website-launch", On: cal.MustDate("2026-03-03"), Note: "On staging.acme.example; the German pages are new.", Key: "picture-1"}))(t)
	back := must(k.HandOver(ctx, owner, ops.HandOverInput{Client: "org_acme", Milestone: "crm-cleanup", Part: "50 %", On: cal.MustDate("2026-03-03"), Key: "picture-2"}))(t)
	k.File("leads.csv", "lead_id,delivered_at\nL-1042,2026-03-02T10:00:00Z\nL-1043,2026-03-02T11:00:00Z\nL-0990,2026-02-20T11:00:00Z\n")
	k.MoveTo("2026-03-05")
	must(k.Decide(ctx, finance, ops.DecideInput{Client: "org_acme", Kind: crm.KindDelivery, Row: back.Row, Act: crm.ActReturn, Seen: back.No, Words: "Half of the companies have no owner yet."}))(t)
	disputed := must(k.Decide(ctx, sales, ops.DecideInput{Client: "org_acme", Kind: crm.KindLead, Row: "L-1043", Act: crm.ActDispute, Seen: 3, Reason: "no budget", Words: "They told us that they buy in 2028."}))(t)
	must(k.Decide(ctx, owner, ops.DecideInput{Client: "org_acme", Kind: crm.KindLead, Row: "L-1043", Act: crm.ActAnswer, Seen: disputed.No, Words: "The form asks for the budget, and they ticked this year."}))(t)
	shoot("approvals-client", finance, approvals)
	shoot("approvals-client-open", finance, approvals)
	shoot("approvals-agency", owner, approvals)
	k.File("leads.csv", "lead_id,delivered_at\nL-1044,2026-03-04T10:00:00Z\nL-1045,2026-03-04T11:00:00Z\n")
	shoot("approvals-accept-all", sales, approvals+"/results/accept-all")
	shoot("approvals-hand-over", owner, approvals+"/hand-over")
}

func chromium(t *testing.T, args ...string) {
	t.Helper()
	args = append([]string{"--headless", "--no-sandbox", "--hide-scrollbars", "--user-data-dir=" + t.TempDir()}, args...)
	if out, err := exec.Command("chromium", args...).CombinedOutput(); err != nil {
		t.Logf("%s", out)
	}
}

// opened opens every reason and form of a page.
func opened(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Accept-Encoding")
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		w.Header().Set("Content-Type", rec.Header().Get("Content-Type"))
		_, _ = w.Write(bytes.ReplaceAll(rec.Body.Bytes(), []byte(`<details class="why"`), []byte(`<details class="why" open`)))
	})
}
