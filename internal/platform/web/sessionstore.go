package web

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// sessionSlack is how much later an unchanged session must expire before that is written: a page view reads the
// session but writes it at most so often.
const sessionSlack = 5 * time.Minute

// SessionStore keeps sessions in the shared table session, under the hash of their token.
type SessionStore struct {
	db  *db.DB
	now func() time.Time
}

// NewSessionStore keeps sessions in the database.
func NewSessionStore(d *db.DB, now func() time.Time) *SessionStore {
	return &SessionStore{db: d, now: now}
}

type sessionRow struct {
	bun.BaseModel `bun:"table:session"`

	Token     string    `bun:"token,pk"`
	Body      string    `bun:"body"`
	ExpiresAt time.Time `bun:"expires_at"`
}

// FindCtx gives the session of a token unless it has expired.
func (s *SessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	row, found, err := s.row(ctx, token)
	if err != nil || !found || !s.now().Before(row.ExpiresAt) {
		return nil, false, err
	}
	return []byte(row.Body), true, nil
}

func (s *SessionStore) row(ctx context.Context, token string) (row sessionRow, found bool, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		err := tx.NewSelect().Model(&row).Where("token = ?", token).Scan(ctx)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		found = err == nil
		return err
	})
	return row, found, err
}

// CommitCtx writes a session, unless the stored one says the same and lasts nearly as long.
func (s *SessionStore) CommitCtx(ctx context.Context, token string, body []byte, expiry time.Time) error {
	old, found, err := s.row(ctx, token)
	if err != nil {
		return err
	}
	if found && old.Body == string(body) && expiry.Sub(old.ExpiresAt) < sessionSlack && !expiry.Before(old.ExpiresAt) {
		return nil
	}
	row := sessionRow{Token: token, Body: string(body), ExpiresAt: expiry.UTC()}
	return s.db.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&row).
			On("CONFLICT (token) DO UPDATE").Set("body = EXCLUDED.body").Set("expires_at = EXCLUDED.expires_at").Exec(ctx)
		return err
	})
}

// DeleteCtx forgets a session; one that is not there is no error.
func (s *SessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewDelete().Model((*sessionRow)(nil)).Where("token = ?", token).Exec(ctx)
		return err
	})
}

// Sweep deletes expired sessions and says how many there were.
func (s *SessionStore) Sweep(ctx context.Context) (int, error) {
	var swept int64
	err := s.db.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		done, err := tx.NewDelete().Model((*sessionRow)(nil)).Where("expires_at <= ?", s.now().UTC()).Exec(ctx)
		if err != nil {
			return err
		}
		swept, err = done.RowsAffected()
		return err
	})
	return int(swept), err
}

// Find, Commit and Delete complete scs.Store; scs calls the ones with a context.
func (s *SessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s *SessionStore) Commit(token string, body []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, body, expiry)
}

// Delete is DeleteCtx without a context.
func (s *SessionStore) Delete(token string) error {
	return s.DeleteCtx(context.Background(), token)
}
