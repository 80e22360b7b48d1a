// Command withpostgres runs a command beside a throw-away PostgreSQL server, named to it in OFRECORD_TEST_POSTGRES, so that
// all test binaries of one run share the server. It ends as the command ends, and the server with it. When it is killed, the server ends
// all the same, and on Linux the command too.
// Without an installed server the command runs all the same, and its tests decide whether they may skip.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: withpostgres command [arguments]")
		os.Exit(2)
	}
	status, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "withpostgres:", err)
	}
	os.Exit(status)
}

func run(command []string) (int, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server, err := dbtest.StartCluster(ctx)
	switch {
	case err == nil:
		defer server.Stop()
	case !errors.Is(err, dbtest.ErrNotInstalled):
		return 1, err
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = endWithUs()
	runtime.LockOSThread() // the kernel takes the end of the thread that starts the command for the end of this program
	defer runtime.UnlockOSThread()
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if server != nil {
		cmd.Env = append(os.Environ(), "OFRECORD_TEST_POSTGRES="+server.URL)
	}
	err = cmd.Run()
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		return max(ended.ExitCode(), 1), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}
