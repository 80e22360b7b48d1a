package ui

import (
	"encoding/csv"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/billing/einvoice"
	"github.com/ofrecord/ofrecord/internal/billing/paper"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

func (p *Pages) downloadPDF(w http.ResponseWriter, r *http.Request) error {
	inv, err := p.read(r)
	if err != nil {
		return err
	}
	body, err := paper.PDF(inv.Document)
	if err != nil {
		return err
	}
	web.Attach(w, inv.Number+".pdf", "application/pdf")
	_, _ = w.Write(body) // the reader has gone; nothing to do
	return nil
}

func (p *Pages) downloadGOBL(w http.ResponseWriter, r *http.Request) error {
	inv, err := p.read(r)
	if err != nil {
		return err
	}
	body, err := p.Ops.GOBL(r.Context(), actor(r), inv.ID)
	if err != nil {
		return err
	}
	web.Attach(w, inv.Number+".json", "application/json")
	_, _ = w.Write(body) // the reader has gone; nothing to do
	return nil
}

func (p *Pages) downloadUBL(w http.ResponseWriter, r *http.Request) error {
	inv, err := p.read(r)
	if err != nil {
		return err
	}
	envelope, err := p.Ops.GOBL(r.Context(), actor(r), inv.ID)
	if err != nil {
		return err
	}
	body, err := einvoice.UBL(envelope)
	if err != nil {
		return err
	}
	web.Attach(w, inv.Number+".xml", "application/xml")
	_, _ = w.Write(body) // the reader has gone; nothing to do
	return nil
}

// downloadAccount writes the statement of account as a table: what is shown, with the currency on every row.
func (p *Pages) downloadAccount(w http.ResponseWriter, r *http.Request) error {
	days, err := daysOf(r)
	if err != nil {
		return err
	}
	all, err := p.Ops.Accounts(r.Context(), actor(r), r.PathValue("client"), days)
	if err != nil {
		return err
	}
	web.Attach(w, "account.csv", "text/csv; charset=utf-8")
	out := csv.NewWriter(w)
	_ = out.Write([]string{"day", "kind", "name", "charged", "paid", "balance", "currency"}) // a broken connection shows again at the end, and there is nobody to tell
	for _, a := range all.Accounts {
		currency := string(a.Currency)
		if !days.From.IsZero() {
			_ = out.Write([]string{days.From.String(), "opening", "", "", "", a.Sheet.Opening.String(), currency})
		}
		for _, e := range a.Sheet.Entries {
			_ = out.Write([]string{e.On.String(), e.Kind, csvin.Neutralise(e.Name), e.Charge.String(), e.Payment.String(), e.Balance.String(), currency})
		}
	}
	out.Flush()
	return nil
}
