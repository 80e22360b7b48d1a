package access

// Action is something a person may want to do. Its value is stable: it stands in routes, refusals and docs/access.md.
type Action string

// The actions.
const (
	AccountSelf  Action = "account.self"
	TokenMake    Action = "token.make"
	PortfolioSee Action = "portfolio.see"

	WorkspaceAdminister Action = "workspace.administer"
	ClientCreate        Action = "client.create"
	OrgCreate           Action = "org.create"
	PeopleSee           Action = "people.see"
	PeopleInvite        Action = "people.invite"
	PeopleChange        Action = "people.change"

	ClientSee Action = "client.see"

	ContractSee              Action = "contract.see"
	ContractEdit             Action = "contract.edit"
	ContractPropose          Action = "contract.propose"
	ContractAccept           Action = "contract.accept"
	ContractAcceptAgency     Action = "contract.accept.agency"
	ContractAcceptClient     Action = "contract.accept.client"
	ContractAcceptSpecialist Action = "contract.accept.specialist"

	ScopeResolve     Action = "scope.resolve"
	AppointmentSee   Action = "appointment.see"
	LeakageSee       Action = "leakage.see"
	WorkOffer        Action = "work.offer"
	OfferAnswer      Action = "offer.answer"
	NoticeGive       Action = "notice.give"
	CalendarShare    Action = "calendar.share"
	TransitionWork   Action = "transition.work"
	SettlementState  Action = "settlement.state"
	SettlementAccept Action = "settlement.accept"
	ConflictSee      Action = "conflict.see"
	ConflictCheck    Action = "conflict.check"
	WallKeep         Action = "wall.keep"
	WaiverSee        Action = "waiver.see"
	WaiverAsk        Action = "waiver.ask"
	WaiverAnswer     Action = "waiver.answer"

	SpecialistSee Action = "specialist.see"

	EvidenceSee    Action = "evidence.see"
	EvidenceImport Action = "evidence.import"
	EvidenceMap    Action = "evidence.map"
	EvidenceErase  Action = "evidence.erase"
	DealSee        Action = "deal.see"

	DeliveryHandOver Action = "delivery.hand-over"
	DeliveryDecide   Action = "delivery.decide"
	ResultDecide     Action = "result.decide"
	ResultAnswer     Action = "result.answer"
	HoursApprove     Action = "hours.approve"

	TimeOwn            Action = "time.own"
	TimeEnter          Action = "time.enter"
	TimeSee            Action = "time.see"
	TimeQueue          Action = "time.queue"
	TimeApprove        Action = "time.approve"
	TimeLock           Action = "time.lock"
	CapacitySee        Action = "capacity.see"
	CapacityPlan       Action = "capacity.plan"
	DeliverableSee     Action = "deliverable.see"
	DeliverablePropose Action = "deliverable.propose"
	DeliverableSubmit  Action = "deliverable.submit"
	DeliverableRelease Action = "deliverable.release"
	DeliverableAnswer  Action = "deliverable.answer"
	InboxSee           Action = "inbox.see"
	RequestSee         Action = "request.see"
	RequestOpen        Action = "request.open"
	RequestAnswer      Action = "request.answer"
	RequestNote        Action = "request.note"
	RequestWork        Action = "request.work"
	RequestReturn      Action = "request.return"
	RequestReopen      Action = "request.reopen"
	MailSort           Action = "mail.sort"
	MailAddressKeep    Action = "mail.address.keep"
	RequestWithdraw    Action = "request.withdraw"
	RequestFormsEdit   Action = "request-forms.edit"
	RequestExcuse      Action = "request.excuse"
	RequestViewKeep    Action = "request-view.keep"

	StatementSee      Action = "statement.see"
	StatementDraft    Action = "statement.draft"
	StatementSubmit   Action = "statement.submit"
	StatementWithdraw Action = "statement.withdraw"
	StatementAccept   Action = "statement.accept"
	StatementDispute  Action = "statement.dispute"
	StatementAnswer   Action = "statement.answer"
	StatementRelease  Action = "statement.release"
	StatementWaive    Action = "statement.waive"
	StatementLock     Action = "statement.lock"
	PackDownload      Action = "pack.download"
	MonthEndSee       Action = "month-end.see"
	MonthEndRun       Action = "month-end.run"

	BillingProfileSee  Action = "billing-profile.see"
	BillingProfileEdit Action = "billing-profile.edit"
	InvoiceSee         Action = "invoice.see"
	InvoiceIssue       Action = "invoice.issue"
	InvoiceCredit      Action = "invoice.credit"
	InvoiceAcknowledge Action = "invoice.acknowledge"
	PaymentRecord      Action = "payment.record"
	LedgerSee          Action = "ledger.see"

	RecordSee    Action = "record.see"
	RecordVerify Action = "record.verify"
)

