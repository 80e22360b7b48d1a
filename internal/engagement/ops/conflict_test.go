package ops_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// floor is an agency with two clients that compete: Acme was promised that competitors in warehouse-robots are not served.
type floor struct {
	*ops.Service
	t         *testing.T
	ctx       context.Context
	d         *db.DB
	at        time.Time
	owner     access.Actor
	host      string
	acme, zed party.Org
}

const (
	byWaiver = "{category: warehouse-robots, named: [Boltworks], brands: [Acme], markets: [US], unit: agency-brand, tail: 6 months, cool_off: 90 days, cleared_by: waiver}"
	byWall   = "{category: warehouse-robots, named: [Boltworks], brands: [Acme], markets: [US], unit: agency-brand, tail: 6 months, cool_off: 90 days, cleared_by: wall}"
)

func eachFloor(t *testing.T, promise string, test func(f *floor)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		f := &floor{t: t, ctx: ctx, d: d, at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
		now := func() time.Time { f.at = f.at.Add(time.Second); return f.at }
		people := partyops.New(partyops.Options{DB: d, Now: now, PublicURL: "https://records.example.com", Hashing: &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}})
		contracts := &contractops.Service{DB: d, Now: now, Random: rand.Reader, Parties: people}
		f.Service = &ops.Service{DB: d, Now: now, Random: rand.Reader, Parties: people, Contracts: contracts}
		people.Staffed, people.Arrived, contracts.AfterBind = f.Staffed, f.Arrived, f.Bound
		got, err := people.Bootstrap(ctx, partyops.BootstrapInput{Workspace: dbtest.Workspace, AgencyName: "Northlight", OwnerName: "Olga Owner", OwnerEmail: "olga@northlight.example", Password: "correct horse battery"})
		if err != nil {
			t.Fatal(err)
		}
		f.owner = f.actor(got.Owner.ID)
		f.host = f.owner.Memberships[0].Org
		f.acme = f.client("Acme Robotics")
		f.zed = f.client("Cargobots GmbH")
		f.promised(f.acme, "acme-growth", promise)
		test(f)
	})
}

func (f *floor) actor(account string) access.Actor {
	f.t.Helper()
	a, err := f.Parties.ActorOf(f.ctx, account, dbtest.Workspace)
	if err != nil {
		f.t.Fatal(err)
	}
	return a
}

func (f *floor) client(name string) party.Org {
	f.t.Helper()
	return have(f.Parties.CreateClient(f.ctx, f.owner, name))(f.t)
}

func (f *floor) invite(role access.Role, org, client string) access.Actor {
	f.t.Helper()
	m := have(f.Parties.Invite(f.ctx, f.owner, f.invitation(role, org, client)))(f.t)
	return f.actor(m.Account)
}

func (f *floor) invitation(role access.Role, org, client string) partyops.InviteInput {
	name := string(role) + "-" + client + "-" + org
	return partyops.InviteInput{Email: name + "@example.com", Name: name, Org: org, Role: role, Client: client}
}

// promised brings a contract in force with a non-competition.
func (f *floor) promised(client party.Org, name, promise string) {
	f.t.Helper()
	text := strings.Replace(contract.Template(name, client.Name, "Northlight", cal.MustDate("2026-01-01")), "\nclauses:\n", "\nnon_competition:\n  - "+promise+"\n\nclauses:\n", 1)
	c := have(f.Contracts.Begin(f.ctx, f.owner, client.ID, name))(f.t)
	_, draft, err := f.Contracts.Draft(f.ctx, f.owner, c.ID)
	if err != nil {
		f.t.Fatal(err)
	}
	saved := have(f.Contracts.Save(f.ctx, f.owner, contractops.SaveInput{Contract: c.ID, Source: text, Revision: draft.Revision}))(f.t)
	v := have(f.Contracts.Propose(f.ctx, f.owner, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision}))(f.t)
	executive := f.invite(access.ClientExecutive, client.ID, "")
	have(f.Contracts.Accept(f.ctx, executive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide}))(f.t)
}

