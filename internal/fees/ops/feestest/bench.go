package feestest

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Bench is the use cases of statements at a month end: one agency, a client with an accepted contract, a clock and imports.
type Bench struct {
	*ops.Service
	T         testing.TB
	Ctx       context.Context
	Contracts *contractops.Service
	Contract  string         // the id of the contract in force
	Imports   []crm.Snapshot // the evidence of every client; import 1 is the first

	mu sync.Mutex
	at time.Time
}

// New is a bench under a contract, agreed on 10 Nov 2025.
func New(t testing.TB, d *db.DB, ctx context.Context, text string) *Bench {
	t.Helper()
	k := &Bench{T: t, Ctx: ctx}
	k.MoveTo("2025-11-10")
	if err := enter(d, ctx, k.at); err != nil {
		t.Fatal(err)
	}
	parties := partyops.New(partyops.Options{DB: d, Now: k.Clock, PublicURL: "https://example.test"})
	k.Service = &ops.Service{DB: d, Now: k.Clock, Random: rand.Reader, Parties: parties, PublicURL: "https://example.test", Evidence: k.evidence,
		NewestImport: func(context.Context, bun.Tx, string) (int64, error) { return int64(len(k.Imports)), nil },
		ImportedAt:   func(context.Context, bun.Tx, string) (time.Time, error) { return k.Clock(), nil },
	}
	t.Cleanup(k.Close)
	k.Contracts = &contractops.Service{DB: d, Now: k.Clock, Random: rand.Reader, Parties: parties, LockedUntil: ops.LockedUntil}
	k.Contract = k.Agreed(Boss, text)
	return k
}

func (k *Bench) evidence(_ context.Context, _ bun.Tx, _ string, no int64) (crm.Evidence, error) {
	if no == 0 {
		no = int64(len(k.Imports))
	}
	if no == 0 {
		return crm.Evidence{}, nil
	}
	return crm.Evidence{AsOf: no, Snapshot: k.Imports[no-1]}, nil
}

// Clock is the time, a second after the last look at it.
func (k *Bench) Clock() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.at = k.at.Add(time.Second)
	return k.at
}

// MoveTo moves the clock to noon of a day, in the time zone of the contract.
func (k *Bench) MoveTo(day string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.at = Zoned(day).Add(12 * time.Hour)
}

// Pass lets time pass.
func (k *Bench) Pass(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.at = k.at.Add(d)
}

// Agreed brings a contract in force that an executive accepts for the client, and gives its id.
func (k *Bench) Agreed(executive access.Actor, text string) string {
	k.T.Helper()
	name, _, _ := strings.Cut(strings.TrimPrefix(text, "contract: "), "\n")
	c := must(k.Contracts.Begin(k.Ctx, Owner, executive.Memberships[0].Org, name))(k.T)
	v := must(k.Contracts.Propose(k.Ctx, Owner, contractops.ProposeInput{Contract: c.ID, Revision: k.Saved(c.ID, text).Revision}))(k.T)
	must(k.Contracts.Accept(k.Ctx, executive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide}))(k.T)
	return c.ID
}

// Saved writes the draft of a contract.
func (k *Bench) Saved(id, text string) contractops.Draft {
	k.T.Helper()
	_, have, err := k.Contracts.Draft(k.Ctx, Owner, id)
	if err != nil {
		k.T.Fatal(err)
	}
	return must(k.Contracts.Save(k.Ctx, Owner, contractops.SaveInput{Contract: id, Source: text, Revision: have.Revision}))(k.T)
}

// Drafted drafts a month, written as 2026-01.
func (k *Bench) Drafted(month string) ops.Drafted {
	k.T.Helper()
	m := must(cal.ParseMonth(month))(k.T)
	return must(k.Draft(k.Ctx, Owner, ops.DraftInput{Contract: k.Contract, Month: m}))(k.T)
}

// Submitted drafts a month and submits it.
func (k *Bench) Submitted(month string) ops.Statement {
	k.T.Helper()
	return must(k.Submit(k.Ctx, Owner, ops.SubmitInput{Statement: k.Drafted(month).Statement.ID}))(k.T)
}

// Locked drafts a month, submits it, lets the client accept everything but the lines that it disputes, and locks it.
func (k *Bench) Locked(month string, disputed ...int) ops.Statement {
	k.T.Helper()
	st := k.Submitted(month)
	for _, no := range disputed {
		must(k.Dispute(k.Ctx, Finance, ops.LineInput{Statement: st.ID, Line: no, Text: "not ours"}))(k.T)
	}
	must(k.AcceptRest(k.Ctx, Finance, st.ID))(k.T)
	return must(k.Lock(k.Ctx, Owner, ops.LockInput{Statement: st.ID, Seen: -1}))(k.T)
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// WantFault ends the test unless the error is of this kind and code; its words say all of these.
func WantFault(t testing.TB, err error, kind fault.Kind, code string, words ...string) {
	t.Helper()
	if !fault.Is(err, kind) || fault.Code(err) != code {
		t.Fatalf("got %v (%s), want %s %s", err, fault.Code(err), kind, code)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
}
