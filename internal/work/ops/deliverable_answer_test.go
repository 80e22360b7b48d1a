package ops_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// Who made or showed a version does not approve it, whatever else they are.
func TestNobodyApprovesTheirOwnVersion(t *testing.T) {
	each(t, approvalTerms, func(t *testing.T, s *studio) {
		d := s.proposed(ops.ProposeDeliverableInput{Name: "Headline", Contract: s.contract})
		f := s.shows(d.ID, "Buy now")
		both := accountLead
		both.Memberships = append(slices.Clone(both.Memberships), productLead.Memberships...)
		_, err := s.answer(both, d.ID, f, work.StepApproved)
		s.refused(err, fault.Forbidden, "own-version")
	})
}

// Two decisions at once: one counts, the other is told who was first.
func TestTwoAnswersAtOnce(t *testing.T) {
	each(t, approvalTerms, func(t *testing.T, s *studio) {
		d := s.proposed(ops.ProposeDeliverableInput{Name: "Headline", Contract: s.contract})
		f := s.shows(d.ID, "Buy now")
		var group sync.WaitGroup
		errs := make([]error, 2)
		for i, who := range []access.Actor{productLead, money} {
			group.Go(func() {
				step, changes := work.StepApproved, []string(nil)
				if i == 1 {
					step, changes = work.StepFeedback, []string{"shorter"}
				}
				_, errs[i] = s.answer(who, d.ID, f, step, changes...)
			})
		}
		group.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("%v, %v", errs[0], errs[1])
		}
		lost := errors.Join(errs...)
		if !fault.Is(lost, fault.Conflict) || !strings.Contains(lost.Error(), "version 1 on 6 Mar 2026") {
			t.Errorf("the second is told %v", lost)
		}
		shown, _ := s.ShowDeliverable(s.ctx, boss, "org_acme", d.ID)
		if n := len(shown.Steps); n != 3 {
			t.Errorf("%d steps", n)
		}
	})
}

