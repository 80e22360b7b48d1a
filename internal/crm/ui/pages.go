// Package ui holds the pages of CRM evidence: what there is, bringing files in, one import, the list of deals. The page of one deal, which
// shows credit, belongs to attribution.
package ui

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// Room of the navigation that these pages mark.
const Room = "evidence"

// Pages are the pages of this room.
type Pages struct {
	Ops *ops.Service

	// Zone is where the client's days begin and end; nil means UTC.
	Zone func(ctx context.Context, client string) *time.Location

	// Weighing is what the client's contracts in force say that decides how much an issue matters; nil, also as an answer, means that there is none.
	Weighing func(ctx context.Context, client string) *crm.Weighing

	// PublicURL begins upload addresses.
	PublicURL string

	// MaxUpload is the largest file of a browser's upload; zero means that of the store.
	MaxUpload int64
}

// Register adds the pages with the action each needs.
func (p *Pages) Register(g *web.Registry) {
	var routes []web.Route
	add := func(method, path string, action access.Action, limit int64, h web.Handler) {
		routes = append(routes, web.Route{Method: method, Pattern: "/clients/{client}/evidence" + path, Action: string(action), Handler: h, BodyLimit: limit})
	}
	get := func(path string, action access.Action, h web.Handler) { add(http.MethodGet, path, action, 0, h) }
	post := func(path string, action access.Action, h web.Handler) { add(http.MethodPost, path, action, 0, h) }

	get("", access.EvidenceSee, p.showEvidence)
	get("/samples/{file}", access.EvidenceSee, p.sample)
	get("/hygiene", access.EvidenceSee, p.showHygiene)
	get("/accounts", access.EvidenceSee, p.showAccounts)
	post("/accounts", access.EvidenceImport, p.stateAccount)
	get("/duplicates", access.EvidenceSee, p.showDuplicates)
	get("/duplicates/{key}", access.EvidenceSee, p.showGroup)
	post("/duplicates/{key}", access.EvidenceImport, p.judgeGroup)
	get("/identity/undo", access.EvidenceImport, p.confirmUndo)
	post("/identity/undo", access.EvidenceImport, p.undo)
	get("/addresses", access.EvidenceSee, p.showAddresses)
	for _, how := range []string{"hashed", "plain"} {
		get("/addresses/"+how, access.EvidenceErase, p.confirmAddresses(how))
		post("/addresses/"+how, access.EvidenceErase, p.chooseAddresses(how))
	}
	get("/erase", access.EvidenceErase, p.showErase)
	post("/erase", access.EvidenceErase, p.erase)
	get("/deals", access.DealSee, p.showDeals)
	get("/records/{kind}", access.EvidenceSee, p.showRecords)
	get("/compare", access.EvidenceSee, p.compare)
	get("/compare.csv", access.EvidenceSee, p.compareFile("csv"))
	get("/compare-costs.csv", access.EvidenceSee, p.compareFile("costs"))
	get("/compare.json", access.EvidenceSee, p.compareFile("json"))
	get("/imports/{n}", access.EvidenceSee, p.showImport)
	get("/imports/{n}/rejects.csv", access.EvidenceSee, p.importRejects)
	get("/imports/{n}/file", access.EvidenceSee, p.importFile)

	get("/pulls", access.EvidenceSee, p.showPulls)
	get("/pulls/{system}", access.EvidenceImport, p.confirmPull)
	post("/pulls/{system}", access.EvidenceImport, p.pull)
	get("/import", access.EvidenceImport, p.showUpload)
	add(http.MethodPost, "/import", access.EvidenceImport, p.maxUpload()+1<<20, p.upload)
	get("/import/{id}", access.EvidenceSee, p.showStep)
	get("/import/{id}/mapping", access.EvidenceMap, p.showMapping)
	post("/import/{id}/mapping", access.EvidenceMap, p.setMapping)
	post("/import/{id}/check", access.EvidenceImport, p.check)
	get("/import/{id}/apply", access.EvidenceImport, p.confirmApply)
	post("/import/{id}/apply", access.EvidenceImport, p.apply)
	get("/import/{id}/discard", access.EvidenceImport, p.confirmDiscard)
	post("/import/{id}/discard", access.EvidenceImport, p.discard)
	post("/import/{id}/resume", access.EvidenceImport, p.resume)
	get("/import/{id}/progress", access.EvidenceSee, p.progress)
	get("/import/{id}/rejects.csv", access.EvidenceSee, p.stepRejects)
	get("/links", access.EvidenceImport, p.showLinks)
	post("/links", access.EvidenceImport, p.makeLink)
	get("/links/{link}/revoke", access.EvidenceImport, p.confirmRevokeLink)
	post("/links/{link}/revoke", access.EvidenceImport, p.revokeLink)
	for _, method := range []string{http.MethodPost, http.MethodPut} {
		routes = append(routes, web.Route{Method: method, Pattern: "/upload/{workspace}/{link}/{secret}", Action: web.Public, Handler: p.receiveFile, BodyLimit: p.maxUpload()})
	}
	g.Add(routes...)
}

