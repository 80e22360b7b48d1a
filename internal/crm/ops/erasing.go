package ops

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
)

type erasureRow struct {
	bun.BaseModel `bun:"table:crm_erasure"`

	ID        string    `bun:"id,pk"`
	ClientID  string    `bun:"client_id"`
	ContactID string    `bun:"contact_id"`
	MailHash  string    `bun:"mail_hash"`
	Pseudonym string    `bun:"pseudonym"`
	Alias     string    `bun:"alias"`
	ActorID   string    `bun:"actor_id"`
	ActorName string    `bun:"actor_name"`
	ErasedAt  time.Time `bun:"erased_at"`
}

// keyed hashes texts with the key of the workspace, so that nobody without it can try out what was hashed.
func keyed(key []byte, purpose, client, text string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(purpose + "\x00" + client + "\x00" + text))
	return hex.EncodeToString(mac.Sum(nil))
}

// erasing knows who was erased of a client; nil when nobody was.
func (s *Service) erasing(ctx context.Context, tx bun.Tx, client string) (*crm.Erasing, error) {
	var rows []erasureRow
	if err := tx.NewSelect().Model(&rows).Where("client_id = ?", client).OrderExpr("erased_at, id").Scan(ctx); err != nil || len(rows) == 0 {
		return nil, err
	}
	e, err := s.newErasing(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		e.IDs[r.ContactID] = r.Pseudonym
		if r.MailHash != "" {
			e.Mails[r.MailHash[:crm.MailHashDigits]] = r.Pseudonym
			if r.Alias != "" {
				e.Alias[r.MailHash[:crm.MailHashDigits]] = r.Alias
			}
		}
	}
	return e, nil
}

// newErasing knows nobody yet. It keeps the domains that any version of a company or of a stated rule has.
func (s *Service) newErasing(ctx context.Context, tx bun.Tx, client string) (*crm.Erasing, error) {
	files, err := s.files(ctx)
	if err != nil {
		return nil, err
	}
	key, err := files.Key(s.Random)
	if err != nil {
		return nil, err
	}
	domains := map[string]bool{}
	for _, k := range []crm.Kind{crm.KindCompany, crm.KindAccountLink} {
		err := eachVersion(ctx, tx, func(v version) error {
			r, err := v.record(k)
			domains[r.Get("domain")] = true
			return err
		}, `SELECT ext_id, import_no, hash, line, body FROM crm_row WHERE client_id = ? AND kind = ?`, client, string(k))
		if err != nil {
			return nil, err
		}
	}
	return &crm.Erasing{IDs: map[string]string{}, Mails: map[string]string{}, Alias: map[string]string{},
		Hash:  func(email string) string { return keyed(key, "mail", client, email) },
		Keeps: func(domain string) bool { return domains[domain] && !crm.IsFreeMail(domain) }}, nil
}

// erase takes what tells of erased people out of what a chunk of a file brought.
func (g ground) erase(c chunk) chunk {
	if g.erasing.Empty() {
		return c
	}
	for i, it := range c.items {
		if r, changed := g.erasing.Record(it.rec); changed {
			c.items[i].rec, c.items[i].hash, c.items[i].body = r, r.Hash().String(), bodyOf(r)
			c.tally.Erased++
		}
	}
	for i, r := range c.rejects {
		if raw := g.erasing.Text(r.Raw); raw != r.Raw {
			c.rejects[i].Raw = erased
			c.tally.Erased++
		}
		c.rejects[i].Reason = g.erasing.Text(r.Reason)
	}
	for code, p := range c.tally.Problems {
		p.Text = g.erasing.Text(p.Text)
		c.tally.Problems[code] = p
	}
	return c
}

// hash puts hashes in the place of the addresses that a chunk of a file brought.
func (g ground) hash(c chunk) chunk {
	if g.hashing == nil {
		return c
	}
	for i, it := range c.items {
		if r, changed := g.hashing.Record(it.rec); changed {
			c.items[i].rec, c.items[i].hash, c.items[i].body = r, r.Hash().String(), bodyOf(r)
		}
	}
	for i, r := range c.rejects {
		c.rejects[i].Raw, c.rejects[i].Reason = g.hashing.Text(r.Raw), g.hashing.Text(r.Reason)
	}
	for code, p := range c.tally.Problems {
		p.Text = g.hashing.Text(p.Text)
		c.tally.Problems[code] = p
	}
	return c
}
