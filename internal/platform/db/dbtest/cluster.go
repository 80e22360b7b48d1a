package dbtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// ErrNotInstalled tells that no PostgreSQL server was found.
var ErrNotInstalled = errors.New("no PostgreSQL server is installed (on Debian: apt-get install postgresql)")

// Cluster is a throw-away PostgreSQL server. It stops when its owner stops it or dies.
type Cluster struct {
	URL  string // the superuser's address
	Dir  string // everything it keeps
	life io.Closer
	done <-chan struct{}
}

// watch waits until its input ends, for the owner of the other end has then died, and clears away.
const watch = `read -r _; "$0/pg_ctl" -D "$1/data" -m immediate -w stop >/dev/null 2>&1; rm -rf "$1"`

// StartCluster makes and starts a server on the loopback interface, as an unprivileged user when the caller is root.
func StartCluster(ctx context.Context) (*Cluster, error) {
	bin, err := serverPrograms()
	if err != nil {
		return nil, err
	}
	who, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(roomyMemory(), "ofrecord-postgres-")
	if err != nil {
		return nil, err
	}
	if who != nil {
		if err := os.Chown(dir, int(who.Uid), int(who.Gid)); err != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
	}
	c := &Cluster{Dir: dir}
	if err := c.startWatchdog(bin, who); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := c.start(ctx, bin, who); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

// Stop ends the server and waits until its folder is gone.
func (c *Cluster) Stop() {
	_ = c.life.Close()
	<-c.done
}

func (c *Cluster) startWatchdog(bin string, who *syscall.Credential) error {
	dog := exec.Command("/bin/sh", "-c", watch, bin, c.Dir)
	dog.Dir = "/"
	dog.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: who}
	life, err := dog.StdinPipe()
	if err != nil {
		return err
	}
	if err := dog.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		_ = dog.Wait()
		close(done)
	}()
	c.life, c.done = life, done
	return nil
}

func (c *Cluster) start(ctx context.Context, bin string, who *syscall.Credential) error {
	data, secret, password := filepath.Join(c.Dir, "data"), filepath.Join(c.Dir, "password"), rand.Text()
	if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
		return err
	}
	if who != nil {
		if err := os.Chown(secret, int(who.Uid), int(who.Gid)); err != nil {
			return err
		}
	}
	run := func(program string, args ...string) error {
		cmd := exec.CommandContext(ctx, filepath.Join(bin, program), args...)
		var said bytes.Buffer
		cmd.Dir, cmd.Stderr = c.Dir, &said
		cmd.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: who}
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w: %s", program, err, bytes.TrimSpace(said.Bytes()))
		}
		return nil
	}
	err := run("initdb", "-D", data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile="+secret, "-E", "UTF8", "--locale=C", "--no-sync")
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		port, err := freePort()
		if err != nil {
			return err
		}
		err = run("pg_ctl", "-D", data, "-l", filepath.Join(c.Dir, "log"), "-w", "-t", "60", "-o", serverOptions(port, c.Dir), "start")
		if err == nil {
			c.URL = fmt.Sprintf("postgres://postgres:%s@127.0.0.1:%d/postgres?sslmode=disable", password, port)
			return nil
		}
		if try == 3 {
			log, _ := os.ReadFile(filepath.Join(c.Dir, "log"))
			return fmt.Errorf("%w\n%s", err, log)
		}
	}
}

func serverOptions(port int, sockets string) string {
	return fmt.Sprintf("-p %d -k %s -h 127.0.0.1", port, sockets) +
		" -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off" +
		" -c wal_level=minimal -c max_wal_senders=0 -c min_wal_size=32MB -c max_wal_size=256MB -c max_connections=400 -c shared_buffers=128MB"
}

// serverPrograms finds the newest installed server, for Debian keeps its programs off the PATH.
func serverPrograms() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		version := func(path string) int {
			n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
			return n
		}
		newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
		return filepath.Dir(newest), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", ErrNotInstalled
	}
	return filepath.Dir(path), nil
}

// unprivileged is whom the server runs as when root asks, for it refuses root; nil for anybody else.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("no user postgres or nobody to run the server as")
}

// roomyMemory is a file system in memory with room for a cluster, where copying a database is ten times as fast; "" without one.
func roomyMemory() string {
	const path, room = "/dev/shm", 2 << 30
	var s syscall.Statfs_t
	if syscall.Statfs(path, &s) != nil || uint64(s.Bavail)*uint64(s.Bsize) < room {
		return ""
	}
	return path
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
