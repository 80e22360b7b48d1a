package ops_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// termDesk is an agency with one client and a contract of the year 2026 that both have accepted. Its clock stands until it is set.
type termDesk struct {
	*ops.Service
	t        *testing.T
	ctx      context.Context
	now      time.Time
	clock    sync.Mutex
	client   string
	contract string

	owner, executive, finance, auditor, stranger access.Actor
}

const autoTerm = "  length: 12 months\n  renewal: {kind: auto, each: 12 months, at_most: 2}\n  notice: {period: 90 days, fee: full, ends: term-end, receipt: {in_product: 0 days, email: 1 working day}}\n"

func newTermDesk(t *testing.T, d *db.DB, ctx context.Context, term string) *termDesk {
	t.Helper()
	k := &termDesk{t: t, ctx: ctx, now: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)}
	tick := func() time.Time {
		k.clock.Lock()
		defer k.clock.Unlock()
		return k.now
	}
	parties := partyops.New(partyops.Options{DB: d, Now: tick, PublicURL: "https://example.test"})
	contracts := &contractops.Service{DB: d, Now: tick, Random: rand.Reader, Parties: parties}
	k.Service = &ops.Service{DB: d, Now: tick, Random: rand.Reader, Parties: parties, Contracts: contracts, Term: ops.Term{PublicURL: "https://example.test"}}
	boot := must[partyops.Bootstrapped](t)(parties.Bootstrap(ctx, partyops.BootstrapInput{Workspace: dbtest.Workspace, AgencyName: "Northlight", OwnerName: "Olga Owner", OwnerEmail: "olga@northlight.example"}))
	k.owner = must[access.Actor](t)(parties.ActorOf(ctx, boot.Owner.ID, dbtest.Workspace))
	acme, err := parties.CreateClient(ctx, k.owner, "Acme")
	if err != nil {
		t.Fatal(err)
	}
	k.client = acme.ID
	k.executive, k.finance, k.auditor = k.invited(access.ClientExecutive, "emil"), k.invited(access.ClientFinance, "finn"), k.invited(access.Auditor, "ada")
	k.stranger = access.Actor{Account: "acc_str", Name: "Sam", Workspace: dbtest.Workspace, Memberships: []access.Membership{{Role: access.ClientExecutive, Org: "org_bolt", OrgKind: access.Client}}}
	c := must[contractops.Contract](t)(contracts.Begin(ctx, k.owner, k.client, "growth"))
	k.contract = c.ID
	source := contract.Template("growth", "Acme", "Northlight", cal.MustDate("2026-01-01"))
	from, to := strings.Index(source, "  length: 12"), strings.Index(source, "\nclauses:")
	k.accepted(source[:from] + term + source[to:])
	k.on("2026-09-01")
	return k
}

func (k *termDesk) invited(role access.Role, name string) access.Actor {
	k.t.Helper()
	in, err := k.Parties.Invite(k.ctx, k.owner, partyops.InviteInput{Org: k.client, Role: role, Name: name, Email: name + "@acme.example"})
	if err != nil {
		k.t.Fatal(err)
	}
	return must[access.Actor](k.t)(k.Parties.ActorOf(k.ctx, in.Account, dbtest.Workspace))
}

// accepted saves the text, proposes it and accepts it for both sides.
func (k *termDesk) accepted(source string) {
	k.t.Helper()
	_, have, err := k.Contracts.Draft(k.ctx, k.owner, k.contract)
	if err != nil {
		k.t.Fatal(err)
	}
	saved := must[contractops.Draft](k.t)(k.Contracts.Save(k.ctx, k.owner, contractops.SaveInput{Contract: k.contract, Source: source, Revision: have.Revision}))
	v := must[contract.Version](k.t)(k.Contracts.Propose(k.ctx, k.owner, contractops.ProposeInput{Contract: k.contract, Revision: saved.Revision}))
	must[contract.Version](k.t)(k.Contracts.Accept(k.ctx, k.executive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide}))
}

func (k *termDesk) on(day string) { k.now = cal.MustDate(day).Start(time.UTC).Add(12 * time.Hour) }

