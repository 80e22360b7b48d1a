package ops_test

import (
	"context"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestAMonthFromDraftToLock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-03-02")
		k.Imported(won("A", "200000.00", "2026-02-10"), won("B", "50000.00", "2026-02-20"))

		drafted := k.Drafted("2026-02")
		wantAmount(t, "total", drafted.Statement.Total, "21500.00")
		if again := k.Drafted("2026-02"); !again.Same || again.Statement.ID != drafted.Statement.ID {
			t.Error("a draft that says the same adds no revision")
		}
		if _, err := k.Statement(ctx, finance, drafted.Statement.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a draft is internal to the agency, got %v", err)
		}
		st := must(k.Submit(ctx, lead, ops.SubmitInput{Statement: drafted.Statement.ID, Hash: drafted.Statement.Hash}))(t)
		if st.State != fees.Submitted || st.WindowEnds != cal.MustDate("2026-03-09") {
			t.Errorf("got %s until %s", st.State, st.WindowEnds)
		}
		_, err := k.Submit(ctx, owner, ops.SubmitInput{Statement: st.ID})
		wantFault(t, err, fault.Conflict, "statement-submitted", "Lea Lead submitted the statement on 2 Mar 2026")
		_, err = k.Lock(ctx, owner, ops.LockInput{Statement: st.ID, Seen: 1})
		wantFault(t, err, fault.Conflict, "lines-open", "Lines 1, 2, 3 are still open")

		st = must(k.Dispute(ctx, finance, ops.LineInput{Statement: st.ID, Line: 2, Text: "We won this one alone."}))(t)
		wantAmount(t, "payable", st.Split.Payable, "15500.00")
		wantAmount(t, "held", st.Split.Held, "6000.00")
		must(k.Answer(ctx, owner, ops.LineInput{Statement: st.ID, Line: 2, Text: "The webinar came first."}))(t)
		_, err = k.Lock(ctx, owner, ops.LockInput{Statement: st.ID, Seen: 1})
		wantFault(t, err, fault.Conflict, "seen")
		must(k.AcceptRest(ctx, boss, st.ID))(t)
		_, err = k.Withdraw(ctx, owner, st.ID, "")
		wantFault(t, err, fault.Conflict, "line-accepted")
		st = must(k.Lock(ctx, owner, ops.LockInput{Statement: st.ID, Hash: st.Hash, Seen: 5}))(t)
		wantAmount(t, "payable", st.Split.Payable, "15500.00")
		wantAmount(t, "held", st.Split.Held, "6000.00")
		_, err = k.Lock(ctx, owner, ops.LockInput{Statement: st.ID, Seen: -1})
		wantFault(t, err, fault.Conflict, "statement-locked", "Olga Owner locked the statement on 2 Mar 2026")
		feb, _ := cal.ParseMonth("2026-02")
		_, err = k.Draft(ctx, owner, ops.DraftInput{Contract: k.Contract, Month: feb})
		wantFault(t, err, fault.Conflict, "statement-locked", "Olga Owner")
		if list := must(k.Statements(ctx, finance, "org_acme", 1))(t); list.Total != 1 || list.Statements[0].State != fees.Locked {
			t.Errorf("got %+v", list)
		}
	})
}

func TestASettledDisputeIsCarriedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-03-02")
		k.Imported(won("A", "200000.00", "2026-02-10"))
		st := k.Submitted("2026-02")
		must(k.Dispute(ctx, finance, ops.LineInput{Statement: st.ID, Line: 2, Text: "not ours"}))(t)
		must(k.AcceptRest(ctx, finance, st.ID))(t)
		_, err := k.Release(ctx, finance, ops.ResolveInput{Statement: st.ID, Line: 2})
		wantFault(t, err, fault.Conflict, "statement-submitted")
		must(k.Lock(ctx, owner, ops.LockInput{Statement: st.ID, Seen: -1}))(t)

		_, err = k.Release(ctx, owner, ops.ResolveInput{Statement: st.ID, Line: 2})
		wantFault(t, err, fault.Forbidden, "not-allowed")
		_, err = k.Release(ctx, finance, ops.ResolveInput{Statement: st.ID, Line: 2, Amount: "7000"})
		wantFault(t, err, fault.Invalid, "amount", "6,000.00")
		st = must(k.Release(ctx, finance, ops.ResolveInput{Statement: st.ID, Line: 2, Amount: "4500.00", Text: "a compromise"}))(t)
		wantAmount(t, "held", st.Split.Held, "1500.00")
		st = must(k.Waive(ctx, owner, ops.ResolveInput{Statement: st.ID, Line: 2}))(t)
		wantAmount(t, "held", st.Split.Held, "0.00")
		_, err = k.Waive(ctx, owner, ops.ResolveInput{Statement: st.ID, Line: 2})
		wantFault(t, err, fault.Conflict, "line-released")

		k.MoveTo("2026-05-04")
		march, april := k.Drafted("2026-03").Statement, k.Drafted("2026-04").Statement
		wantAmount(t, "March", march.Total, "18500.00")
		wantAmount(t, "April", april.Total, "18500.00")
		must(k.Submit(ctx, owner, ops.SubmitInput{Statement: march.ID}))(t)
		must(k.Submit(ctx, owner, ops.SubmitInput{Statement: april.ID}))(t)
		must(k.AcceptRest(ctx, finance, march.ID))(t)
		must(k.AcceptRest(ctx, finance, april.ID))(t)
		must(k.Lock(ctx, owner, ops.LockInput{Statement: march.ID, Seen: -1}))(t)
		_, err = k.Lock(ctx, owner, ops.LockInput{Statement: april.ID, Seen: -1})
		wantFault(t, err, fault.Conflict, "overtaken")
		must(k.Withdraw(ctx, owner, april.ID, "carried by March"))(t)
		wantAmount(t, "April again", k.Drafted("2026-04").Statement.Total, "14000.00")
	})
}

