package app

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

// tickRequests settles, in every workspace, the clocks of requests that are due, and takes requests from people who have no role any more.
func (p *Program) tickRequests(ctx context.Context) error {
	return p.eachWorkspace(ctx, func(ctx context.Context, slug string) error {
		done, err := p.Work.Tick(ctx)
		if done.Requests > 0 {
			p.Log.Info("clocks of requests settled", "workspace", slug, "requests", done.Requests, "told", done.Told, "missed", done.Missed)
		}
		_, again := p.Work.FreeFromTheGone(ctx)
		return errors.Join(err, again)
	})
}

// handOverMisses imports the missed promises of a client as any file of evidence is imported. One that its evidence says is excused stays so: a row that says nothing of an excuse does
// not undo it.
func (p *Program) handOverMisses(ctx context.Context, actor access.Actor, client, name string, file []byte) error {
	excused := map[string]bool{}
	if err := p.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		evidence, err := p.Fees.Evidence(ctx, tx, client, 0)
		for _, m := range evidence.SLAMisses {
			excused[m.ID] = m.Excused
		}
		return err
	}); err != nil {
		return err
	}
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		return fmt.Errorf("read the missed promises: %w", err)
	}
	rows = slices.DeleteFunc(rows, func(row []string) bool { return excused[row[0]] && row[4] == "false" })
	if len(rows) < 2 { // nothing but the names of the columns
		return nil
	}
	var fresh bytes.Buffer
	if err := csv.NewWriter(&fresh).WriteAll(rows); err != nil {
		return err
	}
	_, err = p.CRM.Import(ctx, actor, crmops.ImportInput{Client: client, Filename: name, Reader: &fresh, Kind: crm.KindSLAMiss})
	return err
}

// filesOf are the stored files that rows of the workspace name, each once.
func filesOf(ctx context.Context, tx bun.Tx) ([]string, error) {
	evidence, err := crmops.FilesOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	work, err := workFiles(ctx, tx)
	all := slices.Concat(evidence, work)
	slices.Sort(all)
	return slices.Compact(all), err
}

// workFiles are those that requests and deliverables rest on.
func workFiles(ctx context.Context, tx bun.Tx) ([]string, error) {
	attached, err := workops.FilesOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	versions, err := workops.VersionFilesOf(ctx, tx)
	return slices.Concat(attached, versions), err
}
