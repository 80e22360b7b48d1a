package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/app/demo"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

func demoCommand() *cobra.Command {
	var cfg Config
	var once, asJSON bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Make a year of a sample company and serve it on this machine",
		Long: "Makes a year of a sample company in a temporary database and serves it, with one sign-in link for each kind of person. Nothing is kept.\n" +
			"With --once it makes the year, prints the newest statement and ends.",
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON && !once {
				return misused(cmd, errors.New("--json prints a statement: give --once with it"))
			}
			if err := cfg.Load(cmd.Flags()); err != nil {
				return err
			}
			dir, err := os.MkdirTemp("", "ofrecord-demo-*")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			cfg.Database, cfg.Files, cfg.Workspace, cfg.SMTPHost = filepath.Join(dir, "demo.db"), filepath.Join(dir, "files"), demo.Workspace, ""
			if once {
				return demoOnce(cmd, cfg, asJSON)
			}
			return demoServe(cmd, cfg)
		},
	}
	cfg.Flags(cmd.Flags())
	cmd.Flags().BoolVar(&once, "once", false, "print the newest statement and end, without serving")
	cmd.Flags().BoolVar(&asJSON, "json", false, "with --once: print it as JSON")
	return cmd
}

// makeDemo opens a temporary program and plays the sample year in it.
func makeDemo(ctx context.Context, cfg Config, log *slog.Logger) (*Program, demo.Made, error) {
	openDatabase := db.OpenTemporary
	if cfg.Postgres() {
		openDatabase = db.Open
	}
	d, err := openDatabase(ctx, cfg.Database)
	if err != nil {
		return nil, demo.Made{}, err
	}
	clock := &demo.Clock{}
	p := &Program{Config: cfg, Log: log, Now: clock.Now, DB: d}
	if err := p.build(ctx); err != nil {
		_ = d.Close() // the first error is the one to report
		return nil, demo.Made{}, err
	}
	made, err := demo.Play(ctx, demo.Stage{Party: p.Party, Contracts: p.Contracts, CRM: p.CRM, Fees: p.Fees, Billing: p.Billing, Clock: clock, Engagement: p.Engagement})
	if err != nil {
		_ = p.Close() // as above
		return nil, demo.Made{}, err
	}
	clock.Run()
	return p, made, nil
}

func demoOnce(cmd *cobra.Command, cfg Config, asJSON bool) error {
	p, made, err := makeDemo(cmd.Context(), cfg, newLogger(cfg, cmd.ErrOrStderr()))
	if err != nil {
		return err
	}
	defer p.Close()
	st, err := p.Fees.Statement(p.inWorkspace(cmd.Context()), p.operator(), made.Statement)
	if err != nil {
		return err
	}
	return printDocument(cmd.OutOrStdout(), st.Document, asJSON)
}

func printDocument(w io.Writer, d fees.Document, asJSON bool) error {
	if asJSON {
		b, err := d.Encode()
		if err != nil {
			return err
		}
		_, err = w.Write(b)
		return err
	}
	return pack.WriteText(w, d)
}

func demoServe(cmd *cobra.Command, cfg Config) error {
	began := time.Now()
	listener, err := listenNear(cfg.Address)
	if err != nil {
		return notListening(cfg.Address, err)
	}
	cfg.Address = listener.Addr().String()
	out := cmd.OutOrStdout()
	fmt.Fprintln(out, "Making a year of a sample company ...")
	p, made, err := makeDemo(cmd.Context(), cfg, newLogger(cfg, cmd.ErrOrStderr()))
	if err != nil {
		_ = listener.Close() // nobody was served
		return err
	}
	defer p.Close()
	if err := p.greet(cmd.Context(), out, listener, made, time.Since(began)); err != nil {
		return err
	}
	return p.serve(cmd.Context(), listener)
}

// greet prints the address and a sign-in link for each persona.
func (p *Program) greet(ctx context.Context, out io.Writer, listener net.Listener, made demo.Made, took time.Duration) error {
	fmt.Fprintf(out, "Ready after %.1f s: http://%s\nIn the demo it is %s. Each link signs one person in, once, within a day:\n\n", took.Seconds(), listener.Addr(), p.Now().Format("2 January 2006"))
	for _, persona := range made.Personas {
		link, err := p.Party.IssueLink(p.inWorkspace(ctx), p.operator(), persona.Email)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "  %-24s %s\n", persona.Role.Label(), link)
	}
	fmt.Fprintln(out, "\nStop with Ctrl-C. Nothing is kept.")
	return nil
}
