package ops_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestAContractFromTemplateToAmendment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		c := d.begin()

		// given a new contract, its draft begins with the template in the names of both
		_, draft, err := d.Draft(ctx, lead, c.ID)
		if err != nil || draft.Revision != 0 || !strings.Contains(draft.Source, "client: Acme Robotics, Inc.") {
			t.Fatalf("%+v, %v", draft, err)
		}
		_, err = d.agreement(c.ID)
		refused(t, err, fault.Conflict, "no-version")

		// when it is proposed and the client accepts, it binds
		v := must[contract.Version](t)(d.proposed(owner, c.ID, text(1, "2025-12-01")))
		if v.State() != contract.Proposed || len(v.Acceptances) != 1 || v.Acceptances[0].Side != contract.AgencySide {
			t.Fatalf("proposing counts as the agency's acceptance: %+v", v)
		}
		_, err = d.agreement(c.ID)
		refused(t, err, fault.Conflict, "no-version")
		v = must[contract.Version](t)(d.Accept(ctx, executive, ops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide}))
		if v.State() != contract.Accepted {
			t.Fatalf("%+v", v)
		}
		agreement := must[contract.Agreement](t)(d.agreement(c.ID))
		if terms, ok := agreement.InForce(cal.MustDate("2025-12-01")); !ok || terms.SHA256 != v.SHA256 {
			t.Errorf("%v %v", terms.Version, ok)
		}

		// and the next draft begins with its text and the next number
		_, draft, err = d.Draft(ctx, lead, c.ID)
		if err != nil || draft.Revision != 0 || !strings.Contains(draft.Source, "\nversion: 2 ") {
			t.Fatalf("%v\n%s", err, draft.Source)
		}
		d.accepted(c.ID, text(2, "2026-04-01"))
		agreement = must[contract.Agreement](t)(d.agreement(c.ID))
		if terms, _ := agreement.InForce(cal.MustDate("2026-03-31")); terms.Version != 1 {
			t.Errorf("March is under version %d", terms.Version)
		}
		if terms, _ := agreement.InForce(cal.MustDate("2026-04-01")); terms.Version != 2 {
			t.Errorf("April is under version %d", terms.Version)
		}
		have := must[[]ops.Contract](t)(d.Contracts(ctx, finance, "org_acme"))
		if len(have) != 1 || len(have[0].Accepted()) != 2 {
			t.Errorf("%+v", have)
		}
		report, err := (&journalops.Service{DB: data}).Verify(ctx, owner)
		if err != nil || report.Break != nil {
			t.Errorf("the record does not verify: %+v, %v", report, err)
		}
	})
}

func TestALeadsProposalWaitsForTheAgencyToo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		c := d.begin()
		v := must[contract.Version](t)(d.proposed(lead, c.ID, text(1, "2025-12-01")))
		if len(v.Acceptances) != 0 {
			t.Fatalf("a lead cannot bind the agency: %+v", v.Acceptances)
		}
		v = must[contract.Version](t)(d.Accept(ctx, executive, ops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide}))
		if v.State() != contract.Proposed {
			t.Errorf("got %s", v.State())
		}
		v = must[contract.Version](t)(d.Accept(ctx, owner, ops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.AgencySide}))
		if v.State() != contract.Accepted || v.BoundAt() != v.Acceptances[1].At {
			t.Errorf("got %+v", v)
		}
	})
}

func TestPaperIsShownAsPaper(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		v := must[contract.Version](t)(d.proposed(owner, d.begin().ID, text(1, "2025-12-01")))
		in := ops.PaperInput{Version: v.ID, SHA256: v.SHA256, Paper: contract.Paper{Reference: " DocuSign  4711 ", Signatory: "Carla CEO", SignedOn: cal.MustDate("2025-11-09")}}
		_, err := d.RecordPaper(ctx, executive, in)
		refused(t, err, fault.Forbidden, "not-allowed")
		_, err = d.RecordPaper(ctx, owner, ops.PaperInput{Version: v.ID, SHA256: v.SHA256, Paper: contract.Paper{SignedOn: cal.MustDate("2025-11-20")}})
		if got := fault.All(err); len(got) != 3 {
			t.Errorf("every problem of the paper at once, got %v", err)
		}
		must[contract.Version](t)(d.RecordPaper(ctx, owner, in))
		_, have, err := d.VersionOf(ctx, finance, v.ID)
		if err != nil {
			t.Fatal(err)
		}
		a, _ := have.AcceptedBy(contract.ClientSide)
		if have.State() != contract.Accepted || a.By != owner.Account || a.Paper == nil || a.Paper.Reference != "DocuSign 4711" || a.Paper.SignedOn != in.Paper.SignedOn {
			t.Errorf("%+v %+v", a, a.Paper)
		}
	})
}

