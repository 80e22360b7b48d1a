package app

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
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

func TestLogHoldsTheCauseOfAFault(t *testing.T) {
	cause := errors.New("dial postgres://ofrecord:geheim@db.example.com:5432/x for ana@example.com: connection refused")
	err := fmt.Errorf("draft: %w", fault.New(fault.Unavailable, "database", "the database cannot be reached").Because(cause))
	var out bytes.Buffer
	newLogger(Config{LogFormat: "json", LogLevel: "info"}, &out).Error("failed", "error", err)
	const want = "draft: the database cannot be reached (dial postgres://ofrecord:hidden@db.example.com:5432/x for [address]: connection refused)"
	if said := detailed(err); said != want || !strings.Contains(out.String(), want) {
		t.Errorf("%s, in the log %s", said, out.String())
	}
}

func TestCommandTellsTheCause(t *testing.T) {
	t.Setenv("OFRECORD_DATABASE", "postgres://nobody:geheim@127.0.0.1:1/x?sslmode=disable")
	var out, said bytes.Buffer
	if status := Main([]string{"workspace", "list"}, nil, &out, &said); status != fault.ExitCode(fault.Unavailable) {
		t.Errorf("status %d", status)
	}
	if text := said.String(); !matches(`^ofrecord: the database cannot be reached.*\(.*127\.0\.0\.1:1.*refused\)\n$`, text) || strings.Contains(text, "geheim") {
		t.Error(text)
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
