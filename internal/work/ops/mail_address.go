package ops

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/mailin"
)

// mailPrefix lets a person, and a scanner of leaked secrets, know the secret of an address for mail.
const mailPrefix = "ofm_"

// postsPerHour is how many messages are taken at one address within an hour; the server that posts tries the others again.
const postsPerHour = 120

// longestLocal is the longest part before the @ of an address that is made longer for answers: 64 is the most that may stand there.
const longestLocal = 64 - 1 - 24 - replyTag

// MailAddress is an address to which a mail server posts the mail of one client, without its secret.
type MailAddress struct {
	ID        string
	Label     string
	Address   string // e-mail address whose mail is posted; empty: not said, so that answers to our mails do not come back
	Server    string // whose word on the sender counts; empty: all mail waits for a person
	MadeBy    string
	MadeAt    time.Time
	RevokedAt time.Time // zero: it works
	Used      int64     // how many messages came
}

// MailAddressInput is what a person states of such an address.
type MailAddressInput struct {
	Client  string
	Label   string // who posts
	Address string
	Server  string
}

// CheckMailAddress refuses an address from which none for answers can be made. Fault: Invalid.
func CheckMailAddress(address string) (string, error) {
	email, err := party.ParseEmail(address)
	if err != nil {
		return "", err
	}
	if local, _, _ := strings.Cut(string(email), "@"); len(local) > longestLocal || strings.Contains(local, "+") {
		return "", fault.New(fault.Invalid, "mail-address", "Choose an address with at most %d characters before the @, and no + in it: what answers are known by is added there.", longestLocal)
	}
	return string(email), nil
}

// MakeMailAddress makes an address to which a server posts mail of a client. Its secret is given this once; only its hash is kept. Who: MailAddressKeep.
// Faults: NotFound, Forbidden; Invalid at "label", "address" and "server".
func (s *Service) MakeMailAddress(ctx context.Context, actor access.Actor, in MailAddressInput) (secret string, made MailAddress, err error) {
	if err := access.Require(actor, access.MailAddressKeep, access.Of(in.Client)); err != nil {
		return "", made, err
	}
	label, server := mailin.OneLine(in.Label), strings.ToLower(strings.TrimSpace(in.Server))
	var faults fault.List
	if label == "" || utf8.RuneCountInString(label) > 80 {
		faults.Add(fault.New(fault.Invalid, "label", "Name who will post the mail, in at most 80 characters.").At("label"))
	}
	address := strings.TrimSpace(in.Address)
	if address != "" {
		if address, err = CheckMailAddress(address); err != nil {
			faults.Add(fault.All(err)[0].At("address"))
		}
	}
	if strings.ContainsAny(server, " ;@\t\r\n") || len(server) > 250 {
		faults.Add(fault.New(fault.Invalid, "server", "Write the name that stands first in its Authentication-Results, such as mx.example.com.").At("server"))
	}
	if err := faults.Err(); err != nil {
		return "", made, err
	}
	b := make([]byte, 32)
	if _, err := io.ReadFull(s.Random, b); err != nil {
		return "", made, fmt.Errorf("make an address for mail: %w", err)
	}
	secret = mailPrefix + base64.RawURLEncoding.EncodeToString(b)
	now := s.now()
	row := mailAddressRow{ID: s.id("rma"), ClientID: in.Client, SecretHash: mailSecret(secret), Label: label, Address: address, Server: server, MadeAt: now, MadeBy: actor.Account,
		MadeName: actor.Name, HourAt: now}
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		return s.recordAddress(ctx, tx, actor, row, "made the address for mail "+label)
	})
	if err != nil {
		return "", made, fmt.Errorf("make an address for mail: %w", err)
	}
	return secret, row.made(), nil
}

func mailSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func (r mailAddressRow) made() MailAddress {
	out := MailAddress{ID: r.ID, Label: r.Label, Address: r.Address, Server: r.Server, MadeBy: r.MadeName, MadeAt: r.MadeAt.UTC(), Used: r.Used}
	if !r.RevokedAt.IsZero() {
		out.RevokedAt = r.RevokedAt.UTC()
	}
	return out
}

func (s *Service) recordAddress(ctx context.Context, tx bun.Tx, actor access.Actor, row mailAddressRow, words string) error {
	_, err := journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{At: s.now(), Action: string(access.MailAddressKeep), Client: row.ClientID,
		Subject: journal.Subject{Kind: "mail-address", ID: row.ID, Name: row.Label}, Words: words, After: journal.Snapshot(map[string]any{"address": row.Address, "server": row.Server})}))
	return err
}

