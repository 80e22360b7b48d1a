package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyui "github.com/ofrecord/ofrecord/internal/party/ui"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

func serveCommand() *cobra.Command {
	var cfg Config
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve the pages and the API", Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := open(cmd, &cfg)
			if err != nil {
				return err
			}
			defer p.Close()
			listener, err := net.Listen("tcp", cfg.Address)
			if err != nil {
				return notListening(cfg.Address, err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Ofrecord serves %s on http://%s\n", cfg.DatabaseName(), listener.Addr())
			if err := p.hintFirstSteps(cmd); err != nil {
				return err
			}
			return p.serve(cmd.Context(), listener)
		},
	}
	cfg.Flags(cmd.Flags())
	return cmd
}

// open builds the program from flags and environment.
func open(cmd *cobra.Command, cfg *Config) (*Program, error) {
	if err := cfg.Load(cmd.Flags()); err != nil {
		return nil, err
	}
	return openProgram(cmd.Context(), *cfg, newLogger(*cfg, cmd.ErrOrStderr()), programClock())
}

// openExisting is open for commands that only make sense on a database that is there: a mistyped path makes none.
func openExisting(cmd *cobra.Command, cfg *Config) (*Program, error) {
	if err := cfg.Load(cmd.Flags()); err != nil {
		return nil, err
	}
	if err := cfg.mustExist(); err != nil {
		return nil, err
	}
	return open(cmd, cfg)
}

// mustExist refuses the path of a database file that is not there. Fault: NotFound.
func (c Config) mustExist() error {
	if c.Postgres() {
		return nil
	}
	if _, err := os.Stat(c.Database); err != nil {
		return fault.New(fault.NotFound, "database", "there is no database at %s; give --database, or make one with ofrecord init", c.Database)
	}
	return nil
}

// hintFirstSteps tells what to do on an installation without a workspace.
func (p *Program) hintFirstSteps(cmd *cobra.Command) error {
	spaces, err := p.DB.Workspaces(cmd.Context())
	if err == nil && len(spaces) == 0 {
		fmt.Fprintln(cmd.OutOrStdout(), "There is no agency yet. In another terminal, with the same database:\n  ofrecord init --agency \"Your agency\" --name \"Your name\" --email you@example.com")
	}
	return err
}

// ballast is memory that a server asks for and never touches, so that it takes none. Garbage is collected when the heap has grown by as much as lives in
// it: the little that lives in the server of a small agency would have it collected in the middle of every other statement.
const ballast = 64 << 20

// serve answers requests until the context ends, and works on what is due in the background. Interrupted imports are taken up first.
func (p *Program) serve(ctx context.Context, listener net.Listener) error {
	defer runtime.KeepAlive(make([]byte, ballast))
	if err := p.catchUp(ctx); err != nil {
		return err
	}
	server := p.server()
	ctx, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() { p.background(ctx) })
	err := server.Serve(ctx, listener)
	stop()
	work.Wait()
	return err
}

// server builds the pages and the API.
func (p *Program) server() *web.Server {
	people := &partyui.Pages{Ops: p.Party, Address: p.Config.visitor, NoMail: !p.Config.Mail().Configured()}
	return web.New(web.Options{
		Log: p.Log, PublicURL: p.Config.PublicURL, Sessions: p.Sessions,
		Admit: p.admit(people), Frame: p.frame, SignIn: partyui.SignInPath, Ready: p.ready, MetricsToken: p.Config.MetricsToken,
	}, p.registry(people))
}

// ready says whether requests can be served.
func (p *Program) ready(ctx context.Context) error { return p.DB.Ping(ctx) }

// mailEvery is how often the outbox is looked through, and mailLeast how often at least while that fails: somebody waits for a sign-in link.
const (
	mailEvery = 5 * time.Second
	mailLeast = time.Minute
)

// resumeEvery is how often imports and month ends are looked for whose process ended on the way: at its own start the program finds only those that have
// been quiet for a while.
const resumeEvery = 10 * time.Second

// resumeLeast is how often they are looked for at least while they fail, as they do on a full disk.
const resumeLeast = 5 * time.Minute

// pullEvery is how often pulls are looked for whose time has come.
const pullEvery = 30 * time.Second

// watchEvery is how often the watched directories are looked into, and watchLeast how often at least while that fails.
const (
	watchEvery = 10 * time.Second
	watchLeast = time.Minute
)

// remindEvery is how often dates are looked for of which people are to be reminded.
const remindEvery = 15 * time.Minute

