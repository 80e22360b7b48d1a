package ops

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

type linkRow struct {
	bun.BaseModel `bun:"table:sign_in_link"`

	Hash      string    `bun:"hash,pk"`
	AccountID string    `bun:"account_id"`
	Workspace string    `bun:"workspace"`
	Purpose   string    `bun:"purpose"`
	ExpiresAt time.Time `bun:"expires_at"`
	UsedAt    time.Time `bun:"used_at,nullzero"`
}

// OpenedLink is what the page of a link shows before the button is pressed.
type OpenedLink struct {
	Email   party.Email
	Name    string
	Purpose party.Purpose
	Until   time.Time
}

// RequestLink sends a link that signs in once to the address, if it belongs to an account. The answer is the same when it does not.
// Faults: Invalid at "email", RateLimited.
func (s *Service) RequestLink(ctx context.Context, email, address string) error {
	parsed, err := party.ParseEmail(email)
	if err != nil {
		return err
	}
	token, hash := s.secret("")
	attempt := asking(parsed, address)
	err = s.DB.Write(shared(ctx), func(ctx context.Context, tx bun.Tx) error {
		now := s.now()
		if err := s.count(ctx, tx, &attempt, now); err != nil {
			return err
		}
		row, ok, err := readAccount(ctx, tx, "email", string(parsed))
		if err != nil || !ok || row.closed() {
			return err
		}
		link := linkRow{Hash: hash, AccountID: row.ID, Purpose: string(party.SignInLink), ExpiresAt: now.Add(party.SignInLink.Life())}
		if err := insertLink(ctx, tx, link); err != nil {
			return err
		}
		return mail.Enqueue(ctx, tx, s.id("mail"), now, signInLetter(row.account(), s.linkAddress(token), link.ExpiresAt))
	})
	if err != nil {
		return fmt.Errorf("request a link: %w", err)
	}
	return nil
}

// IssueLink makes a link for an account and returns its address instead of mailing it. Who may: the operator of the installation only, for
// whoever has the link is that person. It lives a day, since it travels by hand. Faults: Forbidden, NotFound.
func (s *Service) IssueLink(ctx context.Context, actor access.Actor, email string) (string, error) {
	if actor.Account != access.MachineAccount {
		return "", fault.New(fault.Forbidden, "operator-only", "Only the operator of the installation may see a link, at the command line.")
	}
	parsed, err := party.ParseEmail(email)
	if err != nil {
		return "", err
	}
	token, hash := s.secret("")
	err = s.DB.Write(shared(ctx), func(ctx context.Context, tx bun.Tx) error {
		row, ok, err := readAccount(ctx, tx, "email", string(parsed))
		if err != nil {
			return err
		}
		if !ok || row.closed() {
			return fault.New(fault.NotFound, "account", "Nobody with the address %s has an open account here.", parsed)
		}
		return insertLink(ctx, tx, linkRow{Hash: hash, AccountID: row.ID, Purpose: string(party.SignInLink), ExpiresAt: s.now().Add(issuedLife)})
	})
	if err != nil {
		return "", fmt.Errorf("issue a link: %w", err)
	}
	return s.linkAddress(token), nil
}

// issuedLife is how long a link lives that the operator handed out.
const issuedLife = 24 * time.Hour

// OpenLink looks at a link without using it: programs that scan mail open links too. Faults: NotFound when it is unknown, used or too old.
func (s *Service) OpenLink(ctx context.Context, token string) (OpenedLink, error) {
	var out OpenedLink
	err := s.DB.Read(shared(ctx), func(ctx context.Context, tx bun.Tx) error {
		var links []linkRow
		if err := tx.NewSelect().Model(&links).
			Where("hash = ? AND used_at IS NULL AND expires_at > ?", hashOf(token), s.now()).Scan(ctx); err != nil {
			return err
		}
		if len(links) == 0 {
			return spent()
		}
		row, ok, err := readAccount(ctx, tx, "id", links[0].AccountID)
		if err != nil {
			return err
		}
		if !ok || row.closed() {
			return spent()
		}
		out = OpenedLink{Email: party.Email(row.Email), Name: row.Name, Purpose: party.Purpose(links[0].Purpose), Until: links[0].ExpiresAt.UTC()}
		return nil
	})
	return out, err
}

// UseLink signs in by a link; of two who try at once, one does. Faults: NotFound when it is unknown, used or too old; Forbidden when the
// person has no workspace left.
func (s *Service) UseLink(ctx context.Context, token string) (SignedIn, error) {
	var out SignedIn
	err := s.DB.Write(shared(ctx), func(ctx context.Context, tx bun.Tx) error {
		now, hash := s.now(), hashOf(token)
		done, err := tx.NewUpdate().Model((*linkRow)(nil)).Set("used_at = ?", now).
			Where("hash = ? AND used_at IS NULL AND expires_at > ?", hash, now).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n != 1 {
			return spent()
		}
		var link linkRow
		if err := tx.NewSelect().Model(&link).Where("hash = ?", hash).Scan(ctx); err != nil {
			return err
		}
		row, ok, err := readAccount(ctx, tx, "id", link.AccountID)
		if err != nil {
			return err
		}
		if !ok || row.closed() {
			return spent()
		}
		if out, err = welcome(ctx, tx, row); err != nil {
			return err
		}
		for _, w := range out.Workspaces {
			if w.Slug == link.Workspace {
				out.Workspace = w.Slug
			}
		}
		return nil
	})
	if err != nil {
		return SignedIn{}, fmt.Errorf("use a link: %w", err)
	}
	return out, nil
}

// Sweep deletes attempts and links that no longer matter: attempts after a day, links thirty days after their end. Run it daily.
func (s *Service) Sweep(ctx context.Context) error {
	return s.DB.Write(shared(ctx), func(ctx context.Context, tx bun.Tx) error {
		now := s.now()
		if _, err := tx.NewDelete().Model((*attemptRow)(nil)).Where("at < ?", now.Add(-24*time.Hour)).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewDelete().Model((*linkRow)(nil)).
			Where("used_at IS NULL AND expires_at < ?", now.Add(-30*24*time.Hour)).Exec(ctx)
		return err
	})
}

func spent() error {
	return fault.New(fault.NotFound, "link-spent", "This link was used already or is too old. Have a new one sent to you.")
}

func insertLink(ctx context.Context, tx bun.Tx, link linkRow) error {
	_, err := tx.NewInsert().Model(&link).Exec(ctx)
	return err
}

// voidLinks makes every unused link of the account worthless.
func voidLinks(ctx context.Context, tx bun.Tx, account string, now time.Time) error {
	_, err := tx.NewUpdate().Model((*linkRow)(nil)).Set("expires_at = ?", now).
		Where("account_id = ? AND used_at IS NULL AND expires_at > ?", account, now).Exec(ctx)
	return err
}

func (s *Service) linkAddress(token string) string {
	return strings.TrimSuffix(s.PublicURL, "/") + party.LinkPath + token
}

func signInLetter(to party.Account, address string, until time.Time) mail.Message {
	return mail.Message{
		To: string(to.Email), ToName: to.Name, NotAfter: until,
		Subject: "Your link to sign in",
		Text: fmt.Sprintf("Hello %s,\n\nOpen this address and press the button to sign in. It works once, until %s:\n\n%s\n\n"+
			"Did you not ask for it? Then do nothing: without this letter nobody can use it.\n",
			to.Name, until.Format("2 Jan 2006, 15:04 MST"), address),
	}
}
