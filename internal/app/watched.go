package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// watched is one entry of the file that OFRECORD_WATCH names: a directory into which files of one client are put.
type watched struct {
	Workspace string `yaml:"workspace"`
	Client    string `yaml:"client"` // name or id
	Directory string `yaml:"directory"`
	Settle    string `yaml:"settle"`
	Mapping   string `yaml:"mapping"` // name of a kept one

	Kind         string            `yaml:"kind"`
	Profile      string            `yaml:"profile"`
	Decimal      string            `yaml:"decimal"`
	DateOrder    string            `yaml:"date_order"`
	Zone         string            `yaml:"zone"`
	Currency     string            `yaml:"currency"`
	HomeCurrency string            `yaml:"home_currency"`
	Sheet        string            `yaml:"sheet"`
	Header       int               `yaml:"header"`
	Columns      map[string]string `yaml:"columns"`
	Constants    map[string]string `yaml:"constants"`

	look directory
}

// usualSettle is how long nothing must have written to a file, where the entry does not say it.
const usualSettle = 10 * time.Second

// watches reads the file, and gives what is wrong with it: the entry and what to write.
func (c Config) watches() (list []*watched, wrong []string) {
	if c.Watch == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.Watch)
	if err != nil {
		return nil, []string{fmt.Sprintf("the file %s cannot be read; write the path of a file that this user may read", c.Watch)}
	}
	var in struct {
		Watch []*watched `yaml:"watch"`
	}
	if err := yaml.UnmarshalWithOptions(text, &in, yaml.Strict()); err != nil {
		where := "the file"
		if m := placeInYAML.FindStringSubmatch(yaml.FormatError(err, false, false)); m != nil {
			where = "line " + m[1] + " of the file"
		}
		return nil, []string{where + " cannot be read; write \"watch:\" and below it entries of client and directory, and how the files are read: mapping, or profile, currency, constants"}
	}
	seen := map[string]bool{}
	for n, one := range in.Watch {
		if one == nil {
			one = &watched{}
			in.Watch[n] = one
		}
		if one.Workspace == "" {
			one.Workspace = c.Workspace
		}
		for _, words := range one.settle() {
			wrong = append(wrong, fmt.Sprintf("entry %d: %s", n+1, words))
		}
		if place := filepath.Clean(one.Directory); seen[place] {
			wrong = append(wrong, fmt.Sprintf("entry %d: this directory has an entry already; files of two clients or two sorts need a directory each", n+1))
		} else {
			seen[place] = true
		}
	}
	return in.Watch, wrong
}

// settle works out what the entry says, and gives what is wrong with it.
func (w *watched) settle() (wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if w.Client == "" {
		say("write the client, by name or id")
	}
	if !workspaceForm.MatchString(w.Workspace) {
		say("write the short name of the workspace")
	}
	if !filepath.IsAbs(w.Directory) {
		say("write the directory from the root on, such as /srv/reports/acme")
	}
	w.look = directory{dir: filepath.Clean(w.Directory), settle: usualSettle}
	if w.Settle != "" {
		var err error
		if w.look.settle, err = time.ParseDuration(w.Settle); err != nil || w.look.settle < time.Second || w.look.settle > time.Hour {
			say("write settle as a span from 1s to 1h, such as 30s, or leave it out")
		}
	}
	if w.Kind != "" && !slices.Contains(crm.Kinds(), crm.Kind(w.Kind)) {
		say("%q is no kind of records", w.Kind)
	}
	if w.Profile != "" && !slices.Contains(crm.Profiles(), crm.Profile(w.Profile)) {
		say("%q is no system whose exports are known", w.Profile)
	}
	if _, err := w.stated().Over(crm.Mapping{}); err != nil {
		for _, f := range fault.All(err) {
			say("%s: %s", f.Field, f.Message)
		}
	}
	return wrong
}

// stated is what the entry says of its files.
func (w *watched) stated() crm.Stated {
	s := crm.Stated{Decimal: w.Decimal, DateOrder: w.DateOrder, Zone: w.Zone, Currency: w.Currency, HomeCurrency: w.HomeCurrency, Sheet: w.Sheet, Header: w.Header}
	for field, header := range w.Columns {
		s.Columns = append(s.Columns, field+"="+header)
	}
	for field, value := range w.Constants {
		s.Constants = append(s.Constants, field+"="+value)
	}
	return s
}

// lookIntoDirectories takes in, in every workspace, what lies complete in the directories that are watched for it. A failure with one stops no other.
func (p *Program) lookIntoDirectories(ctx context.Context) error {
	if len(p.watches) == 0 {
		return nil
	}
	return p.eachWorkspace(ctx, func(ctx context.Context, slug string) error {
		clients, err := p.Party.Clients(ctx, operatorOf(slug))
		if err != nil {
			return err
		}
		var failures []error
		for _, w := range p.watches {
			if w.Workspace != slug && p.DB.Engine() == db.Postgres {
				continue
			}
			org, ok := clientCalled(w.Client, clients)
			if !ok {
				failures = append(failures, fmt.Errorf("watch %s: no client, or several, are named %q", w.Directory, w.Client))
				continue
			}
			if err := p.lookInto(ctx, slug, org.ID, w); err != nil && ctx.Err() == nil {
				failures = append(failures, fmt.Errorf("watch %s: %w", w.Directory, err))
			}
		}
		return errors.Join(failures...)
	})
}

func (p *Program) lookInto(ctx context.Context, slug, client string, w *watched) error {
	d := &w.look
	if err := d.prepare(); err != nil {
		return err
	}
	d.moved = func(name, to string) {
		p.Log.Info("watched file taken", "workspace", slug, "client", client, "to", filepath.Dir(to))
	}
	d.pass = func(name, why string) {
		p.Log.Warn("watched file passed over", "workspace", slug, "client", client, "file", filepath.Join(d.dir, name), "why", why)
	}
	d.take = func(f arrival) (string, string, error) { return p.takeWatched(ctx, slug, client, w, f) }
	name, err := d.look()
	if fault.Is(err, fault.Conflict) {
		p.Log.Debug("watched file waits", "workspace", slug, "client", client, "error", err)
		return nil // an import of the client is on its way
	}
	if err != nil && name != "" {
		return fmt.Errorf("%s: %w", name, err)
	}
	return err
}

func (p *Program) takeWatched(ctx context.Context, slug, client string, w *watched, f arrival) (to, text string, err error) {
	got, err := p.CRM.Found(ctx, crmops.Finder(slug), crmops.ImportInput{Client: client, Filename: f.name, Reader: f,
		Kind: crm.Kind(w.Kind), Profile: crm.Profile(w.Profile), Saved: w.Mapping, Stated: w.stated()}, f.sha256)
	switch {
	case fault.Is(err, fault.TooLarge):
		return "failed", fault.All(err)[0].Message + "\n", nil
	case err != nil:
		return "", "", err
	case got.State == crmops.Applied:
		return "done", fmt.Sprintf("This file is import %d.\n", got.No), nil
	case got.Message != "":
		return "failed", got.Message + "\nThe file waits on the client's page of evidence for a person.\n", nil
	}
	return "", "", nil
}
