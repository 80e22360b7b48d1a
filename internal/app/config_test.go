package app

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

// loaded is a configuration as from a command line and an environment.
func loaded(t *testing.T, args []string, environ ...string) (Config, error) {
	t.Helper()
	var c Config
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	c.Flags(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	err := c.load(flags, environ)
	return c, err
}

func TestFlagsCountMoreThanEnvironmentAndThatMoreThanDefaults(t *testing.T) {
	c, err := loaded(t, []string{"--database", "/flag.db", "--smtp-port=2525", "--max-upload", "1GB", "--public-url="},
		"OFRECORD_DATABASE=/environment.db", "OFRECORD_ADDRESS=127.0.0.1:9000", "OFRECORD_SMTP_HOST=smtp.example.com",
		"OFRECORD_SMTP_FROM=r@example.com", "OFRECORD_MAX_UPLOAD=5MiB", "OFRECORD_WORKSPACE=", "OFRECORD_PUBLIC_URL=https://r.example.com", "PATH=/bin")
	if err != nil {
		t.Fatal(err)
	}
	if c.Database != "/flag.db" || c.Address != "127.0.0.1:9000" || c.Workspace != "main" || c.SMTPPort != 2525 || c.MaxUpload != 1e9 || c.PublicURL != "" {
		t.Errorf("%+v", c)
	}
	if got := c.Mail(); got.Host != "smtp.example.com" || got.Port != 2525 || got.Security != mail.STARTTLS {
		t.Errorf("mail %+v", got)
	}
	var shown bytes.Buffer
	if err := c.Show(&shown); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`OFRECORD_DATABASE +/flag.db +--database`, `OFRECORD_ADDRESS +127.0.0.1:9000 +OFRECORD_ADDRESS`,
		`OFRECORD_WORKSPACE +main +default`, `OFRECORD_FILES +/flag.db.files +default`} {
		if !matches(want, shown.String()) {
			t.Errorf("no %q in\n%s", want, shown.String())
		}
	}
}