// Grant is how far a role may go with an action.
type Grant int

// The grants. The zero Grant is an omission: it refuses, and a test fails on it.
const (
	Undecided Grant = iota
	Never           // not at all
	Mine            // with what is the person's own: no scope is asked
	OfOrg           // within the membership's client, and there only what its own organisation did
	OfClient        // within the membership's client; the whole workspace when the membership covers all clients
)

// The columns are roles in their order. Short names keep the table a table.
const (
	no = Never
	my = Mine
	pr = OfOrg
	cl = OfClient
)

type grants [roleCount]Grant

type row struct {
	action  Action
	words   string // completes "may ..."
	changes bool   // false: reads only
	grants  grants
}

const (
	reads  = false
	writes = true
)

// table is the whole of who may do what.
//
// Columns: owner, account-lead, fractional-cmo, team-member, specialist, agency-finance,
// client-executive, client-finance, client-sales, client-product, auditor.
var table = []row{
	//                                                                         own lead cmo team spec afin  exec fin sale prod  aud
	{AccountSelf, "manage the own account", writes, grants{my, my, my, my, my, my, my, my, my, my, my}},
	{TokenMake, "make a token for the API", writes, grants{my, my, my, my, my, my, my, my, my, my, my}},
	{PortfolioSee, "see the list of own clients", reads, grants{my, my, my, my, my, my, my, my, my, my, my}},

	{WorkspaceAdminister, "administer the workspace", writes, grants{cl, no, no, no, no, no, no, no, no, no, no}},
	{ClientCreate, "add a client", writes, grants{cl, cl, cl, no, no, no, no, no, no, no, no}},
	{OrgCreate, "add a specialist or vendor", writes, grants{cl, cl, cl, no, no, no, no, no, no, no, no}},
	{PeopleSee, "see the people", reads, grants{cl, cl, cl, cl, no, cl, cl, cl, cl, cl, cl}},
	{PeopleInvite, "invite people", writes, grants{cl, cl, cl, no, no, no, cl, no, no, no, no}},
	{PeopleChange, "change or end a membership", writes, grants{cl, cl, cl, no, no, no, cl, no, no, no, no}},

	{ClientSee, "see the client", reads, grants{cl, cl, cl, cl, cl, cl, cl, cl, cl, cl, cl}},

	{ContractSee, "see the contract", reads, grants{cl, cl, cl, no, pr, cl, cl, cl, cl, cl, cl}},
	{ContractEdit, "edit a draft of the contract", writes, grants{cl, cl, cl, no, no, no, no, no, no, no, no}},
	{ContractPropose, "propose a contract", writes, grants{cl, cl, cl, no, no, no, no, no, no, no, no}},
	{ContractAccept, "accept a contract for the own side", writes, grants{cl, no, cl, no, pr, no, cl, no, no, no, no}},
	{ContractAcceptAgency, "accept a contract for the agency", writes, grants{cl, no, cl, no, no, no, no, no, no, no, no}},
	{ContractAcceptClient, "accept a contract for the client", writes, grants{no, no, no, no, no, no, cl, no, no, no, no}},
	{ContractAcceptSpecialist, "accept a contract for the specialist", writes, grants{no, no, no, no, pr, no, no, no, no, no, no}},

	{SpecialistSee, "see who works under the agency, and what it pays and gets for it", reads, grants{cl, cl, cl, no, no, cl, no, no, no, no, no}},

	{ScopeResolve, "say how a request stands to the scope", writes, grants{cl, cl, cl, no, no, no, no, no, no, no, no}},
	{AppointmentSee, "see who is of record for what, and who gets work", reads, grants{cl, cl, cl, cl, no, cl, cl, cl, cl, cl, cl}},
	{WorkOffer, "offer work to who was promised to be asked first", writes, grants{cl, cl, cl, no, no, no, cl, no, cl, cl, no}},
	{OfferAnswer, "take work that was offered, or decline it", writes, grants{cl, cl, cl, no, no, no, no, no, no, no, no}},
	{LeakageSee, "see what was spent beside the promises", reads, grants{cl, cl, cl, no, no, cl, cl, cl, no, cl, cl}},
	{NoticeGive, "give, acknowledge or withdraw a notice, or renew in writing, for the own side", writes, grants{cl, no, cl, no, no, no, cl, no, no, no, no}},
	{CalendarShare, "make or revoke an address of the calendar of a client's dates", writes, grants{cl, cl, cl, no, no, cl, cl, cl, no, no, no}},
	{TransitionWork, "work on the checklist of the transition for the own side", writes, grants{cl, cl, cl, no, no, cl, cl, cl, no, cl, no}},
	{SettlementState, "state a part of the final settlement", writes, grants{cl, no, cl, no, no, cl, cl, cl, no, no, no}},
	{SettlementAccept, "accept the final settlement for the own side", writes, grants{cl, no, cl, no, no, no, cl, no, no, no, no}},
	{ConflictSee, "see conflicts between clients", reads, grants{cl, cl, cl, no, no, no, no, no, no, no, no}},
	{ConflictCheck, "check for conflicts between clients", writes, grants{cl, cl, cl, no, no, no, no, no, no, no, no}},
	{WallKeep, "build, keep and end a wall between clients", writes, grants{cl, no, no, no, no, no, no, no, no, no, no}},
	{WaiverSee, "see the waivers of the client", reads, grants{cl, cl, cl, no, no, no, cl, no, no, no, cl}},
	{WaiverAsk, "ask a client for a waiver, or record one on paper", writes, grants{cl, cl, cl, no, no, no, no, no, no, no, no}},
	{WaiverAnswer, "give a waiver or refuse it", writes, grants{no, no, no, no, no, no, cl, no, no, no, no}},

	{EvidenceSee, "see the evidence", reads, grants{cl, cl, cl, no, pr, cl, cl, cl, cl, cl, cl}},
	{EvidenceImport, "import evidence", writes, grants{cl, cl, cl, no, no, cl, cl, cl, cl, no, no}},
	{EvidenceMap, "map the columns of an import", writes, grants{cl, cl, cl, no, no, cl, cl, cl, cl, no, no}},
	{EvidenceErase, "erase a person from the evidence", writes, grants{cl, no, no, no, no, no, cl, no, no, no, no}},
	{DealSee, "see a deal", reads, grants{cl, cl, cl, no, pr, cl, cl, cl, cl, cl, cl}},

	{DeliveryHandOver, "hand a delivery over", writes, grants{cl, cl, cl, no, no, cl, no, no, no, no, no}},
	{DeliveryDecide, "accept a delivery or return it", writes, grants{no, no, no, no, no, no, cl, cl, no, no, no}},
	{ResultDecide, "accept, reject or dispute a result", writes, grants{no, no, no, no, no, no, cl, cl, cl, no, no}},
	{ResultAnswer, "answer the dispute of a result, or give in to it", writes, grants{cl, cl, cl, no, no, cl, no, no, no, no, no}},
	{HoursApprove, "approve hours above those included", writes, grants{no, no, no, no, no, no, cl, cl, no, no, no}},

	{TimeOwn, "keep an own week of time", writes, grants{my, my, my, my, my, no, no, no, no, no, no}},
	{TimeEnter, "enter own time for a client", writes, grants{cl, cl, cl, cl, pr, no, no, no, no, no, no}},
	{TimeSee, "see the time spent for a client", reads, grants{cl, cl, cl, cl, no, cl, cl, cl, no, no, cl}},
	{TimeQueue, "see what time of own clients waits for approval", reads, grants{my, my, my, no, no, no, no, no, no, no, no}},
	{TimeApprove, "approve time, return or correct it", writes, grants{cl, cl, cl, no, no, no, no, no, no, no, no}},
	{TimeLock, "lock the time of a month and hand it over", writes, grants{cl, cl, cl, no, no, no, no, no, no, no, no}},
	{CapacitySee, "see who has time", reads, grants{cl, cl, cl, no, no, no, no, no, no, no, no}},
	{CapacityPlan, "state working hours and plan time", writes, grants{cl, cl, cl, no, no, no, no, no, no, no, no}},
	{DeliverableSee, "see a deliverable", reads, grants{cl, cl, cl, cl, pr, cl, cl, cl, cl, cl, cl}},
	{DeliverablePropose, "propose a deliverable, and withdraw or archive it", writes, grants{cl, cl, cl, cl, no, no, no, no, no, no, no}},
	{DeliverableSubmit, "submit a version of a deliverable", writes, grants{cl, cl, cl, cl, pr, no, no, no, no, no, no}},
	{DeliverableRelease, "release a version to the client, or hold it back", writes, grants{cl, cl, cl, no, no, no, no, no, no, no, no}},
	{DeliverableAnswer, "approve a version, reject it or ask for changes", writes, grants{no, no, no, no, no, no, cl, cl, cl, cl, no}},
	{InboxSee, "see the work of own clients, and the own work", reads, grants{my, my, my, my, my, my, no, no, no, no, no}},
	{RequestSee, "see requests", reads, grants{cl, cl, cl, cl, pr, cl, cl, cl, cl, cl, cl}},
	{RequestOpen, "open a request", writes, grants{cl, cl, cl, cl, no, no, cl, cl, cl, cl, no}},
	{RequestAnswer, "write on a request what the client reads", writes, grants{cl, cl, cl, cl, pr, no, cl, cl, cl, cl, no}},
	{RequestNote, "write an internal note on a request", writes, grants{cl, cl, cl, cl, no, cl, no, no, no, no, no}},
	{RequestWork, "triage, assign, hold, prioritise, resolve or decline a request", writes, grants{cl, cl, cl, cl, no, no, no, no, no, no, no}},
	{RequestReturn, "hand a request back to the agency", writes, grants{cl, cl, cl, cl, pr, no, no, no, no, no, no}},
	{RequestReopen, "reopen a request", writes, grants{cl, cl, cl, cl, no, no, cl, cl, cl, cl, no}},
	{RequestWithdraw, "withdraw a request", writes, grants{no, no, no, no, no, no, cl, cl, cl, cl, no}},
	{RequestExcuse, "excuse a promise that the agency missed", writes, grants{no, no, no, no, no, no, cl, cl, no, no, no}},
	{MailSort, "see the mail that waits for a person, release it or discard it", writes, grants{cl, cl, cl, no, no, no, no, no, no, no, no}},
	{MailAddressKeep, "make or revoke an address to which mail of a client is posted", writes, grants{cl, cl, cl, no, no, no, no, no, no, no, no}},
	{RequestViewKeep, "keep a filter of requests under a name", writes, grants{my, my, my, my, my, my, my, my, my, my, my}},
	{RequestFormsEdit, "change what a brief asks for", writes, grants{cl, cl, cl, no, no, no, no, no, no, no, no}},

	{StatementSee, "see a statement", reads, grants{cl, cl, cl, no, pr, cl, cl, cl, cl, cl, cl}},
	{StatementDraft, "draft a statement", writes, grants{cl, cl, cl, no, no, cl, no, no, no, no, no}},
	{StatementSubmit, "submit a statement", writes, grants{cl, cl, cl, no, no, cl, no, no, no, no, no}},
	{StatementWithdraw, "withdraw a statement", writes, grants{cl, cl, cl, no, no, cl, no, no, no, no, no}},
	{StatementAccept, "accept a line of a statement", writes, grants{no, no, no, no, pr, no, cl, cl, no, no, no}},
	{StatementDispute, "dispute a line of a statement", writes, grants{no, no, no, no, pr, no, cl, cl, no, no, no}},
	{StatementAnswer, "answer a dispute", writes, grants{cl, cl, cl, no, no, cl, no, no, no, no, no}},
	{StatementRelease, "release what a dispute held over the lock", writes, grants{no, no, no, no, pr, no, cl, cl, no, no, no}},
	{StatementWaive, "give up what a dispute held over the lock", writes, grants{cl, cl, cl, no, no, cl, no, no, no, no, no}},
	{StatementLock, "lock a statement", writes, grants{cl, no, cl, no, no, cl, cl, cl, no, no, no}},
	{PackDownload, "download the pack of a statement", reads, grants{cl, cl, cl, no, pr, cl, cl, cl, cl, cl, cl}},
	{MonthEndSee, "see what the month ends of own clients came to", reads, grants{my, my, my, no, no, my, no, no, no, no, no}},
	{MonthEndRun, "run the month end of own clients", writes, grants{my, my, my, no, no, my, no, no, no, no, no}},

	{BillingProfileSee, "see a billing profile", reads, grants{cl, cl, cl, no, no, cl, cl, cl, no, no, cl}},
	{BillingProfileEdit, "enter a billing profile", writes, grants{cl, cl, no, no, no, cl, no, no, no, no, no}},
	{InvoiceSee, "see invoices, payments and the statement of account", reads, grants{cl, cl, cl, no, no, cl, cl, cl, no, no, cl}},
	{InvoiceIssue, "issue an invoice", writes, grants{cl, no, no, no, no, cl, no, no, no, no, no}},
	{InvoiceCredit, "issue a credit note", writes, grants{cl, no, no, no, no, cl, no, no, no, no, no}},
	{InvoiceAcknowledge, "acknowledge an invoice", writes, grants{no, no, no, no, no, no, cl, cl, no, no, no}},
	{PaymentRecord, "record a payment", writes, grants{cl, no, no, no, no, cl, no, no, no, no, no}},
	{LedgerSee, "see the ledger of the agency", reads, grants{cl, no, no, no, no, cl, no, no, no, no, cl}},

	{RecordSee, "see the record", reads, grants{cl, cl, cl, no, no, cl, cl, cl, cl, cl, cl}},
	{RecordVerify, "verify the record", reads, grants{my, my, my, no, no, my, my, my, my, my, my}},
}

// Actions are all actions in the order of the table.
func Actions() []Action {
	out := make([]Action, 0, len(table))
	for _, r := range table {
		out = append(out, r.action)
	}
	return out
}

// Changes reports whether the action changes something. An unknown action is taken to do so.
func (a Action) Changes() bool {
	r, ok := find(a)
	return !ok || r.changes
}

// Words completes the sentence "may ...".
func (a Action) Words() string {
	r, _ := find(a)
	return r.words
}

// GrantOf is the entry of the table; Undecided for an unknown role or action.
func GrantOf(r Role, a Action) Grant {
	column := r.column()
	found, ok := find(a)
	if column < 0 || !ok {
		return Undecided
	}
	return found.grants[column]
}

func find(a Action) (row, bool) {
	for _, r := range table {
		if r.action == a {
			return r, true
		}
	}
	return row{}, false
}