func (k *termDesk) agreed() ops.Agreed {
	k.t.Helper()
	all, _, err := k.Terms(k.ctx, k.owner, k.client)
	if err != nil || len(all) != 1 {
		k.t.Fatalf("%d contracts, %v", len(all), err)
	}
	return all[0]
}

// mails are the subjects in the outbox that contain some words.
func (k *termDesk) mails(words string) (n int) {
	k.t.Helper()
	err := k.DB.Read(k.ctx, func(ctx context.Context, tx bun.Tx) error {
		var bodies []string
		err := tx.NewSelect().Table("outbox").Column("body").Scan(ctx, &bodies)
		n = 0
		for _, b := range bodies {
			var m struct{ Subject string }
			if json.Unmarshal([]byte(b), &m) == nil && strings.Contains(m.Subject, words) {
				n++
			}
		}
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return n
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (k *termDesk) give(on string) ops.NoticeInput {
	return ops.NoticeInput{Client: k.client, Contract: k.contract, Given: engagement.Given{On: cal.MustDate(on), Way: contract.InProduct}, Text: "We end it."}
}

func TestANoticeFromGivingToItsAmendment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newTermDesk(t, d, ctx, autoTerm)
		in := k.give("2026-09-01")

		f := must[ops.Foretold](t)(k.ForetellNotice(ctx, k.executive, in))
		if f.Side != contract.ClientSide || f.Effect.End != cal.MustDate("2027-01-01") {
			t.Fatalf("foretold %+v", f.Effect)
		}
		if len(k.agreed().Notices) != 0 {
			t.Fatal("foretelling gives a notice")
		}
		n := must[engagement.Notice](t)(k.GiveNotice(ctx, k.executive, in))
		if again := must[engagement.Notice](t)(k.GiveNotice(ctx, k.executive, in)); again.ID != n.ID {
			t.Error("the same notice is given twice")
		}
		if k.mails("Notice to end growth") != 1 {
			t.Error("the agency's owner is not told, or somebody else is")
		}
		_, err := k.GiveNotice(ctx, k.owner, in)
		refused(t, err, fault.Conflict, "notice-stands")
		_, err = k.AcknowledgeNotice(ctx, k.executive, k.client, n.ID, "")
		refused(t, err, fault.Conflict, "notice-own")
		must[engagement.Notice](t)(k.AcknowledgeNotice(ctx, k.owner, k.client, n.ID, "We have it."))
		if got := must[engagement.Notice](t)(k.AcknowledgeNotice(ctx, k.owner, k.client, n.ID, "Again.")); got.State() != engagement.NoticeAcknowledged || len(got.Deeds) != 1 {
			t.Errorf("acknowledged: %+v", got.Deeds)
		}
		if a := k.agreed(); a.Standing.Terms.Term.Ended != (cal.Date{}) {
			t.Error("a notice alone changes what money follows from")
		}

		draft := must[contractops.Draft](t)(k.DraftEnding(ctx, k.owner, k.client, n.ID))
		if again := must[contractops.Draft](t)(k.DraftEnding(ctx, k.owner, k.client, n.ID)); again.Revision != draft.Revision {
			t.Error("the same draft is saved twice")
		}
		k.accepted(draft.Source)
		a := k.agreed()
		if a.Standing.End != cal.MustDate("2027-01-01") || a.Standing.Terms.Term.Notice.Received != cal.MustDate("2026-09-01") {
			t.Errorf("the contract ends %s", a.Standing.End)
		}
		_, err = k.DraftEnding(ctx, k.owner, k.client, n.ID)
		refused(t, err, fault.Conflict, "ended")
	})
}

func TestANoticeIsWithdrawnOnlyByBoth(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newTermDesk(t, d, ctx, autoTerm)
		n := must[engagement.Notice](t)(k.GiveNotice(ctx, k.owner, k.give("2026-09-01")))
		if got := must[engagement.Notice](t)(k.WithdrawNotice(ctx, k.owner, k.client, n.ID, "")); !got.Stands() {
			t.Error("one side alone withdraws")
		}
		if got := must[engagement.Notice](t)(k.WithdrawNotice(ctx, k.executive, k.client, n.ID, "Fine.")); got.Stands() {
			t.Error("both have withdrawn it")
		}
		_, err := k.AcknowledgeNotice(ctx, k.executive, k.client, n.ID, "")
		refused(t, err, fault.Conflict, "notice-withdrawn")
		_, err = k.DraftEnding(ctx, k.owner, k.client, n.ID)
		refused(t, err, fault.Conflict, "notice-withdrawn")
		must[engagement.Notice](t)(k.GiveNotice(ctx, k.owner, k.give("2026-09-01")))
	})
}