func TestADraftIsNotOverwrittenUnseen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		c := d.begin()
		first := must[ops.Draft](t)(d.Save(ctx, lead, ops.SaveInput{Contract: c.ID, Source: "half: a\r\ncontract", Revision: 0}))
		if first.Source != "half: a\ncontract" {
			t.Errorf("a text with problems is kept, with the line ends of a file: %q", first.Source)
		}
		must[ops.Draft](t)(d.Save(ctx, owner, ops.SaveInput{Contract: c.ID, Source: "owner's", Revision: 1}))
		_, err := d.Save(ctx, lead, ops.SaveInput{Contract: c.ID, Source: "lead's", Revision: 1})
		refused(t, err, fault.Conflict, "draft-changed")
		if err == nil || !strings.Contains(err.Error(), "Olga Owner") {
			t.Errorf("it says who saved: %v", err)
		}
		again := must[ops.Draft](t)(d.Save(ctx, owner, ops.SaveInput{Contract: c.ID, Source: "owner's", Revision: 2}))
		if again.Revision != 2 {
			t.Errorf("the same text again is no new revision, got %d", again.Revision)
		}
		_, err = d.Propose(ctx, owner, ops.ProposeInput{Contract: c.ID, Revision: 1})
		refused(t, err, fault.Conflict, "draft-changed")
		for name, bad := range map[string]string{"a zero": "a\x00b", "not UTF-8": "a\xffb"} {
			if _, err := d.Save(ctx, lead, ops.SaveInput{Contract: c.ID, Source: bad, Revision: 2}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err = d.Save(ctx, lead, ops.SaveInput{Contract: c.ID, Source: strings.Repeat("#", contract.MaxSource+1), Revision: 2})
		refused(t, err, fault.TooLarge, "contract-size")
	})
}

func TestWhatCannotBeProposed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		c := d.begin()
		_, err := d.Propose(ctx, owner, ops.ProposeInput{Contract: c.ID})
		refused(t, err, fault.Conflict, "no-draft")
		d.accepted(c.ID, text(1, "2025-12-01"))

		d.LockedUntil = func(context.Context, bun.Tx, string) (cal.Date, error) { return cal.MustDate("2026-02-01"), nil }
		for _, bad := range []struct{ name, source, code string }{
			{"not a contract", "contract: x", "missing"},
			{"another contract", strings.Replace(text(2, "2026-04-01"), "contract: growth", "contract: other", 1), "contract-name"},
			{"a number left out", text(3, "2026-04-01"), "version-number"},
			{"a number again", text(1, "2026-04-01"), "version-number"},
			{"inside what is locked", text(2, "2026-01-15"), "effective-locked"},
			{"another currency", strings.Replace(text(2, "2026-04-01"), "currency: USD", "currency: EUR", 1), "amendment"},
		} {
			_, err := d.proposed(owner, c.ID, bad.source)
			if !fault.Is(err, fault.Invalid) || fault.Code(err) != bad.code || fault.All(err)[0].Line == 0 {
				t.Errorf("%s: got %v", bad.name, err)
			}
		}
		must[contract.Version](t)(d.proposed(owner, c.ID, text(2, "2026-02-01")))
		_, err = d.proposed(owner, c.ID, text(2, "2026-03-01"))
		refused(t, err, fault.Conflict, "proposal-open")
	})
}

func TestWhatIsLockedMeanwhileKeepsTheClientFromBinding(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		v := must[contract.Version](t)(d.proposed(owner, d.begin().ID, text(1, "2025-12-01")))
		d.LockedUntil = func(context.Context, bun.Tx, string) (cal.Date, error) { return cal.MustDate("2026-01-01"), nil }
		_, err := d.Accept(ctx, executive, ops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide})
		refused(t, err, fault.Invalid, "effective-locked")
	})
}

