package app

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// watching is one run of "import watch".
type watching struct {
	importing
	dir    string
	every  time.Duration
	settle time.Duration
	once   bool
	seen   map[string]fileState // as of the last look
}

// fileState tells whether a file still grows.
type fileState struct {
	size    int64
	changed time.Time
}

func importWatchCommand() *cobra.Command {
	var cfg Config
	var client string
	w := watching{seen: map[string]fileState{}}
	cmd := &cobra.Command{
		Use:   "watch --client NAME DIRECTORY",
		Short: "Import the files that arrive in a directory",
		Long: "Looks into a directory again and again and imports each file that is complete: nothing has written to it for the time of --settle, and it was the same at the last look. Files whose names begin\n" +
			"with a point or end in .part, .tmp or .crdownload are passed over: whoever writes a file in place renames it when it is whole.\n" +
			"An imported file is moved to done/, one that cannot be imported to failed/, each with a text beside it that says what became of it. Of a file that was imported before nothing is\n" +
			"imported again. Killed on the way, it goes on where it was.",
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := openExisting(cmd, &cfg)
			if err != nil {
				return err
			}
			defer p.Close()
			w.Program, w.cmd, w.dir = p, cmd, args[0]
			if w.client, err = p.clientNamed(cmd, client); err != nil {
				return err
			}
			w.in.Client = w.client.ID
			w.progress = newProgress(cmd.ErrOrStderr())
			return w.run()
		},
	}
	cfg.Flags(cmd.Flags())
	cmd.Flags().StringVar(&client, "client", "", "the client, by name or id")
	cmd.Flags().StringVar(&w.in.Saved, "mapping", "", "name of a mapping that was kept in the browser")
	cmd.Flags().DurationVar(&w.every, "every", 10*time.Second, "how often to look")
	cmd.Flags().DurationVar(&w.settle, "settle", 5*time.Second, "how long nothing must have written to a file")
	cmd.Flags().BoolVar(&w.once, "once", false, "look once, import what is complete, and end")
	statedFlags(cmd, &w.in.Stated)
	return cmd
}

func (w *watching) run() error {
	for _, d := range []string{"", "done", "failed"} {
		path := filepath.Join(w.dir, d)
		if info, err := os.Stat(path); d == "" && (err != nil || !info.IsDir()) {
			return fault.New(fault.NotFound, "directory", "%s is no directory that can be read", w.dir)
		}
		if err := os.MkdirAll(path, 0o750); err != nil {
			return fault.New(fault.Unavailable, "directory", "%s cannot be written to: %s", w.dir, plainCause(err)).Because(err)
		}
	}
	if w.every < time.Second {
		w.every = time.Second
	}
	for {
		if err := w.look(); err != nil {
			return err
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

// look imports what is complete, by the order of names. What is only in the way, such as another import of the client, is tried at the next look.
func (w *watching) look() error {
	if _, err := w.resume(); err != nil && !fault.Is(err, fault.Conflict) {
		return w.later("", err)
	}
	entries, err := os.ReadDir(w.dir)
	if err != nil {
		return fault.New(fault.Unavailable, "directory", "%s cannot be read: %s", w.dir, plainCause(err)).Because(err)
	}
	now := map[string]fileState{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || unfinishedName(e.Name()) {
			continue // a file that is gone meanwhile is none
		}
		state := fileState{info.Size(), info.ModTime()}
		before, known := w.seen[e.Name()]
		now[e.Name()] = state
		if time.Since(state.changed) < w.settle || !w.once && (!known || before != state) {
			continue
		}
		if err := w.take(e.Name()); err != nil {
			if err := w.later(e.Name(), err); err != nil {
				return err
			}
			break
		}
	}
	w.seen = now
	return nil
}

func unfinishedName(name string) bool {
	for _, end := range []string{".part", ".tmp", ".crdownload", ".filepart", "~"} {
		if strings.HasSuffix(strings.ToLower(name), end) {
			return true
		}
	}
	return strings.HasPrefix(name, ".")
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

// take imports one file and moves it away. Its error is about the installation, or about what is in the way; what is wrong with the file stands
// beside it.
func (w *watching) take(name string) error {
	path := filepath.Join(w.dir, name)
	sha, err := digestOf(path)
	if err != nil {
		return nil // it is gone, or nobody lets us read it; both show at the next look
	}
	no, err := w.CRM.TakenAs(w.ctx(), w.operator(), w.client.ID, sha)
	if err != nil {
		return err
	}
	if no > 0 {
		return w.move(name, "done", fmt.Sprintf("This file is import %d of %s: nothing was imported again.\n", no, w.client.Name))
	}
	var said bytes.Buffer
	err = w.attempt(path, name, &said)
	switch {
	case err == nil:
		return w.move(name, "done", said.String())
	case isAboutTheFile(err):
		return w.move(name, "failed", fault.Moved(err, asFlag).Error()+"\n")
	}
	return err
}

// attempt tries the file first, of which nothing stays, and then imports it.
func (w *watching) attempt(path, name string, said *bytes.Buffer) error {
	for _, dry := range []bool{true, false} {
		f, err := os.Open(path)
		if err != nil {
			return fault.New(fault.Unavailable, "file", "the file cannot be read: %s", plainCause(err)).Because(err)
		}
		in := w.in
		in.Filename, in.Reader = name, f
		if dry {
			trial, tryErr := w.CRM.Try(w.ctx(), w.operator(), in)
			if err = tryErr; err == nil {
				err = trial.Close()
			}
		} else if done, importErr := w.CRM.Import(w.ctx(), w.operator(), in); importErr == nil {
			writeTally(io.MultiWriter(said, w.cmd.OutOrStdout()), name, done)
		} else {
			err = importErr
		}
		_ = f.Close() // it was only read
		if err != nil {
			return err
		}
	}
	return nil
}

func isAboutTheFile(err error) bool {
	return len(fault.All(err)) > 0 && (fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge))
}

// move puts the file away under a name that is free, with a text beside it. The text comes first: a file that lies there has one.
func (w *watching) move(name, to, text string) error {
	free := name
	for n := 2; ; n++ {
		_, err := os.Lstat(filepath.Join(w.dir, to, free))
		if errors.Is(err, os.ErrNotExist) {
			break
		}
		ending := filepath.Ext(name)
		free = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ending), n, ending)
	}
	err := writeTo(filepath.Join(w.dir, to, free+".txt"), func(out io.Writer) error { _, err := io.WriteString(out, text); return err })
	if err == nil {
		err = os.Rename(filepath.Join(w.dir, name), filepath.Join(w.dir, to, free))
	}
	if err != nil {
		return fault.New(fault.Unavailable, "directory", "%s cannot be moved to %s: %s", name, to, plainCause(err)).Because(err)
	}
	fmt.Fprintf(w.cmd.OutOrStdout(), "%s: moved to %s\n", name, filepath.Join(to, free))
	return nil
}

func digestOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
