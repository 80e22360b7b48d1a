package app

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/connect"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/party"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/outbound"
)

// connector is one entry of the file that OFRECORD_CONNECTORS names: how the CRM of one client is reached.
type connector struct {
	Workspace string `yaml:"workspace"`
	Client    string `yaml:"client"` // name or id
	System    string `yaml:"system"`
	URL       string `yaml:"url"`
	Every     string `yaml:"every"`
	Whole     string `yaml:"whole"`

	Token            string `yaml:"token"`
	TokenFile        string `yaml:"token_file"`
	ClientID         string `yaml:"client_id"`
	ClientIDFile     string `yaml:"client_id_file"`
	ClientSecret     string `yaml:"client_secret"`
	ClientSecretFile string `yaml:"client_secret_file"`

	system      connect.System
	base        *url.URL
	every       time.Duration
	whole       time.Duration
	credentials connect.Credentials
}

// How often a CRM may be asked.
const (
	oftenest = 15 * time.Minute
	rarest   = 31 * 24 * time.Hour
)

const hubSpotURL = "https://api.hubapi.com"

// connectors reads the file. What is wrong names the entry and what to write, and never a value: the file holds secrets.
func (c Config) connectors() (list []connector, wrong []string) {
	if c.Connectors == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.Connectors)
	if err != nil {
		return nil, []string{fmt.Sprintf("the file %s cannot be read; write the path of a file that this user may read", c.Connectors)}
	}
	var in struct {
		Connectors []connector `yaml:"connectors"`
	}
	if err := yaml.UnmarshalWithOptions(text, &in, yaml.Strict()); err != nil {
		return nil, []string{unreadableAt(err)}
	}
	seen := map[string]bool{}
	for n := range in.Connectors {
		one := &in.Connectors[n]
		if one.Workspace == "" {
			one.Workspace = c.Workspace
		}
		for _, words := range one.settle() {
			wrong = append(wrong, fmt.Sprintf("entry %d: %s", n+1, words))
		}
		key := one.Workspace + "\x00" + strings.ToLower(one.Client) + "\x00" + one.System
		if seen[key] {
			wrong = append(wrong, fmt.Sprintf("entry %d: this client has an entry for this system already; keep one", n+1))
		}
		seen[key] = true
	}
	return in.Connectors, wrong
}

var placeInYAML = regexp.MustCompile(`^\[(\d+):\d+\]`)

// unreadableAt says where the file is wrong without a word of what stands there.
func unreadableAt(err error) string {
	where := "the file"
	if m := placeInYAML.FindStringSubmatch(yaml.FormatError(err, false, false)); m != nil {
		where = "line " + m[1] + " of the file"
	}
	return where + " cannot be read; write \"connectors:\" and below it entries of client, system, url, every, and token_file or client_id and client_secret_file"
}

// settle works out what the entry says, and gives what is wrong with it.
func (c *connector) settle() (wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if c.Client == "" {
		say("write the client, by name or id")
	}
	if !workspaceForm.MatchString(c.Workspace) {
		say("write the short name of the workspace")
	}
	var ok bool
	if c.system, ok = connect.SystemOf(crm.Profile(c.System)); !ok {
		say("write hubspot or salesforce as the system")
		return wrong
	}
	if c.URL == "" && c.system.Profile == crm.HubSpot {
		c.URL = hubSpotURL
	}
	var err error
	if c.base, err = outbound.ParseBase(c.URL); err != nil {
		say("write the url as https:// and the host only, such as https://NAME.my.salesforce.com")
	} else if slices.Contains([]string{"login.salesforce.com", "test.salesforce.com"}, strings.ToLower(c.base.Host)) {
		say("write the organisation's own url, https://NAME.my.salesforce.com: the common one gives no tokens to an app without a person")
	}
	if c.Every != "" {
		if c.every, err = time.ParseDuration(c.Every); err != nil || c.every < oftenest || c.every > rarest {
			say("write every as a span from 15m to 744h, such as 6h, or leave it out")
		}
	}
	if c.Whole != "" {
		if c.whole, err = time.ParseDuration(c.Whole); err != nil || c.whole < c.every || c.whole > rarest || c.every == 0 {
			say("write whole as a span that is longer than every and up to 744h, such as 24h, or leave it out: then every pull reads everything")
		}
	}
	return append(wrong, c.secrets()...)
}

