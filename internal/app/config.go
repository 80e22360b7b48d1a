package app

import (
	"encoding"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/caarlos0/env/v11"
	"github.com/spf13/pflag"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

// prefix begins the name of every variable of the environment.
const prefix = "OFRECORD_"

// Config is how this installation is set up. A flag counts more than a variable of the environment, and that more than the
// default. A variable that is empty counts as not set. Secrets have no flag, since every user of a machine sees its flags; they
// may stand in a file that <variable>_FILE names.
type Config struct {
	Database string `env:"DATABASE" default:"./ofrecord.db" usage:"database: a file, or postgres://user@host:5432/name"`
	Files    string `env:"FILES" usage:"directory of uploaded files; without it \"<database>.files\" beside a database file, or ./ofrecord.files for PostgreSQL"`

	Address   string `env:"ADDRESS" default:"127.0.0.1:8080" usage:"address to listen on, host:port"`
	PublicURL string `env:"PUBLIC_URL" usage:"address people type, such as https://records.example.com; without it http:// and the address listened on"`
	Workspace string `env:"WORKSPACE" default:"main" usage:"short name of the workspace that commands work in"`

	SMTPHost     string        `env:"SMTP_HOST" usage:"mail server; without it no mail is sent"`
	SMTPPort     int           `env:"SMTP_PORT" default:"0" usage:"port of the mail server; 0 takes the usual one: 587, 465 or 25"`
	SMTPTLS      mail.Security `env:"SMTP_TLS" default:"starttls" usage:"how the mail server is reached: starttls, tls or none"`
	SMTPUser     string        `env:"SMTP_USER" usage:"user name at the mail server"`
	SMTPPassword string        `env:"SMTP_PASSWORD" secret:"true" usage:"password at the mail server"`
	SMTPFrom     string        `env:"SMTP_FROM" usage:"sender of mails, such as Ofrecord <records@example.com>"`

	MetricsToken string `env:"METRICS_TOKEN" secret:"true" usage:"opens /metrics as a bearer token; without it only this machine may read them"`
	LogLevel     string `env:"LOG_LEVEL" default:"info" usage:"least level that is logged: debug, info, warn or error"`
	LogFormat    string `env:"LOG_FORMAT" default:"text" usage:"form of log lines: text or json"`

	Connectors string `env:"CONNECTORS" usage:"file that says how the CRMs of clients are reached; without it nothing is pulled from them"`
	Watch      string `env:"WATCH" usage:"file that says which directories are watched for files of clients; without it none"`
	Mailboxes  string `env:"MAILBOXES" usage:"file that says from which mailboxes mail becomes requests of clients; without it none"`

	MaxUpload Size   `env:"MAX_UPLOAD" default:"4GiB" usage:"largest file that may be uploaded, such as 500MiB"`
	BackupDir string `env:"BACKUP_DIR" default:"./backups" usage:"directory for backups that are given no file name"`

	origin   map[string]string // of each field that is not as by default
	warnings []string
}

// setting is one field of Config as its tags describe it.
type setting struct {
	field    string
	variable string // "OFRECORD_SMTP_HOST"
	flag     string // "smtp-host", "" for a secret
	initial  string
	usage    string
	secret   bool
}

// settings lists all of them in their order.
func settings() []setting {
	var list []setting
	t := reflect.TypeFor[Config]()
	for i := range t.NumField() {
		f := t.Field(i)
		name, ok := f.Tag.Lookup("env")
		if !ok {
			continue
		}
		s := setting{
			field: f.Name, variable: prefix + name, initial: f.Tag.Get("default"), usage: f.Tag.Get("usage"), secret: f.Tag.Get("secret") == "true",
		}
		if !s.secret {
			s.flag = strings.ReplaceAll(strings.ToLower(name), "_", "-")
		}
		list = append(list, s)
	}
	return list
}

// names is how the setting is called in messages.
func (s setting) names() string {
	if s.secret {
		return s.variable
	}
	return s.variable + " (--" + s.flag + ")"
}

func (c *Config) value(s setting) reflect.Value {
	return reflect.ValueOf(c).Elem().FieldByName(s.field)
}

// Flags adds a flag for every setting that is no secret, and puts the defaults in place.
func (c *Config) Flags(f *pflag.FlagSet) {
	for _, s := range settings() {
		v := flagValue{c.value(s)}
		if s.initial != "" {
			if err := v.Set(s.initial); err != nil {
				panic("default of " + s.variable + ": " + err.Error())
			}
		}
		if !s.secret {
			f.Var(v, s.flag, s.usage+" ["+s.variable+"]")
		}
	}
}

// Load reads the environment for what no flag says. Flags may be nil. It returns all faults of the configuration together.
func (c *Config) Load(flags *pflag.FlagSet) error { return c.load(flags, os.Environ()) }

func (c *Config) load(flags *pflag.FlagSet, environ []string) error {
	given, faults := ours(environ)
	c.origin, c.warnings = map[string]string{}, unknown(given)
	var read Config
	err := env.ParseWithOptions(&read, env.Options{Environment: given, Prefix: prefix, DefaultValueTagName: "default"})
	faults = append(faults, unreadable(err)...)
	for _, s := range settings() {
		switch {
		case s.flag != "" && flags != nil && flags.Changed(s.flag):
			c.origin[s.field] = "--" + s.flag
			continue
		case given[s.variable+"_FILE"] != "":
			c.origin[s.field] = s.variable + "_FILE"
		case given[s.variable] != "":
			c.origin[s.field] = s.variable
		}
		c.value(s).Set(read.value(s))
	}
	if c.SMTPHost == "" && c.SMTPUser+c.SMTPPassword+c.SMTPFrom != "" {
		c.warnings = append(c.warnings, prefix+"SMTP_HOST is not set, so the other settings of mail have no effect")
	}
	for _, f := range c.faults() {
		if !slices.ContainsFunc(faults, func(have *fault.Fault) bool { return have.Field == f.Field }) {
			faults.Add(f)
		}
	}
	return faults.Err()
}

// ours picks the variables of this program, and reads the secrets that stand in files.
func ours(environ []string) (map[string]string, fault.List) {
	given := map[string]string{}
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, prefix) && value != "" {
			given[name] = value
		}
	}
	var faults fault.List
	for _, s := range settings() {
		path := given[s.variable+"_FILE"]
		if !s.secret || path == "" {
			continue
		}
		if given[s.variable] != "" {
			faults.Add(misset(s.variable, "set %s or %s_FILE, not both", s.variable, s.variable))
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			faults.Add(misset(s.variable+"_FILE", "the file %s cannot be read; write the path of a file that this user may read", path).Because(err))
			continue
		}
		given[s.variable] = strings.TrimRight(string(text), "\r\n")
	}
	return given, faults
}