// Given a contract that does not say when notice is received, when the client states on 1 September a receipt of January, then it is a claim: the contract runs as before, and the
// agency can give its own notice or acknowledge.
func TestAReceiptThatOneSideStatesIsAClaim(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newTermDesk(t, d, ctx, "  length: 12 months\n  renewal: {kind: none}\n  notice: {period: 90 days, fee: full}\n")
		in := k.give("2026-01-01")
		in.Given.Way, in.Given.Received = contract.ByEmail, cal.MustDate("2026-01-02")
		f := must[ops.Foretold](t)(k.ForetellNotice(ctx, k.executive, in))
		if f.Binds || len(f.Odd) != 1 || !strings.Contains(f.Odd[0], "2 Apr 2026") {
			t.Errorf("binds %v, odd %q", f.Binds, f.Odd)
		}
		n := must[engagement.Notice](t)(k.GiveNotice(ctx, k.executive, in))
		if again := must[engagement.Notice](t)(k.GiveNotice(ctx, k.executive, in)); again.ID != n.ID {
			t.Error("the same claim is recorded twice")
		}
		if a := k.agreed(); a.Last() != cal.MustDate("2026-12-31") || len(a.Claims()) != 1 {
			t.Errorf("the last day is %s", a.Last())
		}
		if odd := must[[]string](t)(k.NoticeOdd(ctx, k.owner, k.client, n.ID)); len(odd) != 1 {
			t.Errorf("who acknowledges is told %q", odd)
		}
		must[engagement.Notice](t)(k.AcknowledgeNotice(ctx, k.owner, k.client, n.ID, ""))
		if a := k.agreed(); a.Last() != cal.MustDate("2026-04-02") || !a.Standing.Ended {
			t.Errorf("acknowledged, the last day is %s", a.Last())
		}
	})
}

func TestATransitionBeforeANoticeNeedsAReasonAndSomebodyWhoMayGiveOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newTermDesk(t, d, ctx, autoTerm)
		refused(t, k.BeginTransition(ctx, k.owner, k.client, k.contract, " "), fault.Invalid, "exit-reason")
		refused(t, k.BeginTransition(ctx, k.finance, k.client, k.contract, "We leave."), fault.Forbidden, "not-allowed")
		must[engagement.Notice](t)(k.GiveNotice(ctx, k.executive, k.give("2026-09-01")))
		if err := k.BeginTransition(ctx, k.finance, k.client, k.contract, ""); err != nil {
			t.Error(err)
		}
	})
}

func TestWhoMayGiveNotice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newTermDesk(t, d, ctx, autoTerm)
		in := k.give("2026-09-01")
		_, err := k.GiveNotice(ctx, k.finance, in)
		refused(t, err, fault.Forbidden, "not-allowed")
		_, err = k.GiveNotice(ctx, k.stranger, in)
		refused(t, err, fault.NotFound, "not-found")
		in.Given.On = cal.MustDate("2026-09-02")
		_, err = k.GiveNotice(ctx, k.executive, in)
		refused(t, err, fault.Invalid, "notice-day")
		in.Contract = "ct_other"
		_, err = k.GiveNotice(ctx, k.executive, in)
		refused(t, err, fault.NotFound, "not-found")
	})
}

func TestTwoNoticesAtOnceLeaveOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newTermDesk(t, d, ctx, autoTerm)
		errs := make([]error, 2)
		var wait sync.WaitGroup
		for i, by := range []access.Actor{k.owner, k.executive} {
			wait.Go(func() { _, errs[i] = k.GiveNotice(ctx, by, k.give("2026-09-01")) })
		}
		wait.Wait()
		lost := errors.Join(errs...)
		refused(t, lost, fault.Conflict, "notice-stands")
		if n := len(k.agreed().Notices); n != 1 {
			t.Errorf("%d notices", n)
		}
	})
}

