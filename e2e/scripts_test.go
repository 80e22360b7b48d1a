package e2e

import (
	"archive/zip"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs the scripts of the command line. Beside the usual commands of testscript they have:
//
//	status N command...   runs a command that must end with exactly this exit status
//	ready URL             waits until a server answers
//	bomb FILE             writes a small zip that unpacks to much more than a pack holds
//
// Each begins in a folder with the firm's contract.yaml and facts/, and docs/examples/.
func TestScripts(t *testing.T) {
	t.Parallel()
	binary := program(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			address, err := freeAddress()
			if err != nil {
				return err
			}
			e.Setenv("PATH", filepath.Dir(binary)+string(os.PathListSeparator)+e.Getenv("PATH"))
			e.Setenv("ADDRESS", address)
			examples := filepath.Join("docs", "examples")
			return errors.Join(os.CopyFS(e.WorkDir, os.DirFS("testdata/own")),
				os.CopyFS(filepath.Join(e.WorkDir, examples), os.DirFS(filepath.Join(root(t), examples))))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": statusCommand, "ready": readyCommand, "bomb": bombCommand},
	})
}

func statusCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d instead of %d", got, want)
	}
}

func readyCommand(ts *testscript.TestScript, neg bool, args []string) {
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
		response, err := http.Get(args[0])
		if err != nil {
			continue
		}
		response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return
		}
	}
	ts.Fatalf("%s does not answer", args[0])
}

func bombCommand(ts *testscript.TestScript, neg bool, args []string) {
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	z := zip.NewWriter(f)
	for _, name := range []string{"statement.json", "terms-1.yaml", "facts/touches.csv"} {
		w, err := z.Create(name)
		ts.Check(err)
		_, err = io.CopyN(w, zeros{}, 3<<30/8)
		ts.Check(err)
	}
	ts.Check(z.Close())
}

// zeros is endless nothing.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
