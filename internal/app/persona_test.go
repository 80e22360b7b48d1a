package app

import (
	"io"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/app/demo"
)

// demoProgram is the demo in a temporary folder.
func demoProgram(t testing.TB) (*Program, demo.Made) {
	t.Helper()
	return demoOn(t, filepath.Join(t.TempDir(), "demo.db"))
}

// demoOn is the demo in a database.
func demoOn(t testing.TB, database string) (*Program, demo.Made) {
	t.Helper()
	var cfg Config
	if err := cfg.Load(nil); err != nil {
		t.Fatal(err)
	}
	cfg.Database, cfg.Files, cfg.Workspace = database, filepath.Join(t.TempDir(), "files"), demo.Workspace
	p, made, err := makeDemo(t.Context(), cfg, slog.New(slog.NewTextHandler(io.Discard, nil)))
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
