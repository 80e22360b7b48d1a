package api

import (
	"context"
	"net/http"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

const (
	approvalsTag = "Approvals"
	client       = "/clients/{client}"
	delivery     = client + "/deliveries/{row}"
	result       = client + "/results/{row}"
)

func (o *Operations) registerApprovals(a *api.API) {
	operation := func(method, path, id, summary string, action access.Action) api.Operation {
		return api.Operation{Method: method, Path: path, ID: id, Summary: summary, Tags: []string{approvalsTag}, Action: string(action)}
	}
	list := operation(http.MethodGet, client+"/approvals", "listApprovals", "List what waits for a person to decide, and what was decided", access.EvidenceSee)
	list.Description = "Each with the side that it waits for, until when, what silence makes of it and what it is worth. Send seen back with the decision."
	api.Register(a, list, o.approvals)
	over := operation(http.MethodPost, client+"/deliveries", "handOver", "Hand a milestone, a part of it or a piece over", access.DeliveryHandOver)
	over.Description, over.Status = "The client's time to decide begins. It becomes an import of its own. The same key hands over once.", http.StatusCreated
	api.Register(a, over, o.handOver)
	for _, d := range []struct {
		path, id, summary string
		kind              crm.Kind
		act               crm.Act
	}{
		{delivery, "acceptDelivery", "Accept a delivery", crm.KindDelivery, crm.ActAccept},
		{delivery, "returnDelivery", "Return a delivery; words say why", crm.KindDelivery, crm.ActReturn},
		{result, "acceptResult", "Accept a result", crm.KindLead, crm.ActAccept},
		{result, "rejectResult", "Reject a result", crm.KindLead, crm.ActReject},
		{result, "answerResult", "Answer the dispute of a result for the record", crm.KindLead, crm.ActAnswer},
		{result, "upholdResult", "Give in to the dispute of a result", crm.KindLead, crm.ActUphold},
		{result, "withdrawResult", "Withdraw the dispute of a result", crm.KindLead, crm.ActWithdraw},
	} {
		api.Register(a, operation(http.MethodPost, d.path+"/"+string(d.act), d.id, d.summary, ops.ActionOf(d.kind, d.act)), o.decide(d.kind, d.act))
	}
	api.Register(a, operation(http.MethodPost, client+"/results/accept", "acceptResults", "Accept results together, all of them or none", access.ResultDecide), o.acceptResults)
	api.Register(a, operation(http.MethodPost, result+"/dispute", "disputeResult", "Dispute a result", access.ResultDecide), o.disputeResult)
	api.Register(a, operation(http.MethodPost, client+"/approved-hours/{row}/approve", "approveHours", "Approve hours of a fee period above those included", access.HoursApprove), o.approveHours)
}

// Approvals are what waits and what was decided.
type Approvals struct {
	Waiting    []Waiting  `json:"waiting" nullable:"false" doc:"What waits for a decision; hours that nobody has worked yet can be approved ahead"`
	Disputable []Waiting  `json:"disputable" nullable:"false" doc:"Accepted results that can still be disputed"`
	Decided    []Decision `json:"decided" nullable:"false" doc:"The newest decisions, at most 50"`
}

// Waiting is a row of evidence that somebody has to decide about.
type Waiting struct {
	Kind     string   `json:"kind" enum:"delivery,lead,metric_reading"`
	Row      string   `json:"row" doc:"Its id, for the address of a decision"`
	Seen     int64    `json:"seen" doc:"The import that said the row last; a decision names it"`
	Contract string   `json:"contract_id"`
	Clause   string   `json:"clause"`
	On       string   `json:"waits_on" enum:"agency,client"`
	Name     string   `json:"name"`
	Words    string   `json:"words"`
	Acts     []string `json:"acts" nullable:"false" doc:"What either side can decide"`
	Until    string   `json:"until,omitempty" format:"date" doc:"The last day to decide; absent where the contract sets none"`
	Late     bool     `json:"late,omitempty"`
	Silence  string   `json:"silence,omitempty" doc:"What silence makes of it"`
	Worth    *Money   `json:"worth,omitempty"`
	Held     string   `json:"held,omitempty" doc:"Why it is not billed though it may be accepted; it is worth nothing until then"`
	Counts   string   `json:"counts,omitempty" doc:"What it is worth where that is no amount of its own"`
	By       string   `json:"decided_by,omitempty" doc:"Who decides, as the contract names them"`
	Reasons  []string `json:"reasons,omitempty" doc:"For which a dispute counts; absent: any"`
}

// Decision is what a person decided about a row.
type Decision struct {
	Kind      string    `json:"kind" enum:"delivery,lead,metric_reading"`
	Row       string    `json:"row"`
	Act       string    `json:"act" enum:"hand-over,accept,return,reject,dispute,answer,uphold,withdraw,approve"`
	Side      string    `json:"side" enum:"agency,client"`
	By        string    `json:"by"`
	Role      string    `json:"role"`
	At        time.Time `json:"at"`
	Words     string    `json:"words,omitempty"`
	Import    int64     `json:"import" doc:"The import that it is; of an answer, the one that said the row"`
	Overruled int64     `json:"overruled_by_import,omitempty" doc:"A later import that says otherwise"`
}

func decisionOf(d ops.Decision) Decision {
	return Decision{Kind: string(d.Kind), Row: d.Row, Act: string(d.Act), Side: string(d.Side), By: d.ActorName, Role: string(d.ActorRole), At: d.At, Words: d.Words, Import: d.No}
}

func waitingOf(a ops.Approval) Waiting {
	w := Waiting{Kind: string(a.Kind), Row: a.ID, Seen: a.Seen, Contract: a.Contract, Clause: a.Clause, On: string(a.On), Name: a.Name, Words: a.Words, Until: dayOf(a.LastDay()),
		Held: a.Held, Late: a.Late, Silence: a.Silent, Counts: a.Counts, By: a.By, Reasons: a.Reasons, Acts: []string{}}
	for _, x := range a.Acts {
		w.Acts = append(w.Acts, string(x))
	}
	if a.Worth.Minor != 0 {
		worth := moneyOf(a.Worth)
		w.Worth = &worth
	}
	return w
}

// OfClient names a client in the address.
type OfClient struct {
	Client string `path:"client" doc:"Id of the client"`
}

// OfRow names a row of evidence in the address.
type OfRow struct {
	OfClient
	Row string `path:"row" maxLength:"500" doc:"Id of the row"`
}

func (o *Operations) approvals(ctx context.Context, in *OfClient) (*api.Answer[Approvals], error) {
	found, err := o.Fees.Approvals(ctx, access.ActorFrom(ctx), in.Client)
	if err != nil {
		return nil, err
	}
	out := Approvals{Waiting: []Waiting{}, Disputable: []Waiting{}, Decided: []Decision{}}
	for _, a := range found.Waiting {
		out.Waiting = append(out.Waiting, waitingOf(a))
	}
	for _, a := range found.Disputable {
		out.Disputable = append(out.Disputable, waitingOf(a))
	}
	for _, d := range found.Decided {
		decision := decisionOf(d.Decision)
		if d.Overruled != nil {
			decision.Overruled = d.Overruled.Import.No
		}
		out.Decided = append(out.Decided, decision)
	}
	return &api.Answer[Approvals]{Body: out}, nil
}

// HandOver is what the agency hands over.
type HandOver struct {
	Milestone string `json:"milestone" minLength:"1" maxLength:"200" doc:"As the contract names it"`
	On        string `json:"delivered_on" format:"date" doc:"Today at the latest"`
	Part      string `json:"part,omitempty" maxLength:"20" example:"50 %" doc:"Of the milestone; absent: the whole"`
	Note      string `json:"note,omitempty" maxLength:"2000"`
	Key       string `json:"key" minLength:"8" maxLength:"100" doc:"Another one for each delivery: the same key hands over once"`
}

func (o *Operations) handOver(ctx context.Context, in *struct {
	OfClient
	Body HandOver
}) (*api.Created[Decision], error) {
	on, err := cal.ParseDate(in.Body.On)
	if err != nil {
		return nil, fault.New(fault.Invalid, "delivered_on", "Write the day as 2026-03-03.").At("delivered_on")
	}
	made, err := o.Fees.HandOver(ctx, access.ActorFrom(ctx), ops.HandOverInput{Client: in.Client, Milestone: in.Body.Milestone, On: on, Part: in.Body.Part, Note: in.Body.Note, Key: in.Body.Key})
	if err != nil {
		return nil, err
	}
	return &api.Created[Decision]{Location: api.Path("clients", in.Client, "approvals"), Body: decisionOf(made)}, nil
}

// Decide names the row as it was seen.
type Decide struct {
	Seen  int64  `json:"seen" minimum:"0" doc:"The import that said the row last, as listApprovals gave it"`
	Words string `json:"words,omitempty" maxLength:"2000"`
}

func (o *Operations) decide(k crm.Kind, a crm.Act) func(context.Context, *struct {
	OfRow
	Body Decide
}) (*api.Answer[Decision], error) {
	return func(ctx context.Context, in *struct {
		OfRow
		Body Decide
	}) (*api.Answer[Decision], error) {
		return o.decided(ctx, ops.DecideInput{Client: in.Client, Kind: k, Row: in.Row, Act: a, Seen: in.Body.Seen, Words: in.Body.Words})
	}
}

// DisputeResult says why a result is disputed.
type DisputeResult struct {
	Decide
	Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"One that the contract names"`
}

func (o *Operations) disputeResult(ctx context.Context, in *struct {
	OfRow
	Body DisputeResult
}) (*api.Answer[Decision], error) {
	return o.decided(ctx, ops.DecideInput{Client: in.Client, Kind: crm.KindLead, Row: in.Row, Act: crm.ActDispute, Seen: in.Body.Seen, Words: in.Body.Words, Reason: in.Body.Reason})
}

// ApproveHours says how many hours of a fee period the client approves.
type ApproveHours struct {
	Decide
	Hours string `json:"hours" minLength:"1" maxLength:"12" example:"12.5" doc:"Above those included, of the whole fee period"`
}

func (o *Operations) approveHours(ctx context.Context, in *struct {
	OfRow
	Body ApproveHours
}) (*api.Answer[Decision], error) {
	return o.decided(ctx, ops.DecideInput{Client: in.Client, Kind: crm.KindMetricReading, Row: in.Row, Act: crm.ActApprove, Seen: in.Body.Seen, Words: in.Body.Words, Hours: in.Body.Hours})
}

// AcceptResults names the results as they were seen.
type AcceptResults struct {
	Rows []RowSeen `json:"rows" minItems:"1" maxItems:"1000" nullable:"false"`
}

// RowSeen is a row as a person saw it.
type RowSeen struct {
	Row  string `json:"row" minLength:"1" maxLength:"500"`
	Seen int64  `json:"seen" minimum:"0"`
}

func (o *Operations) acceptResults(ctx context.Context, in *struct {
	OfClient
	Body AcceptResults
}) (*api.Answer[AcceptedResults], error) {
	var rows []ops.RowSeen
	for _, r := range in.Body.Rows {
		rows = append(rows, ops.RowSeen(r))
	}
	made, err := o.Fees.AcceptResults(ctx, access.ActorFrom(ctx), ops.AcceptInput{Client: in.Client, Rows: rows})
	if err != nil {
		return nil, err
	}
	return &api.Answer[AcceptedResults]{Body: AcceptedResults{Count: len(made), Import: made[0].No}}, nil
}

// AcceptedResults is what was accepted together.
type AcceptedResults struct {
	Count  int   `json:"count"`
	Import int64 `json:"import" doc:"The import that it is"`
}

func (o *Operations) decided(ctx context.Context, in ops.DecideInput) (*api.Answer[Decision], error) {
	made, err := o.Fees.Decide(ctx, access.ActorFrom(ctx), in)
	if err != nil {
		return nil, err
	}
	return &api.Answer[Decision]{Body: decisionOf(made)}, nil
}
