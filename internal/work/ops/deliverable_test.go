package ops_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

func person(account, name string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: name, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

var (
	agencyOwner = person("acc_owner", "Olga Owner", access.Membership{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency})
	accountLead = person("acc_lead", "Lea Lead", access.Membership{Role: access.AccountLead, Org: "org_ag", OrgKind: access.Agency})
	teamMember  = person("acc_team", "Tim Team", access.Membership{Role: access.TeamMember, Org: "org_ag", OrgKind: access.Agency})
	maker       = person("acc_spec", "Sue Specialist", access.Membership{Role: access.SpecialistPartner, Org: "org_spec", OrgKind: access.Specialist, Client: "org_acme"})
	otherMaker  = person("acc_other", "Otto Other", access.Membership{Role: access.SpecialistPartner, Org: "org_spec2", OrgKind: access.Specialist, Client: "org_acme"})
	boss        = person("acc_exec", "Emil Executive", access.Membership{Role: access.ClientExecutive, Org: "org_acme", OrgKind: access.Client})
	money       = person("acc_fin", "Finn Finance", access.Membership{Role: access.ClientFinance, Org: "org_acme", OrgKind: access.Client})
	productLead = person("acc_prod", "Petra Product", access.Membership{Role: access.ClientProduct, Org: "org_acme", OrgKind: access.Client})
	elsewhere   = person("acc_str", "Sam Stranger", access.Membership{Role: access.ClientExecutive, Org: "org_bolt", OrgKind: access.Client})
)

// studio is a service with an agency, two clients, two specialists and an accepted contract.
type studio struct {
	*ops.Service
	t         *testing.T
	ctx       context.Context
	now       time.Time
	contract  string
	told      []string          // what requests were told
	tellers   []string          // by whom, and in which words
	handed    map[string]string // files that were handed over
	paid      ops.FeePaid
	acceptors []ops.Acceptor
	mu        sync.Mutex
}

const approvalTerms = `approvals:
  feedback: {within: 5 working days, silence: accepted, late: day-for-day}
  rounds: {included: 2, counted: revisions, further: change-order}
ownership: {passes: accepted-and-paid, accepted_within: 12 months, silence_accepts: no}
`

func newStudio(t *testing.T, d *db.DB, ctx context.Context, terms string) *studio {
	t.Helper()
	s := &studio{t: t, ctx: ctx, now: time.Date(2026, 3, 6, 15, 0, 0, 0, time.UTC), handed: map[string]string{}}
	tick := func() time.Time {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.now = s.now.Add(time.Millisecond)
		return s.now
	}
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight LLC"}, {"org_acme", "client", "Acme Robotics, Inc."}, {"org_bolt", "client", "Boltworks"}, {"org_spec", "specialist", "Brightpath"}, {"org_spec2", "specialist", "Other"}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], s.now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	files, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	parties := partyops.New(partyops.Options{DB: d, Now: tick, PublicURL: "https://example.test"})
	contracts := &contractops.Service{DB: d, Now: tick, Random: rand.Reader, Parties: parties}
	s.Service = &ops.Service{DB: d, Now: tick, Random: rand.Reader, Parties: parties, Contracts: contracts, Files: files, PublicURL: "https://example.test", Deliverables: ops.DeliverableDoors{
		RequestEvent: func(_ context.Context, _ bun.Tx, actor access.Actor, request, _, kind, words string, _ time.Time) error {
			s.tellers = append(s.tellers, actor.Account+" "+words)
			s.told = append(s.told, request+" "+kind)
			return nil
		},
		FeePaid:   func(context.Context, bun.Tx, string, string, cal.Month) (ops.FeePaid, error) { return s.paid, nil },
		Acceptors: func(context.Context, bun.Tx, string, string) ([]ops.Acceptor, error) { return s.acceptors, nil },
		HandOver: func(_ context.Context, _, name string, file []byte) error {
			s.handed[name] = string(file)
			return nil
		},
	}}
	s.contract = s.accepted(contracts, terms)
	return s
}

// accepted is a contract that both sides have accepted.
func (s *studio) accepted(contracts *contractops.Service, terms string) string {
	s.t.Helper()
	c, err := contracts.Begin(s.ctx, agencyOwner, "org_acme", "growth")
	if err != nil {
		s.t.Fatal(err)
	}
	text := contract.Template("growth", "Acme Robotics, Inc.", "Northlight LLC", cal.MustDate("2026-01-01")) + terms
	saved, err := contracts.Save(s.ctx, agencyOwner, contractops.SaveInput{Contract: c.ID, Source: text})
	if err != nil {
		s.t.Fatal(err)
	}
	v, err := contracts.Propose(s.ctx, agencyOwner, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision})
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := contracts.Accept(s.ctx, boss, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide}); err != nil {
		s.t.Fatal(err)
	}
	return c.ID
}

