package ops_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestThePackOfALockedStatementVerifies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-03-02")
		k.Imported(won("A", "200000.00", "2026-02-10"), won("B", "300000.00", "2026-02-20"), won("X", "5.00", "2025-01-01"))
		st := k.Submitted("2026-02")
		must(k.Dispute(ctx, finance, ops.LineInput{Statement: st.ID, Line: 2, Text: "not <ours>"}))(t)
		must(k.AcceptRest(ctx, finance, st.ID))(t)
		must(k.Lock(ctx, owner, ops.LockInput{Statement: st.ID, Seen: -1}))(t)

		first, again := zipOf(t, k, st.ID), zipOf(t, k, st.ID)
		if !bytes.Equal(first, again) {
			t.Error("every download has the same bytes")
		}
		if bytes.Contains(first, []byte("cora@buyer.example")) || bytes.Contains(first, []byte("X,Deal X")) {
			t.Error("the pack holds more than the statement used")
		}
		report, err := pack.Verify(ctx, bytes.NewReader(first), int64(len(first)), st.Hash)
		if err != nil {
			t.Fatal(err)
		}
		if !report.OK() || report.State != "locked" {
			t.Errorf("got %+v", report)
		}
		wantAmount(t, "payable", report.Payable, "23000.00")
		var text strings.Builder
		if err := pack.WriteReport(&text, report); err != nil || !strings.Contains(text.String(), "Nothing differs.") {
			t.Errorf("got %v\n%s", err, text.String())
		}
		report, _ = pack.Verify(ctx, bytes.NewReader(first), int64(len(first)), strings.Repeat("0", 64))
		if report.OK() || report.Findings[0].Code != "receipt" {
			t.Errorf("another receipt: got %+v", report.Findings)
		}
	})
}

func zipOf(t *testing.T, k *desk, id string) []byte {
	t.Helper()
	p := must(k.Pack(k.Ctx, finance, id))(t)
	var b bytes.Buffer
	if err := pack.Write(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
