package feestest

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
)

// MilestoneText is the contract with milestones that the client accepts or returns within 10 working days, by silence accepted, and leads at 85.00.
var MilestoneText = Rewritten(Text, "statements:\n", `  - milestones: build
    list:
      - {milestone: website-launch, amount: "8,000.00", criteria: "all pages pass the agreed test list", bonus: none}
      - {milestone: crm-cleanup, amount: "3,000.00", bonus: none}
    acceptance: {by: client finance, within: 10 working days, silence: accepted}
    partial: by-part
  - per_result: leads
    price: 85.00 per lead
    acceptance: {within: 5 days, after_window: accepted}
    duplicate: {by: none}
    disputes: {within: 30 days, reasons: [wrong region, no budget], fee_if_denied: none}
    cap: none
statements:
`)

// WithRows gives the bench evidence that is imported from files and decided by people, in place of Imports.
func (k *Bench) WithRows() *Bench {
	k.T.Helper()
	files := must(blob.Open(k.T.TempDir()))(k.T)
	rows := &crmops.Service{DB: k.DB, Files: files, Now: k.Clock, Random: rand.Reader}
	k.T.Cleanup(rows.Close)
	rows.AfterApply, rows.Frozen = k.TellOverruled, k.FrozenTexts
	k.Rows, k.NewestImport, k.ImportedAt = rows, crmops.LatestImport, crmops.LatestImportAt
	k.Evidence = func(ctx context.Context, tx bun.Tx, client string, n int64) (crm.Evidence, error) {
		if n == 0 {
			var err error
			if n, err = crmops.LatestImport(ctx, tx, client); err != nil {
				return crm.Evidence{}, err
			}
		}
		return crmops.EvidenceAt(ctx, tx, client, n)
	}
	return k
}

// File imports a plain file of the client Acme, as the account lead.
func (k *Bench) File(name, text string) crmops.Import {
	k.T.Helper()
	return must(k.Rows.Import(k.Ctx, Owner, crmops.ImportInput{Client: "org_acme", Filename: name, Reader: strings.NewReader(text)}))(k.T)
}

// Product is of the client Acme and decides nothing that costs money.
var Product = Of("acc_prod", "Pia Product", access.Membership{Role: access.ClientProduct, Org: "org_acme", OrgKind: access.Client})

// HoursText is the contract with 20 hours a month in the retainer, and more of them at 175.00 if the client approved them.
var HoursText = Rewritten(Text, "    proration: actual-days\n", `    proration: actual-days
    includes: {hours: 20, partial_period: with-fee}
    round_time: none
    rollover: none
    deficit: billed
    overage: {rate: 175.00 per hour, approval: before-work, approved_hours: overage-approved}
    alerts: none
    late_entries: next-open-period
    reconcile: none
`)
