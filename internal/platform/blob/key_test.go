package blob_test

import (
	"bytes"
	"crypto/rand"
	"testing"
)

// The key is made once, and is no content.
func TestTheKeyOfAStoreStays(t *testing.T) {
	s, _ := open(t)
	first, err := s.Key(rand.Reader)
	if err != nil || len(first) != 32 {
		t.Fatalf("%x, %v", first, err)
	}
	again, err := s.Key(rand.Reader)
	if err != nil || !bytes.Equal(again, first) {
		t.Errorf("%x, then %x, %v", first, again, err)
	}
	for ref := range s.All() {
		t.Errorf("the store lists %v", ref)
	}
	part, err := s.In("other")
	if err != nil {
		t.Fatal(err)
	}
	if other, err := part.Key(rand.Reader); err != nil || bytes.Equal(other, first) {
		t.Errorf("two workspaces have one key, %v", err)
	}
}
