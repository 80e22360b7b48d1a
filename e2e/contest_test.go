package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// TestTwoAtOnce lets two people take the same binding step at the same moment: one does it, the other is told.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	f := openFirm(t)
	at := f.draft(ownMonth)
	second := visit(t, f.house, f.link(t, ownerEmail))

	t.Run("submit", func(t *testing.T) { contest(t, f.owner, second, at+"/submit") })
	if a := f.finance.send(at+"/accept", nil); !strings.Contains(a.words(), "Accepted") {
		t.Fatalf("accept: %s", a.words())
	}
	t.Run("lock", func(t *testing.T) { contest(t, f.owner, f.finance, at+"/lock") })
	if r := f.command(t, "journal", "verify"); r.status != 0 {
		t.Errorf("the record: %s", r)
	}
	t.Run("draft", func(t *testing.T) {
		answers := both(f.owner, second, f.client+"/statements/draft", url.Values{"contract": {f.contract}, "period": {"2026-11"}})
		if answers[0].path == answers[1].path && answers[0].status == http.StatusOK {
			t.Logf("both drafted the same statement")
		}
		for _, a := range answers {
			if a.status >= 500 {
				t.Errorf("status %d: %s", a.status, a.words())
			}
		}
	})
}

// contest sends the confirmation of both at once. Both have seen the same page.
func contest(t *testing.T, one, two *visitor, path string) {
	t.Helper()
	action, values := one.form(path, nil)
	won, lost := answer{}, answer{}
	for _, a := range both(one, two, action, values) {
		switch a.status {
		case http.StatusOK:
			won = a
		case http.StatusConflict:
			lost = a
		default:
			t.Errorf("status %d: %s", a.status, a.words())
		}
	}
	if won.status == 0 || lost.status == 0 {
		t.Fatalf("not one winner and one loser: %d, %d", won.status, lost.status)
	}
	t.Logf("the other was told: %s", lost.words())
	if len(lost.words()) < 40 {
		t.Errorf("the loser is not told why: %q", lost.words())
	}
}

// both sends a form from two people at the same moment.
func both(one, two *visitor, path string, values url.Values) [2]answer {
	var out [2]answer
	var ready, done sync.WaitGroup
	ready.Add(2)
	for i, v := range []*visitor{one, two} {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			a, err := v.try(http.MethodPost, path, values)
			if err != nil {
				v.t.Error(err)
			}
			out[i] = a
		})
	}
	done.Wait()
	return out
}
