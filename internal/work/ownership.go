package work

import (
	"fmt"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Owner is whose a deliverable is.
type Owner string

// OwnerUnsaid: the contract does not say.
const (
	OwnerUnsaid Owner = ""
	OwnerAgency Owner = "agency"
	OwnerClient Owner = "client"
)

// Owned is whose a deliverable is, and why.
type Owned struct {
	Owner Owner
	Since time.Time // of the client; zero otherwise
	Final bool      // nothing that may still happen changes it, but a payment that is taken back
	Why   string    // a sentence without its stop
}

// Ownership is whose the deliverable is as of now. A fee of which no payment is known is not paid.
func (d Deliverable) Ownership(now time.Time) Owned {
	d = d.AsOf(now)
	o := d.rules.Ownership
	switch {
	case o == nil:
		return Owned{Why: "the contract does not say when it becomes the client's"}
	case o.Passes == contract.PassesOnCreation:
		return d.onCreation()
	case d.Stage == StageWithdrawn:
		return Owned{Owner: OwnerAgency, Final: true, Why: "withdrawn on " + d.day(d.Ended) + ": it stays with the agency"}
	case o.Passes == contract.PassesOnPayment:
		if d.Paid.IsZero() {
			return Owned{Owner: OwnerAgency, Why: d.unpaid() + ": owned by the agency until it is paid"}
		}
		return Owned{Owner: OwnerClient, Since: d.Paid.Start(d.rules.Zone), Final: true, Why: d.PaidWords + " paid on " + d.Paid.Words() + ": owned by the client"}
	}
	return d.acceptedAndPaid(now)
}

// unpaid says that the fee is not paid, or not paid any more.
func (d Deliverable) unpaid() string {
	if d.PaidWords != "" {
		return d.PaidWords
	}
	return "no payment of its fee is known"
}

func (d Deliverable) onCreation() Owned {
	if len(d.Versions) == 0 {
		return Owned{Owner: OwnerClient, Why: "nothing is made yet; what is made belongs to the client at once"}
	}
	return Owned{Owner: OwnerClient, Since: d.Versions[0].Submitted, Final: true, Why: "made on " + d.day(d.Versions[0].Submitted) + ": owned by the client from then on"}
}

// LastDay is the last day on which an acceptance in writing lets it pass; zero where none is set.
func (d Deliverable) LastDay() cal.Date {
	o := d.rules.Ownership
	if o == nil || o.Passes != contract.PassesAcceptedAndPaid {
		return cal.Date{}
	}
	return o.Within.After(cal.DateOf(d.Proposed, d.rules.Zone), d.rules.Calendar)
}

func (d Deliverable) acceptedAndPaid(now time.Time) Owned {
	o, last, zone := d.rules.Ownership, d.LastDay(), d.rules.Zone
	within := fmt.Sprintf("within %s", o.Within)
	end := last.AddDays(1).Start(zone)
	at, how := d.written()
	switch {
	case how == "" && !now.Before(end):
		return Owned{Owner: OwnerAgency, Final: true, Why: fmt.Sprintf("not accepted in writing by %s, %s of being proposed: it stays with the agency", last.Words(), within)}
	case how == "":
		so := "not accepted yet"
		if d.Accepted != nil {
			so = "accepted by silence on " + d.day(d.Accepted.At) + ", which is no acceptance in writing"
		}
		return Owned{Owner: OwnerAgency, Why: fmt.Sprintf("%s: owned by the agency until it is accepted in writing by %s, %s of being proposed, and its fee is paid", so, last.Words(), within)}
	case !at.Before(end):
		return Owned{Owner: OwnerAgency, Final: true, Why: fmt.Sprintf("%s, after %s, the last day %s of being proposed: it stays with the agency", how, last.Words(), within)}
	case d.Paid.IsZero():
		return Owned{Owner: OwnerAgency, Why: fmt.Sprintf("%s, %s; %s: owned by the agency until it is paid", how, within, d.unpaid())}
	}
	since := d.Paid.Start(zone)
	if at.After(since) {
		since = at
	}
	return Owned{Owner: OwnerClient, Since: since, Final: true, Why: fmt.Sprintf("%s, %s; %s paid on %s: owned by the client", how, within, d.PaidWords, d.Paid.Words())}
}

// written is the acceptance in writing with its words; no words while there is none.
func (d Deliverable) written() (at time.Time, how string) {
	a := d.Accepted
	switch {
	case a == nil:
		return time.Time{}, ""
	case a.How != StepLapsed:
		return a.At, "accepted in writing on " + d.day(a.At)
	case d.rules.Ownership.SilenceAccepts:
		return a.At, "accepted by silence on " + d.day(a.At) + ", which counts as in writing"
	case a.Confirmed.IsZero():
		return time.Time{}, ""
	}
	return a.Confirmed, "accepted by silence on " + d.day(a.At) + " and in writing on " + d.day(a.Confirmed)
}

func (d Deliverable) day(at time.Time) string { return cal.DateOf(at, d.rules.Zone).Words() }
