package ops

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/mailin"
)

// mostMails is how many mails a list shows.
const mostMails = 200

// Mails are those that wait for a person, the newest first, and then the last that were settled or taken. Of no client: those of the whole workspace, of
// which some are for a client that nobody could tell. Who may: see MailSort. Faults: NotFound, Forbidden.
func (s *Service) Mails(ctx context.Context, actor access.Actor, client string) (waiting, done []Mail, err error) {
	if err := access.Require(actor, access.MailSort, access.Of(client)); err != nil {
		return nil, nil, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		waiting, done = nil, nil
		read := func(where string, args ...any) ([]Mail, error) {
			var rows []mailRow
			q := tx.NewSelect().Model(&rows).Where(where, args...).OrderExpr("arrived_at DESC, id").Limit(mostMails)
			if client != "" {
				q = q.Where("client_id = ?", client)
			}
			if err := q.Scan(ctx); err != nil {
				return nil, err
			}
			return mailsOf(ctx, tx, rows)
		}
		const settled = "EXISTS (SELECT 1 FROM request_mail_settled AS x WHERE x.mail_id = mail_row.id)"
		if waiting, err = read("verdict = ? AND NOT "+settled, mailWaits); err != nil {
			return err
		}
		done, err = read("(verdict = ? OR "+settled+")", mailTaken)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("list mails: %w", err)
	}
	return waiting, done, nil
}

// mailsOf adds what was decided, and the names of requests.
func mailsOf(ctx context.Context, tx bun.Tx, rows []mailRow) (out []Mail, err error) {
	ids, requests := []string{""}, []string{""}
	for _, r := range rows {
		ids, requests = append(ids, r.ID), append(requests, r.RequestID)
	}
	var settled []mailSettledRow
	if err := tx.NewSelect().Model(&settled).Where("mail_id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, err
	}
	var as []string
	for _, r := range settled {
		requests, as = append(requests, r.RequestID), append(as, r.AsAccount)
	}
	called, err := names(ctx, tx, as, nil)
	if err != nil {
		return nil, err
	}
	var named []requestRow
	if err := tx.NewSelect().Model(&named).Column("id", "number").Where("id IN (?)", bun.List(requests)).Scan(ctx); err != nil {
		return nil, err
	}
	for _, r := range rows {
		m := r.mail()
		if i := slices.IndexFunc(settled, func(x mailSettledRow) bool { return x.MailID == r.ID }); i >= 0 {
			x := settled[i]
			m.Settled = &MailSettled{Released: x.Decision == "released", As: called.person(x.AsAccount), Reason: x.Reason, At: x.At.UTC(), ByName: x.ByName}
			if x.RequestID != "" {
				m.Request = x.RequestID
			}
		}
		if i := slices.IndexFunc(named, func(n requestRow) bool { return n.ID == m.Request }); i >= 0 {
			m.RequestName = name(named[i].Number)
		}
		out = append(out, m)
	}
	return out, nil
}

// ShownMail is a mail with what it says, for who decides what becomes of it.
type ShownMail struct {
	Mail
	Text    string
	Files   []string // names
	Clients []Choice // for which it can be released
	People  []Choice // of these clients, who may open requests
}

// ShowMail is one mail of a client; of no client: any of the workspace. Who may: see MailSort. Faults: NotFound, Forbidden; Unavailable.
func (s *Service) ShowMail(ctx context.Context, actor access.Actor, client, id string) (out ShownMail, err error) {
	var sha string
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		row, err := readMail(ctx, tx, actor, client, id)
		if err != nil {
			return err
		}
		sha = row.SHA256
		mails, err := mailsOf(ctx, tx, []mailRow{row})
		if err != nil {
			return err
		}
		out = ShownMail{Mail: mails[0]}
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("show a mail: %w", err)
	}
	clients, err := s.Parties.Clients(ctx, actor)
	if err != nil {
		return out, err
	}
	for _, c := range clients {
		if mayRelease(actor, c.ID) == nil && (out.Client == "" || out.Client == c.ID) {
			out.Clients = append(out.Clients, Choice{c.ID, c.Name})
		}
	}
	if out.People, err = s.askers(ctx, out.Clients); err != nil {
		return out, fmt.Errorf("show a mail: %w", err)
	}
	if sha == "" {
		return out, nil
	}
	raw, err := s.original(ctx, sha)
	if err != nil {
		return out, err
	}
	m, _ := mailin.Read(raw) // of one that cannot be read nothing is shown but how it came
	out.Text = m.Text
	for _, f := range m.Files {
		out.Files = append(out.Files, CleanFileName(f.Name))
	}
	return out, nil
}

// askers are the people of clients who may open requests, each with the name of the client where there are several.
func (s *Service) askers(ctx context.Context, clients []Choice) (out []Choice, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = nil
		for _, client := range clients {
			people, err := partyops.PeopleOf(ctx, tx, client.ID, s.now())
			if err != nil {
				return err
			}
			for _, l := range people {
				who := access.Actor{Account: l.Account.ID, Memberships: []access.Membership{l.Membership.Access()}}
				if l.Membership.Org.Kind != access.Client || !l.Membership.InForce(s.now()) || !access.Decide(who, access.RequestOpen, access.Of(client.ID)).Allowed {
					continue
				}
				c := Choice{l.Account.ID, l.Account.Name}
				if len(clients) > 1 {
					c.Name += ", " + client.Name
				}
				if !slices.Contains(out, c) {
					out = append(out, c)
				}
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b Choice) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return out, err
}

// readMail reads a mail for who may sort it. Faults: NotFound, Forbidden.
func readMail(ctx context.Context, tx bun.Tx, actor access.Actor, client, id string) (row mailRow, err error) {
	if err := access.Require(actor, access.MailSort, access.Of(client)); err != nil {
		return row, err
	}
	ok, err := one(ctx, tx, &row, "id = ?", id)
	switch {
	case err != nil:
		return row, err
	case !ok || client != "" && row.ClientID != client:
		return row, notFound()
	}
	return row, access.Require(actor, access.MailSort, access.Of(row.ClientID))
}

// original is a mail as it came.
func (s *Service) original(ctx context.Context, sha string) ([]byte, error) {
	files, err := s.files(ctx)
	if err != nil {
		return nil, err
	}
	r, err := files.Get(sha)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// OriginalMail is a mail as it came, to be saved. Who may: see MailSort. Faults: NotFound, Forbidden; Unavailable.
func (s *Service) OriginalMail(ctx context.Context, actor access.Actor, client, id string) ([]byte, error) {
	var row mailRow
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		row, err = readMail(ctx, tx, actor, client, id)
		return err
	})
	if err == nil && row.SHA256 == "" {
		err = fault.New(fault.NotFound, "mail-left", "This mail was too large and is left in its mailbox.")
	}
	if err != nil {
		return nil, err
	}
	return s.original(ctx, row.SHA256)
}

// MailFilesOf lists the digests of the stored mails, each once, in order. It decides no access: it is for checks of the installation.
func MailFilesOf(ctx context.Context, tx bun.Tx) (digests []string, err error) {
	err = tx.NewSelect().Model((*mailRow)(nil)).ColumnExpr("DISTINCT sha256").Where("sha256 <> ''").OrderExpr("sha256").Scan(ctx, &digests)
	return digests, err
}
