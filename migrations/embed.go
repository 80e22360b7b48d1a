// Package migrations holds the tables of Ofrecord as numbered SQL steps: shared/ for what all workspaces share, workspace/ for
// what each workspace has of its own. README.md tells the conventions; a test holds every file to them.
package migrations

import "embed"

// Files are the steps, in the folders "shared" and "workspace".
//
//go:embed shared/*.sql workspace/*.sql
var Files embed.FS

// AppendOnly are the tables whose rows the database itself refuses to change or delete. Each has its protection in a
// pair of steps named <number>_<room>_append_only.sqlite.sql and .postgres.sql.
var AppendOnly = []string{
	"journal_entry",
	"contract_version",
	"contract_acceptance",
	"contract_withdrawal",
	"crm_row", "crm_upload", "crm_import", "crm_result", "crm_reject", "crm_decision", "crm_segment", "crm_erasure", "crm_rewriting", "crm_arrival",
	"attribution_credit",
	"statement", "statement_event", "statement_final", "statement_carry", "month_end", "month_end_outcome",
	"billing_profile", "invoice", "invoice_event", "payment", "cash_applied", "ledger_posting",
	"invoice_terms", "late_charge", "discount_taken",
	"conflict_check", "conflict_settled", "waiver", "waiver_answer", "wall", "wall_place", "wall_end",
}

// Replaceable are the append-only tables that keep no guard against INSERT OR REPLACE by another program that opens a SQLite file: their rows
// come in millions, and the guard makes an import a third slower. A statement keeps what it used of them, bound by its hash.
var Replaceable = []string{"crm_row"}
