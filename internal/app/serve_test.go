package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestPatientWorkWaitsLongerAndTellsAnErrorOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		began := time.Now()
		var at []time.Duration
		told := 0
		patiently(ctx, 10*time.Second, time.Minute, func() error {
			at = append(at, time.Since(began)/time.Second)
			switch len(at) {
			case 6:
				return nil
			case 8:
				stop()
				return nil
			}
			return errors.New("the disk is full")
		}, func(error) { told++ })
		if want := []time.Duration{0, 20, 60, 120, 180, 240, 250, 270}; !slices.Equal(at, want) || told != 2 {
			t.Errorf("worked at %v, told %d times", at, told)
		}
	})
}

func TestServingClearsAwayWhatAKilledUploadLeft(t *testing.T) {
	var cfg Config
	if err := cfg.Load(nil); err != nil {
		t.Fatal(err)
	}
	cfg.Database, cfg.Files = filepath.Join(t.TempDir(), "ofrecord.db"), filepath.Join(t.TempDir(), "files")
	p, err := openProgram(t.Context(), cfg, slog.New(slog.DiscardHandler), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	left, then := filepath.Join(cfg.Files, "tmp", "put-1"), time.Now().Add(-2*time.Hour)
	if err := errors.Join(os.WriteFile(left, nil, 0o600), os.Chtimes(left, then, then)); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	go func() {
		for _, err := os.Stat(left); err == nil; _, err = os.Stat(left) {
			time.Sleep(5 * time.Millisecond)
		}
		stop()
	}()
	p.background(ctx)
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("still there: %v", err)
	}
}
