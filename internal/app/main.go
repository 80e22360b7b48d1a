package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Exit statuses beside those of fault.ExitCode: 1 means that a check ran and found something.
const (
	exitDone  = 0
	exitFound = 1
	exitUsage = 2
)

// errFound ends a command whose check ran and found something; its report is printed already.
var errFound = errors.New("the check found something")

// Main runs the command line and gives the exit status. It ends early when the process is asked to stop.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	root := command()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return exitOf(root.ExecuteContext(ctx), stderr)
}

func exitOf(err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFound):
		return exitFound
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "ofrecord: stopped")
		return fault.ExitCode(fault.Unavailable)
	}
	faults := fault.All(err)
	place := ""
	var of fileError
	if errors.As(err, &of) {
		place = of.path + ": "
	}
	if len(faults) == 0 {
		fmt.Fprintf(stderr, "ofrecord: %v\n", err)
		var usage usageError
		if errors.As(err, &usage) {
			return exitUsage
		}
		return fault.ExitCode(fault.Internal)
	}
	for _, f := range faults {
		fmt.Fprintf(stderr, "ofrecord: %s%s\n", place, detailed(f))
	}
	return fault.ExitCode(faults[0].Kind)
}

// fileError is what failed of one of several files.
type fileError struct {
	path string
	err  error
}

func (e fileError) Error() string { return e.path + ": " + e.err.Error() }

func (e fileError) Unwrap() error { return e.err }

// usageError is a command line that is not understood.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// usage wraps a check of arguments.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return misused(cmd, err)
		}
		return nil
	}
}

// misused is what is wrong with a command line, and where its use is told.
func misused(cmd *cobra.Command, err error) error {
	return usageError{fmt.Errorf("%w\nSee: %s --help", err, cmd.CommandPath())}
}

// command is the whole command line.
func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "ofrecord",
		Short:         "Ofrecord runs the agency-of-record relationship: from contract and CRM evidence to a fee statement that both sides can check.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(misused)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		demoCommand(), serveCommand(), initCommand(), userCommand(), workspaceCommand(),
		contractCommand(), slaCommand(), statementCommand(), attributionCommand(), verifyCommand(), importCommand(), evidenceCommand(), journalCommand(), ledgerCommand(),
		configCommand(), doctorCommand(), migrateCommand(), backupCommand(), restoreCommand(), versionCommand(),
	)
	for _, cmd := range append(root.Commands(), root) {
		if !cmd.Runnable() { // a group shows what it holds, and refuses what is none of it
			cmd.Args, cmd.RunE = usage(cobra.NoArgs), func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
	return root
}
