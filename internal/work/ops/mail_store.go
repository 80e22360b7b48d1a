package ops

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"
)

type mailRow struct {
	bun.BaseModel `bun:"table:request_mail"`

	ID          string    `bun:"id,pk"`
	ClientID    string    `bun:"client_id"`
	Door        string    `bun:"door"`
	Digest      string    `bun:"digest"`
	MessageID   string    `bun:"message_id"`
	FromAddress string    `bun:"from_address"`
	FromName    string    `bun:"from_name"`
	Subject     string    `bun:"subject"`
	SHA256      string    `bun:"sha256"`
	Size        int64     `bun:"size"`
	ArrivedAt   time.Time `bun:"arrived_at"`
	Verdict     string    `bun:"verdict"`
	ReasonCode  string    `bun:"reason_code"`
	Reason      string    `bun:"reason"`
	AccountID   string    `bun:"account_id"`
	Internal    bool      `bun:"internal"`
	RequestID   string    `bun:"request_id"`
}

type mailSettledRow struct {
	bun.BaseModel `bun:"table:request_mail_settled"`

	MailID    string    `bun:"mail_id,pk"`
	Decision  string    `bun:"decision"`
	RequestID string    `bun:"request_id"`
	AsAccount string    `bun:"as_account"`
	Reason    string    `bun:"reason"`
	At        time.Time `bun:"at"`
	ByID      string    `bun:"by_id"`
	ByName    string    `bun:"by_name"`
}

type mailSentRow struct {
	bun.BaseModel `bun:"table:request_mail_sent"`

	ID         string    `bun:"id,pk"`
	RequestID  string    `bun:"request_id"`
	ClientID   string    `bun:"client_id"`
	AccountID  string    `bun:"account_id"`
	Visibility string    `bun:"visibility"`
	At         time.Time `bun:"at"`
}

type mailSeenRow struct {
	bun.BaseModel `bun:"table:request_mail_seen"`

	Place  string    `bun:"place,pk"`
	MailID string    `bun:"mail_id"`
	At     time.Time `bun:"at"`
}

type mailAddressRow struct {
	bun.BaseModel `bun:"table:request_mail_address"`

	ID         string    `bun:"id,pk"`
	ClientID   string    `bun:"client_id"`
	SecretHash string    `bun:"secret_hash"`
	Label      string    `bun:"label"`
	Address    string    `bun:"address"`
	Server     string    `bun:"server"`
	MadeAt     time.Time `bun:"made_at"`
	MadeBy     string    `bun:"made_by"`
	MadeName   string    `bun:"made_name"`
	RevokedAt  time.Time `bun:"revoked_at,nullzero"`
	Used       int64     `bun:"used"`
	HourAt     time.Time `bun:"hour_at"`
	HourUsed   int64     `bun:"hour_used"`
}

// Verdicts on mail.
const (
	mailTaken = "taken"
	mailWaits = "waits"
)

// Mail is a message that came, without its content.
type Mail struct {
	ID       string
	Client   string // empty: not known
	From     string // as it says; proved only where it was taken
	FromName string
	Subject  string
	Size     int64
	At       time.Time
	Taken    bool
	Code     string // of the reason
	Reason   string // why it waits for a person
	Internal bool   // it answers what is internal: it can become an internal note and nothing else
	Denied   bool   // the server that received it found that it is not from whom it says
	Kept     bool   // its content is kept here; one that was too large is left in its mailbox

	Request     string // that it became, or that it answers; empty: none
	RequestName string

	Settled *MailSettled // nil: nobody decided yet
}

// MailSettled is what a person decided of a mail.
type MailSettled struct {
	Released bool
	As       string // name of the person of the client in whose name; empty: of nobody else
	Reason   string
	At       time.Time
	ByName   string
}

func (r mailRow) mail() Mail {
	return Mail{ID: r.ID, Client: r.ClientID, From: r.FromAddress, FromName: r.FromName, Subject: r.Subject, Size: r.Size, At: r.ArrivedAt.UTC(), Taken: r.Verdict == mailTaken,
		Code: r.ReasonCode, Reason: r.Reason, Internal: r.Internal, Denied: deniedIn(r.Reason), Kept: r.SHA256 != "", Request: r.RequestID}
}

// one reads a row by a condition; ok is false when there is none.
func one[T any](ctx context.Context, tx bun.Tx, row *T, where string, args ...any) (ok bool, err error) {
	err = tx.NewSelect().Model(row).Where(where, args...).Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}
