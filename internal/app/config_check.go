package app

import (
	"errors"
	"fmt"
	"math"
	"net"
	netmail "net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

// Check returns all faults of the configuration together, each with the setting it concerns and what to write there.
func (c Config) Check() error { return c.faults().Err() }

// keywordForm is how libpq writes an address, "host=db password=...", which is read as a file's name by everything else here.
var keywordForm = regexp.MustCompile(`(?i)^\s*\w+\s*=|\bpassword\s*=`)

var workspaceForm = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

func (c Config) faults() fault.List {
	var faults fault.List
	wrong := func(field, format string, args ...any) {
		for _, s := range settings() {
			if s.field == field {
				faults.Add(misset(s.names(), format, args...))
			}
		}
	}
	switch {
	case !c.Postgres() && keywordForm.MatchString(c.Database):
		wrong("Database", "write the address as postgres://user:password@host:5432/name; a file whose name has \"=\" begins with ./")
	case c.Database == "" || c.unreadableDatabase() || strings.Contains(c.Database, ":memory:"):
		wrong("Database", "write the path of a file, or postgres://user@host:5432/name")
	case c.Postgres():
		if _, err := pgx.ParseConfig(c.Database); err != nil {
			wrong("Database", "this PostgreSQL address cannot be read; write postgres://user@host:5432/name and encode special characters of the password (%%40 for @)")
		}
	}
	if !isListenAddress(c.Address) {
		wrong("Address", "write host:port, such as 127.0.0.1:8080, or :8080 for all addresses of this machine")
	}
	if c.PublicURL != "" && !isOrigin(c.PublicURL) {
		wrong("PublicURL", "write only scheme and host, such as https://records.example.com")
	}
	if !workspaceForm.MatchString(c.Workspace) {
		wrong("Workspace", "write 1 to 40 of the letters a-z, the digits and \"-\"")
	}
	c.mailFaults(wrong)
	if c.MetricsToken != "" && len(c.MetricsToken) < 16 {
		wrong("MetricsToken", "write at least 16 characters, such as the output of: openssl rand -hex 24")
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.LogLevel) {
		wrong("LogLevel", "write debug, info, warn or error")
	}
	if !slices.Contains([]string{"text", "json"}, c.LogFormat) {
		wrong("LogFormat", "write text or json")
	}
	if c.MaxUpload < 1<<20 || c.MaxUpload > 1<<40 {
		wrong("MaxUpload", "write a size from 1MiB to 1TiB, such as 500MiB")
	}
	if _, bad := c.connectors(); len(bad) > 0 {
		wrong("Connectors", "%s", strings.Join(bad, "; "))
	}
	if _, bad := c.watches(); len(bad) > 0 {
		wrong("Watch", "%s", strings.Join(bad, "; "))
	}
	if _, bad := c.mailboxes(); len(bad) > 0 {
		wrong("Mailboxes", "%s", strings.Join(bad, "; "))
	}
	if c.BackupDir == "" {
		wrong("BackupDir", "write a directory, such as ./backups")
	}
	return faults
}

func (c Config) mailFaults(wrong func(field, format string, args ...any)) {
	if c.SMTPHost == "" {
		return
	}
	if strings.ContainsAny(c.SMTPHost, ":/ @") && net.ParseIP(c.SMTPHost) == nil {
		wrong("SMTPHost", "write the name of the server only, such as smtp.example.com; the port has its own setting")
	}
	if c.SMTPPort < 0 || c.SMTPPort > math.MaxUint16 {
		wrong("SMTPPort", "write a port from 1 to 65535, or 0 for the usual one")
	}
	if !slices.Contains([]mail.Security{mail.STARTTLS, mail.TLS, mail.Unprotected}, c.SMTPTLS) {
		wrong("SMTPTLS", "write starttls, tls or none")
	}
	if _, err := netmail.ParseAddress(c.SMTPFrom); err != nil {
		wrong("SMTPFrom", "write the address that mails come from, such as Ofrecord <records@example.com>")
	}
	if c.SMTPTLS == mail.Unprotected && c.SMTPUser != "" && !isLocal(c.SMTPHost) {
		wrong("SMTPTLS", "write starttls or tls: with none the password would travel in the clear")
	}
}

func isListenAddress(address string) bool {
	_, port, err := net.SplitHostPort(address)
	n, errPort := strconv.Atoi(port)
	return err == nil && errPort == nil && n >= 0 && n <= math.MaxUint16
}

func isOrigin(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil &&
		(u.Path == "" || u.Path == "/") && u.RawQuery == "" && u.Fragment == ""
}

// isLocal reports a host that is this machine.
func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Size is a number of bytes, written with a unit: 500MiB, 4GB, 1048576.
type Size int64

const sizeForm = "write a size, such as 500MiB or 4GB"

var sizeUnits = []struct {
	name  string
	bytes Size
}{
	{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1},
}

// UnmarshalText reads a whole number with or without a unit.
func (s *Size) UnmarshalText(text []byte) error {
	number, factor := strings.TrimSpace(string(text)), Size(1)
	for _, unit := range sizeUnits {
		if n := len(number) - len(unit.name); n > 0 && strings.EqualFold(number[n:], unit.name) {
			number, factor = strings.TrimSpace(number[:n]), unit.bytes
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/int64(factor) {
		return errors.New(sizeForm)
	}
	*s = Size(n) * factor
	return nil
}

// String writes the size with the largest unit that divides it.
func (s Size) String() string {
	for _, unit := range sizeUnits {
		if s >= unit.bytes && s%unit.bytes == 0 {
			return fmt.Sprint(int64(s/unit.bytes), unit.name)
		}
	}
	return fmt.Sprint(int64(s))
}

// nearest finds the name that a misspelt one was probably meant to be, or "".
func nearest(name string, names []string) string {
	best, least := "", 4
	for _, candidate := range names {
		if d := distance(name, candidate); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// distance counts the letters to insert, delete or replace (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
