package crm

// Web is the profile of exports that many systems write much alike: visits, calls and forms as leads, payments of a bank or a payment service.
const Web Profile = "web"

var webObjects = []Object{
	{
		Profile: Web, Name: "visits", Kind: KindTouch, Words: "visits of contacts, by the addresses of their landing pages",
		marks:  []string{"page_url", "Landing page", "Landing page URL", "First page seen", "landing_page_url", "Page URL", "Entry page", "page_location"},
		unless: []string{"form_id", "conversion_id", "Call ID", "call_id", "Duration", "Form name"},
		Fields: []Field{
			f("touch_id", "touch_id", "Visit ID", "session_id", "Session ID", "event_id"), req("contact_id", "contact_id", "Contact ID", "Record ID", "user_id", "User ID", "client_id"),
			req("at", "at", "visited_at", "Visited at", "Timestamp", "Visit time", "Session start", "Date", "Time of first visit", "event_timestamp", "Created at"),
			f("page_url", "page_url", "Landing page", "Landing page URL", "landing_page_url", "First page seen", "Page URL", "Entry page", "page_location"), f("referrer", "referrer", "Referrer", "First referring site", "page_referrer", "Referring URL"),
			f("channel"), f("source", "utm_source"), f("medium", "utm_medium"), f("campaign", "utm_campaign"), f("content", "utm_content"), f("term", "utm_term"), f("provider", "provider"), f("deleted", "deleted"),
			{Name: "channel_grouping", Stated: true}, {Name: "channel_rules", Stated: true},
		},
	},
	{
		Profile: Web, Name: "calls", Kind: KindLead, Words: "calls of a call tracking service as leads",
		marks: []string{"Call ID", "call_id", "Tracking number", "Tracking phone number", "tracking_phone_number", "Call duration", "Call start", "Caller ID"}, unless: []string{"deal_id", "Deal ID"},
		Fields: []Field{
			f("lead_id", "Call ID", "call_id", "id"), req("delivered_at", "Call time", "Start time", "start_time", "Call start", "Date/Time", "Date", "Timestamp"),
			req("phone", "Caller ID", "Caller number", "Phone number", "Customer phone number", "customer_phone_number", "From", "Caller"), {Name: "clause", Stated: true},
		},
	},
	{
		Profile: Web, Name: "forms", Kind: KindLead, Words: "forms that were filled in, as leads",
		marks: []string{"Submission ID", "Entry ID", "Response ID", "Form name", "form_name", "Submitted at", "Submission date", "Date submitted", "created_time"}, unless: []string{"conversion_id", "Deal ID", "page_url", "Call ID", "call_id"},
		Fields: []Field{
			f("lead_id", "Submission ID", "Entry ID", "Response ID", "Lead ID", "lead_id", "id"), req("delivered_at", "Submitted at", "Submission date", "Date submitted", "created_time", "Created time", "Timestamp", "Submit date (UTC)"),
			f("email", "Email", "E-mail", "Email address", "Work email", "work_email"), f("phone", "Phone", "Phone number", "phone_number", "Telephone"), {Name: "clause", Stated: true},
		},
	},
	{
		Profile: Web, Name: "charges", Kind: KindPayment, Words: "charges of a payment service, such as Stripe, and what was given back of them",
		marks: []string{"Amount Refunded", "amount_refunded", "Seller Message", "Created (UTC)"}, unless: []string{"Buchungstag"},
		Fields: []Field{
			req("payment_id", "id", "Charge ID", "charge_id", "Payment ID", "payment_intent_id"), f("deal_id", "deal_id (metadata)", "deal (metadata)", "Deal ID", "deal_id", "invoice (metadata)", "Invoice ID"),
			f("reference", "Description", "Statement Descriptor"), req("paid_on", "Created (UTC)", "Created date (UTC)", "created", "Created"), req("amount", "Amount", "amount"), f("currency", "Currency", "currency"),
			req("status", "Status", "status"), f("refunded", "Amount Refunded", "amount_refunded"), f("refunded_on", "Refunded date (UTC)", "refunded_date"), {Name: "deal_pattern", Stated: true},
		},
	},
	{
		Profile: Web, Name: "bank", Kind: KindPayment, Words: "movements of a bank account that name the deal they pay",
		marks: []string{"Verwendungszweck", "Buchungstag", "Valutadatum", "Booking date", "Value date", "Transaction date", "Paid in", "Money in", "Counterparty", "Reference", "Payment reference"},
		also:  []string{"Amount", "Betrag", "Umsatz", "Credit", "Paid in", "Money in", "Haben", "Debit", "Paid out", "Money out", "Soll"}, unless: []string{"payment_id", "Amount Refunded", "spend_id"},
		Fields: []Field{
			f("payment_id", "Transaction ID", "transaction_id", "Bank reference", "End-to-End-Referenz", "Transaktions-ID", "id"), f("deal_id", "Deal ID", "deal_id"),
			f("reference", "Reference", "Payment reference", "Verwendungszweck", "Description", "Narrative", "Memo", "Details"),
			req("paid_on", "Value date", "Valutadatum", "Booking date", "Buchungstag", "Transaction date", "Date"), f("amount", "Amount", "Betrag", "Umsatz"),
			f("credit", "Credit", "Paid in", "Money in", "Haben"), f("debit", "Debit", "Paid out", "Money out", "Soll"), f("currency", "Currency", "Währung"), {Name: "deal_pattern", Stated: true},
		},
	},
}