// secrets gathers the credentials, each from the entry or from the file that it names.
func (c *connector) secrets() (wrong []string) {
	read := func(name, value, file string, to *string) {
		switch {
		case value != "" && file != "":
			wrong = append(wrong, "write "+name+" or "+name+"_file, not both")
		case file != "":
			text, err := os.ReadFile(file)
			if err != nil {
				wrong = append(wrong, "the file of "+name+"_file cannot be read; write the path of a file that this user may read")
			}
			value = string(text)
		}
		if *to = strings.TrimSpace(value); strings.ContainsAny(*to, "\r\n") {
			wrong = append(wrong, name+" is one line")
		}
	}
	read("token", c.Token, c.TokenFile, &c.credentials.Token)
	read("client_id", c.ClientID, c.ClientIDFile, &c.credentials.ID)
	read("client_secret", c.ClientSecret, c.ClientSecretFile, &c.credentials.Secret)
	given := c.credentials
	switch {
	case len(wrong) > 0:
	case c.system.Profile == crm.HubSpot && (given.Token == "" || given.ID+given.Secret != ""):
		wrong = append(wrong, "write the token of the private app as token_file or token, and nothing else")
	case c.system.Profile == crm.Salesforce && (given.ID == "" || given.Secret == "" || given.Token != ""):
		wrong = append(wrong, "write client_id and client_secret_file of the app, and no token")
	}
	return wrong
}

// connections are those of the context's workspace. An entry that names no client of it is left out; the doctor tells.
func (p *Program) connections(ctx context.Context) (out []crmops.Connection, err error) {
	if len(p.connectors) == 0 {
		return nil, nil
	}
	workspace, _ := db.Workspace(ctx)
	clients, err := p.Party.Clients(ctx, operatorOf(workspace))
	if err != nil {
		return nil, err
	}
	for _, c := range p.connectors {
		if c.Workspace != workspace && p.DB.Engine() == db.Postgres {
			continue
		}
		if org, ok := c.of(clients); ok {
			out = append(out, crmops.Connection{Client: org.ID, System: c.system, Every: c.every, Whole: c.whole, To: outbound.New(c.base, nil), Credentials: c.credentials})
		}
	}
	return out, nil
}

// of is the client that the entry names; ok is false when there is none, or several of that name.
func (c connector) of(clients []party.Org) (org party.Org, ok bool) {
	return clientCalled(c.Client, clients)
}

// clientCalled finds a client by its id, else by its name; ok is false when there is none, or several of that name.
func clientCalled(name string, clients []party.Org) (org party.Org, ok bool) {
	named := 0
	for _, o := range clients {
		if o.ID == name {
			return o, true
		}
		if strings.EqualFold(o.Name, name) {
			org = o
			named++
		}
	}
	return org, named == 1
}

// pullDue begins, in every workspace, the pulls whose time has come, and goes on with those that were interrupted.
func (p *Program) pullDue(ctx context.Context) error {
	return p.eachWorkspace(ctx, func(ctx context.Context, slug string) error {
		ran, err := p.CRM.PullDue(ctx)
		for _, id := range ran {
			p.Log.Info("pulled", "workspace", slug, "pull", id)
		}
		return err
	})
}

// probePulls tells which entries name no client of the workspace, and which of its pulls failed or wait.
func probePulls(ctx context.Context, d *db.DB, cfg Config) (words []string, err error) {
	list, _ := cfg.connectors()
	p := &Program{Config: cfg, DB: d, Party: partyops.New(partyops.Options{DB: d, Now: time.Now}), connectors: list}
	workspace, _ := db.Workspace(ctx)
	clients, err := p.Party.Clients(ctx, operatorOf(workspace))
	if err != nil {
		return nil, err
	}
	crmService := &crmops.Service{DB: d, Now: time.Now, Connections: p.connections}
	for n, c := range list {
		org, ok := c.of(clients)
		switch {
		case c.Workspace != workspace && d.Engine() == db.Postgres:
			continue
		case !ok:
			words = append(words, fmt.Sprintf("entry %d of %s names no client, or several; write the id of one, which stands in the address of its pages", n+1, cfg.Connectors))
			continue
		}
		connected, err := crmService.Connected(ctx, operatorOf(workspace), org.ID)
		if err != nil {
			return nil, err
		}
		for _, one := range connected {
			switch {
			case one.System != c.system.Profile || one.Last == nil:
			case one.Last.State == crmops.PullFailed:
				words = append(words, fmt.Sprintf("the last pull from %s for %s failed: %s", one.Name, org.Name, one.Last.Message))
			case one.Last.State == crmops.PullWaiting:
				words = append(words, fmt.Sprintf("the last pull from %s for %s waits for a person to say how a table is read", one.Name, org.Name))
			}
		}
	}
	return words, nil
}
