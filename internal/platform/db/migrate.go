package db

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
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
// processes at once on PostgreSQL, where it needs a direct connection and not a transaction pooler. Fault: Conflict when a newer version of
// the program has migrated it ("newer-database").
func (d *DB) Migrate(ctx context.Context) error {
	if err := d.refuseNewer(ctx); err != nil {
		return err
	}
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
		return fmt.Errorf("migrate %s tables: %w", folder, writerFault(d.fault(ctx, err)))
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

// refuseNewer looks whether a step was taken that this version does not know, for then it does not know the tables either.
func (d *DB) refuseNewer(ctx context.Context) error {
	if err := d.refuseUnknown(ctx, "shared", ""); err != nil {
		return err
	}
	if d.Engine() == SQLite {
		return d.refuseUnknown(ctx, "workspace", "")
	}
	list, err := d.Workspaces(ctx)
	if fault.Code(err) == notMigratedCode {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list workspaces: %w", err)
	}
	for _, w := range list {
		if err := d.refuseUnknown(ctx, "workspace", w.Slug); err != nil {
			return err
		}
	}
	return nil
}

func (d *DB) refuseUnknown(ctx context.Context, folder, slug string) error {
	known, err := stepsOf(folder)
	if err != nil {
		return err
	}
	var taken []int64
	err = d.Read(WithWorkspace(ctx, slug), func(ctx context.Context, tx bun.Tx) error {
		taken = nil
		return tx.NewSelect().Table("migration_"+folder).Column("version_id").Where("is_applied").Order("version_id").Scan(ctx, &taken)
	})
	if fault.Code(err) == notMigratedCode {
		return nil // no step was ever taken
	}
	if err != nil {
		return fmt.Errorf("read the steps of the %s tables: %w", folder, err)
	}
	for _, step := range taken {
		if step != 0 && !slices.Contains(known, step) { // goose notes a step 0 of its own
			return newer(step, folder)
		}
	}
	return nil
}

// stepsOf are the versions of a folder's steps, of either engine.
func stepsOf(folder string) ([]int64, error) {
	names, err := fs.Glob(migrations.Files, folder+"/*.sql")
	if err != nil {
		return nil, err
	}
	versions := make([]int64, len(names))
	for i, name := range names {
		if versions[i], err = goose.NumericComponent(name); err != nil {
			return nil, err
		}
	}
	return versions, nil
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