func have[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (f *floor) fails(err error, kind fault.Kind, code string) {
	f.t.Helper()
	if !fault.Is(err, kind) || fault.Code(err) != code {
		f.t.Errorf("got %v (%s), want %s %s", err, fault.Code(err), kind, code)
	}
}

func (f *floor) competitor(client string) ops.CheckInput {
	return ops.CheckInput{Newcomer: engagement.Account{Client: client, Name: "Robohaul", Categories: []string{"warehouse-robots"}, Markets: []string{"US"}, Shared: contract.Office,
		Served: cal.Period{From: cal.MustDate("2026-04-01"), To: cal.MustDate("2027-04-01")}}}
}

func TestAProspectIsHeldAgainstWhatWasPromised(t *testing.T) {
	eachFloor(t, byWaiver, func(f *floor) {
		m := have(f.CheckConflict(f.ctx, f.owner, f.competitor("")))(f.t)
		if m.Outcome != engagement.WaiverRequired || len(m.Lines) != 1 || m.Lines[0].Client != "Acme Robotics" || !strings.Contains(m.Lines[0].Clause, "acme-growth, non_competition[0]") {
			f.t.Errorf("got %+v", m)
		}
		kept, same, err := f.Conflict(f.ctx, f.owner, m.ID)
		if err != nil || kept.Outcome != m.Outcome || len(same) != 1 || len(kept.Looked.Promises) != 1 || kept.Looked.Accounts != 2 {
			f.t.Errorf("kept: %+v, %v", kept, err)
		}
		register := have(f.Conflicts(f.ctx, f.owner))(f.t)
		if len(register) == 0 || register[0].ID != m.ID || !register[0].Open() {
			f.t.Errorf("the open one stands first: %+v", register)
		}
		again := have(f.CheckConflict(f.ctx, f.owner, f.competitor("")))(f.t)
		if n := len(have(f.Conflicts(f.ctx, f.owner))(f.t)); n != len(register) || again.Topic != m.Topic {
			f.t.Errorf("a second check of the same stands twice: %d", n)
		}
		if err := f.Settle(f.ctx, f.owner, again.ID, "Turned down."); err != nil {
			f.t.Fatal(err)
		}
		f.fails(f.Settle(f.ctx, f.owner, again.ID, "Twice."), fault.Conflict, "not-open")
		_, err = f.CheckConflict(f.ctx, f.owner, ops.CheckInput{})
		var fields []string
		for _, p := range fault.All(err) {
			fields = append(fields, p.Field)
		}
		if want := []string{"name", "categories", "unit", "from"}; !slices.Equal(fields, want) {
			f.t.Errorf("all that is wrong at once: %v", fields)
		}
	})
}

// Given a promise that the agency has offered to Zed and accepted itself, when a competitor of it is checked, then the offer stands in the way before Zed says yes.
func TestWhatTheAgencyHasOfferedCounts(t *testing.T) {
	eachFloor(t, byWaiver, func(f *floor) {
		const offer = "{category: frozen-food, brands: [], markets: [US], unit: office, tail: none, cool_off: none, cleared_by: waiver}"
		text := strings.Replace(contract.Template("zed-growth", f.zed.Name, "Northlight", cal.MustDate("2026-01-01")), "\nclauses:\n", "\nnon_competition:\n  - "+offer+"\n\nclauses:\n", 1)
		c := have(f.Contracts.Begin(f.ctx, f.owner, f.zed.ID, "zed-growth"))(f.t)
		saved := have(f.Contracts.Save(f.ctx, f.owner, contractops.SaveInput{Contract: c.ID, Source: text}))(f.t)
		in := f.competitor("")
		in.Newcomer.Categories = []string{"Frozen Food"}
		if m := have(f.CheckConflict(f.ctx, f.owner, in))(f.t); m.Outcome != engagement.Clear {
			f.t.Errorf("a draft is an offer: %+v", m)
		}
		have(f.Contracts.Propose(f.ctx, f.owner, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision}))(f.t)
		m := have(f.CheckConflict(f.ctx, f.owner, in))(f.t)
		if m.Outcome != engagement.WaiverRequired || len(m.Lines) != 1 || !strings.Contains(m.Lines[0].Clause, "offered, not accepted yet") || !strings.Contains(strings.Join(m.Looked.Promises, "; "), "offered") {
			f.t.Errorf("got %+v", m)
		}
		categories, markets, err := f.Words(f.ctx, f.owner)
		if err != nil || !slices.Contains(categories, "frozen-food") || !slices.Contains(markets, "US") {
			f.t.Errorf("the words of the contracts: %v %v %v", categories, markets, err)
		}
	})
}

