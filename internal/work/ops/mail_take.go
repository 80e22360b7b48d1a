package ops

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/mailin"
	"github.com/ofrecord/ofrecord/internal/work"
)

// MailsPerHour is how many mails of one person are taken within an hour; those above it wait for a person.
const MailsPerHour = 30

// TakeMail takes a message in. One whose sender is certain, and which may do so, becomes a request or an answer; every other waits for a person, with the
// reason. A message is taken in once, however often and by whichever doors it comes; place names where it lies, and is remembered with it. Who: whoever
// may write the mail, decided by its sender. Faults: TooLarge for what is not read at all; those of storage.
func (s *Service) TakeMail(ctx context.Context, door MailDoor, place string, raw []byte) (Mail, error) {
	m, unread := mailin.Read(raw)
	if fault.Is(unread, fault.TooLarge) {
		return Mail{}, unread
	}
	a, err := s.weigh(ctx, door, m, unread)
	if err != nil {
		return Mail{}, err
	}
	files, err := s.files(ctx)
	if err != nil {
		return Mail{}, err
	}
	ref, _, err := files.Put(ctx, bytes.NewReader(raw))
	if err != nil {
		return Mail{}, fmt.Errorf("keep a mail: %w", err)
	}
	row := mailRow{Door: door.Name, Digest: m.Digest, MessageID: m.ID, FromAddress: m.From, FromName: m.FromName, Subject: m.Subject, SHA256: ref.SHA256, Size: ref.Bytes}
	out, err := s.takeIn(ctx, a, row, place)
	if refusedByRule(err) && a.code == "" { // such as a request that is over, or a person who may not write
		a.waits("refused", "%s", fault.All(err)[0].Message)
		out, err = s.takeIn(ctx, a, row, place)
	}
	if err != nil {
		return Mail{}, fmt.Errorf("take a mail in: %w", err)
	}
	return out, nil
}

// refusedByRule: a person can do something about it.
func refusedByRule(err error) bool {
	for _, kind := range []fault.Kind{fault.Invalid, fault.Forbidden, fault.NotFound, fault.Conflict, fault.TooLarge} {
		if fault.Is(err, kind) && len(fault.All(err)) > 0 {
			return true
		}
	}
	return false
}

// LeaveMail notes a message that stays where it lies, for it is too large to be read here. It is told once. Who: the program.
func (s *Service) LeaveMail(ctx context.Context, door MailDoor, place, from, subject string, size int64, why string) error {
	a := (&arrival{door: door, m: &mailin.Message{}, client: door.Client}).waits("mail-large", "%s It is left in the mailbox.", why)
	row := mailRow{Door: door.Name, Digest: "place " + place, FromAddress: mailin.OneLine(strings.ToLower(from)), Subject: mailin.OneLine(subject), Size: size}
	if _, err := s.takeIn(ctx, a, row, place); err != nil {
		return fmt.Errorf("note a mail that is too large: %w", err)
	}
	return nil
}

// SeenMail tells which of the places are known already. Who: the program.
func (s *Service) SeenMail(ctx context.Context, places []string) (seen map[string]bool, err error) {
	seen = map[string]bool{}
	for len(places) > 0 {
		some := places[:min(len(places), 500)]
		places = places[len(some):]
		var known []string
		err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			return tx.NewSelect().Model((*mailSeenRow)(nil)).Column("place").Where("place IN (?)", bun.List(some)).Scan(ctx, &known)
		})
		if err != nil {
			return nil, fmt.Errorf("look for mails that are known: %w", err)
		}
		for _, p := range known {
			seen[p] = true
		}
	}
	return seen, nil
}

