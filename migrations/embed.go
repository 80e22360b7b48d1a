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
	"first_refusal", "first_refusal_answer",
	"statement", "statement_event", "statement_final", "statement_carry", "month_end", "month_end_outcome",
	"billing_profile", "invoice", "invoice_event", "payment", "cash_applied", "ledger_posting",
	"invoice_terms", "late_charge", "discount_taken",
	"change_order", "scope_resolution",
	"engagement_notice", "engagement_notice_deed", "engagement_renewal_assent", "engagement_transition_event",
	"engagement_settlement_stated", "engagement_settlement_accepted", "engagement_settlement",
	"time_entry", "time_approved", "time_lock", "time_hand_over", "time_handed", "time_hand_over_done", "time_alert",
	"deliverable_version", "deliverable_event", "deliverable_acceptance",
	"request_forms", "request", "request_event", "request_message", "request_file", "request_told",
	"request_excuse", "request_handed",
	"request_mail", "request_mail_settled", "request_mail_sent", "request_mail_seen",
	"conflict_check", "conflict_settled", "waiver", "waiver_answer", "wall", "wall_place", "wall_end",
}

// Replaceable are the append-only tables that keep no guard against INSERT OR REPLACE by another program that opens a SQLite file: their rows
// come in millions, and the guard makes an import a third slower. A statement keeps what it used of them, bound by its hash.
var Replaceable = []string{"crm_row"}