func TestAMovedCloseDateIsChargedOnceWhateverIsLockedFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-04-02")
		k.Imported(won("A", "200000.00", "2026-02-10"))
		february := k.Submitted("2026-02")
		k.Imported(won("A", "200000.00", "2026-03-10"))
		march := k.Submitted("2026-03")
		must(k.AcceptRest(ctx, finance, february.ID))(t)
		must(k.AcceptRest(ctx, finance, march.ID))(t)
		must(k.Lock(ctx, owner, ops.LockInput{Statement: march.ID, Seen: -1}))(t)
		_, err := k.Lock(ctx, owner, ops.LockInput{Statement: february.ID, Seen: -1})
		wantFault(t, err, fault.Conflict, "overtaken")
		must(k.Withdraw(ctx, owner, february.ID, ""))(t)
		wantAmount(t, "February again", k.Drafted("2026-02").Statement.Total, "14000.00")
	})
}

func TestSilenceAccepts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-03-02")
		st := k.Submitted("2026-02")
		k.MoveTo("2026-03-10")
		st = must(k.Statement(ctx, finance, st.ID))(t)
		if st.Life.Lines[0].State != fees.LineDeemed {
			t.Fatalf("got %s", st.Life.Lines[0].State)
		}
		_, err := k.Dispute(ctx, finance, ops.LineInput{Statement: st.ID, Line: 1, Text: "too late"})
		wantFault(t, err, fault.Conflict, "line-deemed accepted")
		must(k.Lock(ctx, owner, ops.LockInput{Statement: st.ID, Seen: 1}))(t)
		list := must(k.Statements(ctx, finance, "org_acme", 1))(t)
		wantAmount(t, "payable in the list", list.Statements[0].Split.Payable, "14000.00")
		wantAmount(t, "conceded in the list", list.Statements[0].Split.Conceded, "0.00")
	})
}

func TestWhoMay(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDesk(t, d, ctx)
	k.MoveTo("2026-03-02")
	st := k.Submitted("2026-02")
	for name, err := range map[string]error{
		"sales disputes":   second(k.Dispute(ctx, sales, ops.LineInput{Statement: st.ID, Line: 1, Text: "no"})),
		"owner accepts":    second(k.Accept(ctx, owner, st.ID, 1)),
		"client withdraws": second(k.Withdraw(ctx, finance, st.ID, "")),
		"sales locks":      second(k.Lock(ctx, sales, ops.LockInput{Statement: st.ID})),
		"lead locks":       second(k.Lock(ctx, lead, ops.LockInput{Statement: st.ID})),
	} {
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := k.Statement(ctx, stranger, st.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another client's statement is not there, got %v", err)
	}
	if _, err := k.Accept(ctx, stranger, st.ID, 1); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
	_, err := k.Dispute(ctx, finance, ops.LineInput{Statement: st.ID, Line: 1, Text: "  "})
	wantFault(t, err, fault.Invalid, "reason-missing")
	_, err = k.Accept(ctx, finance, st.ID, 9)
	wantFault(t, err, fault.NotFound, "line")
}

func second[T any](_ T, err error) error { return err }

func TestEachStepIsRecordedAndTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-03-02")
		st := k.Submitted("2026-02")
		must(k.Dispute(ctx, finance, ops.LineInput{Statement: st.ID, Line: 1, Text: "We agreed on half."}))(t)
		must(k.Concede(ctx, owner, ops.LineInput{Statement: st.ID, Line: 1}))(t)
		must(k.Lock(ctx, owner, ops.LockInput{Statement: st.ID, Seen: -1}))(t)
		var words, mails []string
		err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			if err := tx.NewSelect().Table("journal_entry").Column("words").Where("subject_kind = 'statement'").Order("seq").Scan(ctx, &words); err != nil {
				return err
			}
			return tx.NewSelect().Table("outbox").Column("body").Where("body LIKE '%statements/stm_%'").Scan(ctx, &mails)
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"drafted the statement of February 2026, revision 1, as of import 0: USD 14,000.00",
			"submitted the statement of February 2026 for USD 14,000.00; lines can be disputed until 9 Mar 2026",
			"disputed line 1 of the statement of February 2026 (Retainer February 2026, USD 14,000.00): We agreed on half.",
			"gave up line 1 of the statement of February 2026 (Retainer February 2026, USD 14,000.00)",
			"locked the statement of February 2026: USD 0.00 payable, USD 0.00 held, hash " + st.Hash,
		}
		if len(words) != len(want) {
			t.Fatalf("got %q", words)
		}
		for i := range want {
			if words[i] != want[i] {
				t.Errorf("got %q, want %q", words[i], want[i])
			}
		}
		if len(mails) != 2+2+2+2 { // executive and finance; owner and lead; executive and finance, twice
			t.Errorf("got %d mails: %q", len(mails), mails)
		}
	})
}
