// Package ui holds the pages that show credit: one deal with its journey, and all won deals of a period under several models.
//
// It owns how credit reads on a page and in a file. It does not own what is credited (attribution), which rule governs (attribution/ops), the
// lists of deals and imports (crm/ui), nor what a fee is (fees/ui). Everything a reader chooses stands in the address, so a view can be sent.
package ui

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// Room of the navigation that these pages mark.
const Room = "evidence"

// Pages are the pages of this room.
type Pages struct {
	Ops *ops.Service

	// ClientName is the name of a client, for titles; it decides access. Nil shows none.
	ClientName func(ctx context.Context, actor access.Actor, id string) (string, error)
}

// Register adds the pages with the action each needs.
func (p *Pages) Register(g *web.Registry) {
	g.Get("/clients/{client}/evidence/deals/{deal}", string(access.DealSee), p.deal)
	g.Get("/clients/{client}/evidence/attribution", string(access.EvidenceSee), p.compare)
	g.Get("/clients/{client}/evidence/returns", string(access.EvidenceSee), p.returns)
}

// DealPath is the address of a deal's page.
func DealPath(client, deal string) string {
	return evidencePath(client) + "/deals/" + url.PathEscape(deal)
}

// ComparePath is the address of the comparison of models.
func ComparePath(client string) string { return evidencePath(client) + "/attribution" }

func evidencePath(client string) string { return "/clients/" + url.PathEscape(client) + "/evidence" }

func importPath(client string, no int64) string {
	return evidencePath(client) + "/imports/" + strconv.FormatInt(no, 10)
}

func actor(r *http.Request) access.Actor { return access.ActorFrom(r.Context()) }

func (p *Pages) clientName(r *http.Request) (string, error) {
	if p.ClientName == nil {
		return "", nil
	}
	return p.ClientName(r.Context(), actor(r), r.PathValue("client"))
}

// askedOf is what the address asks for in place of what was agreed.
func askedOf(list kit.List) ops.Asked {
	return ops.Asked{Clause: list.Filter("clause"), Model: list.Filter("model"), Lookback: list.Filter("lookback"), Edge: list.Filter("edge"),
		AtTheDeal: list.Filter("at_the_deal"), EarlierDeals: list.Filter("earlier_deals")}
}

// asOfOf is the import that the address looks from, 0 for the newest. Fault: NotFound.
func asOfOf(list kit.List) (int64, error) {
	text := list.Filter("as_of")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0, fault.New(fault.NotFound, "import", "There is no import %s.", text)
	}
	return n, nil
}

// noticeOf tells what was wrong with what the address asks for; the page then shows what was agreed.
func noticeOf(err error) kit.NoticeView {
	var words []string
	for _, f := range fault.All(err) {
		words = append(words, kit.Sentence(f.Message))
	}
	return kit.NoticeView{Level: kit.Problem, Title: "That cannot be shown", Text: strings.Join(words, " ") + " Below is what was agreed."}
}
