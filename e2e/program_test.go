package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "github.com/ofrecord/ofrecord/internal/app" // so that results are not taken from go's test cache when the program has changed
)

// folder is where this run's binary lies.
var folder string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if folder, err = os.MkdirTemp("", "ofrecord-e2e-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(folder)
		defer stopShared()
		defer stopChromium()
		return m.Run()
	}())
}

var built = sync.OnceValues(func() (string, error) {
	path := filepath.Join(folder, "ofrecord")
	build := exec.Command("go", "build", "-o", path, "../cmd/ofrecord")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
})

// program is the path of the binary, built once a run.
func program(t testing.TB) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// environment is this process's without what configures the program.
func environment(more ...string) []string {
	var out []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "OFRECORD_") {
			out = append(out, v)
		}
	}
	return append(out, more...)
}

// ran is what a command left behind.
type ran struct {
	status         int
	stdout, stderr string
}

func (r ran) String() string {
	return fmt.Sprintf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
}

// run runs the program in a folder and waits for its end.
func run(t testing.TB, dir string, args ...string) ran {
	t.Helper()
	return runBinary(t, program(t), dir, args...)
}

func runBinary(t testing.TB, binary, dir string, args ...string) ran {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Dir = dir
	cmd.Env = environment()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return ran{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// must runs the program and wants exit status 0. It gives the standard output.
func must(t testing.TB, dir string, args ...string) string {
	t.Helper()
	r := run(t, dir, args...)
	if r.status != 0 {
		t.Fatalf("ofrecord %s: %s", strings.Join(args, " "), r)
	}
	return r.stdout
}

// lacking ends a test that cannot have what it needs: a skip at a desk, a failure in CI.
func lacking(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("required with CI=true: %s", what)
	}
	t.Skip(what)
}

// root is the project's root.
func root(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