func TestConflictsAreForThoseWhoCoverAllClients(t *testing.T) {
	eachFloor(t, byWaiver, func(f *floor) {
		m := have(f.CheckConflict(f.ctx, f.owner, f.competitor("")))(f.t)
		specialist := have(f.Parties.CreateOrg(f.ctx, f.owner, access.Specialist, "Brightpath"))(f.t)
		for name, who := range map[string]access.Actor{
			"executive": f.invite(access.ClientExecutive, f.zed.ID, ""), "lead of one client": f.invite(access.AccountLead, f.host, f.zed.ID),
			"finance": f.invite(access.AgencyFinance, f.host, ""), "specialist": f.invite(access.SpecialistPartner, specialist.ID, f.zed.ID), "nobody": {},
		} {
			_, all := f.Conflicts(f.ctx, who)
			_, _, one := f.Conflict(f.ctx, who, m.ID)
			_, check := f.CheckConflict(f.ctx, who, f.competitor(""))
			_, _, walls := f.Walls(f.ctx, who)
			_, waivers := f.Waivers(f.ctx, who, f.acme.ID)
			for i, err := range []error{all, one, check, walls, waivers} {
				if err == nil || strings.Contains(err.Error(), "Acme") {
					f.t.Errorf("%s, %d: %v", name, i, err)
				}
			}
		}
		entries := have(entriesOf(f, f.invite(access.AccountLead, f.host, f.acme.ID)))(f.t)
		if strings.Contains(entries, "Robohaul") || strings.Contains(entries, "Cargobots") {
			f.t.Errorf("the record tells of others: %s", entries)
		}
	})
}

func entriesOf(f *floor, who access.Actor) (string, error) {
	service := &journalops.Service{DB: f.d}
	list, err := service.List(f.ctx, who, journalops.Filter{}, journalops.Page{Size: 100})
	text, _ := json.Marshal(list)
	return string(text), err
}

func TestChecksAreMadeWhenSomethingChanges(t *testing.T) {
	eachFloor(t, byWaiver, func(f *floor) {
		f.client("Bolt Works Inc.")
		f.client("Boltworks, Inc.")
		have(f.Parties.CreateOrg(f.ctx, f.owner, access.Specialist, "Brightpath"))(f.t)
		f.promised(f.zed, "zed-growth", "{category: warehouse-robots, brands: [], markets: [US], unit: office, tail: none, cool_off: none, cleared_by: nothing}")
		got := map[string]string{}
		for _, m := range have(f.Conflicts(f.ctx, f.owner))(f.t) {
			got[m.Newcomer.Name] = string(m.Kind) + " " + string(m.Outcome)
		}
		for name, want := range map[string]string{"Boltworks, Inc.": "client waiver-required", "Bolt Works Inc.": "client clear", "Brightpath": "specialist clear", "Cargobots GmbH": "client blocked"} {
			if got[name] != want {
				f.t.Errorf("%s: %q, want %q", name, got[name], want)
			}
		}
	})
}

