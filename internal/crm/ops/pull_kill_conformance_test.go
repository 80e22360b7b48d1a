package ops_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm/ops"
)

// Given a pull that is killed after any request, when the next run takes it up, then it goes on where it was: no row is lost or doubled, and
// no page is asked for that was stored.
func TestKilledPullGoesOnWhereItWas(t *testing.T) {
	for _, h := range harnesses {
		t.Run(h.name, func(t *testing.T) {
			whole := h.requestsOf(t, 5)
			for at := 1; at <= whole; at++ {
				d, ctx := sqliteFor(t)
				r := h.rig(t, d, ctx, 2)
				r.fill(5)
				ctx, kill := context.WithCancel(r.ctx)
				r.server.Before = func(n int, _ http.ResponseWriter, _ *http.Request) bool {
					if n == at {
						kill()
					}
					return false
				}
				p, err := r.Pull(ctx, owner, r.settling())
				kill()
				if !errors.Is(err, context.Canceled) {
					t.Fatalf("at %d of %d: %v %s", at, whole, err, p.State)
				}
				r.server.Before = nil
				r.take()
				r.holds(1, 2, 3, 4, 5)
				if n := r.server.Requests(); n > whole+2 { // the request that was cut off, and a new token
					t.Errorf("killed at %d: %d requests in all, %d are enough", at, n, whole)
				}
			}
		})
	}
}

// Given a pull that is killed while its tables become imports, when the next run takes it up, then each table is one upload and one import.
func TestPullKilledWhileItIsFiled(t *testing.T) {
	for _, h := range harnesses {
		t.Run(h.name, func(t *testing.T) {
			for at := 3; ; at++ {
				d, ctx := sqliteFor(t)
				r := h.rig(t, d, ctx, 2)
				r.fill(3)
				ctx, kill := context.WithCancel(r.ctx)
				r.Random = &chanceThatKills{at, kill}
				p, err := r.Pull(ctx, owner, r.settling())
				kill()
				if err == nil && p.State == ops.PullDone {
					if at < 10 {
						t.Fatalf("only %d places to be killed at", at)
					}
					return
				}
				r.Random = chance
				r.clock.wait(time.Minute)
				if _, err := r.ResumeInterrupted(r.ctx); err != nil {
					t.Fatal(err)
				}
				r.take()
				r.holds(1, 2, 3)
				if n, uploads := r.latest(), len(r.pending()); n > int64(len(p.Tables))+7 || uploads != 0 {
					t.Fatalf("killed at %d: %d imports, %d uploads left", at, n, uploads)
				}
				files := map[string]bool{}
				list, _, err := r.ImportList(r.ctx, owner, acme, 0, 100)
				if err != nil {
					t.Fatal(err)
				}
				for _, i := range list {
					if files[i.Filename] {
						t.Fatalf("killed at %d: %s twice", at, i.Filename)
					}
					files[i.Filename] = true
				}
			}
		})
	}
}

// chanceThatKills ends a run when chance is asked for the n-th time, which is before an id is made: of an upload, of the run of an import, of a mapping.
type chanceThatKills struct {
	left int
	kill func()
}

func (c *chanceThatKills) Read(p []byte) (int, error) {
	if c.left--; c.left == 0 {
		c.kill()
	}
	return chance.Read(p)
}