func (s *studio) at(text string) {
	s.t.Helper()
	now, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		s.t.Fatal(err)
	}
	s.now = now
}

func (s *studio) proposed(in ops.ProposeDeliverableInput) ops.Deliverable {
	s.t.Helper()
	in.Client, in.Key = "org_acme", "key-"+in.Name
	d, err := s.ProposeDeliverable(s.ctx, accountLead, in)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

func (s *studio) submit(who access.Actor, id, name, content string) (ops.Deliverable, error) {
	return s.SubmitVersion(s.ctx, who, ops.SubmitVersionInput{Client: "org_acme", Deliverable: id, Filename: name, Reader: strings.NewReader(content)})
}

// shows submits a version and releases it.
func (s *studio) shows(id, content string) ops.VersionFile {
	s.t.Helper()
	d, err := s.submit(teamMember, id, "headline.txt", content)
	if err != nil {
		s.t.Fatal(err)
	}
	f := d.Files[len(d.Files)-1]
	if _, err := s.ReleaseVersion(s.ctx, accountLead, ops.ReviewInput{Client: "org_acme", Deliverable: id, Version: f.Number, SHA256: f.SHA256}); err != nil {
		s.t.Fatal(err)
	}
	return f
}

func (s *studio) answer(who access.Actor, id string, f ops.VersionFile, step work.Step, changes ...string) (ops.Deliverable, error) {
	in := ops.AnswerInput{Client: "org_acme", Deliverable: id, Version: f.Number, SHA256: f.SHA256, Step: step, Changes: changes}
	if step == work.StepRejected {
		in.Words = "not what we asked for"
	}
	return s.AnswerVersion(s.ctx, who, in)
}

func (s *studio) refused(err error, kind fault.Kind, code string) {
	s.t.Helper()
	if !fault.Is(err, kind) || fault.Code(err) != code {
		s.t.Errorf("got %v (%s), want %s %s", err, fault.Code(err), kind, code)
	}
}

func (s *studio) words() (out []string) {
	s.t.Helper()
	list, err := (&journalops.Service{DB: s.DB}).List(s.ctx, agencyOwner, journalops.Filter{Client: "org_acme"}, journalops.Page{Size: 100})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range list.Entries {
		out = append(out, e.ActorName+" "+e.Words)
	}
	return out
}

func each(t *testing.T, terms string, test func(t *testing.T, s *studio)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) { test(t, newStudio(t, d, ctx, terms)) })
}