func misset(field, format string, args ...any) *fault.Fault {
	return fault.New(fault.Invalid, "configuration", format, args...).At(field)
}

// unreadable turns what the parser says into faults that name the variable.
func unreadable(err error) (faults fault.List) {
	if err == nil {
		return nil
	}
	each := []error{err}
	var many env.AggregateError
	if errors.As(err, &many) {
		each = many.Errors
	}
	for _, err := range each {
		at, want := "", "this cannot be read"
		var one env.ParseError
		if errors.As(err, &one) {
			for _, s := range settings() {
				if s.field == one.Name {
					at = s.names()
				}
			}
			want = "write a whole number"
			if one.Type == reflect.TypeFor[Size]() {
				want = sizeForm
			}
		}
		faults.Add(misset(at, "%s", want).Because(err))
	}
	return faults
}

// unknown finds variables that look like ours and are read by nobody.
func unknown(given map[string]string) (warnings []string) {
	var names []string
	for _, s := range settings() {
		names = append(names, s.variable)
		if s.secret {
			names = append(names, s.variable+"_FILE")
		}
	}
	for name := range given {
		if slices.Contains(names, name) || strings.HasPrefix(name, prefix+"TEST_") {
			continue
		}
		warning := name + " is not known and has no effect"
		if near := nearest(name, names); near != "" {
			warning += "; did you mean " + near + "?"
		}
		warnings = append(warnings, warning)
	}
	slices.Sort(warnings)
	return warnings
}

