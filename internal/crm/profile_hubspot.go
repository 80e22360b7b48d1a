package crm

// hubspotObjects are the tables of HubSpot, by the names of its export pages ("Deal Name"), of its API ("dealname") and of warehouse
// copies ("property_dealname"). Blank yes/no cells mean that nothing is known.
var hubspotObjects = []Object{
	{
		Profile: HubSpot, Name: "deals", Kind: KindDeal, Words: "deals",
		marks:  []string{"Deal Name", "dealname", "property_dealname", "Deal Stage", "dealstage", "deal_pipeline_stage_id"},
		unless: []string{"contact_id", "merged_deal_id", "company_id"},
		Fields: []Field{
			req("deal_id", "Record ID", "Deal ID", "deal_id", "hs_object_id", "id"), f("name", "Deal Name", "dealname", "property_dealname"),
			f("company_id", "Associated Company IDs (Primary)", "Primary Associated Company ID", "Associated Company IDs", "Associated Company ID"),
			f("amount", "Amount", "property_amount"), f("currency", "Currency", "deal_currency_code", "property_deal_currency_code"),
			f("home_amount", "Amount in company currency", "amount_in_home_currency", "property_amount_in_home_currency"), f("home_currency"),
			f("created_at", "Create Date", "createdate", "property_createdate"), f("closed_on", "Close Date", "closedate", "property_closedate"),
			f("stage", "Deal Stage", "dealstage", "deal_pipeline_stage_id", "property_dealstage"),
			f("is_won", "Is Closed Won", "hs_is_closed_won", "property_hs_is_closed_won"),
			f("is_closed", "Is Deal Closed?", "Is Closed (numeric)", "hs_is_closed", "property_hs_is_closed"),
			f("customer_type", "Deal Type", "dealtype", "property_dealtype"),
			f("source", "Original Traffic Source", "Original Source Type", "hs_analytics_source", "property_hs_analytics_source"),
			f("owner", "Deal owner", "hubspot_owner_id", "owner_id"), f("contact_ids", "Associated Contact IDs", "Associated Contact ID"),
			f("deleted", "is_deleted", "_fivetran_deleted", "archived"),
		},
	},
	{
		Profile: HubSpot, Name: "contacts", Kind: KindContact, Words: "contacts",
		marks: []string{"First Name", "firstname", "property_firstname", "Email", "property_email"}, unless: []string{"AccountId", "campaign_id", "owner_id", "canonical_vid", "Deal Name"},
		Fields: []Field{
			req("contact_id", "Record ID", "Contact ID", "id", "hs_object_id", "vid"), req("email", "Email", "property_email"),
			f("first_name", "First Name", "firstname", "property_firstname"), f("last_name", "Last Name", "lastname", "property_lastname"), f("name", "Name"),
			f("company_id", "Associated Company IDs (Primary)", "Primary Associated Company ID", "Associated Company IDs", "Associated Company ID", "associatedcompanyid", "property_associatedcompanyid"),
			f("created_at", "Create Date", "createdate", "property_createdate"), f("merged_ids", "Merged record IDs", "Merged object IDs", "hs_merged_object_ids", "property_hs_merged_object_ids"),
			f("deleted", "is_deleted", "_fivetran_deleted", "archived"),
		},
	},
	{
		Profile: HubSpot, Name: "companies", Kind: KindCompany, Words: "companies",
		marks:  []string{"Company name", "Company Domain Name", "domain", "property_name", "property_domain", "Website URL"},
		unless: []string{"Email", "property_email", "Deal Name", "dealname", "company_id"},
		Fields: []Field{
			req("company_id", "Record ID", "Company ID", "id", "hs_object_id"), req("name", "Company name", "Name", "property_name"),
			f("domain", "Company Domain Name", "domain", "property_domain", "Website URL"), f("created_at", "Create Date", "createdate", "property_createdate"),
			f("deleted", "is_deleted", "_fivetran_deleted", "archived"),
		},
	},
	{
		Profile: HubSpot, Name: "deal_contacts", Kind: KindDealContact, Words: "which contacts belong to which deals",
		marks: []string{"type_id", "category", "Association Label"}, unless: []string{"engagement_id"},
		Fields: []Field{
			req("deal_id", "deal_id", "Deal ID"), req("contact_id", "contact_id", "Contact ID"), f("role", "Association Label", "label"), f("deleted", "_fivetran_deleted", "archived"),
		},
	},
	{
		Profile: HubSpot, Name: "form_submissions", Kind: KindTouch, Words: "form submissions as touches; state their channel as a constant",
		marks: []string{"form_id", "conversion_id"},
		Fields: []Field{
			req("touch_id", "conversion_id"), req("contact_id", "contact_id"), req("at", "timestamp"), f("campaign", "title"), f("content", "page_url"),
			f("channel"), f("provider"), f("deleted", "_fivetran_deleted"),
		},
	},
	{
		Profile: HubSpot, Name: "forms", Kind: KindTouch, Words: "form submissions as touches, by the addresses of their pages",
		marks: []string{"conversionId"}, also: []string{"submittedAt"},
		Fields: []Field{
			req("touch_id", "conversionId"), req("contact_id", "contactId"), req("at", "submittedAt"), f("email", "email"), f("page_url", "pageUrl"), f("form", "formName"),
			f("channel"), f("source", "utm_source"), f("medium", "utm_medium"), f("campaign", "utm_campaign"), f("content", "utm_content"), f("term", "utm_term"), f("provider"), f("deleted", "archived"),
			{Name: "channel_grouping", Stated: true}, {Name: "channel_rules", Stated: true}, {Name: "channel_otherwise", Stated: true},
		},
	},
	{
		Profile: HubSpot, Name: "deal_companies", Words: "which company a deal belongs to; upload before deals",
		unless: []string{"contact_id", "amount"},
		Fields: []Field{req("deal_id", "deal_id", "Deal ID"), req("company_id", "company_id", "Company ID")},
	},
	{
		Profile: HubSpot, Name: "stages", Words: "deal stages: which mean won and lost; upload before deals",
		Fields: []Field{
			req("stage_id", "stage_id", "Stage ID"), f("label", "label", "Stage Name"), req("is_won", "closed_won"), f("is_closed", "is_closed"), f("probability", "probability"),
		},
	},
	{
		Profile: HubSpot, Name: "contact_merges", Kind: KindMerge, Words: "the audit of merged contacts",
		Fields: []Field{req("merged_id", "vid_to_merge", "vid-to-merge"), req("into", "canonical_vid", "canonical-vid"), f("at", "timestamp"), f("by", "user_id", "userId")},
	},
	{
		Profile: HubSpot, Name: "deal_property_history", Kind: KindEdit, Words: "the history of deals' properties: who changed what",
		unless: []string{"contact_id", "Contact ID"},
		Fields: []Field{
			req("record_id", "deal_id", "Deal ID"), req("field", "name", "Property Name", "Property"), req("at", "timestamp", "Change Date", "Date of change"),
			req("after", "value", "Property Value", "New Value"), f("before", "Old Value", "Previous Value"), f("by", "Changed By", "Updated By", "updated_by_user_id", "source_id", "source"),
		},
	},
	{
		Profile: HubSpot, Name: "contact_property_history", Kind: KindEdit, Words: "the history of contacts' properties: who changed what",
		unless: []string{"deal_id", "Deal ID"},
		Fields: []Field{
			req("record_id", "contact_id", "Contact ID"), req("field", "name", "Property Name", "Property"), req("at", "timestamp", "Change Date", "Date of change"),
			req("after", "value", "Property Value", "New Value"), f("before", "Old Value", "Previous Value"), f("by", "Changed By", "Updated By", "updated_by_user_id", "source_id", "source"),
		},
	},
	{
		Profile: HubSpot, Name: "deal_merges", Words: "merged deals; upload before deals",
		Fields: []Field{req("deal_id", "deal_id"), req("merged_id", "merged_deal_id")},
	},
}