func (p *Pages) maxUpload() int64 {
	if p.MaxUpload > 0 {
		return p.MaxUpload
	}
	return blob.DefaultMaxBytes
}

func actor(r *http.Request) access.Actor { return access.ActorFrom(r.Context()) }

func may(r *http.Request, action access.Action) bool {
	return access.Decide(actor(r), action, access.Of(r.PathValue("client"))).Allowed
}

func (p *Pages) zone(r *http.Request) *time.Location {
	if p.Zone != nil {
		if z := p.Zone(r.Context(), r.PathValue("client")); z != nil {
			return z
		}
	}
	return time.UTC
}

func (p *Pages) weighing(r *http.Request) *crm.Weighing {
	if p.Weighing == nil {
		return nil
	}
	return p.Weighing(r.Context(), r.PathValue("client"))
}

// base is the address of the evidence of the request's client.
func base(r *http.Request) string {
	return "/clients/" + url.PathEscape(r.PathValue("client")) + "/evidence"
}

func stepPath(r *http.Request, id string) string { return base(r) + "/import/" + url.PathEscape(id) }

func importPath(r *http.Request, no int64) string {
	return base(r) + "/imports/" + strconv.FormatInt(no, 10)
}

func dealPath(r *http.Request, id string, asOf, latest int64) string {
	path := base(r) + "/deals/" + url.PathEscape(id)
	if asOf != latest {
		path += "?as_of=" + strconv.FormatInt(asOf, 10)
	}
	return path
}

func crumbs(r *http.Request, more ...kit.Link) []kit.Link {
	return append([]kit.Link{{Text: "Evidence", Href: base(r)}}, more...)
}

// numbered reads the {n} of the address.
func numbered(r *http.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue("n"), 10, 64)
	if err != nil || n < 1 {
		return 0, fault.New(fault.NotFound, "import", "There is no such import.")
	}
	return n, nil
}

var kindWords = map[crm.Kind]string{
	crm.KindCompany: "Companies", crm.KindContact: "Contacts", crm.KindDeal: "Deals", crm.KindDealContact: "Contacts of deals",
	crm.KindTouch: "Touches", crm.KindPayment: "Payments", crm.KindCarveOut: "Carve-outs",
	crm.KindTimeEntry: "Hours", crm.KindMetricReading: "Metric readings", crm.KindLead: "Leads", crm.KindDelivery: "Milestone deliveries",
	crm.KindSpend: "Spend", crm.KindSLAMiss: "Missed service levels",
	crm.KindMerge: "Merges of contacts", crm.KindEdit: "Changes in the CRM",
	crm.KindAccountLink: "Stated accounts", crm.KindDifferent: "Stated differences", crm.KindCompanyMerge: "Companies that are one", crm.KindDealMerge: "Deals that are one",
}

// contents names what a file of the mapping holds.
func contents(m crm.Mapping) string {
	if k := m.Kind(); k != "" {
		return kindWords[k]
	}
	if m.Object == "" {
		return "not yet known"
	}
	return "Side table " + m.Object
}

// count writes a number with commas.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return count(n) + " " + noun + "s"
}

// isOrAre goes with what is counted: 1 row is, 2 rows are.
func isOrAre(n int64) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func size(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return strconv.FormatFloat(float64(bytes)/(1<<30), 'f', 1, 64) + " GiB"
	case bytes >= 1<<20:
		return strconv.FormatFloat(float64(bytes)/(1<<20), 'f', 1, 64) + " MiB"
	case bytes >= 1<<10:
		return strconv.FormatFloat(float64(bytes)/(1<<10), 'f', 1, 64) + " KiB"
	}
	return counted(bytes, "byte")
}

// fieldWords is a field's name for people: "closed_on" is "closed on".
func fieldWords(field string) string { return strings.ReplaceAll(field, "_", " ") }

func def(term string, value templ.Component) kit.Definition {
	return kit.Definition{Term: term, Value: value}
}

func number(n int64) templ.Component { return kit.Text(count(n)) }
