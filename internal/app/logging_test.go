package app

import (
	"bytes"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"testing"
)

func matches(pattern, text string) bool { return regexp.MustCompile(pattern).MatchString(text) }

func TestLogHoldsNoPersonalData(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		var out bytes.Buffer
		log := newLogger(Config{LogFormat: format, LogLevel: "debug"}, &out)
		log.With("email", "ana@example.com").Info("mail to ana@example.com refused", "id", "out_1",
			"error", errors.New("550 <bo.o'hara+x@kunden.example.co.uk>: no such user"),
			slog.Group("smtp", "password", "geheim", "Authorization", "Bearer geheim"),
			"database", "postgres://ofrecord:geheim@db.example.com/x", "path", "/sign-in/link?token=geheim&next=/x")
		log.Debug("detail", "count", 3)
		text := out.String()
		for _, never := range []string{"ana@", "hara+x", "kunden", "geheim"} {
			if strings.Contains(text, never) {
				t.Errorf("%s: %q is in\n%s", format, never, text)
			}
		}
		for _, always := range []string{"out_1", "db.example.com", "550", "detail"} {
			if !strings.Contains(text, always) {
				t.Errorf("%s: %q is not in\n%s", format, always, text)
			}
		}
	}
}

func TestLevelOfTheLog(t *testing.T) {
	var out bytes.Buffer
	log := newLogger(Config{LogFormat: "text", LogLevel: "warn"}, &out)
	log.Info("quiet")
	log.Warn("loud")
	if strings.Contains(out.String(), "quiet") || !strings.Contains(out.String(), "loud") {
		t.Error(out.String())
	}
}
