package ops

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// linkPrefix lets a person, and a scanner of leaked secrets, know the secret of an upload address.
const linkPrefix = "ofu_"

// Limits of upload addresses.
const (
	longestLink  = 366 // days
	filesPerHour = 60
)

type linkRow struct {
	bun.BaseModel `bun:"table:crm_upload_link"`

	ID         string    `bun:"id,pk"`
	ClientID   string    `bun:"client_id"`
	SecretHash string    `bun:"secret_hash"`
	Label      string    `bun:"label"`
	Mapping    string    `bun:"mapping"`
	MaxBytes   int64     `bun:"max_bytes"`
	ActorID    string    `bun:"actor_id"`
	ActorName  string    `bun:"actor_name"`
	CreatedAt  time.Time `bun:"created_at"`
	ExpiresAt  time.Time `bun:"expires_at"`
	RevokedAt  time.Time `bun:"revoked_at,nullzero"`
	Used       int64     `bun:"used"`
	HourAt     time.Time `bun:"hour_at"`
	HourUsed   int64     `bun:"hour_used"`
}

// UploadLink is an address to which a program may send files of one client, without its secret. It does nothing else.
type UploadLink struct {
	ID        string
	Label     string
	Mapping   string // name of the kept mapping by which a file is read and applied; "": each file waits for a person
	MaxBytes  int64  // of one file
	MadeBy    string
	CreatedAt time.Time
	ExpiresAt time.Time
	RevokedAt time.Time // zero: never
	Used      int64     // how many files were sent
}

// UploadLinkInput is what a person states of an upload address.
type UploadLinkInput struct {
	Client   string
	Label    string // who sends
	Mapping  string
	Days     int
	MaxBytes int64
}

// MakeUploadLink makes an upload address. Its secret is given this once; only its hash is kept. Who: EvidenceImport, and EvidenceMap with a
// mapping. Faults: Invalid at "label", "days", "mapping".
func (s *Service) MakeUploadLink(ctx context.Context, actor access.Actor, in UploadLinkInput) (secret string, link UploadLink, err error) {
	if err := access.Require(actor, access.EvidenceImport, access.Of(in.Client)); err != nil {
		return "", link, err
	}
	if in.Mapping != "" {
		if err := access.Require(actor, access.EvidenceMap, access.Of(in.Client)); err != nil {
			return "", link, err
		}
	}
	label := strings.Join(strings.Fields(in.Label), " ")
	var faults fault.List
	if label == "" || utf8.RuneCountInString(label) > 80 {
		faults.Add(fault.New(fault.Invalid, "label", "Name who will send files, in at most 80 characters.").At("label"))
	}
	if in.Days < 1 || in.Days > longestLink {
		faults.Add(fault.New(fault.Invalid, "days", "State for how many days the address works, from 1 to %d.", longestLink).At("days"))
	}
	if err := faults.Err(); err != nil {
		return "", link, err
	}
	b := make([]byte, 32)
	if _, err := io.ReadFull(s.Random, b); err != nil {
		return "", link, fmt.Errorf("make an upload address: %w", err)
	}
	secret = linkPrefix + base64.RawURLEncoding.EncodeToString(b)
	now := s.now()
	row := linkRow{ID: s.id("upl"), ClientID: in.Client, SecretHash: secretHash(secret), Label: label, Mapping: in.Mapping, MaxBytes: max(in.MaxBytes, 1),
		ActorID: actor.Account, ActorName: actor.Name, CreatedAt: now, ExpiresAt: now.AddDate(0, 0, in.Days), HourAt: now}
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if in.Mapping != "" {
			if _, err := readMapping(ctx, tx, in.Client, in.Mapping); fault.Is(err, fault.NotFound) {
				return fault.New(fault.Invalid, "mapping", "There is no kept mapping named %q.", in.Mapping).At("mapping")
			} else if err != nil {
				return err
			}
		}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		return s.linkEntry(ctx, tx, actor, row, "made the upload address "+label)
	})
	return secret, row.link(), err
}

func secretHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func (r linkRow) link() UploadLink {
	l := UploadLink{ID: r.ID, Label: r.Label, Mapping: r.Mapping, MaxBytes: r.MaxBytes, MadeBy: r.ActorName, CreatedAt: r.CreatedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), Used: r.Used}
	if !r.RevokedAt.IsZero() {
		l.RevokedAt = r.RevokedAt.UTC()
	}
	return l
}

func (s *Service) linkEntry(ctx context.Context, tx bun.Tx, actor access.Actor, row linkRow, words string) error {
	_, err := journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{At: s.now(), Action: string(access.EvidenceImport), Client: row.ClientID,
		Subject: journal.Subject{Kind: "upload-link", ID: row.ID, Name: row.Label}, Words: words,
		After: journal.Snapshot(map[string]any{"label": row.Label, "mapping": row.Mapping, "max_bytes": row.MaxBytes, "expires_at": row.ExpiresAt.UTC()})}))
	return err
}

// UploadLinks lists the upload addresses of a client, the newest first, ended ones too. Who: EvidenceImport.
func (s *Service) UploadLinks(ctx context.Context, actor access.Actor, client string) (out []UploadLink, err error) {
	if err := access.Require(actor, access.EvidenceImport, access.Of(client)); err != nil {
		return nil, err
	}
	var rows []linkRow
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().Model(&rows).Where("client_id = ?", client).OrderExpr("created_at DESC, id").Scan(ctx)
	})
	for _, r := range rows {
		out = append(out, r.link())
	}
	return out, err
}

// RevokeUploadLink ends an upload address at once. Who: EvidenceImport. Faults: NotFound when there is none or it was revoked.
func (s *Service) RevokeUploadLink(ctx context.Context, actor access.Actor, client, id string) error {
	if err := access.Require(actor, access.EvidenceImport, access.Of(client)); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		row, err := readLink(ctx, tx, id)
		if err != nil {
			return err
		}
		if row.ClientID != client || !row.RevokedAt.IsZero() {
			return noLink()
		}
		if _, err := tx.NewUpdate().Model((*linkRow)(nil)).Set("revoked_at = ?", s.now()).Where("id = ?", id).Exec(ctx); err != nil {
			return err
		}
		return s.linkEntry(ctx, tx, actor, row, "revoked the upload address "+row.Label)
	})
}

func noLink() error {
	return fault.New(fault.NotFound, "upload-link", "This upload address is unknown, has expired or was revoked. Ask for a new one.")
}

func readLink(ctx context.Context, tx bun.Tx, id string) (row linkRow, err error) {
	err = tx.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, noLink()
	}
	return row, err
}
