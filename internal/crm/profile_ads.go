package crm

// The advertising platforms whose reports are known.
const (
	GoogleAds    Profile = "google-ads"
	MetaAds      Profile = "meta-ads"
	LinkedInAds  Profile = "linkedin-ads"
	MicrosoftAds Profile = "microsoft-ads"
	GA4          Profile = "ga4"
)

// adObjects are the reports of advertising platforms, by the names of their pages in several languages, of their APIs ("metrics.cost_micros")
// and of warehouse copies ("cost_micros"). What the cost is of (the category) no report says.
var adObjects = []Object{
	report(GoogleAds, "Google Ads", "cost by campaign and day", costs{
		marks:  []string{"Cost", "Kosten", "Coût", "Coste", "Costo", "metrics.cost_micros", "cost_micros", "Cost (micros)"},
		also:   []string{"Campaign", "Kampagne", "Campagne", "Campaña", "Campagna", "Campaign name", "Campaign ID", "Customer ID", "base_campaign", "Ad group", "segments.date"},
		unless: []string{"Spend", "Amount spent", "Total Spent", "GregorianDate", "TimePeriod", "Ads cost", "spend_id", "Campaign Group Name", "cost_in_local_currency"},
		day:    []string{"Day", "Tag", "Jour", "Día", "Giorno", "segments.date", "Date", "Week", "Woche", "Month", "Monat"},
		net:    []string{"Cost", "Kosten", "Coût", "Coste", "Costo"}, micros: []string{"metrics.cost_micros", "cost_micros", "Cost (micros)"},
		account:  []string{"Customer ID", "customer.id", "Kundennummer", "Account", "Account name", "Konto", "Kontoname"},
		campaign: []string{"Campaign", "campaign.name", "Kampagne", "Campagne", "Campaña", "Campagna", "Campaign name"}, campaignID: []string{"Campaign ID", "campaign.id", "Kampagnen-ID", "id"},
		group: []string{"Ad group", "ad_group.name", "Anzeigengruppe", "Groupe d'annonces", "Grupo de anuncios"}, groupID: []string{"Ad group ID", "ad_group.id", "Anzeigengruppen-ID"},
		ad: []string{"Ad name", "ad_group_ad.ad.name"}, adID: []string{"Ad ID", "ad_group_ad.ad.id", "Anzeigen-ID"},
	}),
	report(MetaAds, "Meta", "amount spent by campaign, ad set or ad", costs{
		marks: []string{"Amount spent", "Ausgegebener Betrag", "Montant dépensé", "Importe gastado", "Importo speso", "Besteed bedrag", "spend"},
		also: []string{"Reporting starts", "Reporting ends", "Berichtsstart", "Berichtsende", "date_start", "date_stop", "Day", "Tag", "Campaign name", "Kampagnenname", "Name der Kampagne",
			"Ad set name", "Ad name", "Anzeigenname", "ad_id", "adset_id", "inline_link_clicks", "account_currency"},
		unless:  []string{"GregorianDate", "TimePeriod", "Currency code", "device_os", "Top vs. other", "spend_id", "category", "Total Spent"},
		day:     []string{"Day", "Tag", "Jour", "Día", "Giorno", "Dag", "Reporting ends", "Berichtsende", "Fin des rapports", "Fin del informe", "date_stop", "date_start", "date"},
		net:     []string{"Amount spent", "Ausgegebener Betrag", "Montant dépensé", "Importe gastado", "Importo speso", "Besteed bedrag", "spend"},
		account: []string{"Account ID", "Konto-ID", "Account name", "Kontoname"}, currency: []string{"account_currency"},
		campaign:   []string{"Campaign name", "Kampagnenname", "Name der Kampagne", "Nom de la campagne", "Nombre de la campaña", "Nome della campagna"},
		campaignID: []string{"Campaign ID", "Kampagnen-ID"}, group: []string{"Ad set name", "adset_name", "Anzeigengruppenname", "Name der Anzeigengruppe"}, groupID: []string{"Ad set ID", "adset_id", "Anzeigengruppen-ID"},
		ad: []string{"Ad name", "Anzeigenname", "Name der Anzeige"}, adID: []string{"Ad ID", "Anzeigen-ID"},
	}),
	report(LinkedInAds, "LinkedIn", "total spent by campaign and day", costs{
		marks: []string{"Total Spent", "cost_in_local_currency", "Gesamtausgaben", "Total dépensé"}, unless: []string{"spend_id"},
		day: []string{"Start Date (in UTC)", "Start Date", "Startdatum (in UTC)", "Date", "day"}, net: []string{"Total Spent", "cost_in_local_currency", "Gesamtausgaben", "Total dépensé"},
		account: []string{"Account ID", "Account Name", "Kontoname"}, campaign: []string{"Campaign Name", "Kampagnenname", "Ad Set Name"}, campaignID: []string{"Campaign ID", "Kampagnen-ID", "Ad Set ID"},
		group: []string{"Campaign Group Name", "Kampagnengruppenname"}, groupID: []string{"Campaign Group ID"}, ad: []string{"Ad Name", "Creative Name", "Ad Headline"}, adID: []string{"Ad ID", "creative_id", "Creative ID"},
	}),
	report(MicrosoftAds, "Microsoft Advertising", "spend by campaign and day", costs{
		marks: []string{"Spend", "Ausgaben", "Dépenses"}, also: []string{"Gregorian date", "Time period", "Currency code", "Währungscode", "device_os", "Ad distribution", "Account number", "Top vs. other"},
		unless: []string{"Reporting starts", "date_start", "inline_link_clicks", "spend_id", "category"},
		day:    []string{"Gregorian date", "Time period", "Date", "Datum", "Day"}, net: []string{"Spend", "Ausgaben", "Dépenses"},
		account: []string{"Account ID", "Account number", "Account name", "Kontoname"}, campaign: []string{"Campaign name", "Campaign", "Kampagne"}, campaignID: []string{"Campaign ID", "Kampagnen-ID"},
		group: []string{"Ad group", "Ad group name", "Anzeigengruppe"}, groupID: []string{"Ad group ID"}, adID: []string{"Ad ID"}, ad: []string{"Ad title"},
	}),
	report(GA4, "", "cost of advertising by campaign and day, as Google Analytics knows it", costs{
		marks: []string{"Ads cost", "Google Ads cost", "advertiserAdCost", "Advertiser ad cost", "Werbekosten"}, unless: []string{"spend_id"},
		day: []string{"Date", "Datum", "Day"}, net: []string{"Ads cost", "Google Ads cost", "advertiserAdCost", "Advertiser ad cost", "Werbekosten"},
		campaign: []string{"Session campaign", "sessionCampaignName", "Session Google Ads campaign", "Google Ads campaign", "First user campaign", "Campaign", "campaignName", "Kampagne"}, campaignID: []string{"Campaign ID", "sessionCampaignId"},
		group: []string{"Session source / medium", "sessionSourceMedium", "Source / medium"},
	}),
}

