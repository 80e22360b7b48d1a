package ops

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/work"
)

// Message is what somebody wrote on a request. Whom it is visible to never changes.
type Message struct {
	ID         string
	Seq        int64
	Visibility Visibility
	Text       string
	At         time.Time
	By         string
	ByName     string
	Side       access.OrgKind
	Files      []File
}

// MessageInput is a message as somebody writes it.
type MessageInput struct {
	Act
	Text  string
	Files []NewFile
}

const longestMessage = 20_000

// Answer writes what everybody reads who sees the request, the client too. The first word of whoever does it ends the time for a response; a word of the client
// ends a wait on the client, but for one on its feedback. Who may: see RequestAnswer. Faults: those of an act; Invalid at "text" and "files", TooLarge.
func (s *Service) Answer(ctx context.Context, actor access.Actor, in MessageInput) (*Request, error) {
	return s.say(ctx, actor, access.RequestAnswer, ForClient, in)
}

// Note writes what only the agency's people read. Who may: see RequestNote. Faults: as Answer.
func (s *Service) Note(ctx context.Context, actor access.Actor, in MessageInput) (*Request, error) {
	if !access.SeesInternal(actor, in.Client) {
		if err := access.RequireAny(actor, access.RequestNote, in.Client); err != nil {
			return nil, err
		}
		return nil, notFound()
	}
	return s.say(ctx, actor, access.RequestNote, Internal, in)
}

func (s *Service) say(ctx context.Context, actor access.Actor, action access.Action, v Visibility, in MessageInput) (*Request, error) {
	return s.sayAs(ctx, actor, action, in, func(ctx context.Context, c *change, text string, files []fileRow) error {
		return c.say(ctx, v, text, files)
	})
}

// sayAs takes in what somebody writes, and leaves to an act what becomes of it.
func (s *Service) sayAs(ctx context.Context, actor access.Actor, action access.Action, in MessageInput, do func(ctx context.Context, c *change, text string, files []fileRow) error) (*Request, error) {
	if err := access.RequireAny(actor, action, in.Client); err != nil {
		return nil, err
	}
	text := strings.TrimSpace(in.Text)
	var problems fault.List
	if text == "" || len([]rune(text)) > longestMessage {
		problems.Add(fault.New(fault.Invalid, "text", "Write something, at most %d characters.", longestMessage).At("text"))
	}
	files, err := s.receive(ctx, in.Files)
	if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
		return nil, err
	}
	for _, p := range fault.All(err) {
		problems.Add(p)
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	in.Act.Seen = 0 // what is written stands beside whatever happens meanwhile
	return s.act(ctx, actor, action, in.Act, func(ctx context.Context, c *change) error { return do(ctx, c, text, files) })
}

// say writes a message with its files, and takes what follows from it.
func (c *change) say(ctx context.Context, v Visibility, text string, files []fileRow) error {
	if err := c.write(ctx, v, text, files); err != nil {
		return err
	}
	if v == Internal {
		return c.noted(ctx)
	}
	return c.answered(ctx, sideOf(c.actor, c.r.Client), text)
}

// write keeps a message with its files.
func (c *change) write(ctx context.Context, v Visibility, text string, files []fileRow) error {
	m, err := c.message(ctx, v, sideOf(c.actor, c.r.Client), text)
	if err != nil {
		return err
	}
	if err := c.attach(ctx, c.tx, c.actor, c.r, m.ID, v, c.now, files); err != nil {
		return err
	}
	return c.index(ctx, c.tx, c.r, v, text)
}

// sideOf says for whom somebody writes.
func sideOf(actor access.Actor, client string) access.OrgKind {
	if access.SeesInternal(actor, client) {
		return access.Agency
	}
	for _, m := range actor.Memberships {
		if m.OrgKind == access.Client && m.Org == client {
			return access.Client
		}
	}
	return access.Specialist
}

func (c *change) message(ctx context.Context, v Visibility, side access.OrgKind, text string) (messageRow, error) {
	var last int64
	if err := c.tx.NewSelect().Model((*messageRow)(nil)).ColumnExpr("COALESCE(MAX(seq), 0)").Where("request_id = ?", c.r.ID).Scan(ctx, &last); err != nil {
		return messageRow{}, err
	}
	row := messageRow{ID: c.id("rmg"), RequestID: c.r.ID, Seq: last + 1, PostKey: c.key, Visibility: string(v), Body: text, At: c.now, ByID: c.actor.Account, ByName: c.actor.Name, BySide: string(side)}
	c.key = ""
	_, err := c.tx.NewInsert().Model(&row).Exec(ctx)
	return row, err
}

// noted tells the agency's people of an internal note. Neither the record nor a mail has its words.
func (c *change) noted(ctx context.Context) error {
	if err := c.internally(ctx, "request.note", "wrote an internal note on"); err != nil {
		return err
	}
	writers, err := writersOf(ctx, c.tx, c.r, Internal, access.Agency)
	if err != nil {
		return err
	}
	return c.tell(ctx, c.tx, c.actor, c.r, internally(either(assigned, among(writers))), "Internal note on "+c.r.Name()+": "+c.r.Title,
		c.actor.Name+" wrote an internal note on the request "+c.r.Name()+". It is for the agency only; open the request to read it.")
}

// answered takes what follows from a word that everybody reads.
func (c *change) answered(ctx context.Context, side access.OrgKind, text string) error {
	before := c.r.recorded()
	state := c.r.State
	switch {
	case side != access.Client && state.Responded.IsZero() && state.Can(work.Responded):
		if err := c.event(ctx, work.Event{Kind: work.Responded}, ""); err != nil {
			return err
		}
	case side == access.Client && state.Waiting == work.OnClient && !state.AwaitsFeedback():
		if err := c.event(ctx, work.Event{Kind: work.Waits, On: work.OnNobody}, "The client answered."); err != nil {
			return err
		}
	}
	if err := c.record(ctx, "request.answer", "wrote on", before); err != nil {
		return err
	}
	who := doers(c.r)
	if side != access.Client {
		writers, err := writersOf(ctx, c.tx, c.r, ForClient, access.Client)
		if err != nil {
			return err
		}
		who = either(among(append(writers, c.r.OpenedBy)), assigned)
	}
	return c.tellOpenly(ctx, c.tx, c.actor, c.r, who, c.actor.Name+" wrote on "+c.r.Name()+": "+c.r.Title, fmt.Sprintf("%s wrote on the request %s %s:\n\n%s", c.actor.Name, c.r.Name(), c.r.Title, text))
}

// writersOf are the accounts of a side that wrote on a request what has a visibility.
func writersOf(ctx context.Context, tx bun.Tx, r *Request, v Visibility, side access.OrgKind) (accounts []string, err error) {
	err = tx.NewSelect().Model((*messageRow)(nil)).ColumnExpr("DISTINCT by_id").Where("request_id = ? AND visibility = ? AND by_side = ?", r.ID, string(v), string(side)).Scan(ctx, &accounts)
	return accounts, err
}