func TestDefaultsAreSound(t *testing.T) {
	c, err := loaded(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.FilesDir() != "./ofrecord.db.files" || c.URL() != "http://127.0.0.1:8080" || c.Mail().Configured() || c.MaxUpload.String() != "4GiB" {
		t.Errorf("%+v", c)
	}
	var without Config
	if err := without.load(nil, nil); err != nil || without.Database != c.Database {
		t.Errorf("without flags: %+v, %v", without, err)
	}
	for address, want := range map[string]string{":8080": "http://localhost:8080", "0.0.0.0:80": "http://localhost:80", "[::1]:8080": "http://[::1]:8080"} {
		if got := (Config{Address: address}).URL(); got != want {
			t.Errorf("%s: %s", address, got)
		}
	}
	if got := (Config{Database: "postgres://h/d"}).FilesDir(); got != "./ofrecord.files" {
		t.Error(got)
	}
}

func TestAllFaultsOfTheConfigurationComeTogether(t *testing.T) {
	tests := []struct{ line, field, word string }{
		{"OFRECORD_DATABASE=mysql://h/x", "OFRECORD_DATABASE (--database)", "postgres://"},
		{"OFRECORD_DATABASE=postgres://u:geheim@h:notaport/x", "OFRECORD_DATABASE (--database)", "%40"},
		{"OFRECORD_ADDRESS=8080", "OFRECORD_ADDRESS (--address)", "127.0.0.1:8080"},
		{"OFRECORD_ADDRESS=127.0.0.1:99999", "OFRECORD_ADDRESS (--address)", "host:port"},
		{"OFRECORD_PUBLIC_URL=records.example.com", "OFRECORD_PUBLIC_URL (--public-url)", "https://"},
		{"OFRECORD_PUBLIC_URL=https://u:p@records.example.com/x", "OFRECORD_PUBLIC_URL (--public-url)", "https://"},
		{"OFRECORD_WORKSPACE=Main Street", "OFRECORD_WORKSPACE (--workspace)", "a-z"},
		{"OFRECORD_SMTP_PORT=smtp", "OFRECORD_SMTP_PORT (--smtp-port)", "whole number"},
		{"OFRECORD_SMTP_HOST=smtp.example.com", "OFRECORD_SMTP_FROM (--smtp-from)", "Ofrecord <records@example.com>"},
		{"OFRECORD_SMTP_HOST=smtp.example.com:587", "OFRECORD_SMTP_HOST (--smtp-host)", "port has its own"},
		{"OFRECORD_METRICS_TOKEN=short", "OFRECORD_METRICS_TOKEN", "openssl"},
		{"OFRECORD_LOG_LEVEL=loud", "OFRECORD_LOG_LEVEL (--log-level)", "debug"},
		{"OFRECORD_LOG_FORMAT=xml", "OFRECORD_LOG_FORMAT (--log-format)", "json"},
		{"OFRECORD_MAX_UPLOAD=much", "OFRECORD_MAX_UPLOAD (--max-upload)", "500MiB"},
		{"OFRECORD_MAX_UPLOAD=1B", "OFRECORD_MAX_UPLOAD (--max-upload)", "1MiB"},
		{"OFRECORD_SMTP_PASSWORD_FILE=/no/such/file", "OFRECORD_SMTP_PASSWORD_FILE", "cannot be read"},
	}
	for _, test := range tests {
		_, err := loaded(t, nil, test.line)
		found := slices.ContainsFunc(fault.All(err), func(f *fault.Fault) bool {
			return f.Field == test.field && strings.Contains(f.Message, test.word) && f.Kind == fault.Invalid
		})
		if !found || strings.Contains(fmt.Sprint(err), "geheim") {
			t.Errorf("%s: %v", test.line, err)
		}
	}
	_, err := loaded(t, []string{"--address=x"}, "OFRECORD_LOG_LEVEL=loud", "OFRECORD_SMTP_PORT=smtp", "OFRECORD_DATABASE=mysql://h/x")
	if got := len(fault.All(err)); got != 4 {
		t.Errorf("%d faults: %v", got, err)
	}
	_, err = loaded(t, nil, "OFRECORD_SMTP_HOST=smtp.example.com", "OFRECORD_SMTP_FROM=r@example.com", "OFRECORD_SMTP_TLS=none", "OFRECORD_SMTP_USER=u")
	if !strings.Contains(fmt.Sprint(err), "in the clear") {
		t.Error(err)
	}
}

func TestSecretsAreReadFromFilesAndNeverShown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte("geheim-0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := loaded(t, nil, "OFRECORD_METRICS_TOKEN_FILE="+path, "OFRECORD_SMTP_PASSWORD=geheim", "OFRECORD_SMTP_HOST=h", "OFRECORD_SMTP_FROM=r@example.com",
		"OFRECORD_DATABASE=postgres://ofrecord:geheim@db.example.com/records?sslmode=verify-full&sslpassword=geheim")
	if err != nil {
		t.Fatal(err)
	}
	if c.MetricsToken != "geheim-0123456789abcdef" {
		t.Errorf("token %q", c.MetricsToken)
	}
	var shown bytes.Buffer
	if err := c.Show(&shown); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(shown.String(), "geheim") || !matches(`OFRECORD_METRICS_TOKEN +\(hidden\) +OFRECORD_METRICS_TOKEN_FILE`, shown.String()) ||
		!strings.Contains(shown.String(), "postgres://ofrecord:hidden@db.example.com/records") {
		t.Errorf("shown\n%s", shown.String())
	}
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	new(Config).Flags(flags)
	if flags.Lookup("smtp-password") != nil || flags.Lookup("metrics-token") != nil {
		t.Error("a secret has a flag")
	}
	if _, err := loaded(t, nil, "OFRECORD_METRICS_TOKEN_FILE="+path, "OFRECORD_METRICS_TOKEN=0123456789abcdef"); !strings.Contains(fmt.Sprint(err), "not both") {
		t.Error(err)
	}
}

