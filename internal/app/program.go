package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	billingops "github.com/ofrecord/ofrecord/internal/billing/ops"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	engagementops "github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	timesheetops "github.com/ofrecord/ofrecord/internal/timesheet/ops"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

// Program is the running product: every service, constructed in the order in which they stand on each other.
type Program struct {
	Config     Config
	Log        *slog.Logger
	Now        func() time.Time
	DB         *db.DB
	Blobs      *blob.Store
	Journal    *journalops.Service
	Party      *partyops.Service
	Contracts  *contractops.Service
	Engagement *engagementops.Service
	Work       *workops.Service
	Timesheet  *timesheetops.Service
	CRM        *crmops.Service
	Fees       *feesops.Service
	Billing    *billingops.Service
	Mailer     *mail.Mailer
	Sessions   *web.SessionStore

	connectors []connector
	watches    []*watched
	mailboxes  []mailbox
}

// openProgram opens database and files, brings the database to the newest migration, and builds the services.
func openProgram(ctx context.Context, cfg Config, log *slog.Logger, now func() time.Time) (*Program, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, cfg.Database)
	if err != nil {
		return nil, err
	}
	p := &Program{Config: cfg, Log: log, Now: now, DB: d}
	if err := p.build(ctx); err != nil {
		_ = d.Close() // the first error is the one to report
		return nil, err
	}
	return p, nil
}

func (p *Program) build(ctx context.Context) error {
	if err := p.DB.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	var err error
	if p.Blobs, err = blob.Open(p.Config.FilesDir()); err != nil {
		return err
	}
	p.Blobs.MaxBytes = int64(p.Config.MaxUpload)
	p.Journal = &journalops.Service{DB: p.DB}
	p.Party = partyops.New(partyops.Options{DB: p.DB, Now: p.Now, PublicURL: p.Config.URL()})
	p.Contracts = &contractops.Service{DB: p.DB, Now: p.Now, Random: rand.Reader, Parties: p.Party}
	p.Engagement = &engagementops.Service{DB: p.DB, Now: p.Now, Random: rand.Reader, Parties: p.Party, Contracts: p.Contracts}
	p.Engagement.Score = p.scoreOf
	p.Engagement.UsedWith = p.usedWith
	p.Party.Staffed, p.Party.Arrived = p.Engagement.Staffed, p.Engagement.Arrived
	p.Work = &workops.Service{DB: p.DB, Now: p.Now, Random: rand.Reader, Parties: p.Party, Contracts: p.Contracts, Files: p.Blobs, PublicURL: p.Config.URL()}
	p.Work.Deliverables = p.deliverableDoors()
	p.Timesheet = &timesheetops.Service{DB: p.DB, Now: p.Now, Random: rand.Reader, Parties: p.Party, Contracts: p.Contracts}
	p.CRM = &crmops.Service{DB: p.DB, Files: p.Blobs, Now: p.Now, Random: rand.Reader, Failed: p.importFailed, Holder: p.accountNow}
	p.connectors, _ = p.Config.connectors() // what is wrong with them, Check has told
	p.watches, _ = p.Config.watches()
	p.mailboxes, _ = p.Config.mailboxes()
	p.Work.MailTo = p.mailTo
	p.CRM.Connections = p.connections
	p.CRM.OtherFiles = workFiles
	p.Fees = &feesops.Service{
		DB: p.DB, Now: p.Now, Random: rand.Reader, Parties: p.Party, PublicURL: p.Config.URL(),
		Evidence: evidenceBy(new(crmops.Memory)), NewestImport: crmops.LatestImport, ImportedAt: crmops.LatestImportAt, Rows: p.CRM, Failed: p.monthEndFailed,
	}
	p.CRM.AfterApply = p.Fees.TellOverruled
	p.CRM.Resting, p.CRM.Cost, p.CRM.CostBetween = p.Fees.Resting, p.Fees.Cost, p.Fees.CostBetween
	p.CRM.Frozen = p.Fees.FrozenTexts
	p.Work.HandOver = p.handOverMisses
	p.Billing = &billingops.Service{DB: p.DB, Now: p.Now, Random: rand.Reader, Fees: p.Fees, Parties: p.Party, PublicURL: p.Config.URL()}
	p.Billing.Reversed = p.Work.PaymentReversed
	p.Fees.AfterLock = p.Billing.PostLock
	p.Timesheet.PublicURL, p.Timesheet.HandOver, p.Timesheet.Burn = p.Config.URL(), p.handOverTime, p.Fees.BurnOf
	p.Contracts.LockedUntil = feesops.LockedUntil
	p.Engagement.FeeOfPeriod = fees.FeeOfPeriod
	p.Engagement.SpendOf, p.Engagement.Positions, p.Engagement.WorkedOf = p.spendOf, p.positions, p.workedOf
	p.Work.Route, p.Work.Scoping, p.Timesheet.Promised = p.route, p.scoping(), promisedTime
	p.Timesheet.Request = p.Work.RequestNamed
	p.Contracts.Contradicts, p.Contracts.AfterBind = engagementops.Contradicts, p.bound
	p.Engagement.Term = p.endOfTerm()
	p.Sessions = web.NewSessionStore(p.DB, time.Now)
	if p.Mailer, err = mail.New(p.DB, p.Config.Mail(), p.Log, p.Now); err != nil {
		return err
	}
	return nil
}

