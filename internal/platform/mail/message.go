package mail

import (
	"context"
	"encoding/json"
	"net/mail"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Kind is the kind of an outbox row that holds a mail.
const Kind = "mail"

// Message is one mail to one person.
type Message struct {
	To       string    `json:"to"` // bare address
	ToName   string    `json:"to_name,omitempty"`
	ReplyTo  string    `json:"reply_to,omitempty"` // bare address
	Subject  string    `json:"subject"`
	Text     string    `json:"text"`
	HTML     string    `json:"html,omitempty"`     // the same in HTML; Text alone is enough
	Answers  string    `json:"answers,omitempty"`  // the Message-ID that a program of ours answers with it, without < and >; empty: it answers none
	NotAfter time.Time `json:"not_after,omitzero"` // useless afterwards, such as a sign-in link; zero means never
}

// past reports whether the message has become useless.
func (m Message) past(now time.Time) bool { return !m.NotAfter.IsZero() && now.After(m.NotAfter) }

func (m Message) check() error {
	var faults fault.List
	if a, err := mail.ParseAddress(m.To); err != nil || a.Address != m.To {
		faults.Add(fault.New(fault.Invalid, "mail-address", "write one e-mail address, such as ana@example.com").At("to"))
	}
	if a, err := mail.ParseAddress(m.ReplyTo); m.ReplyTo != "" && (err != nil || a.Address != m.ReplyTo) {
		faults.Add(fault.New(fault.Invalid, "mail-address", "write one e-mail address, such as ana@example.com").At("reply_to"))
	}
	if m.Subject == "" || strings.ContainsAny(m.Subject+m.ToName, "\r\n") {
		faults.Add(fault.New(fault.Invalid, "mail-subject", "write a subject of one line, and a name of one line").At("subject"))
	}
	if strings.ContainsFunc(m.Answers, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' }) {
		faults.Add(fault.New(fault.Invalid, "mail-answers", "write the Message-ID without < and >").At("answers"))
	}
	if m.Text == "" {
		faults.Add(fault.New(fault.Invalid, "mail-text", "write the text of the mail").At("text"))
	}
	return faults.Err()
}

// States of a mail in the outbox.
const (
	Waiting       = "waiting"
	Sending       = "sending"
	Sent          = "sent"
	Failed        = "failed"
	Expired       = "expired"
	NotConfigured = "not configured"
)

type outboxRow struct {
	bun.BaseModel `bun:"table:outbox"`

	ID        string     `bun:"id,pk"`
	Workspace string     `bun:"workspace"`
	Kind      string     `bun:"kind"`
	Body      string     `bun:"body"`
	State     string     `bun:"state"`
	Attempts  int64      `bun:"attempts"`
	RunAt     time.Time  `bun:"run_at"`
	CreatedAt time.Time  `bun:"created_at"`
	DoneAt    *time.Time `bun:"done_at"`
	LastError string     `bun:"last_error"`
}

// finish notes the mail's end. Nothing of it is kept: its text may hold a sign-in link.
func (r *outboxRow) finish(state string, at time.Time) { r.State, r.DoneAt, r.Body = state, &at, "{}" }

// Enqueue leaves a mail in the outbox within the transaction of its cause. The id is made by ident.New; now is the time
// of the use case. Faults: Invalid for a mail that no server would take, Conflict for an id used before.
func Enqueue(ctx context.Context, tx bun.Tx, id string, now time.Time, m Message) error {
	if err := m.check(); err != nil {
		return err
	}
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	workspace, _ := db.Workspace(ctx)
	row := outboxRow{ID: id, Workspace: workspace, Kind: Kind, Body: string(body), State: Waiting, RunAt: now.UTC(), CreatedAt: now.UTC()}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return err
}
