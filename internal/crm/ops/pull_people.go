package ops

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/connect"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// people puts rows to people by an address.
type people struct {
	address, column int // of a row
	hashing         *crm.Hashing
	ids             map[string]string // by address, as it is kept
}

// put writes into the row whose it is: blank where nobody has the address.
func (p *people) put(cells []string) []string {
	if p == nil || cells[p.address] == "" {
		return cells
	}
	cells = slices.Clone(cells)
	cells[p.column] = p.ids[p.kept(cells[p.address])]
	return cells
}

// kept is the address as the client's are kept, so that one that came before addresses were hashed is the same as one that came after.
func (p *people) kept(address string) string {
	address = strings.ToLower(strings.TrimSpace(address))
	if p.hashing == nil {
		return address
	}
	return p.hashing.Address(address)
}

// meet learns who has which address, of what the pulls brought: who has it now, else who had it last. Who was deleted has it when nobody else does.
func (g *gathering) meet(ctx context.Context, p pullRow, before []pullTableRow) error {
	by := g.table.Person
	if by == nil {
		return nil
	}
	is := &people{address: slices.Index(g.header, by.Address), column: slices.Index(g.header, by.Column), ids: map[string]string{}}
	shas, err := g.before(ctx, p, by.Table)
	if err != nil {
		return err
	}
	err = g.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if is.hashing, err = g.hashing(ctx, tx, p.ClientID); err != nil {
			return err
		}
		for _, b := range before {
			if b.Object != by.Table || b.State != TableFiled {
				continue
			}
			u, err := readUpload(ctx, tx, p.ClientID, b.ImportID)
			if fault.Is(err, fault.NotFound) {
				continue // a person discarded it
			}
			if err != nil {
				return err
			}
			shas = append(shas, u.SHA256)
		}
		return nil
	})
	if err != nil {
		return err
	}
	system, _ := connect.SystemOf(p.System)
	at := slices.IndexFunc(system.Tables, func(t connect.Table) bool { return t.Object == by.Table })
	of := system.Tables[at].Header(connect.Cursor{})
	address, deleted := slices.Index(of, by.TableAddress), slices.Index(of, system.Tables[at].Deleted())
	live := map[string]bool{}
	for _, sha := range shas {
		err := g.pulled(ctx, sha, of, func(cells []string) {
			has := is.kept(cells[address])
			if gone := cells[deleted] == "true"; has != "" && !(gone && live[has]) {
				is.ids[has], live[has] = cells[0], !gone
			}
		})
		if err != nil {
			return err
		}
	}
	g.people = is
	return nil
}
