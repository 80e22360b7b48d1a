package app

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// watching is one run of "import watch".
type watching struct {
	importing
	directory
	every time.Duration
}

func importWatchCommand() *cobra.Command {
	var on ofClient
	w := watching{}
	cmd := &cobra.Command{
		Use:   "watch --client NAME DIRECTORY",
		Short: "Import the files that arrive in a directory",
		Long: "Looks into a directory again and again and imports each file that is complete: nothing has written to it for the time of --settle, and it was the same at the last look. Files whose names begin\n" +
			"with a point or end in .part, .tmp or .crdownload are passed over: whoever writes a file in place renames it when it is whole.\n" +
			"An imported file is moved to done/, one that cannot be imported to failed/, each with a text beside it that says what became of it. Of a file that was imported before nothing is\n" +
			"imported again. Killed on the way, it goes on where it was. A file that cannot be read stops no other, and symbolic links are not followed; both are told.\n" +
			"Exit status with --once 1: a file could not be read or moved.",
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, client, err := on.open(cmd)
			if err != nil {
				return err
			}
			defer p.Close()
			w.Program, w.cmd, w.client, w.dir = p, cmd, client, args[0]
			w.take = w.takeFile
			w.pass = func(name, why string) { fmt.Fprintf(cmd.ErrOrStderr(), "%s is passed over: %s\n", name, why) }
			w.moved = func(name, to string) { fmt.Fprintf(cmd.OutOrStdout(), "%s: moved to %s\n", name, to) }
			w.in.Client = w.client.ID
			w.progress = newProgress(cmd.ErrOrStderr())
			return w.run()
		},
	}
	on.flags(cmd)
	cmd.Flags().StringVar(&w.in.Saved, "mapping", "", "name of a mapping that was kept in the browser")
	cmd.Flags().DurationVar(&w.every, "every", 10*time.Second, "how often to look")
	cmd.Flags().DurationVar(&w.settle, "settle", 5*time.Second, "how long nothing must have written to a file")
	cmd.Flags().BoolVar(&w.once, "once", false, "look once, import what is complete, and end")
	statedFlags(cmd, &w.in.Stated)
	return cmd
}

func (w *watching) run() error {
	if err := w.prepare(); err != nil {
		return err
	}
	if w.every < time.Second {
		w.every = time.Second
	}
	for {
		if err := w.lookOnce(); err != nil {
			return err
		}
		if w.once && w.barred > 0 {
			return errFound
		}
		if w.once {
			return nil
		}
		select {
		case <-w.cmd.Context().Done():
			return nil
		case <-time.After(w.every):
		}
	}
}

// lookOnce imports what is complete. What is only in the way, such as another import of the client, is tried at the next look.
func (w *watching) lookOnce() error {
	if _, err := w.resume(); err != nil && !fault.Is(err, fault.Conflict) {
		return w.later("", err)
	}
	name, err := w.look()
	if err == nil || name == "" {
		return err
	}
	return w.later(name, err)
}

// later tells of what is only in the way, and gives every other error back.
func (w *watching) later(name string, err error) error {
	if w.cmd.Context().Err() != nil {
		return nil // it was asked to end; the file is still there
	}
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Unavailable) {
		fmt.Fprintf(w.cmd.ErrOrStderr(), "%s waits: %v\n", name, err)
		return nil
	}
	return err
}

// takeFile imports one file. Its error is about the installation, or about what is in the way; what is wrong with the file stands in the text.
func (w *watching) takeFile(f arrival) (to, text string, err error) {
	no, err := w.CRM.TakenAs(w.ctx(), w.operator(), w.client.ID, f.sha256)
	if err != nil {
		return "", "", err
	}
	if no > 0 {
		return "done", fmt.Sprintf("This file is import %d of %s: nothing was imported again.\n", no, w.client.Name), nil
	}
	var said bytes.Buffer
	err = w.attempt(f, &said)
	switch {
	case err == nil:
		return "done", said.String(), nil
	case isAboutTheFile(err):
		return "failed", fault.Moved(err, asFlag).Error() + "\n", nil
	}
	return "", "", err
}

// attempt tries the file first, of which nothing stays, and then imports it.
func (w *watching) attempt(f arrival, said *bytes.Buffer) error {
	for _, dry := range []bool{true, false} {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return aloneError{"it cannot be read: " + plainCause(err)}
		}
		var err error
		in := w.in
		in.Filename, in.Reader = f.name, f
		if dry {
			trial, tryErr := w.CRM.Try(w.ctx(), w.operator(), in)
			if err = tryErr; err == nil {
				err = trial.Close()
			}
		} else if done, importErr := w.CRM.Import(w.ctx(), w.operator(), in); importErr == nil {
			writeTally(io.MultiWriter(said, w.cmd.OutOrStdout()), f.name, done)
		} else {
			err = importErr
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func isAboutTheFile(err error) bool {
	return len(fault.All(err)) > 0 && (fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge))
}