// A request's deliverable: proposed, shown, changed in round one, approved in round one with the SHA-256 of exactly the file, paid, and then the client's.
func TestADeliverableToItsEnd(t *testing.T) {
	each(t, approvalTerms, func(t *testing.T, s *studio) {
		d := s.proposed(ops.ProposeDeliverableInput{Name: "Headline", Contract: s.contract, Request: "R-1", Due: cal.MustDate("2026-03-31"), FeeMonth: "2026-03", Provider: "org_spec"})
		first := s.shows(d.ID, "Buy now")
		if _, err := s.answer(productLead, d.ID, first, work.StepFeedback, "shorter", " "); err != nil {
			t.Fatal(err)
		}
		second := s.shows(d.ID, "Buy")
		got, err := s.answer(productLead, d.ID, second, work.StepApproved)
		if err != nil {
			t.Fatal(err)
		}
		if got.State.RoundWords() != "round 1 of 2" || got.State.Accepted.SHA256 != second.SHA256 || got.State.Accepted.By != "Petra Product" {
			t.Errorf("%s %+v", got.State.RoundWords(), got.State.Accepted)
		}
		if again, err := s.answer(productLead, d.ID, second, work.StepApproved); err != nil || len(again.Steps) != len(got.Steps) {
			t.Errorf("saying it again: %v", err)
		}
		if want := []string{"R-1 delivered", "R-1 feedback", "R-1 delivered", "R-1 feedback"}; !slices.Equal(s.told, want) {
			t.Errorf("the request was told %v", s.told)
		}
		s.settle()
		s.paid = ops.FeePaid{Paid: true, On: cal.MustDate("2026-04-20"), Words: "all invoices up to March 2026"}
		s.at("2026-04-21 09:00")
		s.settle()
		s.settle()
		if text := fmt.Sprintf("%+v", studioMust(s.ShowDeliverable(s.ctx, maker, "org_acme", d.ID))(t)); strings.Contains(text, "all invoices") || strings.Contains(text, "2026-03 ") {
			t.Errorf("the specialist sees what is paid: %s", text)
		}
		shown, err := s.ShowDeliverable(s.ctx, boss, "org_acme", d.ID)
		if err != nil || shown.Owned.Owner != work.OwnerClient || !strings.Contains(shown.Owned.Why, "all invoices up to March 2026 paid on 20 Apr 2026: owned by the client") {
			t.Errorf("%v %+v", err, shown.Owned)
		}
		s.paid = ops.FeePaid{}
		s.at("2026-04-22 09:00")
		s.settle()
		if shown := studioMust(s.ShowDeliverable(s.ctx, boss, "org_acme", d.ID))(t); shown.Owned.Owner != work.OwnerClient {
			t.Errorf("without a reversal nobody looks again: %+v", shown.Owned)
		}
		for range 2 {
			err := s.DB.Write(s.ctx, func(ctx context.Context, tx bun.Tx) error { return s.PaymentReversed(ctx, tx, "org_acme") })
			if err != nil {
				t.Fatal(err)
			}
			s.settle()
		}
		shown = studioMust(s.ShowDeliverable(s.ctx, boss, "org_acme", d.ID))(t)
		if !shown.State.Paid.IsZero() || shown.Owned.Owner != work.OwnerAgency || !strings.Contains(shown.Owned.Why, "the payment of 20 Apr 2026 was taken back") {
			t.Errorf("taken back: %+v", shown.Owned)
		}
		s.paid = ops.FeePaid{Paid: true, On: cal.MustDate("2026-04-24"), Words: "all invoices up to March 2026"}
		s.at("2026-04-25 09:00")
		s.settle()
		if shown := studioMust(s.ShowDeliverable(s.ctx, boss, "org_acme", d.ID))(t); shown.State.Paid.String() != "2026-04-24" || shown.Owned.Owner != work.OwnerClient || len(shown.Steps) != len(got.Steps)+3 {
			t.Errorf("paid again: %+v, %d steps", shown.Owned, len(shown.Steps))
		}
		s.heldToTheRecord(d.ID)
		words := s.words()
		for _, want := range []string{"Petra Product approved version 2 of Headline", "Lea Lead released version 2 of Headline to the client, round 1 of 2", "Petra Product asked for 1 changes to version 1 of Headline"} {
			if !slices.Contains(words, want) {
				t.Errorf("lacks %q in %q", want, words)
			}
		}
	})
}

func studioMust[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (s *studio) settle() {
	s.t.Helper()
	if err := s.SettleDeliverables(s.ctx); err != nil {
		s.t.Fatal(err)
	}
}

// The client sees nothing of a version before it is released: not on the page, not as a file, not in a list, not in the record.
func TestTheClientSeesNoVersionBeforeItIsReleased(t *testing.T) {
	each(t, approvalTerms, func(t *testing.T, s *studio) {
		d := s.proposed(ops.ProposeDeliverableInput{Name: "Film", Contract: s.contract, Provider: "org_spec"})
		if _, err := s.submit(maker, d.ID, "secret-draft.txt", "a secret draft"); err != nil {
			t.Fatal(err)
		}
		for _, who := range []access.Actor{boss, money, productLead} {
			shown, err := s.ShowDeliverable(s.ctx, who, "org_acme", d.ID)
			if err != nil || len(shown.Files) != 0 || len(shown.State.Versions) != 0 || len(shown.Steps) != 1 {
				t.Errorf("%s sees %+v, %v", who.Name, shown, err)
			}
			if _, _, err := s.OpenVersion(s.ctx, who, "org_acme", d.ID, 1); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s opens it: %v", who.Name, err)
			}
			list, err := s.ListDeliverables(s.ctx, who, "org_acme", ops.DeliverableFilter{Name: "film"})
			if err != nil || list.Total != 1 || strings.Contains(fmt.Sprintf("%+v", list), "secret") {
				t.Errorf("%s lists %+v, %v", who.Name, list, err)
			}
			record, err := (&journalops.Service{DB: s.DB}).List(s.ctx, who, journalops.Filter{Client: "org_acme"}, journalops.Page{Size: 100})
			if err != nil || strings.Contains(fmt.Sprintf("%+v", record), "submitted version") {
				t.Errorf("%s reads %+v, %v", who.Name, record, err)
			}
			_, err = s.AnswerVersion(s.ctx, who, ops.AnswerInput{Client: "org_acme", Deliverable: d.ID, Version: 1, Step: work.StepApproved})
			s.refused(err, fault.Conflict, "no-version")
		}
		for who, sees := range map[*access.Actor]bool{&maker: true, &accountLead: true, &otherMaker: false, &elsewhere: false} {
			_, content, err := s.OpenVersion(s.ctx, *who, "org_acme", d.ID, 1)
			if (err == nil) != sees || err != nil && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", who.Name, err)
			}
			if err == nil {
				text, _ := io.ReadAll(content)
				_ = content.Close()
				if string(text) != "a secret draft" {
					t.Errorf("%q", text)
				}
			}
		}
		shown, err := s.ShowDeliverable(s.ctx, maker, "org_acme", d.ID)
		if err != nil || shown.Owned != nil {
			t.Errorf("the specialist sees whose it is, and what is paid: %+v, %v", shown.Owned, err)
		}
		if list, err := s.ListDeliverables(s.ctx, otherMaker, "org_acme", ops.DeliverableFilter{}); err != nil || list.Total != 0 {
			t.Errorf("another specialist lists %+v, %v", list, err)
		}
	})
}

