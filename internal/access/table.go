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

	ScopeResolve Action = "scope.resolve"

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