// bound is what follows when both sides have accepted a version: who is of record, how the request stands that it answers, and what it means for other clients.
func (p *Program) bound(ctx context.Context, tx bun.Tx, actor access.Actor, c contractops.Contract) error {
	if err := engagementops.Appoint(ctx, tx, actor, c); err != nil {
		return err
	}
	requests, err := engagementops.Answered(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, r := range requests {
		if err := p.Work.AskAgain(ctx, tx, r); err != nil {
			return err
		}
	}
	return p.Engagement.Bound(ctx, tx, actor, c)
}

// evidenceBy gives the evidence as of an import, 0 being the newest, out of what is remembered of it.
func evidenceBy(memory *crmops.Memory) func(ctx context.Context, tx bun.Tx, client string, n int64) (crm.Evidence, error) {
	return func(ctx context.Context, tx bun.Tx, client string, n int64) (crm.Evidence, error) {
		if n == 0 {
			newest, err := crmops.LatestImport(ctx, tx, client)
			if err != nil {
				return crm.Evidence{}, err
			}
			n = newest
		}
		return memory.EvidenceAt(ctx, tx, client, n)
	}
}

func (p *Program) importFailed(_ context.Context, importID string, err error) {
	p.Log.Error("import failed", "import", importID, "error", err)
}

func (p *Program) monthEndFailed(_ context.Context, run, contract string, err error) {
	p.Log.Error("month end failed", "run", run, "contract", contract, "error", err)
}

// catchUp writes, in every workspace, who is of record for what by contracts that were accepted under a program that did not yet.
func (p *Program) catchUp(ctx context.Context) error {
	return p.eachWorkspace(ctx, func(ctx context.Context, slug string) error {
		left, err := p.Engagement.CatchUp(ctx)
		for _, clash := range left {
			p.Log.Warn("an appointment of a contract holds nothing", "workspace", slug, "contract", clash.Refused.Contract, "reason", clash.Words())
		}
		return err
	})
}

// resumeMonthEnds goes on, in every workspace, with the month ends that a stop interrupted.
func (p *Program) resumeMonthEnds(ctx context.Context) error {
	return p.eachWorkspace(ctx, func(ctx context.Context, slug string) error {
		resumed, err := p.Fees.ResumeMonthEnds(ctx, nil)
		for _, id := range resumed {
			p.Log.Info("month end resumed", "workspace", slug, "run", id)
		}
		return err
	})
}

// resumeImports takes up, in every workspace, the imports and erasures that a stop interrupted.
func (p *Program) resumeImports(ctx context.Context) error {
	return p.eachWorkspace(ctx, func(ctx context.Context, slug string) error {
		resumed, err := p.CRM.ResumeInterrupted(ctx)
		for _, id := range resumed {
			p.Log.Info("import resumed", "workspace", slug, "import", id)
		}
		tidied, again := p.CRM.TidyInterrupted(ctx)
		for _, client := range tidied {
			p.Log.Info("what an interrupted erasure left was taken away", "workspace", slug, "client", client)
		}
		return errors.Join(err, again)
	})
}

// eachWorkspace does the work in one workspace after the other; a failure in one stops no other.
func (p *Program) eachWorkspace(ctx context.Context, work func(ctx context.Context, slug string) error) error {
	spaces, err := p.DB.Workspaces(ctx)
	if err != nil {
		return err
	}
	var failures []error
	for _, w := range spaces {
		if err := work(db.WithWorkspace(ctx, w.Slug), w.Slug); err != nil {
			failures = append(failures, fmt.Errorf("workspace %s: %w", w.Slug, err))
		}
	}
	return errors.Join(failures...)
}

// Close ends background work and gives the database back.
func (p *Program) Close() error {
	p.CRM.Close()
	p.Fees.Close()
	return p.DB.Close()
}

// inWorkspace is the context of the configured workspace, for commands.
func (p *Program) inWorkspace(ctx context.Context) context.Context {
	return db.WithWorkspace(ctx, p.Config.Workspace)
}

// accountNow is who an account is in the context's workspace, with the rights of this moment.
func (p *Program) accountNow(ctx context.Context, account string) (access.Actor, error) {
	workspace, _ := db.Workspace(ctx)
	if account == access.MachineAccount {
		return p.operator(), nil
	}
	return p.Party.ActorOf(ctx, account, workspace)
}
