package dbtest

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// holding makes this test binary start a cluster and wait to be killed.
const holding = "OFRECORD_TEST_HOLD_CLUSTER"

func TestClusterEndsWithItsOwner(t *testing.T) {
	if os.Getenv(holding) != "" {
		c, err := StartCluster(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("cluster", c.Dir, c.URL)
		select {}
	}
	owner := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestClusterEndsWithItsOwner$", "-test.v")
	owner.Env = append(os.Environ(), holding+"=1")
	said, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	var dir, address string
	lines := bufio.NewScanner(said)
	for dir == "" && lines.Scan() {
		if strings.Contains(lines.Text(), ErrNotInstalled.Error()) {
			lacking(t, ErrNotInstalled)
		}
		if fields := strings.Fields(lines.Text()); len(fields) == 3 && fields[0] == "cluster" {
			dir, address = fields[1], fields[2]
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "postmaster.pid")); dir == "" || err != nil {
		t.Fatalf("the server runs in %q: %v", dir, err)
	}
	if !answers(t, address) {
		t.Fatal("the server answers")
	}

	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = owner.Wait()

	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		_, err := os.Stat(dir)
		if errors.Is(err, os.ErrNotExist) && !answers(t, address) {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("20 s after its owner was killed, %s is there (%v) or the server answers", dir, err)
		}
	}
}

func TestStopWaitsUntilNothingIsLeft(t *testing.T) {
	c, err := StartCluster(t.Context())
	if errors.Is(err, ErrNotInstalled) {
		lacking(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.Stop()
	if _, err := os.Stat(c.Dir); !errors.Is(err, os.ErrNotExist) || answers(t, c.URL) {
		t.Fatalf("something is left: %v", err)
	}
}

func TestTestsAreNotSuperuser(t *testing.T) {
	address, err := url.Parse(PostgresURL(t))
	if err != nil || address.User.Username() != role || address.Hostname() != "127.0.0.1" {
		t.Fatalf("%v, %v", address, err)
	}
	s, err := sharedServer()
	if err != nil {
		t.Fatal(err)
	}
	var strong bool
	err = s.admin.QueryRow("SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls FROM pg_roles WHERE rolname = $1", role).Scan(&strong)
	if err != nil || strong {
		t.Fatalf("the role may too much, or %v", err)
	}
}

func answers(t *testing.T, address string) bool {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.DialTimeout("tcp", u.Host, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
