package app

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// BenchmarkDraft drafts the month after the sample year: read the evidence, compute, compare with the newest draft. Nothing is added
// after the first round.
func BenchmarkDraft(b *testing.B) {
	p, made := demoProgram(b)
	ctx := p.inWorkspace(b.Context())
	st, err := p.Fees.Statement(ctx, p.operator(), made.Statement)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := p.Fees.Withdraw(ctx, p.operator(), made.Statement, "bench"); err != nil {
		b.Fatal(err)
	}
	in := feesops.DraftInput{Contract: made.Contract, Month: cal.MonthOf(st.Period.From)}
	for b.Loop() {
		if _, err := p.Fees.Draft(ctx, p.operator(), in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWorth prices every reading of the sample contract over its year.
func BenchmarkWorth(b *testing.B) {
	p, made := demoProgram(b)
	ctx := p.inWorkspace(b.Context())
	for b.Loop() {
		found, err := p.Fees.Worth(ctx, p.operator(), feesops.WorthInput{Contract: made.Contract, Price: true})
		if err != nil || len(found.Prices.Months) != 12 {
			b.Fatal(err)
		}
	}
}

// BenchmarkPages asks for each of the heavier pages as the client's finance and reports the 99th percentile of the server's time.
func BenchmarkPages(b *testing.B) {
	p, made := demoProgram(b)
	server := p.server()
	token := p.tokenOf(b, access.ClientFinance, made.Personas)
	home := "/clients/" + made.Client
	for _, page := range []struct{ name, path string }{
		{"overview", home},
		{"statements", home + "/statements"},
		{"statement", home + "/statements/" + made.Statement},
		{"deals", home + "/evidence/deals"},
		{"deal", home + "/evidence/deals/D-0100"},
		{"record", home + "/record"},
	} {
		b.Run(page.name, func(b *testing.B) {
			var times []time.Duration
			size := 0
			for b.Loop() {
				r := httptest.NewRequest(http.MethodGet, page.path, nil)
				r.Header.Set("Authorization", "Bearer "+token)
				w := httptest.NewRecorder()
				began := time.Now()
				server.ServeHTTP(w, r)
				times = append(times, time.Since(began))
				if w.Code != http.StatusOK {
					b.Fatalf("%s answers %d", page.path, w.Code)
				}
				size = w.Body.Len()
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(size)/1024, "KB")
		})
	}
}