// costs are the names of a report's columns.
type costs struct {
	marks, also, unless                                     []string
	day, net, micros, currency                              []string
	account, campaign, campaignID, group, groupID, ad, adID []string
}

func report(p Profile, vendor, words string, c costs) Object {
	o := Object{Profile: p, Name: "spend", Kind: KindSpend, Words: words, marks: c.marks, also: c.also, unless: c.unless, vendor: vendor, report: true}
	o.Fields = []Field{
		f("spent_on", c.day...), f("net", c.net...), f("micros", c.micros...),
		f("currency", append(c.currency, "Currency code", "customer.currency_code", "currency_code", "Currency", "Währungscode", "Währung", "Code de devise", "Devise", "Código de moneda", "Valuta")...),
		f("account", c.account...), f("campaign_id", c.campaignID...), f("campaign", c.campaign...), f("ad_group_id", c.groupID...), f("ad_group", c.group...),
		f("ad_id", c.adID...), f("ad", c.ad...), f("campaign_type", "Campaign type", "Kampagnentyp", "campaign.advertising_channel_type", "advertising_channel_type"), f("segment"),
		{Name: "category", Stated: true, Required: true}, {Name: "vendor", Stated: true},
		{Name: "provider", Stated: true}, {Name: "service", Stated: true}, {Name: "brand", Stated: true}, {Name: "market", Stated: true}, {Name: "rounding", Stated: true},
	}
	return o
}

// segments are columns by which reports divide a campaign further. They tell rows apart and are kept nowhere else.
var segments = keysOf("Device", "Devices", "Gerät", "Geräte", "Device type", "Device OS", "Impression device", "Network", "Network (with search partners)", "Netzwerk", "Netzwerk (mit Suchnetzwerk-Partnern)",
	"ad_network_type", "segments.ad_network_type", "segments.device", "Ad distribution", "Bid match type", "Delivered match type", "Match type", "Top vs. other", "top_vs_other", "Budget name", "Budget association status",
	"Placement", "Platzierung", "Platform", "Plattform", "Publisher platform", "Country", "Land", "Region", "City", "Age", "Alter", "Gender", "Geschlecht", "Keyword", "Keyword ID", "Suchkeyword",
	"Search term", "Search keyword", "Hour", "Hour of day", "Hour of the day", "Language", "Objective", "segments.hour", "segments.conversion_action", "Session default channel group", "Device category")

func keysOf(names ...string) map[string]bool {
	out := map[string]bool{}
	for _, n := range names {
		out[headerKey(n)] = true
	}
	return out
}
