package db

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// WorkspaceInfo is one row of the list of workspaces.
type WorkspaceInfo struct {
	Slug      string
	Name      string
	CreatedAt time.Time
}

type workspaceRow struct {
	bun.BaseModel `bun:"table:workspace"`
	Slug          string    `bun:"slug,pk"`
	Name          string    `bun:"name"`
	CreatedAt     time.Time `bun:"created_at"`
}

type workspaceKey struct{}

// WithWorkspace returns a context whose transactions see this workspace. On SQLite the file is the workspace whatever the slug.
func WithWorkspace(ctx context.Context, slug string) context.Context {
	return context.WithValue(ctx, workspaceKey{}, slug)
}

// Workspace is the slug that rides in the context, if any.
func Workspace(ctx context.Context) (slug string, ok bool) {
	slug, ok = ctx.Value(workspaceKey{}).(string)
	return slug, ok && slug != ""
}

// CreateWorkspace enters a workspace in the list and prepares its tables. A SQLite file holds exactly one.
// Faults: Invalid for a slug that is not 1 to 40 of a-z, 0-9 and "-"; Conflict when it is taken, or when the file already has its workspace.
func (d *DB) CreateWorkspace(ctx context.Context, slug, name string) error {
	if err := CheckSlug(slug); err != nil {
		return err
	}
	if strings.TrimSpace(name) == "" {
		return fault.New(fault.Invalid, "workspace-name", "give the workspace a name").At("name")
	}
	err := d.Write(WithWorkspace(ctx, ""), func(ctx context.Context, tx bun.Tx) error {
		have, err := listWorkspaces(ctx, tx)
		if err != nil {
			return err
		}
		for _, w := range have {
			if w.Slug == slug {
				return fault.New(fault.Conflict, "workspace-exists", "the workspace %q exists already; choose another short name", slug).At("slug")
			}
		}
		if len(have) > 0 && d.Engine() == SQLite {
			return fault.New(fault.Conflict, "one-workspace",
				"this file already holds the workspace %q; use a second file, or PostgreSQL, for another one", have[0].Slug)
		}
		if d.Engine() == Postgres {
			if _, err := tx.NewRaw("CREATE SCHEMA ?", bun.Ident(schemaOf(slug))).Exec(ctx); err != nil {
				return err
			}
		}
		row := workspaceRow{Slug: slug, Name: name, CreatedAt: time.Now().UTC()}
		_, err = tx.NewInsert().Model(&row).Exec(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return d.migrateWorkspace(ctx, slug)
}

// DropWorkspace takes a workspace of PostgreSQL away with all that is in it. It is for one that was just made and was not filled; nothing asks
// whether it is empty.
func (d *DB) DropWorkspace(ctx context.Context, slug string) error {
	if d.Engine() != Postgres {
		return nil
	}
	if err := CheckSlug(slug); err != nil {
		return err
	}
	return d.Write(WithWorkspace(ctx, ""), func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw("DROP SCHEMA IF EXISTS ? CASCADE", bun.Ident(schemaOf(slug))).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewDelete().Model((*workspaceRow)(nil)).Where("slug = ?", slug).Exec(ctx)
		return err
	})
}

// Workspaces lists all workspaces by slug.
func (d *DB) Workspaces(ctx context.Context) ([]WorkspaceInfo, error) {
	var list []WorkspaceInfo
	err := d.Read(WithWorkspace(ctx, ""), func(ctx context.Context, tx bun.Tx) (err error) {
		list, err = listWorkspaces(ctx, tx)
		return err
	})
	return list, err
}

func listWorkspaces(ctx context.Context, tx bun.Tx) ([]WorkspaceInfo, error) {
	var rows []workspaceRow
	if err := tx.NewSelect().Model(&rows).Order("slug").Scan(ctx); err != nil {
		return nil, err
	}
	list := make([]WorkspaceInfo, len(rows))
	for i, r := range rows {
		list[i] = WorkspaceInfo{Slug: r.Slug, Name: r.Name, CreatedAt: r.CreatedAt.UTC()}
	}
	return list, nil
}

var slugForm = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

// CheckSlug refuses what cannot be the short name of a workspace. Fault: Invalid.
func CheckSlug(slug string) error {
	if !slugForm.MatchString(slug) {
		return fault.New(fault.Invalid, "workspace-slug",
			"write the workspace's short name with 1 to 40 of the letters a-z, the digits and \"-\"").At("slug")
	}
	return nil
}

// schemaOf is injective, because a slug holds no underscore.
func schemaOf(slug string) string { return "ws_" + strings.ReplaceAll(slug, "-", "_") }
