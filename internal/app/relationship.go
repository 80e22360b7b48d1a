package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/ofrecord/ofrecord/internal/access"
	engagementops "github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/journal"
)

// endOfTerm is what term, notice and exit need from the rooms above theirs.
func (p *Program) endOfTerm() engagementops.Term {
	return engagementops.Term{PublicURL: p.Config.URL(), KnownFigures: p.knownFigures, Audit: p.audit, DeliverablesOf: p.deliverablesOf, PromisedDates: p.promisedDates}
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
