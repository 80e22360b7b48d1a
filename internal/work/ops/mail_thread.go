package ops

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/ident"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/mailin"
)

// replyTag is how many characters of an address prove that we made it: 80 bits.
const replyTag = 20

// replyKey is the secret that answers to mails are known by. It lies beside the stored files, and in no archive: whoever restores one elsewhere cannot read
// what was sent from here, and the addresses of mails that were sent before end.
func (s *Service) replyKey(ctx context.Context) ([]byte, error) {
	workspace, _ := db.Workspace(ctx)
	if known, ok := s.replyKeys.Load(workspace); ok {
		return known.([]byte), nil
	}
	files, err := s.files(ctx)
	if err != nil {
		return nil, err
	}
	key, err := files.Key(s.Random)
	if err != nil {
		return nil, err
	}
	s.replyKeys.Store(workspace, key)
	return key, nil
}

// tag proves that a mail of ours went to this account about this request, and what an answer to it is visible to.
func tag(ctx context.Context, key []byte, r mailSentRow) string {
	workspace, _ := db.Workspace(ctx)
	mac := hmac.New(sha256.New, key)
	for _, part := range []string{"answer by mail", workspace, r.ID, r.RequestID, r.ClientID, r.AccountID, r.Visibility} {
		fmt.Fprintf(mac, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(mac.Sum(nil))[:replyTag]
}

// replyTo is the address by which an answer to a mail is known, made of that to which mail of the client goes; empty when none does. It is the same in
// small letters: some servers know no others.
func (s *Service) replyTo(ctx context.Context, base string, r mailSentRow) (string, error) {
	local, domain, ok := strings.Cut(base, "@")
	if !ok {
		return "", nil
	}
	key, err := s.replyKey(ctx)
	if err != nil {
		return "", fmt.Errorf("make an address for answers: %w", err)
	}
	return local + "+" + strings.TrimPrefix(r.ID, "mail_") + tag(ctx, key, r) + "@" + domain, nil
}

// mailBase is the address to which mail of a client goes: that of the newest address for posted mail that names one, else of the mailbox; empty: there is none.
func (s *Service) mailBase(ctx context.Context, tx bun.Tx, client string) (string, error) {
	var bases []string
	err := tx.NewSelect().Model((*mailAddressRow)(nil)).Column("address").Where("client_id = ? AND revoked_at IS NULL AND address <> ''", client).OrderExpr("made_at DESC, id").Limit(1).Scan(ctx, &bases)
	if err != nil || len(bases) > 0 {
		return strings.Join(bases, ""), err
	}
	if s.MailTo == nil {
		return "", nil
	}
	return s.MailTo(ctx, tx, client)
}

// thread is what a message answers.
type thread struct {
	byAddress []mailSentRow // mails of ours of which it was sent to the address for answers
	byID      []mailSentRow // mails of ours that it names
	earlier   []mailRow     // taken mails that it names
	forged    bool          // it was sent to an address for answers that we did not make
	own       bool          // it is a mail of ours that came back
	other     bool          // it answers a mail of ours that is about no request, such as one with a link to sign in
	direct    bool          // nothing else stands between it and a mail of ours, as far as it tells
}

// threadOf finds what a message answers.
func (s *Service) threadOf(ctx context.Context, tx bun.Tx, m *mailin.Message) (t thread, err error) {
	_, t.own = ourMail(m.ID)
	for _, to := range distinct(m.To) {
		local, _, _ := strings.Cut(to, "@")
		_, token, ok := strings.Cut(local, "+")
		if !ok || len(token) <= replyTag || !ident.Valid("mail", "mail_"+token[:len(token)-replyTag]) {
			continue // an address of somebody else
		}
		key, err := s.replyKey(ctx)
		if err != nil {
			return t, err
		}
		var row mailSentRow
		found, err := one(ctx, tx, &row, "id = ?", "mail_"+token[:len(token)-replyTag])
		switch {
		case err != nil:
			return t, err
		case !found || !hmac.Equal([]byte(tag(ctx, key, row)), []byte(token[len(token)-replyTag:])):
			t.forged = true
		default:
			t.byAddress = append(t.byAddress, row)
		}
	}
	for _, id := range distinct(m.Answers) {
		if ours, ok := ourMail(id); ok {
			var row mailSentRow
			found, err := one(ctx, tx, &row, "id = ?", ours)
			if err != nil {
				return t, err
			}
			if found {
				t.byID = append(t.byID, row)
			}
			t.other = t.other || !found
			continue
		}
		var row mailRow
		found, err := one(ctx, tx, &row, "message_id = ? AND verdict = ?", id, mailTaken)
		if err != nil {
			return t, err
		}
		if found {
			t.earlier = append(t.earlier, row)
		}
	}
	t.direct = len(m.Answers) == 0
	if !t.direct {
		nearest, _ := ourMail(m.Answers[0])
		t.direct = slices.ContainsFunc(t.byID, func(r mailSentRow) bool { return r.ID == nearest })
	}
	return t, nil
}

// ourMail is the id of the mail of ours that a Message-ID names.
func ourMail(messageID string) (id string, ok bool) {
	id, _, _ = strings.Cut(strings.ToLower(messageID), "@")
	return id, ident.Valid("mail", id)
}

func (t thread) sent() []mailSentRow { return slices.Concat(t.byAddress, t.byID) }

// internal: something that it answers is internal, so that what it says may not be for the client.
func (t thread) internal() bool {
	return slices.ContainsFunc(t.sent(), func(r mailSentRow) bool { return r.Visibility == string(Internal) }) ||
		slices.ContainsFunc(t.earlier, func(r mailRow) bool { return r.Internal })
}

// requests are those that it answers, each with its client.
func (t thread) requests() (ids, clients []string) {
	for _, r := range t.sent() {
		ids, clients = append(ids, r.RequestID), append(clients, r.ClientID)
	}
	for _, r := range t.earlier {
		ids, clients = append(ids, r.RequestID), append(clients, r.ClientID)
	}
	return distinct(ids), distinct(clients)
}

// of: it answers only what was sent to the account. Where it was sent to the account's own address for answers, that decides: what else it names may
// have come to others of the same conversation.
func (t thread) of(account string) bool {
	rows := t.byAddress
	if len(rows) == 0 {
		rows = t.byID
	}
	return !slices.ContainsFunc(rows, func(r mailSentRow) bool { return r.AccountID != account })
}
