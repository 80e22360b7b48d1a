package demo

import (
	"context"
	"fmt"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/work"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

// requests are what the client asks for in the last days before the visitor arrives: one is answered, one waits on the client, one is with the specialist, one
// is new and one is done.
func (st *story) requests(ctx context.Context) error {
	if err := st.asksFor(ctx); err != nil {
		return fmt.Errorf("briefs: %w", err)
	}
	for _, r := range []struct {
		day, hour       int
		title, category string
		impact, urgency contract.Weight
		brief           work.Answers
		then            func(ctx context.Context, act workops.Act) error
	}{
		{1, 9, "Landing page for the autumn campaign", "web", contract.Middle, contract.Middle,
			work.Answers{"address": "https://acme.example/autumn", "change": "A page for the autumn campaign with one form.", "kind": "a new page", "live-by": "2026-10-20"}, st.takesUp},
		{1, 14, "Search campaign for robot arms", "paid-media", contract.Heavy, contract.Middle,
			work.Answers{"goal": "60 demo requests until the end of November.", "audience": "Plant engineers in the Northeast.", "offer": "A demo on site, https://acme.example/arms", "budget": "18000.00 USD", "start": "2026-10-12"}, st.asksBack},
		{2, 10, "Who opened the September newsletter?", "analytics", contract.Middle, contract.Light,
			work.Answers{"question": "Which accounts opened it and visited the site within a week?", "decision": "Whom sales calls first."}, st.resolves},
		{4, 15, "Pictures of the new arm", "creative", contract.Middle, contract.Middle,
			work.Answers{"what": "Six pictures of the new arm at work.", "message": "It works beside people.", "audience": "Trade press.", "formats": "3000 pixels wide, and square."}, st.givesAway},
		{6, 9, "The form on the contact page sends nothing", "web", contract.Heavy, contract.Heavy,
			work.Answers{"address": "https://acme.example/contact", "change": "The form says thank you, and no mail arrives.", "kind": "something is broken"}, nil},
	} {
		st.at(Last.AddDays(r.day), r.hour)
		made, err := st.Work.Open(ctx, st.as(access.ClientProduct), workops.OpenInput{Client: st.client, Title: r.title, Category: r.category, Impact: r.impact, Urgency: r.urgency, Brief: r.brief})
		if err != nil {
			return fmt.Errorf("request %q: %w", r.title, err)
		}
		st.request = made.ID
		if r.then == nil {
			continue
		}
		if err := r.then(ctx, workops.Act{Client: made.Client, Request: made.ID}); err != nil {
			return fmt.Errorf("request %q: %w", r.title, err)
		}
	}
	return nil
}

// furtherBriefs are of the categories that the contract names and the forms that the program brings do not.
const furtherBriefs = `  - category: brand-design
    title: Brand design
    fields:
      - {key: what, label: What is to be designed, kind: long-text, required: true}
      - {key: where, label: Where it will be seen, kind: long-text, required: true}
      - {key: due, label: Wanted by, kind: date, required: false}
      - {key: material, label: Material, kind: files, required: false}
  - category: events
    title: Events
    fields:
      - {key: what, label: Which event and what for, kind: long-text, required: true}
      - {key: start, label: First day, kind: date, required: true}
      - {key: end, label: Last day, kind: date, required: false, not_before: start}
      - {key: budget, label: Budget, kind: money, required: false}
`

func (st *story) asksFor(ctx context.Context) error {
	st.at(Last.AddDays(1), 8)
	who := st.as(access.Owner)
	have, err := st.Work.Forms(ctx, who, "")
	if err != nil {
		return err
	}
	_, err = st.Work.SaveForms(ctx, who, have.Source+furtherBriefs, have.Version)
	return err
}

func (st *story) takesUp(ctx context.Context, act workops.Act) error {
	lead, team := st.as(access.AccountLead), st.as(access.TeamMember)
	st.at(Last.AddDays(1), 10)
	if _, err := st.Work.Assign(ctx, lead, act, team.Account); err != nil {
		return err
	}
	if _, err := st.Work.Note(ctx, lead, workops.MessageInput{Act: act, Text: "Please reuse the page of the spring campaign; that keeps us within the hours."}); err != nil {
		return err
	}
	st.at(Last.AddDays(1), 11)
	_, err := st.Work.Answer(ctx, team, workops.MessageInput{Act: act, Text: "Thank you, this is clear. You will have a first version on Friday."})
	return err
}

func (st *story) asksBack(ctx context.Context, act workops.Act) error {
	team := st.as(access.TeamMember)
	st.at(Last.AddDays(1), 15)
	if _, err := st.Work.Assign(ctx, st.as(access.AccountLead), act, team.Account); err != nil {
		return err
	}
	act.Note = "Two questions before we begin: may we name the price, and who answers the demo requests?"
	_, err := st.Work.Wait(ctx, team, act, work.OnClient)
	return err
}

func (st *story) resolves(ctx context.Context, act workops.Act) error {
	team := st.as(access.TeamMember)
	st.at(Last.AddDays(2), 11)
	if _, err := st.Work.Assign(ctx, st.as(access.AccountLead), act, team.Account); err != nil {
		return err
	}
	st.at(Last.AddDays(2), 16)
	if _, err := st.Work.Answer(ctx, team, workops.MessageInput{Act: act, Text: "37 accounts; they are marked in the CRM."}); err != nil {
		return err
	}
	_, err := st.Work.Resolve(ctx, team, act)
	return err
}

func (st *story) givesAway(ctx context.Context, act workops.Act) error {
	lead := st.as(access.AccountLead)
	st.at(Last.AddDays(4), 16)
	if _, err := st.Work.Triage(ctx, lead, act, st.specialist); err != nil {
		return err
	}
	if _, err := st.Work.Answer(ctx, lead, workops.MessageInput{Act: act, Text: "Brightpath takes these. They come to you for the pictures this week."}); err != nil {
		return err
	}
	act.Note = "Six pictures, as the brief says."
	_, err := st.Work.Wait(ctx, lead, act, work.OnSpecialist)
	return err
}
