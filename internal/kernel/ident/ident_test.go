package ident

import (
	"bytes"
	"crypto/rand"
	"testing"
)

func TestNewIsValidAndDistinct(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id := New("stm", rand.Reader)
		if !Valid("stm", id) || Valid("org", id) || seen[id] {
			t.Fatalf("id %q", id)
		}
		seen[id] = true
	}
	for _, bad := range []string{"", "stm", "stm_", "stm_short", "stm_" + "u234567890123456789012345", "stm_../../../../../../../etc"} {
		if Valid("stm", bad) {
			t.Errorf("%q must not be valid", bad)
		}
	}
}

func TestNewPanicsWithoutChance(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Fatal("want a panic")
		}
	}()
	New("stm", bytes.NewReader(nil))
}
