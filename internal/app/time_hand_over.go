package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// handOverTime imports a plain file of time entries as anybody's file, once: the same content again gives the number of its first import.
func (p *Program) handOverTime(ctx context.Context, actor access.Actor, client, name string, file []byte) (int64, error) {
	sum := sha256.Sum256(file)
	if no, err := p.CRM.TakenAs(ctx, actor, client, hex.EncodeToString(sum[:])); err != nil || no > 0 {
		return no, err
	}
	mapping := crm.Plain(crm.KindTimeEntry)
	done, err := p.CRM.Import(ctx, actor, crmops.ImportInput{Client: client, Filename: name, Reader: bytes.NewReader(file), Kind: crm.KindTimeEntry, Mapping: &mapping, Once: true})
	if fault.Code(err) == "file-taken" { // somebody delivered it meanwhile
		return p.CRM.TakenAs(ctx, actor, client, hex.EncodeToString(sum[:]))
	}
	return done.No, err
}

// redeliverTime takes the files of time into the evidence, in every workspace, that failed before or were left by a program that ended in between.
func (p *Program) redeliverTime(ctx context.Context) error {
	return p.eachWorkspace(ctx, func(ctx context.Context, slug string) error {
		n, err := p.Timesheet.Redeliver(ctx, access.Machine(slug, "the program"))
		if n > 0 {
			p.Log.Info("time that waited became evidence", "workspace", slug, "entries", n)
		}
		return err
	})
}