func TestUnknownVariablesAreWarnedOf(t *testing.T) {
	c, err := loaded(t, nil, "OFRECORD_DATABSE=x", "OFRECORD_SMTP_USER=u", "OFRECORD_ENTIRELY_ELSE=y", "OFRECORD_TEST_POSTGRES=z", "DATABASE=w")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"OFRECORD_DATABSE is not known and has no effect; did you mean OFRECORD_DATABASE?",
		"OFRECORD_ENTIRELY_ELSE is not known and has no effect",
		"OFRECORD_SMTP_HOST is not set, so the other settings of mail have no effect",
	}
	if !slices.Equal(c.Warnings(), want) {
		t.Errorf("%q", c.Warnings())
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]Size{"0": 0, "1048576": 1 << 20, "5MiB": 5 << 20, "5 mib": 5 << 20, "4GB": 4e9, "12B": 12, "1TiB": 1 << 40} {
		var got Size
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q: %d, %v", text, got, err)
		}
		var again Size
		if err := again.UnmarshalText([]byte(got.String())); err != nil || again != got {
			t.Errorf("%q is written %q", text, got)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "1.5GB", "9999999999TiB", "1 PB", "1e9"} {
		if err := new(Size).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

// The table of docs/operations.md is made from the tags of Config; this test prints it when it is stale.
func TestManualListsEverySetting(t *testing.T) {
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("| variable | flag | default | meaning |\n|---|---|---|---|\n")
	for _, s := range settings() {
		flag, initial := "(none)", "(none)"
		if s.flag != "" {
			flag = "`--" + s.flag + "`"
		}
		if s.initial != "" {
			initial = "`" + s.initial + "`"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", s.variable, flag, initial, s.usage)
	}
	if !strings.Contains(string(text), table.String()) {
		t.Errorf("put this into docs/operations.md:\n%s", table.String())
	}
	if len(settings()) != reflect.TypeFor[Config]().NumField()-2 {
		t.Error("a field of Config has no variable")
	}
}

func TestAnAddressOfKeywordsIsRefusedAndItsPasswordNotShown(t *testing.T) {
	for _, address := range []string{
		"host=db user=records password=geheim dbname=records", "user = records password = 'geheim'", "PASSWORD=geheim", "./x password=geheim",
		"POSTGRES://records:geheim@db/records", "mysql://records:geheim@db/records",
	} {
		var c Config
		err := c.load(nil, []string{"OFRECORD_DATABASE=" + address})
		if err == nil || !strings.Contains(err.Error(), "postgres://user") || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v", address, err)
		}
		var shown strings.Builder
		if err := c.Show(&shown); err != nil || strings.Contains(shown.String(), "geheim") {
			t.Errorf("%s: %v\n%s", address, err, shown.String())
		}
	}
	for _, path := range []string{"./a=b.db", "/var/lib/of=record/x.db", "records.db"} {
		var c Config
		if err := c.load(nil, []string{"OFRECORD_DATABASE=" + path}); err != nil || c.DatabaseName() != path {
			t.Errorf("%s: %v, shown as %s", path, err, c.DatabaseName())
		}
	}
}

func FuzzSize(f *testing.F) {
	for _, s := range []string{"0", "5MiB", " 5 mib", "9223372036854775807", "8388608TiB", "-1", "1e9", "+5B", "BB"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s, again Size
		if s.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := again.UnmarshalText([]byte(s.String())); err != nil || again != s || s < 0 {
			t.Fatalf("%q reads %d, written %s, read %d, %v", text, s, s, again, err)
		}
	})
}

func FuzzReadHeads(f *testing.F) {
	f.Add("120:" + strings.Repeat("3F", 32))
	f.Add("0:" + strings.Repeat("3f", 32))
	f.Add(":")
	f.Fuzz(func(t *testing.T, text string) {
		heads, err := readHeads([]string{text})
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		again, err := readHeads([]string{fmt.Sprintf("%d:%s", heads[0].Seq, heads[0].Hash)})
		if err != nil || again[0] != heads[0] || heads[0].Seq < 1 {
			t.Fatalf("%q reads %+v, which reads %+v, %v", text, heads, again, err)
		}
	})
}