// MailAddresses are those of a client, the newest first, revoked ones too. Who: MailAddressKeep. Faults: NotFound, Forbidden.
func (s *Service) MailAddresses(ctx context.Context, actor access.Actor, client string) (out []MailAddress, err error) {
	if err := access.Require(actor, access.MailAddressKeep, access.Of(client)); err != nil {
		return nil, err
	}
	var rows []mailAddressRow
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().Model(&rows).Where("client_id = ?", client).OrderExpr("made_at DESC, id").Scan(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("list addresses for mail: %w", err)
	}
	for _, r := range rows {
		out = append(out, r.made())
	}
	return out, nil
}

// RevokeMailAddress ends an address at once. Who: MailAddressKeep. Faults: NotFound, also when it was revoked; Forbidden.
func (s *Service) RevokeMailAddress(ctx context.Context, actor access.Actor, client, id string) error {
	if err := access.Require(actor, access.MailAddressKeep, access.Of(client)); err != nil {
		return err
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		var row mailAddressRow
		ok, err := one(ctx, tx, &row, "id = ? AND client_id = ? AND revoked_at IS NULL", id, client)
		if err != nil {
			return err
		}
		if !ok {
			return noMailAddress()
		}
		if _, err := tx.NewUpdate().Model((*mailAddressRow)(nil)).Set("revoked_at = ?", s.now()).Where("id = ?", id).Exec(ctx); err != nil {
			return err
		}
		return s.recordAddress(ctx, tx, actor, row, "revoked the address for mail "+row.Label)
	})
	if err != nil {
		return fmt.Errorf("revoke an address for mail: %w", err)
	}
	return nil
}

func noMailAddress() error {
	return fault.New(fault.NotFound, "mail-address", "This address for mail is unknown or was revoked. Ask for a new one.")
}

// ReceivePosted takes a message in that was posted to an address. What becomes of it is decided by its sender, as of mail that is fetched. Whoever
// knows the address is believed as the server that the address names: they could say of a message that it is from a person of the client. Faults: NotFound when the address is unknown or was revoked; RateLimited; those of TakeMail.
func (s *Service) ReceivePosted(ctx context.Context, id, secret string, body io.Reader) (Mail, error) {
	if err := s.workspaceIsThere(ctx); err != nil {
		return Mail{}, err
	}
	row, err := s.admitPosted(ctx, id, secret)
	if err != nil {
		return Mail{}, err
	}
	ctx = context.WithoutCancel(ctx) // what has come whole is not left half done because the sender has gone
	raw, err := io.ReadAll(io.LimitReader(body, mailin.MaxMessage+1))
	if err != nil {
		return Mail{}, err
	}
	return s.TakeMail(ctx, MailDoor{Name: row.Label, Client: row.ClientID, Server: row.Server}, "", raw)
}

// workspaceIsThere holds the workspace that an address names against the list: nobody has signed in to it.
func (s *Service) workspaceIsThere(ctx context.Context) error {
	list, err := s.DB.Workspaces(ctx)
	if err != nil {
		return err
	}
	named, _ := db.Workspace(ctx)
	if !slices.ContainsFunc(list, func(w db.WorkspaceInfo) bool { return w.Slug == named }) {
		return noMailAddress()
	}
	return nil
}

// admitPosted finds the address that the secret opens and counts the message, before anything of it is read. Whoever knows no secret does not get to write.
func (s *Service) admitPosted(ctx context.Context, id, secret string) (row mailAddressRow, err error) {
	find := func(ctx context.Context, tx bun.Tx) error {
		row = mailAddressRow{}
		ok, err := one(ctx, tx, &row, "id = ? AND revoked_at IS NULL", id)
		if err != nil {
			return err
		}
		if same := subtle.ConstantTimeCompare([]byte(row.SecretHash), []byte(mailSecret(secret))) == 1; !ok || !same {
			return noMailAddress()
		}
		return nil
	}
	if err := s.DB.Read(ctx, find); err != nil {
		return row, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := find(ctx, tx); err != nil {
			return err
		}
		now := s.now()
		if now.Sub(row.HourAt) >= time.Hour {
			row.HourAt, row.HourUsed = now, 0
		}
		if row.HourUsed >= postsPerHour {
			return fault.New(fault.RateLimited, "mail-rate", "%d messages came to this address within an hour. Try again at %s UTC.", postsPerHour, row.HourAt.Add(time.Hour).UTC().Format("15:04"))
		}
		_, err := tx.NewUpdate().Model((*mailAddressRow)(nil)).Set("hour_at = ?, hour_used = ?, used = used + 1", row.HourAt, row.HourUsed+1).Where("id = ?", row.ID).Exec(ctx)
		return err
	})
	return row, err
}