// Warnings are what looks like a mistake in the environment without being a fault.
func (c Config) Warnings() []string { return c.warnings }

// Postgres reports whether the database is a server and not a file.
func (c Config) Postgres() bool {
	return strings.HasPrefix(c.Database, "postgres://") || strings.HasPrefix(c.Database, "postgresql://")
}

// FilesDir is the directory of uploaded files.
func (c Config) FilesDir() string {
	switch {
	case c.Files != "":
		return c.Files
	case c.Postgres():
		return "./ofrecord.files"
	}
	return blob.Beside(c.Database)
}

// URL is the address that people type, without a slash at its end.
func (c Config) URL() string {
	if c.PublicURL != "" {
		return strings.TrimSuffix(c.PublicURL, "/")
	}
	host, port, err := net.SplitHostPort(c.Address)
	if err != nil {
		return "http://" + c.Address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Mail is where mails go out; the zero Settings without a mail server.
func (c Config) Mail() mail.Settings {
	if c.SMTPHost == "" {
		return mail.Settings{}
	}
	return mail.Settings{
		Host: c.SMTPHost, Port: c.SMTPPort, Security: c.SMTPTLS, Username: c.SMTPUser, Password: c.SMTPPassword, From: c.SMTPFrom,
	}
}

const hiddenAddress = "(hidden, because it cannot be read)"

// unreadableDatabase reports an address in a form that is not taken here, which may hold a password all the same.
func (c Config) unreadableDatabase() bool {
	return !c.Postgres() && (keywordForm.MatchString(c.Database) || strings.Contains(c.Database, "://"))
}

// DatabaseName is the database without the password that its address may hold.
func (c Config) DatabaseName() string {
	if !c.Postgres() {
		if c.unreadableDatabase() {
			return hiddenAddress
		}
		return c.Database
	}
	u, err := url.Parse(c.Database)
	if err != nil {
		return "postgres://(hidden, because it cannot be read)"
	}
	q := u.Query()
	for _, secret := range []string{"password", "sslpassword"} {
		if q.Has(secret) {
			q.Set(secret, "hidden")
			u.RawQuery = q.Encode()
		}
	}
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), "hidden")
	}
	return u.String()
}

// Show prints every setting, its value and where the value comes from. Secrets and passwords are hidden.
func (c Config) Show(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range settings() {
		value, origin := c.shown(s), "default"
		if from, ok := c.origin[s.field]; ok {
			origin = from
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", s.variable, value, origin)
	}
	return table.Flush()
}

func (c Config) shown(s setting) string {
	value := fmt.Sprint(c.value(s))
	switch {
	case s.field == "Database":
		return c.DatabaseName()
	case s.field == "Files" && c.Files == "" && c.unreadableDatabase():
		return hiddenAddress
	case s.field == "Files":
		return c.FilesDir()
	case s.field == "PublicURL":
		return c.URL()
	case value == "":
		return "(none)"
	case s.secret:
		return "(hidden)"
	}
	return value
}

// flagValue lets a flag write into a field of Config.
type flagValue struct{ field reflect.Value }

func (v flagValue) String() string {
	if !v.field.IsValid() {
		return ""
	}
	return fmt.Sprint(v.field.Interface())
}

func (v flagValue) Set(text string) error {
	if field, ok := v.field.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return field.UnmarshalText([]byte(text))
	}
	if v.field.Kind() == reflect.Int {
		n, err := strconv.Atoi(text)
		if err != nil {
			return errors.New("write a whole number")
		}
		v.field.SetInt(int64(n))
		return nil
	}
	v.field.SetString(text)
	return nil
}

func (v flagValue) Type() string {
	switch {
	case v.field.Type() == reflect.TypeFor[Size]():
		return "size"
	case v.field.Kind() == reflect.Int:
		return "number"
	}
	return "text"
}
