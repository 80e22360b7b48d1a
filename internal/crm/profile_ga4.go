package crm

import "slices"

// ga4Objects are reports of Google Analytics 4 that sum up what happened in some days, as its reports and explorations download them. Which of
// their columns is which metric of the contract no report says.
var ga4Objects = []Object{{
	Profile: GA4, Name: "readings", Kind: KindMetricReading, Words: "sessions, key events and revenue of some days, as readings of metrics", sums: true,
	marks: keysIn(additive), also: append(keysIn(ga4Dimensions), "Date", "Datum", "Fecha", "Data", "date"),
	unless: []string{"Ads cost", "Google Ads cost", "advertiserAdCost", "Werbekosten", "Cost", "Kosten", "Coût", "Coste", "metric", "spend_id", "form_id", "Contact ID", "contact_id", "client_id", "User ID", "user_id", "Session ID", "session_id"},
	Fields: []Field{
		f("day", "Date", "Datum", "Fecha", "Data", "date"),
		f("channel", ga4Dimensions["channel"]...), f("source_medium", ga4Dimensions["source_medium"]...), f("source", ga4Dimensions["source"]...),
		f("medium", ga4Dimensions["medium"]...), f("campaign", ga4Dimensions["campaign"]...), f("group", ga4Dimensions["group"]...),
		{Name: "readings", Stated: true, Required: true}, {Name: "span", Stated: true}, {Name: "from", Stated: true}, {Name: "through", Stated: true},
	},
}}

// ga4Dimensions are the columns that tell rows apart, by the names of the pages in English, German, French and Spanish and of the API. But for
// the last, one session has one value of each; the groups of the last overlap.
var ga4Dimensions = map[string][]string{
	"channel": {"Session primary channel group (Default Channel Group)", "Session default channel group", "Session primary channel group", "Default channel group", "sessionDefaultChannelGroup", "sessionPrimaryChannelGroup",
		"Sitzung – Primäre Channelgruppe (Standard-Channelgruppe)", "Sitzung – Standard-Channelgruppe", "Standard-Channelgruppe",
		"Groupe de canaux principal de la session (Groupe de canaux par défaut)", "Groupe de canaux par défaut pour la session",
		"Grupo de canales principal de la sesión (Grupo de canales predeterminado)", "Grupo de canales principal de la sesión (Grupo de canales por defecto)", "Grupo de canales predeterminado de la sesión"},
	"source_medium": {"Session source / medium", "sessionSourceMedium", "Source / medium", "Sitzung – Quelle / Medium", "Quelle / Medium", "Source/Support de la session", "Source / Support de la session", "Fuente/medio de la sesión", "Fuente / medio de la sesión"},
	"source":        {"Session source", "sessionSource", "Session manual source", "Sitzung – Quelle", "Source de la session", "Fuente de la sesión"},
	"medium":        {"Session medium", "sessionMedium", "Session manual medium", "Sitzung – Medium", "Support de la session", "Medio de la sesión"},
	"campaign":      {"Session campaign", "sessionCampaignName", "Session Google Ads campaign", "Sitzung – Kampagne", "Campagne de la session", "Campaña de la sesión"},
	"group":         {"Segment", "Segmento", "Audience name", "Zielgruppenname", "Nom de l'audience", "Nombre de la audiencia", "Comparison", "Vergleich"},
}

// adds says how far a column may be added up.
type adds int

const (
	never    adds = iota // users and rates: one row stands for itself
	sessions             // of one day: a session that runs over midnight counts on both
	events               // over everything but groups that overlap
	takings              // as events, and a refund takes away from it
)

// additive are the columns whose values may be added up, by the names of the pages in English, German, French and Spanish and of the API.
var additive = map[adds][]string{
	sessions: {"Sessions", "Engaged sessions", "Sitzungen", "Sitzungen mit Interaktionen", "Sessions avec engagement", "Sesiones", "Sesiones con interacción", "engagedSessions"},
	events: {"Key events", "keyEvents", "Conversions", "Event count", "eventCount", "Views", "screenPageViews", "Ecommerce purchases", "Transactions",
		"Schlüsselereignisse", "Ereignisanzahl", "Aufrufe", "Événements clés", "Nombre d'événements", "Vues", "Eventos clave", "Número de eventos", "Recuento de eventos", "Vistas"},
	takings: {"Total revenue", "totalRevenue", "Purchase revenue", "purchaseRevenue", "Gesamtumsatz", "Umsatz aus Käufen", "Revenu total", "Revenus totaux", "Ingresos totales"},
}

// people are the columns that count users, which are never added up.
var people = []string{"Users", "Total users", "totalUsers", "Active users", "activeUsers", "New users", "newUsers", "Returning users", "Nutzer", "Nutzer insgesamt", "Aktive Nutzer", "Neue Nutzer", "Wiederkehrende Nutzer",
	"Nombre total d'utilisateurs", "Total des utilisateurs", "Utilisateurs actifs", "Nouveaux utilisateurs", "Usuarios", "Total de usuarios", "Usuarios totales", "Usuarios activos", "Usuarios nuevos", "Nuevos usuarios"}

// countsOf reports whether a column counts something, so that nothing in it is below zero.
func countsOf(header string) bool {
	a := addsOf(header)
	return a == sessions || a == events || slices.ContainsFunc(people, func(n string) bool {
		return headerKey(n) == headerKey(header) || headerKey(n) == headerKey(withoutNote(header))
	})
}

// addsOf knows a column by its name, with or without what a report narrows it to: "Key events (sign_up)".
func addsOf(header string) adds {
	for _, h := range []string{header, withoutNote(header)} {
		if a, ok := addsByKey[headerKey(h)]; ok {
			return a
		}
	}
	return never
}

var addsByKey = func() map[string]adds {
	out := map[string]adds{}
	for a, names := range additive {
		for _, n := range names {
			out[headerKey(n)] = a
		}
	}
	return out
}()

func keysIn[K comparable](lists map[K][]string) (out []string) {
	for _, names := range lists {
		out = append(out, names...)
	}
	return out
}
