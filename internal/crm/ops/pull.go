package ops

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/connect"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/outbound"
)

// Connection is how the CRM of a client is reached. It lives in the configuration; the database knows nothing of it.
type Connection struct {
	Client      string
	System      connect.System
	Every       time.Duration // between the beginnings of two pulls; 0: only when somebody asks
	Whole       time.Duration // between two pulls by the clock that read everything, those in between only what changed; 0: each reads everything
	To          *outbound.Client
	Credentials connect.Credentials
}

// PullState is how far a pull is.
type PullState string

// The states. The first three are open, and a client has one open pull of a system.
const (
	Pulling        PullState = "pulling"
	PullFiling     PullState = "filing"  // all is there; its tables become imports
	PullWaiting    PullState = "waiting" // for a person to say how a table is read
	PullDone       PullState = "done"
	PullFailed     PullState = "failed" // nothing of it was kept
	PullSuperseded PullState = "superseded"
)

// Open reports a pull that is not at its end.
func (s PullState) Open() bool { return s == Pulling || s == PullFiling || s == PullWaiting }

// TableState is how far one table of a pull is.
type TableState string

// The states of tables.
const (
	TablePulling   TableState = "pulling"
	TablePulled    TableState = "pulled"
	TableFiled     TableState = "filed" // an upload
	TableWaiting   TableState = "waiting"
	TableApplied   TableState = "applied"
	TableUnchanged TableState = "unchanged" // the same, letter by letter, as its newest import
	TableBlank     TableState = "blank"     // no row
	TableAbsent    TableState = "absent"    // this account does not show it
	TableDiscarded TableState = "discarded" // by a person
)

// pullQuiet is how long a pull stands still until it may be taken over: longer than one call.
const pullQuiet = 2 * time.Minute

// PullInput is what to pull.
type PullInput struct {
	Client string
	System crm.Profile
	Settle bool       // tables without a kept mapping are read as their columns settle
	Stated crm.Stated // and with what is stated
}

// Pull takes a client's evidence from its CRM: every table is pulled, then filed as an upload, and applied where a mapping is kept for it. It
// goes on with a pull that was interrupted, and takes the place of one that waits. Who: EvidenceImport and, to settle, EvidenceMap. Faults:
// NotFound without a connection ("connection"), Conflict while one runs ("pull-running"), Unavailable when the CRM does not give what it must
// ("pull-failed"): then nothing of it is kept.
func (s *Service) Pull(ctx context.Context, actor access.Actor, in PullInput) (Pull, error) {
	p, c, err := s.beginPull(ctx, actor, in, false)
	if err != nil {
		return Pull{}, err
	}
	if err := s.runPull(ctx, p, c, in); err != nil {
		return Pull{}, err
	}
	return s.showPull(ctx, p.ID)
}

// StartPull begins a pull and leaves it running. Faults as Pull, those of the CRM excepted: they stand in Pull.Message.
func (s *Service) StartPull(ctx context.Context, actor access.Actor, client string, system crm.Profile) error {
	in := PullInput{Client: client, System: system}
	p, c, err := s.beginPull(ctx, actor, in, false)
	if err != nil {
		return err
	}
	s.behind(ctx, p.ID, func(ctx context.Context) error { return s.runPull(ctx, p, c, in) })
	return nil
}

func (s *Service) connection(ctx context.Context, client string, system crm.Profile) (Connection, error) {
	var list []Connection
	if s.Connections != nil {
		var err error
		if list, err = s.Connections(ctx); err != nil {
			return Connection{}, err
		}
	}
	for _, c := range list {
		if c.Client == client && c.System.Profile == system {
			return c, nil
		}
	}
	return Connection{}, fault.New(fault.NotFound, "connection", "No connection of this client to that system is configured. Whoever runs this installation writes it into the file that OFRECORD_CONNECTORS names.")
}

