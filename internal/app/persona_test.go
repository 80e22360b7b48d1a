package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/app/demo"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// demoProgram is the demo in a temporary folder.
func demoProgram(t testing.TB) (*Program, demo.Made) {
	t.Helper()
	return demoOn(t, filepath.Join(t.TempDir(), "demo.db"))
}

// demoOn is the demo in a database. In a file it is a copy of the one that was played for all tests.
func demoOn(t testing.TB, database string) (*Program, demo.Made) {
	t.Helper()
	open := copyDemo
	if (Config{Database: database}).Postgres() {
		open = makeDemo
	}
	cfg, err := demoConfig(database, filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	p, made, err := open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p, made
}

func demoConfig(database, files string) (Config, error) {
	var cfg Config
	err := cfg.Load(nil)
	cfg.Database, cfg.Files, cfg.Workspace = database, files, demo.Workspace
	return cfg, err
}

// played is the sample year, played once and closed.
type played struct {
	cfg   Config
	made  demo.Made
	ended time.Time
}

// playOnce plays the sample year in a directory that goes with the tests.
var playOnce = sync.OnceValues(func() (played, error) {
	dir, err := os.MkdirTemp("", "ofrecord-demo-")
	if err != nil {
		return played{}, err
	}
	playedIn = dir
	cfg, err := demoConfig(filepath.Join(dir, "demo.db"), filepath.Join(dir, "files"))
	if err != nil {
		return played{}, err
	}
	p, made, err := makeDemo(context.Background(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return played{}, err
	}
	return played{cfg, made, p.Now()}, p.Close()
})

var playedIn string

func TestMain(m *testing.M) {
	code := m.Run()
	if playedIn != "" {
		if err := os.RemoveAll(playedIn); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(code)
}

// copyDemo opens a copy of the sample year, at the instant at which it ended.
func copyDemo(ctx context.Context, cfg Config, log *slog.Logger) (*Program, demo.Made, error) {
	year, err := playOnce()
	if err != nil {
		return nil, demo.Made{}, err
	}
	data, err := os.ReadFile(year.cfg.Database)
	if err != nil {
		return nil, demo.Made{}, err
	}
	if err := os.WriteFile(cfg.Database, data, 0o600); err != nil {
		return nil, demo.Made{}, err
	}
	if err := os.CopyFS(cfg.Files, os.DirFS(year.cfg.Files)); err != nil {
		return nil, demo.Made{}, err
	}
	d, err := db.OpenTemporary(ctx, cfg.Database)
	if err != nil {
		return nil, demo.Made{}, err
	}
	clock := &demo.Clock{}
	clock.Set(year.ended)
	clock.Run()
	p := &Program{Config: cfg, Log: log, Now: clock.Now, DB: d}
	return p, year.made, p.build(ctx)
}

// tokenOf makes an API token for the persona of a role.
func (p *Program) tokenOf(t testing.TB, role access.Role, personas []demo.Persona) string {
	t.Helper()
	for _, persona := range personas {
		if persona.Role != role {
			continue
		}
		ctx := p.inWorkspace(t.Context())
		actor, err := p.Party.ActorOf(ctx, persona.Account(), demo.Workspace)
		if err != nil {
			t.Fatal(err)
		}
		token, _, err := p.Party.MakeToken(ctx, actor, "test")
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	t.Fatalf("nobody in the demo is %s", role)
	return ""
}