func TestAWaiverIsAskedGivenAndEnds(t *testing.T) {
	eachFloor(t, byWaiver, func(f *floor) {
		m := have(f.CheckConflict(f.ctx, f.owner, f.competitor("")))(f.t)
		in := ops.WaiverInput{Waiver: engagement.Waiver{Client: f.acme.ID, Category: "warehouse-robots", Markets: []string{"US"}, Unit: contract.Office, For: "Robohaul",
			Period: cal.Period{From: cal.MustDate("2026-03-01"), To: cal.MustDate("2026-09-01")}}, Words: "A maker of robots for small shops, served from another office than Robohaul."}
		_, err := f.AskWaiver(f.ctx, f.owner, in)
		f.fails(err, fault.Invalid, "waiver-names")
		in.Words = "A maker of robots for small shops, served like Cargobots."
		_, err = f.AskWaiver(f.ctx, f.owner, in)
		f.fails(err, fault.Invalid, "waiver-names")
		in.Words = "A maker of robots for small shops, served by another team."
		c := have(f.AskWaiver(f.ctx, f.owner, in))(f.t)

		executive := f.actor(f.executiveOf(f.acme))
		seen := have(f.Waivers(f.ctx, executive, f.acme.ID))(f.t)
		if len(seen) != 1 || seen[0].For != "" {
			f.t.Errorf("the client sees %+v", seen)
		}
		entries := have(entriesOf(f, executive))(f.t)
		if mails := f.mails(); strings.Contains(entries+mails, "Robohaul") || !strings.Contains(mails, "A maker of robots") {
			f.t.Errorf("mail or record: %s", mails)
		}
		_, err = f.AnswerWaiver(f.ctx, f.owner, c.ID, true, "")
		f.fails(err, fault.Forbidden, "not-allowed")
		_, err = f.AnswerWaiver(f.ctx, executive, c.ID, false, "")
		f.fails(err, fault.Invalid, "reason")
		have(f.AnswerWaiver(f.ctx, executive, c.ID, true, ""))(f.t)
		_, err = f.AnswerWaiver(f.ctx, executive, c.ID, false, "changed my mind")
		f.fails(err, fault.Conflict, "waiver-given")

		register := have(f.Conflicts(f.ctx, f.owner))(f.t)
		i := slices.IndexFunc(register, func(x engagement.Made) bool { return x.Topic == m.Topic })
		if now := register[i]; now.Outcome != engagement.Clear || now.ID == m.ID || !strings.Contains(now.Lines[0].Cure, "until 31 Aug 2026") {
			f.t.Errorf("after the consent: %+v", now)
		}
		newest := func() engagement.Made {
			register := have(f.Conflicts(f.ctx, f.owner))(f.t)
			return register[slices.IndexFunc(register, func(x engagement.Made) bool { return x.Topic == m.Topic })]
		}
		clear := newest()
		for _, day := range []int{31, 32, 33} { // of August: the last day, and two after it
			f.at = time.Date(2026, 8, day, 12, 0, 0, 0, time.UTC)
			if err := f.Reconsider(f.ctx); err != nil {
				f.t.Fatal(err)
			}
			switch now := newest(); {
			case day == 31 && now.ID != clear.ID:
				f.t.Errorf("on its last day: %+v", now)
			case day == 32 && (now.Outcome != engagement.WaiverRequired || now.ByName != "the program"):
				f.t.Errorf("after its last day: %+v", now)
			case day == 33 && now.At.Day() != 1:
				f.t.Errorf("reconsidered again: %s", now.At)
			}
		}
		if late := have(f.CheckConflict(f.ctx, f.owner, f.competitor("")))(f.t); late.Outcome != engagement.WaiverRequired {
			f.t.Errorf("after it expired: %s", late.Outcome)
		}
	})
}

func TestAWaiverOnPaperNamesItsPaper(t *testing.T) {
	eachFloor(t, byWaiver, func(f *floor) {
		in := ops.WaiverInput{Waiver: engagement.Waiver{Client: f.acme.ID, Unit: contract.Office, Period: cal.Period{From: cal.MustDate("2026-03-01"), To: cal.MustDate("2026-09-01")}}, Words: "As signed.",
			Paper: &engagement.PaperConsent{}}
		_, err := f.AskWaiver(f.ctx, f.owner, in)
		if got := len(fault.All(err)); got != 3 {
			f.t.Errorf("%d problems: %v", got, err)
		}
		in.Paper = &engagement.PaperConsent{Reference: "Folder 12", Signatory: "Emil Executive", SignedOn: cal.MustDate("2026-02-27")}
		if c := have(f.AskWaiver(f.ctx, f.owner, in))(f.t); !c.Given || c.Paper == nil || c.State(cal.MustDate("2026-03-02")) != "given" {
			f.t.Errorf("got %+v", c)
		}
	})
}

