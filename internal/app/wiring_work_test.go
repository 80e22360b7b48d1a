package app

import (
	"context"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/engagement"
	engagementops "github.com/ofrecord/ofrecord/internal/engagement/ops"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	"github.com/ofrecord/ofrecord/internal/work"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

// workContract promises web to a specialist and time of Ana, and lets paid media draw the hours of the team.
var workContract = strings.NewReplacer("approval: none-needed", "approval: before-work, approved_hours: overage-approved", "\nclauses:", `
appointments:
  - {category: web, brands: [Acme], markets: [US], promise: exclusive, provider: Brightpath}
  - {category: seo, brands: [Acme], markets: [US], promise: preferred, first_refusal: 5 working days}
  - {category: seo, brands: [Acme], markets: [CA], promise: exclusive, provider: Brightpath}
resources:
  - {resource: Ana Adler, kind: dedicated, hours: 40}
clauses:`).Replace(hoursContract) + `scope:
  sow: SOW 2026
  work:
    - {work: campaigns, category: paid-media, covers: running campaigns, is: draws-retainer, of: team, each_at_most: none}
    - {work: reports, category: other, covers: the monthly report, is: in-scope, each_at_most: none}
  otherwise: change-order
`

// eachOffice is the office under workContract in March, on both engines.
func eachOffice(t *testing.T, test func(t *testing.T, o *office)) {
	for engine, database := range map[string]func(testing.TB) string{db.SQLite: dbtest.SQLiteURL, db.Postgres: dbtest.PostgresURL} {
		t.Run(engine, func(t *testing.T) {
			o := newOffice(t, database(t), workContract)
			o.on("2026-03-10")
			test(t, o)
		})
	}
}

func (o *office) asksFor(category, brand, market string) *workops.Request {
	o.t.Helper()
	texts := need(o.Work.Forms(o.ctx, o.owner, o.client))(o.t)
	form, _ := texts.Forms.Of(category)
	brief := work.Answers{}
	for _, f := range form.Fields {
		switch {
		case !f.Required:
		case f.Kind == work.DateField:
			brief[f.Key] = "2026-04-01"
		case f.Kind == work.MoneyField:
			brief[f.Key] = "1000.00 USD"
		case f.Kind == work.ChoiceField:
			brief[f.Key] = f.Choices[0]
		default:
			brief[f.Key] = "the words of the brief"
		}
	}
	return need(o.Work.Open(o.ctx, o.executive, workops.OpenInput{Client: o.client, Title: "Something of " + category, Category: category, Brand: brand, Market: market, Priority: contract.Normal, Brief: brief}))(o.t)
}

func (o *office) sized(r *workops.Request, minutes int64) work.Scope {
	o.t.Helper()
	r = need(o.Work.AskContract(o.ctx, o.owner, workops.Act{Client: o.client, Request: r.ID}, workops.ScopeInput{Minutes: minutes}))(o.t)
	return *r.State.Scope
}

// A request goes where the contract promises the work, by the name of the specialist.
func TestRequestsGoWhereTheWorkIsPromised(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		org := need(o.Party.CreateOrg(o.ctx, o.owner, access.Specialist, "BrightPath "))(t)
		need(o.Party.Invite(o.ctx, o.owner, partyops.InviteInput{Email: "stella@brightpath.example", Name: "Stella Specialist", Org: org.ID, Client: o.client, Role: access.SpecialistPartner}))(t)
		r := o.asksFor("web", "Acme", "US")
		if r.State.Provider != org.ID || !r.State.Triaged || !strings.Contains(r.Events[1].Note, "goes to Brightpath") {
			t.Errorf("%+v", r.Events)
		}
		if r = o.asksFor("other", "Acme", "US"); r.State.Triaged {
			t.Errorf("what nobody is promised went to %q", r.State.Provider)
		}
	})
}

// A request for work that is promised first to somebody stands among the offers until it is answered. Where the market decides, the request says so, and nobody is asked.
func TestARequestIsOfferedToWhomItWasPromisedFirst(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		r := o.asksFor("seo", "Acme", "US")
		if !r.State.Triaged || !strings.Contains(r.Events[1].Note, "First refusal until the end of 17 Mar 2026 in New York") {
			t.Errorf("%+v", r.Events)
		}
		offers := need(o.Engagement.FirstRefusals(o.ctx, o.owner, o.client))(t)
		if len(offers) != 1 || offers[0].Work != r.Name()+" Something of seo" || offers[0].State != engagement.Offered {
			t.Fatalf("%+v", offers)
		}
		open := o.asksFor("seo", "Acme", "")
		if open.State.Triaged || !strings.Contains(open.Events[0].Note, "The market decides who does this") {
			t.Errorf("%+v", open.Events)
		}
		if offers = need(o.Engagement.FirstRefusals(o.ctx, o.owner, o.client))(t); len(offers) != 1 {
			t.Errorf("%d offers", len(offers))
		}
	})
}