// beginPull makes a pull or takes up the one that was interrupted. byClock: nobody asked.
func (s *Service) beginPull(ctx context.Context, actor access.Actor, in PullInput, byClock bool) (p pullRow, c Connection, err error) {
	if err := access.Require(actor, access.EvidenceImport, access.Of(in.Client)); err != nil {
		return p, c, err
	}
	if in.Settle {
		if err := access.Require(actor, access.EvidenceMap, access.Of(in.Client)); err != nil {
			return p, c, err
		}
		if _, err := in.Stated.Over(crm.Mapping{}); err != nil {
			return p, c, err
		}
	}
	if c, err = s.connection(ctx, in.Client, in.System); err != nil {
		return p, c, err
	}
	if err := s.room(ctx); err != nil {
		return p, c, err
	}
	var left []pullTableRow
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		was, ok, err := newestPull(ctx, tx, in.Client, in.System)
		if err != nil {
			return err
		}
		left = nil
		switch {
		case ok && was.State == PullWaiting && byClock:
			return fault.New(fault.Conflict, "pull-waiting", "The last pull waits for a person.")
		case ok && was.State == PullWaiting:
			if left, err = s.supersede(ctx, tx, was); err != nil {
				return err
			}
		case ok && was.State.Open() && !s.pullStalled(was):
			return fault.New(fault.Conflict, "pull-running", "A pull from %s runs already for this client, or was stopped less than %d minutes ago. Wait until it has ended.",
				c.System.Name, int(pullQuiet.Minutes()))
		case ok && was.State.Open():
			p = was
			p.Holder, p.BeatAt, p.Message = s.id("run"), s.now(), ""
			return savePull(ctx, tx, was.Holder, p)
		}
		var since time.Time
		var had map[string]bool
		if byClock {
			if since, had, err = s.changedSince(ctx, tx, c); err != nil {
				return err
			}
		}
		p, err = s.insertPull(ctx, tx, actor, c, byClock, since, had)
		return err
	})
	if err != nil {
		return p, c, err
	}
	for _, t := range left {
		if err := s.Discard(ctx, actor, in.Client, t.ImportID); err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound) {
			return p, c, err
		}
	}
	return p, c, nil
}

// insertPull notes a pull of everything, or of what changed since then in the tables that there were.
func (s *Service) insertPull(ctx context.Context, tx bun.Tx, actor access.Actor, c Connection, byClock bool, since time.Time, had map[string]bool) (pullRow, error) {
	now := s.now()
	p := pullRow{ID: s.id("pull"), ClientID: c.Client, System: c.System.Profile, State: Pulling, Holder: s.id("run"), ByClock: byClock,
		ActorID: actor.Account, ActorName: actor.Name, BeganAt: now, BeatAt: now, Since: since}
	if _, err := tx.NewInsert().Model(&p).Exec(ctx); err != nil {
		return p, err
	}
	for n, t := range c.System.Tables {
		row := pullTableRow{PullID: p.ID, Seq: int64(n), Object: t.Object, State: TablePulling}
		if !since.IsZero() && t.Partial() && had[t.Object] {
			row.Cursor = encode(connect.Since(since))
		}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return p, err
		}
	}
	words := "began to pull from " + c.System.Name
	if !since.IsZero() {
		words += " what changed since " + since.UTC().Format("2 January 2006 15:04") + " UTC"
	}
	return p, s.recordPull(ctx, tx, p, words)
}

// supersede ends a pull that waits, and gives the uploads that it leaves.
func (s *Service) supersede(ctx context.Context, tx bun.Tx, was pullRow) (left []pullTableRow, err error) {
	tables, err := pullTables(ctx, tx, was.ID)
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		if t.State == TableFiled || t.State == TableWaiting {
			left = append(left, t)
		}
	}
	now := was
	now.State, now.Holder, now.EndedAt = PullSuperseded, "", s.now()
	return left, savePull(ctx, tx, was.Holder, now)
}

// pullStalled reports an open pull on which nobody works.
func (s *Service) pullStalled(p pullRow) bool {
	return p.State != PullWaiting && p.State.Open() && (p.Holder == "" || s.now().Sub(p.BeatAt) > pullQuiet)
}

func (s *Service) recordPull(ctx context.Context, tx bun.Tx, p pullRow, words string) error {
	system, _ := connect.SystemOf(p.System)
	_, err := journalops.Append(ctx, tx, journal.Entry{At: s.now(), ActorID: p.ActorID, ActorName: p.ActorName, Action: string(access.EvidenceImport), Client: p.ClientID,
		Subject: journal.Subject{Kind: "pull", ID: p.ID, Name: "Pull from " + system.Name}, Words: words,
		After: journal.Snapshot(map[string]any{"system": p.System, "state": p.State, "by_clock": p.ByClock, "message": p.Message})})
	return err
}
