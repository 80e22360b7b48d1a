package e2e

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// house is one running server.
type house struct {
	URL    string
	Dir    string
	binary string // "" for the program as people get it
	flags  []string
	Links  map[string]string // sign-in links of a demo by role
	cmd    *exec.Cmd
	ended  chan struct{}
	out    *logged
}

// logged collects what a process prints while it runs.
type logged struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

var personaLine = regexp.MustCompile(`(?m)^  (\S.*?) +(http://\S+/sign-in/link/\S+)$`)

// demo starts the sample year for one test.
func demo(t testing.TB) *house {
	t.Helper()
	h, err := startDemo(program(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.close(t) })
	return h
}

// shared is the demo of all tests that only look.
var shared struct {
	once  sync.Once
	house *house
	err   error
}

func sharedDemo(t testing.TB) *house {
	t.Helper()
	binary := program(t)
	shared.once.Do(func() { shared.house, shared.err = startDemo(binary) })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.house
}

func stopShared() {
	if shared.house != nil {
		_ = shared.house.stop() // the tests have judged it by now
	}
}

func startDemo(binary string) (*house, error) {
	h := &house{Links: map[string]string{}}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	if err := h.start(binary, "demo", "--address", address); err != nil {
		return nil, err
	}
	for _, m := range personaLine.FindAllStringSubmatch(h.out.String(), -1) {
		h.Links[m[1]] = m[2]
	}
	return h, nil
}

// serve starts the server with these flags in a folder. Its database need not be there yet.
func serve(t testing.TB, dir string, flags ...string) *house {
	t.Helper()
	h := &house{Dir: dir, flags: flags}
	h.again(t)
	t.Cleanup(func() { h.close(t) })
	return h
}

// again starts the server anew on a free port, over what it left.
func (h *house) again(t testing.TB) {
	t.Helper()
	address, err := freeAddress()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.start(h.program(t), append([]string{"serve", "--address", address}, h.flags...)...); err != nil {
		t.Fatal(err)
	}
}

// program is the path of the binary that this house runs.
func (h *house) program(t testing.TB) string {
	if h.binary != "" {
		return h.binary
	}
	return program(t)
}

func (h *house) start(binary string, args ...string) error {
	h.URL = "http://" + args[2]
	h.out = &logged{}
	h.cmd = exec.Command(binary, args...)
	h.cmd.Dir = h.Dir
	h.cmd.Env = environment()
	h.cmd.Stdout, h.cmd.Stderr = h.out, h.out
	h.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := h.cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	h.ended = ended
	cmd := h.cmd
	go func() {
		_ = cmd.Wait() // its state is read where the end is waited for
		close(ended)
	}()
	return h.ready()
}

// ready waits until the server says that it can serve.
func (h *house) ready() error {
	for limit := time.Now().Add(90 * time.Second); time.Now().Before(limit); {
		select {
		case <-h.ended:
			return fmt.Errorf("the server ended: %s\n%s", h.cmd.ProcessState, h.out)
		case <-time.After(30 * time.Millisecond):
		}
		response, err := http.Get(h.URL + "/readyz")
		if err != nil {
			continue
		}
		response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return nil
		}
	}
	_ = h.kill() // it is reported already
	return fmt.Errorf("the server was not ready in time\n%s", h.out)
}

// stop asks the server to end and waits.
func (h *house) stop() error {
	select {
	case <-h.ended:
		return nil
	default:
	}
	if err := h.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-h.ended:
		return nil
	case <-time.After(30 * time.Second):
		return fmt.Errorf("it did not end within 30 s of SIGTERM: %w\n%s", h.kill(), h.out)
	}
}

// kill ends the server as a power cut does.
func (h *house) kill() error {
	err := h.cmd.Process.Kill()
	<-h.ended
	return err
}

// close stops the server, and shows its log when the test failed.
func (h *house) close(t testing.TB) {
	if err := h.stop(); err != nil {
		t.Error(err)
	}
	if t.Failed() {
		t.Logf("the server said:\n%s", h.out)
	}
}

// command runs a command of the program on this house's database.
func (h *house) command(t testing.TB, args ...string) ran {
	t.Helper()
	return runBinary(t, h.program(t), h.Dir, append(args, h.flags...)...)
}

// link makes a sign-in link for somebody, as the operator does.
func (h *house) link(t testing.TB, email string) string {
	t.Helper()
	r := h.command(t, "user", "link", email)
	if r.status != 0 {
		t.Fatalf("link for %s: %s", email, r)
	}
	return strings.TrimSpace(r.stdout)
}

// tokenPath is the path of a sign-in link: the address in it is the configured one, not the port of this run.
func tokenPath(link string) string {
	if i := strings.Index(link, "/sign-in/link/"); i >= 0 {
		return strings.TrimSpace(link[i:])
	}
	return link
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
