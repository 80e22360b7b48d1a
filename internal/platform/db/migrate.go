package db

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/ofrecord/ofrecord/migrations"
)

// Migration is one step of the tables and whether it was taken.
type Migration struct {
	Workspace string // "" for the shared tables and, on SQLite, for all
	Folder    string // "shared" or "workspace"
	Version   int64
	Name      string
	AppliedAt time.Time // zero while it is pending
}

// Migrate brings the shared tables and those of every workspace up to date. It may be repeated, and run by several
// processes at once on PostgreSQL, where it needs a direct connection and not a transaction pooler.
func (d *DB) Migrate(ctx context.Context) error {
	if err := d.migrate(ctx, "shared", "public"); err != nil {
		return err
	}
	if d.Engine() == SQLite {
		return d.migrate(ctx, "workspace", "")
	}
	list, err := d.Workspaces(ctx)
	if err != nil {
		return err
	}
	for _, w := range list {
		if err := d.migrateWorkspace(ctx, w.Slug); err != nil {
			return err
		}
	}
	return nil
}

// MigrationStatus lists every step of the shared tables and of each workspace, in order.
func (d *DB) MigrationStatus(ctx context.Context) ([]Migration, error) {
	all, err := d.status(ctx, "shared", "public", "")
	if err != nil {
		return nil, err
	}
	if d.Engine() == SQLite {
		more, err := d.status(ctx, "workspace", "", "")
		return append(all, more...), err
	}
	list, err := d.Workspaces(ctx)
	if err != nil {
		return all, fmt.Errorf("list workspaces: %w", err)
	}
	for _, w := range list {
		more, err := d.status(ctx, "workspace", schemaOf(w.Slug), w.Slug)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

func (d *DB) migrateWorkspace(ctx context.Context, slug string) error {
	if err := d.migrate(ctx, "workspace", schemaOf(slug)); err != nil {
		return fmt.Errorf("workspace %s: %w", slug, err)
	}
	return nil
}

func (d *DB) migrate(ctx context.Context, folder, schema string) error {
	p, release, err := d.provider(folder, schema)
	if err != nil {
		return err
	}
	defer release()
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate %s tables: %w", folder, d.fault(ctx, err))
	}
	return nil
}

func (d *DB) status(ctx context.Context, folder, schema, slug string) ([]Migration, error) {
	p, release, err := d.provider(folder, schema)
	if err != nil {
		return nil, err
	}
	defer release()
	steps, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the state of the %s tables: %w", folder, d.fault(ctx, err))
	}
	list := make([]Migration, len(steps))
	for i, s := range steps {
		list[i] = Migration{Workspace: slug, Folder: folder, Version: s.Source.Version, Name: s.Source.Path, AppliedAt: s.AppliedAt}
	}
	return list, nil
}

// provider reads one folder's steps for this engine. Steps may arrive out of order, for each room numbers its own.
func (d *DB) provider(folder, schema string) (*goose.Provider, func(), error) {
	steps, err := fs.Sub(migrations.Files, folder)
	if err != nil {
		return nil, nil, err
	}
	foreign, err := stepsOfOtherEngine(steps, d.Engine())
	if err != nil {
		return nil, nil, err
	}
	options := []goose.ProviderOption{
		goose.WithTableName("migration_" + folder),
		goose.WithExcludeNames(foreign),
		goose.WithAllowOutofOrder(true),
		goose.WithDisableGlobalRegistry(true),
	}
	dialect := goose.DialectSQLite3
	if d.Engine() == Postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return nil, nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	pool, release, err := d.engine.migrator(schema)
	if err != nil {
		return nil, nil, err
	}
	p, err := goose.NewProvider(dialect, pool, steps, options...)
	if err != nil {
		release()
		return nil, nil, fmt.Errorf("read the migrations in %s: %w", folder, err)
	}
	return p, release, nil
}

// stepsOfOtherEngine names the files that the suffix reserves for the other engine.
func stepsOfOtherEngine(steps fs.FS, engine string) ([]string, error) {
	if engine == SQLite {
		return fs.Glob(steps, "*."+Postgres+".sql")
	}
	return fs.Glob(steps, "*."+SQLite+".sql")
}