func (f *floor) executiveOf(client party.Org) string {
	f.t.Helper()
	for _, l := range have(f.Parties.ListPeople(f.ctx, f.owner, client.ID))(f.t) {
		if l.Membership.Role == access.ClientExecutive {
			return l.Account.ID
		}
	}
	f.t.Fatal("no executive")
	return ""
}

func (f *floor) mails() string {
	f.t.Helper()
	var bodies []string
	if err := f.d.Read(f.ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().TableExpr("outbox").Column("body").Scan(ctx, &bodies)
	}); err != nil {
		f.t.Fatal(err)
	}
	return strings.Join(bodies, "\n")
}

func TestAWallPartsThePeopleInAccessAndInStaffing(t *testing.T) {
	eachFloor(t, byWall, func(f *floor) {
		ann, ben := f.invite(access.AccountLead, f.host, ""), f.invite(access.FractionalCMO, f.host, "")
		uma := f.invite(access.TeamMember, f.host, f.zed.ID)
		before := have(f.CheckConflict(f.ctx, f.owner, f.competitor(f.zed.ID)))(f.t)
		if before.Outcome != engagement.WallRequired {
			f.t.Fatalf("before: %+v", before)
		}
		in := ops.WallInput{One: f.acme.ID, Other: f.zed.ID, Reason: "They compete.", Sides: map[string]string{ann.Account: f.acme.ID, ben.Account: f.zed.ID}}
		_, err := f.BuildWall(f.ctx, f.owner, in)
		f.fails(err, fault.Invalid, "people-unplaced")
		in.Sides[f.owner.Account] = f.acme.ID
		_, err = f.BuildWall(f.ctx, f.owner, in)
		f.fails(err, fault.Invalid, "keeper-missing")
		in.Sides[f.owner.Account] = engagement.Keeper
		outside := have(f.Parties.CreateOrg(f.ctx, f.owner, access.Specialist, "Brightpath"))(f.t)
		external := f.invite(access.SpecialistPartner, outside.ID, f.acme.ID)
		in.Sides[external.Account] = engagement.Keeper
		_, err = f.BuildWall(f.ctx, f.owner, in)
		f.fails(err, fault.Invalid, "keeper-external")
		in.Sides[external.Account] = f.acme.ID
		wall := have(f.BuildWall(f.ctx, f.owner, in))(f.t)
		_, err = f.BuildWall(f.ctx, f.owner, in)
		f.fails(err, fault.Conflict, "wall-stands")

		ann = f.actor(ann.Account)
		if clients := have(f.Parties.Clients(f.ctx, ann))(f.t); len(clients) != 1 || clients[0].ID != f.acme.ID {
			f.t.Errorf("sees %+v", clients)
		}
		_, err = f.Parties.Client(f.ctx, ann, f.zed.ID)
		f.fails(err, fault.NotFound, "not-found")
		_, err = f.Conflicts(f.ctx, ann)
		f.fails(err, fault.Forbidden, "not-allowed")
		for _, l := range have(f.Parties.ListPeople(f.ctx, f.owner, f.zed.ID))(f.t) {
			if l.Account.ID == ann.Account {
				f.t.Error("who is kept from a client is told of as one of its people, and gets its mails")
			}
		}
		if got := f.latest("client:" + f.zed.ID); got.Outcome != engagement.Clear {
			f.t.Errorf("after the wall: %+v", got)
		}
		_, err = f.Parties.Invite(f.ctx, f.owner, partyops.InviteInput{Email: ann.Name + "@example.com", Name: ann.Name, Org: f.host, Role: access.AccountLead, Client: f.zed.ID})
		f.fails(err, fault.Conflict, "behind-a-wall")

		third := f.client("Bluebell Foods")
		later := f.invite(access.TeamMember, f.host, "")
		if clients := have(f.Parties.Clients(f.ctx, later))(f.t); len(clients) != 1 || clients[0].ID != third.ID {
			f.t.Errorf("who comes later sees neither side until somebody has placed them: %+v", clients)
		}
		if err := f.Place(f.ctx, f.owner, wall.ID, later.Account, f.zed.ID); err != nil {
			f.t.Fatal(err)
		}
		if clients := have(f.Parties.Clients(f.ctx, f.actor(later.Account)))(f.t); len(clients) != 2 {
			f.t.Errorf("placed on a side: %+v", clients)
		}
		f.fails(f.Place(f.ctx, f.owner, wall.ID, uma.Account, f.acme.ID), fault.Conflict, "side-first-off")
		if err := f.Place(f.ctx, f.owner, wall.ID, ann.Account, engagement.Off); err != nil {
			f.t.Fatal(err)
		}
		f.fails(f.Place(f.ctx, f.owner, wall.ID, ann.Account, f.zed.ID), fault.Conflict, "cool-off")
		_, err = f.Parties.Client(f.ctx, f.actor(ann.Account), f.zed.ID)
		f.fails(err, fault.NotFound, "not-found")
		f.at = f.at.AddDate(0, 0, 91)
		if _, err := f.Parties.Client(f.ctx, f.actor(ann.Account), f.zed.ID); err != nil {
			f.t.Errorf("90 days after leaving: %v", err)
		}
		if err := f.EndWall(f.ctx, f.owner, wall.ID, "Cargobots has left the market."); err != nil {
			f.t.Fatal(err)
		}
		f.fails(f.EndWall(f.ctx, f.owner, wall.ID, "Twice."), fault.Conflict, "wall-ended")
		if clients := have(f.Parties.Clients(f.ctx, f.actor(ben.Account)))(f.t); len(clients) != 3 {
			f.t.Errorf("after the end: %+v", clients)
		}
		if got := f.latest("client:" + f.zed.ID); got.Outcome != engagement.WallRequired {
			f.t.Errorf("after the end: %+v", got)
		}
	})
}