// takeIn writes in one transaction what a message becomes, and that it was taken in.
func (s *Service) takeIn(ctx context.Context, found *arrival, row mailRow, place string) (out Mail, err error) {
	var files []fileRow
	var refused []string
	if found.code == "" {
		if files, refused, err = s.receiveMail(ctx, found.m); err != nil {
			return out, err
		}
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		a, row := *found, row
		before, known, err := s.takenBefore(ctx, tx, &a, row, place)
		if err != nil {
			return err
		}
		if known {
			out = before.mail()
			return s.seen(ctx, tx, place, before.ID)
		}
		row.ID, row.ArrivedAt = s.id("rml"), s.now()
		var r *Request
		if a.code == "" {
			if r, err = s.carry(ctx, tx, &a, "mail/"+row.Digest, files, refused); err != nil {
				return err
			}
			a.request = r.ID
		}
		row.ClientID, row.AccountID, row.RequestID, row.Internal = a.client, a.account.ID, a.request, a.visibility == Internal
		row.Verdict, row.ReasonCode, row.Reason = mailTaken, a.code, a.reason
		if a.code != "" {
			row.Verdict = mailWaits
		}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		if out = row.mail(); r != nil {
			out.RequestName = r.Name()
			if err := s.recordMail(ctx, tx, a.actor, row, r, "took in by mail"); err != nil {
				return err
			}
		}
		return s.seen(ctx, tx, place, row.ID)
	})
	return out, err
}

// takenBefore finds a message that was taken in already. It settles too that a message waits which would be one too many, or has the Message-ID of another.
func (s *Service) takenBefore(ctx context.Context, tx bun.Tx, a *arrival, row mailRow, place string) (before mailRow, known bool, err error) {
	if place != "" {
		var there mailSeenRow
		if ok, err := one(ctx, tx, &there, "place = ?", place); err != nil || ok {
			_, again := one(ctx, tx, &before, "id = ?", there.MailID)
			return before, ok, errors.Join(err, again)
		}
	}
	verdict := mailTaken
	if a.code != "" {
		verdict = mailWaits
	}
	var copies []mailRow
	if err := tx.NewSelect().Model(&copies).Where("digest = ?", row.Digest).OrderExpr("verdict").Scan(ctx); err != nil {
		return before, false, err
	}
	for _, c := range copies {
		released, err := tx.NewSelect().Model((*mailSettledRow)(nil)).Where("mail_id = ? AND decision = ?", c.ID, "released").Exists(ctx)
		if err != nil || released || c.Verdict == mailTaken || c.Verdict == verdict {
			return c, err == nil, err
		}
	}
	if a.code != "" {
		return before, false, nil
	}
	var same mailRow
	if ok, err := one(ctx, tx, &same, "message_id = ? AND message_id <> '' AND verdict = ?", row.MessageID, mailTaken); err != nil || ok {
		a.waits("again", "A message of this id was taken already, and it said something else.")
		return before, false, err
	}
	n, err := tx.NewSelect().Model((*mailRow)(nil)).Where("account_id = ? AND verdict = ? AND arrived_at > ?", a.account.ID, mailTaken, s.now().Add(-time.Hour)).Count(ctx)
	if n >= MailsPerHour {
		a.waits("rate", "%d mails of %s were taken within an hour; those above it wait.", MailsPerHour, row.FromAddress)
	}
	return before, false, err
}

// seen notes where a message lies.
func (s *Service) seen(ctx context.Context, tx bun.Tx, place, id string) error {
	if place == "" {
		return nil
	}
	var there mailSeenRow
	if ok, err := one(ctx, tx, &there, "place = ?", place); err != nil || ok {
		return err
	}
	row := mailSeenRow{Place: place, MailID: id, At: s.now()}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func (s *Service) recordMail(ctx context.Context, tx bun.Tx, actor access.Actor, row mailRow, r *Request, words string) error {
	_, err := journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{At: s.now(), Action: "request.mail", Client: r.Client, Subject: r.subject(), Internal: row.Internal,
		Words: words + " " + r.Name() + " " + r.Title, After: journal.Snapshot(map[string]any{"mail": row.ID, "sha256": row.SHA256, "reason": row.ReasonCode})}))
	return err
}

// receiveMail keeps the files of a message that are taken, and tells of those that are not.
func (s *Service) receiveMail(ctx context.Context, m *mailin.Message) (rows []fileRow, refused []string, err error) {
	files := m.Files
	if len([]rune(m.Text)) > longestMail {
		files = append([]mailin.File{{Name: "whole text of the mail.txt", Content: []byte(m.Text)}}, files...)
	}
	for i, f := range files {
		if i >= MaxFiles {
			refused = append(refused, fmt.Sprintf("%s (a mail has at most %d files)", CleanFileName(f.Name), MaxFiles))
			continue
		}
		got, err := s.receive(ctx, []NewFile{{Name: f.Name, Content: bytes.NewReader(f.Content)}})
		switch {
		case fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge):
			refused = append(refused, fault.All(err)[0].Message)
		case err != nil:
			return nil, nil, err
		default:
			rows = append(rows, got...)
		}
	}
	return rows, refused, nil
}