func TestAcceptingAndWithdrawing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		c := d.begin()
		v := must[contract.Version](t)(d.proposed(owner, c.ID, text(1, "2025-12-01")))
		accept := func(actor access.Actor, side contract.Side, sha string) error {
			_, err := d.Accept(ctx, actor, ops.AcceptInput{Version: v.ID, SHA256: sha, Side: side})
			return err
		}
		refused(t, accept(finance, contract.ClientSide, v.SHA256), fault.Forbidden, "not-allowed")
		refused(t, accept(owner, contract.ClientSide, v.SHA256), fault.Forbidden, "not-allowed")
		refused(t, accept(stranger, contract.ClientSide, v.SHA256), fault.NotFound, "not-found")
		refused(t, accept(access.Actor{}, contract.ClientSide, v.SHA256), fault.Unauthenticated, "sign-in-needed")
		refused(t, accept(executive, "bank", v.SHA256), fault.Invalid, "side")
		refused(t, accept(executive, contract.ClientSide, "other"), fault.Conflict, "version-other-text")

		_, err := d.Withdraw(ctx, owner, v.ID, " ")
		refused(t, err, fault.Invalid, "reason")
		_, err = d.Withdraw(ctx, executive, v.ID, "no")
		refused(t, err, fault.Forbidden, "not-allowed")
		must[contract.Version](t)(d.Withdraw(ctx, lead, v.ID, "the rate was wrong"))
		refused(t, accept(executive, contract.ClientSide, v.SHA256), fault.Conflict, "version-withdrawn")

		_, draft, err := d.Draft(ctx, lead, c.ID)
		if err != nil || draft.Source != v.Source {
			t.Errorf("the next draft begins with what was withdrawn: %v", err)
		}
		v = d.accepted(c.ID, text(1, "2025-12-15"))
		if v.Attempt != 2 || v.Number != 1 {
			t.Errorf("version %d, attempt %d", v.Number, v.Attempt)
		}
		refused(t, accept(executive, contract.ClientSide, v.SHA256), fault.Conflict, "version-accepted")
		_, err = d.Withdraw(ctx, owner, v.ID, "too late")
		refused(t, err, fault.Conflict, "version-accepted")
		if have := must[ops.Contract](t)(d.Contract(ctx, executive, c.ID)); len(have.Versions) != 2 || have.Versions[0].Withdrawal.Reason != "the rate was wrong" {
			t.Errorf("what was withdrawn stays on record: %+v", have.Versions)
		}
	})
}

func TestTheClientDeclinesAProposal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		c := d.begin()
		v := must[contract.Version](t)(d.proposed(owner, c.ID, text(1, "2025-12-01")))
		decline := func(by access.Actor, reason string) error {
			_, err := d.Decline(ctx, by, v.ID, reason)
			return err
		}
		refused(t, decline(executive, " "), fault.Invalid, "reason")
		refused(t, decline(owner, "no"), fault.Forbidden, "not-allowed")
		refused(t, decline(finance, "no"), fault.Forbidden, "not-allowed")
		refused(t, decline(stranger, "no"), fault.NotFound, "not-found")
		if err := decline(executive, "too dear"); err != nil {
			t.Fatal(err)
		}
		refused(t, decline(executive, "twice"), fault.Conflict, "version-withdrawn")
		have := must[ops.Contract](t)(d.Contract(ctx, owner, c.ID))
		if back := have.Versions[0].Withdrawal; back == nil || !back.Declined() || back.Reason != "Declined for the client: too dear" {
			t.Errorf("on record: %+v", have.Versions[0])
		}
		if v = d.accepted(c.ID, text(1, "2025-12-15")); v.Attempt != 2 {
			t.Errorf("the way is not free: attempt %d", v.Attempt)
		}
	})
}

func TestManyAtOnceBindOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		c := d.begin()
		must[ops.Draft](t)(d.Save(ctx, owner, ops.SaveInput{Contract: c.ID, Source: text(1, "2025-12-01")}))
		once := func(name string, do func() error) {
			t.Helper()
			var mu sync.Mutex
			done := 0
			var all sync.WaitGroup
			for range 6 {
				all.Go(func() {
					err := do()
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil:
						done++
					case !fault.Is(err, fault.Conflict):
						t.Errorf("%s: %v", name, err)
					}
				})
			}
			all.Wait()
			if done != 1 {
				t.Errorf("%s succeeded %d times", name, done)
			}
		}
		once("propose", func() error {
			_, err := d.Propose(ctx, owner, ops.ProposeInput{Contract: c.ID, Revision: 1})
			return err
		})
		v, _ := must[ops.Contract](t)(d.Contract(ctx, owner, c.ID)).Open()
		once("accept or withdraw", func() error {
			_, accepting := d.Accept(ctx, executive, ops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide})
			_, withdrawing := d.Withdraw(ctx, owner, v.ID, "changed my mind")
			if accepting == nil && withdrawing == nil {
				t.Error("accepted and withdrawn at once")
			}
			if accepting == nil || withdrawing == nil {
				return nil
			}
			return errors.Join(accepting, withdrawing)
		})
	})
}