func (f *floor) latest(topic string) engagement.Made {
	f.t.Helper()
	register := have(f.Conflicts(f.ctx, f.owner))(f.t)
	i := slices.IndexFunc(register, func(m engagement.Made) bool { return m.Topic == topic })
	if i < 0 {
		f.t.Fatalf("no check of %s", topic)
	}
	return register[i]
}

func TestStaffingKeepsTheCoolOff(t *testing.T) {
	eachFloor(t, byWaiver, func(f *floor) {
		have(f.CheckConflict(f.ctx, f.owner, f.competitor(f.zed.ID)))(f.t)
		m := have(f.Parties.Invite(f.ctx, f.owner, f.invitation(access.TeamMember, f.host, f.acme.ID)))(f.t)
		over := f.invitation(access.TeamMember, f.host, f.zed.ID)
		over.Email = f.invitation(access.TeamMember, f.host, f.acme.ID).Email
		_, err := f.Parties.Invite(f.ctx, f.owner, over)
		f.fails(err, fault.Conflict, "other-side")
		if err := f.Parties.EndMembership(f.ctx, f.owner, m.ID); err != nil {
			f.t.Fatal(err)
		}
		_, err = f.Parties.Invite(f.ctx, f.owner, over)
		f.fails(err, fault.Conflict, "cool-off")
		if err == nil || !strings.Contains(err.Error(), "until 30 May 2026") || strings.Contains(err.Error(), "Acme") {
			f.t.Errorf("90 days after 2 Mar 2026: %v", err)
		}
		f.at = time.Date(2026, 5, 31, 9, 0, 0, 0, time.UTC)
		have(f.Parties.Invite(f.ctx, f.owner, over))(f.t)
		if got := f.latest("staffing:" + m.Account + ":" + f.zed.ID); got.Kind != engagement.OfStaffing || got.Open() {
			f.t.Errorf("the check is kept: %+v", got)
		}
	})
}
