package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Format is the version of the file's form that this program writes and reads.
const Format = 1

// Names inside the file.
const (
	manifestName = "manifest.json"
	tablesFolder = "tables/"
	tablesSuffix = ".jsonl"
	blobsFolder  = "blobs/"
)

// Limits that a file of ours never meets and a hostile one does.
const (
	maxManifest = 32 << 20 // some 200,000 stored files
	maxRow      = 64 << 20
	maxQuote    = 100 // of a text of the file that a message quotes
	// DefaultMaxBytes is how much a restore unpacks unless Options.MaxBytes says otherwise.
	DefaultMaxBytes int64 = 1 << 40
)

// Manifest is the first part of the file and tells everything else that must follow.
type Manifest struct {
	Format    int            `json:"format"`
	Program   string         `json:"program"` // version of the program that wrote it
	Created   time.Time      `json:"created"`
	Engine    string         `json:"engine"`
	Workspace Workspace      `json:"workspace"`
	Steps     Steps          `json:"steps"`
	Tables    []TableContent `json:"tables"`
	Blobs     []BlobContent  `json:"blobs"`
}

// Workspace is the workspace that was saved.
type Workspace struct {
	Slug      string    `json:"slug"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
}

// Steps are the numbers of the migration steps that had made the tables.
type Steps struct {
	Shared    []int64 `json:"shared"`
	Workspace []int64 `json:"workspace"`
}

// TableContent is what the file holds of one table.
type TableContent struct {
	Name   string `json:"name"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// UnmarshalJSON refuses an entry without a digest, as BlobContent's does: so a manifest takes little more memory than it has text.
func (c *TableContent) UnmarshalJSON(text []byte) error {
	type plain TableContent
	if err := json.Unmarshal(text, (*plain)(c)); err != nil {
		return err
	}
	return checkDigest(c.SHA256)
}

// BlobContent is one stored file, named by its digest.
type BlobContent struct {
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
}

// UnmarshalJSON refuses an entry without a digest.
func (c *BlobContent) UnmarshalJSON(text []byte) error {
	type plain BlobContent
	if err := json.Unmarshal(text, (*plain)(c)); err != nil {
		return err
	}
	return checkDigest(c.SHA256)
}

func checkDigest(text string) error {
	if raw, err := hex.DecodeString(text); err != nil || len(raw) != sha256.Size {
		return fmt.Errorf("%q is no digest", fault.Excerpt(text, maxQuote))
	}
	return nil
}

// Options are what the caller knows. All may be left out.
type Options struct {
	Program  string           // version of the running program, noted in the file
	Now      func() time.Time // the clock; nil means the machine's
	MaxBytes int64            // how much a restore unpacks; DefaultMaxBytes when zero
}

func (o Options) now() time.Time {
	if o.Now == nil {
		o.Now = time.Now
	}
	return o.Now().UTC().Truncate(time.Microsecond)
}

// Summary is what was saved or restored.
type Summary struct {
	Manifest    Manifest
	Workspace   string   // its short name: where it was saved from, or where it was restored to
	Fingerprint string   // SHA-256 of the manifest: who notes it elsewhere can recognise the file
	Damaged     []string // digests of stored files that a backup found damaged and left out
}

// Rows is how many rows there are in all tables.
func (m Manifest) Rows() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// check refuses a manifest that no restore should follow.
func (m Manifest) check(limit int64) error {
	if m.Format != Format {
		return fault.New(fault.Invalid, "archive-format", "this backup has the form %d, and this program reads form %d; restore it with the version that wrote it (%s)", m.Format, Format, fault.Excerpt(m.Program, maxQuote))
	}
	if err := db.CheckSlug(m.Workspace.Slug); err != nil {
		return damaged("the name of its workspace", err)
	}
	left := limit
	for _, t := range m.Tables {
		if t.Rows < 0 || t.Bytes < 0 {
			return damaged(manifestName, nil)
		}
		left -= min(t.Bytes, left+1)
	}
	for _, b := range m.Blobs {
		if b.Bytes < 0 {
			return damaged(manifestName, nil)
		}
		left -= min(b.Bytes, left+1)
	}
	if left < 0 {
		return fault.New(fault.TooLarge, "archive-size", "this backup says that it unpacks to more than %d GiB, which is the limit", limit>>30)
	}
	return nil
}

// stepsOf lists the migration steps taken for the workspace.
func stepsOf(ctx context.Context, d *db.DB, slug string) (Steps, error) {
	all, err := d.MigrationStatus(ctx)
	if err != nil {
		return Steps{}, err
	}
	var steps Steps
	for _, m := range all {
		switch {
		case m.AppliedAt.IsZero() || m.Workspace != "" && m.Workspace != slug:
		case m.Folder == "shared":
			steps.Shared = append(steps.Shared, m.Version)
		default:
			steps.Workspace = append(steps.Workspace, m.Version)
		}
	}
	slices.Sort(steps.Shared)
	slices.Sort(steps.Workspace)
	return steps, nil
}

func (s Steps) equal(o Steps) bool {
	return slices.Equal(s.Shared, o.Shared) && slices.Equal(s.Workspace, o.Workspace)
}

// shared tells which rows of the shared tables belong to a workspace. A ? stands for its slug.
var shared = map[string]string{
	"account":           "", // by what names it, see accountsOf
	"workspace_account": "workspace = ?",
	"api_token":         "workspace = ?",
}

// left are the shared tables of which a workspace takes nothing along.
var left = []string{"workspace", "session", "sign_in_link", "sign_in_attempt", "outbox"}

// belonging narrows all tables to those that are saved.
func belonging(all []db.Table) ([]db.Table, error) {
	var list []db.Table
	for _, t := range all {
		_, part := shared[t.Name]
		switch {
		case !t.Shared || part:
			list = append(list, t)
		case !slices.Contains(left, t.Name):
			return nil, fmt.Errorf("nobody decided whether the shared table %s belongs into a backup", t.Name)
		}
	}
	return list, nil
}

// condition selects the workspace's rows of the table.
func condition(t db.Table, all []db.Table, slug string) (where string, args []any) {
	switch {
	case !t.Shared:
		return "", nil
	case t.Name == "account":
		return accountsOf(all, slug)
	}
	return shared[t.Name], []any{slug}
}

// accountsOf selects the accounts that a row of the workspace names in a column account_id, members of the past included.
func accountsOf(all []db.Table, slug string) (where string, args []any) {
	for _, t := range all {
		own := shared[t.Name]
		if !slices.Contains(t.Columns, db.Column{Name: "account_id", Type: db.Text}) || t.Shared && own == "" {
			continue
		}
		if where != "" {
			where += " UNION "
		}
		where += "SELECT account_id FROM " + t.Name
		if t.Shared {
			where += " WHERE " + own
			args = append(args, slug)
		}
	}
	return "id IN (" + where + ")", args
}

func damaged(part string, cause error) *fault.Fault {
	return fault.New(fault.Invalid, "archive-damaged", "the backup is damaged or cut off at %s; take another copy of it", part).Because(cause)
}
