package crm

// salesforceObjects are the tables of Salesforce, by the names of Data Loader and the API ("AccountId"), of reports ("Account ID") and of
// warehouse copies ("account_id"). Blank yes/no cells mean no there.
var salesforceObjects = []Object{
	{
		Profile: Salesforce, Name: "Account", Kind: KindCompany, Words: "accounts: the companies",
		marks:  []string{"Website", "BillingCity", "BillingCountry", "Industry", "Account ID"},
		unless: []string{"StageName", "Stage", "AccountId", "CampaignId", "ConvertedContactId", "_fivetran_start"},
		Fields: []Field{
			req("company_id", "Id", "Account ID"), req("name", "Name", "Account Name"), f("domain", "Website"),
			f("created_at", "CreatedDate", "Created Date"), f("deleted", "IsDeleted"), f("active", "_fivetran_active"),
		},
	},
	{
		Profile: Salesforce, Name: "Contact", Kind: KindContact, Words: "contacts",
		marks:  []string{"AccountId", "Account ID", "MailingCity", "Contact ID"},
		unless: []string{"StageName", "Stage", "CampaignId", "IsConverted", "OpportunityId", "WhoId", "_fivetran_start"},
		Fields: []Field{
			req("contact_id", "Id", "Contact ID"), f("company_id", "AccountId", "Account ID"), req("email", "Email"), f("name", "Name", "Full Name"),
			f("first_name", "FirstName", "First Name"), f("last_name", "LastName", "Last Name"),
			f("created_at", "CreatedDate", "Created Date"), f("merged_into", "MasterRecordId"), f("deleted", "IsDeleted"), f("active", "_fivetran_active"),
		},
	},
	{
		Profile: Salesforce, Name: "Lead", Kind: KindContact, Words: "leads: contacts until they are converted; upload them before campaign members",
		unless: []string{"StageName", "CampaignId", "_fivetran_start"},
		Fields: []Field{
			req("contact_id", "Id", "Lead ID"), req("converted_contact_id", "ConvertedContactId", "Converted Contact ID"), f("email", "Email"), f("name", "Name", "Full Name"),
			f("first_name", "FirstName", "First Name"), f("last_name", "LastName", "Last Name"),
			f("created_at", "CreatedDate", "Created Date"), f("deleted", "IsDeleted"), f("active", "_fivetran_active"),
		},
	},
	{
		Profile: Salesforce, Name: "Opportunity", Kind: KindDeal, Words: "opportunities: the deals",
		unless: []string{"_fivetran_start"},
		Fields: []Field{
			req("deal_id", "Id", "Opportunity ID"), f("name", "Name", "Opportunity Name"), f("company_id", "AccountId", "Account ID"),
			f("amount", "Amount"), f("currency", "CurrencyIsoCode", "Amount Currency", "Currency"),
			f("home_amount", "Amount (converted)", "ConvertedAmount"), f("home_currency", "Amount (converted) Currency"),
			f("created_at", "CreatedDate", "Created Date"), req("closed_on", "CloseDate", "Close Date"), req("stage", "StageName", "Stage"),
			f("is_won", "IsWon", "Won"), f("is_closed", "IsClosed", "Closed"), f("customer_type", "Type", "Opportunity Type"),
			f("source", "LeadSource", "Lead Source"), f("owner", "OwnerId", "Opportunity Owner", "Owner"),
			f("deleted", "IsDeleted"), f("active", "_fivetran_active"),
		},
	},
	{
		Profile: Salesforce, Name: "CampaignMember", Kind: KindTouch, Words: "campaign members: the touches; upload campaigns and leads before them",
		Fields: []Field{
			req("touch_id", "Id", "Campaign Member ID", "Member ID"), req("campaign_id", "CampaignId", "Campaign ID"),
			f("contact_id", "ContactId", "Contact ID"), f("lead_id", "LeadId", "Lead ID"), f("at", "FirstRespondedDate", "First Responded Date", "Member First Responded Date"),
			{Name: "at_fallback", Headers: []string{"Added_Date__c", "CreatedDate", "Created Date", "Member First Associated Date"}, Choice: true},
			f("content", "Status", "Member Status"), f("channel"), f("campaign"), f("provider"), f("deleted", "IsDeleted"), f("active", "_fivetran_active"),
		},
	},
	{
		Profile: Salesforce, Name: "OpportunityContactRole", Kind: KindDealContact, Words: "contact roles: which contacts belong to which opportunities",
		unless: []string{"CampaignId"},
		Fields: []Field{
			req("deal_id", "OpportunityId", "Opportunity ID"), req("contact_id", "ContactId", "Contact ID"), f("role", "Role", "Contact Role"), f("deleted", "IsDeleted"),
		},
	},
	{
		Profile: Salesforce, Name: "OpportunityFieldHistory", Kind: KindEdit, Words: "the history of opportunities' fields: who changed what",
		Fields: []Field{
			f("edit_id", "Id"), req("record_id", "OpportunityId", "Opportunity ID"), req("field", "Field", "Field / Event"), req("at", "CreatedDate", "Edit Date"),
			f("before", "OldValue", "Old Value"), req("after", "NewValue", "New Value"), f("by", "CreatedById", "Edited By", "CreatedBy.Name"), f("deleted", "IsDeleted"),
		},
	},
	{
		Profile: Salesforce, Name: "OpportunityHistory", Kind: KindEdit, Words: "the history of opportunities' stage, amount and close date",
		unless: []string{"Name", "Opportunity Name", "AccountId", "Account Name", "ContactId", "Field", "_fivetran_start"},
		Fields: []Field{
			req("edit_id", "Id"), req("record_id", "OpportunityId"), req("at", "CreatedDate"), req("stage", "StageName"), f("amount", "Amount"), f("closed_on", "CloseDate"),
			f("by", "CreatedById", "CreatedBy.Name"), f("deleted", "IsDeleted"),
		},
	},
	{
		Profile: Salesforce, Name: "Campaign", Words: "campaigns: their names and types, for campaign members",
		marks:  []string{"NumberSent", "NumberOfLeads", "NumberOfContacts", "BudgetedCost", "Campaign ID", "ExpectedResponse"},
		unless: []string{"StageName", "Stage", "CloseDate", "ContactId", "LeadId", "_fivetran_start"},
		Fields: []Field{
			req("campaign_id", "Id", "Campaign ID"), req("name", "Name", "Campaign Name"), req("channel", "Type", "Campaign Type"),
		},
	},
}
