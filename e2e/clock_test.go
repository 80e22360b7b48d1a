package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// builtWithClock is the program with a clock that a test moves: what takes months cannot be waited for.
var builtWithClock = sync.OnceValues(func() (string, error) {
	path := filepath.Join(folder, "ofrecord-with-clock")
	build := exec.Command("go", "build", "-tags", "movableclock", "-o", path, "../cmd/ofrecord")
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
})

// newYork is the zone of the firm's contracts.
var newYork = func() *time.Location {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic(err)
	}
	return zone
}()

// setClock lets it be a time of New York in every program that runs in the folder, such as 2026-03-02 09:00:30.
func setClock(t testing.TB, dir, at string) {
	t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04:05", at, newYork)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "clock"), when.Format(time.RFC3339))
}

// pictures leaves pictures of the page in OFRECORD_SHOTS as it is on a desk by day and on a telephone at night.
func (p *page) pictures(name string) {
	p.t.Helper()
	if os.Getenv("OFRECORD_SHOTS") == "" {
		return
	}
	p.show("light", 1440)
	p.picture(name + "-1440-light")
	p.show("dark", narrow)
	p.picture(name + "-390-dark")
	p.show("light", 1280)
}
