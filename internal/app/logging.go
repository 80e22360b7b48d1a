package app

import (
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// newLogger writes log lines in the form and from the level that the configuration names. Whatever a room hands over, no
// e-mail address, no password and no token reaches the log.
func newLogger(c Config, w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: discreet}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// secretKeys are words in the key of an attribute whose value is nobody's business.
var secretKeys = []string{"password", "token", "secret", "authorization", "cookie", "email"}

var (
	addressForm  = regexp.MustCompile(`[\p{L}\p{N}._%+\-]+@[\p{L}\p{N}\-]+(\.[\p{L}\p{N}\-]+)*`)
	passwordForm = regexp.MustCompile(`(://[^:/?#\s@]*):[^/?#\s]*@`)
	queryForm    = regexp.MustCompile(`(?i)\b(token|password|next)=[^&\s"]+`)
)

func discreet(_ []string, a slog.Attr) slog.Attr {
	key := strings.ToLower(a.Key)
	for _, secret := range secretKeys {
		if strings.Contains(key, secret) {
			return slog.String(a.Key, "[hidden]")
		}
	}
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(conceal(a.Value.String()))
	case slog.KindTime:
		a.Value = slog.TimeValue(a.Value.Time().UTC())
	case slog.KindAny:
		if v, ok := a.Value.Any().(error); ok {
			a.Value = slog.StringValue(conceal(detailed(v)))
		} else if v, ok := a.Value.Any().(fmt.Stringer); ok {
			a.Value = slog.StringValue(conceal(v.String()))
		}
	}
	return a
}

// detailed is an error's words, and in brackets the cause that the words for people leave out.
func detailed(err error) string {
	if cause := fault.Cause(err); cause != "" {
		return err.Error() + " (" + conceal(cause) + ")"
	}
	return err.Error()
}

// conceal takes out of a text what names a person or opens a door.
func conceal(text string) string {
	text = passwordForm.ReplaceAllString(text, "$1:hidden@")
	text = queryForm.ReplaceAllString(text, "$1=[hidden]")
	return addressForm.ReplaceAllStringFunc(text, func(found string) string {
		if strings.HasPrefix(found, "hidden@") {
			return found
		}
		return "[address]"
	})
}