func TestTheDatabaseRefusesToChangeWhatWasPromised(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		c := d.begin()
		v := must[contract.Version](t)(d.proposed(owner, c.ID, text(1, "2025-12-01")))
		must[contract.Version](t)(d.Withdraw(ctx, owner, v.ID, "to try"))
		for _, sql := range []string{
			"UPDATE contract_version SET source = 'forged'", "DELETE FROM contract_version",
			"UPDATE contract_acceptance SET accepted_by = 'forged'", "DELETE FROM contract_acceptance",
			"UPDATE contract_withdrawal SET reason = 'forged'", "DELETE FROM contract_withdrawal",
		} {
			err := data.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				_, err := tx.ExecContext(ctx, sql)
				return err
			})
			refused(t, err, fault.Conflict, "immutable")
		}
	})
}

func TestDraftsAreTheAgencysOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		c := d.begin()
		_, _, err := d.Draft(ctx, executive, c.ID)
		refused(t, err, fault.Forbidden, "not-allowed")
		_, _, err = d.Draft(ctx, stranger, c.ID)
		refused(t, err, fault.NotFound, "not-found")
		_, err = d.Begin(ctx, owner, "org_nobody", "growth")
		refused(t, err, fault.NotFound, "client")
		_, err = d.Begin(ctx, owner, "org_acme", "Growth!")
		refused(t, err, fault.Invalid, "contract-name")
		_, err = d.Begin(ctx, owner, "org_acme", "growth")
		refused(t, err, fault.Conflict, "contract-exists")
		_, err = d.Contract(ctx, owner, "ct_none")
		refused(t, err, fault.NotFound, "not-found")
		if list, err := d.Contracts(ctx, stranger, "org_acme"); !fault.Is(err, fault.NotFound) {
			t.Errorf("%v %v", list, err)
		}
	})
}

func TestCheckTellsWhatWouldChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		c := d.begin()
		d.accepted(c.ID, text(1, "2025-12-01"))
		got := must[ops.Checked](t)(d.Check(ctx, lead, c.ID, strings.Replace(text(2, "2026-04-01"), "rate: 3 %", "rate: 4 %", 1)))
		if len(got.Problems) != 0 || len(got.Changes) != 2 || got.Changes[1].Path != "clauses.closed-won.rate" || got.Changes[1].After != "4 %" {
			t.Errorf("%+v %v", got.Changes, got.Problems)
		}
		got = must[ops.Checked](t)(d.Check(ctx, lead, c.ID, "contract: growth\nverion: 2\n"))
		if got.Readable || len(got.Problems) < 5 {
			t.Errorf("%+v", got.Problems)
		}
	})
}

func TestTheRecordTellsWhatChangedAndKeepsDraftsInside(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		c := d.begin()
		d.accepted(c.ID, text(1, "2025-12-01"))
		d.accepted(c.ID, strings.Replace(text(2, "2026-04-01"), "rate: 3 %", "rate: 4 %", 1))
		record := &journalops.Service{DB: data}
		listed := must[journalops.Listed](t)(record.List(ctx, executive, journalops.Filter{Client: "org_acme"}, journalops.Page{}))
		var actions []string
		for _, e := range listed.Entries {
			actions = append(actions, e.Action)
			if e.Action != "contract.propose" || !strings.Contains(e.Words, "version 2") {
				continue
			}
			got := journal.Changes(e.Before, e.After)
			if len(got) != 4 || got[2].Field != "Revenue share closed-won: rate" || got[2].Before != "3 %" || got[2].After != "4 %" {
				t.Errorf("%+v", got)
			}
		}
		want := "contract.accept.client contract.accept.agency contract.propose contract.accept.client contract.accept.agency contract.propose"
		if got := strings.Join(actions, " "); got != want {
			t.Errorf("the client's record: %s", got)
		}
	})
}
