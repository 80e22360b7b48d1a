package ops

import (
	"context"
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/work"
)

// HandInDraft gives the client the first draft of what it asked for, in the conversation: words, files, or both. It ends the time for a first draft, and that for a response where
// nobody answered yet. Who may: see RequestWork. Faults: those of an act; Invalid at "text" and "files", TooLarge; Conflict when a draft, or a version, came before.
func (s *Service) HandInDraft(ctx context.Context, actor access.Actor, in MessageInput) (*Request, error) {
	if err := access.RequireAny(actor, access.RequestWork, in.Client); err != nil {
		return nil, err
	}
	if strings.TrimSpace(in.Text) == "" && len(in.Files) > 0 {
		in.Text = "Here is the first draft."
	}
	return s.sayAs(ctx, actor, access.RequestWork, in, func(ctx context.Context, c *change, text string, files []fileRow) error {
		if !c.r.State.Drafted.IsZero() {
			return fault.New(fault.Conflict, "drafted-already", "The first draft was handed in already. Send the next one as a message, or propose a deliverable for it.").At("text")
		}
		if err := c.write(ctx, ForClient, text, files); err != nil {
			return err
		}
		if err := c.step(ctx, work.Event{Kind: work.Drafted}, "request.draft", "handed in the first draft of"); err != nil {
			return err
		}
		writers, err := writersOf(ctx, c.tx, c.r, ForClient, access.Client)
		if err != nil {
			return err
		}
		return c.tellOpenly(ctx, c.tx, c.actor, c.r, either(among(append(writers, c.r.OpenedBy)), assigned), "First draft of "+c.r.Name()+": "+c.r.Title,
			fmt.Sprintf("%s handed in the first draft of the request %s %s:\n\n%s", c.actor.Name, c.r.Name(), c.r.Title, text))
	})
}