// longestMail is how much of the text of a mail stands in a request or a message; the rest is in a file beside it.
const longestMail = work.LongestText - 2000

// mailText is the text of a mail as it is kept, with what was not taken of it.
func mailText(text string, refused []string) string {
	if text = strings.TrimSpace(text); text == "" {
		text = "(The mail had no text.)"
	}
	if runes := []rune(text); len(runes) > longestMail {
		text = string(runes[:longestMail]) + "\n\n(The text goes on in the file beside it.)"
	}
	if len(refused) > 0 {
		list := strings.Join(refused, "\n- ")
		if runes := []rune(list); len(runes) > 1500 {
			list = string(runes[:1500]) + " …"
		}
		text += "\n\nFiles of the mail that were not taken:\n- " + list
	}
	return text
}

// carry makes of a message what it is: a request, or what somebody says on one.
func (s *Service) carry(ctx context.Context, tx bun.Tx, a *arrival, key string, files []fileRow, refused []string) (*Request, error) {
	key, err := s.key(a.actor, key)
	if err != nil {
		return nil, err
	}
	if a.request == "" {
		r, err := s.openByMail(ctx, tx, a.actor, a.client, a.m, key, mailText(a.m.Text, refused), "", files)
		if err != nil {
			return nil, err
		}
		return r, s.confirm(ctx, tx, a, r, refused)
	}
	text := mailin.Fresh(a.m.Text)
	if text == "" && (a.visibility == Internal || !access.SeesInternal(a.actor, a.client)) { // what the agency quotes may not be for the client
		text = a.m.Text
	}
	return s.sayByMail(ctx, tx, a.actor, a.client, a.request, key, a.visibility, mailText(text, refused), files)
}

func (s *Service) openByMail(ctx context.Context, tx bun.Tx, actor access.Actor, client string, m *mailin.Message, key, text, note string, files []fileRow) (*Request, error) {
	if err := access.Require(actor, access.RequestOpen, access.Of(client)); err != nil {
		return nil, err
	}
	forms, err := readForms(ctx, tx)
	if err != nil {
		return nil, err
	}
	form, textKey, filesKey := forms.Forms.ForMail()
	rows := make([]fileRow, len(files))
	for i, f := range files {
		f.Field = filesKey
		rows[i] = f
	}
	title := []rune(work.Line(m.Subject))
	if len(title) == 0 {
		title = []rune("Mail without a subject")
	}
	in := OpenInput{Client: client, Title: string(title[:min(len(title), longestTitle)]), Category: form.Category, Priority: contract.Normal, Brief: work.Answers{textKey: text}, Unasked: true, form: &form, note: note}
	return s.open(ctx, tx, actor, in, key, rows, nil)
}

func (s *Service) sayByMail(ctx context.Context, tx bun.Tx, actor access.Actor, client, request, key string, v Visibility, text string, files []fileRow) (*Request, error) {
	action := access.RequestAnswer
	if v == Internal {
		action = access.RequestNote
		if !access.SeesInternal(actor, client) {
			return nil, notFound()
		}
	}
	r, err := s.admit(ctx, tx, actor, action, client, request)
	if err != nil {
		return nil, err
	}
	c := &change{s, tx, actor, r, s.now(), key, ""}
	return r, c.say(ctx, v, text, files)
}

// confirm tells who asked under which number their mail is a request. It is an answer of a program, which no program answers.
func (s *Service) confirm(ctx context.Context, tx bun.Tx, a *arrival, r *Request, refused []string) error {
	text := fmt.Sprintf("Your mail is the request %s: %s", r.Name(), r.Title)
	if len(refused) > 0 {
		text += "\n\nThese files were not taken:\n- " + strings.Join(refused, "\n- ")
	}
	answers := a.m.ID
	if strings.ContainsFunc(answers, func(r rune) bool { return r <= ' ' || r > '~' }) {
		answers = ""
	}
	return s.send(ctx, tx, r, letter{to: a.account, visibility: ForClient, mayAnswer: true, subject: "Request " + r.Name() + ": " + r.Title, text: text, answers: answers})
}
