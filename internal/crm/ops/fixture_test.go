package ops_test

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

const acme = "org_acme"

var chance = rand.Reader

var owner = access.Machine("test", "operator")

// clock counts up, so that nothing depends on how fast a test runs.
type clock struct{ ticks atomic.Int64 }

func (c *clock) now() time.Time {
	return time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC).Add(time.Duration(c.ticks.Add(1)) * time.Millisecond)
}

func (c *clock) wait(d time.Duration) { c.ticks.Add(d.Milliseconds()) }

type room struct {
	*ops.Service
	clock *clock
	t     testing.TB
	ctx   context.Context
	dir   string // of the files
}

func newRoom(t testing.TB, d *db.DB, ctx context.Context) room {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "files")
	files, err := blob.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{}
	s := &ops.Service{DB: d, Files: files, Now: c.now, Random: rand.Reader}
	t.Cleanup(s.Close)
	return room{s, c, t, ctx, dir}
}

func (r room) try(name, text string) (ops.Import, error) {
	return r.Import(r.ctx, owner, ops.ImportInput{Client: acme, Filename: name, Reader: strings.NewReader(text)})
}

func (r room) take(name, text string) ops.Import {
	r.t.Helper()
	i, err := r.try(name, text)
	if err != nil {
		r.t.Fatalf("import %s: %v", name, err)
	}
	return i
}

// takeStaged imports a deal of which the mapping states a stage.
func (r room) takeStaged(stage string) {
	r.t.Helper()
	in := ops.ImportInput{Client: acme, Filename: "deals.csv", Reader: strings.NewReader("deal_id,name,amount,currency,closed_on,stage\nd9,Line 9,100.00,USD,2026-06-30," + stage + "\n"),
		Stated: crm.Stated{Open: []string{stage}, Columns: []string{"is_won=", "is_closed="}}}
	if _, err := r.Import(r.ctx, owner, in); err != nil {
		r.t.Fatal(err)
	}
}

func (r room) uploaded(name, text string) ops.Import {
	r.t.Helper()
	i, err := r.Upload(r.ctx, owner, ops.UploadInput{Client: acme, Filename: name, Reader: strings.NewReader(text)})
	if err != nil {
		r.t.Fatalf("upload %s: %v", name, err)
	}
	return i
}

func (r room) evidence(n int64) crm.Evidence { return r.evidenceOf(acme, n) }

func (r room) latest() (n int64) {
	r.t.Helper()
	err := r.DB.Read(r.ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		n, err = ops.LatestImport(ctx, tx, acme)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

func (r room) hash(n int64) (hash string) {
	r.t.Helper()
	err := r.DB.Read(r.ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		hash, err = ops.StateHash(ctx, tx, acme, n)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return hash
}

func (r room) rejects(i ops.Import) (out []ops.Reject) {
	r.t.Helper()
	err := r.Rejects(r.ctx, owner, acme, i.ID, func(x ops.Reject) error {
		out = append(out, x)
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

const (
	companies    = "company_id,name,domain\nc1,Boreal Freight,boreal.example\nc2,Kestrel Foods,kestrel.example\n"
	contacts     = "contact_id,company_id,email,name,created_at,merged_ids\np1,c1,ann@boreal.example,Ann,2025-11-01T10:00:00Z,p9\np2,c1,bo@boreal.example,Bo,2025-11-02T10:00:00Z,\np3,c2,cy@kestrel.example,Cy,2025-12-01T10:00:00Z,\n"
	deals        = "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed\nd1,Boreal line,c1,12000.00,USD,2025-12-01T00:00:00Z,2026-03-14,won,true,true\nd2,Kestrel cell,c2,4400.00,USD,2026-01-05T00:00:00Z,2026-06-30,open,false,false\n"
	dealContacts = "deal_id,contact_id,role\nd1,p1,buyer\nd2,p3,buyer\n"
	touches      = "touch_id,contact_id,at,channel,campaign\nt1,p1,2025-11-18T08:00:00Z,paid-search,robots\nt2,p9,2025-12-09T08:00:00Z,webinar,palletising\nt3,p2,2026-01-07T08:00:00Z,direct,\nt4,p3,2026-01-08T08:00:00Z,paid-search,robots\nt5,p1,2026-03-20T08:00:00Z,e-mail,\n"
	payments     = "payment_id,deal_id,paid_on,amount,currency,kind\ny1,d1,2026-03-30,12000.00,USD,payment\n"
)

func (r room) takeAll() {
	r.t.Helper()
	r.take("companies.csv", companies)
	r.take("contacts.csv", contacts)
	r.take("deals.csv", deals)
	r.take("deal_contacts.csv", dealContacts)
	r.take("touches.csv", touches)
	r.take("payments.csv", payments)
}

func (r room) evidenceOf(client string, n int64) crm.Evidence {
	r.t.Helper()
	var e crm.Evidence
	err := r.DB.Read(r.ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		e, err = ops.EvidenceAt(ctx, tx, client, n)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return e
}
