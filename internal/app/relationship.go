package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	engagementops "github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// endOfTerm is what term, notice and exit need from the rooms above theirs.
func (p *Program) endOfTerm() engagementops.Term {
	return engagementops.Term{PublicURL: p.Config.URL(), KnownFigures: p.knownFigures, Audit: p.audit, DeliverablesOf: p.deliverablesOf}
}

// remind leaves mails about the dates of contracts that have come near, in every workspace.
func (p *Program) remind(ctx context.Context) error {
	return p.eachWorkspace(ctx, func(ctx context.Context, slug string) error {
		sent, err := p.Engagement.Remind(ctx)
		if sent > 0 {
			p.Log.Info("reminders of dates left in the outbox", "workspace", slug, "reminders", sent)
		}
		return errors.Join(err, p.Engagement.Reconsider(ctx))
	})
}

// knownFigures are the parts of a final settlement that the statements, invoices and payments of a client give. What they give for certain only is
// there: an account that several contracts share belongs to none of them alone, and fees are known when all months until the end are locked.
func (p *Program) knownFigures(ctx context.Context, actor access.Actor, client, contractID string) (map[engagement.PartKey]engagement.Figure, error) {
	contracts, err := p.Contracts.Contracts(ctx, actor, client)
	if err != nil {
		return nil, err
	}
	var terms contract.Terms
	sharing := 0
	agreements := map[string]contract.Agreement{}
	for _, c := range contracts {
		if a, err := c.Agreement(); err == nil {
			agreements[c.ID] = a
		}
	}
	own, ok := agreements[contractID]
	if !ok {
		return nil, nil
	}
	terms = own.Latest()
	for _, a := range agreements {
		if a.First().Currency == terms.Currency {
			sharing++
		}
	}
	out := map[engagement.PartKey]engagement.Figure{}
	if sharing == 1 {
		if err := p.openInvoices(ctx, actor, client, terms.Currency, out); err != nil {
			return nil, err
		}
	}
	end, ends := terms.End()
	if !ends {
		return out, nil
	}
	return out, p.uninvoiced(ctx, actor, client, contractID, terms, end, out)
}

func (p *Program) openInvoices(ctx context.Context, actor access.Actor, client string, currency money.Currency, out map[engagement.PartKey]engagement.Figure) error {
	accounts, err := p.Billing.Accounts(ctx, actor, client, cal.Period{})
	if err != nil {
		return err
	}
	figure := engagement.Figure{Amount: money.New(0, currency), Basis: "Nothing was invoiced.", Source: "the statement of account"}
	for _, a := range accounts.Accounts {
		if a.Currency == currency {
			figure.Amount = a.Balance()
			figure.Basis = fmt.Sprintf("%s open, less %s on account, as of %s", a.Open().Format(), a.OnAccount().Format(), accounts.Today.Words())
		}
	}
	out[engagement.OpenInvoices] = figure
	return nil
}

// uninvoiced divides what of locked statements is not invoiced into fees and what was earned by performance.
func (p *Program) uninvoiced(ctx context.Context, actor access.Actor, client, contractID string, terms contract.Terms, end cal.Date, out map[engagement.PartKey]engagement.Figure) error {
	var until cal.Date
	err := p.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		until, err = feesops.LockedUntil(ctx, tx, contractID)
		return err
	})
	if err != nil || until.Before(end) {
		return err
	}
	owing, err := p.Billing.Owing(ctx, actor, client)
	if err != nil {
		return err
	}
	fee, earned := money.New(0, terms.Currency), money.New(0, terms.Currency)
	var months []string
	for _, w := range owing.Waiting {
		st, err := p.Fees.Statement(ctx, actor, w.Statement)
		if err != nil {
			return err
		}
		if st.Contract != contractID {
			continue
		}
		if !st.Split.Held.IsZero() || !st.Split.Conceded.IsZero() {
			return nil // what is disputed is not known to be owed
		}
		performance := performanceOf(st)
		earned, fee = earned.Add(performance), fee.Add(w.Payable.Sub(performance))
		months = append(months, w.Period.Words())
	}
	source := "locked statements until the end, all of them invoiced"
	if len(months) > 0 {
		source = "locked statements that are not invoiced: " + strings.Join(months, ", ")
	}
	out[engagement.ProratedFees] = engagement.Figure{Amount: fee, Basis: "Lines of retainers, hours, media and other fees, prorated as the contract says", Source: source}
	out[engagement.EarnedFees] = engagement.Figure{Amount: earned, Basis: "Lines of revenue shares, bonus and results", Source: source}
	return nil
}

// performanceOf is the sum of a statement's lines under clauses that pay for performance.
func performanceOf(st feesops.Statement) money.Amount {
	sum := money.New(0, st.Total.Currency)
	for _, l := range st.Document.Statement.Lines {
		clause, ok := st.Terms.Clause(l.Clause)
		if !ok {
			continue
		}
		switch clause.(type) {
		case contract.RevenueShare, contract.Scorecard, contract.PerResult:
			sum = sum.Add(l.Amount)
		}
	}
	return sum
}

// audit writes everything of a client's relationship that can be verified: the accepted texts of its contracts, the packs of its locked
// statements, and the record, in which what belongs to others keeps only its place in the chain.
func (p *Program) audit(ctx context.Context, actor access.Actor, client string, add func(name string) (io.Writer, error)) error {
	contracts, err := p.Contracts.Contracts(ctx, actor, client)
	if err != nil {
		return err
	}
	for _, c := range contracts {
		for _, v := range c.Accepted() {
			w, err := add(fmt.Sprintf("contracts/%s-v%d.yaml", c.Name, v.Number))
			if err == nil {
				_, err = io.WriteString(w, v.Source)
			}
			if err != nil {
				return err
			}
		}
	}
	if err := p.auditStatements(ctx, actor, client, add); err != nil {
		return err
	}
	return p.auditRecord(ctx, actor, client, add)
}

func (p *Program) auditStatements(ctx context.Context, actor access.Actor, client string, add func(name string) (io.Writer, error)) error {
	for page, seen := 1, 0; ; page++ {
		list, err := p.Fees.Statements(ctx, actor, client, page)
		if err != nil {
			return err
		}
		for _, s := range list.Statements {
			if seen++; s.State != fees.Locked {
				continue
			}
			packed, err := p.Fees.Pack(ctx, actor, s.ID)
			if err != nil {
				return err
			}
			w, err := add("statements/" + packed.FileName())
			if err == nil {
				err = pack.Write(w, packed)
			}
			if err != nil {
				return err
			}
		}
		if seen >= list.Total || len(list.Statements) == 0 {
			return nil
		}
	}
}

func (p *Program) auditRecord(ctx context.Context, actor access.Actor, client string, add func(name string) (io.Writer, error)) error {
	w, err := add("record.jsonl")
	if err != nil {
		return err
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return p.Journal.Export(ctx, actor, func(e journal.Entry) error {
		if e.Client != client || e.Internal {
			e = journal.Withhold(e)
		}
		if e.Stub {
			return out.Encode(map[string]any{"seq": e.Seq, "prev_hash": e.PrevHash, "hash": e.Hash, "stub": true})
		}
		return out.Encode(e)
	})
}
