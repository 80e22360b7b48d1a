package ops_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

var errUndo = errors.New("undo")

// after tells what is found after somebody changed rows beside the program; the change is undone.
func after(t *testing.T, d *db.DB, ctx context.Context, attack string) (held int, altered []ops.Altered) {
	t.Helper()
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if err := dbtest.Unprotect(ctx, tx, "contract_version", "contract_acceptance", "contract_withdrawal", "statement", "month_end_outcome", "journal_entry"); err != nil {
			return err
		}
		if _, err := tx.Tx.ExecContext(ctx, attack); err != nil {
			return err
		}
		if held, altered, err = ops.VerifyStored(ctx, tx); err != nil {
			return err
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Errorf("%s: %v", attack, err)
	}
	return held, altered
}

func TestStoredContractsHoldUntilSomebodyChangesThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		// given a contract accepted on paper, amended after a withdrawn proposal, and one that is only begun
		d := newDesk(t, data, ctx)
		c := d.begin()
		v := must[contract.Version](t)(d.proposed(owner, c.ID, text(1, "2025-12-01")))
		must[contract.Version](t)(d.RecordPaper(ctx, owner, ops.PaperInput{Version: v.ID, SHA256: v.SHA256,
			Paper: contract.Paper{Reference: "DocuSign 4711", Signatory: "Carla CEO", SignedOn: cal.MustDate("2025-11-09")}}))
		second := must[contract.Version](t)(d.proposed(lead, c.ID, text(2, "2026-03-01")))
		must[contract.Version](t)(d.Withdraw(ctx, lead, second.ID, "too early: ask again"))
		d.accepted(c.ID, text(2, "2026-04-01"))
		must[ops.Contract](t)(d.Begin(ctx, lead, "org_acme", "other"))
		if held, altered := after(t, data, ctx, "SELECT 1"); held != 2 || len(altered) != 0 {
			t.Fatalf("%d hold, %v", held, altered)
		}

		for _, attack := range []struct{ do, want string }{
			{"UPDATE contract_version SET source = 'x'", "the text of version 1 is not the one that was proposed"},
			{"UPDATE contract_version SET source = 'x', sha256 = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'", "of version 1 as proposed"},
			{"UPDATE contract_version SET effective = '2025-12-02' WHERE number = 1", "is not what the text says"},
			{"UPDATE contract_version SET number = 3 WHERE number = 2", "is not what the text says"},
			{"UPDATE contract_version SET attempt = 3 WHERE attempt = 2", "is not what the text says"},
			{"UPDATE contract_version SET proposed_by_name = 'Emil Executive' WHERE number = 1", "no longer kept so: Olga Owner proposed version 1"},
			{"UPDATE contract_version SET source = (SELECT source FROM contract_version WHERE attempt = 2), sha256 = (SELECT sha256 FROM contract_version WHERE attempt = 2)," +
				" effective = '2026-04-01' WHERE number = 2 AND attempt = 1", "of version 2 as proposed"},
			{"DELETE FROM contract_version WHERE number = 2", "no longer kept so: Lea Lead proposed version 2"},
			{"DELETE FROM contract_acceptance", "no longer kept so: Olga Owner accepted version 1 of the contract growth for the agency"},
			{"DELETE FROM contract_acceptance WHERE side = 'client' AND paper_reference = ''", "no longer kept so: Emil Executive accepted version 2"},
			{"UPDATE contract_acceptance SET accepted_by = 'acc_fin' WHERE side = 'client'", "no longer kept so"},
			{"UPDATE contract_acceptance SET paper_signatory = 'Sam Stranger' WHERE paper_signatory <> ''", `"Sam Stranger" is kept where entry 5 of the record tells "Carla CEO"`},
			{"UPDATE contract_acceptance SET paper_reference = '', paper_signatory = '', paper_signed_on = ''", "no longer kept so: Olga Owner recorded that Carla CEO signed"},
			{"INSERT INTO contract_acceptance SELECT id, 'client', proposed_at, 'acc_exec', 'Emil Executive', '', '', '' FROM contract_version WHERE number = 2 AND attempt = 1",
				"version 2 as accepted for the client by Emil Executive on 10 Nov 2025"},
			{"UPDATE contract_withdrawal SET reason = 'early'", `"early" is kept where entry 8 of the record tells "too early: ask again"`},
			{"DELETE FROM contract_withdrawal", "no longer kept so: Lea Lead withdrew"},
			{"UPDATE contract SET client_id = 'org_bolt' WHERE name = 'growth'", "under another client"},
			{"UPDATE contract SET name = 'grown' WHERE name = 'growth'", "its name"},
			{"UPDATE contract SET provider_id = 'org_sp' WHERE name = 'growth'", "with another organisation"},
		} {
			held, altered := after(t, data, ctx, attack.do)
			if held != 1 || altered[0].Contract != c.ID || !strings.Contains(altered[0].Reason, attack.want) {
				t.Errorf("%s: %d hold, %v", attack.do, held, altered)
			}
		}
		if _, altered := after(t, data, ctx, "INSERT INTO contract SELECT 'ct_x', client_id, 'x', created_at, provider_id FROM contract WHERE name = 'other'"); len(altered) != 1 || altered[0].Contract != "ct_x" {
			t.Errorf("one that was put in: %v", altered)
		}
		if _, altered := after(t, data, ctx, "DELETE FROM contract WHERE name = 'other'"); len(altered) != 1 || !strings.Contains(altered[0].Reason, "not kept") {
			t.Errorf("one that was taken: %v", altered)
		}
	})
}

func TestStoredContractsThatCannotBeReadAreFound(t *testing.T) {
	for engine, attacks := range map[string][]string{
		db.SQLite: {"UPDATE contract_version SET number = 'first'", "UPDATE contract_acceptance SET accepted_at = 'rubbish'", "UPDATE contract SET created_at = 'rubbish'"},
		db.Postgres: {"UPDATE contract_version SET proposed_at = 'infinity'", "UPDATE contract_acceptance SET accepted_at = '-infinity'",
			"UPDATE contract SET created_at = 'infinity'"},
	} {
		t.Run(engine, func(t *testing.T) {
			open := dbtest.SQLite
			if engine == db.Postgres {
				open = dbtest.Postgres
			}
			data, ctx := open(t)
			d := newDesk(t, data, ctx)
			c := d.begin()
			d.accepted(c.ID, text(1, "2025-12-01"))
			for _, attack := range attacks {
				if held, altered := after(t, data, ctx, attack); held != 0 || len(altered) != 1 || altered[0].Contract != c.ID || !strings.HasSuffix(altered[0].Reason, "cannot be read") {
					t.Errorf("%s: %d hold, %v", attack, held, altered)
				}
			}
		})
	}
}

// A text that an earlier program accepted, and this one does not read, is told of as that: nobody altered it.
func TestAStoredContractOfAnotherFormatIsNotCalledAltered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		c := d.begin()
		d.accepted(c.ID, text(1, "2025-12-01"))
		held, altered := after(t, data, ctx, "UPDATE journal_entry SET after_json = replace(after_json, (SELECT sha256 FROM contract_version), '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881');"+
			"UPDATE contract_version SET source = 'x', sha256 = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'")
		if held != 0 || len(altered) != 1 || altered[0].Contract != c.ID || !strings.Contains(altered[0].Reason, "is what was agreed, but this program cannot read version 1 of it: line 1") {
			t.Errorf("%d hold, %v", held, altered)
		}
	})
}