// settleEvery is how often is looked for what silence accepted, which fees were paid, and acceptances that become evidence.
const settleEvery = 30 * time.Second

// tickEvery is how often the clocks of requests are looked at that have come to a moment at which somebody is told.
const tickEvery = time.Minute

// fetchEvery is how often mailboxes are looked into.
const fetchEvery = time.Minute

// sweepEvery is how often spent links, attempts and sessions, and what interrupted uploads left, are cleared away.
const sweepEvery = time.Hour

func (p *Program) background(ctx context.Context) {
	var work sync.WaitGroup
	work.Go(func() {
		patiently(ctx, mailEvery, mailLeast, func() error { return p.Mailer.Send(ctx) }, func(err error) { p.report("mail", err) })
	})
	work.Go(func() {
		patiently(ctx, resumeEvery, resumeLeast, func() error { return p.resumeImports(ctx) }, func(err error) { p.report("resume imports", err) })
	})
	work.Go(func() {
		patiently(ctx, resumeEvery, resumeLeast, func() error { return p.resumeMonthEnds(ctx) }, func(err error) { p.report("resume month ends", err) })
	})
	work.Go(func() {
		patiently(ctx, pullEvery, resumeLeast, func() error { return p.pullDue(ctx) }, func(err error) { p.report("pull from CRMs", err) })
	})
	work.Go(func() {
		patiently(ctx, watchEvery, watchLeast, func() error { return p.lookIntoDirectories(ctx) }, func(err error) { p.report("watched directories", err) })
	})
	work.Go(func() {
		patiently(ctx, remindEvery, time.Hour, func() error { return p.remind(ctx) }, func(err error) { p.report("remind of dates", err) })
	})
	work.Go(func() {
		patiently(ctx, settleEvery, resumeLeast, func() error { return p.settleDeliverables(ctx) }, func(err error) { p.report("deliverables", err) })
	})
	work.Go(func() {
		patiently(ctx, tickEvery, resumeLeast, func() error { return p.tickRequests(ctx) }, func(err error) { p.report("clocks of requests", err) })
	})
	work.Go(func() {
		patiently(ctx, tickEvery, resumeLeast, func() error { return p.redeliverTime(ctx) }, func(err error) { p.report("hand over time", err) })
	})
	work.Go(func() {
		patiently(ctx, fetchEvery, resumeLeast, func() error { return p.fetchMail(ctx) }, func(err error) { p.report("mailboxes", err) })
	})
	work.Go(func() {
		every(ctx, sweepEvery, func() {
			_, err := p.Sessions.Sweep(ctx)
			p.report("sweep", errors.Join(p.Party.Sweep(ctx), err, p.Blobs.Sweep()))
		})
	})
	work.Wait()
}

// every does the work at once, and again each time the span has passed, until the context ends.
func every(ctx context.Context, span time.Duration, work func()) {
	for tick := time.NewTicker(span); ; {
		work()
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
	}
}

// patiently does the work as every does. While it fails the span doubles, up to the longest, and the same error is told only once.
func patiently(ctx context.Context, span, longest time.Duration, work func() error, tell func(error)) {
	said := ""
	for wait := span; ; {
		err := work()
		switch {
		case err == nil:
			wait, said = span, ""
		default:
			if err.Error() != said {
				tell(err)
			}
			wait, said = min(2*wait, longest), err.Error()
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

func (p *Program) report(task string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		p.Log.Error("background work failed", "task", task, "error", err)
	}
}

// notListening says why nobody can be served on an address, and what to do. Fault: Unavailable.
func notListening(address string, err error) error {
	cause := err
	var system *os.SyscallError
	if errors.As(err, &system) {
		cause = system.Err
	}
	f := fault.New(fault.Unavailable, "address", "%s cannot be listened on: %v; give another address with --address or OFRECORD_ADDRESS", address, cause)
	if errors.Is(err, syscall.EADDRINUSE) {
		f = fault.New(fault.Unavailable, "address", "another program listens on %s already; give another address with --address or OFRECORD_ADDRESS. "+
			"A sign-in link that was printed before begins with the old one: ofrecord user link EMAIL prints it anew for the same --address", address)
	}
	return f.Because(err)
}

// listenNear listens on the address, or on a free port of the same host when it is taken.
func listenNear(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		host, _, _ := net.SplitHostPort(address)
		return net.Listen("tcp", net.JoinHostPort(host, "0"))
	}
	return l, err
}
