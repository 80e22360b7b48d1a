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
			req("at", "at", "Timestamp", "Visit time", "Session start", "Date", "Time of first visit", "event_timestamp", "Created at"),
			f("page_url", "page_url", "Landing page", "Landing page URL", "landing_page_url", "First page seen", "Page URL", "Entry page", "page_location"), f("referrer", "referrer", "Referrer", "First referring site", "page_referrer", "Referring URL"),
			f("channel"), f("source", "utm_source"), f("medium", "utm_medium"), f("campaign", "utm_campaign"), f("content", "utm_content"), f("term", "utm_term"), f("provider", "provider"), f("deleted", "deleted"),
			{Name: "channel_grouping", Stated: true}, {Name: "channel_rules", Stated: true},
		},
	},
}