// A change order that answers a request decides how it stands when the client accepts it, without anybody asking again.
func TestAnAcceptedChangeOrderSettlesItsRequest(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		r := o.asksFor("seo", "Acme", "US")
		in := engagementops.OrderInput{Contract: o.contract, Title: "Search pages", Reason: "They are new.", Request: r.ID}
		in.Amending.Effective = cal.MustDate("2026-04-01")
		in.Amending.Work = []contract.ScopeWork{{Name: "pages", Category: "web", Covers: "pages for the search", Is: contract.InScope}}
		shown := need(o.Engagement.PreviewOrder(o.ctx, o.owner, in))(t)
		in.SHA256 = shown.Terms.SHA256
		order := need(o.Engagement.IssueOrder(o.ctx, o.owner, in))(t)
		scope := func() work.Scope { return *need(o.Work.Show(o.ctx, o.owner, o.client, r.ID))(t).State.Scope }
		if s := scope(); s.Answer != engagement.AnswerChangeOrder {
			t.Fatalf("before: %+v", s)
		}
		need(o.Contracts.Accept(o.ctx, o.executive, contractops.AcceptInput{Version: order.Version.ID, SHA256: order.Version.SHA256, Side: contract.ClientSide}))(t)
		if s := scope(); s.Answer != engagement.AnswerInScope || !strings.Contains(strings.Join(s.Found.Reasons, " "), "change order 1: Search pages") {
			t.Errorf("after: %+v", s)
		}
	})
}

// The contract is asked when a request is opened, with the hours that are left: of evidence, of approved time, of the overage that the client approved, and less what others take of it.
func TestTheScopeOfARequestKnowsHoursAndApprovals(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		if s := o.asksFor("other", "", "").State.Scope; s == nil || s.Answer != engagement.AnswerInScope || s.Contract != o.contract || s.Name != "hours" || s.VersionID == "" || s.Ask.Day != cal.MustDate("2026-03-10") {
			t.Fatalf("at intake: %+v", s)
		}
		if s := o.asksFor("seo", "", "").State.Scope; s.Answer != engagement.AnswerChangeOrder {
			t.Errorf("%+v", s)
		}
		r := o.asksFor("paid-media", "", "")
		if s := r.State.Scope; s.Answer != engagement.AnswerOpen || !strings.Contains(s.Found.Missing, "How long") {
			t.Errorf("%+v", s)
		}
		if s := o.sized(r, 60*30); s.Answer != engagement.AnswerDraws { // 20 hours of March, and 10 that February carried on
			t.Errorf("%+v", s)
		}
		o.works("2026-03-02", 10) // approved, and no evidence yet
		if s := o.sized(r, 60*25); s.Found.Approve != 300 || !strings.Contains(strings.Join(s.Found.Reasons, " "), "20 hours of team are left") || !strings.Contains(strings.Join(s.Found.Reasons, " "), "none are approved") {
			t.Errorf("%+v", s)
		}
		need(o.Fees.Decide(o.ctx, o.executive, feesops.DecideInput{Client: o.client, Kind: crm.KindMetricReading, Row: "overage-approved|2026-03-01|2026-03-31", Act: crm.ActApprove, Hours: "10"}))(t)
		s := o.sized(r, 60*25)
		if s.Answer != engagement.AnswerPreApproved || s.Found.Costs.String() != "1000.00" || s.Found.From != cal.MustDate("2026-03-01") || !strings.Contains(strings.Join(s.Found.Reasons, " "), "10 hours are approved") {
			t.Errorf("5 x 200.00: %+v", s)
		}
		if s = o.sized(o.asksFor("paid-media", "", ""), 60*25+1); s.Found.Approve != 1 || !strings.Contains(strings.Join(s.Found.Reasons, " "), "10 hours are approved, and 5 hours of them are left") {
			t.Errorf("what another request takes is taken: %+v", s)
		}
		o.on("2026-03-20")
		o.works("2026-03-12", 20)
		o.works("2026-03-17", 7) // of those approved seven are worked, five of them spoken for by the request that goes on
		if s = o.sized(o.asksFor("paid-media", "", ""), 1); s.Found.Approve != 121 || s.Answer != engagement.AnswerChangeOrder {
			t.Errorf("what is worked above is taken: %+v", s)
		}
		shown := need(o.Work.Show(o.ctx, o.owner, o.client, r.ID))(t)
		if len(shown.Kinds) != 2 || shown.Kinds[0].ID != o.contract+"/campaigns" || !strings.HasPrefix(shown.Kinds[0].Name, "campaigns: running campaigns") {
			t.Errorf("%+v", shown.Kinds)
		}
		if s = o.sized(r, 0); s.Answer != engagement.AnswerOpen {
			t.Errorf("no estimate any more: %+v", s)
		}
	})
}