// Silence accepts when the client's time is over, whether or not the program looked; it is recorded once, however often and at once it is looked for.
func TestSilenceAcceptsOnce(t *testing.T) {
	each(t, approvalTerms, func(t *testing.T, s *studio) {
		d := s.proposed(ops.ProposeDeliverableInput{Name: "Headline", Contract: s.contract, Request: "R-1"})
		f := s.shows(d.ID, "Buy now")
		s.at("2026-03-14 03:59")
		s.settle()
		if shown, _ := s.ShowDeliverable(s.ctx, boss, "org_acme", d.ID); shown.State.Accepted != nil {
			t.Fatal("accepted before Friday is over in New York")
		}
		s.at("2026-03-14 04:00")
		_, err := s.answer(productLead, d.ID, f, work.StepFeedback, "shorter")
		s.refused(err, fault.Conflict, "accepted")
		if shown, _ := s.ShowDeliverable(s.ctx, boss, "org_acme", d.ID); shown.State.Accepted == nil || shown.State.Accepted.Recorded {
			t.Fatalf("%+v", shown.State.Accepted)
		}
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() {
				if err := s.SettleDeliverables(s.ctx); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		n := 0
		for _, w := range s.words() {
			if strings.Contains(w, "by the client's silence") {
				n++
			}
		}
		if n != 1 {
			t.Errorf("recorded %d times", n)
		}
		// and nobody gave the request the client's word but the program
		if want := access.MachineAccount + " accepted version 1 of Headline by the client's silence"; s.tellers[len(s.tellers)-1] != want {
			t.Errorf("the request was told %q", s.tellers)
		}
		if _, err := s.answer(productLead, d.ID, f, work.StepApproved); err != nil {
			t.Errorf("it can be confirmed in writing: %v", err)
		}
	})
}

// A milestone is accepted in one place: those who accept deliveries approve it, and its acceptance becomes evidence, once.
func TestAMilestoneIsAcceptedOnce(t *testing.T) {
	each(t, approvalTerms, func(t *testing.T, s *studio) {
		id := s.withMilestone()
		d := s.proposed(ops.ProposeDeliverableInput{Name: "Website", Contract: id, Milestone: "go-live"})
		f := s.shows(d.ID, "the site")
		_, err := s.answer(productLead, d.ID, f, work.StepApproved)
		s.refused(err, fault.Forbidden, "not-allowed")
		s.acceptors = []ops.Acceptor{{Account: money.Account, Name: money.Name}}
		_, err = s.answer(boss, d.ID, f, work.StepApproved)
		s.refused(err, fault.Forbidden, "not-the-acceptor")
		s.at("2026-03-10 15:00")
		if _, err := s.answer(money, d.ID, f, work.StepApproved); err != nil {
			t.Fatal(err)
		}
		s.settle()
		want := "delivery_id,milestone,delivered_on,accepted_on,returned_on,part,note\n" + d.ID + ",go-live,2026-03-06,2026-03-10,,,\"Website, version 1, SHA-256 " + f.SHA256 + "\"\n"
		if got := s.handed["acceptance-of-"+d.ID+".csv"]; got != want {
			t.Errorf("%q", got)
		}
		s.handed = map[string]string{}
		s.settle()
		if len(s.handed) != 0 {
			t.Error("handed over twice")
		}
	})
}

func TestDeliverablesThatCannotBe(t *testing.T) {
	each(t, approvalTerms, func(t *testing.T, s *studio) {
		in := ops.ProposeDeliverableInput{Client: "org_acme", Name: "Headline", Key: "12345678"}
		for code, bad := range map[string]func(*ops.ProposeDeliverableInput){
			"name":              func(x *ops.ProposeDeliverableInput) { x.Name = " " },
			"key":               func(x *ops.ProposeDeliverableInput) { x.Key = "1" },
			"contract":          func(x *ops.ProposeDeliverableInput) { x.Contract = "con_none" },
			"milestone-unknown": func(x *ops.ProposeDeliverableInput) { x.Contract, x.Milestone = s.contract, "go-live" },
			"part":              func(x *ops.ProposeDeliverableInput) { x.Part = "150 %" },
			"fee-month":         func(x *ops.ProposeDeliverableInput) { x.FeeMonth = "March" },
			"provider":          func(x *ops.ProposeDeliverableInput) { x.Provider = "org_acme" },
		} {
			x := in
			bad(&x)
			_, err := s.ProposeDeliverable(s.ctx, accountLead, x)
			s.refused(err, fault.Invalid, code)
		}
		_, err := s.ProposeDeliverable(s.ctx, productLead, in)
		s.refused(err, fault.Forbidden, "not-allowed")
		d, err := s.ProposeDeliverable(s.ctx, accountLead, in)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := s.ProposeDeliverable(s.ctx, accountLead, in); err != nil || again.ID != d.ID {
			t.Errorf("sent twice: %v", err)
		}
		in.Name = "Other"
		_, err = s.ProposeDeliverable(s.ctx, accountLead, in)
		s.refused(err, fault.Conflict, "key-used")
		_, err = s.submit(teamMember, d.ID, "logo.png", "<svg onload='x'/>")
		s.refused(err, fault.Invalid, "file-lies")
		_, err = s.submit(productLead, d.ID, "a.txt", "x")
		s.refused(err, fault.Forbidden, "not-allowed")
		_, err = s.SubmitVersion(s.ctx, teamMember, ops.SubmitVersionInput{Client: "org_acme", Deliverable: d.ID, Filename: "a.txt", Reader: io.MultiReader(strings.NewReader("text"), &endless{left: work.MaxVersion})})
		s.refused(err, fault.TooLarge, "file-size")
		_, err = s.ShowDeliverable(s.ctx, elsewhere, "org_bolt", d.ID)
		s.refused(err, fault.NotFound, "not-found")
		_, err = s.WithdrawDeliverable(s.ctx, accountLead, "org_acme", d.ID, "")
		s.refused(err, fault.Invalid, "words")
		if _, err := s.WithdrawDeliverable(s.ctx, accountLead, "org_acme", d.ID, "the campaign is off"); err != nil {
			t.Fatal(err)
		}
		_, err = s.submit(teamMember, d.ID, "a.txt", "x")
		s.refused(err, fault.Conflict, "withdrawn")
	})
}