// A specialist's version passes the agency: held back it is done again, released it is seen.
func TestTheAgencyReviewsWhatASpecialistMakes(t *testing.T) {
	each(t, approvalTerms, func(t *testing.T, s *studio) {
		d := s.proposed(ops.ProposeDeliverableInput{Name: "Film", Contract: s.contract, Provider: "org_spec"})
		got, err := s.submit(maker, d.ID, "film.txt", "one")
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.submit(maker, d.ID, "film.txt", "two")
		s.refused(err, fault.Conflict, "in-review")
		in := ops.ReviewInput{Client: "org_acme", Deliverable: d.ID, Version: 1, SHA256: got.Files[0].SHA256}
		_, err = s.ReleaseVersion(s.ctx, maker, in)
		s.refused(err, fault.Forbidden, "not-allowed")
		_, err = s.HoldBackVersion(s.ctx, accountLead, in)
		s.refused(err, fault.Invalid, "words")
		in.Words = "the logo is the old one"
		if _, err := s.HoldBackVersion(s.ctx, accountLead, in); err != nil {
			t.Fatal(err)
		}
		_, err = s.ReleaseVersion(s.ctx, accountLead, in)
		s.refused(err, fault.Conflict, "not-in-review")
		_, err = s.submit(maker, d.ID, "film.txt", "one")
		if again, _ := s.ShowDeliverable(s.ctx, maker, "org_acme", d.ID); err != nil || len(again.Files) != 1 {
			t.Errorf("the same file again: %v", err)
		}
		if got, err = s.submit(maker, d.ID, "film.txt", "two"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ReleaseVersion(s.ctx, accountLead, ops.ReviewInput{Client: "org_acme", Deliverable: d.ID, Version: 2, SHA256: got.Files[1].SHA256}); err != nil {
			t.Fatal(err)
		}
		shown, err := s.ShowDeliverable(s.ctx, productLead, "org_acme", d.ID)
		if err != nil || len(shown.Files) != 1 || shown.Files[0].Number != 2 || strings.Contains(fmt.Sprintf("%+v", shown.Steps), "old one") {
			t.Errorf("%+v, %v", shown, err)
		}
	})
}

// withMilestone is a second contract, with a milestone.
func (s *studio) withMilestone() string {
	s.t.Helper()
	c, err := s.Contracts.Begin(s.ctx, agencyOwner, "org_acme", "launch")
	if err != nil {
		s.t.Fatal(err)
	}
	text := contract.Template("launch", "Acme Robotics, Inc.", "Northlight LLC", cal.MustDate("2026-01-01"))
	text = strings.Replace(text, "\nclauses:\n", "\nclauses:\n  - milestones: site\n    list: [{milestone: go-live, amount: 4000.00, bonus: none}]\n    acceptance: {by: client finance, within: 5 working days, silence: open}\n    partial: by-part\n", 1)
	saved, err := s.Contracts.Save(s.ctx, agencyOwner, contractops.SaveInput{Contract: c.ID, Source: text})
	if err != nil {
		s.t.Fatal(err)
	}
	v, err := s.Contracts.Propose(s.ctx, agencyOwner, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision})
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.Contracts.Accept(s.ctx, boss, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide}); err != nil {
		s.t.Fatal(err)
	}
	return c.ID
}

// endless gives many bytes of nothing.
type endless struct{ left int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := copy(p, bytes.Repeat([]byte("x"), len(p)))
	e.left -= int64(n)
	return n, nil
}