// What is promised of a person is kept in approved time, and planned week by week.
func TestPromisedPeopleAreHeldAgainstApprovedTime(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		march := func() engagement.ResourceMonth {
			all := need(o.Engagement.Relationship(o.ctx, o.executive, o.client))(t).Resources
			return all[len(all)-1]
		}
		if got := march(); got.Month.String() != "2026-03" || got.Known || got.Minutes != 40*60 {
			t.Errorf("before any time is approved: %+v", got)
		}
		o.works("2026-03-02", 8)
		if got := march(); !got.Known || got.Worked != 8*60 || got.Verdict() != engagement.VerdictOpen {
			t.Errorf("%+v", got)
		}
		o.on("2026-04-02")
		before := func() engagement.ResourceMonth {
			return need(o.Engagement.Relationship(o.ctx, o.executive, o.client))(t).Resources[0]
		}
		if got := before(); got.Month.String() != "2026-03" || got.Known {
			t.Errorf("over, and more of it may be approved: %+v", got)
		}
		o.locks("2026-03")
		if got := before(); !got.Known || got.Worked != 8*60 || got.Verdict() != engagement.VerdictBroken {
			t.Errorf("locked: %+v", got)
		}
		var promises []timesheet.Promise
		if err := o.DB.Read(o.ctx, func(ctx context.Context, tx bun.Tx) (err error) {
			promises, err = o.Timesheet.Promised(ctx, tx, o.client)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if len(promises) != 1 || promises[0].Person != "Ana Adler" || promises[0].Minutes != 40*60*12/52 || promises[0].From != cal.MustDate("2026-01-01") {
			t.Errorf("%+v", promises)
		}
	})
}

// A deliverable tells its request that a version came and that the client said its word, stands among the dates of the relationship until it is accepted, and among what is left at the end.
func TestADeliverableTellsItsRequestAndTheRelationship(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		r := o.asksFor("other", "", "")
		made := need(o.Work.ProposeDeliverable(o.ctx, o.owner, workops.ProposeDeliverableInput{Client: o.client, Name: "Report", Contract: o.contract, Request: r.ID, Due: cal.MustDate("2026-03-31"), Key: "report-of-march"}))(t)
		due := func() (words []string) {
			_, promised, err := o.Engagement.Terms(o.ctx, o.executive, o.client)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range promised {
				words = append(words, d.On.String()+" "+d.Title)
			}
			return words
		}
		if got := due(); len(got) != 1 || got[0] != "2026-03-31 Due: Report" {
			t.Errorf("%q", got)
		}
		_, err := o.Work.ProposeDeliverable(o.ctx, o.owner, workops.ProposeDeliverableInput{Client: o.client, Name: "Nothing", Request: "req_of_nobody", Key: "nothing-at-all"})
		if err == nil {
			t.Error("a request that is not there has a deliverable")
		}
		made = need(o.Work.SubmitVersion(o.ctx, o.owner, workops.SubmitVersionInput{Client: o.client, Deliverable: made.ID, Filename: "report.txt", Reader: strings.NewReader("The month went well.")}))(t)
		need(o.Work.ReleaseVersion(o.ctx, o.owner, workops.ReviewInput{Client: o.client, Deliverable: made.ID, Version: 1, SHA256: made.Files[0].SHA256}))(t)
		shown := need(o.Work.Show(o.ctx, o.executive, o.client, r.ID))(t)
		if !shown.State.AwaitsFeedback() {
			t.Errorf("the request does not know of the version: %+v", shown.State)
		}
		need(o.Work.AnswerVersion(o.ctx, o.executive, workops.AnswerInput{Client: o.client, Deliverable: made.ID, Version: 1, SHA256: made.Files[0].SHA256, Step: work.StepApproved}))(t)
		shown = need(o.Work.Show(o.ctx, o.executive, o.client, r.ID))(t)
		if shown.State.AwaitsFeedback() || shown.State.Versions != 1 {
			t.Errorf("the request does not know of the word: %+v", shown.State)
		}
		if got := due(); len(got) != 0 {
			t.Errorf("accepted, it is due: %q", got)
		}
		left := need(o.Engagement.DeliverablesOf(o.ctx, o.owner, o.client))(t)
		if len(left) != 1 || left[0].Name != "Report" || left[0].AcceptedOn != cal.MustDate("2026-03-10") || left[0].Paid != "not known to be paid" {
			t.Errorf("%+v", left)
		}
	})
}