func TestARenewalInWritingBeforeExpiry(t *testing.T) {
	const mutual = "  length: 12 months\n  renewal: {kind: mutual-written, each: 12 months, at_most: 2}\n  notice: {period: 90 days, fee: full}\n"
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newTermDesk(t, d, ctx, mutual)
		ends := cal.MustDate("2027-01-01")
		_, err := k.AgreeRenewal(ctx, k.owner, k.client, k.contract, ends.AddDays(1))
		refused(t, err, fault.Conflict, "renewal-other")
		must[ops.Agreed](t)(k.AgreeRenewal(ctx, k.owner, k.client, k.contract, ends))
		must[ops.Agreed](t)(k.AgreeRenewal(ctx, k.owner, k.client, k.contract, ends))
		_, err = k.DraftRenewal(ctx, k.owner, k.client, k.contract)
		refused(t, err, fault.Conflict, "renewal-open")
		if a := must[ops.Agreed](t)(k.AgreeRenewal(ctx, k.executive, k.client, k.contract, ends)); !a.Renewed() || len(a.Assents) != 2 {
			t.Errorf("%+v", a.Assents)
		}
		draft := must[contractops.Draft](t)(k.DraftRenewal(ctx, k.owner, k.client, k.contract))
		k.accepted(draft.Source)
		if a := k.agreed(); a.Standing.Turn.To != cal.MustDate("2028-01-01") || a.Standing.Renewals != 1 || a.Standing.Left != 1 || a.Renewed() {
			t.Errorf("%+v", a.Standing)
		}
		k.on("2028-01-01")
		_, err = k.AgreeRenewal(ctx, k.owner, k.client, k.contract, cal.MustDate("2028-01-01"))
		refused(t, err, fault.Conflict, "renewal")
	})
}

func TestADraftThatSomebodyWroteIsNotOverwritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newTermDesk(t, d, ctx, autoTerm)
		n := must[engagement.Notice](t)(k.GiveNotice(ctx, k.owner, k.give("2026-09-01")))
		must[contractops.Draft](t)(k.Contracts.Save(ctx, k.owner, contractops.SaveInput{Contract: k.contract, Source: "mine\n"}))
		_, err := k.DraftEnding(ctx, k.owner, k.client, n.ID)
		refused(t, err, fault.Conflict, "draft-there")
	})
}

func TestRemindersAreSentOnceOverRestarts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newTermDesk(t, d, ctx, autoTerm)
		for _, c := range []struct {
			on   string
			sent int
		}{{"2026-08-01", 0}, {"2026-08-03", 1}, {"2026-08-03", 0}, {"2026-09-01", 0}, {"2026-09-02", 1}, {"2026-09-25", 1}, {"2026-10-02", 1}, {"2026-10-02", 0}, {"2026-10-03", 0}} {
			k.on(c.on)
			if sent := must[int](t)(k.Remind(ctx)); sent != c.sent {
				t.Errorf("%s: %d reminders, want %d", c.on, sent, c.sent)
			}
		}
		if n := k.mails("Last day for notice on 2 Oct 2026"); n != 4*2 {
			t.Errorf("%d mails, want 4 to each of the two who can give notice", n)
		}
	})
}

func TestRemindersByTwoRunsAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newTermDesk(t, d, ctx, autoTerm)
		k.on("2026-08-03")
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				if _, err := k.Remind(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if n := k.mails("Last day for notice"); n != 2 {
			t.Errorf("%d mails, want one to each of two", n)
		}
	})
}

func TestACalendarByItsAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newTermDesk(t, d, ctx, autoTerm)
		address := must[string](t)(k.MakeCalendar(ctx, k.finance, k.client, "Finance"))
		token := address[strings.LastIndexByte(address, '/')+1:]
		dates, names, err := k.Feed(context.Background(), dbtest.Workspace, token)
		if err != nil || len(dates) == 0 || names[k.contract] != "growth" {
			t.Fatalf("%d dates, %v", len(dates), err)
		}
		list := must[[]ops.Calendar](t)(k.Calendars(ctx, k.executive, k.client))
		if len(list) != 1 || list[0].ID == token {
			t.Fatalf("%+v", list)
		}
		_, err = k.MakeCalendar(ctx, k.auditor, k.client, "Ada")
		refused(t, err, fault.Forbidden, "not-allowed")
		for range 2 {
			if err := k.RevokeCalendar(ctx, k.owner, k.client, list[0].ID); err != nil {
				t.Fatal(err)
			}
		}
		for _, at := range [][2]string{{dbtest.Workspace, token}, {dbtest.Workspace, "guess"}, {"elsewhere", token}} {
			_, _, err = k.Feed(context.Background(), at[0], at[1])
			refused(t, err, fault.NotFound, "not-found")
		}
	})
}

// Given an address that finance made, when its role ends, then the address answers nobody and the list says so.
func TestACalendarEndsWithTheRoleOfItsMaker(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newTermDesk(t, d, ctx, autoTerm)
		address := must[string](t)(k.MakeCalendar(ctx, k.finance, k.client, "Finance"))
		token := address[strings.LastIndexByte(address, '/')+1:]
		if _, _, err := k.Feed(context.Background(), dbtest.Workspace, token); err != nil {
			t.Fatal(err)
		}
		role := ""
		if err := k.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			people, err := partyops.PeopleOf(ctx, tx, k.client, k.now)
			for _, l := range people {
				if l.Account.ID == k.finance.Account {
					role = l.Membership.ID
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := k.Parties.EndMembership(ctx, k.owner, role); err != nil {
			t.Fatal(err)
		}
		_, _, err := k.Feed(context.Background(), dbtest.Workspace, token)
		refused(t, err, fault.NotFound, "not-found")
		if list := must[[]ops.Calendar](t)(k.Calendars(ctx, k.executive, k.client)); len(list) != 1 || !list[0].Silent {
			t.Errorf("%+v", list)
		}
	})
}

func TestTheChecklistOfATransition(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newTermDesk(t, d, ctx, autoTerm)
		for range 2 {
			if err := k.BeginTransition(ctx, k.owner, k.client, k.contract, "We reorganise."); err != nil {
				t.Fatal(err)
			}
		}
		exit := must[ops.Exit](t)(k.Exit(ctx, k.auditor, k.client, k.contract))
		if len(exit.Items) != 11 || exit.Items[0].DueOn != cal.MustDate("2028-12-31") || !exit.Unlisted {
			t.Fatalf("%d items, due %s", len(exit.Items), exit.Items[0].DueOn)
		}
		move := func(by access.Actor, kind engagement.ItemEventKind, note string) error {
			return k.MoveItem(ctx, by, k.client, k.contract, exit.Items[0].ID, kind, note)
		}
		refused(t, move(k.executive, engagement.ItemWasDone, "x"), fault.Conflict, "item-owner")
		refused(t, move(k.owner, engagement.ItemWasDone, ""), fault.Invalid, "item-evidence")
		refused(t, move(k.auditor, engagement.ItemAgreed, ""), fault.Forbidden, "not-allowed")
		for _, err := range []error{move(k.owner, engagement.ItemWasDone, "moved"), move(k.owner, engagement.ItemWasDone, "moved"), move(k.finance, engagement.ItemAgreed, "")} {
			if err != nil {
				t.Error(err)
			}
		}
		item := ops.ItemInput{Area: engagement.Assets, Text: "The model of the showroom", Owner: contract.ClientSide, DueOn: cal.MustDate("2028-11-30")}
		if err := k.AddItem(ctx, k.finance, k.client, k.contract, item); err != nil {
			t.Fatal(err)
		}
		refused(t, k.AddItem(ctx, k.finance, k.client, k.contract, item), fault.Conflict, "item-there")
		if err := k.AddItem(ctx, k.finance, k.client, k.contract, ops.ItemInput{}); len(fault.All(err)) != 4 {
			t.Errorf("all problems at once: %v", err)
		}
		after := must[ops.Exit](t)(k.Exit(ctx, k.owner, k.client, k.contract))
		if len(after.Items) != 12 || after.Items[0].State != engagement.ItemConfirmed || len(after.Items[0].Past) != 3 {
			t.Errorf("%+v", after.Items[0])
		}
	})
}
