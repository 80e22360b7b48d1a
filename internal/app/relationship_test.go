package app

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/journal"
)

// A client's executive downloads one file of the whole relationship: every pack in it verifies as ofrecord verify does, the record is one chain, and
// nothing in it is another client's or the agency's own.
func TestTheAuditPackVerifies(t *testing.T) {
	p, made := demoOn(t, filepath.Join(t.TempDir(), "demo.db"))
	ctx := p.inWorkspace(t.Context())
	var executive access.Actor
	people, err := p.Party.ListPeople(ctx, p.operator(), made.Client)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range people {
		if l.Membership.Role == access.ClientExecutive {
			if executive, err = p.Party.ActorOf(ctx, l.Account.ID, p.Config.Workspace); err != nil {
				t.Fatal(err)
			}
		}
	}
	var body bytes.Buffer
	if err := p.Engagement.AuditPack(ctx, executive, made.Client, &body); err != nil {
		t.Fatal(err)
	}
	files, err := zip.NewReader(bytes.NewReader(body.Bytes()), int64(body.Len()))
	if err != nil {
		t.Fatal(err)
	}
	packs, texts := 0, 0
	for _, f := range files.File {
		content := unzipped(t, f)
		switch {
		case strings.HasPrefix(f.Name, "statements/"):
			packs++
			path := filepath.Join(t.TempDir(), "pack.zip")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if status, out := ran(t, "verify", path); status != exitDone {
				t.Errorf("%s: %d\n%s", f.Name, status, out)
			}
		case strings.HasPrefix(f.Name, "contracts/"):
			texts++
		case f.Name == "record.jsonl":
			chainHolds(t, content, made.Client)
		}
	}
	if packs != 11 || texts != 3 {
		t.Errorf("%d packs and %d texts", packs, texts)
	}
}

func unzipped(t *testing.T, f *zip.File) []byte {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func chainHolds(t *testing.T, record []byte, client string) {
	t.Helper()
	var chain journal.Chain
	read := 0
	for line := range bytes.Lines(record) {
		var e journal.Entry
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		if broken := chain.Add(e); broken != nil {
			t.Fatal(broken)
		}
		if e.Stub {
			continue
		}
		if read++; e.Client != client || e.Internal {
			t.Errorf("entry %d is not for the client: %+v", e.Seq, e)
		}
	}
	if read < 50 || chain.Stubs() == 0 {
		t.Errorf("%d entries to read, %d withheld", read, chain.Stubs())
	}
}

// What the records know of a settlement is computed from them; the rest stays unknown.
func TestWhatTheRecordsKnowOfASettlement(t *testing.T) {
	p, made := demoOn(t, filepath.Join(t.TempDir(), "demo.db"))
	ctx := p.inWorkspace(t.Context())
	s, err := p.Engagement.Settlement(ctx, p.operator(), made.Client, made.Contract)
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := p.Billing.Owing(ctx, p.operator(), made.Client)
	if err != nil {
		t.Fatal(err)
	}
	var open int64
	for _, o := range accounts.Overdue {
		open += o.Left.Minor
	}
	for _, o := range accounts.Open {
		open += o.Left.Minor
	}
	i := slices.IndexFunc(s.Parts, func(part engagement.Part) bool { return part.Key == engagement.OpenInvoices })
	if got := s.Parts[i]; got.Amount == nil || got.Amount.Minor != open || open == 0 {
		t.Errorf("open invoices %+v, want %d", got, open)
	}
	// The sample's contract buys nothing and includes no hours; its months are not all locked, a dispute holds 2,500.00, a tail and an unlimited clawback run.
	var unknown []engagement.PartKey
	for _, part := range s.Parts {
		if part.Amount == nil {
			unknown = append(unknown, part.Key)
			if part.Why == "" {
				t.Errorf("%s does not say what the records lack", part.Key)
			}
		}
	}
	want := []engagement.PartKey{engagement.ProratedFees, engagement.ClientFunds, engagement.EarnedFees, engagement.TailFees, engagement.Disputed, engagement.ClawbackReserve}
	if !slices.Equal(unknown, want) || s.Total != nil {
		t.Errorf("unknown %v, want %v; total %v", unknown, want, s.Total)
	}
	disputed := s.Parts[slices.IndexFunc(s.Parts, func(part engagement.Part) bool { return part.Key == engagement.Disputed })]
	if len(disputed.Help) != 1 || disputed.Help[0].Amount.Minor != 2_500_00 || disputed.Help[0].Ref == "" || disputed.Help[0].Clause == "" {
		t.Errorf("disputed %+v", disputed)
	}
	if rows := s.Parts[i].Rows; len(rows) != 2 || rows[0].Amount.Minor+rows[1].Amount.Minor != open {
		t.Errorf("open invoices rest on %+v", rows)
	}
}
